"""The verbs of the wall: all machines at a glance, one machine over time, links for screens."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from plait.infrastructure.machines.service import MachineService
from plait.infrastructure.past import HistoryService
from plait.infrastructure.past.service import check_span
from plait.infrastructure.signals.model import Series
from plait.infrastructure.signals.service import SignalService
from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.clock import SYSTEM, BusinessClock
from plait.kernel.ids import new_id
from plait.kernel.ports import Guard
from plait.kernel.problems import INVALID, NOT_FOUND, Problem
from plait.kernel.texts import language_of
from plait.overview.wall import rules, tables
from plait.overview.wall.model import (
    GONE,
    NO_LINK,
    Curve,
    Goal,
    MachinePicture,
    Mark,
    Span,
    Wall,
    WallLink,
    WallLinkAsked,
    WallLinkClosed,
    WallLinkMade,
    WallLinkNew,
)
from plait.store import Store, Tx, ms_of

__all__ = ["MOST_LINKS", "MOST_SIGNALS", "WIDEST", "WallService"]

ALL = Scope(everything=True)
MOST_LINKS = 100
MOST_SIGNALS = 24
WIDEST = 4000
MOST_POINTS = 8000
POWER_STEPS = 500
MOMENT = timedelta(milliseconds=1)
FRESH_S = 10.0
SEEN_S = 60.0

Goals = Callable[[Actor], Awaitable[Mapping[str, Goal]]]
Alarms = Callable[[Actor], Awaitable[Mapping[str, int]]]
Marks = Callable[[Actor, str, datetime, datetime], Awaitable[Sequence[Mark]]]


async def _none(actor: Actor) -> Mapping[str, int]:
    del actor
    return {}


async def _no_marks(actor: Actor, machine_id: str, since: datetime, until: datetime) -> Sequence[Mark]:
    del actor, machine_id, since, until
    return ()


class WallService:
    """Machines as people see them. ``goals`` says how far each is in its shift, ``alarms`` how many wait, ``marks`` which there were."""

    def __init__(
        self,
        store: Store,
        guard: Guard,
        clock: BusinessClock,
        machines: MachineService,
        past: HistoryService,
        signals: SignalService,
        goals: Goals,
        alarms: Alarms = _none,
        marks: Marks = _no_marks,
    ) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self._machines = machines
        self._past = past
        self._signals = signals
        self._goals = goals
        self._alarms = alarms
        self._marks = marks
        self._known: tuple[float, Mapping[str, Goal]] | None = None
        self._seen: dict[str, float] = {}

    async def wall(self, actor: Actor, area: str = "") -> Wall:
        """Return all machines as tiles, or only those of one ``area``."""
        self.guard.require(actor, "machines.read")
        if self.guard.scope(actor, "read", "machine").nothing:
            raise Problem(NOT_FOUND, "Machines are the firm's own.")
        found = await self._machines.all(actor)
        now = self.clock.now()
        works = await self._past.worked(actor, now - MOMENT, now + MOMENT)
        tiles = rules.tiles(found, works, await self._shift(actor), await self._waiting(actor))
        return Wall(now, tuple(tile for tile in tiles if not area or tile.area == area))

    async def _shift(self, actor: Actor) -> Mapping[str, Goal]:
        """Return each machine's goal, worked out at most every ten seconds however many look; a partner sees none."""
        if not self.guard.scope(actor, "read", "machine").everything:
            return {}
        if self._known is None or SYSTEM.monotonic() - self._known[0] > FRESH_S:
            try:
                goals = await self._goals(actor)
            except Problem:
                goals = {}
            self._known = (SYSTEM.monotonic(), goals)
        return self._known[1]

    async def _waiting(self, actor: Actor) -> Mapping[str, int]:
        """Return how many alarms wait, by machine; none for who may not see alarms."""
        try:
            return await self._alarms(actor)
        except Problem:
            return {}

    async def picture(
        self, actor: Actor, machine_id: str, since: datetime, until: datetime, width: int = 1000, signals: Sequence[str] | None = None
    ) -> MachinePicture:
        """Return one machine between two moments, drawn ``width`` points wide; ``signals`` by their name within the machine (None: all, up to 24).

        Raise ``no-such-machine`` and ``invalid``.
        """
        await self._machines.one(actor, machine_id)
        check_span(since, until)
        if not 50 <= width <= WIDEST:
            raise Problem(INVALID, f"width: 50 to {WIDEST}.", field="width")
        now = self.clock.now()
        low, high = ms_of(since), ms_of(until)
        states = await self._past.states(actor, machine_id, since, min(until, now), width) if since < now else []
        works = await self._past.worked(actor, since, until, machine_id)
        first = await self._past.first(actor, machine_id)
        known = await self._of(actor, machine_id)
        curves, gaps = await self._curves(actor, machine_id, known, since, until, width, signals)
        try:
            marks = await self._marks(actor, machine_id, since, until)
        except Problem:
            marks = ()
        jobs = [
            Span(ms_of(max(work.started, since)), ms_of(min(work.ended or now, until)), work.state, f"{work.operation} {work.part}".strip() or work.job_id)
            for work in works[-width:]
        ]
        spans = [Span(ms_of(each.since), ms_of(each.until), each.state, each.reason) for each in states]
        energy = sum(rules.energy_in(work, since, until, now) for work in works)
        power = await self._power(actor, known, since, min(until, now))
        begun = None if first is None else ms_of(first)
        return MachinePicture(machine_id, low, high, ms_of(now), begun, spans, jobs, gaps, list(marks), curves, energy, power)

    async def _of(self, actor: Actor, machine_id: str) -> list[Series]:
        try:
            return [each for each in await self._signals.series(actor) if each.name.startswith(f"{machine_id}.")]
        except Problem:
            return []

    async def _curves(
        self, actor: Actor, machine_id: str, known: Sequence[Series], since: datetime, until: datetime, width: int, wanted: Sequence[str] | None
    ) -> tuple[list[Curve], list[Span]]:
        names = None if wanted is None else {f"{machine_id}.{name}" for name in wanted}
        curves: list[Curve] = []
        gaps: dict[tuple[int, int], Span] = {}
        for series in [each for each in known if names is None or each.name in names][:MOST_SIGNALS]:
            view = await self._signals.picture(actor, series.name, since, until, min(2 * width, MOST_POINTS))
            at, value, words = rules.drawn(view.values, ms_of(since))
            name = series.name.removeprefix(f"{machine_id}.")
            when = None if series.at is None else ms_of(series.at)
            curves.append(Curve(name, series.title or name, rules.sign_of(series.unit), at, value, view.of, words, series.value, when))
            for gap in view.gaps:
                span = Span(ms_of(max(gap.since, since)), ms_of(min(gap.until, until)), "gap", gap.reason)
                gaps[span.since, span.until] = span
        return curves, [gaps[key] for key in sorted(gaps)]

    async def _power(self, actor: Actor, known: Sequence[Series], since: datetime, until: datetime) -> float | None:
        """Return the energy (kWh) that the first signal of power adds up to, None when there is none or nothing is known."""
        series = next((each for each in known if each.unit in rules.WATTS), None)
        if series is None or until <= since:
            return None
        step = max(1.0, (until - since).total_seconds() / POWER_STEPS)
        view = await self._signals.query(actor, series.name, since, until, POWER_STEPS + 2, step)
        hours = [float(each.value) * step / 3600 for each in view.values if not isinstance(each.value, str)]
        return sum(hours) * rules.WATTS[series.unit] if hours else None

    # -- links for screens

    async def links(self, actor: Actor) -> list[WallLink]:
        """Return the links for screens there are."""
        self.guard.require(actor, "machines.read")
        scope = self.guard.scope(actor, "read", "wall")
        return await self.store.read(lambda conn: tables.links(conn, scope))

    async def open_link(self, actor: Actor, asked: WallLinkAsked) -> WallLinkNew:
        """Make a link that shows the machines without a login; what opens it is shown this once. Raise ``invalid``."""
        self.guard.require(actor, "machines.write")
        title = " ".join(asked.title.split())
        if not 1 <= len(title) <= 80:
            raise Problem(INVALID, "title: say in 1 to 80 characters where the screen hangs.", field="title")
        code = secrets.token_urlsafe(24)
        link = WallLink(new_id(), title, asked.area[:80], language_of(asked.language) or "en", self.clock.now())

        def work(tx: Tx) -> None:
            if len(tables.links(tx.conn, ALL)) >= MOST_LINKS:
                raise Problem(INVALID, f"There are {MOST_LINKS} links already; close one first.")
            tables.put(tx.conn, link, _digest(code))
            tx.append("wall", WallLinkMade(link.id, link.title, link.area))

        await self.store.write(actor, work)
        return WallLinkNew(link, f"/wall/{code}")

    async def close_link(self, actor: Actor, id: str) -> None:
        """Close a link: its screen shows nothing from the next second on. Raise ``no-such-wall-link``."""
        self.guard.require(actor, "machines.write")

        def work(tx: Tx) -> None:
            if all(link.id != id for link in tables.links(tx.conn, ALL)):
                raise Problem(NO_LINK, f"There is no link {id!r}.")
            tables.drop(tx.conn, id)
            tx.append("wall", WallLinkClosed(id))

        await self.store.write(actor, work)

    async def by_code(self, code: str) -> tuple[WallLink, Wall]:
        """Return what a screen with ``code`` shows; raise ``wall-link-gone``, the same for a wrong code and a closed link."""
        link = await self.store.read(lambda conn: tables.link_of(conn, ALL, _digest(code[:200])))
        if link is None:
            raise Problem(GONE)
        me = system_actor(self.guard.firm().party_id, "wall")
        if SYSTEM.monotonic() - self._seen.get(link.id, -SEEN_S) >= SEEN_S:
            self._seen[link.id] = SYSTEM.monotonic()
            await self.store.write(me, lambda tx: tables.saw(tx.conn, link.id, tx.at))
        return link, await self.wall(me, link.area)


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
