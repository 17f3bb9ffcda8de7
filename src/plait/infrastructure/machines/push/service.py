"""What is posted for a machine by HTTP: on disk before it is answered, decoded after."""

import msgspec

from plait.infrastructure.machines import tables
from plait.infrastructure.machines.model import BAD_MACHINE, NO_MACHINE
from plait.infrastructure.machines.push.rules import HTTP, Pushed, from_json, from_lines
from plait.infrastructure.mqtt.ingest import BrokerIngest
from plait.kernel.actor import Actor, Scope
from plait.kernel.ports import Guard
from plait.kernel.problems import MALFORMED, Problem
from plait.store import Store

__all__ = ["PushService"]

ALL = Scope(everything=True)


class PushService:
    """Takes values for machines of the adapter ``push``."""

    def __init__(self, store: Store, guard: Guard, ingest: BrokerIngest) -> None:
        self.store = store
        self.guard = guard
        self._ingest = ingest

    async def push(self, actor: Actor, machine_id: str, content: bytes, *, lines: bool) -> None:
        """Take values as JSON or as lines; return when they are on disk. Raise ``no-such-machine``, ``bad-machine``, ``malformed``, ``invalid``."""
        self.guard.require(actor, "machines.push")
        row = await self.store.read(lambda conn: tables.machine(conn, ALL, machine_id))
        if row is None:
            raise Problem(NO_MACHINE, f"There is no machine {machine_id[:64]!r}.")
        if row.machine.adapter != "push":
            raise Problem(BAD_MACHINE, f"{machine_id} is linked by {row.machine.adapter}: nothing can be posted for it.")
        content = msgspec.json.encode(_read(content, lines=lines))
        # What is answered is also decoded, though the link to the machine may still be being made.
        await self._ingest.keep("push")
        await self._ingest.publish(f"{HTTP}/{machine_id}", content)


def _read(content: bytes, *, lines: bool) -> list[Pushed]:
    try:
        return from_lines(content.decode("utf-8")) if lines else from_json(msgspec.json.decode(content))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(MALFORMED, f"Neither JSON nor lines of text: {error}") from error
