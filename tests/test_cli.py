"""The command line as a process: data on stdout, words on stderr, the promised exit codes."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from conftest import REPORTS, ROOT, PdfMaker, Ran

import gkextract

Cli = Callable[..., Ran]

HELP_CPU_SECONDS = 1.0
"""Bound for a loaded machine; it takes 0.15."""


def check_failure(ran: Ran, code: str, uri: str | Path) -> None:
    """One source failed as promised: exit code of its class, an error object on stdout, the
    same message as one line on stderr."""
    assert ran.code == gkextract.ERRORS[code].exit_code, ran.err
    found = ran.json()
    assert found["source"]["uri"] == str(uri)
    assert found["error"]["type"] == code
    assert list(found["error"]) == ["type", "message"]
    assert ran.err == f"gkextract: {code}: {uri}: {found['error']['message']}\n"


def test_report_is_pretty_json(run_cli: Cli, report_pdf: Path) -> None:
    """One report: exit 0, the library's own pretty JSON on stdout, nothing on stderr."""
    ran = run_cli(report_pdf)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == gkextract.extract(report_pdf).to_json().rstrip("\n") + "\n"
    assert ran.json()["source"]["uri"] == str(report_pdf)


def test_evidence_is_added(run_cli: Cli, report_pdf: Path) -> None:
    """--evidence adds the evidence and changes nothing else."""
    plain, full = run_cli(report_pdf).json(), run_cli(report_pdf, "--evidence").json()
    assert full.pop("evidence")
    assert full == plain


def test_detector_is_used(run_cli: Cli, report_pdf: Path) -> None:
    """--detector NAME tries that one and no other."""
    tried = run_cli(report_pdf, "--detector", "pdfplumber").json()["attempts"]
    assert {attempt["detector"].partition("+")[0] for attempt in tried} == {"pdfplumber"}


def test_detectors_are_the_pipelines() -> None:
    """The detectors that the command line offers are those of the ladder, in its order."""
    from extract.ladder import LADDER

    assert ("auto", *dict.fromkeys(rung.asked_as for rung in LADDER)) == gkextract.DETECTORS


def test_jsonl_of_one(run_cli: Cli, report_pdf: Path) -> None:
    """-f jsonl puts one report on one line with the same content."""
    ran = run_cli(report_pdf, "-f", "jsonl")
    assert ran.lines() == [run_cli(report_pdf).json()]


def test_batch_goes_on(run_cli: Cli, report_pdf: Path, make_pdf: PdfMaker) -> None:
    """Several: one line a document in the order given, errors among them, exit 3, counts."""
    budget = make_pdf("budget.pdf", "2023年部门预算")
    ran = run_cli("missing.pdf", report_pdf, budget)
    assert ran.code == 3
    first, second, third = ran.lines()
    assert (first["source"], first["error"]["type"]) == ({"uri": "missing.pdf"}, "INPUT")
    assert second == run_cli(report_pdf).json()
    assert third["error"]["type"] == "NO_CONTENT"
    assert "gkextract: 3 documents:" in ran.err
    assert "2 failed" in ran.err
    array = run_cli("-f", "json", "missing.pdf", report_pdf, budget)
    assert array.json() == ran.lines()


def test_folder_gives_lines_even_for_one(run_cli: Cli, report_pdf: Path, tmp_path: Path) -> None:
    """A folder or pattern gives JSON lines however many files it holds today."""
    (tmp_path / "a.pdf").write_bytes(report_pdf.read_bytes())
    for word in (tmp_path, f"{tmp_path}/*.pdf"):
        ran = run_cli(word)
        assert ran.code == 0
        assert [line["source"]["uri"] for line in ran.lines()] == [f"{tmp_path}/a.pdf"]


def test_empty_folder_is_an_error_line(run_cli: Cli, tmp_path: Path) -> None:
    """A folder without files is a line with an error, not silence."""
    ran = run_cli(tmp_path)
    assert ran.code == 3
    assert [line["error"]["type"] for line in ran.lines()] == ["INPUT"]


