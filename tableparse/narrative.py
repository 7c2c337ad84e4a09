"""What the prose of a report says in figures, held against its tables.

Agencies write one number in the text and another in the table; both are printed, so neither is
an error of reading. A statement that no figure of the tables bears out is a finding; it changes
neither status nor figures. What may be said of something else (another year, a part, another
agency, about so many) is passed over: a false alarm costs more than a statement missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tableparse.model import Finding
from tableparse.prose import Section
from tableparse.scope import is_own_count, speaks_of_whole, spoke_of_others
from tableparse.sentences import (
    PIECE,
    Count,
    sections_to_sentences,
    sentence_to_counts,
)
from tableparse.statement_rules import Rule, any_label, compiled, needed_words, rules_with_words

Number = int | float
CODES = (
    "narrative.received",
    "narrative.carried",
    "narrative.processed",
    "narrative.outcome",
    "narrative.review",
    "narrative.documents",
    "narrative.fees",
)
"""What a statement may be about; the rules stand in `forms/narrative.toml`."""
WINDOW = 64
"""Characters before a number in which its object is looked for."""
CONTEXT = 120
"""Characters before a sentence that tell what it goes on about."""
QUOTED = 48
"""Characters of a sentence that a message quotes, up to the number and a little beyond."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A number that the prose says of figures of the tables. `sums` is what it may rightly be,
    with the figures of each sum; `matched` the place of the one that it is, None where it is
    none of them."""

    code: str
    kind: str
    number: int
    quote: str
    sums: tuple[tuple[Number, tuple[str, ...]], ...]
    matched: int | None


@dataclass(frozen=True, slots=True)
class Mention:
    """A number of the prose that is understood: the rule that says of what, the number, its
    sentence, and whether that speaks of all agencies below the one that reports."""

    rule: Rule
    count: Count
    text: str
    whole: bool


def narrative_to_mentions(
    narrative: Iterable[Section], agency: str | None, year: int | None
) -> list[Mention]:
    """Every number of the prose that is understood, in its order."""
    found: list[Mention] = []
    recent, heading = "", None
    for sentence in sections_to_sentences(tuple(narrative)):
        recent = recent[-CONTEXT:] if sentence.heading == heading else ""
        context = sentence.topic + recent
        for rule, count in _said(sentence.text, context + sentence.text, agency, year):
            whole = speaks_of_whole(sentence.text[: count.start], agency)
            found.append(Mention(rule, count, sentence.text, whole))
        recent, heading = recent + sentence.text, sentence.heading
    return found


def mentions_to_statements(
    mentions: Iterable[Mention], figures: Mapping[str, Number | None]
) -> list[Statement]:
    """What the mentioned numbers equal. `figures` has the tables' numbers by path; statements
    about figures that are blank or not certain are left out, as nothing speaks against them."""
    found: list[Statement] = []
    for mention in mentions:
        statement = _weigh(mention.rule, mention.count, mention.text, figures)
        if statement is not None and not (mention.whole and statement.matched is None):
            found += [statement] if _is_new(statement, found) else []
    return found


def statements_to_findings(statements: Iterable[Statement], certain: bool) -> list[Finding]:
    """A finding for each statement that the tables do not bear out. `certain`: whether the
    tables were read without doubt, so that the slip is the publisher's."""
    blame = "publisher" if certain else "unknown"
    return [_disagreement(s, blame) for s in statements if s.matched is None]


def _said(
    text: str, context: str, agency: str | None, year: int | None
) -> Iterator[tuple[Rule, Count]]:
    """The numbers of a sentence that are understood, each with the first rule that fits it."""
    words = frozenset([word for word in needed_words() if word in text])
    rules = [
        rule
        for rule in rules_with_words(words)
        if not rule.topic or compiled(rule.topic).search(context)
    ]
    for count in sentence_to_counts(text) if rules else ():
        rule = next((r for r in rules if _states(r, count, text)), None)
        if rule is not None and is_own_count(text, count, agency, year):
            yield rule, count
    for rule, count in _nothing(text, [r for r in rules if r.none]):
        if is_own_count(text, count, agency, year):
            yield rule, count


def _nothing(text: str, rules: list[Rule]) -> Iterator[tuple[Rule, Count]]:
    """Pieces that say that there was none (未收到政府信息公开申请): zero, without a unit."""
    start = 0
    for piece in PIECE.split(text) if rules else ():
        for rule in rules:
            if any(word in piece for word in rule.needs) and compiled(rule.none).search(piece):
                yield rule, Count(0, "", piece, "", start + len(piece))
        start += len(piece) + 1


