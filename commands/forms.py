"""`gkextract forms`: what the keys of the JSON stand for on the form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from extract.output import write_stdout
from tableparse.formdata import editions


def run() -> None:
    """Print the rows and columns of both editions of the form, with their keys."""

    def show(title: str, labels: Iterable[Any]) -> list[str]:
        return [f"  {title}", *(f"    {item.key:32}{item.label}" for item in labels)]

    lines: list[str] = []
    for edition in editions():
        lines += [f"edition {edition.name}  {edition.authority}"]
        for section in edition.proactive:
            lines += show(f"proactive rows  {section.title}", section.rows)
            lines += show("proactive columns", section.columns)
        lines += show("applications rows", edition.rows)
        lines += show("applications columns", edition.applicants)
        lines += show("review blocks", edition.blocks)
        lines += show("review columns", edition.outcomes)
    write_stdout("\n".join(lines) + "\n")
