"""What a Modbus device offers: its map, or what a scan of a range of addresses finds; and devices on this network."""

import re
from collections.abc import Sequence

from plait.infrastructure.machines import scan, signalmap
from plait.infrastructure.machines.modbus import ModbusConfig
from plait.infrastructure.machines.modbus.address import Place, parse, text
from plait.infrastructure.machines.modbus.device import ModbusDevice, Refusal
from plait.infrastructure.machines.model import BAD_MACHINE, Found, LinkLost, Offered
from plait.infrastructure.machines.polling import Silent
from plait.infrastructure.machines.signalmap import Entry
from plait.kernel.problems import Problem
from plait.wire.registers import Kind, Order, decode

__all__ = ["browse", "find"]

MOST_REQUESTS, MOST_IN_VAIN = 300, 16
_RANGE = re.compile(r"(coil|discrete|input|holding):(\d{1,5})-(\d{1,5})")


async def browse(config: ModbusConfig) -> Sequence[Offered]:
    """Offer the lines of the map, else what a scan finds. Raise ``LinkLost``; Problem ``bad-machine`` for a map or a range that is none."""
    given = signalmap.entries(config.map) if config.map else []
    ranges = [] if given else [_range(each) for each in config.scan]
    device = ModbusDevice(config)
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
    kind = "bool" if place.kind is None else f"{place.kind}{place.length or ''}"
    return kind, place.table in ("coil", "holding")


def _range(given: str) -> tuple[str, int, int]:
    match = _RANGE.fullmatch(given.strip().lower())
    if not match or int(match[2]) > int(match[3]) or int(match[3]) > 65535 or int(match[3]) - int(match[2]) >= signalmap.MOST_SCANNED:
        raise Problem(
            BAD_MACHINE, f"config.scan: {given!r} is no range as holding:0-99 of at most {signalmap.MOST_SCANNED} numbers, counted from 0.", field="config"
        )
    return match[1], int(match[2]), int(match[3])


class _Budget:
    """How many requests a range may still take: few when none of it can be read."""

    def __init__(self) -> None:
        self.left = MOST_REQUESTS
        self.in_vain = 0

    def spend(self) -> bool:
        """Whether one more may be made."""
        self.left -= 1
        return self.left >= 0 and self.in_vain < MOST_IN_VAIN


async def _scanned(device: ModbusDevice, config: ModbusConfig, ranges: Sequence[tuple[str, int, int]]) -> list[Offered]:
    offers: dict[str, Offered] = {}
    refused: Refusal | None = None
    for table, first, last in ranges:
        budget, values = _Budget(), dict[int, int]()
        most = config.most_bits if table in ("coil", "discrete") else config.most_registers
        for start in range(first, last + 1, most):
            refused = await _some(device, config.unit, (table, start, min(last, start + most - 1)), values, budget) or refused
        for offer in _proposed(table, values):
            offers[offer.address] = offer
    if not offers and refused is not None:
        raise Problem(BAD_MACHINE, f"config.scan: nothing can be read there: {refused}.", field="config")
    return list(offers.values())


async def _some(device: ModbusDevice, unit: int, where: tuple[str, int, int], values: dict[int, int], budget: _Budget) -> Refusal | None:
    """Read a range into ``values``; one that is refused is halved, down to a single address and within the budget of requests."""
    table, first, last = where
    if not budget.spend():
        return None
    try:
        read = await device.elements(unit, table, first, last - first + 1)
    except Refusal as refusal:
        budget.in_vain += not values
        if first == last or refusal.code == 1:
            return refusal
        middle = (first + last) // 2
        await _some(device, unit, (table, first, middle), values, budget)
        await _some(device, unit, (table, middle + 1, last), values, budget)
        return refusal
    values.update(enumerate(read, first))
    return None


def _proposed(table: str, values: dict[int, int]) -> list[Offered]:
    """Offer each element, and pairs of registers that look like a measured number in floating point."""
    offers = []
    for number, value in sorted(values.items()):
        bits = table in ("coil", "discrete")
        offers.append(_offer(Place(table, number, None if bits else Kind.UINT16), value))
        if bits or number + 1 not in values:
            continue
        for order in Order:
            guess = decode((value, values[number + 1]), Kind.FLOAT32, order)
            if signalmap.likely(guess) and _short(float(guess)):
                offers.append(_offer(Place(table, number, Kind.FLOAT32, order), float(guess)))
    return offers


def _short(value: float) -> bool:
    """Whether a number has few digits, as those have that somebody has set or a sensor with few digits has measured."""
    return abs(value - round(value, 2)) <= 1e-6 * abs(value)


def _offer(place: Place, value: float | str) -> Offered:
    address = text(place)
    return Offered(
        address,
        Entry(address, address.replace(":", "-").replace("@", "")).name,
        "bool" if place.kind is None else place.kind.value,
        value=value,
        group=place.table,
        writable=place.table in ("coil", "holding"),
    )


async def find(networks: Sequence[str], port: int) -> Sequence[Found]:
    """Return what answers to Modbus on this network: each with the first unit id that answers."""
    return await scan.sweep(networks, port, _probe)


async def _probe(host: str, port: int) -> Found | None:
    for unit in (1, 255, 0):
        config = ModbusConfig(host=host, port=port, unit=unit, timeout_s=scan.ANSWER_S)
        device = ModbusDevice(config)
        try:
            await device.open()
            await device.elements(unit, "holding", 0, 1)
        except (Silent, LinkLost):
            continue
        except Refusal:
            pass
        finally:
            await device.close()
        return Found(f"Modbus device at {host}:{port}, unit {unit}", {"host": host, "port": port, "unit": unit})
    return None
