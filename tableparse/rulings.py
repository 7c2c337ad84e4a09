"""Drawn segments to the rulings of tables: snapped, joined, grouped, their frames closed.

Word processors draw a border segment per cell, with gaps and overlaps below a point, and
browsers leave a table's frame open where a page breaks. Both are mended here, before any
detector looks: a detector is then given few, long lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tableparse.model import Box, Ruling

SNAP = 2.5
"""Points within which parallel lines are one line (double and doubled borders)."""
JOIN = 3.0
"""Points of gap that two pieces of one line may have between them (dashes, corners)."""
TOUCH = 3.0
"""Points within which a horizontal and a vertical line are taken to meet."""
SHORT = 6.0
"""Points below which a joined line bounds no cell (underscores, tick marks, strokes)."""


def _merge(lines: Iterable[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """(position, start, end) of parallel segments to joined lines, sorted by position."""
    merged: list[tuple[float, float, float]] = []
    cluster: list[tuple[float, float, float]] = []

    def flush() -> None:
        weight = sum(end - start + 0.01 for _, start, end in cluster)
        where = sum(pos * (end - start + 0.01) for pos, start, end in cluster) / weight
        pieces = sorted((start, end) for _, start, end in cluster)
        start, end = pieces[0]
        for s, e in pieces[1:]:
            if s - end <= JOIN:
                end = max(end, e)
            else:
                merged.append((where, start, end))
                start, end = s, e
        merged.append((where, start, end))

    for line in sorted(lines):
        if cluster and line[0] - cluster[0][0] > SNAP:
            flush()
            cluster = []
        cluster.append(line)
    if cluster:
        flush()
    return [line for line in merged if line[2] - line[1] >= SHORT]


def rulings_to_lines(rulings: Iterable[Ruling]) -> tuple[list[Ruling], list[Ruling]]:
    """Raw segments to (horizontal, vertical) rulings, each snapped and joined."""
    across, down = [], []
    for x0, top, x1, bottom in rulings:
        if top == bottom:
            across.append((top, x0, x1))
        else:
            down.append((x0, top, bottom))
    return (
        [Ruling(start, pos, end, pos) for pos, start, end in _merge(across)],
        [Ruling(pos, start, pos, end) for pos, start, end in _merge(down)],
    )


def lines_to_groups(
    across: Sequence[Ruling], down: Sequence[Ruling]
) -> list[tuple[list[Ruling], list[Ruling]]]:
    """Lines that meet, directly or through others, as one group: the parts of one table."""
    parent = list(range(len(across) + len(down)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, (x0, y, x1, _) in enumerate(across):
        for j, (x, top, _, bottom) in enumerate(down, len(across)):
            if x0 - TOUCH <= x <= x1 + TOUCH and top - TOUCH <= y <= bottom + TOUCH:
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = {}
    for i, line in enumerate(across):
        groups.setdefault(root(i), ([], []))[0].append(line)
    for j, line in enumerate(down, len(across)):
        groups.setdefault(root(j), ([], []))[1].append(line)
    return [g for g in groups.values() if g[0] and g[1] and len(g[0]) + len(g[1]) >= 3]


def close_frame(across: list[Ruling], down: list[Ruling]) -> tuple[list[Ruling], list[Ruling]]:
    """One table's lines with its outer frame closed.

    Chromium draws no top border on a continuation page and no bottom border under cells that
    go on overleaf; without a frame the outermost row is no cell to any detector.
    """
    x0 = min(min(r.x0 for r in across), down[0].x0)
    x1 = max(max(r.x1 for r in across), down[-1].x0)
    top = min(min(r.top for r in down), across[0].top)
    bottom = max(max(r.bottom for r in down), across[-1].top)

    def framed(
        lines: list[Ruling],
        position: Callable[[Ruling], float],
        start: tuple[float, float],
        frame: Callable[[float], Ruling],
    ) -> list[Ruling]:
        inner = list(lines)
        for at in start:
            near = [line for line in inner if abs(position(line) - at) <= SNAP]
            if near:
                at = position(near[0])
                inner = [line for line in inner if line not in near]
            inner.append(frame(at))
        return sorted(inner, key=position)

    closed_across = framed(across, lambda r: r.top, (top, bottom), lambda y: Ruling(x0, y, x1, y))
    closed_down = framed(down, lambda r: r.x0, (x0, x1), lambda x: Ruling(x, top, x, bottom))
    return closed_across, closed_down


def fills_to_rulings(fills: Iterable[Box]) -> list[Ruling]:
    """The four edges of each filled area, for tables that are drawn by fills alone."""
    edges: list[Ruling] = []
    for x0, top, x1, bottom in fills:
        edges += (
            Ruling(x0, top, x1, top),
            Ruling(x0, bottom, x1, bottom),
            Ruling(x0, top, x0, bottom),
            Ruling(x1, top, x1, bottom),
        )
    return edges
