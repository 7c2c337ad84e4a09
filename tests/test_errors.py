"""The error tree: one class a code, and every exception of others comes out as one of ours."""

from __future__ import annotations

import errno
import importlib
import pickle
import re

import pymupdf
import pytest

from extract import errors
from extract.errors import (
    ERRORS,
    FOREIGN,
    GkextractError,
    InputError,
    InternalError,
    error_to_dict,
    exception_to_error,
)

# The codes and exit codes that users' scripts rely on.
CONTRACT = {
    "INPUT": 4,
    "FORMAT": 5,
    "CORRUPT": 6,
    "ENCRYPTED": 7,
    "LIMIT": 8,
    "TIMEOUT": 9,
    "MEMORY": 10,
    "CRASH": 11,
    "FETCH": 12,
    "BLOCKED": 13,
    "NO_CONTENT": 14,
    "DEPENDENCY": 15,
    "OUTPUT": 16,
    "INTERNAL": 17,
}

# Where the foreign classes named in the registry come from.
ORIGINS = {
    "EmptyFileError": "pymupdf",
    "FileDataError": "pymupdf",
    "FzErrorFormat": "pymupdf.mupdf",
    "FzErrorSyntax": "pymupdf.mupdf",
    "FzErrorLimit": "pymupdf.mupdf",
    "PDFPasswordIncorrect": "pdfminer.pdfdocument",
    "PDFEncryptionError": "pdfminer.pdfdocument",
    "PDFTextExtractionNotAllowed": "pdfminer.pdfdocument",
    "PDFSyntaxError": "pdfminer.pdfparser",
    "PDFException": "playa.exceptions",
    "PSException": "pdfminer.psexceptions",
    "PdfminerException": "pdfplumber.utils.exceptions",
    "FileNotFoundError": "builtins",
    "UnicodeDecodeError": "builtins",
    "RecursionError": "builtins",
    "MemoryError": "builtins",
    "TimeoutError": "builtins",
    "BrokenPipeError": "builtins",
}


def test_codes_are_the_contract() -> None:
    """Each code of the contract has one class with its exit code, and no class is beyond."""
    assert {code: cls.exit_code for code, cls in ERRORS.items()} == CONTRACT


def test_tree_text_is_true() -> None:
    """The tree at the head of the file names every class with its exit code and code."""
    rows = re.findall(r"── (\w+) +(\d+) +(\w+) ", errors.__doc__ or "")
    assert rows == [(c.__name__, str(c.exit_code), c.code) for c in ERRORS.values()]


@pytest.mark.parametrize("cls", ERRORS.values())
def test_message_is_one_line_with_advice(cls: type[GkextractError]) -> None:
    """A message is one printable line that says what to do, whatever text goes in."""
    message = cls("a\nname\x1b[31m with  breaks").message
    assert message == f"a name?[31m with breaks: {cls.advice}"
    assert message.isprintable()
    assert cls("what: do that").message == "what: do that"
    assert cls("what", "do that").message == "what: do that"
    assert error_to_dict(cls("what")) == {"type": cls.code, "message": f"what: {cls.advice}"}


@pytest.mark.parametrize("cls", ERRORS.values())
def test_errors_survive_pickling(cls: type[GkextractError]) -> None:
    """An error that crosses a process border is the same error on the other side."""
    copy = pickle.loads(pickle.dumps(cls("what", "do that")))
    assert type(copy) is cls
    assert copy.message == "what: do that"


def test_str_names_the_source() -> None:
    """As text an error names its source; its message, which goes into the JSON, does not."""
    error = InputError("no such file")
    error.source = {"uri": "a\nb.pdf"}
    assert str(error) == "a b.pdf: no such file: check the path"
    assert error.message == "no such file: check the path"


def test_registry_names_real_exceptions() -> None:
    """Every foreign class in the registry exists where it is said to come from."""
    assert ORIGINS.keys() == FOREIGN.keys()
    for name, module in ORIGINS.items():
        assert issubclass(getattr(importlib.import_module(module), name), Exception)


@pytest.mark.parametrize(
    ("exc", "code"),
    [
        (FileNotFoundError(errno.ENOENT, "no"), "INPUT"),
        (PermissionError(errno.EACCES, "no"), "INPUT"),
        (IsADirectoryError(errno.EISDIR, "no"), "INPUT"),
        (OSError(errno.EIO, "no"), "INPUT"),
        (OSError(errno.ENOSPC, "no"), "OUTPUT"),
        (OSError(errno.EROFS, "no"), "OUTPUT"),
        (BrokenPipeError(errno.EPIPE, "no"), "OUTPUT"),
        (OSError(errno.ENOMEM, "no"), "MEMORY"),
        (MemoryError(), "MEMORY"),
        (RuntimeError("code=2: calloc (1024 x 1024 bytes) failed"), "MEMORY"),
        (TimeoutError(), "TIMEOUT"),
        (RecursionError(), "LIMIT"),
        (ModuleNotFoundError("no", name="cv2"), "DEPENDENCY"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"), "CORRUPT"),
        (ValueError("document closed or encrypted"), "ENCRYPTED"),
        (ValueError("other"), "INTERNAL"),
        (AssertionError(), "INTERNAL"),
        (KeyError("x"), "INTERNAL"),
    ],
)
def test_foreign_exceptions_get_their_code(exc: Exception, code: str) -> None:
    """Each kind of foreign exception comes out under its code."""
    assert exception_to_error(exc).code == code


def test_pymupdf_raises_what_is_mapped() -> None:
    """What PyMuPDF really raises on an empty and on a broken file is INPUT and CORRUPT."""
    for data, code in ((b"", "INPUT"), (b"\x00" * 64, "CORRUPT")):
        with pytest.raises(RuntimeError) as caught:
            pymupdf.open(stream=data, filetype="pdf")
        assert exception_to_error(caught.value).code == code


def test_ours_pass_unchanged() -> None:
    """One of our own errors is given back as it is."""
    error = InputError("x")
    assert exception_to_error(error) is error


def test_internal_tells_place_and_no_text() -> None:
    """An unforeseen exception tells its type and place, never its text (the document's)."""
    try:
        raise KeyError("石城县的秘密")
    except KeyError as exc:
        error = exception_to_error(exc)
    assert isinstance(error, InternalError)
    assert re.search(r"KeyError at tests/test_errors\.py:\d+", error.message)
    assert "石城县" not in error.message
