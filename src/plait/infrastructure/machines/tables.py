"""Tables of machines and of the jobs we know on them. Times in milliseconds since 1970, business time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Connection, Float, Integer, Table, Text, and_, delete, false, insert, select, true, update
from sqlalchemy import Column as Col
from sqlalchemy import Row as SqlRow

from plait.infrastructure.machines.model import Choice, Machine
from plait.infrastructure.machines.rules import LIVE, SENT, Known
from plait.kernel.actor import Scope
from plait.kernel.ports import JobOrder, JobState
from plait.store import from_ms, metadata, ms_of

__all__ = [
    "Row",
    "add",
    "all_live",
    "change",
    "drop",
    "heard",
    "job",
    "jobs",
    "machine",
    "machines",
    "order",
    "put_job",
    "put_state",
    "send_again",
]

_unit = Table(
    "machine_unit",
    metadata,
    Col("number", Integer, primary_key=True),
    Col("id", Text, nullable=False, unique=True),
    Col("name", Text, nullable=False),
    Col("grp", Text, nullable=False),
    Col("adapter", Text, nullable=False),
    Col("config", Text, nullable=False),
    Col("site", Text, nullable=False),
    Col("state", Text, nullable=False),
    Col("since", BigInteger),
    Col("reason", Text, nullable=False),
    Col("expected_minutes", Float, nullable=False),
    Col("down", Integer, nullable=False),
    Col("heard", BigInteger),
    Col("place", Text, nullable=False, server_default=""),
    Col("signals", Text, nullable=False, server_default="[]"),
)
_job = Table(
    "machine_job",
    metadata,
    Col("machine_id", Text, primary_key=True),
    Col("job_id", Text, primary_key=True),
    Col("state", Text, nullable=False),
    Col("good", Integer, nullable=False),
    Col("scrap", Integer, nullable=False),
    Col("started", BigInteger),
    Col("ended", BigInteger),
    Col("energy_kwh", Float, nullable=False),
    Col("reason", Text, nullable=False),
    Col("job_order", Text),
)


class Row(msgspec.Struct, frozen=True):
    """A machine, what is known of it, since when, when it was last heard of, and its place in the order they were added."""

    machine: Machine
    known: Known
    since: datetime | None
    heard: datetime | None
    number: int


def _when(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)


def _ms(when: datetime | None) -> int | None:
    return None if when is None else ms_of(when)


def visible(scope: Scope) -> ColumnElement[bool]:
    """Return the WHERE of ``scope``: machines have no counterparty, so only named ids or everything."""
    if scope.everything:
        return true()
    return _unit.c.id.in_(scope.ids) if scope.ids is not None else false()


def machines(conn: Connection, scope: Scope) -> list[Row]:
    """Return the machines in the order they were added."""
    return [_row(row) for row in conn.execute(select(_unit).where(visible(scope)).order_by(_unit.c.number))]


def machine(conn: Connection, scope: Scope, id: str) -> Row | None:
    """Return one machine, or None."""
    row = conn.execute(select(_unit).where(and_(visible(scope), _unit.c.id == id))).first()
    return None if row is None else _row(row)


def _row(row: SqlRow[Any]) -> Row:
    r = row._mapping
    signals = msgspec.json.decode(r["signals"], type=tuple[Choice, ...])
    unit = Machine(r["id"], r["name"], r["grp"], r["adapter"], msgspec.json.decode(r["config"]), r["site"], r["place"], signals)
    known = Known(r["state"], r["reason"], r["expected_minutes"], bool(r["down"]))
    return Row(unit, known, _when(r["since"]), _when(r["heard"]), r["number"])


def _config(unit: Machine) -> str:
    return msgspec.json.encode(unit.config, order="deterministic").decode()


def _signals(unit: Machine) -> str:
    return msgspec.json.encode(unit.signals).decode()


def add(conn: Connection, unit: Machine) -> None:
    """Enter a machine; it is silent until it has been heard of."""
    values = {"id": unit.id, "name": unit.name, "grp": unit.group, "adapter": unit.adapter, "config": _config(unit), "site": unit.site}
    values |= {"place": unit.place, "signals": _signals(unit), "state": "silent", "reason": "not linked yet"}
    conn.execute(insert(_unit).values(**values, expected_minutes=0.0, down=0))


def change(conn: Connection, unit: Machine) -> None:
    """Write what is kept of a machine, where it stands and how it is connected."""
    conn.execute(update(_unit).where(_unit.c.id == unit.id).values(site=unit.site, place=unit.place, signals=_signals(unit), config=_config(unit)))


def drop(conn: Connection, id: str) -> None:
    """Take out a machine and what is known of its jobs."""
    conn.execute(delete(_unit).where(_unit.c.id == id))
    conn.execute(delete(_job).where(_job.c.machine_id == id))


def put_state(conn: Connection, id: str, known: Known, since: datetime) -> None:
    """Write what is known of a machine now."""
    values = {"state": known.state, "reason": known.reason, "expected_minutes": known.expected_minutes, "down": int(known.down)}
    conn.execute(update(_unit).where(_unit.c.id == id).values(**values, since=ms_of(since)))


def heard(conn: Connection, id: str, at: datetime) -> None:
    """Note that the machine was heard of at ``at``."""
    conn.execute(update(_unit).where(_unit.c.id == id).values(heard=ms_of(at)))


def _state(row: SqlRow[Any]) -> JobState:
    r = row._mapping
    return JobState(r["job_id"], r["machine_id"], r["state"], r["good"], r["scrap"], _when(r["started"]), _when(r["ended"]), r["energy_kwh"], r["reason"])


def _on(scope: Scope, machine_id: str) -> ColumnElement[bool]:
    seen = select(_unit.c.id).where(visible(scope))
    return and_(_job.c.machine_id == machine_id, _job.c.machine_id.in_(seen))


def jobs(conn: Connection, scope: Scope, machine_id: str) -> dict[str, JobState]:
    """Return all jobs ever known on a machine, by id."""
    return {row.job_id: _state(row) for row in conn.execute(select(_job).where(_on(scope, machine_id)).order_by(_job.c.job_id))}


def job(conn: Connection, scope: Scope, machine_id: str, job_id: str) -> JobState | None:
    """Return one job known on a machine, or None."""
    row = conn.execute(select(_job).where(and_(_on(scope, machine_id), _job.c.job_id == job_id))).first()
    return None if row is None else _state(row)


def all_live(conn: Connection, scope: Scope) -> dict[str, list[str]]:
    """Return the ids of the unfinished jobs of each machine the scope shows."""
    found: dict[str, list[str]] = {}
    query = select(_job.c.machine_id, _job.c.job_id).join(_unit, _unit.c.id == _job.c.machine_id)
    for row in conn.execute(query.where(and_(visible(scope), _job.c.state.in_(LIVE))).order_by(_job.c.job_id)):
        found.setdefault(row.machine_id, []).append(row.job_id)
    return found


def put_job(conn: Connection, state: JobState) -> None:
    """Write what is known of a job now; what we ordered stays beside it."""
    values = {
        "state": state.state,
        "good": state.good,
        "scrap": state.scrap,
        "started": _ms(state.started),
        "ended": _ms(state.ended),
        "energy_kwh": state.energy_kwh,
        "reason": state.reason,
    }
    where = and_(_job.c.machine_id == state.machine_id, _job.c.job_id == state.job_id)
    if conn.execute(update(_job).where(where).values(**values)).rowcount == 0:
        conn.execute(insert(_job).values(machine_id=state.machine_id, job_id=state.job_id, **values))


def order(conn: Connection, machine_id: str, job: JobOrder) -> None:
    """Enter a job we are about to send, before it is sent."""
    put_job(conn, JobState(job.id, machine_id, SENT))
    where = and_(_job.c.machine_id == machine_id, _job.c.job_id == job.id)
    conn.execute(update(_job).where(where).values(job_order=msgspec.json.encode(job).decode()))


def send_again(conn: Connection, scope: Scope, machine_id: str, ids: Sequence[str]) -> list[JobOrder]:
    """Return the orders of the jobs ``ids`` that we sent, by id."""
    query = select(_job.c.job_order).where(and_(_on(scope, machine_id), _job.c.job_id.in_(ids), _job.c.job_order.is_not(None)))
    return [msgspec.json.decode(row.job_order, type=JobOrder) for row in conn.execute(query.order_by(_job.c.job_id))]
