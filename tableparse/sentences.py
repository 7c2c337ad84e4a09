"""The prose of a report, to sentences with what they stand under, to counts of things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from tableparse.numerals import NUMERAL, text_to_number
from tableparse.prose import Section

MAX_SENTENCE = 600
"""Characters of a sentence that are looked at: what is longer is a table or a list."""
TOPIC = 24
"""Characters of a paragraph's beginning that tell what it is about."""
STOPS = "，；：（）！？。、"
QUOTES = "“”‘’\"'「」『』"
"""Left out: agencies put the form's labels into them or do not."""
_FOLDED = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in STOPS},
    **dict.fromkeys(map(ord, QUOTES)),
}
_END = re.compile(r"(?<=[。；;！!？?])|\n")
_MARK = re.compile(r"[(（]?[一二三四五六七八九十\d]{1,2}[)）、.．]|[一二三四五六七八九十]是")
_LEAD = re.compile(r"[(（][一二三四五六七八九十\d]{1,2}[)）]|[一二三四五六七八九十\d]{1,2}[、.．]")
_STOP = re.compile(r"[，。；：,;:、()（）!！?？]")
PIECE = re.compile(r"[，。；：,;:()（）!！?？]")
"""What parts a sentence into pieces; 、 does not, as it stands inside of them."""
_UNIT = r"(?:件|份|起|宗|条|项|例|笔|个|部|元)(?![次月小工])"
_ROUND = r"(?:余|多|几|来)?"
_COUNT = re.compile(rf"(?P<number>{NUMERAL})(?P<round>{_ROUND})(?P<unit>万?{_UNIT})")
_VAGUE = re.compile(
    r"(?:近|约|超|超过|逾|不足|至少|大约|平均|每|第|占|[-~～—–.\d]|[\d一二三四五六七八九十][至到])$"
)


class Sentence(NamedTuple):
    """A sentence without white space, the heading of its section, the beginning of the
    paragraph with a number of its own (（二）依申请公开...) that it stands under."""

    text: str
    heading: str
    topic: str


class Count(NamedTuple):
    """A number of things in a sentence: its value, what stands before it (back to the last
    number or stop), what follows (up to the next number or stop), and where it begins."""

    number: int
    unit: str
    before: str
    after: str
    start: int


@lru_cache(maxsize=4)
def sections_to_sentences(sections: tuple[Section, ...]) -> tuple[Sentence, ...]:
    """Every sentence of the prose, widths of digits folded. A line that ends in the middle of
    a sentence goes on in the next. The last ones are kept, as several checks ask for them."""
    found: list[Sentence] = []
    for section in sections:
        topic = ""
        for text in _END.split(_joined(section.text)):
            if not text:
                continue
            if _LEAD.match(text):
                topic = text[:TOPIC]
            found.append(Sentence(text[:MAX_SENTENCE], section.heading, topic))
    return tuple(found)


def _joined(text: str) -> str:
    lines = ["".join(line.split()) for line in _fold(text).split("\n")]
    out = ""
    for line in filter(None, lines):
        broken = out and out[-1] not in "。；;！!？?：:" and not _MARK.match(line)
        out += line if not out or broken else "\n" + line
    return out


def _fold(text: str) -> str:
    """Full-width digits, letters and signs as ASCII, without quotes; stops stay as they are, so
    that a full-width comma never parts thousands."""
    return text.translate(_FOLDED)


def sentence_to_counts(text: str) -> Iterator[Count]:
    """The exact counts of things in a sentence; about, nearly, ranges and shares are none."""
    found = list(_COUNT.finditer(text))
    for i, match in enumerate(found):
        last = found[i - 1].end() if i else 0
        coming = found[i + 1].start() if i + 1 < len(found) else len(text)
        before, after = text[last : match.start()], text[match.end() : coming]
        number = text_to_number(match["number"])
        if number is None or match["round"] or match["unit"][0] == "万" or _VAGUE.search(before):
            continue
        if after.startswith(("左右", "以上", "以下", "以内", "上下")):
            continue
        stop = PIECE.split(before)[-1]
        yield Count(number, match["unit"], stop, _STOP.split(after)[0], match.start())
