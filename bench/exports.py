"""`python -m bench.exports [FORM...]`: figures a second and memory of the exports, on synthetic
reports that are piped into `gkextract export -`: real ones of both editions with other agencies,
years and figures."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import gkextract
from bench.cold import find_gkextract

BASES = ("chromium-a01-ruled-10", "chromium-a03-ruled-30", "libreoffice-a02-ruled-20")
YEARS = range(2019, 2026)


class Measured(NamedTuple):
    """What an export took: processor seconds, megabytes at its highest, bytes written."""

    seconds: float
    megabytes: float
    written: int


def synthetic_lines(count: int) -> Iterator[str]:
    """So many reports as JSON lines; the same for the same count."""
    dice = random.Random(count)
    bases: list[dict[str, Any]] = [
        gkextract.extract(f"fixtures/reports/{name}.pdf").to_dict() for name in BASES
    ]
    for number in range(count):
        report = bases[number % len(bases)]
        agency, year = divmod(number, len(YEARS))
        report |= {"agency": f"第{agency}市某局", "year": YEARS[year]}
        report["source"] |= {"sha256": f"{number:064x}", "uri": f"store/{number}.pdf"}
        for values in report["applications"]["rows"].values():
            values[:] = [dice.choice((None, dice.randrange(500))) for _ in values]
        yield json.dumps(report, ensure_ascii=False, separators=(",", ":")) + "\n"


def lines_to_figures(lines: Iterator[str]) -> int:
    """How many figures, blank ones too, the reports of the lines have."""
    total = 0
    for line in lines:
        report = json.loads(line)
        rows = [v for t in ("proactive", "review") for k, v in report[t].items() if k != "form"]
        total += sum(map(len, rows)) + sum(map(len, report["applications"]["rows"].values()))
    return total


LAUNCHER = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.exit(code)
"""
"""Starts the command from a small process: a child's highest memory counts its parent's."""


def measure(form: str, count: int, folder: Path) -> Measured:
    """Export so many reports in a form. CalledProcessError if the command fails."""
    path = folder / form
    export = [*find_gkextract(), "export", "-", "-f", form, "-o", str(path)]
    command = [sys.executable, "-c", LAUNCHER, *export]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # the command has failed: its exit code tells
            for line in synthetic_lines(count):
                process.stdin.write(line.encode("utf-8"))
        said, _ = process.communicate()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    seconds, megabytes = map(float, said.split())
    files = [path] if path.is_file() else list(path.rglob("*"))
    written = sum(file.stat().st_size for file in files)
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    return Measured(seconds, megabytes, written)


def main() -> None:
    """Run and print a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m bench.exports", description=__doc__)
    parser.add_argument("forms", nargs="*", default=["parquet", "sqlite", "csv", "wide"])
    parser.add_argument("--reports", type=int, default=100_000)
    asked = parser.parse_args()
    figures = lines_to_figures(synthetic_lines(len(BASES))) * asked.reports // len(BASES)
    print(f"{asked.reports} reports, {figures} figures\n")
    print("| form | CPU s | figures a CPU second | MB at most | MB written |")
    print("|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for form in asked.forms:
            m = measure(form, asked.reports, Path(folder))
            rate = f"{figures / m.seconds:.0f} | {m.megabytes:.0f} | {m.written / 1e6:.0f}"
            print(f"| {form} | {m.seconds:.1f} | {rate} |", flush=True)


if __name__ == "__main__":
    main()
