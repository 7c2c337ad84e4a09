"""One careful fetch, against a real server on loopback that behaves as badly as it is told."""

from __future__ import annotations

import gzip
import re
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from web import Web, raw, redirect, reply, sequence

from extract.errors import BlockedError, FetchError, GkextractError, LimitError
from extract.fetch import USER_AGENT, Fetched, Jar, fetch, fetched_to_notes
from extract.fetch_wire import Limits, Net, system_connect
from extract.source import MAX_BYTES
from tableparse.version import __version__

BODY = b"%PDF-1.7\n" + b"document " * 50
QUICK = Limits(connect=3, idle=3, window=0.5, least=1000, pause=0.01)
IMPATIENT = Limits(idle=0.3, pause=0.01)
OK = b"HTTP/1.1 200 OK\r\n"

pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")


@pytest.fixture
def web() -> Iterator[Web]:
    """A server without routes."""
    with Web() as server:
        yield server


def get(web: Web, path: str = "/a", **options: object) -> Fetched:
    """Fetches from the server, with little patience."""
    known = {"allow_private": True, "deadline": 5.0, "limits": QUICK, **options}
    return fetch(web.url + path, **known)  # type: ignore[arg-type]


def refused(web: Web, kind: type[GkextractError], match: str, **options: object) -> str:
    """The message of the error that a fetch ends with, in bounded time."""
    began = time.monotonic()
    with pytest.raises(kind, match=match) as caught:
        get(web, **options)
    assert time.monotonic() - began < 8
    assert caught.value.message.isprintable()
    return caught.value.message


def test_document_comes_whole(web: Web) -> None:
    """Bytes, final URL, what was declared, when; one connection, one request."""
    web.routes["/a"] = reply(BODY, Content_Type='Text/HTML; Charset="GB2312"')
    found = get(web, "/a?b=1#c")
    assert (found.data, found.url) == (BODY, f"{web.url}/a?b=1")
    assert (found.declared, found.charset) == ("text/html", "gb2312")
    assert (found.tls, found.redirects) == (None, ())
    when = datetime.strptime(found.retrieved_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - when).total_seconds()) < 60
    assert (web.paths(), web.connections) == (["/a?b=1"], 1)
    assert fetched_to_notes(found) == ()


def test_the_client_is_honest(web: Web) -> None:
    """The User-Agent has this program's name and version; nothing is sent that was not meant."""
    web.routes["/a"] = reply(BODY)
    get(web)
    sent = web.requests[0].headers
    assert sent["user-agent"].startswith(f"gkextract/{__version__} ") and USER_AGENT.isascii()
    assert sent["host"] == f"127.0.0.1:{web.port}"
    assert set(sent) == {
        "host", "user-agent", "accept", "accept-language", "accept-encoding", "connection",
    }  # fmt: skip


def test_proxies_of_the_environment_are_ignored(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect to addresses that nobody judged."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    web.routes["/a"] = reply(BODY)
    assert get(web).data == BODY


def test_limit_of_a_body_is_that_of_a_file() -> None:
    """A fetched document may be as large as a file, no larger."""
    assert Limits().body == MAX_BYTES


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "0"])
def test_loopback_is_refused_without_permission(web: Web, host: str) -> None:
    """Any spelling of loopback is BLOCKED before anything is sent."""
    web.routes["/a"] = reply(BODY)
    with pytest.raises((BlockedError, FetchError)) as caught:
        fetch(f"http://{host}:8080/a", limits=QUICK)
    assert caught.value.code == "BLOCKED" or "not known" in caught.value.message
    assert web.connections == 0


def public_net(web: Web, *answers: list[str]) -> tuple[Net, list[str], list[str]]:
    """A net whose resolver gives one answer after the other (then the last), and whose
    public addresses lead to the server; and the names asked for, the addresses connected to."""
    rest, names, connected = list(answers), [], []

    def resolve(host: str, _: int) -> list[str]:
        names.append(host)
        return rest.pop(0) if len(rest) > 1 else rest[0]

    def connect(address: str, _: int, seconds: float) -> socket.socket:
        connected.append(address)
        return system_connect("127.0.0.1", web.port, seconds)

    return Net(resolve, connect), names, connected


