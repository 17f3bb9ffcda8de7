"""The verbs of devices: enter one, list them, revoke one."""

import secrets

from plait.infrastructure.mqtt import tables
from plait.infrastructure.mqtt.account import hashed
from plait.infrastructure.mqtt.broker import Broker
from plait.infrastructure.mqtt.model import BAD_DEVICE, NO_DEVICE, Device, DeviceAdded, DeviceRevoked, DeviceView, DeviceWanted, MadeDevice
from plait.infrastructure.mqtt.topics import is_filter
from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM
from plait.kernel.ports import Guard
from plait.kernel.problems import CONFLICT, Problem
from plait.store import Store, Tx

__all__ = ["DeviceService"]


class DeviceService:
    """Devices that may speak MQTT to the node. Their passwords are made here, shown once, and kept as a hash."""

    def __init__(self, store: Store, guard: Guard, broker: Broker) -> None:
        self.store = store
        self.guard = guard
        self.broker = broker

    async def open(self) -> None:
        """Tell the broker whom to let in."""
        self.broker.allow(await self.store.read(tables.devices))

    async def add(self, actor: Actor, wanted: DeviceWanted) -> MadeDevice:
        """Enter a device and return its password; raise ``bad-device``, or ``conflict`` when there is one of that name."""
        self.guard.require(actor, "devices.write")
        own = (f"{wanted.name}/#",)
        publish, subscribe = wanted.publish or own, wanted.subscribe or own
        for field, filters in (("publish", publish), ("subscribe", subscribe)):
            for each in filters:
                if not is_filter(each) or each.startswith("$"):
                    raise Problem(BAD_DEVICE, f"{field}: {each[:80]!r} is no topic filter for devices.", field=field)
        password = secrets.token_urlsafe(32)
        device = Device(wanted.name, publish, subscribe, hashed(password.encode()), SYSTEM.now())

        def work(tx: Tx) -> None:
            if any(each.name == device.name for each in tables.devices(tx.conn)):
                raise Problem(CONFLICT, f"There is a device {device.name}; revoke it first.")
            tables.put_device(tx.conn, device)
            tx.append(f"device/{device.name}", DeviceAdded(device.name, publish, subscribe))

        await self.store.write(actor, work)
        await self.open()
        return MadeDevice(device.name, password, publish, subscribe)

    async def revoke(self, actor: Actor, name: str) -> None:
        """Let a device in no more; its connections end now. Raise ``no-such-device``."""
        self.guard.require(actor, "devices.write")

        def work(tx: Tx) -> None:
            if not tables.drop_device(tx.conn, name):
                raise Problem(NO_DEVICE, f"There is no device {name[:64]!r}.")
            tx.append(f"device/{name}", DeviceRevoked(name))

        await self.store.write(actor, work)
        await self.open()

    async def all(self, actor: Actor) -> list[DeviceView]:
        """Return the devices by name, never their passwords."""
        self.guard.require(actor, "devices.read")
        found = await self.store.read(tables.devices)
        return [DeviceView(each.name, each.publish, each.subscribe, each.made, *self.broker.known(each.name)) for each in found]
