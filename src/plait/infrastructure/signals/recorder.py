"""The way in: points come one by one or as blocks, calls that come together share one write, and return when it is on disk."""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import structlog

from plait.infrastructure.signals import manifest, tables
from plait.infrastructure.signals.block import WORD, Block, packed, raws, unpacked
from plait.infrastructure.signals.lake import FEW_BYTES, Lake
from plait.infrastructure.signals.latest import Latest
from plait.infrastructure.signals.model import Point, SeriesMeta
from plait.infrastructure.signals.record import Raw, pack, unpack
from plait.infrastructure.signals.tables import Span
from plait.infrastructure.signals.words import MOST_WORDS, Words, cut
from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.kernel.problems import INVALID, UNAVAILABLE, Problem
from plait.store import Store, Tx, from_ms, ms_of

__all__ = ["Recorder"]

ALL = Scope(everything=True)
SAVE_POINTS = 500_000
BAD = 2

_log = structlog.get_logger("plait.signals")


class _Wanted(NamedTuple):
    """What one call wants written: its points, ready for the disk, and who waits for them."""

    content: bytes
    span: Span
    points: Sequence[Raw]
    block: Block | None
    done: "asyncio.Future[None]"


class Recorder:
    """The way into the lake under ``lake_dir``; the dictionaries of series and words and latest values are in the store."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, lake_dir: Path, *, segment_bytes: int = 8 << 20) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.names: dict[int, str] = {}
        self._folder = lake_dir
        self._limit = segment_bytes
        self._lake: Lake | None = None
        self._numbers: dict[str, int] = {}
        self._words = Words()
        self._latest = Latest()
        self._place = (0, 0)
        self._queue: list[_Wanted] = []
        self._naming = asyncio.Lock()
        self._writing = asyncio.Lock()
        self._flusher: asyncio.Task[None] | None = None
        self._hearers: list[Callable[[Block], None]] = []

    async def open(self) -> None:
        """Open the lake, clear away what an interruption left, and learn the latest value of each series."""
        known, rows, place = await self.store.read(lambda conn: (tables.spans(conn, ALL), tables.series(conn, ALL), tables.mark(conn, ALL)))
        words, files, reach = await self.store.read(lambda conn: (tables.words(conn, ALL), manifest.files(conn, ALL), manifest.compacted(conn, ALL)))
        dropped = await self.store.read(lambda conn: manifest.dropped(conn, ALL))
        self._words.load(words)
        self._learn({row.name: row.id for row, _ in rows})
        self._latest.load(latest for _, latest in rows if latest is not None)
        self._lake = await asyncio.to_thread(Lake, self._folder, self._limit)
        known = await self._complete(known, max(self._lake.current, reach))
        missing = await asyncio.to_thread(self._lake.load, known, files, reach)
        self._place = self._lake.within(place)
        await asyncio.to_thread(self._catch_up, self._lake)
        self._lake.heights = {point.series: point.ms for point in self._latest.all()}
        self._lake.dropped = tuple((each.since, each.until) for each in dropped if each.tier == manifest.RAW)
        if missing:
            await self._list_segments(missing)
        if self._place != place:
            await self._save()

    async def _complete(self, known: dict[int, Span], last: int) -> dict[int, Span]:
        """Return what is known of segments before the last one. Of that and later ones a lake that was copied before its database holds less, or nothing."""
        if max(known, default=0) < last or not known:
            return known
        await self.store.write(self._me(), lambda tx: tables.strike_spans(tx.conn, last, later=True))
        return {number: span for number, span in known.items() if number < last}

    def _catch_up(self, lake: Lake) -> None:
        """Take in what came after latest values were written down."""
        seen = 0
        for record in lake.after(*self._place):
            seen += len(record)
            if seen > FEW_BYTES:
                self._latest.keep_block(unpacked(record))
            else:
                self._latest.keep(unpack(record))

    async def close(self) -> None:
        """Write down latest values and close the lake."""
        if self._flusher is not None:
            await self._flusher
        if self._lake is not None:
            if self._latest.points:
                await self._save()
            self._lake.close()
            self._lake = None

    def _learn(self, numbers: Mapping[str, int]) -> None:
        self._numbers.update(numbers)
        self.names.update((number, name) for name, number in numbers.items())

    async def numbers(self, names: Collection[str]) -> dict[str, int]:
        """Return the number of each series, as blocks bear it; series that are new are entered."""
        missing = {name for name in names if name not in self._numbers}
        if missing:
            async with self._naming:
                self._learn(await self.store.write(self._me(), lambda tx: tables.add_series(tx.conn, sorted(missing))))
        return {name: self._numbers[name] for name in names}

    async def codes(self, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
        """Return the code of each (number of a series, word), for values of blocks whose quality bears ``WORD``; new words are entered.

        0 stands for every word beyond the most a series may have: such a value is to be given as bad.
        """
        asked = set(wanted)
        missing = sorted((number, cut(text)) for number, text in asked if self._words.code(number, text) is None)
        if missing:
            async with self._naming:
                self._words.load(await self.store.write(self._me(), lambda tx: tables.put_words(tx.conn, missing, MOST_WORDS)))
        return {(number, text): self._words.code(number, text) or 0 for number, text in asked}

    async def describe(self, actor: Actor, told: Mapping[str, SeriesMeta]) -> None:
        """Write down what series mean, in the place of what was known; series that are new are entered."""
        self.guard.require(actor, "machines.write")
        numbers = await self.numbers(told)
        await self.store.write(actor, lambda tx: tables.put_meta(tx.conn, {numbers[name]: meta for name, meta in told.items()}))

    def listen(self, hear: Callable[[Block], None]) -> Callable[[], None]:
        """Call ``hear`` on the event loop with each group of points once it is on disk; return what ends that. It must be quick."""
        self._hearers.append(hear)
        return lambda: self._hearers.remove(hear) if hear in self._hearers else None

    async def append(self, series: str, time: datetime, value: float | str) -> None:
        """Record one point; it is on disk on return."""
        await self.record([Point(series, time, value)])

    async def record(self, points: Sequence[Point]) -> None:
        """Record points; they are on disk on return. Calls that come together share one write. Raise ``unavailable``."""
        if not points:
            return
        self._opened()
        numbers = await self.numbers({point.series for point in points})
        said = {(numbers[point.series], point.value) for point in points if isinstance(point.value, str)}
        codes = await self.codes(said) if said else {}
        raw = [_raw(point, numbers[point.series], codes) for point in points]
        times = [point.ms for point in raw]
        await self._write(pack(raw), Span(min(times), max(times), len(raw)), raw, None)

    async def record_block(self, block: Block) -> None:
        """Record a block; it is on disk on return. Calls that come together share one write, also with ``record``.

        Raise ``unavailable``; ``invalid`` for a series whose number nobody has given out (see ``numbers``).
        """
        rows = len(block.ms)
        if not rows:
            return
        self._opened()
        strange = set(block.series[[block.series.argmin(), block.series.argmax()]].tolist()) - self.names.keys()
        if strange:
            raise Problem(INVALID, f"series: there is none with number {min(strange)}.", field="series")
        await self._write(packed(block), Span(int(block.ms.min()), int(block.ms.max()), rows), (), block)

    async def _write(self, content: bytes, span: Span, points: Sequence[Raw], block: Block | None) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(_Wanted(content, span, points, block, done))
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._flush(), name="plait-signals")
        await done

    async def _flush(self) -> None:
        lake = self._opened()
        while self._queue:
            group, self._queue = self._queue, []
            before = lake.current
            try:
                async with self._writing:
                    self._place = await asyncio.to_thread(lake.append, [wanted.content for wanted in group], [wanted.span for wanted in group])
            except Problem as problem:
                for wanted in group:
                    if not wanted.done.done():
                        wanted.done.set_exception(problem)
                continue
            self._written(group)
            with contextlib.suppress(Problem):
                await self._tidy(lake, before)

    def _written(self, group: Sequence[_Wanted]) -> None:
        for wanted in group:
            if wanted.block is not None:
                self._latest.keep_block(wanted.block)
            else:
                self._latest.keep(wanted.points)
            if not wanted.done.done():
                wanted.done.set_result(None)
        if self._hearers:
            block = group[0].block if len(group) == 1 else None
            block = block or unpacked(b"".join(wanted.content for wanted in group))
            for hear in tuple(self._hearers):
                try:
                    hear(block)
                except Exception as error:  # noqa: BLE001 - who listens does not hold up who records
                    _log.error("a listener to signals failed", exc_info=error)

    async def _tidy(self, lake: Lake, before: int) -> None:
        """List a segment that is complete now, and write latest values down now and then; both are made up for at opening."""
        if lake.current != before and before in lake.spans:
            await self._list_segments({before: lake.spans[before]})
        if self._latest.points >= SAVE_POINTS:
            await self._save()

    async def _list_segments(self, spans: Mapping[int, Span]) -> None:
        def work(tx: Tx) -> None:
            for number, span in spans.items():
                tables.put_span(tx.conn, number, span)

        await self.store.write(self._me(), work)

    async def _save(self) -> None:
        changed, place = self._latest.unsaved(), self._place

        def work(tx: Tx) -> None:
            tables.put_latest(tx.conn, changed)
            tables.put_mark(tx.conn, *place)

        try:
            await self.store.write(self._me(), work)
        except Problem:
            self._latest.back(changed)
            raise

    def latest(self, series: str) -> Point | None:
        """Return the latest value of a series, None when there is none."""
        number = self._numbers.get(series)
        point = None if number is None else self._latest.get(number)
        return None if point is None else Point(series, from_ms(point.ms), self._shown(point), point.quality & ~WORD)

    def points(self, block: Block) -> list[Point]:
        """Return the points of a block one by one, by name, words as they were said."""
        return [Point(self.names[raw.series], from_ms(raw.ms), self._shown(raw), raw.quality & ~WORD) for raw in raws(block)]

    async def gap(self, prefix: str, since: datetime, until: datetime, reason: str) -> None:
        """Record that values of the series ``prefix`` and ``prefix.*`` may be missing between two moments."""
        await self.store.write(self._me(), lambda tx: tables.add_gap(tx.conn, prefix, ms_of(since), ms_of(until), reason))

    def _shown(self, point: Raw) -> float | str:
        return self._words.text(point.series, point.value) if point.quality & WORD else point.value

    def _me(self) -> Actor:
        return system_actor(self.guard.firm().party_id, "signals")

    def _opened(self) -> Lake:
        if self._lake is None:
            raise Problem(UNAVAILABLE, "The signal lake is not open.")
        return self._lake


def _raw(point: Point, number: int, codes: Mapping[tuple[int, str], int]) -> Raw:
    if not isinstance(point.value, str):
        return Raw(number, ms_of(point.at), float(point.value), point.quality)
    code = codes[number, point.value]
    return Raw(number, ms_of(point.at), float(code), (point.quality if code else BAD) | WORD)