def test_judged_address_is_the_connected_one(web: Web) -> None:
    """A resolver that answers with a public address first and loopback next (DNS rebinding) is
    asked once a hop; the address that was judged is connected to, the name stays in Host."""
    web.routes["/a"] = reply(BODY)
    net, names, connected = public_net(web, ["93.184.216.34"], ["127.0.0.1"])
    assert fetch("http://rebind.example/a", net=net, limits=QUICK).data == BODY
    assert (names, connected) == (["rebind.example"], ["93.184.216.34"])
    assert web.requests[0].headers["host"] == "rebind.example"


def test_every_hop_is_resolved_and_judged_anew(web: Web) -> None:
    """The second answer of the rebinding resolver is refused at the redirect."""
    web.routes["/a"] = redirect("/b")
    net, names, connected = public_net(web, ["93.184.216.34"], ["10.1.2.3"])
    with pytest.raises(BlockedError, match=r"10\.1\.2\.3"):
        fetch("http://rebind.example/a", net=net, limits=QUICK)
    assert (len(names), connected) == (2, ["93.184.216.34"])


def test_mixed_answers_are_refused(web: Web) -> None:
    """A public and a private address for one name: nothing is connected to."""
    net, _, connected = public_net(web, ["93.184.216.34", "169.254.169.254"])
    with pytest.raises(BlockedError):
        fetch("http://mixed.example/a", net=net, limits=QUICK)
    assert connected == []


def test_retries_are_judged_too(web: Web) -> None:
    """A server that fails once and has moved to loopback meanwhile is refused."""
    web.routes["/a"] = reply(status=503)
    net, _, connected = public_net(web, ["93.184.216.34"], ["127.0.0.1"])
    with pytest.raises(BlockedError):
        fetch("http://rebind.example/a", net=net, limits=QUICK)
    assert connected == ["93.184.216.34"]


@pytest.mark.parametrize("answer", [["none"], ["1.2.3"], [""], ["::g"]])
def test_answers_that_are_no_address(web: Web, answer: list[str]) -> None:
    """What is no address cannot be judged, so it is not connected to."""
    net, _, connected = public_net(web, answer)
    with pytest.raises(BlockedError):
        fetch("http://odd.example/a", net=net, limits=QUICK)
    assert connected == []


