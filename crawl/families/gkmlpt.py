"""gkmlpt, the platform of Guangdong: the tree of columns stands in the page, rows come as JSON
with their attachments. Bureaus have it under a path of their own, /UNIT/gkmlpt/."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from crawl.families._common import answer_to_json, value, with_query
from crawl.model import Answer, Context, Declared, Entry, Item, More, Sub
from crawl.page import Page, join

NAME = "gkmlpt"
_CONFIG = re.compile(r"window\._CONFIG\s*=")
_TREE = re.compile(r"\bTREE[\"']?\s*:\s*(?=\[)")
_BASE = re.compile(r"^(https?://[^/]+(?:/[^/?#]+)*?/gkmlpt)/")
MAX_NODES = 5_000


def find(page: Page, context: Context) -> Iterator[Item]:
    """The columns of the tree."""
    base, tree = _BASE.match(page.url), _TREE.search(page.source)
    if not base or not tree or not _CONFIG.search(page.source):
        return
    try:
        nodes, _ = json.JSONDecoder(strict=False).raw_decode(page.source, tree.end())
    except (ValueError, RecursionError):
        return
    sid = value(page.source, "SID")
    for node in _walk(nodes):
        name, number = node.get("name"), node.get("id")
        if isinstance(name, str) and isinstance(number, int | str):
            url = with_query(f"{base[1]}/api/all/{number}", page=1, sid=sid)
            yield Sub(url, name, NAME, state={"url": url, "page": 1, "seen": 0})


def read(answer: Answer, context: Context) -> Iterator[Item]:
    """Rows of an answer with their attachments, and the next page."""
    said: Any = answer_to_json(answer)
    if not isinstance(said, dict):
        return
    articles = [a for a in said.get("articles") or () if isinstance(a, dict)]
    for article in articles:
        url = join(answer.url, str(article.get("url") or article.get("post_url") or ""))
        if url:
            yield Entry(url, str(article.get("title") or ""), tuple(_files(article, answer.url)))
    kind = said.get("classify")
    total = said.get("total") or (kind.get("post_count") if isinstance(kind, dict) else None)
    state = dict(context.state)
    seen = int(state.get("seen", 0)) + len(articles)
    if isinstance(total, int):
        yield Declared(rows=total)
    if articles and isinstance(total, int) and seen < total:
        turn = int(state.get("page", 1)) + 1
        state |= {"page": turn, "seen": seen}
        yield More(with_query(answer.url, page=turn), turn, NAME, state=state)


def _files(article: dict[str, Any], base: str) -> Iterator[tuple[str, str]]:
    for file in article.get("attachment") or article.get("attachments") or ():
        if isinstance(file, dict):
            url = join(base, str(file.get("url") or file.get("path") or ""))
            if url:
                yield url, str(file.get("name") or file.get("title") or "")


def _walk(nodes: Any) -> Iterator[dict[str, Any]]:
    waiting, count = [nodes], 0
    while waiting and count < MAX_NODES:
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            count += 1
            yield node
            waiting += [node[name] for name in ("children", "sub", "nodes") if name in node]
