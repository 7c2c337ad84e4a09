"""Where else a page's report may be: attachments, frames, viewers, files inside scripts.

Pure: a page's bytes and address to candidates with points, the best first. Nothing is fetched.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from extract.readers.html_addresses import AddressTarget, look_through
from extract.readers.html_raw import tidy_text

MAX_LINKS = 2_000
"""Links of a page that are looked at."""
MAX_FILE = 30_000_000
"""Bytes of a file inside the page."""
_FRAMES = {"iframe": "src", "frame": "src", "embed": "src", "object": "data"}
_VIEWED = ("file", "fileurl", "url", "src", "pdf", "pdfurl")
_VIEWER = re.compile(r"viewer\.html|pdfjs|onlinePreview|pdfview", re.IGNORECASE)
_VSB = re.compile(r"showVsbpdfIframe\(\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
_NAMED = re.compile(
    r'"(?:name|title|fileName)"\s*:\s*("(?:[^"\\]|\\.)*")\s*,\s*'
    r'"(?:url|path|filePath|fileUrl)"\s*:\s*("(?:[^"\\]|\\.)*")'
)
_QUOTED = re.compile(
    r"[\"']([^\"'\s<>]{1,500}\.(?:pdf|docx?|wps|xlsx?|ofd|zip|rar)(?:\?[^\"'\s<>]{0,200})?)[\"']",
    re.IGNORECASE,
)
_PDF_IN_SCRIPT = re.compile(
    r"[\"'](?:data:application/pdf;base64,)?(JVBERi0[\w+/=\s\\]{100,})[\"']"
)
_DATA_URI = re.compile(r"data:application/(?:pdf|octet-stream);base64,([\w+/=%\s]+)", re.I)
_ENDING = re.compile(r"\.([a-z0-9]{2,5})$")
_PLACED = re.compile(r"/(?:P0|W0)2\d{9,}|/__local/|/files/[0-9a-f-]{16,}")


@dataclass(frozen=True, slots=True)
class Link:
    """A candidate: its address (absolute where the page's is known; "" for a file inside the
    page, whose bytes are `data`), the words that go with it, what it is linked by, its points."""

    url: str
    text: str
    kind: str
    score: int
    data: bytes | None = None


@dataclass(slots=True)
class _Seen:
    kind: str
    url: str
    text: str
    data: bytes | None = None


class _LinkTarget(AddressTarget):
    """Links with their words, frames, pictures, scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[_Seen] = []
        self.anchors: list[tuple[_Seen, list[str]]] = []
        self.script: list[str] | None = None

    def start(self, tag: str, attrs: Mapping[str, str]) -> None:
        """A start tag."""
        super().start(tag, attrs)
        if tag == "script":
            self.script = []
        elif tag == "a" and attrs.get("href"):
            link = _Seen("a", attrs["href"], attrs.get("title", ""))
            self.seen.append(link)
            self.anchors.append((link, []))
        elif tag in _FRAMES:
            kind = "iframe" if tag == "frame" else tag
            text = attrs.get("title", "")
            if attrs.get(_FRAMES[tag]):
                self.seen.append(_Seen(kind, attrs[_FRAMES[tag]], text))
            path = _disk_path(attrs.get("name", ""))
            if path:
                self.seen.append(_Seen(kind, path, text))
        elif tag == "img" and attrs.get("src"):
            words = f"{attrs.get('alt', '')} {attrs.get('title', '')}"
            self.seen.append(_Seen("img", attrs["src"], words))

    def end(self, tag: str) -> None:
        """An end tag."""
        super().end(tag)
        if tag == "script" and self.script is not None:
            self.seen += _script_to_links("".join(self.script))
            self.script = None
        elif tag == "a" and self.anchors:
            link, words = self.anchors.pop()
            link.text = f"{''.join(words)} {link.text}"

    def data(self, text: str) -> None:
        """Text of a link or script."""
        if self.script is not None:
            self.script.append(text)
        elif self.anchors:
            self.anchors[-1][1].append(text)


def bytes_to_links(data: bytes, url: str = "", charset: str | None = None) -> tuple[Link, ...]:
    """The candidates of a page at `url`, the best first, those alike in the page's order;
    each address once.

    Raises LimitError for pages over the limits of reading, CorruptError where no encoding
    explains the bytes."""
    page = look_through(data, charset, _LinkTarget(), "attachments")
    best: dict[str | int, Link] = {}
    for number, link in enumerate(_resolved(page.seen[:MAX_LINKS], urljoin(url, page.base))):
        score = _score(link)
        if score <= 0:
            continue
        key = link.url or -number
        text = tidy_text(link.text)
        if key not in best or best[key].score < score:
            best[key] = Link(link.url, text, link.kind, score, link.data)
    return tuple(sorted(best.values(), key=lambda found: -found.score))


