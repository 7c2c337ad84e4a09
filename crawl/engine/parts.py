"""Scrapy's engine with our parts: the scheduler takes from the ledger, the handler goes through the
address guard, the middleware asks robots.txt once a host and everyone waits for it.

Of Scrapy's own parts these are left out, for what was measured: JOBDIR loses addresses at kill -9;
its robots middleware lets disallowed addresses through when several wait for one robots.txt, and
knows no Crawl-delay and no 5xx; its handlers fetch file: and private addresses; the spacing of its
slots is approximate. Redirects, retries and offsite links are the ledger's: each hop is an address
of its own, judged, spaced and written down.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider, IgnoreRequest
from scrapy.http import Response

from crawl.address import url_to_host
from crawl.came import Came, Wish
from crawl.engine.desk import Desk
from crawl.ledger import Row, now
from crawl.model import Candidate, Context
from crawl.plan import MAX_CRAWL_DELAY
from crawl.robots import KEPT_SECONDS, MAX_BYTES, NO_TLS, Robots, bytes_to_robots

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

BROKEN = "broken"
"""Why a crawl ends whose store cannot be written."""
HOPS = 5
TRIES = 2
"""Times that robots.txt is asked for."""


class ReportSpider(Spider):
    """Hands what came to the desk. Its addresses are the ledger's."""

    name = "gkextract"
    desk: Desk
    reason = ""

    async def start(self) -> AsyncIterator[Any]:
        """Nothing: the ledger holds where to begin."""
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    def parse(self, response: Response, **_: Any) -> None:
        """What came of an address."""
        meta = response.meta
        try:
            self.desk.land(meta["row"], meta["came"], meta.get("said", ""))
        except Exception as exc:
            # what cannot be written down must not be asked for again and again
            self.logger.exception("the store cannot be written")
            raise CloseSpider(BROKEN) from exc

    def failed(self, failure: Failure) -> None:
        """An address that was not asked for, or a mistake of this program."""
        request: Request = failure.request  # type: ignore[attr-defined]
        row = request.meta["row"]
        if isinstance(failure.value, IgnoreRequest):
            self.desk.refuse(row, *request.meta["refused"])
            return
        self.logger.error("unexpected: %s", failure.getTraceback())
        self.desk.refuse(row, "failed:INTERNAL", type(failure.value).__name__)

    def closed(self, reason: str) -> None:
        """Remembers how the crawl ended."""
        self.reason = reason


class LedgerScheduler:
    """The ledger as Scrapy's scheduler: nothing waits in memory."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.desk: Desk | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its parts."""
        return cls(crawler)

    def open(self, spider: ReportSpider) -> None:
        """The spider brings the desk."""
        self.desk = spider.desk

    def close(self, reason: str) -> None:
        """Nothing: all is written down."""

    def has_pending_requests(self) -> bool:
        """Whether an address waits."""
        return self.desk is not None and not self.desk.is_done()

    def enqueue_request(self, request: Request) -> bool:
        """Refused: whatever is to be asked for is offered to the ledger."""
        return False

    def next_request(self) -> Request | None:
        """An address whose host is free."""
        row = self.desk.next_row() if self.desk else None
        if row is None or self.desk is None:
            return None
        spider = self.crawler.spider
        assert isinstance(spider, ReportSpider)
        meta = {"row": row, "wish": self.desk.wish(row), "download_slot": row.host}
        return Request(row.url, spider.parse, meta=meta, errback=spider.failed, dont_filter=True)


