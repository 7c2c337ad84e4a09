"""The way in, the same for whoever reads a document: its bytes, what is known of it, and errors
that say which document they are of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from extract.beat import know
from extract.errors import exception_to_error
from extract.source import Source, check_supported, load_source, source_to_dict, source_to_uri
from extract.unwrap import unwrap_source

if TYPE_CHECKING:
    from extract.fetch import Jar

Result = TypeVar("Result")


def read_source(
    source: str | Path | bytes, read: Callable[[Source, Jar], Result], *, allow_private: bool
) -> Result:
    """What `read` makes of the unwrapped source, if there is a reader for its kind; the jar has
    the cookies for what is fetched next.

    Raises GkextractError, its `source` what is known of the document; exceptions of `read` are
    made one."""
    known: dict[str, Any] = {}
    try:
        if not isinstance(source, bytes):
            known = {"uri": source_to_uri(source)}
        jar: Jar = {}
        loaded = load_source(source, allow_private=allow_private, jar=jar)
        known = source_to_dict(loaded)
        loaded = unwrap_source(loaded)
        known = source_to_dict(loaded)
        know(known)
        check_supported(loaded)
        return read(loaded, jar)
    except Exception as exc:
        error = exception_to_error(exc)
        error.source = error.source or known or None
        if error is exc:
            raise
        raise error from exc
