"""The proactive and the review table in a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from extract.readers.text_cells import Built, Draft, TableWriter
from extract.readers.text_header import begin_in_order, same_characters
from extract.readers.text_items import Sheet
from extract.readers.text_labels import Hit, Span, Stream
from extract.readers.text_rows import hits_to_rows, mark_fused
from extract.readers.text_runs import Row, bind_runs, items_to_runs
from tableparse.formdata import Section, edition, editions
from tableparse.labels import applicant_rows, proactive_columns, proactive_rows

TABLE_LINES = 30
"""Lines without a label behind which the table has ended."""
WIDTH = 4
REVIEW = 15
BLOCK = 5


@dataclass(slots=True)
class _Block:
    """Heads and the rows under them: the title of a section and 信息内容 (`above`), columns,
    rows. `columns` are the words found; `official` the form's own where they are scattered."""

    above: list[Row] = field(default_factory=list)
    columns: list[Row] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    official: tuple[str, ...] = ()
    scattered: Span = (0, 0)

    def count(self) -> int:
        """Figures in a row under these heads; 0 if no section of the form has these heads."""
        return len(self.official) or len(self.columns)


def find_proactive(stream: Stream, hits: Sequence[Hit]) -> list[list[Hit]]:
    """The labels of each proactive table in the text: from a head on, to the last row."""
    rows, columns = proactive_rows().exact, proactive_columns().exact
    walls = {label for label in applicant_rows().exact if len(label) > BLOCK} - set(rows)
    tables: list[list[Hit]] = []
    seen: set[str] = set()
    last, opened = 0, False
    for hit in hits:
        if hit.label in walls:
            opened = False
        if hit.label not in rows and hit.label not in columns:
            continue
        line = stream.items[stream.item_at(hit.start)].line
        key = rows.get(hit.label, "#")
        leaf = not key.startswith("#")
        if not opened or line - last > TABLE_LINES or (leaf and key in seen):
            opened = not leaf
            if not opened:
                continue
            tables.append([])
            seen = set()
        tables[-1].append(hit)
        seen |= {key} if leaf else set()
        last = line
    return [_to_last_row(table) for table in tables if any(_is_leaf(h) for h in table)]


def _is_leaf(hit: Hit) -> bool:
    return not proactive_rows().exact.get(hit.label, "#").startswith("#")


def _to_last_row(table: list[Hit]) -> list[Hit]:
    return table[: max(i for i, hit in enumerate(table) if _is_leaf(hit)) + 1]


def read_proactive(stream: Stream, sheet: Sheet, own: Sequence[Hit]) -> Draft:
    """The proactive table whose labels are `own`: heads and rows as printed."""
    rows, columns = proactive_rows().exact, proactive_columns().exact
    keyed = []
    for hit in own:
        key = rows.get(hit.label) or columns[hit.label]
        keyed.append((hit, key, _is_leaf(hit)))
    found = hits_to_rows(stream, keyed, own[-1].end)
    blocks = _rows_to_blocks(stream, found.rows)
    first = stream.item_at(found.rows[0].start)
    end = _next_word(stream, stream.item_at(found.rows[-1].end - 1) + 1)
    counts = [(row.start, block.count()) for block in blocks for row in block.rows]

    def count(index: int) -> int:
        above = [n for start, n in counts if start < stream.starts[index]]
        return above[-1] if above else 0

    runs = items_to_runs(stream, first, end, count)
    mark_fused(stream, found.rows)
    bind_runs(stream, found.rows, runs, found.owner)
    for block in blocks:
        for row in block.rows:
            row.doubt = row.doubt or not block.count()
            row.count = block.count() or WIDTH - 1
    start = found.rows[0].start
    leaves = [row for row in found.rows if row.leaf]
    return Draft(leaves, start, WIDTH, lambda: _write(stream, sheet, blocks, start))


def _next_word(stream: Stream, index: int) -> int:
    while index < len(stream.items) and stream.items[index].kind != "word":
        index += 1
    return index


