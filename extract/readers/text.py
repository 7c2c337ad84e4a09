"""Plain text, made by somebody else's converter, to a document with ready-made tables.

The form's own labels say where a table stands and where its rows begin; figures are given
to a row only where there is one way to do it (`text_runs`, `tableparse.textrows`). All else
is marked `text.ambiguous` or stays out. What is no table is lines, in order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from extract.readers.text_applications import find_matrices, read_matrix
from extract.readers.text_cells import Built, Draft, covered_items, line_box, table_reach
from extract.readers.text_header import find_review_headers
from extract.readers.text_items import Sheet, is_lone_number, text_to_sheet
from extract.readers.text_labels import Stream, find_labels, items_to_stream
from extract.readers.text_runs import row_to_figures
from extract.readers.text_small import find_proactive, read_proactive, read_review
from tableparse.model import Document, Line

MEDIA_TYPE = "text/plain"


def text_to_document(text: str) -> Document:
    """The tables of the form that a text holds, and its other lines, in order.

    Tables lie on unit grids: 4 columns (proactive), 10 (applicants: three of labels, seven of
    figures) and 15 (review). Boxes of cells and lines are in ems from the left and lines from
    the top of the page; pages are counted by \\f.
    """
    sheet = text_to_sheet(text)
    stream = items_to_stream(sheet.items)
    drafts = _find_tables(stream, sheet)
    _doubt_broken_rows(stream, drafts)
    builts = [draft.write() for draft in drafts]
    return Document(
        MEDIA_TYPE,
        tables=tuple(built.table for built in builts if built.table.cells),
        lines=tuple(_to_lines(sheet, stream, builts)),
        page_count=sheet.pages,
    )


def _find_tables(stream: Stream, sheet: Sheet) -> list[Draft]:
    hits = find_labels(stream)
    proactive = find_proactive(stream, hits)
    matrices = find_matrices(stream, hits)
    reviews = find_review_headers(stream, hits)
    spans = [(own[0].start, own[-1].end) for own in (*proactive, *matrices)] + reviews
    starts, ends = sorted(start for start, _ in spans), sorted(end for _, end in spans)
    drafts = [read_proactive(stream, sheet, own) for own in proactive]
    for own in matrices:
        above, below = bisect_right(ends, own[0].start), bisect_left(starts, own[-1].end)
        low = ends[above - 1] if above else 0
        high = starts[below] if below < len(starts) else len(stream.folded)
        drafts.append(read_matrix(stream, sheet, hits, own, (low, high)))
    return drafts + [read_review(stream, sheet, span) for span in reviews]


def _doubt_broken_rows(stream: Stream, drafts: Sequence[Draft]) -> None:
    """Figures of a row that stand on several lines are its own only if the text gives no
    cause to think otherwise: a number alone on its line may be a page's, if another such
    number has no place in a table; and where some row lacks figures (blank cells that left
    no trace, figures run together), what stands below may be another row's."""
    lines: dict[int, list[int]] = {}
    for index, item in enumerate(stream.items):
        lines.setdefault(item.line, []).append(index)
    lone = {
        places[-1] for places in lines.values() if is_lone_number([stream.items[i] for i in places])
    }
    rows = [row for draft in drafts for row in draft.rows]
    used = {row_id: {i for run in row.runs for i in run.items} for row_id, row in enumerate(rows)}
    stray = bool(lone.difference(*used.values()))
    lacking = any(_lacks_figures(stream, draft) for draft in drafts)
    for row_id, row in enumerate(rows):
        broken = len({stream.items[i].line for i in used[row_id]}) > 1
        alone = bool(used[row_id] & lone)
        row.doubt = row.doubt or (alone and stray) or ((alone or broken) and lacking)


def _lacks_figures(stream: Stream, draft: Draft) -> bool:
    reach = table_reach(stream, draft.start, draft.cols, draft.rows)
    return any(row.runs and row_to_figures(stream, row, reach) is None for row in draft.rows)


def _to_lines(sheet: Sheet, stream: Stream, builts: Iterable[Built]) -> list[Line]:
    """The text's lines without what stands in tables; blank lines are left out."""
    words, figures = covered_items(builts)
    touched = {stream.items[i].line for i in (*words, *figures)}
    rest: dict[int, list[tuple[int, int]]] = {}
    for index, item in enumerate(stream.items):
        if item.line not in touched or item.kind == "blank" or index in figures:
            continue
        for begin, end in _uncovered(item.text, words.get(index, [])):
            if any(char.isalnum() for char in item.text[begin:end]):
                rest.setdefault(item.line, []).append((item.column + begin, item.column + end))
    lines: list[Line] = []
    for number, source in enumerate(sheet.lines):
        if number in sheet.page_numbers or not source.text.strip():
            continue
        parts = rest.get(number, [])
        if number not in touched:
            text = source.text
            parts = [(len(text) - len(text.lstrip()), len(text.rstrip()))]
        if parts:
            text = " ".join(source.text[begin:end].strip() for begin, end in parts)
            box = line_box(sheet, number, parts[0][0], parts[-1][1])
            lines.append(Line(text, source.page, box, 0.0))
    return lines


def _uncovered(text: str, covered: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    parts: list[tuple[int, int]] = []
    at = 0
    for begin, end in sorted(covered):
        if begin > at:
            parts.append((at, begin))
        at = max(at, end)
    if at < len(text):
        parts.append((at, len(text)))
    return parts
