"""The verbs of what machines did: learn it from facts, tell it by time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from plait.infrastructure.past import rules, tables
from plait.infrastructure.past.model import MOST_DAYS, Cycle, Stretch, Work
from plait.infrastructure.past.rules import Change, Span
from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.facts import Fact
from plait.kernel.ports import Guard
from plait.kernel.problems import INVALID, Problem
from plait.store import Store, Tx, from_ms, ms_of

__all__ = ["KINDS", "HistoryService", "check_span"]

KINDS = frozenset({"machine.state_changed", "machine.cycle_finished"})


def check_span(since: datetime, until: datetime) -> None:
    """Raise ``invalid`` when the time asked for is none, or too long."""
    if until <= since:
        raise Problem(INVALID, "until: does not lie after since.", field="until")
    if until - since > timedelta(days=MOST_DAYS):
        raise Problem(INVALID, f"since: at most {MOST_DAYS} days at once.", field="since")


def _said(body: Any, name: str) -> Any:
    """Return what a fact says, also one whose kind is not registered in this process."""
    return body.get(name) if isinstance(body, dict) else getattr(body, name, None)


class HistoryService:
    """States, jobs and cycles by time, for whoever may see the machine."""

    def __init__(self, store: Store, guard: Guard) -> None:
        self.store = store
        self.guard = guard

    async def learn(self, fact: Fact, body: Any) -> None:
        """Take up what a fact of ``KINDS`` says; the same fact again changes nothing."""
        if body is None:
            return
        me = system_actor(self.guard.firm().party_id, "past")

        def work(tx: Tx) -> None:
            if fact.kind == "machine.state_changed":
                tables.put_change(tx.conn, fact.seq, body.machine_id, Change(ms_of(body.at), body.state, body.reason))
            else:
                at, good, scrap = _said(body, "ended") or fact.at, float(_said(body, "parts") or 0), float(_said(body, "scrap") or 0)
                tables.put_cycle(tx.conn, fact.seq, _said(body, "machine_id"), ms_of(at), float(_said(body, "seconds") or 0), good, scrap)

        await self.store.write(me, work)

    def _scope(self, actor: Actor) -> Scope:
        self.guard.require(actor, "machines.read")
        return self.guard.scope(actor, "read", "machine")

    async def states(self, actor: Actor, machine_id: str, since: datetime, until: datetime, most: int = 0) -> list[Stretch]:
        """Return the stretches of a machine's states in the time, in order; with ``most`` about so many, as they look from afar."""
        scope = self._scope(actor)
        check_span(since, until)
        low, high = ms_of(since), ms_of(until)

        def read(conn: Any) -> list[Span]:
            found = rules.stretches(tables.changes(conn, scope, machine_id, low, high), low, high)
            return rules.coarse(found, low, high, most) if most else found

        return [Stretch(each.state, from_ms(each.since), from_ms(each.until), each.reason) for each in await self.store.read(read)]

    async def cycles(self, actor: Actor, machine_id: str, since: datetime, until: datetime) -> list[Cycle]:
        """Return the cycles of a machine that ended in the time."""
        scope = self._scope(actor)
        check_span(since, until)
        return await self.store.read(lambda conn: tables.cycles(conn, scope, machine_id, ms_of(since), ms_of(until)))

    async def worked(self, actor: Actor, since: datetime, until: datetime, machine_id: str = "") -> Sequence[Work]:
        """Return the jobs that ran in the time, of one machine or of all."""
        scope = self._scope(actor)
        check_span(since, until)
        return await self.store.read(lambda conn: tables.worked(conn, scope, ms_of(since), ms_of(until), machine_id))

    async def first(self, actor: Actor, machine_id: str) -> datetime | None:
        """Return when something was first known of a machine."""
        scope = self._scope(actor)
        found = await self.store.read(lambda conn: tables.first(conn, scope, machine_id))
        return None if found is None else from_ms(found)
