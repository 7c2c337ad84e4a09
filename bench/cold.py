"""`python -m bench.cold [PDF]`: CPU seconds of a cold start, median of seven, interleaved."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.run import find_documents

REPEAT = 7


def command_to_cpu_seconds(command: Sequence[str]) -> float:
    """User and system time of a command and of the children that it waited for.
    CalledProcessError if it fails."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return usage.ru_utime + usage.ru_stime


def find_gkextract() -> list[str]:
    """The installed command of this interpreter, or cli.py of the source tree."""
    beside = shutil.which("gkextract", path=str(Path(sys.executable).parent))
    return [beside] if beside else [sys.executable, "cli.py"]


def commands(pdf: str) -> dict[str, list[str]]:
    """What is measured, by the name that is printed."""
    libraries = "import typer, pymupdf, pdfplumber"
    return {
        "python -c pass": [sys.executable, "-c", "pass"],
        f'python -c "{libraries}"': [sys.executable, "-c", libraries],
        "gkextract --help": [*find_gkextract(), "--help"],
        f"gkextract {Path(pdf).name}": [*find_gkextract(), pdf],
    }


def main() -> None:
    """Run and print a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m bench.cold", description=__doc__)
    parser.add_argument("pdf", nargs="?", help="default: the first of fixtures/reports")
    pdf = parser.parse_args().pdf or next(iter(find_documents(["fixtures/reports"])), None)
    if pdf is None:
        parser.error("no PDF to run on")
    measured = commands(pdf)
    for command in measured.values():  # compile and cache once
        command_to_cpu_seconds(command)
    times: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(REPEAT):
        for name, command in measured.items():
            times[name].append(command_to_cpu_seconds(command))
    print("| command | CPU s |\n|---|---:|")
    for name, taken in times.items():
        print(f"| `{name}` | {statistics.median(taken):.2f} |")


if __name__ == "__main__":
    main()
