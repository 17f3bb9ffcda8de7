"""However often points come, and however late: figures from minutes and hours are those of the points, each counted once."""

import asyncio
import math
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args
from unittest.mock import patch

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plait.infrastructure.signals import WORD, SignalService, block_of, repeats, tend
from plait.infrastructure.signals.shapes import Figure
from plait.infrastructure.signals.tend import Keep
from plait.store import from_ms
from tests.infrastructure.signals.support import BEGIN, lake_in, wave
from tests.infrastructure.support import ME
from tests.support import START

MINUTE, HOUR = 60_000, 3_600_000
LONG = timedelta(hours=60)
Point = tuple[int, int, float, int]

# Few times, values and qualities, so that points come again, corrected, late and in one millisecond.
TIMES = st.builds(lambda hour, minute, ms: hour * HOUR + minute * MINUTE + ms, st.sampled_from([0, 1, 49]), st.sampled_from([0, 1, 59]), st.integers(0, 3))
VALUES = st.sampled_from([0.0, -0.0, 1.0, 2.0, -3.0, math.nan, math.inf])
POINTS = st.tuples(st.integers(0, 1), TIMES, VALUES, st.sampled_from([0, 0, 0, 1, 2, WORD]))
STEPS = st.one_of(st.lists(POINTS, min_size=1, max_size=12), st.sampled_from(["again", "roll", "tend", "tend", "open"]))
ASKED = [(0, MINUTE, name) for name in get_args(Figure)] + [(0, 2 * HOUR, name) for name in ("sum", "first", "last")] + [(1, MINUTE, "mean"), (1, HOUR, "sum")]
ENDS = st.builds(lambda minutes, ms: minutes * MINUTE + ms, st.sampled_from([49 * 60, 49 * 60 + 1, 49 * 60 + 30, 50 * 60 - 1]), st.integers(0, 4))


def figure(points: list[Point], name: str) -> float:
    """Return a figure of the points of a step, in order of time and arrival."""
    values = [value for _, _, value, _ in points]
    made: dict[str, Any] = {"mean": lambda: sum(values) / len(values), "min": lambda: min(values), "max": lambda: max(values), "sum": lambda: sum(values)}
    made |= {"count": lambda: float(len(values)), "first": lambda: values[0], "last": lambda: values[-1]}
    return float(made[name]())


