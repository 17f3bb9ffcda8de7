"""The first answer to "which of my orders will be late?": 5,000 open operations of 1,000 lines on 40 work centres, with dates and reasons.

Beside it the floor: the bare search for the earliest gap, once for each of the same operations, in the order of their due dates.

python -m bench.desk_schedule [lines]
"""

import json
import random
import resource
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from plait.kernel.clock import SYSTEM
from plait.kernel.money import Money
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.late.plan import make_plan, report
from plait.manufacturing.desk.late.prepare import Books, prepare
from plait.manufacturing.desk.late.remedies import Prices
from plait.manufacturing.part.model import Material, Operation, Part, Stock
from plait.manufacturing.schedule.calendar import ms
from plait.manufacturing.schedule.dispatch import edd, run
from plait.manufacturing.schedule.model import Calendar, ShiftHours, WorkCentre

MONDAY = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
WEEK = (0, 1, 2, 3, 4)
EARLY, LATE = ShiftHours(WEEK, "06:00", "14:00"), ShiftHours(WEEK, "14:00", "22:00")
CENTRES, GROUPS, PARTS, OPERATIONS = 40, 14, 200, 5


def centres() -> list[WorkCentre]:
    """Return forty work centres in one or two shifts; some pause overnight."""
    calendars = [Calendar("Europe/Berlin", shifts) for shifts in ((EARLY,), (EARLY, LATE), (EARLY, LATE))]
    rate = Money(Decimal(60), "EUR")
    return [WorkCentre(f"c{n:02}", f"g{n % GROUPS:02}", calendars[n % 3], rate=rate, may_pause=n % 5 == 0) for n in range(CENTRES)]


def shop(lines: int) -> Books:
    """Return the books of a shop that has about as much to do as it can."""
    dice = random.Random(1)
    parts = {}
    for n in range(PARTS):
        ops = tuple(
            Operation(10 * k, f"op{k}", "", f"g{dice.randrange(GROUPS):02}", dice.randint(10, 60), dice.uniform(1, 6)) for k in range(1, OPERATIONS + 1)
        )
        steel = Material(f"S{n % 20}", f"bar {n % 20}", lead_days=7)
        parts[f"P{n}"] = Part(f"P{n}", "A", f"part {n}", batch_size=500, routing=ops, materials=(steel,))
    orders = []
    for n in range(lines):
        due = date(2026, 3, 2) + timedelta(days=dice.randint(1, 40))
        part = f"P{dice.randrange(PARTS)}"
        orders.append(OrderLine(f"SO-{n:05}", str(n), "northforge", str(n), "1", part, part, part, Decimal(dice.randint(5, 40)), due))
    stock = [Stock(f"S{n}", "L1", Decimal(600), "C62", "", "", "", ()) for n in range(20)]
    return Books(ms(MONDAY), orders, parts, stock, [], centres(), [], [])


def floor(books: Books) -> float:
    """Return the CPU seconds of one pass of bare gap searches."""
    ready = prepare(books)
    jobs = edd(item.job for item in ready.items.values())
    ready.shop.gaps()
    began = SYSTEM.cpu()
    run(ready.shop, jobs)
    return SYSTEM.cpu() - began


def main() -> None:
    """Print the figure: the first answer in a fresh process."""
    books = shop(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    began = SYSTEM.cpu()
    plan = make_plan(books)
    answer = report(plan, {}, Prices())
    spent = SYSTEM.cpu() - began
    operations = sum(len(spots) for spots in plan.outcome.spots.values())
    assert all(line.reason for line in answer.lines)
    figure = {
        "name": "desk.schedule",
        "value": round(spent, 3),
        "unit": "CPU s to the first answer, dates and reasons",
        "operations": operations,
        "lines": answer.total,
        "late": answer.late,
        "remedies": sum(line.remedy is not None for line in answer.lines),
        "floor": round(min(floor(books) for _ in range(5)), 3),
        "floor_name": "one pass of earliest-gap searches over the same operations",
        "cpu_s": round(spent, 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(json.dumps(figure))


if __name__ == "__main__":
    main()
