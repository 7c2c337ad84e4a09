"""Which addresses may be fetched."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.errors import BlockedError, GkextractError, InputError
from extract.fetch_wire import system_resolve
from extract.guard import check_addresses, judge_address, url_to_target

PRIVATE = [
    "127.0.0.1", "127.8.9.10", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "198.18.0.5", "198.19.255.255", "::1", "fc00::1", "fd12:3456::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "2002:7f00:1::", "2002:c0a8:101::1", "2001:0:7f00:1::", "2001:db8::1", "fec0::1",
    "2400:cb00::5efe:7f00:1", "192.0.2.1", "198.51.100.7", "203.0.113.9",
]  # fmt: skip
"""Refused unless private ones are allowed (some are refused even then)."""

NEVER = [
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.23", "100.100.100.200", "192.0.0.192",
    "192.0.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::",
    "ff02::1", "fe80::1", "fe80::1%lo", "fd00:ec2::254", "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "2002:e000:1::", "::7f00:1", "::127.0.0.1",
    "64:ff9b:1::7f00:1", "100::1", "4000::1", "2400:cb00::5efe:a9fe:a9fe",
]  # fmt: skip

PUBLIC = [
    "8.8.8.8", "114.114.114.114", "2400:3200::1", "2606:4700::1111", "::ffff:8.8.8.8",
    "64:ff9b::808:808", "2002:808:808::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused(address: str) -> None:
    """Private, loopback, shared, test and fake-ip addresses, in every wrapping."""
    assert judge_address(address) is not None
    with pytest.raises(BlockedError, match=r"--allow-private|public"):
        check_addresses([address])


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "fd12::1", "198.18.0.5"])
def test_private_addresses_can_be_allowed(address: str) -> None:
    """Loopback and intranet are open to who asks for them."""
    assert judge_address(address, allow_private=True) is None


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("allow", [False, True])
def test_some_addresses_are_never_fetched(address: str, allow: bool) -> None:
    """Services of clouds that give away secrets, multicast, reserved: not even when private
    addresses are allowed."""
    assert judge_address(address, allow_private=allow) is not None


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_open(address: str) -> None:
    """Public addresses, wrapped ones as well, are fetched from."""
    assert judge_address(address) is None


def test_every_address_counts() -> None:
    """One private address among public ones refuses the host."""
    check_addresses(PUBLIC)
    for address in PRIVATE + NEVER:
        with pytest.raises(BlockedError):
            check_addresses([*PUBLIC, address])


def test_fake_ip_is_named() -> None:
    """The message says what fake-ip resolvers do: a user behind one is refused everything."""
    with pytest.raises(BlockedError, match=r"198\.18\.0\.0/15.*fake-ip.*--allow-private"):
        check_addresses(["198.18.3.4"])


@given(st.integers(0, 2**32 - 1))
def test_wrapped_is_judged_as_bare(number: int) -> None:
    """An IPv4 address in an IPv6 one is refused whenever it is refused bare, and open where it
    stands for the bare one alone."""
    bare = ipaddress.IPv4Address(number)
    refused = judge_address(str(bare)) is not None
    for network in ("::ffff:0:0", "64:ff9b::"):
        wrapped = ipaddress.IPv6Address(int(ipaddress.IPv6Address(network)) + number)
        assert (judge_address(str(wrapped)) is not None) == refused
    for wrapped in (
        ipaddress.IPv6Address(0x2002 << 112 | number << 80 | 1),
        ipaddress.IPv6Address((0x2400CB << 104) | 0x5EFE << 32 | number),
    ):
        if refused:
            assert judge_address(str(wrapped)) is not None


@pytest.mark.parametrize(
    "host",
    ["127.1", "2130706433", "0x7f.0.0.1", "0x7f000001", "0177.0.0.1", "017700000001", "0", "[::1]",
     "[::ffff:7f00:1]", "localhost", "127.0.0.1.", "１２７.０.０.１", "127。0。0。1"],
)  # fmt: skip
def test_odd_spellings_lead_to_loopback_and_are_refused(host: str) -> None:
    """Whatever way loopback is spelled, what the system makes of it is judged."""
    target = url_to_target(f"http://{host}/")
    try:
        found = system_resolve(target.host, 80)
    except socket.gaierror:
        return  # this system does not know the spelling
    with pytest.raises(BlockedError):
        check_addresses(found)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/hostname", "ftp://a.cn/", "data:text/html,x", "javascript:alert(1)", "gopher://a",
     "blob:http://a.cn/1", "FILE:///etc/passwd", "http://u@a.cn/", "http://u:p@a.cn/",
     "http://:p@a.cn/", "http://a.cn:22/", "http://a.cn:6379/", "https://a.cn:81/",
     "http://a.cn@127.0.0.1/"],
)  # fmt: skip
def test_urls_that_are_refused(url: str) -> None:
    """Other schemes, credentials, other ports: BLOCKED, and the message holds no password."""
    with pytest.raises(BlockedError) as caught:
        url_to_target(url)
    assert ":p" not in caught.value.message


@pytest.mark.parametrize(
    "url",
    ["", "http://", "http:///a", "www.gov.cn", "http://a b/", "http://a.cn:99999/", "http://[::1",
     "http://[::1%25lo]/", "http://a.cn\\@b.cn/", "http://a\x00b/", "http://-/", "http://..",
     "http://a\n.cn/", "http://" + "a" * 64 + ".cn", "http://a.cn/" + "b" * 3000, "http://a..cn/",
     "http://ℂ%/", "http://a／b.cn/"],
)  # fmt: skip
def test_what_is_no_url_is_an_input_error(url: str) -> None:
    """INPUT, not a crash."""
    with pytest.raises(InputError):
        url_to_target(url)


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTP://WWW.Gov.CN", "http://www.gov.cn/"),
        ("http://www.gov.cn./a#b", "http://www.gov.cn/a"),
        ("http://a.cn:80/", "http://a.cn/"),
        ("https://a.cn:443/?x=1", "https://a.cn/?x=1"),
        ("https://a.cn:8443/", "https://a.cn:8443/"),
        ("http://北京.中国/", "http://xn--1lq90i.xn--fiqs8s/"),
        ("http://a.cn/附件 1.pdf", "http://a.cn/%E9%99%84%E4%BB%B6%201.pdf"),
        ("http://a.cn/%E9%99%84?f=%41&g=a+b", "http://a.cn/%E9%99%84?f=%41&g=a+b"),
        ("http://[2400:3200:0::1]/", "http://[2400:3200::1]/"),
    ],
)
def test_urls_are_normalised(url: str, normal: str) -> None:
    """Host in ASCII and lower case, own ports and fragments gone, the rest in percent; a
    normal URL stays as it is."""
    assert url_to_target(url).url == normal
    assert url_to_target(normal).url == normal


def test_query_is_in_the_encoding_of_the_page() -> None:
    """As browsers do: path in UTF-8, query in the page's encoding."""
    target = url_to_target("http://a.cn/报?f=报", charset="gbk")
    assert target.path == "/%E6%8A%A5?f=%B1%A8"


def test_other_ports_can_be_allowed() -> None:
    """Any port is open where private addresses are; credentials and schemes never."""
    assert url_to_target("http://a.cn:9000/", allow_private=True).port == 9000
    for url in ("http://u@a.cn/", "file:///a"):
        with pytest.raises(BlockedError):
            url_to_target(url, allow_private=True)


@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://a.cn", "http://a.cn/?"]))
def test_any_text_is_a_target_or_an_error(text: str, start: str) -> None:
    """Any text ends as a target that goes on a request line, or in a typed error."""
    try:
        target = url_to_target(start + text)
    except GkextractError:
        return
    assert target.scheme in ("http", "https")
    assert (target.authority + target.path).isascii()
    assert not any(c.isspace() or not c.isprintable() for c in target.authority + target.path)
    assert url_to_target(target.url).url == target.url
