"""Pictures of a web page that stand in a row and may be the pages of a report.

Pure: a page's bytes and address to addresses of pictures, in the page's order. Nothing is fetched.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import unquote, urljoin, urlsplit

from extract.readers.html_addresses import AddressTarget, look_through

MAX_SEEN = 1_000
"""Pictures of a page that are looked at."""
LEAST_SIDE = 120
"""Pixels that a page states for a picture's sides from which it may be more than an icon."""
_SOURCES = ("src", "data-src", "data-original", "original-src")
"""Attributes that name the file: scripts put the others in the place of the first."""
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_VARIES = re.compile(r"[0-9a-f]{8}[0-9a-f-]{8,}|\d+", re.IGNORECASE)
_SIDE = re.compile(r"\s*(\d{1,6})(?:px)?\s*$")


@dataclass(frozen=True, slots=True)
class _Picture:
    url: str
    words: str
    sides: tuple[int, ...]


class _PictureTarget(AddressTarget):
    """Pictures that are not hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[_Picture] = []

    def start(self, tag: str, attrs: Mapping[str, str]) -> None:
        """A start tag."""
        super().start(tag, attrs)
        if tag != "img" or "hidden" in attrs or _HIDDEN.search(attrs.get("style", "")):
            return
        words = f"{attrs.get('alt', '')} {attrs.get('title', '')}"
        stated = (_SIDE.match(attrs.get(side, "")) for side in ("width", "height"))
        sides = tuple(int(found[1]) for found in stated if found)
        urls = [attrs[name].strip() for name in _SOURCES if attrs.get(name, "").strip()]
        # the address that scripts put in later is the picture's; the first one is a stand-in
        if urls and len(self.seen) < MAX_SEEN:
            self.seen.append(_Picture(urls[-1], words, sides))


def bytes_to_row(data: bytes, url: str, charset: str | None = None) -> tuple[str, ...]:
    """The addresses of the pictures of the best row of a page at `url`, each once, in the page's
    order: two or more that may be pages and lie in one folder (numbers in its name apart). Of
    several rows the one with most points; empty where there is none.

    Raises LimitError for pages over the limits of reading, CorruptError where no encoding
    explains the bytes."""
    page = look_through(data, charset, _PictureTarget(), "pictures")
    rows: dict[str, dict[str, int]] = {}
    for picture in _resolved(page.seen, urljoin(url, page.base)):
        points = _points(picture)
        if points > 0:
            rows.setdefault(_folder(picture.url), {}).setdefault(picture.url, points)
    several = [row for row in rows.values() if len(row) > 1]
    best: dict[str, int] = max(several, key=lambda row: sum(row.values()), default={})
    return tuple(best)


def _resolved(seen: list[_Picture], base: str) -> Iterator[_Picture]:
    for picture in seen:
        try:
            target = urljoin(base, picture.url)
            scheme = urlsplit(target).scheme.lower()
        except ValueError:
            continue
        if scheme in ("http", "https"):
            yield _Picture(target.partition("#")[0], picture.words, picture.sides)


def _folder(url: str) -> str:
    """What the addresses of a row have in common: host and folder, numbers in that aside."""
    parts = urlsplit(url)
    return f"{parts.netloc}{_VARIES.sub('#', parts.path.rpartition('/')[0])}"


@cache
def _rules() -> dict[str, list[tuple[re.Pattern[str], int]]]:
    text = files("extract.readers").joinpath("html_pictures.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return {k: [(re.compile(r["match"]), r["points"]) for r in v] for k, v in data.items()}


def _points(picture: _Picture) -> int:
    """Points of a picture; 0 for one that its page states to be small."""
    if any(side < LEAST_SIDE for side in picture.sides):
        return 0
    parts = urlsplit(picture.url)
    path = unquote(parts.path)
    words = f"{picture.words} {path.rpartition('/')[2]}"
    rules = _rules()
    return sum(p for rule, p in rules["url"] if rule.search(path)) + sum(
        p for rule, p in rules["words"] if rule.search(words)
    )
