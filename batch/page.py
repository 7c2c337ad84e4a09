"""A run as a web page that stands alone: statuses, errors, times, what was put aside."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape

from batch.tally import Tally

STYLE = """\
body { font: 15px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; margin: 1em 0 }
th, td { padding: .2em .8em; border-bottom: 1px solid #ddd; text-align: right }
th:first-child, td:first-child, td.text { text-align: left }
td.bar { width: 16em; text-align: left }
i { display: inline-block; height: .8em; background: #4a7ab5 }
i.failed { background: #b5544a } i.verified { background: #4a9a5f }
"""
MAX_LISTED = 500
STEPS = 4
"""Bars of the distribution of times in each power of ten."""


def tally_to_page(
    tally: Tally, facts: Iterable[tuple[str, str]], aside: Iterable[tuple[str, str, str]] = ()
) -> str:
    """The page. `facts` are words on the run; `aside` documents that were put aside: name,
    code, message."""
    parts = [f"<h1>gkextract: {tally.documents} documents</h1>", _facts(facts), _statuses(tally)]
    parts += [_times(tally), _aside(list(aside))]
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>gkextract: {tally.documents} documents</title>\n<style>\n{STYLE}</style></head>\n"
        f"<body>\n{body}\n</body></html>\n"
    )


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    rows = "".join(
        f'<tr><td>{escape(name)}<td class="text">{escape(value)}' for name, value in facts
    )
    return f"<table>{rows}</table>"


def _statuses(tally: Tally) -> str:
    head = "<tr><th>status<th>documents<th>share<th>median<th>99 %<th>most, CPU-s<th>"
    rows = []
    for label, count, share, times in tally.rows():
        kind = "failed" if label.startswith("failed") else label
        bar = f'<i class="{escape(kind)}" style="width:{15 * share:.2f}em"></i>'
        told = "".join(f"<td>{seconds:.3f}" for seconds in times)
        rows.append(f'<tr><td>{escape(label)}<td>{count}<td>{share:.1%}{told}<td class="bar">{bar}')
    return f"<h2>What became of them</h2>\n<table>{head}{''.join(rows)}</table>"


def _times(tally: Tally) -> str:
    """Documents by wall time, in steps of the same ratio."""
    steps: dict[int, int] = {}
    for seconds in (s for part in tally.wall.values() for s in part):
        step = math.floor(STEPS * math.log10(max(seconds, 1e-3)))
        steps[step] = steps.get(step, 0) + 1
    if not steps:
        return ""
    most = max(steps.values())
    rows = []
    for step in range(min(steps), max(steps) + 1):
        count = steps.get(step, 0)
        span = f"{10 ** (step / STEPS):.3g} to {10 ** ((step + 1) / STEPS):.3g}"
        bar = f'<i style="width:{15 * count / most:.2f}em"></i>'
        rows.append(f'<tr><td>{span}<td>{count}<td class="bar">{bar}')
    head = "<tr><th>seconds<th>documents<th>"
    return f"<h2>How long they took (wall time)</h2>\n<table>{head}{''.join(rows)}</table>"


def _aside(aside: list[tuple[str, str, str]]) -> str:
    if not aside:
        return ""
    rows = "".join(
        f'<tr><td>{escape(name)}<td class="text">{escape(code)}<td class="text">{escape(message)}'
        for name, code, message in aside[:MAX_LISTED]
    )
    more = f"<p>and {len(aside) - MAX_LISTED} more</p>" if len(aside) > MAX_LISTED else ""
    head = "<tr><th>document<th>error<th>"
    return f"<h2>Put aside, to be looked at</h2>\n<table>{head}{rows}</table>{more}"
