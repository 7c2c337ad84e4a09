"""Addresses for a worker that has no network: a second process of it fetches, and parses nothing.

It is forked before the worker is confined, keeps the network, and has only the project's own
fetching code (guards on every hop, limits on everything). What the worker asks for passes the
same guards as what a user asks for; whether private addresses are allowed was settled when it
was started, not by the request.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import asdict
from typing import Any

from batch.frames import read_exactly, read_frame, write_all, write_frame

ASKED = ("referer", "deadline", "jar", "charset")
"""What a worker may say of a fetch beside the address."""


def start_fetcher(allow_private: bool) -> None:
    """Fork the fetching process, and have this one's `extract.fetch.fetch` go through it from
    the first time that module is imported. OSError where nothing can be forked."""
    ask, asked = os.pipe()
    answer, answered = os.pipe()
    if os.fork() == 0:
        for handle in (asked, answer):
            os.close(handle)
        _serve(ask, answered, allow_private)
    for handle in (ask, answered):
        os.close(handle)
    _Route.pipes = (asked, answer)


def route_fetch() -> None:
    """Put the way through the fetching process in the place of `extract.fetch.fetch`; where
    none was started, nothing is changed."""
    if _Route.pipes is not None:
        import extract.fetch

        setattr(extract.fetch, "fetch", _fetch)  # noqa: B010 (its type is the same)


class _Route:
    pipes: tuple[int, int] | None = None


def _fetch(url: str, **options: Any) -> Any:
    """`extract.fetch.fetch`, done elsewhere."""
    from extract import beat
    from extract.errors import ERRORS, FetchError
    from extract.fetch import Fetched
    from extract.fetch_tls import Tls

    assert _Route.pipes is not None
    asked, answer = _Route.pipes
    beat.enter("fetch")
    jar = options.get("jar")
    write_frame(asked, {"url": url, **{k: options[k] for k in ASKED if k in options}})
    try:
        said = read_frame(answer)
        data = read_exactly(answer, said["length"])
    except EOFError:
        raise FetchError("the process that fetches has ended") from None
    if jar is not None:
        jar.clear()
        jar.update(said["jar"])
    if "error" in said:
        raise ERRORS[said["error"]["type"]](said["error"]["message"])
    facts = {**said["facts"], "redirects": tuple(said["facts"]["redirects"])}
    tls = facts.pop("tls")
    return Fetched(data=data, tls=Tls(**tls) if tls else None, **facts)


def _serve(ask: int, answered: int, allow_private: bool) -> None:
    """Fetch until the worker is gone; does not return."""
    from batch import confine

    try:
        confine.follow_parent(os.getppid())
        for handle in set(range(64)) - {2, ask, answered}:
            with contextlib.suppress(OSError):
                os.close(handle)
        with contextlib.suppress(EOFError, OSError):
            while True:
                _answer(read_frame(ask), answered, allow_private)
    finally:
        os._exit(0)


def _answer(request: dict[str, Any], answered: int, allow_private: bool) -> None:
    from extract.errors import error_to_dict, exception_to_error
    from extract.fetch import fetch

    jar: dict[str, dict[str, str]] = request.pop("jar", None) or {}
    url = request.pop("url")
    data = b""
    try:
        fetched = fetch(url, allow_private=allow_private, jar=jar, **request)
        data = fetched.data
        tls = asdict(fetched.tls) if fetched.tls is not None else None
        names = ("url", "declared", "charset", "retrieved_at", "redirects")
        said: dict[str, Any] = {"facts": {n: getattr(fetched, n) for n in names} | {"tls": tls}}
    except Exception as exc:
        said = {"error": error_to_dict(exception_to_error(exc))}
    write_frame(answered, {**said, "jar": jar, "length": len(data)})
    write_all(answered, data)
