"""The line's rows: runs, batches, jobs."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, Table, Text, select

from plait.kernel.actor import Scope
from plait.manufacturing.line.model import Batch, Job, Lot, Run, RunOrder
from plait.store import metadata, upsert

__all__ = ["batches", "hand_jobs", "job", "jobs", "near", "put_batch", "put_job", "put_run", "run", "runs"]

run_table = Table(
    "line_run",
    metadata,
    Column("number", Text, primary_key=True),
    Column("order_id", Text, nullable=False, index=True),
    Column("customer", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("made", Integer, nullable=False),
    Column("scrapped", Integer, nullable=False),
    Column("spec", LargeBinary, nullable=False),
)

batch_table = Table(
    "line_batch",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run", Text, nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("good", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("lots", LargeBinary, nullable=False),
)

job_table = Table(
    "line_job",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run", Text, nullable=False, index=True),
    Column("batch", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("group", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("machine_id", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("good", Integer, nullable=False),
    Column("scrap", Integer, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("planned", Text, nullable=False),
    Column("due", Text, nullable=False),
)

_lots = msgspec.json.Decoder(tuple[Lot, ...])
_order = msgspec.json.Decoder(RunOrder)


def put_run(conn: Connection, row: Run) -> None:
    """Insert or replace a run."""
    spec = msgspec.json.encode(row.order)
    values = {"number": row.order.number, "order_id": row.order.order_id, "customer": row.order.customer, "spec": spec}
    upsert(conn, run_table, "number", {**values, "state": row.state, "made": row.made, "scrapped": row.scrapped})


def put_batch(conn: Connection, row: Batch) -> None:
    """Insert or replace a batch."""
    upsert(conn, batch_table, "id", {**msgspec.structs.asdict(row), "lots": msgspec.json.encode(row.lots)})


def put_job(conn: Connection, row: Job, due: str = "") -> None:
    """Insert or replace a job; ``due`` is when a hand station's job counts as done."""
    upsert(conn, job_table, "id", {**msgspec.structs.asdict(row), "due": due})


def _run(row: Any) -> Run:
    return Run(_order.decode(row.spec), row.state, row.made, row.scrapped)


def _job(row: Any) -> Job:
    return Job(**{name: row._mapping[name] for name in Job.__struct_fields__})


def _batch(row: Any) -> Batch:
    values = {name: row._mapping[name] for name in Batch.__struct_fields__}
    return Batch(**{**values, "lots": _lots.decode(row.lots)})


def runs(conn: Connection, scope: Scope, limit: int | None = None, **where: str) -> Sequence[Run]:
    """Return the runs in scope with the given column values (only the last ``limit``), by number."""
    if scope.nothing:
        return []
    query = select(run_table).order_by(run_table.c.number.desc()).limit(limit)
    if not scope.everything:
        query = query.where(run_table.c.customer == (scope.party or ""))
    for key, value in where.items():
        query = query.where(run_table.c[key] == value)
    return [_run(row) for row in conn.execute(query)][::-1]


def run(conn: Connection, scope: Scope, number: str) -> Run | None:
    """Return one run in scope."""
    return next(iter(runs(conn, scope, number=number)), None)


def batches(conn: Connection, scope: Scope, number: str) -> Sequence[Batch]:
    """Return the batches of a run in scope, in order."""
    if run(conn, scope, number) is None:
        return []
    query = select(batch_table).where(batch_table.c.run == number).order_by(batch_table.c.number)
    return [_batch(row) for row in conn.execute(query)]


def jobs(conn: Connection, scope: Scope, number: str | None = None) -> Sequence[Job]:
    """Return the jobs in scope, of one run or of all open runs."""
    if scope.nothing:
        return []
    query = select(job_table).join(run_table, run_table.c.number == job_table.c.run)
    query = query.where(run_table.c.state == "open") if number is None else query.where(job_table.c.run == number)
    if not scope.everything:
        query = query.where(run_table.c.customer == (scope.party or ""))
    return [_job(row) for row in conn.execute(query.order_by(job_table.c.batch, job_table.c.seq))]


def near(conn: Connection, scope: Scope, station: str, group: str) -> Sequence[Job]:
    """Return the jobs in scope of the open batches that are at a station or wait for its group: what one must know of to say what is next there."""
    if not scope.everything:
        return []
    here = (job_table.c.station == station) & job_table.c.state.in_(("released", "running"))
    batches = select(job_table.c.batch).where(here | ((job_table.c.group == group) & (job_table.c.state == "waiting")))
    query = select(job_table).join(run_table, run_table.c.number == job_table.c.run).where(run_table.c.state == "open", job_table.c.batch.in_(batches))
    return [_job(row) for row in conn.execute(query.order_by(job_table.c.batch, job_table.c.seq))]


def job(conn: Connection, scope: Scope, key: str) -> Job | None:
    """Return one job in scope."""
    row = conn.execute(select(job_table).where(job_table.c.id == key)).first()
    found = _job(row) if row is not None else None
    return found if found is not None and run(conn, scope, found.run) is not None else None


def hand_jobs(conn: Connection, scope: Scope) -> Sequence[tuple[Job, str]]:
    """Return the jobs under way by the clock at hand stations, with when each counts as done."""
    if not scope.everything:
        return []
    query = select(job_table).where(job_table.c.state == "running", job_table.c.machine_id == "", job_table.c.due != "")
    return [(_job(row), row.due) for row in conn.execute(query)]
