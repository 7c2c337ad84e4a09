"""Hanweb jcms with an encrypted next page: the address in `nextgroup` is followed as it is, only
its `page` goes on. Deep pages often come empty."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from crawl.families._common import (
    answer_to_text,
    fragment_to_entries,
    number,
    query_value,
    value,
    with_query,
)
from crawl.model import Answer, Context, Declared, Item, More
from crawl.page import Page, join

NAME = "hanweb_next"
_RECORD = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.DOTALL | re.IGNORECASE)
_NEXT = re.compile(r"<nextgroup>\s*<!\[CDATA\[.*?href=[\"']([^\"']+)", re.DOTALL | re.IGNORECASE)
_STORE = re.compile(r"<datastore>.*?</datastore>", re.DOTALL | re.IGNORECASE)


def find(page: Page, context: Context) -> Iterator[Item]:
    """Rows inside the page, and the address that it gives for the next ones."""
    store = _STORE.search(page.source)
    if store and _NEXT.search(store[0]):
        total = number(value(page.source, "totalrecords?"))
        yield from _rows(store[0], page.url, {"total": total})


def read(answer: Answer, context: Context) -> Iterator[Item]:
    """Rows of a further page."""
    yield from _rows(answer_to_text(answer), answer.url, {"turn": 1, **context.state})


def _rows(text: str, url: str, state: dict[str, object]) -> Iterator[Item]:
    total = state.get("total")
    if isinstance(total, int):
        yield Declared(rows=total)
    records = _RECORD.findall(text)
    for record in records:
        yield from fragment_to_entries(record, url)
    found = _NEXT.search(text)
    place = join(url, html.unescape(found[1])) if found else ""
    if not place or not records:
        return
    turn = number(query_value(place, "page")) or int(str(state.get("turn", 1))) + 1
    yield More(with_query(place, page=turn), 0, NAME, state={**state, "turn": turn})
