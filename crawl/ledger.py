"""The ledger: frontier, memory and record of a crawl in one SQLite file.

What makes it survive kill -9: a fetch, what it led to and its own end are one transaction, the
bytes are on disk before it, and what was under way when the process died waits again on opening.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from crawl.address import host_to_domain, url_to_host, url_to_key
from crawl.model import Ask, Candidate, Context
from crawl.plan import Plan, Site, plan_to_json

WAITING, DONE = 0, 2
RANKS = {"column": 30, "page": 20, "report": 40, "attachment": 35}
"""The order of a host's requests: lists first, files right behind the page that names them."""
WEAK = 50
"""... columns that only may lead to reports last."""


@dataclass(frozen=True, slots=True)
class Row:
    """An address of the frontier."""

    id: int
    url: str
    host: str
    site: str
    kind: str
    depth: int
    parent: int | None
    hops: int
    words: str
    year: int | None
    agency: str
    ask: Ask | None
    context: Context
    tries: int
    sha256: str | None
    etag: str | None
    modified: str | None
    checked: str | None
    outcome: str | None
    note: str | None
    document: bool


def store_to_ledgers(store: Path) -> list[Path]:
    """The ledgers of a store, those of several shards in order."""
    return sorted(store.glob("ledger*.sqlite"))


def shard_to_name(shard: tuple[int, int]) -> str:
    """The file name of a shard's ledger."""
    at, of = shard
    return "ledger.sqlite" if of == 1 else f"ledger-{at}-of-{of}.sqlite"


