"""What would help a late order, each checked by planning it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.desk.late.model import AddedLine, Cancel, Changed, DateQuestion, Down, ExtraShift, Overtime, Remedy
from plait.manufacturing.desk.late.plan import compare, date_for, detail, make_plan, report
from plait.manufacturing.desk.late.prepare import Books
from plait.manufacturing.desk.late.remedies import Offer, Prices
from plait.manufacturing.desk.late.whatif import changed_books
from plait.manufacturing.part.model import Material, Part
from tests.manufacturing.desk.late.books import D, books, centre, day, line, lot, op, part


def helps(given: Books, id: str, offers: dict[tuple[str, str], Offer] | None = None) -> dict[str, Remedy]:
    """Return the best remedy of each kind, after checking their order."""
    found = detail(make_plan(given), id, offers or {}, Prices()).remedies
    on_time = [remedy.on_time for remedy in found]
    assert on_time == sorted(on_time, reverse=True)
    costs = [remedy.cost.amount for remedy in found if remedy.on_time and remedy.cost and not any(effect.late for effect in remedy.hurts)]
    assert costs == sorted(costs)
    assert found[-1].kind == "new_date"
    best: dict[str, Remedy] = {}
    for remedy in found:
        best.setdefault(remedy.kind, remedy)
    return best


def busy_shop() -> Books:
    """Return a shop in which SO-2 is a day late behind SO-1, which must go first and is in time by a week."""
    orders = [line(1, "GEAR", 120, day(3)), line(2, "RING", 60, day(3)), line(3, "RING", 60, day(12), priority=1)]
    return books(orders, [part("GEAR", op(10, "hob", 4)), part("RING", op(10, "hob", 4, setup=10))], [centre("hob-1")])


def test_overtime() -> None:
    """Tests that the least overtime that is enough is found with its cost, and that planning it makes the order on time."""
    given = books(
        [line(1, "GEAR", 120, day(3)), line(2, "RING", 135, day(3))], [part("GEAR", op(10, "hob", 4)), part("RING", op(10, "hob", 4))], [centre("hob-1")]
    )
    remedy = helps(given, "SO-00002")["overtime"]
    assert remedy.text == "hob-1: 1 hour of overtime on Mon 2 Mar"
    assert (remedy.on_time, remedy.cost, remedy.hurts) == (True, Money(Decimal("75.00"), "EUR"), ())
    assert remedy.changes == (Overtime("hob-1", day(2), 1.0),)
    answer = compare(make_plan(given), make_plan(changed_books(given, remedy.changes)))
    assert answer.become_on_time == ["SO-00002"]
    assert answer.become_late == []


def test_a_shift_on_saturday() -> None:
    """Tests that a Saturday is offered at its own price when weekdays are not enough."""
    given = books([line(1, "GEAR", 720, day(8))], [part("GEAR", op(10, "hob", 4))], [centre("hob-1", may_pause=True)])
    remedy = helps(given, "SO-00001")["overtime"]
    assert remedy.text == "hob-1: a shift of 8 hours on Sat 7 Mar"
    assert (remedy.on_time, remedy.cost, remedy.day) == (True, Money(D("720.00"), "EUR"), day(7))
    assert make_plan(changed_books(given, remedy.changes)).outcome.finish["SO-00001"] <= make_plan(given).prepared.items["SO-00001"].job.due


def test_another_machine_of_the_same_process() -> None:
    """Tests that a group in which the same process is done is offered, at the difference of the rates."""
    dear = Money(Decimal(90), "EUR")
    parts = [part("GEAR", op(10, "hob", 4, process="cut.hob")), part("RING", op(10, "shape", 4, process="cut.hob"))]
    given = books([line(1, "GEAR", 120, day(2), priority=1), line(2, "GEAR", 60, day(2))], parts, [centre("hob-1"), centre("shape-1", rate=dear)])
    remedy = helps(given, "SO-00002")["alternative"]
    assert (remedy.text, remedy.on_time) == ("Operation 10 hob on shape instead of hob", True)
    assert remedy.cost == Money(Decimal("120.00"), "EUR")
    assert remedy.finish == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_splitting_a_batch() -> None:
    """Tests that halves overlap on two operations, at the price of the second set-ups."""
    gear = part("GEAR", op(10, "turn", 6, setup=6), op(20, "hob", 6, setup=6))
    given = books([line(1, "GEAR", 60, day(2))], [gear], [centre("turn-1"), centre("hob-1")])
    plan = make_plan(given)
    assert plan.late(plan.prepared.items["SO-00001"])
    remedy = helps(given, "SO-00001")["split"]
    assert remedy.text == "Split each batch in 2, so that operations overlap"
    assert remedy.cost == Money(Decimal("12.00"), "EUR")
    assert remedy.on_time is False
    assert remedy.finish < make_plan(given).analyst.steps(plan.prepared.items["SO-00001"])[-1].end


def test_going_before_an_order_with_time_to_spare() -> None:
    """Tests that an order with slack makes way, with what that does to it, when rank allows; not when a person ranked it higher."""
    parts = [part("GEAR", op(10, "turn", 1), op(20, "hob", 4)), part("RING", op(10, "hob", 4))]
    given = books([line(1, "RING", 100, day(3)), line(2, "GEAR", 100, day(3)), line(3, "GEAR", 10, day(3))], parts, [centre("turn-1"), centre("hob-1")])
    assert all(remedy.kind != "swap" for remedy in detail(make_plan(given), "SO-00001", {}, Prices()).remedies)
    ranked = helps(busy_shop(), "SO-00002")
    assert "swap" not in ranked or "SO-00003" not in ranked["swap"].text


def test_a_swap_says_whom_it_hurts() -> None:
    """Tests the consequence of going first: the other's date before and after, and whether it is late then."""
    parts = [part("GEAR", op(10, "turn", 4), op(20, "hob", 4)), part("RING", op(10, "hob", 4))]
    orders = [line(1, "RING", 120, day(5)), line(2, "GEAR", 60, day(2))]
    given = books(orders, parts, [centre("turn-1"), centre("hob-1")])
    plan = make_plan(given)
    found = [row for row in detail(plan, "SO-00002", {}, Prices()).remedies if row.kind == "swap"]
    for row in found:
        assert [effect.line for effect in row.hurts] == ["SO-00001"]
        assert row.cost == Money(Decimal(0), "EUR")
    for id, item in plan.prepared.items.items():
        assert plan.late(item) == (plan.outcome.finish[id] > item.job.due)


