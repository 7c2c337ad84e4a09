"""Hanweb's xxgk module: search.jsp is asked by POST, gives a piece of a page, and does not keep to
the column: rows of other columns are told by `art_<column>_` in their address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

from crawl.families._common import answer_to_text, fragment_to_entries, number, value
from crawl.model import Answer, Ask, Context, Declared, Item, More, Sub
from crawl.page import Page, join

NAME = "hanweb_search"
FORM = "application/x-www-form-urlencoded"
_PLACE = re.compile(r"/module/xxgk/search\.jsp")
_COLUMN = re.compile(r"/col/col(\d+)/")
_PAGES = re.compile(r"共\s*(?:<[^>]*>\s*)*(\d+)\s*(?:<[^>]*>\s*)*页")


def find(page: Page, context: Context) -> Iterator[Item]:
    """The question for the first page of rows."""
    place = _PLACE.search(page.source)
    if not place:
        return
    column = _COLUMN.search(page.url)
    names = ("infotypeId", "jdid", "area", "divid")
    state = {
        "column": column[1] if column else "",
        "form": {name: value(page.source, name) for name in names},
        "page": 1,
    }
    url = join(page.url, place[0])
    yield Sub(url, page.title, NAME, _ask(state), state, sure=True)


def read(answer: Answer, context: Context) -> Iterator[Item]:
    """Rows of the column, and the next page's question."""
    text, state = answer_to_text(answer), dict(context.state)
    mark = f"art_{state['column']}_" if state.get("column") else ""
    yield from (e for e in fragment_to_entries(text, answer.url) if mark in e.url)
    found = _PAGES.search(text)
    pages = number(found[1]) if found else None
    turn = int(state.get("page", 1))
    if pages:
        yield Declared(pages=pages)
    if pages and turn < pages:
        state["page"] = turn + 1
        yield More(answer.url, turn + 1, NAME, _ask(state), state)


def _ask(state: dict[str, object]) -> Ask:
    form = state["form"] if isinstance(state["form"], dict) else {}
    fields = {**form, "currpage": state["page"], "sortfield": ""}
    return Ask("POST", urlencode(fields), FORM)