@pytest.mark.parametrize("status", ["verified", "inconsistent"])
def test_strict(run_cli: Cli, status: str) -> None:
    """--strict: 0 where the report is verified, 3 where it is not; the data is the same."""
    goldens = sorted(REPORTS.glob("*.expected.json"))
    golden = next(path for path in goldens if json.loads(path.read_bytes())["status"] == status)
    path = golden.with_name(golden.name.replace(".expected.json", ".pdf"))
    plain, strict = run_cli(path), run_cli(path, "--strict")
    assert plain.json()["status"] == status
    assert plain.out == strict.out
    assert (plain.code, strict.code) == (0, 0 if status == "verified" else 3)


ENCRYPTED = {
    "encryption": pymupdf.PDF_ENCRYPT_AES_256,
    "user_pw": "secret",
    "owner_pw": "owner",
}


def test_encrypted(run_cli: Cli, make_pdf: PdfMaker) -> None:
    """A PDF that needs a password is ENCRYPTED."""
    path = make_pdf("a.pdf", "政府信息公开工作年度报告", **ENCRYPTED)
    check_failure(run_cli(path), "ENCRYPTED", path)


def test_truncated(run_cli: Cli, make_pdf: PdfMaker) -> None:
    """A PDF cut after its first bytes is CORRUPT."""
    path = make_pdf("a.pdf", "政府信息公开工作年度报告")
    path.write_bytes(path.read_bytes()[:200])
    check_failure(run_cli(path), "CORRUPT", path)


