"""A judged fetch into the ledger, all of it in one transaction: the record of the fetch, the
document and its version, what the page leads to, the list's bookkeeping, the end of the address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from crawl.address import find_trap, strip_session, url_to_host, url_to_key
from crawl.came import Came
from crawl.judge import HOPS, Judged
from crawl.ledger import DONE, WAITING, Ledger, Row, now
from crawl.model import Candidate, Context, Found

DRY = 3
"""Pages of a list without anything new after which it is not followed further."""
STRONG = 60
"""Points from which a link is worth a record though it is not followed."""
NO_DEPTH = 70
"""Points of what is no link but a list's own interface: it costs no depth."""
KEPT = ("fetched", "same", "changed", "unchanged", "fresh")
"""Outcomes by which an address has given its bytes."""


class Landing:
    """Writes what came; knows the crawl's plan and nothing of the network."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.plan = ledger.plan
        self.only = re.compile(self.plan.only) if self.plan.only else None

    def land(self, row: Row, came: Came, judged: Judged, robots: str) -> None:
        """One fetch and all that it led to. `robots` says how it was allowed."""
        if judged.lead and not judged.again and self._loops(row, judged.lead):
            judged = replace(judged, outcome="redirect_loop", lead="")
        with self.ledger.transaction():
            if came.status or came.error:
                self._write_fetch(row, came, judged, robots)
            if judged.keep and came.sha256:
                self._write_document(row, came, judged)
            if judged.again:
                self._again(row, judged)
                return
            if judged.lead:
                self._lead(row, judged)
            self._write_list(row, judged)
            values = self._values(row, came, judged)
            sets = ", ".join(f"{name} = ?" for name in values)
            self.ledger.base.execute(
                f"update urls set {sets} where id = ?", [*values.values(), row.id]
            )

    def refuse(self, row: Row, outcome: str, note: str = "") -> None:
        """Ends an address that was not asked for."""
        with self.ledger.transaction() as base:
            if row.context.number > 1:
                self._write_page(row, Found(trouble=outcome), 0, 0)
            base.execute(
                "update urls set state = ?, outcome = ?, note = ? where id = ?",
                (DONE, outcome, note or None, row.id),
            )

    def _values(self, row: Row, came: Came, judged: Judged) -> dict[str, Any]:
        note = judged.note
        if row.note == "unlisted" and judged.outcome in KEPT:
            note = "no list names it any more"
        values: dict[str, Any] = {"state": DONE, "outcome": judged.outcome, "note": note or None}
        if judged.keep and came.sha256:
            values |= {"sha256": came.sha256, "checked": now()}
            values |= {
                "etag": came.headers.get("etag"),
                "modified": came.headers.get("last-modified"),
            }
        elif judged.outcome == "unchanged":
            values["checked"] = now()
        if judged.keep:
            values["document"] = int(judged.document)
        return values

    def _again(self, row: Row, judged: Judged) -> None:
        self.ledger.base.execute(
            "update urls set state = ?, tries = tries + 1, url = ?, host = ? where id = ?",
            (WAITING, judged.lead or row.url, url_to_host(judged.lead or row.url), row.id),
        )

    def _lead(self, row: Row, judged: Judged) -> None:
        place = Candidate(
            judged.lead, row.kind, row.words, 100 if row.kind != "page" else 75,  # type: ignore[arg-type]
            row.year, row.agency, "redirect", None, row.context,
        )  # fmt: skip
        self._offer(row, place, row.depth, via=row.id, hops=row.hops + 1)

    def _loops(self, row: Row, lead: str) -> bool:
        """Whether a redirect leads back to where it came from."""
        base, at = self.ledger.base, row.id
        found = base.execute("select id from urls where key = ?", (url_to_key(lead),)).fetchone()
        for _ in range(HOPS if found else 0):
            if at == found["id"]:
                return True
            at = base.execute("select via from urls where id = ?", (at,)).fetchone()["via"]
            if at is None:
                return False
        return False

    def _write_fetch(self, row: Row, came: Came, judged: Judged, robots: str) -> None:
        parent = self.parent(row)
        values = {
            "url_id": row.id, "run": self.ledger.run, "url": came.url, "at": now(),
            "seconds": came.seconds, "status": came.status or None,
            "headers": json.dumps(dict(came.headers), ensure_ascii=False),
            "location": came.location or None, "sha256": came.sha256 or None,
            "bytes": len(came.body) if came.sha256 else None, "sniffed": came.media_type or None,
            "declared": came.headers.get("content-type"),
            "charset": _charset(came.headers.get("content-type", "")),
            "tls": came.tls, "unverified": came.unverified, "referer": parent,
            "anchor": row.words or None, "list_page": parent if row.kind == "report" else None,
            "robots": robots, "outcome": judged.outcome, "note": judged.note or None,
        }  # fmt: skip
        marks = ", ".join("?" * len(values))
        self.ledger.base.execute(
            f"insert into fetches ({', '.join(values)}) values ({marks})", [*values.values()]
        )
        self.ledger.count_request(row.host, len(came.body))

    def parent(self, row: Row) -> str | None:
        """The address of the page that led to a row."""
        if row.parent is None:
            return None
        found = self.ledger.base.execute(
            "select url from urls where id = ?", (row.parent,)
        ).fetchone()
        return str(found["url"]) if found else None

    def _write_document(self, row: Row, came: Came, judged: Judged) -> None:
        base = self.ledger.base
        base.execute(
            "insert or ignore into documents values (?, ?, ?, ?)",
            (came.sha256, len(came.body), came.media_type, now()),
        )
        if not judged.document or came.sha256 == row.sha256:
            return
        base.execute(
            "insert into versions select ?, coalesce(max(number), 0) + 1, ?, ? from versions "
            "where url_id = ?",
            (row.id, came.sha256, now(), row.id),
        )

    def _write_list(self, row: Row, judged: Judged) -> None:
        """What the page leads to, and what its list has given so far."""
        found = judged.found
        fresh = foreign = 0
        site = self.ledger.sites.get(row.site)
        key = row.context.list or list_key(row)
        for candidate in found.candidates:
            if site is not None and not site.allows(url_to_host(candidate.url)):
                foreign += candidate.kind == "report"
            if candidate.kind != "page":
                fresh += self._offer(row, candidate, row.depth + (candidate.kind == "column"))
        dry = 0 if fresh else row.context.dry + 1
        for candidate in found.candidates:
            if candidate.kind == "page":
                turn = replace(candidate.context, list=key, dry=dry)
                self._offer(row, replace(candidate, context=turn), row.depth)
        if self._is_list(row, judged):
            page = (
                found if found.trouble or judged.outcome in KEPT else Found(trouble=judged.outcome)
            )
            self.ledger.base.execute(
                "insert into lists (url, site, family, title, pages, rows, run) "
                "values (?, ?, ?, ?, ?, ?, ?) on conflict (url) do update set run = excluded.run, "
                "pages = coalesce(excluded.pages, pages), rows = coalesce(excluded.rows, rows)",
                (key, row.site, found.family or row.context.family, found.title or row.words,
                 found.pages, found.declared_rows, self.ledger.run),
            )  # fmt: skip
            self._write_page(row, page, fresh, foreign)

    def _is_list(self, row: Row, judged: Judged) -> bool:
        found, kind = judged.found, row.kind
        if kind not in ("column", "page") or judged.document:
            return False
        if judged.outcome == "gone" and row.context.state.get("guess"):
            return False  # one of two addresses that a list may have
        if row.context.number > 1 or row.context.annual:
            return not judged.lead
        return found.annual or any(c.kind in ("report", "page") for c in found.candidates)

    def _write_page(self, row: Row, found: Found, fresh: int, foreign: int) -> None:
        reports = sum(c.kind == "report" for c in found.candidates)
        columns = sum(c.kind == "column" for c in found.candidates)
        rows = reports + columns if found.rows is None else found.rows
        self.ledger.base.execute(
            "insert or replace into list_pages values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row.context.list or list_key(row), row.context.number, self.ledger.run, row.url,
             rows, reports, fresh, foreign, found.trouble),
        )  # fmt: skip

    def _offer(
        self, row: Row, candidate: Candidate, depth: int, via: int | None = None, hops: int = 0
    ) -> bool:
        candidate = replace(candidate, url=strip_session(candidate.url))
        if candidate.score == NO_DEPTH:
            depth = row.depth
        barred = next(self._barred(row, candidate, depth), None)
        if barred is not None and candidate.score < STRONG:
            return False  # of the many links that promise little, none is written down
        outcome, note = barred or (None, "")
        news = self.ledger.offer(
            candidate, site=row.site, depth=depth, parent=row.parent if via else row.id,
            via=via, hops=hops, outcome=outcome, note=note,
        )  # fmt: skip
        return news and outcome != "foreign"

    def _barred(self, row: Row, candidate: Candidate, depth: int) -> Iterator[tuple[str, str]]:
        """Why a candidate is not to be fetched: outcome and note."""
        plan, site = self.plan, self.ledger.sites.get(row.site)
        host = url_to_host(candidate.url)
        if site is None or not site.allows(host):
            yield "foreign", f"the host {host} is not of the site"
        elif not self.ledger.is_own(host):
            yield "elsewhere", "another shard's host"
        elif trap := find_trap(candidate.url):
            yield "trap", trap
        elif any(re.search(pattern, candidate.url) for pattern in site.exclude):
            yield "skipped:rule", "the site's own rules"
        elif candidate.kind == "page" and candidate.context.dry >= DRY:
            yield "skipped:dry", f"{DRY} pages of the list gave nothing new"
        elif candidate.kind == "column" and depth > (site.depth or plan.depth):
            yield "skipped:depth", f"{depth} links from the site's address"
        if candidate.kind in ("report", "attachment"):
            yield from self._unwanted(candidate)

    def _unwanted(self, candidate: Candidate) -> Iterator[tuple[str, str]]:
        years = self.plan.years
        if years and candidate.year and not years[0] <= candidate.year <= years[1]:
            yield "skipped:year", f"of {candidate.year}"
        said = f"{candidate.text} {candidate.url}"
        if candidate.kind == "report" and self.only and not self.only.search(said):
            yield "skipped:only", "not what --only asks for"
        if self.plan.dry:
            yield "planned", ""


def list_key(row: Row) -> str:
    """The name of the list whose first page a row is."""
    return row.url + (f" {row.ask.body}" if row.ask and row.ask.body else "")


def context_to_json(context: Context) -> str:
    """The context as the ledger keeps it."""
    return json.dumps(asdict(context), ensure_ascii=False)


def _charset(said: str) -> str | None:
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", said, re.IGNORECASE | re.ASCII)
    return found[1].lower() if found else None
