"""Where results go: standard output, or a file that is whole or not there; where words go."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO

from extract.errors import OutputError

Write = Callable[[str], None]

BAR_AFTER = 2.0
"""Seconds of work before a progress bar appears."""
BAR_WIDTH = 30


@contextmanager
def open_output(path: str | None, sources: Sequence[str] = ()) -> Iterator[Write]:
    """A function that writes text, always as UTF-8 whatever the locale says: to standard
    output, or to a file that takes its name only when the block ends without an exception
    (temporary file beside it, fsync, rename), so that nobody ever sees half a result.

    Raises OutputError; at once where the folder cannot be written to, and where the file is
    one of the sources."""
    if path is None:
        yield write_stdout
        return
    target = os.path.realpath(path)
    if os.path.lexists(target) and not os.path.isfile(target):
        raise OutputError("the output is a folder or device", "give the path of a file")
    if any(_is_same(target, source) for source in sources):
        raise OutputError("the output is one of the sources", "give another path")
    part = f"{target}.{os.getpid()}.part"
    try:
        with _output_errors():
            file = open(part, "xb")  # noqa: SIM115 (closed below, before the rename)
        with file:
            yield lambda text: _write(file, text)
            with _output_errors():
                file.flush()
                os.fsync(file.fileno())
        with _output_errors():
            os.replace(part, target)
            _sync_folder(os.path.dirname(target))
    finally:
        with suppress(FileNotFoundError):
            os.unlink(part)


def write_stdout(text: str) -> None:
    """Writes at once. Raises OutputError when standard output is closed, full or left by its
    reader; it leads nowhere from then on, so that ending the program raises nothing more."""
    if sys.stdout is None:
        raise OutputError("standard output is closed", "open it or give -o PATH")
    try:
        with _output_errors():
            sys.stdout.flush()  # what others have printed comes first
        _write(sys.stdout.buffer, text)
        with _output_errors():
            sys.stdout.buffer.flush()
    except OutputError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def say(words: str) -> None:
    """A line of words for people, on stderr; nothing where stderr is closed."""
    if sys.stderr is not None:
        with suppress(OSError):
            print(f"gkextract: {words}", file=sys.stderr, flush=True)


def start_progress(total: int) -> Callable[[int], None]:
    """A function that draws a bar for so many done, or wipes it for -1; one that does
    nothing where stderr is no terminal. The bar appears after BAR_AFTER seconds."""
    if sys.stderr is None or not sys.stderr.isatty():
        return lambda done: None
    start = time.monotonic()

    def tick(done: int) -> None:
        with suppress(OSError):
            if done < 0:
                sys.stderr.write("\r\x1b[K")
            elif time.monotonic() - start > BAR_AFTER:
                bar = ("#" * (BAR_WIDTH * done // total)).ljust(BAR_WIDTH, ".")
                sys.stderr.write(f"\r[{bar}] {done}/{total}")
            sys.stderr.flush()

    return tick


def _is_same(target: str, source: str) -> bool:
    try:
        return os.path.samefile(target, source)
    except (OSError, ValueError):  # one of them is not there, or no path at all
        return False


def _write(file: BinaryIO, text: str) -> None:
    with _output_errors():
        # a lone surrogate becomes \udXXX, which inside a JSON string is that surrogate
        file.write(text.encode("utf-8", errors="backslashreplace"))


@contextmanager
def _output_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(f"the result cannot be written ({reason})") from error


def _sync_folder(folder: str) -> None:
    """Makes the rename last through a power cut, where the system can do that."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
