"""From a request to an answer: recognised, priced, dated, held, changed, sent, accepted, lost, expired."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.desk.offers.model import Change, LineChange, NewPart, Reply
from plait.manufacturing.part.stock import NO_PART
from plait.manufacturing.schedule.model import Calendar, WorkCentre
from tests.manufacturing.desk.offers.shop import ME, asked, line, part, shop

HOLD = timedelta(hours=48)


def eur(amount):
    return Money(Decimal(amount), "EUR")


async def test_a_request_is_answered_with_price_date_and_slot(tmp_path):
    """Tests that a known part is priced by cost and markup with price breaks, dated by the schedule, and its slot held."""
    async with shop(tmp_path) as here:
        offer = await here.offers.ask(ME, asked())
        assert (offer.number, offer.state, offer.until) == ("R-00001", "draft", here.clock.now() + HOLD)
        only = offer.lines[0]
        assert (only.state, only.recognised, only.part_id) == ("ready", "part number", "SHAFT")
        assert only.price == eur("10.80")  # two set-ups of 30 minutes and 20 pieces of 6 minutes at 60 an hour: 180, and a fifth more
        assert only.markup == Decimal("0.200")
        assert [each.quantity for each in only.breaks] == [20, 40, 100]
        assert only.promised is not None
        assert only.promised > here.clock.now() + timedelta(hours=3)
        assert {centre for centre, _ in await here.slots()} == {"bench-1"}
        assert await here.bodies("trade.rfq_received") == []


async def test_the_same_source_or_key_asks_once(tmp_path):
    """Tests that a request sent again, by its key or from the same inbox item, is the same offer and holds one slot."""
    async with shop(tmp_path) as here:
        first = await here.offers.ask(ME, asked(source="inbox:1"))
        again = await here.offers.ask(ME, asked(source="inbox:1"))
        by_key = [await here.offers.ask(ME, asked(), once="k1") for _ in range(2)]
        assert first == again
        assert by_key[0].number == by_key[1].number == "R-00002"
        assert len(await here.bodies("offer.asked")) == 2
        assert len(await here.bodies("schedule.held")) == 2


async def test_recognised_by_drawing_name_or_not_at_all(tmp_path):
    """Tests that a drawing or an exact name is certain, a like name bears a doubt, and an unknown thing waits for a person."""
    async with shop(tmp_path) as here:
        lines = (
            line(part_no="", drawing_no="D-4711"),
            line(part_no="", name="shaft 42crmo4"),
            line(part_no="", name="gears, spur, m2 z40"),
            line(part_no="", name="Bracket, laser cut"),
        )
        offer = await here.offers.ask(ME, asked(*lines))
        assert [each.part_id for each in offer.lines] == ["GEAR-40", "SHAFT", "GEAR-40", ""]
        assert [bool(each.doubts) for each in offer.lines] == [False, False, True, False]
        assert offer.lines[3].state == "new"
        with pytest.raises(Problem, match="line 4 is new"):
            await here.offers.send(ME, offer.number)


async def test_a_person_names_the_part_and_it_is_remembered(tmp_path):
    """Tests that the customer's number means the confirmed part from then on, and only for that customer."""
    async with shop(tmp_path) as here:
        theirs = line(part_no="", customer_part_no="88-1203", name="Welle")
        offer = await here.offers.ask(ME, asked(theirs))
        assert offer.lines[0].state == "new"
        offer = await here.offers.part(ME, offer.number, 1, NewPart(part_id="SHAFT"))
        assert offer.lines[0].state == "ready"
        assert (await here.offers.ask(ME, asked(theirs))).lines[0].part_id == "SHAFT"
        assert (await here.offers.ask(ME, asked(theirs, customer="oakmill"))).lines[0].state == "new"


