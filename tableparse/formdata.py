"""The form's data files as frozen values. The files stand in `tableparse/forms/`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

EDITIONS = ("2019", "2021")


@dataclass(frozen=True, slots=True)
class RowLabel:
    """A row of the form: its key, the ordinal and label printed, the group it stands in."""

    key: str
    label: str
    ordinal: str = ""
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the proactive table with column heads of its own."""

    title: str
    rows: tuple[RowLabel, ...]
    columns: tuple[RowLabel, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of the form: `proactive` by section, the applicant matrix, the review
    table's blocks and the columns under each."""

    name: str
    authority: str
    proactive: tuple[Section, ...]
    groups: tuple[RowLabel, ...]
    applicants: tuple[RowLabel, ...]
    rows: tuple[RowLabel, ...]
    blocks: tuple[RowLabel, ...]
    outcomes: tuple[RowLabel, ...]


@cache
def read_data(name: str) -> dict[str, Any]:
    """The data file `tableparse/forms/<name>.toml` as plain dicts."""
    text = files("tableparse.forms").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _labels(items: list[dict[str, str]]) -> tuple[RowLabel, ...]:
    return tuple(RowLabel(**item) for item in items)


@cache
def edition(name: str) -> Edition:
    """The edition "2019" or "2021"."""
    data = read_data(name)
    applications, review = data["applications"], data["review"]
    return Edition(
        name=data["edition"],
        authority=data["authority"],
        proactive=tuple(
            Section(s["section"], _labels(s["rows"]), _labels(s["columns"]))
            for s in data["proactive"]
        ),
        groups=_labels(applications["groups"]),
        applicants=_labels(applications["columns"]),
        rows=_labels(applications["rows"]),
        blocks=_labels(review["blocks"]),
        outcomes=_labels(review["columns"]),
    )


def editions() -> tuple[Edition, ...]:
    """Both editions, the older one first."""
    return tuple(edition(name) for name in EDITIONS)
