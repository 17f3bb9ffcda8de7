"""What the desk decides, without anybody to ask."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from plait.manufacturing.desk import rules
from plait.manufacturing.desk.model import Inquiry
from plait.manufacturing.part.model import Material, Operation, Part
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.trade.model import Line
from plait.manufacturing.trade.options import OptionNeed, OptionView

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
HEAT = Requirement(process="heat.case_hardening")
PART = Part(
    "GEAR",
    "C",
    "Gear",
    gtin="09521002000016",
    process="gear.cylindrical",
    serial=True,
    pairing="piece",
    batch_size=20,
    transfer_min=5.0,
    routing=(
        Operation(10, "Turn", "turning", "lathe", 30.0, 4.0),
        Operation(30, "Harden", "heat.case_hardening", service=HEAT, semi_gtin="09521002000023", cycle_min=99.0),
        Operation(40, "Grind", "grinding.gear", "grinding", 45.0, 2.5),
    ),
    materials=(Material("BLANK", "Blank", Decimal("1.0"), supply="buy"),),
)
ROW = Inquiry("rfq-1", "meridian/RFQ-00001", "p-meridian", "meridian", "GEAR", 120, "accepted", order_id="po-1", run="SO-00001")


def held(role: str, lead: int = 0, promised: datetime | None = None) -> OptionView:
    """Return an option held for ``role``."""
    need = OptionNeed("x", HEAT, Decimal(1), "C62", NOW, "s", [], role)
    return OptionView(ROW.purpose, role, "s", "supplier", "r", "held", need, lead_minutes=lead, promised=promised)


@pytest.mark.parametrize(
    ("when", "then"),
    [
        (NOW, NOW),
        (NOW + timedelta(microseconds=1), NOW + timedelta(hours=1)),
        (NOW + timedelta(minutes=59, seconds=59), NOW + timedelta(hours=1)),
        (NOW + timedelta(hours=17, minutes=30), NOW + timedelta(hours=18)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_date_is_told_in_full_hours(when: datetime, then: datetime) -> None:
    """Tests that a date is rounded up, never down, and over midnight and new year."""
    assert rules.full_hour(when) == then


def test_freight_lead_counts_the_carrier_alone() -> None:
    """Tests that only the freight option adds to the way to the customer."""
    assert rules.freight_lead([]) == 0
    assert rules.freight_lead([held("service:30", 400), held("material:BLANK", 90)]) == 0
    assert rules.freight_lead([held("service:30", 400), held("freight", 150)]) == 150


def test_lot_lead_is_own_work_on_one_batch() -> None:
    """Tests that one batch takes set-up and cycle of our own operations, not of a supplier's."""
    assert rules.lot_lead(PART) == round(30 + 4 * 20 + 45 + 2.5 * 20)


def test_promise_request_waits_for_material_and_goes_there_and_back() -> None:
    """Tests that material is here after the slowest supplier's date and the road, and that an outside step takes the road twice."""
    first, last = NOW + timedelta(hours=10), NOW + timedelta(hours=30)
    options = [held("material:BLANK", 60, first), held("material:BAR", 60, last), held("service:30", 400), held("freight", 90, NOW + timedelta(days=9))]
    request = rules.promise_request(PART, ROW, options, NOW, timedelta(hours=2))
    assert request.material_ready == last + timedelta(hours=2)
    assert request.step_leads == {30: 400 + 240}
    assert (request.number, request.quantity, request.batch_size, request.transfer_min) == (ROW.purpose, 120, 20, 5.0)
    assert request.not_before == NOW


def test_promise_request_without_suppliers_begins_now() -> None:
    """Tests that what needs nobody else may begin at once, and that a supplier's date in the past does not move that back."""
    assert rules.promise_request(PART, ROW, [], NOW, timedelta(hours=2)).material_ready == NOW
    past = [held("material:BLANK", 60, NOW - timedelta(days=1))]
    assert rules.promise_request(PART, ROW, past, NOW, timedelta(hours=2)).material_ready == NOW


def test_run_order_says_what_the_line_needs() -> None:
    """Tests that an accepted inquiry becomes an order to the line with its steps, outside ones marked, and programs named by revision."""
    starts = {"SO-00001-1-10": NOW}
    order = rules.run_order(PART, ROW, starts)
    assert [(step.seq, step.outside, step.program) for step in order.steps] == [(10, False, "GEAR-C-10"), (30, True, "GEAR-C-30"), (40, False, "GEAR-C-40")]
    assert order.steps[1].semi_gtin == "09521002000023"
    assert [(line.part_id, line.quantity, line.supply) for line in order.materials] == [("BLANK", Decimal("1.0"), "buy")]
    assert (order.number, order.quantity, order.batch_size, order.order_id, order.customer) == ("SO-00001", 120, 20, "po-1", "p-meridian")
    assert (order.serial, order.pairing, order.service, order.starts) == (True, "piece", False, starts)


def test_to_stock_asks_for_a_slot_from_now_on() -> None:
    """Tests that work to stock is asked for without suppliers' leads."""
    request = rules.to_stock(PART, "WO-00001", 40, NOW)
    assert (request.number, request.quantity, request.step_leads, request.not_before) == ("WO-00001", 40, {}, NOW)


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        (Requirement(), ("any",)),
        (Requirement(process="turning"), ("turning",)),
        (Requirement(process="gear.cylindrical", material="20CrMnTi", module_mm=3.0, quality=6), ("gear.cylindrical", "20CrMnTi", "3", "grade 6")),
    ],
)
def test_a_requirement_in_words(requirement: Requirement, said: tuple[str, ...]) -> None:
    """Tests that every wish is named, and that without wishes anything will do."""
    words = rules.in_words(requirement)
    assert all(word in words for word in said), words


def test_a_decline_says_why() -> None:
    """Tests that a decline names the thing and every reason, and says so when there is nothing at all."""
    assert rules.decline_reason("Shaft", ["it is too long", "no lathe"]) == "We do not make Shaft: it is too long; no lathe"
    assert rules.decline_reason("Shaft", []) == "We do not make Shaft: nothing of ours fits"


def line(quantity: str = "5", requirement: Requirement | None = HEAT) -> Line:
    """Return one line of a request."""
    return Line("1", "Shaft", Decimal(quantity), requirement=requirement)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], ["one part a request"]),
        ([line(), line()], ["one part a request"]),
        ([line(requirement=None)], ["no process or material is named"]),
        ([line(requirement=Requirement(material="20CrMnTi"))], ["no process or material is named"]),
        ([line(requirement=None), line("0")], ["one part a request", "no process or material is named", "0 pieces"]),
        ([line("0")], ["0 pieces"]),
        ([line("-3")], ["-3 pieces"]),
        ([line("2.5")], ["2.5 pieces"]),
        ([line("NaN")], ["NaN pieces"]),
        ([line("Infinity")], ["Infinity pieces"]),
        ([line("1E+1000000")], ["cannot be made"]),
        ([line("5")], []),
        ([line("5.0")], []),
    ],
)
def test_what_a_request_does_not_say(lines: list[Line], said: list[str]) -> None:
    """Tests that each thing missing from a request is named, and nothing of a clear one."""
    reasons = rules.unclear(lines)
    assert len(reasons) == len(said)
    assert all(word in reason for word, reason in zip(said, reasons, strict=True))


def test_more_than_is_planned_at_once() -> None:
    """Tests that a quantity of more batches than are planned at once is named with the most that is."""
    assert rules.too_much(PART, 40_000) == ""
    assert "40000" in rules.too_much(PART, 40_001)
