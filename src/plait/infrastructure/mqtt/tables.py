"""Rows of devices; nothing here belongs to a partner. Times are milliseconds since 1970 (system time)."""

import msgspec
from sqlalchemy import BigInteger, Column, Connection, LargeBinary, Table, Text, delete, select

from plait.infrastructure.mqtt.model import Device
from plait.store import from_ms, metadata, ms_of, upsert

__all__ = ["devices", "drop_device", "put_device"]

_device = Table(
    "mqtt_device",
    metadata,
    Column("name", Text, primary_key=True),
    Column("publish", Text, nullable=False),
    Column("subscribe", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("made", BigInteger, nullable=False),
)


def devices(conn: Connection) -> list[Device]:
    """Return all devices by name."""
    rows = conn.execute(select(_device).order_by(_device.c.name))
    return [Device(row.name, _filters(row.publish), _filters(row.subscribe), bytes(row.hash), from_ms(row.made)) for row in rows]


def _filters(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])


def put_device(conn: Connection, device: Device) -> None:
    """Enter a device in the place of an earlier one of its name."""
    filters = {"publish": msgspec.json.encode(device.publish).decode(), "subscribe": msgspec.json.encode(device.subscribe).decode()}
    upsert(conn, _device, "name", {"name": device.name, **filters, "hash": device.hash, "made": ms_of(device.made)})


def drop_device(conn: Connection, name: str) -> bool:
    """Take a device off the list; tell whether it was there."""
    return bool(conn.execute(delete(_device).where(_device.c.name == name)).rowcount)