async def test_a_new_part_is_made_after_others_with_estimated_times(tmp_path):
    """Tests that a part made after a family has the middle of its times, marked as estimated, and can be quoted at once."""
    async with shop(tmp_path) as here:
        await here.parts.put(ME, part("SHAFT-L", "Shaft long", cycle=10.0, family="shafts"))
        offer = await here.offers.ask(ME, asked(line(part_no="", name="Axle, ground")))
        wanted = NewPart(id="AXLE", name="Axle, ground", family="shafts", drawing_no="D-9")
        offer = await here.offers.part(ME, offer.number, 1, wanted)
        made = await here.parts.get(ME, "AXLE")
        assert (made.routing[0].cycle_min, made.routing[0].estimated, made.gtin) == (8.0, True, "")
        assert offer.lines[0].state == "ready"
        assert "the times of this part are estimated" in offer.lines[0].doubts
        with pytest.raises(Problem) as refused:
            await here.offers.part(ME, offer.number, 1, NewPart(part_id="NOTHING"))
        assert refused.value.code == NO_PART


async def test_what_cannot_be_planned_says_why(tmp_path):
    """Tests that halves of pieces, a part without work centre and one without rate are stuck with the reason; a person's price and date free the last."""
    async with shop(tmp_path) as here:
        await here.parts.put(ME, part("LOST", "Lost", group="nowhere"))
        offer = await here.offers.ask(ME, asked(line("1.5"), line(part_no="LOST")))
        assert [each.state for each in offer.lines] == ["stuck", "stuck"]
        assert "whole number" in offer.lines[0].reason
        assert "nowhere" in offer.lines[1].reason
        day = here.clock.now() + timedelta(days=9)
        changes = (LineChange(1, quantity=Decimal(2)), LineChange(2, price=eur(5), promised=day))
        offer = await here.offers.change(ME, offer.number, Change(lines=changes))
        assert [each.state for each in offer.lines] == ["ready", "ready"]
        assert (offer.lines[1].priced_by, offer.lines[1].promised, offer.lines[1].hold_id) == ("person", day, "")
        assert offer.lines[1].doubts == ("line 2: no slot is held",)
        offer = await here.offers.change(ME, offer.number, Change(lines=(LineChange(1, quantity=Decimal("2.5")),)))
        offer = await here.offers.change(ME, offer.number, Change(lines=(LineChange(1, price=eur(5), promised=day),)))
        assert offer.lines[0].state == "stuck"


async def test_an_offer_without_a_slot_is_accepted_when_one_can_be_had(tmp_path):
    """Tests that a line offered on a person's word is only accepted once it can be planned, and nothing is ordered before."""
    async with shop(tmp_path) as here:
        await here.parts.put(ME, part("LOST", "Lost", group="nowhere"))
        number = (await here.offers.ask(ME, asked(line(part_no="LOST")))).number
        day = here.clock.now() + timedelta(days=9)
        await here.offers.change(ME, number, Change(lines=(LineChange(1, price=eur(5), promised=day),)))
        sent = await here.offers.send(ME, number)
        assert sent.until == here.clock.now() + HOLD
        with pytest.raises(Problem, match="nowhere"):
            await here.offers.accept(ME, number)
        assert await here.bodies("trade.order_received") == []
        await here.schedule.put_work_centre(ME, WorkCentre("lost-1", "nowhere", Calendar(always=True)))
        await here.offers.accept(ME, number)
        await here.settle()
        assert [each.promised for each in await here.bodies("desk.accepted")] == [day]


async def test_a_person_changes_price_date_and_validity(tmp_path):
    """Tests that a person's price and date count, a date before the schedule's bears a doubt, and another validity holds the slot so long."""
    async with shop(tmp_path) as here:
        number = (await here.offers.ask(ME, asked())).number
        early = here.clock.now() + timedelta(hours=1)
        until = here.clock.now() + timedelta(days=7)
        change = Change(until=until, text="As discussed", language="de", lines=(LineChange(1, price=eur("12.34"), promised=early, text="ground"),))
        offer = await here.offers.change(ME, number, change)
        only = offer.lines[0]
        assert (only.price, only.priced_by, only.promised, offer.until, only.hold_until) == (eur("12.34"), "person", early, until, until)
        offer = await here.offers.change(ME, number, Change(lines=(LineChange(1, price=None, promised=None),)))
        assert (offer.lines[0].priced_by, offer.lines[0].promised) == ("cost", offer.lines[0].earliest)
        offer = await here.offers.change(ME, number, Change(lines=(LineChange(1, promised=early),)))
        assert "earlier is promised" in offer.lines[0].doubts[0]
        assert len(await here.bodies("offer.changed")) == 3
        assert len(await here.slots()) == 2
        await here.offers.send(ME, number)
        with pytest.raises(Problem, match="is sent"):
            await here.offers.change(ME, number, Change(text="too late"))


