"""One request of a crawl: guarded, conditional, in the TLS lane that worked."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from web import Web, offers_only_p256, redirect, reply, server_context

from crawl.blobs import Blobs
from crawl.came import Came, Wish, fetch_wish
from crawl.model import Ask
from crawl.plan import Plan, Site, Times
from crawl.status import store_to_status
from crawl.supervise import crawl
from extract.fetch_wire import Net
from fixtures.web.server import serve
from fixtures.web.world import world

BODY = b"%PDF-1.7 " + b"x" * 100
TIMES = Times(total=8.0, idle=4.0)


def _fetch(tmp_path: Path, wish: Wish, net: Net | None = None) -> Came:
    return fetch_wish(wish, TIMES, {}, Blobs(tmp_path), net)


def _public(web: Web) -> Net:
    """A net on which every name is a public address that leads to the test's own server."""

    def connect(address: str, port: int, seconds: float) -> socket.socket:
        assert address == "8.8.8.8", "only the judged address may be connected to"
        return socket.create_connection(("127.0.0.1", web.port), seconds)

    return Net(lambda host, port: ["8.8.8.8"], connect)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1"])
def test_a_name_that_leads_inside_is_not_connected_to(tmp_path: Path, address: str) -> None:
    """What a name leads to is judged at the connection, for every request of a crawl."""

    def connect(*_: object) -> socket.socket:
        raise AssertionError("connected")

    net = Net(lambda host, port: [address], connect)
    came = _fetch(tmp_path, Wish("http://www.example.gov.cn/", "a"), net)
    assert came.error == "BLOCKED"


def test_a_redirect_is_no_way_inside(tmp_path: Path) -> None:
    """Where an answer sends is judged like any address: at its form at once, at its host when it
    is asked for."""
    routes = {"/a": redirect("http://10.0.0.1/x"), "/b": redirect("file:///etc/passwd")}
    with Web(routes) as web:
        came = _fetch(tmp_path, Wish("http://www.example.gov.cn/a", "a"), _public(web))
        assert came.location == "http://10.0.0.1/x"
        net = Net(lambda host, port: [host], lambda *_: pytest.fail("connected"))
        assert _fetch(tmp_path, Wish(came.location, "a"), net).error == "BLOCKED"
        came = _fetch(tmp_path, Wish("http://www.example.gov.cn/b", "a"), _public(web))
        assert (came.error, came.location) == ("FETCH", "")


def test_the_request_says_what_it_has(tmp_path: Path) -> None:
    """Name, referer, validators and the body of a POST go out; the bytes are kept before the
    answer is given."""
    with Web({"/a": reply(BODY, ETag='"1"', Set_Cookie="a=b")}) as web:
        url = f"http://127.0.0.1:{web.port}/a"
        wish = Wish(url, "me +x@y.cn", url, Ask("POST", "q=1", "x/y"), '"0"', "Mon", None, True)
        came = _fetch(tmp_path, wish)
        headers = web.requests[0].headers
    assert headers["user-agent"] == "me +x@y.cn" and headers["referer"] == url
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('"0"', "Mon")
    assert (headers["content-type"], headers["content-length"]) == ("x/y", "3")
    assert Blobs(tmp_path).get(came.sha256) == BODY
    assert came.headers["etag"] == '"1"' and "set-cookie" not in came.headers


def test_the_lane_that_worked_is_tried_first(tmp_path: Path) -> None:
    """A server that needs a lane of its own is asked in that lane from the second time on, with
    fewer connections than the search for it took."""
    with Web({"/a": reply(BODY)}, server_context(), greet=offers_only_p256) as web:
        url = f"https://127.0.0.1:{web.port}/a"
        came = _fetch(tmp_path, Wish(url, "a", allow_private=True))
        searched, before = web.connections, len(web.requests)
        again = _fetch(tmp_path, Wish(url, "a", lane=came.tls, allow_private=True))
        assert (again.tls, again.status) == ("P-256 only", 200)
        assert web.connections - searched < searched and len(web.requests) == before + 1


def test_many_closed_addresses_at_once_are_not_asked_for(tmp_path: Path) -> None:
    """Ten addresses of one host that robots.txt closes, all given at the start: none is fetched."""
    (site,) = [s for s in world() if s.name == "traps"]
    with serve([site]) as web:
        closed = tuple(web.url("traps", f"/closed/{n}.html") for n in range(10))
        plan = Plan((Site(closed[0], columns=closed),), allow_private=True, delay=0.0)
        assert crawl(plan, tmp_path, lambda counts: None)
        assert {s.path for s in web.log} <= {"/robots.txt", "/sitemap.xml"}
    (host,) = store_to_status(tmp_path)["hosts"]
    assert host["outcomes"]["robots:forbidden"] == 10
