"""Segments become Parquet, and nothing of what was asked before is answered otherwise after."""

import asyncio
import random
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from plait.infrastructure.signals import Point, SignalService, block_of, tend
from plait.infrastructure.signals.shapes import Figure
from plait.infrastructure.signals.tend import Keep
from tests.infrastructure.signals.support import BEGIN, lake_in, wave
from tests.infrastructure.support import ME
from tests.support import START

HOUR = timedelta(hours=1)


async def answers(signals: SignalService, names: list[str]) -> list[object]:
    """Return what many kinds of question are answered with."""
    told: list[object] = []
    for name in names:
        told.append(await signals.query(ME, name, START, START + HOUR))
        told += [await signals.query(ME, name, START, START + HOUR, step=60, figure=figure) for figure in get_args(Figure)]
        told += [await signals.query(ME, name, START, START + HOUR, step=7.5, fill=fill) for fill in ("previous", "linear")]  # type: ignore[arg-type]
        told.append(await signals.at(ME, [name], START + HOUR / 2))
    return told


async def test_the_same_answers_before_and_after_in_parquet_and_after_a_restart(tmp_path: Path) -> None:
    """Tests that points, late and out of order, of several series, words among them, are the same from segments, Parquet, both, merged, and opened anew."""
    draw = random.Random(3)
    names = [f"m.{number}" for number in range(5)]
    async with lake_in(tmp_path, segment_bytes=4000) as (signals, _):
        numbers = list((await signals.numbers(names)).values())
        blocks = [wave(number, first, 50, 1500) for number in numbers for first in range(0, 1000, 50)]
        draw.shuffle(blocks)
        for block in blocks:
            await signals.record_block(block)
        await signals.record([Point("m.word", START + timedelta(minutes=at), f"state {at % 3}") for at in range(60)])
        names.append("m.word")
        before = await answers(signals, names)
        files = len(list((tmp_path / "lake").glob("*.seg")))
        assert files > 10
        assert await signals.tend() >= 1
        assert len(list((tmp_path / "lake").glob("*.seg"))) <= 1
        assert await answers(signals, names) == before
        assert await signals.tend() == 0
    async with lake_in(tmp_path, segment_bytes=4000) as (signals, _):
        assert await answers(signals, names) == before
        await signals.record_block(wave(numbers[0], 0, 20, 1500))  # comes again, as it was
        await signals.roll()
        await signals.tend()
        assert await answers(signals, names) == before


