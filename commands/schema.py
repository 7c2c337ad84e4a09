"""`gkextract schema`: the JSON Schema of reports, and the data dictionary."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import typer

import gkextract
from extract.output import write_stdout


def run(
    kind: Annotated[
        Literal["line", "report", "error"],
        typer.Argument(help="Schema of a report, of an error, or of a line that is either."),
    ] = "line",
    dictionary: Annotated[
        bool,
        typer.Option("--dictionary", help="The data dictionary as CSV in place of a schema."),
    ] = False,
) -> None:
    """Print the JSON Schema (2020-12) of the JSON, or the data dictionary of the figures."""
    if dictionary:
        from extract.exports.flat import rows_to_csv
        from tableparse.dictionary import dictionary_columns, dictionary_rows

        for piece in rows_to_csv(dictionary_columns(), dictionary_rows()):
            write_stdout(piece)
    else:
        write_stdout(json.dumps(gkextract.schema(kind), ensure_ascii=False, indent=1) + "\n")
