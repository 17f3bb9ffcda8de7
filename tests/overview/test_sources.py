"""Each source of needs over real tables: what it names, how urgent, where it leads."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from plait.infrastructure.machines import tables as machine_tables
from plait.infrastructure.machines.model import Machine
from plait.infrastructure.machines.rules import Known
from plait.kernel.actor import Actor
from plait.kernel.clock import iso
from plait.kernel.firm import Member
from plait.kernel.problems import Problem
from plait.manufacturing.desk.inbox.model import Item
from plait.manufacturing.desk.inbox.tables import put_item
from plait.manufacturing.desk.model import Inquiry
from plait.manufacturing.desk.offers.model import Asked, AskedLine, Offer, Proposal
from plait.manufacturing.desk.offers.tables import put_offer
from plait.manufacturing.desk.tables import put_inquiry
from plait.manufacturing.line.floor.model import Call
from plait.manufacturing.line.floor.tables import put_call
from plait.overview.today.model import MOST, Need
from plait.overview.today.sources import help, orders, requests, rooms
from plait.overview.today.sources.common import Ground
from plait.overview.today.sources.repairs import Repairs
from plait.sharing.negotiation.model import Negotiation
from plait.sharing.negotiation.tables import put_negotiation
from plait.store import Tx
from plait.upkeep.health.model import Check
from tests.manufacturing.house import ME, PARTNER, HouseGuard
from tests.support.stores import START, make_store

DAY = timedelta(days=1)
CALLS = (("a", "tool", "open"), ("b", "", "answered"), ("c", "", "open"))
MERIDIAN = Member(PARTNER.party, "meridian", "did:web:meridian.example", "https://meridian.example")


class Phonebook:
    """A directory with one firm in it."""

    def members(self) -> Sequence[Member]:
        """Return meridian."""
        return [MERIDIAN]

    def member(self, party: str) -> Member | None:
        """Return meridian for its party_id."""
        return MERIDIAN if party == MERIDIAN.party_id else None


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    """An empty firm that knows one other."""
    async with make_store(tmp_path) as store:
        yield Ground(store, HouseGuard(), store.clock, Phonebook())


async def put(ground: Ground, call: Any, *rows: Any) -> None:
    """Put rows into a table."""

    def work(tx: Tx) -> None:
        for row in rows:
            call(tx.conn, row)

    await ground.store.write(ME, work)


def brief(needs: list[Need]) -> list[tuple[str, str, str]]:
    """Severity, page and (English, without values) text of needs."""
    return [(need.severity, need.link, need.text) for need in needs]


async def test_what_is_not_ours_to_show(ground: Ground) -> None:
    """Tests that nobody from outside is told anything, whichever source is asked."""
    asked = (orders.orders_to_confirm, requests.requests_of_partners, requests.requests_outside, requests.offers_out)
    for source in (*asked, rooms.files, rooms.machines, rooms.contracts, rooms.letters):
        with pytest.raises(Problem) as refused:
            await source(ground, PARTNER)
        assert refused.value.code == "forbidden"
        assert await source(ground, ME) == []


async def test_many_are_named_few_and_counted(ground: Ground) -> None:
    """Tests that ten are named one by one and one more says how many others there are."""
    rows = [Item(f"IN-{number:05}", f"{number:064}", "orders.xlsx", 1, "Oakmill", "mail", START, "waiting", summary="2 doubts") for number in range(1, 16)]
    await put(ground, put_item, *rows)
    needs = await rooms.files(ground, ME)
    assert len(needs) == MOST + 1
    assert brief(needs[:1]) == [("soon", "/console/desk/IN-00015", "{file} from {sender} wants a decision: {summary}")]
    assert (needs[-1].count, needs[-1].link) == (5, "/console/desk?state=waiting")


async def test_machines(ground: Ground) -> None:
    """Tests that a machine that stands or went silent wants somebody now, one never linked can wait, one that runs wants nobody."""
    states = {
        "HOB-1": Known("down", "tool worn", 0.0, down=True),
        "HOB-2": Known("silent", "no answer", 0.0, down=False),
        "HOB-3": Known("running", "", 0.0, down=False),
    }

    def work(tx: Tx) -> None:
        for id in (*states, "HOB-4"):
            machine_tables.add(tx.conn, Machine(id, f"Hobbing {id[-1]}", "hobbing"))
        for id, known in states.items():
            machine_tables.put_state(tx.conn, id, known, START)

    await ground.store.write(ME, work)
    assert brief(await rooms.machines(ground, ME)) == [
        ("now", "/console/machines/HOB-1", "{machine} stands since {since}: {reason}"),
        ("now", "/console/machines/HOB-2", "{machine} is silent since {since}: {reason}"),
        ("note", "/console/machines/HOB-4", "{machine} has not been heard of yet: {reason}"),
    ]


async def test_calls_for_help(ground: Ground) -> None:
    """Tests that calls nobody has answered come first the oldest, each with what was said."""
    rows = [Call(id, "HOB-1", "", "", "", "", START + number * DAY, note, state) for number, (id, note, state) in enumerate(CALLS)]
    await put(ground, put_call, *rows)
    assert [(need.id, need.severity, need.text) for need in await help.calls(ground, ME)] == [
        ("help-called/a", "now", "{station} calls for help: {note}"),
        ("help-called/c", "now", "{station} calls for help"),
    ]


async def test_requests_and_orders_of_partners(ground: Ground) -> None:
    """Tests that requests that wait for suppliers and orders that wait for our word are named, those that are answered not."""
    rows = [Inquiry(f"rfq-{state}", "p", PARTNER.party, "meridian", "SHAFT", 5, state) for state in ("options", "quoted", "confirming", "accepted")]
    await put(ground, put_inquiry, *rows)
    (request,) = await requests.requests_of_partners(ground, ME)
    assert (request.id, request.link, request.severity) == ("request-waiting/rfq-options", "/console/rfqs/rfq-options", "soon")
    (order,) = await orders.orders_to_confirm(ground, ME)
    assert (order.kind, order.subject, order.severity) == ("order-to-confirm", "rfq-confirming", "now")


def offer(number: int, state: Any, **more: Any) -> Offer:
    """One offer of many."""
    asked = Asked("Oakmill", (AskedLine(Decimal(1)),), respond_by=START.date() if state == "draft" else None)
    return Offer(f"R-{number:05}", asked, state, START - DAY, (), **more)


async def test_offers(ground: Ground) -> None:
    """Tests drafts that are due, answers that want confirming, and offers that end soon or have ended; the rest is silent."""
    yes = Proposal("yes", "Please go ahead.", "buyer@example.org", known_sender=True, at=START)
    rows = (
        offer(1, "draft"),
        offer(2, "sent", until=START + 2 * DAY),
        offer(3, "sent", until=START - DAY),
        offer(4, "sent", until=START + 30 * DAY),
        offer(5, "sent", until=START + 30 * DAY, proposal=yes),
        offer(6, "won"),
    )
    await put(ground, put_offer, *rows)
    (draft,) = await requests.requests_outside(ground, ME)
    assert (draft.severity, draft.subject) == ("now", "R-00001")
    assert draft.due is not None
    out = await requests.offers_out(ground, ME)
    assert [(need.kind, need.severity, need.subject) for need in out] == [
        ("offer-replied", "now", "R-00005"),
        ("offer-expiring", "note", "R-00003"),
        ("offer-expiring", "soon", "R-00002"),
    ]


async def test_contracts(ground: Ground) -> None:
    """Tests that a contract that waits for a person is named with partner and data, one that was approved or waits for the partner not."""
    base = Negotiation("", "provider", PARTNER.party, "https://meridian.example", "traceability", "REQUESTED", version=1, changed=iso(START))
    rows = [
        Negotiation(**{name: getattr(base, name) for name in Negotiation.__struct_fields__} | {"pid": pid, "waiting": waiting, "approved": approved})
        for pid, waiting, approved in (("a", "a person decides", False), ("b", "a person decides", True), ("c", "", False))
    ]
    await put(ground, put_negotiation, *rows)
    (need,) = await rooms.contracts(ground, ME)
    assert (need.link, need.values["partner"].text, need.values["data"].text, need.since) == ("/console/sharing/a", "meridian", "traceability", START)


async def test_refused_messages(ground: Ground) -> None:
    """Tests that what a partner refused is named with the reason it gave."""

    def work(tx: Tx) -> None:
        tx.post(PARTNER.party, "/api/v1/trade/mail", b"{}", key="a")
        tx.post(PARTNER.party, "/api/v1/trade/mail", b"{}", key="b")
        tx.conn.exec_driver_sql("UPDATE store_outbox SET state = 'refused', due = NULL, answer = ? WHERE key = 'a'", (b"unknown part",))

    await ground.store.write(ME, work)
    (need,) = await rooms.letters(ground, ME)
    assert (need.kind, need.values["why"].text, need.link) == ("delivery-dead-letter", "unknown part", "/console/health#deliveries")


async def test_repairs() -> None:
    """Tests that findings are named by how bad they are, that the doctor is not asked again at once, and that others may not ask."""
    asked = []

    async def examine(actor: Actor) -> list[Check]:
        asked.append(actor)
        return [Check("disk", "bad", "The disk is full.", "Make room."), Check("backups", "look", "None was made.", "Make one."), Check("time", "ok", "Fine.")]

    guard = HouseGuard()
    repairs = Repairs(examine, lambda actor: guard.require(actor, "admin.health"))
    for _ in range(2):
        assert [(need.severity, need.link) for need in await repairs(ME)] == [("now", "/console/health#disk"), ("note", "/console/health#backups")]
    assert len(asked) == 1
    with pytest.raises(Problem):
        await repairs(PARTNER)
