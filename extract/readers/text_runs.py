"""Runs of figures in a text, and the label that each belongs to, where that is certain.

A run stands behind its label on the label's line, between the parts of a wrapped label, in
front of the label on its line, or on lines of its own. A run on a line of its own belongs to
a label only if all labels around that lack figures can be served in the same way: each with
the one run that follows it, or each with the one in front of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from extract.readers.text_items import Item
from extract.readers.text_labels import Stream
from tableparse.textrows import slots_to_window, tokens_to_figures


@dataclass(slots=True, eq=False)
class Row:
    """A label of a table in the text: the folded characters it covers (its ordinal and tail
    too), its key, whether it must have figures, and what was found for it."""

    start: int
    end: int
    key: str
    leaf: bool
    fused: list[tuple[int, int, int]] = field(default_factory=list)
    """Parts of words (item, from, to) with digits: figures run together with each other."""
    doubt: bool = False
    runs: list[Run] = field(default_factory=list)
    count: int = 0
    """Figures that the row has to have."""
    bare: bool = False
    """The label's own ordinal is not printed in front of it."""


@dataclass(slots=True, eq=False)
class Run:
    """Successive figures and blank cells; `before` and `behind` are the indices of the words
    around them (None at the ends)."""

    items: list[int]
    before: int | None
    behind: int | None
    taken: bool = False


Owner = dict[int, tuple[Row | None, Row | None]]
"""Word (its index) to the rows that own its first and its last folded character."""
NOBODY = (None, None)


def items_to_runs(
    stream: Stream,
    lo: int,
    hi: int,
    count: Callable[[int], int],
    left_out: frozenset[int] = frozenset(),
) -> list[Run]:
    """The runs among the items lo <= i < hi but those `left_out`. Figures of the next line
    continue a run that has fewer than `count(item)` figures, if together they do not have
    more."""
    runs: list[Run] = []
    parts: list[list[int]] = []
    before: int | None = None
    for index in range(lo, hi + 1):
        if index in left_out:
            continue
        item = stream.items[index] if index < min(hi + 1, len(stream.items)) else None
        if item is None or item.kind == "word":
            behind = index if item is not None else None
            runs += _parts_to_runs(stream, parts, before, behind, count)
            parts, before = [], behind
        elif parts and stream.items[parts[-1][-1]].line == item.line:
            parts[-1].append(index)
        else:
            parts.append([index])
    return runs


def _parts_to_runs(
    stream: Stream,
    parts: Iterable[list[int]],
    before: int | None,
    behind: int | None,
    count: Callable[[int], int],
) -> list[Run]:
    runs: list[Run] = []
    for part in parts:
        filled = _filled(stream, part)
        labelled = before is not None and stream.items[before].line == stream.items[part[0]].line
        if not filled and not labelled:
            continue
        if runs and filled:
            have = _filled(stream, runs[-1].items)
            wanted = count(part[0])
            near = stream.items[part[0]].line == stream.items[runs[-1].items[-1]].line + 1
            if near and 0 < len(have) < wanted and len(have) + len(filled) <= wanted:
                runs[-1].items += part
                continue
        runs.append(Run(list(part), before, behind))
    return runs


def _filled(stream: Stream, items: Iterable[int]) -> list[Item]:
    return [stream.items[i] for i in items if stream.items[i].kind == "figure"]


def bind_runs(stream: Stream, rows: Sequence[Row], runs: Sequence[Run], owner: Owner) -> None:
    """Give each run to its row. Rows for which more than one reading is left are made
    doubtful."""
    fused = {index: row for row in rows for index, _, _ in row.fused}
    for run in runs:
        row = _bound_row(stream, run, owner)
        if row is None and run.before in fused:
            row = fused[run.before]
        if row is not None:
            row.runs.append(run)
            run.taken = True
    for row in rows:
        filled = [run for run in row.runs if _filled(stream, run.items)]
        if len(filled) > 1:
            row.doubt = True
    free = [run for run in runs if not run.taken]
    for chain, low, high in _chains(stream, rows):
        _serve(stream, chain, [r for r in free if low <= stream.starts[r.items[0]] <= high], owner)


