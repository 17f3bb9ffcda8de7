"""Small shops made by hand, with the date and the reason that a planner would give."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from plait.manufacturing.desk.late.model import LateLine
from plait.manufacturing.desk.late.plan import Plan, detail, make_plan, report
from plait.manufacturing.desk.late.prepare import Books
from plait.manufacturing.desk.late.remedies import Prices
from plait.manufacturing.desk.late.supply import Arriving
from plait.manufacturing.part.model import Material, Part, Routing
from plait.manufacturing.schedule.calendar import ms
from plait.manufacturing.schedule.model import Calendar, Outage, ShiftHours
from tests.manufacturing.desk.late.books import NOW, STEEL, books, centre, day, line, lot, op, outside, part


def seen(given: Books) -> dict[str, LateLine]:
    """Return the report's lines by number."""
    return {row.id: row for row in report(make_plan(given), {}, Prices()).lines}


def test_in_time() -> None:
    """Tests an order with time to spare: its day, and the days and open hours that are left."""
    row = seen(books([line(1, "GEAR", 60, day(5))], [part("GEAR", op(10, "hob", 4))], [centre("hob-1")]))["SO-00001"]
    assert (row.verdict, row.day, row.finish) == ("on_time", day(2), datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    assert row.reason == "Ready on Mon 2 Mar, 3 working days before its date"
    assert (row.slack_days, row.slack_work_days, row.slack_hours) == (3, 3, 28.0)
    assert (row.cause, row.remedy, row.notes) == (None, None, ())


def test_the_day_it_is_due_is_in_time() -> None:
    """Tests that an order ready in the last minute of its day is in time."""
    row = seen(books([line(1, "GEAR", 120, day(2))], [part("GEAR", op(10, "hob", 4))], [centre("hob-1")]))["SO-00001"]
    assert (row.verdict, row.reason) == ("on_time", "Ready on Mon 2 Mar, the day it is due")


def test_busy_machine_and_weekend() -> None:
    """Tests that the orders in the way are named, with the day until which they are, and the closed weekend after."""
    parts = [part("GEAR", op(10, "hob", 4)), part("RING", op(10, "hob", 4))]
    orders = [line(12, "GEAR", 300, day(4), priority=1), line(19, "GEAR", 300, day(6), priority=1), line(23, "RING", 100, day(6))]
    row = seen(books(orders, parts, [centre("hob-1")]))["SO-00023"]
    assert (row.verdict, row.cause, row.day) == ("late", "machine", day(9))
    assert row.reason == "Late by 1 working day: hob-1 is busy with SO-00012 and SO-00019 until Fri 6 Mar; then closed over the weekend"
    assert sum(share.hours for share in row.shares) == pytest.approx((row.finish - NOW).total_seconds() / 3600, abs=0.05)
    assert max(row.shares, key=lambda share: share.hours).kind == "machine"


def test_machine_out_of_service() -> None:
    """Tests that an outage is the reason when it is what is waited for."""
    down = Outage("D-1", "hob-1", NOW, datetime(2026, 3, 5, 6, 0, tzinfo=UTC), "spindle", True)
    row = seen(books([line(1, "GEAR", 60, day(4))], [part("GEAR", op(10, "hob", 4))], [centre("hob-1")], outages=[down]))["SO-00001"]
    assert (row.cause, row.day) == ("down", day(5))
    assert row.reason == "Late by 1 working day: hob-1 is out of service until Thu 5 Mar (spindle)"


def test_material_comes_too_late() -> None:
    """Tests that the material is named with the day it comes, what is short is noted, and who needs it first gets the stock."""
    gear = part("GEAR", op(10, "hob", 1), materials=(STEEL,))
    orders = [line(1, "GEAR", 50, day(4)), line(2, "GEAR", 60, day(5))]
    rows = seen(books(orders, [gear, Part("STEEL", "A", "steel", supply="buy")], [centre("hob-1")], stock=[lot("STEEL", 80)]))
    assert rows["SO-00001"].verdict == "on_time"
    late = rows["SO-00002"]
    assert (late.cause, late.reason) == ("material", "Late by 2 working days: bar of steel comes on Mon 9 Mar")
    assert late.notes == ("bar of steel: 30 C62 short, they come on Mon 9 Mar",)


def test_announced_goods_are_counted_on() -> None:
    """Tests that material on its way is used at its time, before its lead time is waited for."""
    gear = part("GEAR", op(10, "hob", 1), materials=(STEEL,))
    steel = Part("STEEL", "A", "steel", gtin="4006381333931", supply="buy")
    coming = [Arriving("4006381333931", Decimal(60), ms(datetime(2026, 3, 4, 9, 0, tzinfo=UTC)))]
    row = seen(books([line(1, "GEAR", 60, day(5))], [gear, steel], [centre("hob-1")], arriving=coming))["SO-00001"]
    assert (row.verdict, row.finish) == ("on_time", datetime(2026, 3, 4, 10, 0, tzinfo=UTC))


def test_supplier_takes_too_long() -> None:
    """Tests that an outside step's supplier is named with its lead time."""
    gear = part("GEAR", op(10, "hob", 1), outside(20, "embercoat", 5), op(30, "grind", 1))
    row = seen(books([line(1, "GEAR", 60, day(6))], [gear], [centre("hob-1"), centre("grind-1")]))["SO-00001"]
    assert (row.cause, row.day) == ("supplier", day(9))
    assert row.reason == "Late by 1 working day: embercoat needs 5 working days for operation 20 hardening"


def test_closed_time() -> None:
    """Tests that closed time is the reason when the order would be in time round the clock, with the longest closing named."""
    row = seen(books([line(1, "GEAR", 240, day(7))], [part("GEAR", op(10, "hob", 12))], [centre("hob-1")]))["SO-00001"]
    assert (row.cause, row.verdict) == ("closed", "late")
    assert row.reason == "Late by 1 working day: hob-1 is closed from Fri 6 Mar 14:00 until Mon 9 Mar 06:00"
    assert row.notes == ("made in 6 batches of up to 40, so that each fits between opening and closing",)


def test_too_short_even_round_the_clock() -> None:
    """Tests that an order whose work is longer than what is left says so."""
    row = seen(books([line(1, "GEAR", 400, day(3))], [part("GEAR", op(10, "hob", 12))], [centre("hob-1")]))["SO-00001"]
    assert row.cause == "time"
    assert row.reason.endswith("it takes 80.0 hours even around the clock on an empty shop, and 42.0 are left")


def test_overdue() -> None:
    """Tests an order whose date is past."""
    row = seen(books([line(1, "GEAR", 60, day(27, 2))], [part("GEAR", op(10, "hob", 4))], [centre("hob-1")]))["SO-00001"]
    assert (row.cause, row.reason) == ("overdue", "Late by 1 working day: it was due on Fri 27 Feb, before today")
    assert row.remedy is not None
    assert row.remedy.on_time is False


UNPLANNED = [
    ("", "the line names no part", "Say under Orders which part is meant"),
    ("WHAT", "the part WHAT is not known here", "Enter the part with its operations, or let them be estimated: plait desk estimate --apply"),
    ("BARE", "bare has no operations", "Enter its operations, or let them be estimated: plait desk estimate --apply"),
    (
        "LOST",
        "no work centre belongs to the group laser (operation 10 laser)",
        "Enter a work centre of the group laser, or correct the operation",
    ),
    (
        "LONG",
        "one piece takes 10.0 hours at operation 10 hob, and hob is never open so long at once",
        "Let a work centre of hob pause overnight or run unattended, or correct the time",
    ),
    ("BUY", "buy is bought, is not in stock, and no days until it comes are known", "Enter the days until the part comes, or take it into stock"),
]


@pytest.mark.parametrize(("part_id", "reason", "todo"), UNPLANNED)
def test_what_cannot_be_planned_is_said(part_id: str, reason: str, todo: str) -> None:
    """Tests that a line that cannot be planned is in the report with the reason and what to do, and the others are planned."""
    parts = [part("GEAR", op(10, "hob", 4)), part("BARE"), part("LOST", op(10, "laser", 1)), part("LONG", op(10, "hob", 600))]
    parts.append(Part("BUY", "A", "buy", supply="buy"))
    given = books([msgspec.structs.replace(line(1, part_id, 5, day(5)), name=""), line(2, "GEAR", 10, day(9))], parts, [centre("hob-1")])
    answer = report(make_plan(given), {}, Prices())
    assert (answer.total, answer.on_time, answer.late, answer.unplanned) == (2, 1, 0, 1)
    row = answer.lines[0]
    assert (row.verdict, row.reason, row.todo) == ("unplanned", reason, todo)


def test_a_part_not_known_is_named_as_written() -> None:
    """Tests that the refusal names the part as the customer wrote it."""
    rows = seen(books([line(1, "ZX-9", 5, day(5))], [], [centre("hob-1")]))
    assert rows["SO-00001"].reason == "the part ZX-9 is not known here"


def test_finished_stock_is_delivered_first() -> None:
    """Tests that finished pieces in stock need not be made, and a line they cover is ready now."""
    gear = part("GEAR", op(10, "hob", 4))
    rows = seen(books([line(1, "GEAR", 10, day(3)), line(2, "GEAR", 60, day(4))], [gear], [centre("hob-1")], stock=[lot("GEAR", 40)]))
    assert rows["SO-00001"].finish == NOW
    assert (rows["SO-00002"].finish, rows["SO-00002"].notes) == (datetime(2026, 3, 2, 7, 0, tzinfo=UTC), ("30 of 60 are in stock",))


def test_what_is_reserved_or_a_customers_own_is_left_alone() -> None:
    """Tests that stock reserved for another order or owned by another customer is not counted on, and one's own is."""
    blank = Material("BLANK", "blank", supply="customer", lead_days=14)
    gear = part("GEAR", op(10, "hob", 1), materials=(blank,))
    stock = [lot("BLANK", 50, owner="party-1"), lot("BLANK", 50, order="SO-00009")]
    orders = [line(1, "GEAR", 50, day(30), customer_party="party-1"), line(2, "GEAR", 50, day(30), customer_party="party-2")]
    rows = seen(books(orders, [gear], [centre("hob-1")], stock=stock))
    assert (rows["SO-00001"].day, rows["SO-00002"].day) == (day(2), day(16))


def test_another_routing_is_used() -> None:
    """Tests that an alternative routing is taken where it is ready sooner, and the steps say so."""
    gear = part("GEAR", op(10, "hob", 4), alternatives=(Routing("mill it", (op(10, "mill", 5),)),))
    plan = make_plan(books([line(1, "GEAR", 90, day(2)), line(2, "GEAR", 90, day(2))], [gear], [centre("hob-1"), centre("mill-1")]))
    places = {plan.outcome.spots[id][0].centre for id in ("SO-00001", "SO-00002")}
    assert places == {"hob-1", "mill-1"}


def test_the_chain_of_operations() -> None:
    """Tests that the detail of a line shows each operation with what it waits for, hour by hour."""
    parts = [part("GEAR", op(10, "turn", 1), op(20, "hob", 2)), part("RING", op(10, "hob", 4))]
    orders = [line(1, "RING", 90, day(3), priority=1), line(2, "GEAR", 60, day(30))]
    answer = detail(make_plan(books(orders, parts, [centre("turn-1"), centre("hob-1")])), "SO-00002", {}, Prices())
    first, second = answer.steps
    assert (first.work_centre, first.waits, first.critical) == ("turn-1", (), True)
    assert second.ready == first.end
    assert [(wait.kind, wait.order) for wait in second.waits] == [("machine", "SO-00001")]
    assert (second.waits[0].since, second.waits[0].until) == (first.end, second.start)


@pytest.mark.parametrize(("month", "first", "hours"), [(3, 28, 7), (10, 24, 9)])
def test_both_changes_of_the_clocks(month: int, first: int, hours: int) -> None:
    """Tests that a night shift from Saturday to Sunday ends at 06:00 local time in both nights, and the day due is the local one."""
    night = Calendar("Europe/Berlin", (ShiftHours((5,), "22:00", "06:00"),))
    given = books(
        [line(1, "GEAR", hours, day(first + 1, month))],
        [part("GEAR", op(10, "hob", 60))],
        [centre("hob-1", calendar=night)],
        now=datetime(2026, month, first, 8, 0, tzinfo=UTC),
    )
    row = seen(given)["SO-00001"]
    assert (row.verdict, row.day) == ("on_time", day(first + 1, month))
    assert row.finish == datetime(2026, month, first + 1, 4 if month == 3 else 5, 0, tzinfo=UTC)


def test_a_pausing_machine_and_an_unattended_one() -> None:
    """Tests that work may stand still overnight or run on, as the work centre says, without being cut."""
    gear = [part("A", op(10, "a", 10)), part("B", op(10, "b", 10))]
    centres = [centre("a-1", may_pause=True), centre("b-1", unattended=True)]
    rows = seen(books([line(1, "A", 60, day(9)), line(2, "B", 60, day(9))], gear, centres))
    assert rows["SO-00001"].finish == datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    assert rows["SO-00002"].finish == datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def test_the_same_books_give_the_same_report() -> None:
    """Tests that the order in which lines are read makes no difference."""
    parts = [part("GEAR", op(10, "hob", 4), op(20, "grind", 3)), part("RING", op(10, "grind", 7), op(20, "hob", 2))]
    orders = [line(n, "GEAR" if n % 2 else "RING", 20 + n, day(2 + n % 9)) for n in range(1, 30)]
    centres = [centre("hob-1"), centre("hob-2"), centre("grind-1")]
    plans: list[Plan] = [make_plan(books(rows, parts, centres)) for rows in (orders, orders[::-1])]
    assert report(plans[0], {}, Prices()) == report(plans[1], {}, Prices())


def test_what_is_assumed_is_said() -> None:
    """Tests the notes on estimated times, work centres nobody entered, lead times not stated, material not kept, and a broken promise."""
    ops = (op(10, "hob", 4, estimated=True), outside(20, "embercoat", 0))
    gear = part("GEAR", *ops, materials=(Material("STEEL", "steel"),))
    order = line(1, "GEAR", 10, day(30), promised=datetime(2026, 3, 5, 12, 0, tzinfo=UTC))
    row = seen(books([order], [gear], [centre("hob-1", assumed=True)]))["SO-00001"]
    assert row.notes == (
        "its times are estimated, nobody has confirmed them",
        "the hours of hob-1 are assumed, nobody has entered them",
        "no lead time is stated for operation 20 hardening: 5 working days are assumed",
        "steel: neither stock nor lead time is known, taken as here",
        "it was promised for Thu 5 Mar",
    )


def test_what_adds_most_is_the_cause_and_what_would_break_the_date_alone_stands_beside() -> None:
    """Tests an order whose material comes after its date and whose machine is taken for weeks more."""
    gear = part("GEAR", op(10, "hob", 4), materials=(STEEL,))
    orders = [line(1, "RING", 1200, day(6), priority=1), line(2, "GEAR", 60, day(4))]
    row = seen(books(orders, [gear, part("RING", op(10, "hob", 4))], [centre("hob-1")]))["SO-00002"]
    assert (row.cause, row.day) == ("machine", day(16))
    assert (
        row.reason
        == "Late by 8 working days: hob-1 is busy with SO-00001 until Fri 13 Mar; then closed over the weekend; besides, bar of steel comes on Mon 9 Mar"
    )


def test_an_overdue_order_says_what_it_waits_for_now() -> None:
    """Tests that an order whose date is past names what keeps it, and one that is in stock says so; nothing left to make is not late."""
    gear = part("GEAR", op(10, "hob", 4))
    orders = [line(1, "GEAR", 240, day(3), priority=1), line(2, "GEAR", 60, day(27, 2)), line(3, "RING", 5, day(27, 2)), line(4, "GEAR", 0, day(27, 2))]
    rows = seen(books(orders, [gear, part("RING", op(10, "hob", 4))], [centre("hob-1")], stock=[lot("RING", 5)]))
    assert rows["SO-00002"].reason == (
        "Late by 3 working days: it was due on Fri 27 Feb, before today; now hob-1 is busy with SO-00001 until Tue 3 Mar; then closed overnight"
    )
    assert rows["SO-00003"].reason == "Late by 1 working day: it was due on Fri 27 Feb, before today; now it is in stock"
    assert (rows["SO-00004"].verdict, rows["SO-00004"].reason) == ("on_time", "Nothing is left to make")


def test_another_unit_is_not_counted_as_pieces() -> None:
    """Tests that kilos of a part made in pieces are not planned as pieces, that it is said, and that two words for a piece are one."""
    rows = [line(1, "GEAR", 5, day(9), unit="KGM"), line(2, "GEAR", 5, day(9), unit="H87")]
    answer = report(make_plan(books(rows, [part("GEAR", op(10, "hob", 6))], [centre("hob-1")])), {}, Prices("EUR"))
    said = {row.id: row for row in answer.lines}
    assert (said["SO-00001"].verdict, said["SO-00001"].reason) == ("unplanned", "5 KGM of gear are ordered, which is counted in C62")
    assert said["SO-00002"].verdict == "on_time"
