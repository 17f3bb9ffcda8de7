"""Answers kept under the caller's idempotency key, in the same transaction as what they answer.

After the IETF draft "The Idempotency-Key HTTP Header Field": a repeat is given the first answer and does nothing.
A key belongs to the actor who used it, so nobody reads another's answer by guessing.
"""

from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select

from plait.store.tables import once

__all__ = ["keep", "recall"]


def recall(conn: Connection, actor: str, key: str, result: Any = None) -> tuple[bool, Any]:
    """Return whether ``key`` was used before, and the answer then given, as ``result`` if a type is named."""
    row = conn.execute(select(once.c.answer).where(once.c.actor == actor, once.c.key == key)).first()
    if row is None:
        return False, None
    return True, msgspec.json.decode(bytes(row[0]), type=result) if result is not None else msgspec.json.decode(bytes(row[0]))


def keep(conn: Connection, actor: str, key: str, recorded: str, answer: Any) -> None:
    """Keep the answer under ``key``."""
    conn.execute(insert(once).values(actor=actor, key=key, recorded=recorded, answer=msgspec.json.encode(answer)))
