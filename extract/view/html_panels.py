"""Findings, attempts and prose: what is to be said of the report beside its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from extract.view.html_document import boxes_to_path
from extract.view.html_figures import labels_text
from extract.view.markup import Markup, join, length, tag

Plain = dict[str, Any]
MARKS = {"error": "✕", "warning": "!", "info": "i"}
BLAMES = {
    "publisher": "it is printed so",
    "extraction": "it was read so",
    "unknown": "printed so or read so, not known which",
}
"""What the blame of a finding says in words."""
SHOWN_CELLS = 6
"""Cells that a finding lists before the rest folds away."""


def model_to_findings(model: Plain) -> Markup:
    """The findings, the gravest first, each with its meaning, what to do and its cells."""
    if not model["findings"]:
        return tag("p", {"class": "empty"}, "Nothing was found wrong with this report.")
    order = sorted(
        enumerate(model["findings"]), key=lambda item: list(MARKS).index(item[1]["severity"])
    )
    return tag("ol", {"class": "findings"}, *(_finding(model, at, f) for at, f in order))


def _finding(model: Plain, at: int, finding: Plain) -> Markup:
    identity = None if finding["identity"] is None else model["identities"][finding["identity"]]
    head = tag(
        "p",
        {"class": "said"},
        tag("span", {"class": "mark", "aria-hidden": "true"}, MARKS[finding["severity"]]),
        tag("span", {"class": "sr"}, f"{finding['severity']}: "),
        identity_text(identity) if identity else finding["message"],
    )
    small = tag(
        "p",
        {"class": "small"},
        tag("code", None, finding["code"]),
        f" · {BLAMES.get(finding['blame'], finding['blame'])}",
    )
    more = tag(
        "details",
        None,
        tag("summary", None, "What this means"),
        tag("p", None, finding["message"]) if identity else None,
        tag("p", None, " ".join(finding["meaning"].split())),
        tag("p", None, tag("b", None, "Do: "), " ".join(finding["advice"].split())),
    )
    return tag(
        "li",
        {"class": f"finding {finding['severity']}", "data-finding": at, "tabindex": -1},
        head,
        _cell_links(model, finding["cells"]),
        small,
        more,
    )


def identity_text(identity: Plain) -> Markup:
    """An equation in the form's own words, with both sums: 总计 3 ≠ 4 = 结果维持 + ..."""
    left, right = map(labels_text, identity["sides"])
    sums = (f" {identity['left']} ", f" {identity['right']}")
    return join(
        (
            tag("span", {"class": "over"}, f"{identity['kind']} "),
            tag("b", None, identity["label"]),
            ": ",
            left,
            tag("b", None, sums[0]),
            tag("b", {"class": "sign"}, identity["sign"]),
            tag("b", None, sums[1]),
            f" = {right}",
        )
    )


def _cell_links(model: Plain, paths: Sequence[str]) -> Markup | None:
    if not paths:
        return None
    links = [_cell_link(model, path) for path in paths]
    shown = SHOWN_CELLS if len(links) > SHOWN_CELLS + 2 else len(links)
    first, rest = links[:shown], links[shown:]
    more = (
        tag("details", None, tag("summary", None, f"{len(rest)} more cells"), *rest)
        if rest
        else None
    )
    return tag("div", {"class": "cells-of"}, *first, more)


def _cell_link(model: Plain, path: str) -> Markup:
    figure = model["figures"].get(path)
    if figure is None:
        return tag("code", {"class": "cell-link"}, path)
    number = figure["number"]
    shown = f" {figure['raw'] if number is None else number}"
    return tag(
        "button",
        {"class": "cell-link", "type": "button", "data-goto": path},
        f"{figure['row']} · {figure['column']}",
        tag("b", None, shown),
    )


def model_to_attempts(model: Plain) -> Markup:
    """A card a detector: what it found and proved, its cells on small pages; below, the figures
    on which they differ."""
    pages = {page["number"]: page for page in model["pages"]}
    cards = [_attempt(at, attempt, pages) for at, attempt in enumerate(model["attempts"])]
    return join(
        (
            tag("div", {"class": "attempts"}, *cards),
            tag("h3", None, "Where they differ"),
            _differences(model),
        )
    )


