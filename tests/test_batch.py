"""Runs over many documents: what is done is kept, whole, and done once."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import REPORTS, ROOT, Ran, run_gkextract

from batch.ledger import Ledger
from batch.limits import Limits, load_limits
from batch.listing import list_documents, text_to_shard
from batch.page import tally_to_page
from batch.run import Run, export_lines, rename_report
from batch.tally import Progress, Tally, tally_to_table
from batch.toolchain import toolchain_to_fingerprint
from batch.workers import Outcome, Task, Workers
from extract.errors import GkextractError, InputError, OutputError
from fixtures.torture.bombs import SMALL, write_bombs
from fixtures.torture.damage import DAMAGES, judge_report, run_damage
from fixtures.torture.hostile import read_hostile
from fixtures.torture.kills import run_kills

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="workers need fork")
Opener = Callable[[str], Ledger]
NAMES = ("chromium-a01-ruled-10", "chromium-a12-ruled-60", "libreoffice-a27-none")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three reports, one of them twice, and two files that are none."""
    made = tmp_path / "in"
    (made / "b").mkdir(parents=True)
    for name in NAMES:
        (made / f"{name}.pdf").write_bytes((REPORTS / f"{name}.pdf").read_bytes())
    (made / "b" / "again.pdf").write_bytes((REPORTS / f"{NAMES[0]}.pdf").read_bytes())
    (made / "b" / "cut.pdf").write_bytes(b"%PDF-1.7\n")
    (made / "b.txt").write_text("今天天气很好。", encoding="utf-8")
    return made


@pytest.fixture
def open_ledger(tmp_path: Path) -> Iterator[Opener]:
    """Opens the test's ledger under a fingerprint; all are closed at the end."""
    opened: list[Ledger] = []

    def open_one(fingerprint: str) -> Ledger:
        opened.append(Ledger(tmp_path / "l", fingerprint * 32))
        return opened[-1]

    yield open_one
    for ledger in opened:
        ledger.close()


def attempts(output: Path) -> Counter[str]:
    """How often each document was begun, by the ledger beside an output."""
    import sqlite3

    db = sqlite3.connect(f"{output}.gkx/ledger.sqlite3")
    found = Counter(dict(db.execute("SELECT key, attempts FROM work")))
    db.close()
    return found


def check_lines(ran: Ran, folder: Path) -> None:
    """Every file of the folder has its line, in the order of the sorted paths."""
    uris = [line["source"]["uri"] for line in ran.lines()]
    assert uris == sorted(str(p) for p in folder.rglob("*") if p.is_file())


def test_a_run_is_kept_and_not_done_twice(folder: Path, tmp_path: Path) -> None:
    """With -o, the output is what stdout would have held; the same command again reads nothing
    and gives the same bytes; a new file is all that it reads."""
    out, page = tmp_path / "out.jsonl", tmp_path / "page.html"
    plain = run_gkextract(folder, "-j", "2")
    first = run_gkextract(folder, "-j", "2", "-o", out, "--report", page)
    check_lines(plain, folder)
    assert (plain.code, first.code) == (3, 3)
    assert out.read_text(encoding="utf-8") == plain.out
    begun = attempts(out)
    assert len(begun) == 5 and set(begun.values()) == {1}  # the same bytes are read once
    whole = out.read_bytes()
    out.unlink()
    again = run_gkextract(folder, "-o", out)
    assert (again.code, out.read_bytes()) == (3, whole)
    assert attempts(out) == begun
    (folder / "new.pdf").write_bytes(b"%PDF-1.7\nnew")
    run_gkextract(folder, "-o", out)
    assert sorted(attempts(out).values()) == [1] * 6
    assert out.read_bytes().count(b"\n") == 7
    text = page.read_text(encoding="utf-8")
    assert "6 documents" in text and "failed: CORRUPT" in text and "<script" not in text


def test_array_of_several(folder: Path, tmp_path: Path) -> None:
    """-f json gives one array, with -o and without, the pretty reports inside."""
    out = tmp_path / "out.json"
    assert run_gkextract(folder, "-f", "json", "-o", out).code == 3
    plain = run_gkextract(folder, "-f", "json")
    assert out.read_text(encoding="utf-8") == plain.out
    assert [x["source"]["uri"] for x in plain.json()] == [
        line["source"]["uri"] for line in run_gkextract(folder).lines()
    ]


def test_other_options_are_other_results(folder: Path, tmp_path: Path) -> None:
    """Results under one set of options are not taken for those under another, and both stay."""
    out = tmp_path / "out.jsonl"
    run_gkextract(folder, "-o", out)
    plain = out.read_bytes()
    run_gkextract(folder, "-o", out, "--evidence")
    assert b'"evidence"' in out.read_bytes()
    run_gkextract(folder, "-o", out)
    assert out.read_bytes() == plain
    assert set(attempts(out).values()) == {1}


