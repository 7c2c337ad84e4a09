"""The labels of the applicant matrix on a page without rulings, column by column.

The labels stand in up to three columns: A (results), B (group), C (label). Rows of kind A
begin in the first and reach over all three, those of kind B over the last two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from extract.detectors.whitespace_place import pieces_to_columns
from extract.detectors.whitespace_rows import APART, ORDINALS, Row, lines_to_rows, parted
from tableparse.labels import applicant_rows, fold
from tableparse.whitespace import Piece, is_figure, pieces_to_lines

REACH = 60.0
"""Points above the first and below the last recognised line in which a label may go on."""
NEXT = 15.0
"""Points between lines of a group's label beyond the outermost row."""
CUT = 40.0
"""Points between a part of a label cut by the page and the row next to it."""
SHORT = 3
"""Characters behind an ordinal that may be the first line of a label in a narrow column."""
FAR = 90.0
"""Points between labels from which they are of different tables."""
WRAPS = 12
"""The same in font sizes: a label in a narrow column may run over as many."""
_ORDINAL = re.compile(r"[一二三四]、|[（(][一二三四五六七]|\d[.、．]")
_A = frozenset({"received", "carried_in", "carried_out", "#group.results"})
_B = frozenset({"granted", "granted_in_part", "processed_total", "other"})


def key_to_kind(key: str) -> str:
    """The column of labels in which a label begins."""
    if key in _A:
        return "A"
    return "B" if key in _B or key.startswith("#group.") else "C"


@cache
def _starts() -> dict[str, list[tuple[str, str]]]:
    """The first two characters of each label to (label, kind)."""
    starts: dict[str, list[tuple[str, str]]] = {}
    for label, key in applicant_rows().exact.items():
        starts.setdefault(label[:2], []).append((label, key_to_kind(key)))
    return starts


def piece_to_kind(piece: Piece) -> str | None:
    """The kind of label that a piece begins, as far as its own text tells."""
    text = fold(piece.text)
    bare = text[1:] if text[:1] in ORDINALS else text
    for label, kind in sorted(_starts().get(bare[:2], ()), key=lambda item: item[0] != bare):
        if len(bare) < 4 or len(label) < 4:
            begun = len(bare) == SHORT and label.startswith(bare)
            if bare is text or not (begun or bare == label):
                continue
        elif not label.startswith(bare) and not (
            bare.startswith(label[:4]) and len(bare) <= len(label) + 3
        ):
            continue
        if text[:1] in "123456789":
            return "C"
        return "B" if text[:2] == "六其" else kind
    return None


def is_number(piece: Piece) -> bool:
    """Whether a piece is a figure, and neither the ordinal of a label nor a character of one
    (无 of 无法提供 may stand on a line of its own)."""
    if piece.text == "无" or not is_figure(piece.text):
        return False
    return _ORDINAL.fullmatch(piece.text) is None


def begins_label(piece: Piece) -> bool:
    """Whether a piece begins a label: with an ordinal, or with a label's own words."""
    if piece.text == "无" or _ORDINAL.match(piece.text):
        return True
    return piece_to_kind(piece) is not None


def nearest_anchors(anchors: list[tuple[Piece, str]]) -> list[tuple[Piece, str]]:
    """The largest group of anchors without a wide gap between them."""
    groups: list[list[tuple[Piece, str]]] = []
    for anchor in anchors:
        far = max(FAR, WRAPS * anchor[0].size)
        if groups and anchor[0].top - groups[-1][-1][0].bottom < far:
            groups[-1].append(anchor)
        else:
            groups.append([anchor])
    return max(groups, key=len, default=[])


