"""Which addresses may be called."""

from ipaddress import ip_address

import pytest

from plait.kernel.problems import Problem
from plait.web.guard import AddressGuard, is_public

INSIDE = [
    ("127.0.0.1", "loopback"),
    ("10.1.2.3", "private"),
    ("172.16.0.1", "private"),
    ("192.168.1.1", "private"),
    ("169.254.169.254", "link-local: the metadata service of clouds"),
    ("100.64.0.1", "shared address space of carriers"),
    ("0.0.0.0", "this network"),
    ("224.0.0.1", "multicast"),
    ("255.255.255.255", "broadcast"),
    ("240.0.0.1", "reserved"),
    ("::1", "loopback"),
    ("::", "unspecified"),
    ("fe80::1", "link-local"),
    ("fec0::1", "site-local, deprecated"),
    ("fd00::1", "unique local"),
    ("ff02::1", "multicast"),
    ("::ffff:127.0.0.1", "loopback, mapped"),
    ("::ffff:10.0.0.1", "private, mapped"),
    ("::127.0.0.1", "loopback, compatible"),
    ("2002:7f00:1::", "loopback by 6to4"),
    ("64:ff9b::a00:1", "private by NAT64"),
    ("2001:0:4136:e378:8000:63bf:f5ff:fffe", "private by Teredo"),
    ("2001:db8::1", "documentation"),
    ("4000::1", "not assigned"),
]


@pytest.mark.parametrize(("address", "why"), INSIDE, ids=[f"{address} {why}" for address, why in INSIDE])
def test_inside_addresses(address, why):
    """Tests that every kind of inside address is seen through, wrapped ones too."""
    assert not is_public(ip_address(address))
    with pytest.raises(Problem, match="inside address"):
        AddressGuard().check("host", ip_address(address), plain=False)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses(address):
    """Tests that public addresses may be called by https, and not by plain http."""
    AddressGuard().check("host", ip_address(address), plain=False)
    with pytest.raises(Problem, match="plain http"):
        AddressGuard().check("host", ip_address(address), plain=True)


def test_trusted_networks():
    """Tests that only trusted networks are exempt, also when the address is mapped."""
    guard = AddressGuard(["127.0.0.1/32", "fd00::/8"])
    for address in ("127.0.0.1", "::ffff:127.0.0.1", "fd00::5"):
        guard.check("host", ip_address(address), plain=True)
    with pytest.raises(Problem):
        guard.check("host", ip_address("127.0.0.2"), plain=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
async def test_every_spelling_is_resolved(host):
    """Tests that a host is judged by the address it stands for, however it is spelt."""
    with pytest.raises(Problem, match="inside address"):
        await AddressGuard().resolve(host, 443, plain=False)


async def test_one_bad_address_refuses_all(monkeypatch):
    """Tests that a name with a public and an inside address is refused."""
    import asyncio

    async def both(*_, **__):
        return [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    with pytest.raises(Problem, match=r"10\.0\.0\.1"):
        await AddressGuard().resolve("two.example", 443, plain=False)


async def test_unknown_name():
    """Tests that a name without an address is refused as unreachable."""
    with pytest.raises(Problem, match="has no address"):
        await AddressGuard().resolve("nobody.invalid", 443, plain=False)
