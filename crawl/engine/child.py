"""The crawling process: `python -m crawl.engine.child STORE`, the plan as a line on stdin.

It lives as long as its stdin does: when the process that began it dies, however hard, it ends.
It says how far it is on stdout, a line of JSON a second, and its troubles in STORE/crawl.log.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from pathlib import Path
from typing import Any

from batch.confine import follow_parent
from crawl.blobs import Blobs
from crawl.engine.desk import Desk
from crawl.ledger import Ledger, shard_to_name
from crawl.plan import Plan, json_to_plan

TICK = 1.0
"""Seconds between two lines of progress."""


def main() -> int:
    """Crawls until nothing waits. 0 when the run is finished, 75 when it was interrupted, 74 when
    the store cannot be written."""
    follow_parent(os.getppid())
    store = Path(sys.argv[1])
    plan = json_to_plan(sys.stdin.readline())
    threading.Thread(target=_watch, daemon=True).start()
    logging.basicConfig(filename=store / "crawl.log", level=logging.WARNING, force=True)
    ledger = Ledger(store / shard_to_name(plan.shard), plan)
    ledger.begin()
    reason = crawl(Desk(ledger, Blobs(store)))
    if reason == "finished":
        ledger.finish()
    ledger.base.close()
    return {"finished": 0, "broken": 74}.get(reason, 75)


def crawl(desk: Desk) -> str:
    """Runs Scrapy's engine over a ledger; why it ended."""
    from scrapy.crawler import AsyncCrawlerProcess

    from crawl.engine.parts import ReportSpider

    process = AsyncCrawlerProcess(settings(desk.plan))
    logging.getLogger("scrapy").setLevel(logging.WARNING)
    crawler = process.create_crawler(ReportSpider)
    process.crawl(crawler, desk=desk)
    threading.Thread(target=_tell, args=(desk,), daemon=True).start()
    process.start()
    spider = crawler.spider
    _say(desk)
    return getattr(spider, "reason", "")


def settings(plan: Plan) -> dict[str, Any]:
    """Scrapy's engine with none of its own parts on the way of a request."""
    handler = "crawl.engine.parts.GuardedHandler"
    return {
        "DOWNLOAD_HANDLERS_BASE": {},
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "SCHEDULER": "crawl.engine.parts.LedgerScheduler",
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "DOWNLOADER_MIDDLEWARES": {"crawl.engine.parts.RobotsMiddleware": 100},
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "ADDONS": {},
        "ROBOTSTXT_OBEY": False,  # ours does
        "CONCURRENT_REQUESTS": plan.hosts,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "CONCURRENT_ITEMS": 1,  # it starts so many tasks for every answer
        "DOWNLOAD_DELAY": 0,  # the desk spaces exactly
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "STATS_DUMP": False,
    }


def _watch() -> None:
    """Ends the process when whoever began it is gone; the ledger needs no farewell."""
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(70)


_over = threading.Event()


def _tell(desk: Desk) -> None:
    while not _over.wait(TICK):
        _say(desk)


def _say(desk: Desk) -> None:
    line = {"outcomes": dict(desk.fetched), "busy": len(desk.busy)}
    try:
        print(json.dumps(line), flush=True)
    except OSError:
        os._exit(70)


if __name__ == "__main__":
    code = main()
    _over.set()
    sys.stdout.flush()
    os._exit(code)
