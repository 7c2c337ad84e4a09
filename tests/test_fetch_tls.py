"""TLS with servers of every age, against real ones on loopback."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from web import CERTIFICATE, Web, offers_only_p256, reply, server_context

from extract.errors import FetchError
from extract.fetch import Fetched, fetch, fetched_to_notes
from extract.fetch_tls import LANES, lane_to_context
from extract.fetch_wire import Limits

QUICK = Limits(connect=4.0, idle=4.0, pause=0.01)
IMPATIENT = Limits(connect=0.5, pause=0.01)
BODY = b"%PDF-1.7\n"

pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The certificate of the tests is in the system's store."""
    store = tmp_path / "store.pem"
    text = CERTIFICATE.read_text(encoding="ascii")
    store.write_text(text[text.index("-----BEGIN CERT") : text.index("-----BEGIN X9.42")])
    monkeypatch.setenv("SSL_CERT_FILE", str(store))
    lane_to_context.cache_clear()
    yield
    lane_to_context.cache_clear()


@pytest.fixture
def web() -> Iterator[Web]:
    """A server with TLS as of today."""
    with Web({"/a": reply(BODY)}, server_context()) as server:
        yield server


def get(web: Web, host: str = "127.0.0.1", limits: Limits = QUICK) -> Fetched:
    """Fetches the one document."""
    return fetch(f"https://{host}:{web.port}/a", allow_private=True, deadline=8, limits=limits)


def lane(found: Fetched) -> tuple[str, str | None]:
    """The lane, and why the certificate was not verified."""
    assert found.tls is not None
    return found.tls.lane, found.tls.unverified


@pytest.mark.usefixtures("trusted")
def test_verified_connection_has_nothing_to_say(web: Web) -> None:
    """A certificate that the store knows, for this host: one connection, no finding."""
    found = get(web)
    assert (found.data, lane(found)) == (BODY, ("default", None))
    assert fetched_to_notes(found) == ()
    assert web.connections == 1


@pytest.mark.usefixtures("trusted")
def test_name_of_the_url_is_asked_for_and_verified(web: Web) -> None:
    """The certificate is verified for the URL's host, not for the address; SNI names it."""
    names: list[str | None] = []
    assert web.context is not None
    web.context.sni_callback = lambda _, name, __: names.append(name)  # type: ignore[assignment]
    assert lane(get(web, "localhost")) == ("default", None)
    assert names == ["localhost"]


def test_unknown_certificate_is_told(web: Web) -> None:
    """A certificate that nobody known signed: fetched, and a warning says that what came is
    not proven to be from there."""
    lane_to_context.cache_clear()
    found = get(web)
    assert found.data == BODY
    (note,) = fetched_to_notes(found)
    assert (note.code, note.severity) == ("source.tls", "warning")
    assert "certificate was not verified (self-signed certificate)" in note.message
    assert web.connections == 2


@pytest.mark.usefixtures("trusted")
def test_certificate_of_another_host_is_told(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that the store knows, for other names."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", 0))])
    name, reason = lane(get(web, "other.example"))
    assert name == "default"
    assert reason is not None and "match" in reason


@pytest.mark.usefixtures("trusted")
def test_one_curve_only() -> None:
    """A server that chokes on other curves is spoken to with P-256 alone, verified still."""
    with Web({"/a": reply(BODY)}, server_context(), greet=offers_only_p256) as web:
        found = get(web)
    assert lane(found) == ("P-256 only", None)
    (note,) = fetched_to_notes(found)
    assert (note.code, "certificate" in note.message) == ("source.tls", False)


@pytest.mark.usefixtures("trusted")
def test_weak_group() -> None:
    """A server with a key exchange of 1,024 bits is reached in the third way."""
    with Web({"/a": reply(BODY)}, server_context(weak=True)) as web:
        assert lane(get(web)) == (LANES[2].name, None)


@pytest.mark.usefixtures("trusted")
def test_tls_of_1999() -> None:
    """A server that speaks TLS 1.0 only is reached in the last way."""
    with Web({"/a": reply(BODY)}, server_context(old=True)) as web:
        assert lane(get(web)) == (LANES[3].name, None)


def test_old_and_unknown_is_told_in_one_finding() -> None:
    """An old server with an unknown certificate: both are said."""
    lane_to_context.cache_clear()
    with Web({"/a": reply(BODY)}, server_context(old=True)) as web:
        (note,) = fetched_to_notes(get(web))
    assert "TLS 1.0" in note.message and "not verified" in note.message


def test_no_tls_at_all() -> None:
    """A server that speaks plain HTTP on the port, or hangs up: FETCH that names another way;
    every lane was tried once."""
    with Web({"/a": reply(BODY)}) as web, pytest.raises(FetchError, match=r"try the same .* http:"):
        get(web)
    with Web(greet=lambda _: False) as web:
        with pytest.raises(FetchError, match="TLS is not understood"):
            get(web)
        assert web.connections == len(LANES)


def test_server_that_hangs_is_not_spoken_to_in_old_ways() -> None:
    """Silence is no TLS error: tried again as it was, then FETCH, in bounded time."""

    def hang(_: socket.socket) -> bool:
        time.sleep(1.0)
        return False

    began = time.monotonic()
    with Web(greet=hang) as web:
        with pytest.raises(FetchError, match="does not answer within TLS"):
            get(web, limits=IMPATIENT)
        assert web.connections == 1 + IMPATIENT.retries
    assert time.monotonic() - began < 8


def test_lanes_go_from_strict_to_lax() -> None:
    """All but the last two settings are as safe as the system's own; every lane verifies."""
    assert [x.legacy for x in LANES] == [False, False, True, True]
    assert [x.old for x in LANES] == [False, False, False, True]
    for each in LANES:
        context = lane_to_context(each, True)
        assert context.check_hostname and context.verify_mode.name == "CERT_REQUIRED"
