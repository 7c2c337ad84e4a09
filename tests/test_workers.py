"""Workers: whatever one of them does, its document has an outcome and the others are unharmed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import REPORTS, ROOT
from web import Web, reply

import gkextract
from batch.deaths import Verdict, death_to_error
from batch.frames import LIMIT, FrameError, Inbox, value_to_frame
from batch.limits import Limits, Stage, load_limits
from batch.process import PREFIX, Epitaph
from batch.workers import Task, Workers
from fixtures.torture.faults import FAULTS

PROGRAM = "fixtures.torture.faults"
QUICK = Limits(
    seconds=1, seconds_a_page=0, seconds_at_most=1, wall_factor=8, wall_stall=3, memory_mb=512
)
"""Budgets of a document in these tests."""
SLACK = 5.0
TITLE = "某县人民政府2024年政府信息公开工作年度报告"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the keeper's sweep needs Linux")


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test leaves no process and no temporary file behind."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    yield
    ends = time.monotonic() + 10
    while mine(folder) and time.monotonic() < ends:
        time.sleep(0.02)
    assert mine(folder) == set()
    assert list(folder.iterdir()) == []


def mine(folder: Path) -> set[int]:
    """The keepers and workers, and what these left, whose folder is in this one."""
    marked = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            command = Path(f"/proc/{name}/cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder / PREFIX) in command:
            marked.add(int(name))
    return marked


def test_healthy_among_every_fault() -> None:
    """Each kind of fault ends in its own typed error within its budget; the healthy documents
    between them are all exact, and what the workers left is gone."""
    tasks = [
        Task(source, key=source)
        for kind in FAULTS
        for source in (f"fault:{kind}", f"healthy:{kind}")
    ]
    assert len(FAULTS) >= 28
    with Workers(jobs=4, limits=QUICK, program=PROGRAM) as workers:
        outcomes = {o.task.key: o for o in workers.map(tasks)}
        assert workers.grade is not None
        cut = workers.grade >= 1
    assert len(outcomes) == len(tasks)
    for kind, (_, expected) in FAULTS.items():
        if kind == "connect" and not cut:
            continue
        good, bad = outcomes[f"healthy:{kind}"], outcomes[f"fault:{kind}"]
        assert json.loads(good.text) == {"status": "verified", "n": kind}
        assert (bad.error.code if bad.error else bad.status) == expected, (kind, bad)
        assert bad.wall <= QUICK.budget() * QUICK.wall_factor + SLACK, (kind, bad.wall)
        if bad.error is not None:
            assert "text of the document" not in bad.error.message


def test_reports_are_the_librarys() -> None:
    """A worker gives what the library gives, as a line and in print, and its errors."""
    paths = [*sorted(REPORTS.glob("*.pdf"))[:4], ROOT / "missing.pdf", ROOT / "README.md"]
    with Workers(jobs=2) as workers:
        tasks = [Task(str(p), lines=lines, evidence=True) for p in paths for lines in (True, False)]
        for outcome in workers.map(tasks):
            try:
                report = gkextract.extract(outcome.task.source)
            except gkextract.GkextractError as error:
                assert outcome.error is not None
                assert (outcome.error.code, outcome.error.message) == (error.code, error.message)
                assert outcome.error.source == error.source
                continue
            assert outcome.status == report.status
            assert json.loads(outcome.text) == report.to_dict(evidence=True)
            if not outcome.task.lines:
                assert outcome.text == report.to_json(evidence=True).rstrip("\n")


def test_facts_go_into_the_source() -> None:
    """What the caller knows of a document stands in its report and in its error."""
    facts = {"uri": "https://a.example/b.pdf", "retrieved_at": "2025-03-31T01:02:03Z"}
    with Workers() as workers:
        good = workers.run(Task(str(min(REPORTS.glob("*.pdf"))), facts=facts))
        bad = workers.run(Task(str(ROOT / "missing.pdf"), facts=facts))
    assert facts.items() <= json.loads(good.text)["source"].items()
    assert bad.error is not None and bad.error.source is not None
    assert facts.items() <= bad.error.source.items()


def test_supervisor_loads_no_reader() -> None:
    """A supervisor that has had documents read has loaded no library that reads them, and is
    small."""
    code = (
        "import sys\n"
        "from batch.workers import Task, Workers\n"
        "with Workers() as w: print(w.run(Task(sys.argv[1])).status)\n"
        "heavy = {'pymupdf', 'pdfplumber', 'lxml', 'camelot', 'cv2', 'numpy'}\n"
        "print(*(heavy & set(sys.modules)))\n"
        "print(next(x for x in open('/proc/self/status') if x.startswith('VmHWM')).split()[1])"
    )
    pdf = str(min(REPORTS.glob("*.pdf")))
    done = subprocess.run(
        [sys.executable, "-c", code, pdf], cwd=ROOT, capture_output=True, text=True, check=True
    )
    status, loaded, peak = done.stdout.split("\n")[:3]
    assert (status, loaded) == ("verified", "")
    assert int(peak) < 100_000


@pytest.mark.parametrize("command", [(), ("check",), ("view", "-o", "page.html")])
def test_no_command_reads_documents_itself(command: tuple[str, ...], tmp_path: Path) -> None:
    """Whatever is asked for, the document is read in another process, which may die of it."""
    target = tmp_path / "page.html"
    words = [str(target) if word == "page.html" else word for word in command]
    code = (
        "import sys, cli\n"
        "assert cli.main(sys.argv[1:]) == 0\n"
        "heavy = {'pymupdf', 'pdfplumber', 'lxml', 'camelot', 'cv2', 'numpy'}\n"
        "print(*(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words, str(min(REPORTS.glob("*.pdf")))],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.strip() == ""


def test_caller_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    """kill -9 of the supervisor in the middle of a document: its workers, and what they have
    started, end, and their folders go."""
    code = (
        "import sys\n"
        "from batch.workers import Task, Workers\n"
        f"w = Workers(2, program={PROGRAM!r})\n"
        "print('up', flush=True)\n"
        "list(w.map([Task('fault:stray and hang'), Task('fault:brood')]))"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        run.stdout.readline()
        folder = Path(os.environ["TMPDIR"])
        ends = time.monotonic() + 20
        while len(mine(folder)) < 14 and time.monotonic() < ends:
            time.sleep(0.02)
        assert len(mine(folder)) >= 14
        run.kill()


def test_leaving_early_ends_the_documents() -> None:
    """Whoever takes no more outcomes leaves no document under way."""
    with Workers(jobs=2, program=PROGRAM) as workers:
        for outcome in workers.map([Task("healthy:1"), Task("fault:sleep"), Task("fault:spin")]):
            assert outcome.status == "verified"
            break
        assert workers.run(Task("healthy:2")).status == "verified"


def test_frames_are_whole_or_refused() -> None:
    """Values pass byte by byte; too long, not finite and no JSON are refused."""
    inbox, values = Inbox(), [{"a": "页\ud800"}, [1, None], "x" * 100_000]
    data = b"".join(map(value_to_frame, values))
    found = [v for i in range(0, len(data), 7) for v in inbox.feed(data[i : i + 7])]
    assert found == values
    for bad in (float("nan"), "x" * (LIMIT + 1), object()):
        with pytest.raises(FrameError):
            value_to_frame(bad)
    for noise in (b"\xff\xff\xff\xff", b"\0\0\0\1{"):
        with pytest.raises(FrameError):
            Inbox().feed(noise)


@pytest.mark.parametrize(
    ("verdict", "end", "code"),
    [
        (Verdict("total", 61, 60), Epitaph(signal=9), "TIMEOUT"),
        (Verdict("stall", 46, 45), Epitaph(signal=9), "TIMEOUT"),
        (Verdict("protocol"), Epitaph(signal=9), "CRASH"),
        (None, Epitaph(signal=24), "TIMEOUT"),
        (None, Epitaph(signal=9), "MEMORY"),
        (None, Epitaph(signal=11), "CRASH"),
        (None, Epitaph(signal=11, peak_mb=1700), "MEMORY"),
        (None, Epitaph(signal=6, peak_mb=100, stderr="... std::bad_alloc"), "MEMORY"),
        (None, Epitaph(code=0, peak_mb=1700), "CRASH"),
        (None, Epitaph(code=70), "CRASH"),
        (None, Epitaph(signal=25), "CRASH"),
        (None, Epitaph(signal=99), "CRASH"),
        (None, Epitaph(), "CRASH"),
    ],
)
def test_deaths_are_typed(verdict: Verdict | None, end: Epitaph, code: str) -> None:
    """How a worker ended decides the error, which says where; a limit says both numbers."""
    error = death_to_error(verdict, end, ("camelot", 3), 2048)
    assert error.code == code
    assert "in camelot on page 3" in error.message
    if verdict is not None and verdict.granted:
        assert f"granted={verdict.granted:g}" in error.message


def test_budgets_grow_with_what_is_to_do() -> None:
    """Pages and slow stages add time up to a cap; memory and silence go by the stage."""
    limits = load_limits()
    assert limits.budget() == limits.seconds
    assert limits.budget(10) == limits.seconds + 10 * limits.seconds_a_page
    assert limits.budget(10_000) == limits.seconds_at_most
    assert limits.memory("pdf") == limits.memory_mb < limits.memory("ocr")
    assert limits.stall("pdf") == limits.wall_stall < limits.stall("camelot")
    assert limits.times(2).budget() == 2 * limits.budget()
    assert limits.stage("no such stage") == Stage()


RULED = ROOT / "fixtures" / "reports" / "chromium-a01-ruled-10.pdf"


@pytest.mark.parametrize("how", ["crash", "hang"])
@pytest.mark.parametrize("place", ["pdfplumber@", "pdfplumber@2", "repair@"])
def test_death_in_a_stage_costs_the_stage(place: str, how: str, tmp_path: Path) -> None:
    """A detector that ends or hangs its process on a page costs its opinion on that page: the
    report is what the others make of it, and says so. A stage that is not entered costs nothing."""
    path = tmp_path / f"{place}@{how}.pdf"
    if place.endswith("@"):
        path = tmp_path / f"{place[:-1]}@@{how}.pdf"
    path.write_bytes(RULED.read_bytes())
    limits = replace(load_limits(), wall_stall=2)
    with Workers(limits=limits, program="fixtures.torture.crashing") as workers:
        outcome = workers.run(Task(str(path)))
    report = json.loads(outcome.text)
    plain = gkextract.extract(RULED).to_dict()
    for name in ("proactive", "applications", "review"):
        for row, values in _rows(report[name]):
            for given, right in zip(values, dict(_rows(plain[name]))[row], strict=True):
                assert given in (right, None)
    lost = [f["message"] for f in report["findings"] if f["code"] == "detector.lost"]
    assert outcome.reruns == len(lost) == (not place.startswith("repair"))
    assert all(m.startswith("pdfplumber gave no result") for m in lost)
    assert not place.endswith("2") or "on page 2" in lost[0]


def _rows(table: dict[str, Any] | None) -> list[tuple[str, list[Any]]]:
    """The rows of a table of the JSON with their figures."""
    if table is None:
        return []
    rows = table.get("rows", table) if "columns" in table else table
    return [
        (name, list(row.values()) if isinstance(row, dict) else row)
        for name, row in rows.items()
        if name not in ("form", "columns")
    ]


def test_death_on_a_page_costs_the_page(tmp_path: Path) -> None:
    """A page that ends the library that reads it is left out and the report says so and is not
    verified; a document that ends it at once is CRASH, after a second try."""
    page = tmp_path / "pdf@2@crash.pdf"
    page.write_bytes(RULED.read_bytes())
    whole = tmp_path / "html@@crash.pdf"
    whole.write_bytes(b"<html><body>x")
    with Workers(program="fixtures.torture.crashing") as workers:
        first, second = workers.run(Task(str(page))), workers.run(Task(str(whole)))
    report = json.loads(first.text)
    assert report["status"] == "incomplete"
    assert "not read: 1 pages, the first is 2" in str(report["findings"])
    assert second.error is not None and second.error.code == "CRASH"
    assert "SIGSEGV in html" in second.error.message
    assert second.error.source is not None
    assert second.error.source["media_type"] == "text/html"


def test_addresses_come_through_the_half_with_a_network() -> None:
    """A worker reads an address, and the attachment of a page there with the page's cookie, as
    the library does; what may not be fetched or does not come is the same error."""
    page = f"<html><meta charset=utf-8><title>{TITLE}</title><a href='/a.pdf'>{TITLE}</a></html>"
    with Web() as web:
        web.routes |= {
            "/": reply(page, Content_Type="text/html", Set_Cookie="k=v"),
            "/a.pdf": reply(RULED.read_bytes()),
            "/gone": reply("", 404),
        }
        urls = [f"{web.url}/a.pdf", f"{web.url}/", f"{web.url}/gone"]
        with Workers(1, allow_private=True) as workers:
            found = [workers.run(Task(url, allow_private=True)) for url in urls]
            if workers.grade:
                assert workers.grade >= 1
        assert web.header("/a.pdf", "cookie") == "k=v"
        with Workers(1) as workers:  # the half that fetches was not allowed to
            refused = workers.run(Task(urls[0], allow_private=True))
    plain = gkextract.extract(RULED).to_dict()
    for outcome in found[:2]:
        report = json.loads(outcome.text)
        assert report["source"]["uri"] == f"{web.url}/a.pdf"
        assert report["source"]["retrieved_at"] is not None
        assert report["applications"] == plain["applications"]
    assert found[2].error is not None and found[2].error.code == "FETCH"
    assert "HTTP 404" in found[2].error.message
    assert refused.error is not None and refused.error.code == "BLOCKED"
