"""Orders between two firms whose letters cross, overtake one another and come twice."""

from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.firm import Firm, Member
from plait.kernel.money import Money
from plait.kernel.os import private_dir
from plait.kernel.problems import Problem
from plait.manufacturing.trade.model import (
    Decline,
    DespatchAdvice,
    DespatchLine,
    Document,
    Line,
    Order,
    OrderCancellation,
    OrderResponse,
    Quotation,
    RequestForQuotation,
    Withdrawal,
)
from plait.manufacturing.trade.service import TradeService
from plait.store import Letter, Store
from tests.states.machine import AsyncMachine, settings_of
from tests.support import make_store

NAMES = ("buyer", "seller")
PICK = st.integers(0, 10**6)
SIDE = st.sampled_from(NAMES)


class Everybody:
    """A guard that lets a firm's own people do everything, a directory of the two firms, and signatures that say nothing."""

    def __init__(self, name: str) -> None:
        self.name = name

    def firm(self) -> Firm:
        return Firm(self.name, self.name, f"did:web:{self.name}", f"http://{self.name}")

    def require(self, actor: Actor, action: str) -> None:
        """Allow everything."""

    def scope(self, actor: Actor, action: str, kind: str) -> Scope:
        return Scope(everything=actor.party == self.name)

    def member(self, party: str) -> Member | None:
        return Member(party, party, f"did:web:{party}", f"http://{party}") if party in NAMES else None

    def sign(self, payload: bytes) -> str:
        return payload.decode()

    async def verify(self, party: str, jws: str) -> bytes:
        return jws.encode()


class Side:
    """One firm."""

    def __init__(self, name: str, store: Store) -> None:
        every: Any = Everybody(name)
        self.name, self.store, self.me = name, store, system_actor(name)
        self.trade = TradeService(store, every, store.clock, every, every)

    async def all(self) -> Sequence[Document]:
        return list(await self.trade.documents(self.me))


