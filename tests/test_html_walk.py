"""One pass over a page: what stands between tags, strings of scripts, what is let go."""

from __future__ import annotations

import gc

import pytest
from test_html import PLAIN, cell

from extract.errors import LimitError
from extract.readers.html_data import embedded_strings
from extract.readers.html_raw import Block, RawCell, RawTable
from extract.readers.html_walk import PageTarget, walk_page


def test_a_page_does_not_wait_for_the_collector() -> None:
    """What a page was taken apart into goes as soon as nobody holds it, though lxml keeps the
    parser and its target in a cycle."""
    gc.collect()
    gc.disable()
    try:
        walked = walk_page(PLAIN.encode())
        assert any(isinstance(item, RawTable) for item in walked.items)
        del walked
        left = [o for o in gc.get_objects() if isinstance(o, (RawCell, RawTable))]
    finally:
        gc.enable()
    assert left == []


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (r'{"content": "<p>\u4e00<\/p>"}', ["<p>一</p>"]),
        ('{content : "a\nb", "content":"c"}', ["a\nb", "c"]),
        (r'{"content": "\"content\": \"no\"", "content": "yes"}', ['"content": "no"', "yes"]),
        ('{"my_content": "a", "contents": "b", "content": 7}', []),
        (r'{"content": "\x41 content: \"no\"", "content": "yes"}', ["yes"]),
        ('{"content": "never ends', []),
    ],
)  # fmt: skip
def test_strings_in_scripts(script: str, found: list[str]) -> None:
    """The strings under a key, decoded as JSON; not what stands in other strings, nor longer
    names, nor strings that JSON does not have."""
    assert [*embedded_strings(["content"], script)] == found


@pytest.mark.parametrize(
    ("inner", "text", "doubt"),
    [
        ("<sup>1<img src=a.png></sup>2", "12", "cell.sizes"),
        ("1<s>2</s>3", "13", "cell.struck"),
        ("<sup> </sup>5", "5", None),
        ("<pre>1\n2</pre>", "1 2", "cell.lines"),
        ("a<title>b</title>c", "ac", None),
        ("4<sup>2", "42", "cell.sizes"),
        ("<sup><pre>1\n2</pre></sup>", "1 2", "cell.lines"),
    ],
)
def test_what_stands_between_tags_is_weighed_when_they_end(
    inner: str, text: str, doubt: str | None
) -> None:
    """Raised, struck and kept text is told, whichever other tags come between."""
    found = cell(inner)
    assert (found.text, found.doubt) == (text, doubt)


def test_what_follows_an_ended_cell_is_not_its_own() -> None:
    """Digits between a cell that something else has ended and its end tag stand between the
    cells: their row is in doubt, and the cell has nothing of them."""
    target = PageTarget()
    for tag in ("table", "tr", "td"):
        target.start(tag, {})
    target.data("1")
    target.start("tr", {})
    target.end("tr")
    target.data("5")
    target.end("td")
    row = target.builder.groups[0][1][0] if target.builder else None
    assert row is not None
    assert [item.text for item in row.cells[0].items if isinstance(item, Block)] == ["1"]
    assert target.builder is not None
    assert [i.text for i in target.builder.stray.items if isinstance(i, Block)] == ["5"]


@pytest.mark.parametrize(
    ("piece", "most", "what"),
    [
        ("<table><tr>" + "<td>" * 20_000 + "</table>", 10, "cells"),
        ("<p>" + "字" * 40_000 + "</p><p>" + "字" * 40 + "</p>", 49, "text"),
        ("<p>1</p>" * 5_000, 10, "text"),
    ],
    ids=["cells", "characters", "lines"],
)
def test_limits_count_all_of_a_page(piece: str, most: int, what: str) -> None:
    """Cells of all tables, and characters of long and short lines, count together: as many as a
    page may have are read, more are refused by name."""
    assert not walk_page((piece * most).encode()).cut
    with pytest.raises(LimitError, match=f"too (many|much) {what}"):
        walk_page((piece * (most + 1)).encode())
