"""Every error that a document, the machine or this program can cause, and its exit code.

    GkextractError
    ├── InputError        4  INPUT       the source is missing, unreadable or empty
    ├── FormatError       5  FORMAT      not a kind of file that this version reads
    ├── CorruptError      6  CORRUPT     the file is damaged beyond reading
    ├── EncryptedError    7  ENCRYPTED   a password or a rights server stands before it
    ├── LimitError        8  LIMIT       larger than a limit allows
    ├── TimeLimitError    9  TIMEOUT     not done within its time
    ├── MemoryLimitError 10  MEMORY      not done within its memory
    ├── CrashError       11  CRASH       a library brought its process down
    ├── FetchError       12  FETCH       the network did not deliver
    ├── BlockedError     13  BLOCKED     an address that must not be fetched
    ├── NoContentError   14  NO_CONTENT  readable, but no annual report
    ├── DependencyError  15  DEPENDENCY  something that has to be installed is not
    ├── OutputError      16  OUTPUT      the result could not be written
    └── InternalError    17  INTERNAL    a mistake of this program

A figure that does not add up is a finding in the report, never an error. Exit codes 0, 2, 3,
130 and 143 belong to the command line; 1 is never given on purpose.

Exceptions of other libraries are turned into these at one border, `exception_to_error`, by
class name along the inheritance, so that no library has to be imported to know its errors.
"""

from __future__ import annotations

import errno
import traceback
from pathlib import PurePath
from typing import Any, ClassVar


class GkextractError(Exception):
    """Base of all errors. `message` is one printable line, `what: what to do`; it holds neither
    text of the document nor its name, which stands in `source` (the contract's `source`
    object), set by the public function. A `what` without a colon gets the class's advice."""

    code: ClassVar[str] = "INTERNAL"
    exit_code: ClassVar[int] = 17
    advice: ClassVar[str] = "report it with the version and, if you may, the document"

    def __init__(self, what: str, hint: str | None = None) -> None:
        # both as args, so that errors survive pickling between processes
        super().__init__(what, hint)
        if hint is None and ": " not in what:
            hint = self.advice
        self.message = _to_line(f"{what}: {hint}" if hint else what)
        self.source: dict[str, Any] | None = None

    def __str__(self) -> str:
        """The message behind the name of the source, where that is known."""
        return _to_line(f"{self.source['uri']}: {self.message}") if self.source else self.message


class InputError(GkextractError):
    """The source is missing, unreadable, empty, or no file at all."""

    code = "INPUT"
    exit_code = 4
    advice = "check the path"


class FormatError(GkextractError):
    """The file is of a kind that this version does not read."""

    code = "FORMAT"
    exit_code = 5
    advice = "save it as PDF, DOCX or web page and give that"


class CorruptError(GkextractError):
    """The file is damaged beyond reading."""

    code = "CORRUPT"
    exit_code = 6
    advice = "fetch the file again"


class EncryptedError(GkextractError):
    """The document does not open without a password or a rights server."""

    code = "ENCRYPTED"
    exit_code = 7
    advice = "save a copy without password and give that"


class LimitError(GkextractError):
    """The document asks for more than a limit grants; the message gives both numbers."""

    code = "LIMIT"
    exit_code = 8
    advice = "give only the pages that hold the report"


class TimeLimitError(GkextractError):
    """The document was not done within its time."""

    code = "TIMEOUT"
    exit_code = 9
    advice = "try it once more, alone"


class MemoryLimitError(GkextractError):
    """The document was not done within its memory."""

    code = "MEMORY"
    exit_code = 10
    advice = "try it once more, alone, with more memory"


class CrashError(GkextractError):
    """A library brought its process down while reading the document."""

    code = "CRASH"
    exit_code = 11
    advice = "try another detector, and report the document if you may"


class FetchError(GkextractError):
    """The network did not deliver the document."""

    code = "FETCH"
    exit_code = 12
    advice = "try again later"


class BlockedError(GkextractError):
    """The address must not be fetched (private, or of a scheme not allowed)."""

    code = "BLOCKED"
    exit_code = 13
    advice = "give a public http or https address"


class NoContentError(GkextractError):
    """The document was read and holds no annual report."""

    code = "NO_CONTENT"
    exit_code = 14
    advice = "check that it is a 政府信息公开工作年度报告"


class DependencyError(GkextractError):
    """Something that has to be installed is not."""

    code = "DEPENDENCY"
    exit_code = 15
    advice = "install with pip what the message names"


class OutputError(GkextractError):
    """The result could not be written."""

    code = "OUTPUT"
    exit_code = 16
    advice = "check the disk and the rights on the output path"