async def test_acceptance_makes_a_run(tmp_path):
    """Tests that a sent offer is a quotation in trade, that acceptance makes an order, a run and bookings, and that saying so again changes nothing."""
    async with shop(tmp_path) as here:
        offer = await here.offers.ask(ME, asked(line(due=date(2026, 3, 20)), line("5", part_no="GEAR-40")))
        sent = await here.offers.send(ME, offer.number)
        await here.settle()
        quotations = await here.trade.documents(ME, "Quotation")
        assert [(each.lines[0].price, each.counterparty_name, each.valid_until) for each in quotations] == [
            (each.price, "meridian", sent.until) for each in sent.lines
        ]
        won = await here.offers.accept(ME, offer.number, reference="4500001", once="a")
        await here.settle()
        again = await here.offers.accept(ME, offer.number)
        assert again.state == won.state == "won"
        assert [each.run for each in again.lines] == ["SO-00001", "SO-00002"]
        assert [(each.run, each.order_number, each.customer_name) for each in await here.bodies("desk.accepted")] == [
            ("SO-00001", "4500001", "meridian"),
            ("SO-00002", "4500001", "meridian"),
        ]
        assert len(await here.bodies("line.run_opened")) == 2
        assert len(await here.bodies("trade.order_received")) == 2
        assert {row.order for row in await here.schedule.plan(ME)} == {"SO-00001", "SO-00002"}


async def test_one_line_is_accepted_the_other_expires(tmp_path):
    """Tests that lines are accepted one by one and what is left is lost by the clock."""
    async with shop(tmp_path) as here:
        number = (await here.offers.ask(ME, asked(line(), line("5", part_no="GEAR-40")))).number
        await here.offers.send(ME, number)
        await here.offers.accept(ME, number, (2,))
        await here.settle()
        await here.wait(HOLD)
        offer = await here.offers.get(ME, number)
        assert (offer.state, [each.state for each in offer.lines]) == ("won", ["lost", "accepted"])
        lost = await here.bodies("offer.lost")
        assert [(each.reason, each.lines) for each in lost] == [("no-answer", (1,))]


async def test_expiry_frees_the_slot(tmp_path):
    """Tests that an offer nobody answers is lost at its end, its slot free for the next, and that it can no longer be accepted."""
    async with shop(tmp_path) as here:
        number = (await here.offers.ask(ME, asked())).number
        held = await here.slots()
        await here.offers.send(ME, number)
        await here.wait(HOLD - timedelta(minutes=1))
        assert await here.slots() == held
        await here.wait(timedelta(minutes=1))
        assert await here.slots() == set()
        offer = await here.offers.get(ME, number)
        assert (offer.state, offer.lost_reason) == ("lost", "no-answer")
        assert len(await here.bodies("schedule.released")) == 1
        with pytest.raises(Problem) as refused:
            await here.offers.accept(ME, number)
        assert refused.value.code == "offer-not-open"
        assert await here.bodies("trade.order_received") == []


async def test_timers_are_set_again_at_the_next_start(tmp_path):
    """Tests that an offer ends in time although the node was started in between."""
    async with shop(tmp_path) as here:
        number = (await here.offers.ask(ME, asked())).number
        await here.offers.send(ME, number)
        here.clock.cancel(f"offer:{number}")
        await here.offers.open()
        await here.wait(HOLD)
        assert (await here.offers.get(ME, number)).state == "lost"