def test_subcontract() -> None:
    """Tests that a firm found for the process is offered with its time and its rate."""
    gear = part("GEAR", op(10, "hob", 4, process="cut.hob"), material="steel")
    orders = [line(1, "GEAR", 1200, day(6), priority=1), line(2, "GEAR", 60, day(6))]
    offer = {("cut.hob", "steel"): Offer("meridian", Money(Decimal(80), "EUR"))}
    remedy = helps(books(orders, [gear], [centre("hob-1")]), "SO-00002", offer)["subcontract"]
    assert remedy.text == "Let meridian do operation 10 hob: about 3 working days with the way there and back"
    assert (remedy.cost, remedy.on_time, remedy.day) == (Money(Decimal("320.00"), "EUR"), True, day(5))


def test_telling_the_customer_always_remains() -> None:
    """Tests that a new date is the last remedy and the first when nothing else helps."""
    answer = report(make_plan(books([line(1, "GEAR", 4000, day(3))], [part("GEAR", op(10, "hob", 12))], [centre("hob-1")])), {}, Prices())
    remedy = answer.lines[0].remedy
    assert remedy is not None
    new = detail(make_plan(books([line(1, "GEAR", 4000, day(3))], [part("GEAR", op(10, "hob", 12))], [centre("hob-1")])), "SO-00001", {}, Prices()).remedies[-1]
    assert (new.kind, new.day) == ("new_date", answer.lines[0].day)


