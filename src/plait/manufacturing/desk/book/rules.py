"""What makes a line the same line, when it is done, how much of it is open: pure decisions."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from plait.kernel.money import Money
from plait.kernel.problems import CONFLICT, INVALID, Problem, register
from plait.manufacturing.desk.book.model import LineChange, OrderLine

__all__ = ["NO_LINE", "amounts", "changes_of", "check", "delivered", "end_of_day", "fold", "key_of", "said_state", "say", "unit_price"]

NO_LINE = register("no-such-line", 404, "The order book has no such line", "See the lines with `plait desk orders`.")

NOTHING = Decimal(0)
# What people compare of a line, with the word for it.
COMPARED = {
    "part_id": "part here",
    "part_no": "part number",
    "customer_part_no": "customer's part number",
    "name": "name",
    "revision": "revision",
    "drawing_no": "drawing",
    "material": "material",
    "ordered_quantity": "ordered",
    "quantity": "still open",
    "unit": "unit",
    "due": "due",
    "ordered": "date of the order",
    "promised": "promised",
    "price": "price of one",
    "priority": "priority",
    "note": "note",
    "contact": "contact",
    "state": "state",
}
DONE = (
    "done closed complete completed delivered shipped fulfilled invoiced erledigt geliefert abgeschlossen geschlossen beendet ausgeliefert "
    "versendet versandt fakturiert endgeliefert vollgeliefert komplettgeliefert vollstaendiggeliefert livre termine solde consegnato evaso "
    "completato entregado terminado fullydelivered fullyshipped 已完成 完成 已交货 已交付 已发货 已出货 交货完成 已关闭 关闭 已结案 结案 已结束"
)
CANCELLED = (
    "cancelled canceled void withdrawn deleted storniert storno geloescht abgesagt annule annullato cancelado 取消 已取消 作废 已作废 已删除 撤销 已撤销"
)
OPEN = (
    "open new active released confirmed planned inprogress inwork running partial partlydelivered partiallydelivered partiallyshipped ordered offen neu aktiv "
    "freigegeben bestaetigt geplant inarbeit inbearbeitung laufend teilgeliefert teilweisegeliefert bestellt rueckstand 未完成 进行中 生产中 未交货 未交 "
    "部分交货 部分发货 待交货 待生产 已确认 已下单 新建 已审核"
)
_SHARP = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def fold(text: str) -> str:
    """Return ``text`` as it is compared: one width, one case, letters and digits only."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in wide if sign.isalnum())


def _number(text: str) -> str:
    """Return an order's or line's number as it is compared: without blanks, one case; a line called 010 is line 10."""
    tight = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
    return tight.lstrip("0") or tight if tight.isascii() and tight.isdigit() else tight


def key_of(customer: str, order_no: str, line_no: str, part: str) -> str:
    """Return what tells a line again: customer, order and line as they are compared; without a number of the line, its part."""
    line = f"L{_number(line_no)}" if line_no else f"P{_number(part)}"
    return "\n".join((fold(customer), _number(order_no), line))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STATES: dict[str, frozenset[str]] = {"done": _words(DONE), "cancelled": _words(CANCELLED), "open": _words(OPEN)}


def said_state(text: str) -> Literal["", "open", "done", "cancelled", "unknown"]:
    """Return what a state as people write it means ("" for none at all)."""
    word = fold(unicodedata.normalize("NFKC", text).casefold().translate(_SHARP))
    plain = "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))
    if not word:
        return ""
    for state in ("done", "cancelled", "open"):
        if word in _STATES[state] or plain in _STATES[state]:
            return state
    return "unknown"


def amounts(values: Mapping[str, Any], known: OrderLine | None) -> tuple[Decimal | None, Decimal] | None:
    """Return (ordered, open) quantity of a row, None when it says neither.

    The open quantity counts where it is said, else what is ordered less what is delivered; where the row says nothing about deliveries,
    what is known to be delivered stays so.
    """
    ordered, left, delivered = (_decimal(values.get(name)) for name in ("quantity", "open_quantity", "delivered"))
    if left is not None:
        if ordered is None and delivered is not None:
            ordered = left + delivered
        return ordered if ordered is not None else known.ordered_quantity if known else None, max(NOTHING, left)
    if ordered is None:
        return None
    if delivered is None:
        delivered = known.delivered if known is not None else NOTHING
    return ordered, max(NOTHING, ordered - delivered)


def _decimal(value: Any) -> Decimal | None:
    return value if isinstance(value, Decimal) else Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else None


def unit_price(values: Mapping[str, Any], currency: str) -> Money | None:
    """Return the price of one unit that a row states (``price`` for ``price_per`` pieces, or ``amount`` for all), None without one."""
    price, per, amount = (_decimal(values.get(name)) for name in ("price", "price_per", "amount"))
    quantity = _decimal(values.get("quantity"))
    money = str(values.get("currency") or currency)
    if price is not None:
        return Money(_plain(price / per) if per else price, money)
    if amount is not None and quantity:
        return Money(_plain(amount / quantity), money)
    return None


def _plain(value: Decimal) -> Decimal:
    rounded = value.quantize(Decimal("0.000001")).normalize()
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral() else rounded


def end_of_day(day: date, zone: str) -> datetime:
    """Return the last minute of a local day: a date that is promised is kept until then."""
    return datetime.combine(day, time(23, 59), ZoneInfo(zone))


def say(value: Any) -> str:
    """Return a value as a person reads it ("" for none)."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def changes_of(was: OrderLine, now: OrderLine) -> tuple[LineChange, ...]:
    """Return what differs between two states of a line, in words."""
    pairs = ((word, getattr(was, name), getattr(now, name)) for name, word in COMPARED.items())
    return tuple(LineChange(word, say(before), say(after)) for word, before, after in pairs if before != after)


def check(row: OrderLine) -> None:
    """Raise ``invalid`` for a line that cannot stand in the book, ``conflict`` for one that was closed otherwise than it is said."""
    for name in ("customer", "order_no"):
        if not getattr(row, name).strip():
            raise Problem(INVALID, f"{name}: is empty", path=f"$.{name}")
    if not (row.part_id or row.part_no or row.customer_part_no or row.name or row.drawing_no):
        raise Problem(INVALID, "part_no: neither a part nor its number, drawing or name is given", path="$.part_no")
    if row.quantity < 0 or (row.state == "open" and row.quantity == 0):
        raise Problem(INVALID, f"quantity: {say(row.quantity)} cannot be open", path="$.quantity")
    if row.ordered_quantity is not None and row.ordered_quantity < row.quantity:
        raise Problem(INVALID, f"quantity: {say(row.quantity)} is more than the {say(row.ordered_quantity)} ordered", path="$.quantity")
    if row.price is not None and row.price.amount < 0:
        raise Problem(INVALID, "price: is less than nothing", path="$.price")


def delivered(row: OrderLine, quantity: Decimal) -> OrderLine:
    """Return a line after ``quantity`` more of it has been delivered; raise ``invalid`` or ``conflict``."""
    if row.state != "open":
        raise Problem(CONFLICT, f"{row.id} is {row.state}.")
    if quantity <= 0 or quantity > row.quantity:
        raise Problem(INVALID, f"quantity: {say(quantity)} of {say(row.quantity)} open cannot be delivered", path="$.quantity")
    left = row.quantity - quantity
    row = msgspec.structs.replace(row, quantity=left, ordered_quantity=row.ordered_quantity or row.quantity)
    return row if left else msgspec.structs.replace(row, state="done", closed_by="person", reason="delivered")
