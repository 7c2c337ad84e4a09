"""Crawls as processes: killed, in shards, from the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Ran, run_gkextract

from bench.crawl import kill, shards
from crawl.plan import Plan, Site, plan_to_json
from crawl.status import open_ledgers, store_to_status
from crawl.supervise import crawl
from fixtures.web.reports import report_file
from fixtures.web.server import Web, serve
from fixtures.web.world import world

FEW = ("trs", "gkmlpt", "hanweb-next", "shell", "sitemap")


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    """Some sites of the test web."""
    with serve([s for s in world() if s.name in (*FEW, "cookies", "ruishu", "stranger")]) as found:
        yield found


def test_a_crawl_that_is_killed_loses_nothing() -> None:
    """Killed with SIGKILL again and again, a crawl finds every report, reads none twice, and asks
    again only for what was under way, one request a host at most."""
    found = kill(3, 7, FEW)
    assert (found["lost"], found["extra"], found["extracted twice"]) == (0, 0, 0)
    assert found["kills"] == 3 and found["reports"] > 20
    assert max(found["answers lost in a kill"]) <= found["hosts, each with one request at most"]
    assert found["answers lost otherwise"] == 0


def test_shards_are_merged_by_copying() -> None:
    """Two processes with a shard each share no host; their stores copied into one hold every
    report once."""
    found = shards(FEW)
    assert found["exit codes"] == [0, 0] and found["hosts in both"] == 0
    assert min(found["hosts a shard"]) >= 1
    assert (found["missing"], found["extra"]) == (0, 0)


def _crawl(web: Web, store: Path | None, *names: str, options: tuple[str, ...] = ()) -> Ran:
    urls = [web.url(name) for name in names]
    place = () if store is None else ("--store", store)
    return run_gkextract("crawl", *urls, *place, "--allow-private", "--delay", "0.02", *options)


def test_the_command_crawls_and_accounts(web: Web, tmp_path: Path) -> None:
    """`crawl` ends with 3 where something is missing and says what; `status` and `reports` give
    the account and the reports."""
    store = tmp_path / "store"
    ran = _crawl(web, store, "shell")
    assert ran.code == 0, ran.err
    ran = _crawl(web, store, "trs", "ruishu")
    assert ran.code == 3
    assert "lists that are not whole" in ran.err and "refuse" in ran.err
    status = run_gkextract("crawl", "status", store, "-f", "json").json()
    assert status["reports"] == 17 and {h["host"] for h in status["hosts"]} >= {
        web.sites["trs"].host
    }
    text = run_gkextract("crawl", "status", store).out
    assert "blocked:ruishu" in text and "declares 4 pages, gave 3" in text
    lines = run_gkextract("crawl", "reports", store).lines()
    assert len(lines) == 17 and all(line["report"]["source"]["sha256"] for line in lines)


def test_dry_run_lists_and_keeps_nothing(web: Web, tmp_path: Path) -> None:
    """`--dry-run` names every report with its year, says how long it would take, and asks for
    none of them; --years and --only leave out the others."""
    before = len(web.log)
    ran = _crawl(web, None, "hanweb-next", options=("--dry-run",))
    planned = ran.lines()
    assert len(planned) == 14 and {p["year"] for p in planned} == {2022, 2023, 2024}
    assert "14 reports on 1 hosts, at least" in ran.err
    assert not [s for s in web.log[before:] if "/art/" in s.path]
    options = ("--dry-run", "--years", "2024", "--only", "财政局|民政局")
    ran = _crawl(web, None, "hanweb-next", options=options)
    assert len(ran.lines()) == 2


def test_limits_are_told(web: Web, tmp_path: Path) -> None:
    """What --max-pages and --depth leave out is an outcome, no silence."""
    store = tmp_path / "store"
    _crawl(web, store, "trs", options=("--max-pages", "6"))
    (host,) = store_to_status(store)["hosts"]
    assert host["outcomes"]["skipped:max_pages"] > 0
    assert host["requests"] == 7  # robots.txt is no page
    store = tmp_path / "flat"
    _crawl(web, store, "trs", options=("--depth", "0"))
    (host,) = store_to_status(store)["hosts"]
    assert host["documents"] == 0


def test_nothing_private_is_asked_without_leave(tmp_path: Path) -> None:
    """Without --allow-private a loopback address ends with BLOCKED, also behind a name, and no
    connection is made."""
    ran = run_gkextract("crawl", "http://127.0.0.1:81/", "--store", tmp_path, "--contact", "a@b.cn")
    assert ran.code == 13
    plan = Plan((Site("http://localhost/"),), delay=1.0)
    assert crawl(plan, tmp_path / "store", lambda counts: None)
    (host,) = store_to_status(tmp_path / "store")["hosts"]
    assert host["outcomes"] == {"failed:BLOCKED": 2}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["http://a.gov.cn/"], 2),
        (["http://a.gov.cn/", "--store", "x"], 2),
        (["http://a.gov.cn/", "--store", "x", "--contact", "a", "--delay", "0.1"], 2),
        (["status", "nowhere"], 4),
        (["http://a.gov.cn/", "--store", "x", "--contact", "a", "--years", "x"], 4),
    ],
)
def test_slips_on_the_command_line(words: list[str], code: int) -> None:
    """No store, nobody to write to, a delay under a second for others, no such store."""
    assert run_gkextract("crawl", *words).code == code


def test_files_of_a_person_are_documents_like_others(tmp_path: Path) -> None:
    """`hand-in` keeps a saved file under its address, reads it, and says that a person gave it."""
    data, agency, year = report_file("reports/chromium-a12-ruled-60.pdf")
    saved = tmp_path / "saved.pdf"
    saved.write_bytes(data)
    store, url = tmp_path / "store", "http://www.example.gov.cn/nb/1.pdf"
    ran = run_gkextract("crawl", "hand-in", store, url, saved)
    assert ran.code == 0, ran.err
    assert (ran.json()["agency"], ran.json()["source"]["uri"]) == (agency, url)
    (line,) = run_gkextract("crawl", "reports", store).lines()
    assert (line["agency"], line["year"], line["url"]) == (agency, year, url)


def test_an_interrupted_crawl_goes_on(web: Web, tmp_path: Path) -> None:
    """SIGTERM ends with 143 and loses nothing; the same command finishes."""
    command = [sys.executable, "-m", "cli", "crawl", web.url("gkmlpt"), "--store", str(tmp_path)]
    command += ["--allow-private", "--delay", "0.2"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    before = len(web.log)
    child = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
    while len(web.log) < before + 4:
        time.sleep(0.02)
    child.send_signal(signal.SIGTERM)
    assert child.wait(30) == 143
    ran = _crawl(web, tmp_path, "gkmlpt")
    assert ran.code == 0, ran.err
    assert store_to_status(tmp_path)["reports"] == 10


def test_robots_can_be_overridden_by_rule_and_it_is_told(tmp_path: Path) -> None:
    """A site's own rule overrides robots.txt; the record and the account say so."""
    (site,) = [s for s in world() if s.name == "shell"]
    site.robots("User-agent: *\nDisallow: /\n")
    with serve([site]) as web:
        shut = Plan((Site(web.url("shell")),), allow_private=True, delay=0.0)
        assert crawl(shut, tmp_path / "shut", lambda counts: None)
        assert store_to_status(tmp_path / "shut")["reports"] == 0
        assert {s.path for s in web.log} == {"/robots.txt"}
        rules = Plan((Site(web.url("shell"), robots=False),), allow_private=True, delay=0.0)
        assert crawl(rules, tmp_path / "open", lambda counts: None)
    status = store_to_status(tmp_path / "open")
    assert status["reports"] == 7
    assert json.dumps(status["runs"][0]["robots_overridden"]) == json.dumps([rules.sites[0].url])


