"""Where results go: standard output, or a file that is whole or not there; where words go."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO

from extract.errors import OutputError
from extract.staging import output_errors, stage_output

Write = Callable[[str], None]


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
    with stage_output(path, sources) as part:
        with output_errors():
            file = open(part, "xb")  # noqa: SIM115 (closed below, before the rename)
        with file:
            yield lambda text: _write(file, text)
            with output_errors():
                file.flush()


def write_stdout(text: str) -> None:
    """Writes at once. Raises OutputError when standard output is closed, full or left by its
    reader; it leads nowhere from then on, so that ending the program raises nothing more."""
    if sys.stdout is None:
        raise OutputError("standard output is closed", "open it or give -o PATH")
    try:
        with output_errors():
            sys.stdout.flush()  # what others have printed comes first
        _write(sys.stdout.buffer, text)
        with output_errors():
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


def _write(file: BinaryIO, text: str) -> None:
    with output_errors():
        # a lone surrogate becomes \udXXX, which inside a JSON string is that surrogate
        file.write(text.encode("utf-8", errors="backslashreplace"))