def test_changed_file_is_read_anew(folder: Path, tmp_path: Path) -> None:
    """A file that was changed is another document, also where its size is the same."""
    out = tmp_path / "out.jsonl"
    run_gkextract(folder, "-o", out)
    path = folder / "b.txt"
    path.write_text("昨天天气很好。", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    run_gkextract(folder, "-o", out)
    lines = [json.loads(x) for x in out.read_text(encoding="utf-8").splitlines()]
    assert lines == run_gkextract(folder).lines()


def test_harmed_result_is_made_again(folder: Path, tmp_path: Path) -> None:
    """A result that is not what was written is read again, never exported; what a killed run
    had begun to write is swept away."""
    out = tmp_path / "out.jsonl"
    run_gkextract(folder, "-o", out)
    whole = out.read_bytes()
    results = sorted(Path(f"{out}.gkx/results").glob("*/*.json"))
    results[0].write_bytes(results[0].read_bytes()[:-20])
    results[1].unlink()
    stale = results[0].with_suffix(".json.part")
    stale.write_bytes(b"{")
    run_gkextract(folder, "-o", out)
    assert out.read_bytes() == whole
    assert not stale.exists()
    assert sorted(attempts(out).values()) == [1, 1, 1, 2, 2]


def test_one_run_at_a_time(folder: Path, tmp_path: Path) -> None:
    """A second run over a ledger that is held ends with OUTPUT and harms nothing."""
    with_lock = Ledger(tmp_path / "out.jsonl.gkx", "f" * 32)
    try:
        ran = run_gkextract(folder, "-o", tmp_path / "out.jsonl")
    finally:
        with_lock.close()
    assert ran.code == 16
    assert "another run holds the ledger" in ran.err
    assert run_gkextract(folder, "-o", tmp_path / "out.jsonl").code == 3


def test_manifest(folder: Path, tmp_path: Path) -> None:
    """`-` reads paths from stdin, a line each, or objects that say where a file is from; a line
    that is neither is an error of its own."""
    pdf = folder / f"{NAMES[0]}.pdf"
    uri = "https://www.example.gov.cn/nb/2024.pdf"
    stored = {"source": str(pdf), "uri": uri, "retrieved_at": "2025-03-31T01:02:03Z"}
    manifest = f"{pdf}\n\n{json.dumps(stored)}\n{{}}\nmissing.pdf\n".encode()
    for extra in ([], ["-o", str(tmp_path / "out.jsonl")]):
        done = subprocess.run(
            [sys.executable, "-m", "cli", "-", *extra],
            cwd=ROOT, input=manifest, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 3, done.stderr
        text = (tmp_path / "out.jsonl").read_bytes() if extra else done.stdout
        plain, from_web, wrong, missing = map(json.loads, text.splitlines())
        assert plain["source"]["uri"] == str(pdf)
        assert from_web["source"] == {
            **plain["source"], "uri": uri, "retrieved_at": stored["retrieved_at"]
        }  # fmt: skip
        assert (wrong["error"]["type"], wrong["source"]) == ("INPUT", {"uri": "-:4"})
        assert missing["error"]["type"] == "INPUT"


def test_shards_are_parts(folder: Path) -> None:
    """The parts of a list have each document once, by its name alone."""
    whole = [word for word, _, _ in list_documents([str(folder)])]
    parts = [[w for w, _, _ in list_documents([str(folder)], (i, 3))] for i in (1, 2, 3)]
    assert sorted(word for part in parts for word in part) == whole
    empty = run_gkextract(min(folder.glob("*.pdf")), folder / "none*", "--shard", "999983/999983")
    assert (empty.code, empty.out) == (0, "")
    ran = run_gkextract(folder, "--shard", "2/3")
    assert [line["source"]["uri"] for line in ran.lines()] == parts[1]
    for wrong in ("0/3", "4/3", "3", "a/b", ""):
        with pytest.raises(ValueError):
            text_to_shard(wrong)
    assert run_gkextract(folder, "--shard", "4/3").code == 2


def run_on(ledger: Ledger, words: list[str], program: str) -> list[dict[str, Any]]:
    """A run of misbehaving workers over these words, which are their own keys; its lines."""
    limits = replace(load_limits(), seconds=5, seconds_at_most=5, wall_factor=8)
    ledger.list_sources((word, {}, None) for word in words)
    told: list[tuple[str, GkextractError | None]] = []
    with Workers(2, limits, program=program) as workers:
        identify = lambda _, word, __: word  # noqa: E731
        Run(ledger, workers, identify, Task(""), lambda *a: told.append(a)).finish_all()
    return [json.loads(line) for line in export_lines(ledger, json.dumps, Counter())]


def test_what_ends_workers_is_put_aside(open_ledger: Opener) -> None:
    """A document that ends its worker is tried twice, then put aside with its reason, and not
    touched again under the same toolchain; the others are done."""
    words = ["healthy:1", "fault:segfault", "healthy:2", "fault:exception"]
    ledger = open_ledger("a")
    lines = run_on(ledger, words, "fixtures.torture.faults")
    assert [line.get("n") for line in lines] == ["1", None, "2", None]
    codes = [line.get("error", {}).get("type") for line in lines]
    assert codes == [None, "CRASH", None, "INTERNAL"]
    assert [row[:2] for row in ledger.aside()] == [("fault:segfault", "CRASH")]
    before = {word: ledger.row(word) for word in words}
    assert before["fault:segfault"] is not None and before["fault:segfault"].attempts == 2
    assert run_on(ledger, words, "fixtures.torture.faults") == lines
    assert {word: ledger.row(word) for word in words} == before
    ledger.close()
    other = open_ledger("b")
    assert other.row("fault:segfault") is None
    other.close()


def test_what_ends_the_machine_is_put_aside(open_ledger: Opener) -> None:
    """A document during which the machine went down twice is put aside unread; one during
    which only the run was killed is read, last."""
    ledger = open_ledger("a")
    for boot in ("first", "second"):
        ledger.boot = boot
        ledger.begin("healthy:poison", "healthy:poison")
    ledger.boot = "third"
    for _ in range(3):
        ledger.begin("healthy:unlucky", "healthy:unlucky")
    words = ["healthy:poison", "healthy:unlucky", "healthy:1"]
    lines = run_on(ledger, words, "fixtures.torture.faults")
    assert lines[0]["error"]["type"] == "CRASH"
    assert "ended 2 times while it was read" in lines[0]["error"]["message"]
    assert [line.get("n") for line in lines[1:]] == ["unlucky", "1"]
    ledger.close()


def test_who_was_only_there_when_the_machine_ended_is_read(open_ledger: Opener) -> None:
    """Of documents that were under way together when the machine went down, each is then read
    alone: the next time it goes down, that is counted against one of them."""
    ledger = open_ledger("a")
    words = ["healthy:1", "healthy:2", "healthy:3"]
    ledger.boot = "first"
    for word in words:
        ledger.begin(word, word)
    ledger.boot = "second"
    alone: list[list[int]] = []

    class Watched(Workers):
        def run(self, task: Task, limits: Limits | None = None) -> Outcome:
            rows = [ledger.row(word) for word in words]
            alone.append([row.boots for row in rows if row is not None])
            return super().run(task, limits)

    with Watched(program="fixtures.torture.faults") as workers:
        ledger.list_sources((word, {}, None) for word in words)
        Run(ledger, workers, lambda _, word, __: word, Task(""), lambda *_: None).finish_all()
    assert alone == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    assert all(row is not None and row.state == "done" for row in map(ledger.row, words))
    ledger.close()


def test_the_world_may_have_changed(open_ledger: Opener) -> None:
    """Errors of the network and the disk are tried anew by the next run, those of the bytes
    are not."""
    ledger = open_ledger("a")
    words = ["fault:connect", "fault:recursion"]
    for count in (1, 2):
        run_on(ledger, words, "fixtures.torture.faults")
        rows = [ledger.row(word) for word in words]
        assert [row.attempts for row in rows if row] == [count, 1]
    ledger.close()


def test_fingerprint_goes_by_the_options() -> None:
    """The same options give the same fingerprint, others another."""
    one = toolchain_to_fingerprint({"evidence": False, "lines": True})
    assert one == toolchain_to_fingerprint({"lines": True, "evidence": False})
    assert one != toolchain_to_fingerprint({"evidence": True, "lines": True})


@pytest.mark.parametrize("text", ['{"source":{"uri":"%s"}}', '{\n "source": {"uri": "%s"}\n}'])
def test_renaming_touches_the_name_alone(text: str) -> None:
    """A report under another file's name differs in that name; an archive's member stays."""
    assert rename_report(text % "a.pdf", "a.pdf", "b/“c”.pdf") == text % "b/“c”.pdf"
    assert rename_report(text % "a.zip!x.pdf", "a.zip", "b.zip") == text % "b.zip!x.pdf"
    assert rename_report(text % "a.pdf", "z.pdf", "b.pdf") == text % "a.pdf"


def test_kills_harm_nothing(tmp_path: Path) -> None:
    """Runs that are killed at random moments until they finish: nothing torn, lost or done
    twice, no broken ledger, nothing left, and the output of a run left alone. (The long form:
    python -m fixtures.torture kills.)"""
    toll = run_kills(kills=3, documents=12, seed=2, folder=tmp_path)
    assert toll.kills >= 3
    assert toll.finished >= 1
    assert toll.harm() == 0, toll


def test_damage_is_never_verified_and_wrong() -> None:
    """Damaged copies of the fixtures: none is called verified with a figure that the report
    does not have, none ends in anything but a report or a typed error. (The long form:
    python -m fixtures.torture damage.)"""
    losses = run_damage(30, seed=3, every=5)
    assert losses.copies == 30
    assert set(losses.outcomes) == set(DAMAGES)
    assert losses.silent == losses.crashes == []
    assert sum(counts["exact"] for counts in losses.outcomes.values()) >= 5


def test_judge_knows_silence() -> None:
    """The judge of damaged copies sees a wrong figure under `verified`, and takes a null there
    for one as well."""
    good: dict[str, Any] = {
        "proactive": None,
        "review": None,
        "applications": {"form": "2021", "columns": ["a"], "rows": {"x": [1]}},
    }
    for value, status, said in (
        (1, "verified", "exact"), (2, "verified", "silent"), (None, "verified", "silent"),
        (2, "doubtful", "told"),
    ):  # fmt: skip
        table = {"form": "2021", "columns": ["a"], "rows": {"x": [value]}}
        assert judge_report({**good, "applications": table, "status": status}, good) == said


def test_bombs_end_in_time(tmp_path: Path) -> None:
    """Files built to harm end in a report or a typed error within their budget; the supervisor
    stays small and nothing is left. (The long form: python -m fixtures.torture hostile.)"""
    paths = write_bombs(tmp_path, SMALL)
    limits = replace(load_limits(), seconds=10, seconds_at_most=20, wall_factor=3)
    harm = read_hostile(paths, limits=limits)
    assert harm.files == len(SMALL)
    assert (harm.late, harm.untyped, harm.left) == ([], [], 0)


def test_tally_and_page() -> None:
    """Counts and quantiles by status and code; names are escaped in the page."""
    tally = Tally()
    for n in range(100):
        tally.add("verified", "", 0.1, n / 100, 80)
    tally.add("failed", "TIMEOUT", 60, 60, 900)
    label, count, share, (median, high, most) = tally.rows()[0]
    assert (label, count) == ("verified", 100)
    assert (round(median, 2), round(high, 2), round(most, 2)) == (0.5, 0.99, 0.99)
    assert share == 100 / 101
    assert "failed: TIMEOUT" in tally_to_table(tally)
    page = tally_to_page(tally, [("seconds", "1")], [("<b>.pdf", "CRASH", "a & b")])
    assert "&lt;b&gt;.pdf" in page and "a &amp; b" in page and "101 documents" in page


def test_progress_without_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where stderr is no terminal, progress is a line now and then, with rate and time left."""
    err = io.StringIO()
    monkeypatch.setattr("sys.stderr", err)
    now = time.monotonic()
    monkeypatch.setattr("batch.tally.monotonic", lambda: now)
    progress = Progress(100)
    for _ in range(10):
        progress.count("verified")
    assert err.getvalue() == ""
    now += 40
    progress.count("failed", "CORRUPT")
    line = "11 of 100, 0.3 a second, 0:05:23 left: 10 verified, 1 CORRUPT"
    assert err.getvalue() == f"gkextract: {line}\n"
    progress.wipe()


def test_full_disk_stops_the_run(open_ledger: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk is nearly full, the run stops with OUTPUT before anything is torn."""
    ledger = open_ledger("a")
    monkeypatch.setattr("batch.results.LEAST_FREE", 1 << 62)
    with pytest.raises(OutputError, match="the disk is full"):
        run_on(ledger, ["healthy:1"], "fixtures.torture.faults")
    monkeypatch.undo()
    assert run_on(ledger, ["healthy:1"], "fixtures.torture.faults")[0]["n"] == "1"
    ledger.close()


def test_source_that_is_none_is_told(open_ledger: Opener) -> None:
    """A source without key has its error in the export."""
    ledger = open_ledger("a")
    error = InputError("no such file")
    error.source = {"uri": "x"}
    ledger.list_sources([("x", {}, error)])
    (line,) = export_lines(ledger, json.dumps, Counter())
    assert json.loads(line)["error"]["type"] == "INPUT"
    ledger.close()
