"""HTTP of alarms: ``/api/v1/alarms``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from plait.infrastructure.alarms.model import Alarm, AlarmView, Notice, Preview
from plait.infrastructure.alarms.service import AlarmService
from plait.kernel.actor import Actor
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("machines", AlarmService)
ROUTES = API


class Which(msgspec.Struct, frozen=True):
    """``open``: what is raised or not acknowledged; ``all``: every alarm there is. ``machine``: of one machine."""

    show: Literal["open", "all"] = "open"
    machine: str = ""


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody says of an alarm."""

    note: str = ""


class Shelf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For how long nobody is called, and why."""

    minutes: float
    reason: str


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether an alarm is out of service, and why."""

    out: bool
    reason: str = ""


class Span(msgspec.Struct, frozen=True):
    """Of which time; the last day when none is named."""

    since: datetime | None = None
    until: datetime | None = None


class Sent(msgspec.Struct, frozen=True):
    """By which channels a message of trial goes out."""

    channels: tuple[str, ...]


@API.get("/api/v1/alarms", action="machines.read", summary="Alarms that need somebody, or all")
async def alarms(service: AlarmService, actor: Actor, query: Which) -> list[AlarmView]:
    """Return alarms by severity and time."""
    return await (service.inbox(actor, query.machine) if query.show == "open" else service.all(actor, query.machine))


@API.put("/api/v1/alarms", action="machines.write", summary="Set an alarm")
async def define(service: AlarmService, actor: Actor, body: Alarm) -> AlarmView:
    """Set an alarm, in the place of the one with its id."""
    return await service.define(actor, body)


@API.post("/api/v1/alarms/try", action="machines.read", summary="What an alarm would have done in the last day")
async def preview(service: AlarmService, actor: Actor, query: Span, body: Alarm) -> Preview:
    """Return when it would have been raised; nothing is changed."""
    return await service.preview(actor, body, query.since, query.until)


@API.post("/api/v1/alarms/test", action="machines.write", summary="Send a message of trial")
async def test(service: AlarmService, actor: Actor) -> Sent:
    """Send one by every channel that is set."""
    return Sent(await service.test(actor))


@API.get("/api/v1/alarms/messages", action="machines.read", summary="The messages that were sent for alarms")
async def messages(service: AlarmService, actor: Actor) -> Sequence[Notice]:
    """Return the newest with how they went."""
    return await service.notices(actor)


@API.get("/api/v1/alarms/{id}", action="machines.read", summary="One alarm")
async def one(service: AlarmService, actor: Actor, id: str) -> AlarmView:
    """Return it as it stands."""
    return await service.one(actor, id)


@API.delete("/api/v1/alarms/{id}", action="machines.write", summary="Take an alarm away")
async def remove(service: AlarmService, actor: Actor, id: str) -> None:
    """Take it away; what it told stays."""
    await service.remove(actor, id)


@API.post("/api/v1/alarms/{id}/undo", action="machines.write", summary="Let an alarm be as it was before")
async def undo(service: AlarmService, actor: Actor, id: str) -> AlarmView:
    """Take the last change of an alarm back."""
    return await service.undo(actor, id)


@API.post("/api/v1/alarms/{id}/acknowledge", action="machines.alarm", summary="Acknowledge an alarm")
async def acknowledge(service: AlarmService, actor: Actor, id: str, body: Note) -> AlarmView:
    """Say that somebody has seen it."""
    return await service.acknowledge(actor, id, body.note)


@API.post("/api/v1/alarms/{id}/shelve", action="machines.alarm", summary="Shelve an alarm for some time")
async def shelve(service: AlarmService, actor: Actor, id: str, body: Shelf) -> AlarmView:
    """Call nobody for it until then."""
    return await service.shelve(actor, id, body.minutes, body.reason)


@API.post("/api/v1/alarms/{id}/unshelve", action="machines.alarm", summary="Take an alarm from the shelf")
async def unshelve(service: AlarmService, actor: Actor, id: str) -> AlarmView:
    """Call for it again."""
    return await service.unshelve(actor, id)


@API.post("/api/v1/alarms/{id}/service", action="machines.write", summary="Take an alarm out of service, or put it back")
async def set_service(service: AlarmService, actor: Actor, id: str, body: Service) -> AlarmView:
    """Take it out of service until somebody puts it back."""
    return await service.service(actor, id, body.out, body.reason)
