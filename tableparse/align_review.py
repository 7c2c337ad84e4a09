"""The review table: one row of fifteen figures, under three blocks of five outcomes each."""

from __future__ import annotations

from collections.abc import Sequence

from tableparse.formdata import edition
from tableparse.labels import review_blocks, review_columns
from tableparse.model import Finding, Matrix, Row, Table, Value
from tableparse.rows import (
    Head,
    band_to_heads,
    has_figures,
    heads_to_values,
    in_doubt,
    note,
    row_to_heads,
    same_figures,
)

BLOCK_OUTCOMES = 5


def tables_to_review(
    tables: Sequence[Table],
) -> tuple[Matrix | None, tuple[Finding, ...], frozenset[int]]:
    """The review matrix, what has to be said of it, and the tables it was read from.

    None where no table names the three blocks and the five outcomes under each.
    """
    readings: list[dict[str, dict[str, Value]]] = []
    used: set[int] = set()
    for index, table in enumerate(tables):
        rows = table.by_row
        heads, after = _heads(rows)
        if heads and after < len(rows):
            used.add(index)
            readings += [_row_to_rows(row, heads) for row in _body(rows[after:], heads)]
    if not readings:
        return None, (), frozenset()
    printed = [r for r in readings if any(v.raw for block in r.values() for v in block.values())]
    first = (printed or readings)[0]
    if all(_same(other, first) for other in printed[1:]):
        return Matrix("review", "2021", first), (), frozenset(used)
    doubted = {
        block: {k: in_doubt(v, "row.twice") for k, v in values.items()}
        for block, values in first.items()
    }
    message = "the review table has more than one row of figures"
    return (
        Matrix("review", "2021", doubted),
        (note("row.twice", message, ["review"]),),
        (frozenset(used)),
    )


def _body(rows: Sequence[Row], heads: dict[str, list[Head]]) -> list[Row]:
    """The rows under the header that print figures or nothing; notes are no figures."""
    under = {head.c0 for outcomes in heads.values() for head in outcomes}
    return [
        row
        for row in rows
        if any(c.span.c0 in under for c in row.cells)
        and (has_figures(row.cells) or not any(c.text for c in row.cells))
    ] or list(rows[:1])


def _same(a: dict[str, dict[str, Value]], b: dict[str, dict[str, Value]]) -> bool:
    return all(same_figures(a[block], b[block]) for block in a)


def _heads(rows: Sequence[Row]) -> tuple[dict[str, list[Head]], int]:
    """(outcomes by block, first row after the header), or ({}, 0) where a head is missing.

    The header ends at the first row of figures, or of nothing.
    """
    blocks: list[Head] = []
    first = after = len(rows)
    for row in rows:
        found = [head for head in row_to_heads(row, review_blocks()) if head not in blocks]
        if found and not blocks:
            first = row.number
        blocks += found
        if blocks and (has_figures(row.cells) or not any(c.text for c in row.cells)):
            after = row.number
            break
    outcomes = band_to_heads(rows[first:after], review_columns(), review_blocks())
    form = edition("2021")
    if sorted(b.key for b in blocks) != sorted(b.key for b in form.blocks):
        return {}, 0
    wanted = [column.key for column in form.outcomes]
    # a head may reach over its block's edge into a sliver, not into another block
    over = {h: [b.key for b in blocks if b.c0 < h.c1 and h.c0 < b.c1] for h in outcomes}
    under = {b.key: [h for h in outcomes if over[h] == [b.key] and b.c0 <= h.c0] for b in blocks}
    if any(sorted(h.key for h in heads) != sorted(wanted) for heads in under.values()):
        return {}, 0
    return {
        b.key: sorted(under[b.key], key=lambda h: wanted.index(h.key)) for b in form.blocks
    }, after


def _row_to_rows(row: Row, heads: dict[str, list[Head]]) -> dict[str, dict[str, Value]]:
    return {block: heads_to_values(row, outcomes, block) for block, outcomes in heads.items()}
