"""A node at another address than before: every partner is told, with a card signed by the key it has pinned, before it hears anything else from us."""

import asyncio

import msgspec
import structlog
from sqlalchemy import Column, Connection, Table, Text, delete, select

from plait.kernel.actor import system_actor
from plait.kernel.firm import Member
from plait.kernel.problems import UNREACHABLE, Problem
from plait.sharing.directory.model import Announcement
from plait.sharing.directory.rules import read_card
from plait.sharing.directory.service import DirectoryService
from plait.store import Tx, metadata, upsert

__all__ = ["PATH", "Moves"]

PATH = "/api/v1/directory/moved"
HEADERS = {"Content-Type": "application/json"}

_log = structlog.get_logger("plait.sharing")

untold_table = Table("directory_untold", metadata, Column("party", Text, primary_key=True))


def _untold(conn: Connection) -> set[str]:
    return set(conn.execute(select(untold_table.c.party)).scalars())


class Moves:
    """Who does not know yet where we are."""

    def __init__(self, directory: DirectoryService) -> None:
        self.directory = directory
        self.store = directory.store
        self._untold: set[str] = set()
        self._telling: dict[str, asyncio.Lock] = {}

    async def open(self, *, moved: bool) -> None:
        """Take up who is still to be told; if we have ``moved``, that is everybody, and a letter to each makes sure of it."""
        if moved:
            announcement = Announcement((await self.directory.own_card()).card)
            issued, body = read_card(announcement.card).issued, msgspec.json.encode(announcement)
            parties = [member.party_id for member in self.directory.members()]

            def work(tx: Tx) -> None:
                for party in parties:
                    upsert(tx.conn, untold_table, "party", {"party": party})
                    tx.post(party, PATH, body, key=f"moved:{issued}")

            await self.store.write(system_actor(self.directory.guard.firm().party_id, "directory"), work)
        self._untold = await self.store.read(_untold)

    async def introduce(self, partner: Member) -> None:
        """Tell ``partner`` where we are if it does not know; raise ``partner-unreachable`` if it cannot be told now."""
        if partner.party_id not in self._untold:
            return
        async with self._telling.setdefault(partner.party_id, asyncio.Lock()):
            if partner.party_id in self._untold:
                await self._tell(partner)

    async def _tell(self, partner: Member) -> None:
        content = msgspec.json.encode(Announcement((await self.directory.own_card()).card))
        answer = await self.directory.client.request("POST", f"{partner.url}{PATH}", headers=HEADERS, content=content)
        if answer.status >= 500 or answer.status in {408, 425, 429}:
            raise Problem(UNREACHABLE, f"{partner.name} cannot take our new address now: {answer.status}.")
        if answer.status >= 400:
            _log.warning("a partner does not take our new address", partner=partner.name, status=answer.status)
        self._untold.discard(partner.party_id)
        actor = system_actor(self.directory.guard.firm().party_id, "directory")
        await self.store.write(actor, lambda tx: tx.conn.execute(delete(untold_table).where(untold_table.c.party == partner.party_id)).rowcount)
