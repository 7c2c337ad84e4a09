"""What a store holds and what it lacks, read from all its ledgers: per host, list, agency."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawl.complete import WHOLE, Turn, turns_to_completeness, years_to_gaps
from crawl.ledger import connect, store_to_ledgers
from extract.errors import InputError

_REPORTS = """
    select r.sha256, r.agency, r.year, r.status, u.url, u.words, u.year as hinted_year,
           u.agency as hinted_agency
    from results r join urls u on u.sha256 = r.sha256 and u.document = 1
    where r.tables > 0 and r.extractor = (
        select extractor from results r2 where r2.sha256 = r.sha256
        order by at desc, extractor desc limit 1)
    order by u.id
"""
_TABLED = """
    select u.id, u.parent, json_extract(u.context, '$.state.of') as page
    from urls u join results r on r.sha256 = u.sha256 where u.document = 1 and r.tables > 0
"""
_TABLELESS = """
    select u.id, u.parent, u.url, u.words, r.error, r.result
    from urls u join results r on r.sha256 = u.sha256
    where u.document = 1 and r.tables = 0 order by u.id
"""
_LOST = """
    select url, words, outcome, coalesce(note, '') as note from urls
    where kind in ('report', 'attachment') and state = 2 and (
        outcome = 'skipped:max_pages' or outcome = 'foreign' and via is not null
        or outcome not like 'skipped:%' and outcome not in (
            'fetched', 'same', 'changed', 'unchanged', 'fresh', 'redirected', 'foreign',
            'elsewhere', 'planned', 'duplicate'))
    order by id
"""
_FOREIGN = """
    select host, site, count(*) as links from urls where outcome = 'foreign' and kind = 'report'
    group by host, site order by links desc, host
