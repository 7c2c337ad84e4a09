"""camelot's second opinion: the boxes that are drawn, or DetectorLost; nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from extract.detectors import camelot_cells, camelot_lattice
from extract.detectors.camelot_lattice import DetectorLost, pdf_to_grids
from tableparse.model import Box, Grid

pymupdf: Any = import_module("pymupdf")  # its own types are not complete

CELLS = (
    Box(100, 200, 180, 260),  # rowspan 2
    Box(180, 200, 300, 230),  # colspan 2
    Box(180, 230, 240, 260),
    Box(240, 230, 300, 260),
    Box(100, 260, 180, 290),
    Box(180, 260, 240, 290),
    Box(240, 260, 300, 290),
)
"""A table with a merged head and a merged label, points from the top left of the paper."""


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    """Leave no process to the other tests."""
    yield
    camelot_lattice.close()


def stroke(page: Any, cell: Box) -> None:
    """A cell as a rectangle (`re S`)."""
    shape = page.new_shape()
    shape.draw_rect(pymupdf.Rect(cell))
    shape.finish(width=0.5, closePath=False)
    shape.commit()


def stroke_closed(page: Any, cell: Box) -> None:
    """A cell as a rectangle that is closed once more (`re h S`), as MuPDF draws."""
    page.draw_rect(pymupdf.Rect(cell), width=0.5)


def fill_thin(page: Any, cell: Box) -> None:
    """A cell's sides as thin filled rectangles that do not quite meet at the corners."""
    x0, y0, x1, y1 = cell
    for side in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
        dx, dy = (0.4, -0.24) if side[1] == side[3] else (-0.24, 0.4)
        thick = (side[0] - dy, side[1] - dx, side[2] + dy, side[3] + dx)
        page.draw_rect(pymupdf.Rect(thick), fill=(0, 0, 0), color=None, width=0)


PENS = {"stroked": stroke, "closed twice": stroke_closed, "filled": fill_thin}


def draw(cells: tuple[Box, ...] = CELLS, *, rotate: int = 0, crop: Box | None = None,
         text: str = "22", turned: int = 0, offset: int = 0, unit: float = 1,
         pen: str = "stroked") -> bytes:  # fmt: skip
    """A one-page PDF, A4, of these cells; `turned` is the direction of the text, `offset`
    moves the MediaBox's origin away from 0, 0."""
    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    for cell in cells:
        PENS[pen](page, cell)
        if text:
            middle = ((cell.x0 + cell.x1) / 2, (cell.top + cell.bottom) / 2)
            page.insert_text(middle, text, fontsize=9, rotate=turned)
    if offset:
        page.wrap_contents()
        contents = page.get_contents()[0]
        moved = b"1 0 0 1 %d %d cm\n" % (offset, offset) + document.xref_stream(contents)
        document.update_stream(contents, moved)
        box = f"[{offset} {offset} {595 + offset} {842 + offset}]"
        document.xref_set_key(page.xref, "MediaBox", box)
    if unit != 1:
        document.xref_set_key(page.xref, "UserUnit", str(unit))
    if crop:
        page.set_cropbox(pymupdf.Rect(crop))
    page.set_rotation(rotate)
    return bytes(document.tobytes())


def seen(pdf: bytes, cells: tuple[Box, ...] = CELLS, crop: Box | None = None) -> list[Box]:
    """Where the cells stand on the page as PyMuPDF shows it."""
    page = pymupdf.open(stream=pdf, filetype="pdf")[0]
    left, top = (crop.x0, crop.top) if crop else (0.0, 0.0)
    moved = (pymupdf.Rect(cell) - (left, top, left, top) for cell in cells)
    return sorted(Box(*(rect * page.rotation_matrix).normalize()) for rect in moved)


def near(found: list[Box], expected: list[Box], tolerance: float) -> bool:
    """Whether two lists hold the same boxes, in whatever order."""
    rest = list(found)
    for box in expected:
        match = [
            f for f in rest if all(abs(a - b) <= tolerance for a, b in zip(f, box, strict=True))
        ]
        if len(match) != 1:
            return False
        rest.remove(match[0])
    return not rest


@pytest.mark.parametrize("raster", [False, True])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, Box(60, 150, 400, 500)])
@pytest.mark.parametrize("turned", [0, 90, 270])
def test_boxes_are_those_of_the_page_as_seen(
    raster: bool, rotate: int, crop: Box | None, turned: int
) -> None:
    """Drawn cells come back, merged ones whole, however the page is turned or cropped and
    whichever way its text runs (camelot turns such pages by itself)."""
    pdf = draw(rotate=rotate, crop=crop, turned=turned)
    (grid,) = pdf_to_grids(pdf, [1], raster=raster)
    assert grid.page == 1
    assert near(list(grid.boxes), seen(pdf, crop=crop), 1.0)


