"""The verbs of signals: record (see ``recorder``), ask, latest."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

from plait.infrastructure.signals import ask, manifest, rules, tables
from plait.infrastructure.signals.block import WORD, raws
from plait.infrastructure.signals.export import write_export
from plait.infrastructure.signals.keeping import KeptLake
from plait.infrastructure.signals.manifest import RAW, TIERS, File
from plait.infrastructure.signals.model import LAKE_DAMAGED, NO_SERIES, GapView, PictureView, Series, SeriesView, Value
from plait.infrastructure.signals.record import Raw
from plait.infrastructure.signals.shapes import Figure, Fill
from plait.infrastructure.signals.tables import Row
from plait.kernel.actor import Actor, Scope
from plait.kernel.os import make_dir
from plait.kernel.problems import INVALID, Problem
from plait.store import from_ms, ms_of

__all__ = ["SignalService"]

MOST_VALUES = 10_000
MOST_STEPS = 100_000
MOST_SERIES = 1000
SECOND = 1000
USUAL_SPAN = timedelta(days=1)
INSTANT = timedelta(milliseconds=1)


class SignalService(KeptLake):
    """Points in the lake under ``lake_dir``; the dictionaries of series and words, latest values and the manifest in the store."""

    async def series(self, actor: Actor) -> Sequence[Series]:
        """Return the series the actor may see, with their latest values."""
        self.guard.require(actor, "signals.read")
        scope = self.guard.scope(actor, "read", "signal")
        rows = await self.store.read(lambda conn: tables.series(conn, scope))
        return [self._series(row, self._latest.get(row.id) or written, scope) for row, written in rows]

    def _series(self, row: Row, point: Raw | None, scope: Scope, tier: str = RAW) -> Series:
        if point is None or not _inside(scope, from_ms(point.ms)):
            return Series(row.name, row.unit, title=row.title, semantic=row.semantic)
        return Series(row.name, row.unit, from_ms(point.ms), self._shown(point), point.quality & ~WORD, row.title, row.semantic, tier)

    async def query(
        self,
        actor: Actor,
        series: str,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = MOST_VALUES,
        step: float | None = None,
        figure: Figure = "mean",
        fill: Fill = "none",
    ) -> SeriesView:
        """Return the values of ``series`` with since <= time < until, oldest first (default: the last day).

        With ``step`` (seconds) the ``figure`` of each step counted from ``since``, of its good and uncertain numbers; steps without any are left out, or
        filled by ``fill``. Raise ``no-such-series`` and ``invalid``.
        """
        row, scope, low, high = await self._asked(actor, series, since, until, limit)
        _check(step, figure, fill, low, high)
        lake = self._opened()
        if step is None:
            found = await asyncio.to_thread(ask.values, lake, row.id, low, high, limit + 1)
            values, damaged, tier = rules.values(raws(found.block), self._shown), found.damaged, RAW
        else:
            told = await asyncio.to_thread(ask.figures, lake, row.id, low, high, round(step * SECOND), figure, fill)
            values = [Value(from_ms(ms), value, quality, count) for ms, value, count, quality in told.rows[: limit + 1]]
            damaged, tier = told.damaged, told.tier
        gaps = await self._gaps(scope, series, low, high, damaged, tier)
        return SeriesView(row.name, row.unit, tuple(values[:limit]), gaps, len(values) > limit)

    async def picture(self, actor: Actor, series: str, since: datetime | None = None, until: datetime | None = None, points: int = 2000) -> PictureView:
        """Return at most ``points`` values between two moments that look like all of them: of each of ``points`` / 4 steps first, least, greatest and last.

        For a long time minutes or hours are looked at instead of each value; every peak is there all the same. Of words: each change.
        """
        row, scope, low, high = await self._asked(actor, series, since, until, points)
        if points < 4:
            raise Problem(INVALID, f"points: 4 to {MOST_VALUES}.", field="points")
        lake = self._opened()
        if self._words.has(row.id):
            found = await asyncio.to_thread(ask.values, lake, row.id, low, high, ask.MOST_WORDS_READ)
            block = await asyncio.to_thread(ask.changes, found.block)
            drawn = ask.Picture(block.take(slice(points)), len(found.block.ms), found.damaged, RAW)
        else:
            drawn = await asyncio.to_thread(ask.draw, lake, row.id, low, high, points)
        gaps = await self._gaps(scope, series, low, high, drawn.damaged, drawn.tier)
        values = tuple(rules.values(raws(drawn.block), self._shown))
        return PictureView(row.name, row.unit, values, gaps, drawn.of, drawn.tier)

    async def at(self, actor: Actor, names: Sequence[str], at: datetime | None = None) -> Sequence[Series]:
        """Return for one moment (default: now) the last value of each series at or before it. Raise ``no-such-series`` and ``invalid``.

        Where values were dropped it is the last that minutes or hours know, and says so (``Series.tier``); they know numbers, not words.
        """
        self.guard.require(actor, "signals.read")
        if not 1 <= len(names) <= MOST_SERIES:
            raise Problem(INVALID, f"series: 1 to {MOST_SERIES}.", field="series")
        scope = self.guard.scope(actor, "read", "signal")
        rows = await self.store.read(lambda conn: {row.name: row for row in tables.find_all(conn, scope, names)})
        for name in names:
            if name not in rows:
                raise Problem(NO_SERIES, f"There is no series {name!r}.")
        asked = at or self.clock.now()
        moment = min(asked, scope.until - INSTANT) if scope.until else asked
        numbers, ms = [rows[name].id for name in names], ms_of(moment)
        found = await asyncio.to_thread(ask.at_moment, self._opened(), numbers, ms)
        found |= {number: point for number in numbers if (point := self._newer(number, ms, found.get(number))) is not None}
        coarse = await asyncio.to_thread(ask.coarse_at, self._opened(), numbers, ms, found)
        told = {number: (point, RAW) for number, point in found.items()} | coarse
        shown = []
        for name in names:
            point, tier = told.get(rows[name].id, (None, RAW))
            shown.append(self._series(rows[name], point, scope, tier))
        return shown

    def _newer(self, number: int, ms: int, found: Raw | None) -> Raw | None:
        """Return the latest value of a series if it was there at ``ms`` and is newer than what was found: its points may have been dropped."""
        latest = self._latest.get(number)
        return latest if latest is not None and latest.ms <= ms and (found is None or latest.ms > found.ms) else None

    async def export(self, actor: Actor, target: Path, since: datetime, until: datetime, names: Sequence[str] = ()) -> None:
        """Write what the actor may see of some series (default: of all) with since <= time < until to a Parquet file that any engine reads.

        Raise ``lake-damaged`` when a file it needs is damaged: an export is whole or not there.
        """
        self.guard.require(actor, "signals.read")
        if until < since:
            raise Problem(INVALID, "until: lies before since.", field="until")
        scope = self.guard.scope(actor, "read", "signal")
        since, until = max(since, scope.since or since), min(until, scope.until or until)
        rows = [row for row, _ in await self.store.read(lambda conn: tables.series(conn, scope))]
        strange = set(names) - {row.name for row in rows}
        if strange:
            raise Problem(NO_SERIES, f"There is no series {min(strange)!r}.")
        chosen = {row.id: row.name for row in rows if not names or row.name in names}
        async with self.still():
            lake = self._opened()
            bad = await asyncio.to_thread(write_export, lake, chosen, self._words, ms_of(since), max(ms_of(since), ms_of(until)), target)
        if bad:
            raise Problem(LAKE_DAMAGED, f"{bad[0].name} is missing or damaged.")

    def space(self) -> Path:
        """Return the folder for drafts beside the lake; what lies in it is cleared away at the next start."""
        return make_dir(self._folder / ".space")

    async def _asked(self, actor: Actor, series: str, since: datetime | None, until: datetime | None, most: int) -> tuple[Row, Scope, int, int]:
        """Return the series asked for, what the actor may see of it, and from when to when."""
        self.guard.require(actor, "signals.read")
        until = until or self.clock.now() + INSTANT
        since = since or until - USUAL_SPAN
        if until < since:
            raise Problem(INVALID, "until: lies before since.", field="until")
        if not 1 <= most <= MOST_VALUES:
            raise Problem(INVALID, f"limit: 1 to {MOST_VALUES}.", field="limit")
        scope = self.guard.scope(actor, "read", "signal")
        since, until = max(since, scope.since or since), min(until, scope.until or until)
        row = await self.store.read(lambda conn: tables.find(conn, scope, series))
        if row is None:
            raise Problem(NO_SERIES, f"There is no series {series!r}.")
        return row, scope, ms_of(since), max(ms_of(since), ms_of(until))

    async def _gaps(self, scope: Scope, series: str, low: int, high: int, damaged: Iterable[File], tier: str) -> tuple[GapView, ...]:
        known = list(await self.store.read(lambda conn: tables.gaps(conn, scope, series, low, high)))
        every = Scope(everything=True)
        dropped = await self.store.read(lambda conn: manifest.dropped(conn, every))
        for kind, begin, end in ask.pieces(low, high, tier):
            for each in dropped:
                if each.tier == kind and each.since < end and each.until >= begin:
                    first, last = (each.since, each.until) if kind == tier else (begin, end)
                    known.append((first, last, f"{each.points} values of all series were dropped when their time to be kept was over"))
        known += [(file.first_ms, file.last_ms, f"{file.name} of the signal lake is missing or damaged: {file.rows} rows") for file in damaged]
        return tuple(GapView(from_ms(since), from_ms(until), why) for since, until, why in sorted(known))

    async def tiers(self) -> Mapping[str, tuple[int, int, int]]:
        """Return for each tier (files, rows, bytes) at rest."""
        files = self._opened().files
        return {
            tier: (
                sum(file.tier == tier for file in files),
                sum(file.rows for file in files if file.tier == tier),
                sum(file.bytes for file in files if file.tier == tier),
            )
            for tier in TIERS
        }


def _inside(scope: Scope, at: datetime) -> bool:
    return (scope.since is None or at >= scope.since) and (scope.until is None or at < scope.until)


def _check(step: float | None, figure: str, fill: str, low: int, high: int) -> None:
    if figure not in get_args(Figure):
        raise Problem(INVALID, f"figure: one of {', '.join(get_args(Figure))}.", field="figure")
    if fill not in get_args(Fill):
        raise Problem(INVALID, f"fill: one of {', '.join(get_args(Fill))}.", field="fill")
    if step is None:
        return
    if step * SECOND < 1:
        raise Problem(INVALID, "step: at least 0.001 seconds.", field="step")
    if fill != "none" and (high - low) / (step * SECOND) > MOST_STEPS:
        raise Problem(INVALID, f"step: at most {MOST_STEPS} steps are filled.", field="step")
