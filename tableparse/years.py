"""Reports held against one another: one agency's over the years, two of one year, and texts that
say the same. Findings only; no report is changed.

What one year carries out, the next carries in; rules in force are last year's, and what was
issued, less what was repealed. Agencies correct what they have published, so none of this proves
an error: the findings are warnings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tableparse.compare import compare_reports
from tableparse.finish import report_to_identity
from tableparse.formdata import edition
from tableparse.model import Finding, Matrix, Value
from tableparse.prosecheck import UNCERTAIN
from tableparse.report import Report
from tableparse.sketch import Sketch, sketches_to_likeness, sketches_to_pairs, text_to_sketch

COPIED = 0.85
"""Share of a section's text from which it is called a copy of another's."""
LEAST = 150
"""Characters of a section below which it is not compared: short ones are set phrases."""
COMPARED = ("一", "五")
"""Sections of prose that an agency writes itself."""
STOCKED = ("rules", "normative_documents")
MAX_CELLS = 12
"""Cells that a message names; `cells` has all."""

Number = int | float


@dataclass(frozen=True, slots=True)
class Across:
    """A finding on two reports, by their places in the sequence: the one it is about (of two
    years the later), and the one that it is held against."""

    report: int
    other: int
    finding: Finding


def reports_to_keys(reports: Sequence[Report], *, trust_names: bool = False) -> list[str | None]:
    """What links the reports of one agency: the same text for all of them, None where the name
    leaves open which agency it is (区统计局); with `trust_names`, the name as printed then."""
    keys = [report_to_identity(report).key for report in reports]
    if not trust_names:
        return keys
    return [key or report.agency for key, report in zip(keys, reports, strict=True)]


def reports_to_findings(reports: Sequence[Report], *, trust_names: bool = False) -> list[Across]:
    """All findings between reports, in the order of the reports. `trust_names`: whether an
    agency that many places have (区统计局) is one and the same in all of them."""
    keys = reports_to_keys(reports, trust_names=trust_names)
    found = [*_linked(reports, keys), *_copies(reports, keys)]
    return sorted(found, key=lambda a: (a.report, a.other, a.finding.code))


def _linked(reports: Sequence[Report], keys: Sequence[str | None]) -> Iterator[Across]:
    """Findings between the reports of one agency: of successive years, and of one year."""
    places: dict[tuple[str, int], list[int]] = {}
    for i, (report, key) in enumerate(zip(reports, keys, strict=True)):
        if key is not None and report.year is not None:
            places.setdefault((key, report.year), []).append(i)
    for (key, year), now in places.items():
        first = now[0]
        for other in now[1:]:
            yield from _renditions(reports, other, first)
        for before in places.get((key, year - 1), [])[:1]:
            for finding in years_to_findings(reports[before], reports[first]):
                yield Across(first, before, finding)


def years_to_findings(before: Report, report: Report) -> Iterator[Finding]:
    """What does not follow from the year before: `carried_in` in all seven columns, and the
    stock of rules and normative documents."""
    blame = _blame(before, report)
    yield from _carry(before, report, blame)
    yield from _stock(before, report, blame)


def _blame(*reports: Report) -> str:
    return "unknown" if any(r.status in UNCERTAIN for r in reports) else "publisher"


def _carry(before: Report, report: Report, blame: str) -> Iterator[Finding]:
    if before.applications is None or report.applications is None:
        return
    off: dict[str, tuple[Number, Number]] = {}
    for column in (c.key for c in edition(report.applications.form).applicants):
        out = _number(before.applications, "carried_out", column)
        into = _number(report.applications, "carried_in", column)
        if out is not None and into is not None and out != into:
            off[column] = into, out
    if not off:
        return
    column = "total" if "total" in off else next(iter(off))
    listed = ", ".join(f"{c} {into} after {out}" for c, (into, out) in off.items())
    message = f"carried in is not what {before.year} carried out: {listed}"
    cells = tuple(f"applications.carried_in.{c}" for c in off)
    yield Finding("years.carry", "warning", blame, message, cells, *off[column])


def _stock(before: Report, report: Report, blame: str) -> Iterator[Finding]:
    for row in STOCKED:
        old = _number(before.proactive, row, "in_force")
        terms = [_number(report.proactive, row, c) for c in ("issued", "repealed", "in_force")]
        issued, repealed, left = terms
        if old is None or issued is None or repealed is None or left is None:
            continue
        right = old + issued - repealed
        if left != right:
            sums = f"{left} in force, where {before.year} had {old}, {issued} issued, {repealed}"
            cells = tuple(f"proactive.{row}.{c}" for c in ("in_force", "issued", "repealed"))
            message = f"{row}: {sums} repealed make {right}"
            yield Finding("years.stock", "warning", blame, message, cells, left, right)


def _number(matrix: Matrix | None, row: str, column: str) -> Number | None:
    value: Value | None = matrix.rows.get(row, {}).get(column) if matrix else None
    if value is None or value.doubt or not isinstance(value.number, (int, float)):
        return None
    return value.number


def _renditions(reports: Sequence[Report], place: int, first: int) -> Iterator[Across]:
    """Two documents of one report (a page and its PDF) that print other figures."""
    one, other = reports[first], reports[place]
    common, cells = compare_reports(one, other)
    if not common or not cells:
        return
    listed = ", ".join(cells[:MAX_CELLS]) + (", ..." if len(cells) > MAX_CELLS else "")
    message = f"{len(cells)} of {common} figures differ from {one.source.get('uri')}: {listed}"
    blame = _blame(one, other)
    yield Across(place, first, Finding("years.renditions", "warning", blame, message, cells))


def _copies(reports: Sequence[Report], keys: Sequence[str | None]) -> Iterator[Across]:
    """Sections that are word for word another report's, figures aside: of the year before, or
    of another agency. Two documents of one report are none."""
    sketches: dict[str, dict[int, Sketch]] = {number: {} for number in COMPARED}
    for place, report in enumerate(reports):
        for number in COMPARED:
            text = "".join(s.text for s in report.narrative if s.heading.startswith(number))
            if len(text) >= LEAST:
                sketches[number][place] = text_to_sketch(text)
    for number, those in sketches.items():
        for a, b in sketches_to_pairs(those):
            likeness = sketches_to_likeness(those[a], those[b])
            same = keys[a] is not None and keys[a] == keys[b]
            if likeness < COPIED or (same and reports[a].year == reports[b].year):
                continue
            a, b = sorted((a, b), key=lambda i: (reports[i].year or 0, i))
            yield Across(b, a, _copied(reports[a], number, likeness))


def _copied(source: Report, number: str, likeness: float) -> Finding:
    whose = f"{source.agency or source.source.get('uri')} {source.year or ''}".strip()
    message = f"section {number}: {likeness:.0%} of the text is that of {whose}"
    return Finding("years.copied", "info", "publisher", message)
