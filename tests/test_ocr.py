"""The parts between a picture and its text, each on hand-made input; the model is not needed."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from extract.errors import CorruptError, LimitError
from extract.ocr.blobs import (
    Blob,
    blobs_to_piece,
    cell_to_pieces,
    free_to_pieces,
    ink_to_blobs,
)
from extract.ocr.ctc import CLASSES, steps_to_candidates, steps_to_text
from extract.ocr.cutting import cut_long
from extract.ocr.explain import is_explained
from extract.ocr.figures import Seen, with_full_brackets
from extract.ocr.forms import piece_to_form, with_form
from extract.ocr.level import ink_to_level
from extract.ocr.parts import Level
from extract.ocr.recogniser import Recogniser
from extract.ocr.ruled import ink_to_rulings
from extract.ocr.sheet import piece_to_chars
from extract.ocr.tone import colours_to_tone, grey_to_ink
from extract.readers.images import MAX_PIXELS, Frames, image_to_document, image_to_picture

LETTERS = ("", *"0123456789.-/O汉", " ")
READER = Recogniser(None, LETTERS, {c: i for i, c in enumerate(LETTERS)})


def steps(*likely: dict[str, float]) -> np.ndarray:
    """Probabilities step by step; what is not named is the blank's."""
    table = np.zeros((len(likely), len(LETTERS)), np.float32)
    for row, named in zip(table, likely, strict=True):
        for letter, probability in named.items():
            row[LETTERS.index(letter)] = probability
        row[0] += 1 - sum(named.values())
    return table


def test_letters_of_a_class_are_one_figure() -> None:
    """A lone O is a zero's likeness: their probabilities add up."""
    found = steps_to_candidates(READER, steps({"0": 0.5, "O": 0.48}))
    assert found[0][0] == "0"
    assert found[0][1] == pytest.approx(0.98, abs=1e-3)


def test_candidates_are_likeliest_first_and_sum_all_ways() -> None:
    """A figure's probability is that of all ways to spell it along the steps."""
    found = dict(steps_to_candidates(READER, steps({"1": 0.9}, {"1": 0.5}, {"1": 0.9})))
    assert found["11"] == pytest.approx(0.9 * 0.5 * 0.9, abs=1e-3)
    assert found["1"] > 0.5
    assert sum(found.values()) <= 1 + 1e-5


def test_what_is_no_figure_lowers_every_candidate() -> None:
    """A smudge that the model takes for a character gives no clear figure."""
    assert steps_to_candidates(READER, steps({"汉": 0.7, "8": 0.25}))[0][1] < 0.3
    assert steps_to_text(READER, steps({"汉": 0.7, "8": 0.25}))[0] == "汉"


def test_every_class_holds_its_own_letter() -> None:
    """No character stands for two letters of the figures' alphabet."""
    looks = "".join(CLASSES.values())
    assert len(looks) == len(set(looks))
    assert all(letter in own for letter, own in CLASSES.items())


def glyphs(*columns: tuple[int, int], height: int = 20) -> list[Blob]:
    """Digits' ink at (left, right), all of one height."""
    return [Blob(a, 10, b, 10 + height, 50) for a, b in columns]


WHITE = np.full((60, 200), 255, np.uint8)


@pytest.mark.parametrize(
    ("text", "columns", "fits"),
    [
        ("38", [(10, 22), (25, 37)], True),
        ("3", [(10, 22), (25, 37)], False),  # a digit lost
        ("388", [(10, 22), (25, 37)], False),  # one too many
        ("38", [(10, 36)], True),  # touching
        ("3", [(10, 36)], False),
        ("11", [(10, 15), (22, 27)], True),
    ],
)
def test_ink_counts_the_digits(text: str, columns: list[tuple[int, int]], fits: bool) -> None:
    """As many glyphs as digits, or ink as wide as so many that touch."""
    assert is_explained(text, blobs_to_piece(glyphs(*columns)), WHITE) is fits


