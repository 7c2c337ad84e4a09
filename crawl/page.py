"""A web page taken apart as discovery needs it: links with their words, frames, scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from lxml import etree

from crawl.model import Answer
from extract.errors import GkextractError
from extract.readers.html import MAX_BYTES, MAX_TAGS
from extract.readers.html_decode import bytes_to_html_text

MAX_LINKS = 5_000
"""Links of a page that are looked at."""
MAX_URL = 2_083
_FRAMES = {"iframe": "src", "frame": "src"}
_KEPT = "!$%&'()*+,/:;=?@[]~"
_HIDDEN = frozenset({"script", "style", "noscript", "template"})


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link: absolute address, its words, its title attribute (which lists cut less often)."""

    url: str
    text: str
    title: str = ""

    @property
    def words(self) -> str:
        """The longer of text and title: list pages cut the text, not the title."""
        return self.title if len(self.title) > len(self.text) else self.text


@dataclass(frozen=True, slots=True)
class Page:
    """A page: `source` is its decoded text, `shown` the characters that a reader sees."""

    url: str
    source: str = field(repr=False)
    title: str = ""
    metas: dict[str, str] = field(default_factory=dict)
    anchors: tuple[Anchor, ...] = ()
    frames: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    """Addresses of scripts."""
    shown: int = 0
    text: str = field(default="", repr=False)
    """The beginning of what is shown."""


def answer_to_page(answer: Answer) -> Page | None:
    """The page in these bytes; None for what is no page or too large for one."""
    data = answer.data
    if len(data) > MAX_BYTES or data.count(b"<") > MAX_TAGS:
        return None
    try:
        source, encoding, _ = bytes_to_html_text(data, answer.charset)
    except GkextractError:
        return None
    return text_to_page(source, answer.url, encoding)


def text_to_page(source: str, url: str, encoding: str = "utf-8") -> Page | None:
    """The page in a text, a fragment too; None where there is no markup at all. `encoding` is
    the page's own, in which browsers write the queries of its links."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(source.encode("utf-8", errors="replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None:
        return None
    base = next((e.get("href") for e in root.iter("base") if e.get("href")), "")
    where = _join(url, base) or url if base else url
    shown = "".join(_shown(root).split())
    title = next(("".join(e.itertext()) for e in root.iter("title")), "")
    return Page(
        url,
        source,
        " ".join(title.split()),
        {
            (e.get("name") or "").lower(): (e.get("content") or "").strip()
            for e in root.iter("meta")
            if e.get("name")
        },
        tuple(_anchors(root, where, encoding)),
        tuple(_addresses(root, where, _FRAMES)),
        tuple(_addresses(root, where, {"script": "src"})),
        len(shown),
        shown[:2_000],
    )


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one host."""
    return urlsplit(one).netloc.lower() == urlsplit(other).netloc.lower()


def join(base: str, place: str) -> str:
    """The absolute address of a place on a page, "" for what is no web address."""
    return _join(base, place)


def _anchors(root: etree._Element, base: str, encoding: str) -> Iterator[Anchor]:
    count = 0
    for element in root.iter("a", "area"):
        url = _join(base, element.get("href") or "", encoding)
        if not url:
            continue
        words = " ".join("".join(element.itertext()).split())
        yield Anchor(url, words, " ".join((element.get("title") or "").split()))
        count += 1
        if count == MAX_LINKS:
            return


def _addresses(root: etree._Element, base: str, tags: dict[str, str]) -> Iterator[str]:
    for element in root.iter(*tags):
        url = _join(base, element.get(tags[element.tag]) or "")
        if url:
            yield url


def _join(base: str, place: str, encoding: str = "utf-8") -> str:
    place = re.sub(r"[\t\r\n]", "", place.strip())
    if not place or place.startswith("#") or len(place) > MAX_URL:
        return ""
    try:
        parts = urlsplit(urljoin(base, place))
        query = parts.query
        if not query.isascii():
            query = quote(query.encode(encoding, errors="replace"), safe=_KEPT)
        # the fragment tells columns apart on one platform, and nothing anywhere else
        kept = parts.fragment if "/gkmlpt/" in parts.path else ""
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except (ValueError, LookupError):
        return ""
    return urlunsplit(parts._replace(query=query, fragment=kept)) if good else ""


def _shown(root: etree._Element) -> str:
    pieces: list[str] = []
    skip = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        hidden = element.tag in _HIDDEN or element.tag in ("title", "head")
        if event == "start":
            skip += hidden
            if not skip and element.text:
                pieces.append(element.text)
        else:
            skip -= hidden
            if not skip and element.tail:
                pieces.append(element.tail)
    return "".join(pieces)
