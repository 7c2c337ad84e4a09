"""A model to the text of its page: one file, no network, and no script or style but its own."""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from extract.pipeline import Work
from extract.view.drawn import page_to_drawing
from extract.view.html_document import model_to_sheets, model_to_tables
from extract.view.html_figures import model_to_matrices
from extract.view.html_head import model_to_head
from extract.view.html_panels import model_to_attempts, model_to_findings, model_to_prose
from extract.view.markup import Markup, join, tag, value_to_script
from extract.view.model import work_to_model
from extract.view.pictures import draw_pages
from tableparse.formdata import read_data

Plain = dict[str, Any]
MAX_SHEETS = 60
"""Pages that are shown, those with figures before others; reports have 4 to 20."""


def work_to_page(work: Work) -> str:
    """The page of a report. Raises nothing of the document's: what cannot be drawn is shown as
    it was read."""
    model = work_to_model(work)
    shown = pages_to_show(model)
    pictures = draw_pages(work.source.data, work.source.media_type, shown)
    drawn = {
        page.number: page_to_drawing(page)
        for page in work.document.pages
        if page.number in shown and page.number not in pictures
    }
    return model_to_page(model, pictures, drawn)


def model_to_page(model: Plain, pictures: Mapping[int, bytes], drawn: Mapping[int, Markup]) -> str:
    """The page of a model with its pages' WebP pictures, or drawings where there is none."""
    words = read_words()
    style, script = _file("page.css"), _file("page.js")
    parts = {
        "policy": tag("meta", {"http-equiv": "Content-Security-Policy", "content": _policy()}),
        "title": model["title"] or "gkextract view",
        "style": Markup(style),
        "script": Markup(script),
        "head": model_to_head(model, words),
        "layers": _layers(model),
        "legend": _legend(words),
        "document": model_to_sheets(model, pictures, drawn) if model["pages"] else "",
        "tables": model_to_tables(model),
        "figures": model_to_matrices(model, words),
        "findings": model_to_findings(model),
        "findings_count": str(len(model["findings"])),
        "attempts": model_to_attempts(model),
        "attempts_count": str(len(model["attempts"])),
        "prose": model_to_prose(model),
        "generator": f"{model['generator']['name']} {model['generator']['version']}",
        "data": value_to_script(_script_data(model, words)),
    }
    # one pass over the template alone: what is put in is not looked at again
    return re.sub(r"\{\{(\w+)\}\}", lambda found: join([parts[found[1]]]), _file("page.html"))


@cache
def read_words() -> Plain:
    """What the page says in words of its own: `words.toml` as plain dicts."""
    return tomllib.loads(_file("words.toml"))


@cache
def _file(name: str) -> str:
    return files("extract.view").joinpath(name).read_text(encoding="utf-8")


def _policy() -> str:
    """The content security policy: nothing is loaded, and nothing runs but the page's own script
    and style, told by their hashes."""
    style, script = (_hash(_file(name)) for name in ("page.css", "page.js"))
    return (
        f"default-src 'none'; img-src data:; style-src {style}; script-src {script}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def pages_to_show(model: Plain) -> list[int]:
    """At most MAX_SHEETS page numbers in order, pages with figures first."""
    with_figures = {figure["page"] for figure in model["figures"].values()}
    numbers = [page["number"] for page in model["pages"]]
    best = sorted(numbers, key=lambda number: number not in with_figures)
    return sorted(best[:MAX_SHEETS])


def _layers(model: Plain) -> str:
    """What is laid over the pages: the figures, the cells of an attempt, or nothing."""
    if not model["pages"]:
        return ""
    choices = [("figures", "figures")]
    choices += [(str(at), f"cells: {a['detector']}") for at, a in enumerate(model["attempts"])]
    choices.append(("none", "nothing"))
    options = [tag("option", {"value": value}, text) for value, text in choices]
    return tag(
        "label", {"hidden": True}, "Over the page ", tag("select", {"id": "layer"}, *options)
    )


def _legend(words: Plain) -> str:
    return join(
        tag("li", {"title": state["says"]}, tag("i", {"class": f"key {name}"}), state["name"])
        for name, state in words["state"].items()
    )


def _script_data(model: Plain, words: Plain) -> Plain:
    """What the script needs: figures, equations, the cells of findings, words."""
    meanings = read_data("findings")["findings"]
    doubts = {figure["doubt"] for figure in model["figures"].values() if figure["doubt"]}
    return {
        "figures": model["figures"],
        "identities": model["identities"],
        "findings": [{"cells": f["cells"], "identity": f["identity"]} for f in model["findings"]],
        "states": words["state"],
        "holds": words["identity"],
        "doubts": {
            code: " ".join(meanings[code]["meaning"].split())
            for code in sorted(doubts)
            if code in meanings
        },
    }
