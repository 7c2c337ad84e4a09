"""What `html.toml` knows of agencies' pages, compiled once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class PageData:
    """The names and words of `html.toml`: patterns match a lower-case name whole."""

    containers: re.Pattern[str]
    chrome: re.Pattern[str]
    chrome_tags: frozenset[str]
    markers: tuple[str, ...]
    meta: dict[str, tuple[str, ...]]
    printed: dict[str, tuple[str, ...]]
    embedded: re.Pattern[str]
    embedded_titles: re.Pattern[str]


@cache
def page_data() -> PageData:
    """The data file as values."""
    text = files("extract.readers").joinpath("html.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return PageData(
        containers=_names(data["containers"]["names"]),
        chrome=_names(data["chrome"]["names"]),
        chrome_tags=frozenset(data["chrome"]["tags"]),
        markers=tuple(data["form"]["markers"]),
        meta={key: tuple(names) for key, names in data["meta"].items()},
        printed={key: tuple(words) for key, words in data["printed"].items()},
        embedded=_strings(data["embedded"]["keys"]),
        embedded_titles=_strings(data["embedded"]["titles"]),
    )


def _names(names: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(names))


def _strings(keys: list[str]) -> re.Pattern[str]:
    """`key": "..."` in a script; the string, in its quotes, is group 1. Nothing is asked of what
    stands before the key: the search then skips to letters that keys begin with."""
    return re.compile(rf'(?:{"|".join(keys)})\b["\']?\s*:\s*("[^"\\]*(?:\\.[^"\\]*)*")')


def embedded_strings(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """The strings under the pattern's keys, in their quotes; a longer name that ends like a key
    is none."""
    at = 0
    while found := pattern.search(text, at):
        start = found.start()
        whole = start == 0 or not (text[start - 1].isalnum() or text[start - 1] == "_")
        at = found.end() if whole else start + 1
        if whole:
            yield found[1]
