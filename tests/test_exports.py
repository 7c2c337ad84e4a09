"""Exports: every figure arrives, null stays null, and what comes back is what went out."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import os
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import openpyxl
import pandas
import pyarrow.parquet
import pyreadstat
import pytest
from exporting import (
    ERROR,
    Document,
    documents,
    figures_to_tables,
    finding,
    rows_to_document,
    tables_of,
    without_evidence,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import gkextract
from extract.exports import EXPORTS, xlsx
from extract.exports.flat import rows_to_csv
from extract.exports.layout import document_to_layout
from extract.exports.sqlite import all_tables
from tableparse.dictionary import dictionary

FLAT = ("reports", "tidy", "findings", "finding_cells", "narrative", "attempts")


def reports() -> list[Document]:
    """The documents that are reports."""
    return [d for d in documents() if "error" not in d]


def read_csv(path: Path) -> list[dict[str, Any]]:
    """Lines of a CSV, numbers as numbers, empty fields as None."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {key: _parse(key, value) for key, value in row.items()} for row in csv.DictReader(file)
        ]


def _parse(key: str, value: str) -> Any:
    if value == "":
        return None
    if key in ("value", "report", "page") or key.startswith(("proactive.", "app", "review.")):
        try:
            return int(value)
        except ValueError:
            return float(value) if value[-1].isdigit() else value
    return value


def test_tidy_csv_comes_back(tmp_path: Path) -> None:
    """The tables of each report are rebuilt from tidy CSV, null for null."""
    path = tmp_path / "a.csv"
    gkextract.export(documents(), "csv", path)
    lines = read_csv(path)
    for number, document in enumerate(documents(), 1):
        mine = [line for line in lines if line["report"] == number]
        if "error" in document:
            assert mine == []
            continue
        forms = {name: (document[name] or {}).get("form") for name in ("proactive", "applications")}
        figures = [
            (f["table"], f["row"], f["column"], f["text"] if f["value"] is None else f["value"])
            for f in mine
        ]
        back = figures_to_tables(figures, forms, document["review"] is not None)
        assert back == tables_of(document)
        assert {f["sha256"] for f in mine} == {document["source"]["sha256"]}
        raws = [f["raw"] or "" for f in mine]
        assert raws == [
            document["evidence"][f"{f['table']}.{f['row']}.{f['column']}"]["raw"] for f in mine
        ]


def test_tidy_names_findings(tmp_path: Path) -> None:
    """A figure has the codes of findings that name it, its row or its table, once each."""
    lost = reports()[-2]
    gkextract.export([lost], "csv", tmp_path / "a.csv")
    found = {
        f"{f['table']}.{f['row']}.{f['column']}": f["findings"]
        for f in read_csv(tmp_path / "a.csv")
    }
    assert found["applications.granted.business"] == "cell.unreadable identity.failed"
    assert found["applications.granted.total"] == "identity.failed"
    assert found["applications.received.total"] is None


def test_wide_csv_comes_back(tmp_path: Path) -> None:
    """A line a document, errors too; every figure of the report in its column, others empty."""
    path = tmp_path / "a.csv"
    gkextract.export(documents(), "wide", path)
    lines = read_csv(path)
    assert len(lines) == len(documents())
    for line, document in zip(lines, documents(), strict=True):
        assert line["error"] == document.get("error", {}).get("type")
        figures = {f.path: line[f.path] for f in dictionary()}
        wanted = {} if "error" in document else paths(document)
        assert {p: v for p, v in figures.items() if v is not None} == {
            p: v for p, v in wanted.items() if v is not None
        }


def paths(document: Document) -> dict[str, Any]:
    """Path -> figure of every cell of a report."""
    return {
        path: value.number
        for path, value in gkextract.Report.from_json(json.dumps(document)).figures()
    }


