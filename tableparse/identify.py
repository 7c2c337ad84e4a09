"""Who an agency is: its region with the GB/T 2260 code of the year, its level and kind, and a key
that links its reports over the years.

A name alone is often not enough (there are four 鼓楼区), and a wrong code would go unseen: so a
region is given only where the name leaves one, or the report says in a strong place (its title,
who drew it up, its address, the host of its site) which one it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tableparse.formdata import read_data
from tableparse.regions import (
    Region,
    full_name,
    lasting_code,
    parent_codes,
    region_of,
    regions_named,
)

LONGEST = 15
"""Characters of the longest name of a region."""
ENDS = frozenset("省市区县州盟旗")
VAGUE = re.compile("^.区$")
"""Names that many places go by (西区, 郊区): alone they say nothing."""
LEVELS = {"省": "provincial", "区": "county", "县": "county"}
"""What the first character of a name without a region tells (区统计局)."""


@dataclass(frozen=True, slots=True)
class Context:
    """What else may tell the region: text that says who reports and where, all prose, and the
    host of the site ("" where there is none)."""

    told: str = ""
    prose: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """An agency. `level` is central, provincial, prefecture, county or township; `kind`
    government, office (of a government), department, township or zone; `key` the same for one
    agency's reports of all years, None for a name that several agencies bear. `candidates` are
    the regions that it may be of, where that is not certain; unknown parts are None."""

    region: Region | None = None
    level: str | None = None
    kind: str | None = None
    key: str | None = None
    candidates: tuple[Region, ...] = ()


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(read_data("agencies")[name])


def agency_to_identity(agency: str | None, year: int | None, context: Context) -> Identity:
    """The identity of an agency as printed; an empty one for none."""
    if not agency:
        return Identity()
    name = _pattern("before").sub("", agency)
    found, rest = _read_regions(name, year)
    if not found:
        return _without_region(agency)
    kind = _kind(rest)
    above, candidates = found
    if kind == "zone" or _pattern("region").search(rest):
        # a zone, or a region that the table does not have there
        return Identity(None, None, kind, _own_key(agency))
    if not above and (len(candidates) > 1 or VAGUE.match(candidates[0].name)):
        candidates = _told_by(context, candidates, year) or candidates
        certain = len(candidates) == 1 and not _is_untold(context, candidates[0], year)
    else:
        certain = len(candidates) == 1
    if not certain:
        return Identity(None, None, kind, None, tuple(candidates))
    return _of_region(candidates[0], kind, rest, agency)


def _without_region(agency: str) -> Identity:
    """What a name tells that begins with no region (区统计局, 财政部, 红堡镇)."""
    kind, government = _kind(agency), agency.find("人民政府")
    if kind == "department" and government > 0:
        kind = _kind(agency[government:])
    level = "central" if _pattern("central").search(agency) else LEVELS.get(agency[0])
    level = {"zone": None, "township": "township"}.get(kind, level)
    return Identity(None, level, kind, None if kind == "township" else _own_key(agency))


def _own_key(agency: str) -> str | None:
    """A key made of the whole name, where that is not one that many agencies bear."""
    return None if _pattern("common").search(agency) else f"-/{_short(agency)}"


def _of_region(region: Region, kind: str, rest: str, agency: str) -> Identity:
    level = "provincial" if region.code[2:] == "0000" else "prefecture"
    if region.code[4:] != "00":
        level = "county"
    body = _short(rest) or "政府"
    key = f"{lasting_code(region)}/{body}"
    if kind == "township":
        # below a prefecture with counties, the county is not known
        whole = level == "county" or region.code[:4] in ("4419", "4420", "4604", "6202")
        return Identity(region if whole else None, "township", kind, key)
    return Identity(region, level, kind, key)


Found = tuple[Region | None, list[Region]]
"""The region above, if the name has one, and the regions that its last piece may be."""


def _read_regions(name: str, year: int | None) -> tuple[Found | None, str]:
    """The regions at the beginning of a name, and what follows them."""
    above: Region | None = None
    candidates: list[Region] = []
    rest = name
    while True:
        inside = candidates[0] if len(candidates) == 1 else None
        if candidates and inside is None:
            break
        size, found = _longest(rest, inside, year)
        if not found:
            break
        above, candidates, rest = inside, found, rest[size:]
    return ((above, candidates) if candidates else None), rest


def _longest(text: str, inside: Region | None, year: int | None) -> tuple[int, list[Region]]:
    for size in range(min(len(text), LONGEST), 1, -1):
        if text[size - 1] not in ENDS:
            continue
        found = [r for r in regions_named(text[:size], year) if _is_inside(r, inside)]
        if found:
            return size, found
    return 0, []


def _is_inside(region: Region, above: Region | None) -> bool:
    return above is None or above.code in parent_codes(region.code)


def _kind(rest: str) -> str:
    if _pattern("zone").search(rest):
        return "zone"
    names = ("government", "office", "township")
    return next((n for n in names if _pattern(n).search(rest)), "department")


def _short(name: str) -> str:
    for pair in read_data("agencies")["same"]:
        name = name.replace(pair["written"], pair["short"])
    return name


def _told_by(context: Context, candidates: Sequence[Region], year: int | None) -> list[Region]:
    """The one candidate that the context speaks for; none where it speaks for several."""
    scores = {c: _score(context, c, year) for c in candidates}
    best = max(scores.values())
    ahead = [c for c, score in scores.items() if score == best]
    named = {c.code[:2] for c, score in scores.items() if score}
    return ahead if best and len(ahead) == 1 and len(named) == 1 else []


def _is_untold(context: Context, region: Region, year: int | None) -> bool:
    """Whether nothing but a name that many places go by stands for a region."""
    return VAGUE.match(region.name) is not None and not _score(context, region, year)


def _score(context: Context, region: Region, year: int | None) -> int:
    """2 where the prefecture, or the region's name in full, is told; 1 for the province."""
    score = 0
    for weight, code in enumerate(parent_codes(region.code), start=1):
        above = region_of(code, year)
        if above is None:
            continue
        written = _is_written(above.name + region.name, context.prose)
        hosted = above.site != "" and above.site in context.host.split(".")
        if above.name in context.told or written or hosted:
            score = 2 if written else max(score, weight)
    return score


def _is_written(name: str, prose: str) -> bool:
    """Whether the prose has a region's name as its own, not as one that was visited."""
    before = [prose[max(0, m.start() - 4) : m.start()] for m in re.finditer(re.escape(name), prose)]
    return bool(before) and not any(_pattern("visited").search(text) for text in before)


def candidates_to_text(candidates: Sequence[Region], year: int | None) -> str:
    """Regions with their codes, for a message."""
    return ", ".join(f"{full_name(r, year)} ({r.code})" for r in candidates)
