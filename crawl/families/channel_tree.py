"""Trees of columns as JSONP: /u/channel/treeNew/SITE?channelId= answers `null({...});`. A node's
address may be .../null.shtml, which stands for its list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawl.families._common import answer_to_json
from crawl.model import Answer, Context, Item, Sub
from crawl.page import Page, join

NAME = "channel_tree"
_PLACE = re.compile(r"[\"']([^\"'\s]*/channel/treeNew/[^\"'\s]+)[\"']")
_NULL = re.compile(r"/null\.(s?html?)$")
LISTS = ("xlist", "xxgkList")
MAX_NODES = 5_000


def find(page: Page, context: Context) -> Iterator[Item]:
    """Where the tree is asked for."""
    place = _PLACE.search(page.source)
    if place:
        yield Sub(join(page.url, place[1]), page.title, NAME, sure=True)


def read(answer: Answer, context: Context) -> Iterator[Item]:
    """The columns of the tree by their names."""
    waiting: list[Any] = [answer_to_json(answer)]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            name = node.get("name") or node.get("title") or node.get("channelName")
            place = node.get("url") or node.get("channelUrl") or node.get("link")
            if isinstance(name, str) and isinstance(place, str):
                yield from _columns(join(answer.url, place), name)
            waiting += [inner for inner in node.values() if isinstance(inner, list | dict)]


def _columns(url: str, name: str) -> Iterator[Item]:
    null = _NULL.search(url)
    if not null:
        yield Sub(url, name)
        return
    for word in LISTS:
        yield Sub(f"{url[: null.start()]}/{word}.{null[1]}", name, state={"guess": True})
