"""Reports in the containers of offices: the same figures whatever the container, and no wrong
figure in a report that is called proven, whatever is done to a table."""

from __future__ import annotations

import copy
import io
import random
import re
import shutil
import tomllib
import zipfile
from collections import Counter
from typing import Any

import pytest
from lxml import etree
from officefiles import DOCUMENTS, ROOT, W, figures, fixture, golden

import gkextract
from extract.readers.office import _can_unshare

LISTED = tomllib.loads((ROOT / "fixtures" / "documents.toml").read_text(encoding="utf-8"))[
    "document"
]
NAMES = [f"{item['name']}.{item['container']}" for item in LISTED]
BY_LIBREOFFICE = ("doc", "odt", "fodt", "ods")
KEYS = ("title", "agency", "year", "proactive", "applications", "review", "status")
needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None or not _can_unshare(), reason="LibreOffice without network"
)


def _marked(name: str) -> Any:
    marks = [needs_office] if name.endswith(BY_LIBREOFFICE) else []
    return pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", [_marked(name) for name in NAMES])
def test_container_gives_the_golden(name: str) -> None:
    """Title, agency, year, every figure, the status and the sections are the golden's."""
    report = gkextract.extract(DOCUMENTS / name).to_dict(evidence=True)
    want = golden(name)
    assert {key: report[key] for key in KEYS} == {key: want[key] for key in KEYS}
    headings = [section["heading"] for section in report["narrative"] if section["heading"]]
    assert headings == want["narrative_headings"]
    raw = {path: entry["raw"] for path, entry in report["evidence"].items()}
    assert any(raw.values())


def test_every_document_is_listed_and_small() -> None:
    """fixtures/documents holds a document and a golden for each entry and nothing else, at
    least six a container (OpenDocument, which is not asked for, has three), under 4 MB."""
    wanted = {name for name in NAMES} | {f"{n.partition('.')[0]}.expected.json" for n in NAMES}
    assert {path.name for path in DOCUMENTS.iterdir()} == wanted
    counts = Counter(name.partition(".")[2] for name in NAMES)
    assert min(counts[kind] for kind in ("docx", "doc", "rtf", "xlsx", "xls", "md", "csv")) >= 6
    assert sum(path.stat().st_size for path in DOCUMENTS.iterdir()) < 4_000_000


@pytest.mark.parametrize("pair", [
    ("docx-a01.docx", "rtf-lo-a01.rtf"), ("docx-a01.docx", "xlsx-a01.xlsx"),
    ("docx-a01.docx", "xls-a01.xls"), ("docx-a01.docx", "md-a01.md"),
    ("docx-a01.docx", "csv-a01.csv"),
    ("docx-a12-slip.docx", "rtf-a12-slip.rtf"), ("docx-a05-blanks.docx", "xlsx-a05-blanks.xlsx"),
])  # fmt: skip
def test_one_report_is_one_json(pair: tuple[str, str]) -> None:
    """The same report in two containers gives the same JSON, prose too, but for the source and
    the name of what read it."""
    first, second = (gkextract.extract(DOCUMENTS / name).to_dict() for name in pair)
    for report in (first, second):
        del report["source"]
        for attempt in report["attempts"]:
            del attempt["detector"]
    assert first == second


def test_evidence_names_the_place() -> None:
    """Every figure of a document without pages names the cell it was read from."""
    for name, pattern in (
        ("docx-a01.docx", r"table \d+, row \d+, cell \d+"),
        ("rtf-a02.rtf", r"table \d+, row \d+, cell \d+"),
        ("xlsx-a01.xlsx", r"年报![A-Z]+\d+"),
        ("xls-a01.xls", r"年报![A-Z]+\d+"),
        ("csv-a01.csv", r"row \d+, field \d+"),
    ):
        report = gkextract.extract(DOCUMENTS / name)
        places = {v.place for _, v in report.figures() if v.number is not None}
        assert places and all(re.fullmatch(pattern, place or "") for place in places), name


def _judge(name: str, data: bytes, counts: Counter[str]) -> None:
    """A mutant is no proven report with a figure that the golden does not have."""
    try:
        report = gkextract.extract(data).to_dict()
    except gkextract.GkextractError as error:
        assert error.code in ("NO_CONTENT", "CORRUPT", "FORMAT"), error.message
        counts[error.code] += 1
        return
    counts[report["status"]] += 1
    if report["status"] == "verified":
        want = figures(golden(name))
        got = figures(report)
        assert {k: v for k, v in got.items() if v is not None and v != want.get(k)} == {}


