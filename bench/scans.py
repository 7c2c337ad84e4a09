"""`python -m bench.scans`: scans read by gkextract, by table recognisers that run offline, by
whole-page OCR of the library whose model gkextract uses, and by tesseract, each rival's tables
or lines of boxes through the same mapping.

One process a system, one after the other; a first page warms. CPU is the process's own and that
of its children. A system with an environment of its own is named with its Python:
`--python img2table=/path/to/venv/bin/python`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.counting import Count, figures_to_count, report_to_figures
from bench.mapping import Figures
from bench.recognisers import INSTALL, SYSTEMS
from bench.run import Child

REPORTS = Path(__file__).resolve().parent.parent / "fixtures" / "reports"
HEAD = (
    "| system | documents exact | cells exact | silent errors | CPU-s a page | MB |\n"
    "|---|---:|---:|---:|---:|---:|"
)


@dataclass(frozen=True)
class Scan:
    """A document: the paths of its pages' pictures, and what is printed on them."""

    pages: Sequence[str]
    golden: Figures


@dataclass
class Answer:
    """What a system made of the documents; `silent` are wrong figures in reports that do not
    warn of them: a rival never warns."""

    count: Count = field(default_factory=Count)
    silent: int = 0
    failed: int = 0
    pages: int = 0
    cpu: float = 0.0
    peak_mb: float = 0.0
    version: str = ""
    missing: str | None = None

    def add(self, said: Mapping[str, Any], scan: Scan) -> None:
        """One document's answer; one that failed gave nothing."""
        counted = figures_to_count(said.get("figures", {}), scan.golden)
        self.count = self.count.plus(counted)
        self.failed += "error" in said
        self.pages += len(scan.pages)
        self.cpu += said.get("cpu", 0.0)
        self.silent += counted.cells_wrong if said.get("status") in ("", "verified") else 0


def make_scans(names: Sequence[str], severity: str, dpi: int | None, folder: Path) -> list[Scan]:
    """Scans of reports as picture files in a folder, a file a page."""
    from fixtures.scan.simulate import pdf_to_scans

    scans = []
    for name in names:
        pages = []
        for number, data in enumerate(pdf_to_scans(REPORTS / f"{name}.pdf", severity, dpi=dpi)):
            kind = "png" if data.startswith(b"\x89PNG") else "jpg"
            path = folder / f"{name}-{number}.{kind}"
            path.write_bytes(data)
            pages.append(str(path))
        golden = json.loads((REPORTS / f"{name}.expected.json").read_text("utf-8"))
        scans.append(Scan(pages, report_to_figures(golden)))
    return scans


def measure(name: str, scans: Sequence[Scan], python: str = sys.executable) -> Answer:
    """One system over the scans, in a process of its own by the given Python."""
    try:
        child = Child(name, "bench.scanchild", python)
    except OSError as error:
        return Answer(missing=str(error))
    if child.outcome.missing is not None:
        child.end()
        return Answer(missing=child.outcome.missing)
    child.ask(scans[0].pages[:1])
    answer = Answer(version=child.outcome.version)
    for scan in scans:
        answer.add(child.ask(scan.pages), scan)
    answer.peak_mb = child.end().peak_mb or 0.0
    return answer


def answer_to_line(name: str, answer: Answer) -> str:
    """One system's line of the table; of one that is missing, how it is had."""
    if answer.missing is not None:
        how = f"; {INSTALL[name]}" if name in INSTALL else ""
        return f"| {name} | not run: {answer.missing}{how} | | | | |"
    c = answer.count
    failed = f", {answer.failed} failed" if answer.failed else ""
    return (
        f"| {f'{name} {answer.version}'.strip()} | {c.documents_exact} of {c.documents}{failed} | "
        f"{c.cells_exact} of {c.cells} | {answer.silent} | "
        f"{answer.cpu / max(answer.pages, 1):.2f} | {answer.peak_mb:.0f} |"
    )


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    from fixtures.scan.simulate import SETTINGS, SEVERITIES

    parser = argparse.ArgumentParser(prog="python -m bench.scans", description=__doc__)
    parser.add_argument("--severity", default="middle", choices=SEVERITIES)
    parser.add_argument("--dpi", type=int, help="resolution, in place of the severity's")
    parser.add_argument("--documents", type=int, default=4)
    parser.add_argument("--only", help=f"systems, by commas, of: {', '.join(SYSTEMS)}")
    parser.add_argument("--python", action="append", default=[], metavar="SYSTEM=PATH",
                        help="the Python of a system's own environment")  # fmt: skip
    asked = parser.parse_args(arguments)
    asked.systems = asked.only.split(",") if asked.only else list(SYSTEMS)
    asked.pythons = dict(one.partition("=")[::2] for one in asked.python)
    if unknown := {*asked.systems, *asked.pythons} - set(SYSTEMS):
        parser.error(f"no such system: {', '.join(sorted(unknown))}")
    if not all(asked.pythons.values()):
        parser.error("--python is SYSTEM=PATH")
    if asked.documents < 1:
        parser.error("--documents is 1 or more")
    asked.names = SETTINGS["reports"][: asked.documents]
    return asked


def main() -> int:
    """Print the comparison as a Markdown table."""
    asked = parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        scans = make_scans(asked.names, asked.severity, asked.dpi, Path(folder))
        print(HEAD, flush=True)
        for name in asked.systems:
            answer = measure(name, scans, asked.pythons.get(name, sys.executable))
            print(answer_to_line(name, answer), flush=True)
    pages = sum(len(scan.pages) for scan in scans)
    dpi = f", {asked.dpi} dpi" if asked.dpi else ""
    print(f"\n{len(scans)} documents, {pages} pages, severity {asked.severity}{dpi}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
