"""`python -m bench [FILES]`: the comparison as a Markdown table (or JSON)."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bench.counting import Count
from bench.run import Outcome, find_documents, outcome_to_counts, run_systems
from bench.systems import SYSTEMS

HEAD = ("system", "documents exact", "cells exact", "cells wrong", "ms", "to the floor", "MB")


def summarise(outcome: Outcome, floor: dict[str, float]) -> dict[str, Any]:
    """One system's line: counts, median ms a document, median ratio to the floor of the same
    document, peak memory."""
    counts = outcome_to_counts(outcome)
    total = Count()
    for count in counts.values():
        total = total.plus(count)
    medians = outcome.medians()
    ratios = [ms / floor[path] for path, ms in medians.items() if path in floor]
    statuses = {path: a["status"] for path, a in outcome.answers.items() if a.get("status")}
    return {
        "system": outcome.name,
        "version": outcome.version,
        "missing": outcome.missing,
        **(total._asdict() if counts else {}),
        "ms": statistics.median(medians.values()) if medians else None,
        "ratio": statistics.median(ratios) if ratios else None,
        "peak_mb": outcome.peak_mb,
        "statuses": dict(Counter(statuses.values())),
        "wrong_in_verified": sum(
            counts[path].cells_wrong
            for path, status in statuses.items()
            if status == "verified" and path in counts
        ),
        "failed": {p: a["error"] for p, a in outcome.answers.items() if "error" in a},
        "inexact": [path for path, count in counts.items() if not count.documents_exact],
        "documents_ms": medians,
    }


def summary_to_cells(summary: dict[str, Any]) -> list[str]:
    """One line of the table."""
    name = f"{summary['system']} {summary['version']}".strip()
    if summary["missing"] is not None:
        return [name, f"not run: {summary['missing']}", "", "", "", "", ""]
    scores = ["–"] * 3
    if "cells" in summary:
        scores = [
            f"{summary['documents_exact']} of {summary['documents']}",
            f"{summary['cells_exact']} of {summary['cells']}",
            str(summary["cells_wrong"]),
        ]
    ms, ratio, peak = (summary[key] for key in ("ms", "ratio", "peak_mb"))
    return [
        name,
        *scores,
        "–" if ms is None else f"{ms:.1f}",
        "–" if ratio is None else f"{ratio:.1f}",
        "–" if peak is None else f"{peak:.0f}",
    ]


def summaries_to_markdown(summaries: Sequence[dict[str, Any]], documents: int, repeat: int) -> str:
    """The table and what must be said with it."""
    lines = [
        " | ".join(("", *HEAD, "")).strip(),
        "|---" + "|---:" * (len(HEAD) - 1) + "|",
        *("| " + " | ".join(summary_to_cells(summary)) + " |" for summary in summaries),
        "",
        f"{documents} documents, median of {repeat} rounds after a warming one; "
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}.",
    ]
    for summary in summaries:
        if summary["statuses"]:
            told = ", ".join(f"{n} {status}" for status, n in sorted(summary["statuses"].items()))
            lines.append(
                f"{summary['system']} says: {told}; wrong cells in verified documents: "
                f"{summary['wrong_in_verified']}."
            )
        if summary["failed"]:
            lines.append(f"{summary['system']} failed on {len(summary['failed'])} documents.")
    return "\n".join(lines)


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("files", nargs="*", default=["fixtures/reports"],
                        help="PDFs or folders of PDFs; default: fixtures/reports")  # fmt: skip
    parser.add_argument("--only", help=f"systems, by commas, of: {', '.join(SYSTEMS)}")
    parser.add_argument("--repeat", type=int, default=5, help="timed rounds (default 5)")
    parser.add_argument("--json", action="store_true", help="everything measured, as JSON")
    arguments = parser.parse_args()
    names = arguments.only.split(",") if arguments.only else list(SYSTEMS)
    if unknown := set(names) - set(SYSTEMS):
        parser.error(f"no such system: {', '.join(sorted(unknown))}")
    arguments.names = names
    arguments.paths = find_documents(arguments.files)
    if not arguments.paths or arguments.repeat < 1:
        parser.error("no PDF to run on" if not arguments.paths else "--repeat is 1 or more")
    return arguments


def main() -> None:
    """Run and print."""
    arguments = parse_arguments()
    outcomes = run_systems(arguments.names, arguments.paths, arguments.repeat)
    floor = next((outcome.medians() for outcome in outcomes if outcome.name == "floor"), {})
    summaries = [summarise(outcome, floor) for outcome in outcomes]
    if arguments.json:
        print(json.dumps(summaries, ensure_ascii=False, indent=1))
    else:
        print(summaries_to_markdown(summaries, len(arguments.paths), arguments.repeat))


if __name__ == "__main__":
    main()
