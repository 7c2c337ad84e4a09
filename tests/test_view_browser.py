"""The page in a real headless Chromium: clicks, keys, narrow and dark screens, hostile text.

Skipped where there is no Chromium ($CHROMIUM, or one on the path)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser import CHROMIUM, Browser
from conftest import REPORTS, ROOT
from hostile import KINDS, hostile_document
from PIL import Image

from extract.view.load import load_work
from extract.view.page import work_to_page

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the path")

SLIP = REPORTS / "word-a28-slip-2019.pdf"
CROSSED = "applications.processed_total.total"
"""The figure of SLIP in which a failing row and a failing column cross."""
PageOf = Callable[[Path], Path]
CHOSEN = "[...document.querySelectorAll('.chosen[data-path]')].map(e => e.dataset.path)"


def _figure(path: str) -> str:
    return f'[data-path="{path}"]'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of this module."""
    found = Browser()
    yield found
    found.close()


@pytest.fixture(scope="module")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> PageOf:
    """Makes the page of a document, once."""
    made: dict[Path, Path] = {}
    folder = tmp_path_factory.mktemp("pages")

    def make(path: Path) -> Path:
        if path not in made:
            made[path] = folder / f"{len(made)}.html"
            made[path].write_text(work_to_page(load_work(path)), encoding="utf-8")
        return made[path]

    return make


def _open(browser: Browser, page: Path, fragment: str = "", **window: object) -> None:
    browser.resize(**{"width": 1400, "height": 900, **window})  # type: ignore[arg-type]
    browser.open(page, fragment)


@pytest.mark.parametrize(
    "path",
    [
        SLIP,
        ROOT / "fixtures" / "documents" / "docx-a12-slip.docx",
        ROOT / "fixtures" / "ofd" / "ofd-a14-sideways-40.ofd",
    ],
    ids=lambda path: path.name,
)
def test_page_runs_alone(browser: Browser, page_of: PageOf, path: Path) -> None:
    """The page asks for nothing beside itself, and the browser finds nothing to say of it:
    no error of the script, nothing that its policy had to stop."""
    _open(browser, page_of(path))
    assert browser.run("document.querySelectorAll('[data-path]').length") > 300
    assert [url for url in browser.requests if not url.startswith("data:")] == [
        page_of(path).as_uri()
    ]
    assert browser.logs == []


def test_click_links_both_ways(browser: Browser, page_of: PageOf) -> None:
    """A click on a figure of the matrix chooses it on the page and brings it into sight there,
    and the other way round; its place, raw text and failing equations are told."""
    _open(browser, page_of(SLIP))
    in_sight = (
        "(s => {{ const b = document.querySelector(s).getBoundingClientRect();"
        "return b.top >= 0 && b.bottom <= innerHeight; }})({!r})"
    )
    browser.click(f"#reading {_figure(CROSSED)}")
    assert browser.run(CHOSEN) == [CROSSED, CROSSED]
    assert browser.run(in_sight.format(f"#document {_figure(CROSSED)}"))
    told = browser.run("document.getElementById('inspected').innerText")
    assert "printed “0” · page 2" in told
    assert told.count("0 ≠ 19") == 2
    assert browser.run("location.hash") == f"#{CROSSED}"
    other = "applications.received.natural_person"
    browser.click(f"#document {_figure(other)}")
    assert browser.run(CHOSEN) == [other, other]
    assert browser.run(in_sight.format(f"#reading {_figure(other)}"))
    assert "14" in browser.run("document.querySelector('#inspected b').innerText")


def test_hover_points_across(browser: Browser, page_of: PageOf) -> None:
    """The pointer over a figure marks it on both sides, and its row and column."""
    _open(browser, page_of(SLIP), f"#{CROSSED}")
    browser.hover(f"#document {_figure('applications.processed_total.business')}")
    hot = browser.run(
        "[...document.querySelectorAll('.hot')].map(e => e.dataset.path ?? e.innerText)"
    )
    assert hot.count("applications.processed_total.business") == 2
    assert {"（七）总计", "商业企业"} <= set(hot)


