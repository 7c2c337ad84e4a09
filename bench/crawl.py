"""`python -m bench.crawl speed | kill | shards`: the crawler's promises at length.

speed   2,000 pages and 200 PDFs on eight loopback hosts without delay: processor time and memory
        beside stock Scrapy's, the same pages, in turn
kill    one crawl of the test web, killed with SIGKILL twenty times and more, against one that
        was left alone
shards  the test web as two processes with --shard 1/2 and 2/2, their stores merged by copying
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from crawl.plan import Plan, Site, Times, plan_to_json
from crawl.status import store_to_reports
from fixtures.web.build import chunks
from fixtures.web.reports import links, page, report_file, report_page
from fixtures.web.server import Site as WebSite
from fixtures.web.server import Web, serve
from fixtures.web.world import world

ROOT = Path(__file__).resolve().parent.parent
HOSTS, PAGES, PDFS = 8, 2_000, 200
STRANGER = "stranger"
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}


def big_sites() -> list[WebSite]:
    """Eight sites with lists of 50 rows, reports of 8 KB, a fifth of them GB 2312, PDFs between."""
    data, _, _ = report_file("reports/chromium-a12-ruled-60.pdf")
    sites = []
    for number in range(HOSTS):
        site = WebSite(f"big{number}", 101 + number)
        rows = []
        for n in range(PAGES // HOSTS):
            title = f"大河{number}市{n}局2024年政府信息公开工作年度报告"
            charset = "gb2312" if n % 5 == 0 else "utf-8"
            text = report_page(f"大河{number}市{n}局", 2024, charset=charset)
            site.put(f"/nb/{n}.html", text, "gb18030" if n % 5 == 0 else "utf-8")
            rows.append((f"/nb/{n}.html", title))
        for n in range(PDFS // HOSTS):
            site.put(
                f"/nb/{n}.pdf", data + b"\n%" + str((number, n)).encode(), kind="application/pdf"
            )
            rows.append((f"/nb/{n}.pdf", f"大河{number}市{n}局2023年政府信息公开工作年度报告"))
        turns = chunks(rows, 50)
        for turn, shown in enumerate(turns):
            more = f'<a href="/list/{turn + 1}.html">下一页</a>' if turn + 1 < len(turns) else ""
            path = "/" if turn == 0 else f"/list/{turn}.html"
            site.put(path, page("政府信息公开年报", links(shown) + more))
        sites.append(site)
    return sites


def measure(command: list[str], said: str = "") -> dict[str, float]:
    """Processor seconds, peak memory (MB) and wall seconds of a command."""
    begun = time.monotonic()
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=ENV,
    )
    assert child.stdin is not None
    child.stdin.write(said.encode())
    child.stdin.flush()
    _, code, usage = os.wait4(child.pid, 0)
    child.returncode = code
    child.stdin.close()
    assert code == 0, code
    cpu = usage.ru_utime + usage.ru_stime
    return {"cpu": cpu, "mb": usage.ru_maxrss / 1024, "wall": time.monotonic() - begun}


def speed(rounds: int) -> None:
    """Both crawlers in turn over the same sites, which another process serves."""
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.crawl", "serve"], stdout=subprocess.PIPE, text=True, env=ENV
    )
    assert server.stdout is not None
    urls = json.loads(server.stdout.readline())
    found: dict[str, list[dict[str, float]]] = {"gkextract": [], "scrapy": []}
    try:
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                plan = Plan(tuple(Site(u) for u in urls), allow_private=True, delay=0.0)
                command = [sys.executable, "-m", "crawl.engine.child", folder]
                ours = measure(command, plan_to_json(plan) + "\n")
                base = sqlite3.connect(Path(folder) / "ledger.sqlite")
                query = "select count(*) from urls where document = 1 and outcome = 'fetched'"
                assert base.execute(query).fetchone()[0] == PAGES + PDFS
                base.close()
                found["gkextract"].append(ours)
            with tempfile.TemporaryDirectory() as folder:
                theirs = measure([sys.executable, "-m", "bench.stock", folder, *urls])
                kept = sum(1 for path in Path(folder, "blobs").rglob("*") if path.is_file())
                assert kept >= PAGES + PDFS, kept
                found["scrapy"].append(theirs)
    finally:
        server.terminate()
        server.wait()
    print(f"{PAGES} pages, {PDFS} PDFs, {HOSTS} hosts, no delay; medians of {rounds}")
    for name, rows in found.items():
        middle = {k: statistics.median(row[k] for row in rows) for k in rows[0]}
        print(
            f"  {name:10} {middle['cpu']:6.1f} CPU-s {middle['mb']:6.0f} MB {middle['wall']:6.1f} s"
        )


def plan_of(web: Web, **options: Any) -> Plan:
    """The test web's plan, with short limits for its slow site."""
    names = [name for name in web.sites if name != STRANGER]
    times = Times(total=20.0, window=1.0, least=100)
    sites = tuple(Site(web.url(name)) for name in names)
    return Plan(sites, allow_private=True, delay=0.05, times=times, **options)


