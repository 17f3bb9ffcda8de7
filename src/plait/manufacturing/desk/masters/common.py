"""What the appliers share: one decision for comparing and applying, the parts as the table leaves them, and which revision a change makes."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Scope
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.desk.book import tables as book_tables
from plait.manufacturing.desk.book.model import LineChange
from plait.manufacturing.desk.book.parts import Known
from plait.manufacturing.desk.book.rules import fold
from plait.manufacturing.desk.inbox.model import Change, Context
from plait.manufacturing.desk.masters.images import Touched, images_of, price_key, put_back, snapshot
from plait.manufacturing.desk.masters.model import Price, PricesListed
from plait.manufacturing.desk.masters.tables import drop_images, images, put_images, put_prices
from plait.manufacturing.desk.reading.model import DocumentKind, Record
from plait.manufacturing.line import tables as line_tables
from plait.manufacturing.part import tables as part_tables
from plait.manufacturing.part.model import Part
from plait.manufacturing.part.revisions import changed, next_revision
from plait.manufacturing.part.rules import check_part
from plait.manufacturing.part.service import PartService
from plait.manufacturing.schedule import tables as schedule_tables
from plait.manufacturing.schedule.model import Calendar, ShiftHours, WorkCentre
from plait.manufacturing.schedule.service import put_centres
from plait.manufacturing.schedule.site import tables as site_tables
from plait.manufacturing.vocabulary import GENERAL
from plait.store import Tx

__all__ = ["ALL", "SHIFT", "Centres", "Desk", "Refusal", "Step", "TableApplier", "fresh_part", "group_by", "number", "refused", "text_of", "unit_price"]

ALL = Scope(everything=True)
SHIFT = ShiftHours((0, 1, 2, 3, 4), "07:00", "15:30")
"""The hours of a work centre nobody has entered: one shift from Monday to Friday."""


class Refusal(Exception):
    """A row (or what belongs together with it) that cannot go in: the reason in one sentence."""


class Step(NamedTuple):
    """A change and how it is made: by ``do``, by a ``part`` that takes its present form, by a ``price`` that is listed or (``gone``) no more."""

    change: Change
    do: Callable[[Tx], object] | None = None
    part: Part | None = None
    price: Price | None = None
    gone: Price | None = None
    touches: Touched | None = None

    @property
    def touched(self) -> list[Touched]:
        """What it changes, so that it can be put back."""
        prices = [Touched("price", price_key(price)) for price in (self.price, self.gone) if price is not None]
        part = [Touched("part", self.part.id)] if self.part is not None else []
        return prices + part + ([self.touches] if self.touches is not None else [])


class TableApplier(ABC):
    """An applier that decides once; ``compare`` shows the decision, ``apply`` carries it out."""

    kind: DocumentKind

    @abstractmethod
    def decide(self, conn: Connection, records: Sequence[Record], context: Context) -> list[Step]:
        """Return what the rows change; nothing is written here."""

    def compare(self, conn: Connection, records: Sequence[Record], context: Context) -> list[Change]:
        """Return what ``apply`` would do."""
        return [step.change for step in self.decide(conn, records, context)]

    def apply(self, tx: Tx, records: Sequence[Record], context: Context) -> list[Change]:
        """Do it, inside the transaction; return what was done."""
        steps = self.decide(tx.conn, records, context)
        touched = [each for step in steps for each in step.touched]
        before = snapshot(tx.conn, touched)
        _carry_out(tx, steps, context)
        put_images(tx.conn, context.source, self.kind, images_of(touched, before, snapshot(tx.conn, touched)))
        return [step.change for step in steps]

    def undo(self, tx: Tx, source: str) -> int:
        """Put back what was there before ``source``; return how many things. Raise ``changed-since``, changing nothing, when that cannot be."""
        count = put_back(tx, images(tx.conn, ALL, source, self.kind))
        drop_images(tx.conn, source, self.kind)
        return count


def _carry_out(tx: Tx, steps: Sequence[Step], context: Context) -> None:
    PartService.put_all_in(tx, list({step.part.id: step.part for step in steps if step.part is not None}.values()))
    prices = [step.price for step in steps if step.price is not None]
    gone = [step.gone for step in steps if step.gone is not None]
    put_prices(tx.conn, prices, gone)
    for part_id, count in Counter(price.part_id for price in (*prices, *gone)).items():
        tx.append(f"prices/{part_id}", PricesListed(part_id, count, context.source))
    for step in steps:
        if step.do is not None:
            step.do(tx)


def refused(row: int, key: str, reason: str) -> Step:
    """Return the step that does nothing, with the reason."""
    return Step(Change(row, key, "refused", reason))


def text_of(record: Record, field: str) -> str:
    """Return a text or code of a row, "" when it is not there."""
    return str(record.values.get(field, "")).strip()


def number(record: Record, field: str, least: float = 0.0) -> float | None:
    """Return a number of a row, None when it is not there; raise ``Refusal`` when it is below ``least``."""
    value: Any = record.values.get(field)
    if value is None:
        return None
    if float(value) < least:
        raise Refusal(f"{field.replace('_', ' ')}: {value} is below {least:g}")
    return float(value)


def unit_price(record: Record, currency: str) -> Money | None:
    """Return the price of one unit in a row, None when there is none; raise ``Refusal`` for one that cannot be."""
    value: Any = record.values.get("price")
    if value is None:
        return None
    per = Decimal(str(record.values.get("price_per", 1)))
    if per <= 0 or Decimal(str(value)) < 0:
        raise Refusal(f"price: {value} for {per} is no price")
    return Money(Decimal(str(value)) / per, text_of(record, "currency") or currency)


def group_by(records: Sequence[Record], key: Callable[[Record], str]) -> dict[str, list[Record]]:
    """Return the rows by ``key``, in the order in which the keys come."""
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(key(record), []).append(record)
    return found


SHOWN = ("name", "revision", "drawing_no", "material", "unit", "family", "gtin", "batch_size", "mass_kg", "lead_days", "supply", "process")


def _said(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


class Desk:
    """The parts as they are, and as the rows decided so far leave them."""

    scope = ALL

    def __init__(self, conn: Connection, records: Sequence[Record]) -> None:
        numbered = any("customer_part_no" in record.values for record in records)
        self.parts = {part.id: part for part in part_tables.parts(conn, ALL)}
        self.known = Known(self.parts.values(), book_tables.lines(conn, ALL) if numbered else ())
        self._folded = {fold(id): id for id in self.parts}
        self._revisions = part_tables.revisions(conn, ALL)
        self._made = {(run.order.part_id, run.order.revision) for run in line_tables.runs(conn, ALL)}

    def find(self, record: Record, customer: str = "") -> Part | None:
        """Return the part a row means, None when it is not known; raise ``Refusal`` when it could be several."""
        seen = self._folded.get(fold(text_of(record, "part_no")))
        if seen is not None:
            return self.parts[seen]
        found = self.known.find(record.values, customer)
        if found.part_id:
            return self.parts[found.part_id]
        if " could be " in found.text:
            raise Refusal(found.text)
        return None

    def part(self, record: Record, customer: str = "") -> Part:
        """Return the part a row means; raise ``Refusal`` when it is not known."""
        found = self.find(record, customer)
        if found is None:
            raise Refusal(self.known.find(record.values, customer).text + "; enter it with a list of parts first")
        return found

    def settle(self, now: Part, said: str = "") -> tuple[Part, str]:
        """Return ``now`` with the revision it gets, and what that means in words.

        ``said`` is the revision a list names. Raises ``Refusal``.
        """
        was = self.parts.get(now.id)
        if was is None:
            return msgspec.structs.replace(now, revision=said or "A"), ""
        taken = self._revisions.get(now.id, set())
        if said and said != was.revision:
            if said in taken:
                raise Refusal(f"revision {said} of {now.id} was followed by {was.revision}; name the present revision")
            return msgspec.structs.replace(now, revision=said), f"revision {said} follows {was.revision}"
        fields = changed(was, now)
        now = msgspec.structs.replace(now, revision=was.revision)
        if not fields:
            return now, ""
        what = " and ".join(fields)
        if (was.id, was.revision) not in self._made:
            return now, f"nothing was made by revision {was.revision} yet, so its {what} may change"
        if said:
            raise Refusal(f"{now.id} has been made by revision {said}; another {what} needs a new revision")
        later = next_revision(was.revision, taken)
        return msgspec.structs.replace(now, revision=later), f"another {what}: revision {was.revision} becomes {later}"

    def put(self, row: int, now: Part, said: str = "", text: str = "", more: tuple[LineChange, ...] = ()) -> Step:
        """Return the step that makes ``now`` the present state of its part; a part that breaks a rule is refused."""
        was = self.parts.get(now.id)
        try:
            part, why = self.settle(now, said)
            check_part(part)
        except (Problem, Refusal) as error:
            return refused(row, now.id, error.detail if isinstance(error, Problem) else str(error))
        words = "; ".join(each for each in (text, why) if each)
        if was == part:
            return Step(Change(row, now.id, "same", text))
        self.parts[part.id] = part
        self._folded.setdefault(fold(part.id), part.id)
        self._revisions.setdefault(part.id, set()).add(part.revision)
        changes = more
        if was is not None:
            differing = [(name, _said(getattr(was, name)), _said(getattr(part, name))) for name in SHOWN if getattr(was, name) != getattr(part, name)]
            changes = (*(LineChange(*each) for each in differing), *more)
        change = Change(row, part.id, "changed" if was is not None else "new", words, changes)
        return Step(change, part=part)


def fresh_part(id: str, name: str, **more: Any) -> Part:
    """Return a part of which only number and name are known: made here, nobody has said how."""
    return Part(id, "A", name or id, **{"process": GENERAL, **more})


class Centres:
    """The work centres as they are, and those assumed for groups that a table names and nobody has entered."""

    def __init__(self, conn: Connection, zone: str) -> None:
        self.rows = schedule_tables.centres(conn, ALL)
        sites = site_tables.sites(conn, ALL)
        self.site = next(iter(sites), "")
        self.site_name = sites[self.site][0].name if self.site else ""
        self._zone = zone
        self._names = {fold(each): row for row in self.rows.values() for each in (row.machine_id, row.id, row.group) if each}
        self._groups = {fold(row.group): row.group for row in self.rows.values()}

    def group(self, group: str, machine: str) -> tuple[str, WorkCentre | None]:
        """Return the group that ``group`` or ``machine`` means as it is written here, and the work centre assumed for it when it is new."""
        if not group and fold(machine) in self._names:
            return self._names[fold(machine)].group, None
        name = group or machine
        if fold(name) in self._groups:
            return self._groups[fold(name)], None
        if fold(name) in self._names:
            return self._names[fold(name)].group, None
        centre = self.assumed(machine or name, name)
        self.rows[centre.id] = centre
        self._names[fold(centre.id)] = centre
        self._groups[fold(name)] = name
        return name, centre

    def assumed(self, id: str, group: str) -> WorkCentre:
        """Return a work centre nobody has entered: with the hours of the site, or one shift from Monday to Friday."""
        if self.site:
            return WorkCentre(id, group, site_id=self.site, inherits=True, assumed=True)
        return WorkCentre(id, group, Calendar(self._zone, (SHIFT,)), assumed=True)

    def step(self, row: int, centre: WorkCentre) -> Step:
        """Return the step that enters an assumed work centre and tells a person so."""
        hours = f"the hours of {self.site_name}" if centre.inherits else f"Monday to Friday {SHIFT.start} to {SHIFT.end}"
        text = f"nobody has entered the work centre {centre.id}; it is assumed with {hours}: check its hours, machines and rate"
        return Step(Change(row, f"work centre {centre.id}", "new", text), lambda tx: put_centres(tx, [centre], text), touches=Touched("centre", centre.id))