@pytest.mark.parametrize("raster", [False, True])
@pytest.mark.parametrize("rotate", [0, 90])
def test_the_origin_of_the_paper_does_not_matter(raster: bool, rotate: int) -> None:
    """A MediaBox that starts elsewhere than at 0, 0 moves no box."""
    pdf = draw(rotate=rotate, offset=70)
    (grid,) = pdf_to_grids(pdf, [1], raster=raster)
    assert near(list(grid.boxes), seen(pdf), 1.0)


@pytest.mark.parametrize("raster", [False, True])
def test_user_units_are_turned_to_points(raster: bool) -> None:
    """A page in units of 2 points gives boxes in points, as PyMuPDF does."""
    pdf = draw(unit=2)
    page = pymupdf.open(stream=pdf, filetype="pdf")[0]
    assert page.rect.width == 595 * 2
    (grid,) = pdf_to_grids(pdf, [1], raster=raster)
    doubled = [Box(*(2 * side for side in cell)) for cell in CELLS]
    assert near(list(grid.boxes), doubled, 2.0)


@pytest.mark.parametrize("raster", [False, True])
@pytest.mark.parametrize("pen", list(PENS))
def test_however_the_lines_are_drawn(raster: bool, pen: str) -> None:
    """Rectangles, outlines that camelot alone passes over, and sides with gaps between them
    give the same cells."""
    (grid,) = pdf_to_grids(draw(pen=pen), [1], raster=raster)
    assert near(list(grid.boxes), list(CELLS), 1.0)


def test_a_blank_form_is_a_table() -> None:
    """Cells are found where nearly all of them are empty: camelot alone drops such tables."""
    rows, cols = range(20), range(10)
    cells = tuple(
        Box(50 + 40 * c, 100 + 20 * r, 90 + 40 * c, 120 + 20 * r) for r in rows for c in cols
    )
    document = pymupdf.open(stream=draw(cells, text=""), filetype="pdf")
    document[0].insert_text((52, 114), "1", fontsize=9)
    (grid,) = pdf_to_grids(document.tobytes(), [1])
    assert len(grid.boxes) == 200


def test_tables_and_pages_stay_apart() -> None:
    """Two tables of a page are two grids, and each grid knows its page."""
    lower = tuple(Box(c.x0, c.top + 300, c.x1, c.bottom + 300) for c in CELLS)
    document = pymupdf.open(stream=draw(CELLS + lower), filetype="pdf")
    document.insert_pdf(pymupdf.open(stream=draw(), filetype="pdf"))
    grids = pdf_to_grids(document.tobytes(), [2, 1])
    assert [(grid.page, len(grid.boxes)) for grid in grids] == [(1, 7), (1, 7), (2, 7)]
    assert pdf_to_grids(document.tobytes(), [2]) == grids[2:]
    assert pdf_to_grids(document.tobytes(), []) == ()


def test_slots_that_make_no_rectangle_are_not_joined() -> None:
    """Three slots joined round a corner stay three; a joined row of two is one."""
    right = [[False, True], [True, True], [False, True]]
    below = [[False, True], [True, True], [True, True]]
    assert camelot_cells.walls_to_spans(right, below) == [
        (0, 1, 0, 1), (0, 1, 1, 2), (1, 2, 0, 1), (1, 2, 1, 2), (2, 3, 0, 2),
    ]  # fmt: skip


