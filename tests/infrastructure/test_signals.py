"""Signals are on disk when they are acknowledged, and come back as they went in."""

import asyncio
import random
from datetime import timedelta
from pathlib import Path

import pytest

from plait.infrastructure.signals import Point, Series, SeriesMeta, SignalService, block_of
from plait.infrastructure.signals.lake import Lake
from plait.infrastructure.signals.record import Raw, pack, unpack
from plait.infrastructure.signals.tables import Span
from plait.infrastructure.signals.words import OTHER
from plait.kernel.problems import Problem
from plait.store import Store, ms_of
from tests.infrastructure.support import ME, STRANGER, House
from tests.support import START, make_store

MINUTE = timedelta(minutes=1)


async def service(store: Store, folder: Path, guard: House | None = None, **more: int) -> SignalService:
    opened = SignalService(store, guard or House(), store.clock, folder / "lake", **more)
    await opened.open()
    return opened


def put(lake: Lake, *raw: Raw) -> None:
    lake.append([pack(raw)], [Span(min(each.ms for each in raw), max(each.ms for each in raw), len(raw))])


def points(count: int, series: str = "lathe-1.Power") -> list[Point]:
    return [Point(series, START + MINUTE * number, float(number)) for number in range(count)]


async def test_values_come_back_in_order_and_in_the_span(tmp_path: Path) -> None:
    """Tests that a query gives since <= time < until, sorted by time however they came."""
    async with make_store(tmp_path) as store:
        signals = await service(store, tmp_path)
        mixed = points(60)
        random.Random(1).shuffle(mixed)
        await signals.record(mixed)
        view = await signals.query(ME, "lathe-1.Power", START + MINUTE * 10, START + MINUTE * 20)
        assert [value.value for value in view.values] == [float(number) for number in range(10, 20)]
        assert not view.more
        cut = await signals.query(ME, "lathe-1.Power", START, START + MINUTE * 60, limit=5)
        assert len(cut.values) == 5
        assert cut.more
        latest = signals.latest("lathe-1.Power")
        assert latest is not None
        assert latest.value == 59.0
        await signals.close()


async def test_means_of_steps(tmp_path: Path) -> None:
    """Tests that a step answers with the mean and number of its values, bad ones left out."""
    async with make_store(tmp_path) as store:
        signals = await service(store, tmp_path)
        await signals.record([*points(10), Point("lathe-1.Power", START + MINUTE, 1e9, 2)])
        view = await signals.query(ME, "lathe-1.Power", START, START + MINUTE * 10, step=300)
        assert [(value.value, value.count) for value in view.values] == [(2.0, 5), (7.0, 5)]
        await signals.close()


async def test_equal_times_are_all_kept(tmp_path: Path) -> None:
    """Tests that a thousand points of one millisecond are a thousand points."""
    async with make_store(tmp_path) as store:
        signals = await service(store, tmp_path)
        await signals.record([Point("s", START, float(number)) for number in range(1000)])
        view = await signals.query(ME, "s", START, START + MINUTE)
        assert [value.value for value in view.values] == [float(number) for number in range(1000)]
        await signals.close()


async def test_what_was_acknowledged_survives_without_a_close(tmp_path: Path) -> None:
    """Tests that points and latest values are there again after a process that never closed its lake."""
    async with make_store(tmp_path) as store:
        first = await service(store, tmp_path, segment_bytes=2000)
        for number in range(30):
            later = timedelta(milliseconds=number)
            await first.record([Point(each.series, each.at + later, each.value) for each in points(10, f"m.{number % 3}")])
        again = await service(store, tmp_path, segment_bytes=2000)
        for number in range(3):
            view = await again.query(ME, f"m.{number}", START, START + MINUTE * 10)
            assert len(view.values) == 100
            latest = again.latest(f"m.{number}")
            assert latest is not None
            assert latest.value == 9.0
        await again.close()
        await first.close()


async def test_latest_values_are_written_down_on_closing(tmp_path: Path) -> None:
    """Tests that a closed lake opens with the same latest values and goes on behind them."""
    async with make_store(tmp_path) as store:
        first = await service(store, tmp_path)
        await first.record(points(5))
        await first.close()
        again = await service(store, tmp_path)
        latest = again.latest("lathe-1.Power")
        assert latest is not None
        assert latest.value == 4.0
        await again.append("lathe-1.Power", START + MINUTE * 9, 9.0)
        (series,) = await again.series(ME)
        assert series.value == 9.0
        await again.close()


