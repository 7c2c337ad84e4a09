"""Files and folders that take their name when they are whole."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from extract.errors import OutputError


@contextmanager
def stage_output(path: str, sources: Sequence[str] = ()) -> Iterator[str]:
    """The path of a file that is not there yet, beside the target: what the block has written
    there takes the target's name when the block ends without an exception, else it is removed.

    Raises OutputError; at once where the folder cannot be written to, and where the file is one
    of the sources."""
    target = path_to_target(path, sources)
    part = f"{target}.{os.getpid()}.part"
    try:
        with output_errors():
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
            os.unlink(part)
        yield part
        with output_errors():
            sync(part)
            os.replace(part, target)
            sync(os.path.dirname(target))
    finally:
        with suppress(FileNotFoundError):
            os.unlink(part)


@contextmanager
def stage_folder(path: str) -> Iterator[str]:
    """An empty folder beside the target that takes its name when the block ends without an
    exception, else it is removed with all that is in it.

    Raises OutputError; at once where the target is there and no empty folder."""
    target = os.path.realpath(path)
    if os.path.lexists(target) and not (os.path.isdir(target) and not os.listdir(target)):
        raise OutputError("the output is there already", "give a new or empty folder")
    part = f"{target}.{os.getpid()}.part"
    try:
        with output_errors():
            os.mkdir(part)
        yield part
        with output_errors():
            for name in os.listdir(part):
                sync(os.path.join(part, name))
            os.replace(part, target)
            sync(os.path.dirname(target))
    finally:
        shutil.rmtree(part, ignore_errors=True)


def check_output(path: str | None, sources: Sequence[str] = ()) -> None:
    """Raises the OutputError that `open_output` would raise at once, and writes nothing."""
    if path is None:
        return
    target = path_to_target(path, sources)
    part = f"{target}.{os.getpid()}.part"
    with output_errors():
        open(part, "xb").close()
        os.unlink(part)


def sweep_output(path: str) -> None:
    """Remove what killed runs had begun to write to this file. Only for whoever knows that no
    other run is writing it."""
    target = os.path.realpath(path)
    for part in glob.iglob(f"{glob.escape(target)}.*.part"):
        if part[len(target) + 1 : -len(".part")].isdigit():
            with suppress(OSError):
                os.unlink(part)


def path_to_target(path: str, sources: Sequence[str] = ()) -> str:
    """The file that a path means. Raises OutputError where it is a folder or device, or one of
    the sources."""
    target = os.path.realpath(path)
    if os.path.lexists(target) and not os.path.isfile(target):
        raise OutputError("the output is a folder or device", "give the path of a file")
    if any(_is_same(target, source) for source in sources):
        raise OutputError("the output is one of the sources", "give another path")
    return target


def _is_same(target: str, source: str) -> bool:
    try:
        return os.path.samefile(target, source)
    except (OSError, ValueError):  # one of them is not there, or no path at all
        return False


@contextmanager
def output_errors(what: str = "result") -> Iterator[None]:
    """System errors of writing this as OutputError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(f"the {what} cannot be written ({reason})") from error


def sync(path: str | Path) -> None:
    """Makes what was written last through a power cut, where the system can do that."""
    if os.path.isdir(path) and not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(path, os.O_RDONLY if os.path.isdir(path) else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
