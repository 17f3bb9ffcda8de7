"""Which order is meant, and everything the rooms have of it: look-ups by number, id and stream only."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from plait.infrastructure.machines import tables as machine_tables
from plait.kernel.actor import Scope
from plait.kernel.facts import Fact
from plait.kernel.problems import Problem
from plait.manufacturing.desk import tables as desk_tables
from plait.manufacturing.desk.book import tables as book_tables
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.model import Inquiry, Supply
from plait.manufacturing.desk.offers import tables as offer_tables
from plait.manufacturing.desk.offers.model import Offer
from plait.manufacturing.line import tables as line_tables
from plait.manufacturing.line.model import Batch, Job, Run
from plait.manufacturing.schedule import tables as schedule_tables
from plait.manufacturing.schedule.model import Booking
from plait.manufacturing.trade import tables as trade_tables
from plait.manufacturing.trade.model import DespatchAdvice, Document, Order
from plait.overview.braid.model import AMBIGUOUS, NO_ORDER
from plait.store.log import read_facts

__all__ = ["May", "Story", "find_story"]

ALL = Scope(everything=True)
MOST_FACTS = 4000
MOST_SUPPLIES = 60
MOST_ON_MACHINE = 600
STATES = ("machine.came_back", "machine.gap", "machine.state_changed", "machine.went_down")
May = Callable[[str], bool]
T = TypeVar("T")


class _DocId(msgspec.Struct):
    doc_id: str = ""


@dataclass
class Story:
    """What the rooms have of one order, as far as the asker may read it; facts in the order they were written."""

    docs: Sequence[Document] = ()
    line: OrderLine | None = None
    inquiry: Inquiry | None = None
    offer: Offer | None = None
    run: Run | None = None
    batches: Sequence[Batch] = ()
    jobs: Sequence[Job] = ()
    bookings: Sequence[Booking] = ()
    supplies: list[tuple[Supply, Sequence[Document]]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    arrivals: list[Fact] = field(default_factory=list)
    invoices: list[Fact] = field(default_factory=list)
    told: dict[str, Fact] = field(default_factory=dict)
    machines: dict[str, str] = field(default_factory=dict)
    states: dict[str, list[Fact]] = field(default_factory=dict)

    @property
    def order(self) -> Order | None:
        """The trade order, None for one that came another way or is not placed yet."""
        return next((doc for doc in self.docs if isinstance(doc, Order)), None)

    @property
    def run_number(self) -> str:
        """The number under which it is planned and made here, "" for none."""
        if self.run is not None:
            return self.run.order.number
        return (self.inquiry.run if self.inquiry else "") or (self.line.run or self.line.id if self.line else "")


def find_story(conn: Connection, may: May, wanted: str) -> Story:
    """Return the story of the order with number or id ``wanted``; raise ``no-such-order`` or ``ambiguous-order``."""
    story = Story()
    _find(conn, may, wanted, story)
    if may("desk.read"):
        _desk(conn, story)
    if may("line.read") and story.run_number:
        _line(conn, may, story)
    if may("schedule.read") and story.run_number:
        story.bookings = schedule_tables.bookings(conn, ALL, order=story.run_number)
    if may("trade.read"):
        _trade(conn, may, story)
    if may("machines.read"):
        _machines(conn, story)
    return story


def _find(conn: Connection, may: May, wanted: str, story: Story) -> None:
    if may("desk.read"):
        story.line = book_tables.line(conn, ALL, id=wanted) or book_tables.line(conn, ALL, order_id=wanted)
        story.inquiry = desk_tables.inquiry(conn, ALL, run=wanted)
    key = story.line.order_id if story.line and story.line.order_id else story.inquiry.order_id if story.inquiry else wanted
    if may("trade.read"):
        story.docs = _chain(conn, key or wanted)
    if not story.docs and story.line is None and story.inquiry is None and may("desk.read"):
        story.line = _only([line for line in book_tables.lines(conn, ALL, 100, text=wanted) if line.order_no == wanted], wanted, lambda line: line.id)
    if not story.docs and story.line is None and story.inquiry is None:
        raise Problem(NO_ORDER, f"no order {wanted} is known")
    root = story.docs[0] if story.docs else None
    if root is not None and may("desk.read"):
        story.inquiry = story.inquiry or desk_tables.inquiry(conn, ALL, rfq_id=root.id)
        order = story.order
        story.line = story.line or (book_tables.line(conn, ALL, order_id=order.id) if order else None)


def _chain(conn: Connection, wanted: str) -> Sequence[Document]:
    """Return the documents of the one chain ``wanted`` (id or number) stands for."""
    if trade_tables.document(conn, ALL, wanted) is not None:
        return trade_tables.chain(conn, ALL, wanted)
    same = trade_tables.documents(conn, ALL, 20, number=wanted)
    one = _only(same, wanted, lambda doc: f"{doc.id} ({doc.party_name} to {doc.counterparty_name})")
    return trade_tables.chain(conn, ALL, one.id) if one is not None else ()


def _only(found: Sequence[T], wanted: str, named: Callable[[T], str]) -> T | None:
    if len(found) > 1:
        raise Problem(AMBIGUOUS, f"{wanted} may be {', '.join(named(each) for each in found[:5])}")
    return found[0] if found else None


def _desk(conn: Connection, story: Story) -> None:
    if story.inquiry is not None:
        story.offer = offer_tables.offer_of(conn, ALL, story.inquiry.purpose)
        story.supplies = [(supply, ()) for supply in _supplies(conn, story.inquiry.purpose)]
    if story.offer is None:
        story.offer = offer_tables.offer_of(conn, ALL, story.order.id if story.order else story.run_number)
    streams = [f"book/{story.line.id}"] if story.line else []
    streams += [f"offer/{story.offer.number}"] if story.offer else []
    story.facts += _facts(conn, streams)
    if story.line is not None:
        first = story.facts[0].seq if story.facts else 0
        story.invoices = read_facts(conn, first, 500, kinds=("invoice.handed_over",))


def _supplies(conn: Connection, purpose: str) -> list[Supply]:
    roles = {supply.role for supply in desk_tables.supplies(conn, ALL, purpose=purpose)}
    found = [supply for role in sorted(roles) for supply in desk_tables.supplies_of(conn, ALL, purpose, role)]
    return found[:MOST_SUPPLIES]


def _line(conn: Connection, may: May, story: Story) -> None:
    number = story.run_number
    story.run = line_tables.run(conn, ALL, number)
    story.batches = line_tables.batches(conn, ALL, number)
    story.jobs = line_tables.jobs(conn, ALL, number)
    hidden = tuple(room for room in ("desk.", "schedule.") if not may(f"{room}read"))
    story.facts += [fact for fact in _facts(conn, [f"run/{number}"]) if not fact.kind.startswith(hidden)] if hidden else _facts(conn, [f"run/{number}"])


def _trade(conn: Connection, may: May, story: Story) -> None:
    """Read the suppliers' chains, when each document was told, and when goods came."""
    story.supplies = [(supply, trade_tables.chain(conn, ALL, supply.order_id)) for supply, _ in story.supplies]
    chains = [story.docs, *(docs for _, docs in story.supplies)]
    ids = {doc.id for docs in chains for doc in docs}
    for fact in _facts(conn, {f"trade/{docs[0].number}" for docs in chains if docs}):
        told = _doc_of(fact)
        if told in ids:
            story.told[told] = fact
    if may("desk.read"):
        advices = [doc for docs in chains for doc in docs if isinstance(doc, DespatchAdvice)]
        story.arrivals = _facts(conn, [f"arrival/{doc.party_name}/{doc.number}" for doc in advices])


def _doc_of(fact: Fact) -> str:
    return msgspec.json.decode(fact.body, type=_DocId).doc_id if fact.body else ""


def _machines(conn: Connection, story: Story) -> None:
    """Read the names of the machines that worked on it, and their states from the first job's start to the last one's end."""
    used = {job.machine_id for job in story.jobs if job.machine_id}
    rows = {row.machine.id: row.machine.name for row in machine_tables.machines(conn, ALL)} if used else {}
    story.machines = rows
    seqs = [fact.seq for fact in story.facts if fact.kind in ("line.job_released", "line.job_started", "line.job_ended")]
    for machine in sorted(used & rows.keys()) if seqs else ():
        found = read_facts(conn, min(seqs), MOST_ON_MACHINE, f"machine/{machine}", STATES)
        running = any(job.state in ("released", "running") and job.machine_id == machine for job in story.jobs)
        story.states[machine] = [fact for fact in found if running or fact.seq <= max(seqs)]


def _facts(conn: Connection, streams: Iterable[str]) -> list[Fact]:
    found = [fact for stream in sorted(set(streams)) for fact in read_facts(conn, 0, MOST_FACTS, stream)]
    return sorted(found, key=lambda fact: fact.seq)
