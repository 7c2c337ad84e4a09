"""What several test modules need: the command line as a process, and real PDFs made here."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymupdf
import pytest

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "fixtures" / "reports"

PdfMaker = Callable[..., Path]


@dataclass(frozen=True)
class Ran:
    """A finished command: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """stdout as one JSON value."""
        return json.loads(self.out)

    def lines(self) -> list[Any]:
        """stdout as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


def run_gkextract(*args: str | Path, env: dict[str, str] | None = None, **options: Any) -> Ran:
    """`gkextract ARGS` as a process of its own; stdout must be UTF-8."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", *map(os.fspath, args)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        capture_output=True,
        timeout=120,
        check=False,
        **options,
    )
    return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


@pytest.fixture
def run_cli() -> Callable[..., Ran]:
    """The command line as a function."""
    return run_gkextract


@pytest.fixture
def make_pdf(tmp_path: Path) -> PdfMaker:
    """Writes a PDF with a page of text into the test's folder; further options are
    PyMuPDF's for saving (encryption and the like)."""

    def make(name: str, *lines: str, **options: Any) -> Path:
        path = tmp_path / name
        with pymupdf.open() as pdf:
            page = pdf.new_page()
            for number, line in enumerate(lines):
                page.insert_text((72, 72 + 20 * number), line, fontname="china-s", fontsize=12)
            pdf.save(path, **options)
        return path

    return make


@pytest.fixture(scope="session")
def report_pdf() -> Path:
    """The report that the README reads first."""
    found = re.search(
        r"gkextract (fixtures/reports/\S+\.pdf)", (ROOT / "README.md").read_text("utf-8")
    )
    assert found
    return ROOT / found[1]
