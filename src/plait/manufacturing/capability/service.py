"""The verbs of capabilities: publish our own, remember others', find who can make a thing."""

from collections.abc import Sequence

from plait.kernel.actor import Actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.kernel.problems import Problem, register
from plait.manufacturing.capability import rules, tables
from plait.manufacturing.capability.index import ScanIndex
from plait.manufacturing.capability.model import Capability, CapabilityPublished, CapabilityRemembered, CapabilityWithdrawn, Found
from plait.manufacturing.requirement import Requirement
from plait.store import Store, Tx

__all__ = ["CapabilityService"]

NO_CAPABILITY = register("no-such-capability", 404, "There is no such capability", "Check the id under Capabilities.")


class CapabilityService:
    """What this firm and the firms it knows say they can do."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock

    async def publish(self, actor: Actor, capability: Capability, once: str | None = None) -> Capability:
        """Publish a capability, or change the one of the same id; raise ``bad-capability`` or ``unknown-code``."""
        self.guard.require(actor, "capability.write")
        rules.check_capability(capability)
        firm = self.guard.firm()

        def work(tx: Tx) -> None:
            if capability not in tables.offer(tx.conn, firm.party_id):
                tables.put_offer(tx.conn, firm.party_id, firm.name, [capability], replace=False)
                tx.append("capability", CapabilityPublished(capability.id, capability.process, capability))

        await self.store.write(actor, work, once=once)
        return capability

    async def withdraw(self, actor: Actor, id: str) -> None:
        """No longer offer a capability; raise ``no-such-capability``."""
        self.guard.require(actor, "capability.write")
        party = self.guard.firm().party_id

        def work(tx: Tx) -> None:
            known = next((row for row in tables.offer(tx.conn, party) if row.id == id), None)
            if known is None:
                raise Problem(NO_CAPABILITY, f"capability {id} is not published")
            tables.withdraw(tx.conn, party, id)
            tx.append("capability", CapabilityWithdrawn(id, known.process))

        await self.store.write(actor, work)

    async def published(self) -> list[Capability]:
        """Return what this firm publishes; it is public."""
        party = self.guard.firm().party_id
        return list(await self.store.read(lambda conn: tables.offer(conn, party)))

    async def remember(self, actor: Actor, party: str, name: str, capabilities: Sequence[Capability], once: str | None = None) -> None:
        """Note all that another firm publishes, in place of what was known of it; nothing new changes nothing.

        Codes unknown here are kept (they fit whoever asks for the same code). Raises ``bad-capability`` when an id stands twice.
        """
        self.guard.require(actor, "capability.write")
        if len({row.id for row in capabilities}) != len(capabilities):
            raise Problem(rules.BAD_CAPABILITY, f"{name} publishes two capabilities under one id")
        wanted = tuple(sorted(capabilities, key=lambda row: row.id))
        own = self.guard.firm().party_id
        if party == own:
            return

        def work(tx: Tx) -> None:
            if tables.known_name(tx.conn, party) == name and tables.offer(tx.conn, party) == wanted:
                return
            tables.put_offer(tx.conn, party, name, wanted, replace=True)
            tx.append("capability", CapabilityRemembered(party, name, len(wanted)))

        await self.store.write(actor, work, once=once)

    async def search(self, actor: Actor, requirement: Requirement) -> list[Found]:
        """Hold every other firm known against ``requirement``: those that fit first, by rate; for the others why not."""
        scope = self.guard.scope(actor, "read", "capability")
        firm = self.guard.firm()
        rows = await self.store.read(lambda conn: tables.firms(conn, scope))
        return ScanIndex(row for row in rows if row.party != firm.party_id).search(requirement, firm.currency)