def test_mark_alone(run_cli: Cli, tmp_path: Path) -> None:
    """A file that has the mark of a PDF and nothing else is CORRUPT."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    check_failure(run_cli(path), "CORRUPT", path)


def test_empty(run_cli: Cli, tmp_path: Path) -> None:
    """An empty file is INPUT."""
    path = tmp_path / "a.pdf"
    path.touch()
    check_failure(run_cli(path), "INPUT", path)


def test_web_page_saved_as_pdf(run_cli: Cli, tmp_path: Path) -> None:
    """A site's error page under the name of a PDF is read as the web page that it is, and holds
    no report."""
    path = tmp_path / "a.pdf"
    path.write_text("<!DOCTYPE html><title>404</title>", encoding="utf-8")
    ran = run_cli(path)
    check_failure(ran, "NO_CONTENT", path)
    assert ran.json()["source"]["media_type"] == "text/html"


def test_missing(run_cli: Cli) -> None:
    """A file that is not there is INPUT, and so is one whose name holds a terminal escape."""
    check_failure(run_cli("missing.pdf"), "INPUT", "missing.pdf")
    assert "\x1b" not in run_cli("a\x1b[31m.pdf").err


def test_address(run_cli: Cli) -> None:
    """An address of this machine is BLOCKED, whatever it is called, and never a path."""
    for url in ("http://127.0.0.1/a.pdf", "http://2130706433/", "file:///etc/hostname"):
        check_failure(run_cli(url), "BLOCKED", url)


def test_budget_report(run_cli: Cli, make_pdf: PdfMaker) -> None:
    """A readable document that is no annual report is NO_CONTENT."""
    path = make_pdf("budget.pdf", "2023年部门预算公开", "一、部门基本情况", "二、收支总表")
    check_failure(run_cli(path), "NO_CONTENT", path)


def test_page_without_text(run_cli: Cli, make_pdf: PdfMaker) -> None:
    """A PDF without a character is NO_CONTENT."""
    path = make_pdf("blank.pdf")
    check_failure(run_cli(path), "NO_CONTENT", path)


def test_other_text(run_cli: Cli, tmp_path: Path) -> None:
    """A plain text that is no annual report is NO_CONTENT."""
    path = tmp_path / "a.txt"
    path.write_text("今天天气很好。\n", encoding="utf-8")
    check_failure(run_cli(path), "NO_CONTENT", path)


def test_c_locale_changes_nothing(run_cli: Cli, report_pdf: Path) -> None:
    """JSON is UTF-8 whatever the locale says."""
    env = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert run_cli(report_pdf, env=env).out == run_cli(report_pdf).out
    assert run_cli("forms", env=env).out == run_cli("forms").out


def test_name_that_is_no_utf8(run_cli: Cli, tmp_path: Path) -> None:
    """A file name in another encoding gives valid JSON."""
    name = os.fsencode(tmp_path) + b"/\xb1\xa8\xb8\xe6.pdf"
    Path(os.fsdecode(name)).write_bytes(b"<html>")
    assert run_cli(os.fsdecode(name)).json()["error"]["type"] == "NO_CONTENT"


def test_output_file(run_cli: Cli, report_pdf: Path, tmp_path: Path) -> None:
    """-o writes what stdout would have held, silently, and leaves nothing beside it."""
    path = tmp_path / "out.json"
    ran = run_cli(report_pdf, "-o", path)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert path.read_text(encoding="utf-8") == run_cli(report_pdf).out
    assert os.listdir(tmp_path) == ["out.json"]


def test_output_stays_when_reading_fails(run_cli: Cli, tmp_path: Path) -> None:
    """Where the one document fails, PATH stays as it was and stdout has the error."""
    path = tmp_path / "out.json"
    path.write_text("before", encoding="utf-8")
    check_failure(run_cli("missing.pdf", "-o", path), "INPUT", "missing.pdf")
    assert path.read_text(encoding="utf-8") == "before"
    assert os.listdir(tmp_path) == ["out.json"]


def test_output_that_cannot_be_written(run_cli: Cli, report_pdf: Path, tmp_path: Path) -> None:
    """A missing folder, a folder, a device, or a source as PATH: OUTPUT, one object on
    stdout, and nothing is harmed."""
    copy = tmp_path / "a.pdf"
    copy.write_bytes(report_pdf.read_bytes())
    for target in (tmp_path / "no" / "out.json", tmp_path, "/dev/null", copy):
        for sources in ([copy], [copy, copy]):
            ran = run_cli(*sources, "-o", target)
            assert ran.code == 16, ran.err
            assert ran.json()["error"]["type"] == "OUTPUT"
            assert ran.err.startswith("gkextract: OUTPUT: ")
            assert ran.err.count("\n") == 1
    assert copy.read_bytes() == report_pdf.read_bytes()
    assert Path("/dev/null").is_char_device()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("args", [["forms"], ["missing.pdf"], ["--help"], ["a", "b"]])
def test_full_stdout(args: list[str]) -> None:
    """Output that cannot be written is OUTPUT with one line, no traceback."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cli", *args],
            stdout=full, stderr=subprocess.PIPE, cwd=ROOT, check=False,
        )  # fmt: skip
    assert done.returncode in (4, 16)
    assert b"Traceback" not in done.stderr
    assert b"OUTPUT" in done.stderr or args == ["--help"]


