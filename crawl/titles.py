"""The words of a link to what they promise: pure, and all that is particular in titles.toml."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Promise = Literal["report", "annual", "weak", ""]
"""A report; a column of reports; a column that may lead to one; nothing."""

MAX_WORDS = 200
"""Characters of a link's words that are looked at."""
SCORES: dict[str, int] = {"report": 100, "annual": 80, "weak": 20, "": 0}
_DATE = re.compile(r"[\[(（【]?(?:20\d\d|19\d\d)[-./](?:0?\d|1[0-2])[-./][0-3]?\d[\])）】]?")
_SIZE = re.compile(
    r"[(（]?(?:\.?(?:pdf|docx?|wps|xlsx?|ofd|zip|rar)[,，、\s]*)?[\d.]+\s*[kmKM]i?[bB][)）]?"
)
_ENDING = re.compile(r"\.(?:pdf|docx?|wps|xlsx?|et|ofd|rtf|zip|rar|7z|s?html?|jsp)\b", re.I)
_TAIL = re.compile(
    r"[(（](?:pdf|word|图片版|超链版|文字版|文本版|附件|下载|全文|docx?)[)）]|(?:附件\d*[:：]?)",
    re.I,
)
_EDGES = "·•●■◆◇▪-—_|>»＞[]【】()（）:：,，。.、*"
_YEAR = re.compile(r"(?<!\d)(20[0-3]\d)(?=年|年度)")
_BARE = re.compile(r"(?<!\d)(20[0-3]\d)(?!\d)")
_HAN_YEAR = re.compile("二[〇○零0]([〇○零0一二三四五六七八九])([〇○零0一二三四五六七八九])年")
_HAN_BARE = re.compile("二[〇○零0][〇○零0一二三四五六七八九]{2}")
_HAN = {c: str(n) for n, c in enumerate("〇一二三四五六七八九")} | {"○": "0", "零": "0", "0": "0"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the words promise, with the year and the agency that they name."""

    promise: Promise
    year: int | None = None
    agency: str = ""

    @property
    def score(self) -> int:
        """Points: what promises more comes first."""
        return SCORES[self.promise]


@dataclass(frozen=True, slots=True)
class _Rules:
    core: re.Pattern[str]
    inside: re.Pattern[str]
    annual: re.Pattern[str]
    named: re.Pattern[str]
    years: re.Pattern[str]
    agencies: re.Pattern[str]
    weak: re.Pattern[str]
    never: re.Pattern[str]
    notices: re.Pattern[str]
    unless: re.Pattern[str]
    strip: re.Pattern[str]
    missing: re.Pattern[str]
    next: frozenset[str]
    least: int


@cache
def rules() -> _Rules:
    """titles.toml, compiled."""
    data: dict[str, Any] = tomllib.loads(
        files("crawl").joinpath("titles.toml").read_text(encoding="utf-8")
    )
    any_of = "|".join
    annual, around = data["annual"], data["annual"]["around"]
    names = f"(?:{any_of(annual['names'])}){around}"
    return _Rules(
        core=re.compile(any_of(data["report"]["core"])),
        inside=re.compile(any_of(data["report"]["inside"])),
        annual=re.compile(names),
        named=re.compile(f"[\\u4e00-\\u9fff]{{2,20}}?{names}"),
        years=re.compile(annual["years"]),
        agencies=re.compile(annual["agencies"]),
        weak=re.compile(f"(?:{any_of(data['weak']['names'])}){around}"),
        never=re.compile(any_of(data["never"]["words"])),
        notices=re.compile(any_of(data["never"]["notices"])),
        unless=re.compile(any_of(data["never"]["notices_unless"])),
        strip=re.compile(data["agency"]["strip"]),
        missing=re.compile(any_of(data["broken"]["missing"]), re.IGNORECASE),
        next=frozenset(data["more"]["next"]),
        least=data["broken"]["least"],
    )


def judge_title(words: str, *, annual: bool = False) -> Verdict:
    """What a link's words promise; `annual` where it stands in a column of reports, in which a
    year or an agency alone is a directory, and 年报 with a year a report."""
    text, known = tidy_title(words), rules()
    if not text or len(text) > MAX_WORDS:
        return Verdict("")
    year = title_to_year(text)
    if known.never.search(text) or (known.notices.search(text) and not known.unless.search(text)):
        return Verdict("", year)
    core = known.core.search(text)
    if core and year is not None:
        return Verdict("report", year, _agency(text, core[0]))
    if annual and year is not None and (inside := known.inside.search(text)):
        if known.years.fullmatch(text):
            return Verdict("annual", year)
        return Verdict("report", year, _agency(text, inside[0]))
    if known.annual.fullmatch(text) or known.named.fullmatch(text):
        return Verdict("annual", year)
    if annual and (known.years.fullmatch(text) or known.agencies.fullmatch(text)):
        return Verdict("annual", year)
    if known.weak.fullmatch(text):
        return Verdict("weak", year)
    return Verdict("", year)


def tidy_title(words: str) -> str:
    """The words without blanks, dates, sizes, file endings and marks at their edges."""
    text = unicodedata.normalize("NFKC", words[: 4 * MAX_WORDS])
    for rule in (_DATE, _SIZE, _ENDING, _TAIL):
        text = rule.sub("", text)
    return "".join(text.split()).strip(_EDGES)


def title_to_year(text: str) -> int | None:
    """The year that a title names: with 年 before one without, in Chinese figures too."""
    if found := _YEAR.search(text):
        return int(found[1])
    if han := _HAN_YEAR.search(text):
        return 2000 + int(_HAN[han[1]] + _HAN[han[2]])
    found = _BARE.search(text)
    return int(found[1]) if found else None


def is_next(words: str) -> bool:
    """Whether a link's words lead to the next page of a list."""
    return "".join(words.split()).lower() in rules().next


def _agency(text: str, core: str) -> str:
    """The agency in a report's title: what is left of it; "" where nothing sensible is."""
    rest = text.replace(core, "")
    for rule in (_HAN_YEAR, _HAN_BARE, _YEAR, rules().strip, _BARE):
        rest = rule.sub("", rest)
    rest = rest.strip(_EDGES + "年度政府工作")
    return rest if 2 <= len(rest) <= 40 else ""