def test_point_is_neither_lost_nor_made() -> None:
    """A dot of ink has to be read, a point has to have ink, and a wide gap has to be white."""
    dotted = blobs_to_piece([*glyphs((10, 22), (31, 43)), Blob(25, 26, 28, 30, 9)])
    assert is_explained("3.8", dotted, WHITE)
    assert not is_explained("38", dotted, WHITE)
    apart = blobs_to_piece(glyphs((10, 22), (31, 43)))
    assert not is_explained("3.8", apart, WHITE)
    assert is_explained("38", apart, WHITE)
    shadow = WHITE.copy()
    shadow[26:30, 25:28] = 150
    assert not is_explained("38", apart, shadow)


def test_point_as_small_as_grain_is_a_point() -> None:
    """A point too small to be taken for print is seen in the picture, where it is as dark as
    print and at the foot of the line; then a figure without one is not what is printed."""
    digits = blobs_to_piece(glyphs((10, 22), (28, 40)))
    point, speck, pale = (WHITE.copy() for _ in range(3))
    point[27:30, 23:26] = 40
    speck[14:17, 23:26] = 40
    pale[27:30, 23:26] = 150
    assert is_explained("3.8", digits, point) and not is_explained("38", digits, point)
    assert is_explained("38", digits, speck) and not is_explained("3.8", digits, speck)
    assert not is_explained("3.8", digits, pale)


@pytest.mark.parametrize(
    ("ends", "form"),
    [(((20, 40), (30, 15)), "slash"), (((25, 40), (25, 15)), "upright"),
     (((20, 25), (32, 25)), "dash")],
)  # fmt: skip
def test_lone_strokes_have_a_form(ends: tuple[tuple[int, int], tuple[int, int]], form: str) -> None:
    """A slash leans, a one stands, a dash lies."""
    picture = np.full((200, 200), 255, np.uint8)
    cv2.line(picture, *ends, 0, 3)
    blobs = ink_to_blobs(255 - picture)
    assert piece_to_form(picture, blobs_to_piece(blobs), 30.0) == form


def test_form_moves_candidates() -> None:
    """What the form rules out counts for what it shows; a seven is left as it was."""
    found = dict(with_form([("1", 0.6), ("/", 0.3), ("7", 0.1)], "slash"))
    assert found == {"/": pytest.approx(0.9), "7": 0.1}


def test_strokes_apart_are_one_line() -> None:
    """The strokes of 三 are one line of a cell; two lines of text are two."""
    strokes = [Blob(10, y, 38, y + 3, 80) for y in (10, 21, 33)]
    assert len(cell_to_pieces(strokes, 30.0)) == 1
    lines = [Blob(10, y, 38, y + 28, 400) for y in (10, 45)]
    assert len(cell_to_pieces(lines, 30.0)) == 2


def characters(*at: tuple[int, int], size: int = 24) -> list[Blob]:
    """Characters of two strokes side by side, each so high and wide, at (left, top)."""
    half = size // 2 - 1
    return [
        Blob(x, top, x + half, top + size, 200)
        for left, top in at
        for x in (left, left + size - half)
    ]


def test_labels_side_by_side_keep_their_lines() -> None:
    """A label over many rows, half a line off those beside it and nearer to them than a character
    is wide, is cut from them; the brackets within these cut nothing."""
    group = characters((0, 0), (26, 0), (0, 34), (26, 34))
    upper = characters(*((64 + 26 * i, 17) for i in range(4)))
    lower = characters(*((64 + 26 * i, 51) for i in range(4)))
    pieces = free_to_pieces([*group, *upper, *lower], 24.0)
    boxes = sorted((p.x0, p.top, p.x1, p.bottom) for p in pieces)
    assert boxes == [(0, 0, 50, 24), (0, 34, 50, 58), (64, 17, 166, 41), (64, 51, 166, 75)]


