"""The desk: what all parts of a crawl under way share. Which address is next, when its host may be
asked, what came of it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

from crawl.address import url_to_host
from crawl.blobs import Blobs
from crawl.came import Came, Wish, fetch_wish
from crawl.judge import Judged, judge_came, judge_known
from crawl.landing import Landing
from crawl.ledger import Ledger, Row
from crawl.plan import DELAY
from extract.errors import OutputError, exception_to_error
from extract.fetch import USER_AGENT, Jar
from extract.sniff import bytes_to_media_type

SLOW = 2.0
"""A host is asked again after this many times the seconds of its last answer."""
MAX_PAUSE = 60.0
"""Seconds that a slow host's pause may grow to."""
FAILURES = 8
"""Requests in a row without an answer after which a host is left alone."""
MAX_WAIT = 120.0
"""Seconds of a Retry-After that are waited for; who asks for more is left for another run."""


class Desk:
    """Shared state: which hosts have work (`ready`, in turn), which are being asked (`busy`), when
    each may be asked again (`free_at`, of the monotonic clock)."""

    def __init__(self, ledger: Ledger, blobs: Blobs) -> None:
        self.ledger, self.blobs, self.plan = ledger, blobs, ledger.plan
        self.landing = Landing(ledger)
        self.jar: Jar = {}
        self.pool = ThreadPoolExecutor(self.plan.hosts, "fetch")
        self.ready: deque[str] = deque(ledger.waiting_hosts())
        self.known = set(self.ready)
        self.busy: set[str] = set()
        self.counts = ledger.requests_by_site()
        self.rules = [site for site in ledger.sites.values() if site.delay is not None]
        self.failures: Counter[str] = Counter()
        self.fetched: Counter[str] = Counter()
        self.locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        # after a restart nobody knows when a host was last asked: just now, it may be
        self.begun = monotonic()
        self.free_at: dict[str, float] = {}
        self.penalty: dict[str, float] = {}
        self.recalled = False

    @property
    def agent(self) -> str:
        """Who asks, with an address for complaints."""
        return USER_AGENT + (f" +{self.plan.contact}" if self.plan.contact else "")

    def next_row(self) -> Row | None:
        """An address whose host is free, hosts in turn; None where all are busy or done."""
        for _ in range(len(self.ready)):
            host = self.ready.popleft()
            if host in self.busy:
                self.ready.append(host)
                continue
            row = self._take(host)
            if row is None:
                self.known.discard(host)
                continue
            self.ready.append(host)
            self.busy.add(host)
            return row
        return None

    def is_done(self) -> bool:
        """Whether nothing waits. Once in a run, what no list names any more waits again."""
        if self.ready:
            return False
        if not self.recalled and not self.plan.dry:
            self.recalled = True
            if self.ledger.recall_unlisted():
                self._note_hosts(self.ledger.waiting_hosts())
        return not self.ready

    def _take(self, host: str) -> Row | None:
        while not self.ledger.host(host)["stopped"]:
            row = self.ledger.take(host)
            if row is None:
                return None
            site = self.ledger.sites[row.site]
            if self.counts[row.site] >= (site.max_pages or self.plan.max_pages):
                self.landing.refuse(row, "skipped:max_pages", "as many requests as are allowed")
            elif self._is_fresh(row):
                self._land_known(row, "fresh")
            else:
                self.counts[row.site] += 1
                return row
        return None

    def _is_fresh(self, row: Row) -> bool:
        """A file whose server gives nothing to ask by, and that was fetched not long ago."""
        file = row.document or row.kind == "attachment"
        if not file or not row.sha256 or row.etag or row.modified or not row.checked:
            return False
        since = datetime.now(UTC) - datetime.fromisoformat(row.checked)
        return row.note != "unlisted" and since < timedelta(days=self.plan.recheck_days)

    def wish(self, row: Row) -> Wish:
        """What goes out for an address."""
        host = self.ledger.host(row.host)
        known = row.sha256 is not None and self.blobs.path(row.sha256).exists() and row.ask is None
        return Wish(
            row.url,
            self.agent,
            self.landing.parent(row),
            row.ask,
            row.etag if known else None,
            row.modified if known else None,
            host["lane"],
            self.plan.allow_private,
            row.kind in ("report", "attachment"),
        )

    async def ask(self, wish: Wish) -> Came:
        """One request, alone at its host and not before its time."""
        host = url_to_host(wish.url)
        async with self.locks[host]:
            if host not in self.free_at:
                asked = self.ledger.host(host)["requests"] > 0
                self.free_at[host] = self.begun + self.delay(host) if asked else 0.0
            ready = self.free_at[host]
            if (wait := ready - monotonic()) > 0:
                await asyncio.sleep(wait)
            loop = asyncio.get_running_loop()
            args = (wish, self.plan.times, self.jar, self.blobs)
            came = await loop.run_in_executor(self.pool, fetch_wish, *args)
            self.free_at[host] = monotonic() + self.pause(host, came)
        if came.tls:
            self.ledger.set_host(host, lane=came.tls)
        return came

    def delay(self, host: str) -> float:
        """Seconds between two requests of a host, by the rules and by its robots.txt."""
        known = self.ledger.host(host)
        if known["delay"] is None:
            own = [rule.delay for rule in self.rules if rule.allows(host)]
            base = own[0] if own and own[0] is not None else self.plan.delay
            if not self.plan.allow_private:
                base = max(base, DELAY)
            self.ledger.set_host(host, delay=float(max(base, known["crawl_delay"] or 0.0)))
        return float(known["delay"])

    def pause(self, host: str, came: Came) -> float:
        """Seconds until the host is asked again: more where it is slow or asks for patience."""
        base = self.delay(host)
        slow = min(SLOW * came.seconds, MAX_PAUSE) if base and not came.error else 0.0
        if came.status in (429, 503):
            if came.wait > MAX_WAIT:
                self.stop(host, f"the server asks to wait {came.wait:.0f} s")
            self.penalty[host] = min(max(2 * self.penalty.get(host, base or 0.5), 0.5), MAX_PAUSE)
            return max(base, slow, min(came.wait, MAX_WAIT), self.penalty[host])
        penalty = self.penalty[host] = self.penalty.get(host, 0.0) / 2
        return max(base, slow, penalty)

    def land(self, row: Row, came: Came, robots: str) -> None:
        """What came, into the ledger; the host is free again. Raises OutputError, sqlite3.Error
        where the store cannot be written: the address waits on."""
        try:
            if came.error == OutputError.code:
                raise OutputError(came.message)
            try:
                judged = self._judge(row, came)
            except Exception as exc:  # a page that discovery chokes on must not be asked for ever
                logging.exception("%s", row.url)
                judged = Judged("failed:INTERNAL", exception_to_error(exc).message)
            self.landing.land(row, came, judged, robots)
            self._count_refusals(row, judged)
            self._note_hosts([url_to_host(c.url) for c in judged.found.candidates])
            self._note_hosts([url_to_host(judged.lead)] if judged.lead else [])
            self.fetched[judged.outcome] += 1
        finally:
            self.busy.discard(row.host)

    def refuse(self, row: Row, outcome: str, note: str = "") -> None:
        """An address that was not asked for after all; the host is free again."""
        self.landing.refuse(row, outcome, note)
        self.fetched[outcome] += 1
        self.busy.discard(row.host)

    def stop(self, host: str, why: str) -> None:
        """A host is left alone for the rest of the run."""
        self.ledger.set_host(host, stopped=why)

    def _judge(self, row: Row, came: Came) -> Judged:
        if came.status == 304:
            return judge_known(row, self._known(row))
        return judge_came(row, came, seen=self._is_seen(row, came))

    def _is_seen(self, row: Row, came: Came) -> bool:
        """Whether a page with the same bytes was expanded at another address of the host."""
        if not came.sha256 or row.kind not in ("column", "page"):
            return False
        found = self.ledger.base.execute(
            "select 1 from urls where sha256 = ? and host = ? and id != ? and run = ? "
            "and kind in ('column', 'page') and state = 2 and outcome != 'duplicate'",
            (came.sha256, row.host, row.id, self.ledger.run),
        ).fetchone()
        return found is not None

    def _known(self, row: Row) -> Came:
        """The bytes of an address as they were kept, with what is said of them."""
        try:
            body = self.blobs.get(row.sha256 or "")
        except OSError:
            return Came(row.url, 304)
        last = self.ledger.base.execute(
            "select declared from fetches where url_id = ? and declared is not null "
            "and sha256 is not null order by id desc limit 1",
            (row.id,),
        ).fetchone()
        headers = {"content-type": last["declared"]} if last else {}
        return Came(row.url, 304, headers, body, media_type=bytes_to_media_type(body))

    def _land_known(self, row: Row, outcome: str) -> None:
        known = self._known(row)
        judged = judge_known(row, known, outcome)
        self.landing.land(row, replace(known, status=0), judged, "not asked")
        self._note_hosts([url_to_host(c.url) for c in judged.found.candidates])
        self.fetched[outcome] += 1

    def _count_refusals(self, row: Row, judged: Judged) -> None:
        """A host that refuses, or does not answer, is left alone after some times in a row."""
        host = row.host
        self.failures[host] = 0 if judged.keep else self.failures[host] + _is_failure(judged)
        if self.failures[host] >= FAILURES:
            self.stop(host, f"{judged.outcome}, {self.failures[host]} times in a row")
        if not judged.refused:
            if judged.keep:
                self.ledger.set_host(host, refused=0)
            return
        count = self.ledger.host(host)["refused"] + 1
        self.ledger.set_host(host, refused=count)
        if count >= self.plan.refused:
            self.stop(host, f"{judged.outcome}, {count} answers in a row")

    def _note_hosts(self, hosts: list[str]) -> None:
        for host in hosts:
            if host and host not in self.known:
                self.known.add(host)
                self.ready.append(host)


def _is_failure(judged: Judged) -> bool:
    return judged.outcome.startswith(("failed:FETCH", "http:5"))
