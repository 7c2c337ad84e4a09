"""One request through the project's one way to the network, and what came of it. Runs in a
thread; the bytes are kept before anyone hears of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.client import HTTPMessage
from time import monotonic

from crawl.blobs import Blobs
from crawl.model import Ask
from crawl.plan import Times
from extract.errors import FetchError, GkextractError, exception_to_error
from extract.fetch import Jar, follow_redirect, keep_cookies, retry_after, to_headers
from extract.fetch_http import Answer, ask_server
from extract.fetch_tls import UnsecurableError
from extract.fetch_waf import find_challenge
from extract.fetch_wire import Limits, Net, Terms, TransientError
from extract.guard import Target, url_to_target
from extract.sniff import bytes_to_media_type

KEPT = (
    "Content-Type", "Content-Length", "Content-Disposition", "Content-Encoding", "ETag",
    "Last-Modified", "Retry-After", "Server", "Date",
)  # fmt: skip
"""Headers that are written down; no cookie ever is."""
MAX_HEADER = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: an address as it goes out, with what belongs to the request."""

    url: str
    agent: str
    referer: str | None = None
    ask: Ask | None = None
    etag: str | None = None
    modified: str | None = None
    lane: str | None = None
    allow_private: bool = False
    big: bool = True
    """Whether a file's size is granted, or a page's."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came: a status with headers in lower case, or an error's code and message. `location`
    is absolute; `guard` names the challenge that stands in the document's place; `wait` is how
    long the server asks to be left alone, in seconds."""

    url: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    sha256: str = ""
    media_type: str = ""
    location: str = ""
    guard: str | None = None
    wait: float = 0.0
    tls: str | None = None
    unverified: str | None = None
    error: str = ""
    message: str = ""
    passes: bool = False
    """Whether an error may pass by itself."""
    insecure: bool = False
    """Whether the server's TLS was not understood in any way."""
    seconds: float = 0.0


def fetch_wish(wish: Wish, times: Times, jar: Jar, blobs: Blobs, net: Net | None = None) -> Came:
    """One request, judged and limited at its only hop. Raises nothing."""
    begun = monotonic()
    try:
        came = _fetch(wish, times, jar, blobs, net or Net(), begun)
    except Exception as exc:
        error = exception_to_error(exc)
        came = Came(
            wish.url,
            error=error.code,
            message=error.message,
            passes=isinstance(error, TransientError),
            insecure=isinstance(error, UnsecurableError),
        )
    return replace(came, seconds=round(monotonic() - begun, 4))


def _fetch(wish: Wish, times: Times, jar: Jar, blobs: Blobs, net: Net, begun: float) -> Came:
    size = times.file if wish.big else times.page
    limits = Limits(idle=times.idle, window=times.window, least=times.least, body=size)
    terms = Terms(begun + times.total, times.total, wish.allow_private, net, limits)
    target = url_to_target(wish.url, allow_private=wish.allow_private)
    headers = to_headers(target, wish.referer, jar) | {"User-Agent": wish.agent}
    if wish.etag:
        headers["If-None-Match"] = wish.etag
    if wish.modified:
        headers["If-Modified-Since"] = wish.modified
    body = None
    if wish.ask is not None and wish.ask.method == "POST":
        body = wish.ask.body.encode()
        headers["Content-Type"] = wish.ask.content_type
    answer = ask_server(target, headers, terms, body=body, lane=wish.lane)
    keep_cookies(answer.headers, target, jar)
    guard = find_challenge(answer.status, answer.body)
    good = answer.status in (200, 203) and guard is None and bool(answer.body)
    return Came(
        target.url,
        answer.status,
        _kept(answer.headers),
        answer.body,
        blobs.put(answer.body) if good else "",
        bytes_to_media_type(answer.body) if answer.body else "",
        _location(answer, target, wish),
        guard,
        retry_after(answer.headers.get("Retry-After")),
        answer.tls.lane if answer.tls else None,
        answer.tls.unverified if answer.tls else None,
    )


def _location(answer: Answer, target: Target, wish: Wish) -> str:
    """Where the answer sends, "" where it does not; judged when it is asked for itself."""
    place = answer.headers.get("Location")
    if answer.status not in (301, 302, 303, 307, 308) or not place:
        return ""
    try:
        return follow_redirect(target, place, wish.allow_private).url
    except GkextractError as error:
        raise FetchError(error.message) from error


def _kept(headers: HTTPMessage) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in KEPT:
        said = headers.get(name)
        if said is not None:
            plain = said.encode("latin-1", errors="replace").decode("utf-8", errors="replace")
            found[name.lower()] = plain[:MAX_HEADER]
    return found
