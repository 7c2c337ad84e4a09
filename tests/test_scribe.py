"""The thread that keeps the ledger: nothing is given out before it is begun, nothing said is
lost, and what goes wrong at the disk reaches whoever asks next."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from batch.scribe import HEAVY, PILE, Desk, Scribe
from batch.workers import Outcome, Task
from extract.errors import OutputError


class Diary:
    """A desk that notes what is done at it, in order."""

    def __init__(self, tasks: int, fails: str = "") -> None:
        self.notes: list[str] = []
        self.fails, self.tasks = fails, tasks
        self.held = threading.Event()
        self.held.set()

    def desk(self) -> Desk:
        return Desk(self.begin(), self.settle, lambda: self.note("commit"))

    def note(self, what: str) -> None:
        self.held.wait(2)
        self.notes.append(what)
        if what == self.fails:
            raise OutputError("the disk is full")

    def begin(self) -> Iterator[Task | None]:
        for number in range(self.tasks):
            yield None
            self.note(f"begin {number}")
            yield Task(str(number))

    def settle(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            self.note(f"settle {outcome.task.source}")


def test_each_is_begun_for_good_before_it_is_given_out_and_settled_once() -> None:
    """A document is given out after the commit behind its beginning; all are settled, in the
    order in which that was said, and committed."""
    diary, given = Diary(50), 0
    with Scribe(diary.desk(), ahead=3) as scribe:
        for task in scribe.tasks():
            begun = diary.notes.index(f"begin {task.source}")
            assert "commit" in diary.notes[begun:]
            assert sum(n.startswith("begin") for n in list(diary.notes)) <= given + 2 + 3
            given += 1
            scribe.say(Outcome(task, "verified"))
    assert given == 50
    settled = [n for n in diary.notes if n.startswith("settle")]
    assert settled == [f"settle {n}" for n in range(50)]
    assert diary.notes[-1] == "commit"


@pytest.mark.parametrize("ahead", [1, 2, 7])
def test_a_slow_disk_loses_nothing(ahead: int) -> None:
    """Whoever takes faster than the disk commits still gets every document, the last ones too."""
    diary = Diary(9)
    desk = diary.desk()
    slow = Desk(desk.tasks, desk.settle, lambda: time.sleep(0.02))
    with Scribe(slow, ahead) as scribe:
        assert [task.source for task in scribe.tasks()] == [str(n) for n in range(9)]


@pytest.mark.parametrize("fails", ["begin 2", "settle 1", "commit"])
def test_what_goes_wrong_at_the_disk_is_raised(fails: str) -> None:
    """An error at the desk ends the work for whoever gives and takes, as itself."""
    diary = Diary(50, fails)
    with pytest.raises(OutputError), Scribe(diary.desk(), ahead=1) as scribe:
        for task in scribe.tasks():
            scribe.say(Outcome(task, "verified"))
    assert diary.notes[-1] == fails


def test_leaving_settles_what_was_said() -> None:
    """Whoever is interrupted leaves nothing unwritten that was said, and begins nothing more."""
    diary = Diary(10_000)
    with pytest.raises(KeyboardInterrupt), Scribe(diary.desk(), ahead=2) as scribe:
        for task in scribe.tasks():
            scribe.say(Outcome(task, "verified"))
            if task.source == "4":
                raise KeyboardInterrupt
    assert [n for n in diary.notes if n.startswith("settle")] == [f"settle {n}" for n in range(5)]
    assert sum(n.startswith("begin") for n in diary.notes) < 10
    assert diary.notes[-1] == "commit"


@pytest.mark.parametrize("text", ["", "x" * HEAVY])
def test_texts_do_not_pile_up(text: str) -> None:
    """A disk that is slower than the workers makes them wait, at so many outcomes, or at one
    that is large."""
    diary = Diary(PILE * 3)
    with Scribe(diary.desk(), ahead=PILE * 3) as scribe:
        tasks = list(scribe.tasks())
        diary.held.clear()

        def say_all() -> None:
            for task in tasks:
                scribe.say(Outcome(task, "verified", text))
                said.append(task.source)

        said: list[str] = []
        speaker = threading.Thread(target=say_all)
        speaker.start()
        speaker.join(0.5)
        assert speaker.is_alive()
        assert len(said) <= (2 if text else 2 * PILE)
        diary.held.set()
        speaker.join(10)
        assert not speaker.is_alive()
    assert sum(n.startswith("settle") for n in diary.notes) == PILE * 3
