"""Which steps of the first start are done: told from what there is."""

from collections.abc import Callable

from plait.kernel.actor import Scope
from plait.overview.today import tables
from plait.overview.today.sources.common import Ground

__all__ = ["done"]

ALL = Scope(everything=True)


async def done(ground: Ground, phones: Callable[[], bool]) -> frozenset[str]:
    """Return the ids of the steps that are done; ``phones``: the node listens beyond this computer anyway."""
    firm = ground.guard.firm()
    allowed = await ground.store.latest(("admin.phones_allowed", "admin.phones_stopped"))
    there = {
        "firm": bool(firm.name and firm.region),
        "class": bool(firm.isic),
        "partner": bool(ground.directory.members()),
        "phones": phones() or (allowed is not None and allowed.kind == "admin.phones_allowed"),
        **await ground.read(lambda conn: tables.there(conn, ALL, firm.party_id)),
    }
    return frozenset(step for step, is_so in there.items() if is_so)
