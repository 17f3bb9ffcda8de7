"""A shop that answers requests, on simulated time, with a real store: two benches by the hour, a few parts, the reactions that offers live by."""

from contextlib import asynccontextmanager
from decimal import Decimal

from plait.kernel.clock import SimulatedClock
from plait.kernel.facts import decode
from plait.kernel.money import Money
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.desk.offers.model import Asked, AskedLine
from plait.manufacturing.desk.offers.room import Room
from plait.manufacturing.desk.offers.service import OfferService
from plait.manufacturing.desk.ordering import OrderDesk
from plait.manufacturing.desk.papers.service import PaperService
from plait.manufacturing.desk.quoting import QuoteDesk, Terms
from plait.manufacturing.line.service import LineService
from plait.manufacturing.line.stations import stations
from plait.manufacturing.part.model import Operation, Part
from plait.manufacturing.part.service import PartService
from plait.manufacturing.schedule.model import Calendar, WorkCentre
from plait.manufacturing.schedule.service import ScheduleService
from plait.manufacturing.trade.options import OptionService
from plait.manufacturing.trade.service import TradeService
from tests.manufacturing.house import ME, HouseGuard
from tests.support import make_store

__all__ = ["ME", "Shop", "asked", "line", "part", "shop"]


class Alone:
    """Signs with nothing, knows no other firm and has no machines: what is tested here is the desk."""

    def sign(self, payload):
        return payload.decode()

    async def verify(self, party, jws):
        return jws.encode()

    def member(self, party):
        return None

    def members(self):
        return []

    def machines(self):
        return []


def part(id="SHAFT", name="Shaft 42CrMo4", *, cycle=6.0, markup="0.2", group="bench", **more):
    routing = (Operation(10, "Turn", "turning", group, 30.0, cycle),)
    return Part(id, "A", name, process="turning", material="42CrMo4", batch_size=10, markup=Decimal(markup), routing=routing, **more)


def line(quantity="20", **more):
    return AskedLine(Decimal(quantity), **({"part_no": "SHAFT"} | more))


def asked(*lines, customer="meridian", **more):
    return Asked(customer, lines or (line(),), **({"email": "buyer@meridian.example"} | more))


class Shop:
    def __init__(self, store, prices=None):
        guard, alone = HouseGuard(), Alone()
        self.store, self.clock = store, store.clock
        self.parts = PartService(store, guard, store.clock)
        self.schedule = ScheduleService(store, guard, store.clock)
        self.trade = TradeService(store, guard, store.clock, alone, alone)
        self.line = LineService(store, guard, store.clock, alone, stations, lambda tx, part, quantity, order: [])
        self.capabilities = CapabilityService(store, guard, store.clock)
        self.quotes = QuoteDesk(store, guard, store.clock, self.parts, self.capabilities, self.schedule, self.trade, OptionService(self.trade), Terms())
        self.orders = OrderDesk(self.quotes, self.line, None)
        self.papers = PaperService(store, guard)
        self.offers = OfferService(Room(store, guard, store.clock, self.quotes, self.papers, prices))
        for kind, call in (
            ("trade.rfq_received", lambda body: self.quotes.judge(ME, body.doc_id)),
            ("trade.order_received", lambda body: self.orders.ordered(ME, body.doc_id)),
            ("desk.accepted", lambda body: self.offers.became_run(ME, body.order_id, body.run, body.promised)),
        ):
            store.follow(kind, frozenset({kind}), self._react(call), start="begin")

    @staticmethod
    def _react(call):
        async def react(fact):
            await call(decode(fact))

        return react

    async def settle(self):
        await self.store.activity.wait_idle()

    async def wait(self, span):
        """Let time pass."""
        assert isinstance(self.clock, SimulatedClock)
        await self.clock.run_for(span)
        await self.settle()

    async def bodies(self, kind):
        return [decode(fact) for fact in await self.store.facts(kinds=[kind])]

    async def slots(self):
        """Return the slots held or booked now, as (work centre, start)."""
        return {(row.work_centre, row.start) for row in await self.schedule.plan(ME)}

    async def furnish(self):
        rate = Money(Decimal(60), "EUR")
        for id, group in (("bench-1", "bench"), ("mill-1", "mill")):
            await self.schedule.put_work_centre(ME, WorkCentre(id, group, Calendar(always=True), rate=rate))
        await self.parts.put(ME, part(family="shafts"))
        await self.parts.put(ME, part("GEAR-40", "Spur gear m2 z40", cycle=12.0, family="gears", drawing_no="D-4711"))
        return self


@asynccontextmanager
async def shop(folder, prices=None):
    async with make_store(folder) as store:
        yield await Shop(store, prices).furnish()
