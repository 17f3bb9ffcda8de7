"""The doctor of a running node."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median

import structlog

from plait.infrastructure.mqtt import Broker
from plait.kernel.activity import Activity
from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM, iso
from plait.kernel.os import rss_mb
from plait.kernel.ports import Guard
from plait.kernel.settings import Settings
from plait.store import Store
from plait.upkeep import tables
from plait.upkeep.backup.service import BackupService
from plait.upkeep.health import contents
from plait.upkeep.health.folder import examine
from plait.upkeep.health.model import Check, Report, worst
from plait.upkeep.mqtt import checks as mqtt_checks
from plait.web.breaker import Breakers

__all__ = ["HealthService"]

SLOW = 1000
APART_S = 60.0
OLD = timedelta(days=2)
PAUSE_S = 0.005
FIRST_S = 600.0
DAY_S = 86_400.0

_log = structlog.get_logger("plait.upkeep")


class HealthService:
    """Looks at everything that can be wrong with the node and repairs nothing."""

    def __init__(
        self,
        store: Store,
        guard: Guard,
        activity: Activity,
        folder: Path,
        settings: Settings,
        lines: Breakers,
        backups: BackupService,
        mail: Callable[[], str] = str,
        phones: Callable[[], str] = str,
        mqtt: Broker | None = None,
    ) -> None:
        self.store = store
        self.guard = guard
        self.lines = lines
        self.backups = backups
        self._mail = mail
        self._phones = phones
        self._mqtt = mqtt
        self._walked: Check | None = None
        self._contents: list[Check] = []
        self._activity = activity
        self._folder = folder
        self._settings = settings

    async def report(self, actor: Actor, *, full: bool = False) -> Report:
        """Return what is so and what to do; ``full`` also walks the whole chain of facts and reads everything else. Needs ``admin.health``."""
        self.guard.require(actor, "admin.health")
        checks = await asyncio.to_thread(examine, self._folder, self._settings)
        if full:
            await self.read_through()
        checks += self._contents
        checks += [self._node(), await self._chain(full), await self._deliveries(), self._followers(), self._partners(), self._time(), await self._backups()]
        checks += self._mailbox() + self._network() + (mqtt_checks(self._mqtt) if self._mqtt is not None else [])
        return Report(worst(checks), checks)

    def _mailbox(self) -> list[Check]:
        """Say whether the firm's mailbox can be read, where one is set."""
        host = self._settings.mailbox.host
        if not host:
            return []
        why = self._mail()
        if why:
            return [Check("mailbox", "bad", f"The mailbox at {host} cannot be read: {why}.", "Check host, user, password and certificates under [mailbox].")]
        return [Check("mailbox", "ok", f"The mailbox at {host} is looked into every {self._settings.mailbox.every_minutes:g} minutes.", "")]

    def _network(self) -> list[Check]:
        """Say why phones cannot come, where they are allowed and cannot."""
        why = self._phones()
        do = "Free the port, or allow another with `plait phones allow`."
        return [Check("phones", "look", f"Phones are allowed but cannot come: {why}", do)] if why else []

    def _node(self) -> Check:
        busy = self._activity.busy()
        work = ", ".join(f"{count} {name}" for name, count in sorted(busy.items()) if name != "http")
        figures: dict[str, int | float | str] = {"rss_mb": round(rss_mb(), 1), "threads": threading.active_count()}
        return Check("node", "ok", f"The node runs and is busy with {work}." if work else "The node runs and is idle.", "", figures)

    async def _chain(self, full: bool) -> Check:
        if full:
            return await self.walk()
        if self._walked is not None:
            return self._walked
        head = await self.store.head()
        return Check("chain", "ok", f"The log ends at fact {head}; it is walked from its beginning once a day.", "", {"facts": head})

    async def walk(self, pause_s: float = 0.0) -> Check:
        """Walk the whole chain of facts, resting ``pause_s`` between pieces, and remember what was found."""
        report = await self.store.verify(pause_s=pause_s)
        figures: dict[str, int | float | str] = {"facts": report.facts, "erased": report.erased, "walked": iso(SYSTEM.now())}
        if report.ok:
            what = f"All {report.facts} facts were walked on {SYSTEM.now():%d %b %H:%M} UTC and the chain is whole."
            self._walked = Check("chain", "ok", what, "", figures)
        else:
            what = f"The chain breaks at fact {report.broken_at}: {report.reason}."
            self._walked = Check("chain", "bad", what, "Restore the last backup; keep this folder.", figures)
            _log.error("the chain of facts is broken", fact=report.broken_at, reason=report.reason)
        return self._walked

    async def read_through(self, pause_s: float = 0.0) -> list[Check]:
        """Read everything else in the node's files, resting ``pause_s`` between pieces, and remember what was found."""
        over = threading.Event()
        look = asyncio.to_thread(contents.examine, self._folder, self.store.look, self.backups.events.look, lambda: SYSTEM.pause(pause_s), over.is_set)
        work = asyncio.ensure_future(look)
        try:
            self._contents = await asyncio.shield(work)
        except asyncio.CancelledError:
            over.set()
            await asyncio.gather(work, return_exceptions=True)
            raise
        for check in self._contents:
            if check.verdict == "bad":
                _log.error("what lies in the files is not what was written", check=check.name, found=check.what)
        return self._contents

    async def run(self) -> None:
        """Walk the chain and read everything else once a day until cancelled."""
        while True:
            await SYSTEM.sleep(DAY_S if self._walked else FIRST_S)
            await self.walk(PAUSE_S)
            await self.read_through(PAUSE_S)

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

    def _partners(self) -> Check:
        lines = self.lines.lines()
        figures: dict[str, int | float | str] = {"not_called": len(lines)}
        if not lines:
            return Check("partners", "ok", "No partner failed to answer of late.", "", figures)
        origin, line = next(iter(lines.items()))
        more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
        what = f"{origin}{more} did not answer and is tried again by itself: {line.why}"
        return Check("partners", "look", what, "See `plait deliveries list`; if it lasts, ask the partner whether its node runs.", figures)

    def _time(self) -> Check:
        ahead = self.lines.clocks()
        if not ahead:
            return Check("time", "ok", "No partner has told the time since the start.")
        apart = median(ahead)
        figures: dict[str, int | float | str] = {"partners": len(ahead), "seconds": round(apart, 1)}
        if abs(apart) < APART_S:
            return Check("time", "ok", f"The clock agrees with those of {len(ahead)} partners.", "", figures)
        what = f"The clock is {abs(apart):.0f} s {'behind' if apart > 0 else 'ahead of'} those of {len(ahead)} partners."
        return Check("time", "look", what, "Set the computer's clock by a time server; signatures and offers end by the clock.", figures)

    async def _backups(self) -> Check:
        last, target = await self.backups.last_good(), self.backups.settings.target
        failed = next((view for view in (await self.backups.views())[:1] if not view.ok), None)
        figures: dict[str, int | float | str] = {"last": iso(last) if last else ""}
        if failed is not None:
            return Check(
                "backups", "bad", f"The last backup to {failed.target} failed: {failed.reason}", "Remove the cause; it is tried again by itself.", figures
            )
        if last is None and not target:
            return Check("backups", "look", "No backup was ever made.", "Set backup.target in plait.toml, or run `plait backup DIR`.", figures)
        if last is None:
            return Check("backups", "look", "The first backup has not been made yet.", "Wait for it, or run `plait backup`.", figures)
        age = SYSTEM.now() - last
        if age > OLD:
            return Check("backups", "bad", f"The last backup is {age.days} days old.", "Run `plait backup`; set backup.target to have one each day.", figures)
        return Check("backups", "ok", f"The last backup was made on {last:%d %b %H:%M} UTC.", "", figures)