def labels_to_rows(
    labels: Sequence[Piece], anchors: Sequence[tuple[Piece, str]], cuts: Sequence[float]
) -> tuple[list[Row], list[Row]]:
    """(rows of the table, labels that stand beside many rows), both from top to bottom."""
    known = {id(p): kind for p, kind in anchors}
    at = {k: min((p.x0 for p, kind in anchors if kind == k), default=None) for k in "ABC"}
    _place_columns(at, [p for p in labels if id(p) not in known])
    streams: dict[str, list[Piece]] = {"A": [], "B": [], "C": []}
    first, last = anchors[0][0].top, max(p.bottom for p, _ in anchors)
    for piece in labels:
        if first - REACH < piece.middle < last + REACH:
            streams[known.get(id(piece)) or _stream(piece, at)].append(piece)
    found: list[Row] = []
    for kind, stream in streams.items():
        for row in lines_to_rows(pieces_to_lines(stream), applicant_rows(), cuts):
            row.kind = kind
            if row.key == "#group.results":
                row.kind = "A"
            if kind == "B" and row.key == "other.other":
                row.key = "other"
            found.append(row)
    found.sort(key=lambda r: r.top)
    found = _merge_unknown(found, cuts)
    found = _trim(found)
    return _part_beside(found) if found else ([], [])


def _place_columns(at: dict[str, float | None], labels: Sequence[Piece]) -> None:
    """Where the columns A and B begin on a page on which no label says so: the two columns of
    text left of C, if there are two."""
    c_x = at["C"]
    if c_x is None or (at["A"] is not None and at["B"] is not None):
        return
    columns = pieces_to_columns([p for p in labels if p.x0 < c_x - 0.6 * p.size])
    if len(columns) == 2:
        at["A"] = columns[0].x0 if at["A"] is None else at["A"]
        at["B"] = columns[1].x0 if at["B"] is None else at["B"]


def _stream(piece: Piece, at: dict[str, float | None]) -> str:
    slack = 0.6 * piece.size
    if at["C"] is not None and piece.x0 >= at["C"] - slack:
        return "C"
    if at["B"] is not None and piece.x0 >= at["B"] - slack:
        return "B"
    if at["B"] is None and at["A"] is not None and piece.x0 > at["A"] + 2 * piece.size:
        return "B"
    return "A" if at["A"] is not None or at["B"] is not None else "B"


def _merge_unknown(rows: list[Row], cuts: Sequence[float]) -> list[Row]:
    """Lines that no label explains, joined to the row above whose label they make whole (a
    wrapped line that is set elsewhere, or damaged)."""
    kept: list[Row] = []
    for row in rows:
        above = None
        if row.key is None:
            named = [r for r in kept if r.key and not r.key.startswith("#")]
            bare = [r for r in kept if r.key is None]
            above = next((r for r in (*named[-1:], *bare[-1:]) if _goes_on(r, row, cuts)), None)
        if above is None:
            kept.append(row)
            continue
        above.text += row.text
        found = applicant_rows().match(above.text)
        above.key = found.key if found else above.key
        above.x0, above.x1 = min(above.x0, row.x0), max(above.x1, row.x1)
        above.bottom = max(above.bottom, row.bottom)
    return kept


def _goes_on(above: Row, row: Row, cuts: Sequence[float]) -> bool:
    """Whether a line makes the label above it whole, or no less whole than it is."""
    if row.top - above.bottom >= APART * 12 or row.kind < above.kind:
        return False
    if parted(above.top + 3, row.top + 3, cuts):
        return False
    both, alone = (applicant_rows().match(t) for t in (above.text + row.text, above.text))
    if both is None or both.key.startswith("#"):
        return False
    return above.key in (None, both.key) and (alone is None or both.likeness >= alone.likeness)


def _spans_rows(row: Row) -> bool:
    """Whether a row's text may belong to a label that stands beside several rows."""
    if row.key is None or row.key == "other":
        return row.kind != "C"
    return row.key.startswith("#group.")


def _trim(rows: list[Row]) -> list[Row]:
    """Rows without the texts at either end that are no part of a label. A label cut by the
    page gets the key of the label that it is a part of, if that is one alone."""
    for end in (-1, 0):
        while rows:
            row = next((r for r in rows[:: -1 if end else 1] if not _fragment(r)), None)
            if row is None or (row.key is not None and not _spans_rows(row)):
                break
            whole = _cut_label(row, rows, end)
            if whole:
                row.key = whole.pop() if len(whole) == 1 else None
                row.kind = row.kind if row.key is None else key_to_kind(row.key)
                break
            rows.remove(row)
    return _adjacent(rows)


