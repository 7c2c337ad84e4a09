"""A web server on loopback that answers as it is told, byte for byte, badly where wanted."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""Key, certificate for localhost and 127.0.0.1, and a group of 1,024 bits: for tests only."""


@dataclass(frozen=True)
class Request:
    """What a client asked: the path with the query, and the headers in lower case."""

    path: str
    headers: dict[str, str]


Handler = Callable[[Request, socket.socket], None]


def reply(body: bytes | str = b"", status: int = 200, **headers: str) -> Handler:
    """A handler that sends a whole answer; `Content_Type="a/b"` and the like are headers."""
    data = body.encode() if isinstance(body, str) else body
    fields = {"Content_Length": str(len(data)), **headers}
    lines = [f"HTTP/1.1 {status} Word"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    head = "\r\n".join([*lines, "", ""]).encode("utf-8")
    return lambda _, sock: sock.sendall(head + data)


def redirect(place: str, status: int = 302, **headers: str) -> Handler:
    """A handler that sends elsewhere."""
    return reply(status=status, Location=place, **headers)


def raw(*parts: bytes, pause: float = 0.0, forever: bytes = b"") -> Handler:
    """A handler that sends parts with a pause behind each, then a part again and again until
    the client has left."""

    def handle(_: Request, sock: socket.socket) -> None:
        stop = threading.Event()
        for part in parts:
            sock.sendall(part)
            stop.wait(pause)
        while forever:
            sock.sendall(forever)
            stop.wait(pause)

    return handle


def sequence(*handlers: Handler) -> Handler:
    """The first handler for the first request, and so on; the last one for all that follow."""
    rest = list(handlers)
    return lambda request, sock: (rest.pop(0) if len(rest) > 1 else rest[0])(request, sock)


@dataclass
class Web:
    """The server. `routes` by path without query, `requests` in the order they came, `greet`
    looks at a connection before TLS and says whether to go on."""

    routes: dict[str, Handler] = field(default_factory=dict)
    context: ssl.SSLContext | None = None
    greet: Callable[[socket.socket], bool] = lambda _: True
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Web:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._closing = False
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._start(self._accept)
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._closing = True
        with suppress(OSError), socket.socket() as knock:  # no name is asked for: tests fake that
            knock.connect(("127.0.0.1", self.port))
        for sock in list(self._open):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._socket.close()

    @property
    def url(self) -> str:
        """The server's root, without the last slash."""
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    def header(self, path: str, name: str) -> str | None:
        """A header of the last request for a path."""
        found = [r for r in self.requests if r.path == path]
        return found[-1].headers.get(name)

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.path for request in self.requests]

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            sock, _ = self._socket.accept()
            if self._closing:
                sock.close()
                return
            self.connections += 1
            self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        self._open.add(sock)
        try:
            # clients that leave early are what is tested
            with sock, suppress(OSError, ValueError):
                sock.settimeout(20)
                if not self.greet(sock):
                    return
                if self.context is None:
                    self._answer(sock)
                    return
                with self.context.wrap_socket(sock, server_side=True) as secured:
                    self._answer(secured)
        finally:
            self._open.discard(sock)

    def _answer(self, sock: socket.socket) -> None:
        with sock.makefile("rb") as file:
            path = file.readline().decode("ascii").split()[1]
            headers = {}
            while line := file.readline().strip():
                name, _, value = line.decode("ascii").partition(":")
                headers[name.lower()] = value.strip()
        request = Request(path, headers)
        self.requests.append(request)
        self.routes.get(path.partition("?")[0], reply("gone", 404))(request, sock)
        with suppress(OSError):
            sock.shutdown(socket.SHUT_WR)
            # what the client still sends is taken, or its side would see a reset
            while sock.recv(65536):
                pass


def server_context(*, old: bool = False, weak: bool = False) -> ssl.SSLContext:
    """TLS with the certificate of the tests; `old` speaks TLS 1.0 only, `weak` TLS 1.2 with
    the group of 1,024 bits only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    if weak:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
        context.load_dh_params(str(CERTIFICATE))
    if old:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old is what is wanted
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    return context


def offers_only_p256(sock: socket.socket) -> bool:
    """Whether the client's hello names P-256 as its one curve; any other gets an alert, as
    from servers that answer with a point that is on none."""
    hello = sock.recv(4096, socket.MSG_PEEK)
    if b"\x00\x0a\x00\x04\x00\x02\x00\x17" in hello:
        return True
    sock.sendall(b"\x15\x03\x03\x00\x02\x02\x28")
    return False
