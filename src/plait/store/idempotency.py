"""Answers kept under the caller's idempotency key, in the same transaction as what they answer.

After the IETF draft "The Idempotency-Key HTTP Header Field": a repeat is given the first answer and does nothing; the
same key with another content is refused (section 2.7). A key belongs to whoever used it, so nobody reads another's
answer by guessing; a partner keeps its keys when its address, and with it its DID, changes.
"""

from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select

from plait.kernel.actor import Actor
from plait.kernel.once import Once
from plait.kernel.problems import Problem, register
from plait.store.tables import once

__all__ = ["REUSED", "keep", "prune", "recall"]

REUSED = register("key-reused", 422, "This idempotency key was used for another content", "Send the first content again, or use a new key.")


def owners(actor: Actor) -> tuple[str, ...]:
    """Return under which names the actor's keys may stand, the one for new keys first."""
    if actor.kind == "partner" and actor.party:
        return (f"partner:{actor.party}", actor.label)
    return (actor.label,)


def recall(conn: Connection, actor: Actor, key: str, result: Any = None) -> tuple[bool, Any]:
    """Return whether ``key`` was used before, and the answer then given, as ``result`` if a type is named; raise ``key-reused``."""
    row = conn.execute(select(once.c.answer, once.c.digest).where(once.c.actor.in_(owners(actor)), once.c.key == key)).first()
    if row is None:
        return False, None
    digest = key.digest if isinstance(key, Once) else ""
    if digest and row.digest and digest != row.digest:
        raise Problem(REUSED, f"Key {key[:100]!r} belongs to an earlier request with another content.")
    return True, msgspec.json.decode(bytes(row.answer), type=result) if result is not None else msgspec.json.decode(bytes(row.answer))


def keep(conn: Connection, actor: Actor, key: str, recorded: str, answer: Any) -> None:
    """Keep the answer under ``key``."""
    digest = key.digest if isinstance(key, Once) else ""
    conn.execute(insert(once).values(actor=owners(actor)[0], key=str(key), digest=digest, recorded=recorded, answer=msgspec.json.encode(answer)))


def prune(conn: Connection, before: str) -> int:
    """Forget keys recorded before ``before`` (RFC 3339 text, system time); return how many."""
    return conn.execute(delete(once).where(once.c.recorded < before)).rowcount
