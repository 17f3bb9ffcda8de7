"""The verbs of the braid view: one order's whole life, and the small pictures of many."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from plait.circulation.epcis.service import EpcisService
from plait.circulation.passport import tables as passport_tables
from plait.circulation.trace.model import Recall, TraceGraph
from plait.circulation.trace.service import TraceService
from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Directory, Guard
from plait.kernel.problems import Problem
from plait.kernel.texts import Texts
from plait.manufacturing.desk.book.rules import end_of_day
from plait.manufacturing.desk.late.model import LineDetail
from plait.manufacturing.trade.model import DespatchAdvice, OrderResponse
from plait.overview import paths
from plait.overview.braid import documents, goods, making, rules
from plait.overview.braid.finding import Story, find_story
from plait.overview.braid.model import Braid, Knot, SmallBraid, Stretch, Words
from plait.overview.braid.small import find_small
from plait.store import Store

__all__ = ["BraidService"]

ALL = Scope(everything=True)
PARTNERS_S = 8.0
MOST_SMALL = 200
Late = Callable[[Actor, str], Awaitable[LineDetail]]
# What may be read of the rooms a braid looks into; what may not is left out, and said so.
SOURCES: dict[str, Words] = {
    "trade.read": Words("Documents are left out: you may not read them"),
    "desk.read": Words("The order book is left out: you may not read it"),
    "line.read": Words("Jobs are left out: you may not read the line"),
    "schedule.read": Words("The plan is left out: you may not read the schedule"),
    "machines.read": Words("Machine states are left out: you may not read machines"),
    "epcis.read": Words("Goods are left out: you may not read events"),
    "passport.read": Words("Passports are left out: you may not read them"),
    "trace.read": Words("Other firms' events are left out: you may not trace"),
}


class BraidService:
    """Braids of our orders. ``late`` says of a line of the order book when it will be ready and why it is late (bound to the desk)."""

    def __init__(
        self, store: Store, guard: Guard, clock: BusinessClock, directory: Directory, epcis: EpcisService, trace: TraceService, late: Late | None = None
    ) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.directory = directory
        self.epcis = epcis
        self.trace = trace
        self.late = late

    async def braid(self, actor: Actor, order: str, *, language: str = "en", reach: Literal["own", "all"] = "all") -> Braid:
        """Return the braid of the order with number or id ``order``; with ``reach`` own no partner is asked.

        Raises ``no-such-order``, ``ambiguous-order``; what the actor may not read is left out and said so.
        """
        self.guard.require(actor, "braid.read")
        self.guard.scope(actor, "read", "braid").own("braids")
        may = self._may(actor)
        story = await self.store.read(lambda conn: find_story(conn, may.__contains__, order))
        teller = _Teller(self, actor, story, may)
        found = await teller.tell(reach == "all")
        return rules.said(found, Texts(language, found.zone))

    async def small(self, actor: Actor, orders: Sequence[str], *, language: str = "en") -> list[SmallBraid]:
        """Return what the small pictures of orders (numbers or ids) need, in the order asked for; unknown ones are left out, more than 200 too."""
        self.guard.require(actor, "braid.read")
        self.guard.scope(actor, "read", "braid").own("braids")
        may = self._may(actor)
        firm = self.guard.firm()
        texts = Texts(language, firm.zone)
        now = self.clock.now()
        found = await self.store.read(lambda conn: find_small(conn, may.__contains__, list(orders)[:MOST_SMALL], now, firm.zone))
        return [rules.said_small(each, texts) for each in found]

    def _may(self, actor: Actor) -> frozenset[str]:
        def allowed(action: str) -> bool:
            try:
                self.guard.require(actor, action)
            except Problem:
                return False
            return True

        return frozenset(action for action in SOURCES if allowed(action))

    def name(self, party: str) -> str:
        """Return what a party that events name is called."""
        member = self.directory.member(party.rpartition("/417/")[2])
        return member.name if member else party.rpartition("/")[2]


class _Teller:
    """Tells one story."""

    def __init__(self, service: BraidService, actor: Actor, story: Story, may: frozenset[str]) -> None:
        self.service = service
        self.actor = actor
        self.story = story
        self.may = may
        self.firm = service.guard.firm()
        self.now = service.clock.now()
        self.sold = story.order.party != self.firm.party_id if story.order else not (story.docs and story.docs[0].party == self.firm.party_id)
        self.knots: list[Knot] = []
        self.stretches: list[Stretch] = []
        self.folded: dict[str, int] = {}

    async def tell(self, ask: bool) -> Braid:
        """Gather every part and put it together."""
        story, name = self.story, self.firm.name
        self.knots += documents.document_knots(story, self.firm.party_id, name) + documents.desk_knots(story, name)
        self.knots += making.line_knots(story, name) + making.planned_knots(story, name) + goods.arrival_knots(story, name)
        self.stretches += making.outside(story, self.firm.party_id, self.now) + self._suppliers()
        started = min((knot.at for knot in self.knots), default=self.now)
        things = goods.things_of(story)
        if "epcis.read" in self.may and self.service.guard.scope(self.actor, "read", "traceability").everything:
            moves = await self.service.epcis.look(goods.look(things))
            self.knots += goods.event_knots(moves, self.service.epcis.own(), name, self.service.name, started, self._other())
        if "passport.read" in self.may:
            self.knots += await self._passport()
        dates = await self._dates()
        end = max([dates.ended or dates.now, *(knot.at for knot in self.knots)])
        await self._others(ask and "trace.read" in self.may, things, started, end)
        return await self._braid(started, dates)

    def _other(self) -> str:
        doc = self.story.order or (self.story.docs[0] if self.story.docs else None)
        if doc is None:
            line = self.story.line
            return line.customer if line else self.story.inquiry.customer_name if self.story.inquiry else ""
        return (doc.party_name or doc.party) if doc.party != self.firm.party_id else (doc.counterparty_name or doc.counterparty)

    def _suppliers(self) -> list[Stretch]:
        """Return what is made elsewhere: by those who deliver to this order, or by the supplier it was placed with."""
        chains = [(supply.supplier_name, docs) for supply, docs in self.story.supplies if supply.role.startswith("material:")]
        chains += [] if self.sold else [(self._other(), self.story.docs)]
        found = []
        for firm, docs in chains:
            accepted = next((doc for doc in docs if isinstance(doc, OrderResponse) and doc.code == "accepted"), None)
            if accepted is not None:
                away = max((doc.departed for doc in docs if isinstance(doc, DespatchAdvice)), default=None)
                due = max(documents.promises(docs), default=self.now)
                until = away or min(max(due, accepted.issued), max(self.now, accepted.issued))
                found.append(Stretch("infrastructure", accepted.issued, until, firm, making.no_jobs(firm)))
        return found

    async def _passport(self) -> list[Knot]:
        """Return the knot of the passport: pieces have one once they are made, if the article's static part is there."""
        run = self.story.run
        made = [knot for knot in self.knots if knot.kind == "line.batch_finished"]
        if run is None or not run.order.gtin or not made:
            return []
        product = await self.service.store.read(lambda conn: passport_tables.latest(conn, ALL, run.order.gtin))
        if product is None:
            return []
        first = min(made, key=lambda knot: knot.at)
        words = Words("Passport issued: {name}", {"name": run.order.part_name})
        at = max(first.at, datetime.fromisoformat(product.updated))
        link = paths.passport(product.gtin)
        return [Knot(f"passport/{product.gtin}", "circulation", at, "passport.issued", words, self.firm.name, fact=first.fact, link=link, weight=2)]

    async def _dates(self) -> rules.Dates:
        story = self.story
        promised = documents.promises(story.docs)
        line = story.line
        if not promised and line is not None:
            promised = [line.promised] if line.promised else [end_of_day(line.due, self.firm.zone)]
        state, ended = self._end()
        expected = None
        if state == "open":
            expected = max((booking.end for booking in story.bookings), default=None)
            etas = [doc.eta for doc in story.docs if isinstance(doc, DespatchAdvice)]
            expected = max(etas) if etas and self._all_sent() else expected
        return rules.Dates(self.now, state, promised[-1] if promised else None, promised[0] if len(promised) > 1 else None, ended, expected)

    def _all_sent(self) -> bool:
        run = self.story.run
        return run is None or run.state != "open"

    def _end(self) -> tuple[str, datetime | None]:
        """Return the order's state and when it ended."""
        ended = documents.end_of(self.story.docs)
        if ended is not None:
            return ended
        etas = [doc.eta for doc in self.story.docs if isinstance(doc, DespatchAdvice)]
        if self.sold and etas and self._all_sent() and max(etas) <= self.now:
            return "done", max(etas)
        arrived = {msgspec.json.decode(fact.body)["order_id"]: fact.at for fact in self.story.arrivals if fact.body}
        order = self.story.order
        if not self.sold and order is not None and order.id in arrived:
            return "done", arrived[order.id]
        closed = next((knot.at for knot in reversed(self.knots) if knot.kind == "book.line_closed"), None)
        if not etas and self.story.line is not None and self.story.line.state != "open" and closed is not None:
            return self.story.line.state, closed
        return "open", None

    async def _reason(self, dates: rules.Dates) -> rules.Reason:
        """Return why it is late: the longest stand-still, else what the customer was told, else what the desk's plan says."""
        still = rules.longest(making.stand_stills(self.story), self.now)
        said = documents.moved_most(self.story.docs)
        line = self.story.line
        late = dates.state == "open" and dates.promised is not None and (dates.expected or self.now) > dates.promised
        if not said and late and line is not None and line.state == "open" and self.service.late and "desk.read" in self.may:
            try:
                detail = await self.service.late(self.actor, line.id)
            except Problem:
                detail = None
            said = _bare(detail.line.reason) if detail and detail.line.verdict == "late" else ""
        if still is not None and (not said or (still.reason and still.reason in said)):
            return rules.Reason(still, self.story.machines.get(still.machine, still.machine), said)
        return rules.Reason(None, "", said)

    async def _others(self, ask: bool, things: goods.Things, since: datetime, until: datetime) -> None:
        """Ask the neighbours: where it comes from, and (of what was sold) what becomes of it."""
        item = next(iter(things.goods), "")
        graph: TraceGraph | None = None
        recall: Recall | None = None
        if ask and item:
            try:
                async with asyncio.timeout(PARTNERS_S):
                    graph = await self.service.trace.up(self.actor, item)
                    recall = await self.service.trace.recall(self.actor, item) if self.sold else None
            except (Problem, TimeoutError):
                pass
        if graph is not None:
            knots, stretches, earlier = goods.others(graph, self.firm.name, since, until)
            self.knots += knots
            self.stretches += stretches
            self.folded |= {"epcis.before": earlier} if earlier else {}
        gone = goods.sent(self.knots)
        if self.sold and gone is not None:
            self.stretches.append(goods.beyond(recall, self._other(), gone, until))

    async def _braid(self, started: datetime, dates: rules.Dates) -> Braid:
        story = self.story
        late = rules.lateness(dates, rules.Reason())
        if late is not None:
            late = rules.lateness(dates, await self._reason(dates))
        knots, folded = rules.fold(self.knots)
        order = story.order
        number = (story.run_number if self.sold else "") or (order.number if order else story.docs[0].number if story.docs else "")
        id = order.id if order else story.docs[0].id if story.docs else number
        return Braid(
            order=id,
            number=number,
            side="sold" if self.sold else "bought",
            title=self._title(number),
            headline=rules.headline(dates, late),
            firm=self.firm.name,
            other=self._other(),
            state=dates.state,
            started=started,
            now=self.now,
            zone=self.firm.zone,
            knots=knots,
            stretches=tuple(sorted(self.stretches, key=lambda each: (each.since, each.firm))),
            ended=dates.ended,
            promised=dates.promised,
            first_promised=dates.first,
            expected=dates.expected,
            late=late,
            folded=self.folded | folded,
            left_out=tuple(words for action, words in SOURCES.items() if action not in self.may),
            link=paths.order(number if self.sold and story.line else id),
        )

    def _title(self, number: str) -> Words:
        line, doc = self.story.line, self.story.order or (self.story.docs[0] if self.story.docs else None)
        lines = getattr(doc, "lines", ())
        quantity = line.ordered_quantity or line.quantity if line else lines[0].quantity if lines else None
        name = (line.name or line.part_no or line.part_id) if line else lines[0].name if lines else ""
        text = "{number}: {quantity} {name} for {firm}" if self.sold else "{number}: {quantity} {name} from {firm}"
        return Words(text, {"number": number, "quantity": f"{quantity.normalize():f}" if quantity else "-", "name": name, "firm": self._other()})


def _bare(reason: str) -> str:
    """Return a reason without the words that say how late."""
    head, colon, rest = reason.partition(": ")
    return rest if colon and head.startswith("Late by") else reason
