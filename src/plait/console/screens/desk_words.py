"""The desk's words: what a column may be read as, what a table is about, how an item came and where it stands."""

import re

from plait.console.html import Markup, chip
from plait.kernel.texts import Texts
from plait.manufacturing.desk.inbox.model import Item

__all__ = ["FIELDS", "KIND_WORDS", "LEVELS", "STYLES", "VIA", "field_word", "holds", "letters", "state_shown", "sure_words"]

KIND_WORDS = {
    "orders": "Order lines",
    "request": "A request",
    "prices": "Prices",
    "stock": "Stock",
    "parts": "Parts",
    "routings": "Operations",
    "materials": "Materials",
    "calendar": "Shifts and holidays",
}
VIA = {"upload": "put in here", "drop": "drop folder", "mail": "e-mail", "attachment": "came with a mail", "card": "request form", "partner": "partner"}
LEVELS = {"refused": ("bad", "cannot go in"), "warning": ("warn", "look at it"), "note": ("note", "note")}
STATES = {"new": ("wait", "being read"), "waiting": ("warn", "waits for you"), "applied": ("good", "went in"), "set-aside": ("silent", "put away")}
FIELDS = {
    "order_no": "Order no.",
    "line_no": "Line no.",
    "customer": "Customer",
    "customer_no": "Customer no.",
    "own_no": "Our order no.",
    "part_no": "Part no.",
    "customer_part_no": "Customer's part no.",
    "name": "What it is called",
    "revision": "Revision",
    "drawing_no": "Drawing no.",
    "material": "Material",
    "quantity": "Quantity",
    "unit": "Unit",
    "due": "Wanted by",
    "note": "Remark",
    "delivered": "Delivered",
    "open_quantity": "Still open",
    "ordered": "Ordered on",
    "promised": "Confirmed for",
    "price": "Price",
    "price_per": "Price is for",
    "currency": "Currency",
    "amount": "Amount of the line",
    "state": "State",
    "priority": "Priority",
    "contact": "Contact",
    "request_no": "Request no.",
    "respond_by": "Answer by",
    "target_price": "Target price",
    "from_quantity": "From quantity",
    "valid_from": "Valid from",
    "valid_until": "Valid until",
    "supplier": "Supplier",
    "lot": "Lot",
    "place": "Place",
    "counted": "Counted on",
    "family": "Family",
    "gtin": "GTIN",
    "batch_size": "Batch size",
    "weight_kg": "Weight (kg)",
    "lead_days": "Days until here",
    "supply": "Made or bought",
    "op_no": "Operation no.",
    "op_name": "Operation",
    "group": "Machine group",
    "machine": "Machine",
    "setup_min": "Set-up (min)",
    "cycle_min": "Time of a piece (min)",
    "per_hour": "Pieces an hour",
    "alternative": "Alternative routing",
    "component": "What goes in (no.)",
    "component_name": "What goes in",
    "date": "Day",
    "weekday": "Weekday",
    "until": "Until",
    "start": "Begins",
    "end": "Ends",
    "closed": "Closed",
}
STYLES = {
    "date": {"": "dates as they are written", "dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"},
    "number": {"": "numbers as they are written", ",": "comma before decimals", ".": "point before decimals"},
}
"""How the values of a column may be written, by the kind of its field."""

BY_PEOPLE = {"corrected": "set by a person", "remembered": "remembered"}
_COUNTED = re.compile(r"(\d+) (.+)")
_SURE, _LIKELY = 0.9, 0.6


def field_word(t: Texts, name: str) -> str:
    """Return a field as people call it."""
    return t(FIELDS[name]) if name in FIELDS else name


def holds(t: Texts, item: Item) -> str:
    """Return in a line what an item holds, or why it cannot be read."""

    def piece(text: str) -> str:
        found = _COUNTED.fullmatch(text)
        return f"{found[1]} {t(found[2])}" if found else t(text)

    if item.issues and not item.rows and ": " in item.summary:
        title, _, detail = item.summary.partition(": ")
        return f"{t(title)}: {detail}"
    return ", ".join(piece(each) for each in item.summary.split(", ")) if item.summary else ""


def letters(index: int) -> str:
    """Return a column's letters as spreadsheets have them: 0 is A, 26 is AA."""
    text, rest = "", index + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        text = chr(65 + last) + text
    return text


def state_shown(t: Texts, item: Item) -> Markup:
    """Return where an item stands, as a state."""
    if item.state == "nothing":
        return chip("bad", t("cannot be read")) if item.issues else chip("note", t("kept, nothing to put in"))
    if item.state == "waiting" and item.refused and not item.rows:
        return chip("bad", t("refused"))
    state, word = STATES[item.state]
    return chip(state, t(word))


def sure_words(t: Texts, confidence: float, source: str) -> tuple[str, str]:
    """Return how sure the meaning of a column is, as a state and in words."""
    if source in BY_PEOPLE:
        return "good", t(BY_PEOPLE[source])
    if confidence >= _SURE:
        return "good", t("sure")
    return ("note", t("likely")) if confidence >= _LIKELY else ("warn", t("a guess"))
