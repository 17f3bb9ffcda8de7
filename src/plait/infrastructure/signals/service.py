"""The verbs of signals: record (see ``recorder``), ask, latest."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from plait.infrastructure.signals import rules, tables
from plait.infrastructure.signals.block import WORD
from plait.infrastructure.signals.model import NO_SERIES, GapView, Series, SeriesView
from plait.infrastructure.signals.recorder import Recorder
from plait.kernel.actor import Actor, Scope
from plait.kernel.problems import INVALID, Problem
from plait.store import from_ms, ms_of

__all__ = ["SignalService"]

MOST_VALUES = 10_000
SECOND = 1000
USUAL_SPAN = timedelta(days=1)


class SignalService(Recorder):
    """Points in the lake under ``lake_dir``; the dictionaries of series and words and latest values in the store."""

    async def series(self, actor: Actor) -> Sequence[Series]:
        """Return the series the actor may see, with their latest values."""
        self.guard.require(actor, "signals.read")
        scope = self.guard.scope(actor, "read", "signal")
        rows = await self.store.read(lambda conn: tables.series(conn, scope))
        found = []
        for row, written in rows:
            point = self._latest.get(row.id) or written
            if point is None or not _inside(scope, from_ms(point.ms)):
                found.append(Series(row.name, row.unit, title=row.title, semantic=row.semantic))
            else:
                value, quality = self._shown(point), point.quality & ~WORD
                found.append(Series(row.name, row.unit, from_ms(point.ms), value, quality, row.title, row.semantic))
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
        points = await asyncio.to_thread(self._opened().read, row.id, low, high)
        values = rules.values(points[: limit + 1], self._shown) if step is None else rules.means(points, low, round(step * SECOND))
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