def test_resolver_that_fails_or_hangs(web: Web) -> None:
    """An unknown host is FETCH; a resolver without end is ended by the deadline."""

    def unknown(_: str, __: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no")

    with pytest.raises(FetchError, match="not known"):
        fetch("http://a.example/", net=Net(resolve=unknown), limits=QUICK)
    with pytest.raises(FetchError, match="no address"):
        fetch("http://a.example/", net=Net(resolve=lambda _, __: []), limits=QUICK)
    gate = threading.Event()

    def hang(_: str, __: int) -> list[str]:
        gate.wait(10)
        return []

    began = time.monotonic()
    with pytest.raises(FetchError, match=r"seconds granted=0\.3"):
        fetch("http://a.example/", net=Net(resolve=hang), limits=QUICK, deadline=0.3)
    gate.set()
    assert time.monotonic() - began < 3


def test_second_address_is_tried(web: Web) -> None:
    """A host with an address that does not answer is reached by its next one."""
    web.routes["/a"] = reply(BODY)

    def connect(address: str, _: int, seconds: float) -> socket.socket:
        if address == "93.184.216.34":
            raise OSError("down")
        return system_connect("127.0.0.1", web.port, seconds)

    net = Net(lambda _, __: ["93.184.216.34", "93.184.216.35"], connect)
    assert fetch("http://two.example/a", net=net, limits=QUICK).data == BODY


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_told(web: Web, status: int) -> None:
    """The final URL is the document's; relative places and Chinese ones are understood."""
    web.routes["/a"] = redirect("b/../附件.pdf?x=1", status)
    web.routes["/%E9%99%84%E4%BB%B6.pdf"] = reply(BODY)
    found = get(web)
    assert found.url == f"{web.url}/%E9%99%84%E4%BB%B6.pdf?x=1"
    assert found.redirects == (f"{web.url}/a",)
    assert fetched_to_notes(found) == ()


def test_redirect_in_gbk_is_followed_byte_by_byte(web: Web) -> None:
    """A place in bytes that are no UTF-8 is asked for with just these bytes."""
    web.routes["/a"] = raw(b"HTTP/1.1 302 F\r\nContent-Length: 0\r\nLocation: /" +
                           "报".encode("gbk") + b".pdf\r\n\r\n")  # fmt: skip
    web.routes["/%B1%A8.pdf"] = reply(BODY)
    assert get(web).data == BODY


def test_redirect_across_hosts_is_a_finding(web: Web) -> None:
    """Another host, http after https, or the home page in place of a document is told."""
    with Web({"/": reply(BODY), "/b": reply(BODY)}) as other:
        web.routes |= {"/a": redirect(f"{other.url}/b"), "/h": redirect(f"{other.url}/")}
        (note,) = fetched_to_notes(get(web))
        assert (note.code, note.severity) == ("source.redirected", "info")
        assert str(web.port) in note.message and str(other.port) in note.message
        (home,) = fetched_to_notes(get(web, "/h"))
        assert "home page" in home.message


def test_redirects_have_an_end(web: Web) -> None:
    """A loop, and a chain longer than five, end as FETCH; five are followed."""
    web.routes["/a"] = redirect("/a")
    refused(web, FetchError, "more than 5 times")
    assert len(web.requests) == 6
    web.routes |= {f"/{i}": redirect(f"/{i + 1}") for i in range(5)}
    web.routes["/5"] = reply(BODY)
    assert len(get(web, "/0").redirects) == 5


@pytest.mark.parametrize(
    "place",
    ["file:///etc/hostname", "ftp://127.0.0.1/", "data:text/plain,x", "javascript:1",
     "http://u:p@127.0.0.1/", "gopher://127.0.0.1:70/"],
)  # fmt: skip
def test_redirects_to_other_schemes_are_blocked(web: Web, place: str) -> None:
    """A server cannot send the client to its own files, nor give it credentials."""
    web.routes["/a"] = redirect(place)
    said = refused(web, BlockedError, "redirected to")
    assert ":p@" not in said
    assert len(web.requests) == 1


@pytest.mark.parametrize("place", ["http://[", "http://a\\b@c/", "http://a b/"])
def test_redirects_to_nowhere(web: Web, place: str) -> None:
    """A place that is no address is the server's fault: FETCH."""
    web.routes["/a"] = redirect(place)
    refused(web, FetchError, "redirected to")


@pytest.mark.parametrize(
    "place",
    ["http://127.0.0.1:8080/b", "http://2130706433:8080/b", "//localhost/",
     "http://169.254.169.254/latest/meta-data", "http://[::ffff:127.0.0.1]/",
     "http://[64:ff9b::7f00:1]/"],
)  # fmt: skip
def test_redirects_to_private_addresses_are_blocked(web: Web, place: str) -> None:
    """A public server cannot send the client inside."""
    web.routes |= {"/a": redirect(place), "/b": reply("secret")}

    def resolve(host: str, port: int) -> list[str]:
        if host == "public.example":
            return ["93.184.216.34"]
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [str(entry[4][0]) for entry in found]

    net = Net(resolve, lambda _, __, seconds: system_connect("127.0.0.1", web.port, seconds))
    with pytest.raises(BlockedError):
        fetch("http://public.example/a", net=net, limits=QUICK)
    assert web.paths() == ["/a"]


def test_metadata_is_blocked_even_where_private_is_allowed(web: Web) -> None:
    """--allow-private opens the intranet, not the services that hold a cloud's secrets."""
    web.routes["/a"] = redirect("http://169.254.169.254/latest/meta-data")
    refused(web, BlockedError, "never holds documents")


def test_slow_drip_ends(web: Web) -> None:
    """A byte now and then is too slow, in the body and in the head; the deadline ends what is
    left."""
    head = OK + b"Content-Length: 100000\r\n\r\n"
    web.routes["/a"] = raw(head, forever=b"x", pause=0.02)
    refused(web, FetchError, "too slowly")
    web.routes["/a"] = raw(OK, forever=b"a", pause=0.02)
    refused(web, FetchError, r"seconds granted=1\)", deadline=1.0)
    web.routes["/a"] = raw(head, forever=b"x" * 2000, pause=0.2)
    refused(web, FetchError, r"seconds granted=1\)", deadline=1.0)


def test_silence_ends(web: Web) -> None:
    """A server that sends nothing, or stops, is tried again, then FETCH."""
    web.routes["/a"] = raw(b"", pause=1.0)
    refused(web, FetchError, "nothing for", limits=IMPATIENT)
    assert len(web.requests) == 3
    web.routes["/a"] = raw(OK + b"Content-Length: 9\r\n\r\nabc", b"", pause=1.0)
    refused(web, FetchError, "nothing for", limits=IMPATIENT)


def test_endless_body_ends_at_the_limit(web: Web) -> None:
    """Without length or in chunks without end: LIMIT, and no more is held than granted."""
    small = Limits(body=300_000, pause=0.01)
    web.routes["/a"] = raw(OK + b"\r\n", forever=b"x" * 65536)
    refused(web, LimitError, "granted=300000", limits=small)
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    web.routes["/a"] = raw(head, forever=b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
    refused(web, LimitError, "granted=300000", limits=small)
    web.routes["/a"] = raw(head, forever=b"1\r\nx\r\n" * 9000)
    refused(web, LimitError, "granted=300000", limits=small)


def test_declared_size_is_refused_at_once(web: Web) -> None:
    """A Content-Length over the limit: LIMIT with both numbers, before the body."""
    web.routes["/a"] = raw(OK + b"Content-Length: 100000001\r\n\r\nx")
    refused(web, LimitError, "requested=100000001, granted=100000000")


def test_gzip_bomb_ends(web: Web) -> None:
    """A body that unpacks to more than granted, or to over 100 times its size: LIMIT; bombs in
    bombs are no way round."""
    packer = zlib.compressobj(9, wbits=31)
    block = b"\0" * 1_000_000
    bomb = b"".join([*(packer.compress(block) for _ in range(60)), packer.flush()])
    assert len(bomb) < 100_000
    web.routes["/a"] = reply(bomb, Content_Encoding="gzip")
    refused(web, LimitError, "bomb")
    refused(web, LimitError, "granted=2000000", limits=Limits(body=2_000_000, ratio=10**9))
    web.routes["/a"] = reply(gzip.compress(bomb), Content_Encoding="gzip, gzip")
    refused(web, FetchError, "not asked for")


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "raw", "GZIP", "none", "utf-8"])
def test_compression_is_undone(web: Web, coding: str) -> None:
    """gzip and deflate, with frame and without, give the document; nonsense means nothing."""
    data = bytes(range(256)) * 2000
    made: dict[str, Callable[[bytes], bytes]] = {
        "deflate": zlib.compress,
        "raw": lambda b: zlib.compress(b)[2:-4],
        "none": bytes,
        "utf-8": bytes,
    }
    body = made.get(coding, gzip.compress)(data)
    web.routes["/a"] = reply(body, Content_Encoding="deflate" if coding == "raw" else coding)
    assert get(web).data == data


