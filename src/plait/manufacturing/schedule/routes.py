"""HTTP of the schedule."""

from typing import Literal

import msgspec

from plait.kernel.actor import Actor
from plait.kernel.problems import INVALID, Problem
from plait.manufacturing.schedule.model import Booking, Confirmed, Moment, Move, Moved, Outage, Promise, PromiseRequest, Repair, WorkCentre
from plait.manufacturing.schedule.service import ScheduleService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("schedule", ScheduleService)
ROUTES = API


class Window(msgspec.Struct, frozen=True):
    """Which part of the schedule is wanted."""

    since: Moment | None = None
    until: Moment | None = None


class HoldOrder(msgspec.Struct, frozen=True):
    """A promise to be held until ``until``."""

    request: PromiseRequest
    until: Moment


class Confirmation(msgspec.Struct, frozen=True):
    """The order a hold is turned into; ``due`` None: as promised."""

    order: str
    due: Moment | None = None


class DownNote(msgspec.Struct, frozen=True):
    """A machine has broken down."""

    machine_id: str
    at: Moment
    expected_minutes: float
    reason: str


class UpNote(msgspec.Struct, frozen=True):
    """A machine is back."""

    machine_id: str
    at: Moment


class ProgressNote(msgspec.Struct, frozen=True):
    """How far a job is."""

    state: Literal["started", "ended"]
    at: Moment
    station: str = ""


class Freezing(msgspec.Struct, frozen=True):
    """Whether a job keeps its time."""

    frozen: bool = True


class Reassignment(msgspec.Struct, frozen=True):
    """The work centre a job goes to."""

    work_centre: str


@API.get("/api/v1/work-centres", action="schedule.read", summary="List the work centres")
async def work_centres(service: ScheduleService, actor: Actor) -> list[WorkCentre]:
    """Return the work centres."""
    return await service.work_centres(actor)


@API.put("/api/v1/work-centres/{id}", action="schedule.write", summary="Enter or change a work centre")
async def put_work_centre(service: ScheduleService, actor: Actor, id: str, body: WorkCentre) -> Repair:
    """Enter a work centre; answer what its new hours moved."""
    if body.id != id:
        raise Problem(INVALID, f"id: the address says {id}, the content {body.id}")
    return await service.put_work_centre(actor, body)


@API.get("/api/v1/schedule", action="schedule.read", summary="List bookings and holds by time")
async def plan(service: ScheduleService, actor: Actor, query: Window) -> list[Booking]:
    """Return the plan."""
    return await service.plan(actor, query.since, query.until)


@API.get("/api/v1/schedule/outages", action="schedule.read", summary="List outages that last or lie ahead")
async def outages(service: ScheduleService, actor: Actor) -> list[Outage]:
    """Return the outages."""
    return await service.outages(actor)


@API.post("/api/v1/schedule/promise", action="schedule.read", summary="Ask when something could be done; nothing is held")
async def promise(service: ScheduleService, actor: Actor, body: PromiseRequest) -> Promise:
    """Answer a what-if question."""
    return await service.promise(actor, body)


@API.post("/api/v1/schedule/holds", action="schedule.write", ok=201, summary="Hold slots for a promise")
async def hold(service: ScheduleService, actor: Actor, body: HoldOrder, once: str | None) -> Promise:
    """Promise and hold."""
    return await service.promise(actor, body.request, body.until, once)


@API.post("/api/v1/schedule/holds/{hold_id}/confirm", action="schedule.write", summary="Turn a hold into bookings")
async def confirm(service: ScheduleService, actor: Actor, hold_id: str, body: Confirmation, once: str | None) -> Confirmed:
    """Confirm a hold."""
    return await service.confirm(actor, hold_id, body.order, body.due, once)


@API.delete("/api/v1/schedule/holds/{hold_id}", action="schedule.write", summary="Release a hold")
async def release(service: ScheduleService, actor: Actor, hold_id: str) -> None:
    """Release a hold."""
    await service.release(actor, hold_id)


@API.post("/api/v1/schedule/down", action="schedule.write", summary="A machine has broken down: repair the plan")
async def down(service: ScheduleService, actor: Actor, body: DownNote, once: str | None) -> Repair:
    """Repair the plan after a breakdown."""
    return await service.down(actor, body.machine_id, body.at, body.expected_minutes, body.reason, once)


@API.post("/api/v1/schedule/up", action="schedule.write", summary="A machine is back")
async def up(service: ScheduleService, actor: Actor, body: UpNote, once: str | None) -> Repair:
    """Note that a machine is back."""
    return await service.up(actor, body.machine_id, body.at, once)


@API.post("/api/v1/schedule/jobs/{job_id}/progress", action="schedule.write", summary="A job has started or ended")
async def progress(service: ScheduleService, actor: Actor, job_id: str, body: ProgressNote, once: str | None) -> Repair:
    """Note a job's progress."""
    return await service.progress(actor, job_id, body.state, body.at, station=body.station, once=once)


@API.post("/api/v1/schedule/jobs/{job_id}/reassign", action="schedule.write", summary="Move a job to another work centre")
async def reassign(service: ScheduleService, actor: Actor, job_id: str, body: Reassignment) -> Repair:
    """Move a job."""
    return await service.reassign(actor, job_id, body.work_centre)


@API.post("/api/v1/schedule/jobs/{job_id}/what-if", action="schedule.read", summary="Ask what moving a job would do; nothing is written")
async def try_move(service: ScheduleService, actor: Actor, job_id: str, body: Move) -> Moved:
    """Try a move."""
    return await service.try_move(actor, job_id, body)


@API.post("/api/v1/schedule/jobs/{job_id}/move", action="schedule.write", summary="Put a job at another time or work centre, and keep it there")
async def move(service: ScheduleService, actor: Actor, job_id: str, body: Move, once: str | None) -> Moved:
    """Move a job."""
    return await service.move(actor, job_id, body, once)


@API.post("/api/v1/schedule/jobs/{job_id}/freeze", action="schedule.write", summary="Let a job keep its time in repairs, or no longer")
async def freeze(service: ScheduleService, actor: Actor, job_id: str, body: Freezing) -> None:
    """Freeze or thaw a job."""
    await service.freeze(actor, job_id, body.frozen)


@API.get("/api/v1/schedule/machines/{machine_id}/next", action="schedule.read", summary="List what is next on a machine")
async def next_jobs(service: ScheduleService, actor: Actor, machine_id: str) -> list[Booking]:
    """Return the planned jobs of a machine, the most urgent first."""
    return await service.next_jobs(actor, machine_id)