class InternalError(GkextractError):
    """A mistake of this program: an exception nobody foresaw."""

    code = "INTERNAL"
    exit_code = 17


ERRORS: dict[str, type[GkextractError]] = {cls.code: cls for cls in GkextractError.__subclasses__()}
"""Every error class by its code, in the order of the exit codes."""

# Exceptions of other libraries by class name: what to raise, and what to say of the document.
FOREIGN: dict[str, tuple[type[GkextractError], str]] = {
    # PyMuPDF
    "EmptyFileError": (InputError, "the file is empty"),
    "FileDataError": (CorruptError, "the file cannot be opened as a document"),
    "FzErrorFormat": (CorruptError, "the document's structure is broken"),
    "FzErrorSyntax": (CorruptError, "the document's structure is broken"),
    "FzErrorLimit": (LimitError, "the document asks for more than MuPDF allows"),
    # pdfminer.six, playa-pdf
    "PDFPasswordIncorrect": (EncryptedError, "the document needs a password"),
    "PDFEncryptionError": (EncryptedError, "the document's encryption is not known"),
    "PDFTextExtractionNotAllowed": (EncryptedError, "the document forbids reading its text"),
    "PDFSyntaxError": (CorruptError, "the document's structure is broken"),
    "PDFException": (CorruptError, "the document's structure is broken"),
    "PSException": (CorruptError, "the document's structure is broken"),
    "PdfminerException": (CorruptError, "the document's structure is broken"),
    # Python, and PyMuPDF's own class of the name
    "FileNotFoundError": (InputError, "no such file"),
    "UnicodeDecodeError": (CorruptError, "the text breaks its own encoding"),
    "RecursionError": (LimitError, "the document nests deeper than can be followed"),
    "MemoryError": (MemoryLimitError, "the memory did not suffice"),
    "TimeoutError": (TimeLimitError, "the time did not suffice"),
    "BrokenPipeError": (OutputError, "the reader of the output has closed it"),
}

# Libraries that say it in words only: lower-case words in the exception's text.
WORDS: tuple[tuple[str, type[GkextractError], str], ...] = (
    ("document closed or encrypted", EncryptedError, "the document needs a password"),
    ("not been decrypted", EncryptedError, "the document needs a password"),
    ("malloc", MemoryLimitError, "the memory did not suffice"),
    ("calloc", MemoryLimitError, "the memory did not suffice"),
    ("realloc", MemoryLimitError, "the memory did not suffice"),
    ("failed to allocate", MemoryLimitError, "the memory did not suffice"),
)

WRITE_ERRNOS = frozenset({errno.ENOSPC, errno.EROFS, errno.EFBIG, errno.EPIPE, errno.EDQUOT})
"""Operating system errors that only writing can meet."""


def exception_to_error(exc: Exception) -> GkextractError:
    """The error that stands for any exception; one of ours is given back as it is. Nobody's
    exception becomes INTERNAL with its type and place; its text is left out, as it may hold
    text of the document."""
    if isinstance(exc, GkextractError):
        return exc
    for cls in type(exc).__mro__:
        if cls.__name__ in FOREIGN:
            error, what = FOREIGN[cls.__name__]
            return error(what)
    if isinstance(exc, ImportError):
        return DependencyError(f"the library {exc.name} is missing or does not load")
    if isinstance(exc, OSError):
        return _oserror_to_error(exc)
    words = str(exc).lower()
    for needle, error, what in WORDS:
        if needle in words:
            return error(what)
    return InternalError(f"unexpected {type(exc).__name__} at {_place(exc)}")


def error_to_dict(error: GkextractError) -> dict[str, str]:
    """The contract's `error` object: `type` (the code) and `message` (one line)."""
    return {"type": error.code, "message": error.message}


def error_to_line(error: GkextractError) -> dict[str, Any]:
    """The line of a document that gave no report."""
    return {"source": error.source, "error": error_to_dict(error)}


def _oserror_to_error(exc: OSError) -> GkextractError:
    if exc.errno == errno.ENOMEM:
        return MemoryLimitError("the memory did not suffice")
    reason = exc.strerror or type(exc).__name__
    if exc.errno in WRITE_ERRNOS:
        return OutputError(f"writing failed ({reason})")
    return InputError(f"reading failed ({reason})")


def _place(exc: Exception) -> str:
    """Where it was raised: folder/file:line, nothing else of this machine."""
    frames = traceback.extract_tb(exc.__traceback__)
    if not frames:
        return "an unknown place"
    return f"{'/'.join(PurePath(frames[-1].filename).parts[-2:])}:{frames[-1].lineno}"


def _to_line(text: str) -> str:
    """One line without control characters: file names may hold line breaks and escapes."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))
