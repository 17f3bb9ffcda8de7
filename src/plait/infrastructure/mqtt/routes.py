"""HTTP of devices: ``/api/v1/devices``."""

from collections.abc import Sequence

from plait.infrastructure.mqtt.model import DeviceView, DeviceWanted, MadeDevice
from plait.infrastructure.mqtt.service import DeviceService
from plait.kernel.actor import Actor
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("devices", DeviceService)
ROUTES = API


@API.get("/api/v1/devices", action="devices.read", summary="Devices that may speak MQTT to the node")
async def all_devices(service: DeviceService, actor: Actor) -> Sequence[DeviceView]:
    """Answer with every device, never with a password."""
    return await service.all(actor)


@API.post("/api/v1/devices", action="devices.write", ok=201, summary="Enter a device; its password is shown once")
async def add(service: DeviceService, actor: Actor, body: DeviceWanted) -> MadeDevice:
    """Enter a device and answer with its password, this once."""
    return await service.add(actor, body)


@API.delete("/api/v1/devices/{name}", action="devices.write", summary="Let a device in no more")
async def revoke(service: DeviceService, actor: Actor, name: str) -> None:
    """Revoke a device; its connections end now."""
    await service.revoke(actor, name)
