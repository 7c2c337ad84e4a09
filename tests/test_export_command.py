"""Reports' JSON read back, the export command, and tables on a terminal."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Ran
from exporting import ERROR, Document, documents
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import wcswidth

import gkextract
from extract.exports import reading, terminal
from extract.exports.shape import check_document

Cli = Callable[..., Ran]


def lines_of(found: list[Document]) -> str:
    """JSON lines as a batch writes them."""
    return "".join(json.dumps(d, ensure_ascii=False) + "\n" for d in found)


def pretty_of(document: Document) -> str:
    """A document as the command prints one."""
    if "error" in document:
        return json.dumps(document, ensure_ascii=False, indent=1)
    return gkextract.Report.from_json(json.dumps(document)).to_json(evidence=True)


def array_of(found: list[Document]) -> str:
    """An array as `-f json` writes it for several."""
    return "[\n" + ",\n".join(pretty_of(d).rstrip("\n") for d in found) + "\n]\n"


@pytest.mark.parametrize(
    "text",
    [lines_of(documents()), array_of(documents()), "\n\n" + lines_of(documents()),
     "\ufeff" + lines_of(documents()), "".join(map(pretty_of, documents())),
     lines_of(documents()).replace("\n", "\r\n\r\n"), lines_of(documents()).rstrip("\n")],
    ids=["lines", "array", "blank-first", "bom", "concatenated", "crlf", "no-last-break"],
)  # fmt: skip
def test_reports_are_read_back(text: str, tmp_path: Path) -> None:
    """Lines, an array, and reports one after the other give the documents that were written."""
    path = tmp_path / "a.json"
    path.write_bytes(text.encode("utf-8"))
    assert list(gkextract.read_reports(path)) == documents()


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 400), st.booleans())
def test_pieces_of_any_size_are_read(size: int, lines: bool) -> None:
    """Where a stream is cut, inside a character too, changes nothing."""
    found = [ERROR, {**ERROR, "source": {"uri": "年报𠀀.pdf"}}, ERROR]
    text = lines_of(found) if lines else json.dumps(found, ensure_ascii=False, indent=1)
    stream = io.BytesIO(text.encode("utf-8"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "CHUNK", size)
        assert list(reading.stream_to_documents(stream, "-")) == found


def test_folder_is_read_in_order(tmp_path: Path) -> None:
    """All files of reports below a folder, in the order of their names; others are passed over."""
    (tmp_path / "deep").mkdir()
    found = documents()
    (tmp_path / "b.jsonl").write_text(lines_of(found[1:]), encoding="utf-8")
    (tmp_path / "a.json").write_text(pretty_of(found[0]), encoding="utf-8")
    (tmp_path / "deep" / "c.ndjson").write_text(lines_of(found[:1]), encoding="utf-8")
    (tmp_path / "deep" / "notes.txt").write_text("no report", encoding="utf-8")
    assert list(gkextract.read_reports(tmp_path)) == [*found, found[0]]


def test_broken_line_is_counted(run_cli: Cli, tmp_path: Path) -> None:
    """A line that is cut or no report becomes an error that names its line; the others go on,
    and the command ends with 3."""
    path = tmp_path / "a.jsonl"
    good = lines_of(documents()[:1])
    path.write_text(good + good[:500] + "\n" + '{"a": 1}\n' + good, encoding="utf-8")
    ran = run_cli("export", path, "-f", "wide")
    assert ran.code == 3
    assert len(ran.out.splitlines()) == 5
    assert f"{path}#2" in ran.out
    assert "CORRUPT" in ran.out
    assert "FORMAT" in ran.out
    assert ran.err == "gkextract: 4 documents: 2 verified, 2 broken\n"


def test_array_that_is_cut(run_cli: Cli, tmp_path: Path) -> None:
    """What stands whole in an array that is cut is exported, and that it is cut is counted."""
    path = tmp_path / "a.json"
    path.write_text(array_of(documents()[:2])[:-400], encoding="utf-8")
    ran = run_cli("export", path)
    assert ran.code == 3
    assert ran.err == "gkextract: 2 documents: 1 verified, 1 broken\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [("%PDF-1.7\n", "FORMAT"), ("", None), ('{"schema_version": "2.0"}', "FORMAT"), ("[]", None),
     ('{"schema_version": "1.0"}', "FORMAT"), ("[1, 2]", "FORMAT"), ("\x00", "FORMAT"),
     ('"text"', "FORMAT"), ("null\n", "FORMAT"), ('{"schema_version": NaN}', "FORMAT")],
)  # fmt: skip
def test_no_reports(run_cli: Cli, tmp_path: Path, text: str, code: str | None) -> None:
    """A file whose first piece is no report is a typed error that names it; an empty one gives
    an export without lines."""
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    ran = run_cli("export", path)
    if code is None:
        assert (ran.code, ran.err) == (0, "gkextract: no documents\n")
    else:
        assert ran.code == gkextract.ERRORS[code].exit_code
        assert ran.err.startswith(f"gkextract: {code}: {path}: ")


MATRIX = ("applications", "rows", "received")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("status",), None),
        (("source",), None),
        (("year",), "2024"),
        (("agency",), 1),
        (("findings",), [{"code": "x"}]),
        (("narrative",), ["x"]),
        (("review",), {"nobody": {"upheld": 1}}),
        (("review",), {"reconsideration": {"won": 1}}),
        (("review",), {"reconsideration": {"upheld": 1}}),
        (("review",), {"reconsideration": 1}),
        (("proactive", "rules"), {"issued": [1]}),
        (("applications", "columns"), ["a"] * 7),
        (("applications", "columns"), ["total"] * 7),
        (("applications", "rows"), []),
        (("applications", "rows", "invented"), [1] * 7),
        (MATRIX, [1]),
        (MATRIX, [1, 2, 3, 4, 5, 6, {}]),
        (MATRIX, [1, 2, 3, 4, 5, 6, True]),
    ],
    ids=str,
)
def test_broken_report_is_told(place: tuple[str, ...], value: Any) -> None:
    """A report with a part that the exports could not take apart is FORMAT, and nothing else."""
    document = documents()[0]
    inner = document
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    with pytest.raises(gkextract.FormatError):
        check_document(document)


def test_every_report_is_good() -> None:
    """The check lets every report and error through as it is."""
    for document in documents():
        assert check_document(document) is document


def test_minor_versions_are_read() -> None:
    """A later minor version with keys that this one does not know is exported."""
    later = {**documents()[0], "schema_version": "1.7", "new_key": {"a": 1}}
    assert check_document(later) is later


def test_export_from_stdin(tmp_path: Path, run_cli: Cli) -> None:
    """`-` reads standard input; the result is that of the file."""
    path = tmp_path / "a.jsonl"
    path.write_text(lines_of(documents()), encoding="utf-8")
    with path.open("rb") as file:
        ran = run_cli("export", "-", "-f", "csv", stdin=file)
    assert ran.code == 0
    assert ran.out == run_cli("export", path, "-f", "tidy").out


@pytest.mark.parametrize("form", ["xlsx", "parquet", "sqlite", "stata", "kiro"])
def test_binary_needs_a_path(run_cli: Cli, report_pdf: Path, form: str) -> None:
    """What is no text is never written to the terminal: a usage error says so."""
    for args in (["export", "x.jsonl"], [report_pdf]):
        ran = run_cli(*args, "-f", form)
        assert (ran.code, ran.out) == (2, "")
        assert "-o PATH" in ran.err


def test_output_is_no_source(run_cli: Cli, tmp_path: Path) -> None:
    """An export is not written over the reports it is made from."""
    path = tmp_path / "a.jsonl"
    path.write_text(lines_of(documents()[:1]), encoding="utf-8")
    ran = run_cli("export", path, "-f", "csv", "-o", path)
    assert ran.code == 16
    assert path.read_text(encoding="utf-8") == lines_of(documents()[:1])


def test_documents_are_exported_at_once(run_cli: Cli, report_pdf: Path, tmp_path: Path) -> None:
    """`gkextract a.pdf -f csv` gives what extracting with evidence and exporting does."""
    report = tmp_path / "a.json"
    report.write_text(run_cli(report_pdf, "--evidence").out, encoding="utf-8")
    for form in ("csv", "wide", "table"):
        ran = run_cli(report_pdf, "-f", form)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == run_cli("export", report, "-f", form).out
    for form in ("xlsx", "sqlite", "parquet", "stata", "kiro"):
        assert run_cli(report_pdf, "-f", form, "-o", tmp_path / form).code == 0
        assert (tmp_path / form).exists()


def test_batch_is_exported_at_once(run_cli: Cli, report_pdf: Path) -> None:
    """Of several documents a failing one is a line, words go to stderr, the end is 3; alone it
    is an error object on stdout and its own exit code."""
    ran = run_cli(report_pdf, "gone.pdf", "-f", "wide")
    assert ran.code == 3
    assert [line.split(",")[0] for line in ran.out.splitlines()] == ["report", "1", "2"]
    assert "gkextract: 2 documents: 1 verified, 1 failed\n" in ran.err
    alone = run_cli("gone.pdf", "-f", "csv", "-o", "never.csv")
    assert alone.code == 4
    assert alone.json()["error"]["type"] == "INPUT"
    assert run_cli(report_pdf, "-f", "csv", "--strict").code == 0


def table_of(document: Document, width: int = 100, colour: bool = False) -> list[str]:
    """A document's lines for a terminal."""
    return list(terminal.document_to_lines(document, width, colour))


