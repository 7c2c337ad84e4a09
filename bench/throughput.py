"""Documents a second: one job, two jobs, and two processes that do nothing but pdfplumber's
`extract_tables` over the same files; and what workers and ledger cost a document.

    .venv/bin/python -m bench.throughput [--copies N] [--rounds N]

All in one run, in turn, because machines are busy: read the ratios. Files are the ruled reports
of fixtures/reports, each as so many copies with bytes of their own, so that none is read from
the ledger. Workers take half a second to start, once for a run: few copies show that, many show
what a document costs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.cold import find_gkextract

ROOT = Path(__file__).resolve().parents[1]
PLUMBER = """
import sys, pdfplumber
for path in sys.stdin.read().split():
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            page.extract_tables()
"""
LIBRARY = """
import sys, gkextract
from extract.errors import GkextractError
for path in sys.stdin.read().split():
    try:
        gkextract.extract(path).to_dict()
    except GkextractError:
        pass
"""


def make_files(folder: Path, copies: int) -> list[Path]:
    """The ruled reports, each as so many copies with a comment of their own."""
    found = []
    for number in range(copies):
        for path in sorted((ROOT / "fixtures" / "reports").glob("*ruled*.pdf")):
            copy = folder / f"{number:03}-{path.name}"
            copy.write_bytes(path.read_bytes() + b"\n%% copy %d\n" % number)
            found.append(copy)
    return found


def run_gkextract(folder: Path, out: Path, jobs: int) -> None:
    """The command over the folder, nothing known from before."""
    command = [*find_gkextract(), str(folder), "-j", str(jobs), "-o", str(out)]
    done = subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.returncode
    out.unlink()
    shutil.rmtree(f"{out}.gkx")


def run_scripts(script: str, files: list[Path], processes: int) -> None:
    """A script in so many processes, the files dealt out between them."""
    started = []
    for number in range(processes):
        process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, cwd=ROOT)
        assert process.stdin is not None
        process.stdin.write("\n".join(map(str, files[number::processes])).encode())
        process.stdin.close()
        started.append(process)
    for process in started:
        assert process.wait() == 0


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m bench.throughput", description=__doc__)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gkextract-bench-") as name:
        folder, out = Path(name) / "in", Path(name) / "out.jsonl"
        folder.mkdir()
        files = make_files(folder, args.copies)
        ways = {
            "library, one process": lambda: run_scripts(LIBRARY, files, 1),
            "gkextract -j 1 -o": lambda: run_gkextract(folder, out, 1),
            "gkextract -j 2 -o": lambda: run_gkextract(folder, out, 2),
            "pdfplumber extract_tables, two processes": lambda: run_scripts(PLUMBER, files, 2),
        }
        walls: dict[str, list[float]] = {way: [] for way in ways}
        cpus: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(args.rounds):
            for way, run in ways.items():
                wall, before = time.monotonic(), os.times()
                run()
                after = os.times()
                walls[way].append(time.monotonic() - wall)
                spent = after.children_user + after.children_system
                cpus[way].append(spent - before.children_user - before.children_system)
    print(f"{len(files)} documents, medians of {args.rounds} rounds\n")
    print("| way | documents a second | CPU ms a document |\n|---|---:|---:|")
    for way in ways:
        rate = len(files) / statistics.median(walls[way])
        print(f"| {way} | {rate:.1f} | {1000 * statistics.median(cpus[way]) / len(files):.1f} |")
    library, one, two, plumber = (statistics.median(walls[way]) for way in ways)
    print(f"\n-j 2 to -j 1: {one / two:.2f}; -j 2 to two pdfplumbers: {plumber / two:.2f}")
    print(f"workers and ledger, wall ms a document: {1000 * (one - library) / len(files):.1f}")


if __name__ == "__main__":
    main()
