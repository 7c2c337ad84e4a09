"""Stock Scrapy over the same sites: `python -m bench.stock FOLDER URL...`. It follows every link,
obeys robots.txt as it does, keeps bodies by hash and a line of JSON each."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response
from scrapy.linkextractors import LinkExtractor


class StockSpider(Spider):
    """Everything that is linked."""

    name = "stock"
    links = LinkExtractor(deny_extensions=[])

    def parse(self, response: Response, **_: Any) -> Any:
        """Keeps a body, follows its links."""
        sha256 = hashlib.sha256(response.body).hexdigest()
        path = Path(self.folder, "blobs", sha256[:2], sha256)  # type: ignore[attr-defined]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(response.body)
        yield {"url": response.url, "status": response.status, "sha256": sha256}
        if hasattr(response, "text"):
            for link in self.links.extract_links(response):  # type: ignore[arg-type]
                yield response.follow(link)


if __name__ == "__main__":
    folder, *urls = sys.argv[1:]
    process = CrawlerProcess(
        {
            "LOG_ENABLED": False,
            "ROBOTSTXT_OBEY": True,
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS": 16,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
            "TELNETCONSOLE_ENABLED": False,
            "FEEDS": {f"{folder}/items.jsonl": {"format": "jsonlines"}},
        }
    )
    process.crawl(StockSpider, start_urls=urls, folder=folder)
    process.start()