@pytest.mark.parametrize("width", [80, 100, 132])
def test_table_is_aligned(width: int) -> None:
    """Figures end in the same columns of the terminal in all rows of the matrix, Chinese counted
    double, and no line is wider than the terminal."""
    for document in documents():
        if "error" in document:
            continue
        lines = table_of(document, width)
        # titles and messages are the document's; everything else is ours to lay out
        first, last = (i for i, line in enumerate(lines) if line.startswith(("三、收到", "四、政")))
        matrix = lines[first + 1 : last - 1]
        assert max(map(wcswidth, matrix)) <= width
        ends = {
            tuple(wcswidth(line[: m.end()]) for m in re.finditer(r"(?<=  )!?[\d.·]+(?=  |$)", line))
            for line in matrix
            if re.search(r"  !?[\d·]+$", line)
        }
        whole = {e for e in ends if len(e) == 7}
        assert len(whole) == 1
        assert all(set(e) <= set(*whole) for e in ends)


def test_table_has_every_figure() -> None:
    """Every figure of the report stands in the table, null as a dot, marked where a finding
    names it."""
    document = documents()[-3]
    text = "\n".join(table_of(document)[3:])
    shown = re.findall(r"(?<=  )(!?)([\d.]+|·)(?=  |\n)", text)
    report = gkextract.Report.from_json(json.dumps(document))
    values = [value.number for _, value in report.figures()]
    assert [v for _, v in shown if v != "·"] == [str(v) for v in values if v is not None]
    assert sum(v == "·" for _, v in shown) == sum(v is None for v in values)
    assert sum(bool(mark) for mark, _ in shown) == 7
    assert "not found" in text


