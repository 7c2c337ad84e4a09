"""Whose figure a count in the prose is: the report's own agency's, and of its year."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tableparse.sentences import PIECE, Count
from tableparse.statement_rules import scope_patterns

SUBJECT = 24
"""Characters of a piece that may be nothing but who acts."""
NAMED = 3
"""Characters of a name from which it is told to be the agency's own."""
_YEAR = re.compile(r"(?<![至到入])(20\d\d)年")


def is_own_count(text: str, count: Count, agency: str | None, year: int | None) -> bool:
    """Whether a count of a sentence is one of the whole year that is reported on, and of the
    agency that reports; where that is not plain, it is not."""
    use = scope_patterns()
    head, piece = text[: count.start], count.before + count.after
    if use["piece"].search(piece):
        return False
    if count.unit and use["denial"].search(count.before):
        return False
    years = _YEAR.findall(head)
    if (years and year is not None and int(years[-1]) != year) or use["since"].search(head):
        return False
    if use["channel"].search(piece) and not use["all_channels"].search(piece):
        return False
    asks = "申请" in piece or "公开" in piece
    if asks and bool(use["persons"].search(piece)) != bool(use["bodies"].search(piece)):
        return _names_part(piece)
    return _acts_itself(head, count, agency)


def _names_part(piece: str) -> bool:
    """A kind of applicant before its own number (自然人申请95件) is a figure of its own."""
    return re.search("收到|受理|接收|新收|未|无", piece) is None and "自然人" in piece


def spoke_of_others(head: str) -> bool:
    """Whether a sentence has named things, before a count, that it may be a count of."""
    return scope_patterns()["others"].search(head) is not None


def speaks_of_whole(head: str, agency: str | None) -> bool:
    """Whether the words before a count speak of all agencies below, in the report of one of
    them. Governments report on all of them anyway."""
    if agency and scope_patterns()["government"].search(agency):
        return False
    return scope_patterns()["whole"].search(head) is not None


def _acts_itself(head: str, count: Count, agency: str | None) -> bool:
    """Whether nobody but the agency is named as the one that acts, right before the count."""
    use = scope_patterns()
    for piece in _subjects(head, count):
        plain = use["time"].sub("", piece)
        if use["aids"].search(plain):
            return False
        if use["own"].search(plain) or use["whole"].match(plain):
            return True
        if use["other"].search(plain):
            return False
        for body in use["body"].finditer(plain):
            return _is_named(body["body"], agency or "")
    return True


def _subjects(head: str, count: Count) -> Iterator[str]:
    """The count's own piece, then the pieces before that are short enough to name who acts,
    the nearest first."""
    yield head[len(head) - len(count.before) :] if count.unit else count.before
    pieces = PIECE.split(head)[:-1]
    for piece in reversed(pieces[-2:]):
        if len(piece) > SUBJECT:
            return
        yield piece


def _is_named(body: str, agency: str) -> bool:
    """Whether a name's end is the agency's name, shortened as names are (区政府办 for
    瀍河回族区人民政府办公室): its characters in their order. A region stands for its
    government, too."""
    if scope_patterns()["region"].search(agency):
        agency += "人民政府"
    ends = (body[i:] for i in range(len(body) - NAMED + 1))
    return any(_shortens(end, agency) for end in ends)


def _shortens(short: str, whole: str) -> bool:
    rest = iter(whole)
    return all(char in rest for char in short)