def steps(points: list[Point], series: int, until: int, step: int, name: str) -> list[tuple[int, float, int, int]]:
    """Return (time, figure, number, quality) of each step of the points that came, each counted once."""
    seen, fit = set(), []
    for number, ms, value, quality in points:
        key = (number, ms, "nan" if math.isnan(value) else value + 0.0, quality)
        if key not in seen and number == series and ms < until and quality <= 1 and not math.isnan(value):
            fit.append((number, ms, value, quality))
        seen.add(key)
    fit.sort(key=lambda point: point[1])
    found = []
    for at in sorted({ms // step * step for _, ms, _, _ in fit}):
        inside = [point for point in fit if at <= point[1] < at + step]
        found.append((at, figure(inside, name), len(inside), max(quality for *_, quality in inside)))
    return found


async def kept(signals: SignalService, series: str, until: int, step: int, name: Any) -> list[tuple[int, float, int, int]]:
    """Return the same as the lake has it."""
    view = await signals.query(ME, series, START, from_ms(BEGIN + until), step=step / 1000, figure=name)
    return [(round((one.at - START).total_seconds() * 1000), float(one.value), one.count, one.quality) for one in view.values]


async def live(folder: Path, done: list[Any], until: int) -> None:
    """Go through the steps in one lake and compare at the end of each life of it."""
    came: list[Point] = []
    lives: list[list[Any]] = [[]]
    for each in done:
        lives.append([]) if each == "open" else lives[-1].append(each)
    for life in lives:
        async with lake_in(folder) as (signals, _):
            numbers = list((await signals.numbers(["m.0", "m.1"])).values())
            for each in life:
                if each == "roll":
                    await signals.roll()
                elif each == "tend":
                    await signals.roll()
                    await signals.tend()
                else:
                    more = came[::-1] if each == "again" else each
                    if more:
                        series, ms, value, quality = zip(*more, strict=True)
                        await signals.record_block(block_of([numbers[one] for one in series], BEGIN + np.array(ms), value, np.array(quality, np.uint8)))
                        came += more
            for series, step, name in ASKED:
                assert await kept(signals, f"m.{series}", until, step, name) == steps(came, series, until, step, name)


@given(st.lists(STEPS, min_size=2, max_size=10), ENDS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_minutes_and_hours_are_those_of_the_points(done: list[Any], until: int) -> None:
    """Tests that late, repeated and corrected points, compacted and merged at any moments, in any lives of a lake, are counted once in every figure."""
    with tempfile.TemporaryDirectory() as folder, patch.object(tend, "MERGE_FILES", 2), patch.object(repeats, "PART_ROWS", 3):
        asyncio.run(live(Path(folder), done, until))


async def packed(signals: SignalService) -> None:
    """Bring all there is to Parquet."""
    await signals.roll()
    await signals.tend()


async def counts(signals: SignalService, until: timedelta = LONG) -> tuple[float, int]:
    """Return sum and number of values of ``m.0`` as minutes and hours have them, which must agree."""
    found = set()
    for step in (60, 3600):
        view = await signals.query(ME, "m.0", START, START + until, step=step, figure="sum")
        found.add((sum(float(one.value) for one in view.values), sum(one.count for one in view.values)))
    (one,) = found
    return one


async def test_a_window_sent_again_counts_once(tmp_path: Path) -> None:
    """Tests that values sent again count once in minutes and hours: while they are in segments, in Parquet, after a restart; and take no room there."""
    async with lake_in(tmp_path) as (signals, _):
        number = (await signals.numbers(["m.0"]))["m.0"]
        await signals.record_block(wave(number, 0, 200))
        await packed(signals)
        await signals.record_block(wave(number, 100, 150))
        assert await counts(signals) == (sum(range(250)), 250)
        await packed(signals)
        assert await counts(signals) == (sum(range(250)), 250)
    async with lake_in(tmp_path) as (signals, _):
        await signals.record_block(wave(number, 0, 250))
        assert await counts(signals) == (sum(range(250)), 250)
        await packed(signals)
        assert await counts(signals) == (sum(range(250)), 250)
        assert (await signals.tiers())["raw"][1] == 250


async def test_figures_end_where_they_were_asked_to(tmp_path: Path) -> None:
    """Tests that of the minute and hour in which a question ends nothing behind the end is in the figures, and peaks behind it hide none before it."""
    async with lake_in(tmp_path) as (signals, _):
        number = (await signals.numbers(["m.0"]))["m.0"]
        late = int(timedelta(hours=50) / timedelta(seconds=1))
        await signals.record_block(wave(number, late, 3000))
        await packed(signals)
        until = timedelta(seconds=late + 1234)
        assert await counts(signals, until) == (sum(range(late, late + 1234)), 1234)
        drawn = await signals.picture(ME, "m.0", START, START + until, 100)
        assert (drawn.tier, drawn.of, drawn.values[-1].value) == ("hour", 1234, late + 1233)


async def test_what_cannot_be_told_any_more_is_said(tmp_path: Path) -> None:
    """Tests that values sent again after those of their time were dropped count again, that a gap says so, and that others of that time pass in silence."""
    async with lake_in(tmp_path, keep=Keep(raw=1)) as (signals, store):
        number = (await signals.numbers(["m.0", "m.1"]))["m.0"]
        await signals.record_block(wave(number, 0, 120))
        await packed(signals)
        await store.clock.run_until(START + timedelta(days=2))  # type: ignore[attr-defined]
        await signals.tend()
        for again in range(2):
            await signals.record_block(wave(number, 0, 90))
            await signals.record_block(wave(number + 1, 0, 90))
            await packed(signals)
            assert await counts(signals) == (sum(range(120)) + sum(range(90)), 210), again
        said = [gap.reason for gap in (await signals.query(ME, "m.0", START, START + LONG, step=60)).gaps]
        assert said == [tend.TWICE.format(90)]
        assert not (await signals.query(ME, "m.1", START, START + LONG, step=60)).gaps


async def test_what_is_no_number_stays_none(tmp_path: Path) -> None:
    """Tests that a value that is not a number is shown as such from Parquet too, is no part of figures, and is known when it comes again."""
    async with lake_in(tmp_path) as (signals, _):
        number = (await signals.numbers(["m.0"]))["m.0"]
        for _ in range(2):
            await signals.record_block(block_of([number] * 3, [BEGIN, BEGIN + 1, BEGIN + 2], [1.0, math.nan, 3.0]))
            await packed(signals)
        assert [str(one.value) for one in (await signals.query(ME, "m.0", START, START + LONG)).values] == ["1.0", "nan", "3.0"]
        assert (await signals.tiers())["raw"][1] == 3
        assert await counts(signals) == (4.0, 2)
