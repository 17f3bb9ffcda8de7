"""The doctor of a running node."""

import asyncio
import threading
from pathlib import Path

from plait.kernel.activity import Activity
from plait.kernel.actor import Actor
from plait.kernel.os import rss_mb
from plait.kernel.ports import Guard
from plait.kernel.settings import Settings
from plait.store import Store
from plait.upkeep import tables
from plait.upkeep.health.folder import examine
from plait.upkeep.health.model import Check, Report, worst

__all__ = ["HealthService"]

SLOW = 1000


class HealthService:
    """Looks at everything that can be wrong with the node and repairs nothing."""

    def __init__(self, store: Store, guard: Guard, activity: Activity, folder: Path, settings: Settings) -> None:
        self.store = store
        self.guard = guard
        self._activity = activity
        self._folder = folder
        self._settings = settings

    async def report(self, actor: Actor, *, full: bool = False) -> Report:
        """Return what is so and what to do; ``full`` also walks the whole chain of facts. Needs ``admin.health``."""
        self.guard.require(actor, "admin.health")
        checks = await asyncio.to_thread(examine, self._folder, self._settings)
        checks += [self._node(), await self._chain(full), await self._deliveries(), self._followers()]
        return Report(worst(checks), checks)

    def _node(self) -> Check:
        busy = self._activity.busy()
        work = ", ".join(f"{count} {name}" for name, count in sorted(busy.items()) if name != "http")
        figures: dict[str, int | float | str] = {"rss_mb": round(rss_mb(), 1), "threads": threading.active_count()}
        return Check("node", "ok", f"The node runs and is busy with {work}." if work else "The node runs and is idle.", "", figures)

    async def _chain(self, full: bool) -> Check:
        if not full:
            head = await self.store.head()
            return Check("chain", "ok", f"The log ends at fact {head}; its end is checked at each start.", "", {"facts": head})
        report = await self.store.verify()
        figures: dict[str, int | float | str] = {"facts": report.facts, "erased": report.erased}
        if report.ok:
            return Check("chain", "ok", f"All {report.facts} facts were walked and the chain is whole.", "", figures)
        return Check("chain", "bad", f"The chain breaks at fact {report.broken_at}: {report.reason}.", "Restore the last backup; keep this folder.", figures)

    async def _deliveries(self) -> Check:
        states = await self.store.read(tables.outbox_states)
        waiting, refused = states.get("waiting", 0), states.get("refused", 0)
        figures: dict[str, int | float | str] = {"waiting": waiting, "refused": refused}
        if refused or waiting:
            what = f"{waiting} deliveries wait and {refused} were refused by partners."
            return Check("deliveries", "look", what, "See /api/v1/deliveries: a partner may be away, or must be asked why it refuses.", figures)
        return Check("deliveries", "ok", "Everything sent to partners has arrived.", "", figures)

    def _followers(self) -> Check:
        views = self.store.followers()
        parked = [view for view in views if view.tries]
        behind = max((view.behind for view in views), default=0)
        figures: dict[str, int | float | str] = {"followers": len(views), "parked": len(parked), "behind": behind}
        if parked:
            what = f"{parked[0].name} cannot go on behind fact {parked[0].seq} after {parked[0].tries} tries: {parked[0].error}."
            return Check("followers", "bad", what, "See the log for the cause; the node tries again by itself.", figures)
        if behind > SLOW:
            return Check("followers", "look", f"A follower is {behind} facts behind.", "Wait; if it does not catch up, see the log.", figures)
        return Check("followers", "ok", "All followers keep up with the log.", "", figures)
