"""truecms: rows come from getMessage.do as XML inside JSONP, by record numbers. It wants the page
as Referer (else 404); how many rows it gives at most differs from site to site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from crawl.families._common import answer_to_text, fragment_to_entries, number, value, with_query
from crawl.model import Answer, Context, Declared, Item, More, Sub
from crawl.page import Page, join

NAME = "truecms"
STEPS = (50, 20, 10)
"""Rows asked for at once, the next where the first gives none."""
_PLACE = re.compile(r"proxyUrl\s*:\s*['\"]([^'\"]*getMessage\.do[^'\"]*)")
_RECORD = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.DOTALL | re.IGNORECASE)
_TOTAL = re.compile(r"<totalrecord>\s*(\d+)", re.IGNORECASE)


def find(page: Page, context: Context) -> Iterator[Item]:
    """The question for the first rows."""
    place, column = _PLACE.search(page.source), value(page.source, "columnId")
    if place and column:
        url = with_query(join(page.url, place[1]), columnId=column)
        state = {"url": url, "from": 0, "step": 0}
        yield Sub(_turn(state), page.title, NAME, state=state, sure=True)


def read(answer: Answer, context: Context) -> Iterator[Item]:
    """Rows of an answer, and the question for the next."""
    text, state = (
        answer_to_text(answer).replace('\\"', '"').replace("\\/", "/"),
        dict(context.state),
    )
    records = _RECORD.findall(text)
    yield from chain.from_iterable(fragment_to_entries(r, answer.url) for r in records)
    found = _TOTAL.search(text)
    total = number(found[1]) if found else None
    if total is not None:
        yield Declared(rows=total)
    begin, step = int(state["from"]), int(state["step"])
    if not records and not begin and step + 1 < len(STEPS) and total != 0:
        state["step"] = step + 1
    elif records and (total is None or begin + len(records) < total):
        state["from"] = begin + len(records)
    else:
        return
    yield More(_turn(state), 0, NAME, state=state)


def _turn(state: dict[str, object]) -> str:
    begin, step = int(str(state["from"])), STEPS[int(str(state["step"]))]
    return with_query(
        str(state["url"]),
        startrecord=begin + 1,
        endrecord=begin + step,
        perpage=step,
        callback="jsonp",
    )
