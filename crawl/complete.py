"""How complete a list is: what it declares against what it gave, in one word and why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WHOLE, PARTIAL, EMPTY = "whole", "partial", "empty"


@dataclass(frozen=True, slots=True)
class Turn:
    """A page of a list as it was fetched: how many rows it gave, how many of them were reports
    or columns not seen before, how many led to hosts of others, and what was wrong with it."""

    number: int
    rows: int
    reports: int
    fresh: int
    foreign: int
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Completeness:
    """`whole`, `partial`, `empty`, or what was wrong with the only page; `why` in words."""

    outcome: str
    why: str = ""


def turns_to_completeness(
    pages: int | None, rows: int | None, turns: Sequence[Turn]
) -> Completeness:
    """What became of a list that declares so many pages or rows."""
    good = [turn for turn in turns if not turn.trouble]
    broken = [turn for turn in turns if turn.trouble]
    if not good:
        worst = broken[0].trouble if broken else "not fetched"
        return Completeness(worst, f"its first page: {worst}")
    why: list[str] = []
    given = sum(turn.rows for turn in good)
    if pages is not None and len(good) < pages:
        why.append(f"declares {pages} pages, gave {len(good)}")
    if rows is not None and given < rows:
        why.append(f"declares {rows} rows, gave {given}")
    why += [f"page {turn.number}: {turn.trouble}" for turn in broken]
    for turn in good:
        if turn.foreign and turn.foreign >= turn.reports:
            why.append(f"page {turn.number} leads to other hosts only ({turn.foreign} links)")
    if why:
        return Completeness(PARTIAL, "; ".join(why))
    if not any(turn.rows or turn.fresh for turn in good):
        return Completeness(EMPTY, "nothing on it leads to a report")
    return Completeness(WHOLE)


def years_to_gaps(years: set[int]) -> list[int]:
    """Years between the first and the last that are not there."""
    return [y for y in range(min(years), max(years)) if y not in years] if years else []
