"""Machines and the line: jobs go out, results come in, a breakdown repairs the plan and the customer hears of it."""

from datetime import timedelta
from typing import Any

from plait.braid.house import House, Reaction
from plait.kernel.facts import Fact
from plait.kernel.ports import JobState
from plait.manufacturing.schedule.model import Shift

__all__ = ["REACTIONS"]


async def released(house: House, fact: Fact, body: Any) -> None:
    """A job may start: hand it to its machine."""
    del fact
    await house.line.send(house.me, body.job)


async def reported(house: House, fact: Fact, body: Any) -> None:
    """A machine says something of a job: the line takes it over, and clears it from the machine once it has ended."""
    state = JobState(
        job_id=body.job_id,
        machine_id=body.machine_id,
        state=body.state,
        good=body.good,
        scrap=body.scrap,
        started=body.started,
        ended=body.ended,
        energy_kwh=body.energy_kwh,
        reason=body.reason,
    )
    await house.line.report(house.me, state, once=f"report:{fact.id}")
    if body.state == "ended":
        await house.machines.abort(body.machine_id, body.job_id)


async def progressed(house: House, fact: Fact, body: Any) -> None:
    """A job started or ended: the schedule learns what really happened, and whatever may start now starts."""
    if fact.kind in ("line.job_started", "line.step_out", "line.job_ended"):
        ended = fact.kind == "line.job_ended"
        pieces = body.good + body.scrap if ended else body.quantity
        station = "" if fact.kind == "line.step_out" or body.station == "outside" else body.station
        state, once = "ended" if ended else "started", f"progress:{fact.id}"
        repair = await house.schedule.progress(house.me, body.job, state, fact.at, station=station, quantity=pieces, once=once)
        for shift in repair.orders:
            if shift.late and not await _waits_for_goods(house, shift.order):
                await house.orders.replanned(house.me, shift.order, shift.now, shift.reason, f"late:{fact.id}:{shift.order}", quiet=True)
    await house.line.release(house.me)


async def _waits_for_goods(house: House, number: str) -> bool:
    """Tell whether a run works on a customer's own pieces: when those come late, it is not we who are."""
    run = await house.line.find(number)
    return run is not None and run.order.service


async def went_down(house: House, fact: Fact, body: Any) -> None:
    """A machine broke down: repair the plan at once and see what it does to every promise."""
    repair = await house.schedule.down(house.me, body.machine_id, fact.at, body.expected_minutes, body.reason, once=f"down:{fact.id}")
    for shift in repair.orders:
        await _answer(house, fact, body, shift)


async def _answer(house: House, fact: Fact, body: Any, shift: Shift) -> None:
    name = next((view.name for view in house.machines.machines() if view.id == body.machine_id), body.machine_id)
    until = fact.at + timedelta(minutes=body.expected_minutes)
    reason = f"{name} stands since {fact.at:%d %b %H:%M} ({body.reason}), back about {until:%d %b %H:%M} UTC"
    await house.orders.replanned(house.me, shift.order, shift.now, reason, f"down:{fact.id}:{shift.order}")


async def came_back(house: House, fact: Fact, body: Any) -> None:
    """A machine is back: the plan may pull together again, and waiting jobs go out."""
    await house.schedule.up(house.me, body.machine_id, fact.at, once=f"up:{fact.id}")
    await house.line.release(house.me)


PROGRESS = frozenset({"line.job_started", "line.job_ended", "line.step_out", "line.run_opened", "machine.state_changed", "part.stock_in"})

REACTIONS = (
    Reaction("machines.released", frozenset({"line.job_released"}), released),
    Reaction("machines.reported", frozenset({"machine.job_changed"}), reported),
    Reaction("machines.progressed", PROGRESS, progressed),
    Reaction("machines.went_down", frozenset({"machine.went_down"}), went_down),
    Reaction("machines.came_back", frozenset({"machine.came_back"}), came_back),
)
