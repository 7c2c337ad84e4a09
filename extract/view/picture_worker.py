"""The process in which pages become pictures, because a page can be drawn for ever.

Started by `pictures` as a script of its own: `picture_worker.py TYPE WIDTH PAGE...`, with the
document's bytes on its input. For each page, in the order asked for, it writes a frame: page
number and length (four bytes each, big-endian), then a WebP picture WIDTH pixels wide. A page
that cannot be drawn has an empty frame.
"""

from __future__ import annotations

import io
import struct
import sys
from typing import Any

MEMORY_LIMIT = 3 << 30
"""Address space of the process in bytes."""
MAX_PIXELS = 12_000_000
"""Pixels of a picture; a page that is very long is drawn less wide."""
COLOURS = 64
"""Colours of the palette for pages of text and lines."""
COVERAGE = 1
"""How the palette is chosen (Pillow's MAXCOVERAGE): so that no colour is far from its own, be it
that of a single red word. The usual median cut makes such a word grey."""
PLAIN = 96
"""Colours, four bits to a channel, up to which a page counts as drawn and not as a photograph."""
QUALITIES = (60, 40, 20)
"""Of WebP with losses, 0 to 100, for photographs and scans: the first that is small enough."""
MAX_BYTES = 600_000
"""Bytes of a picture; one that has more is drawn half as wide."""


def page_to_webp(page: Any, width: int) -> bytes:
    """A page as a picture of so many pixels across: of few colours and without losses where it
    is drawn, with losses where it is a photograph."""
    import pymupdf
    from PIL import Image

    box = page.rect
    zoom = width / box.width
    zoom *= min(1.0, (MAX_PIXELS / (box.width * box.height * zoom * zoom)) ** 0.5)
    drawn = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=False, colorspace="rgb")
    image = Image.frombytes("RGB", (drawn.width, drawn.height), drawn.samples)
    while True:
        picture = image_to_webp(image)
        if len(picture) <= MAX_BYTES:
            return picture
        image = image.reduce(2)


def image_to_webp(image: Any) -> bytes:
    """An image of few colours without losses, any other with the least losses that bring it to
    MAX_BYTES; of the last quality where none does."""
    if image.point(lambda level: level & 0xF0).getcolors(PLAIN) is not None:
        few = image.quantize(COLOURS, method=COVERAGE, dither=0).convert("RGB")
        picture = _save(few, lossless=True, quality=50)
        if len(picture) <= MAX_BYTES:
            return picture
    for quality in QUALITIES:
        picture = _save(image, quality=quality)
        if len(picture) <= MAX_BYTES:
            break
    return picture


def _save(image: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", method=3, **options)
    return out.getvalue()


def main(kind: str, width: int, numbers: list[int]) -> None:
    """Draw the pages of the document on standard input."""
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    with pymupdf.open(stream=sys.stdin.buffer.read(), filetype=kind) as document:
        for number in numbers:
            try:
                picture = page_to_webp(document[number - 1], width)
            except Exception:  # whatever is wrong with it: the page goes without
                picture = b""
            sys.stdout.buffer.write(struct.pack(">II", number, len(picture)) + picture)
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    except (ImportError, OSError, ValueError):  # no such limit on this system
        pass
    main(sys.argv[1], int(sys.argv[2]), [int(number) for number in sys.argv[3:]])
