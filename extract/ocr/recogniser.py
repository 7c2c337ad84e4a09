"""The recogniser: pictures of single lines of text to the probability of every character at
every step along the line.

The model is PP-OCRv6 as the rapidocr wheel carries it; nothing is fetched. It is run by itself,
without rapidocr's own way from pages to text, because figures need what that way drops: the
probabilities of all characters, not the likeliest alone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from extract.errors import DependencyError

Picture = npt.NDArray[Any]
"""Rows x columns of grey levels, 8 bits, text dark on white."""
Steps = npt.NDArray[np.float32]
"""Steps x characters: probabilities; character 0 is the model's blank."""

MODEL = "PP-OCRv6_rec_small.onnx"
HEIGHT = 48
"""Rows of the pictures that the model reads."""
LEAST_WIDTH = 48
BUCKET = 32
"""Columns to a multiple of which pictures are padded: few shapes keep the memory small."""
MAX_WIDTH = 2400
BATCH_COLUMNS = 4096
"""Columns of all pictures of a batch together: bounds the memory of the probabilities."""
THREADS = 1
EXTRA = "pip install 'gkextract[ocr]'"


@dataclass(frozen=True, slots=True)
class Recogniser:
    """The model, loaded, and the characters that its columns stand for."""

    session: Any
    characters: tuple[str, ...]
    index: dict[str, int]

    def read(self, pictures: Sequence[Picture]) -> list[Steps]:
        """The probabilities for each picture of a line, HEIGHT rows high, in their order."""
        widths = [_padded_width(p.shape[1]) for p in pictures]
        order = sorted(range(len(pictures)), key=lambda i: widths[i])
        found: list[Steps | None] = [None] * len(pictures)
        batch: list[int] = []
        for place, i in enumerate(order):
            batch.append(i)
            last = place + 1 == len(order)
            full = widths[i] * (len(batch) + 1) > BATCH_COLUMNS
            if last or full or widths[order[place + 1]] != widths[i]:
                read = self._run([pictures[j] for j in batch], widths[i])
                for j, steps in zip(batch, read, strict=True):
                    found[j] = steps
                batch = []
        return [steps for steps in found if steps is not None]

    def _run(self, pictures: Sequence[Picture], width: int) -> Sequence[Steps]:
        stack = np.full((len(pictures), HEIGHT, width), 255, np.uint8)
        for row, picture in zip(stack, pictures, strict=True):
            row[:, : picture.shape[1]] = picture
        scaled = stack.astype(np.float32) / 127.5 - 1.0
        given = np.repeat(scaled[:, None], 3, axis=1)
        steps: Sequence[Steps] = self.session.run(None, {"x": given})[0]
        return steps


def _padded_width(width: int) -> int:
    return max(LEAST_WIDTH, -(-width // BUCKET) * BUCKET)


def fit_line(picture: Picture, squeeze: float = 1.0) -> Picture:
    """A picture of a line at the model's height; `squeeze` narrows it further."""
    height, width = picture.shape
    wanted = max(8, min(round(width * HEIGHT / height * squeeze), MAX_WIDTH))
    shrinks = height > HEIGHT
    return cv2.resize(
        picture, (wanted, HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    )


@cache
def load_recogniser() -> Recogniser:
    """The recogniser, loaded once a process.

    Raises DependencyError where the extra `ocr` is not installed."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    # found, not imported: rapidocr's import loads its whole pipeline and configures logging
    spec = find_spec("rapidocr")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    path = Path(folders[0]) / "models" / MODEL if folders else None
    if path is None or not path.is_file() or find_spec("onnxruntime") is None:
        raise DependencyError(f"scans and pictures need the extra ocr: {EXTRA}")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it grows with every new shape and never shrinks
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    known = session.get_modelmeta().custom_metadata_map["character"].splitlines()
    characters = ("", *known, " ")
    return Recogniser(session, characters, {c: i for i, c in enumerate(characters)})
