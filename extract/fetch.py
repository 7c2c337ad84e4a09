"""One careful fetch: an address to bytes, whatever stands at the other end.

Every hop is judged anew, everything has a limit, and what was met on the way is told. A guard's
page is a FETCH error and not a BLOCKED one: the address may be fetched, the site did not give it.
"""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPMessage
from time import monotonic
from urllib.parse import quote, urljoin

from extract.errors import BlockedError, FetchError, InputError
from extract.fetch_http import Answer, ask_server
from extract.fetch_tls import Tls
from extract.fetch_waf import find_challenge
from extract.fetch_wire import Limits, Net, Terms, TransientError
from extract.guard import Target, url_to_target
from tableparse.model import Finding
from tableparse.version import __version__

USER_AGENT = f"gkextract/{__version__} (reader of annual reports on information disclosure)"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
AGAIN = frozenset({408, 429})
"""Statuses that may pass, beside all from 500 on."""
MAX_COOKIES = 50
MAX_COOKIE = 4096
BY_HAND = "open it in a browser, save the page or file and give its path"

Jar = dict[str, dict[str, str]]
"""Cookies by host, then name: each goes back to the very host that set it, and to no other."""

_COOKIE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,256})=([\x21\x23-\x2b\x2d-\x3a\x3c-\x7e]*)")
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE | re.ASCII)
_TYPE = re.compile(r"\s*([\w.+-]{1,60}/[\w.+-]{1,100})\s*(?:;|\Z)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched: the bytes as decompressed, the final URL, what the server declared
    (never believed for the kind of file), when (UTC, ISO 8601), how the last hop was secured,
    and the URLs on the way, the first one included, the final one not."""

    data: bytes = field(repr=False)
    url: str
    declared: str | None
    charset: str | None
    retrieved_at: str
    tls: Tls | None = None
    redirects: tuple[str, ...] = ()


def fetch(
    url: str,
    *,
    referer: str | None = None,
    allow_private: bool = False,
    deadline: float = 60.0,
    jar: Jar | None = None,
    charset: str = "utf-8",
    net: Net | None = None,
    limits: Limits | None = None,
) -> Fetched:
    """The document at an http or https address, within `deadline` seconds all told.

    `referer` is the page that links to it, `charset` that page's encoding (for the query).
    Raises BlockedError (an address that must not be fetched, at any hop), FetchError (not
    delivered), LimitError (too large), InputError (no address)."""
    limits = limits or Limits()
    terms = Terms(monotonic() + deadline, deadline, allow_private, net or Net(), limits)
    jar = {} if jar is None else jar
    target = url_to_target(url, allow_private=allow_private, charset=charset)
    passed: list[str] = []
    while True:
        answer = _ask_patiently(target, to_headers(target, referer, jar), terms)
        keep_cookies(answer.headers, target, jar)
        location = answer.headers.get("Location")
        if answer.status not in REDIRECTS or not location:
            break
        if len(passed) == limits.redirects:
            raise FetchError(f"redirected more than {limits.redirects} times", "check the address")
        passed.append(target.url)
        target = follow_redirect(target, location, allow_private)
    _check_answer(answer)
    said = answer.headers.get("Content-Type") or ""
    declared, encoding = _TYPE.match(said), _CHARSET.search(said)
    return Fetched(
        answer.body,
        target.url,
        declared[1].lower() if declared else None,
        encoding[1].lower() if encoding else None,
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        answer.tls,
        tuple(passed),
    )


def fetched_to_notes(fetched: Fetched) -> tuple[Finding, ...]:
    """What has to be said of the way on which a document came."""
    notes = []
    tls = fetched.tls
    if tls is not None and not tls.is_plain:
        said = [f"the connection was made with TLS settings: {tls.lane}"]
        if tls.unverified is not None:
            said.append(f"the certificate was not verified ({tls.unverified})")
        notes.append(Finding("source.tls", "warning", "publisher", "; ".join(said)))
    if fetched.redirects:
        first, last = url_to_parts(fetched.redirects[0]), url_to_parts(fetched.url)
        if first[:2] != last[:2] or (last[2] == "/" and first[2] != "/"):
            message = f"redirected from {'://'.join(first[:2])} to {'://'.join(last[:2])}"
            message += ", to its home page" if last[2] == "/" else ""
            notes.append(Finding("source.redirected", "info", "publisher", message))
    return tuple(notes)


def url_to_parts(url: str) -> tuple[str, str, str]:
    """Scheme, host with port, and path of a URL as fetched."""
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    return scheme, host, f"/{path}"


def _ask_patiently(target: Target, headers: dict[str, str], terms: Terms) -> Answer:
    """The answer; what may pass is asked for again, as often as the limits say and as late as
    the server asks, within the time."""
    tries = 0
    while True:
        answer: Answer | None = None
        wait = terms.limits.pause * 2**tries * random.uniform(0.8, 1.2)
        try:
            answer = ask_server(target, headers, terms)
        except TransientError:
            if tries == terms.limits.retries or wait > terms.left():
                raise
        if answer is not None:
            passes = answer.status in AGAIN or answer.status >= 500
            if not passes or find_challenge(answer.status, answer.body):
                return answer
            wait = max(wait, retry_after(answer.headers.get("Retry-After")))
            if tries == terms.limits.retries or wait > terms.left():
                return answer
        time.sleep(wait)
        tries += 1


def retry_after(said: str | None) -> float:
    """Seconds that a server asks to wait; 0 where it does not say."""
    said = (said or "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        return max((parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return 0.0


def _check_answer(answer: Answer) -> None:
    """Raises FetchError unless the document came."""
    guard = find_challenge(answer.status, answer.body)
    if guard is not None:
        said = f"the site's guard answers in place of the document: {guard}, HTTP {answer.status}"
        raise FetchError(said, BY_HAND)
    if answer.status not in (200, 203):
        try:
            phrase = HTTPStatus(answer.status).phrase
        except ValueError:
            phrase = "unknown"
        hint = "check the address" if answer.status in (404, 410) else BY_HAND
        if answer.status in AGAIN or answer.status >= 500:
            hint = FetchError.advice
        raise FetchError(f"HTTP {answer.status} ({phrase})", hint)
    if not answer.body:
        raise FetchError("the server sent an empty body")


def to_headers(target: Target, referer: str | None, jar: Jar) -> dict[str, str]:
    """The headers of a request: who asks, what is taken, the page that led here, cookies."""
    headers = {
        "User-Agent": USER_AGENT,
        "Accept": "*/*",
        "Accept-Language": "zh-CN, zh;q=0.9",
        "Accept-Encoding": "gzip, deflate",
        "Connection": "close",
    }
    if referer is not None:
        page = url_to_target(referer, allow_private=True)
        # as browsers do: the page to its own host, its host to others, nothing from https to http
        if page.origin == target.origin:
            headers["Referer"] = page.url
        elif (page.scheme, target.scheme) != ("https", "http"):
            headers["Referer"] = page.origin
    cookies = jar.get(target.host)
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return headers


def keep_cookies(headers: HTTPMessage, target: Target, jar: Jar) -> None:
    """A plain jar: guards that set a cookie and send back to the same address are passed with
    it. What a script would set is not."""
    for line in headers.get_all("Set-Cookie") or ():
        found = _COOKIE.match(line.strip())
        cookies = jar.setdefault(target.host, {})
        if found and len(found[0]) <= MAX_COOKIE and len(cookies) < MAX_COOKIES:
            cookies[found[1]] = found[2]


def follow_redirect(target: Target, location: str, allow_private: bool) -> Target:
    """Where a redirect leads. Raises BlockedError, FetchError."""
    raw = location.strip().encode("latin-1", errors="replace")  # as http.client gives it
    try:
        place = raw.decode("utf-8")
    except UnicodeDecodeError:
        place = quote(raw, safe="!#$%&'()*+,/:;=?@[]~")
    try:
        return url_to_target(urljoin(target.url, place), allow_private=allow_private)
    except (InputError, ValueError) as error:
        raise FetchError("redirected to what is no address", "check the address") from error
    except BlockedError as error:
        raise BlockedError(f"redirected to {error.message}") from error