@pytest.mark.parametrize("cut", range(1, 30))
def test_a_torn_record_is_cut_off_and_nothing_before_it(tmp_path: Path, cut: int) -> None:
    """Tests that a file cut anywhere in its last record gives back every earlier one and takes new ones."""
    lake = Lake(tmp_path)
    put(lake, Raw(1, 1, 1.0, 0))
    put(lake, Raw(1, 2, 2.0, 0))
    lake.close()
    (file,) = tmp_path.glob("*.seg")
    content = file.read_bytes()
    file.write_bytes(content[:-cut])
    again = Lake(tmp_path)
    again.load({})
    put(again, Raw(1, 3, 3.0, 0))
    assert again.read([1], 0, 10).block.value.tolist() == [1.0, 3.0]
    again.close()


def test_a_flipped_bit_takes_its_record_only(tmp_path: Path) -> None:
    """Tests that a record whose checksum is wrong is never read as values, and the one behind it still is."""
    lake = Lake(tmp_path)
    put(lake, Raw(1, 1, 1.0, 0))
    put(lake, Raw(1, 2, 2.0, 0))
    lake.close()
    (file,) = tmp_path.glob("*.seg")
    content = bytearray(file.read_bytes())
    content[len(content) // 2 - 3] ^= 4
    file.write_bytes(content)
    again = Lake(tmp_path)
    again.load({})
    assert again.read([1], 0, 10).block.value.tolist() == [2.0]
    again.close()


def test_records_round_trip() -> None:
    """Tests that points are unpacked as they were packed and that a broken length is no record."""
    some = [Raw(1, -5, 1.5, 0), Raw(2**32 - 1, 2**62, float("inf"), 2)]
    assert list(unpack(pack(some))) == some
    with pytest.raises(ValueError, match="whole points"):
        unpack(pack(some)[:-1])


async def test_words_come_back_as_words(tmp_path: Path) -> None:
    """Tests that text is kept among numbers, also of one series, and is there after a crash; a longer text than is kept is cut."""
    async with make_store(tmp_path) as store:
        first = await service(store, tmp_path)
        said: list[float | str] = ["EXECUTE", 1.0, "IDLE", "EXECUTE", 2.0, "x" * 600]
        await first.record([Point("m.state", START + MINUTE * number, value) for number, value in enumerate(said)])
        again = await service(store, tmp_path)
        await again.append("m.state", START + MINUTE * 9, "HELD")
        for signals in (first, again):
            view = await signals.query(ME, "m.state", START, START + MINUTE * 9)
            assert [value.value for value in view.values] == [*said[:5], "x" * 499 + "…"]
            assert {value.quality for value in view.values} == {0}
        latest = again.latest("m.state")
        assert latest is not None
        assert latest.value == "HELD"
        await again.close()
        await first.close()


async def test_words_beyond_the_most_are_told_and_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a series with endless different texts keeps the first ones, and marks the others as bad instead of giving them a wrong text."""
    monkeypatch.setattr("plait.infrastructure.signals.words.MOST_WORDS", 3)
    monkeypatch.setattr("plait.infrastructure.signals.recorder.MOST_WORDS", 3)
    async with make_store(tmp_path) as store:
        signals = await service(store, tmp_path)
        await signals.record([Point("m.serial", START + MINUTE * number, f"SN{number}") for number in range(5)])
        await signals.append("m.serial", START + MINUTE * 5, "SN1")
        view = await signals.query(ME, "m.serial", START, START + MINUTE * 9)
        assert [value.value for value in view.values] == ["SN0", "SN1", "SN2", OTHER, OTHER, "SN1"]
        assert [value.quality for value in view.values] == [0, 0, 0, 2, 2, 0]
        await signals.close()


async def test_blocks_are_points_too(tmp_path: Path) -> None:
    """Tests that blocks and points recorded at once are all there, in their order, heard by who listens, and that a strange number is refused."""
    async with make_store(tmp_path) as store:
        signals = await service(store, tmp_path)
        numbers = await signals.numbers(["a", "b"])
        assert signals.names[numbers["b"]] == "b"
        heard: list[int] = []
        end = signals.listen(lambda block: heard.append(len(block.ms)))
        start = ms_of(START)
        blocks = [block_of([numbers["a"], numbers["b"]] * 500, [start + each * 1000 + at for at in range(1000)], range(1000)) for each in range(5)]
        await asyncio.gather(*(signals.record_block(block) for block in blocks), signals.record(points(1, "b")))
        assert sum(heard) == 5001
        end()
        view = await signals.query(ME, "a", START, START + MINUTE)
        assert [value.value for value in view.values] == [float(at) for at in range(0, 1000, 2)] * 5
        latest = signals.latest("b")
        assert latest is not None
        assert latest.value == 999.0
        assert latest.at == START + timedelta(seconds=4, milliseconds=999)
        with pytest.raises(Problem, match="none with number 99"):
            await signals.record_block(block_of([99], [0], [1.0]))
        with pytest.raises(ValueError, match="different lengths"):
            block_of([1, 2], [0], [1.0, 2.0])
        await signals.close()
        assert len(heard) <= 6


async def test_series_say_what_they_mean(tmp_path: Path) -> None:
    """Tests that unit, concept and title are shown with a series and replaced when told anew; strangers may not tell them."""
    async with make_store(tmp_path) as store:
        signals = await service(store, tmp_path)
        await signals.record(points(1))
        await signals.describe(ME, {"lathe-1.Power": SeriesMeta("W"), "lathe-1.Oil": SeriesMeta("CEL", "0173-1#02-AAB381#007", "Oil temperature")})
        await signals.describe(ME, {"lathe-1.Power": SeriesMeta("KWT", title="Power")})
        shown = {one.name: one for one in await signals.series(ME)}
        assert (shown["lathe-1.Power"].unit, shown["lathe-1.Power"].title, shown["lathe-1.Power"].value) == ("KWT", "Power", 0.0)
        assert shown["lathe-1.Oil"] == Series("lathe-1.Oil", "CEL", title="Oil temperature", semantic="0173-1#02-AAB381#007")
        with pytest.raises(Problem, match="forbidden"):
            await signals.describe(STRANGER, {"lathe-1.Power": SeriesMeta("W")})
        await signals.close()


async def test_gaps_show_with_the_values(tmp_path: Path) -> None:
    """Tests that a gap of a machine shows in each of its series, and only in the span asked for."""
    async with make_store(tmp_path) as store:
        signals = await service(store, tmp_path)
        await signals.record([*points(3), *points(3, "lathe-10.Power")])
        await signals.gap("lathe-1", START, START + MINUTE, "away")
        view = await signals.query(ME, "lathe-1.Power", START, START + MINUTE * 10)
        assert [(gap.since, gap.until, gap.reason) for gap in view.gaps] == [(START, START + MINUTE, "away")]
        assert not (await signals.query(ME, "lathe-1.Power", START + MINUTE * 2, START + MINUTE * 10)).gaps
        assert not (await signals.query(ME, "lathe-10.Power", START, START + MINUTE * 10)).gaps
        await signals.close()


async def test_strangers_see_only_the_series_they_were_granted(tmp_path: Path) -> None:
    """Tests that a partner without an agreement sees no series."""
    async with make_store(tmp_path) as store:
        guard = House()
        signals = await service(store, tmp_path, guard)
        await signals.record([*points(1), *points(1, "hob-1.Power")])
        assert not await signals.series(STRANGER)
        with pytest.raises(Problem, match="no-such-series"):
            await signals.query(STRANGER, "lathe-1.Power", START, START + MINUTE)
        guard.shown["signal"] = frozenset({"hob-1.Power"})
        assert [one.name for one in await signals.series(STRANGER)] == ["hob-1.Power"]
        await signals.close()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"since": START, "until": START - MINUTE}, "until"),
        ({"limit": 0}, "limit"),
        ({"limit": 10_001}, "limit"),
        ({"step": 0.0}, "step"),
    ],
)
async def test_questions_that_make_no_sense_are_refused(tmp_path: Path, asked: dict[str, object], field: str) -> None:
    """Tests that each wrong parameter is named."""
    async with make_store(tmp_path) as store:
        signals = await service(store, tmp_path)
        await signals.record(points(1))
        with pytest.raises(Problem) as refused:
            await signals.query(ME, "lathe-1.Power", **asked)  # type: ignore[arg-type]
        assert refused.value.extra["field"] == field
        await signals.close()


async def test_a_lake_copied_before_its_database_goes_on(tmp_path: Path) -> None:
    """Tests that a lake shorter than its database tells of opens without loss told, and that what is recorded then is known after a crash."""
    async with make_store(tmp_path) as store:
        first = await service(store, tmp_path)
        await first.record(points(2))
        (segment,) = (tmp_path / "lake").glob("*.seg")
        copied = segment.read_bytes()
        await first.record(points(5))
        await first.roll()
        await first.record(points(9))
        await first.close()
        for file in (tmp_path / "lake").glob("*.seg"):
            file.unlink()
        segment.write_bytes(copied)
        again = await service(store, tmp_path)
        await again.append("lathe-1.Power", START + MINUTE * 30, 30.0)
        third = await service(store, tmp_path)
        latest = third.latest("lathe-1.Power")
        assert latest is not None
        assert latest.value == 30.0
        await third.roll()
        await third.tend()
        view = await third.query(ME, "lathe-1.Power", START, START + MINUTE * 60)
        assert [value.value for value in view.values] == [0.0, 1.0, 30.0]
        assert not view.gaps
        await third.close()
        await again.close()
