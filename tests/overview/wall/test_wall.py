"""The wall of machines, one machine's picture, links for screens."""

from datetime import timedelta

import pytest

from plait.infrastructure.machines import MachineService
from plait.infrastructure.machines import tables as machine_tables
from plait.infrastructure.machines.model import Machine, MachineStatus
from plait.infrastructure.machines.rules import Known
from plait.infrastructure.past import HistoryService, Work
from plait.infrastructure.past import tables as past_tables
from plait.infrastructure.past.rules import Change
from plait.infrastructure.signals import Point, SignalService
from plait.infrastructure.signals.model import SeriesMeta
from plait.kernel.ports import JobOrder, JobState
from plait.kernel.problems import Problem
from plait.overview.wall import rules
from plait.overview.wall.model import Goal, WallLinkAsked
from plait.overview.wall.service import WallService
from plait.store import ms_of
from tests.infrastructure.support import ME, STRANGER, House
from tests.support import START, clock, make_store


def status(id, state, place="", linked=True):
    return MachineStatus(Machine(id, id.title(), "turning", place=place), state, START, "", 0.0, (), linked)


def test_tiles_stand_by_place_and_need():
    """Tests that tiles are grouped by hall and line, that those which need somebody come first, and that a lost link is silence whatever was heard last."""
    found = [status("a", "running", "hall-2/x"), status("b", "running", "hall-1/x"), status("c", "down", "hall-1/x"), status("d", "running", "hall-1/x", False)]
    works = [Work("b", "J", "running", START, None, 30, 2, quantity=64), Work("a", "K", "ended", START, START, 9, 0, quantity=9)]
    made = rules.tiles(found, works, {"a": Goal(0.5, 0.8), "c": Goal(None, 0.8)}, {"c": 2})
    assert [(tile.machine.machine.id, tile.state) for tile in made] == [("c", "down"), ("d", "silent"), ("b", "running"), ("a", "running")]
    rings = {tile.machine.machine.id: tile.ring for tile in made}
    assert rings == {"a": pytest.approx(0.625), "b": 0.5, "c": None, "d": None}
    assert made[0].alarms == 2


def test_energy_is_shared_out_by_time():
    """Tests that of a job's energy only as much counts as lies in the time."""
    hour = timedelta(hours=1)
    work = Work("m", "J", "ended", START, START + 4 * hour, 9, 0, 8.0)
    assert rules.energy_in(work, START + hour, START + 2 * hour, START + 9 * hour) == pytest.approx(2.0)
    assert rules.energy_in(work, START - hour, START + 9 * hour, START + 9 * hour) == pytest.approx(8.0)
    assert rules.energy_in(work, START + 5 * hour, START + 9 * hour, START + 9 * hour) == 0.0


async def goals(actor):
    del actor
    return {"m": Goal(0.7, 0.85)}


async def rooms(store, folder):
    """Return the wall and what it stands on, with one machine that has a past."""
    guard = House()
    signals = SignalService(store, guard, store.clock, folder / "lake")
    await signals.open()
    machines = MachineService(store, guard, store.clock, store.activity, signals, folder / "machines")
    past = HistoryService(store, guard)

    def enter(tx):
        machine_tables.add(tx.conn, Machine("m", "Lathe", "turning", place="hall-1/line-1"))
        machine_tables.put_state(tx.conn, "m", Known("running", "", 0.0, False), START)
        machine_tables.order(tx.conn, "m", JobOrder("J1", "turn", "P1", "L1", 10, 12.0, 3.0))
        machine_tables.put_job(tx.conn, JobState("J1", "m", "running", 4, 1, START - timedelta(minutes=30), None, 1.5))
        for number, state in enumerate(("idle", "setup", "running")):
            past_tables.put_change(tx.conn, number, "m", Change(ms_of(START) - (40 - 10 * number) * 60_000, state, ""))

    await store.write(ME, enter)
    points = [Point("m.power", START - timedelta(seconds=second), 60.0 if second == 1800 else 6.0) for second in range(3600, 0, -1)]
    await signals.record([*points, Point("m.program", START - timedelta(minutes=50), "O1"), Point("m.program", START - timedelta(minutes=5), "O2")])
    await signals.describe(ME, {"m.power": SeriesMeta("KWT", "", "Power")})
    await signals.gap("m", START - timedelta(minutes=20), START - timedelta(minutes=18), "link lost")
    return WallService(store, guard, store.clock, machines, past, signals, goals), signals


async def test_the_picture_of_a_machine(tmp_path):
    """Tests that states, jobs, gaps and signals come in one answer, that a peak of a second is there however narrow it is drawn, and that power adds up."""
    async with make_store(tmp_path, at=clock()) as store:
        wall, signals = await rooms(store, tmp_path)
        try:
            found = await wall.picture(ME, "m", START - timedelta(hours=1), START, 60)
            curves = {curve.name: curve for curve in found.curves}
            assert max(curves["power"].value) == 60.0
            assert (curves["power"].unit, curves["power"].title, curves["power"].of) == ("kW", "Power", 3600)
            assert len(curves["power"].at) < 200
            assert [curves["program"].words[int(value)] for value in curves["program"].value] == ["O1", "O2"]
            assert [span.kind for span in found.states] == ["idle", "setup", "running"]
            assert [(span.kind, span.text) for span in found.jobs] == [("running", "turn P1")]
            assert [span.text for span in found.gaps] == ["link lost"]
            assert found.power_kwh == pytest.approx(6.0, rel=0.02)
            assert (await wall.picture(ME, "m", START - timedelta(hours=1), START, 60, ["program"])).curves[0].name == "program"
            for ask, why in (((START, START), "does not lie after"), ((START - timedelta(days=9000), START), "at most")):
                with pytest.raises(Problem, match=why):
                    await wall.picture(ME, "m", *ask)
            with pytest.raises(Problem, match="no machine"):
                await wall.picture(STRANGER, "m", START - timedelta(hours=1), START)
        finally:
            await signals.close()


async def test_a_screen_sees_by_its_link_alone(tmp_path):
    """Tests that a link shows the wall until it is closed, that a wrong code and a closed link answer alike, and that no code is kept."""
    async with make_store(tmp_path, at=clock()) as store:
        wall, signals = await rooms(store, tmp_path)
        try:
            made = await wall.open_link(ME, WallLinkAsked(" Hall 1,  door ", "hall-1", "de"))
            code = made.path.removeprefix("/wall/")
            link, shown = await wall.by_code(code)
            assert (link.title, link.language, [tile.part for tile in shown.tiles]) == ("Hall 1, door", "de", ["P1"])
            assert (shown.tiles[0].ring, shown.tiles[0].oee) == (0.5, 0.7)
            assert (await wall.links(ME))[0].seen is not None
            assert code.encode() not in (tmp_path / "plait.db").read_bytes()
            other = await wall.open_link(ME, WallLinkAsked("Office", "hall-9"))
            assert (await wall.by_code(other.path.removeprefix("/wall/")))[1].tiles == ()
            await wall.close_link(ME, made.link.id)
            for wrong in (code, "x" * 32, "", "x" * 10_000):
                with pytest.raises(Problem) as refused:
                    await wall.by_code(wrong)
                assert refused.value.code == "wall-link-gone"
            for act in (wall.open_link(ME, WallLinkAsked("  ")), wall.close_link(ME, "no"), wall.open_link(STRANGER, WallLinkAsked("Mine"))):
                with pytest.raises(Problem):
                    await act
            assert await wall.links(STRANGER) == []
        finally:
            await signals.close()