def test_bom_is_for_spreadsheets(tmp_path: Path) -> None:
    """With `bom` the file begins with a byte order mark, else it does not."""
    gkextract.export(reports(), "csv", tmp_path / "a.csv", bom=True)
    gkextract.export(reports(), "csv", tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == b"\xef\xbb\xbf" + (tmp_path / "b.csv").read_bytes()


@pytest.mark.parametrize(
    ("text", "armed"),
    [("=1+1", True), ("@sum", True), ("+cmd|x", True), ("-2+3", True), ("-18", False),
     ("+2.5", False), ("-", False), ("\t=1", True), ("一", False), ("", False)],
)  # fmt: skip
def test_formulas_are_disarmed(text: str, armed: bool) -> None:
    """For spreadsheets, text that would run gets an apostrophe; signed numbers and CSV for
    programs stay as they are."""
    shown, plain = (
        list(csv.reader(io.StringIO("".join(rows_to_csv(["a", "b"], [(text, "x")], bom)))))[1]
        for bom in (True, False)
    )
    assert (shown[0], plain[0]) == (f"'{text}" if armed else text, text)


def flat_of_sqlite(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The flat tables of a database, `tidy` from its view."""
    with closing(sqlite3.connect(path)) as base:
        base.row_factory = sqlite3.Row
        return {
            name: [dict(row) for row in base.execute(f"SELECT * FROM {name} ORDER BY rowid")]
            if name != "tidy"
            else [dict(row) for row in base.execute("SELECT * FROM tidy")]
            for name in FLAT
        }


def by_json_order(
    tables: Mapping[str, list[dict[str, Any]]],
) -> dict[str, list[Mapping[str, Any]]]:
    """`tidy` in the order of the dictionary: a database has no order of its own."""
    order = {(f.table, f.row, f.column): i for i, f in enumerate(dictionary())}
    tidy = sorted(
        tables["tidy"], key=lambda f: (f["report"], order[f["table"], f["row"], f["column"]])
    )
    return {**tables, "tidy": list(tidy)}


def test_sqlite_comes_back(tmp_path: Path) -> None:
    """Whole documents, prose, findings and errors are rebuilt from the database."""
    path = tmp_path / "a.sqlite"
    gkextract.export(documents(), "sqlite", path)
    tables = by_json_order(flat_of_sqlite(path))
    for number, document in enumerate(documents(), 1):
        assert rows_to_document(tables, number) == without_evidence(document)


def test_sqlite_has_the_evidence_and_findings_of_tidy(tmp_path: Path) -> None:
    """The view `tidy` gives the lines of the tidy CSV."""
    gkextract.export(documents(), "sqlite", tmp_path / "a.sqlite")
    gkextract.export(documents(), "csv", tmp_path / "a.csv")
    tables = by_json_order(flat_of_sqlite(tmp_path / "a.sqlite"))
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    order = {(f.table, f.row, f.column): i for i, f in enumerate(dictionary())}
    wanted = sorted(lines[1:], key=lambda f: (int(f[0]), order[f[5], f[7], f[8]]))
    head = lines[0]
    for got, want in zip(tables["tidy"], wanted, strict=True):
        assert list(got) == head
        for key, text in zip(head, want, strict=True):
            value = got[key]
            if isinstance(value, int | float):
                assert float(text) == value, key
            else:
                assert text == (value or ""), key


def test_sqlite_describes_itself(tmp_path: Path) -> None:
    """Every column of every table, and of the view `tidy`, is described, every figure is in the
    dictionary, every view answers, and the file is sound."""
    path = tmp_path / "a.sqlite"
    gkextract.export(documents(), "sqlite", path)
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        described = set(base.execute('SELECT "table", "column" FROM columns WHERE says <> ""'))
        names = [
            row[0] for row in base.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        ]
        for name in [*all_tables(), "tidy"]:
            columns = [c[0] for c in base.execute(f"SELECT * FROM {name} LIMIT 0").description]
            assert {(name, c) for c in columns} | {(name, "")} <= described
        assert set(all_tables()) <= set(names)
        assert base.execute("SELECT count(*) FROM dictionary").fetchone() == (len(dictionary()),)
        wanted = {
            "review": sum(len(d["review"] or {}) for d in reports()),
            "applications": sum(len(d["applications"]["rows"]) for d in reports()),
            "to_review": 1
            + sum(
                sum(f["severity"] != "info" for f in d["findings"]) or 1
                for d in reports()
                if d["status"] != "verified"
            ),
        }
        for view, count in wanted.items():
            assert base.execute(f"SELECT count(*) FROM {view}").fetchone() == (count,), view
        first = base.execute("SELECT * FROM applications LIMIT 1").fetchone()
        assert list(first[7:]) == reports()[0]["applications"]["rows"]["received"]


def flat_of_parquet(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The flat tables of a folder by pyarrow's reader."""
    return {
        name: pyarrow.parquet.read_table(folder / f"{name}.parquet").to_pylist() for name in FLAT
    }


def test_parquet_comes_back(tmp_path: Path) -> None:
    """Whole documents are rebuilt from the folder; DuckDB and pandas see the same."""
    folder = tmp_path / "a"
    gkextract.export(documents(), "parquet", folder)
    tables: dict[str, list[Mapping[str, Any]]] = {**flat_of_parquet(folder)}
    for number, document in enumerate(documents(), 1):
        assert rows_to_document(tables, number) == without_evidence(document)
    sums = {
        number: sum(v for v in paths(d).values() if isinstance(v, int | float))
        for number, d in enumerate(documents(), 1)
        if "error" not in d
    }
    with closing(duckdb.connect()) as base:
        found = base.execute(
            f"SELECT report, sum(value) FROM '{folder}/tidy.parquet' GROUP BY report"
        ).fetchall()
        named = base.execute(f"SELECT count(*) FROM '{folder}/dictionary.parquet'").fetchone()
    assert {n: pytest.approx(total) for n, total in found} == sums
    assert named == (len(dictionary()),)
    frame = pandas.read_parquet(folder / "tidy.parquet")
    assert {n: pytest.approx(v) for n, v in frame.groupby("report")["value"].sum().items()} == sums
    assert frame["value"].isna().sum() == sum(
        not isinstance(v, int | float) for d in reports() for v in paths(d).values()
    )


def test_pandas_and_duckdb_read_csv(tmp_path: Path) -> None:
    """The CSV readers of pandas and DuckDB give every figure of the wide file, blanks missing."""
    path = tmp_path / "a.csv"
    gkextract.export(reports()[:3], "wide", path)
    frame = pandas.read_csv(path)
    with closing(duckdb.connect()) as base:
        rows = base.execute(f"SELECT * FROM '{path}'").fetchall()
    for i, document in enumerate(reports()[:3]):
        for figure, value in paths(document).items():
            column = frame.columns.get_loc(figure)
            read, by_duckdb = frame.iloc[i, column], rows[i][column]
            if value is None:
                assert pandas.isna(read)
                assert by_duckdb is None
            elif isinstance(value, str):
                assert read == value == by_duckdb
            else:
                assert float(read) == value == float(by_duckdb)


def test_stata_comes_back(tmp_path: Path) -> None:
    """ReadStat, another reader than the writer, gives every figure under its short name, blanks
    missing, and the Chinese labels."""
    path = tmp_path / "a.dta"
    gkextract.export(documents(), "stata", path)
    frame, meta = pyreadstat.read_dta(path)
    assert len(frame) == len(documents())
    by_path = {f.path: f for f in dictionary()}
    for i, document in enumerate(documents()):
        assert frame["error"][i] == document.get("error", {}).get("type", "")
        for figure, value in ({} if "error" in document else paths(document)).items():
            read = frame[by_path[figure].short][i]
            if by_path[figure].unit == "as printed":
                assert read == ("" if value is None else str(value))
            else:
                assert math.isnan(read) if value is None else read == value
    labels = meta.column_names_to_labels
    assert labels["app_den_secret_person"] == "属于国家秘密：自然人"
    assert max(map(len, labels)) <= 32
    assert pandas.read_stata(path).shape == frame.shape


def test_xlsx_is_read_as_the_report(tmp_path: Path) -> None:
    """gkextract reads a workbook that it wrote to the same tables, title, agency, year, and a
    verified report stays verified."""
    for number, document in enumerate(reports()):
        if document["status"] not in ("verified", "unproven"):
            continue
        path = tmp_path / f"{number}.xlsx"
        gkextract.export([document], "xlsx", path)
        back = gkextract.extract(path).to_dict()
        assert tables_of(back) == tables_of(document)
        for key in ("title", "agency", "year", "status"):
            assert back[key] == document[key]


def test_xlsx_marks_findings(tmp_path: Path) -> None:
    """A cell that a finding names is filled in the colour of the worst severity and has the
    findings as its comment; others are bare. A null is an empty cell."""
    lost = reports()[-2]
    path = tmp_path / "a.xlsx"
    gkextract.export([lost, ERROR], "xlsx", path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    told = {c.coordinate: c for row in sheet.iter_rows() for c in row if c.comment}
    assert len(told) == 7
    (worst,) = [c for c in told.values() if "cell.unreadable" in c.comment.text]
    assert worst.value is None
    assert worst.fill.fgColor.rgb == "FF" + xlsx.COLOURS["error"][1:]
    rest = {c.fill.fgColor.rgb for c in told.values()} - {worst.fill.fgColor.rgb}
    assert rest == {"FF" + xlsx.COLOURS["warning"][1:]}
    assert any("not found" in str(c.value) for row in sheet.iter_rows() for c in row)
    index = [[c.value for c in row] for row in book["index"].iter_rows()]
    assert [row[3] for row in index] == ["status", "incomplete", "INPUT"]


def test_xlsx_is_limited_and_a_folder_is_not(tmp_path: Path, monkeypatch: Any) -> None:
    """Too many reports for one workbook are refused and leave nothing; a folder takes them."""
    monkeypatch.setattr(xlsx, "MAX_SHEETS", 2)
    with pytest.raises(gkextract.LimitError, match="granted=2"):
        gkextract.export(reports(), "xlsx", tmp_path / "a.xlsx")
    assert os.listdir(tmp_path) == []
    gkextract.export(documents(), "xlsx", tmp_path / "books")
    assert len(os.listdir(tmp_path / "books")) == len(documents())


def test_layout_has_every_figure_once() -> None:
    """The layout of a report covers no slot twice and has every figure of the report."""
    for document in reports():
        found = {}
        for _, _, slots in document_to_layout(document):
            taken = [
                (r, c) for s in slots or () for r in range(s.r0, s.r1) for c in range(s.c0, s.c1)
            ]
            assert len(taken) == len(set(taken))
            found |= {s.path: s.value for s in slots or () if s.path}
        assert found == paths(document)


def test_kiro_package_holds_what_it_says(tmp_path: Path) -> None:
    """The package has its three members, hashes that are theirs, every figure that the system
    has a place for under its key, and names the others."""
    folder = tmp_path / "a"
    gkextract.export(documents(), "kiro", folder)
    packages = sorted(folder.iterdir())
    assert len(packages) == len(reports())
    for path, document in zip(packages, reports(), strict=True):
        assert path.name.endswith(".kirogov.zip")
        with zipfile.ZipFile(path) as package:
            assert package.namelist() == ["source.pdf", "source.md", "source.json"]
            pdf, text, said = (package.read(name) for name in package.namelist())
        envelope = json.loads(said)
        assert envelope["source"]["pdf_sha256"] == hashlib.sha256(pdf).hexdigest()
        assert envelope["source"]["pdf_sha256"] == document["source"]["sha256"]
        assert envelope["source"]["markdown_sha256"] == hashlib.sha256(text).hexdigest()
        assert pdf.startswith(b"%PDF-")
        jsonschema.Draft202012Validator(KIRO_SCHEMA).validate(envelope)
        parsed = envelope["parsed_json"]
        data = {}
        for section in parsed["sections"]:
            for key in ("activeDisclosureData", "tableData", "reviewLitigationData"):
                data |= dict(leaves(section.get(key, {})))
        omitted = parsed["basic_info"]["gkextract"]["omitted"]
        found = paths(document)
        mine = [f for f in dictionary() if f.path in found]
        assert data == {
            f.crosswalk["kiro_path"]: found[f.path] for f in mine if f.path not in omitted
        }
        assert omitted == [f.path for f in mine if not f.crosswalk]


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted path and value of every leaf."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    else:
        yield path, value


_TEXT = {"type": ["string", "null"]}
_HASH = {"type": "string", "pattern": "^[a-f0-9]{64}$"}
KIRO_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["schema_version", "package_version", "generator", "source", "parsed_json"],
    "properties": {
        "schema_version": {"const": "1.0"},
        "package_version": {"const": "1.0"},
        "generator": {"type": "object", "required": ["name", "version"]},
        "source": {
            "type": "object",
            "additionalProperties": False,
            "required": ["pdf_filename", "markdown_filename", "pdf_sha256", "markdown_sha256"],
            "properties": {
                "pdf_filename": {"const": "source.pdf"},
                "markdown_filename": {"const": "source.md"},
                "pdf_sha256": _HASH,
                "markdown_sha256": _HASH,
                "organization_name": {**_TEXT, "maxLength": 256},
                "report_year": {"type": ["integer", "null"], "minimum": 2000, "maximum": 2100},
                "report_title": {**_TEXT, "maxLength": 512},
            },
        },
        "parsed_json": {
            "type": "object",
            "required": ["sections"],
            "properties": {
                "sections": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "object", "required": ["type"]},
                }
            },
        },
    },
}
"""What the receiving system's schema asks of `source.json`, in our words."""