def test_lines_of_a_narrow_label_are_no_character() -> None:
    """Two lines are as wide as they are high together, and so is a line over a figure; the parts
    of a large character, of which none is a line, are one."""
    lines = characters((0, 0), (26, 0), (52, 0), (0, 32), (26, 32), (52, 32))
    assert len(free_to_pieces(lines, 24.0)) == 2
    over = [*characters((0, 0), (26, 0), (52, 0)), Blob(32, 54, 44, 74, 90)]
    assert len(free_to_pieces(over, 24.0)) == 2
    large = [Blob(0, 0, 40, 18, 300), Blob(2, 22, 38, 42, 300)]
    assert len(free_to_pieces(large, 24.0)) == 1


def drawn_table() -> np.ndarray:
    """Ink of a ruled table of five rows and four columns, 一 in each cell."""
    ink = np.zeros((1000, 1400), np.uint8)
    for i in range(6):
        cv2.line(ink, (100, 100 + 150 * i), (1300, 100 + 150 * i), 255, 3)
    for i in range(5):
        cv2.line(ink, (100 + 300 * i, 100), (100 + 300 * i, 850), 255, 3)
    for r in range(5):
        for c in range(4):
            cv2.line(ink, (230 + 300 * c, 175 + 150 * r), (258 + 300 * c, 175 + 150 * r), 255, 3)
    return ink


def test_strokes_of_characters_are_no_rulings() -> None:
    """The lines of a table are found, the strokes in its cells are not."""
    across, down = ink_to_rulings(drawn_table())
    assert [round(s.at / 50) * 50 for s in across] == [100, 250, 400, 550, 700, 850]
    assert len(down) == 5


def test_broken_rulings_are_joined() -> None:
    """Gaps in lines, as fax machines make them, part no line."""
    ink = drawn_table()
    ink[:, 200:207] = 0
    ink[130:137] = 0
    across, down = ink_to_rulings(ink)
    assert (len(across), len(down)) == (6, 5)
    assert all(s.length > 1150 for s in across)


@pytest.mark.parametrize("degrees", [-3.0, 0.7, 2.5])
def test_skew_is_undone(degrees: float) -> None:
    """A page turned by a few degrees is level again within a twentieth of one."""
    turn = cv2.getRotationMatrix2D((700, 500), degrees, 1.0)
    ink = cv2.warpAffine(drawn_table(), turn, (1400, 1000))
    level = ink_to_level(ink)
    a, b = (level @ np.append(turn @ [x, 500, 1], 1) for x in (100, 1300))
    assert abs(a[1] / a[2] - b[1] / b[2]) < 1200 * np.tan(np.radians(0.05))


def test_perspective_is_undone() -> None:
    """Corners moved as by a camera held aslant: lines are parallel again."""
    corners = np.array([[0, 0], [1400, 0], [1400, 1000], [0, 1000]], np.float32)
    moved = corners + np.array([[20, 10], [-15, 25], [10, -20], [-25, 5]], np.float32)
    bend = cv2.getPerspectiveTransform(corners, moved)
    level = ink_to_level(cv2.warpPerspective(drawn_table(), bend, (1400, 1000)))
    points = [level @ bend @ np.array([x, y, 1.0]) for x in (100, 1300) for y in (100, 850)]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = [(p[0] / p[2], p[1] / p[2]) for p in points]
    assert max(abs(ax - bx), abs(cx - dx), abs(ay - cy), abs(by - dy)) < 4


def test_shadow_and_seal_leave_the_ink() -> None:
    """Text in half the light is ink, a red seal over it is not."""
    page = np.full((900, 900, 3), 255, np.uint8)
    cv2.circle(page, (450, 450), 120, (40, 40, 215), 8)
    cv2.putText(page, "1250", (380, 470), cv2.FONT_HERSHEY_SIMPLEX, 2, (0, 0, 0), 4)
    page = (page * np.linspace(1, 0.5, 900)[None, :, None]).astype(np.uint8)
    tone = colours_to_tone(page, 3.0)
    ink = grey_to_ink(tone.grey) > 0
    assert ink[420:475, 380:520].mean() > 0.1
    assert ink[330:350, 400:500].mean() < 0.02
    assert tone.red is not None


