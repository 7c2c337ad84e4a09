# The types of gkextract.py for other projects' type checkers: a module by itself cannot say that
# it is typed (PEP 561), a package of stubs beside it can. tests/test_typing.py holds them together.

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from extract.errors import ERRORS as ERRORS
from extract.errors import BlockedError as BlockedError
from extract.errors import CorruptError as CorruptError
from extract.errors import CrashError as CrashError
from extract.errors import DependencyError as DependencyError
from extract.errors import EncryptedError as EncryptedError
from extract.errors import FetchError as FetchError
from extract.errors import FormatError as FormatError
from extract.errors import GkextractError as GkextractError
from extract.errors import InputError as InputError
from extract.errors import InternalError as InternalError
from extract.errors import LimitError as LimitError
from extract.errors import MemoryLimitError as MemoryLimitError
from extract.errors import NoContentError as NoContentError
from extract.errors import OutputError as OutputError
from extract.errors import TimeLimitError as TimeLimitError
from extract.errors import error_to_dict as error_to_dict
from extract.errors import exception_to_error as exception_to_error
from tableparse.report import Report as Report
from tableparse.version import __version__ as __version__

Detector = Literal["auto", "pdfplumber", "whitespace", "camelot"]
DETECTORS: tuple[str, ...]
EXPORTS: tuple[str, ...]

def extract(
    source: str | Path | bytes, *, detector: str = "auto", allow_private: bool = False
) -> Report: ...
def read_reports(path: str | Path) -> Iterator[dict[str, Any]]: ...
def export(
    reports: Iterable[Report | Mapping[str, Any]], form: str, path: str | Path, *, bom: bool = False
) -> dict[str, int]: ...
def schema(kind: str = "report") -> dict[str, Any]: ...
def dictionary() -> list[dict[str, str | None]]: ...
