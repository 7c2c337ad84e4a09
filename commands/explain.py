"""`gkextract explain CODE`: what a finding or an error means and what to do."""

from __future__ import annotations

from typing import Annotated

import typer

import gkextract
from extract.output import write_stdout
from tableparse.formdata import read_data


def run(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Of a finding or of an error.")],
) -> None:
    """Say what the code of a finding or of an error means and what to do."""
    if code in gkextract.ERRORS:
        error = gkextract.ERRORS[code]
        meaning = " ".join((error.__doc__ or "").split())
        head = f"{code}  error, exit code {error.exit_code}"
        write_stdout(f"{head}\n{meaning}\nDo: {error.advice}.\n")
        return
    findings = read_data("findings")["findings"]
    if code not in findings:
        known = ", ".join([*gkextract.ERRORS, *findings])
        raise typer.BadParameter(f"{code!r} is no code; the codes are {known}")
    entry = findings[code]
    write_stdout(
        f"{code}  {entry['severity']}, blame: {entry['blame']}\n"
        f"{entry['meaning']}\nDo: {entry['advice']}\n"
    )