def _change_docx(root: etree._Element, rng: random.Random) -> None:
    """Drop or double a cell, a row or a merge, or change how far one goes."""
    cells = list(root.iter(f"{{{W}}}tc"))
    rows = list(root.iter(f"{{{W}}}tr"))
    merges = list(root.iter(f"{{{W}}}gridSpan", f"{{{W}}}vMerge"))
    kind = rng.randrange(6)
    target = rng.choice((cells, cells, merges, merges, rows, merges)[kind])
    if kind in (0, 2) or (kind == 4 and rng.random() < 0.5):
        target.getparent().remove(target)
    elif kind in (1, 4):
        target.addnext(copy.deepcopy(target))
    elif kind == 3:
        rng.choice(cells).find(f"{{{W}}}tcPr").append(copy.deepcopy(target))
    elif target.tag.endswith("gridSpan"):
        wide = int(target.get(f"{{{W}}}val")) + rng.choice((-1, 1, 2))
        target.set(f"{{{W}}}val", str(wide))
    else:
        begins = target.get(f"{{{W}}}val") == "restart"
        target.set(f"{{{W}}}val", "continue" if begins else "restart")


def test_no_change_to_a_docx_gives_a_wrong_figure() -> None:
    """300 documents with a cell, a row or a merge dropped, doubled or changed: none is verified
    with a figure that is not printed."""
    rng = random.Random(20)
    names = [n for n in NAMES if n.startswith("docx-") and golden(n)["status"] == "verified"]
    counts: Counter[str] = Counter()
    for turn in range(300):
        name = names[turn % len(names)]
        with zipfile.ZipFile(io.BytesIO(fixture(name))) as package:
            root = etree.fromstring(package.read("word/document.xml"))
        _change_docx(root, rng)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as package:
            package.writestr("word/document.xml", etree.tostring(root))
        _judge(name, buffer.getvalue(), counts)
    assert counts["doubtful"] > 50 and counts["incomplete"] > 30


RTF_WORDS = (
    rb"\\cell\b(?!x)",
    rb"\\cellx-?\d+",
    rb"\\clvmgf",
    rb"\\clvmrg",
    rb"\\row\b",
    rb"\\trowd",
)


def test_no_change_to_an_rtf_gives_a_wrong_figure() -> None:
    """200 files with a word of their tables dropped or doubled: none is verified with a figure
    that is not printed."""
    rng = random.Random(21)
    names = [n for n in NAMES if n.endswith(".rtf") and golden(n)["status"] == "verified"]
    counts: Counter[str] = Counter()
    for turn in range(200):
        data = fixture(names[turn % len(names)])
        found = list(re.finditer(rng.choice(RTF_WORDS), data))
        if found:
            word = rng.choice(found)
            kept = word.group() * rng.choice((0, 2))
            _judge(
                names[turn % len(names)], data[: word.start()] + kept + data[word.end() :], counts
            )
    assert counts["doubtful"] > 30 and counts["incomplete"] > 10


def test_no_change_to_text_tables_gives_a_wrong_figure() -> None:
    """200 Markdown and CSV files with a border dropped or doubled, or a line dropped."""
    rng = random.Random(22)
    names = [n for n in NAMES if n.endswith((".md", ".csv")) and golden(n)["status"] == "verified"]
    counts: Counter[str] = Counter()
    for turn in range(200):
        name = names[turn % len(names)]
        encoding = "utf-8" if name.endswith(".md") or "blanks" in name else "gb18030"
        text = fixture(name).decode(encoding)
        border = "|" if name.endswith(".md") else ","
        place = rng.choice([m.start() for m in re.finditer(re.escape(border), text)])
        lines = text.split("\n")
        del lines[rng.randrange(len(lines))]
        changed = rng.choice(
            (
                text[:place] + text[place + 1 :],
                text[:place] + border + text[place:],
                "\n".join(lines),
            )
        )
        _judge(name, changed.encode(), counts)
    assert counts["doubtful"] > 30


def _without_figures(part: bytes) -> bytes:
    return re.sub(rb"(<w:t[^>]*>)[\d.,]+(</w:t>)", rb"\1\2", part)


def test_blank_form_is_said_to_be_blank() -> None:
    """A form without figures has none in the JSON, says so and is never verified."""
    with zipfile.ZipFile(DOCUMENTS / "docx-a01.docx") as package:
        blank = _without_figures(package.read("word/document.xml"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("word/document.xml", blank)
    report = gkextract.extract(buffer.getvalue())
    assert {value.number for _, value in report.figures()} == {None}
    assert "report.blank" in [finding.code for finding in report.findings]
    assert report.status == "unproven"