async def test_a_draft_that_waits_too_long_gives_its_slot_back_and_is_renewed(tmp_path):
    """Tests that a draft loses its slot at its end, cannot go out then, and is worked out again on request."""
    async with shop(tmp_path) as here:
        number = (await here.offers.ask(ME, asked())).number
        await here.wait(HOLD)
        assert await here.slots() == set()
        with pytest.raises(Problem, match="renew the offer"):
            await here.offers.send(ME, number)
        offer = await here.offers.renew(ME, number)
        assert (offer.lines[0].state, offer.version, offer.until) == ("ready", 1, here.clock.now() + HOLD)


async def test_a_sent_offer_is_renewed_as_the_next_version(tmp_path):
    """Tests that renewing takes the quotations back, makes version 2, and that only this one can be accepted."""
    async with shop(tmp_path) as here:
        number = (await here.offers.ask(ME, asked())).number
        first = await here.offers.send(ME, number)
        await here.offers.renew(ME, number)
        second = await here.offers.send(ME, number)
        assert (second.version, second.shown) == (2, "R-00001-2")
        assert (await here.offers.learning(ME)).total.open == 1
        assert second.lines[0].quotation_id != first.lines[0].quotation_id
        assert [each.refs[0].id for each in await here.trade.documents(ME, "Withdrawal")] == [first.lines[0].quotation_id]
        await here.offers.accept(ME, number)
        await here.settle()
        assert [each.order_number for each in await here.bodies("desk.accepted")] == ["R-00001-2"]


async def test_lost_with_its_reason(tmp_path):
    """Tests that the reason is kept as a fact once, the slot is free, and a lost offer is no longer open."""
    async with shop(tmp_path) as here:
        number = (await here.offers.ask(ME, asked())).number
        await here.offers.send(ME, number)
        for _ in range(2):
            offer = await here.offers.lose(ME, number, "price", "8 % too dear")
        assert (offer.state, offer.lost_reason, offer.lost_text) == ("lost", "price", "8 % too dear")
        assert len(await here.bodies("offer.lost")) == 1
        assert await here.slots() == set()
        with pytest.raises(Problem, match="lost"):
            await here.offers.accept(ME, number)


async def test_an_answer_by_e_mail_is_proposed_and_confirmed(tmp_path):
    """Tests that a clear yes is proposed, nothing is ordered by it, and a person's word makes it an order; the same mail again is no news."""
    async with shop(tmp_path) as here:
        number = (await here.offers.ask(ME, asked())).number
        await here.offers.send(ME, number)
        mail = Reply("Buyer <buyer@meridian.example>", f"Re: Quotation {number}", "We accept your offer.\n\n> Quotation", message_id="<1@meridian.example>")
        for _ in range(2):
            offer = await here.offers.reply(ME, mail)
        assert offer.proposal is not None
        assert (offer.proposal.verdict, offer.proposal.known_sender, offer.state) == ("yes", True, "sent")
        assert len(await here.bodies("offer.replied")) == 1
        assert await here.bodies("trade.order_received") == []
        done = await here.offers.accept(ME, number, source="e-mail")
        assert (done.state, done.proposal) == ("won", None)
        with pytest.raises(Problem, match="names no offer"):
            await here.offers.reply(ME, Reply("x@y.example", "Hello", "We accept."))


async def test_a_ubl_order_accepts_what_was_offered_and_nothing_else(tmp_path):
    """Tests that an order in UBL accepts the lines it names; other quantities, prices or offers are refused and change nothing."""
    async with shop(tmp_path) as here:
        number = (await here.offers.ask(ME, asked())).number
        sent = await here.offers.send(ME, number)
        xml = ORDER.format(ref=number, quantity=20, price=sent.lines[0].price.amount)
        for wrong in (xml.replace(">20<", ">21<"), xml.replace(str(sent.lines[0].price.amount), "1.00")):
            with pytest.raises(Problem) as refused:
                await here.offers.order(ME, wrong.encode())
            assert refused.value.code == "order-deviates"
        with pytest.raises(Problem, match="no offer"):
            await here.offers.order(ME, xml.replace(number, "R-00099").encode())
        quotation = (await here.trade.documents(ME, "Quotation"))[0].number
        won = await here.offers.order(ME, xml.replace(number, quotation).encode())
        await here.settle()
        assert (won.state, won.reference) == ("won", "PO-7")
        assert [each.order_number for each in await here.bodies("desk.accepted")] == ["PO-7"]


