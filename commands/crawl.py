"""`gkextract crawl`: the reports of whole sites, and what a store of them holds.

gkextract crawl SITE... --store DIR     SITE is an address, or a file that lists some
gkextract crawl status DIR              per host, per list, per agency: what is there, what not
gkextract crawl reports DIR             a line of JSON a report
gkextract crawl hand-in DIR URL FILE    a file that a person saved, under its address
gkextract crawl warc DIR FILE           everything fetched, as WARC
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from crawl.plan import DELAY, DEPTH, MAX_PAGES, Plan, text_to_shard, text_to_years, words_to_sites
from extract.errors import InputError
from extract.output import say, write_stdout

EXIT_PARTLY = 3
"""Something is missing, and `crawl status` says what."""
EVERY = 30.0
"""Seconds between two lines of progress where stderr is no terminal."""
GOT = ("fetched", "same", "changed", "unchanged", "fresh")

Words = Annotated[
    list[str],
    typer.Argument(
        metavar="SITE...",
        help="Addresses of sites, or files that list them (text or TOML); or one of the words "
        "status, reports, hand-in, warc and what belongs to it.",
    ),
]
Store = Annotated[Path | None, typer.Option("--store", metavar="DIR", help="Where all is kept.")]
Dry = Annotated[
    bool, typer.Option("--dry-run", help="List what would be fetched and how long; keep nothing.")
]
Years = Annotated[
    str | None, typer.Option("--years", metavar="2019-2024", help="Reports of these years only.")
]
Only = Annotated[
    str, typer.Option("--only", metavar="PATTERN", help="Reports whose title or address has it.")
]
Most = Annotated[int, typer.Option("--max-pages", min=1, help="Requests to a site in a run.")]
Depth = Annotated[int, typer.Option("--depth", min=0, help="Links from a site to its lists.")]
Shard = Annotated[str, typer.Option("--shard", metavar="I/N", help="This machine's part.")]
Contact = Annotated[
    str,
    typer.Option(
        "--contact", envvar="GKEXTRACT_CONTACT", metavar="MAIL|URL",
        help="Whom a site's keeper may write to; wanted for public sites.",
    ),
]  # fmt: skip
Delay = Annotated[
    float, typer.Option("--delay", min=0, help="Seconds between requests; under 1 for own sites.")
]
Hosts = Annotated[int, typer.Option("--hosts", min=1, help="Hosts asked at the same time.")]
Jobs = Annotated[int, typer.Option("--jobs", min=1, help="Processes that read documents.")]
Form = Annotated[Literal["text", "json"], typer.Option("--format", "-f", help="Of `crawl status`.")]
Private = Annotated[
    bool, typer.Option("--allow-private", help="Loopback and intranet addresses, any port.")
]


def run(
    words: Words,
    store: Store = None,
    dry_run: Dry = False,
    years: Years = None,
    only: Only = "",
    max_pages: Most = MAX_PAGES,
    depth: Depth = DEPTH,
    shard: Shard = "1/1",
    contact: Contact = "",
    delay: Delay = DELAY,
    hosts: Hosts = 32,
    jobs: Jobs = 1,
    form: Form = "text",
    allow_private: Private = False,
) -> None:
    """Find, fetch and read every annual report that sites publish; killed or interrupted, the
    same command goes on where it was. Status, reports, hand-in and warc speak of a store."""
    if words[0] in ACTIONS:
        raise typer.Exit(ACTIONS[words[0]](words[1:], form))
    if store is None and not dry_run:
        raise typer.BadParameter("give --store DIR, or --dry-run")
    if not contact and not allow_private:
        raise typer.BadParameter("say whom a site's keeper may write to: --contact MAIL|URL")
    if not (contact.isascii() and contact.isprintable()):
        raise typer.BadParameter("--contact goes into a header: plain ASCII")
    if delay < DELAY and not allow_private:
        raise typer.BadParameter(f"a delay under {DELAY:g} s is for one's own sites")
    try:
        re.compile(only)
    except re.error as error:
        raise typer.BadParameter(f"--only is no pattern ({error})") from error
    plan = Plan(
        words_to_sites(words, allow_private=allow_private),
        text_to_years(years) if years else None,
        only,
        max_pages,
        depth,
        text_to_shard(shard),
        allow_private,
        contact,
        hosts=hosts,
        delay=delay,
    )
    raise typer.Exit(_plan(plan) if dry_run or store is None else _crawl(plan, store, jobs))


def _crawl(plan: Plan, store: Path, jobs: int) -> int:
    from crawl.status import store_to_status
    from crawl.supervise import crawl

    finished = crawl(plan, store, _start_telling(), jobs=jobs)
    status = store_to_status(store)
    missing = _missing(status)
    say(f"{status['reports']} reports" + ("" if finished else "; interrupted, not finished"))
    for line in missing:
        say(line)
    if missing:
        say(f"gkextract crawl status {store} says more")
    return EXIT_PARTLY if missing or not finished else 0


def _missing(status: dict[str, Any]) -> list[str]:
    """All that keeps a crawl from being whole, a line each."""
    blocked = [h["host"] for h in status["hosts"] if h["blocked"] or h["stopped"]]
    partial = sum(x["outcome"] != "whole" for x in status["lists"])
    counts = {
        f"hosts that refuse or were left alone ({', '.join(blocked[:5])})": len(blocked),
        "lists that are not whole": partial,
        "reports found and not got": len(status["lost"]),
        "documents without report": len(status["failed"]),
        "agencies with missing years": len(status["gaps"]),
    }
    return [f"{count} {what}" for what, count in counts.items() if count]


def _plan(plan: Plan) -> int:
    from crawl.supervise import plan_only

    rows = plan_only(plan, _start_telling())
    seconds: dict[str, float] = defaultdict(float)
    for row in rows:
        seconds[row["host"]] += row.pop("delay")
        write_stdout(json.dumps(row, ensure_ascii=False) + "\n")
    hosts = Counter(row["host"] for row in rows)
    longest = max(seconds.values(), default=0.0)
    say(f"{len(rows)} reports on {len(hosts)} hosts, at least {_duration(longest)}")
    for host, count in hosts.most_common():
        say(f"  {host}: {count}, at least {_duration(seconds[host])}")
    return 0


def _status(words: list[str], form: str) -> int:
    from crawl.status import status_to_text, store_to_status

    (store,) = _expect(words, "status DIR", 1)
    status = store_to_status(Path(store))
    if form == "json":
        write_stdout(json.dumps(status, ensure_ascii=False, indent=1) + "\n")
    else:
        write_stdout(status_to_text(status))
    return 0


def _reports(words: list[str], _: str) -> int:
    from crawl.status import store_to_lines

    (store,) = _expect(words, "reports DIR", 1)
    for held, report in store_to_lines(Path(store)):
        said = {
            "agency": held.agency,
            "year": held.year,
            "sha256": held.sha256,
            "url": held.url,
            "copies": [{"url": url, "sha256": sha256} for url, sha256 in held.copies],
            "report": report,
        }
        write_stdout(json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n")
    return 0


def _hand_in(words: list[str], _: str) -> int:
    from batch.workers import Workers
    from crawl.handin import hand_in
    from crawl.ledger import connect, shard_to_name
    from crawl.reading import read_documents

    store, url, file = _expect(words, "hand-in DIR URL FILE", 3)
    sha256 = hand_in(Path(store), url, Path(file), Path(file).stem)
    base = connect(Path(store) / shard_to_name((1, 1)))
    try:
        with Workers(fetch=False) as workers:
            read_documents(base, Path(store), workers)
        found = base.execute("select result from results where sha256 = ?", (sha256,)).fetchone()
    finally:
        base.close()
    said = json.loads(found["result"])
    write_stdout(json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n")
    return EXIT_PARTLY if "error" in said else 0


def _warc(words: list[str], _: str) -> int:
    from crawl.warc import store_to_warc

    store, file = _expect(words, "warc DIR FILE", 2)
    manifest = store_to_warc(Path(store), Path(file))
    write_stdout(json.dumps(manifest, indent=1) + "\n")
    return 0


ACTIONS: dict[str, Callable[[list[str], str], int]] = {
    "status": _status,
    "reports": _reports,
    "hand-in": _hand_in,
    "warc": _warc,
}
"""What a first word means that is no site."""


def _expect(words: list[str], usage: str, count: int) -> list[str]:
    if len(words) != count:
        raise InputError("the words do not fit", f"gkextract crawl {usage}")
    return words


def _start_telling() -> Callable[[dict[str, Any]], None]:
    """A function that says how far a crawl is: on a terminal in one line, else now and then."""
    begun = last = time.monotonic()
    terminal = sys.stderr is not None and sys.stderr.isatty()

    def tell(counts: dict[str, Any]) -> None:
        nonlocal last
        now = time.monotonic()
        if not terminal and now - last < EVERY:
            return
        last = now
        outcomes = counts.get("outcomes", {})
        got = sum(outcomes.get(o, 0) for o in GOT)
        refused = sum(n for o, n in outcomes.items() if o.startswith(("blocked:", "refused:")))
        read = sum(n for s, n in counts["read"].items() if s != "failed")
        words = (
            f"{_duration(now - begun)}: {got} fetched, {sum(outcomes.values()) - got} otherwise"
            f" ({refused} refused), {read} reports read; {counts.get('waiting', 0)} known to wait,"
            f" at least {_duration(counts.get('seconds', 0))}"
        )
        if terminal:
            with suppress(OSError):
                width = os.get_terminal_size(2).columns - 1
                sys.stderr.write(f"\r\x1b[K{words[:width]}")
                sys.stderr.flush()
        else:
            say(words)

    return tell


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return (
        f"{hours} h {minutes} min"
        if hours
        else f"{minutes} min {rest} s"
        if minutes
        else f"{rest} s"
    )
