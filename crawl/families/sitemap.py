"""Site maps as XML: addresses without titles, so that only their paths can speak."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from crawl.families._common import answer_to_text
from crawl.model import Answer, Context, Item, Sub

NAME = "sitemap"
MAX_PLACES = 50_000
_LOC = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*(https?://[^<\]\s]{1,2000})", re.IGNORECASE)
_INDEX = re.compile(r"<sitemapindex[\s>]", re.IGNORECASE)
_REPORTS = re.compile(
    r"/(?:zf)?(?:xx)?gkn(?:d)?b(?:g)?(?:[/_\d-]|$)|/(?:zf)?xxgk[-_]?n(?:d)?b|/nd?bg?(?:\d{4})?/|/\d{4}nb/",
    re.IGNORECASE,
)


def read(answer: Answer, context: Context) -> Iterator[Item]:
    """Further site maps, and the addresses in whose path a column of reports is spoken of."""
    text = answer_to_text(answer)
    index = bool(_INDEX.search(text))
    for count, found in enumerate(_LOC.finditer(text)):
        url = unescape(found[1])
        if count == MAX_PLACES:
            return
        if index:
            yield Sub(url, "", NAME, sure=True)
        elif _REPORTS.search(url):
            yield Sub(url, "", state={"mapped": True}, sure=True)