async def test_many_small_files_become_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that neighbouring files are merged, of every tier, that the answers stay, and equal times stay in their order."""
    monkeypatch.setattr(tend, "MERGE_FILES", 3)
    async with lake_in(tmp_path) as (signals, _):
        number = (await signals.numbers(["m.0"]))["m.0"]
        for part in range(9):
            block = block_of([number] * 100, [BEGIN + 1000] * 50 + [BEGIN + 2000 + part] * 50, [float((part * 37 + each * 11) % 1009) for each in range(100)])
            await signals.record_block(block)
            await signals.roll()
            if part % 2:
                await signals.tend()
        view = await signals.query(ME, "m.0", START, START + HOUR)
        minutes = await signals.picture(ME, "m.0", START - HOUR * 100, START + HOUR * 100, 400)
        await signals.tend()
        kept = await signals.tiers()
        assert kept["raw"][0] < 4
        assert kept["minute"][0] < 4
        assert await signals.query(ME, "m.0", START, START + HOUR) == view
        assert await signals.picture(ME, "m.0", START - HOUR * 100, START + HOUR * 100, 400) == minutes
        first = list(dict.fromkeys(float((part * 37 + each * 11) % 1009) for part in range(9) for each in range(50)))
        assert [value.value for value in view.values][: len(first)] == first
        assert {path.name for path in (tmp_path / "lake").glob("*.parquet")} == {file.name for file in signals.lake().files}


async def test_recording_goes_on_while_segments_are_compacted(tmp_path: Path) -> None:
    """Tests that questions asked while points come and segments go never miss an acknowledged point and never show one twice."""
    async with lake_in(tmp_path, segment_bytes=3000) as (signals, _):
        number = (await signals.numbers(["m.0"]))["m.0"]
        done = 0

        async def feed() -> None:
            nonlocal done
            for first in range(0, 3000, 20):
                await signals.record_block(wave(number, first, 20))
                done = first + 20

        async def look() -> None:
            while done < 3000:
                sure = done
                view = await signals.query(ME, "m.0", START, START + HOUR)
                found = [value.value for value in view.values]
                assert found == [float(each) for each in range(len(found))]
                assert len(found) >= sure

        async def pack() -> None:
            while done < 3000:
                await signals.tend()
                await asyncio.sleep(0)

        await asyncio.gather(feed(), look(), pack())


async def test_what_is_too_old_goes_and_is_counted(tmp_path: Path) -> None:
    """Tests that values whose days are over are dropped from disk and counted as a gap, that minutes stay, and that a segment not in Parquet stays."""
    async with lake_in(tmp_path, keep=Keep(raw=1)) as (signals, store):
        number = (await signals.numbers(["m.0"]))["m.0"]
        await signals.record_block(wave(number, 0, 600))
        await signals.roll()
        await signals.tend()
        await signals.record_block(wave(number, 600, 10))
        await store.clock.run_until(START + timedelta(days=2))  # type: ignore[attr-defined]
        await signals.tend()
        view = await signals.query(ME, "m.0", START, START + HOUR)
        assert len(view.values) == 10
        assert [gap.reason for gap in view.gaps] == ["600 values of all series were dropped when their time to be kept was over"]
        assert view.gaps[0].since == START
        drawn = await signals.picture(ME, "m.0", START - timedelta(days=100), START + timedelta(days=100), 1000)
        assert drawn.of == 610
        assert not drawn.gaps
        assert not list((tmp_path / "lake").glob("raw-*"))
    async with lake_in(tmp_path) as (signals, _):
        assert (await signals.query(ME, "m.0", START, START + HOUR)).gaps == view.gaps


async def test_a_damaged_file_is_told_and_never_read_as_values(tmp_path: Path) -> None:
    """Tests that whichever bit of a Parquet file flips, its values are left out and the answer says so; the rest is answered."""
    draw = random.Random(5)
    async with lake_in(tmp_path) as (signals, _):
        number = (await signals.numbers(["m.0"]))["m.0"]
        await signals.record_block(wave(number, 0, 500))
        await signals.roll()
        await signals.tend()
        await signals.record_block(wave(number, 500, 5))
        whole = await signals.query(ME, "m.0", START, START + HOUR)
        (file,) = (tmp_path / "lake").glob("raw-*.parquet")
        content = file.read_bytes()
        for _ in range(8):
            hurt = bytearray(content)
            hurt[draw.randrange(len(hurt))] ^= 1 << draw.randrange(8)
            file.write_bytes(hurt)
            view = await signals.query(ME, "m.0", START, START + HOUR)
            assert [value.value for value in view.values] == [500.0, 501.0, 502.0, 503.0, 504.0]
            assert "missing or damaged: 500 rows" in view.gaps[0].reason
        file.write_bytes(content)
        assert await signals.query(ME, "m.0", START, START + HOUR) == whole
    file.unlink()
    async with lake_in(tmp_path) as (signals, _):
        assert "missing or damaged" in (await signals.query(ME, "m.0", START, START + HOUR)).gaps[0].reason


async def test_a_damaged_segment_is_put_aside_and_its_loss_is_a_gap(tmp_path: Path) -> None:
    """Tests that compaction of a segment with a flipped bit keeps what is whole, tells the gap, and keeps the segment for those who may mend it."""
    async with lake_in(tmp_path) as (signals, _):
        number = (await signals.numbers(["m.0"]))["m.0"]
        for part in range(3):
            await signals.record_block(wave(number, part * 10, 10))
        await signals.roll()
        (file,) = [path for path in (tmp_path / "lake").glob("*.seg") if path.stat().st_size]
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        await signals.tend()
        view = await signals.query(ME, "m.0", START, START + HOUR)
        assert [value.value for value in view.values] == [float(each) for each in [*range(10), *range(20, 30)]]
        assert [gap.reason for gap in view.gaps] == ["segment 1 of the signal lake is damaged: 10 values or more are lost"]
        assert file.with_suffix(".damaged").read_bytes() == bytes(content)


async def test_nothing_is_compacted_while_the_lake_is_copied(tmp_path: Path) -> None:
    """Tests that manifest and files stay as they are as long as somebody copies them."""
    async with lake_in(tmp_path) as (signals, _):
        number = (await signals.numbers(["m.0"]))["m.0"]
        await signals.record_block(wave(number, 0, 10))
        await signals.roll()
        async with signals.still():
            tending = asyncio.create_task(signals.tend())
            await signals.record_block(wave(number, 10, 10))
            assert not list((tmp_path / "lake").glob("*.parquet"))
        assert await tending == 1


async def test_clocks_that_jump_lose_nothing(tmp_path: Path) -> None:
    """Tests that points of a device whose clock jumps far ahead, back, and stands still are all kept and found, and that none is taken for too old."""
    jumps = [0, 1000, 10**12, 2000, -(10**12), 3000, 3000, 3000, 2500]
    async with lake_in(tmp_path, keep=Keep(raw=1, minute=1, hour=1)) as (signals, _):
        number = (await signals.numbers(["m.0"]))["m.0"]
        for part in range(2):
            await signals.record_block(block_of([number] * len(jumps), [BEGIN + jump for jump in jumps], [part * 100.0 + each for each in range(len(jumps))]))
            await signals.roll()
            await signals.tend()
        view = await signals.query(ME, "m.0", START - timedelta(days=20_000), START + timedelta(days=20_000))
        order = sorted(range(len(jumps)), key=lambda each: jumps[each])
        ties = {jump: [part * 100.0 + each for part in range(2) for each in order if jumps[each] == jump] for jump in jumps}
        assert [value.value for value in view.values] == [value for jump in sorted(ties) for value in ties[jump]]
        latest = signals.latest("m.0")
        assert latest is not None
        assert latest.value == 102.0
        assert len((await signals.query(ME, "m.0", START, START + HOUR)).values) == 14


async def test_a_moment_whose_values_were_dropped_is_told_from_minutes_then_hours(tmp_path: Path) -> None:
    """Tests that what stood at a moment is answered by values while there are, then by the last its minute or hour knows, marked so; never from behind it."""
    day = timedelta(days=1)
    async with lake_in(tmp_path, keep=Keep(raw=1, minute=3)) as (signals, store):
        number = (await signals.numbers(["m.0", "m.word", "m.new"]))["m.0"]
        await signals.record_block(wave(number, 0, 600))
        await signals.record([Point("m.word", START + timedelta(seconds=each), f"state {each}") for each in range(3)])
        await signals.roll()
        await signals.tend()

        async def told(after: float) -> list[object]:
            (one,) = await signals.at(ME, ["m.0"], START + timedelta(seconds=after))
            return [one.at and (one.at - START).total_seconds(), one.value, one.quality, one.tier]

        assert await told(90.5) == [90, 90.0, 0, "raw"]
        for after in range(2, 5, 2):
            await store.clock.run_until(START + after * day)  # type: ignore[attr-defined]
            await signals.tend()
            await signals.record_block(wave(number + 2, 0, 1))
            await signals.roll()
            await signals.tend()
            tier = "minute" if after == 2 else "hour"
            assert await told(-1) == [None, None, 0, "raw"]
            assert await told(0) == [0, 0.0, 1, tier]
            assert await told(119.5) == ([119, 119.0, 1, "minute"] if after == 2 else [0, 0.0, 1, "hour"])
            assert await told(90.5) == ([60, 60.0, 1, "minute"] if after == 2 else [0, 0.0, 1, "hour"])
            assert await told(599) == [599, 599.0, 1, "raw"]
            (word,) = await signals.at(ME, ["m.word"], START + day)
            assert (word.value, word.tier) == ("state 2", "raw")
        filled = await signals.query(ME, "m.0", START + timedelta(seconds=120), START + timedelta(seconds=121), step=1, fill="previous")
        assert [one.value for one in filled.values] == [0.0]
