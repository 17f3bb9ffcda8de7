"""What the sources have in common."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Directory, Guard
from plait.overview.today.model import Need
from plait.overview.words import count
from plait.store import Store

__all__ = ["Ground", "rest"]

R = TypeVar("R")


class Ground:
    """What a source stands on."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, directory: Directory) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.directory = directory

    def scope(self, actor: Actor, action: str, kind: str) -> Scope:
        """Return what the actor may see of a kind; raise ``forbidden`` or ``not-found`` when it may not do ``action`` or is no one of ours."""
        self.guard.require(actor, action)
        scope = self.guard.scope(actor, "read", kind)
        scope.own("The firm's own affairs")
        return scope

    async def read(self, call: Callable[[Connection], R]) -> R:
        """Read in a thread: the loop is not kept waiting."""
        return await asyncio.to_thread(self.store.read_now, call)

    def name(self, party: str) -> str:
        """Return what a partner is called, its party_id when it is not known."""
        member = self.directory.member(party) if party else None
        return member.name if member is not None else party


def rest(needs: list[Need], total: int, text: str, link: str) -> list[Need]:
    """Return needs, and where there are more than are named one more that says how many (``{count}`` in ``text``)."""
    more = total - len(needs)
    if more <= 0 or not needs:
        return needs
    last = needs[-1]
    return [*needs, Need(id=f"{last.kind}/more", kind=last.kind, severity=last.severity, text=text, values={"count": count(more)}, link=link, count=more)]
