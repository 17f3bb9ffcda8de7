"""What a Mitsubishi PLC offers: its map, or what a scan of ranges finds; and PLCs on this network."""

import re
from collections.abc import Sequence

from plait.infrastructure.machines import scan, signalmap
from plait.infrastructure.machines.mc3e import Mc3eConfig
from plait.infrastructure.machines.mc3e.address import Place, parse, text
from plait.infrastructure.machines.mc3e.device import Mc3eDevice, Refusal
from plait.infrastructure.machines.model import BAD_MACHINE, Found, LinkLost, Offered
from plait.infrastructure.machines.signalmap import Entry
from plait.kernel.problems import Problem
from plait.wire.mc3e import DEVICES
from plait.wire.registers import Kind, Order, decode

__all__ = ["browse", "find"]

_RANGE = re.compile(r"([A-Z]{1,2}?)([0-9][0-9A-F]*)-([0-9A-F]+)")


async def browse(config: Mc3eConfig) -> Sequence[Offered]:
    """Offer the lines of the map, else what a scan finds. Raise ``LinkLost``; Problem ``bad-machine`` for a map or a range that is none."""
    given = signalmap.entries(config.map) if config.map else []
    ranges = [] if given else [_range(each, octal=config.xy == "octal") for each in config.scan]
    device = Mc3eDevice(config)
    try:
        await device.open()
        if given:
            return await signalmap.looked_at(device, config, given, lambda address: _kind(address, octal=config.xy == "octal"))
        return await _scanned(device, config, ranges)
    finally:
        await device.close()


def _kind(address: str, *, octal: bool) -> tuple[str, bool]:
    place = parse(address, octal=octal)
    return ("bool" if place.kind is None else f"{place.kind}{place.length or ''}"), place.device not in ("X", "TS", "TC", "CS", "CC")


def _range(given: str, *, octal: bool) -> tuple[Place, Place]:
    match = _RANGE.fullmatch(given.strip().upper())
    if match is None:
        raise Problem(BAD_MACHINE, f"config.scan: {given!r} is no range as D0-63 or X0-1F.", field="config")
    first, last = parse(match[1] + match[2], octal=octal), parse(match[1] + match[3], octal=octal)
    if not 0 <= last.number - first.number < signalmap.MOST_SCANNED:
        raise Problem(BAD_MACHINE, f"config.scan: {given!r} is no range of 1 to {signalmap.MOST_SCANNED} points.", field="config")
    return first, last


async def _scanned(device: Mc3eDevice, config: Mc3eConfig, ranges: Sequence[tuple[Place, Place]]) -> list[Offered]:
    """Offer every point, and pairs of words that look like a measured number; a range that is refused, as one line."""
    octal = config.xy == "octal"
    offers: dict[str, Offered] = {}
    for first, last in ranges:
        places = [first._replace(number=number) for number in range(first.number, last.number + 1)]
        entries = [Entry(text(place, octal=octal), text(place, octal=octal).lower(), group=place.device) for place in places]
        read = await signalmap.looked_at(device, config, entries, lambda address: _kind(address, octal=octal))
        refused = [each for each in read if each.why]
        for each in (*(each for each in read if not each.why), *refused[:1]):
            offers[each.address] = each
        if DEVICES[first.device].bit:
            continue
        values = {place.number: int(value) for place, each in zip(places, read, strict=True) if isinstance(value := each.value, (int, float))}
        for number, value in values.items():
            if number + 1 in values and signalmap.likely(guess := decode((value, values[number + 1]), Kind.FLOAT32, Order.CDAB)):
                address = text(Place(first.device, number, Kind.FLOAT32))
                offers[address] = Offered(address, address.lower().replace(":", "-"), "float32", value=guess, group=first.device, writable=True)
    return list(offers.values())


async def find(networks: Sequence[str], port: int) -> Sequence[Found]:
    """Return the PLCs that answer on this network, with the name of their CPU."""
    return await scan.sweep(networks, port, _probe)


async def _probe(host: str, port: int) -> Found | None:
    device = Mc3eDevice(Mc3eConfig(host=host, port=port, timeout_s=scan.ANSWER_S))
    try:
        await device.open()
        model = await device.model()
    except LinkLost:
        return None
    except Refusal:
        model = "PLC"
    finally:
        await device.close()
    return Found(f"Mitsubishi {model} at {host}:{port}", {"host": host, "port": port})
