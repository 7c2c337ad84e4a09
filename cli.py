"""The command line: a second user of the library. Data goes to stdout, words to stderr.

The first word decides. A word of COMMANDS is a command, everything else is a source, so that a
file of the name `forms` is given as `./forms`.
"""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Sequence
from typing import Annotated, Literal

import typer

import gkextract
from extract.errors import error_to_line
from extract.output import say, write_stdout
from gkextract import GkextractError, OutputError, exception_to_error

COMMANDS = {
    "crawl": ("crawl SITE...", "finds, fetches and reads the reports of whole sites"),
    "export": ("export SOURCE...", "reports as CSV, Excel, Parquet, SQLite, Stata, packages"),
    "schema": ("schema", "the JSON Schema of reports; the data dictionary"),
    "forms": ("forms", "the rows and columns of both editions of the form"),
    "check": ("check FILE...", "what to mend in reports before they are published"),
    "view": (
        "view SOURCE",
        "one HTML page: what was read, from where, what proves it",
    ),
    "explain": ("explain CODE", "what a finding or an error means and what to do"),
}
"""Name -> (usage, what it gives); the module of that name in `commands` holds its `run`."""


Form = Literal[
    "json", "jsonl", "csv", "wide", "xlsx", "parquet", "sqlite", "stata", "kiro", "table"
]
"""JSON, and the names of `extract.exports.EXPORTS`."""

_USAGES = "\n".join(f"  gkextract {usage:16} {gives}" for usage, gives in COMMANDS.values())
EPILOG = f"""\
\b
Other commands (a file of such a name is given as ./forms):
{_USAGES}
\b
Exit codes: 0 every source gave a report; 2 usage; 3 some document of several
failed, or with --strict some report is not verified; 4 and up one for each
kind of error (gkextract explain INPUT); 130, 143 interrupted.
"""


class Interrupted(BaseException):
    """SIGINT or SIGTERM; no Exception, so that nothing takes it for a document's error."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.exit_code = 128 + signum


def _new_app() -> typer.Typer:
    # no rich: it costs more to import than everything else in --help
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


extract_app = _new_app()


def _print_version(wanted: bool) -> None:
    if wanted:
        write_stdout(f"gkextract {gkextract.__version__}\n")
        raise typer.Exit


AllowPrivate = Annotated[
    bool,
    typer.Option(
        "--allow-private", help="Fetch from loopback and intranet addresses and any port, too."
    ),
]
Format = Annotated[
    Form | None,
    typer.Option(
        "--format",
        "-f",
        help="json (the default for one file; several become an array), jsonl: a line "
        "a document (the default for several, a folder or a pattern), or an export.",
    ),
]
Version = Annotated[
    bool,
    typer.Option("--version", is_eager=True, callback=_print_version, help="Say the version."),
]


def _check_shard(text: str | None) -> str | None:
    from batch.listing import text_to_shard

    try:
        return text and "{}/{}".format(*text_to_shard(text))
    except ValueError as error:
        raise typer.BadParameter("I/N, I from 1 to N") from error


Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE", help="Files, folders, patterns or URLs; - reads a list of them."
    ),
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="PATH", help="Write to PATH, whole or not at all."),
]
Evidence = Annotated[
    bool, typer.Option("--evidence", help="Add page, box and raw text of every figure.")
]
DetectorName = Annotated[
    gkextract.Detector, typer.Option("--detector", help="How cells are found; auto tries all.")
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Exit with 3 unless every report is verified.")
]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs", "-j", min=0, help="Documents at a time; 0, the default: one a processor."
    ),
]
LedgerFolder = Annotated[
    str | None,
    typer.Option("--ledger", metavar="DIR", help="Where what is done is kept; default PATH.gkx."),
]
Shard = Annotated[
    str | None,
    typer.Option("--shard", metavar="I/N", callback=_check_shard, help="Only the Ith of N parts."),
]
Page = Annotated[
    str | None,
    typer.Option("--report", metavar="HTML", help="Write a page on the run as a whole."),
]
Dask = Annotated[
    str | None,
    typer.Option("--dask", metavar="ADDRESS", help="Read on a Dask cluster: its scheduler."),
]


@extract_app.command(epilog=EPILOG)
def extract(
    sources: Sources,
    form: Format = None,
    output: Output = None,
    evidence: Evidence = False,
    detector: DetectorName = "auto",
    strict: Strict = False,
    jobs: Jobs = 0,
    ledger: LedgerFolder = None,
    shard: Shard = None,
    page: Page = None,
    dask: Dask = None,
    allow_private: AllowPrivate = False,
    version: Version = False,
) -> None:
    """Read the three tables of 政府信息公开工作年度报告 and print them as JSON.

    SOURCE is a file, a folder, a pattern such as 'reports/*.pdf', or an http or https URL."""
    from batch.listing import is_batch, text_to_shard
    from batch.workers import Task, count_processors
    from commands import one

    export = None if form in (None, "json", "jsonl") else form
    if export is not None:
        importlib.import_module("commands.export").check_form(export, output)
    several = is_batch(sources)
    lines = several if form is None else form != "json"
    wishes = one.Wishes(
        Task("", detector, evidence or export is not None, lines, allow_private), output, strict,
        jobs or count_processors(), ledger, text_to_shard(shard) if shard else None, page, dask,
        export,
    )  # fmt: skip
    try:
        if several:
            from commands.many import run_many

            raise typer.Exit(run_many(sources, wishes))
        raise typer.Exit(one.run_one(sources[0], wishes))
    except GkextractError as error:
        one.say_error(error)
        # whoever reads stdout gets an object, unless stdout itself is what failed
        if output is not None or not isinstance(error, OutputError):
            write_stdout(one.value_to_json(error_to_line(error), lines) + "\n")
        raise typer.Exit(error.exit_code) from error


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and gives its exit code; raises nothing."""
    args = list(sys.argv[1:] if argv is None else argv)
    handlers = {s: signal.signal(s, _interrupt) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        if args and args[0] in COMMANDS:
            app, name, args = _command_to_app(args[0]), f"gkextract {args[0]}", args[1:]
        else:
            app, name = extract_app, "gkextract"
        typer.main.get_command(app).main(args, prog_name=name)
    except SystemExit as end:
        # Typer's own 1 is a reader that left while help was printed; 1 is never ours
        code = end.code if isinstance(end.code, int) else 0
        return OutputError.exit_code if code == 1 else code
    except Interrupted as end:
        say("interrupted")
        return end.exit_code
    except Exception as exc:
        error = exception_to_error(exc)
        say(f"{error.code}: {error}")
        return error.exit_code
    finally:
        for signum, handler in handlers.items():
            signal.signal(signum, handler)
    return 0


def _command_to_app(name: str) -> typer.Typer:
    app = _new_app()
    app.command()(importlib.import_module(f"commands.{name}").run)
    return app


def run() -> None:
    """The console script."""
    code = main()
    try:
        write_stdout("")  # what Typer has written is still under way
    except OutputError as error:
        code = code or error.exit_code
    sys.exit(code)


def _interrupt(signum: int, _frame: object) -> None:
    raise Interrupted(signum)


if __name__ == "__main__":
    run()
