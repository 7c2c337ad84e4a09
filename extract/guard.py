"""Which addresses may be fetched: told of a URL by its form, of a host by every network address
that its name leads to.

Names are never judged: `127.1`, `2130706433` and `0x7f.0.0.1` are names to a parser and loopback
to the system. What is judged is what will be connected to.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from extract.errors import BlockedError, InputError

PORTS = {"http": 80, "https": 443}
"""Schemes that are fetched, and their own ports."""
OPEN_PORTS = frozenset({80, 443, 8080, 8443})
"""Ports that web servers of agencies use; others are open with allow_private only."""
MAX_URL = 2083
"""Characters of a URL: what browsers and servers agree on."""
MAX_HOST = 253

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Never a document, whatever is allowed: addresses under which clouds give away their secrets
# (169.254.0.0/16 holds most of them and is refused as a whole).
METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254")))
PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")
"""IETF's own, said to be global in part; 192.0.0.192 gives away Oracle's secrets."""
THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")
FAKE_IP = ipaddress.ip_network("198.18.0.0/15")
"""What resolvers of proxy programs (Clash, Surge) answer for every name."""
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
UNIQUE_LOCAL = ipaddress.ip_network("fc00::/7")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
ISATAP = frozenset({0x00005EFE, 0x02005EFE})

ALLOW = "give --allow-private (allow_private=True in Python) if you trust it"
PUBLIC = "give a public http or https address"

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
_KEPT = "!$%&'()*+,/:;=?@[]~"
"""What stays as it is in a path or query; everything else is written in percent."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart: host in ASCII and lower case, without brackets; `path` with the
    query, in ASCII."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and, where it is not the scheme's own, port: the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """The URL of the host's root."""
        return f"{self.scheme}://{self.authority}/"

    @property
    def url(self) -> str:
        """The whole URL, in ASCII, without fragment."""
        return f"{self.scheme}://{self.authority}{self.path}"


def url_to_target(url: str, *, allow_private: bool = False, charset: str = "utf-8") -> Target:
    """The URL taken apart and normalised: IDNA (2003), no trailing dot, percent-encoding as
    browsers do it (`charset`, the page's own, for the query).

    Raises BlockedError (scheme, port, credentials), InputError (no URL)."""
    url = url.strip()
    if len(url) > MAX_URL:
        raise InputError(f"an address of {len(url)} characters, at most {MAX_URL} are taken")
    if any(not c.isprintable() and not c.isspace() for c in url) or re.search(r"[\t\r\n\\]", url):
        raise InputError("an address with characters that no address has")
    scheme = _SCHEME.match(url)
    if scheme is not None and scheme[1].lower() not in PORTS:
        raise BlockedError(f"an address of the scheme {scheme[1].lower()[:20]}", PUBLIC)
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
        host = _to_host(parts.hostname or "")
        query = quote(parts.query.encode(charset, errors="replace"), safe=_KEPT)
    except (ValueError, KeyError, LookupError) as error:
        raise InputError("not a web address") from error
    if parts.username is not None or parts.password is not None:
        raise BlockedError("an address with a user name in it", "give it without user and password")
    if port not in OPEN_PORTS and not allow_private:
        listed = ", ".join(map(str, sorted(OPEN_PORTS)))
        raise BlockedError(f"port {port}, only {listed} are fetched from", ALLOW)
    path = quote(parts.path or "/", safe=_KEPT)
    return Target(parts.scheme, host, port, f"{path}?{query}" if parts.query else path)


def _to_host(host: str) -> str:
    """Raises ValueError for what is no host."""
    if ":" in host:
        if "%" in host:
            raise ValueError("a zone, which means this machine's own wires")
        return str(ipaddress.IPv6Address(host))
    if len(host) > MAX_HOST:
        raise ValueError("a host of too many characters")
    name = host.encode("idna").decode("ascii").lower().removesuffix(".")
    if not _HOST.fullmatch(name):
        raise ValueError("not a host")
    return name


def check_addresses(addresses: Iterable[str], *, allow_private: bool = False) -> None:
    """Raises BlockedError unless every address may be connected to: a name that leads to a
    public and a private address is an attack, not an oversight."""
    for address in addresses:
        reason = judge_address(address, allow_private=allow_private)
        if reason is not None:
            raise BlockedError(*reason)


def judge_address(address: str, *, allow_private: bool = False) -> tuple[str, str] | None:
    """Why an address must not be connected to, and what to do about it; None where it may.
    Addresses that wrap others (IPv4-mapped, NAT64, 6to4, Teredo, ISATAP) are as good as these.
    """
    for ip in _unwrap(ipaddress.ip_address(address)):
        if _is_never(ip):
            return f"the host leads to {ip}, which never holds documents", PUBLIC
        if allow_private:
            continue
        if ip in FAKE_IP:
            said = f"the host leads to {ip}, of 198.18.0.0/15 as proxy programs answer (fake-ip)"
            return said, f"switch that off, or {ALLOW}"
        if not _is_public(ip):
            return f"the host leads to a private address ({ip})", ALLOW
    return None


def _unwrap(ip: IPAddress) -> Iterator[IPAddress]:
    """The addresses that count: those inside where it stands for them only, itself too where
    it is one of its own."""
    if isinstance(ip, ipaddress.IPv4Address):
        yield ip
        return
    low = int(ip) & 0xFFFFFFFF
    if ip.ipv4_mapped is not None:
        yield ip.ipv4_mapped
        return
    if ip in NAT64:
        yield ipaddress.IPv4Address(low)
        return
    yield ip
    if ip.sixtofour is not None:
        yield ip.sixtofour
    if ip.teredo is not None:
        yield from ip.teredo
    if int(ip) >> 32 & 0xFFFFFFFF in ISATAP:
        yield ipaddress.IPv4Address(low)


def _is_never(ip: IPAddress) -> bool:
    if ip in METADATA or ip.is_multicast or ip.is_unspecified or ip.is_link_local:
        return True
    if isinstance(ip, ipaddress.IPv4Address):
        return ip in PROTOCOLS or ip in THIS_NETWORK or ip.is_reserved
    return not (ip in GLOBAL_UNICAST or ip in UNIQUE_LOCAL or ip.is_loopback or ip.is_site_local)


def _is_public(ip: IPAddress) -> bool:
    return ip.is_global and (ip.version == 4 or ip in GLOBAL_UNICAST)
