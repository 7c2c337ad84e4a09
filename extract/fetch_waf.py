"""Pages that a site's guard gives in place of the document: recognised, named, never solved."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

MAX_CHALLENGE = 300_000
"""Bytes of such a page at most."""
_UNSHOWN = re.compile(
    r"<(script|style|noscript)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^<>]*>?", re.DOTALL
)
_LEADS = re.compile(r"<(?:a|area|embed|iframe|frame|img|object)\b")


@dataclass(frozen=True, slots=True)
class Challenge:
    """A guard: what it is called, the statuses it answers with, words of its pages, and those
    of them that tell a page with status 200."""

    name: str
    statuses: frozenset[int]
    marks: tuple[str, ...]
    silent: tuple[str, ...]


@cache
def read_challenges() -> tuple[tuple[Challenge, ...], int]:
    """The guards known, and the characters of text from which a page says something."""
    data = tomllib.loads(files("extract").joinpath("fetch.toml").read_text(encoding="utf-8"))
    known = tuple(
        Challenge(
            c["name"], frozenset(c["statuses"]), tuple(c["marks"]), tuple(c.get("silent", ()))
        )
        for c in data["challenges"]
    )
    return known, data["text"]["least"]


def find_challenge(status: int, body: bytes) -> str | None:
    """The name of the guard whose page this is, None for any other answer."""
    if not body or len(body) > MAX_CHALLENGE:
        return None
    known, least = read_challenges()
    # marks are ASCII or Chinese: tried in both encodings that servers use
    text = body.decode("utf-8", errors="replace").lower()
    if "\ufffd" in text:
        text += body.decode("gb18030", errors="replace").lower()
    for guard in known:
        if status in guard.statuses and any(mark in text for mark in guard.marks):
            return guard.name
    silent = [g for g in known if any(mark in text for mark in g.silent)]
    if status not in (200, 203) or not silent or _LEADS.search(text):
        return None
    shown = sum(map(len, _UNSHOWN.sub(" ", text).split()))
    return silent[0].name if shown < least else None