def _bound_row(stream: Stream, run: Run, owner: Owner) -> Row | None:
    before, behind = _neighbours(run, owner)
    first, last = stream.items[run.items[0]], stream.items[run.items[-1]]
    if before is not None and before is behind:
        return before
    if run.before is not None and stream.items[run.before].line == first.line:
        return before
    if run.behind is not None and stream.items[run.behind].line == first.line == last.line:
        return behind
    return None


def _neighbours(run: Run, owner: Owner) -> tuple[Row | None, Row | None]:
    """The rows whose words stand right before and right behind a run."""
    before = owner.get(run.before, NOBODY)[1] if run.before is not None else None
    behind = owner.get(run.behind, NOBODY)[0] if run.behind is not None else None
    return before, behind


def _chains(stream: Stream, rows: Sequence[Row]) -> Iterable[tuple[list[Row], int, int]]:
    """Successive leaf rows without figures, each chain with the offsets between which its
    free runs stand: from the end of the leaf above to the start of the leaf below."""
    leaves = [row for row in rows if row.leaf]
    chain: list[Row] = []
    low = 0
    for row in leaves:
        if _needy(stream, row):
            chain.append(row)
            continue
        if chain:
            yield chain, low, row.start
        chain, low = [], row.end
    if chain:
        yield chain, low, len(stream.folded)


def _needy(stream: Stream, row: Row) -> bool:
    return not row.fused and not any(_filled(stream, run.items) for run in row.runs)


def _serve(stream: Stream, chain: list[Row], free: list[Run], owner: Owner) -> None:
    free = [run for run in free if _filled(stream, run.items)]
    if not free:
        for row in chain:  # blank cells that tabs show are certain, no figures at all are not
            row.doubt = row.doubt or not row.runs
        return
    plain = [run for run in free if not _is_tainted(stream, run)]
    after = [[r for r in plain if _neighbours(r, owner)[0] is row] for row in chain]
    ahead = [[r for r in plain if _neighbours(r, owner)[1] is row] for row in chain]
    for served in (after, ahead):
        if len(free) == len(chain) and all(len(found) == 1 for found in served):
            for row, found in zip(chain, served, strict=True):
                row.runs = found
                found[0].taken = True
            return
    for row in chain:
        row.doubt = True


def _is_tainted(stream: Stream, run: Run) -> bool:
    """Whether a word with digits stands on the run's line: part of it, perhaps."""
    lines = {stream.items[i].line for i in run.items}
    words = [stream.items[i] for i in (run.before, run.behind) if i is not None]
    return any(w.line in lines and any(c.isdecimal() for c in w.text[:1]) for w in words)


def row_to_figures(stream: Stream, row: Row, reach: int) -> list[Item | None] | None:
    """The row's figures (None for a blank cell), or None where they are not certain.

    `reach` is the number of cells in the widest line of the table. Blank cells beside figures
    have a place only in a line that has as many (none of its cells is lost), and there only
    behind the row's label, or if the line has just the figures' cells.
    """
    filled = [run for run in row.runs if _filled(stream, run.items)]
    if row.doubt or row.fused or not row.runs or len(filled) > 1:
        return None
    run, count = (filled or row.runs)[0], row.count
    items = [stream.items[i] for i in run.items]
    texts = [item.text for item in items]
    one_line = items[0].line == items[-1].line
    if not (one_line and all(item.tabbed for item in items)):
        if tokens_to_figures(texts, count) is None:
            return None
        return [item for item in items if item.text]
    start = slots_to_window(texts, count)
    if start is None:
        return None
    window = items[start : start + count]
    if any(texts) and not all(item.text for item in window):
        labelled = run.before is not None and stream.items[run.before].line == items[0].line
        if items[-1].slot + 1 != reach or not (labelled or len(items) == count):
            return None
    shown: list[Item | None] = [item if item.text else None for item in window]
    return shown


def run_to_text(stream: Stream, row: Row) -> str:
    """All that is printed where the row's figures should be, as one string."""
    parts = [(i, stream.items[i].text[begin:end].strip()) for i, begin, end in row.fused]
    parts += [(i, stream.items[i].text) for run in row.runs for i in run.items]
    return " ".join(text for _, text in sorted(parts) if text)
