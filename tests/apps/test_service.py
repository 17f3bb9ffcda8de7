"""Apps in a node: settings, permissions, what a real machine did."""

from datetime import timedelta

import msgspec
import pytest

from plait.apps.model import AppSetting
from plait.apps.service import AppService
from plait.infrastructure.machines import tables as machine_tables
from plait.infrastructure.machines.model import Machine
from plait.infrastructure.past import HistoryService
from plait.infrastructure.past.service import KINDS
from plait.kernel.facts import decode
from plait.kernel.ports import JobOrder
from plait.kernel.problems import Problem
from plait.manufacturing.schedule import tables as schedule_tables
from plait.manufacturing.schedule.model import Calendar, ShiftHours, WorkCentre
from tests.infrastructure.conftest import run_node
from tests.infrastructure.support import ME, STRANGER, House, plant
from tests.support import START, clock, free_port, make_store


async def test_settings_are_kept_checked_and_told(tmp_path):
    """Tests that an app is on until somebody says otherwise, that a wrong setting changes nothing, and that nobody from outside sees apps."""
    async with make_store(tmp_path, at=clock()) as store:
        apps = AppService(store, House(), store.clock, None)
        (view,) = await apps.apps(ME)
        assert (view.name, view.on, view.config["goal"], view.screen) == ("oee", True, 0.85, "/oee")
        with pytest.raises(Problem, match=r"\$\.goal"):
            await apps.set(ME, "oee", AppSetting(True, {"goal": 2}))
        with pytest.raises(Problem, match="none called 'spc'"):
            await apps.set(ME, "spc", AppSetting())
        for _ in range(2):
            assert (await apps.set(ME, "oee", AppSetting(False, {"goal": 0.7}))).config["goal"] == 0.7
        assert len(await store.facts(kinds=["app.set"])) == 1
        with pytest.raises(Problem, match="OEE is off"):
            await apps.report(ME, "oee")
        for ask in (apps.apps(STRANGER), apps.app(STRANGER, "oee"), apps.report(STRANGER, "oee"), apps.set(STRANGER, "oee", AppSetting())):
            with pytest.raises(Problem):
                await ask


async def test_a_day_is_told_once(tmp_path):
    """Tests that with ``note_days`` the day before is written down once, after midnight of the firm, and by shifts of the machine's work centre."""
    async with make_store(tmp_path, at=clock()) as store:
        week = (0, 1, 2, 3, 4)
        hours = Calendar("UTC", (ShiftHours(week, "06:00", "14:00"), ShiftHours(week, "14:00", "22:00")))

        def enter(tx):
            machine_tables.add(tx.conn, Machine("m", "Lathe", "turning"))
            schedule_tables.put_centre(tx.conn, WorkCentre("w1", "turning", hours, "m"))

        await store.write(ME, enter)
        apps = AppService(store, House(), store.clock, None)
        await apps.set(ME, "oee", AppSetting(True, {"note_days": True}))
        assert await store.facts(kinds=["oee.day_closed"]) == []
        await store.clock.run_for(timedelta(days=2))
        facts = [decode(each) for each in await store.facts(kinds=["oee.day_closed"])]
        assert [each.since.date().isoformat() for each in facts] == ["2026-03-02", "2026-03-03"]
        again = AppService(store, House(), store.clock, None)
        await again.open()
        assert len(await store.facts(kinds=["oee.day_closed"])) == 2
        found = await apps.report(ME, "oee", START, START + timedelta(hours=20), "shift")
        assert [row.period.name for row in found.detail.rows if row.kind == "machine"] == ["06:00-14:00", "14:00-22:00"]
        assert {row.planned_min for row in found.detail.rows} == {480.0}


async def test_figures_agree_with_what_a_machine_did(tmp_path):
    """Tests on a simulated machine over OPC UA that pieces and times are those the machine itself reported."""
    port = free_port()
    async with plant(tmp_path, port) as works, run_node(tmp_path) as node:
        past = HistoryService(node.store, node.guard)
        await node.machines.add(ME, Machine("lathe", "Lathe", "lathe", "opcua", {"endpoint": works.endpoint, "cell": "lathe"}))
        await node.log.until(lambda log: any(each.state == "idle" for each in log.of("machine.state_changed")))
        await node.machines.start("lathe", JobOrder("J1", "turn", "P1", "L1", 30, 20.0, 3.0))
        await node.log.until(lambda log: any(each.state == "ended" for each in log.of("machine.job_changed")))
        await node.log.until(lambda log: log.of("machine.state_changed")[-1].state == "idle")
        ended = next(each for each in node.log.of("machine.job_changed") if each.state == "ended")
        for fact in await node.store.facts(kinds=KINDS):
            await past.learn(fact, decode(fact))
        apps = AppService(node.store, node.guard, clock(ended.ended + timedelta(days=1)), node.signals)
        found = await apps.report(ME, "oee", ended.started - timedelta(seconds=1), ended.ended + timedelta(seconds=1))
        row = next(each for each in found.detail.rows if each.subject == "lathe")
        assert ended.good + ended.scrap == 30
        assert (round(row.produced, 6), round(row.good, 6)) == (30, ended.good)
        states = await past.states(ME, "lathe", ended.started, ended.ended)
        running = sum((each.until - each.since).total_seconds() for each in states if each.state == "running")
        assert running > 0
        assert row.rates.availability == pytest.approx(running / (row.planned_min * 60), rel=0.2)
        assert msgspec.json.encode(found)