class GuardedHandler:
    """Every request of the crawl, robots.txt included, by the project's one way to the network."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its parts."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """The answer, empty to Scrapy; what came is in `meta`."""
        spider = self.crawler.spider
        assert isinstance(spider, ReportSpider)
        came: Came = await spider.desk.ask(request.meta["wish"])
        request.meta["came"] = came
        return Response(request.url, status=came.status or 599, request=request)

    async def close(self) -> None:
        """Ends the threads."""
        spider = self.crawler.spider
        if isinstance(spider, ReportSpider):
            spider.desk.pool.shutdown(wait=True)


class RobotsMiddleware:
    """robots.txt before any request of an origin, one at a time."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.known: dict[str, Robots] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its parts."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises IgnoreRequest for what robots.txt does not allow."""
        if request.meta.get("robots"):
            return
        row: Row = request.meta["row"]
        desk = self._desk()
        if not desk.ledger.sites[row.site].robots:
            request.meta["said"] = "overridden by the site's rules"
            return
        origin = "://".join(urlsplit(row.url)[:2])
        async with self.locks[origin]:
            robots = self.known.get(origin) or await self._find(origin, row)
            self.known[origin] = robots
        request.meta["said"] = robots.said
        if robots.status == NO_TLS:
            return  # the page will not come by https either, and is asked for by http then
        wished = robots.delay
        if wished is not None and wished > MAX_CRAWL_DELAY:
            desk.stop(row.host, f"a Crawl-delay of {wished:g} s, more than {MAX_CRAWL_DELAY:g}")
            self._refuse(request, "stopped", "its Crawl-delay")
        if not robots.is_reachable:
            self._refuse(request, robots.outcome, f"robots.txt: {robots.status}")
        if not robots.allows(row.url):
            self._refuse(request, "robots:forbidden")

    def _refuse(self, request: Request, outcome: str, note: str = "") -> None:
        request.meta["refused"] = (outcome, note)
        raise IgnoreRequest(outcome)

    async def _find(self, origin: str, row: Row) -> Robots:
        desk = self._desk()
        kept = desk.ledger.base.execute(
            "select * from robots where origin = ?", (origin,)
        ).fetchone()
        if kept is not None and kept["status"].isdigit():
            age = datetime.now(UTC) - datetime.fromisoformat(kept["at"])
            robots = Robots(kept["status"], kept["text"])
            if age.total_seconds() < KEPT_SECONDS and robots.is_reachable:
                return robots
        robots = await self._fetch(origin, row)
        desk.ledger.base.execute(
            "insert or replace into robots values (?, ?, ?, ?)",
            (origin, robots.status, robots.text, now()),
        )
        desk.ledger.set_host(row.host, crawl_delay=robots.delay, delay=None)
        if robots.delay is not None:
            desk.free_at[row.host] = monotonic() + desk.delay(row.host)
        self._offer_maps(robots, row)
        return robots

    async def _fetch(self, origin: str, row: Row) -> Robots:
        desk, url = self._desk(), f"{origin}/robots.txt"
        robots = Robots("404")  # what redirects without end means
        hops = tries = 0
        while hops <= HOPS:
            wish = Wish(url, desk.agent, lane=desk.ledger.host(row.host)["lane"], big=False,
                        allow_private=desk.plan.allow_private)  # fmt: skip
            meta = {"robots": True, "wish": wish, "download_slot": f"robots {row.host}"}
            request = Request(url, meta=meta, dont_filter=True)
            engine = self.crawler.engine
            assert engine is not None
            await engine.download_async(request)
            came: Came = request.meta["came"]
            desk.ledger.count_request(row.host, len(came.body))
            if came.location and desk.ledger.sites[row.site].allows(url_to_host(came.location)):
                url, hops = came.location, hops + 1
                continue
            tries += 1
            robots = came_to_robots(came)
            if robots.is_reachable or not came.passes or tries == TRIES:
                break
        return robots

    def _offer_maps(self, robots: Robots, row: Row) -> None:
        desk = self._desk()
        for url in robots.sitemaps[:20]:
            mapped = Candidate(
                url, "column", "", 20, why="robots", context=Context(family="sitemap")
            )
            if desk.ledger.sites[row.site].allows(url_to_host(url)):
                desk.ledger.offer(mapped, site=row.site, depth=0, parent=None)

    def _desk(self) -> Desk:
        spider = self.crawler.spider
        assert isinstance(spider, ReportSpider)
        return spider.desk


def came_to_robots(came: Came) -> Robots:
    """What an answer for robots.txt means; a redirect that is not followed means that there is
    none."""
    if came.error:
        return Robots(NO_TLS if came.insecure else came.error)
    if came.guard is not None and came.status >= 500:
        from crawl.judge import guard_to_kind

        return Robots(f"blocked:{guard_to_kind(came.guard)}")
    if 300 <= came.status < 400:
        return Robots("404")
    return bytes_to_robots(came.status, came.body[:MAX_BYTES])