def _attempt(at: int, attempt: Plain, pages: dict[int, Plain]) -> Markup:
    facts = [
        ("Status", attempt["status"]),
        ("Equations", f"{attempt['held']} of {attempt['evaluated']} hold"),
        ("Figures", str(attempt["found"])),
    ]
    if attempt["sources"]:
        facts.append(("From", ", ".join(f"{k}: {v}" for k, v in attempt["sources"].items())))
    if attempt["missing"]:
        facts.append(("Not found", ", ".join(attempt["missing"])))
    items = [join((tag("dt", None, name), tag("dd", None, text))) for name, text in facts]
    show = tag(
        "button",
        {"type": "button", "class": "show", "data-layer": at},
        "Show its cells on the page",
    )
    small = [_thumbnail(number, boxes, pages[number]) for number, boxes in attempt["pages"].items()]
    return tag(
        "article",
        {"class": "attempt taken" if attempt["taken"] else "attempt"},
        tag(
            "h4", None, attempt["detector"], tag("em", None, "taken") if attempt["taken"] else None
        ),
        tag("dl", None, *items),
        tag("div", {"class": "thumbs"}, *small) if small else None,
        show if small else None,
    )


def _thumbnail(number: int, boxes: Plain, page: Plain) -> Markup:
    """A small page with the cells over the picture that the page itself has, faint; what the
    detector found and the grid did not keep is dashed."""
    return tag(
        "figure",
        None,
        tag(
            "svg",
            {"viewBox": f"0 0 {length(page['width'])} {length(page['height'])}", "role": "img",
             "aria-label": f"cells on page {number}: {len(boxes['cells'])}"},
            tag("use", {"href": f"#picture-{number}"}),
            tag("path", {"class": "detected", "d": boxes_to_path(boxes["detected"])}),
            tag("path", {"class": "thumb-cells", "d": boxes_to_path(boxes["cells"])}),
        ),
        tag("figcaption", None, f"{number}"),
    )  # fmt: skip


def _differences(model: Plain) -> Markup:
    """The figures that two attempts read differently, a line each; those that some did not find
    at all only counted."""
    names = [attempt["detector"] for attempt in model["attempts"]]
    if len(names) < 2:
        return tag("p", {"class": "empty"}, "There was one attempt: the first was enough.")
    lost: Counter[str] = Counter()
    rows = []
    for difference in model["differences"]:
        read = difference["read"]
        if len({raw for raw in read if raw is not None}) > 1:
            rows.append(_difference(model, difference))
        else:
            have = [n for n, raw in zip(names, read, strict=True) if raw is not None]
            lost[", ".join(have)] += 1
    if not rows and not lost:
        return tag("p", {"class": "empty"}, "All attempts read the same in every cell.")
    heads = [tag("th", {"scope": "col"}, name) for name in names]
    table = tag(
        "table",
        {"class": "differences"},
        tag("thead", None, tag("tr", None, tag("th", {"scope": "col"}, "Cell"), *heads)),
        tag("tbody", None, *rows),
    )
    counted = [f"{number} figures were found by {have} only." for have, number in lost.items()]
    return join(
        (
            *(tag("p", None, text) for text in counted),
            tag("div", {"class": "scroll"}, table) if rows else None,
            None if rows else tag("p", None, "No cell was read in two ways."),
        )
    )


def _difference(model: Plain, difference: Plain) -> Markup:
    read = [
        tag("td", {"class": "absent"}, "not found") if raw is None else tag("td", None, raw or "–")
        for raw in difference["read"]
    ]
    head = tag("th", {"scope": "row"}, _cell_link(model, difference["path"]))
    return tag("tr", None, head, *read)


def model_to_prose(model: Plain) -> Markup:
    """The sections of prose as read."""
    if not model["narrative"]:
        return tag("p", {"class": "empty"}, "No prose was found around the tables.")
    return join(
        tag(
            "article",
            None,
            tag("h3", None, section["heading"]) if section["heading"] else None,
            *(tag("p", None, text) for text in section["text"].split("\n") if text),
        )
        for section in model["narrative"]
    )
