"""What is to be crawled: sites with their own rules, and the limits of the whole crawl. A list of
sites is a text file (an address a line, `#` begins a remark) or TOML with rules as data."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from crawl.address import domain_to_shard, host_to_domain, url_to_host
from extract.errors import GkextractError, InputError
from extract.guard import url_to_target

DELAY = 1.0
"""Seconds between two requests of a host at least; less only for one's own servers."""
MAX_CRAWL_DELAY = 60.0
"""Seconds of a Crawl-delay beyond which the host is left alone: never shortened."""
DEPTH = 4
"""Links from a site's address to a list of reports; further pages of a list do not count."""
MAX_PAGES = 5_000
"""Requests to a site in one run."""
_YEARS = re.compile(r"(20\d\d)(?:\s*-\s*(20\d\d))?")
_RULES = {"url", "allow", "delay", "robots", "columns", "exclude", "max_pages", "depth", "name"}


@dataclass(frozen=True, slots=True)
class Site:
    """A site and its rules. `allow`: further hosts or domains that belong to it. `robots`: False
    overrides robots.txt, which every record then says. `columns`: addresses of lists that the
    site hides. `exclude`: patterns of addresses that are left out."""

    url: str
    name: str = ""
    allow: tuple[str, ...] = ()
    delay: float | None = None
    robots: bool = True
    columns: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_pages: int | None = None
    depth: int | None = None

    def allows(self, host: str) -> bool:
        """Whether a host is of the site: its own domain, or one that its rules name."""
        if host == url_to_host(self.url) or host_to_domain(host) == host_to_domain(
            url_to_host(self.url)
        ):
            return True
        return any(host == name or host.endswith(f".{name}") for name in self.allow)


@dataclass(frozen=True, slots=True)
class Times:
    """Limits of one fetch: seconds, bytes."""

    total: float = 60.0
    idle: float = 20.0
    window: float = 10.0
    least: int = 1_000
    page: int = 10_000_000
    file: int = 100_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole crawl. `shard` counts from 1; `hosts` is how many are asked at the same time."""

    sites: tuple[Site, ...]
    years: tuple[int, int] | None = None
    only: str = ""
    max_pages: int = MAX_PAGES
    depth: int = DEPTH
    shard: tuple[int, int] = (1, 1)
    allow_private: bool = False
    contact: str = ""
    dry: bool = False
    hosts: int = 32
    delay: float = DELAY
    refused: int = 3
    """Refusals in a row after which a host is left alone."""
    recheck_days: float = 30.0
    """Days for which a file is taken as unchanged where its server does not tell."""
    times: Times = field(default_factory=Times)

    def own_sites(self) -> tuple[Site, ...]:
        """The sites of this plan's shard."""
        at, of = self.shard
        return tuple(
            s for s in self.sites if domain_to_shard(host_to_domain(url_to_host(s.url)), of) == at
        )

    def is_elsewhere(self, host: str) -> bool:
        """Whether a host is another shard's, as one of the sites' own."""
        at, of = self.shard
        if of == 1 or domain_to_shard(host_to_domain(host), of) == at:
            return False
        return any(host_to_domain(host) == host_to_domain(url_to_host(s.url)) for s in self.sites)


def words_to_sites(words: Iterable[str], *, allow_private: bool = False) -> tuple[Site, ...]:
    """The sites that words name: addresses, or files that list them. Each address once.
    Raises InputError."""
    sites: dict[str, Site] = {}
    for word in words:
        for site in _word_to_sites(word):
            url = _check_url(site.url, allow_private)
            columns = tuple(_check_url(c, allow_private) for c in site.columns)
            sites.setdefault(url, replace(site, url=url, columns=columns))
    if not sites:
        raise InputError("no site at all", "give an address or a file that lists some")
    return tuple(sites.values())


def text_to_years(text: str) -> tuple[int, int]:
    """`2023` or `2019-2024`. Raises InputError."""
    found = _YEARS.fullmatch(text.strip())
    if not found or int(found[2] or found[1]) < int(found[1]):
        raise InputError("years are given as 2023 or 2019-2024", "write them so")
    return int(found[1]), int(found[2] or found[1])


def text_to_shard(text: str) -> tuple[int, int]:
    """`1/4`. Raises InputError."""
    found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text.strip())
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise InputError("a shard is given as 1/4: which one, and of how many", "write it so")
    return int(found[1]), int(found[2])


def plan_to_json(plan: Plan) -> str:
    """The plan as one line."""
    return json.dumps(asdict(plan), ensure_ascii=False, separators=(",", ":"))


def json_to_plan(text: str) -> Plan:
    """The plan of such a line."""
    data = json.loads(text)
    sites = tuple(_dict_to_site(s) for s in data.pop("sites"))
    years = data.pop("years")
    times, shard = Times(**data.pop("times")), tuple(data.pop("shard"))
    return Plan(sites, tuple(years) if years else None, times=times, shard=shard, **data)


def _word_to_sites(word: str) -> list[Site]:
    if re.match(r"https?://", word, re.IGNORECASE):
        return [Site(word)]
    try:
        text = Path(word).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        hint = "an address begins with http:// or https://; else give a file of them"
        raise InputError("neither an address nor a readable list of sites", hint) from error
    if word.endswith(".toml"):
        return _toml_to_sites(text)
    lines = (line.partition(" #")[0].strip() for line in text.splitlines())
    return [Site(line) for line in lines if line and not line.startswith("#")]


def _toml_to_sites(text: str) -> list[Site]:
    try:
        listed = tomllib.loads(text).get("sites", [])
        return [_dict_to_site(entry) for entry in listed]
    except (tomllib.TOMLDecodeError, TypeError, AttributeError, KeyError) as error:
        hint = "each [[sites]] has `url` and any of " + ", ".join(sorted(_RULES - {"url"}))
        raise InputError("the list of sites is not understood", hint) from error


def _dict_to_site(entry: dict[str, Any]) -> Site:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    for pattern in values.get("exclude", ()):
        try:
            re.compile(pattern)
        except re.error as error:
            raise KeyError("exclude") from error
    return Site(**values)


def _check_url(url: str, allow_private: bool) -> str:
    try:
        return url_to_target(url, allow_private=allow_private).url
    except GkextractError as error:
        raise type(error)(f"{url[:200]} cannot be crawled: {error.message}") from error