def test_reader_that_leaves() -> None:
    """A reader that closes the pipe early ends the command without a traceback, not with 1."""
    command = [sys.executable, "-m", "cli", *["missing.pdf"] * 20_000]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(60) == 16
    assert b"Traceback" not in err
    assert b"OUTPUT" in err


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted(signum: signal.Signals, code: int, tmp_path: Path) -> None:
    """SIGINT and SIGTERM end with 130 and 143; a result half done is not left behind, what the
    next run goes on from is."""
    out = tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "cli", *["missing.pdf"] * 60_000, "-o", str(out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stderr is not None
        process.stderr.readline()  # it is at work
        process.send_signal(signum)
        err = process.stderr.read()
        assert process.wait(60) == code
    assert err.endswith(b"gkextract: interrupted\n")
    assert b"Traceback" not in err
    assert os.listdir(tmp_path) == ["out.jsonl.gkx"]


@pytest.mark.parametrize(
    "args",
    [[], ["--no-such-option"], ["--detector", "magic", "a.pdf"], ["-f", "xml", "a.pdf"],
     ["explain"], ["explain", "no.such.code"], ["forms", "extra"]],
)  # fmt: skip
def test_usage(run_cli: Cli, args: list[str]) -> None:
    """A wrong command line is 2, with words on stderr and nothing on stdout."""
    ran = run_cli(*args)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: gkextract" in ran.err


def test_first_word_decides(run_cli: Cli, tmp_path: Path) -> None:
    """A file of a command's name is given as ./NAME, or behind --."""
    (tmp_path / "forms").write_text("<html>", encoding="utf-8")
    assert run_cli("forms", cwd=tmp_path).out.startswith("edition 2019")
    for args in (["./forms"], ["--", "forms"], ["-f", "json", "forms"]):
        check_failure(run_cli(*args, cwd=tmp_path), "NO_CONTENT", args[-1])


def test_forms_show_both_editions(run_cli: Cli) -> None:
    """`forms` prints every row key of both editions with its label."""
    from tableparse.formdata import editions

    out = run_cli("forms").out
    for edition in editions():
        assert f"edition {edition.name}" in out
        for row in edition.rows:
            assert f"{row.key:32}{row.label}\n" in out


def test_explain_knows_every_code(run_cli: Cli) -> None:
    """`explain` has meaning and advice for every finding and every error."""
    from tableparse.formdata import read_data

    findings = read_data("findings")["findings"]
    for code, entry in findings.items():
        assert set(entry) == {"severity", "blame", "doubt", "meaning", "advice"}, code
        assert entry["severity"] in ("error", "warning", "info")
        assert entry["blame"] in ("publisher", "extraction", "unknown", "varies")
        assert entry["meaning"].endswith(".")
        assert entry["advice"].endswith(".")
    for code in (next(iter(findings)), "FORMAT"):
        ran = run_cli("explain", code)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(f"{code}  ")
        assert "\nDo: " in ran.out


def test_version(run_cli: Cli) -> None:
    """--version says the version that the package has."""
    assert run_cli("--version").out == f"gkextract {gkextract.__version__}\n"


def test_help_is_quick(run_cli: Cli) -> None:
    """--help names both commands and costs little processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = run_cli("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ran.code == 0
    assert "gkextract forms" in ran.out
    assert "gkextract explain" in ran.out
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    assert used < HELP_CPU_SECONDS


def test_bad_detector_in_library() -> None:
    """The library takes an unknown detector for the caller's mistake."""
    with pytest.raises(ValueError, match="detector must be one of"):
        gkextract.extract(b"x", detector="magic")  # type: ignore[arg-type]


def test_library_error_names_source(tmp_path: Path) -> None:
    """An error of the library carries what is known of the source."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"<html>")
    with pytest.raises(gkextract.NoContentError) as caught:
        gkextract.extract(path)
    assert caught.value.source is not None
    assert caught.value.source["media_type"] == "text/html"
    assert str(caught.value).startswith(f"{path}: no annual report")


def test_bytes_are_a_source(report_pdf: Path) -> None:
    """The bytes of a document give the report that its path gives, under their SHA-256."""
    by_path = gkextract.extract(report_pdf).to_dict()
    by_bytes = gkextract.extract(report_pdf.read_bytes()).to_dict()
    assert by_bytes["source"].pop("uri") == f"sha256:{by_path['source']['sha256']}"
    assert by_path["source"].pop("uri") == str(report_pdf)
    assert by_bytes == by_path


def test_json_comes_back(report_pdf: Path) -> None:
    """A report read back from its JSON is the report."""
    report = gkextract.extract(report_pdf)
    copy = gkextract.Report.from_json(report.to_json())
    assert json.loads(copy.to_json()) == report.to_dict()
