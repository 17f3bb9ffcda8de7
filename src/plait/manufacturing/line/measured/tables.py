"""Rows of measured jobs and of proposals."""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Float, Index, Integer, LargeBinary, Table, Text, select

from plait.kernel.actor import Scope
from plait.manufacturing.line.measured.model import JobTimes, Proposal
from plait.store import from_ms, metadata, ms_of, upsert

__all__ = ["drop_proposal", "jobs", "last", "proposal", "proposals", "put_job", "put_proposal", "sequences"]

job_table = Table(
    "measured_job",
    metadata,
    Column("job_id", Text, primary_key=True),
    Column("part_id", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("group", Text, nullable=False),
    Column("machine_id", Text, nullable=False),
    Column("setup_min", Float),
    Column("run_min", Float, nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("scrap", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("measured_job_part", "part_id", "revision", "seq", "at"),
)
proposal_table = Table(
    "measured_proposal",
    metadata,
    Column("id", Text, primary_key=True),
    Column("part_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("spec", LargeBinary, nullable=False),
    Index("measured_proposal_part", "part_id", "seq", "at"),
)
_proposal = msgspec.json.Decoder(Proposal)


def put_job(conn: Connection, part_id: str, revision: str, seq: int, group: str, row: JobTimes) -> None:
    """Write what a job took; the same job again replaces it."""
    values = {"part_id": part_id, "revision": revision, "seq": seq, "group": group, **msgspec.structs.asdict(row), "at": ms_of(row.at)}
    upsert(conn, job_table, "job_id", values)


def _job(row: Any) -> JobTimes:
    return JobTimes(row.job_id, row.machine_id, row.setup_min, row.run_min, row.pieces, row.scrap, from_ms(row.at))


def jobs(conn: Connection, scope: Scope, part_id: str, revision: str, seq: int, group: str, limit: int) -> list[JobTimes]:
    """Return the latest jobs of an operation on a group of machines; only our own people see them."""
    if not scope.everything:
        return []
    c = job_table.c
    query = select(job_table).where(c.part_id == part_id, c.revision == revision, c.seq == seq, c.group == group)
    return [_job(row) for row in conn.execute(query.order_by(c.at.desc(), c.job_id).limit(limit))]


def sequences(conn: Connection, scope: Scope, part_id: str, revision: str) -> set[int]:
    """Return which operations of a part have been measured."""
    if not scope.everything:
        return set()
    query = select(job_table.c.seq).where(job_table.c.part_id == part_id, job_table.c.revision == revision).distinct()
    return set(conn.execute(query).scalars())


def proposals(conn: Connection, scope: Scope, state: str = "", part_id: str = "", limit: int = 500) -> list[Proposal]:
    """Return the proposals (in one state, of one part), the latest first; only our own people see them."""
    if not scope.everything:
        return []
    query = select(proposal_table.c.spec).order_by(proposal_table.c.at.desc(), proposal_table.c.id.desc()).limit(limit)
    if state:
        query = query.where(proposal_table.c.state == state)
    if part_id:
        query = query.where(proposal_table.c.part_id == part_id)
    return [_proposal.decode(spec) for spec in conn.execute(query).scalars()]


def last(conn: Connection, scope: Scope, part_id: str, seq: int) -> Proposal | None:
    """Return the latest proposal for an operation."""
    return next((each for each in proposals(conn, scope, part_id=part_id) if each.seq == seq), None)


def proposal(conn: Connection, scope: Scope, id: str) -> Proposal | None:
    """Return one proposal."""
    if not scope.everything:
        return None
    spec = conn.execute(select(proposal_table.c.spec).where(proposal_table.c.id == id)).scalar_one_or_none()
    return None if spec is None else _proposal.decode(spec)


def put_proposal(conn: Connection, row: Proposal) -> None:
    """Insert or replace a proposal."""
    values = {"id": row.id, "part_id": row.part_id, "seq": row.seq, "state": row.state, "at": ms_of(row.at), "spec": msgspec.json.encode(row)}
    upsert(conn, proposal_table, "id", values)


def drop_proposal(conn: Connection, id: str) -> None:
    """Take a proposal out that has become needless before anybody decided."""
    conn.execute(proposal_table.delete().where(proposal_table.c.id == id))
