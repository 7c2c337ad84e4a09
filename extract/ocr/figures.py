"""Pieces of ink to what they say: prose by the model's likeliest characters, figures twice over
with an alphabet of their own, and never clear unless both readings and the ink agree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from extract.ocr.blobs import Piece
from extract.ocr.ctc import CLASSES, steps_to_candidates, steps_to_text
from extract.ocr.explain import is_explained
from extract.ocr.forms import piece_to_form, with_form
from extract.ocr.recogniser import Recogniser, fit_line

Picture = npt.NDArray[Any]

TIGHT, LOOSE = 0.16, 0.34
"""Shares of a line's height left white around it in the two readings of a figure."""
LONG = 12.0
"""Times its height from which a line is prose, which may be narrowed."""
SQUEEZE = 0.8
CLEAR = 0.8
"""Probability that a figure has in each reading at least, to be clear."""
CLEAR_DIGIT, CLEAR_WORD = 0.9, 0.6
"""Probability that each digit, and each other character, of other text has to be clear."""
MAY_BE_FIGURE = 0.05
FIGURE = 0.7
"""Share of a character's height that digits are high."""
LEAST_CHOICE = 0.02
MOST_CHOICES = 5
MARKS = {"dash": "-", "slash": "/"}
"""What a lone stroke of a form is."""
FIGURE_LOOKS = frozenset("".join(CLASSES.values()) + " ")


class Seen(NamedTuple):
    """What a piece of ink says. `choices` are the figures that it may be, likeliest first, with
    their scores; none for prose, whose score is that of its least certain character."""

    piece: Piece
    text: str
    score: float
    clear: bool
    choices: tuple[tuple[str, float], ...] = ()


def read_pieces(
    recogniser: Recogniser,
    clean: Picture,
    pieces: Sequence[Piece],
    alone: Sequence[bool],
    em: float,
) -> list[Seen]:
    """What each piece on a page without rulings says; `alone` tells which may be a figure:
    those that are all that their cell holds. `em` is the height of characters in pixels."""
    crops = [_crop(clean, piece, TIGHT, em) for piece in pieces]
    read = recogniser.read(crops)
    seen: list[Seen] = []
    again: list[int] = []
    for i, (piece, steps) in enumerate(zip(pieces, read, strict=True)):
        text, scores = steps_to_text(recogniser, steps)
        seen.append(text_to_seen(piece, text, scores))
        flat = piece_to_form(clean, piece, em) == "dash"
        if alone[i] and (flat or _may_be_figure(recogniser, piece, steps, text)):
            again.append(i)
    loose = recogniser.read([_crop(clean, pieces[i], LOOSE, em) for i in again])
    for i, steps in zip(again, loose, strict=True):
        form = piece_to_form(clean, pieces[i], em)
        first = with_form(steps_to_candidates(recogniser, read[i]), form)
        second = with_form(steps_to_candidates(recogniser, steps), form)
        if form in MARKS and _is_mark(MARKS[form], first, second):
            seen[i] = seen[i]._replace(text=MARKS[form], clear=True, score=CLEAR)
            continue
        seen[i] = candidates_to_seen(seen[i], clean, first, second)
    return seen


def _is_mark(
    mark: str, first: Sequence[tuple[str, float]], second: Sequence[tuple[str, float]]
) -> bool:
    """Whether ink of a mark's form is one: a dash is no figure whatever the model says, a slash
    where it says so rather than a seven."""
    return mark == "-" or min(dict(first).get(mark, 0.0), dict(second).get(mark, 0.0)) >= 0.5


def text_to_seen(piece: Piece, text: str, scores: Sequence[float]) -> Seen:
    """The piece as a line of prose, from its characters and the probability of each."""
    known = [(c, p) for c, p in zip(text, scores, strict=True) if not c.isspace()]
    clear = bool(known) and all(
        p >= (CLEAR_DIGIT if c.isdecimal() else CLEAR_WORD) for c, p in known
    )
    score = min((p for _, p in known), default=0.0)
    return Seen(piece, with_full_brackets(text), score, clear)


WIDE = str.maketrans("(),:;", "（），：；")
_HAN = re.compile(r"[\u3400-\u9fff]")


def with_full_brackets(text: str) -> str:
    """The text with its brackets and commas as wide as Chinese prints them: the model takes
    either width for the other. Between figures they stay narrow."""
    if not _HAN.search(text):
        return text
    return re.sub(r"(?<!\d)[,:;]|[,:;](?!\d)|[()]", lambda m: m[0].translate(WIDE), text)


def _may_be_figure(recogniser: Recogniser, piece: Piece, steps: Any, text: str) -> bool:
    if piece.width > LONG * piece.height and len(text) > 12:
        return False
    if all(c in FIGURE_LOOKS for c in text):
        return True
    candidates = steps_to_candidates(recogniser, steps)
    return any(t and p >= MAY_BE_FIGURE for t, p in candidates)


def candidates_to_seen(
    seen: Seen,
    clean: Picture,
    first: Sequence[tuple[str, float]],
    second: Sequence[tuple[str, float]],
) -> Seen:
    """The piece as a figure, from what two readings of it give."""
    a, b = dict(first), dict(second)
    joint = {
        t: float(np.sqrt(max(a.get(t, 0.0), 1e-3) * max(b.get(t, 0.0), 1e-3))) for t in {*a, *b}
    }
    ranked = sorted(((t, s) for t, s in joint.items() if t), key=lambda pair: -pair[1])
    choices = tuple((t, s) for t, s in ranked if s >= LEAST_CHOICE)[:MOST_CHOICES]
    if not choices:
        return seen._replace(clear=seen.clear and not all(c in FIGURE_LOOKS for c in seen.text))
    text, score = choices[0]
    agreed = min(a.get(text, 0.0), b.get(text, 0.0)) >= CLEAR
    return seen._replace(
        text=text,
        score=score,
        clear=agreed and is_explained(text, seen.piece, clean),
        choices=choices,
    )


def _crop(clean: Picture, piece: Piece, margin: float, em: float) -> Picture:
    """The piece's picture at the model's height, with a margin of paper. What is lower than a
    character (a dash, 一) keeps its proportion to one."""
    height = max(piece.height, round(FIGURE * em))
    middle = (piece.top + piece.bottom) / 2
    pad = max(2, round(margin * height))
    top, bottom = round(middle - height / 2) - pad, round(middle + height / 2) + pad
    left, right = piece.x0 - pad - 2, piece.x1 + pad + 2
    rows, columns = clean.shape
    canvas = np.full((bottom - top, right - left), 255, np.uint8)
    # neighbours above and below stay out: only the piece's own rows, and a little around them
    y0, y1 = max(piece.top - 2, 0), min(piece.bottom + 2, rows)
    x0, x1 = max(piece.x0 - 2, 0), min(piece.x1 + 2, columns)
    canvas[y0 - top : y1 - top, x0 - left : x1 - left] = clean[y0:y1, x0:x1]
    long = piece.width > LONG * piece.height
    return fit_line(canvas, SQUEEZE if long else 1.0)
