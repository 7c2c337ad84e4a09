"""Epoint EWB-FRONT: the site's name and number stand in a script of its own, rows come from
getgovinfolist by POST of JSON, pages counted from 0."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from crawl.families._common import answer_to_json, answer_to_text, query_value, value
from crawl.model import Answer, Ask, Context, Declared, Entry, Item, More, Sub
from crawl.page import Page, join

NAME = "epoint"
SIZE = 15
_SCRIPT = re.compile(r"webBuilderCommon\.js")


def find(page: Page, context: Context) -> Iterator[Item]:
    """The script that says what to ask."""
    category = query_value(page.url, "categorynum")
    if not category:
        return
    for url in page.scripts:
        if _SCRIPT.search(url):
            state = {
                "category": category,
                "dept": query_value(page.url, "deptcode"),
                "page": -1,
                "at": page.url,
            }
            yield Sub(url, page.title, NAME, state=state, sure=True)
            return


def read(answer: Answer, context: Context) -> Iterator[Item]:
    """From the script: the first question. From an answer: rows and the next question."""
    state = dict(context.state)
    if int(state.get("page", -1)) < 0:
        yield from _begin(answer_to_text(answer), answer.url, state)
        return
    said: Any = answer_to_json(answer)
    rows, total = _rows(said), _total(said)
    for row in rows:
        url = join(str(state["at"]), str(row.get("infourl") or ""))
        if url:
            yield Entry(url, str(row.get("title") or row.get("infotitle") or ""))
    if total is not None:
        yield Declared(rows=total)
    turn = int(state["page"]) + 1
    if rows and total is not None and turn * SIZE < total:
        state["page"] = turn
        yield More(answer.url, turn + 1, NAME, _ask(state), state)


def _begin(script: str, url: str, state: dict[str, Any]) -> Iterator[Item]:
    project, guid = value(script, "projectName"), value(script, "siteGuid")
    if project and guid:
        state |= {"page": 0, "guid": guid}
        place = join(url, f"/{project.strip('/')}/rest/lightfrontaction/getgovinfolist")
        yield Sub(place, "", NAME, _ask(state), state, sure=True)


def _ask(state: dict[str, Any]) -> Ask:
    asked = {
        "deptcode": state["dept"],
        "categorynum": state["category"],
        "pageIndex": state["page"],
        "pageSize": SIZE,
        "siteGuid": state["guid"],
    }
    return Ask("POST", json.dumps(asked, separators=(",", ":")), "application/json")


def _rows(said: Any, depth: int = 0) -> list[dict[str, Any]]:
    """The list of rows, wherever in the answer it stands."""
    if isinstance(said, list):
        return [row for row in said if isinstance(row, dict) and row.get("infourl")]
    if isinstance(said, dict) and depth < 5:
        for inner in said.values():
            if isinstance(inner, str) and "infourl" in inner:
                try:
                    inner = json.loads(inner, strict=False)
                except (ValueError, RecursionError):
                    continue
            if found := _rows(inner, depth + 1):
                return found
    return []


def _total(said: Any, depth: int = 0) -> int | None:
    if isinstance(said, dict) and depth < 5:
        for name in ("total", "totalcount", "count"):
            if str(said.get(name, "")).isdigit():
                return int(said[name])
        for inner in said.values():
            found = _total(inner, depth + 1)
            if found is not None:
                return found
    return None
