"""HTTP of connecting: ``/api/v1/connect``, and the equipment hierarchy."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from plait.infrastructure.machines.connect.model import (
    AdapterView,
    Connected,
    ConnectWanted,
    Equipment,
    FindWanted,
    KeptOffersWanted,
    MeaningView,
    Offers,
    OffersWanted,
    Proposed,
    Reconnect,
    Search,
    SignalsView,
    Trial,
    Tried,
)
from plait.infrastructure.machines.connect.service import ConnectService
from plait.kernel.actor import Actor
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("machines", ConnectService)
ROUTES = API


@API.get("/api/v1/connect/adapters", action="machines.read", summary="The kinds of connection there are, with the fields of their config")
async def adapters(service: ConnectService, actor: Actor) -> Sequence[AdapterView]:
    """Answer with every adapter."""
    return await service.adapters(actor)


@API.post("/api/v1/connect/find", action="machines.write", ok=202, summary="Begin to search the network for devices")
async def begin(service: ConnectService, actor: Actor, body: FindWanted) -> Search:
    """Begin a search; ask how it stands with GET."""
    return await service.begin(actor, body)


@API.get("/api/v1/connect/find", action="machines.read", summary="How the last search of the network stands")
async def search(service: ConnectService, actor: Actor) -> Search:
    """Answer with what was found until now."""
    return await service.search(actor)


@API.post("/api/v1/connect/try", action="machines.write", summary="Try whether a config reaches its device, and say what is wrong")
async def try_(service: ConnectService, actor: Actor, body: Trial) -> Tried:
    """Try; a device that is not reached is an answer and no refusal."""
    return await service.try_(actor, body)


@API.post("/api/v1/connect/offers", action="machines.write", summary="What a device offers, as it would be kept, a page of it")
async def offers(service: ConnectService, actor: Actor, body: OffersWanted) -> Offers:
    """Look at what a device offers."""
    return await service.offers(actor, body)


class Titled(msgspec.Struct, frozen=True):
    """What the device calls itself."""

    title: Annotated[str, msgspec.Meta(max_length=200)] = ""


@API.post("/api/v1/connect/propose", action="machines.write", summary="A machine as it would be connected: names, place, units, signals")
async def propose(service: ConnectService, actor: Actor, body: Trial, query: Titled) -> Proposed:
    """Propose a machine."""
    return await service.propose(actor, body, query.title)


@API.post("/api/v1/connect", action="machines.write", summary="Try a machine and connect it with its signals, or only check it (dry)")
async def connect(service: ConnectService, actor: Actor, body: ConnectWanted) -> Connected:
    """Connect a machine."""
    return await service.connect(actor, body)


@API.get("/api/v1/connect/meanings", action="machines.read", summary="The meanings proposed for signals, with the units they may bear")
async def meanings(service: ConnectService, actor: Actor) -> Sequence[MeaningView]:
    """Answer with the table."""
    return await service.meanings(actor)


@API.get("/api/v1/machines/{id}/signals", action="machines.read", summary="What is kept of a machine, with last values, and what was before")
async def kept(service: ConnectService, actor: Actor, id: str) -> SignalsView:
    """Answer with a machine's signals."""
    return await service.kept(actor, id)


@API.post("/api/v1/machines/{id}/offers", action="machines.write", summary="What a connected machine offers now, a page of it; what is kept is marked")
async def offers_of(service: ConnectService, actor: Actor, id: str, body: KeptOffersWanted) -> Offers:
    """Look at what a connected machine offers."""
    return await service.offers_of(actor, id, body)


@API.put("/api/v1/machines/{id}/connection", action="machines.write", summary="Try other settings of a machine's connection and take them (dry: only try)")
async def reconnect(service: ConnectService, actor: Actor, id: str, body: Reconnect) -> Connected:
    """Reach a machine in another way."""
    return await service.reconnect(actor, id, body)


@API.get("/api/v1/equipment", action="machines.read", summary="The equipment hierarchy (ISA-95): enterprise, sites, areas, lines, machines, signals")
async def equipment(service: ConnectService, actor: Actor) -> Equipment:
    """Answer with where everything stands."""
    return await service.equipment(actor)
