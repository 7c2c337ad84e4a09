"""What a result depends on beside the document: this program, its libraries, the options."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PARTS = ("gkextract.py", "extract", "tableparse", "batch/worker.py", "batch/limits.toml")
"""Files and folders of this program that have a say in what a report holds."""
ENDINGS = frozenset({".py", ".toml", ".onnx"})
_NAME = re.compile(r"[\w.-]+")


def toolchain_to_fingerprint(options: Mapping[str, Any]) -> str:
    """32 hexadecimal digits that change when the program, a library that it names as its own,
    or an option changes. A result is good for as long as they do not."""
    told = {"code": _code(), "libraries": _libraries(), "options": dict(sorted(options.items()))}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


def _code() -> str:
    """A hash over the code itself: a version number does not change while one is at work."""
    found = hashlib.sha256()
    for part in PARTS:
        path = ROOT / part
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.suffix in ENDINGS:
                found.update(str(file.relative_to(ROOT)).encode() + b"\0")
                found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


def _libraries() -> dict[str, str]:
    """Versions of the libraries that the distribution names, where they are installed."""
    try:
        named = metadata.requires("gkextract") or []
    except metadata.PackageNotFoundError:
        named = []
    found = {}
    for line in named:
        name = _NAME.match(line)
        if name is not None and not re.search(r"extra == .(dev|bench|dask)", line):
            try:
                found[name[0]] = metadata.version(name[0])
            except metadata.PackageNotFoundError:
                continue
    return found
