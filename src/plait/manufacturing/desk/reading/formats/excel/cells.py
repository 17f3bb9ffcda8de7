"""What the engine does not tell about a sheet's cells: errors, formulas without a value, units in number formats, zeros shown before a number."""

import re
import zipfile

import msgspec

from plait.manufacturing.desk.reading.formats.excel.bounds import check_xml
from plait.manufacturing.desk.reading.formats.excel.styles import Book
from plait.manufacturing.desk.reading.formats.zipped import taken
from plait.manufacturing.desk.reading.model import Limits

__all__ = ["Looks", "looks"]

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_NAME = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_ERROR = re.compile(rb'\bt="e"')
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is|t)\b[^>/]*>[^<]|<(?:\w+:)?is\b")
_EMPTY_TEXT = re.compile(rb'\bt="str"')
_HIDDEN = re.compile(rb'<(?:\w+:)?row\b[^>]*\bhidden="(?:1|true)"')


class Looks(msgspec.Struct):
    """What is known of one sheet's cells by (row, column) from 0; ``hidden``: how many rows are."""

    doubts: dict[tuple[int, int], str] = {}
    units: dict[tuple[int, int], str] = {}
    padded: dict[tuple[int, int], int] = {}
    hidden: int = 0


def looks(packed: zipfile.ZipFile, known: Book, name: str, limits: Limits) -> Looks:
    """Read what a sheet's XML says about its cells; refuse it when it has more rows than the limit, before the engine unpacks it."""
    file = known.sheets.get(name, "")
    xml = taken(packed, file) if file.endswith(".xml") else b""
    if not xml:
        return Looks()
    check_xml(xml, name, limits)
    found = Looks(hidden=len(_HIDDEN.findall(xml)))
    formulas, errors = b"<f" in xml or b":f" in xml, b't="e"' in xml
    styled = {str(number).encode(): look for number, look in known.looks.items()}
    if not (formulas or errors or styled):
        return found
    for cell in _CELL.finditer(xml):
        head, body = cell.group(1), cell.group(2) or b""
        style = _STYLE.search(head)
        look = styled.get(style.group(1)) if style else None
        broken = errors and _ERROR.search(head) is not None
        if look is None and not broken and not (formulas and b"f" in body and (b"<f" in body or b":f" in body)):
            continue
        place = _place(head)
        if place is None:
            continue
        if broken:
            found.doubts[place] = "error-value"
        elif formulas and (b"<f" in body or b":f" in body) and not _VALUE.search(body) and not _EMPTY_TEXT.search(head):
            found.doubts[place] = "formula-without-value"
        if look is not None and body and look.unit:
            found.units[place] = look.unit
        elif look is not None and body:
            found.padded[place] = look.zeros
    return found


def _place(head: bytes) -> tuple[int, int] | None:
    name = _NAME.search(head)
    if name is None:
        return None
    column = 0
    for letter in name.group(1):
        column = column * 26 + letter - 64
    return int(name.group(2)) - 1, column - 1
