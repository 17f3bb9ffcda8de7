"""What is said once above a table: its order number, customer, date, currency."""

import re
from datetime import date, datetime

from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.layout import blank, title_of
from plait.manufacturing.desk.reading.model import DocumentKind, Raw, Sheet
from plait.manufacturing.desk.reading.numbers import clean
from plait.manufacturing.desk.reading.text import fold, is_none, tidy, words
from plait.manufacturing.desk.reading.units import currency_code, unit_code
from plait.manufacturing.desk.reading.words import vocabulary

__all__ = ["PRICES", "constants", "labelled"]

_LABEL = re.compile(r"^([^:：=]{1,40}?)\s*[:：=]\s*(\S.*)$")
_ONLY = re.compile(r"^([^:：]{1,40}?)\s*[:：]\s*$")
_NUMBERED = re.compile(
    r"^([A-Za-zÄÖÜäöüß.\- ]{2,30}?|[\u3400-\u9fff]{2,8})\s*(?:nr\.?|no\.?|#|number|nummer|号)?\s+((?=\S*\d)[\w./-]{3,30})"
    r"(?:,?\s+(?:vom|from|dated|of|date:?|,)\s+(\S.{5,20}))?$",
    re.IGNORECASE,
)
_EACH = re.compile(r"(?:preise?|prices?)\b.{0,25}?(?:\bje|\bper|\bpro|/)\s*(100|1[.,]?000)\b|(?:价|单价).{0,8}?每\s*(100|1000)", re.IGNORECASE)
_UNITS = re.compile(
    r"(?:mengen?(?:angaben?)?|stückzahlen|quantit(?:y|ies)|qty|数量)\s*(?:alle\s+|all\s+)?(?:in|单位)?\s*[:：]?\s*(?:in\s+)?([a-zA-Z\u4e00-\u9fff.²³]{1,10})\s*$",
    re.IGNORECASE,
)
_DATED = re.compile(r"(?:^|(?<=\s)|(?<=[:：]))(\S*\d\S*?),?\s+(?:vom|v\.|from|dated|of|date|datum|日期)\s*[:：]?\s*(\S.{5,20})$", re.IGNORECASE)
PRICES = re.compile(
    r"\b(?:in|currency|währung|prices?|preise?|alle preise)\b.{0,20}?\b(EUR|USD|CHF|GBP|CNY|RMB|PLN|CZK|Euro|US\$)(?:\b|\s|$)"
    r"|(?:币种|货币)\s*[:：]?\s*(\S+)",
    re.IGNORECASE,
)
"""Tells that prices are in a currency."""
_SAID = words(
    "order_no customer customer_no own_no ordered due currency request_no respond_by supplier valid_from valid_until counted place part_no name revision"
    " price_per contact drawing_no material group unit alternative component"
)
_OF = re.compile(r"^(?:stückliste|arbeitsplan|bill of materials?|bom|routing)\s+(?:zu[mr]?|für|von|der|des|for|of)\s+(?=\S)", re.IGNORECASE)
_ON = re.compile(r"^([A-Za-zÄÖÜäöüß.\- ]{3,30}?)\s+(\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d{2}-\d{2})$")
_DAYS = frozenset({"due", "ordered", "respond_by", "valid_from", "valid_until", "counted"})
_CODES = frozenset({"order_no", "part_no", "request_no", "own_no", "customer_no", "drawing_no"})
_DATES = frozenset({"datum", "date", "日期", "stand", "vom", "belegdatum", "bestelldatum"})


def labelled(text: str, kind: DocumentKind) -> tuple[str, str] | None:
    """Return the field and value of a text like ``Kunde: Meridian`` or ``Auftrag 4711``, or None."""
    plain = tidy(text)
    found = _LABEL.match(plain)
    if found:
        field = _field(found.group(1), kind)
        value = found.group(2)
        dated = _DATED.match(value) if field in _CODES else None
        return (field, dated.group(1) if dated else value) if field and not is_none(value) else None
    found = _NUMBERED.match(plain)
    if found:
        field = _field(plain[: found.start(2)], kind) or _field(found.group(1), kind)
        if field in _CODES:
            return field, found.group(2)
    found = _ON.match(plain)
    field = _field(found.group(1), kind) if found else ""
    return (field, found.group(2)) if found and field in _DAYS else None


def _field(label: str, kind: DocumentKind) -> str:
    title = title_of(_OF.sub("", label) or label)
    words = vocabulary(kind)
    options = words.get(fold(title.text)) or words.get(fold(title.base)) or ()
    if kind == "orders" and fold(label) in _DATES:
        return "ordered"
    return next((field for field, surely in options if field in _SAID and surely >= 0.7), "")


def _said(raw: Raw) -> str:
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    if isinstance(raw, float):
        return f"{clean(raw):f}"
    return tidy(str(raw))


def constants(sheet: Sheet, start: int, stop: int, kind: DocumentKind, taken: set[str]) -> dict[str, str]:
    """Return the fields that are said above a table, in rows from ``start`` up to ``stop``; ``taken`` fields are columns."""
    found: dict[str, str] = {}
    for row in sheet.rows[start:stop]:
        cells = [raw for raw in row if not blank(raw)]
        for place, raw in enumerate(cells):
            if not isinstance(raw, str):
                continue
            _cell(raw, cells[place + 1] if place + 1 < len(cells) else None, kind, found)
    if "currency" not in taken and "currency" in found:
        found["currency"] = currency_code(title_of(found["currency"]).base)[0] or found["currency"]
    if "order_no" not in found or "order_no" in taken:
        found.pop("ordered", None)
    return {field: value for field, value in found.items() if field in KINDS[kind] and field not in taken}


def _measures(text: str, kind: DocumentKind, found: dict[str, str]) -> None:
    """Take what a remark above a table says of all prices (for a hundred pieces) and all quantities (in kg)."""
    per = _EACH.search(text)
    if per and "price_per" in KINDS[kind]:
        found.setdefault("price_per", re.sub(r"\D", "", next(part for part in per.groups() if part)))
    unit = _UNITS.search(text)
    code = unit_code(unit.group(1)) if unit else ""
    if code and "unit" in KINDS[kind]:
        found.setdefault("unit", code)


def _cell(raw: str, beside: Raw, kind: DocumentKind, found: dict[str, str]) -> None:
    text = tidy(raw)
    money = PRICES.search(text)
    if money and "currency" in KINDS[kind]:
        code = currency_code(next(part for part in money.groups() if part))[0]
        if code:
            found.setdefault("currency", code)
    _measures(text, kind, found)
    said = labelled(text, kind)
    if said:
        found.setdefault(*said)
        dated = _DATED.search(text)
        if dated and said[0] == "order_no":
            found.setdefault("ordered", dated.group(2))
        return
    only = _ONLY.match(text)
    field = _field(only.group(1) if only else text, kind) if len(text) < 40 else ""
    if not field or beside is None:
        return
    spoken = tidy(beside) if isinstance(beside, str) else ""
    label = bool(spoken) and bool(_ONLY.match(spoken) or labelled(spoken, kind))
    if not label and (only or not (spoken and _field(spoken, kind))):
        found.setdefault(field, _said(beside))