def test_several_members_of_gzip_are_one_document(web: Web) -> None:
    """Wherever the network cuts the bytes, all members count, and padding does not."""
    members = gzip.compress(BODY) + gzip.compress(b"more") + b"\0\0\0"
    for at in (len(gzip.compress(BODY)) + n for n in (-1, 0, 1, 2)):
        web.routes["/a"] = raw(
            OK + b"Content-Encoding: gzip\r\n\r\n" + members[:at], members[at:], pause=0.05
        )
        assert get(web).data == BODY + b"more"


def test_gzip_that_is_none_is_taken_as_it_is(web: Web) -> None:
    """Servers that declare gzip and send plain bytes are known."""
    web.routes["/a"] = reply(BODY, Content_Encoding="gzip")
    assert get(web).data == BODY


@pytest.mark.parametrize("coding", ["br", "zstd", "compress"])
def test_codings_not_asked_for(web: Web, coding: str) -> None:
    """What was not asked for cannot be undone: FETCH."""
    web.routes["/a"] = reply(BODY, Content_Encoding=coding)
    refused(web, FetchError, "not asked for")


def test_short_bodies_are_no_documents(web: Web) -> None:
    """A body that is cut short, in any framing, is FETCH after two retries, never taken."""
    packed = gzip.compress(bytes(range(256)) * 50)
    cuts = [
        OK + b"Content-Length: 900\r\n\r\n" + BODY,
        OK + b"Transfer-Encoding: chunked\r\n\r\n400\r\n" + BODY,
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
        OK + b"Content-Encoding: gzip\r\n\r\n" + packed[:-9],
    ]
    for cut in cuts:
        web.requests.clear()
        web.routes["/a"] = raw(cut)
        refused(web, FetchError, "ended before the document")
        assert len(web.requests) == 3


