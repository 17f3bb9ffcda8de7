"""Columns that no title explains, told from their cells; and what stands in a table that makes its kind, prices or units doubtful."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from plait.manufacturing.desk.reading.evidence import Evidence
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import DocumentKind, Raw
from plait.manufacturing.desk.reading.numbers import split
from plait.manufacturing.desk.reading.text import fold
from plait.manufacturing.desk.reading.words import titles as known_titles
from plait.manufacturing.desk.reading.words import vocabulary

__all__ = ["Chosen", "kind_doubt", "odd_unit", "price_doubts", "spare"]

Chosen = dict[str, tuple[float, int, str]]
"""For each field how surely which column is it, and why."""

_OF_PART = re.compile(r"artikel|teil|part|item|material|produkt|product|物料|产品|零件|存货", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_PART = ("part_no", "customer_part_no", "drawing_no", "component")
_NET = re.compile(r"netto|\bnet\b|未税|不含税|excl|ohne mwst|nach rabatt|discounted", re.IGNORECASE)
_MONEY = re.compile(r"preis|price|\bvk\b|\bek\b|\buvp\b|netto|brutto|gross\b|\bcosts?\b|kosten|价", re.IGNORECASE)
_DISCOUNT = re.compile(r"rabatt|discount|nachlass|skonto|折扣|折让|\bdisc\b", re.IGNORECASE)
_LEVEL = re.compile(r"^(stufe|level|lvl\.?|baustufe|ebene|bom[- ]?level|层级|层次|阶层|阶次|indent)$", re.IGNORECASE)
_STOCK = re.compile(r"bestand|stock|on.?hand|lager|inventory|inventur|vorrat|warehouse|库存|现存|结存|在库|仓|庫", re.IGNORECASE)
_QUALIFIER = re.compile(
    r"^(bestellt\w*|ordered|offen\w*|open|total|gesamt\w*|soll|ist|neu|new|alt|old|original|aktuell\w*|netto|brutto|net|gross|order|auftrag|kunde|customer|required|"
    r"req\.?|max\.?|min\.?|ca\.?|必填|订单|本次|合计|总计|未交|已交)$",
    re.IGNORECASE,
)


def spare(kind: DocumentKind, chosen: Chosen, titles: Sequence[str], evidence: Sequence[Evidence]) -> None:
    """Add to ``chosen`` the unit, the currency and the part number that columns without a known title hold, told from their cells.

    What a routing calls a description is that of the operation.
    """
    fields = KINDS[kind]
    if kind == "routings" and "op_name" not in chosen and "name" in chosen and not _OF_PART.search(titles[chosen["name"][1]]):
        chosen["op_name"] = chosen.pop("name")
    taken = {column for _, column, _ in chosen.values()}
    free = [number for number, each in enumerate(evidence) if each.values and number not in taken]
    for field in ("unit", "currency"):
        if field in fields and field not in chosen:
            fits = [
                number for number in free if evidence[number].part(field) >= 0.9 and not any(sign.isdigit() for text in evidence[number].texts for sign in text)
            ]
            if len(fits) == 1:
                chosen[field] = (0.6, fits[0], "its cells are such")
                free.remove(fits[0])
    if "part_no" in fields and not any(field in chosen for field in _PART):
        fits = [number for number in free if _codes(evidence[number])]
        if len(fits) == 1:
            chosen["part_no"] = (0.5, fits[0], "its cells look like numbers of parts")


def _codes(each: Evidence) -> bool:
    texts = [text for text in each.texts if any(sign.isdigit() for sign in text) and any(sign.isalpha() or sign in "-./" for sign in text)]
    return len(texts) >= 0.9 * len(each.values) and each.part("code") >= 0.9 and each.part("date") < 0.5 and each.part("unit") < 0.5 and not _numbers(each)


def _numbers(each: Evidence) -> bool:
    return each.part("number") >= 0.5


def kind_doubt(kind: DocumentKind, fields: set[str], titles: Sequence[str], counted: Sequence[Raw], today: date, hinted: bool) -> str:
    """Return why a table may be about something else than ``kind``, or "".

    ``hinted``: a name or a line above says the kind; ``counted``: the days of a count.
    """
    if any(_LEVEL.match(title.strip()) for title in titles) and kind != "materials":
        return "a column of levels speaks for a bill of materials"
    if kind == "request" and not hinted and not fields & {"request_no", "respond_by", "target_price"}:
        return "an order list without order numbers and a request look alike"
    if kind in {"stock", "parts", "prices", "materials"} and any(_orders(title) for title in titles):
        return "a column of order numbers speaks for orders"
    if kind == "stock":
        ahead = [day for day in counted if isinstance(day, date) and (day.year, day.month, day.day) > (today.year, today.month, today.day)]
        if ahead:
            return "days of a count do not lie ahead"
        if not hinted and not fields & {"lot", "place"} and not any(_STOCK.search(title) for title in titles):
            return "nothing says that these are quantities in stock"
    return ""


def _orders(title: str) -> bool:
    return any(field == "order_no" and surely >= 0.8 for field, surely in vocabulary("orders").get(fold(title), ()))


def price_doubts(chosen: Mapping[str, tuple[float, int, str]], titles: Sequence[str], evidence: Sequence[Evidence]) -> list[tuple[str, str]]:
    """Return what makes a table's price doubtful: other columns of prices, a discount beside it; each as a code and a reason."""
    if "price" not in chosen:
        return []
    column = chosen["price"][1]
    if _NET.search(titles[column]):
        return []
    taken = {number for _, number, _ in chosen.values()}
    free = [number for number, title in enumerate(titles) if title and number not in taken and evidence[number].values]
    others = [titles[number] for number in free if _MONEY.search(titles[number]) and evidence[number].part("number") >= 0.5]
    found = []
    if others:
        found.append(("column-doubtful", f"the price may stand in another column as well: {', '.join(others)}"))
    before = [titles[number] for number in free if _DISCOUNT.search(titles[number]) and any(_filled(raw) for raw in evidence[number].values)]
    found.extend(("price-before-discount", f"beside the price stands {title!r}; the price is before it") for title in before)
    return found


def _filled(raw: Raw) -> bool:
    return bool(split(raw).point) if isinstance(raw, str) else isinstance(raw, int | float) and raw != 0


def odd_unit(extra: str) -> bool:
    """Tell whether what a title of quantities says in brackets is a unit that nobody knows here."""
    plain = extra.strip("[]()（） ")
    known = fold(plain) in known_titles() or _QUALIFIER.match(plain) is not None
    return 0 < len(plain) <= 12 and not known and not any(sign.isdigit() for sign in plain)
