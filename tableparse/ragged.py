"""Rows that have more or fewer cells than their table's head, set right or put in doubt.

Containers that state their tables leave rows short where an editor lost a span or a cell, and
long where one was added. Where a figure stands is then told by counting cells from the right,
as far as that leaves one way to do it, never by sums: a row of the applicant matrix whose last
seven cells are figures and whose others are labels has lost room in front of the figures. All
else is `row.ragged`: its figures are doubtful.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tableparse.align_applications import rows_to_header
from tableparse.formdata import edition
from tableparse.labels import (
    applicant_columns,
    proactive_columns,
    review_blocks,
    review_columns,
)
from tableparse.model import Cell, Finding, Row, Span, Table
from tableparse.rows import has_figures, note, quote
from tableparse.values import looks_numeric

RAGGED = "row.ragged"
LEAST_NAMED = 3
"""Columns of the applicants or of the review that a row names before it is a head."""


@dataclass(frozen=True, slots=True)
class _Band:
    """The head that holds from a row on: slots that its rows reach to, how many columns it
    names, the first slot of the applicants' columns (none in other tables), and whether these
    are one slot each, at the right end. `sound` is False where heads stand in no order."""

    width: int
    heads: int
    left: int | None = None
    at_right: bool = False
    sound: bool = True


def mend_ragged(table: Table) -> tuple[Table, tuple[Finding, ...]]:
    """The table with the figures of ragged rows moved or doubted, and what was moved."""
    rows = table.by_row
    pairs = [
        (row, band)
        for row, band in zip(rows, _bands(table, rows), strict=True)
        if band is not None and _prints(row)
    ]
    spaced = [row for row, band in pairs if _has_spacers(row, band)]
    room = _room(pairs)
    changed: dict[Cell, Cell] = {}
    added: list[Cell] = []
    findings: list[Finding] = []
    for row, band in pairs:
        own = [c for c in row.cells if c.span.r0 == row.number]
        extent = max(c.span.c1 for c in row.cells)
        moved = _moved(own, band, bool(spaced)) if extent < band.width else None
        if _hangs(row, band) or not band.sound or (room > 0 and extent - band.width != room):
            changed |= doubt_row(row)
        elif moved is not None:
            changed |= moved
            findings.append(_said(own))
        elif extent < band.width and not _is_plain(own, band):
            changed |= doubt_row(row)
            added.append(_lost(row.cells[-1], row.number, table.cols))
        elif extent > band.width and (room <= 0 or _prints_outside(row, band)):
            changed |= doubt_row(row)
    for row in spaced if findings else ():
        # beside rows that lost their spans a blank cell may be anything
        changed |= doubt_row(row)
    if not changed and not added:
        return table, ()
    cells = (*(changed.get(c, c) for c in table.cells), *added)
    return replace(table, cells=cells), tuple(findings)


def _lost(last: Cell, number: int, cols: int) -> Cell:
    """What is left of a short row's width: nothing that could be told to be blank."""
    span = Span(number, number + 1, last.span.c1, cols)
    return last._replace(span=span, text="", box=None, doubt=RAGGED, place=None)


def _prints(row: Row) -> bool:
    """Whether a row has figures, or blank cells in their place."""
    alone = [c for c in row.cells if row.alone(c)]
    return has_figures(alone) or (len(alone) > 1 and not all(c.text for c in alone))


def _room(pairs: Sequence[tuple[Row, _Band]]) -> int:
    """Columns at the right that the table has and its head has not: so many as most of its rows
    of figures reach further than the head. A row that reaches elsewhere has lost or won a cell."""
    reach = Counter(max(c.span.c1 for c in row.cells) - band.width for row, band in pairs)
    room, times = reach.most_common(1)[0] if reach else (0, 0)
    return room if times > 1 else 0


def _prints_outside(row: Row, band: _Band) -> bool:
    return any(c.text for c in row.cells if c.span.c0 >= band.width)


def doubt_row(row: Row) -> dict[Cell, Cell]:
    """The figures of a row, each with the same cell in doubt."""
    return {
        cell: cell._replace(doubt=cell.doubt or RAGGED)
        for cell in row.cells
        if looks_numeric(cell.text)
    }


def _said(own: Sequence[Cell]) -> Finding:
    label = next((c for c in own if c.text), own[0])
    message = f"the row {quote(label.text)} has lost cells before its figures: set from the right"
    return note("row.moved", message, severity="info")