def now() -> str:
    """The time as records have it: UTC, ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def connect(path: Path) -> sqlite3.Connection:
    """The file with its tables. Raises sqlite3.Error."""
    base = sqlite3.connect(path, timeout=60.0, isolation_level=None)
    base.row_factory = sqlite3.Row
    base.execute("pragma journal_mode = wal")
    base.execute("pragma synchronous = normal")
    base.executescript(files("crawl").joinpath("ledger.sql").read_text(encoding="utf-8"))
    return base


class Ledger:
    """The ledger of a crawl under way: one process has it open for crawling."""

    def __init__(self, path: Path, plan: Plan) -> None:
        self.base = connect(path)
        self.plan = plan
        self.sites = {site.url: site for site in plan.own_sites()}
        self.run = 0
        self._hosts: dict[str, dict[str, Any]] = {}

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing."""
        self.base.execute("begin immediate")
        try:
            yield self.base
        except BaseException:
            self.base.execute("rollback")
            raise
        self.base.execute("commit")

    def begin(self) -> None:
        """Takes up the run that was not finished, or begins one: its sites wait again."""
        with self.transaction() as base:
            last = base.execute("select id, finished from runs order by id desc limit 1").fetchone()
            if last is not None and last["finished"] is None:
                self.run = last["id"]
                base.execute(
                    "update runs set plan = ? where id = ?", (plan_to_json(self.plan), self.run)
                )
            else:
                cursor = base.execute(
                    "insert into runs (started, plan) values (?, ?)",
                    (now(), plan_to_json(self.plan)),
                )
                self.run = int(cursor.lastrowid or 0)
                base.execute("update hosts set stopped = null, refused = 0")
            base.execute("update hosts set delay = null")  # by the rules of this plan
            # what was tried before an interruption was tried without its cookies
            base.execute("update urls set tries = 0 where state = 0")
            base.execute("create temp table mine (site text primary key)")
            base.executemany("insert into mine values (?)", [(url,) for url in self.sites])
            for site in self.sites.values():
                self._seed(site)

    def _seed(self, site: Site) -> None:
        listed = Context(annual=True)
        mapped = Context(family="sitemap")
        home = site.url.partition("://")[0] + "://" + site.url.split("/")[2]
        seeds = [Candidate(site.url, "column", site.name, 100, why="site")]
        seeds += [Candidate(c, "column", "", 100, why="rule", context=listed) for c in site.columns]
        seeds += [Candidate(f"{home}/sitemap.xml", "column", "", 20, why="site", context=mapped)]
        for seed in seeds:
            self.offer(seed, site=site.url, depth=0)

    def offer(
        self,
        candidate: Candidate,
        *,
        site: str,
        depth: int,
        parent: int | None = None,
        via: int | None = None,
        hops: int = 0,
        outcome: str | None = None,
        note: str = "",
    ) -> bool:
        """Notes an address, once a run; with `outcome` it is not fetched. Whether it is news in
        this run. What an address promised before is raised where this promises more."""
        key = url_to_key(candidate.url, candidate.ask)
        old = self.base.execute("select * from urls where key = ?", (key,)).fetchone()
        rank = RANKS[candidate.kind] if candidate.score >= 60 else WEAK
        if old is not None and old["run"] == self.run and (old["priority"] <= rank or outcome):
            return False
        if old is not None and outcome is not None and old["sha256"]:
            self.base.execute("update urls set run = ? where id = ?", (self.run, old["id"]))
            return bool(old["run"] != self.run)
        values: dict[str, Any] = {
            "url": candidate.url, "host": url_to_host(candidate.url), "site": site,
            "kind": candidate.kind, "state": WAITING if outcome is None else DONE,
            "run": self.run, "priority": rank, "depth": depth, "parent": parent, "via": via,
            "hops": hops, "words": candidate.text, "year": candidate.year,
            "agency": candidate.agency, "why": candidate.why, "tries": 0, "note": note or None,
            "ask": json.dumps(asdict(candidate.ask)) if candidate.ask else None,
            "context": json.dumps(asdict(candidate.context), ensure_ascii=False),
        }  # fmt: skip
        if outcome is not None or old is None:
            values["outcome"] = outcome
        if old is None:
            values["key"] = key
            marks = ", ".join("?" * len(values))
            self.base.execute(
                f"insert into urls ({', '.join(values)}) values ({marks})", [*values.values()]
            )
            self.host(values["host"])
        else:
            sets = ", ".join(f"{name} = ?" for name in values)
            self.base.execute(f"update urls set {sets} where id = ?", [*values.values(), old["id"]])
        return old is None or bool(old["run"] != self.run)

    def take(self, host: str) -> Row | None:
        """The next address of a host; None where none waits. It waits until it is done: whoever
        takes asks a host for one at a time."""
        found = self.base.execute(
            "select * from urls where state = 0 and host = ? and site in mine "
            "order by priority, id limit 1",
            (host,),
        ).fetchone()
        return None if found is None else record_to_row(found)

    def waiting_hosts(self) -> list[str]:
        """Hosts with addresses that wait and that are not left alone."""
        found = self.base.execute(
            "select distinct urls.host from urls join hosts using (host) "
            "where state = 0 and stopped is null and site in mine order by urls.host"
        )
        return [row["host"] for row in found]

    def host(self, host: str) -> dict[str, Any]:
        """What is known of a host. Nobody else writes it, so it is read once."""
        if host not in self._hosts:
            self.base.execute(
                "insert or ignore into hosts (host, domain) values (?, ?)",
                (host, host_to_domain(host)),
            )
            found = self.base.execute("select * from hosts where host = ?", (host,)).fetchone()
            self._hosts[host] = dict(found)
        return self._hosts[host]

    def set_host(self, host: str, **values: Any) -> None:
        """Notes of a host, those that are new."""
        known = self.host(host)
        values = {name: value for name, value in values.items() if known[name] != value}
        if values:
            known.update(values)
            sets = ", ".join(f"{name} = ?" for name in values)
            self.base.execute(f"update hosts set {sets} where host = ?", [*values.values(), host])

    def count_request(self, host: str, received: int) -> None:
        """One request more, with so many bytes."""
        known = self.host(host)
        values = {"requests": known["requests"] + 1, "bytes": known["bytes"] + received}
        self.set_host(host, **values)

    def requests_by_site(self) -> Counter[str]:
        """Requests to each site in this run."""
        found = self.base.execute(
            "select site, count(*) from fetches join urls on urls.id = url_id "
            "where fetches.run = ? group by site",
            (self.run,),
        )
        return Counter({site: count for site, count in found})

    def recall_unlisted(self) -> int:
        """Documents that no list of this run named wait again, to be asked for once: they may
        have vanished. How many."""
        return self.base.execute(
            "update urls set state = 0, run = ?, tries = 0, note = 'unlisted' where document = 1 "
            "and run < ? and site in mine and outcome in "
            "('fetched', 'unchanged', 'changed', 'same', 'fresh')",
            (self.run, self.run),
        ).rowcount

    def finish(self) -> None:
        """Ends the run; what still waits is of hosts that were left alone, and says so."""
        with self.transaction() as base:
            base.execute(
                "update urls set state = 2, outcome = 'stopped', note = "
                "(select stopped from hosts where hosts.host = urls.host) "
                "where state = 0 and site in mine"
            )
            base.execute("update runs set finished = ? where id = ?", (now(), self.run))

    def is_own(self, host: str) -> bool:
        """Whether this shard may ask a host."""
        return not self.plan.is_elsewhere(host)


def record_to_row(found: sqlite3.Row) -> Row:
    """The row of a record of `urls`."""
    values = {name: found[name] for name in Row.__slots__ if name not in ("ask", "context")}
    ask = Ask(**json.loads(found["ask"])) if found["ask"] else None
    values["document"] = bool(values["document"])
    return Row(**values, ask=ask, context=Context(**json.loads(found["context"])))
