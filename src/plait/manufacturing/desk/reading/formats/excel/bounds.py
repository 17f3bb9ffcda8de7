"""How far the cells of a sheet reach, told before the engine lays them out: it keeps a full rectangle, which one stray cell can make huge."""

import re
import zipfile

from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.formats.zipped import taken
from plait.manufacturing.desk.reading.model import Limits
from plait.manufacturing.desk.reading.refusals import TABLE_TOO_LARGE

__all__ = ["CELLS", "check_area", "check_binary", "check_open", "check_xml"]

CELLS = 8_000_000
_FILLED = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]*(?<!/)>")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=[\"'](\d{1,9})[\"']")
_OPEN_TAG = re.compile(rb"<table:(table-row|table-cell|covered-table-cell|table)(?=[\s>/])([^>]*)>")
_ROWS = re.compile(rb'table:number-rows-repeated="(\d{1,9})"')
_COLUMNS = re.compile(rb'table:number-columns-repeated="(\d{1,9})"')
_ROW_HEADER, _CELL_KINDS = 0, range(2, 12)


def check_area(name: str, height: int, width: int, limits: Limits) -> None:
    """Raise ``table-too-large`` when a sheet is too high, or too large as a rectangle."""
    if height > limits.rows:
        raise Problem(TABLE_TOO_LARGE, f"the sheet {name!r} has {height} rows, more than {limits.rows}")
    if height * width > CELLS or (width > limits.columns and height * width > CELLS // 2):
        raise Problem(TABLE_TOO_LARGE, f"the sheet {name!r} reaches over {height} rows and {width} columns, more than {CELLS} cells")


def check_xml(xml: bytes, name: str, limits: Limits) -> None:
    """Refuse a sheet's XML whose cells reach too far."""
    rows = xml.count(b"<row") + xml.count(b":row ")
    if rows > limits.rows:
        last = max((int(found.group(1)) for found in _ROW.finditer(xml, max(0, len(xml) - 100_000))), default=0)
        raise Problem(TABLE_TOO_LARGE, f"the sheet {name!r} has {max(rows, last)} rows, more than {limits.rows}")
    cells = _FILLED.findall(xml)
    if not cells:
        return
    height = max(int(number) for number in {number for _, number in cells})
    width = max(_column(letters) for letters in {letters for letters, _ in cells})
    check_area(name, height, width, limits)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def check_binary(packed: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse a binary workbook (xlsb) with a sheet whose cells reach too far."""
    for name in packed.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".bin"):
            _records(taken(packed, name), name, limits)


def _records(content: bytes, name: str, limits: Limits) -> None:
    """Walk the records of a binary sheet: their kind and length are numbers of seven bits a byte."""
    place, row, height, width = 0, 0, 0, 0
    size = len(content)
    while place < size - 1:
        kind = content[place]
        place += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (content[place] & 0x7F) << 7
            place += 1
        length = shift = 0
        while place < size and shift < 28:
            byte = content[place]
            place += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if kind == _ROW_HEADER:
            row = int.from_bytes(content[place : place + 4], "little") + 1
        elif kind in _CELL_KINDS:
            height, width = max(height, row), max(width, int.from_bytes(content[place : place + 4], "little") + 1)
        place += length
    check_area(name, height, width, limits)


def check_open(packed: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse an OpenDocument workbook with a table whose cells reach too far; repeated cells count as often as they are repeated."""
    row = column = height = width = times = 0
    xml = taken(packed, "content.xml")
    for found in _OPEN_TAG.finditer(xml):
        kind, said = found.groups()
        if kind == b"table":
            check_area("", height, width, limits)
            row = column = height = width = times = 0
        elif kind == b"table-row":
            repeated = _ROWS.search(said)
            row, column, times = row + times, 0, int(repeated.group(1)) if repeated else 1
        else:
            repeated = _COLUMNS.search(said)
            column += int(repeated.group(1)) if repeated else 1
            if b"office:value" in said or b"table:formula" in said:
                height, width = max(height, row + times), max(width, column)
    check_area("", height, width, limits)