class Orders(AsyncMachine):
    """Whatever either side tries: a chain is legal on both sides, and both sides agree when all letters have come."""

    async def begin(self) -> None:
        self.sides = {}
        for name in NAMES:
            store = await self.stack.enter_async_context(make_store(private_dir(self.folder / name)))
            self.sides[name] = Side(name, store)
        self.asked = 0
        self.sent: list[tuple[str, bytes]] = []
        self.refused: list[Document] = []

    def _pick(self, side: str, kind: type, pick: int) -> Any:
        found = [each for each in self.run(self.sides[side].all()) if isinstance(each, kind)]
        return found[-1 - pick % min(len(found), 4)] if found else None

    def _try(self, side: str, kind: type, pick: int, act: Callable[[Side, Any], Coroutine[Any, Any, Any]]) -> None:
        """Have ``side`` do something with one of its documents of ``kind``; a refusal must leave nothing behind."""
        target = self._pick(side, kind, pick)
        if target is not None:
            self._step(side, lambda who: act(who, target))

    def _step(self, side: str, act: Callable[[Side], Coroutine[Any, Any, Any]]) -> None:
        who = self.sides[side]
        before = self.run(who.all()), len(self.run(who.store.facts()))
        if isinstance(self.attempt(act(who)), Problem):
            assert before == (self.run(who.all()), len(self.run(who.store.facts())))

    @precondition(lambda self: self.asked < 3)
    @rule(side=SIDE)
    def ask(self, side: str) -> None:
        self.asked += 1
        who = self.sides[side]
        other = NAMES[side == "buyer"]
        line = Line("1", "shaft", Decimal(10))
        self.run(who.trade.request(who.me, other, [line], who.store.clock.now()))

    @rule(side=SIDE, pick=PICK, hours=st.integers(-1, 48))
    def quote(self, side: str, pick: int, hours: int) -> None:
        line = Line("1", "shaft", Decimal(10), price=Money(Decimal(5), "EUR"))
        self._try(
            side, RequestForQuotation | Order, pick, lambda who, rfq: who.trade.quote(who.me, rfq.id, [line], who.store.clock.now() + timedelta(hours=hours))
        )

    @rule(side=SIDE, pick=PICK)
    def decline(self, side: str, pick: int) -> None:
        self._try(side, RequestForQuotation, pick, lambda who, rfq: who.trade.decline(who.me, rfq.id, "too much to do"))

    @rule(side=SIDE, pick=PICK)
    def withdraw(self, side: str, pick: int) -> None:
        self._try(side, RequestForQuotation | Quotation, pick, lambda who, one: who.trade.withdraw(who.me, one.id, "changed my mind"))

    @rule(side=SIDE, pick=PICK)
    def order(self, side: str, pick: int) -> None:
        self._try(side, Quotation, pick, lambda who, quotation: who.trade.order(who.me, quotation.id))

    @rule(side=SIDE, pick=PICK, code=st.sampled_from(("accepted", "rejected", "changed")))
    def respond(self, side: str, pick: int, code: str) -> None:
        self._try(side, Order, pick, lambda who, order: who.trade.respond(who.me, order.id, code, who.store.clock.now(), ""))

    @rule(side=SIDE, pick=PICK)
    def cancel(self, side: str, pick: int) -> None:
        self._try(side, Order, pick, lambda who, order: who.trade.cancel(who.me, order.id, None, "moved"))

    @rule(side=SIDE, pick=PICK)
    def despatch(self, side: str, pick: int) -> None:
        goods = [DespatchLine("shaft", "", "L1", Decimal(1))]
        self._try(side, Order, pick, lambda who, order: who.trade.despatch(who.me, order.id, goods, who.store.clock.now()))

    @rule(hours=st.integers(1, 30), side=SIDE)
    def wait(self, hours: int, side: str) -> None:
        self.run(self.sides[side].store.clock.run_for(timedelta(hours=hours)))  # type: ignore[attr-defined]

    @rule(side=SIDE, pick=PICK)
    def carry(self, side: str, pick: int) -> None:
        """Any of the letters under way comes next, not always the oldest."""
        waiting = self.run(self.sides[side].store.outbox.rows(state="waiting"))
        if waiting:
            self._deliver(side, waiting[pick % len(waiting)])

    @rule(side=SIDE)
    def carry_all(self, side: str) -> None:
        """All letters of one side come, in order."""
        for letter in self.run(self.sides[side].store.outbox.rows(state="waiting")):
            self._deliver(side, letter)

    @rule(side=SIDE, pick=st.integers(0, 3))
    def go_on(self, side: str, pick: int) -> None:
        """The proper next step on one of the documents that wait for an answer, carried at once."""
        known = self.run(self.sides[side].all())
        waiting = [each for each in known if each.counterparty == side and not _after(known, each.id, Document)]
        match waiting[pick % len(waiting)] if waiting else None:
            case RequestForQuotation() as rfq:
                line = Line("1", "shaft", Decimal(10), price=Money(Decimal(5), "EUR"))
                until = self.sides[side].store.clock.now() + timedelta(hours=48)
                self._step(side, lambda who: who.trade.quote(who.me, rfq.id, [line], until))
            case Quotation() as quotation:
                self._step(side, lambda who: who.trade.order(who.me, quotation.id))
            case Order() as order:
                self._step(side, lambda who: who.trade.respond(who.me, order.id, "accepted", None, ""))
        self.carry_all(side)

    @rule(pick=PICK)
    def carry_again(self, pick: int) -> None:
        """A letter that has come already comes once more."""
        if not self.sent:
            return
        side, body = self.sent[pick % len(self.sent)]
        other = self.sides[NAMES[side == "buyer"]]
        before = self.run(other.all()), len(self.run(other.store.facts()))
        self.run(other.trade.receive(Actor("partner", side, side), body.decode()))
        assert before == (self.run(other.all()), len(self.run(other.store.facts())))

    @rule(side=SIDE, pick=PICK)
    def forge(self, side: str, pick: int) -> None:
        """A stranger, or the other firm in our name, sends what is not theirs."""
        target, who = self._pick(side, Document, pick), self.sides[side]
        if target is None or not target.refs:
            return
        for sender, party in (("stranger", "stranger"), (NAMES[side == "buyer"], side)):
            forged = msgspec.structs.replace(target, id=f"forged-{pick}", party=party)
            answer = self.attempt(who.trade.receive(Actor("partner", sender, sender), msgspec.json.encode(forged).decode()))
            assert isinstance(answer, Problem)

    def _deliver(self, side: str, letter: Letter) -> bool:
        """Return whether the letter is settled; one that comes too early waits on."""
        who, other = self.sides[side], self.sides[NAMES[side == "buyer"]]
        before = self.run(other.all())
        answer = self.attempt(other.trade.receive(Actor("partner", side, side), letter.body.decode()))
        if isinstance(answer, Problem):
            assert self.run(other.all()) == before
            if answer.status == 425:
                return False
            self.refused.append(msgspec.json.decode(letter.body, type=Document))
        else:
            self.sent.append((side, letter.body))
        self.run(who.store.outbox.give_up(letter.id))
        return True

    @invariant()
    def legal(self) -> None:
        """Each side's documents are a legal history."""
        for side in self.sides.values():
            _legal(side.name, self.run(side.all()))

    def finish(self) -> None:
        """Bring all letters that can still come; then both sides must agree on every order."""
        moved = True
        while moved:
            moved = False
            for name, side in self.sides.items():
                for letter in self.run(side.store.outbox.rows(state="waiting")):
                    moved |= self._deliver(name, letter)
        self.legal()
        _agreed({name: self.run(side.all()) for name, side in self.sides.items()}, self.refused)