def test_kiro_needs_the_pdf(tmp_path: Path) -> None:
    """Without a single PDF that is there unchanged, there is no export and nothing is left."""
    changed = [{**d, "source": {**d["source"], "sha256": "0" * 64}} for d in reports()[:1]]
    away = [{**d, "source": {**d["source"], "uri": "gone.pdf"}} for d in reports()[:1]]
    for given_ in (changed, away, [ERROR]):
        with pytest.raises(gkextract.InputError):
            gkextract.export(given_, "kiro", tmp_path / "a")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("form", [name for name in EXPORTS if name != "kiro"])
def test_export_of_nothing(form: str, tmp_path: Path) -> None:
    """No document gives an export without lines, no error."""
    assert gkextract.export([], form, tmp_path / f"a{EXPORTS[form].suffix}") == {}
    assert len(os.listdir(tmp_path)) == 1


@pytest.mark.parametrize("form", EXPORTS)
def test_export_is_whole_or_not_there(form: str, tmp_path: Path) -> None:
    """Where the documents end in an error, nothing stands under the name, nor beside it, and
    what stood there stays; a folder that holds something is not written into."""

    def breaking() -> Iterator[Document]:
        yield reports()[0]
        raise gkextract.InputError("the file cannot be opened")

    path = tmp_path / f"a{EXPORTS[form].suffix}"
    if not EXPORTS[form].folder or EXPORTS[form].file:
        path.write_text("before", encoding="utf-8")
    with pytest.raises(gkextract.InputError):
        gkextract.export(breaking(), form, path)
    assert [p.read_text(encoding="utf-8") for p in tmp_path.iterdir()] in ([], ["before"])
    if not path.exists():
        path.mkdir()
        (path / "mine").touch()
        with pytest.raises(gkextract.OutputError):
            gkextract.export(reports(), form, path)
        assert os.listdir(path) == ["mine"]