def test_keys_move_and_cross_over(browser: Browser, page_of: PageOf) -> None:
    """Arrows move through the matrix, over its margins and on to the next table; Enter goes to
    the figure on the page and back, arrows move there too; Escape lets go."""
    _open(browser, page_of(SLIP), f"#{CROSSED}")
    focused = "document.activeElement.dataset.path ?? document.activeElement.dataset.identity"
    browser.run(f"document.querySelector('#reading {_figure(CROSSED)}').focus()")
    browser.press("ArrowLeft")
    assert browser.run(focused) == "applications.processed_total.other"
    browser.press("ArrowUp")
    assert browser.run(focused) == "applications.other.other"
    browser.press("Enter")
    assert browser.run(focused) == "applications.other.other"
    assert browser.run("document.getElementById('document').contains(document.activeElement)")
    browser.press("ArrowDown")
    assert browser.run(focused) == "applications.processed_total.other"
    assert browser.run("document.activeElement.localName") == "rect"
    browser.press("Enter")
    assert browser.run("document.activeElement.localName") == "td"
    for _ in range(4):
        browser.press("ArrowDown")
    browser.press("ArrowLeft")
    assert browser.run(focused) == "review.reconsideration.total"
    browser.press("Escape")
    assert browser.run(CHOSEN) == []
    assert browser.run("document.getElementById('inspector').hidden")


def test_findings_lead_to_cells(browser: Browser, page_of: PageOf) -> None:
    """n goes through the findings: the cells of each are marked on both sides and its row or
    column stands out on the page; a cell of a finding is a button that goes there."""
    _open(browser, page_of(SLIP))
    strong = "document.querySelectorAll('.band.strong').length"
    for _ in range(3):
        browser.press("n")
        assert browser.run("document.querySelectorAll('.finding.active').length") == 1
        assert browser.run(strong) >= 1
        named = browser.run("document.querySelectorAll('.named').length")
        cells = browser.run("document.querySelectorAll('.finding.active [data-goto]').length")
        assert named == 2 * cells
    browser.click(".finding.active [data-goto]")
    assert len(browser.run(CHOSEN)) == 2


def test_layers_show_what_each_detector_saw(browser: Browser, page_of: PageOf) -> None:
    """Attempts stand side by side; the cells of each can be laid over the pages, alone."""
    _open(browser, page_of(SLIP))
    browser.click("#tab-attempts")
    tops = browser.run("[...document.querySelectorAll('.attempt')].map(e => e.offsetTop)")
    assert len(tops) == 2
    assert len(set(tops)) == 1
    shown = (
        "[...document.querySelectorAll('.cells')].filter(e => e.getClientRects().length)"
        ".map(e => e.dataset.attempt)"
    )
    assert browser.run(shown) == []
    browser.click(".attempt:nth-child(2) .show")
    assert set(browser.run(shown)) == {"1"}
    assert browser.run("document.getElementById('layer').value") == "1"


def test_tabs_are_a_tab_list(browser: Browser, page_of: PageOf) -> None:
    """Arrows move between tabs; one panel is shown at a time, and the tab says which."""
    _open(browser, page_of(SLIP))
    browser.run("document.getElementById('tab-figures').focus()")
    for name in ("findings", "attempts", "prose", "figures"):
        browser.press("ArrowRight")
        assert browser.run("document.activeElement.id") == f"tab-{name}"
        shown = browser.run(
            "[...document.querySelectorAll('.panel')].filter(e => e.getClientRects().length)"
            ".map(e => e.id)"
        )
        assert shown == [f"panel-{name}"]


