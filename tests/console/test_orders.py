"""What orders, requests and quotations look like: hostile texts stay texts, nothing and much are shown, in every language."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import msgspec
import pytest

from plait.console.screens.documents import chain_shown
from plait.console.screens.order_shown import braid_shown, facts_shown, late_shown, papers_shown, rest_shown, what_if_shown
from plait.console.screens.orders_shown import answer_shown, rows_shown
from plait.console.screens.quotes_shown import lines_shown, offer_shown, offers_said, offers_shown
from plait.console.screens.rfqs_shown import answer_shown as request_shown
from plait.console.screens.rfqs_shown import answers_shown, requests_shown, waiting_said
from plait.console.screens.rfqs_shown import rest_shown as request_rest
from plait.kernel.money import Money
from plait.kernel.texts import Texts
from plait.manufacturing.capability.model import Found
from plait.manufacturing.desk.late.model import Changed, Effect, LateLine, LineDetail, PlannedStep, Remedy, WhatIfAnswer
from plait.manufacturing.desk.model import Proposal, Supply
from plait.manufacturing.desk.offers.model import Asked, AskedLine, Offer, OfferLine
from plait.manufacturing.desk.offers.model import Proposal as Said
from plait.manufacturing.line.model import Batch, Job
from plait.manufacturing.part.model import CostBreakdown
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.trade.model import Line, OrderResponse, RequestForQuotation
from plait.overview.braid.drawing import draw
from plait.overview.braid.model import Braid, Knot, SmallBraid, Words
from plait.overview.orders.model import Answer, Answered, OrderRow, OrdersPage, OrderView, Paper, RequestRow, RequestsPage, RequestView, Standing

EVIL = "<img src=x onerror=alert(1)>\"'&"
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
MONEY = Money(Decimal("12.50"), "EUR")
MAY = frozenset({"desk.write", "trade.write", "schedule.write", "guest.write"})


@pytest.fixture(params=["en", "de", "zh"])
def page(request):
    """A page in each language, as far as what is shown needs one."""
    identity = SimpleNamespace(firm=lambda: SimpleNamespace(party_id="us", zone="UTC"))
    return SimpleNamespace(t=Texts(request.param), rooms=SimpleNamespace(identity=identity), machine=str)


def row(**more):
    """Return an order whose every text is hostile."""
    values = {"id": EVIL, "number": EVIL, "side": "sold", "other": EVIL, "party": EVIL, "part": EVIL, "name": EVIL, "quantity": Decimal(3), "unit": "C62"}
    values |= {"state": "open", "due": date(2026, 3, 9), "promised": NOW, "verdict": "late", "slack_days": -2, "reason": EVIL, "value": MONEY}
    return OrderRow(**(values | more))


def rfq(**more):
    """Return a request whose every text is hostile."""
    values = {"id": EVIL, "number": EVIL, "party": "them", "party_name": EVIL, "counterparty": "us", "counterparty_name": EVIL, "issued": NOW, "note": EVIL}
    line = Line("1", EVIL, Decimal(2), requirement=Requirement(EVIL, EVIL), requested=NOW)
    return RequestForQuotation(**(values | more), lines=(line,), respond_by=NOW)


def tame(shown):
    """Return what is shown after making sure that no text of others has become markup."""
    text = str(shown)
    assert "<img" not in text
    assert "onerror=alert(1)>" not in text
    return text


def view_of_order(count=1):
    """Return an order with all that may belong to it."""
    answer = OrderResponse(
        id=EVIL, number=EVIL, party="them", party_name=EVIL, counterparty="us", issued=NOW, code="changed", promised=NOW, reason=EVIL, note=EVIL
    )
    jobs = [Job(f"{EVIL}{n}", EVIL, EVIL, 10, EVIL, EVIL, EVIL, 5, 4, 1, "ended", EVIL) for n in range(count)]
    return OrderView(
        EVIL,
        row(),
        EVIL,
        documents=[rfq(), answer] * count,
        supplies=[Supply(EVIL, f"service:{EVIL}", EVIL, EVIL, EVIL, EVIL)] * count,
        offer=EVIL,
        run=EVIL,
        batches=[Batch(EVIL, EVIL, 1, 5, 4, "finished")],
        jobs=jobs,
        papers=[Paper("confirmation", "/api/v1/x")],
        acts=["promise", "change", "what-if", "deliver", "cancel", "reopen"],
        guest="order",
    )


def braid_of(count):
    """Return a braid with hostile knots."""
    knots = tuple(Knot(f"{n}", "circulation", NOW + timedelta(hours=n), EVIL, Words(EVIL), EVIL, link="/console/x") for n in range(count))
    return Braid(EVIL, EVIL, "sold", Words(EVIL), Words(EVIL), EVIL, EVIL, "open", NOW, NOW, "UTC", knots, left_out=(Words(EVIL),))


def test_orders_are_shown_as_texts(page):
    """Tests that no text of a customer or partner becomes markup in the list, and that a row leads to its order, its firm and its part."""
    small = SmallBraid(EVIL, EVIL, "open", NOW, NOW, (), late=Words(EVIL, said=EVIL))
    shown = tame(rows_shown(page, OrdersPage([row(), row(side="bought", verdict="", state=EVIL), row(verdict="unplanned")]), {EVIL: small}))
    assert shown.count("/console/orders/%3Cimg") == 6
    assert "/console/partners/%3Cimg" in shown
    assert "<svg" in shown
    assert tame(rows_shown(page, OrdersPage([]), {}))
    assert tame(rows_shown(page, OrdersPage([row(due=None, promised=None, value=None, verdict="", slack_days=None)] * 200), {})).count("<tr") == 201


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing(0, 0, 0, 0, computed=NOW), "No order is open."),
        (Standing(41, 3, 0, 0, computed=NOW), "3 of 41 open orders will be late."),
        (Standing(1, 0, 0, 0, computed=NOW), "The one open order will be there on time."),
        (Standing(5, 0, 5, 0, computed=NOW), "Nobody can say yet: no open order can be planned."),
        (Standing(5, 0, 2, 0, computed=NOW), "All open orders that can be planned will be there on time."),
        (Standing(100_000, 7, 0, 0), "7 open orders are past their date; the plan is being worked out."),
        (Standing(100_000, 0, 0, 0), "No open order is past its date; the plan is being worked out."),
    ],
)
def test_the_question_is_answered_in_words(standing, said):
    """Tests that the page says in a sentence whether orders will be there, whatever is known, and names the worst."""
    page = SimpleNamespace(t=Texts("en"))
    assert said in tame(answer_shown(page, standing))
    assert "late by 2 days" in tame(answer_shown(page, msgspec.structs.replace(standing, worst=row(), late=1, placed_late=[row(side="bought")])))


def test_an_order_is_shown_as_texts(page):
    """Tests that nothing on an order's page becomes markup, and that each act is offered only to those who may do it."""
    view = view_of_order(100)
    for may in (MAY, frozenset()):
        shown = tame(facts_shown(page, view, may))
        assert ('data-act="cancel"' in shown, 'data-act="link"' in shown, 'data-act="what-if"' in shown) == (bool(may), bool(may), True)
    drawn = draw(braid_of(3), 1360, 440, page.t)
    assert "<img" not in drawn
    assert tame(braid_shown(page, braid_of(3), row(), page.t("x"), ""))
    assert tame(papers_shown(page, view)).count("<tr") == 61
    rest = tame(rest_shown(page, view, braid_of(80)))
    assert rest.count("<tr") < 300
    assert tame(rest_shown(page, OrderView("x", row()), None))
    assert tame(papers_shown(page, OrderView("x", row()))).startswith("<div")


