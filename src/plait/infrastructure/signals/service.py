"""The verbs of signals: record, ask, latest."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from plait.infrastructure.signals import rules, tables
from plait.infrastructure.signals.lake import Lake
from plait.infrastructure.signals.model import NO_SERIES, GapView, Point, Series, SeriesView
from plait.infrastructure.signals.record import Raw
from plait.infrastructure.signals.tables import Span
from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.kernel.problems import INVALID, UNAVAILABLE, Problem
from plait.store import Store, Tx, from_ms, ms_of

__all__ = ["SignalService"]

ALL = Scope(everything=True)
SAVE_POINTS = 50_000
MOST_VALUES = 10_000
SECOND = 1000
USUAL_SPAN = timedelta(days=1)


class SignalService:
    """Points in the lake under ``lake_dir``; the dictionary of series and latest values in the store."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, lake_dir: Path, *, segment_bytes: int = 64 << 20) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self._folder = lake_dir
        self._limit = segment_bytes
        self._lake: Lake | None = None
        self._numbers: dict[str, int] = {}
        self._latest: dict[int, Raw] = {}
        self._unsaved: dict[int, Raw] = {}
        self._unsaved_points = 0
        self._place = (0, 0)
        self._queue: list[tuple[list[Raw], asyncio.Future[None]]] = []
        self._naming = asyncio.Lock()
        self._flusher: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the lake and learn the latest value of each series."""
        known, rows, place = await self.store.read(lambda conn: (tables.spans(conn, ALL), tables.series(conn, ALL), tables.mark(conn, ALL)))
        self._numbers = {row.name: row.id for row, _ in rows}
        self._latest = {row.id: latest for row, latest in rows if latest is not None}
        self._lake = await asyncio.to_thread(Lake, self._folder, self._limit)
        missing = await asyncio.to_thread(self._lake.load, known)
        self._place = place
        for point in await asyncio.to_thread(lambda lake: list(lake.after(*place)), self._lake):
            self._keep(point)
        if missing:
            await self._list_segments(missing)

    async def close(self) -> None:
        """Write down latest values and close the lake."""
        if self._flusher is not None:
            await self._flusher
        if self._lake is not None:
            if self._unsaved:
                await self._save()
            self._lake.close()
            self._lake = None

    async def append(self, series: str, time: datetime, value: float) -> None:
        """Record one point; it is on disk on return."""
        await self.record([Point(series, time, value)])

    async def record(self, points: Sequence[Point]) -> None:
        """Record points; they are on disk on return. Calls that come together share one write. Raise ``unavailable``."""
        if not points:
            return
        if self._lake is None:
            raise Problem(UNAVAILABLE, "The signal lake is not open.")
        await self._name({point.series for point in points} - self._numbers.keys())
        raw = [Raw(self._numbers[point.series], ms_of(point.at), float(point.value), point.quality) for point in points if not isinstance(point.value, str)]
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((raw, done))
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._flush(), name="plait-signals")
        await done

    async def _name(self, names: set[str]) -> None:
        if names:
            async with self._naming:
                me = system_actor(self.guard.firm().party_id, "signals")
                self._numbers.update(await self.store.write(me, lambda tx: tables.add_series(tx.conn, sorted(names))))

    async def _flush(self) -> None:
        assert self._lake is not None
        while self._queue:
            group, self._queue = self._queue, []
            points = [point for raw, _ in group for point in raw]
            before = self._lake.current
            try:
                self._place = await asyncio.to_thread(self._lake.append, points)
            except Problem as problem:
                for _, done in group:
                    if not done.done():
                        done.set_exception(problem)
                continue
            for point in points:
                self._keep(point)
            for _, done in group:
                if not done.done():
                    done.set_result(None)
            with contextlib.suppress(Problem):
                await self._tidy(before)

    async def _tidy(self, before: int) -> None:
        """List a segment that is complete now, and write latest values down now and then; both are made up for at opening."""
        assert self._lake is not None
        if self._lake.current != before and before in self._lake.spans:
            await self._list_segments({before: self._lake.spans[before]})
        if self._unsaved_points >= SAVE_POINTS:
            await self._save()

    def _keep(self, point: Raw) -> None:
        self._unsaved_points += 1
        latest = self._latest.get(point.series)
        if latest is None or point.ms >= latest.ms:
            self._latest[point.series] = self._unsaved[point.series] = point

    async def _list_segments(self, spans: dict[int, Span]) -> None:
        me = system_actor(self.guard.firm().party_id, "signals")

        def work(tx: Tx) -> None:
            for number, span in spans.items():
                tables.put_span(tx.conn, number, span)

        await self.store.write(me, work)

    async def _save(self) -> None:
        unsaved, self._unsaved, self._unsaved_points, place = self._unsaved, {}, 0, self._place
        me = system_actor(self.guard.firm().party_id, "signals")

        def work(tx: Tx) -> None:
            tables.put_latest(tx.conn, unsaved.values())
            tables.put_mark(tx.conn, *place)

        await self.store.write(me, work)

    async def gap(self, prefix: str, since: datetime, until: datetime, reason: str) -> None:
        """Record that values of the series ``prefix`` and ``prefix.*`` may be missing between two moments."""
        me = system_actor(self.guard.firm().party_id, "signals")
        await self.store.write(me, lambda tx: tables.add_gap(tx.conn, prefix, ms_of(since), ms_of(until), reason))

    def latest(self, series: str) -> Point | None:
        """Return the latest value of a series, None when there is none."""
        number = self._numbers.get(series)
        point = None if number is None else self._latest.get(number)
        return None if point is None else Point(series, from_ms(point.ms), point.value, point.quality)

    async def series(self, actor: Actor) -> Sequence[Series]:
        """Return the series the actor may see, with their latest values."""
        self.guard.require(actor, "signals.read")
        scope = self.guard.scope(actor, "read", "signal")
        rows = await self.store.read(lambda conn: tables.series(conn, scope))
        found = []
        for row, written in rows:
            point = self._latest.get(row.id, written)
            if point is None or not _inside(scope, from_ms(point.ms)):
                found.append(Series(row.name, row.unit))
            else:
                found.append(Series(row.name, row.unit, from_ms(point.ms), point.value, point.quality))
        return found

    async def query(
        self, actor: Actor, series: str, since: datetime | None = None, until: datetime | None = None, limit: int = MOST_VALUES, step: float | None = None
    ) -> SeriesView:
        """Return the values of ``series`` with since <= time < until, oldest first (default: the last day); with ``step`` (seconds) the mean of each step.

        Raise ``no-such-series`` and ``invalid``.
        """
        self.guard.require(actor, "signals.read")
        until = until or self.clock.now() + timedelta(milliseconds=1)
        since = since or until - USUAL_SPAN
        _check(since, until, limit, step)
        scope = self.guard.scope(actor, "read", "signal")
        since, until = max(since, scope.since or since), min(until, scope.until or until)
        low, high = ms_of(since), ms_of(until)
        row, gaps = await self.store.read(lambda conn: (tables.find(conn, scope, series), tables.gaps(conn, scope, series, low, high)))
        if row is None:
            raise Problem(NO_SERIES, f"There is no series {series!r}.")
        if self._lake is None:
            raise Problem(UNAVAILABLE, "The signal lake is not open.")
        points = await asyncio.to_thread(self._lake.read, row.id, low, high)
        values = rules.values(points[: limit + 1]) if step is None else rules.means(points, low, round(step * SECOND))
        shown = tuple(GapView(from_ms(a), from_ms(b), why) for a, b, why in gaps)
        return SeriesView(row.name, row.unit, tuple(values[:limit]), shown, len(values) > limit)


def _inside(scope: Scope, at: datetime) -> bool:
    return (scope.since is None or at >= scope.since) and (scope.until is None or at < scope.until)


def _check(since: datetime, until: datetime, limit: int, step: float | None) -> None:
    if until < since:
        raise Problem(INVALID, "until: lies before since.", field="until")
    if not 1 <= limit <= MOST_VALUES:
        raise Problem(INVALID, f"limit: 1 to {MOST_VALUES}.", field="limit")
    if step is not None and step * SECOND < 1:
        raise Problem(INVALID, "step: at least 0.001 seconds.", field="step")
