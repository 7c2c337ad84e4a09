"""Rules of robots.txt, plans, completeness of lists, outcomes: small parts, each alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from crawl.came import Came
from crawl.complete import Completeness, Turn, turns_to_completeness, years_to_gaps
from crawl.engine.parts import came_to_robots
from crawl.judge import Judged, judge_came
from crawl.landing import Landing
from crawl.ledger import Ledger, Row
from crawl.model import Candidate, Context, Found
from crawl.plan import (
    Plan,
    Site,
    json_to_plan,
    plan_to_json,
    text_to_shard,
    text_to_years,
    words_to_sites,
)
from crawl.robots import Robots, bytes_to_robots
from extract.errors import BlockedError, GkextractError, InputError

URL = "http://www.example.gov.cn/a.html"


@pytest.mark.parametrize(
    ("status", "allowed"),
    [("404", True), ("403", True), ("410", True), ("429", False), ("500", False), ("503", False),
     ("unreachable", False), ("FETCH", False), ("blocked:jiasule", False)],
)  # fmt: skip
def test_what_a_missing_robots_txt_means(status: str, allowed: bool) -> None:
    """RFC 9309: 4xx allows everything; 5xx and silence forbid everything, 429 as well."""
    assert Robots(status).allows(URL) is allowed


def test_robots_txt_is_obeyed_by_its_longest_match() -> None:
    """The group of our name counts before *, the longest rule wins, Crawl-delay and site maps
    are read."""
    text = (
        "User-agent: *\nDisallow: /\n\nUser-agent: gkextract\nDisallow: /zwgk/\n"
        "Allow: /zwgk/nb/\nCrawl-delay: 2.5\n\nSitemap: http://www.example.gov.cn/map.xml\n"
    )
    robots = bytes_to_robots(200, text.encode())
    assert robots.allows("http://www.example.gov.cn/x")
    assert not robots.allows("http://www.example.gov.cn/zwgk/a")
    assert robots.allows("http://www.example.gov.cn/zwgk/nb/a")
    assert robots.delay == 2.5 and robots.sitemaps == ("http://www.example.gov.cn/map.xml",)


def test_a_page_in_place_of_robots_txt_has_no_rules() -> None:
    """HTML with status 200 forbids nothing; a redirect that is not followed means none; a guard
    with 521 keeps everything closed, under its name."""
    assert bytes_to_robots(200, b"<html>404</html>").allows(URL)
    assert came_to_robots(Came(URL, 302, location="http://elsewhere/")).allows(URL)
    guarded = came_to_robots(Came(URL, 521, guard="Jiasule (a script)"))
    assert not guarded.allows(URL) and guarded.outcome == "blocked:jiasule"
    assert came_to_robots(Came(URL, error="BLOCKED")).outcome == "failed:BLOCKED"


def test_sites_come_as_words_text_or_toml(tmp_path: Path) -> None:
    """An address, a text file with remarks, TOML with rules: each address once, normalised."""
    text = tmp_path / "sites.txt"
    text.write_text("# agencies\nhttp://a.gov.cn\nhttp://b.gov.cn/nb/ # its list\n")
    toml = tmp_path / "sites.toml"
    toml.write_text(
        '[[sites]]\nurl = "https://c.gov.cn/"\ndelay = 3\nrobots = false\nallow = ["d.cn"]'
    )
    sites = words_to_sites([str(text), "http://A.gov.cn/", str(toml)])
    assert [s.url for s in sites] == [
        "http://a.gov.cn/",
        "http://b.gov.cn/nb/",
        "https://c.gov.cn/",
    ]
    assert (sites[2].delay, sites[2].robots, sites[2].allow) == (3, False, ("d.cn",))
    assert sites[2].allows("c.gov.cn") and sites[2].allows("x.d.cn") and not sites[2].allows("e.cn")


@pytest.mark.parametrize(
    ("word", "error"),
    [("http://127.0.0.1:99/", BlockedError), ("file:///etc/passwd", InputError),
     ("http://u:p@a.gov.cn/", BlockedError), ("nowhere.txt", InputError)],
)  # fmt: skip
def test_what_is_no_site_is_refused(word: str, error: type[GkextractError]) -> None:
    """Ports, user names and schemes are refused before anything is asked."""
    with pytest.raises(error):
        words_to_sites([word])


@pytest.mark.parametrize(
    "text", ["[[sites]]\nnone = 1", "[[sites", '[[sites]]\nurl = "http://a.cn"\nexclude = ["("]']
)
def test_rules_that_are_not_understood_are_refused(tmp_path: Path, text: str) -> None:
    """A rule with a slip never means something else in silence."""
    path = tmp_path / "sites.toml"
    path.write_text(text)
    with pytest.raises(InputError):
        words_to_sites([str(path)])


def test_plans_travel_as_json() -> None:
    """A plan is the same on the other side of a pipe."""
    plan = Plan((Site(URL, allow=("x.cn",), columns=(URL,)),), (2019, 2024), "局", shard=(2, 3))
    assert json_to_plan(plan_to_json(plan)) == plan


def test_years_and_shards_are_read() -> None:
    """Years and shards as written; slips are refused."""
    assert text_to_years("2023") == (2023, 2023) and text_to_years("2019-2024") == (2019, 2024)
    assert text_to_shard("2/3") == (2, 3)
    for slip in ("2024-2019", "23", "x"):
        with pytest.raises(InputError):
            text_to_years(slip)
    for slip in ("0/3", "4/3", "1"):
        with pytest.raises(InputError):
            text_to_shard(slip)


def test_shards_share_all_sites_and_nothing_else() -> None:
    """Every site is exactly one shard's; a host of another shard's is not asked."""
    sites = tuple(Site(f"http://s{n}.gov.cn/") for n in range(40))
    parts = [Plan(sites, shard=(n, 3)) for n in (1, 2, 3)]
    owned = [site for part in parts for site in part.own_sites()]
    assert sorted(s.url for s in owned) == sorted(s.url for s in sites)
    for part in parts:
        mine = {site.url for site in part.own_sites()}
        for n, site in enumerate(sites):
            assert part.is_elsewhere(f"s{n}.gov.cn") is (site.url not in mine)


GOOD = Turn(1, 20, 20, 20, 0)
JUDGED = [
    (1, 20, [GOOD], Completeness("whole")),
    (None, None, [GOOD], Completeness("whole")),
    (322, None, [replace(GOOD, number=n) for n in range(1, 321)] + [Turn(321, 0, 0, 0, 0, "gone")],
     Completeness("partial", "declares 322 pages, gave 320; page 321: gone")),
    (None, 1302, [GOOD], Completeness("partial", "declares 1302 rows, gave 20")),
    (2, None, [GOOD, Turn(2, 3, 3, 0, 3)],
     Completeness("partial", "page 2 leads to other hosts only (3 links)")),
    (None, None, [Turn(1, 0, 0, 0, 0)], Completeness("empty", "nothing on it leads to a report")),
    (None, None, [Turn(1, 0, 0, 0, 0, "stub")], Completeness("stub", "its first page: stub")),
]  # fmt: skip


@pytest.mark.parametrize(("pages", "rows", "turns", "expected"), JUDGED)
def test_lists_are_measured_by_what_they_declare(
    pages: int | None, rows: int | None, turns: list[Turn], expected: Completeness
) -> None:
    """Fewer pages or rows than declared, broken pages, foreign links only, nothing at all."""
    assert turns_to_completeness(pages, rows, turns) == expected


def test_gaps_between_years() -> None:
    """Years missing between others are gaps; before the first and behind the last none is."""
    assert years_to_gaps({2019, 2021, 2024}) == [2020, 2022, 2023]
    assert years_to_gaps({2020}) == [] and years_to_gaps(set()) == []


def _ledger(path: Path, **options: object) -> Ledger:
    plan = Plan((Site("http://www.example.gov.cn/"),), **options)  # type: ignore[arg-type]
    ledger = Ledger(path / "ledger.sqlite", plan)
    ledger.begin()
    return ledger


def _row(ledger: Ledger) -> Row:
    row = ledger.take("www.example.gov.cn")
    assert row is not None
    return row


CAME = [
    (Came(URL, error="FETCH", message="m", passes=True), "failed:FETCH", True),
    (Came(URL, error="LIMIT", message="m"), "failed:LIMIT", False),
    (Came(URL, 412, guard="Ruishu (a script)"), "blocked:ruishu", False),
    (Came(URL, 200, guard="a captcha"), "blocked:captcha", False),
    (Came(URL, 403), "refused:403", False),
    (Came(URL, 404), "gone", False),
    (Came(URL, 503), "http:503", True),
    (Came(URL, 418), "refused:418", False),
    (Came(URL, 200), "empty", False),
    (Came(URL, 302, location="http://www.example.gov.cn/"), "redirected_home", False),
    (Came(URL, 302, location="http://www.example.gov.cn/b"), "redirected", False),
]


@pytest.mark.parametrize(("came", "outcome", "again"), CAME)
def test_answers_have_outcomes(tmp_path: Path, came: Came, outcome: str, again: bool) -> None:
    """Every kind of answer has a name; only what may pass is asked for again."""
    ledger = _ledger(tmp_path)
    row = replace(_row(ledger), url=URL, kind="report")
    judged = judge_came(row, came)
    assert (judged.outcome, judged.again) == (outcome, again)
    ledger.base.close()


def test_what_was_there_and_is_gone_has_vanished(tmp_path: Path) -> None:
    """404 on what was once fetched is another word than 404 on what never was."""
    ledger = _ledger(tmp_path)
    assert judge_came(replace(_row(ledger), sha256="x"), Came(URL, 404)).outcome == "vanished"
    ledger.base.close()


def test_nothing_is_half_written(tmp_path: Path) -> None:
    """A landing that fails in the middle leaves the ledger as it was: the address still waits,
    no fetch is recorded, nothing was found."""
    ledger = _ledger(tmp_path)
    row = _row(ledger)
    found = Found((Candidate(URL, "report", "某局2023年年报", 100), None))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        Landing(ledger).land(row, Came(row.url, 200), Judged("fetched", found=found), "")
    assert ledger.base.execute("select count(*) from fetches").fetchone()[0] == 0
    assert ledger.base.execute("select count(*) from urls").fetchone()[0] == 2
    assert _row(ledger).id == row.id
    ledger.base.close()


BARRED = [
    (Candidate("http://other.cn/1", "report", "", 100), "foreign"),
    (Candidate("http://www.example.gov.cn/a/a/a/1", "report", "", 100), "trap"),
    (Candidate(URL, "report", "", 100, year=2018), "skipped:year"),
    (Candidate(URL, "report", "财政局", 100), "skipped:only"),
    (Candidate("http://www.example.gov.cn/l", "column", "", 80), "skipped:depth"),
    (
        Candidate("http://www.example.gov.cn/p", "page", "", 75, context=Context(dry=3)),
        "skipped:dry",
    ),
]


@pytest.mark.parametrize(("candidate", "outcome"), BARRED)
def test_what_is_not_fetched_is_written_down(
    tmp_path: Path, candidate: Candidate, outcome: str
) -> None:
    """Foreign hosts, traps, other years, what --only leaves out, depth, lists that give nothing
    new: each is recorded under its reason and never taken."""
    ledger = _ledger(tmp_path, years=(2019, 2024), only="教育局", depth=0)
    row = _row(ledger)
    dry = int(candidate.context.dry) - 1
    row = replace(row, context=Context(dry=max(dry, 0)))
    Landing(ledger).land(row, Came(row.url, 200), Judged("fetched", found=Found((candidate,))), "")
    found = ledger.base.execute("select outcome from urls where url = ?", (candidate.url,))
    assert [r["outcome"] for r in found] == [outcome]
    ledger.base.close()


def test_the_plan_of_a_run_is_kept(tmp_path: Path) -> None:
    """A run records its plan, its rules and all, and is taken up until it is finished."""
    ledger = _ledger(tmp_path)
    assert ledger.run == 1
    ledger.base.close()
    ledger = _ledger(tmp_path)
    assert ledger.run == 1
    ledger.finish()
    ledger.base.close()
    ledger = _ledger(tmp_path)
    assert ledger.run == 2
    plan = ledger.base.execute("select plan from runs where id = 2").fetchone()["plan"]
    assert json.loads(plan)["sites"][0]["robots"] is True
    ledger.base.close()