def test_a_document_is_shown_as_texts(page):
    """Tests that a document with all that was exchanged around it is text, however long the chain."""
    answer = view_of_order().documents[1]
    for document in (rfq(), answer):
        assert tame(chain_shown(page, document, [rfq(), answer] * 300)).count("<tr") <= 105


def test_lateness_and_remedies_are_shown_as_texts(page):
    """Tests that causes, remedies and what-ifs are texts, that a remedy can be made real only by those who may, and a new date is promised, not entered."""
    effect = Effect(EVIL, date(2026, 3, 1), None, was_late=False, late=True)
    kinds = (("overtime", (Changed(EVIL, priority=1),)), ("new_date", (Changed(EVIL, due=date(2026, 3, 9)),)))
    remedies = [Remedy(kind, EVIL, NOW, date(2026, 3, 4), True, MONEY, (effect,), changes) for kind, changes in kinds]
    line = LateLine(EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, Decimal(1), date(2026, 3, 1), "late", EVIL, slack_days=-1, todo=EVIL, notes=(EVIL,))
    step = PlannedStep(1, 10, EVIL, EVIL, EVIL, 5, NOW, NOW, NOW, outside=True, supplier=EVIL)
    detail = LineDetail(line, [step] * 100, remedies)
    shown = tame(late_shown(page, detail, MAY))
    assert (shown.count('data-act="apply"'), shown.count('data-act="promise-day"')) == (1, 1)
    assert 'data-act="apply"' not in tame(late_shown(page, detail, frozenset()))
    for before, after, effects in ((1, 0, [effect]), (0, 1, [effect] * 500), (1, 1, [effect]), (0, 0, [])):
        assert tame(what_if_shown(page, WhatIfAnswer(NOW, before, after, [], [], effects))).count("<tr") <= 61


