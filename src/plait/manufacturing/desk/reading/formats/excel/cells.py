"""What the engine does not tell about a sheet's cells: errors, formulas without a value, units in number formats, zeros shown before a number."""

import re
import zipfile

import msgspec

from plait.manufacturing.desk.reading.formats.excel.bounds import check_xml
from plait.manufacturing.desk.reading.formats.excel.styles import Book, Look
from plait.manufacturing.desk.reading.formats.zipped import taken
from plait.manufacturing.desk.reading.model import Limits

__all__ = ["Looks", "looks"]

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_NAME = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_ERROR = re.compile(rb'\bt="e"')
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is|t)\b[^>/]*>[^<]|<(?:\w+:)?is\b")
_EMPTY_TEXT = re.compile(rb'\bt="str"')
_HIDDEN = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d{1,7})"')


class Looks(msgspec.Struct):
    """What is known of one sheet's cells by (row, column) from 0; ``hidden``: which rows are."""

    doubts: dict[tuple[int, int], str] = {}
    units: dict[tuple[int, int], str] = {}
    padded: dict[tuple[int, int], str] = {}
    hidden: frozenset[int] = frozenset()


def looks(packed: zipfile.ZipFile, known: Book, name: str, limits: Limits) -> Looks:
    """Read what a sheet's XML says about its cells; refuse it when it has more rows than the limit, before the engine unpacks it."""
    file = known.sheets.get(name, "")
    xml = taken(packed, file) if file.endswith(".xml") else b""
    if not xml:
        return Looks()
    check_xml(xml, name, limits)
    found = Looks(hidden=frozenset(int(row) - 1 for row in _HIDDEN.findall(xml)))
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
        if look is not None and body:
            _shown(look, place, found)
    return found


def _shown(look: Look, place: tuple[int, int], found: Looks) -> None:
    """Note what a cell's style shows."""
    if look.unit:
        found.units[place] = look.unit
    if look.zeros:
        found.padded[place] = look.zeros
    if look.month or look.struck:
        found.doubts.setdefault(place, "struck-out" if look.struck else "month-shown")


def _place(head: bytes) -> tuple[int, int] | None:
    name = _NAME.search(head)
    if name is None:
        return None
    column = 0
    for letter in name.group(1):
        column = column * 26 + letter - 64
    return int(name.group(2)) - 1, column - 1