def _rows_to_blocks(stream: Stream, rows: Sequence[Row]) -> list[_Block]:
    blocks: list[_Block] = []
    for row in rows:
        if not row.leaf and (not blocks or blocks[-1].rows):
            blocks.append(_Block())
        if row.leaf:
            blocks[-1].rows.append(row)
        elif row.key.startswith("#"):
            blocks[-1].above.append(row)
        else:
            blocks[-1].columns.append(row)
    for block in blocks:
        _settle_columns(stream, block)
    return blocks


def _settle_columns(stream: Stream, block: _Block) -> None:
    """Keep the columns of a block only if they are all that a section with its rows has;
    where none is found, their characters may stand scattered over the lines."""
    sections = [
        section
        for form in editions()
        for section in form.proactive
        if any(row.key in {r.key for r in section.rows} for row in block.rows)
    ]
    keys = [row.key.split(":")[-1] for row in block.columns]
    if any(keys == [column.key for column in section.columns] for section in sections):
        return
    block.columns = []
    if block.above and block.rows:
        span = (block.above[-1].end, block.rows[0].start)
        for section in sections:
            _settle_scattered(stream, block, section, span)


def _settle_scattered(stream: Stream, block: _Block, section: Section, span: Span) -> None:
    words = tuple(column.label for column in section.columns)
    text = stream.folded[slice(*span)]
    if same_characters(text, words) and begin_in_order(text, words):
        block.official, block.scattered = words, span


def _write(stream: Stream, sheet: Sheet, blocks: Sequence[_Block], start: int) -> Built:
    rows = [row for block in blocks for row in block.rows]
    writer = TableWriter(stream, sheet, WIDTH, start, rows)
    for block in blocks:
        for row in block.above:
            if row.key == "#section":
                writer.add_label(0, WIDTH, row)
                writer.next_row()
        for row in block.above:
            if row.key == "#head":
                writer.add_label(0, 1, row)
                break
        for place, row in enumerate(block.columns):
            writer.add_label(place + 1, place + 2, row)
        for place, word in enumerate(block.official):
            slots = (writer.row, writer.row + 1, place + 1, place + 2)
            writer.add_text(slots, word, (block.scattered, block.scattered))
        writer.next_row()
        for row in block.rows:
            writer.add_label(0, 1, row)
            writer.add_figures(1, row)
            writer.next_row()
    return writer.built()


def read_review(stream: Stream, sheet: Sheet, header: Span) -> Draft:
    """The review table whose header stands at `header`: one row of fifteen figures."""
    row = Row(*header, "review", leaf=True, count=REVIEW)
    first = stream.item_at(header[1] - 1) + 1
    runs = items_to_runs(stream, first, _next_word(stream, first), lambda _: REVIEW)
    mark_fused(stream, [row])
    row.runs = runs
    for run in runs:
        run.taken = True
        run.before = None
    row.doubt = not runs or len(runs) > 1
    return Draft([row], row.start, REVIEW, lambda: _write_review(stream, sheet, row))


def _write_review(stream: Stream, sheet: Sheet, row: Row) -> Built:
    writer = TableWriter(stream, sheet, REVIEW, row.start, [row])
    form = edition("2021")
    spans: tuple[Span, ...] = ((row.start, row.end),) * 2
    direct, after = form.blocks[1].label, form.blocks[2].label
    writer.add_text((0, 1, 0, BLOCK), form.blocks[0].label, spans)
    writer.add_text((0, 1, BLOCK, REVIEW), "行政诉讼", spans)
    writer.add_text((1, 2, BLOCK, 2 * BLOCK), direct, spans)
    writer.add_text((1, 2, 2 * BLOCK, REVIEW), after, spans)
    for place in range(REVIEW):
        top = 1 if place < BLOCK else 2
        writer.add_text((top, 3, place, place + 1), form.outcomes[place % BLOCK].label, spans)
    for _ in range(3):
        writer.next_row()
    writer.add_figures(0, row)
    writer.next_row()
    return writer.built()