def begin(plan: Plan, store: Path) -> subprocess.Popen[bytes]:
    """A whole crawl in a process of its own."""
    code = (
        "import sys; from pathlib import Path; from crawl.plan import json_to_plan;"
        "from crawl.supervise import crawl;"
        "crawl(json_to_plan(sys.stdin.readline()), Path(sys.argv[1]), lambda c: None, jobs=2)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(store)], stdin=subprocess.PIPE, env=ENV, cwd=ROOT
    )
    assert child.stdin is not None
    child.stdin.write(plan_to_json(plan).encode() + b"\n")
    child.stdin.close()
    return child


def some_world(names: Sequence[str] = ()) -> list[WebSite]:
    """The sites of these names, all without any; the stranger always."""
    return [s for s in world() if not names or s.name in names or s.name == STRANGER]


def kill(times: int, seed: int, names: Sequence[str] = ()) -> dict[str, Any]:
    """A crawl killed so many times while it fetched, then let go to its end; what the server,
    whose answers take a while, saw of it."""
    chance = Random(seed)
    lost: list[int] = []
    with tempfile.TemporaryDirectory() as folder, serve(some_world(names), pause=0.1) as web:
        store = Path(folder)
        while True:
            child, before = begin(plan_of(web), store), len(web.log)
            if len(lost) == times:
                code = child.wait()
                break
            while len(web.log) == before and child.poll() is None:
                time.sleep(0.01)
            time.sleep(chance.uniform(0.0, 0.3))
            child.send_signal(signal.SIGKILL)
            child.wait()
            time.sleep(0.4)  # for answers that nobody is left to take
            lost.append(_unrecorded(web, store))
        assert code == 0, code
        expected = {pair for site in web.sites.values() for pair in site.expected}
        reports = {(held.agency, held.year) for held in store_to_reports(store)}
        base = sqlite3.connect(store / "ledger.sqlite")
        twice = "select count(*) from (select 1 from results group by sha256 having count(*) > 1)"
        each = [after - before for before, after in pairwise([0, *lost])]
        return {
            "kills": len(lost),
            "reports": len(reports),
            "lost": len(expected - reports),
            "extra": len(reports - expected),
            "extracted twice": base.execute(twice).fetchone()[0],
            "requests": len(web.log),
            "answers lost in a kill": each,
            "answers lost otherwise": _unrecorded(web, store) - lost[-1],
            "hosts, each with one request at most": len(web.sites) - 1,
        }


def _unrecorded(web: Web, store: Path) -> int:
    """Requests that the server saw and the ledger does not: their answers were lost."""
    seen = sum(s.path != "/robots.txt" for s in web.log)
    base = sqlite3.connect(store / "ledger.sqlite")
    try:
        return seen - int(base.execute("select count(*) from fetches").fetchone()[0])
    finally:
        base.close()


def shards(names: Sequence[str] = ()) -> dict[str, Any]:
    """Two processes, each with its part; the stores copied into one."""
    with tempfile.TemporaryDirectory() as folder, serve(some_world(names)) as web:
        stores = [Path(folder, f"part{n}") for n in (1, 2)]
        parts = [begin(plan_of(web, shard=(n, 2)), store) for n, store in enumerate(stores, 1)]
        codes = [part.wait() for part in parts]
        merged = Path(folder, "merged")
        for store in stores:
            shutil.copytree(store, merged, dirs_exist_ok=True)
        expected = {pair for site in web.sites.values() for pair in site.expected}
        counts = [len(store_to_reports(store)) for store in stores]
        found = {(held.agency, held.year) for held in store_to_reports(merged)}
        hosts = [
            {r[0] for r in sqlite3.connect(p).execute("select host from hosts where requests > 0")}
            for p in sorted(merged.glob("ledger-*.sqlite"))
        ]
        return {
            "exit codes": codes,
            "reports a shard": counts,
            "hosts a shard": [len(h) for h in hosts],
            "hosts in both": len(hosts[0] & hosts[1]),
            "merged": len(found),
            "missing": len(expected - found),
            "extra": len(found - expected),
        }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("speed", "kill", "shards", "serve"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if asked.what == "serve":
        with serve(big_sites()) as web:
            print(json.dumps([web.url(name) for name in web.sites]), flush=True)
            signal.pause()
    elif asked.what == "speed":
        speed(asked.rounds)
    else:
        found = shards() if asked.what == "shards" else kill(asked.times, asked.seed)
        print("\n".join(f"{name}: {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
