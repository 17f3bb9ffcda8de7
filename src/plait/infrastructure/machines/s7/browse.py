"""What an S7 offers: its map, or what a scan of ranges of bytes finds; and controllers on this network."""

import re
import struct
from collections.abc import Sequence

from plait.infrastructure.machines import scan, signalmap
from plait.infrastructure.machines.model import BAD_MACHINE, Found, LinkLost, Offered
from plait.infrastructure.machines.polling import Silent
from plait.infrastructure.machines.s7 import S7Config
from plait.infrastructure.machines.s7.address import Place, parse, text
from plait.infrastructure.machines.s7.device import S7Device
from plait.infrastructure.machines.signalmap import Entry
from plait.kernel.problems import Problem

__all__ = ["browse", "find"]

_RANGE = re.compile(r"(?:DB(?P<db>\d{1,5})|(?P<area>[MIQ]))\.(?P<first>\d{1,5})-(?P<last>\d{1,5})")


async def browse(config: S7Config) -> Sequence[Offered]:
    """Offer the lines of the map, else what a scan finds. Raise ``LinkLost``; Problem ``bad-machine`` for a map or a range that is none."""
    given = signalmap.entries(config.map) if config.map else []
    ranges = [] if given else [_range(each) for each in config.scan]
    device = S7Device(config)
    try:
        await device.open()
        if given:
            return await signalmap.looked_at(device, config, given, _kind)
        return await _scanned(device, config, ranges)
    except Silent as silence:
        raise LinkLost(str(silence)) from silence
    finally:
        await device.close()


def _kind(address: str) -> tuple[str, bool]:
    place = parse(address)
    return (f"STRING[{place.length}]" if place.kind == "STRING" else place.kind), place.area != "I"


def _range(given: str) -> tuple[str, int, range]:
    match = _RANGE.fullmatch(given.strip().upper())
    if match is None or not int(match["first"]) <= int(match["last"]) <= 65535 or int(match["last"]) - int(match["first"]) >= signalmap.MOST_SCANNED:
        raise Problem(
            BAD_MACHINE, f"config.scan: {given!r} is no range of bytes as DB1.0-63 or M.0-31, of at most {signalmap.MOST_SCANNED} bytes.", field="config"
        )
    return ("DB" if match["db"] else match["area"]), int(match["db"] or 0), range(int(match["first"]), int(match["last"]) + 1)


async def _scanned(device: S7Device, config: S7Config, ranges: Sequence[tuple[str, int, range]]) -> list[Offered]:
    """Offer every word, the bits of bytes that are not zero, and double words that look like a measured number; an area that is refused, as one line."""
    offers: dict[str, Offered] = {}
    for area, db, numbers in ranges:
        words = [Place(area, db, byte, "WORD") for byte in numbers[:-1:2]]
        entries = [Entry(text(place), _name(place), group=f"DB{db}" if area == "DB" else area) for place in words]
        read = await signalmap.looked_at(device, config, entries, _kind)
        refused = [each for each in read if each.why]
        for each in (*(each for each in read if not each.why), *refused[:1]):
            offers[each.address] = each
        values = {place.byte: int(value) for place, each in zip(words, read, strict=True) if isinstance(value := each.value, (int, float))}
        for byte, value in values.items():
            for offer in _guessed(area, db, byte, value, values.get(byte + 2)):
                offers[offer.address] = offer
    return list(offers.values())


def _guessed(area: str, db: int, byte: int, value: int, after: int | None) -> list[Offered]:
    found: list[tuple[Place, float]] = []
    for offset, part in ((0, value >> 8), (1, value & 0xFF)):
        if 0 < part < 0x20:
            found += [(Place(area, db, byte + offset, "BOOL", bit), part >> bit & 1) for bit in range(part.bit_length())]
    if after is not None:
        real = struct.unpack(">f", struct.pack(">HH", value, after))[0]
        if signalmap.likely(real):
            found.append((Place(area, db, byte, "REAL"), real))
    group = f"DB{db}" if area == "DB" else area
    return [Offered(text(place), _name(place), place.kind, value=number, group=group, writable=area != "I") for place, number in found]


def _name(place: Place) -> str:
    return text(place).replace(":", "-").lower()


async def find(networks: Sequence[str], port: int) -> Sequence[Found]:
    """Return the S7 controllers that answer on this network, each with the first slot that lets itself be connected."""
    return await scan.sweep(networks, port, _probe)


async def _probe(host: str, port: int) -> Found | None:
    for slot in (1, 2, 0):
        device = S7Device(S7Config(host=host, port=port, slot=slot, timeout_s=scan.ANSWER_S))
        try:
            await device.open()
        except LinkLost:
            continue
        finally:
            await device.close()
        return Found(f"Siemens S7 at {host}:{port}, rack 0, slot {slot}", {"host": host, "port": port, "rack": 0, "slot": slot})
    return None
