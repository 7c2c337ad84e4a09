"""Probabilities of characters at every step to text: the likeliest one, and, for figures, the
likeliest few of an alphabet of digits and marks, each with its probability.

The alphabet is one of classes: what looks like a zero in a line by itself (O, o, 〇, 。) counts
for 0, and so on. What the model would rather read as something outside of the alphabet stays
outside: it lowers every candidate, so that a smudge is no clear figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from extract.ocr.recogniser import Recogniser, Steps

CLASSES = {
    "0": "0OoQ〇○。０◯ОоDΟο口°",
    "1": "1lI|丨｜１ⅠΙ!ı亅",
    "2": "2２Zz",
    "3": "3３З",
    "4": "4４",
    "5": "5５Ss",
    "6": "6６б",
    "7": "7７",
    "8": "8８B",
    "9": "9９g",
    ".": ".．·•",
    ",": ",，、",
    "-": "-－–—―一_ー−~─",
    "+": "+＋十",
    "/": "/／∕丿",
    "无": "无無",
}
"""What each character of the alphabet may be read as."""
BEAM = 6
LEAST = 1e-4
"""Probability below which a character at a step, or a candidate, is not followed."""


@cache
def _columns(characters: tuple[str, ...]) -> tuple[npt.NDArray[np.intp], ...]:
    index = {c: i for i, c in enumerate(characters)}
    return tuple(
        np.array([index[c] for c in looks if c in index], np.intp) for looks in CLASSES.values()
    )


def steps_to_text(recogniser: Recogniser, steps: Steps) -> tuple[str, list[float]]:
    """The likeliest text and the probability of each of its characters."""
    best = steps.argmax(axis=1)
    likely = steps[np.arange(len(best)), best]
    text, scores = "", []
    last = 0
    for column, probability in zip(best.tolist(), likely.tolist(), strict=True):
        if column and column != last:
            text += recogniser.characters[column]
            scores.append(probability)
        last = column
    return text, scores


def steps_to_candidates(recogniser: Recogniser, steps: Steps) -> list[tuple[str, float]]:
    """The likeliest texts of the figures' alphabet, likeliest first, with their probabilities:
    a search by prefixes, which adds up all ways along the steps that spell one text."""
    columns = _columns(recogniser.characters)
    letters = tuple(CLASSES)
    table = np.stack([steps[:, c].sum(axis=1) for c in columns], axis=1)
    blanks = steps[:, 0] + steps[:, -1]  # the space at the alphabet's end parts nothing
    beam: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    for blank, row in zip(blanks.tolist(), table.tolist(), strict=True):
        beam = _step(beam, blank, [(c, p) for c, p in zip(letters, row, strict=True) if p > LEAST])
    found = [(text, a + b) for text, (a, b) in beam.items()]
    found.sort(key=lambda pair: -pair[1])
    return [(text, min(p, 1.0)) for text, p in found if p > LEAST]


def _step(
    beam: dict[str, tuple[float, float]], blank: float, likely: Sequence[tuple[str, float]]
) -> dict[str, tuple[float, float]]:
    """One step on: by text, the probabilities that it ends in a blank and in its last letter."""
    after: dict[str, tuple[float, float]] = {}

    def add(text: str, ends_blank: float, ends_letter: float) -> None:
        a, b = after.get(text, (0.0, 0.0))
        after[text] = (a + ends_blank, b + ends_letter)

    for text, (a, b) in beam.items():
        add(text, (a + b) * blank, 0.0)
        for letter, probability in likely:
            if text.endswith(letter):
                add(text, 0.0, b * probability)
                add(text + letter, 0.0, a * probability)
            else:
                add(text + letter, 0.0, (a + b) * probability)
    kept = sorted(after.items(), key=lambda item: -(item[1][0] + item[1][1]))
    return dict(kept[:BEAM])
