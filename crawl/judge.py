"""What came to what it means: pure. The outcome of a fetch by name, whether it is asked for again,
where it leads, whether a report is to be read from it.

Outcomes: `fetched`, `changed`, `same`, `unchanged` (304), `fresh` (not asked for, known for less
than the days of the plan), `redirected`, `redirected_home`, `redirect_loop`, `gone`, `vanished`
(gone, and was there before), `blocked:KIND`, `refused:STATUS`, `http:STATUS`, `failed:CODE`,
`no_tls` (asked for by http from then on), `no_sitemap`, `empty`, `stub`, `soft_404`, `unreadable`,
`not_a_file`, `duplicate`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from crawl.address import is_home, url_to_key
from crawl.came import Came
from crawl.discover import discover
from crawl.ledger import Row
from crawl.model import Found
from extract.sniff import HTML, SUPPORTED

TRIES = 3
"""Times that an address is asked for, where what failed may pass."""
HOPS = 5
REFUSALS = frozenset({401, 403, 405, 412, 418, 451, 493, 521})
PASSES = frozenset({408, 429, 500, 502, 503, 504})
FRAMED = frozenset({"iframe", "embed", "object", "viewer"})
"""Kinds of links that may lead to a page in a file's place."""
DATA = frozenset({"text/plain", "text/markdown", "text/csv", "text/tab-separated-values"})
"""Kinds that are documents only where a report was expected."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome. `again`: the address waits again. `lead`: where it is to be asked for instead.
    `refused`: the host does not want to be asked."""

    outcome: str
    note: str = ""
    again: bool = False
    lead: str = ""
    refused: bool = False
    keep: bool = False
    document: bool = False
    found: Found = field(default_factory=Found)


def judge_came(row: Row, came: Came, *, seen: bool = False) -> Judged:
    """What an answer means; `seen` where the same bytes were expanded at another address."""
    if came.insecure and row.url.startswith("https:"):
        # the last of all lanes; the record says how the document came
        return Judged("no_tls", came.message, again=True, lead=f"http:{row.url[6:]}")
    if came.error:
        again = came.passes and row.tries + 1 < TRIES
        return Judged(f"failed:{came.error}", came.message, again=again)
    if came.guard is not None:
        said = f"the site's guard answers: {came.guard}, HTTP {came.status}"
        return Judged(f"blocked:{guard_to_kind(came.guard)}", said, refused=True)
    if came.status == 304:
        return judge_known(row, came)
    if came.location:
        return _judge_redirect(row, came)
    if came.status in REFUSALS:
        return Judged(f"refused:{came.status}", refused=True)
    if came.status in (404, 410) and row.context.family == "sitemap":
        return Judged("no_sitemap")
    if came.status in (404, 410):
        return Judged("vanished" if row.sha256 else "gone", f"HTTP {came.status}")
    if came.status in PASSES:
        return Judged(f"http:{came.status}", again=row.tries + 1 < TRIES)
    if came.status not in (200, 203):
        return Judged(f"http:{came.status}")
    if not came.body:
        return Judged("empty", "the server sent an empty body")
    return _judge_body(row, came, seen)


def judge_known(row: Row, came: Came, outcome: str = "unchanged") -> Judged:
    """What bytes mean that are known from before: `came` holds them without having fetched
    them."""
    if not came.body:
        return Judged(outcome, "the bytes are not in the store", document=row.document)
    judged = _judge_body(row, came, seen=False)
    return replace(judged, outcome=outcome) if judged.outcome == "same" else judged


def guard_to_kind(name: str) -> str:
    """A guard's name in one word: `jiasule`, `ruishu`, `captcha`."""
    return name.lower().removeprefix("a ").split(" ")[0]


def _judge_redirect(row: Row, came: Came) -> Judged:
    said = f"HTTP {came.status} to {came.location}"
    if row.hops >= HOPS or row.tries >= TRIES:
        return Judged("redirect_loop", said)
    if url_to_key(came.location) == url_to_key(row.url):
        # with a cookie, by https, or without a session: the same document under its own name
        return Judged("redirected", said, again=True, lead=came.location)
    if is_home(came.location) and not is_home(row.url):
        return Judged("redirected_home", said)
    return Judged("redirected", said, lead=came.location)


def _judge_body(row: Row, came: Came, seen: bool) -> Judged:
    outcome = "fetched"
    if row.sha256:
        same = came.sha256 in ("", row.sha256)
        outcome = "same" if same else "changed"
    if row.context.family:
        return Judged(outcome, keep=True, found=find(row, came))
    if came.media_type != HTML:
        expected = row.kind in ("report", "attachment")
        known = came.media_type in SUPPORTED and (expected or came.media_type not in DATA)
        if not known and not expected:
            return Judged("unreadable", came.media_type)
        return Judged(outcome, keep=True, document=True)
    if seen and row.kind in ("column", "page"):
        return Judged("duplicate", "the same page stands at another address")
    found = find(row, came)
    if found.trouble:
        return Judged(found.trouble, keep=True, found=found)
    if row.kind == "attachment" and not found.holds_report and row_is_file(row):
        said = f"a web page in place of a file ({found.title[:60]})"
        return Judged("not_a_file", said, keep=True)
    document = found.holds_report or row.kind in ("report", "attachment")
    return Judged(outcome, keep=True, document=document, found=found)


def row_is_file(row: Row) -> bool:
    """Whether an attachment was linked as a file, not shown in a frame."""
    return row.context.state.get("linked_by") not in FRAMED


def find(row: Row, came: Came) -> Found:
    """What the answer leads to."""
    return discover(came.url, came.body, came.headers, row.context, row.kind)  # type: ignore[arg-type]
