"""Files that a person saved, for sites that refuse machines: into the store under their address,
and from there on like everything else."""

from __future__ import annotations

from pathlib import Path

from crawl.address import url_to_host, url_to_key
from crawl.blobs import Blobs
from crawl.came import Came
from crawl.judge import Judged
from crawl.landing import Landing
from crawl.ledger import Ledger, record_to_row, shard_to_name
from crawl.model import Candidate
from crawl.plan import Plan, Site
from crawl.titles import judge_title
from extract.guard import url_to_target
from extract.source import load_source

BY_HAND = "handed in by a person"


def hand_in(store: Path, url: str, path: Path, words: str = "") -> str:
    """Keeps a file as what stands at an address; its hash. The file is a document whatever its
    kind. Raises InputError, LimitError (the file), BlockedError (the address)."""
    source = load_source(path)
    target = url_to_target(url, allow_private=True).url
    store.mkdir(parents=True, exist_ok=True)
    sha256 = Blobs(store).put(source.data)
    plan = Plan((Site(target),))
    ledger = Ledger(store / shard_to_name(plan.shard), plan)
    try:
        last = ledger.base.execute("select max(id) from runs").fetchone()[0]
        ledger.run = int(last or 0)
        row_id = _row_id(ledger, target, words)
        found = ledger.base.execute("select * from urls where id = ?", (row_id,)).fetchone()
        row = record_to_row(found)
        came = Came(target, 200, {}, source.data, sha256, source.media_type)
        outcome = "fetched" if row.sha256 in (None, sha256) else "changed"
        judged = Judged(outcome, BY_HAND, keep=True, document=True)
        Landing(ledger).land(row, came, judged, BY_HAND)
    finally:
        ledger.base.close()
    return sha256


def _row_id(ledger: Ledger, url: str, words: str) -> int:
    verdict = judge_title(words)
    candidate = Candidate(url, "report", words, 100, verdict.year, verdict.agency, "hand")
    with ledger.transaction() as base:
        key = url_to_key(url)
        found = base.execute("select id from urls where key = ?", (key,)).fetchone()
        if found is None:
            site = f"{url.partition('://')[0]}://{url_to_host(url)}/"
            ledger.offer(candidate, site=site, depth=0)
            found = base.execute("select id from urls where key = ?", (key,)).fetchone()
    return int(found["id"])