"""
GOT = ("fetched", "same", "changed", "unchanged", "fresh")


@dataclass(frozen=True, slots=True)
class Held:
    """A report in a store: its identity is agency, year and hash. `copies` are the other addresses
    and hashes of the same agency and year."""

    agency: str
    year: int | None
    sha256: str
    url: str
    status: str
    copies: tuple[tuple[str, str], ...] = ()


def open_ledgers(store: Path) -> Iterator[sqlite3.Connection]:
    """Each ledger of a store. Raises InputError where there is none."""
    found = store_to_ledgers(store)
    if not found:
        raise InputError("no store of a crawl", "give the folder that --store named")
    for path in found:
        with closing(connect(path)) as base:
            yield base


def store_to_reports(store: Path) -> list[Held]:
    """Every report of a store once, by agency and year; of several documents of the same the
    best read, then the first found, stands for it."""
    ranks = ("verified", "inconsistent", "unproven", "doubtful", "incomplete")
    found: dict[tuple[str, int | None], list[tuple[int, sqlite3.Row]]] = defaultdict(list)
    for base in open_ledgers(store):
        for row in base.execute(_REPORTS):
            agency = row["agency"] or row["hinted_agency"] or row["words"]
            rank = ranks.index(row["status"]) if row["status"] in ranks else len(ranks)
            found[agency, row["year"] or row["hinted_year"]].append((rank, row))
    reports = []
    for (agency, year), documents in found.items():
        (_, best), *others = sorted(documents, key=lambda pair: pair[0])
        copies = tuple(dict.fromkeys((row["url"], row["sha256"]) for _, row in others))
        reports.append(Held(agency, year, best["sha256"], best["url"], best["status"], copies))
    return sorted(reports, key=lambda held: (held.agency, held.year or 0))


def store_to_lines(store: Path) -> Iterator[tuple[Held, dict[str, Any]]]:
    """Every report of a store once, with its JSON as the contract has it."""
    reports = store_to_reports(store)
    with ExitStack() as stack:
        bases = [stack.enter_context(closing(connect(p))) for p in store_to_ledgers(store)]
        query = "select result from results where sha256 = ? order by at desc, extractor desc"
        for held in reports:
            found = (base.execute(query, (held.sha256,)).fetchone() for base in bases)
            yield held, json.loads(next(row for row in found if row is not None)["result"])


def store_to_status(store: Path) -> dict[str, Any]:
    """The whole account: `runs`, `hosts`, `lists`, `reports`, `gaps`, `lost` (found and not got),
    `failed` (got, and no report in it), `vanished`, `versions`, and `foreign` (hosts that reports
    were linked on and that are of no site)."""
    names = ("runs", "hosts", "lists", "lost", "failed", "vanished", "versions", "foreign")
    status: dict[str, Any] = {name: [] for name in names}
    for base in open_ledgers(store):
        status["runs"] += [_run_to_dict(row) for row in base.execute("select * from runs")]
        status["hosts"] += _hosts(base)
        status["lists"] += _lists(base)
        status["failed"] += _failed(base)
        status["vanished"] += _vanished(base)
        status["versions"] += _versions(base)
        status["lost"] += [dict(row) for row in base.execute(_LOST)]
        status["foreign"] += [dict(row) for row in base.execute(_FOREIGN)]
    reports = store_to_reports(store)
    status["reports"] = len(reports)
    status["gaps"] = _gaps(reports)
    return status


def _run_to_dict(row: sqlite3.Row) -> dict[str, Any]:
    plan = json.loads(row["plan"])
    overridden = [s["url"] for s in plan["sites"] if not s["robots"]]
    said = {"run": row["id"], "started": row["started"], "finished": row["finished"]}
    return {**said, "shard": plan["shard"], "robots_overridden": overridden}


def _hosts(base: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    for row in base.execute("select host, coalesce(outcome, 'waiting') o, state, count(*) n "
                            "from urls group by 1, 2, 3"):  # fmt: skip
        outcomes[row["host"]]["waiting" if row["state"] == 0 else row["o"]] += row["n"]
    documents = {
        row["host"]: row["n"]
        for row in base.execute(
            "select host, count(distinct sha256) n from urls where document = 1 group by host"
        )
    }
    for row in base.execute("select * from hosts order by host"):
        host, counts = row["host"], outcomes[row["host"]]
        if not row["requests"]:
            continue
        blocked = sum(n for o, n in counts.items() if o.startswith(("blocked:", "refused:")))
        yield {
            "host": host,
            "found": sum(counts.values()),
            "fetched": sum(counts[o] for o in GOT),
            "documents": documents.get(host, 0),
            "blocked": blocked,
            "waiting": counts["waiting"],
            "outcomes": dict(sorted(counts.items())),
            "stopped": row["stopped"],
            "delay": row["delay"],
            "requests": row["requests"],
            "bytes": row["bytes"],
        }


def _lists(base: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    turns: dict[str, list[Turn]] = defaultdict(list)
    for row in base.execute("select * from list_pages order by list, number"):
        numbers = (row["number"], row["rows"] or 0, row["reports"], row["fresh"])
        turns[row["list"]].append(Turn(*numbers, row["foreign_rows"], row["trouble"]))
    for row in base.execute("select * from lists order by url"):
        mine = turns[row["url"]]
        judged = turns_to_completeness(row["pages"], row["rows"], mine)
        yield {
            "list": row["url"],
            "title": row["title"],
            "family": row["family"],
            "pages": [row["pages"], sum(not t.trouble for t in mine)],
            "rows": [row["rows"], sum(t.rows for t in mine if not t.trouble)],
            "outcome": judged.outcome,
            "why": judged.why,
        }


def _failed(base: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    """Documents without a report, those aside whose page or attachment has it."""
    ids, parents, pages = set(), set(), set()
    for row in base.execute(_TABLED):
        ids.add(row["id"])
        parents.add(row["parent"])
        pages.add(row["page"])
    for row in base.execute(_TABLELESS):
        if row["id"] not in parents and row["parent"] not in ids and row["url"] not in pages:
            yield _failed_to_dict(row)


def _failed_to_dict(row: sqlite3.Row) -> dict[str, Any]:
    said = json.loads(row["result"]).get("error")
    message = said["message"] if said else "it names a report and has no table of it"
    return {
        "url": row["url"],
        "words": row["words"],
        "error": row["error"] or "NO_TABLES",
        "message": message,
    }


def _vanished(base: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    query = (
        "select url, words, outcome, note, checked from urls where outcome = 'vanished' "
        "or note = 'no list names it any more' order by id"
    )
    for row in base.execute(query):
        how = "gone" if row["outcome"] == "vanished" else "unlisted"
        yield {"url": row["url"], "words": row["words"], "how": how, "last_seen": row["checked"]}


def _versions(base: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    query = (
        "select u.url, v.number, v.sha256, v.first_at from versions v "
        "join urls u on u.id = v.url_id "
        "where exists (select 1 from versions w where w.url_id = v.url_id and w.number > 1) "
        "order by u.id, v.number"
    )
    for row in base.execute(query):
        yield dict(row)


def _gaps(reports: list[Held]) -> list[dict[str, Any]]:
    years: dict[str, set[int]] = defaultdict(set)
    for held in reports:
        if held.year is not None:
            years[held.agency].add(held.year)
    found = ((agency, years_to_gaps(known)) for agency, known in sorted(years.items()))
    return [{"agency": agency, "missing": missing} for agency, missing in found if missing]


def status_to_text(status: dict[str, Any]) -> str:
    """The account for people: what is there, and all that is not as it should be."""
    lines = [f"{status['reports']} reports on {len(status['hosts'])} hosts"]
    for host in status["hosts"]:
        counts = ", ".join(f"{host[n]} {n}" for n in ("found", "fetched", "documents", "blocked"))
        more = f", {host['waiting']} waiting" if host["waiting"] else ""
        lines.append(f"  {host['host']}: {counts}{more}")
        odd = {o: n for o, n in host["outcomes"].items() if o not in (*GOT, "waiting")}
        if odd:
            lines.append("    " + ", ".join(f"{n} {o}" for o, n in odd.items()))
        if host["stopped"]:
            lines.append(f"    left alone: {host['stopped']}")
    for title, name, told in _SECTIONS:
        entries = [e for e in status[name] if name != "lists" or e["outcome"] != WHOLE]
        if entries:
            lines.append(f"{title}: {len(entries)}")
            lines += [f"  {told.format(**entry)}" for entry in entries]
    overridden = sorted({u for run in status["runs"] for u in run["robots_overridden"]})
    lines += [f"robots.txt overridden by rule: {url}" for url in overridden]
    return "\n".join(lines) + "\n"


_SECTIONS = (
    ("lists that are not whole", "lists", "{outcome}: {list} ({title}): {why}"),
    ("years missing between others", "gaps", "{agency}: {missing}"),
    ("reports found and not got", "lost", "{outcome}: {url} ({words}) {note}"),
    ("documents without report", "failed", "{error}: {url} ({words}): {message}"),
    ("hosts of no site that reports are linked on", "foreign", "{host}: {links}, from {site}"),
    ("vanished", "vanished", "{how}: {url} ({words}), last seen {last_seen}"),
    ("versions", "versions", "{number}: {url} {sha256} since {first_at}"),
)