def _states(rule: Rule, count: Count, text: str) -> bool:
    """Whether a rule fits a number: the words before it and behind it."""
    before, head = count.before[-WINDOW:], text[: count.start]
    if rule.elliptic and spoke_of_others(head):
        return False
    if rule.unless and compiled(rule.unless).search(head):
        return False
    if rule.head and not compiled(rule.head).search(head):
        return False
    if rule.label:
        return _labels(rule, count, before, text)
    if not rule.before or compiled(rule.before).search(before) is None:
        return False
    return compiled(rule.after).fullmatch(count.after) is not None


_TO_NUMBER = re.compile(
    r"(?:的|了|申请|数量|数|共|计|合计|分别|为|有|是|达|案件|申请|决定|答复|:|：){0,4}"
)
_TO_LABEL = re.compile(r"(?:、|和|及|申请|中|其中|有|共|对|另|另有|含|，|的|:|：){0,4}")


def _labels(rule: Rule, count: Count, before: str, text: str) -> bool:
    """Whether the label stands right before the number, or right behind it, and no other
    outcome with it: `不予公开或无法提供5件` says neither."""
    if rule.subject and rule.subject != _subject(text[: count.start]):
        return False
    named = [m for m in any_label().finditer(before)]
    match = compiled(rule.label).search(before)
    if match is not None:
        alone = len(named) == 1 and _TO_NUMBER.fullmatch(before, match.end()) is not None
        return alone and not before[: match.start()].endswith(("不", "未", "主动"))
    if named or not _TO_LABEL.fullmatch(before):
        return False
    match = compiled(rule.label).match(count.after.removeprefix("申请").removeprefix("决定"))
    return match is not None and len(any_label().findall(count.after)) == 1


def _subject(head: str) -> str:
    """What the sentence spoke of last: 复议 or 诉讼."""
    return max(("复议", "诉讼"), key=head.rfind) if re.search("复议|诉讼", head) else ""


def _weigh(
    rule: Rule, count: Count, text: str, figures: Mapping[str, Number | None]
) -> Statement | None:
    """The statement that a number makes, None where nothing can be held against it: the
    edition has no such figure, or none agrees and one is blank."""
    sums: list[tuple[Number, tuple[str, ...]]] = []
    blank = False
    for terms in rule.equals:
        paths, total = _sum(terms, figures)
        blank = blank or (total is None and bool(paths))
        sums += [(total, paths)] if total is not None else []
    agreed = [i for i, (total, _) in enumerate(sums) if _holds(rule.kind, count.number, total)]
    if not sums or (blank and not agreed):
        return None
    matched = agreed[0] if agreed else None
    quote = _quote(text, count.start)
    return Statement(rule.code, rule.kind, count.number, quote, tuple(sums), matched)


def _sum(
    terms: tuple[str, ...], figures: Mapping[str, Number | None]
) -> tuple[tuple[str, ...], Number | None]:
    """(paths, sum), the sum None where a figure is blank; no paths where the edition has none."""
    paths: list[str] = []
    total: Number | None = 0
    for term in terms:
        sign = -1 if term.startswith("-") else 1
        name = term.removeprefix("-")
        names = [name] if name in figures else []
        if "*" in name:
            head, _, tail = name.partition("*")
            names = [p for p in figures if p.startswith(head) and p.endswith(tail)]
        if not names:
            return (), None
        for path in names:
            value = figures[path]
            total = None if total is None or value is None else total + sign * value
        paths += names
    return tuple(paths), total


def _holds(kind: str, number: int, total: Number) -> bool:
    if kind == "at_most":
        return number <= total
    return number >= total if kind == "at_least" else number == total


def _is_new(statement: Statement, found: list[Statement]) -> bool:
    said = statement.code, statement.number, statement.sums[0][1]
    return all((s.code, s.number, s.sums[0][1]) != said for s in found)


def _quote(text: str, end: int) -> str:
    stop = re.search("[，。；（）]", text[end:])
    until = end + stop.start() if stop else len(text)
    start = max(0, until - QUOTED)
    return ("..." if start else "") + text[start:until]


_SIGNS = {"equal": "", "at_most": "at most ", "at_least": "at least "}


def _disagreement(statement: Statement, blame: str) -> Finding:
    total, cells = statement.sums[0]
    sign = _SIGNS[statement.kind]
    other = {s for s, _ in statement.sums[1:]} - {total}
    also = f" (or {', '.join(map(str, sorted(other)))})" if other else ""
    named = f"{cells[0]} and {len(cells) - 1} more" if len(cells) > 2 else " + ".join(cells)
    message = (
        f"the text says {statement.number}, the tables {sign}{total}{also} in {named}: "
        f"'{statement.quote}'"
    )
    return Finding(statement.code, "warning", blame, message, cells, statement.number, total)
