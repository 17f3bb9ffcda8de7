"""Options on suppliers, between real stores: held, next in line, all or nothing, released."""

from contextlib import AsyncExitStack
from datetime import timedelta
from decimal import Decimal

import pytest

from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.facts import decode
from plait.kernel.firm import Firm, Member
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.trade.model import Line
from plait.manufacturing.trade.options import OptionNeed, OptionService
from plait.manufacturing.trade.service import TradeService
from tests.support import make_store

NAMES = ("shop", "forge", "furnace", "spare")


class Open:
    """A guard that lets a firm's own people do everything, and a directory of the four firms."""

    def __init__(self, name):
        self.name = name

    def firm(self):
        return Firm(self.name, self.name, f"did:web:{self.name}", f"http://{self.name}")

    def require(self, actor, action):
        return None

    def scope(self, actor, action, kind):
        return Scope(everything=actor.party == self.name)

    def member(self, party):
        return Member(party, party, f"did:web:{party}", f"http://{party}") if party in NAMES else None


class Plain:
    """Signs with nothing: what is tested here is the chain, signatures are tested with whole nodes."""

    def sign(self, payload):
        return payload.decode()

    async def verify(self, party, jws):
        return jws.encode()


class House:
    def __init__(self, name, store):
        self.name, self.store = name, store
        self.trade = TradeService(store, Open(name), store.clock, Plain(), Open(name))
        self.options = OptionService(self.trade)
        self.me = system_actor(name)

    async def kinds(self, *kinds):
        return [decode(fact) for fact in await self.store.facts(kinds=kinds)]


async def carry(houses):
    """Bring every posted document to the other firm, and let each take over answers to its options."""
    moved = True
    while moved:
        moved = False
        for house in houses.values():
            for letter in await house.store.outbox.rows(state="waiting"):
                to = houses[letter.party]
                document = await to.trade.receive(Actor("partner", house.name, house.name), letter.body.decode())
                await house.store.outbox.give_up(letter.id)
                moved = True
                for body in await to.kinds("trade.quotation_received", "trade.decline_received"):
                    if body.doc_id == document.id:
                        await to.options.on_answer(to.me, body)


async def open_houses(stack, folder):
    houses = {}
    for name in NAMES:
        (folder / name).mkdir()
        houses[name] = House(name, await stack.enter_async_context(make_store(folder / name)))
    return houses


def need(house, role, supplier, *alternatives):
    return OptionNeed(role, Requirement("heat"), Decimal(10), "C62", house.store.clock.now(), supplier, list(alternatives), role)


async def requested(house):
    return (await house.kinds("trade.rfq_received"))[-1].doc_id


async def quote(house, hours=48):
    now = house.store.clock.now()
    line = Line("1", "x", Decimal(10), price=Money(Decimal(5), "EUR"), promised=now + timedelta(hours=8), lead_minutes=30)
    return await house.trade.quote(house.me, await requested(house), [line], now + timedelta(hours=hours))


async def two_needs(stack, folder):
    houses = await open_houses(stack, folder)
    shop = houses["shop"]
    needs = [need(shop, "material:BLANK", "forge"), need(shop, "service:40", "furnace", "spare")]
    await shop.options.take(shop.me, "order", needs, shop.store.clock.now() + timedelta(hours=4))
    await shop.options.take(shop.me, "order", needs, shop.store.clock.now() + timedelta(hours=4))
    await carry(houses)
    return houses, shop


async def confirm(shop):
    return await shop.store.write(shop.me, lambda tx: [view.order_id for view in shop.options.confirm_in(tx, "order")])


def states(views):
    return {view.role: (view.supplier, view.state) for view in views}


async def test_held_confirmed_and_ordered_once(tmp_path):
    """Tests that options are asked once, held with price, date and lead, and become orders, however often they are confirmed."""
    async with AsyncExitStack() as stack:
        houses, shop = await two_needs(stack, tmp_path)
        assert len(await shop.kinds("trade.rfq_sent")) == 2
        await quote(houses["forge"])
        await quote(houses["furnace"])
        await carry(houses)
        held = await shop.options.status(shop.me, "order")
        assert states(held) == {"material:BLANK": ("forge", "held"), "service:40": ("furnace", "held")}
        assert (held[0].price, held[0].lead_minutes) == (Money(Decimal(5), "EUR"), 30)
        assert await confirm(shop) == await confirm(shop)
        await carry(houses)
        assert len(await houses["forge"].kinds("trade.order_received")) == 1


async def test_a_decline_asks_the_next(tmp_path):
    """Tests that a supplier that declines is followed by the next in line, and the last decline is kept with its reason."""
    async with AsyncExitStack() as stack:
        houses, shop = await two_needs(stack, tmp_path)
        await houses["furnace"].trade.decline(houses["furnace"].me, await requested(houses["furnace"]), "the furnace is cold")
        await carry(houses)
        assert states(await shop.options.status(shop.me, "order"))["service:40"] == ("spare", "asked")
        await houses["spare"].trade.decline(houses["spare"].me, await requested(houses["spare"]), "too small")
        await carry(houses)
        last = [view for view in await shop.options.status(shop.me, "order") if view.role == "service:40"]
        assert [(view.state, view.reason) for view in last] == [("declined", "too small")]


async def test_nobody_to_ask_is_a_decline(tmp_path):
    """Tests that a need for which nobody is known is declined at once."""
    async with AsyncExitStack() as stack:
        shop = (await open_houses(stack, tmp_path))["shop"]
        await shop.options.take(shop.me, "order", [need(shop, "service:40", "")], shop.store.clock.now())
        assert [(view.state, "nobody" in view.reason) for view in await shop.options.status(shop.me, "order")] == [("declined", True)]


async def test_all_or_nothing_when_one_has_expired(tmp_path):
    """Tests that an option past its time shows as expired, nothing at all is ordered then, and a release tells the suppliers."""
    async with AsyncExitStack() as stack:
        houses, shop = await two_needs(stack, tmp_path)
        await quote(houses["forge"])
        await quote(houses["furnace"], hours=1)
        await carry(houses)
        for house in houses.values():
            await house.store.clock.run_for(timedelta(hours=2))
        assert states(await shop.options.status(shop.me, "order"))["service:40"] == ("furnace", "expired")
        with pytest.raises(Problem, match="quotation-expired"):
            await confirm(shop)
        assert await shop.kinds("trade.order_sent") == []
        await shop.options.release(shop.me, "order", "the order did not come")
        await carry(houses)
        assert [body.reason for body in await houses["forge"].kinds("trade.withdrawal_received")] == ["the order did not come"]
        with pytest.raises(Problem, match="released"):
            await confirm(shop)
