"""The ladder: detectors in the order of their cost, every attempt kept, the first that is
proven ends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from extract.beat import enter, is_skipped, skipped_pages
from extract.sniff import PDF
from extract.trials import (
    RECOGNISING,
    Trial,
    best_trial,
    confirmed,
    figures,
    independent,
    with_combined,
)
from tableparse.labels import repair_glyphs
from tableparse.model import Document, Finding, Grid, Line, Page, Sight, Table
from tableparse.pages import PageText, page_to_text, without_furniture
from tableparse.read import tables_to_reading
from tableparse.stitch import pages_to_tables

MARKERS = (
    "政府信息公开申请", "现行有效", "行政强制", "事业性收费", "集中采购", "结果维持", "自然人",
    "商业企业", "国家秘密", "内部事务", "不掌握", "重复申请", "公开出版物", "不补正", "结转下年度",
)  # fmt: skip
"""Words of the form's tables; a page that holds a piece of one has at least two."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A detector: what it is called, the name under which users ask for it, its function."""

    name: str
    asked_as: str
    detect: Callable[[bytes, Document], tuple[Grid, ...]]
    adds_lines: bool = False
    """Looks as the rung before it does, at more lines: no second opinion."""
    only: str | None = None
    """The one media type whose bytes it can look at; None where the pages as read do."""


def _plumber(_: bytes, document: Document) -> tuple[Grid, ...]:
    from extract.detectors.plumber import page_to_grids

    pages = [page for page in document.pages if page.rulings]
    return _by_page("pdfplumber", pages, page_to_grids)


def _plumber_fills(_: bytes, document: Document) -> tuple[Grid, ...]:
    from extract.detectors.plumber import page_to_filled_grids

    pages = [page for page in document.pages if page.fills]
    return _by_page("pdfplumber+fills", pages, page_to_filled_grids)


def _by_page(
    name: str, pages: Sequence[Page], find: Callable[[Page], tuple[Grid, ...]]
) -> tuple[Grid, ...]:
    grids: list[Grid] = []
    for page in pages:
        if not is_skipped(name, page.number):
            enter(name, page.number)
            grids += find(page)
    return tuple(grids)


def _whitespace(_: bytes, document: Document) -> tuple[Grid, ...]:
    from extract.detectors.whitespace import pages_to_grids

    return pages_to_grids(document.pages)


def _camelot(data: bytes, document: Document) -> tuple[Grid, ...]:
    return _camelot_grids(data, document, raster=False)


def _camelot_raster(data: bytes, document: Document) -> tuple[Grid, ...]:
    return _camelot_grids(data, document, raster=True)


def _camelot_grids(data: bytes, document: Document, *, raster: bool) -> tuple[Grid, ...]:
    from extract.detectors.camelot_lattice import pages_to_grids

    name = "camelot+raster" if raster else "camelot"
    pages = [p.number for p in document.pages if _marked(p) and not p.turn and p.sights is None]
    pages = [page for page in pages if not is_skipped(name, page)]
    return pages_to_grids(data, pages, raster=raster, before=lambda page: enter(name, page))


LADDER = (
    Rung("pdfplumber", "pdfplumber", _plumber),
    Rung("pdfplumber+fills", "pdfplumber", _plumber_fills, adds_lines=True),
    Rung("whitespace", "whitespace", _whitespace),
    Rung("camelot", "camelot", _camelot, only=PDF),
    Rung("camelot+raster", "camelot", _camelot_raster, adds_lines=True, only=PDF),
)


def _rung_name(rung: Rung, document: Document) -> str:
    """The detector's name in the report: lines of pictures are found by OpenCV."""
    if not any(p.sights is not None for p in document.pages):
        return rung.name
    whole = all(p.sights is not None for p in document.pages)
    return (rung.name.replace("pdfplumber", "opencv") if whole else rung.name) + RECOGNISING


