"""A row of pictures of a web page, each a page of the report: which they are, and their bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from extract.errors import CorruptError, GkextractError, LimitError
from extract.source import Shown, Source
from tableparse.model import Finding

MAX_PICTURES = 12
"""Pictures of a row that are fetched."""
MAX_BYTES = 60_000_000
"""Bytes of a row together."""


@dataclass(frozen=True, slots=True)
class Row:
    """The pictures in order, those that could not be had without bytes; what is to be said of
    them; and why those were not had."""

    pictures: tuple[Shown, ...]
    notes: tuple[Finding, ...]
    errors: tuple[GkextractError, ...]


def source_to_row(source: Source) -> tuple[str, ...]:
    """The addresses of the row of a page that was fetched; empty where there is none."""
    if source.retrieved_at is None:
        return ()
    from extract.readers.html_pictures import bytes_to_row

    try:
        return bytes_to_row(source.data, source.uri, source.charset)
    except Exception:  # markup that breaks the parser: the page's own reading has told of it
        return ()


def load_row(urls: Sequence[str], load: Callable[[str], Source]) -> Row:
    """The pictures under these addresses as `load` gives them. Those too small for a page are
    left out; those that cannot be had, or are beyond MAX_PICTURES or MAX_BYTES, keep their
    place, for what they show is not known."""
    pictures: list[Shown] = []
    notes: list[Finding] = []
    errors: list[GkextractError] = []
    total = 0
    for number, url in enumerate(urls):
        try:
            _check(number, total)
            found = load(url)
            total += len(found.data)
            _check(number, total)
            if _is_page(found.data):
                pictures.append(Shown(found.uri, found.data))
                notes += [note for note in found.notes if note not in notes]
        except GkextractError as error:
            errors.append(error)
            pictures.append(Shown(url, None))
    notes += _row_to_notes(pictures, errors)
    return Row(tuple(pictures), tuple(notes), tuple(errors))


def _check(number: int, total: int) -> None:
    if number >= MAX_PICTURES:
        raise LimitError(f"too many pictures (granted={MAX_PICTURES})")
    if total > MAX_BYTES:
        raise LimitError(f"the pictures are too large (bytes granted={MAX_BYTES})")


def _is_page(data: bytes) -> bool:
    """Whether a picture is large enough for one. Raises CorruptError for what is no picture or
    a broken one, LimitError for one too large."""
    from extract.readers.embedded import LEAST_HEIGHT, LEAST_WIDTH
    from extract.readers.images import Frames

    frames = Frames(data)
    if len(frames.sizes()) > 1:
        raise CorruptError("a picture of several frames in a row of pictures")
    height, width = frames.picture(0).shape[:2]
    return bool(width >= LEAST_WIDTH and height >= LEAST_HEIGHT)


def _row_to_notes(pictures: list[Shown], errors: list[GkextractError]) -> list[Finding]:
    had = [f"page {n} is {p.uri}" for n, p in enumerate(pictures, 1) if p.data is not None]
    lost = [f"page {n}, {p.uri}" for n, p in enumerate(pictures, 1) if p.data is None]
    message = f"pictures of the page were read as its pages: {'; '.join(had)}"
    notes = [Finding("source.pictures", "info", "publisher", message)] if had else []
    if lost:
        said = (f"{x} ({e.code}: {e.message})" for x, e in zip(lost, errors, strict=True))
        message = f"pictures in a row with these could not be had: {'; '.join(said)}"
        notes.append(Finding("picture.lost", "warning", "unknown", message))
    return notes