def test_exports_are_the_same_twice(tmp_path: Path) -> None:
    """The same reports give the same bytes: text, database and packages."""
    for form in ("csv", "wide", "table", "sqlite"):
        for name in ("a", "b"):
            gkextract.export(documents(), form, tmp_path / f"{form}-{name}")
        first, second = ((tmp_path / f"{form}-{name}").read_bytes() for name in "ab")
        assert first == second, form


@pytest.mark.parametrize("form", EXPORTS)
def test_half_characters_stop_no_export(form: str, tmp_path: Path) -> None:
    """Texts that JSON can hold and UTF-8 cannot are exported with U+FFFD in their place, control
    characters break no form."""
    document = reports()[0]
    document["title"] = "半\ud83d个\x00\x0b字"
    document["narrative"][0]["text"] = "\udfff"
    document["findings"] = [finding("text.damaged", "warning", ["applications"])]
    document["findings"][0]["message"] = "\ud800\x1b"
    document["evidence"]["applications.received.total"]["raw"] = "\ud800"
    gkextract.export([document], form, tmp_path / f"a{EXPORTS[form].suffix}")
    if form == "sqlite":
        (report,) = flat_of_sqlite(tmp_path / "a.sqlite")["reports"]
        assert report["title"] == "半\ufffd个\x00\x0b字"
    if form == "xlsx":
        assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames[1].startswith("1 ")