def page_sights(pages: Sequence[Page]) -> dict[int, tuple[Sight, ...]]:
    """What was seen on the pages that were recognised, by their numbers."""
    return {p.number: p.sights for p in pages if p.sights is not None}


def _marked(page: Page) -> bool:
    text = repair_glyphs("".join(c.text for c in page.chars))
    return sum(word in text for word in MARKERS) >= 2


def run_ladder(
    data: bytes, document: Document, detector: str, notes: Sequence[Finding]
) -> list[Trial]:
    """Readings by each detector that was worth trying, in the order tried; `detector` names
    one, or "auto" for all. There is at least one."""
    trials: list[Trial] = []
    plain: dict[int, PageText] = {}
    seen: set[tuple[Grid, ...]] = set()
    lost: list[Finding] = []
    for rung in LADDER:
        if detector not in ("auto", rung.asked_as) or rung.only not in (None, document.media_type):
            continue
        if trials and settled(with_combined(trials, notes), rung):
            continue
        lost += [_lost(rung, f" on page {page} (it ended)") for page in skipped_pages(rung.name)]
        try:
            enter(rung.name)
            grids = rung.detect(data, document)
        except Exception as error:  # a detector that fails costs its opinion, not the document
            pages = ", ".join(map(str, getattr(error, "pages", ())))
            where = f" on page {pages}" if pages else ""
            lost.append(_lost(rung, f"{where} ({type(error).__name__})"))
            grids = getattr(error, "grids", ())
            if not grids:
                continue
        if trials and (not grids or grids in seen):
            continue
        seen.add(grids)
        trials.append(
            _grids_to_trial(_rung_name(rung, document), document, grids, plain, (*notes, *lost))
        )
    if not trials:
        return [_grids_to_trial(detector, document, (), plain, (*notes, *lost))]
    return with_combined(trials, (*notes, *lost))


def _lost(rung: Rung, how: str) -> Finding:
    message = f"{rung.name} gave no result{how}"
    return Finding("detector.lost", "warning", "extraction", message)


def settled(trials: Sequence[Trial], rung: Rung) -> bool:
    """Whether nothing is to be gained from the rung: a reading is proven, or cannot be by
    any other (unproven), or an independent one agrees that the publisher slipped."""
    best = best_trial(trials)
    status = best.reading.status
    if status in ("verified", "unproven"):
        return True
    if status == "inconsistent" and rung.adds_lines:
        return True
    if status == "inconsistent":
        failed = [f for f in best.reading.findings if f.code == "identity.failed"]
        others = [figures(t) for t in trials if independent(best, t)]
        return all(confirmed(finding, figures(best), others) for finding in failed)
    return False


def pages_to_contents(document: Document) -> tuple[tuple[Table, ...], tuple[Line, ...]]:
    """The tables that the pages' rulings bound, and the lines around them."""
    grids = _plumber(b"", document)
    pages = [page_to_text(p, [g for g in grids if g.page == p.number]) for p in document.pages]
    clean = without_furniture(pages)
    return pages_to_tables(clean), tuple(line for page in clean for line in page.lines)


def _grids_to_trial(
    name: str,
    document: Document,
    grids: Sequence[Grid],
    plain: dict[int, PageText],
    notes: Sequence[Finding],
) -> Trial:
    by_page: dict[int, list[Grid]] = {}
    for grid in grids:
        by_page.setdefault(grid.page, []).append(grid)
    pages = []
    for page in document.pages:
        own = by_page.get(page.number)
        if own:
            pages.append(page_to_text(page, own))
        else:
            if page.number not in plain:
                plain[page.number] = page_to_text(page, ())
            pages.append(plain[page.number])
    clean = without_furniture(pages)
    tables = pages_to_tables(clean)
    lines = tuple(line for page in clean for line in page.lines)
    reading = tables_to_reading(tables, notes, page_sights(document.pages))
    return Trial(name, reading, lines, grids=tuple(grids), tables=tables)
