"""What `html.toml` knows of agencies' pages, compiled once."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
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
    embedded: tuple[str, ...]
    embedded_titles: tuple[str, ...]


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
        embedded=tuple(data["embedded"]["keys"]),
        embedded_titles=tuple(data["embedded"]["titles"]),
    )


def _names(names: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(names))


_BEGIN = re.compile(r'\b["\']?\s*:\s*(?=")')
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_JSON = json.JSONDecoder(strict=False)


def embedded_strings(keys: Sequence[str], text: str) -> Iterator[str]:
    """The strings of scripts under these keys (`key: "..."`), in order; not what stands inside
    of them, nor a longer name that ends like a key, nor strings that are none of JSON's."""
    at = 0
    places = sorted((place, key) for key in keys for place in _places(key, text))
    for start, key in places:
        before = text[start - 1 : start]
        if start < at or before.isalnum() or before == "_":
            continue
        found = _BEGIN.match(text, start + len(key))
        if not found:
            continue
        try:
            value, at = _JSON.raw_decode(text, found.end())
        except ValueError:
            other = _STRING.match(text, found.end())
            at = other.end() if other else at
        else:
            yield value


def _places(word: str, text: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))
