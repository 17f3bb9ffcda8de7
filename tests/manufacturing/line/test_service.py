"""A run goes through stations by hand, on simulated time, with a real store."""

from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal

import pytest

from plait.kernel.actor import Scope, system_actor
from plait.kernel.facts import decode
from plait.kernel.firm import Firm
from plait.kernel.ports import JobState
from plait.kernel.problems import Problem
from plait.manufacturing.line.model import Lot, MaterialLine, RunOrder, Step
from plait.manufacturing.line.service import LineService
from plait.manufacturing.line.stations import Station
from plait.manufacturing.part.model import Part, StockIn
from plait.manufacturing.part.service import PartService
from tests.support import make_store

FIRM = Firm("0198f0a0-0000-7000-8000-000000000001", "helix", "did:web:helix", "http://helix")
ME = system_actor(FIRM.party_id)
STEPS = (Step(10, "Turn", "lathe", 10, 1), Step(20, "Harden", "", 0, 0, outside=True, semi_gtin="09521002000023"), Step(30, "Grind", "grind", 5, 1))


class OwnPeople:
    """A guard for a firm's own people."""

    def firm(self):
        return FIRM

    def require(self, actor, action):
        return None

    def scope(self, actor, action, kind):
        return Scope(everything=actor.party == FIRM.party_id)


class NoMachines:
    """A shop without connected machines: everything is done by hand."""

    def machines(self):
        return []


def run_order(**more):
    fields = {"quantity": 4, "batch_size": 2, "materials": (MaterialLine("BLANK", Decimal(1)),), "serial": True} | more
    return RunOrder("SO-00001", "P", "Part", "A", "09521002000016", steps=STEPS, order_id="order-1", customer="them", **fields)


@asynccontextmanager
async def shop(folder):
    async with make_store(folder) as store:
        parts = PartService(store, OwnPeople(), store.clock)

        def take(tx, part, quantity, order):
            return [Lot(use.part, use.gtin, use.lot, use.quantity, use.unit, use.serials) for use in parts.take(tx, part, quantity, order)]

        line = LineService(store, OwnPeople(), store.clock, NoMachines(), lambda conn: [Station("l1", "lathe"), Station("g1", "grind")], take)

        async def react(fact):
            body = decode(fact)
            if fact.kind == "line.job_released":
                await line.send(ME, body.job)
            else:
                await line.release(ME)

        store.follow("line", frozenset({"line.job_released", "line.job_ended", "line.run_opened", "part.stock_in"}), react)
        await parts.put(ME, Part("BLANK", "1", "Blank", supply="buy"))
        yield store, line, parts


async def facts(store, kind):
    return [decode(fact) for fact in await store.facts(kinds=[kind])]


async def test_a_run_waits_for_material_goes_out_and_comes_back(tmp_path):
    """Tests that batches start only with material, one a station, leave for the outside step, return, and end with serials."""
    async with shop(tmp_path) as (store, line, parts):
        await line.open_run(ME, run_order())
        await store.clock.run_for(timedelta(hours=1))
        assert await facts(store, "line.job_released") == []
        await parts.receive(ME, StockIn("BLANK", "B1", Decimal(4)))
        await store.clock.run_for(timedelta(minutes=13))
        started = await facts(store, "line.job_started")
        assert [each.job for each in started] == ["SO-00001-1-10", "SO-00001-2-10"]
        await store.clock.run_for(timedelta(hours=1))
        out = await facts(store, "line.step_out")
        assert [(each.batch, each.quantity, each.lots[0].lot) for each in out] == [("SO-00001-1", 2, "B1"), ("SO-00001-2", 2, "B1")]
        for number in (1, 2):
            await line.returned(ME, f"SO-00001-{number}", (Lot("outside", "09521004000014", "X1", Decimal(2)),), 2)
        await store.clock.run_for(timedelta(hours=1))
        done = await facts(store, "line.batch_finished")
        assert [each.serials for each in done] == [("SO00001-0001", "SO00001-0002"), ("SO00001-0003", "SO00001-0004")]
        assert [each.made for each in await facts(store, "line.run_finished")] == [4]


