"""Lines around the tables to title, agency, year and the numbered sections of prose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tableparse.formdata import read_data
from tableparse.labels import applicant_rows, fold, repair_glyphs, section_headings, squeeze
from tableparse.model import Finding, Line

TITLE_LINES = 60
"""Lines from the top in which a title is looked for."""
TITLE_PIECES = 4
"""Lines that a title may be broken over."""
INDENT = (1.2, 4.5)
"""Font sizes by which the first line of a paragraph is indented; further right is another
column, or a page with another margin."""
ENDS = ("。", "；", "：", "！", "？", ".", ";", ":")
"""How a paragraph ends."""
NUMERALS = "一二三四五六七八九"
_NAME = r"(?:政府|政务)信息公开(?:工作)?(?:情况)?(?:年度|年)?(?:工作)?(?:报告|年报)"
_TAIL = r"(?:[（(][^（()）]{1,12}[)）])?"
_YEAR = r"(?:(?P<year>(?:19|20)\d\d)年?(?:度)?)"
_WHO = r"(?P<agency>[^，。；：、0-9]*?)"
_TITLES = tuple(
    re.compile(pattern + _TAIL)
    for pattern in (
        rf"{_WHO}(?:关于)?{_YEAR}(?:的)?{_NAME}",
        rf"{_YEAR}{_WHO}(?:关于)?{_NAME}",
        rf"{_WHO}(?:政府|政务)信息公开(?:工作)?(?:情况)?{_YEAR}(?:工作)?(?:报告|年报)",
        rf"{_WHO}(?:关于)?{_YEAR}(?:政府|政务)信息公开(?:工作)?(?:情况)?的(?:年度)?报告",
    )
)
_NAMES = re.compile(r"(?:[省市区县州盟旗镇乡局委厅部府办会处院所站队社]|中心|公室|街道|年度?)$")
_HEADING = re.compile(rf"[{NUMERALS}]{{1,2}}[、.．，,]\S{{2,30}}")
_PERIOD = re.compile(
    r"(?:自|从|为|是|期限|时间)(?:19|20)\d\d年1月1日.{0,6}?(?P<year>(?:19|20)\d\d)年12月31日"
)
_REGION = r"[\u4e00-\u9fff]{1,11}?(?:特别行政区|自治区|自治州|自治县|省|市|地区|盟|州|区|县|旗)"


@dataclass(frozen=True, slots=True)
class Heading:
    """Who reports on what year, as printed (white space removed)."""

    title: str | None
    agency: str | None
    year: int | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section: its heading, and its text with one paragraph a line. Text before
    the first heading has the heading ""."""

    heading: str
    text: str


def lines_to_heading(lines: Sequence[Line]) -> Heading:
    """Title, agency and year from the lines outside of the tables.

    The title is the first whole line, or run of up to four lines, that is a title of such a
    report. A year that no title gives is taken from the reporting period. An agency that the
    opening names with the region before it is given with that region.
    """
    texts = [squeeze(line.text) for line in lines]
    title, agency, year = _find_title(lines[:TITLE_LINES])
    findings: list[Finding] = []
    body = "".join(texts[: TITLE_LINES * 2])
    if year is None:
        period = _PERIOD.search(unicodedata.normalize("NFKC", body))
        year = int(period["year"]) if period else None
    if agency:
        fuller = _fuller_name(agency, texts[:TITLE_LINES])
        agency, known = _known_misprints(fuller)
        findings += known
    for code, value in (("agency.missing", agency), ("year.missing", year)):
        if value is None:
            message = f"no title names the {code.partition('.')[0]}"
            findings.append(Finding(code, "warning", "unknown", message))
    return Heading(title, agency, year, tuple(findings))


def _find_title(lines: Sequence[Line]) -> tuple[str | None, str | None, int | None]:
    texts = [squeeze(line.text) for line in lines]
    weak: tuple[str | None, str | None, int | None] = (None, None, None)
    for start in range(len(texts)):
        for pieces in range(1, TITLE_PIECES + 1):
            end = start + pieces
            joined = "".join(texts[start:end])
            if end > len(texts) or len(joined) > 80:
                break
            found = _title_of(joined)
            if found is None:
                continue
            tail = texts[end] if end < len(texts) and re.fullmatch(_TAIL, texts[end]) else ""
            if found[0]:
                joined, agency, year = _without_strangers(lines[start:end], joined, *found)
                return joined + tail, agency, year
            above = texts[start - 1] if start else ""
            if _is_agency(above):
                return above + joined + tail, above, found[1]
            if weak[0] is None:
                weak = joined + tail, None, found[1]
    return weak