def test_short_body_once_is_forgiven(web: Web) -> None:
    """The retry's whole document is taken."""
    web.routes["/a"] = sequence(raw(OK + b"Content-Length: 900\r\n\r\nx"), reply(BODY))
    assert get(web).data == BODY


def test_damaged_compression(web: Web) -> None:
    """Compressed bytes that are damaged are FETCH, not half a document."""
    packed = bytearray(gzip.compress(bytes(range(256)) * 50))
    packed[-6] ^= 1
    web.routes["/a"] = reply(bytes(packed), Content_Encoding="gzip")
    refused(web, FetchError, "damaged")


def test_header_flood_ends(web: Web) -> None:
    """Headers without end, lines without end, interim answers without end: FETCH."""
    for flood in (b"X-A: b\r\n" * 100, b"a" * 1000):
        web.routes["/a"] = raw(OK, forever=flood)
        refused(web, FetchError, "no end|not answer in HTTP")
    web.routes["/a"] = raw(forever=b"HTTP/1.1 100 Continue\r\n\r\n")
    refused(web, FetchError, "no end")
    web.routes["/a"] = raw(OK + b"X-A: b\r\n" * 200 + b"\r\nx")
    refused(web, FetchError, "not answer in HTTP")


@pytest.mark.parametrize("data", [b"", b"\r\n", b"SSH-2.0-x\r\n", b"HTTP/9.9 x\r\n\r\n", b"\0" * 99,
                                  b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                                  b"<html>no head</html>"])  # fmt: skip
def test_what_is_no_http_is_an_error(web: Web, data: bytes) -> None:
    """Another protocol, or HTTP that breaks its rules, is FETCH."""
    web.routes["/a"] = raw(data)
    refused(web, FetchError, "HTTP|answer|before")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_refusals_carry_their_status(web: Web, status: int) -> None:
    """FETCH with the status; asked once."""
    web.routes["/a"] = reply("no", status)
    refused(web, FetchError, f"HTTP {status} ")
    assert len(web.requests) == 1


@pytest.mark.parametrize("status", [100 + 101, 204, 206, 300, 304, 305])
def test_other_answers_are_no_documents(web: Web, status: int) -> None:
    """Only a whole document is one."""
    web.routes["/a"] = reply(b"" if status in (204, 304) else b"x", status)
    refused(web, FetchError, f"HTTP {status} ")


def test_empty_body_is_no_document(web: Web) -> None:
    """200 with nothing in it."""
    web.routes["/a"] = reply()
    refused(web, FetchError, "empty")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again_twice(web: Web, status: int) -> None:
    """Two retries, and the third answer counts; after that FETCH with the status."""
    web.routes["/a"] = sequence(reply(status=status), reply(status=status), reply(BODY))
    assert get(web).data == BODY
    web.requests.clear()
    web.routes["/a"] = reply("no", status)
    refused(web, FetchError, f"HTTP {status} ")
    assert len(web.requests) == 3


def test_retry_after_is_kept(web: Web) -> None:
    """The server's wish to wait is granted where the time suffices, and ends it where not."""
    web.routes["/a"] = sequence(reply(status=503, Retry_After="1"), reply(BODY))
    began = time.monotonic()
    get(web)
    assert time.monotonic() - began >= 1
    for wish in ("120", "Wed, 01 Jan 2098 00:00:00 GMT"):
        web.requests.clear()
        web.routes["/a"] = reply(status=429, Retry_After=wish)
        refused(web, FetchError, "HTTP 429")
        assert len(web.requests) == 1


def test_connection_refused_is_tried_again() -> None:
    """Nobody listens: FETCH."""
    with Web() as gone:
        pass
    refused(gone, FetchError, "does not answer")


def test_cookie_guard_is_passed_by_a_plain_jar(web: Web) -> None:
    """A site that sets a cookie and sends back to the same address gets it back, there only."""

    def handle(request, sock):  # type: ignore[no-untyped-def]
        known = "CT6T=abc" in request.headers.get("cookie", "")
        answer = reply(BODY) if known else redirect("/a", Set_Cookie="CT6T=abc; Path=/; HttpOnly")
        answer(request, sock)

    web.routes["/a"] = handle
    jar: Jar = {}
    assert get(web, jar=jar).data == BODY
    assert jar == {"127.0.0.1": {"CT6T": "abc"}}
    with Web({"/a": reply(BODY)}) as other:
        fetch(f"http://localhost:{other.port}/a", allow_private=True, jar=jar, limits=QUICK)
        assert other.header("/a", "cookie") is None


