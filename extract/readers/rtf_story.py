"""The body of an RTF file, or of a text box in it: paragraphs, and tables by the words that
state their rows (\\trowd, \\cellx, \\clvmgf, \\cell, \\row and their kin)."""

from __future__ import annotations

from dataclasses import dataclass, field

from extract.errors import LimitError
from extract.readers.flow import Flow
from extract.readers.merges import (
    MAX_CELLS,
    SLIVER,
    Raw,
    placed_to_table,
    rows_to_placed,
    rows_to_ragged,
    text_to_doubt,
)

MAX_LEVEL = 50
"""Tables in tables."""
MAX_COLUMNS = 1_000
_MERGES = {
    "clvmgf": ("vertical", "restart"), "clvmrg": ("vertical", "continue"),
    "clmgf": ("horizontal", "restart"), "clmrg": ("horizontal", "continue"),
}  # fmt: skip


WORDS = frozenset({
    "par", "sect", "page", "cell", "nestcell", "row", "nestrow", "pard", "intbl", "itap", "trowd",
    "trleft", "trhidden", "cellx", *_MERGES,
})  # fmt: skip
"""The words that `Story.word` acts on."""


@dataclass(slots=True)
class Defined:
    """A cell as a row's definition states it: its right edge and merges."""

    right: int
    vertical: str | None = None
    horizontal: str | None = None


@dataclass(slots=True)
class Definition:
    """A row's definition: its left edge and its cells."""

    left: int = 0
    cells: list[Defined] = field(default_factory=list)
    hidden: bool = False


@dataclass(slots=True)
class Level:
    """A table being read: finished rows (definition, texts with what makes them odd) and the
    texts of the row in hand."""

    rows: list[tuple[Definition, list[tuple[str, str | None]]]] = field(default_factory=list)
    texts: list[tuple[str, str | None]] = field(default_factory=list)


class Story:
    """Text and tables as they come; both go to the flow when they end."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.hidden = False
        self._odd: str | None = None
        self._parts: list[str] = []
        self._above: list[tuple[list[str], str | None]] = []  # cells left open by tables in them
        self._levels: list[Level] = []
        self._level = 0
        self._definition = Definition()
        self._next = Defined(0)
        self._cells = 0

    def add(self, text: str) -> None:
        """Text that is printed."""
        self._enter()
        self._parts.append(text)

    def doubt(self, code: str) -> None:
        """What is printed here is more, or less, than its text."""
        self._enter()
        self._odd = self._odd or code

    def word(self, word: str, number: int | None) -> None:
        """A control word of paragraphs or tables; others say nothing here."""
        if word in ("par", "sect", "page"):
            self._enter()
            self._parts.append("\n")
            if not self._level:
                self._end_text()
        elif word in ("cell", "nestcell"):
            self._end_cell(1 if word == "cell" else max(self._level, 2))
        elif word in ("row", "nestrow"):
            self._end_row(1 if word == "row" else max(self._level, 2))
        elif word == "pard":
            self._level = 0
        elif word == "intbl":
            self._level = max(self._level, 1)
        elif word == "itap":
            self._level = number or 0
            if self._level > MAX_LEVEL:
                raise LimitError(f"tables nest too deep (granted={MAX_LEVEL})")
        else:
            self._define(word, number or 0)

    def end(self) -> None:
        """The story is over."""
        self._close_to(0)
        self._end_text()

    def _define(self, word: str, number: int) -> None:
        if word == "trowd":
            self._definition, self._next = Definition(), Defined(0)
        elif word == "trleft":
            self._definition.left = number
        elif word == "trhidden":
            self._definition.hidden = True
        elif word in _MERGES:
            kind, value = _MERGES[word]
            setattr(self._next, kind, value)
        elif word == "cellx":
            self._next.right = number
            self._definition.cells.append(self._next)
            self._next = Defined(0)
            if len(self._definition.cells) > MAX_COLUMNS:
                raise LimitError(f"a row has too many cells (granted={MAX_COLUMNS})")

    def _enter(self) -> None:
        """Text begins: tables deeper than its paragraph are over, those it is in are begun."""
        if self._level != len(self._levels):
            self._close_to(self._level)
            while len(self._levels) < self._level:
                if self._levels:
                    self._above.append((self._parts, self._odd))
                    self._parts, self._odd = [], None
                else:
                    self._end_text()
                self._levels.append(Level())

    def _end_text(self) -> None:
        self.flow.add_text("".join(self._parts))
        self._parts, self._odd = [], None

    def _end_cell(self, level: int) -> None:
        self._level = level
        self._enter()
        self._cells += 1
        if self._cells > MAX_CELLS:
            raise LimitError(f"tables are too large (cells granted={MAX_CELLS})")
        self._levels[-1].texts.append(("".join(self._parts).strip("\n"), self._odd))
        self._parts, self._odd = [], None

    def _end_row(self, level: int) -> None:
        self._close_to(level)
        if len(self._levels) < level:
            return
        own = self._levels[-1]
        own.rows.append((self._definition, own.texts))
        own.texts = []

    def _close_to(self, level: int) -> None:
        while len(self._levels) > level:
            done = self._levels.pop()
            if self._above:
                # text of a table in a cell is not the cell's own, which is then more than text
                self._parts, self._odd = self._above.pop()
                self._odd = self._odd or "cell.content"
            if done.texts:
                done.rows.append((self._definition, done.texts))  # a row without its end
            self._end_table(done)

    def _end_table(self, done: Level) -> None:
        shown = [row for row in done.rows if not row[0].hidden]
        self.hidden = self.hidden or len(shown) < len(done.rows)
        if max((len(texts) for _, texts in shown), default=0) <= 1:
            for _, texts in shown:  # a frame around text
                self.flow.add_text("\n".join(text for text, _ in texts))
            return
        lines = _columns([row for row, _ in shown])
        rows, ends = [], []
        for number, (definition, texts) in enumerate(shown):
            raws, whole = _row_to_raws(definition, texts, lines)
            rows.append(raws)
            # a row whose texts and definitions are not as many ends nowhere
            ends.append(raws[-1].c1 if raws and whole else -1 - number)
        ragged = rows_to_ragged(ends, len(set(lines.values())) - 1)
        table = placed_to_table(rows_to_placed(rows), len(rows), self.flow.next_table(), ragged)
        self.flow.add_table(table, ragged)


def _columns(rows: list[Definition]) -> dict[int, int]:
    """Every edge of the rows' cells to its number among those that can be told apart."""
    edges = sorted({row.left for row in rows} | {c.right for row in rows for c in row.cells})
    found: dict[int, int] = {}
    since = None
    number = -1
    for edge in edges:
        if since is None or edge - since >= SLIVER:
            since = edge
            number += 1
        found[edge] = number
    return found


def _row_to_raws(
    row: Definition, texts: list[tuple[str, str | None]], lines: dict[int, int]
) -> tuple[list[Raw], bool]:
    """The row's cells on the table's columns, and whether it has a text for each definition."""
    raws: list[Raw] = []
    left = lines[row.left]
    for number, (text, odd) in enumerate(texts):
        defined = row.cells[number] if number < len(row.cells) else None
        right = max(lines[defined.right], left) if defined else left + 1
        if right == left and text:
            right = left + 1
        raws.append(
            Raw(
                left, right,
                defined.vertical if defined else None, defined.horizontal if defined else None,
                text, text_to_doubt(text, odd), number + 1,
            )
        )  # fmt: skip
        left = right
    return raws, len(texts) == len(row.cells)