async def test_a_preview_keeps_nothing(tmp_path):
    """Tests that a preview gives price and date, and neither number, fact nor slot."""
    async with shop(tmp_path) as here:
        seen = await here.offers.preview(ME, asked())
        assert (seen.number, seen.lines[0].state, seen.lines[0].price) == ("", "ready", eur("10.80"))
        assert await here.bodies("offer.asked") == []
        assert await here.slots() == set()
        assert (await here.offers.ask(ME, asked())).lines[0].promised == seen.lines[0].promised


class Agreed:
    """A price list with one price, from 50 pieces on another."""

    def price(self, conn, part_id, customer, quantity, day):
        return eur("9.00" if quantity < 50 else "8.00") if (part_id, customer) == ("SHAFT", "meridian") else None


async def test_an_agreed_price_counts_before_the_cost(tmp_path):
    """Tests that the price list wins over the cost model for its customer, at every quantity shown, and a person over both."""
    async with shop(tmp_path, Agreed()) as here:
        offer = await here.offers.ask(ME, asked())
        assert (offer.lines[0].price, offer.lines[0].priced_by) == (eur("9.00"), "list")
        assert [each.price for each in offer.lines[0].breaks] == [eur("9.00"), eur("9.00"), eur("8.00")]
        assert (await here.offers.ask(ME, asked(customer="oakmill"))).lines[0].priced_by == "cost"
        offer = await here.offers.change(ME, offer.number, Change(lines=(LineChange(1, price=eur(11)),)))
        assert (offer.lines[0].price, offer.lines[0].priced_by) == (eur(11), "person")


async def test_lost_prices_teach(tmp_path):
    """Tests that offers lost on price give a hint and a smaller markup beside the price, which stays as it was worked out."""
    async with shop(tmp_path) as here:
        await here.parts.put(ME, part("DEAR", "Dear", markup="0.4", family="dear"))
        for _ in range(4):
            number = (await here.offers.ask(ME, asked(line(part_no="DEAR")))).number
            await here.offers.send(ME, number)
            await here.offers.lose(ME, number, "price")
        learned = await here.offers.learning(ME)
        assert learned.hints[0].startswith("4 of 4 lost on price at a markup of 40 % and more")
        assert (learned.families[0].name, learned.families[0].rate) == ("dear", 0.0)
        only = (await here.offers.ask(ME, asked(line(part_no="DEAR")))).lines[0]
        assert only.markup == Decimal("0.400")
        assert only.suggestion is not None
        assert only.suggestion.markup is not None
        assert Decimal("0.30") <= only.suggestion.markup < only.markup
        assert only.suggestion.price is not None
        assert only.suggestion.price.amount < only.price.amount


ORDER = """<?xml version="1.0" encoding="UTF-8"?>
<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2" xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:ID>PO-7</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate>
  <cac:QuotationDocumentReference><cbc:ID>{ref}</cbc:ID></cac:QuotationDocumentReference>
  <cac:BuyerCustomerParty><cac:Party><cac:PartyName><cbc:Name>meridian</cbc:Name></cac:PartyName></cac:Party></cac:BuyerCustomerParty>
  <cac:OrderLine><cac:LineItem><cbc:ID>1</cbc:ID><cbc:Quantity unitCode="C62">{quantity}</cbc:Quantity>
    <cac:Price><cbc:PriceAmount currencyID="EUR">{price}</cbc:PriceAmount></cac:Price><cac:Item><cbc:Name>Shaft</cbc:Name></cac:Item>
  </cac:LineItem></cac:OrderLine>
</Order>"""