def test_jar_is_bounded(web: Web) -> None:
    """Cookies that are no cookies, too long or too many are left; none breaks a header."""
    lines = [f"Set-Cookie: c{i}=1".encode() for i in range(90)]
    lines += [
        b"Set-Cookie: big=" + b"x" * 5000,
        b"Set-Cookie: =x",
        b"Set-Cookie: a b",
        b"Set-Cookie:",
    ]
    web.routes["/a"] = sequence(
        raw(OK + b"\r\n".join([*lines, b"Content-Length: 1", b"", b"x"])), reply(BODY)
    )
    jar: Jar = {}
    get(web, jar=jar)
    assert len(jar["127.0.0.1"]) == 50
    get(web, jar=jar)
    assert re.fullmatch(r"(c\d+=1(; |$))+", web.header("/a", "cookie") or "")


def test_referer_is_sent_as_browsers_do(web: Web) -> None:
    """The page to its own host, its host to others, nothing from https to http."""
    web.routes["/a"] = reply(BODY)
    expected = {
        f"{web.url}/x/page.html?id=1#top": f"{web.url}/x/page.html?id=1",
        "http://www.gov.cn/x/page.html": "http://www.gov.cn/",
        "https://www.gov.cn/x/page.html": None,
    }
    for page, sent in expected.items():
        get(web, referer=page)
        assert web.header("/a", "referer") == sent


CHALLENGES = [
    (521, b"<script>document.cookie='__jsl_clearance=1';location.reload()</script>", "Jiasule"),
    (412, b"<html><script>$_ts=window['$_ts'];</script></html>", "Ruishu"),
    (200, b"<html><script>$_ts=window['$_ts'];</script></html>", "Ruishu"),
    (200, b"<script>document.cookie='C3VK=abc; max-age=300';location=location</script>", "C3VK"),
    (200, b"<html><script>var arg1='1';setCookie('acw_sc__v2', x)</script></html>", "Aliyun"),
    (
        403,
        b"<html><title>Just a moment</title><script src=/cdn-cgi/challenge-platform/x>",
        "Cloudf",
    ),
    (405, "<html>电信云防护 您的访问被拦截</html>".encode("gbk"), "firewall"),
    (403, "<html>请输入验证码</html>".encode(), "captcha"),
]


@pytest.mark.parametrize(("status", "body", "name"), CHALLENGES)
def test_guards_pages_are_named(web: Web, status: int, body: bytes, name: str) -> None:
    """A guard's page is no document: FETCH that names the guard, asked once, nothing solved."""
    web.routes["/a"] = reply(body, status, Content_Type="application/pdf")
    refused(web, FetchError, rf"guard.*{name}.*HTTP {status}")
    assert len(web.requests) == 1


def test_pages_with_a_guards_script_are_pages(web: Web) -> None:
    """The same script in a page that says something, or leads to its document, is no guard's."""
    script = b"<html><script>$_ts=1;document.cookie='C3VK=1'</script>"
    for rest in (b"<p>" + "本年度新收申请十二件。".encode() * 30, b"<iframe src=/a.pdf></iframe>"):
        web.routes["/a"] = reply(script + rest)
        assert get(web).data == script + rest


def test_challenge_pages_cost_no_time() -> None:
    """A page of nothing but tags that never end is looked at in linear time."""
    from extract.fetch_waf import find_challenge

    began = time.monotonic()
    for filler in (b"<", b"<script", b"<!--", b"< a <b"):
        find_challenge(200, b"<p>c3vk=" + filler * (290_000 // len(filler)))
    assert time.monotonic() - began < 3


def test_declared_type_is_not_believed(web: Web) -> None:
    """The declared type is told, whatever it is; nonsense is none."""
    for said, told in (("text/html", "text/html"), ("x", None), ("", None), ("a/b" * 90, None)):
        web.routes["/a"] = reply(BODY, Content_Type=said)
        assert get(web).declared == told
