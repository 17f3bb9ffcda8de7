"""Unit, currency and price unit of a row: from its own cells, the titles, or what is said for the whole table; contradictions are warned of."""

import re
from collections.abc import Mapping as MappingABC
from collections.abc import Sequence
from decimal import Decimal

from plait.manufacturing.desk.reading.context import Context, Read
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import Issue, Mapping, Place, Raw, Value
from plait.manufacturing.desk.reading.numbers import split
from plait.manufacturing.desk.reading.units import unit_code

__all__ = ["Worth"]

_EACH = re.compile(r"(?:/|\bper|\bpro|\bje)\s*(?:100|1[.,]?000)?\s*([a-zäöü.²³]{1,6})\s*[)\]]?$", re.IGNORECASE)
_PIECES = frozenset({"C62", "H87"})
_USUAL = frozenset(Decimal(10) ** power for power in range(6))
_MONEY = ("price", "target_price", "amount")


class Worth:
    """Settles what is said in several places about one row."""

    def __init__(self, mapping: Mapping, context: Context, quantities: Sequence[Raw]) -> None:
        self.kind, self.context = mapping.kind, context
        self.titles = {column.field: column.unit for column in mapping.columns if column.field and column.unit}
        said = {unit_code(split(raw).after) for raw in quantities if isinstance(raw, str) and any(sign.isdigit() for sign in raw)}
        self.said = said - {""}
        title = next((column.title for column in mapping.columns if column.field == "price"), "")
        each = _EACH.search(title)
        self.each = unit_code(each.group(1)) if each else ""

    def settle(self, values: dict[str, Value], reads: MappingABC[str, Read], places: dict[str, Place]) -> list[Issue]:
        """Put unit, currency and price unit into ``values``; return what is doubtful."""
        issues: list[Issue] = []
        if "unit" in KINDS[self.kind]:
            self._unit(values, reads, places, issues)
        if "price_per" in KINDS[self.kind]:
            self._per(values, reads, places, issues)
        if "currency" in KINDS[self.kind]:
            self._currency(values, reads, places, issues)
        return issues

    def _unit(self, values: dict[str, Value], reads: MappingABC[str, Read], places: dict[str, Place], issues: list[Issue]) -> None:
        quantity = reads.get("quantity")
        own = quantity.unit if quantity else ""
        column = values.get("unit")
        title = self.titles.get("quantity", "")
        place = places.get("quantity", Place())
        if column and (own or title) and not _same(str(column), own or title):
            issues.append(Issue("warning", "two-units", f"the unit is said as {column} and as {own or title}", "Check which unit holds.", place, "unit"))
        if not column and (own or title):
            values["unit"] = own or title
            places["unit"] = place
        if values.get("unit") == "P1":
            issues.append(
                Issue("warning", "unit-strange", "a quantity in percent may mean hundreds of pieces, or a share", "Check quantity and unit.", place, "unit")
            )
            issues.append(
                Issue("warning", "unit-strange", "a quantity in percent may mean hundreds of pieces, or a share", "Check quantity and unit.", place, "quantity")
            )
        several = reads["unit"].per if "unit" in reads else None
        if quantity and several is not None and several != 1:
            reason = f"the unit says {several} of them: the quantity may count these, not single ones"
            issues.append(Issue("warning", "quantity-of-several", reason, "Check the quantity.", place, "quantity"))
        if quantity and not column and not own and not title and self.said - _PIECES:
            issues.append(
                Issue("warning", "two-units", "other rows of the column say a unit, this one does not; pieces are taken", "Write the unit.", place, "unit")
            )
        if "open_quantity" in reads and "quantity" in reads:
            other = reads["open_quantity"].unit
            if other and own and not _same(other, own):
                issues.append(Issue("warning", "two-units", f"quantities of one row are in {own} and {other}", "Check which unit holds.", place, "unit"))

    @staticmethod
    def _priced(unit: str, each: str, places: dict[str, Place], issues: list[Issue]) -> None:
        """Doubt a price of a kilogram beside a quantity of pieces."""
        if each and not _same(each, unit):
            reason = f"the price is for {each}, the quantity is in {unit}"
            issues.append(Issue("warning", "price-unit-doubtful", reason, "Check price and unit.", places["price"], "price"))

    def _per(self, values: dict[str, Value], reads: MappingABC[str, Read], places: dict[str, Place], issues: list[Issue]) -> None:
        price = reads.get("price")
        unit = reads.get("unit")
        if price is None:
            return
        self._priced(str(values.get("unit") or "C62"), price.unit or self.each, places, issues)
        own = price.per if price.per is not None else None
        if own is None and unit is not None and unit.per is not None:
            own = unit.per
            issues.append(
                Issue(
                    "warning",
                    "price-unit-doubtful",
                    "the number before the unit was taken as the price unit",
                    "Check the price unit.",
                    places.get("unit", Place()),
                    "price_per",
                )
            )
        if own is None:
            return
        if own not in _USUAL:
            reason = f"the price was taken as the price of {own}"
            issues.append(Issue("warning", "price-unit-doubtful", reason, "Check price and price unit.", places["price"], "price_per"))
            issues.append(Issue("warning", "price-unit-doubtful", reason, "Check price and price unit.", places["price"], "price"))
        said = values.get("price_per")
        if said is not None and said != own:
            issues.append(
                Issue("warning", "two-price-units", f"the price is said to be for {said} and for {own}", "Check the price unit.", places["price"], "price_per")
            )
        values["price_per"] = own
        places["price_per"] = places["price"]
        if own == 0:
            issues.append(Issue("warning", "price-unit-doubtful", "the price unit is zero", "Correct the price unit.", places["price"], "price_per"))
            values["price_per"] = Decimal(1)

    def _currency(self, values: dict[str, Value], reads: MappingABC[str, Read], places: dict[str, Place], issues: list[Issue]) -> None:
        fields = [name for name in _MONEY if name in values]
        if not fields:
            return
        own = {reads[name].currency: name for name in reversed(fields) if name in reads and reads[name].currency}
        titles = {self.titles[name]: name for name in reversed(fields) if name in self.titles}
        column = values.get("currency")
        said = {*own, *titles, *([str(column)] if column else [])}
        place = places.get(fields[0], Place())
        if len(said) > 1:
            issues.append(Issue("warning", "two-currencies", f"the row says {' and '.join(sorted(said))}", "Check the currency.", place, "currency"))
        code = next(iter(own), "") or (str(column) if column else "") or next(iter(titles), "")
        if code:
            values["currency"] = code
            places.setdefault("currency", place)
            return
        values["currency"] = self.context.currency
        places["currency"] = place
        reason = f"no currency is said; {self.context.currency} was taken"
        issues.append(Issue("warning", "currency-assumed", reason, "Say the currency in the title or in a column.", place, "currency"))


def _same(one: str, other: str) -> bool:
    return one == other or {one, other} <= _PIECES
