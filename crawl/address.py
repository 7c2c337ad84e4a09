"""Addresses: one name for each document, whose site a host is of, and traps told by form alone."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from crawl.families import keys
from crawl.model import Ask

if TYPE_CHECKING:
    from tldextract import TLDExtract

MAX_URL = 2_083
MAX_SEGMENTS = 16
"""Parts of a path."""
MAX_REPEATS = 3
"""Times that one part may stand in a path: relative links that lead into themselves."""
_SESSION = re.compile(r";(?:jsessionid|sessionid|phpsessid)=[^/?#]*", re.IGNORECASE)
_SESSIONS = frozenset(
    {"jsessionid", "phpsessid", "aspsessionid", "sessionid", "session_id", "sessid"}
)
_TRACKS = re.compile(r"utm_|spm$|_t$|timestamp$|rnd$|random$", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}


def url_to_key(url: str, ask: Ask | None = None) -> str:
    """One name for all addresses of a document: without session numbers, marks of tracking,
    default ports and scheme; with what is asked by POST."""
    key = next((found for known in keys() if (found := known(url))), "")
    if not key:
        parts = urlsplit(_SESSION.sub("", url))
        host = (parts.hostname or "").lower().removesuffix(".")
        port = parts.port
        where = host if port in (None, _PORTS.get(parts.scheme)) else f"{host}:{port}"
        path = quote(unquote(parts.path or "/", errors="surrogateescape"), errors="surrogateescape")
        query = [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if name.lower() not in _SESSIONS and not _TRACKS.match(name)
        ]
        fragment = parts.fragment if "/gkmlpt/" in parts.path else ""
        key = urlunsplit(("", where, path, urlencode(query), fragment)).removeprefix("//")
    if ask is not None and ask.body:
        key += f" {ask.method} {hashlib.sha256(ask.body.encode()).hexdigest()[:16]}"
    return key


def strip_session(url: str) -> str:
    """The address without session numbers, as it is asked for."""
    parts = urlsplit(_SESSION.sub("", url))
    if not any(name.lower() in _SESSIONS for name, _ in parse_qsl(parts.query)):
        return urlunsplit(parts)
    pairs = [(n, v) for n, v in parse_qsl(parts.query, True) if n.lower() not in _SESSIONS]
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def url_to_host(url: str) -> str:
    """The host of an address in lower case, without port and trailing dot; "" for none."""
    try:
        return (urlsplit(url).hostname or "").lower().removesuffix(".")
    except ValueError:
        return ""


def is_home(url: str) -> bool:
    """Whether an address is its host's front page."""
    parts = urlsplit(url)
    return not parts.query and bool(re.fullmatch(r"/?(?:index\.\w{2,5})?", parts.path))


def find_trap(url: str) -> str:
    """What makes an address look like a trap; "" for none."""
    if len(url) > MAX_URL:
        return f"an address of {len(url)} characters"
    segments = [s for s in urlsplit(url).path.split("/") if s]
    if len(segments) > MAX_SEGMENTS:
        return f"a path of {len(segments)} parts"
    worst = Counter(s for s in segments if not s.isdigit()).most_common(1)
    if worst and worst[0][1] >= MAX_REPEATS:
        return f"a path that repeats itself ({worst[0][1]} times {worst[0][0][:20]})"
    return ""


@cache
def host_to_domain(host: str) -> str:
    """The registered domain of a host by the public suffix list that comes with tldextract (no
    network); an address of numbers or a host without one stands for itself."""
    return _extractor()(host).top_domain_under_public_suffix or host


@cache
def _extractor() -> TLDExtract:
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


def domain_to_shard(domain: str, shards: int) -> int:
    """Which of the shards crawls a domain, from 1: all hosts of a domain are one shard's, so that
    no two machines ask the same host."""
    return int(hashlib.sha256(domain.encode()).hexdigest(), 16) % shards + 1
