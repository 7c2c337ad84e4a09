"""Numbers of a spreadsheet to what their cells show: number formats (ECMA-376 part 1, 18.8.31).

What a cell shows is what the report prints: 96171.600000000006 in the file is 96171.6 on paper.
A format that is not understood gives None, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: "#,##0;-#,##0;-", 43: "#,##0.00;-#,##0.00;-", 49: "@",
    **dict.fromkeys((*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)), "yyyy-mm-dd"),
}  # fmt: skip
"""Formats that files name by number only."""
GENERAL_LENGTH = 11
"""Characters that "General" shows of a number with decimals."""
_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|_(.)|\*(.)|\[([^\]]*)\]|(General)|([0#?][0#?,.]*)|([.%@])|(E[+-]0+)|(.)',
    re.DOTALL | re.IGNORECASE,
)
_COLOURS = re.compile(
    r"black|white|red|green|blue|yellow|magenta|cyan|color\d+|\$[^-]*(?:-\w+)?", re.IGNORECASE
)
_DATE = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
_PLAIN = frozenset(" ()（）+-—$¥￥:：、，")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a format: text before the digits, the digits' pattern ("General" too), text
    after it, and whether it shows percent."""

    before: str
    digits: str
    after: str
    percent: bool = False


def number_to_shown(value: float, code: str, *, epoch_1904: bool = False) -> str | None:
    """What a cell shows of a number, or None where the format is not understood."""
    if value != value or value in (float("inf"), float("-inf")):
        return None
    parts = _split(code)
    if _is_date(parts[0]):
        return _date_to_shown(value, epoch_1904)
    sections = [_parse(part) for part in parts[:3]]
    used, signed = _choose(sections, value)
    if used is None:
        return None
    exact = Decimal(format(value, ".15g"))
    body = _digits_to_shown(abs(exact) * (100 if used.percent else 1), used.digits)
    if body is None:
        return None
    minus = "-" if signed and value < 0 and re.search("[1-9]", body) else ""
    shown = f"{minus}{used.before}{body}{used.after}".strip()
    # a negative number that only its colour tells is not what its digits say
    hidden_sign = value < 0 and not signed and not re.search("[-(（]", shown)
    return None if hidden_sign and re.search("[1-9]", shown) else shown


def _split(code: str) -> list[str]:
    """The sections of a format, at semicolons that are not quoted."""
    parts = [""]
    for found in re.finditer(r'"[^"]*"|\\.|\[[^\]]*\]|;|.', code, re.DOTALL):
        if found.group() == ";":
            parts.append("")
        else:
            parts[-1] += found.group()
    return parts


def _is_date(code: str) -> bool:
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|General', "", code, flags=re.IGNORECASE)
    return _DATE.search(bare) is not None


def _parse(code: str) -> Section | None:
    """A section; None where it is not understood."""
    before = after = digits = ""
    percent = False
    for found in _TOKEN.finditer(code):
        quoted, escaped, space, fill, bracket, general, pattern, mark, power, other = found.groups()
        text = ""
        if bracket is not None:
            if not _COLOURS.fullmatch(bracket):
                return None  # a condition, other digits, elapsed time
            currency = re.match(r"\$([^-]*)", bracket)
            text = currency.group(1) if currency else ""
        elif general or pattern or mark == ".":
            if digits:
                return None
            digits = general or pattern or mark
            continue
        elif mark == "%":
            percent, text = True, "%"
        elif power or mark == "@":
            return None
        elif other is not None:
            if other not in _PLAIN and not "\u4e00" <= other <= "\u9fff":
                return None
            text = other
        elif space is not None:
            text = " "
        elif fill is None:
            text = quoted if quoted is not None else escaped
        if digits:
            after += text
        else:
            before += text
    return Section(before, digits, after, percent)


def _choose(sections: list[Section | None], value: float) -> tuple[Section | None, bool]:
    """The section for a value, and whether its minus sign is shown beside it."""
    if len(sections) == 1:
        return sections[0], True
    if value < 0:
        return sections[1], False
    return sections[2] if value == 0 and len(sections) > 2 else sections[0], False


def _digits_to_shown(value: Decimal, digits: str) -> str | None:
    if not digits:
        return ""
    if digits.lower() == "general":
        return _general(value)
    whole, dot, fraction = digits.partition(".")
    if "," in fraction or "." in fraction or whole.endswith(","):
        return None  # shown in thousands
    most, least = len(fraction), fraction.count("0")
    rounded = value.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_UP)
    left, _, right = f"{rounded:f}".partition(".")
    while len(right) > least and right.endswith("0"):
        right = right[:-1]
    left = left.lstrip("0").rjust(whole.count("0"), "0")
    if "," in whole:
        left = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", left)
    return left + (dot + right if right or dot else "")


def _general(value: Decimal) -> str | None:
    """As many digits as it takes; where they are more than fit, how many show hangs on the
    program and the width of the column."""
    shown = f"{value:.0f}" if value == value.to_integral_value() else f"{value.normalize():f}"
    return shown if "." not in shown or len(shown) <= GENERAL_LENGTH else None


def _date_to_shown(value: float, epoch_1904: bool) -> str | None:
    """A date as year-month-day, whatever its format: no figure of the form is a date."""
    start = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30)
    try:
        return (start + timedelta(days=value)).strftime("%Y-%m-%d")
    except (OverflowError, ValueError):
        return None
