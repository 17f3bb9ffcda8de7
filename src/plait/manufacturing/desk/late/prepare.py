"""From order lines to jobs that can be planned (pure): what is left to make, in which batches, by which routings, from when on."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

import msgspec

from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.late import words
from plait.manufacturing.desk.late.supply import Arriving, Pool, Ready
from plait.manufacturing.part.model import Operation, Part, Stock
from plait.manufacturing.schedule.calendar import DAY_MS, ms
from plait.manufacturing.schedule.dispatch import Busy, Job, Lot, Shop, Task
from plait.manufacturing.schedule.model import Booking, Outage, WorkCentre
from plait.manufacturing.schedule.rules import batches_of, work_of
from plait.manufacturing.schedule.workdays import WorkDays, place_days

__all__ = ["MINUTE_MS", "Books", "Item", "Prepared", "Unplanned", "item_of", "pieces_of", "prepare"]

PIECES = frozenset({"C62", "H87", "EA"})
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
NO_RANK = 5
MOST_LOTS = 60
MOST_CUT = 500
MOST_PIECES = 1_000_000_000
ASSUMED_LEAD = 5.0


class Books(msgspec.Struct, frozen=True):
    """All that a plan is made from, as it stands at ``now`` (ms). ``adopted``: the holds (by id: their order) the desk booked itself.

    ``bookings`` are those with something left to do, and all of the runs in ``lines``.
    """

    now: int
    lines: Sequence[OrderLine]
    parts: Mapping[str, Part]
    stock: Sequence[Stock]
    arriving: Sequence[Arriving]
    centres: Sequence[WorkCentre]
    bookings: Sequence[Booking]
    outages: Sequence[Outage]
    adopted: Mapping[str, str] = {}


class Unplanned(msgspec.Struct, frozen=True):
    """Why a line cannot be planned and what to do."""

    reason: str
    todo: str


class Item(msgspec.Struct, frozen=True):
    """A line ready to be planned. ``kept`` are bookings that stay as they are; ``fixed``: all of them (its run is planned under a promise)."""

    line: OrderLine
    job: Job
    material: Ready
    kept: tuple[Booking, ...] = ()
    fixed: bool = False
    notes: tuple[str, ...] = ()


class Prepared(msgspec.Struct, frozen=True):
    """The shop and what is to be planned in it. ``pool`` is what is left of stock afterwards; ``booked`` are lines with bookings of an earlier plan."""

    shop: Shop
    days: WorkDays
    items: dict[str, Item]
    unplanned: dict[str, Unplanned]
    pool: Pool
    booked: frozenset[str] = frozenset()


class _Refused(Exception):
    """A line cannot be planned."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.why = Unplanned(words.say(key, **values), words.say(f"{key}-do", **values))


def rank_of(line: OrderLine) -> int:
    """Return a line's rank: its priority, 5 when none is stated; lower goes first."""
    return line.priority or NO_RANK


def pieces_of(quantity: Decimal) -> int:
    """Return a quantity as whole pieces, rounded up."""
    return int(quantity.to_integral_value(ROUND_CEILING))


