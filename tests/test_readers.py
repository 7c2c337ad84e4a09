"""Each reader against bytes near those of a document: a report or a typed error, nothing else."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.torture import readers
from fixtures.torture.readers import SEEDS, find_seed, read_apart, splice

SHARES = st.floats(0, 1, exclude_max=True)
PIECES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"\0" * 64, b"\xff" * 9, b"<", b"]]>", b"-1", b"99999999999", b"\r\n\r\n"]),
)


@pytest.mark.parametrize("reader", SEEDS)
@settings(deadline=None, max_examples=12)
@given(edits=st.lists(st.tuples(SHARES, st.integers(0, 300), PIECES), min_size=1, max_size=3))
def test_reader_gives_a_report_or_a_typed_error(
    reader: str, edits: list[tuple[float, int, bytes]]
) -> None:
    """Pieces cut out of a document and others put in: whatever the reader meets has a name.
    (The long form: python -m fixtures.torture readers.)"""
    data = find_seed(reader)
    if data is None:
        pytest.skip("no fixture of the kind")
    for at, length, put in edits:
        data = splice(data, at, length, put)
    if data:
        assert read_apart(data)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (lambda: os.abort(), "CRASH"),
        (lambda: os._exit(3), "the process ended with 3"),
        (lambda: os.kill(os.getpid(), signal.SIGTERM), "the process ended with -15"),
        (lambda: 1 // 0, "ZeroDivisionError"),
    ],
    ids=["crash", "exit", "other signal", "exception"],
)
def test_only_what_native_libraries_do_is_a_crash(
    end: Callable[[], object], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that ends its process is a crash; one that leaves, or raises, is a mistake."""
    monkeypatch.setattr(readers, "read_bytes", lambda _: end())
    if said == "CRASH":
        assert readers.read_apart(b"x") == said
        return
    with pytest.raises(AssertionError, match=said):
        readers.read_apart(b"x")
