"""The applicant matrix in a text: its rows found by their labels, ten columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from extract.readers.text_cells import Built, Draft, TableWriter
from extract.readers.text_header import HEADER_LINES, Header, find_applicant_header
from extract.readers.text_items import Sheet
from extract.readers.text_labels import SHORT, Hit, Span, Stream, hits_between, ordinals, raw_text
from extract.readers.text_rows import (
    Found,
    find_damaged,
    hits_to_rows,
    mark_fused,
    rows_to_owner,
    unknown_rows,
)
from extract.readers.text_runs import Row, bind_runs, items_to_runs
from tableparse.formdata import editions
from tableparse.labels import applicant_columns, applicant_rows

LABELS, FIGURES = 3, 7
LEAST_ROWS = 3
"""Distinct rows of the form that a text must name to have the matrix."""
TABLE_LINES = 60
"""Lines without a row's label behind which a table has ended."""
LAST_LINES = 8
"""Lines below the last exact label in which a damaged last label is looked for."""


@cache
def _groups() -> dict[str, str]:
    """The group that each row of the form stands in."""
    return {row.key: row.group or "" for form in editions() for row in form.rows}


@cache
def _leaves() -> frozenset[str]:
    return frozenset(_groups()) | {"#subtotal"}


def find_matrices(stream: Stream, hits: Sequence[Hit]) -> list[list[Hit]]:
    """The labels of each applicant matrix in the text, a second table where a row repeats."""
    rows = applicant_rows().exact
    tables: list[list[Hit]] = []
    seen: set[str] = set()
    last = 0
    for hit in hits:
        key = rows.get(hit.label, "#")
        if key.startswith("#") or len(hit.label) < SHORT:
            continue
        line = stream.items[stream.item_at(hit.start)].line
        if not tables or key in seen or line - last > TABLE_LINES:
            tables.append([])
            seen = set()
        tables[-1].append(hit)
        seen.add(key)
        last = line
    return [table for table in tables if len(table) >= LEAST_ROWS]


def read_matrix(
    stream: Stream, sheet: Sheet, hits: Sequence[Hit], own: Sequence[Hit], bounds: Span
) -> Draft:
    """The table of the matrix whose exact labels are `own`, within `bounds` of the text."""
    floor = _lines_above(stream, own[0].start, bounds[0])
    limit = _lines_below(stream, own[-1].end, bounds[1])
    below = hits_between(hits, own[-1].end, limit)
    limit = min([limit, *(h.start for h in below if h.label not in applicant_rows().exact)])
    header = find_applicant_header(stream, hits, floor, _row_start(stream, own[0], floor))
    low = max((end for _, end in header.spans), default=own[0].start) if header else own[0].start
    found = _find_rows(stream, hits, (low, limit))
    rows, runs = found.rows, []
    if rows:
        first, last = stream.item_at(rows[0].start), stream.item_at(rows[-1].end - 1)
        while first and stream.items[first - 1].kind != "word":
            first -= 1
        end = last + 1
        while end < len(stream.items) and stream.items[end].kind != "word":
            end += 1
        runs = items_to_runs(stream, first, end, lambda _: FIGURES, found.ordinal_items)
        rows += unknown_rows(stream, runs, rows)
        rows.sort(key=lambda row: row.start)
        mark_fused(stream, rows)
        bind_runs(stream, rows, runs, rows_to_owner(stream, rows))
        _doubt_lost_ordinals(stream, rows)
    for row in rows:
        row.count = FIGURES
    starts = [start for start, _ in header.spans] if header else []
    start = min([*starts, *(row.start for row in rows[:1])], default=own[0].start)
    cols = LABELS + FIGURES
    return Draft(rows, start, cols, lambda: _write(stream, sheet, header, rows, start))


def _row_start(stream: Stream, hit: Hit, floor: int) -> int:
    """Where the row of a label starts, with its ordinal."""
    key = applicant_rows().exact[hit.label]
    return max(floor, hits_to_rows(stream, [(hit, key, True)], hit.end).rows[0].start)


def _lines_above(stream: Stream, offset: int, floor: int) -> int:
    """Where the lines start in which the header of rows from `offset` on can stand."""
    index = stream.item_at(offset)
    line = stream.items[index].line - HEADER_LINES
    while index and stream.items[index - 1].line >= line and stream.starts[index] > floor:
        index -= 1
    return max(floor, stream.starts[index])


def _lines_below(stream: Stream, offset: int, limit: int) -> int:
    """Where the lines end in which a row below the one that ends at `offset` can stand."""
    index = stream.item_at(offset - 1)
    line = stream.items[index].line + LAST_LINES
    last = len(stream.items) - 1
    while index < last and stream.items[index + 1].line <= line and stream.end(index) < limit:
        index += 1
    return min(limit, stream.end(index))


