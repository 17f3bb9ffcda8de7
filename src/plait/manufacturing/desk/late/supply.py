"""When the material of each order is here (pure): stock and announced goods are given out in the order of need, the rest comes after its lead time."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from plait.kernel.units import convert
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.late import words
from plait.manufacturing.part.model import Material, Part, Stock
from plait.manufacturing.part.rules import blanks
from plait.manufacturing.schedule.calendar import DAY_MS
from plait.manufacturing.schedule.workdays import MOST_DAYS, WorkDays

__all__ = ["Arriving", "Pool", "Ready"]

ZERO = Decimal(0)
HOURS_A_DAY = 8


class Arriving(msgspec.Struct, frozen=True):
    """Goods on their way to us: ``quantity`` of ``gtin`` at ``eta`` (ms)."""

    gtin: str
    quantity: Decimal
    eta: int


class Ready(msgspec.Struct, frozen=True):
    """When everything an order takes is here (ms; 0 when nothing is waited for), what comes last, and what was assumed or is short."""

    at: int = 0
    name: str = ""
    notes: tuple[str, ...] = ()


class _Heap:
    """What there is of one part: free now, reserved by order, owned by customers, and on its way."""

    def __init__(self) -> None:
        self.free = ZERO
        self.reserved: dict[str, Decimal] = {}
        self.owned: dict[str, Decimal] = {}
        self.coming: list[list[Decimal | int]] = []


class Pool:
    """Stock and announced goods, given out line by line."""

    def __init__(self, parts: Mapping[str, Part], stock: Iterable[Stock], arriving: Sequence[Arriving], days: WorkDays, now: int) -> None:
        self.parts = parts
        self.days = days
        self.now = now
        self._heaps: dict[str, _Heap] = {}
        self._gtins = {part.gtin: id for id, part in parts.items() if part.gtin}
        for lot in stock:
            heap = self._heaps.setdefault(lot.part_id, _Heap())
            if lot.order:
                heap.reserved[lot.order] = heap.reserved.get(lot.order, ZERO) + lot.quantity
            elif lot.owner:
                heap.owned[lot.owner] = heap.owned.get(lot.owner, ZERO) + lot.quantity
            else:
                heap.free += lot.quantity
        for goods in sorted(arriving, key=lambda row: (row.eta, row.gtin)):
            part = self._gtins.get(goods.gtin, "")
            if part:
                self._heaps.setdefault(part, _Heap()).coming.append([goods.eta, goods.quantity])

    def copy(self) -> "Pool":
        """Return the same pool, to be given out apart from this."""
        other = Pool(self.parts, (), (), self.days, self.now)
        for part, heap in self._heaps.items():
            mine = other._heaps[part] = _Heap()
            mine.free, mine.reserved, mine.owned = heap.free, dict(heap.reserved), dict(heap.owned)
            mine.coming = [list(row) for row in heap.coming]
        return other

    def _give(self, part: str, wanted: Decimal, orders: Sequence[str], owner: str = "") -> Decimal:
        """Give out what is here for a line; return how much it was."""
        heap = self._heaps.get(part)
        if heap is None or wanted <= 0:
            return ZERO
        given = ZERO
        for store, names in ((heap.reserved, orders), (heap.owned, (owner,) if owner else ())):
            for name in names:
                taken = min(wanted - given, store.get(name, ZERO))
                if taken > 0:
                    store[name] -= taken
                    given += taken
        taken = min(wanted - given, heap.free)
        heap.free -= taken
        return given + taken

    def finished(self, line: OrderLine, pieces: int) -> int:
        """Give out finished pieces of the line's part from stock; return how many."""
        return int(self._give(line.part_id, Decimal(pieces), _orders(line)))

    def _announced(self, part: str, wanted: Decimal) -> tuple[Decimal, int]:
        """Give out goods on their way; return how much is still short and when the last of them comes (ms)."""
        heap, last = self._heaps.get(part), 0
        for row in heap.coming if heap else ():
            taken = min(wanted, Decimal(row[1]))
            if taken > 0:
                row[1] = Decimal(row[1]) - taken
                wanted -= taken
                last = max(last, int(row[0]))
        return wanted, last

    def bought(self, line: OrderLine, pieces: int) -> Ready | None:
        """Return when a bought part is here that is sold as it is; None when nobody knows."""
        part = self.parts[line.part_id]
        here = self._give(part.id, Decimal(pieces), _orders(line))
        if here >= pieces:
            return Ready(self.now, part.name)
        short, last = self._announced(part.id, Decimal(pieces) - here)
        if short <= 0:
            return Ready(last, part.name)
        lead = part.lead_days
        return Ready(max(last, self._in_days(lead)), part.name) if lead > 0 else None

    def material(self, line: OrderLine, part: Part, pieces: int) -> Ready:
        """Give out the material for ``pieces`` of a line; return when all of it is here."""
        found, notes = Ready(), []
        for row in part.materials:
            when, note = self._one(line, part, row, pieces)
            notes += [note] if note else []
            if when > found.at:
                found = Ready(when, row.name)
        return msgspec.structs.replace(found, notes=tuple(notes))

    def _one(self, line: OrderLine, part: Part, row: Material, pieces: int) -> tuple[int, str]:
        wanted = _in_stock_unit(row, self.parts.get(row.part)) * blanks(part, pieces)
        here = self._give(row.part, wanted, _orders(line), line.customer_party if row.supply == "customer" else "")
        short, last = self._announced(row.part, wanted - here)
        if short <= 0:
            return last, ""
        lead = self._lead(row)
        if lead <= 0:
            return last, words.say("note-material", name=row.name)
        when = max(last, self._in_days(lead))
        text = words.say("note-short", name=row.name, short=short.normalize().__format__("f"), unit=row.unit, day=words.day(self.days.day_of(when)))
        return when, text

    def _lead(self, row: Material) -> float:
        """Return the days until a material is here: its own, else its part's, else what making it takes."""
        part = self.parts.get(row.part)
        if row.lead_days > 0 or part is None:
            return row.lead_days
        if part.lead_days > 0 or part.supply == "buy":
            return part.lead_days
        hours = sum(op.setup_min + op.cycle_min * max(1, part.batch_size) for op in part.routing if not op.outside) / 60
        return hours / HOURS_A_DAY + sum(op.lead_days for op in part.routing if op.outside)

    def _in_days(self, days: float) -> int:
        return self.now + round(min(days, MOST_DAYS) * DAY_MS)


def _orders(line: OrderLine) -> list[str]:
    return [name for name in dict.fromkeys((line.run, line.id)) if name]


def _in_stock_unit(row: Material, part: Part | None) -> Decimal:
    if part is None or part.unit == row.unit:
        return row.quantity
    try:
        return convert(row.quantity, row.unit, part.unit)
    except ValueError:
        return row.quantity
