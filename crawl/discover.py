"""A page to the addresses worth fetching: pure, from its bytes, address and headers alone.

    discover("https://www.example.gov.cn/zwgk/nb/", data, {"content-type": "text/html"})

gives the reports, columns, further pages and attachments that the page leads to, each with the
reason; nothing is fetched. What systems do differently is in `crawl.families`, what words mean in
titles.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from crawl.families import finders, readers
from crawl.model import (
    Answer,
    Ask,
    Candidate,
    Context,
    Declared,
    Entry,
    Found,
    Item,
    Kind,
    More,
    Sub,
)
from crawl.page import Page, answer_to_page
from crawl.pager import page_to_more
from crawl.titles import Verdict, judge_title, rules
from extract.errors import GkextractError
from extract.readers.html_links import bytes_to_links
from extract.sniff import HTML, bytes_to_media_type

MAX_ATTACHMENTS = 6
"""Attachments of a report's page that are fetched."""
LEAST_SCORE = 20
"""Points from which a link of a report's page is its attachment."""
SHORT = 400
"""Characters up to which a page that speaks of a missing page is one."""
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE | re.ASCII)
_MAY_ATTACH = re.compile(
    r"\.(?:pdf|docx?|wps|xlsx?|et|ofd|rtf|zip|rar|7z|jpe?g|png|tif)\b|download|downfile|attach"
    r"|<(?:iframe|frame|embed|object)\b|/__local/|/files/|showVsbpdfIframe",
    re.IGNORECASE,
)
"""What a page without attachments has none of: most reports' pages are not looked through."""
_PIECES = re.compile(r"\s*(?:[-_|–—>»]|\s{2,})\s*")
_NAMES = ("articletitle", "columnname", "title")


def discover(
    url: str,
    data: bytes,
    headers: Mapping[str, str],
    context: Context | None = None,
    kind: Kind = "column",
) -> Found:
    """What the answer at `url` leads to; `headers` with names in lower case, `context` and `kind`
    as the candidate had them that led here. Raises nothing for any bytes."""
    context = context or Context()
    charset = _CHARSET.search(headers.get("content-type", ""))
    answer = Answer(url, data, charset[1].lower() if charset else None)
    if context.family in readers():
        items = list(readers()[context.family](answer, context))
        rows = sum(isinstance(i, Entry) for i in items)
        found = Found(family=context.family, annual=context.annual, rows=rows)
        return _gather(found, items, (), context)
    if bytes_to_media_type(data) != HTML:
        return Found(trouble="unreadable")
    page = answer_to_page(answer)
    return (
        Found(trouble="unreadable") if page is None else _page_to_found(page, answer, context, kind)
    )


def _page_to_found(page: Page, answer: Answer, context: Context, kind: Kind) -> Found:
    verdict = _own_verdict(page)
    holds = verdict.promise == "report"
    annual = kind in ("column", "page") and (context.annual or verdict.promise == "annual")
    found = Found(
        title=_own_title(page),
        holds_report=holds,
        annual=annual,
        year=verdict.year,
        agency=verdict.agency,
        text=page.shown,
    )
    items: list[Item] = []
    # a report's own page is no list of any system's
    for name, find in (finders() if not (holds and kind == "report") else {}).items():
        given = list(find(page, context))
        if given and not found.family:
            found = replace(found, family=name)
        items += given
    if not any(isinstance(i, More) for i in items):
        items += [i for i in page_to_more(page, context) if not _knows(items, i)]
    if holds or kind in ("report", "attachment"):
        # what a report's page shows in a frame is its attachment, not a list
        items = [i for i in items if not (isinstance(i, Sub) and i.state.get("framed"))]
    trouble = _trouble(page, items)
    if trouble:
        return replace(found, trouble=trouble, annual=context.annual, holds_report=False)
    rows = sum(isinstance(i, Entry) for i in items)
    found = replace(found, rows=rows or None)
    attachments = _attachments(page, answer) if holds or kind in ("report", "attachment") else ()
    return _gather(found, items, _anchors(page, annual, context), context, tuple(attachments))


def _knows(items: list[Item], item: Item) -> bool:
    return isinstance(item, Declared) and any(isinstance(i, Declared) for i in items)


def _own_title(page: Page) -> str:
    return next((page.metas[n] for n in _NAMES if page.metas.get(n)), page.title)


def _own_verdict(page: Page) -> Verdict:
    """What the page says of itself: in its metas, else in the pieces of its title."""
    best = Verdict("")
    for words in (*(page.metas.get(n, "") for n in _NAMES), page.title, *_PIECES.split(page.title)):
        verdict = judge_title(words)
        if verdict.score > best.score:
            best = verdict
    return best