async def test_scrap_is_quarantined_and_replaced(tmp_path):
    """Tests that a scrapped piece is made again in the batch that has not begun, and the run still ends complete."""
    async with shop(tmp_path) as (store, line, parts):
        await parts.receive(ME, StockIn("BLANK", "B1", Decimal(9)))
        await line.open_run(ME, run_order())
        await store.activity.wait_idle()
        await line.report(ME, JobState("SO-00001-1-10", "", "ended", 1, 1))
        scrapped = await facts(store, "line.scrapped")
        assert [(each.quantity, each.replaced_in) for each in scrapped] == [(1, "SO-00001-2")]
        await store.clock.run_for(timedelta(hours=1))
        assert [each.quantity for each in await facts(store, "line.step_out")] == [1, 3]


async def test_reports_are_taken_once(tmp_path):
    """Tests that the end of a job reported twice, or of a job nobody knows, changes nothing the second time."""
    async with shop(tmp_path) as (store, line, parts):
        await parts.receive(ME, StockIn("BLANK", "B1", Decimal(4)))
        await line.open_run(ME, run_order())
        await line.open_run(ME, run_order())
        await store.activity.wait_idle()
        await line.report(ME, JobState("SO-00001-1-10", "", "ended", 2, 0))
        await line.report(ME, JobState("SO-00001-1-10", "", "ended", 2, 0))
        await line.report(ME, JobState("SO-99999-1-10", "", "ended", 2, 0))
        assert len(await facts(store, "line.job_ended")) == 1
        assert len(await facts(store, "line.run_opened")) == 1


async def test_customers_goods_and_a_cut(tmp_path):
    """Tests that a service run opens a batch a lot, ends with what it was given, and can be cut by what has not begun."""
    async with shop(tmp_path) as (store, line, _):
        order = run_order(service=True, serial=False, materials=(MaterialLine("customer", Decimal(1), supply="customer"),))
        await line.open_run(ME, msgspec_replace(order, steps=STEPS[:1]))
        await line.customer_goods(ME, "SO-00001", [Lot("customer", "09521002000023", "C-1", Decimal(3))])
        await line.release(ME)
        await store.clock.run_for(timedelta(hours=1))
        assert [(each.batch, each.good, each.lots[0].lot) for each in await facts(store, "line.batch_finished")] == [("SO-00001-1", 3, "C-1")]
        assert await facts(store, "line.run_finished") == []
        assert await line.cut(ME, "SO-00001", "moved elsewhere") == 1
        assert (await line.run(ME, "SO-00001"))[0].state == "finished"


def msgspec_replace(struct, **changes):
    import msgspec

    return msgspec.structs.replace(struct, **changes)


async def test_unknown_runs_and_strangers(tmp_path):
    """Tests that an unknown run is refused and a partner without an agreement sees no run."""
    async with shop(tmp_path) as (_, line, _parts):
        await line.open_run(ME, run_order())
        with pytest.raises(Problem, match="no-such-run"):
            await line.run(ME, "SO-00009")
        assert await line.runs(system_actor("somebody else")) == []


async def test_a_person_says_what_is_back(tmp_path):
    """Tests that a batch at a supplier who is only a name goes on when a person says it is back, not before and not with more than went out."""
    async with shop(tmp_path) as (store, line, parts):
        await line.open_run(ME, run_order(quantity=2, serial=False))
        await parts.receive(ME, StockIn("BLANK", "H1", Decimal(2)))
        await store.activity.wait_idle()
        with pytest.raises(Problem) as refusal:
            await line.back(ME, "SO-00001-1", 2)
        assert refusal.value.code == "not-outside"
        await store.clock.run_for(timedelta(hours=1))
        assert [body.batch for body in await facts(store, "line.step_out")] == ["SO-00001-1"]
        with pytest.raises(Problem) as refusal:
            await line.back(ME, "SO-00001-1", 3)
        assert refusal.value.code == "invalid"
        assert await line.back(ME, "SO-00001-1", 2) == "SO-00001"
        await store.activity.wait_idle()
        await store.clock.run_for(timedelta(hours=1))
        assert [body.made for body in await facts(store, "line.run_finished")] == [2]