def _without_strangers(
    lines: Sequence[Line], joined: str, agency: str, year: int
) -> tuple[str, str, int]:
    """The title without lines above it that are none of it: what follows is a title as well,
    and they are set in another size or, where no size is known, name no agency or region."""
    for at in range(1, len(lines)):
        upper, lower = lines[at - 1], lines[at]
        if lower.size:
            same = abs(upper.size - lower.size) <= 0.1 * lower.size
        else:
            same = _NAMES.search(squeeze(upper.text)) is not None
        rest = "".join(squeeze(line.text) for line in lines[at:])
        found = _title_of(rest)
        if same or found is None or not found[0]:
            break
        joined, (agency, year) = rest, found
    return joined, agency, year


def _title_of(text: str) -> tuple[str, int] | None:
    if "信息公开" not in text:  # no other characters are these to NFKC
        return None
    plain = unicodedata.normalize("NFKC", text)
    for pattern in _TITLES:
        found = pattern.fullmatch(plain)
        if found:
            agency = _HEADING.sub("", found["agency"]) if _HEADING.match(text) else found["agency"]
            return agency, int(found["year"])
    return None


def _is_agency(text: str) -> bool:
    return (
        3 <= len(text) <= 40
        and not re.search(r"[，。；：、\d]", text)
        and not _HEADING.fullmatch(text)
        and re.search(r"[\u4e00-\u9fff]$", text) is not None
    )


def _fuller_name(agency: str, texts: Sequence[str]) -> str:
    """The agency with the region that the opening prints before its name
    (本报告由淮安市洪泽区人民政府办公室 ... beside the title 洪泽区人民政府)."""
    pattern = re.compile(f"报告由(?P<whole>(?:{_REGION})+{re.escape(agency)})")
    found = pattern.search("".join(texts))
    return found["whole"] if found else agency


def _known_misprints(agency: str) -> tuple[str, list[Finding]]:
    for printed, name in read_data("misprints")["agencies"].items():
        if printed in agency:
            message = f"the agency is printed '{agency}'; {printed} is a known misprint of {name}"
            return agency.replace(printed, name), [
                Finding("agency.misprint", "info", "publisher", message)
            ]
    return agency, []


def is_section_heading(text: str) -> bool:
    """Whether a line is one of the form's numbered headings (一、总体情况), wording aside."""
    plain = squeeze(text)
    if not _HEADING.fullmatch(plain):
        return False
    row = applicant_rows().match(plain)
    if row is not None and row.likeness == 1:
        return False
    words = fold(plain)[1:]
    return any(words.startswith(name[:6]) or name in words for name in section_headings()) or (
        len(plain) <= 20 and not re.search(r"[。；]", plain)
    )


def lines_to_sections(lines: Sequence[Line], title: str | None) -> tuple[Section, ...]:
    """The prose by section, in reading order, without the title and repeated headings."""
    sections: list[tuple[str, list[Line]]] = [("", [])]
    rest = _without_title(lines, title)
    expected = 0
    for line in rest:
        plain = squeeze(line.text)
        number = NUMERALS.find(plain[:1]) if plain else -1
        if number >= expected and is_section_heading(plain) and number <= expected + 2:
            sections.append((plain, []))
            expected = number + 1
        elif not (plain == sections[-1][0] and not sections[-1][1]):
            sections[-1][1].append(line)
    margin = _margin(rest)
    found = [Section(heading, _paragraphs(body, margin)) for heading, body in sections]
    return tuple(s for s in found if s.heading or s.text)


def _without_title(lines: Sequence[Line], title: str | None) -> list[Line]:
    if not title:
        return list(lines)
    for start in range(min(len(lines), TITLE_LINES)):
        for pieces in range(1, TITLE_PIECES + 2):
            if "".join(squeeze(x.text) for x in lines[start : start + pieces]) == title:
                return [*lines[:start], *lines[start + pieces :]]
    return list(lines)


def _margin(lines: Sequence[Line]) -> float:
    """Where lines that are not indented begin: the leftmost place in which two do."""
    starts = sorted(line.box.x0 for line in lines)
    return next((a for a, b in pairwise(starts) if b - a <= 1.0), starts[0] if starts else 0.0)


def _paragraphs(lines: Sequence[Line], margin: float) -> str:
    """Lines as paragraphs: a line that is indented, or follows one that ends short, begins a
    new one; where all lines of a section are, one that begins right of the document's `margin`
    and follows the end of a sentence. Lines without geometry (plain text) are a paragraph
    each, unless they end in the middle of a sentence at full width."""
    if not lines:
        return ""
    left = min(line.box.x0 for line in lines)
    right = max(line.box.x1 for line in lines)
    out: list[str] = []
    last: Line | None = None
    for line in lines:
        text = repair_glyphs(line.text).strip()
        em = line.size or 1.0
        fresh = last is None or line.box.x0 - left > 1.2 * em or right - last.box.x1 > 2.5 * em
        indented = INDENT[0] * em < line.box.x0 - margin < INDENT[1] * em
        if fresh or (indented and out[-1].endswith(ENDS)):
            out.append(text)
        else:
            spaced = out[-1][-1:].isascii() and text[:1].isascii()
            out[-1] += (" " if spaced else "") + text
        last = line
    return "\n".join(out)