def _resolved(seen: Iterable[_Seen], base: str) -> Iterator[_Seen]:
    """Links with absolute addresses, viewers replaced by what they show; without those that
    lead nowhere (scripts, mail, parts of the page)."""
    for link in seen:
        if link.data is not None:
            yield link
            continue
        href = link.url.strip()
        if href.lower().startswith("data:"):
            data = _uri_to_bytes(href)
            if data:
                yield _Seen("data", "", link.text, data)
            continue
        if href.lower().startswith("javascript:"):
            found = _QUOTED.search(href)
            href = found[1] if found else "#"
        if not href or href.startswith("#"):
            continue
        try:
            target = urljoin(base, href)
            shown = _viewed(target)
            scheme = urlsplit(target).scheme.lower()
        except ValueError:
            continue
        if scheme in ("http", "https") or (not scheme and not base):
            kind = "viewer" if shown else link.kind
            yield _Seen(kind, urljoin(target, shown) if shown else target, link.text)


def _viewed(url: str) -> str:
    """The address of the file that a viewer's address names; "" where it is no viewer's."""
    if not _VIEWER.search(url):
        return ""
    for key, value in parse_qsl(urlsplit(url).query):
        if key.lower() in _VIEWED and value:
            return _base64_text(value) or value
    return ""


def _base64_text(text: str) -> str:
    """The address that a text is in base 64 (as kkFileView writes it), else ""."""
    try:
        plain = base64.b64decode(unquote(text), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    return plain if re.match(r"https?://|/", plain) else ""


def _disk_path(name: str) -> str:
    """The path in a frame's name: JSON in base 64, as cloud disks of agencies write it."""
    try:
        found = json.loads(base64.b64decode(name, validate=True)) if len(name) > 20 else None
    except (binascii.Error, ValueError):
        return ""
    path = found.get("downPath") if isinstance(found, dict) else None
    return path if isinstance(path, str) else ""


def _script_to_links(script: str) -> Iterator[_Seen]:
    for found in _VSB.finditer(script):
        yield _Seen("viewer", found[1], "")
    for found in _NAMED.finditer(script):
        name, path = _string(found[1]), _string(found[2])
        if name and path:
            yield _Seen("json", path, name)
    for found in _PDF_IN_SCRIPT.finditer(script):
        data = _base64_bytes(found[1].replace("\\n", "").replace("\\", ""))
        if data:
            yield _Seen("data", "", "", data)
    for found in _QUOTED.finditer(script):
        yield _Seen("script", found[1].replace("\\/", "/"), "")


def _string(literal: str) -> str:
    try:
        value = json.loads(literal, strict=False)
    except ValueError:
        return ""
    return value if isinstance(value, str) else ""


def _uri_to_bytes(uri: str) -> bytes | None:
    found = _DATA_URI.match(uri)
    return _base64_bytes(unquote(found[1])) if found else None


def _base64_bytes(text: str) -> bytes | None:
    """The PDF that a text is in base 64; None for anything else, or more than MAX_FILE."""
    plain = "".join(text.split())
    if len(plain) > MAX_FILE * 4 // 3 + 4:
        return None
    try:
        data = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if data.startswith(b"%PDF-") else None


@cache
def _weights() -> dict[str, dict[str, int]]:
    text = files("extract.readers").joinpath("html_links.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    rules = {
        name: {rule["match"]: rule["points"] for rule in data[name]}
        for name in ("patterns", "words")
    }
    return {"types": data["types"], "kinds": data["kinds"], **rules}


def _score(link: _Seen) -> int:
    """Points of a link; 0 for what is no candidate. Pictures count only where they are
    uploads or are called a report."""
    weights = _weights()
    kind = weights["kinds"].get(link.kind, 0)
    if link.data is not None:
        return kind + weights["types"]["pdf"] + _words(link.text)
    ending = _ending(link.url)
    types = weights["types"]
    placed = sum(p for rule, p in weights["patterns"].items() if re.search(rule, link.url))
    if link.kind == "img" and not (_PLACED.search(link.url) or _words(link.text) > 0):
        return 0
    known = ending in types and types[ending] > 0
    if not (known or placed or link.kind in ("iframe", "embed", "object", "viewer")):
        return 0
    name = unquote(urlsplit(link.url).path.rpartition("/")[2])
    query = " ".join(value for _, value in parse_qsl(urlsplit(link.url).query))
    return types.get(ending, 0) + placed + kind + _words(f"{link.text} {name} {query}")


def _words(text: str) -> int:
    return sum(p for rule, p in _weights()["words"].items() if re.search(rule, text))


def _ending(url: str) -> str:
    """The kind of file that an address names, in its path or its query: "" for none."""
    parts = urlsplit(url)
    for name in (parts.path, *(value for _, value in parse_qsl(parts.query))):
        found = _ENDING.search(unquote(name).lower())
        if found and found[1] in _weights()["types"]:
            return found[1]
    return ""