def test_colours_are_for_terminals(report_pdf: Path) -> None:
    """Colours come on a terminal, and not with NO_COLOR, TERM=dumb or in a pipe."""
    command = [sys.executable, "-m", "cli", "-f", "table", str(report_pdf)]

    def run(**env: str) -> bytes:
        master, slave = pty.openpty()
        # TERM is the test's own: whoever runs it may have none
        whole = {**os.environ, "TERM": "xterm", "NO_COLOR": "", **env}
        with subprocess.Popen(command, stdout=slave, cwd=ROOT, env=whole) as process:
            os.close(slave)
            out = b""
            while True:
                try:
                    piece = os.read(master, 65536)
                except OSError:  # Linux says so where a terminal ends
                    break
                if not piece:
                    break
                out += piece
            assert process.wait(60) == 0
        os.close(master)
        return out

    assert b"\x1b[32mverified" in run()
    assert b"\x1b" not in run(NO_COLOR="1")
    assert b"\x1b" not in run(TERM="dumb")
    assert b"\x1b" not in subprocess.run(command, capture_output=True, cwd=ROOT, check=True).stdout


def test_table_in_a_file_has_no_colours(report_pdf: Path, tmp_path: Path) -> None:
    """A table that is written to a file has no colours, wherever the command was given."""
    path = tmp_path / "a.txt"
    command = [sys.executable, "-m", "cli", "-f", "table", str(report_pdf), "-o", str(path)]
    master, slave = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "NO_COLOR": ""}
    subprocess.run(command, stdout=slave, cwd=ROOT, env=env, check=True, timeout=60)
    os.close(slave)
    os.close(master)
    assert b"\x1b" not in path.read_bytes()


def test_document_cannot_command_the_terminal() -> None:
    """Control characters of a title, agency or message are not printed."""
    document = documents()[-3]
    document |= {"title": "a\x1b[2Jb", "agency": "c\x07"}
    document["findings"][0]["message"] = "d\x9b31me"
    text = "\n".join(table_of(document))
    assert "a?[2Jb" in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


@given(st.text(st.characters(exclude_categories=["C", "M"]), max_size=40), st.integers(2, 30))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    """Wrapped lines give the text again, none is wider than asked."""
    lines = terminal.wrap(text, width)
    assert "".join(lines) == text
    assert all(wcswidth(line) <= width for line in lines)