def _after(documents: Sequence[Document], id: str, kind: Any) -> list[Any]:
    return [each for each in documents if each.refs and each.refs[0].id == id and isinstance(each, kind)]


def _legal(name: str, documents: Sequence[Document]) -> None:
    place = {each.id: index for index, each in enumerate(documents)}
    assert len(place) == len(documents)
    for each in documents:
        after = _after(documents, each.id, Document)
        assert not each.refs or place[each.refs[0].id] < place[each.id]
        match each:
            case RequestForQuotation():
                assert len([one for one in after if isinstance(one, Quotation | Decline)]) <= 1
            case Quotation():
                assert len([one for one in after if isinstance(one, Order)]) <= 1
            case Order():
                codes = [one.code for one in after if isinstance(one, OrderResponse)]
                assert len([code for code in codes if code != "changed"]) <= 1
                assert codes[:1] in ([], ["accepted"], ["rejected"])
                assert "accepted" in codes or not [one for one in after if isinstance(one, OrderCancellation | DespatchAdvice)]
            case Withdrawal():
                ours = [one for one in _after(documents, each.refs[0].id, Order | Quotation | Decline) if one.party == each.party]
                assert not ours, f"{name}: {each.number} takes back what its issuer had ordered or answered"


def _agreed(sides: dict[str, Sequence[Document]], refused: Sequence[Document]) -> None:
    """What one side holds the other holds too, or has refused for good, or has refused what it follows."""
    gone = {each.id for each in refused}
    for mine, theirs in ((sides["buyer"], sides["seller"]), (sides["seller"], sides["buyer"])):
        here = {each.id for each in theirs}
        for each in mine:
            assert each.id in here or each.id in gone or (each.refs and each.refs[0].id not in here), f"{each.number} was lost on the way"
    both = [each for each in sides["buyer"] if each in sides["seller"]]
    for order in (each for each in both if isinstance(each, Order)):
        quotation = order.refs[0].id
        assert not _after(both, quotation, Withdrawal), f"{order.number} stands on a quotation that both know to be withdrawn"


TestOrders = Orders.TestCase
TestOrders.settings = settings_of(100, 4)