def self_drawing_pdf() -> bytes:
    """A form that names and draws itself: in camelot a recursion without end."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 5 0 R"
        b"/Resources<</XObject<</F 4 0 R>>>>>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</XObject<</F 4 0 R>>>>"
        b"/Length 5>>stream\n/F Do\nendstream",
        b"<</Length 5>>stream\n/F Do\nendstream",
    ]
    pdf, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    tail = b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (size, len(pdf))
    return pdf + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + tail


def test_a_pdf_that_kills_camelot_is_one_lost_attempt() -> None:
    """The death of camelot is DetectorLost("died"); the next call has a new process."""
    with pytest.raises(DetectorLost) as caught:
        pdf_to_grids(self_drawing_pdf(), [1])
    assert caught.value.reason == "died"
    assert isinstance(caught.value, RuntimeError)
    assert len(pdf_to_grids(draw(), [1])) == 1


def test_a_death_costs_the_page() -> None:
    """Where one page of several ends the process, that page is lost and the others are not."""
    entered: list[int] = []
    with pymupdf.open() as pdf:
        for part in (draw(), self_drawing_pdf(), draw()):
            with pymupdf.open(stream=part) as one:
                pdf.insert_pdf(one)
        data = pdf.tobytes()
    with pytest.raises(DetectorLost) as caught:
        camelot_lattice.pages_to_grids(data, [1, 2, 3], raster=False, before=entered.append)
    assert caught.value.pages == (2,)
    assert [grid.page for grid in caught.value.grids] == [1, 3]
    assert entered == [1, 1, 2, 3]


def test_a_hang_ends_in_time() -> None:
    """A process that does not answer is killed at the timeout, and replaced."""
    pdf_to_grids(draw(), [1])
    child = camelot_lattice._child
    assert child is not None
    os.kill(child.process.pid, signal.SIGSTOP)
    start = time.monotonic()
    with pytest.raises(DetectorLost) as caught:
        pdf_to_grids(draw(), [1], timeout=0.5)
    assert caught.value.reason == "timeout"
    assert time.monotonic() - start < 3
    assert child.process.returncode == -signal.SIGKILL
    assert not child.directory.exists()
    assert len(pdf_to_grids(draw(), [1])) == 1


@pytest.mark.parametrize(("data", "page"), [(b"", 1), (b"no PDF", 1), (draw(), 9)])
def test_what_camelot_raises_is_typed(data: bytes, page: int) -> None:
    """Exceptions of the library are DetectorLost("raised") with their name, and the process
    lives on."""
    pdf_to_grids(draw(), [1])
    child = camelot_lattice._child
    with pytest.raises(DetectorLost, match=r"camelot raised [A-Z]") as caught:
        pdf_to_grids(data, [page])
    assert caught.value.reason == "raised"
    assert camelot_lattice._child is child


@pytest.mark.parametrize(
    "reply",
    [None, {}, {"grids": 1}, {"grids": [[1, [[1, 2, 3]]]]}, {"grids": [["x", []]]},
     {"grids": [[1, [[0, 0, float("nan"), 1]]]]}],
)  # fmt: skip
def test_a_senseless_reply_is_lost(reply: object) -> None:
    """The child may be in a hostile document's hands: only finite boxes pass."""
    with pytest.raises(DetectorLost) as caught:
        camelot_lattice._reply_to_grids(reply)
    assert caught.value.reason == "protocol"


def test_a_child_that_died_in_between_is_no_documents_fault() -> None:
    """A process that ended while nothing was asked is replaced without a word, and its
    directory removed."""
    pdf_to_grids(draw(), [1])
    child = camelot_lattice._child
    assert child is not None
    os.kill(child.process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, child.process.pid, os.WEXITED | os.WNOWAIT)
    assert len(pdf_to_grids(draw(), [1])) == 1
    assert not child.directory.exists()


def test_threads_share_one_process() -> None:
    """Calls from several threads wait for one another and all get their own answer."""
    found: list[tuple[Grid, ...]] = []
    pdfs = [draw(CELLS[: 4 + 3 * (n % 2)]) for n in range(6)]

    def ask(pdf: bytes) -> None:
        found.append(pdf_to_grids(pdf, [1]))

    threads = [threading.Thread(target=ask, args=(pdf,)) for pdf in pdfs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(grids[0].boxes) for grids in found) == [4, 4, 4, 7, 7, 7]


PARENT = """
import os, signal, sys, threading
sys.path[:0] = {paths!r}
from extract.detectors import camelot_lattice as c
def ask():
    c.pdf_to_grids(open({pdf!r}, "rb").read(), [1])
if {thread}:
    thread = threading.Thread(target=ask); thread.start(); thread.join(); ask()
else:
    ask()
print(c._child.process.pid, c._child.directory, flush=True)
{end}
"""


@pytest.mark.parametrize("end", ["", "os._exit(3)", "os.kill(os.getpid(), signal.SIGKILL)"])
@pytest.mark.parametrize("thread", [False, True])
def test_no_process_or_file_outlives_the_parent(tmp_path: Path, end: str, thread: bool) -> None:
    """However the parent ends, camelot's process and its directory go with it; a child that
    a thread started serves the others when that thread is gone."""
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(draw())
    script = PARENT.format(paths=[p for p in sys.path if p], pdf=str(pdf), thread=thread, end=end)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    pid, directory = run.stdout.split()
    assert run.stderr == ""
    limit = time.monotonic() + 5
    while (Path(directory).exists() or Path("/proc", pid).exists()) and time.monotonic() < limit:
        time.sleep(0.02)
    assert not Path(directory).exists()
    assert not Path("/proc", pid).exists() or "Z" in Path("/proc", pid, "stat").read_text()


def test_a_forked_copy_leaves_the_child_to_the_original() -> None:
    """After a fork the copy has no child, and the original's still answers."""
    pdf_to_grids(draw(), [1])
    child = camelot_lattice._child
    copy = os.fork()
    if copy == 0:
        os._exit(0 if camelot_lattice._child is None else 1)
    assert os.waitpid(copy, 0)[1] == 0
    assert camelot_lattice._child is child
    assert len(pdf_to_grids(draw(), [1])) == 1