def _find_rows(stream: Stream, hits: Sequence[Hit], span: Span) -> Found:
    exact = applicant_rows().exact
    inside = hits_between(hits, *span)
    heads = _repeated_heads(stream, inside)
    own = [(h, exact[h.label]) for h in inside if h.label in exact and h not in heads]
    keyed = []
    for hit, key in own:
        ordinal = _ordinal_before(stream, hit)
        key = "other" if key == "other.other" and ordinal == "六" else key
        keyed.append((hit, key, key in _leaves()))
    found = hits_to_rows(stream, keyed, span[1])
    damaged = find_damaged(stream, found, span, applicant_rows(), _leaves())
    rows = sorted([*found.rows, *damaged], key=lambda row: row.start)
    last = max((row.end for row in rows if row.leaf), default=0)
    rows = [row for row in rows if row.start < last]
    for row, below in pairwise(rows):
        if row.key == "other" and below.key.startswith("other."):
            row.leaf = False
    return Found(rows, rows_to_owner(stream, rows), found.ordinal_items)


def _ordinal_before(stream: Stream, hit: Hit) -> str:
    return stream.folded[hit.start - 1 : hit.start]


def _repeated_heads(stream: Stream, hits: Sequence[Hit]) -> set[Hit]:
    """Labels that are words of a header repeated on a later page: those that no row has, and
    其他 and 总计 beside them, if no ordinal stands in front."""
    rows, columns = applicant_rows().exact, applicant_columns().exact
    heads = {h for h in hits if h.label in columns and h.label not in rows}
    ordinal = frozenset(ordinals().values())
    for order in (hits, list(reversed(hits))):
        for hit, beside in zip(order[1:], order, strict=False):
            both = hit.label in rows and hit.label in columns
            if both and beside in heads and _ordinal_before(stream, hit) not in ordinal:
                heads.add(hit)
    return heads


def _doubt_lost_ordinals(stream: Stream, rows: Sequence[Row]) -> None:
    """Where a label prints no ordinal though others do, the digit may have gone into the
    row's first or last figure, or into the last one of the row above."""
    numbered = [r for r in rows if r.leaf and ordinals().get(r.key, "").isdigit()]
    if all(row.bare for row in numbered):
        return
    above: Row | None = None
    for row in (row for row in rows if row.leaf):
        if row.bare and row in numbered:
            digit = ordinals()[row.key]
            first, last = _end_figures(stream, row)
            row.doubt = row.doubt or first.startswith(digit) or last.endswith(digit)
            if above is not None and _end_figures(stream, above)[1].endswith(digit):
                above.doubt = True
        above = row


def _end_figures(stream: Stream, row: Row) -> tuple[str, str]:
    """The first and the last figure of a row, "" where tabs part them from all labels."""
    items = [stream.items[i] for run in row.runs for i in run.items]
    texts = [item.text for item in items if item.text and not item.tabbed]
    return (texts[0], texts[-1]) if texts else ("", "")


def _write(
    stream: Stream, sheet: Sheet, header: Header | None, rows: Sequence[Row], start: int
) -> Built:
    writer = TableWriter(stream, sheet, LABELS + FIGURES, start, rows)
    if header:
        for place, word in enumerate(header.words):
            writer.add_text((0, 1, LABELS + place, LABELS + place + 1), word, header.spans)
        writer.next_row()
    groups: dict[int, tuple[Row, int]] = {}
    for place, row in enumerate(rows):
        if not row.leaf and not row.runs:
            below = next((r for r in rows[place + 1 :] if r.leaf), None)
            if below is not None and below.key and _is_in(below.key, row.key):
                column = 0 if row.key == "#group.results" else 1
                _close(writer, groups, [c for c in groups if c >= column])
                groups[column] = (row, writer.row)
            continue
        ended = [c for c, (group, _) in groups.items() if not _is_in(row.key, group.key)]
        _close(writer, groups, ended)
        left = max(_first_column(row.key), max((c + 1 for c in groups), default=0))
        writer.add_label(left, LABELS, row)
        writer.add_figures(LABELS, row)
        writer.next_row()
    _close(writer, groups, list(groups))
    return writer.built()


def _is_in(key: str, group: str) -> bool:
    """Whether a row (or one whose label is not of the form) stands in a group."""
    name = group.removeprefix("#group.")
    if not key or key == "#subtotal" or key == name:
        return True
    own = key.removeprefix("#group.") if key.startswith("#group.") else _groups().get(key, "")
    return own == name or (name == "results" and own != "")


def _first_column(key: str) -> int:
    if key.startswith("#group."):
        return 1
    group = _groups().get(key, "other")
    return {"": 0, "results": 1}.get(group, 2)


def _close(writer: TableWriter, groups: dict[int, tuple[Row, int]], columns: Sequence[int]) -> None:
    """Write the group cells that end above the row to come."""
    for column in columns:
        row, first = groups.pop(column)
        if writer.row > first:
            text = raw_text(writer.stream, (row.start, row.end))
            writer.add_text((first, writer.row, column, column + 1), text, ((row.start, row.end),))
