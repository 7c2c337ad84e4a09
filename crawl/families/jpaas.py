"""Hanweb jpaas: rows come from the api-gateway as a piece of a page inside JSON. A bare pageNo is
ignored; it counts inside paramJson only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from crawl.families._common import answer_to_json, fragment_to_entries, number, value, with_query
from crawl.model import Answer, Context, Declared, Item, More, Sub
from crawl.page import Page, join

NAME = "jpaas"
_PLACE = re.compile(r"/api-gateway/jpaas-publish-server/front/page/build/unit")
_NAMES = ("webId", "pageId", "tplSetId", "pageType", "tagId")
_TOTAL = re.compile(r"(?:totalPages?|pageCount|共)[\"'\s:=]*(?:<[^>]*>)*(\d+)")


def find(page: Page, context: Context) -> Iterator[Item]:
    """The question for the first page of rows."""
    place = _PLACE.search(page.source)
    if not place:
        return
    around = page.source[max(0, place.start() - 2_000) : place.end() + 2_000]
    known = {n: v for n in _NAMES if (v := value(around, n))}
    if "pageId" not in known:
        return
    size = value(around, "pageSize") or "15"
    url = with_query(join(page.url, place[0]), parseType="bulidstatic", **known)
    state = {"url": url, "size": size, "page": 1}
    yield Sub(_turn(url, 1, size), page.title, NAME, state=state, sure=True)


def read(answer: Answer, context: Context) -> Iterator[Item]:
    """Rows of an answer, and the next page while there are rows."""
    said: Any = answer_to_json(answer)
    data = said.get("data") if isinstance(said, dict) else None
    html = data.get("html") if isinstance(data, dict) else None
    if not isinstance(html, str):
        return
    entries = list(fragment_to_entries(html, answer.url))
    yield from entries
    state = dict(context.state)
    turn = int(state.get("page", 1))
    found = _TOTAL.search(html)
    pages = number(found[1]) if found else None
    if pages:
        yield Declared(pages=pages)
    if entries and (pages is None or turn < pages):
        state["page"] = turn + 1
        place = _turn(str(state["url"]), turn + 1, str(state["size"]))
        yield More(place, turn + 1, NAME, state=state)


def _turn(url: str, page: int, size: str) -> str:
    param = json.dumps({"pageNo": page, "pageSize": size}, separators=(",", ":"))
    return with_query(url, paramJson=param)