def test_forms_of_the_library_are_all() -> None:
    """`gkextract.EXPORTS` and the command line's forms are those of the registry."""
    import cli

    assert tuple(EXPORTS) == gkextract.EXPORTS
    assert cli.Form.__args__ == ("json", "jsonl", *EXPORTS)  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="form must be one of"):
        gkextract.export([], "xml", "a")


NUMBERS = st.none() | st.integers(0, 10**15) | st.floats(0, 1e9, allow_nan=False)
TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(NUMBERS, min_size=175, max_size=175), TEXTS, st.none() | st.integers(1900, 2100), TEXTS
)
def test_any_figures_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    numbers: list[int | float | None],
    agency: str | None,
    year: int | None,
    title: str | None,
) -> None:
    """Whatever figures, names and years a report has, CSV, SQLite and Parquet give them back."""
    document = reports()[0]
    matrix = document["applications"]["rows"]
    for i, row in enumerate(matrix):
        matrix[row] = numbers[7 * i : 7 * i + 7]
    document |= {"agency": agency, "year": year, "title": title}
    folder = tmp_path_factory.mktemp("any")
    gkextract.export([document], "sqlite", folder / "a.sqlite")
    gkextract.export([document], "parquet", folder / "a")
    for tables in (
        by_json_order(flat_of_sqlite(folder / "a.sqlite")),
        flat_of_parquet(folder / "a"),
    ):
        assert rows_to_document({**tables}, 1) == without_evidence(document)
    gkextract.export([document], "csv", folder / "a.csv")
    found = [f["value"] for f in read_csv(folder / "a.csv") if f["table"] == "applications"]
    assert found == numbers
