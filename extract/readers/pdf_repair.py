"""A PDF that does not open, or not whole, written anew by qpdf: its own way to find objects
where the table of them is broken, and a paper size for pages that lost theirs.

What comes of it is never taken for the file: the reader says that it was damaged.
"""

from __future__ import annotations

import io
from typing import Any

from extract.beat import enter

A4 = (0, 0, 595, 842)
MAX_PAGES = 2000


def rewrite_pdf(data: bytes) -> bytes | None:
    """The file as qpdf understands it, None where it does not or finds no page."""
    enter("repair")
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            if not 0 < len(pdf.pages) <= MAX_PAGES:
                return None
            for page in pdf.pages:
                _give_paper(page)
            out = io.BytesIO()
            pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
            return out.getvalue()
    except (pikepdf.PdfError, pikepdf.PasswordError, RuntimeError, ValueError, TypeError):
        return None
    except (KeyError, IndexError, AttributeError, NotImplementedError):  # of a broken page tree
        return None


def _give_paper(page: Any) -> None:
    """A page without size, or with one that is none, gets A4."""
    import pikepdf

    try:
        box = [float(side) for side in page.mediabox]
        if len(box) == 4 and box[0] != box[2] and box[1] != box[3]:
            return
    except (AttributeError, KeyError, TypeError, ValueError, pikepdf.PdfError):
        pass
    page.obj.MediaBox = pikepdf.Array(A4)
