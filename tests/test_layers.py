"""Imports point down: cli > commands > crawl > gkextract > extract > tableparse, and nothing
is loaded early."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

LAYERS = ("tableparse", "extract", "gkextract", "batch", "crawl", "commands", "cli")
"""From the bottom up; import-linter holds what is inside of the packages."""

TABLEPARSE_MAY = {
    "__future__", "bisect", "collections", "copy", "dataclasses", "decimal", "difflib",
    "enum", "fractions", "functools", "heapq", "importlib", "itertools", "json", "math",
    "operator", "re", "statistics", "string", "tomllib", "types", "typing", "unicodedata",
    "zlib",
}  # fmt: skip
"""What a pure package needs of the standard library; `importlib` and `tomllib` for the form,
`zlib` for hashes that are the same in every process."""


def _modules(layer: str) -> list[Path]:
    single = ROOT / f"{layer}.py"
    return [single] if single.exists() else sorted((ROOT / layer).rglob("*.py"))


def _imports(path: Path) -> set[str]:
    """Top-level names that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names.add((node.module or "").partition(".")[0])
    return names


@pytest.mark.parametrize("layer", LAYERS)
def test_no_layer_imports_from_above(layer: str) -> None:
    """No module imports a layer above its own."""
    above = set(LAYERS[LAYERS.index(layer) + 1 :])
    for path in _modules(layer):
        assert not _imports(path) & above, path


def test_tableparse_is_pure() -> None:
    """tableparse imports itself and the parts of the standard library that touch no file of
    the user's, no network and no process."""
    for path in _modules("tableparse"):
        assert _imports(path) <= TABLEPARSE_MAY | {"tableparse"}, path


@pytest.mark.parametrize("module", ["gkextract", "cli"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    """Importing the public face or the command line loads no document library."""
    heavy = "camelot cv2 numpy pandas pdfminer pdfplumber playa pymupdf PIL rich scrapy twisted"
    code = f"import sys, {module}; print(*({set(heavy.split())!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.split() == []
