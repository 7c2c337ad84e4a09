"""The house in order: sizes, data files, documents that say what is so."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import REPORTS, ROOT, run_gkextract

import cli
import gkextract

MODULE_LINES = 300
FUNCTION_LINES = 50

SOURCES = sorted(
    path
    for part in (
        "cli.py",
        "gkextract.py",
        "batch",
        "commands",
        "crawl",
        "extract",
        "tableparse",
        "fixtures",
        "bench",
        "tests",
    )
    for path in ([ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py"))
)
PRODUCT = [path for path in SOURCES if path.relative_to(ROOT).parts[0] not in ("bench", "tests")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _public(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """Public classes and functions of a module, and public methods."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            for inner in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(inner, Function) and not inner.name.startswith("_"):
                    yield f"{node.name}.{inner.name}", inner


@pytest.mark.parametrize("path", PRODUCT, ids=_name)
def test_modules_and_functions_are_small(path: Path) -> None:
    """A module has at most 300 lines, a function 50."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MODULE_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function):
            assert (node.end_lineno or 0) - node.lineno < FUNCTION_LINES, node.name


@pytest.mark.parametrize("path", PRODUCT, ids=_name)
def test_public_names_have_docstrings(path: Path) -> None:
    """Every module, public class, function and method says what it is."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "module"
    for name, node in _public(path):
        assert ast.get_docstring(node), name  # type: ignore[arg-type]


@pytest.mark.parametrize("path", [p for p in SOURCES if p.name.startswith("test_")], ids=_name)
def test_tests_state_their_law(path: Path) -> None:
    """Every test says in words what it proves."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function) and node.name.startswith("test_"):
            assert ast.get_docstring(node), node.name


def test_data_files_are_packaged() -> None:
    """Every data file below the packages is in the wheel."""
    packaged = PROJECT["tool"]["setuptools"]["package-data"]
    patterns = {
        _name(path)
        for package, globs in packaged.items()
        for pattern in globs
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    found = {
        _name(path)
        for package in ("batch", "crawl", "extract", "gkextract-stubs", "tableparse")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert found == patterns


def test_packages_have_init() -> None:
    """Every folder with modules is a package, or the wheel would leave it out."""
    for path in PRODUCT:
        assert path.parent == ROOT or (path.parent / "__init__.py").exists(), path


def test_every_finding_code_is_explained() -> None:
    """Codes of findings that the code names are in findings.toml, and the other way round;
    a code that is not there could not make a report doubtful."""
    from tableparse.formdata import read_data

    known = set(read_data("findings")["findings"])
    families = {code.partition(".")[0] for code in known}
    named = set()
    for path in PRODUCT:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if re.fullmatch(rf"({'|'.join(families)})\.[a-z_]+", node.value):
                    named.add(node.value)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Finding", "note"):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant):
                    named.add(first.value)
    assert named == known


def test_version_is_said_once() -> None:
    """Package, command and change log give one version."""
    assert gkextract.__version__ == "0.1.0"
    assert PROJECT["project"]["dynamic"] == ["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## (\S+)", changes, re.MULTILINE)[1] == gkextract.__version__  # type: ignore[index]


def _blocks(text: str) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def _commands() -> list[str]:
    return [
        line
        for block in _blocks(README)
        for line in block.splitlines()
        if line.startswith("gkextract ")
    ]


@pytest.mark.parametrize("command", _commands())
def test_readme_commands_work(command: str, tmp_path: Path) -> None:
    """Every gkextract command in the README does what it says: exit 0 from the project's
    folder, and JSON or words on stdout unless they went to a file."""
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    script = f'gkextract() {{ "{sys.executable}" -m cli "$@"; }}\n{command}'
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout or " -o " in command


def test_readme_example_in_python_works() -> None:
    """The README's Python runs as printed."""
    (block,) = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", block], cwd=ROOT, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout


def test_readme_begins_with_two_commands() -> None:
    """The first block of the README has the two commands of a fresh machine; the fixture
    that the first one reads is there, and .ci/run finds both."""
    first, second = [line for line in _blocks(README)[0].splitlines() if line[0] != "#"]
    assert " install -q . && .venv/bin/gkextract fixtures/reports/" in first
    assert (ROOT / first.rpartition(" ")[2]).is_file()
    assert second.startswith(".venv/bin/pip install ")
    assert second.endswith("pytest -q")


def test_links_lead_somewhere() -> None:
    """Every relative link of README and docs is a file."""
    for folder, texts in ((ROOT, [README]), (ROOT / "docs", DOCS.values())):
        for text in texts:
            for target in re.findall(r"\]\((?!http)([^)#]+)", text):
                assert (folder / target).exists(), target


def test_every_option_is_documented() -> None:
    """Every option and command of the command line is in the README."""
    out = run_gkextract("--help").out
    options = set(re.findall(r"(?<![\w-])--?[a-z]+(?![\w-])", out.partition("Options:")[2]))
    options -= {"--help"}
    assert len(options) >= 8
    for word in (*sorted(options), *(f"gkextract {name}" for name in cli.COMMANDS)):
        assert f"`{word}" in README or f"\n{word}" in README, word
    for detector in gkextract.DETECTORS:
        assert f"`{detector}`" in README, detector


def test_every_error_is_documented() -> None:
    """docs/errors.md has each error's code and exit code in one row, and the other exits."""
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", DOCS["errors.md"], re.MULTILINE)
    assert rows == [(str(e.exit_code), code) for code, e in gkextract.ERRORS.items()]
    for code in (0, 2, 3, 130, 143):
        assert re.search(rf"^\| {code} \| ", DOCS["errors.md"], re.MULTILINE), code


def test_every_finding_is_documented() -> None:
    """docs/findings.md has each code of findings.toml with its severity, blame and meaning."""
    from tableparse.formdata import read_data

    for code, entry in read_data("findings")["findings"].items():
        doubt = "yes" if entry["doubt"] else "no"
        cells = (f"`{code}`", entry["severity"], entry["blame"], doubt)
        row = f"| {' | '.join((*cells, entry['meaning'], entry['advice']))} |"
        assert row in DOCS["findings.md"], f"docs/findings.md lacks this row:\n{row}"


def test_json_contract_is_documented() -> None:
    """docs/json.md names every key that a report has, down to the keys of its lists."""
    report = gkextract.extract(min(REPORTS.glob("*.pdf")))
    text = report.to_json(evidence=True)
    keys = {key for key, _ in _pairs(json.loads(text))}
    skip = {path for path, _ in report.figures()}
    for key in sorted(keys - skip):
        assert f"`{key}`" in DOCS["json.md"], key
    for status in ("verified", "inconsistent", "unproven", "doubtful", "incomplete"):
        assert f"`{status}`" in DOCS["json.md"], status


def _pairs(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _pairs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _pairs(inner)


def test_no_machine_in_the_files() -> None:
    """No file names a path of a machine or a host of a registry."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names = listed.stdout.split() or [_name(path) for path in SOURCES]
    told = re.compile("/" + r"work/|/" + r"root/|py" + r"pi\.|/tmp/(env|house)")
    for name in names:
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".json", ".svg", "") and path.is_file():
            assert not told.search(path.read_text(encoding="utf-8")), name