@pytest.mark.parametrize("width", [360, 800, 1024, 1900])
def test_no_width_is_too_narrow(browser: Browser, page_of: PageOf, width: int) -> None:
    """At any width nothing is wider than the window but what scrolls by itself; on narrow ones
    the document is a tab of its own, and a figure that is chosen shows its strip of the page."""
    _open(browser, page_of(SLIP), f"#{CROSSED}", width=width, height=800)
    assert browser.run("document.documentElement.scrollWidth") <= width
    assert browser.run("document.getElementById('loupe').getBoundingClientRect().height") > 10
    narrow = width < 1000
    seen = "document.getElementById('document').getClientRects().length"
    assert bool(browser.run(seen)) is not narrow
    if narrow:
        browser.click("#tab-document")
        assert browser.run(seen)
        assert not browser.run("document.querySelector('.panels').getClientRects().length")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(browser: Browser, page_of: PageOf, scheme: str) -> None:
    """In both schemes every text has at least 4.5 to 1 against what lies behind it."""
    _open(browser, page_of(SLIP), scheme=scheme)
    poor = browser.run(CONTRAST)
    assert poor == []


CONTRAST = """
(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parts = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const found = parts(getComputedStyle(e).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255, 255];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) =>
    c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const poor = new Set();
  for (const tab of document.querySelectorAll('[role="tab"]:not(.narrow-only)')) {
    tab.click();
    for (const element of document.querySelectorAll("header *, .bar *, .panels *")) {
      const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
      if (!own || !element.getClientRects().length || element.closest("svg, .sr, select")) continue;
      const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) poor.add(`${element.localName}.${element.className} ${ratio.toFixed(2)}`);
    }
  }
  return [...poor];
})()
"""


def test_print_has_everything(browser: Browser, page_of: PageOf) -> None:
    """Printed, figures, findings, attempts and prose come one after the other, whatever was
    open, then each page on a sheet of its own."""
    import pymupdf

    _open(browser, page_of(SLIP))
    browser.click("#tab-prose")
    with pymupdf.open(stream=browser.pdf(), filetype="pdf") as printed:
        text = "".join(page.get_text() for page in printed)
        pictures = [len(page.get_images()) for page in printed]
    for word in ("Figures", "Findings", "Attempts", "Prose", "Page 1 of 2", "Page 2 of 2"):
        assert word in text
    assert pictures[-2:] == [1, 1]


def test_colours_are_drawn(browser: Browser, page_of: PageOf, tmp_path: Path) -> None:
    """What crosses is red in the picture of the page that a person sees, and the page behind
    it is there: white paper with dark print."""
    _open(browser, page_of(SLIP))
    browser.click("#tab-findings")
    figure = f"document.querySelector('#document {_figure(CROSSED)}')"
    browser.run(f"{figure}.scrollIntoView({{block: 'center'}})")
    box = browser.run(
        f"(() => {{ const b = {figure}.getBoundingClientRect(); return [b.x, b.y]; }})()"
    )
    browser.screenshot(tmp_path / "shot.png")
    shot = Image.open(io.BytesIO((tmp_path / "shot.png").read_bytes())).convert("RGB")
    red, green, blue = shot.getpixel((round(box[0]) + 5, round(box[1]) + 5))
    assert red > green + 40
    assert red > blue + 40
    paper = shot.crop((40, 200, 600, 800)).convert("L").getextrema()
    assert paper[0] < 120
    assert paper[1] == 255


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_the_document_runs(browser: Browser, tmp_path: Path, kind: str) -> None:
    """Markup and scripts printed in a document are shown as its words: no element is made of
    them, nothing runs, nothing is asked for, wherever in the document they stand."""
    page = tmp_path / "page.html"
    page.write_text(work_to_page(load_work(hostile_document(kind, tmp_path))), encoding="utf-8")
    _open(browser, page)
    for tab in ("findings", "attempts", "prose", "figures"):
        browser.click(f"#tab-{tab}")
    browser.click("#reading td.figure")
    assert browser.run("typeof window.owned") == "undefined"
    assert "window.owned=1>" in browser.run("document.querySelector('main').textContent")
    assert browser.run("document.querySelectorAll('script').length") == 2
    assert browser.run("document.querySelectorAll('img, iframe, object, embed, form').length") == 0
    assert [url for url in browser.requests if not url.startswith("data:")] == [page.as_uri()]
    assert browser.logs == []
