"""Sentences as reports word them, and what is to be made of each beside the figures below.

The sentences stand in `narrative_cases.tsv`, with the agency that says them and the codes
of the statements that the tables do not bear out and of those that they do. `dev` sentences were
at hand while the patterns were written.
The others were written against patterns that stood still, counted, and only then learnt from;
what was found of the wrong statements at first sight:

    part    sentences  precision  recall
    first   82         30 of 34   30 of 31
    second  82         28 of 32   28 of 34
    third   56         26 of 26   26 of 29
    fourth  61         17 of 19   17 of 21

The agencies are invented, as are the sentences.
"""

from __future__ import annotations

from pathlib import Path

CITY, BUREAU = "云溪市人民政府", "云溪市财政局"

_ROWS = {
    "received": 120, "carried_in": 5, "granted": 60, "granted_in_part": 12,
    "denied.state_secret": 1, "denied.prohibited_by_law": 0, "denied.security_and_stability": 0,
    "denied.third_party_rights": 2, "denied.internal_affairs": 3, "denied.process_information": 4,
    "denied.enforcement_file": 5, "denied.administrative_inquiry": 6, "unavailable.not_held": 15,
    "unavailable.needs_creation": 3, "unavailable.still_unclear": 2, "declined.petition": 2,
    "declined.repeat": 3, "declined.publication": 0, "declined.excessive": 0,
    "declined.confirm_or_reissue": 0, "other.not_corrected": 2, "other.fee_unpaid": 1,
    "other.other": 1, "processed_total": 122, "carried_out": 3,
}  # fmt: skip
_REVIEW = {
    "reconsideration": (4, 1, 1, 2, 8),
    "litigation_direct": (2, 0, 1, 0, 3),
    "litigation_after_reconsideration": (1, 1, 0, 2, 4),
}
_OUTCOMES = ("upheld", "corrected", "other", "pending", "total")
FIGURES: dict[str, int | float | None] = {
    **{f"applications.{row}.total": n for row, n in _ROWS.items()},
    "applications.received.natural_person": 110,
    "applications.carried_in.natural_person": 5,
    **{
        f"review.{block}.{key}": n
        for block, numbers in _REVIEW.items()
        for key, n in zip(_OUTCOMES, numbers, strict=True)
    },
    "proactive.rules.issued": 1,
    "proactive.rules.repealed": 0,
    "proactive.rules.in_force": 9,
    "proactive.normative_documents.issued": 6,
    "proactive.normative_documents.repealed": 2,
    "proactive.normative_documents.in_force": 40,
}
"""The figures of 2024 that every sentence is held against."""
YEAR = 2024


Case = tuple[str, str, str, tuple[str, ...], tuple[str, ...]]
"""(part, agency, sentence, wrong, right)."""


def _codes(text: str) -> tuple[str, ...]:
    return () if text == "-" else tuple(f"narrative.{name}" for name in text.split())


def read_cases() -> list[Case]:
    """The sentences of `narrative_cases.tsv`."""
    path = Path(__file__).with_suffix(".tsv")
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    fields = [line.split("\t") for line in lines]
    return [(p, a, s.replace("\\n", "\n"), _codes(w), _codes(r)) for p, a, w, r, s in fields]


CASES = read_cases()
