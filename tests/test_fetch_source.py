"""Addresses in the library and on the command line, against a real server on loopback."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator

import pytest
from conftest import REPORTS, Ran, run_gkextract
from web import Web, redirect, reply

import gkextract
from gkextract import BlockedError, FetchError

PDF = (REPORTS / "chromium-a01-ruled-10.pdf").read_bytes()


@pytest.fixture
def web() -> Iterator[Web]:
    """A server with a report, called what it is not."""
    with Web({"/a.html": reply(PDF, Content_Type="text/html")}) as server:
        yield server


def test_report_at_an_address(web: Web) -> None:
    """The report is that of the file but for where it is from: final URL, and when."""
    web.routes["/old"] = redirect("/a.html#x")
    found = gkextract.extract(f"{web.url}/old", allow_private=True).to_dict()
    plain = gkextract.extract(PDF).to_dict()
    source = found.pop("source")
    assert found == {key: value for key, value in plain.items() if key != "source"}
    assert source["uri"] == f"{web.url}/a.html"
    assert source["retrieved_at"].endswith("Z")
    assert source["media_type"] == "application/pdf"
    assert source["sha256"] == plain["source"]["sha256"]


def test_what_was_met_on_the_way_is_in_the_report(web: Web) -> None:
    """A redirect to another host is a finding of the report."""
    with Web({"/b": redirect(f"{web.url}/a.html")}) as other:
        report = gkextract.extract(f"{other.url}/b", allow_private=True)
    assert [f.code for f in report.findings] == ["source.redirected"]
    assert report.status == "verified"


def test_wrapped_documents_are_unwrapped(web: Web) -> None:
    """A body that is gzip without saying so is read, and that is told."""
    web.routes["/b"] = reply(gzip.compress(PDF), Content_Type="application/pdf")
    report = gkextract.extract(f"{web.url}/b", allow_private=True)
    assert (report.status, [f.code for f in report.findings]) == ("verified", ["source.unwrapped"])


def test_private_addresses_need_permission(web: Web) -> None:
    """Without it BLOCKED, the address in `source`, and the server hears nothing."""
    with pytest.raises(BlockedError, match="allow_private") as caught:
        gkextract.extract(f"{web.url}/a.html")
    assert caught.value.source == {"uri": f"{web.url}/a.html"}
    assert web.connections == 0


def test_password_is_not_told() -> None:
    """A password in an address stands neither in the error nor in its source."""
    with pytest.raises(BlockedError) as caught:
        gkextract.extract("https://user:secret@www.example.cn/a.pdf")
    assert "secret" not in str(caught.value)
    assert caught.value.source == {"uri": "https://***@www.example.cn/a.pdf"}
    ran = run_gkextract("https://user:secret@www.example.cn/a.pdf")
    assert ran.code == 13
    assert "secret" not in ran.out + ran.err


def test_missing_document(web: Web) -> None:
    """404 is FETCH, with the status."""
    with pytest.raises(FetchError, match="HTTP 404"):
        gkextract.extract(f"{web.url}/missing.pdf", allow_private=True)


def test_address_on_the_command_line(web: Web, run_cli: Callable[..., Ran]) -> None:
    """--allow-private reads from loopback; without it exit 13, and the error is JSON."""
    url = f"{web.url}/a.html"
    ran = run_cli("--allow-private", url)
    assert (ran.code, ran.err) == (0, "")
    assert ran.json()["source"]["uri"] == url
    blocked = run_cli(url)
    assert blocked.code == 13
    assert blocked.json()["error"]["type"] == "BLOCKED"
    assert blocked.json()["source"]["uri"] == url


def test_addresses_in_a_batch(web: Web, run_cli: Callable[..., Ran]) -> None:
    """Addresses and files stand side by side; one that fails is a line of its own."""
    file = REPORTS / "chromium-a01-ruled-10.pdf"
    ran = run_cli("--allow-private", f"{web.url}/a.html", f"{web.url}/gone?x=[1]", file)
    assert ran.code == 3
    first, second, third = ran.lines()
    assert (first["status"], third["status"]) == ("verified", "verified")
    assert second["error"]["type"] == "FETCH"


def test_fetching_is_loaded_for_addresses_only() -> None:
    """A file costs nothing of the network's libraries."""
    import subprocess
    import sys

    code = (
        "import sys, gkextract\n"
        "try: gkextract.extract(b'text')\n"
        "except gkextract.GkextractError: pass\n"
        "print(*({'ssl', 'http.client', 'extract.fetch'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.split() == []
