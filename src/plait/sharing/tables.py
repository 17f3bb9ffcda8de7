"""The timeline of every negotiation and transfer: each message with its direction, status and reason."""

import msgspec
from sqlalchemy import Column, Connection, Integer, Table, Text, insert, select

from plait.kernel.actor import Scope
from plait.store import metadata

__all__ = ["StepView", "note", "timeline"]

step_table = Table(
    "sharing_step",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("process", Text, nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
)


class StepView(msgspec.Struct, frozen=True):
    """One step of a process: ``direction`` is in, out, or own (a decision here); ``state`` the state it led to."""

    at: str
    direction: str
    message: str
    state: str
    reason: str = ""


def note(conn: Connection, process: str, step: StepView) -> None:
    """Enter a step."""
    conn.execute(insert(step_table).values(process=process, at=step.at, direction=step.direction, message=step.message, state=step.state, reason=step.reason))


def timeline(conn: Connection, scope: Scope, process: str) -> list[StepView]:
    """Return the steps of one process in order, to whoever may see everything of sharing."""
    if not scope.everything:
        return []
    query = select(step_table).where(step_table.c.process == process).order_by(step_table.c.id)
    return [StepView(row.at, row.direction, row.message, row.state, row.reason) for row in conn.execute(query)]
