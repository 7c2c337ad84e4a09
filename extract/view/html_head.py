"""The head of the page: whose report it is, what its status means, where it is from."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from extract.sniff import CSV, DOCX, HTML, MARKDOWN, MHT, OFD, RTF, TSV, XLS, XLSX
from extract.view.markup import Markup, tag

Plain = dict[str, Any]
KINDS = {
    "application/pdf": "PDF",
    CSV: "CSV",
    DOCX: "Word (DOCX)",
    HTML: "web page",
    MARKDOWN: "Markdown",
    MHT: "web archive (MHT)",
    OFD: "OFD",
    RTF: "RTF",
    TSV: "TSV",
    XLS: "Excel (XLS)",
    XLSX: "Excel (XLSX)",
    "text/plain": "plain text",
}
"""What media types are called; others by what stands behind their slash."""
_WEB = re.compile(r"https?://", re.IGNORECASE)


def model_to_head(model: Plain, words: Plain) -> Markup:
    """Title, agency, year, status with its meaning, checks, findings, source."""
    status = words["status"][model["status"]]
    checks = model["checks"]
    counts = Counter(finding["severity"] for finding in model["findings"])
    said = ", ".join(_count(counts[name], name) for name in ("error", "warning") if counts[name])
    proof = (
        f"{checks['held']} of {checks['evaluated']} equations hold"
        if checks["evaluated"]
        else "no equation could be evaluated"
    )
    return tag(
        "header",
        {"class": f"head {model['status']}"},
        tag(
            "div",
            {"class": "who"},
            tag("h1", None, model["title"] or "No title is printed"),
            tag("p", {"class": "meta"}, *_meta(model)),
        ),
        tag(
            "div",
            {"class": "verdict"},
            tag(
                "p",
                {"class": "badge"},
                tag("span", {"aria-hidden": "true"}, status["mark"]),
                f" {model['status']}",
            ),
            tag("p", {"class": "says"}, status["says"]),
            tag("p", {"class": "proof-line"}, " · ".join(filter(None, (proof, said)))),
        ),
    )


def _count(number: int, name: str) -> str:
    return f"{number} {name}" + ("s" if number != 1 else "")


def _meta(model: Plain) -> list[str | Markup | None]:
    source = model["source"]
    kind = KINDS.get(source["media_type"], source["media_type"].partition("/")[2])
    pages = f", {_count(len(model['pages']), 'page')}" if model["pages"] else ""
    uri = str(source["uri"])
    # only an address of the web becomes a link: a document has no say in what opens
    shown = (
        tag("a", {"href": uri, "rel": "noopener noreferrer"}, uri)
        if _WEB.match(uri)
        else tag("span", None, uri)
    )
    parts = [model["agency"], str(model["year"]) if model["year"] else None, f"{kind}{pages}"]
    return [
        " · ".join(part for part in parts if part),
        " · ",
        tag("bdi", {"class": "uri"}, shown),
        " · ",
        tag("code", {"title": f"SHA-256 {source['sha256']}"}, source["sha256"][:12]),
    ]
