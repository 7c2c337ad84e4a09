"""`python -m bench.pages [FILES]`: web pages, gkextract's whole job beside parsing alone.

The floor is what lxml needs to make a tree of the page's bytes and nothing else; the goal is
three times that and 5 ms. CPU time, as machines are busy; both in one process, warm, by turns.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

import gkextract

TIMES, MORE = 3.0, 5.0
"""The goal: so many times the floor, and so many milliseconds."""


class Measured(NamedTuple):
    """A page: its bytes, and CPU milliseconds of the floor and of the whole job (medians)."""

    name: str
    size: int
    floor: float
    whole: float

    @property
    def goal(self) -> float:
        """Milliseconds that the whole job may take."""
        return TIMES * self.floor + MORE


def parse_alone(data: bytes) -> Any:
    """The tree that lxml makes of a page."""
    return etree.fromstring(data, etree.HTMLParser(huge_tree=True))


def run_to_ms(run: Callable[[], Any]) -> float:
    """CPU milliseconds of one run; a page that holds no report has been looked through as well."""
    start = time.process_time()
    with contextlib.suppress(gkextract.GkextractError):
        run()
    return (time.process_time() - start) * 1000


def measure(path: Path, repeat: int) -> Measured:
    """One page, by turns, after a round that is thrown away."""
    data = path.read_bytes()
    pairs = [
        (run_to_ms(lambda: parse_alone(data)), run_to_ms(lambda: gkextract.extract(path)))
        for _ in range(repeat + 1)
    ][1:]
    floor, whole = (statistics.median(times) for times in zip(*pairs, strict=True))
    return Measured(path.name, len(data), floor, whole)


def measured_to_text(found: Sequence[Measured]) -> str:
    """A line a page, the slowest against its goal first, and the medians."""
    lines = ["| page | kB | lxml alone | whole job | goal (CPU ms) |", "|---|---:|---:|---:|---:|"]
    for item in sorted(found, key=lambda m: m.goal - m.whole):
        cells = (item.size / 1000, item.floor, item.whole, item.goal)
        lines.append(f"| {item.name} | " + " | ".join(f"{v:.1f}" for v in cells) + " |")
    middle = [statistics.median(v) for v in zip(*((m.floor, m.whole) for m in found), strict=True)]
    reached = sum(m.whole <= m.goal for m in found)
    lines.append("")
    lines.append(
        f"{len(found)} pages, medians {middle[0]:.1f} and {middle[1]:.1f} ms; "
        f"{reached} within {TIMES:g} times lxml and {MORE:g} ms."
    )
    return "\n".join(lines)


def main() -> int:
    """Run and print; returns 1 where a page takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=[Path("fixtures/pages")])
    parser.add_argument("--repeat", type=int, default=7, help="timed rounds (default 7)")
    arguments = parser.parse_args()
    paths = [
        path
        for named in arguments.files
        for path in (sorted(named.glob("*.htm*")) if named.is_dir() else [named])
    ]
    if not paths:
        parser.error("no page to run on")
    found = [measure(path, arguments.repeat) for path in paths]
    print(measured_to_text(found))
    return 0 if all(m.whole <= m.goal for m in found) else 1


if __name__ == "__main__":
    sys.exit(main())
