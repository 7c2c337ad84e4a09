"""The command line: a second user of the library. Data goes to stdout, words to stderr.

The first word decides. A word of COMMANDS is a command, everything else is a source, so that a
file of the name `forms` is given as `./forms`.
"""

from __future__ import annotations

import importlib
import json
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, Literal

import typer

import gkextract
from extract.output import open_output, say, start_progress, write_stdout
from extract.source import expand_source, is_several, source_to_uri
from gkextract import GkextractError, OutputError, exception_to_error

EXIT_PARTLY = 3
"""A batch in which a document failed; with --strict, a report that is not verified."""

COMMANDS = {
    "export": ("export SOURCE...", "reports as CSV, Excel, Parquet, SQLite, Stata, packages"),
    "schema": ("schema", "the JSON Schema of reports; the data dictionary"),
    "forms": ("forms", "the rows and columns of both editions of the form"),
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


@extract_app.command(epilog=EPILOG)
def extract(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE", help="Files, folders, patterns or URLs.")
    ],
    form: Format = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="PATH", help="Write to PATH, whole or not at all."),
    ] = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Add page, box and raw text of every figure.")
    ] = False,
    detector: Annotated[
        gkextract.Detector,
        typer.Option("--detector", help="How cells are found; auto tries all."),
    ] = "auto",
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 unless every report is verified.")
    ] = False,
    allow_private: AllowPrivate = False,
    version: Version = False,
) -> None:
    """Read the three tables of 政府信息公开工作年度报告 and print them as JSON.

    SOURCE is a file, a folder, a pattern such as 'reports/*.pdf', or an http or https URL."""
    several = len(sources) > 1 or is_several(sources[0])
    exported = form not in (None, "json", "jsonl")
    lines = several if form is None else form != "json"

    def read(path: str) -> tuple[str, str]:
        return _path_to_json(path, detector, evidence or exported, lines, allow_private)

    run = _run_batch if several else _run_one
    try:
        if exported:
            export = importlib.import_module("commands.export").export_run
            whole = partial(run, sources, read, lines=True, strict=strict)
            raise typer.Exit(export(whole, sources, form, output))
        raise typer.Exit(run(sources, read, output, lines, strict))
    except GkextractError as error:
        _say_error(error)
        # whoever reads stdout gets an object, unless stdout itself is what failed
        if output is not None or not isinstance(error, OutputError):
            write_stdout(_to_json(_error_to_line(error), lines) + "\n")
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
        _say_error(error)
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


Read = Callable[[str], tuple[str, str]]
"""A path to JSON and status; raises GkextractError."""


def _run_one(sources: list[str], read: Read, output: str | None, lines: bool, strict: bool) -> int:
    """One file. Where it fails, PATH stays as it is. Raises GkextractError."""
    with open_output(output, sources) as write:
        text, status = read(sources[0])
        write(text + "\n")
    return EXIT_PARTLY if strict and status != "verified" else 0


def _run_batch(
    sources: list[str], read: Read, output: str | None, lines: bool, strict: bool
) -> int:
    """Several files: each gives a report or an error, in order; none stops the others.
    Raises OutputError."""
    jobs = _sources_to_jobs(sources)
    counts: Counter[str] = Counter()
    opening, between, closing = ("", "\n", "\n") if lines else ("[\n", ",\n", "\n]\n")
    tick = start_progress(len(jobs))
    with open_output(output, [path for path, _ in jobs]) as write:
        for done, (path, failed) in enumerate(jobs):
            tick(done)
            try:
                if failed:
                    raise failed
                text, status = read(path)
            except GkextractError as error:
                text, status = _to_json(_error_to_line(error), lines), "failed"
                tick(-1)
                _say_error(error)
            counts[status] += 1
            write((between if done else opening) + text)
        write(closing)
    tick(-1)
    say(f"{len(jobs)} documents: " + ", ".join(f"{n} {s}" for s, n in counts.most_common()))
    unproven = strict and counts["verified"] != len(jobs)
    return EXIT_PARTLY if counts["failed"] or unproven else 0


def _path_to_json(
    path: str, detector: str, evidence: bool, lines: bool, allow_private: bool
) -> tuple[str, str]:
    """The report's JSON without final line break, and its status. Raises GkextractError."""
    report = gkextract.extract(path, detector=detector, allow_private=allow_private)
    try:
        if lines:
            return _to_json(report.to_dict(evidence=evidence), lines), report.status
        return report.to_json(evidence=evidence).rstrip("\n"), report.status
    except Exception as exc:
        raise exception_to_error(exc) from exc


def _sources_to_jobs(sources: list[str]) -> list[tuple[str, GkextractError | None]]:
    """The files that the words mean, in order; a word that means none keeps its error."""
    jobs: list[tuple[str, GkextractError | None]] = []
    for source in sources:
        try:
            jobs += [(path, None) for path in expand_source(source)]
        except GkextractError as error:
            error.source = {"uri": source_to_uri(source)}
            jobs.append((source, error))
    return jobs


def _to_json(value: Any, lines: bool) -> str:
    if lines:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(value, ensure_ascii=False, indent=1)


def _error_to_line(error: GkextractError) -> dict[str, Any]:
    return {"source": error.source, "error": gkextract.error_to_dict(error)}


def _say_error(error: GkextractError) -> None:
    say(f"{error.code}: {error}")


if __name__ == "__main__":
    run()
