"""TLS with servers of every age: as a browser would first, in older ways only after an error.

A modern server may hang when it is spoken to in an old way, so the order is from the strict to
the lax, and what was used is told. A certificate that cannot be verified does not end a fetch:
the documents are public, nothing secret is sent, and the finding says that what came is not
proven to come from that host.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache

from extract.errors import FetchError
from extract.fetch_wire import Terms, TransientError


class UnsecurableError(FetchError):
    """A server whose TLS is not understood in any way."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A way of speaking TLS."""

    name: str
    curve: str | None = None
    legacy: bool = False
    """Servers that cannot renegotiate safely."""
    ciphers: str | None = None
    old: bool = False
    """TLS 1.0 and 1.1."""


LANES = (
    Lane("default"),
    Lane("P-256 only", curve="prime256v1"),
    Lane("legacy renegotiation, SECLEVEL=1", legacy=True, ciphers="DEFAULT:@SECLEVEL=1"),
    Lane("TLS 1.0, SECLEVEL=0", legacy=True, ciphers="ALL:@SECLEVEL=0", old=True),
)
"""In the order of trial."""


@dataclass(frozen=True, slots=True)
class Tls:
    """How a connection was secured: the lane's name, and why the certificate was not verified
    (None where it was)."""

    lane: str
    unverified: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to be said of it."""
        return self.lane == LANES[0].name and self.unverified is None


@cache
def lane_to_context(lane: Lane, verify: bool) -> ssl.SSLContext:
    """The lane's settings; certificates are verified by the system's store."""
    context = ssl.create_default_context()
    # newer Pythons ask for more than browsers do, and refuse certificates that are good
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    if lane.curve:
        context.set_ecdh_curve(lane.curve)
    if lane.legacy:
        context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    if lane.ciphers:
        context.set_ciphers(lane.ciphers)
    if lane.old:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def secure_connection(
    connect: Callable[[], socket.socket], host: str, terms: Terms, first: str | None = None
) -> tuple[ssl.SSLSocket, Tls]:
    """A secured connection; `connect` gives a new one to the same judged address each time. The
    lane of the name `first`, which worked before, is tried before the others.

    Raises UnsecurableError where no lane leads to one, TransientError where the server hangs."""
    unverified: str | None = None
    failure: Exception | None = None
    for lane in sorted(LANES, key=lambda lane: lane.name != first):
        for _ in range(2):
            try:
                sock = _shake_hands(connect(), lane, unverified is None, host, terms)
            except ssl.SSLCertVerificationError as error:
                # tried again at once, with the same settings but for the certificate
                unverified = error.verify_message or "the certificate does not fit"
                failure = error
                continue
            except TimeoutError as error:
                terms.left()
                raise TransientError("the server does not answer within TLS") from error
            except OSError as error:  # ssl.SSLError is one; old servers just hang up
                failure = error
                break
            return sock, Tls(lane.name, unverified)
    reason = getattr(failure, "reason", None) or type(failure).__name__
    raise UnsecurableError(
        f"the server's TLS is not understood in any of {len(LANES)} ways ({reason})",
        "try the same address with http://",
    ) from failure


def _shake_hands(
    sock: socket.socket, lane: Lane, verify: bool, host: str, terms: Terms
) -> ssl.SSLSocket:
    with closing(sock):  # its place is taken by the secured one
        context = lane_to_context(lane, verify)
        sock.settimeout(terms.left(terms.limits.connect))
        return context.wrap_socket(sock, server_hostname=host)
