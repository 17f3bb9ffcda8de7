"""What apps are given, read from the rooms below: machines with their hours and prices, states, jobs, cycles, signals."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection

from plait.apps.model import BAD_APP, AppPlugin, Inputs, Split, Unit
from plait.apps.periods import periods
from plait.infrastructure.machines import tables as machine_tables
from plait.infrastructure.machines.model import Machine
from plait.infrastructure.past import tables as past_tables
from plait.infrastructure.past.model import Stretch, Work
from plait.infrastructure.past.rules import stretches
from plait.infrastructure.signals.service import SignalService
from plait.kernel.actor import Actor, Scope
from plait.kernel.problems import Problem
from plait.manufacturing.line import tables as line_tables
from plait.manufacturing.schedule import tables as schedule_tables
from plait.manufacturing.schedule.calendar import opening, to_time
from plait.manufacturing.schedule.model import Calendar, WorkCentre
from plait.store import Store, from_ms, ms_of

__all__ = ["MOST_DAYS", "Gather"]

MOST_DAYS = 100
DAY = timedelta(days=1)
ALL = Scope(everything=True)


def _open(calendar: Calendar, since: datetime, until: datetime) -> tuple[tuple[datetime, datetime], ...]:
    return tuple((to_time(a), to_time(b)) for a, b in opening(calendar).spans(ms_of(since), ms_of(until)))


class Gather:
    """Reads once for an app what it needs of the time asked for."""

    def __init__(self, store: Store, signals: SignalService) -> None:
        self._store = store
        self._signals = signals

    async def inputs(self, actor: Actor, plugin: AppPlugin, config: Any, since: datetime, until: datetime, now: datetime, zone: str, split: Split) -> Inputs:
        """Return the inputs of an app for the firm's own people; raise ``bad-app`` for a time that is too long."""
        if until <= since:
            raise Problem(BAD_APP, "until: does not lie after since.", field="until")
        if until - since > MOST_DAYS * DAY:
            raise Problem(BAD_APP, f"since: at most {MOST_DAYS} days at once.", field="since")
        rows, centres = await self._store.read(lambda conn: (machine_tables.machines(conn, ALL), schedule_tables.centres(conn, ALL)))
        by_machine = {centre.machine_id: centre for centre in centres.values() if centre.machine_id}
        calendars = tuple({centre.calendar: None for centre in by_machine.values()})
        units = tuple(_unit(row.machine, by_machine.get(row.machine.id), calendars, since, until, zone, split) for row in rows)
        low = min((period.since for unit in units for period in unit.periods), default=since)
        high = min(max((period.until for unit in units for period in unit.periods), default=until), now)
        if "hours" in plugin.needs:
            units = tuple(_with_hours(unit, by_machine.get(unit.id), low, max(low, high)) for unit in units)
        inputs = Inputs(since, until, now, zone, split, units)
        if high <= low:
            return inputs
        found = await self._store.read(lambda conn: _did(conn, plugin, units, low, high))
        signals = {}
        for name in plugin.series(config) if plugin.series is not None and "signals" in plugin.needs else ():
            signals[name] = (await self._signals.query(actor, name, low, high)).values
        return msgspec.structs.replace(inputs, signals=signals, **found)


def _unit(machine: Machine, centre: WorkCentre | None, calendars: Sequence[Calendar], since: datetime, until: datetime, zone: str, split: Split) -> Unit:
    cut = periods(split, since, until, zone, centre.calendar if centre else None, calendars)
    return Unit(machine.id, machine.name, machine.group, machine.place, machine.site, None, cut, centre.rate if centre else None)


def _with_hours(unit: Unit, centre: WorkCentre | None, since: datetime, until: datetime) -> Unit:
    return unit if centre is None else msgspec.structs.replace(unit, open=_open(centre.calendar, since, until))


def _did(conn: Connection, plugin: AppPlugin, units: Sequence[Unit], low: datetime, high: datetime) -> Mapping[str, Any]:
    """Return states, jobs and cycles as far as the app needs them."""
    since, until = ms_of(low), ms_of(high)
    found: dict[str, Any] = {}
    if "states" in plugin.needs:
        found["states"] = {
            unit.id: tuple(
                Stretch(span.state, from_ms(span.since), from_ms(span.until), span.reason)
                for span in stretches(past_tables.changes(conn, ALL, unit.id, since, until), since, until)
            )
            for unit in units
        }
    if "jobs" in plugin.needs:
        jobs: dict[str, list[Work]] = {}
        for work in past_tables.worked(conn, ALL, since, until):
            jobs.setdefault(work.machine_id, []).append(_corrected(conn, work))
        found["jobs"] = {machine: tuple(each) for machine, each in jobs.items()}
    if "cycles" in plugin.needs:
        found["cycles"] = {unit.id: tuple(past_tables.cycles(conn, ALL, unit.id, since, until)) for unit in units}
    return found


def _corrected(conn: Connection, work: Work) -> Work:
    """Return a job with the pieces the line has booked, where people have said more than the machine; and what was planned, where the machine was not told."""
    job = line_tables.job(conn, ALL, work.job_id)
    if job is None:
        return work
    if job.state == "ended" and (job.good, job.scrap) != (work.good, work.scrap):
        work = msgspec.structs.replace(work, good=job.good, scrap=job.scrap)
    if work.cycle_min is None and (run := line_tables.run(conn, ALL, job.run)) is not None:
        step = next((step for step in run.order.steps if step.seq == job.seq), None)
        if step is not None:
            work = msgspec.structs.replace(work, setup_min=step.setup_min, cycle_min=step.cycle_min, part=run.order.part_id, operation=step.name)
    return work