def test_requests_are_shown_as_texts(page):
    """Tests that requests, proposals and answers are texts, and that who was first is said instead of a button to answer."""
    each = RequestRow(EVIL, EVIL, "received", EVIL, EVIL, EVIL, Decimal(1), "C62", "ready", NOW, NOW, MONEY, NOW)
    assert tame(requests_shown(page, RequestsPage([each, msgspec.structs.replace(each, side="sent", state=EVIL, price=None)])))
    assert tame(waiting_said(page, RequestsPage([each])))
    assert tame(waiting_said(page, RequestsPage([])))
    view = RequestView(each, rfq(), [rfq()], others=[Found(EVIL, EVIL, None, False, [EVIL], MONEY), Found(EVIL, EVIL, None, True, [], None)])
    cost = CostBreakdown(MONEY, MONEY, MONEY, MONEY, MONEY, MONEY, MONEY)
    proposal = Proposal(EVIL, EVIL, 2, cost, NOW, NOW)
    shown = tame(request_shown(page, view, proposal, may=True))
    assert ('data-act="quote"' in shown, 'data-act="decline"' in shown) == (True, True)
    assert "data-act" not in tame(request_shown(page, view, proposal, may=False))
    unfit = tame(request_shown(page, view, Proposal(EVIL, waits=(EVIL,), reasons=(EVIL,)), may=True))
    assert ('data-act="quote"' in unfit, 'data-act="decline"' in unfit) == (False, True)
    for kind in ("quotation", "decline", "withdrawal"):
        answered = msgspec.structs.replace(view, answered=Answered(kind, "Q-1", NOW, "Mei", EVIL, EVIL))
        second = tame(request_shown(page, answered, proposal, may=True))
        assert "data-act" not in second
        assert "Mei" in second
    answers = [Answer(EVIL, EVIL, EVIL, "open", EVIL, MONEY, MONEY, NOW, NOW, EVIL, cheapest=True), Answer(EVIL, EVIL, EVIL, "declined", reason=EVIL)]
    assert tame(answers_shown(page, answers, may=True)).count('data-act="order"') == 1
    assert 'data-act="ask"' not in tame(request_rest(page, view, may=True))
    mine = msgspec.structs.replace(view, row=msgspec.structs.replace(each, side="sent"))
    assert tame(request_rest(page, mine, may=True)).count('data-act="ask"') == 1


def offer(state="draft", line_state="ready"):
    """Return an offer whose every text is hostile."""
    asked = AskedLine(Decimal(2), EVIL, EVIL, EVIL, EVIL, note=EVIL)
    cost = CostBreakdown(MONEY, MONEY, MONEY, MONEY, MONEY, MONEY, MONEY)
    line = OfferLine(1, asked, line_state, Decimal(2), EVIL, EVIL, doubts=(EVIL,), reason=EVIL, cost=cost, price=MONEY, priced_by=EVIL, promised=NOW)
    line = msgspec.structs.replace(line, hold_until=NOW, recognised=EVIL, markup=Decimal("0.2"), run=EVIL)
    said = Said("yes", EVIL, EVIL, False, NOW) if state == "sent" else None
    return Offer(EVIL, Asked(EVIL, (asked,), EVIL, EVIL, note=EVIL), state, NOW, (line, line), until=NOW, text=EVIL, proposal=said)


def test_quotations_are_shown_as_texts(page):
    """Tests that quotations are texts, and that what can be done with one follows its state and what the person may."""
    acts = {"draft": ["send", "change"], "sent": ["accept", "lose", "link", "text", "renew"], "won": [], "lost": ["renew"]}
    for state, wanted in acts.items():
        made = offer(state, "sent" if state == "sent" else "ready")
        shown = tame(offer_shown(page, made, MAY))
        assert all(f'data-act="{act}"' in shown for act in wanted), (state, wanted)
        assert ('data-act="send"' in shown) == (state == "draft")
        silent = tame(offer_shown(page, made, frozenset()))
        assert all(f'data-act="{act}"' not in silent for act in ("send", "accept", "lose", "renew", "link"))
        assert tame(lines_shown(page, made, MAY))
    assert 'data-act="part"' in tame(lines_shown(page, offer("draft", "stuck"), MAY))
    assert 'data-act="send"' not in tame(offer_shown(page, offer("draft", "stuck"), MAY))
    assert tame(offers_shown(page, [offer(), offer("sent", "sent")])).count("<tr") == 3
    assert tame(offers_said(page, 2, [offer("sent", "sent")]))
    assert tame(offers_said(page, 0, []))
