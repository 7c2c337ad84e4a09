"""Writes the parts of the documentation that are made: the help of every command in commands.md,
the schemas and the data dictionary. `python docs/make.py`; the tests tell when it is due."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import cli  # noqa: E402 (it stands beside this folder)
from tableparse.report import SCHEMA_VERSION  # noqa: E402
from tableparse.schema import KINDS  # noqa: E402

HEAD = """\
# Commands

What `--help` prints. [First steps](start.md) and [Exports](exports.md) have examples; the exit
codes are in [Errors](errors.md).
"""


def run(*args: str) -> str:
    """What `gkextract ARGS` prints on 80 columns."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", *args],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout.decode("utf-8")


def commands_page() -> str:
    """The text of commands.md."""
    parts = [HEAD]
    for name in ("", *cli.COMMANDS):
        title = f"gkextract {name}".rstrip()
        words = run(*([name] if name else []), "--help")
        shown = "\n".join(line.rstrip() for line in words.strip("\n").splitlines())
        parts.append(f"## {title}\n\n```text\n{shown}\n```\n")
    return "\n".join(parts)


def made_files() -> dict[str, str]:
    """Path below docs/ -> text of every file that is made."""
    schemas = {f"schema/{kind}-{SCHEMA_VERSION}.schema.json": run("schema", kind) for kind in KINDS}
    dictionary = {"schema/dictionary.csv": run("schema", "--dictionary")}
    return {"commands.md": commands_page(), **schemas, **dictionary}


if __name__ == "__main__":
    for path, text in made_files().items():
        (ROOT / "docs" / path).write_text(text, encoding="utf-8")
