"""The documentation says what is so: its examples run, its made parts are made anew."""

from __future__ import annotations

import importlib.util
import inspect
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest
from conftest import ROOT

import cli
import gkextract

DOCS = ROOT / "docs"
EXAMPLES = ("exports.md", "library.md", "panel.md", "start.md")
"""Pages whose examples are run, each from top to bottom in a folder of its own."""


def load_make() -> ModuleType:
    """docs/make.py as a module."""
    spec = importlib.util.spec_from_file_location("docs_make", DOCS / "make.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_made_parts_are_made_anew() -> None:
    """The help of every command, the schemas and the data dictionary in docs/ are what the
    program gives: `python docs/make.py` writes them."""
    for path, text in load_make().made_files().items():
        assert (DOCS / path).read_text(encoding="utf-8") == text, (
            f"run: python docs/make.py ({path})"
        )


def test_every_command_has_its_help() -> None:
    """commands.md has a section with the usage of every command."""
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    for name in ("", *cli.COMMANDS):
        title = f"gkextract {name}".rstrip()
        assert f"\n## {title}\n\n```text\nUsage: {title} [OPTIONS]" in page


def test_every_page_is_in_the_site() -> None:
    """The site's list of pages is the pages that there are."""
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    listed = re.findall(r"^ +- .*: (\S+\.md)$", config, re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in DOCS.glob("*.md"))
    assert "font: false" in config


def test_every_public_name_is_documented() -> None:
    """library.md has every public function; every error has its page; every form of export is a
    row of exports.md."""
    page = (DOCS / "library.md").read_text(encoding="utf-8")
    for name in gkextract.__all__:
        if inspect.isfunction(getattr(gkextract, name)) or name == "Report":
            assert f"::: gkextract.{name}\n" in page, name
    exports = (DOCS / "exports.md").read_text(encoding="utf-8")
    for form in gkextract.EXPORTS:
        assert f"\n| `{form}` " in exports, form


def blocks(page: str) -> list[tuple[str, str]]:
    """Language and text of each block of code, in order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", EXAMPLES)
def test_examples_run(page: str, tmp_path: Path) -> None:
    """Every example of the page does what it says: commands end with 0, Python runs, SQL answers
    on the database that the page has made."""
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = 0
    for language, text in blocks(page):
        if language == "sh":
            script = f'gkextract() {{ "{sys.executable}" -m cli "$@"; }}\n{text}'
            command = ["bash", "-euo", "pipefail", "-c", script]
        elif language == "python":
            command = [sys.executable, "-W", "error", "-c", text]
        elif language == "sql":
            (path,) = tmp_path.glob("*.sqlite")
            with closing(sqlite3.connect(path)) as base:
                for statement in text.split(";\n"):
                    base.execute(statement).fetchall()
            ran += 1
            continue
        else:
            continue
        done = subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, timeout=120, check=False
        )
        assert done.returncode == 0, f"{text}\n{done.stderr.decode()}"
        ran += 1
    assert ran >= 3
