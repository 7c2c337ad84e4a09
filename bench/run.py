"""All systems over all documents, round by round, and what came of it."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.counting import Count, figures_to_count, report_to_figures

PATIENCE = 300.0
"""Seconds after which a system that does not answer is ended."""
SLOW = 1000.0
"""Milliseconds beyond which a system's document is timed once, not in every round."""
GOLDEN = ".expected.json"


@dataclass
class Outcome:
    """What one system made of the documents."""

    name: str
    version: str = ""
    peak_mb: float | None = None
    missing: str | None = None
    """Why the system could not be loaded."""
    times: dict[str, list[float]] = field(default_factory=dict)
    """Milliseconds of the timed rounds by document."""
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The answer of the warming round by document."""

    def is_done(self, path: str) -> bool:
        """Whether no further round is wanted: the system failed, or is slow and was timed."""
        times = self.times.get(path)
        return "error" in self.answers.get(path, {}) or (times is not None and times[0] > SLOW)

    def medians(self) -> dict[str, float]:
        """The median of the rounds in ms, by document."""
        return {path: statistics.median(times) for path, times in self.times.items() if times}


class Child:
    """A system's process: `python -m MODULE NAME`, by another Python where one is given."""

    def __init__(
        self, name: str, module: str = "bench.child", python: str = sys.executable
    ) -> None:
        self.outcome = Outcome(name)
        self.process = subprocess.Popen(
            [python, "-m", module, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        hello = self.read()
        self.outcome.version = hello.get("version", "")
        self.outcome.missing = hello.get("missing", hello.get("error"))

    def read(self) -> dict[str, Any]:
        """The next answer, or an error in its place if the process is gone or silent."""
        assert self.process.stdout is not None
        clock = threading.Timer(PATIENCE, self.process.kill)
        clock.start()
        try:
            line = self.process.stdout.readline()
        finally:
            clock.cancel()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "its process ended"}
        return answer

    def ask(self, path: str | Sequence[str]) -> dict[str, Any]:
        """Run the system on one document: its path, or those of its pages."""
        assert self.process.stdin is not None
        try:
            print(json.dumps(path), file=self.process.stdin, flush=True)
        except OSError:
            return {"error": "its process ended"}
        return self.read()

    def end(self) -> Outcome:
        """End the process and return what was gathered."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.outcome.peak_mb = self.read().get("peak_mb")
        self.process.stdout.close()
        self.process.wait()
        return self.outcome


def run_systems(names: Sequence[str], paths: Sequence[str], repeat: int) -> list[Outcome]:
    """One warming round, then `repeat` timed ones; in each every document goes through all
    systems before the next one does, so that a busy moment of the machine meets them all."""
    children = [Child(name) for name in names]
    present = [child for child in children if child.outcome.missing is None]
    for turn in range(repeat + 1):
        for number, path in enumerate(paths, 1):
            if sys.stderr.isatty():
                told = f"round {turn} of {repeat}, document {number} of {len(paths)}"
                print(f"\r{told}   ", end="", file=sys.stderr, flush=True)
            for child in present:
                if child.outcome.is_done(path):
                    continue
                answer = child.ask(path)
                if turn == 0:
                    child.outcome.answers[path] = answer
                elif "ms" in answer:
                    child.outcome.times.setdefault(path, []).append(answer["ms"])
    return [child.end() for child in children]


def find_documents(arguments: Sequence[str]) -> list[str]:
    """The PDFs that are named, and those of the folders that are named, in order."""
    found: list[Path] = []
    for argument in map(Path, arguments):
        found += sorted(argument.glob("*.pdf")) if argument.is_dir() else [argument]
    return [str(path) for path in found]


def load_golden(path: str) -> dict[str, Any] | None:
    """The golden beside a document, if it has one."""
    golden = Path(path).with_suffix(GOLDEN)
    return json.loads(golden.read_text("utf-8")) if golden.exists() else None


def outcome_to_counts(outcome: Outcome) -> dict[str, Count]:
    """A count for each document that has a golden; none for a floor. A system that failed
    on a document gave nothing."""
    counts = {}
    for path, answer in outcome.answers.items():
        golden = load_golden(path)
        figures = answer.get("figures", {})
        if golden is not None and figures is not None:
            counts[path] = figures_to_count(figures, report_to_figures(golden))
    return counts
