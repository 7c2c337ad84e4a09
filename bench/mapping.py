"""Rows of strings -> the figures of the form: what a user of a table extractor would write.

Every rival goes through this one mapping. It is kept at the obvious: all tables of a document
one after the other, labels folded and matched as equal or contained, the last seven cells of
a row are the applicants' figures, fifteen figures in a row are section four. The labels are
the form's own, from tableparse/forms.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from importlib import resources
from itertools import chain
from typing import Any

Rows = Sequence[Sequence[str | None]]
Figures = dict[str, int | float | str | None]
"""Figures by path (`applications.granted.business`); None where the cell has no number."""

SHORTEST_CONTAINED = 4
"""Shorter labels (其他, 总计, 规章) must be equal: they are part of too many others."""


def fold(text: str | None) -> str:
    """A label without what varies: NFKC, no white space, no number in front."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", text or ""))
    return re.sub(r"^(\([一二三四五六七八九十]\)|[一二三四五六七八九十]、|\d[.、](?!\d))", "", text)


def number(text: str) -> int | float | None:
    """The number that a folded cell says, None if it says no number."""
    if not re.fullmatch(r"[+-]?\d[\d,]*(\.\d+)?", text):
        return None
    value = float(text.replace(",", ""))
    return int(value) if value.is_integer() else value


def match(text: str, labels: dict[str, str]) -> str | None:
    """The key of the label that equals the text, else of one that contains it or that it
    contains."""
    if text in labels or len(text) < SHORTEST_CONTAINED:
        return labels.get(text)
    long = (label for label in labels if len(label) >= SHORTEST_CONTAINED)
    return next((labels[label] for label in long if label in text or text in label), None)


def load_form(edition: str) -> dict[str, Any]:
    """One edition of the form as its data file states it."""
    return tomllib.loads(
        (resources.files("tableparse.forms") / f"{edition}.toml").read_text("utf-8")
    )


FORMS = [load_form(edition) for edition in ("2021", "2019")]
ROWS = {fold(row["label"]): row["key"] for form in FORMS for row in form["applications"]["rows"]}
COLUMNS = [column["key"] for column in FORMS[0]["applications"]["columns"]]
BANDS = [band for form in FORMS for band in form["proactive"]]
PROACTIVE_ROWS = {fold(row["label"]): row["key"] for band in BANDS for row in band["rows"]}
PROACTIVE_COLUMNS = {fold(col["label"]): col["key"] for band in BANDS for col in band["columns"]}
REVIEW = [
    f"review.{block}.{column}"
    for block in ("reconsideration", "litigation_direct", "litigation_after_reconsideration")
    for column in ("upheld", "corrected", "other", "pending", "total")
]


def tables_to_figures(tables: Iterable[Rows]) -> Figures:
    """The figures that a document's tables give, in reading order."""
    figures: Figures = {}
    heads: dict[int, str] = {}
    for row in chain.from_iterable(tables):
        cells = [fold(cell) for cell in row]
        numbers = [number(cell) for cell in cells]
        found = {i: key for i, cell in enumerate(cells) if (key := match(cell, PROACTIVE_COLUMNS))}
        heads = found or heads
        if len(cells) >= len(REVIEW) and any(n is not None for n in numbers):
            figures.update(zip(REVIEW, numbers[-len(REVIEW) :], strict=True))
        elif len(cells) > len(COLUMNS):
            label = next((cell for cell in reversed(cells[: -len(COLUMNS)]) if cell), "")
            if key := match(label, ROWS):
                names = [f"applications.{key}.{column}" for column in COLUMNS]
                figures.update(zip(names, numbers[-len(COLUMNS) :], strict=True))
        elif cells and (key := match(cells[0], PROACTIVE_ROWS)):
            figures.update({f"proactive.{key}.{h}": numbers[i] for i, h in heads.items()})
    return figures
