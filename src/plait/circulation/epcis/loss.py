"""Events that the fact log tells of and the event store has lost.

Events are on disk before the fact that tells of them, so the event of the last such fact must be there, as it was captured: one
that declares an error has the id of another event. If it is not, the end of the event store is gone: a damaged file, or an old
one put back by hand.
"""

from collections.abc import Callable, Collection, Mapping

import msgspec
from sqlalchemy import Connection

from plait.circulation.epcis import tables
from plait.circulation.epcis.model import Captured
from plait.kernel.actor import Actor
from plait.kernel.facts import decode, fact
from plait.kernel.problems import Problem, register
from plait.store import Base, Store, Tx
from plait.store.log import read_facts

__all__ = ["EVENTS_LOST", "EventsLossAccepted", "accept", "check", "compare", "lost"]

EVENTS_LOST = register(
    "events-lost",
    500,
    "The event store has lost events that were on disk",
    "Restore the last backup with `plait restore`. If there is none, `plait accept-loss` goes on with what is left.",
)
CAPTURED = "epcis.captured"
ACCEPTED = "epcis.loss_accepted"
NAMED = 1000
BATCH = 1000


@fact(ACCEPTED)
class EventsLossAccepted(msgspec.Struct, frozen=True):
    """Events that the log tells of are gone: how many, and the ids of the last of them (at most 1,000)."""

    events: int
    ids: tuple[str, ...]


async def check(store: Store, events: Base) -> None:
    """Raise ``events-lost`` unless the event of the last fact about one is in the event store, or its loss was accepted."""
    last = await store.latest((CAPTURED, ACCEPTED))
    body = decode(last) if last is not None else None
    if not isinstance(body, Captured):
        return
    if _gone(body, await events.read(lambda conn: tables.digests(conn, [body.event_id]))):
        raise Problem(EVENTS_LOST, f"The fact log tells of event {body.event_id}, and the event store does not have it.")


def _gone(body: Captured, there: Mapping[str, Collection[str]]) -> bool:
    """Tell whether the event is not among the digests ``there``, by id, of what the event store has."""
    found = there.get(body.event_id, ())
    return body.digest not in found if body.digest else not found


async def lost(store: Store, events: Base, step: Callable[[int], None] = lambda seq: None) -> list[str]:
    """Return the ids of all events that facts tell of and that are not there, in order; ``step`` is told the fact looked at."""
    gone: list[str] = []
    after = 0
    while facts := await store.facts(after, BATCH, kinds=(CAPTURED,)):
        told = [body for body in map(decode, facts) if isinstance(body, Captured)]
        there = await events.read(lambda conn, told=told: tables.digests(conn, {body.event_id for body in told}))  # type: ignore[misc]
        gone += [body.event_id for body in told if _gone(body, there)]
        after = facts[-1].seq
        step(after)
    return gone


def compare(facts: Connection, events: Connection, after: int = 0) -> tuple[int, list[str]]:
    """Compare the events that the next facts above ``after`` tell of with those in the event store.

    Return the last fact looked at (0: there were none) and in words what is gone or not as it was captured.
    """
    rows = read_facts(facts, after, BATCH, kinds=(CAPTURED,))
    told = [body for body in map(decode, rows) if isinstance(body, Captured)]
    there = tables.digests(events, {body.event_id for body in told})
    wrong = [f"event {body.event_id!r} is gone" for body in told if body.event_id not in there]
    wrong += [f"event {body.event_id!r} was changed" for body in told if body.digest and body.digest not in there.get(body.event_id, {body.digest})]
    return (rows[-1].seq if rows else 0), wrong


async def accept(store: Store, events: Base, actor: Actor) -> EventsLossAccepted | None:
    """Say in the log which events are gone; None when none are."""
    gone = await lost(store, events)
    if not gone:
        return None
    said = EventsLossAccepted(len(gone), tuple(gone[-NAMED:]))

    def work(tx: Tx) -> None:
        tx.append("epcis", said)

    await store.write(actor, work)
    return said
