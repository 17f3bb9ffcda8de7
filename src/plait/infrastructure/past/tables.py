"""Rows of what machines did, read by time. Times in milliseconds since 1970, business time."""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, ColumnElement, Connection, Float, Index, Table, Text, and_, func, or_, select

from plait.infrastructure.machines.tables import machines as machine_rows
from plait.infrastructure.past.model import Cycle, Work
from plait.infrastructure.past.rules import Change
from plait.kernel.actor import Scope
from plait.kernel.ports import JobOrder
from plait.store import from_ms, metadata, upsert
from plait.store.tables import BIG

__all__ = ["changes", "cycles", "first", "put_change", "put_cycle", "worked"]

change_table = Table(
    "past_change",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("machine_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("past_change_at", "machine_id", "at", "seq"),
)
cycle_table = Table(
    "past_cycle",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("machine_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("good", Float, nullable=False),
    Column("scrap", Float, nullable=False),
    Index("past_cycle_at", "machine_id", "at"),
)
_job = metadata.tables["machine_job"]
_order = msgspec.json.Decoder(JobOrder)


def _shown(scope: Scope, conn: Connection, machine_id: str) -> bool:
    """Tell whether the scope shows the machine; one that is gone shows its past to our own people."""
    return scope.everything or any(row.machine.id == machine_id for row in machine_rows(conn, scope))


def put_change(conn: Connection, seq: int, machine_id: str, change: Change) -> None:
    """Write what fact ``seq`` says; again changes nothing."""
    upsert(conn, change_table, "seq", {"seq": seq, "machine_id": machine_id, **change._asdict()})


def put_cycle(conn: Connection, seq: int, machine_id: str, at: int, seconds: float, good: float, scrap: float) -> None:
    """Write what fact ``seq`` says of a cycle; again changes nothing."""
    upsert(conn, cycle_table, "seq", {"seq": seq, "machine_id": machine_id, "at": at, "seconds": seconds, "good": good, "scrap": scrap})


def changes(conn: Connection, scope: Scope, machine_id: str, since: int, until: int) -> list[Change]:
    """Return the changes of a machine's state before ``until``, in order of time, from the last one not after ``since`` on."""
    if not _shown(scope, conn, machine_id):
        return []
    here = change_table.c.machine_id == machine_id
    before = select(func.max(change_table.c.at)).where(here, change_table.c.at <= since).scalar_subquery()
    columns = (change_table.c.at, change_table.c.state, change_table.c.reason)
    query = select(*columns).where(here, change_table.c.at < until, or_(change_table.c.at >= before, before.is_(None)))
    return [Change(*row) for row in conn.execute(query.order_by(change_table.c.at, change_table.c.seq))]


def first(conn: Connection, scope: Scope, machine_id: str) -> int | None:
    """Return when something was first known of a machine, None when nothing is."""
    if not _shown(scope, conn, machine_id):
        return None
    found: int | None = conn.execute(select(func.min(change_table.c.at)).where(change_table.c.machine_id == machine_id)).scalar_one()
    return found


def cycles(conn: Connection, scope: Scope, machine_id: str, since: int, until: int) -> list[Cycle]:
    """Return the cycles of a machine that ended in the time, in order."""
    if not _shown(scope, conn, machine_id):
        return []
    c = cycle_table.c
    query = select(c.at, c.seconds, c.good, c.scrap).where(c.machine_id == machine_id, c.at >= since, c.at < until).order_by(c.at, c.seq)
    return [Cycle(from_ms(row.at), row.seconds, row.good, row.scrap) for row in conn.execute(query)]


def _in(since: int, until: int) -> ColumnElement[bool]:
    return and_(_job.c.started.is_not(None), _job.c.started < until, or_(_job.c.ended.is_(None), _job.c.ended > since))


def worked(conn: Connection, scope: Scope, since: int, until: int, machine_id: str = "") -> list[Work]:
    """Return the jobs that ran in the time (of one machine, or of all the scope shows), in order of their start."""
    where = [_in(since, until)]
    if machine_id:
        if not _shown(scope, conn, machine_id):
            return []
        where.append(_job.c.machine_id == machine_id)
    elif not scope.everything:
        where.append(_job.c.machine_id.in_([row.machine.id for row in machine_rows(conn, scope)]))
    query = select(_job).where(*where).order_by(_job.c.started, _job.c.job_id)
    return [_work(row._mapping) for row in conn.execute(query)]


def _work(row: Any) -> Work:
    order = _order.decode(row["job_order"]) if row["job_order"] else None
    return Work(
        row["machine_id"],
        row["job_id"],
        row["state"],
        from_ms(row["started"]),
        from_ms(row["ended"]) if row["ended"] is not None else None,
        row["good"],
        row["scrap"],
        row["energy_kwh"],
        order.part if order else "",
        order.operation if order else "",
        order.setup_min if order else None,
        order.cycle_min if order else None,
        order.quantity if order else 0,
    )
