"""Pages to pictures, in a process of their own and within a time: a page that cannot be drawn
is shown as the characters and lines that were read."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Sequence

from extract.view import picture_worker

WIDTH = 1600
"""Pixels across: two for each of the screen's where a page is shown 800 wide, and sharp in
print."""
SECONDS = 90.0
"""For all pages of a document together."""
KINDS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/tiff": "tiff",
    "image/bmp": "bmp",
    "image/gif": "gif",
}
"""Media type -> what MuPDF calls it. A picture is a document of one page, a TIFF of several."""
WEBP = b"RIFF"


def draw_pages(
    data: bytes, media_type: str, numbers: Sequence[int], *, seconds: float = SECONDS
) -> dict[int, bytes]:
    """WebP pictures of these pages (from 1) of a document, by page, as a viewer shows them.

    Pages that cannot be drawn, or not in time, are left out; raises nothing for what is wrong
    with the document."""
    kind = KINDS.get(media_type)
    if kind is None or not numbers:
        return {}
    command = [sys.executable, "-I", picture_worker.__file__, kind, str(WIDTH)]
    try:
        done = subprocess.run(
            [*command, *map(str, numbers)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        written = done.stdout
    except subprocess.TimeoutExpired as late:
        written = late.stdout or b""
    except OSError:
        return {}
    return _frames_to_pictures(written, set(numbers))


def _frames_to_pictures(written: bytes, asked: set[int]) -> dict[int, bytes]:
    """The whole frames of the worker's output that are pictures of pages asked for."""
    found = {}
    at = 0
    while at + 8 <= len(written):
        number, size = struct.unpack_from(">II", written, at)
        picture = written[at + 8 : at + 8 + size]
        if len(picture) == size and picture.startswith(WEBP) and number in asked:
            found[number] = picture
        at += 8 + size
    return found
