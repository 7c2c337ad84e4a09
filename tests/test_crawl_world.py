"""The whole test web, crawled, read, and crawled again after changes."""

from __future__ import annotations

import csv
import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import run_gkextract

from bench.crawl import plan_of
from crawl.blobs import Blobs
from crawl.status import (
    Held,
    open_ledgers,
    status_to_text,
    store_to_lines,
    store_to_reports,
    store_to_status,
)
from crawl.supervise import crawl
from crawl.warc import store_to_warc
from fixtures.web.reports import DECOYS, report_page
from fixtures.web.server import Seen, Web, serve
from fixtures.web.world import world

DELAY = 0.05
CHANGED, VANISHED = ("trs", "/zwgk/zfxxgknb/202401/t20250120_1000.html"), ("ucap", 7)


@dataclass
class Run:
    """A finished crawl: what the server saw of it, and the store's account."""

    log: list[Seen]
    status: dict[str, Any]
    reports: list[Held]


@dataclass
class World:
    """Both crawls of the same store."""

    web: Web
    store: Path
    first: Run
    second: Run
    names: dict[str, str] = field(default_factory=dict)

    def host(self, name: str) -> str:
        """The address of a site."""
        return self.web.sites[name].host

    def lists(self, name: str) -> dict[str, tuple[str, str]]:
        """Outcome and reason of a site's lists by path."""
        return {
            urlsplit(x["list"]).path.partition(" ")[0]: (x["outcome"], x["why"])
            for x in self.first.status["lists"]
            if urlsplit(x["list"]).hostname == self.host(name)
        }

    def outcomes(self, name: str) -> dict[str, int]:
        """How a site's addresses ended in the first crawl."""
        (found,) = [h for h in self.first.status["hosts"] if h["host"] == self.host(name)]
        return dict(found["outcomes"])


def _run(web: Web, store: Path) -> Run:
    before = len(web.log)
    assert crawl(plan_of(web), store, lambda counts: None, jobs=2)
    return Run(web.log[before:], store_to_status(store), store_to_reports(store))


def _query(store: Path, query: str) -> list[Any]:
    return [row for base in open_ledgers(store) for row in base.execute(query).fetchall()]