def _trouble(page: Page, items: list[Item]) -> str:
    missing = rules().missing
    if missing.search(page.title) or (page.shown < SHORT and missing.search(page.text)):
        return "soft_404"
    leads = page.anchors or page.frames or any(not isinstance(i, Declared) for i in items)
    return "stub" if page.shown < rules().least and not leads else ""


def _anchors(page: Page, annual: bool, context: Context) -> Iterator[Candidate]:
    below = Context(annual=True, state={"inside": True})
    for anchor in page.anchors:
        if anchor.url == page.url:
            continue
        verdict = judge_title(anchor.words, annual=annual)
        if verdict.promise == "report":
            yield _report(anchor.url, anchor.words, verdict, "link")
        elif verdict.promise == "annual":
            # directories of years and agencies lead down once, not through the whole site
            named = judge_title(anchor.words).promise == "annual"
            if named or not context.state.get("inside") or verdict.year is not None:
                yield _column(anchor.url, anchor.words, verdict, "link", below)
        elif verdict.promise == "weak" and not annual:
            yield _column(anchor.url, anchor.words, verdict, "link", Context())


def _gather(
    found: Found,
    items: Iterable[Item],
    linked: Iterable[Candidate],
    context: Context,
    attachments: tuple[Candidate, ...] = (),
) -> Found:
    """The candidates of items, links and attachments, each address once, the best of it."""
    annual, given = found.annual, [*linked]
    for item in items:
        if isinstance(item, Entry):
            given += _entry_to_candidates(item, annual, found.family)
        elif isinstance(item, Sub):
            given += _sub_to_candidates(item, annual, found.family, context)
        elif isinstance(item, Declared):
            pages, rows = found.pages or item.pages, found.declared_rows or item.rows
            found = replace(found, pages=pages, declared_rows=rows)
    given += attachments
    if annual or any(c.kind == "report" for c in given):
        first = next((i for i in items if isinstance(i, More)), None)
        if first is not None:
            given.append(_more(first, annual, found.family, context))
    best: dict[tuple[str, str], Candidate] = {}
    for candidate in given:
        name = (candidate.url, candidate.ask.body if candidate.ask else "")
        if name not in best or best[name].score < candidate.score:
            best[name] = candidate
    return replace(found, candidates=tuple(best.values()))


def _entry_to_candidates(entry: Entry, annual: bool, family: str) -> Iterator[Candidate]:
    verdict = judge_title(entry.title, annual=annual)
    if verdict.promise == "report":
        yield _report(entry.url, entry.title, verdict, family)
        for url, title in entry.files:
            file = replace(_report(url, title, verdict, family), kind="attachment", score=90)
            yield replace(file, context=Context(state={"of": entry.url}))
    elif verdict.promise == "annual":
        yield _column(entry.url, entry.title, verdict, family, Context(annual=True))


def _sub_to_candidates(
    sub: Sub, annual: bool, family: str, context: Context
) -> Iterator[Candidate]:
    verdict = judge_title(sub.title, annual=annual)
    inside = Context(
        annual=verdict.promise == "annual" or (annual and sub.sure),
        family=sub.family,
        list=context.list,
        state=sub.state,
    )
    if sub.sure:
        yield replace(_column(sub.url, sub.title, verdict, family, inside, sub.ask), score=70)
    elif verdict.promise in ("annual", "weak", "report"):
        yield _column(sub.url, sub.title, verdict, family, inside, sub.ask)


def _more(more: More, annual: bool, family: str, context: Context) -> Candidate:
    turn = Context(
        annual=annual,
        family=more.family,
        list=context.list,
        number=max(more.number, context.number + 1),
        state=more.state,
    )
    return Candidate(more.url, "page", score=75, why=family or "pager", ask=more.ask, context=turn)


def _report(url: str, words: str, verdict: Verdict, why: str) -> Candidate:
    score = verdict.score
    return Candidate(url, "report", words, score, verdict.year, verdict.agency, why)


def _column(
    url: str, words: str, verdict: Verdict, why: str, context: Context, ask: Ask | None = None
) -> Candidate:
    return Candidate(url, "column", words, verdict.score, verdict.year, "", why, ask, context)


def _attachments(page: Page, answer: Answer) -> Iterator[Candidate]:
    """Files of a report's page, the best first; a report that they name is one in its own right."""
    if not _MAY_ATTACH.search(page.source):
        return
    try:
        links = bytes_to_links(answer.data, answer.url, answer.charset)
    except GkextractError:
        return
    count = 0
    for link in links:
        if link.data is not None or link.score < LEAST_SCORE or link.url == page.url:
            continue
        year = judge_title(link.text).year
        linked = Context(state={"linked_by": link.kind})
        yield Candidate(link.url, "attachment", link.text, 90, year, "", link.kind, None, linked)
        count += 1
        if count == MAX_ATTACHMENTS:
            return