def test_long_picture_is_cut_where_pages_end() -> None:
    """Three pages under one another are three; one long page without white is one."""
    ink = np.zeros((3 * 848, 600), np.uint8)
    for page in range(3):
        ink[848 * page + 60 : 848 * page + 780, 60:540] = 255
    parts = cut_long(Level(255 - ink, ink, None, np.eye(3)))
    assert len(parts) == 3
    assert sum(p.ink.shape[0] for p in parts) == ink.shape[0]
    ink[:, 60:540] = 255
    assert len(cut_long(Level(255 - ink, ink, None, np.eye(3)))) == 1


def test_brackets_have_the_white_half_of_their_width() -> None:
    """A line that begins or ends with a wide bracket begins and ends where others do."""
    piece = blobs_to_piece(characters((40, 0), (66, 0)))
    plain, opened, closed = (
        piece_to_chars(Seen(piece, text, 1.0, True), 0, 24.0) for text in ("一二", "（二", "一）")
    )
    assert opened[0].x0 < plain[0].x0 - 3 and opened[-1].x1 == pytest.approx(plain[-1].x1)
    assert closed[-1].x1 > plain[-1].x1 + 3 and closed[0].x0 == plain[0].x0


def test_brackets_are_as_wide_as_chinese() -> None:
    """Between Chinese, punctuation is wide; within figures it stays as it is."""
    assert with_full_brackets("(一)予以公开") == "（一）予以公开"
    assert with_full_brackets("1,234.5") == "1,234.5"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP"])
def test_every_format_gives_its_pixels(kind: str) -> None:
    """One page, upright, on white, whatever the format."""
    image = Image.new("L", (700, 990), 255)
    image.paste(0, (100, 100, 300, 200))
    out = io.BytesIO()
    image.convert("P" if kind == "GIF" else "RGB").save(out, kind)
    page = image_to_document(out.getvalue(), "image/x").pages[0]
    assert 500 < page.width < 600
    assert page.height / page.width == pytest.approx(990 / 700)
    picture = image_to_picture(out.getvalue())
    assert picture.shape[:2] == (990, 700)
    assert int(picture[150, 200].max()) < 60 < int(picture[500, 500].min())


def test_frames_of_a_tiff_are_pages_with_square_pixels() -> None:
    """A fax in several frames, its rows twice as far apart as its columns."""
    frames = [Image.new("1", (1728, 1145), 1) for _ in range(3)]
    out = io.BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], dpi=(204, 98))
    document = image_to_document(out.getvalue(), "image/tiff")
    assert len(document.pages) == 3
    shape = Frames(out.getvalue()).picture(2).shape
    assert shape[0] / shape[1] == pytest.approx(
        document.pages[2].height / document.pages[2].width, rel=1e-3
    )


def test_pictures_have_limits() -> None:
    """A picture that unpacks to too much is refused before it does; a broken one is CORRUPT."""
    side = int(MAX_PIXELS**0.5) + 100
    out = io.BytesIO()
    Image.new("1", (side, side)).save(out, "PNG")
    with pytest.raises(LimitError, match="pixels"):
        image_to_document(out.getvalue(), "image/png")
    with pytest.raises(CorruptError):
        image_to_picture(out.getvalue()[:40])


def test_pale_sign_is_not_lost() -> None:
    """A minus that touches its digit and is paler than it is missed, not dropped."""
    picture = WHITE.copy()
    picture[10:30, 20:33] = 40
    picture[20:23, 12:20] = 150
    piece = blobs_to_piece(ink_to_blobs((picture < 190).astype(np.uint8)))
    assert not is_explained("4", piece, picture)
    assert is_explained("-4", piece, picture)
