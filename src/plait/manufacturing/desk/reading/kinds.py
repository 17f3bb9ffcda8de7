"""The fields that each kind of table or document may have, with what they mean: the desk's own vocabulary, one name for one thing."""

from collections.abc import Mapping

import msgspec

from plait.manufacturing.desk.reading.model import DocumentKind, FieldKind

__all__ = ["KINDS", "Field"]


class Field(msgspec.Struct, frozen=True):
    """One field: its ``name``, what its values are, whether a row is nothing without it (of ``either`` several, one is enough), its meaning."""

    name: str
    kind: FieldKind
    meaning: str
    needed: bool = False
    either: str = ""


def _fields(*rows: Field) -> Mapping[str, Field]:
    return {row.name: row for row in rows}


_PART = (
    Field("part_no", "code", "our number of the part", needed=True, either="part"),
    Field("customer_part_no", "code", "the customer's number of the part", either="part"),
    Field("name", "text", "what the part is called", either="part"),
    Field("revision", "code", "revision of part or drawing"),
    Field("drawing_no", "code", "number of the drawing", either="part"),
    Field("material", "text", "what it is made of, as written"),
)
_MONEY = (
    Field("price", "money", "price of one price unit, without tax"),
    Field("price_per", "number", "how many pieces the price is for; 1 when not said"),
    Field("currency", "currency", "ISO 4217"),
    Field("amount", "money", "price of the whole line"),
)
_WANTED = (
    Field("quantity", "quantity", "how much is ordered", needed=True),
    Field("unit", "unit", "UN/ECE Rec 20; C62 (piece) when not said"),
    Field("due", "date", "when the customer wants it", needed=True),
    Field("note", "text", "anything else"),
)

KINDS: Mapping[DocumentKind, Mapping[str, Field]] = {
    "orders": _fields(
        Field("order_no", "code", "the customer's order number", needed=True),
        Field("line_no", "code", "line or position within the order"),
        Field("customer", "text", "who ordered"),
        Field("customer_no", "code", "our number of the customer"),
        Field("own_no", "code", "our own number of the order (job, works order)"),
        *_PART,
        *_WANTED,
        Field("delivered", "quantity", "how much has been delivered"),
        Field("open_quantity", "quantity", "how much is still to be delivered"),
        Field("ordered", "date", "date of the order"),
        Field("promised", "date", "the date we have confirmed"),
        *_MONEY,
        Field("state", "text", "state of the line, as written"),
        Field("priority", "number", "how urgent, as written; lower is sooner"),
        Field("contact", "text", "person, e-mail or telephone"),
    ),
    "request": _fields(
        Field("request_no", "code", "the customer's number of the request"),
        Field("line_no", "code", "line within the request"),
        Field("customer", "text", "who asks"),
        *_PART,
        *_WANTED,
        Field("respond_by", "date", "until when an answer is wanted"),
        Field("target_price", "money", "the price the customer has in mind"),
        Field("currency", "currency", "ISO 4217"),
        Field("contact", "text", "person, e-mail or telephone"),
    ),
    "prices": _fields(
        *_PART[:3],
        Field("price", "money", "price of one price unit", needed=True),
        *_MONEY[1:3],
        Field("unit", "unit", "UN/ECE Rec 20"),
        Field("from_quantity", "quantity", "the price holds from this quantity on"),
        Field("valid_from", "date", "first day"),
        Field("valid_until", "date", "last day"),
        Field("supplier", "text", "whose price it is"),
        Field("customer", "text", "for whom it is"),
    ),
    "stock": _fields(
        *_PART[:3],
        Field("quantity", "quantity", "how much is there", needed=True),
        Field("unit", "unit", "UN/ECE Rec 20"),
        Field("lot", "code", "lot, batch or heat"),
        Field("place", "text", "where it lies"),
        Field("counted", "date", "as of"),
        Field("note", "text", "anything else"),
    ),
    "parts": _fields(
        *_PART,
        Field("unit", "unit", "UN/ECE Rec 20"),
        Field("family", "text", "group of like parts"),
        Field("gtin", "code", "GS1 article number"),
        Field("batch_size", "quantity", "pieces made at once"),
        Field("weight_kg", "number", "weight of a piece in kg"),
        Field("lead_days", "number", "days until it is here or made"),
        Field("supply", "text", "made, bought or done outside, as written"),
        *_MONEY[:3],
    ),
    "routings": _fields(
        *_PART[:1],
        Field("name", "text", "what the part is called"),
        Field("revision", "code", "revision of the part"),
        Field("op_no", "number", "number of the operation", needed=True),
        Field("op_name", "text", "what is done"),
        Field("group", "code", "group of machines or work centre", needed=True, either="where"),
        Field("machine", "code", "one machine", either="where"),
        Field("setup_min", "duration", "set-up of a batch in minutes"),
        Field("cycle_min", "duration", "time of a piece in minutes"),
        Field("per_hour", "number", "pieces an hour, instead of the time of a piece"),
        Field("supplier", "text", "who does it, when it is done outside", either="where"),
        Field("lead_days", "number", "working days outside"),
        Field("alternative", "code", "name of the alternative routing this row belongs to; empty: the first"),
    ),
    "materials": _fields(
        *_PART[:1],
        Field("component", "code", "number of what goes in", needed=True),
        Field("component_name", "text", "what that is called"),
        Field("quantity", "quantity", "how much of it one piece takes", needed=True),
        Field("unit", "unit", "UN/ECE Rec 20"),
        Field("supply", "text", "from stock, bought for the order or provided by the customer, as written"),
        Field("supplier", "text", "who delivers it"),
        Field("lead_days", "number", "days until it is here"),
        *_MONEY[:3],
    ),
    "calendar": _fields(
        Field("date", "date", "one day", needed=True, either="when"),
        Field("weekday", "text", "day of the week, or several (Mon-Fri)", either="when"),
        Field("until", "date", "last day, when it is a span"),
        Field("start", "time", "beginning of the shift"),
        Field("end", "time", "end of the shift"),
        Field("group", "code", "group of machines or machine it is for; empty: all"),
        Field("closed", "flag", "nobody works (a holiday)"),
        Field("note", "text", "name of the shift or holiday"),
    ),
}
"""Fields by kind and name. ``needed`` with ``either``: one of the fields of that word must be there."""
