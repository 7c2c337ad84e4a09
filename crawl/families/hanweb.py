"""Hanweb jcms, lists by jpage: the first rows stand in the page as XML, further ones come from
dataproxy.jsp by record numbers.

Some servers ignore `startrecord` and know `page` only: where an answer begins with the row that
the first page began with, the list is asked for by `page` from there on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from crawl.families._common import answer_to_text, fragment_to_entries, number, value, with_query
from crawl.model import Answer, Context, Declared, Item, More
from crawl.page import Page, join

NAME = "hanweb"
GROUP = 3
"""Pages of rows that one answer holds, as the system's own script asks for them."""
_STORE = re.compile(r"<datastore>.*?</datastore>", re.DOTALL | re.IGNORECASE)
_RECORD = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.DOTALL | re.IGNORECASE)
_NEXT = re.compile(r"<nextgroup>", re.IGNORECASE)
_PROXY = re.compile(r"/module/(?:web/)?jpage/dataproxy\.jsp")


def find(page: Page, context: Context) -> Iterator[Item]:
    """Rows inside the page, and the question for the next ones."""
    store = _STORE.search(page.source)
    proxy = _PROXY.search(page.source)
    if not store or not proxy or _NEXT.search(store[0]):
        return
    names = ("columnid", "unitid", "webid")
    asked = {name: found for name in names if (found := value(page.source, name))}
    per = number(value(page.source, "perpage")) or 15
    total = number(value(page.source, "totalrecords?"))
    if "columnid" not in asked:
        return
    url = with_query(join(page.url, proxy[0]), **asked)
    yield from _rows(store[0], page.url, {"url": url, "per": per, "total": total, "from": 0})


def read(answer: Answer, context: Context) -> Iterator[Item]:
    """Rows of an answer of dataproxy.jsp."""
    yield from _rows(answer_to_text(answer), answer.url, dict(context.state))


def _rows(text: str, url: str, state: dict[str, object]) -> Iterator[Item]:
    per, total, begin = int(str(state["per"])), state["total"], int(str(state["from"]))
    records = _RECORD.findall(text)
    entries = list(chain.from_iterable(fragment_to_entries(r, url) for r in records))
    head = entries[0].url if entries else ""
    if isinstance(total, int):
        yield Declared(rows=total)
    again = bool(begin) and head == state.get("head") and not state.get("page")
    if again:  # startrecord counts for nothing here
        state = {**state, "page": 1}
    else:
        yield from entries
    if not records or (isinstance(total, int) and begin + len(records) >= total and not again):
        return
    begin = begin if again else begin + len(records)
    place = str(state["url"])
    if state.get("page"):
        turn = int(str(state["page"])) + 1
        state = {**state, "page": turn}
        place = with_query(place, page=turn, perpage=per)
    else:
        place = with_query(place, startrecord=begin + 1, endrecord=begin + per * GROUP, perpage=per)
    begun = {**state, "from": begin, "head": state.get("head") or head}
    yield More(place, 0, NAME, state=begun)
