"""Work centres, requests and random shops for the tests of the schedule."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from plait.kernel.money import Money
from plait.manufacturing.part.model import Operation
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.schedule.model import Calendar, PromiseRequest, ShiftHours, WorkCentre

MONDAY = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
WEEK = (0, 1, 2, 3, 4)
ALWAYS = Calendar(always=True)
DAY = Calendar(zone="Europe/Berlin", shifts=(ShiftHours(WEEK, "06:00", "14:00"),))
TWO = Calendar(zone="Europe/Berlin", shifts=(ShiftHours(WEEK, "06:00", "14:00"), ShiftHours(WEEK, "14:30", "22:00")), holidays=("2026-03-04",))
NIGHT = Calendar(zone="Europe/Berlin", shifts=(ShiftHours(WEEK, "22:00", "06:00"),))
HARDEN = Requirement(process="heat.case_hardening")


def centre(id: str, group: str = "", calendar: Calendar = ALWAYS, **more: object) -> WorkCentre:
    """Return a work centre whose machine is called ``m-ID``."""
    return WorkCentre(id, group or id.rstrip("0123456789-"), calendar, machine_id=f"m-{id}", rate=Money(Decimal(60), "EUR"), **more)


def at(minutes: float) -> datetime:
    """Return the time so many minutes after Monday 06:00 UTC."""
    return MONDAY + timedelta(minutes=minutes)


def op(seq: int, group: str, setup: float = 0, cycle: float = 1) -> Operation:
    """Return an operation named after its group."""
    return Operation(seq, group, "", group, setup, cycle)


def outside(seq: int) -> Operation:
    """Return a step done by a supplier."""
    return Operation(seq, "hardening", "heat.case_hardening", service=HARDEN)


def ask(number: str, quantity: int, batch_size: int, *ops: Operation, **more: object) -> PromiseRequest:
    """Return a request for a promise."""
    return PromiseRequest(number, "GEAR", quantity, batch_size, ops, **more)


def random_shop(random: Random) -> list[WorkCentre]:
    """Return two to five work centres of up to three groups with mixed calendars and ways over closing time."""
    found = []
    for group in ("a", "b", "c")[: random.randint(1, 3)]:
        for number in range(random.randint(1, 2)):
            way = random.choice(("", "unattended", "may_pause"))
            found.append(centre(f"{group}{number}", group, random.choice((ALWAYS, DAY, TWO, NIGHT)), **({way: True} if way else {})))
    return found


def random_request(random: Random, number: str, centres: list[WorkCentre]) -> PromiseRequest:
    """Return a request over the groups of ``centres`` with whole minutes, sometimes with an outside step."""
    groups = sorted({c.group for c in centres})
    ops = [op(10 * n, random.choice(groups), random.randint(0, 30), random.randint(1, 9)) for n in range(1, random.randint(2, 5))]
    leads = {}
    if random.random() < 0.5:
        ops.insert(1, outside(15))
        leads = {15: random.randint(30, 900)}
    batch = random.randint(3, 25)
    return ask(number, batch * random.randint(1, 3) + random.randint(0, 2), batch, *ops, step_leads=leads, transfer_min=random.choice((0, 0, 15)))
