"""Regions and their GB/T 2260 codes, year by year, looked up without reading the table in.

The table (`regions.tsv`, made by `fixtures/make/regions.py`, sources and licences in its head) is
kept as one text and searched: a name is found in some 20 microseconds, where parsing 3,600 lines
takes milliseconds that most documents do not need.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

SINCE_EVER = 2007
"""First year of the table; what is in it then is taken to have been there before."""
GRACE = 1
"""Years by which a name may outlive its region in a report, or be there before it: reports on a
year are published in the next."""


class Region(NamedTuple):
    """A code with a name for as long as both held. `until` is "" for what is in force, `after`
    the one code that took over; `site` how sites write the name (provinces, prefectures)."""

    code: str
    since: str
    until: str
    after: str
    name: str
    short: str
    site: str

    def held_in(self, year: int, grace: int = 0) -> bool:
        """Whether code and name were in force at the end of a year."""
        begun = int(self.since) <= max(year, SINCE_EVER) + grace
        return begun and (not self.until or year - grace <= int(self.until))


@cache
def _table() -> str:
    return files("tableparse.regions").joinpath("regions.tsv").read_text(encoding="utf-8")


def _line_at(place: int) -> Region:
    table = _table()
    start, end = table.rfind("\n", 0, place) + 1, table.find("\t\n", place)
    return Region(*table[start:end].split("\t"))


def _lines_with(needle: str) -> list[Region]:
    table, found, place = _table(), [], 0
    while (place := table.find(needle, place)) >= 0:
        found.append(_line_at(place + 1))
        place += len(needle) - 1
    return found


@cache
def regions_named(name: str, year: int | None) -> tuple[Region, ...]:
    """Every region of a name (the short name of an autonomous one, too) in a year; where there
    is none, those of the years beside it. Without a year, those in force."""
    found = [r for r in _lines_with(f"\t{name}\t") if name in (r.name, r.short)]
    if year is None:
        return tuple(r for r in found if not r.until)
    held = [r for r in found if r.held_in(year)]
    return tuple(held or (r for r in found if r.held_in(year, GRACE)))


@cache
def region_of(code: str, year: int | None) -> Region | None:
    """The region of a code in a year, else the last one that had it; None for no code."""
    found = _lines_with(f"\n{code}\t")
    held = [r for r in found if year is not None and r.held_in(year)]
    return held[0] if held else found[-1] if found else None


def parent_codes(code: str) -> tuple[str, ...]:
    """The codes above a code, the province first."""
    above = (code[:2] + "0000", code[:4] + "00")
    return tuple(c for c in dict.fromkeys(above) if c != code)


def full_name(region: Region, year: int | None) -> str:
    """The name with those of the regions above: 江苏省淮安市洪泽区."""
    above = (region_of(code, year) for code in parent_codes(region.code))
    return "".join(r.name for r in above if r) + region.name


def lasting_code(region: Region) -> str:
    """The code that stands for a region through the years: of what it became, if one region
    followed it."""
    code, after = region.code, region.after
    while after:
        following = region_of(after, None)
        code, after = after, following.after if following else ""
    return code