def test_what_if_changes_nothing_but_the_answer() -> None:
    """Tests each kind of change, and that the books they are tried on stay as they are."""
    given = busy_shop()
    before = make_plan(given)

    def tried(*changes: object) -> tuple[list[str], list[str]]:
        answer = compare(before, make_plan(changed_books(given, changes)))  # type: ignore[arg-type]
        return answer.become_late, answer.become_on_time

    late = sorted(id for id, item in before.prepared.items.items() if before.late(item))
    assert late
    assert tried() == ([], [])
    assert set(tried(Cancel("SO-00003"))[1]) <= set(late)
    assert tried(ExtraShift(day(2), "14:00", "22:00", day(3))) == ([], late)
    assert tried(ExtraShift(day(2), "14:00", "22:00", group="hob")) == ([], late)
    assert tried(*(Changed(id, due=day(9)) for id in late)) == ([], late)
    assert "SO-00003" not in tried(Changed("SO-00003", quantity=Decimal(1)))[0]
    down = Down("hob-1", datetime(2026, 3, 2, 5, 0, tzinfo=UTC), datetime(2026, 3, 30, 5, 0, tzinfo=UTC))
    assert "SO-00003" in tried(down)[0]
    assert "new" in tried(AddedLine("GEAR", Decimal(600), day(3)))[0]
    assert make_plan(given).outcome.spots == before.outcome.spots


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Cancel("SO-9"), "changes[0].line: SO-9 is no open order line"),
        (Overtime("saw", day(2), 2), "changes[0].work_centre: there is no work centre saw"),
        (Overtime("hob-1", day(2), 0), "changes[0].hours: 0 is not between 0 and 24"),
        (ExtraShift(day(2), "14:00", "26:00"), "changes[0].extra[0].end: '26:00' is no time of day HH:MM"),
        (ExtraShift(day(2), "14:00", "22:00", day(1)), "changes[0].until: 2026-03-01 is not within 366 days from 2026-03-02"),
        (Down("hob-1", datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)), "changes[0].end: it is not after start"),
        (AddedLine("NOPE", Decimal(1), day(3)), "changes[0].part_id: the part NOPE is not known here"),
        (AddedLine("GEAR", Decimal(0), day(3)), "changes[0].quantity: 0 is not above zero"),
        (Changed("SO-00001", quantity=Decimal(-1)), "changes[0].quantity: -1 is not above zero"),
    ],
)
def test_a_change_that_cannot_be_tried_is_refused(change: Cancel, words: str) -> None:
    """Tests that the field is named."""
    with pytest.raises(Problem) as refusal:
        changed_books(busy_shop(), [change])
    assert (refusal.value.code, refusal.value.detail) == ("bad-change", words)


def test_the_earliest_date_for_something_new() -> None:
    """Tests the date that may be promised beside all open orders, with the reason and the stock they leave."""
    steel = Material("STEEL", "bar of steel", lead_days=14)
    gear = part("GEAR", op(10, "hob", 4))
    shaft = part("SHAFT", op(10, "hob", 4), materials=(steel,))
    given = books([line(1, "GEAR", 240, day(30))], [gear, shaft, Part("BARE", "A", "bare")], [centre("hob-1")], stock=[lot("STEEL", 10)])
    plan = make_plan(given)
    free = date_for(plan, DateQuestion("GEAR", Decimal(60), day(4)))
    assert (free.day, free.finish, free.on_time) == (day(4), datetime(2026, 3, 4, 9, 0, tzinfo=UTC), True)
    assert free.reason == "Wed 4 Mar is the earliest date that disturbs no open order: hob-1 is busy with SO-00001 until Tue 3 Mar; then closed overnight"
    short = date_for(plan, DateQuestion("SHAFT", Decimal(20), day(4)))
    assert (short.day, short.on_time) == (day(16), False)
    assert short.reason == "Mon 16 Mar is the earliest date that disturbs no open order: bar of steel comes on Mon 16 Mar"
    alone = date_for(make_plan(books([], [gear], [centre("hob-1")])), DateQuestion("GEAR", Decimal(60)))
    assert (alone.reason, alone.on_time) == ("Mon 2 Mar is the earliest date: nothing stands before it but the work itself", None)
    later = date_for(plan, DateQuestion("GEAR", Decimal(60), not_before=datetime(2026, 3, 9, 5, 0, tzinfo=UTC)))
    assert later.finish == datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
    assert date_for(plan, DateQuestion("GEAR", Decimal(60), day(4))) == free
    with pytest.raises(Problem) as refusal:
        date_for(plan, DateQuestion("BARE", Decimal(1)))
    assert (refusal.value.code, refusal.value.detail.partition(":")[0]) == ("cannot-be-planned", "bare has no operations")


def test_every_remedy_that_says_on_time_is_on_time() -> None:
    """Tests overtime remedies of a crowded shop against planning the line with them alone, others where they are."""
    parts = [part("GEAR", op(10, "turn", 2, setup=15), op(20, "hob", 4, setup=20)), part("RING", op(10, "hob", 3, setup=10), op(20, "turn", 2))]
    orders = [line(n, "GEAR" if n % 3 else "RING", 25 + n, day(3 + n // 3)) for n in range(1, 24)]
    plan = make_plan(books(orders, parts, [centre("turn-1"), centre("hob-1")]))
    answer = report(plan, {}, Prices())
    tried = 0
    for row in answer.lines:
        if row.verdict == "late" and row.remedy is not None:
            assert row.remedy.finish <= row.finish or row.remedy.kind == "new_date"
            if row.remedy.on_time:
                tried += 1
                assert row.remedy.finish < datetime.combine(row.due + timedelta(days=1), datetime.min.time(), UTC)
    assert tried
    assert answer.late == sum(plan.late(item) for item in plan.prepared.items.values())
