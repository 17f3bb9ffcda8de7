"""A search of the local network for devices that answer on one port: only when asked, at a limited rate, never beyond its limits."""

import asyncio
import contextlib
import ipaddress
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from plait.infrastructure.machines.model import BAD_MACHINE
from plait.infrastructure.machines.polling import touch
from plait.kernel.clock import SYSTEM
from plait.kernel.os import local_addresses
from plait.kernel.problems import Problem

__all__ = ["MOST_HOSTS", "own_networks", "sweep", "targets"]

T = TypeVar("T")

MOST_HOSTS = 1024
PER_SECOND = 200
AT_ONCE = 64
# A connection, an answer to one question of a probe, a whole probe, the whole search.
OPEN_S, ANSWER_S, PROBE_S, WHOLE_S = 0.7, 0.9, 3.0, 30.0


def own_networks() -> tuple[str, ...]:
    """Return the networks this computer stands in, as /24 around each of its private addresses (at most four)."""
    known = [address for each in local_addresses() if isinstance(address := ipaddress.ip_address(each), ipaddress.IPv4Address) and address.is_private]
    return tuple(dict.fromkeys(str(ipaddress.IPv4Network((address, 24), strict=False)) for address in known))[:4]


def targets(networks: Sequence[str], port: int) -> Iterator[tuple[str, int]]:
    """Return the addresses to ask, at most ``MOST_HOSTS``; raise Problem ``bad-machine`` for what is no network or too large a one."""
    return islice(_all(networks, port), MOST_HOSTS)


def _all(networks: Sequence[str], port: int) -> Iterator[tuple[str, int]]:
    for text in networks:
        cidr, colon, other = text.partition(":")
        try:
            network = ipaddress.IPv4Network(cidr, strict=False)
            asked = int(other) if colon else port
        except ValueError as error:
            raise Problem(
                BAD_MACHINE, f"networks: {text!r} is no IPv4 network as 192.168.1.0/24 or 192.168.1.0/24:port ({error}).", field="networks"
            ) from error
        if not network.is_private:
            raise Problem(BAD_MACHINE, f"networks: {text!r} lies outside: only private networks are searched, as 192.168.1.0/24.", field="networks")
        if network.num_addresses > MOST_HOSTS or not 0 < asked < 65536:
            raise Problem(BAD_MACHINE, f"networks: {text!r}: at most {MOST_HOSTS} addresses (/22) are searched at once.", field="networks")
        for host in network.hosts() if network.prefixlen < 31 else network:
            yield str(host), asked


async def sweep(networks: Sequence[str], port: int, probe: Callable[[str, int], Awaitable[T | None]]) -> list[T]:
    """Ask every address whether something listens on ``port``, and ``probe`` those where it does; return what the probes return, in order of addresses.

    ``probe`` gets host and port and returns None for a stranger; what it raises counts as None. The whole search ends after ``WHOLE_S`` seconds
    with what was found until then.
    """
    found: dict[int, T] = {}
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, host: str, asked: int) -> None:
        async with gate:
            if not await _listens(host, asked):
                return
            with contextlib.suppress(Exception):
                async with asyncio.timeout(PROBE_S):
                    answer = await probe(host, asked)
                if answer is not None:
                    found[number] = answer

    asked_for = list(targets(networks or await asyncio.to_thread(own_networks), port))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(WHOLE_S), asyncio.TaskGroup() as group:
            for number, (host, at) in enumerate(asked_for):
                group.create_task(one(number, host, at))
                if number % AT_ONCE == AT_ONCE - 1:
                    await SYSTEM.sleep(AT_ONCE / PER_SECOND)
    return [found[number] for number in sorted(found)]


async def _listens(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(OPEN_S):
            await touch(host, port)
    except (OSError, TimeoutError):
        return False
    return True
