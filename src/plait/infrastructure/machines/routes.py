"""HTTP of machines: ``/api/v1/machines``."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from plait.infrastructure.machines.connect.model import Chosen, Place, Rechosen, Value
from plait.infrastructure.machines.model import Machine, MachineStatus, Reading, StateChanged
from plait.infrastructure.machines.service import MachineService
from plait.kernel.actor import Actor
from plait.kernel.ports import JobState
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("machines", MachineService)


@API.get("/api/v1/machines", action="machines.read", summary="All machines with their present state")
async def all_machines(service: MachineService, actor: Actor) -> Sequence[MachineStatus]:
    """Answer with every machine the actor may see."""
    return await service.all(actor)


@API.post("/api/v1/machines", action="machines.write", ok=201, summary="Add a machine and link it")
async def add(service: MachineService, actor: Actor, body: Machine) -> Machine:
    """Add a machine; the same again changes nothing."""
    return await service.add(actor, body)


@API.post("/api/v1/machines/stop-all", action="machines.stop", summary="Stop every machine now")
async def stop_all(service: MachineService, actor: Actor) -> None:
    """Stop every machine."""
    await service.stop_every(actor)


@API.get("/api/v1/machines/{id}", action="machines.read", summary="One machine")
async def one(service: MachineService, actor: Actor, id: str) -> MachineStatus:
    """Answer with one machine."""
    return await service.one(actor, id)


@API.delete("/api/v1/machines/{id}", action="machines.write", summary="End the link to a machine and forget it")
async def remove(service: MachineService, actor: Actor, id: str) -> None:
    """Remove a machine."""
    await service.remove(actor, id)


@API.put("/api/v1/machines/{id}/signals", action="machines.write", summary="Choose which signals are kept of a machine (dry: only say what changes)")
async def choose(service: MachineService, actor: Actor, id: str, body: Chosen) -> Rechosen:
    """Keep these signals from now on."""
    return await service.choose(actor, id, body.signals, dry=body.dry)


@API.put("/api/v1/machines/{id}/place", action="machines.write", summary="Put a machine elsewhere in the equipment hierarchy")
async def move(service: MachineService, actor: Actor, id: str, body: Place) -> Machine:
    """Move a machine."""
    return await service.move(actor, id, body.site, body.place)


@API.post("/api/v1/machines/{id}/signals/{signal}", action="machines.command", summary="Write a chosen signal of a machine")
async def write(service: MachineService, actor: Actor, id: str, signal: str, body: Value) -> None:
    """Write a value into a machine."""
    await service.write(actor, id, signal, body.value)


class Taken(msgspec.Struct, frozen=True):
    """How many values were taken in."""

    taken: int


class Values(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Values of a machine's signals that come another way than from the machine."""

    values: Annotated[tuple[Reading, ...], msgspec.Meta(max_length=10_000)]


@API.post("/api/v1/machines/{id}/values", action="machines.write", summary="Take in values of a machine's signals, as from a file")
async def take_values(service: MachineService, actor: Actor, id: str, body: Values) -> Taken:
    """Record values; they are on disk when this is answered, and what was there already changes nothing."""
    return Taken(await service.take_values(actor, id, body.values))


@API.post("/api/v1/machines/{id}/stop", action="machines.stop", summary="Stop one machine now")
async def stop(service: MachineService, actor: Actor, id: str) -> None:
    """Stop one machine."""
    await service.stop(actor, id)


@API.post("/api/v1/machines/{id}/reset", action="machines.stop", summary="Make a stopped machine ready again")
async def reset(service: MachineService, actor: Actor, id: str) -> None:
    """Make a stopped machine ready again."""
    await service.reset(actor, id)


@API.get("/api/v1/machines/{id}/jobs", action="machines.read", summary="The machine's own list of jobs")
async def jobs(service: MachineService, actor: Actor, id: str) -> Sequence[JobState]:
    """Answer with the jobs the machine itself lists."""
    return await service.jobs_of(actor, id)


class HistoryQuery(msgspec.Struct, frozen=True):
    """How many changes."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 200


@API.get("/api/v1/machines/{id}/history", action="machines.read", summary="The changes of a machine's state")
async def history(service: MachineService, actor: Actor, id: str, query: HistoryQuery) -> list[StateChanged]:
    """Answer with the last changes, the newest first."""
    return await service.history(actor, id, query.limit)


ROUTES = API