class _Preparer:
    """One pass over all lines in the order of need."""

    def __init__(self, books: Books, stuck: frozenset[str] = frozenset()) -> None:
        self.books = books
        self.stuck = stuck
        self.days = place_days(books.centres)
        lines = {line.id for line in books.lines}
        self.mine: dict[str, list[Booking]] = {}
        fixed: list[Busy] = []
        gone: dict[str, list[Booking]] = {}
        for row in books.bookings:
            order = books.adopted.get(row.hold_id, "")
            if order:
                (self.mine if order in lines else gone).setdefault(order, []).append(row)
        self.runs: dict[str, list[Booking]] = {}
        free = {(row.hold_id, row.batch, row.seq) for id, rows in self.mine.items() if id not in stuck for row in _movable(rows)}
        free |= {(row.hold_id, row.batch, row.seq) for rows in gone.values() for row in _unbegun(rows)}
        for row in books.bookings:
            if row.hold_id not in books.adopted:
                self.runs.setdefault(row.order, []).append(row)
            if row.work_centre and row.state != "ended" and (row.hold_id, row.batch, row.seq) not in free:
                fixed.append(Busy(row.work_centre, ms(row.start), ms(row.end), row.order or words.say("fixed-order")))
        fixed += [Busy(out.work_centre, ms(out.start), ms(out.end), out.reason, True) for out in books.outages if out.end > out.start]
        self.shop = Shop(books.centres, [busy for busy in fixed if busy.centre in {c.id for c in books.centres}], books.now, self.days)
        self.pool = Pool(books.parts, books.stock, books.arriving, self.days, books.now)

    def item(self, line: OrderLine) -> Item:
        """Return one line ready to be planned; raise ``_Refused``."""
        due = self.days.day_end(line.due)
        rank = rank_of(line)
        weight = 2.0 ** (NO_RANK - min(max(rank, 1), 9))
        job = Job(line.id, due, rank, weight, 0, ())
        run = self.runs.get(line.run or line.id)
        if run:
            return Item(line, job._replace(begun=max(ms(row.end) for row in run)), Ready(), tuple(run), True)
        if line.id in self.stuck:
            rows = self.mine[line.id]
            return Item(line, job._replace(begun=max(ms(row.end) for row in rows)), Ready(), tuple(rows), True)
        if not line.quantity.is_finite() or line.quantity > MOST_PIECES:
            raise _Refused("bad-quantity", quantity=line.quantity)
        part = self._part(line)
        if line.unit != part.unit and not {line.unit, part.unit} <= PIECES:
            raise _Refused("other-unit", quantity=f"{line.quantity.normalize():f}", unit=line.unit, part=part.name or part.id, own=part.unit)
        notes: list[str] = []
        rows = self.mine.get(line.id, [])
        kept, begun, left = self._left(line, rows, notes)
        made = self.pool.finished(line, left) if left > 0 and part.supply != "buy" else 0
        if made:
            notes.append(words.say("note-stock", pieces=made, quantity=pieces_of(line.quantity)))
        left -= made
        job = job._replace(transfer=round(part.transfer_min * MINUTE_MS), begun=max([0, *(ms(row.end) for row in kept)]))
        if left <= 0 and not begun:
            return Item(line, job, Ready(), kept, notes=tuple(notes))
        if part.supply == "buy":
            return self._bought(line, part, left, job, notes)
        first = max([0, *(row.batch for row in kept)]) + 1
        lots = self._lots(part, left, first, notes)
        ready = self.pool.material(line, part, left) if left > 0 else Ready()
        lots = [*begun, *(lot._replace(release=ready.at) for lot in lots)]
        return Item(line, job._replace(lots=tuple(lots)), ready, kept, notes=(*notes, *ready.notes))

    def _part(self, line: OrderLine) -> Part:
        part = self.books.parts.get(line.part_id)
        if part is not None:
            return part
        written = line.part_no or line.part_id or line.name
        raise _Refused("unknown-part", part=written) if written else _Refused("no-part")

    def _bought(self, line: OrderLine, part: Part, pieces: int, job: Job, notes: list[str]) -> Item:
        ready = self.pool.bought(line, pieces)
        if ready is None:
            raise _Refused("not-stocked", part=part.name or part.id)
        return Item(line, job._replace(begun=ready.at), ready, notes=tuple(notes))

    def _left(self, line: OrderLine, rows: Sequence[Booking], notes: list[str]) -> tuple[tuple[Booking, ...], list[Lot], int]:
        """Return the bookings of a line that stay, what is left of batches begun, and how many pieces have not been begun."""
        free = {(row.batch, row.seq) for row in _movable(rows)}
        kept = tuple(row for row in rows if (row.batch, row.seq) not in free)
        begun: dict[int, list[Booking]] = {}
        for row in kept:
            begun.setdefault(row.batch, []).append(row)
        lots = []
        for batch, held in sorted(begun.items()):
            rest = sorted((row for row in rows if row.batch == batch and (row.batch, row.seq) in free), key=lambda row: row.seq)
            for row in rest:
                if not row.outside and self.shop.longest_of(row.group or row.work_centre) < row.work_ms:
                    raise _Refused("no-centre", group=row.group, seq=row.seq, name=row.name)
            if rest:
                release = max(ms(row.end) + row.transfer_ms for row in held)
                lots.append(Lot(batch, held[0].quantity, release, (tuple(_as_task(row) for row in rest),)))
        pieces = sum(held[0].quantity for held in begun.values())
        if pieces:
            notes.append(words.say("note-begun", pieces=pieces))
        delivered = max(Decimal(0), (line.ordered_quantity or line.quantity) - line.quantity)
        return kept, lots, pieces_of(line.quantity) - max(0, pieces - int(delivered))

    def _lots(self, part: Part, pieces: int, first: int, notes: list[str]) -> list[Lot]:
        if pieces <= 0:
            return []
        if not part.routing:
            raise _Refused("no-routing", part=part.name or part.id)
        size = self._size(part.routing, part, pieces, notes)
        routes = [self._priced(part.routing, notes)]
        for other in part.alternatives:
            try:
                if other.operations and self._size(other.operations, part, pieces, []) >= size:
                    routes.append(self._priced(other.operations, []))
            except _Refused:
                continue
        return [
            Lot(number, count, 0, tuple(tuple(_task(op, days, count) for op, days in route) for route in routes))
            for number, count in enumerate(batches_of(pieces, size), first)
        ]

    def _size(self, ops: Sequence[Operation], part: Part, pieces: int, notes: list[str]) -> int:
        """Return how many pieces go in a batch: the part's batch size, or fewer where a batch would not fit between opening and closing."""
        size = part.batch_size if part.batch_size > 1 else pieces
        size = min(pieces, max(size, -(-pieces // MOST_LOTS)))
        fits = size
        for op in ops:
            if op.outside:
                continue
            longest = self.shop.longest_of(op.group)
            if op.group not in self.shop.groups or not longest:
                raise _Refused("no-centre", group=op.group, seq=op.seq, name=op.name)
            usual = self.shop.usual_of(op.group)
            if work_of(op, fits) > usual:
                fits = _room(op, usual) or min(1, _room(op, longest))
                if fits < 1:
                    raise _Refused("no-fit", needed=work_of(op, 1) / HOUR_MS, seq=op.seq, name=op.name, group=op.group)
        if fits == size:
            return size
        count = -(-pieces // fits)
        if count > MOST_CUT:
            raise _Refused("too-many", pieces=pieces, most=MOST_CUT)
        notes.append(words.say("note-batches", count=count, size=fits))
        return fits

    def _assumed(self, ops: Sequence[Operation]) -> list[str]:
        """Return the work centres of ``ops`` that nobody has entered."""
        groups = {op.group for op in ops if not op.outside}
        return [centre.id for group in sorted(groups) for id in self.shop.groups[group] if (centre := self.shop.centres[id]).assumed]

    def _priced(self, ops: Sequence[Operation], notes: list[str]) -> list[tuple[Operation, float]]:
        """Return the operations with the working days of those outside."""
        found = []
        if any(op.estimated for op in ops):
            notes.append(words.say("note-estimated"))
        notes += [words.say("note-assumed", centre=id) for id in self._assumed(ops)]
        for op in sorted(ops, key=lambda op: op.seq):
            days = op.lead_days if op.lead_days > 0 else ASSUMED_LEAD
            if op.outside and op.lead_days <= 0:
                notes.append(words.say("note-lead", seq=op.seq, name=op.name, days=days))
            found.append((op, days))
        return found


def _room(op: Operation, span: int) -> int:
    """Return how many pieces can be done in ``span`` ms, set-up included."""
    room = span - op.setup_min * MINUTE_MS
    if room <= 0:
        return 0
    return int(room // (op.cycle_min * MINUTE_MS)) if op.cycle_min > 0 else MOST_PIECES


def _task(op: Operation, days: float, pieces: int) -> Task:
    if op.outside:
        return Task(op.seq, op.name, "", 0, days, op.supplier)
    return Task(op.seq, op.name, op.group, work_of(op, pieces))


def _as_task(row: Booking) -> Task:
    if row.outside:
        return Task(row.seq, row.name, "", 0, row.work_ms / DAY_MS)
    return Task(row.seq, row.name, row.group or row.work_centre, row.work_ms)


def _movable(rows: Sequence[Booking]) -> list[Booking]:
    """Return the bookings that may be planned anew: of no batch with a frozen one, and not begun."""
    frozen = {row.batch for row in rows if row.frozen and row.state == "planned"}
    return [row for row in rows if row.state == "planned" and row.batch not in frozen]


def item_of(books: Books, prepared: Prepared, line: OrderLine) -> tuple[Item | None, Unplanned]:
    """Return one more line ready to be planned beside those of ``prepared`` (with the stock they leave), or None and why it cannot be."""
    maker = _Preparer(books)
    maker.pool = prepared.pool.copy()
    try:
        return maker.item(line), Unplanned("", "")
    except _Refused as refused:
        return None, refused.why


def _unbegun(rows: Sequence[Booking]) -> list[Booking]:
    """Return the bookings of batches of which nothing has begun."""
    begun = {row.batch for row in rows if row.state != "planned"}
    return [row for row in rows if row.batch not in begun]


def prepare(books: Books, stuck: frozenset[str] = frozenset()) -> Prepared:
    """Make jobs of all open lines, in the order of rank and due date (who needs it first gets the stock).

    A line that cannot be planned (any more) but has bookings keeps them, as do those of ``stuck``.
    """
    maker = _Preparer(books, stuck)
    items: dict[str, Item] = {}
    unplanned: dict[str, Unplanned] = {}
    for line in sorted(books.lines, key=lambda row: (rank_of(row), row.due, row.id)):
        try:
            items[line.id] = maker.item(line)
        except _Refused as refused:
            unplanned[line.id] = refused.why
    keep = frozenset(unplanned) & maker.mine.keys()
    if keep:
        return prepare(books, stuck | keep)
    return Prepared(maker.shop, maker.days, items, unplanned, maker.pool, frozenset(maker.mine))
