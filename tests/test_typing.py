"""The public face is typed for those who import it."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

from conftest import ROOT

import gkextract

STUB = ROOT / "gkextract-stubs" / "__init__.pyi"


def signatures(path: Path) -> dict[str, str]:
    """Public functions of a file: name -> arguments and result as written."""
    return {
        node.name: f"{ast.unparse(node.args)} -> {ast.unparse(node.returns or ast.Constant(None))}"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def test_stubs_say_what_the_module_says() -> None:
    """The stubs have every public function with the module's signature, every other public
    name, and no name that the module does not have."""
    assert signatures(STUB) == signatures(ROOT / "gkextract.py")
    named = set(signatures(STUB))
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            named |= {alias.asname for alias in node.names if alias.asname}
        elif isinstance(node, ast.Assign):
            named |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            named.add(node.target.id)
    assert named == set(gkextract.__all__)


def test_every_public_function_is_documented_and_typed() -> None:
    """Functions of the public face have a docstring and types for all they take and give."""
    for name in gkextract.__all__:
        function = getattr(gkextract, name)
        if inspect.isfunction(function):
            assert function.__doc__, name
            names = {*inspect.signature(function).parameters, "return"}
            assert set(function.__annotations__) == names, name


def test_packages_say_that_they_are_typed() -> None:
    """The packages whose types the stubs give are marked as typed."""
    assert (ROOT / "extract" / "py.typed").is_file()
    assert (ROOT / "tableparse" / "py.typed").is_file()
