"""What a list of orders means for the book: each row is new, a change, the same, or refused; and what the list no longer holds is gone.

One function decides, for the look before and for the deed, so that what is shown is what is done.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.parts import Known
from plait.manufacturing.desk.book.rules import amounts, changes_of, end_of_day, key_of, said_state, unit_price
from plait.manufacturing.desk.inbox.model import Change, Context
from plait.manufacturing.desk.reading.model import Record

__all__ = ["Decision", "decide", "keys_of"]

NO_NUMBER = "SO-?"
NOTHING = Decimal(0)


class Decision(msgspec.Struct, frozen=True):
    """What one row does: the change in words, the line before (None: new) and after (None: nothing is written)."""

    change: Change
    before: OrderLine | None = None
    after: OrderLine | None = None


class _Row(msgspec.Struct):
    record: Record
    key: str
    shown: str
    customer: str
    line: OrderLine | None = None
    like: int = 0


def _customer(values: Mapping[str, Any], context: Context) -> str:
    return str(values.get("customer") or values.get("customer_no") or context.sender)


def _key(values: Mapping[str, Any], context: Context) -> str:
    part = values.get("part_no") or values.get("customer_part_no") or values.get("drawing_no") or values.get("name") or ""
    return key_of(_customer(values, context), str(values.get("order_no", "")), str(values.get("line_no", "")), str(part))


def keys_of(records: Sequence[Record], context: Context) -> set[str]:
    """Return the keys under which the lines of these rows are or will be found."""
    return {_key(record.values, context) for record in records}


def _shown(values: Mapping[str, Any]) -> str:
    line = values.get("line_no") or values.get("part_no") or values.get("customer_part_no") or values.get("name") or ""
    return f"{values.get('order_no', '')}/{line}" if line else str(values.get("order_no", ""))


def decide(records: Sequence[Record], there: Sequence[OrderLine], from_sender: Sequence[OrderLine], known: Known, context: Context) -> list[Decision]:
    """Return what the rows do, in their order, then what is gone.

    ``there`` are the lines whose keys occur (``keys_of``), ``from_sender`` the open ones that came from the same sender.
    """
    rows = [_Row(record, _key(record.values, context), _shown(record.values), _customer(record.values, context)) for record in records]
    _pair(rows, there, lambda row, line: _one(msgspec.structs.replace(row, line=line), known, context).change.action == "same")
    decisions = [_one(row, known, context) for row in rows]
    if context.whole:
        held = {row.line.id for row in rows if row.line is not None}
        refused = {row.key for row, decision in zip(rows, decisions, strict=True) if decision.change.action == "refused"}
        decisions += [_gone(line, context) for line in from_sender if line.id not in held and line.state == "open" and not line.run and line.key not in refused]
    return decisions


def _pair(rows: Sequence[_Row], there: Sequence[OrderLine], unchanged: Callable[[_Row, OrderLine], bool]) -> None:
    """Give each row its line. Several of one key (part deliveries) are told apart by what they say, their date, whether they are open, then their order.

    ``unchanged`` tells whether a row says of an open line what the book has of it.
    """
    lines: dict[str, list[OrderLine]] = defaultdict(list)
    for line in there:
        lines[line.key].append(line)
    groups: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        groups[row.key].append(row)
    for key, group in groups.items():
        left = list(lines.get(key, ()))
        _repeats(group)
        wanting = sorted((row for row in group if not row.like), key=_closes)
        for row in (row for row in wanting if not _closes(row)) if len(left) > 1 else ():
            row.line = next((line for line in left if line.state == "open" and _same_day(line, row.record.values) and unchanged(row, line)), None)
            left = [line for line in left if line is not row.line]
        for same in (_same_day_and_quantity, _same_day, _any):
            for alike in (True, False):
                for row in wanting:
                    if row.line is None:
                        fits = (line for line in left if same(line, row.record.values) and (not alike or _closes(row) == (line.state != "open")))
                        row.line = next(fits, None)
                        left = [line for line in left if line is not row.line]


def _repeats(group: Sequence[_Row]) -> None:
    """Mark a row that says, of a numbered line, exactly what an earlier row says."""
    seen: dict[str, int] = {}
    for row in group:
        if row.record.values.get("line_no"):
            said = repr(sorted(row.record.values.items()))
            row.like = seen.get(said, 0)
            seen.setdefault(said, row.record.row)


def _closes(row: _Row) -> bool:
    """Tell whether a row says that nothing of its line is open any more."""
    state, said = said_state(str(row.record.values.get("state", ""))), amounts(row.record.values, None)
    return state in ("done", "cancelled") or (said is not None and said[1] == NOTHING)


def _same_day(line: OrderLine, values: Mapping[str, Any]) -> bool:
    return line.due == values.get("due")


def _same_day_and_quantity(line: OrderLine, values: Mapping[str, Any]) -> bool:
    said = amounts(values, line)
    return _same_day(line, values) and said is not None and said[1] == line.quantity


def _any(line: OrderLine, values: Mapping[str, Any]) -> bool:
    del line, values
    return True


def _refused(row: _Row, text: str) -> Decision:
    return Decision(Change(row.record.row, row.shown, "refused", text))


def _one(row: _Row, known: Known, context: Context) -> Decision:
    values = row.record.values
    if row.like:
        return Decision(Change(row.record.row, row.shown, "same", f"it says what row {row.like} says, and counts once"), row.line)
    if not values.get("order_no"):
        return _refused(row, "the order has no number")
    if not row.customer:
        return _refused(row, "it is not said who ordered: name the sender")
    due, said = values.get("due"), amounts(values, row.line)
    if not isinstance(due, date):
        return _refused(row, "it is not said when it is wanted")
    if said is None:
        return _refused(row, "it is not said how much is ordered")
    state = said_state(str(values.get("state", "")))
    if state in ("", "open", "unknown") and said[1] == NOTHING:
        state = "done"
    if state in ("done", "cancelled"):
        return _closing(row, state, said, context)
    doubt = f"the state {values['state']} is not known here; the line is taken as open" if state == "unknown" else ""
    return _open(row, known, context, said, doubt)


def _closing(row: _Row, state: str, said: tuple[Decimal | None, Decimal], context: Context) -> Decision:
    word = str(row.record.values.get("state") or "nothing of it is open")
    if row.line is None:
        return Decision(Change(row.record.row, row.shown, "same", f"it is {state} ({word}) and does not come into the book"))
    if row.line.state != "open":
        return Decision(Change(row.record.row, row.shown, "same", f"it is {row.line.state} already"), row.line)
    if row.line.run:
        return Decision(Change(row.record.row, row.shown, "same", f"the list says {word}; run {row.line.run} of it goes on until it is shipped"), row.line)
    left = NOTHING if state == "done" else row.line.quantity
    ordered = said[0] or row.line.ordered_quantity or row.line.quantity
    after = msgspec.structs.replace(row.line, state=state, quantity=left, ordered_quantity=ordered, closed_by="list", reason=word)
    return Decision(Change(row.record.row, row.shown, "changed", f"{state}: {word}", changes_of(row.line, after)), row.line, after)


def _gone(line: OrderLine, context: Context) -> Decision:
    del context
    reason = "it is no longer in the whole list of its sender"
    after = msgspec.structs.replace(line, state="cancelled", closed_by="list", reason=reason)
    shown = f"{line.order_no}/{line.line_no or line.part_no or line.name}"
    return Decision(Change(0, shown, "gone", f"{line.id}: {reason}", changes_of(line, after)), line, after)


def _open(row: _Row, known: Known, context: Context, said: tuple[Decimal | None, Decimal], doubt: str) -> Decision:
    values, was = row.record.values, row.line
    part = known.find(values, row.customer)
    texts = [doubt, part.text]
    after = _filled(row, part.part_id, context, said)
    if was is None:
        promised = values.get("promised")
        after = msgspec.structs.replace(after, promised=end_of_day(promised, context.zone) if isinstance(promised, date) else None)
        return Decision(Change(row.record.row, row.shown, "new", _text(texts)), None, after)
    if was.state != "open":
        if was.closed_by != "list":
            why = f"it is {was.state} here ({was.reason or 'closed'}) and stays so; the list has it as open"
            return Decision(Change(row.record.row, row.shown, "same", why), was)
        texts.append(f"it was {was.state} ({was.reason}) and is open again")
    after = msgspec.structs.replace(after, promised=_promise(was, values, context, texts))
    if was.part_id and not after.part_id:
        after = msgspec.structs.replace(after, part_id=was.part_id)
    found = changes_of(was, after)
    if not found:
        quiet = after if context.sender and not was.sender else None
        return Decision(Change(row.record.row, row.shown, "same", _text(texts)), was, quiet)
    if was.run:
        texts.append(f"run {was.run} is planned for it")
    return Decision(Change(row.record.row, row.shown, "changed", _text(texts), found), was, after)


def _promise(was: OrderLine, values: Mapping[str, Any], context: Context, texts: list[str]) -> datetime | None:
    """A promise once given stays: a list that says another date is only heard."""
    said = values.get("promised")
    if not isinstance(said, date):
        return was.promised
    if was.promised is None:
        return end_of_day(said, context.zone)
    day = was.promised.astimezone(ZoneInfo(context.zone)).date()
    if day != said:
        texts.append(f"the list says {said} is promised; the promise here is {day} and stays")
    return was.promised


_TEXTS = ("part_no", "customer_part_no", "name", "revision", "drawing_no", "material", "note", "contact")


def _filled(row: _Row, part_id: str, context: Context, said: tuple[Decimal | None, Decimal]) -> OrderLine:
    """Return the line as the row has it; what the row does not say stays as it was."""
    values, was = row.record.values, row.line
    texts: dict[str, Any] = {name: str(values[name]) if name in values else getattr(was, name, "") for name in _TEXTS}
    ordered = values.get("ordered") if isinstance(values.get("ordered"), date) else was.ordered if was else None
    return OrderLine(
        id=was.id if was else NO_NUMBER,
        key=row.key,
        customer=was.customer if was else row.customer,
        order_no=was.order_no if was else str(values["order_no"]),
        line_no=was.line_no if was else str(values.get("line_no", "")),
        part_id=part_id,
        quantity=said[1],
        due=values["due"],  # type: ignore[arg-type]
        unit=str(values.get("unit") or (was.unit if was else "C62")),
        ordered_quantity=said[0] if said[0] is not None else (was.ordered_quantity if was else None),
        ordered=ordered,  # type: ignore[arg-type]
        price=unit_price(values, context.currency) or (was.price if was else None),
        priority=_priority(values, was),
        source=was.source if was else f"{context.source}{_place(row.record)}",
        sender=context.sender or (was.sender if was else ""),
        customer_party=was.customer_party if was else "",
        order_id=was.order_id if was else "",
        run=was.run if was else "",
        **texts,
    )


def _place(record: Record) -> str:
    place = record.places.get("order_no") or next(iter(record.places.values()), None)
    if place is None:
        return f" row {record.row}"
    return " " + " ".join(part for part in (place.sheet, place.cell or (f"page {place.page}" if place.page else place.path)) if part)


def _priority(values: Mapping[str, Any], was: OrderLine | None) -> int:
    said = values.get("priority")
    if isinstance(said, int | Decimal) and not isinstance(said, bool):
        return int(said)
    return was.priority if was else 0


def _text(texts: Sequence[str]) -> str:
    return "; ".join(each for each in texts if each)