def _change(web: Web) -> None:
    """A report gets another figure, one is deleted and taken off its list."""
    site = web.sites[CHANGED[0]]
    text = report_page("云岭市教育局", 2024, charset="gb2312").replace("3119", "3120")
    site.put(CHANGED[1], text, "gb18030")
    gone = web.sites[VANISHED[0]]
    path = next(p for p in gone.routes if p.endswith(f"{VANISHED[1]:032x}.shtml"))
    del gone.routes[path]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The test web crawled twice."""
    store = tmp_path_factory.mktemp("crawl") / "store"
    with serve(world()) as web:
        first = _run(web, store)
        _change(web)
        second = _run(web, store)
        yield World(web, store, first, second)


def test_every_report_is_found_once_and_nothing_else(crawled: World) -> None:
    """Precision and recall are whole on every site: the reports read from its documents are
    those of the manifest, and no two of a store are the same."""
    of_host: dict[str, set[tuple[str, int | None]]] = defaultdict(set)
    for held in crawled.first.reports:
        for url in (held.url, *(url for url, _ in held.copies)):
            of_host[urlsplit(url).hostname or ""].add((held.agency, held.year))
    for site in crawled.web.sites.values():
        assert of_host[site.host] == site.expected, site.name
    names = [(held.agency, held.year) for held in crawled.first.reports]
    assert (
        len(names)
        == len(set(names))
        == len(set().union(*(site.expected for site in crawled.web.sites.values())))
    )


def test_no_document_is_left_without_report(crawled: World) -> None:
    """A page that only leads to its report is no failure; nothing else fails."""
    assert crawled.first.status["failed"] == []


def test_every_document_is_read_once(crawled: World) -> None:
    """No hash has two results, and no document is left without one."""
    from crawl.status import open_ledgers

    for base in open_ledgers(crawled.store):
        twice = "select sha256 from results group by sha256 having count(*) > 1"
        assert base.execute(twice).fetchall() == []
        unread = (
            "select url from urls where document = 1 and sha256 not in (select sha256 from results)"
        )
        assert base.execute(unread).fetchall() == []


def test_what_robots_txt_closes_is_never_asked_for(crawled: World) -> None:
    """No disallowed path is requested, nor any before robots.txt."""
    for site in crawled.web.sites.values():
        log = [s for run in (crawled.first, crawled.second) for s in run.log if s.host == site.host]
        assert not [s.path for s in log if site.closed and s.path.startswith(site.closed)]
        if log:
            assert log[0].path == "/robots.txt"
    assert crawled.outcomes("traps")["robots:forbidden"] == 10


def test_requests_of_a_host_keep_their_distance(crawled: World) -> None:
    """Two requests of a host are never nearer than its delay, its Crawl-delay included."""
    for run in (crawled.first, crawled.second):
        times: dict[str, list[float]] = defaultdict(list)
        for seen in run.log:
            times[seen.host].append(seen.at)
        for host, at in times.items():
            wished = 0.4 if host == crawled.host("traps") else DELAY
            # the first page may be a delay nearer: its Crawl-delay is not known before robots.txt
            gaps = [b - a for a, b in pairwise(sorted(at))]
            assert min(gaps) >= wished - 0.002, host


def test_nobody_else_is_asked(crawled: World) -> None:
    """No request goes to a host that is of no site, and none to what only looks like a report."""
    hosts = {s.host for run in (crawled.first, crawled.second) for s in run.log}
    assert crawled.host("stranger") not in hosts
    paths = {s.path for run in (crawled.first, crawled.second) for s in run.log}
    assert not paths & {path for path, _ in DECOYS}


def test_every_request_says_who_asks(crawled: World) -> None:
    """The program names itself in every request."""
    assert all(s.agent.startswith("gkextract/") for s in crawled.first.log)


LISTS = [
    ("hanweb", "/col/col101/index.html", "whole", ""),
    ("hanweb-page", "/col/col101/index.html", "whole", ""),
    ("hanweb-next", "/col/col27/index.html", "whole", ""),
    ("trs", "/zwgk/zfxxgknb/", "partial", "declares 4 pages, gave 3; page 4: gone"),
    ("ucap", "/c100004/index.shtml", "partial", "page 4 leads to other hosts only (3 links)"),
    ("vsb", "/xxgknb.htm", "whole", ""),
    ("gkmlpt", "/jyj/gkmlpt/api/all/3110", "whole", ""),
    ("traps", "/blank/", "empty", "nothing on it leads to a report"),
    ("traps", "/short/", "stub", "its first page: stub"),
]


@pytest.mark.parametrize(("name", "path", "outcome", "why"), LISTS)
def test_lists_say_how_whole_they_are(
    crawled: World, name: str, path: str, outcome: str, why: str
) -> None:
    """A list that gives less than it declares says what is missing; one that gives all is whole."""
    assert crawled.lists(name)[path] == (outcome, why)


def test_rows_that_a_list_declares_and_does_not_give_are_told(crawled: World) -> None:
    """An interface that declares 18 rows and gives 17 is partial."""
    told = crawled.lists("epoint")["/EWB-FRONT/rest/lightfrontaction/getgovinfolist"]
    assert told == ("partial", "declares 18 rows, gave 17")


def test_a_missing_year_is_told(crawled: World) -> None:
    """An agency whose years have a gap is named with it."""
    assert {"agency": "云图区教育局", "missing": [2022]} in crawled.first.status["gaps"]


@pytest.mark.parametrize("kind", ["ruishu", "jiasule"])
def test_guards_are_recorded_and_left_alone(crawled: World, kind: str) -> None:
    """A guard's page is recorded under its kind, the host left alone after three, and no
    refused document asked for again."""
    outcomes = crawled.outcomes(kind)
    assert outcomes[f"blocked:{kind}"] == 3 and outcomes["stopped"] == 3
    asked = Counter(s.path for s in crawled.first.log if s.host == crawled.host(kind))
    assert max(asked.values()) == 1
    (host,) = [h for h in crawled.first.status["hosts"] if h["host"] == crawled.host(kind)]
    assert host["stopped"] == f"blocked:{kind}, 3 answers in a row"


def test_traps_end(crawled: World) -> None:
    """Loops, lies and slowness are outcomes: a soft 404, a redirect home, a loop of redirects,
    a slow drip, a stub, an empty answer, a path into itself, a calendar without end."""
    outcomes = crawled.outcomes("traps")
    for name in ("soft_404", "redirected_home", "failed:FETCH", "stub", "empty", "trap"):
        assert outcomes[name] >= 1, name
    assert outcomes["skipped:dry"] == 1
    asked = Counter(s.path for s in crawled.first.log if s.host == crawled.host("traps"))
    assert max(asked.values()) == 1
    assert sum("/calendar/" in path for path in asked) <= 4


def test_reports_that_were_found_and_not_got_are_listed(crawled: World) -> None:
    """Every report that a list names and that could not be had is told with its reason."""
    lost = Counter(
        x["outcome"]
        for x in crawled.first.status["lost"]
        if urlsplit(x["url"]).hostname == crawled.host("traps")
    )
    assert lost == {
        "robots:forbidden": 10, "soft_404": 1, "redirected_home": 1, "redirect_loop": 1,
        "failed:FETCH": 1, "gone": 1, "stub": 1, "empty": 1, "trap": 1,
    }  # fmt: skip
    shown = status_to_text(crawled.first.status)
    assert "reports found and not got" in shown and "/nb/gone.html" in shown


def test_a_login_page_is_no_file(crawled: World) -> None:
    """HTML where a file was linked is recorded as such, and no document."""
    assert crawled.outcomes("files")["not_a_file"] == 1


def test_nothing_is_downloaded_twice(crawled: World) -> None:
    """In the second crawl no document's body comes again but the changed one's: 304, or not
    asked for. What comes again are answers that cannot be asked for conditionally."""
    again = [s for s in crawled.second.log if s.status == 200]
    documents = {
        (urlsplit(url).hostname, urlsplit(url).path)
        for held in crawled.first.reports
        for url in (held.url, *(url for url, _ in held.copies))
    }
    bodies = [s for s in again if (s.host, s.path.partition("?")[0]) in documents]
    assert [s.path for s in bodies] == [CHANGED[1]]
    assert sum(s.status == 304 for s in crawled.second.log) > len(documents) * 0.9
    assert sum(s.bytes for s in again) < sum(s.bytes for s in crawled.first.log) / 20


def test_a_changed_report_is_a_version(crawled: World) -> None:
    """Changed content under an address is its second version; both are kept, both are read."""
    mine = [v for v in crawled.second.status["versions"] if v["url"].endswith(CHANGED[1])]
    assert [v["number"] for v in mine] == [1, 2]
    blobs = Blobs(crawled.store)
    assert "3119" in blobs.get(mine[0]["sha256"]).decode("gb18030")
    assert "3120" in blobs.get(mine[1]["sha256"]).decode("gb18030")


def test_a_vanished_report_is_noted(crawled: World) -> None:
    """What was there and is gone is told, with when it was last seen; its report is kept."""
    (gone,) = crawled.second.status["vanished"]
    assert gone["how"] == "gone" and gone["last_seen"]
    assert {(h.agency, h.year) for h in crawled.second.reports} == {
        (h.agency, h.year) for h in crawled.first.reports
    }


def test_a_store_is_exported(crawled: World, tmp_path: Path) -> None:
    """`gkextract export STORE` gives each agency's report of a year once, as `crawl reports`
    does, from the ledger itself."""
    path = tmp_path / "wide.csv"
    ran = run_gkextract("export", crawled.store, "-f", "wide", "-o", path)
    assert ran.code == 0, ran.err
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["sha256"], row["year"]) for row in csv.DictReader(file)]
    reports = [report for _, report in store_to_lines(crawled.store)]
    assert rows == [(r["source"]["sha256"], str(r["year"] or "")) for r in reports]
    assert len(rows) > 5


def test_records_tell_where_a_document_is_from(crawled: World) -> None:
    """A fetch is recorded with the page that led to it, the words of the link, the robots
    decision and what the server said."""
    query = "select * from fetches where url like '%wbfileid=77%' order by id"
    row = _query(crawled.store, query)[0]
    assert row["referer"].endswith("/info/1036/2001.htm")
    assert "年报" in row["anchor"]
    assert row["robots"] == "allowed (robots.txt: 404)"
    assert row["declared"] == "application/octet-stream" and row["sniffed"] == "application/pdf"


def test_status_for_people_names_what_is_missing(crawled: World) -> None:
    """The account in words has every host, every list that is not whole, every gap."""
    text = status_to_text(crawled.first.status)
    for site in crawled.web.sites.values():
        assert site.host in text
    assert f"{crawled.host('stranger')}: 3, from {crawled.web.url('ucap')}" in text
    assert "declares 4 pages, gave 3" in text and "云图区教育局: [2022]" in text


def test_a_report_knows_its_address(crawled: World) -> None:
    """The `source` of a report is the address and the time of its fetch."""
    for held, report in list(store_to_lines(crawled.store))[:20]:
        source = report["source"]
        assert source["uri"].startswith("http://127.0.1.") and source["sha256"] == held.sha256
        assert source["retrieved_at"] <= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def test_the_store_goes_into_a_warc(crawled: World, tmp_path: Path) -> None:
    """Every fetch that gave bytes is a record of the WARC, the manifest counts them, and the
    payloads are the bytes of the store."""
    from warcio.archiveiterator import ArchiveIterator

    manifest = store_to_warc(crawled.store, tmp_path / "all.warc.gz")
    query = "select url, sha256 from fetches where sha256 is not null order by id"
    rows = _query(crawled.store, query)
    expected = [(row["url"], row["sha256"]) for row in rows]
    assert manifest["response"] + manifest["revisit"] == len(expected)
    at = 0
    with open(tmp_path / "all.warc.gz", "rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type not in ("response", "revisit"):
                continue
            url, sha256 = expected[at]
            assert record.rec_headers.get_header("WARC-Target-URI") == url
            if record.rec_type == "response":
                assert hashlib.sha256(record.content_stream().read()).hexdigest() == sha256
            at += 1
    assert at == len(expected)