def test_http_is_the_last_way_where_tls_is_not_understood(tmp_path: Path) -> None:
    """A site given by https whose server speaks no TLS that is known is crawled by http; the
    record says that https was tried."""
    with serve([s for s in world() if s.name == "sitemap"]) as web:
        site = Site(web.url("sitemap").replace("http:", "https:"))
        assert crawl(Plan((site,), allow_private=True, delay=0.0), tmp_path, lambda counts: None)
    assert store_to_status(tmp_path)["reports"] == 3
    tried = "select count(*) from fetches where outcome = 'no_tls' and url like 'https:%'"
    assert [base.execute(tried).fetchone()[0] > 0 for base in open_ledgers(tmp_path)] == [True]


def test_a_host_that_does_not_answer_is_left_alone(tmp_path: Path) -> None:
    """A host that only fails is left alone after some requests, and its account says so."""
    (site,) = [s for s in world() if s.name == "trs"]
    with serve([site]) as web:
        for path in [p for p in site.routes if "/20" in p]:
            site.put(path, b"", status=500, tagged=False)
        plan = Plan((Site(web.url("trs")),), allow_private=True, delay=0.0)
        assert crawl(plan, tmp_path, lambda counts: None)
    (host,) = store_to_status(tmp_path)["hosts"]
    assert host["stopped"] == "http:500, 8 times in a row" and host["outcomes"]["stopped"] > 0


def test_a_store_that_cannot_be_written_ends_the_crawl(tmp_path: Path) -> None:
    """Where the ledger refuses what came, the crawl ends with OUTPUT at once: nothing is asked
    for again and again, and nothing is lost."""
    broken = (
        "import sys, sqlite3, crawl.landing as landing\n"
        "def land(*args): raise sqlite3.OperationalError('disk full')\n"
        "landing.Landing.land = land\n"
        "from crawl.engine.child import main\n"
        "import os; os._exit(main())"
    )
    with serve([s for s in world() if s.name == "sitemap"]) as web:
        plan = Plan((Site(web.url("sitemap")),), allow_private=True, delay=0.0)
        command = [sys.executable, "-c", broken, str(tmp_path)]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=env
        ) as child:
            assert child.stdin is not None
            child.stdin.write(plan_to_json(plan) + "\n")
            child.stdin.flush()
            assert child.wait(60) == 74
        assert len(web.log) <= 2
    assert "disk full" in (tmp_path / "crawl.log").read_text()
