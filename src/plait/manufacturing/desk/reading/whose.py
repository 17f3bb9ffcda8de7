"""Whose number is whose: ``our`` and ``your`` mean the sender and the reader, so it matters who wrote the table."""

import re
from collections.abc import Mapping, Sequence

from plait.manufacturing.desk.reading.spare import Chosen

__all__ = ["whose"]

_OURS = re.compile(r"\b(?:our|unsere?|uns\.)(?![a-z])|我方|我司|本厂|本公司", re.IGNORECASE)
_YOURS = re.compile(r"\b(?:your|ihre?)(?![a-z])|贵方|贵司|对方|贵公司", re.IGNORECASE)
_BOUGHT = re.compile(r"bestellung|purchase ?order|\bp\.?o\.?\b|lieferant|vendor|supplier|einkauf|采购|供应商|供方", re.IGNORECASE)
_SOLD = re.compile(r"auftragsbest[äa]e?tigung|order confirmation|order acknowledg|\bkunden?\b|\bcustomer\b|lieferschein|客户|销售", re.IGNORECASE)
_PART = ("part_no", "customer_part_no")
_DOUBTED = 0.6


def _written(said: Sequence[str]) -> str:
    """Return who wrote a table: ``customer``, ``us`` or "" when nothing tells."""
    bought, sold = (sum(bool(pattern.search(text)) for text in said) for pattern in (_BOUGHT, _SOLD))
    return "" if bool(bought) == bool(sold) else "customer" if bought else "us"


def whose(chosen: Chosen, titles: Sequence[str], said: Sequence[str], fields: Mapping[str, object]) -> None:
    """Give the columns of ``our`` and ``your`` part number to the right side; doubt both where nothing tells who wrote the table."""
    if not fields.keys() >= set(_PART):
        return
    ours = next((field for field in _PART if field in chosen and _OURS.search(titles[chosen[field][1]])), "")
    yours = next((field for field in _PART if field in chosen and _YOURS.search(titles[chosen[field][1]])), "")
    by = _written(said)
    if by == "customer" and "own_no" in chosen and _OURS.search(titles[chosen["own_no"][1]]):
        del chosen["own_no"]
    if not (ours or yours) or not (by or (ours and yours)):
        return
    taken = {column: chosen.pop(column) for column in {ours, yours} - {""}}
    right = {ours: "customer_part_no", yours: "part_no"} if by != "us" else {ours: "part_no", yours: "customer_part_no"}
    for field, (surely, column, why) in taken.items():
        if right[field] in chosen:
            chosen[field] = (_DOUBTED, column, why)
            continue
        chosen[right[field]] = (surely if by else _DOUBTED, column, why if by else f"{why}, though it is not plain who wrote the table")
