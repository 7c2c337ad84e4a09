"""`python -m bench.scans`: scans read by gkextract, by whole-page OCR of the library whose model
it uses, and by tesseract, each rival's lines of boxes through the same mapping.

One process a system, one after the other; a first page warms. CPU is the process's own and that
of its children.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import queue
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.counting import Count, figures_to_count, report_to_figures
from bench.mapping import Figures, tables_to_figures
from fixtures.scan.simulate import SETTINGS, SEVERITIES, pdf_to_scans, pictures_to_pdf

REPORTS = Path(__file__).resolve().parent.parent / "fixtures" / "reports"
Run = Callable[[list[bytes]], tuple[Figures, str]]
"""Pages' pictures to (figures, status)."""


@dataclass
class Answer:
    """What a system made of the documents; `silent` are wrong figures in reports that do not
    warn of them: a rival never warns."""

    count: Count = field(default_factory=Count)
    silent: int = 0
    pages: int = 0
    cpu: float = 0.0
    peak_mb: float = 0.0
    missing: str = ""


def load_gkextract() -> Run:
    """The whole job."""
    import gkextract

    def run(pages: list[bytes]) -> tuple[Figures, str]:
        report = gkextract.extract(pictures_to_pdf(pages))
        return report_to_figures(report.to_dict()), report.status

    return run


def load_rapidocr() -> Run:
    """rapidocr's own way from a page to boxes of text, on one thread."""
    import cv2
    import numpy as np
    from rapidocr import RapidOCR

    engine: Any = RapidOCR(params={
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Global.log_level": "critical",
    })  # fmt: skip

    def boxes(data: bytes) -> list[tuple[float, float, float, str]]:
        found = engine(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))
        if found.boxes is None:
            return []
        return [
            (float(box[:, 0].min()), float(box[:, 1].mean()), float(np.ptp(box[:, 1])), text)
            for box, text in zip(found.boxes, found.txts, strict=True)
        ]

    return lambda pages: (_pages_to_figures(map(boxes, pages)), "")


def load_tesseract() -> Run:
    """tesseract with Simplified Chinese, words as it finds them on the whole page."""
    if shutil.which("tesseract") is None:
        raise ImportError("tesseract is not installed")
    known = subprocess.run(
        ["tesseract", "--list-langs"], capture_output=True, text=True, check=True
    ).stdout
    if "chi_sim" not in known:
        raise ImportError("tesseract has no chi_sim")

    def boxes(data: bytes) -> list[tuple[float, float, float, str]]:
        command = ["tesseract", "-", "-", "-l", "chi_sim", "--psm", "11", "tsv"]
        done = subprocess.run(command, input=data, capture_output=True, check=True)
        rows = [line.split("\t") for line in done.stdout.decode("utf-8").splitlines()[1:]]
        words: dict[tuple[str, ...], list[list[str]]] = {}
        for row in rows:
            if len(row) == 12 and row[11].strip():
                words.setdefault(tuple(row[1:5]), []).append(row)
        found = []
        for line in words.values():
            height = max(float(r[9]) for r in line)
            middle = sum(float(r[7]) + float(r[9]) / 2 for r in line) / len(line)
            found.append((float(line[0][6]), middle, height, "".join(r[11] for r in line)))
        return found

    return lambda pages: (_pages_to_figures(map(boxes, pages)), "")


def _pages_to_figures(pages: Iterable[list[tuple[float, float, float, str]]]) -> Figures:
    """The obvious way: boxes at one height are a row, from left to right."""
    rows: list[list[str | None]] = []
    for boxes in pages:
        lines: list[list[tuple[float, float, float, str]]] = []
        for box in sorted(boxes, key=lambda b: b[1]):
            if lines and box[1] - lines[-1][0][1] < 0.5 * max(box[2], lines[-1][0][2]):
                lines[-1].append(box)
            else:
                lines.append([box])
        rows += [[re.sub(r"\s", "", b[3]) for b in sorted(line)] for line in lines]
    # of one width, as the mapping takes them; figures stand at the right of a row
    widest = max(map(len, rows), default=0)
    return tables_to_figures([[[None] * (widest - len(row)) + row for row in rows]])


SYSTEMS: dict[str, Callable[[], Run]] = {
    "gkextract": load_gkextract,
    "rapidocr, whole page": load_rapidocr,
    "tesseract chi_sim": load_tesseract,
}


def measure(name: str, severity: str, names: list[str], out: Any) -> None:
    """One system over the scans, in this process; the answer goes to `out`."""
    answer = Answer()
    try:
        run = SYSTEMS[name]()
    except ImportError as error:
        out.put(Answer(missing=str(error)))
        return
    run(pdf_to_scans(REPORTS / f"{names[0]}.pdf", severity)[:1])
    for document in names:
        pages = pdf_to_scans(REPORTS / f"{document}.pdf", severity)
        golden = report_to_figures(
            json.loads((REPORTS / f"{document}.expected.json").read_text("utf-8"))
        )
        start = _cpu()
        figures, status = run(pages)
        answer.cpu += _cpu() - start
        counted = figures_to_count(figures, golden)
        answer.count = answer.count.plus(counted)
        answer.pages += len(pages)
        answer.silent += counted.cells_wrong if status in ("", "verified") else 0
    answer.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    out.put(answer)


def _answer_of(child: Any, out: Any) -> Answer:
    """What the child says; that it died where it says nothing."""
    while True:
        try:
            answer: Answer = out.get(timeout=5)
        except queue.Empty:
            if not child.is_alive():
                return Answer(missing="it crashed")
        else:
            return answer


def _cpu() -> float:
    used = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in used)


def main() -> int:
    """Print the comparison as a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m bench.scans", description=__doc__)
    parser.add_argument("--severity", default="middle", choices=SEVERITIES)
    parser.add_argument("--documents", type=int, default=4)
    asked = parser.parse_args()
    names = SETTINGS["reports"][: asked.documents]
    context = multiprocessing.get_context("spawn")
    text = io.StringIO()
    print(
        "| system | documents exact | cells exact | silent errors | CPU-s a page | MB |", file=text
    )
    print("|---|---:|---:|---:|---:|---:|", file=text)
    for name in SYSTEMS:
        out = context.Queue()
        child = context.Process(target=measure, args=(name, asked.severity, names, out))
        child.start()
        answer = _answer_of(child, out)
        child.join()
        if answer.missing:
            print(f"| {name} | not run: {answer.missing} | | | | |", file=text)
            continue
        c = answer.count
        print(
            f"| {name} | {c.documents_exact} of {c.documents} | {c.cells_exact} of {c.cells} | "
            f"{answer.silent} | {answer.cpu / answer.pages:.2f} | {answer.peak_mb:.0f} |",
            file=text,
        )
    print(text.getvalue() + f"\n{len(names)} documents at severity {asked.severity}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
