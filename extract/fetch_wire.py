"""The one way to the network: a name is resolved once, every address judged, and the judged
address connected to; what comes back is counted and timed.

Nothing else in the project opens a socket, and no proxy of the environment stands between.
"""

from __future__ import annotations

import io
import queue
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from extract.errors import BlockedError, FetchError, LimitError
from extract.guard import Target, check_addresses

MAX_ADDRESSES = 4
"""Addresses of a host that are tried."""


class TransientError(FetchError):
    """The network failed in a way that may pass."""


def system_resolve(host: str, port: int) -> list[str]:
    """The host's addresses as the system knows them, without repetition. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def system_connect(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to an address, never to a name. Raises OSError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect((address, port))
    except BaseException:
        sock.close()
        raise
    return sock


@dataclass(frozen=True, slots=True)
class Net:
    """How names are resolved and addresses connected to."""

    resolve: Callable[[str, int], list[str]] = system_resolve
    connect: Callable[[str, int, float], socket.socket] = system_connect


@dataclass(frozen=True, slots=True)
class Limits:
    """What a fetch may take: seconds and bytes."""

    connect: float = 10.0
    """Seconds for one connection, and for one TLS handshake."""
    idle: float = 20.0
    """Seconds without a byte."""
    window: float = 10.0
    """Seconds in which `least` bytes of a body have to come."""
    least: int = 1_000
    head: int = 65_536
    """Bytes of the status line and headers."""
    body: int = 100_000_000
    """Bytes of a body, as received and as decompressed: what a file may have too."""
    ratio: int = 100
    """Decompressed bytes to received ones, from `free` decompressed bytes on."""
    free: int = 1_000_000
    redirects: int = 5
    retries: int = 2
    pause: float = 0.5
    """Seconds before the first retry; twice as many before the next."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one fetch: `ends` is a time of the monotonic clock."""

    ends: float
    granted: float
    allow_private: bool = False
    net: Net = field(default_factory=Net)
    limits: Limits = field(default_factory=Limits)

    def left(self, most: float | None = None) -> float:
        """Seconds left, at most `most`. Raises FetchError where there are none."""
        left = self.ends - monotonic()
        if left <= 0:
            raise FetchError(f"not done within the time (seconds granted={self.granted:g})")
        return left if most is None else min(left, most)


def find_addresses(target: Target, terms: Terms) -> list[str]:
    """The host's addresses, every one of them judged. Raises BlockedError, FetchError."""
    answers: queue.Queue[list[str] | Exception] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(terms.net.resolve(target.host, target.port))
        except Exception as error:
            answers.put(error)

    # the system's resolver knows no time limit: a thread that hangs is left behind
    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=terms.left())
    except queue.Empty:
        terms.left()
        raise
    if isinstance(found, socket.gaierror) and found.errno != socket.EAI_AGAIN:
        raise FetchError("the host is not known", "check the address") from found
    if isinstance(found, OSError):
        raise TransientError("the host's address could not be found out") from found
    if isinstance(found, Exception):  # the system's codec refuses some names
        raise FetchError("the host is not known", "check the address") from found
    if not found:
        raise FetchError("the host has no address", "check the address")
    try:
        check_addresses(found, allow_private=terms.allow_private)
    except ValueError as error:
        raise BlockedError("the host leads to what is no address") from error
    return found[:MAX_ADDRESSES]


def connect_one(addresses: list[str], target: Target, terms: Terms) -> socket.socket:
    """A connection to the first of the judged addresses that answers. Raises FetchError."""
    failure: OSError | None = None
    for address in addresses:
        try:
            return terms.net.connect(address, target.port, terms.left(terms.limits.connect))
        except OSError as error:
            failure = error
    raise TransientError("the server does not answer") from failure


class Wire(io.RawIOBase):
    """What a connection sends, as a file that keeps the terms; it takes the socket's part in
    http.client. Raises FetchError for what breaks them."""

    def __init__(self, sock: socket.socket, terms: Terms) -> None:
        super().__init__()
        self._sock, self._terms = sock, terms
        self._paced = False
        self._marked, self._mark = 0.0, 0
        self.received = 0
        self.granted = terms.limits.head

    def makefile(self, _mode: str) -> io.BufferedReader:
        """The reader that http.client asks a socket for."""
        return io.BufferedReader(self, 8192)

    def readable(self) -> bool:
        """It is."""
        return True

    def send(self, data: bytes) -> None:
        """Sends all of it."""
        self._sock.settimeout(self._terms.left(self._terms.limits.idle))
        try:
            self._sock.sendall(data)
        except OSError as error:
            raise TransientError("the connection broke off") from error

    def begin_body(self) -> None:
        """From here on a body comes: more bytes, and at a pace."""
        self.granted = self.received + self._terms.limits.body
        self._paced = True
        self._marked, self._mark = monotonic(), self.received

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Some bytes; 0 at the end."""
        limits = self._terms.limits
        if self.received >= self.granted:
            if not self._paced:
                raise FetchError(f"the server's headers have no end (bytes granted={limits.head})")
            raise LimitError(f"the server sends more than bytes granted={limits.body}")
        idle = self._terms.left(limits.idle)
        self._sock.settimeout(idle)
        try:
            count = self._sock.recv_into(buffer)
        except TimeoutError as error:
            self._terms.left()
            raise TransientError(f"the server sent nothing for {idle:.3g} s") from error
        except (OSError, ssl.SSLError) as error:
            raise TransientError("the connection broke off") from error
        self.received += count
        if self._paced and count:
            self._check_pace()
        return count

    def _check_pace(self) -> None:
        limits, now = self._terms.limits, monotonic()
        if now - self._marked < limits.window:
            return
        if self.received - self._mark < limits.least:
            said = f"{self.received - self._mark} bytes in {now - self._marked:.3g} s"
            raise FetchError(f"the server sends too slowly ({said})")
        self._marked, self._mark = now, self.received