def _bands(table: Table, rows: Sequence[Row]) -> list[_Band | None]:
    """For each row the head that holds there; None for rows of a head."""
    first, heads = rows_to_header(rows)
    wanted = [column.key for column in edition("2021").applicants]
    if heads:
        width = _reach(rows[:first])
        slots = [(h.key, h.c0, h.c1) for h in sorted(heads, key=lambda h: h.c0)]
        left = width - len(wanted)
        right = [(key, left + i, left + i + 1) for i, key in enumerate(wanted)]
        ordered = [key for key, _, _ in slots] == wanted
        band = _Band(width, len(wanted), slots[0][1], slots == right, ordered)
        return [None] * first + [band] * (len(rows) - first)
    bands: list[_Band | None] = []
    current = _Band(table.cols, 0)
    start: int | None = None
    for row in rows:
        named = _named(row)
        if named:
            start = row.number if start is None else start
            head = rows[start : row.number + 1]
            current = _Band(_reach(head), named, sound=_blocks_hold(head))
            bands.append(None)
        else:
            start = None
            bands.append(current)
    return bands


def _reach(rows: Sequence[Row]) -> int:
    return max((c.span.c1 for row in rows for c in row.cells), default=0)


def _named(row: Row) -> int:
    """How many columns of the form a row without figures names."""
    if has_figures(row.cells):
        return 0
    texts = row.texts
    counts = []
    for labels in (proactive_columns(), review_columns(), applicant_columns()):
        found = (labels.match(text) for text in texts)
        counts.append(sum(m is not None and not m.key.startswith("#") for m in found))
    # 其他 and 总计 are names of rows as well
    sure = counts[0] or max(counts) >= LEAST_NAMED or any(map(_is_block, texts))
    return max(1, *counts) if sure else 0


def _blocks_hold(band: Sequence[Row]) -> bool:
    """Whether each block of the review table that a head names has the five outcomes under it,
    in the form's order."""
    cells = list(dict.fromkeys(c for row in band for c in row.inked))
    found = [(c.span, review_columns().match(c.text)) for c in cells]
    outcomes = [(span.c0, span.c1, m.key) for span, m in found if m]
    blocks = [c.span for c in cells if _is_block(c.text)]
    wanted = [column.key for column in edition("2021").outcomes]
    return all(
        [key for c0, c1, key in sorted(outcomes) if b.c0 <= c0 and c1 <= b.c1] == wanted
        for b in blocks
    )


def _is_block(text: str) -> bool:
    found = review_blocks().match(text)
    return found is not None and not found.key.startswith("#")


def _hangs(row: Row, band: _Band) -> bool:
    """Whether a cell from above reaches in under the applicants' heads."""
    return band.left is not None and any(
        c.span.r0 < row.number and c.span.c1 > band.left for c in row.cells
    )


def _has_spacers(row: Row, band: _Band) -> bool:
    """Whether a row of full width has blank cells between label and figures: spans replaced
    by empty cells."""
    if not band.at_right or row.cells[-1].span.c1 != band.width:
        return False
    before = [c for c in row.cells if c.span.c1 <= (band.left or 0)]
    return bool(before) and not before[-1].text


def _moved(own: Sequence[Cell], band: _Band, spacers: bool) -> dict[Cell, Cell] | None:
    """A short row with its figures set from the right, or None where that is not certain."""
    figures, before = own[-band.heads :], own[: -band.heads]
    if not band.at_right or len(figures) < band.heads or not before:
        return None
    if any(c.span.c1 - c.span.c0 > 1 or c.span.r1 - c.span.r0 > 1 for c in figures):
        return None
    if not all(looks_numeric(c.text) for c in figures):
        return None
    if any(c.text and looks_numeric(c.text) for c in before) or not any(c.text for c in before):
        return None
    blank = not before[-1].text
    ends_inked = bool(figures[0].text and figures[-1].text)
    if (blank or spacers) and not ends_inked:
        return None
    left = band.width - band.heads
    moved = {
        cell: cell._replace(span=cell.span._replace(c0=left + i, c1=left + i + 1))
        for i, cell in enumerate(figures)
    }
    label = before[-1]
    if label.span.r1 - label.span.r0 == 1:
        moved[label] = label._replace(span=label.span._replace(c1=left))
    return moved


def _is_plain(own: Sequence[Cell], band: _Band) -> bool:
    """Whether a short row has one label and one figure under a head of one column."""
    return band.heads == 1 and len(own) == 2 and not looks_numeric(own[0].text)
