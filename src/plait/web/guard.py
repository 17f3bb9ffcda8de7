"""Which addresses the node may call on behalf of others: public ones by https, trusted ones also by http (OWASP SSRF prevention)."""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from plait.kernel.problems import UNREACHABLE, Problem

__all__ = ["AddressGuard", "is_public"]

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")
_COMPATIBLE = IPv6Network("::/96")


def _inner(address: Address) -> list[Address]:
    """Return ``address`` and every IPv4 address that is wrapped in it (mapped, compatible, 6to4, Teredo, NAT64)."""
    found: list[Address] = [address]
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return [address.ipv4_mapped]
        if address.sixtofour is not None:
            found.append(address.sixtofour)
        if address.teredo is not None:
            found += address.teredo
        if address in _NAT64 or address in _COMPATIBLE:
            found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return found


def is_public(address: Address) -> bool:
    """Tell whether ``address``, and any address wrapped in it, is unicast on the public internet (RFC 6890, RFC 4291)."""
    for each in _inner(address):
        if not each.is_global or each.is_multicast:
            return False
        if isinstance(each, IPv6Address) and each not in _UNICAST and each not in _NAT64:
            return False
    return True


class AddressGuard:
    """Resolves names and lets through only what may be called; ``trusted`` are CIDRs exempt from the rules."""

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        self.trusted: tuple[Network, ...] = tuple(ip_network(cidr) for cidr in trusted)

    def is_trusted(self, address: Address) -> bool:
        """Tell whether ``address`` lies in a trusted network."""
        plain = _inner(address)[0]
        return any(plain in network for network in self.trusted if network.version == plain.version)

    def check(self, host: str, address: Address, *, plain: bool) -> None:
        """Raise ``partner-unreachable`` unless ``address`` of ``host`` may be called; ``plain``: by http."""
        if self.is_trusted(address):
            return
        if plain:
            raise Problem(UNREACHABLE, f"{host} is asked by plain http and is not in network.trusted.")
        if not is_public(address):
            raise Problem(UNREACHABLE, f"{host} is the inside address {address} and is not in network.trusted.")

    async def resolve(self, host: str, port: int, *, plain: bool) -> Sequence[str]:
        """Return the addresses of ``host``, each of them checked; one that may not be called refuses them all."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Problem(UNREACHABLE, f"{host} has no address: {error}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            self.check(host, ip_address(address.partition("%")[0]), plain=plain)
        return addresses