def _adjacent(rows: Sequence[Row]) -> list[Row]:
    """Rows without the parts of groups' labels that stand apart from all rows: other words."""
    own = [r for r in rows if not _spans_rows(r)] or rows
    low, high = min((r.top for r in own), default=0.0), max((r.bottom for r in own), default=0.0)
    kept = set(map(id, own))
    for row in sorted(rows, key=lambda r: r.top):
        if row.top - high < NEXT:
            high = max(high, row.bottom)
            kept.add(id(row))
    for row in sorted(rows, key=lambda r: -r.bottom):
        if low - row.bottom < NEXT:
            low = min(low, row.top)
        else:
            kept.discard(id(row))
    return [r for r in rows if id(r) in kept]


def _fragment(row: Row) -> bool:
    """Whether a text is a group's label, or may be a part of one, and of no other."""
    if not _spans_rows(row):
        return False
    if row.key is not None:
        return True
    text = fold(row.text)
    bare = text[1:] if text[:1] in ORDINALS else text
    groups = [w for w, key in applicant_rows().exact.items() if key.startswith("#group.")]
    return any(text in w or w.startswith(bare) for w in groups)


def _cut_label(row: Row, rows: Sequence[Row], end: int) -> set[str]:
    """The labels of which the outermost text of a page is the beginning or the end."""
    text = fold(row.text)
    bare = text[1:] if end and text[:1] in ORDINALS else text
    if len(bare) < (1 if row.kind == "C" and not end else 3):
        return set()
    fits = str.startswith if end else str.endswith
    own = _outermost([r for r in rows if r is not row] or rows, end)
    apart = row.top - own.bottom if end else own.top - row.bottom
    if own is not row and not -2 < apart < CUT:
        return set()
    labels = applicant_rows().exact.items()
    return {key for label, key in labels if key[:1] != "#" and fits(label, bare)}


def _outermost(rows: Sequence[Row], end: int) -> Row:
    """The first or last row of a label of its own; of all where there is none."""
    return ([r for r in rows if not _spans_rows(r)] or [*rows])[end]


def _part_beside(found: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Rows of the table, and the labels that reach over several of them."""
    leaves = [r for r in found if r.kind == "C"]
    own = [r for r in found if not _spans_rows(r)]
    outcomes = [r for r in own if r.kind != "A"]
    rows: list[Row] = []
    beside: list[Row] = []
    for row in found:
        if not _spans_rows(row):
            rows.append(row)
            continue
        around = outcomes if row.kind == "A" else leaves
        name = (row.key or "").removeprefix("#group.")
        if row.kind == "B" and name:
            names = dict(zip(map(id, own), group_names(own), strict=True))
            around = [r for r in leaves if names.get(id(r)) == name]
        if not around:
            rows.append(row)
            continue
        low = -1e9 if around[0] is own[0] else around[0].top - 4
        high = 1e9 if around[-1] is own[-1] else around[-1].bottom + 4
        middle = (row.top + row.bottom) / 2
        (beside if low < middle < high else rows).append(row)
    return rows, beside


def group_names(rows: Sequence[Row]) -> list[str]:
    """The group of each row of kind C: by its label, else that of its neighbour; "" else."""
    names = [(r.key or "").split(".")[0].removeprefix("#subtotal") for r in rows]
    for i, row in enumerate(rows):
        if row.kind != "C":
            names[i] = ""
        elif not names[i]:
            if i and rows[i - 1].kind == "C":
                names[i] = names[i - 1]
            elif i + 1 < len(rows) and rows[i + 1].kind == "C":
                names[i] = names[i + 1]
            names[i] = names[i] or "?"
    return names
