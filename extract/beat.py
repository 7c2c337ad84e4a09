"""Where the work on a document stands, told to whoever watches from outside of the process.

A native library that crashes or hangs cannot be caught from within. So each call into one is
announced before it is made, by stage and page; whoever finds the process dead knows the last
announcement, and starts over with that stage and page left out. Where nobody watches, all of
this does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Tell = Callable[[dict[str, Any]], None]
Place = tuple[str, int | None]
"""Stage and page (from 1), None for the stage as a whole."""


class SkippedError(Exception):
    """This stage ended the process on this document before; it is left out."""


_tell: Tell | None = None
_skipped: frozenset[Place] = frozenset()


def watch(tell: Tell | None, skipped: Iterable[Place] = ()) -> None:
    """From now on tell of every step, and leave out these. `tell` gets `{"at": [stage, page]}`,
    `{"pages": count}` or `{"source": {...}}`."""
    global _tell, _skipped
    _tell, _skipped = tell, frozenset(skipped)


def enter(stage: str, page: int | None = None) -> None:
    """Say that the stage begins, on this page. Raises SkippedError where it is left out."""
    if _skipped and ((stage, page) in _skipped or (stage, None) in _skipped):
        raise SkippedError(stage)
    if _tell is not None:
        _tell({"at": [stage, page]})


def is_skipped(stage: str, page: int | None = None) -> bool:
    """Whether `enter` would raise; for stages that put something else in the place of a page."""
    return bool(_skipped) and ((stage, page) in _skipped or (stage, None) in _skipped)


def skipped_pages(stage: str) -> list[int]:
    """The pages on which a stage is left out."""
    return sorted(page for name, page in _skipped if name == stage and page is not None)


def expect(pages: int) -> None:
    """Say how many pages there are: the time that is granted goes by it."""
    if _tell is not None:
        _tell({"pages": pages})


def know(source: dict[str, Any]) -> None:
    """Say what is known of the source, for the error of a document that ends its process."""
    if _tell is not None:
        _tell({"source": source})
