"""What discovery speaks of. Frozen values; nothing here knows a network or a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["column", "page", "report", "attachment"]
"""What an address is expected to hold: a page with links to follow, a further page of a list, a
report, a file that belongs to a report's page."""


@dataclass(frozen=True, slots=True)
class Ask:
    """How an address is asked for where a plain GET does not do."""

    method: str = "GET"
    body: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of an address before its bytes are seen; kept with it as JSON.

    `annual`: it belongs to the reports on information disclosure. `family`: who reads the
    answer, where it is no page. `list`: the address of the list's first page, `number` which of
    its pages this is, from 1. `dry`: pages before this one that gave nothing new."""

    annual: bool = False
    family: str = ""
    list: str = ""
    number: int = 1
    dry: int = 0
    state: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a list as its family gives it: an absolute address, the row's title, and files
    that the list itself names for it (address, title)."""

    url: str
    title: str
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class More:
    """The next page of a list."""

    url: str
    number: int
    family: str = ""
    ask: Ask | None = None
    state: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Declared:
    """How many pages or rows a list says it has."""

    pages: int | None = None
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Sub:
    """A column, or what has to be asked to get at one, under a name. `title` is judged like the
    words of a link; `sure` is followed whatever it is called."""

    url: str
    title: str
    family: str = ""
    ask: Ask | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    sure: bool = False


Item = Entry | More | Declared | Sub


@dataclass(frozen=True, slots=True)
class Answer:
    """Bytes as they came: the final address and the encoding that the server declared."""

    url: str
    data: bytes = field(repr=False)
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address worth fetching, and why. `why` is the rule or the family that found it."""

    url: str
    kind: Kind
    text: str = ""
    score: int = 0
    year: int | None = None
    agency: str = ""
    why: str = ""
    ask: Ask | None = None
    context: Context = field(default_factory=Context)


@dataclass(frozen=True, slots=True)
class Found:
    """What a page gives. `holds_report`: by its own title it is a report itself. `rows`: rows of
    the list that its family gave (None where rows are not told from other links)."""

    candidates: tuple[Candidate, ...] = ()
    title: str = ""
    holds_report: bool = False
    annual: bool = False
    year: int | None = None
    agency: str = ""
    family: str = ""
    pages: int | None = None
    declared_rows: int | None = None
    rows: int | None = None
    text: int = 0
    """Characters that the page shows."""
    trouble: str = ""
    """"" or what is wrong with the page: `stub`, `soft_404`, `unreadable`."""
