"""Text behind clip paths."""

from __future__ import annotations

import pymupdf
import pytest

from extract.readers.pdf import pdf_to_document


def page_with(extra: bytes) -> bytes:
    """A page of figures with more drawn after them."""
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_text((50, 100), "0123456789 0123456789")
        xref = page.get_contents()[0]
        pdf.update_stream(xref, pdf.xref_stream(xref) + extra)
        return bytes(pdf.tobytes())


@pytest.mark.parametrize(
    ("clip", "seen"),
    [(b"0 0 20 20", ""), (b"0 690 300 30", "77")],
    ids=["clipped away", "inside of its clip"],
)
def test_clipped_digits_are_not_read(clip: bytes, seen: str) -> None:
    """A figure that its clip path hides is not on the page; one inside of the clip is."""
    drawn = b"\nq " + clip + b" re W n BT /helv 11 Tf 60 700 Td (77) Tj ET Q\n"
    page = pdf_to_document(page_with(drawn)).pages[0]
    assert "".join(c.text for c in page.chars).replace(" ", "") == "01234567890123456789" + seen
