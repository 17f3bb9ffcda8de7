"""Route cards and the plan of a week, ready to be set or written (pure)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec

from plait.kernel.texts import Texts
from plait.manufacturing.desk.papers.commercial import REGIONS, Terms
from plait.manufacturing.line.model import Batch, Job, Run
from plait.manufacturing.part.model import Part
from plait.manufacturing.schedule.model import Booking

__all__ = ["STATES", "Card", "PlanRow", "Week", "card", "monday_of", "plan_rows", "week"]

MOST_BATCHES = 100
STATES = {"planned": "planned", "started": "running", "ended": "done"}


class CardStep(msgspec.Struct, frozen=True):
    """One operation of a batch; ``code`` is the file of its bar code, which says ``job``."""

    seq: str
    name: str
    about: tuple[str, ...]
    when: tuple[str, ...]
    job: str
    code: str


class CardBatch(msgspec.Struct, frozen=True):
    """One batch with its operations."""

    title: str
    about: str
    steps: tuple[CardStep, ...]


class Card(msgspec.Struct, frozen=True):
    """The route cards of a run; ``symbol`` is the file of the QR code that says its number."""

    language: str
    region: str
    accent: str
    firm: str
    title: str
    number: str
    part: str
    info: tuple[tuple[str, str], ...]
    material_heads: tuple[str, ...]
    materials: tuple[tuple[str, ...], ...]
    heads: tuple[str, ...]
    batches: tuple[CardBatch, ...]
    page: str
    symbol: str = "run.svg"


class PlanRow(msgspec.Struct, frozen=True):
    """One batch at one operation, as the plan shows it; ``centre`` is the work centre, empty for what is outside."""

    centre: str
    start: datetime
    end: datetime
    order: str
    batch: int
    seq: int
    operation: str
    part: str
    quantity: int
    state: str


class Centre(msgspec.Struct, frozen=True):
    """What one work centre does in a week."""

    name: str
    about: str
    rows: tuple[tuple[str, ...], ...]


class Week(msgspec.Struct, frozen=True):
    """The plan of a week."""

    language: str
    region: str
    accent: str
    firm: str
    title: str
    span: str
    made: str
    nothing: str
    heads: tuple[str, ...]
    centres: tuple[Centre, ...]
    page: str


def monday_of(day: date) -> date:
    """Return the Monday of the week of ``day``."""
    return day - timedelta(days=day.weekday())


def card(
    say: Texts, terms: Terms, run: Run, part: Part, batches: Sequence[Batch], jobs: Sequence[Job], plan: Mapping[str, Booking], due: datetime | None
) -> Card:
    """Return the route cards of what is still to be made of a run, at most a hundred batches."""
    order = run.order
    info = (
        (say("Part"), f"{order.part_id}  {say('Rev. {revision}', revision=order.revision)}"),
        (say("Quantity"), say.quantity(order.quantity, part.unit)),
        (say("Drawing"), part.drawing_no or "-"),
        (say("Ready on"), say.moment(due) if due else "-"),
        (say("Material"), part.material if part.material != "any" else "-"),
        (say("Customer"), order.customer_name or say("to stock")),
    )
    named = {line.part: line.name for line in part.materials}
    supplied = {"stock": say("from stock"), "buy": say("bought for the order"), "customer": say("from the customer")}
    materials = tuple(
        (
            f"{line.part_id}  {named.get(line.part_id, '')}".strip(),
            say.quantity(line.quantity * order.quantity, line.unit),
            supplied.get(line.supply, line.supply),
        )
        for line in order.materials
    )
    open_ = [batch for batch in batches if batch.state not in ("finished", "lost")][:MOST_BATCHES]
    guessed = {op.seq for op in part.routing if op.estimated}
    heads = ("", say("Operation"), say("Planned"), say("Bar code"), say("Good"), say("Scrap"), say("Name, date"))
    return Card(
        language=say.language,
        region=REGIONS[say.language],
        accent=terms.letterhead.accent,
        firm=terms.letterhead.name or terms.firm.name,
        title=say("Route card"),
        number=order.number,
        part=order.part_name,
        info=info,
        material_heads=(say("Material"), say("Quantity"), say("Supply")),
        materials=materials,
        heads=heads,
        batches=tuple(_batch(say, run, batch, [job for job in jobs if job.batch == batch.id], plan, guessed) for batch in open_),
        page=say("Page"),
    )


def _batch(say: Texts, run: Run, batch: Batch, jobs: Sequence[Job], plan: Mapping[str, Booking], guessed: Collection[int]) -> CardBatch:
    steps = {step.seq: step for step in run.order.steps}
    made = []
    for job in sorted(jobs, key=lambda each: each.seq):
        step, booking = steps[job.seq], plan.get(job.id)
        where = (booking.work_centre if booking else "") or job.station or job.group
        times = say("set-up {setup} min, {cycle} min each", setup=say.number(_exact(step.setup_min)), cycle=say.number(_exact(step.cycle_min)))
        about = (say("outside, by a supplier"),) if step.outside else (where, times, say("estimated") if step.seq in guessed else "")
        when = (say.moment(booking.start), say.moment(booking.end)) if booking else ()
        made.append(CardStep(str(job.seq), step.name, tuple(filter(None, about)), when, job.id, f"{job.id}.svg"))
    lots = ", ".join(f"{lot.part_id} {lot.lot or ' '.join(lot.serials)}" for lot in batch.lots)
    size = " · ".join(filter(None, (say.quantity(batch.quantity), lots)))
    return CardBatch(say("Batch {number}", number=batch.number), size, tuple(made))


def _exact(minutes: float) -> Decimal:
    return Decimal(str(round(minutes, 2)))


def plan_rows(bookings: Sequence[Booking], names: Mapping[str, str], since: datetime, until: datetime) -> list[PlanRow]:
    """Return what is planned between two moments, by work centre and start; held slots of offers are not orders yet and left out."""
    rows = [
        PlanRow(
            each.work_centre,
            each.start,
            each.end,
            each.order,
            each.batch,
            each.seq,
            each.name,
            names.get(each.part_id, each.part_id),
            each.quantity,
            each.state,
        )
        for each in bookings
        if each.state != "held" and each.start < until and each.end > since
    ]
    return sorted(rows, key=lambda row: (row.centre == "", row.centre, row.start, row.order, row.batch))


def week(say: Texts, terms: Terms, rows: Sequence[PlanRow], monday: date, now: datetime) -> Week:
    """Return the plan of the week that begins on ``monday``."""
    centres: dict[str, list[PlanRow]] = {}
    for row in rows:
        centres.setdefault(row.centre, []).append(row)
    year, number, _ = monday.isocalendar()
    heads = ("Day", "Start", "End", "Order", "Part", "Operation", "Quantity", "State")
    return Week(
        language=say.language,
        region=REGIONS[say.language],
        accent=terms.letterhead.accent,
        firm=terms.letterhead.name or terms.firm.name,
        title=say("Plan of week {number}/{year}", number=number, year=year),
        span=f"{say.day(monday)} – {say.day(monday + timedelta(days=6))}",
        made=say.moment(now),
        nothing=say("Nothing is planned."),
        heads=tuple(say(head) for head in heads),
        centres=tuple(_centre(say, name, own) for name, own in centres.items()),
        page=say("Page"),
    )


def _centre(say: Texts, name: str, rows: Sequence[PlanRow]) -> Centre:
    hours = sum(((row.end - row.start).total_seconds() for row in rows), 0.0) / 3600
    made = []
    for row in rows:
        start, end = row.start.astimezone(say.zone), row.end.astimezone(say.zone)
        ends = f"{end:%H:%M}" if end.date() == start.date() else f"{say.day(row.end)} {end:%H:%M}"
        operation = f"{row.seq} {row.operation}"
        made.append(
            (
                say.day(row.start),
                f"{start:%H:%M}",
                ends,
                f"{row.order}-{row.batch}",
                row.part,
                operation,
                say.quantity(row.quantity),
                say(STATES.get(row.state, row.state)),
            )
        )
    about = say("{hours} h", hours=say.number(Decimal(str(round(hours, 1)))))
    return Centre(name or say("outside, by a supplier"), about, tuple(made))
