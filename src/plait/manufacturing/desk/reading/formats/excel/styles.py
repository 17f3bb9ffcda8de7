"""What a packed workbook says about itself: its sheets' files, number formats, day count and macros. XML is read by patterns; no entity is ever resolved."""

import re
import zipfile
from html import unescape

import msgspec

from plait.manufacturing.desk.reading.formats.zipped import taken
from plait.manufacturing.desk.reading.units import currency_code, unit_code

__all__ = ["Book", "Look", "book"]

_ATTRIBUTE = re.compile(r'([\w:]+)\s*=\s*"([^"]*)"')
_SHEET = re.compile(r"<(?:\w+:)?sheet\b([^>]*)/?>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b([^>]*)/?>")
_FORMAT = re.compile(r"<(?:\w+:)?numFmt\b([^>]*)/?>")
_STYLES = re.compile(r"<(?:\w+:)?cellXfs\b[^>]*>(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(r"<(?:\w+:)?xf\b([^>]*?)/?>")
_FONTS = re.compile(r"<(?:\w+:)?fonts\b[^>]*>(.*?)</(?:\w+:)?fonts>", re.DOTALL)
_FONT = re.compile(r"<(?:\w+:)?font\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?font>)", re.DOTALL)
_STRIKE = re.compile(r'<(?:\w+:)?strike\b(?![^>]*val\s*=\s*"(?:0|false)")')
_EPOCH = re.compile(r'date1904\s*=\s*"(?:1|true)"')
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_LOCALE = re.compile(r"\[\$([^\]-]*)(?:-[0-9A-Fa-f]+)?\]")
_ZEROS = re.compile(r"^(?:0{2,18}|0+(?:[-/ ]0+){1,6})$")
_MONTH = re.compile(r"^(?=[^y]*y)[\s./,'-]*(?:m{1,5}[\s./,'-]*y{2,4}|y{2,4}[\s./,'-]*m{1,5})[\s./,'-]*$", re.IGNORECASE)
_BUILT_IN = {9: "0%", 10: "0.00%", 5: '"$"#,##0', 6: '"$"#,##0', 7: '"$"#,##0.00', 8: '"$"#,##0.00', 17: "mmm-yy", 42: "", 44: ""}


class Look(msgspec.Struct, frozen=True):
    """What one style shows: a ``unit`` or currency beside the number, its digits by a mask (``zeros``: 000-0000), the ``month`` only of a date.

    ``struck``: the cell is struck out.
    """

    unit: str = ""
    zeros: str = ""
    month: bool = False
    struck: bool = False


class Book(msgspec.Struct):
    """What is known of a workbook: the file of each sheet by name, the look of each style, the year days count from, whether it holds macros."""

    sheets: dict[str, str] = {}
    looks: dict[int, Look] = {}
    epoch: int = 1900
    macros: bool = False


def book(packed: zipfile.ZipFile) -> Book:
    """Read what a packed Excel workbook says about itself; an OpenDocument one says nothing here."""
    names = packed.namelist()
    macros = any(
        name.lower().endswith(("vbaproject.bin", ".xlm")) or name.startswith(("Basic/", "Scripts/")) or "macrosheets/" in name.lower() for name in names
    )
    workbook = taken(packed, "xl/workbook.xml").decode("utf-8", "replace")
    if not workbook:
        return Book(macros=macros)
    relations = taken(packed, "xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    files = {}
    for found in _RELATION.finditer(relations):
        said = dict(_ATTRIBUTE.findall(found.group(1)))
        target = said.get("Target", "")
        files[said.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    sheets = {}
    for found in _SHEET.finditer(workbook):
        said = dict(_ATTRIBUTE.findall(found.group(1)))
        relation = next((value for key, value in said.items() if key.endswith(":id")), "")
        sheets[unescape(said.get("name", ""))] = files.get(relation, "")
    return Book(sheets, _looks(taken(packed, "xl/styles.xml").decode("utf-8", "replace")), 1904 if _EPOCH.search(workbook) else 1900, macros)


def _looks(styles: str) -> dict[int, Look]:
    formats = dict(_BUILT_IN)
    for found in _FORMAT.finditer(styles):
        said = dict(_ATTRIBUTE.findall(found.group(1)))
        if said.get("numFmtId", "").isdigit():
            formats[int(said["numFmtId"])] = unescape(said.get("formatCode", ""))
    part, fonts = _STYLES.search(styles), _FONTS.search(styles)
    struck = {number for number, found in enumerate(_FONT.finditer(fonts.group(1) if fonts else "")) if _STRIKE.search(found.group(1) or "")}
    looks = {}
    for number, found in enumerate(_STYLE.finditer(part.group(1) if part else "")):
        said = dict(_ATTRIBUTE.findall(found.group(1)))
        code = said.get("numFmtId", "0")
        look = _look(formats.get(int(code) if code.isdigit() else 0, ""))
        if said.get("fontId", "").isdigit() and int(said["fontId"]) in struck:
            look = msgspec.structs.replace(look, struck=True)
        if look != Look():
            looks[number] = look
    return looks


def _look(code: str) -> Look:
    """Return what a number format's first part shows."""
    plain = code.split(";", maxsplit=1)[0]
    mask = plain.replace("\\", "").replace('"', "")
    if _ZEROS.match(mask):
        return Look(zeros=mask)
    for sign in _LOCALE.findall(plain):
        if sign and currency_code(sign)[0]:
            return Look(unit=sign)
    bare = _QUOTED.sub("", _LOCALE.sub("", plain))
    if _MONTH.match(re.sub(r"\[[^\]]*\]", "", bare)):
        return Look(month=True)
    if "%" in bare:
        return Look(unit="%")
    for quoted, single in _QUOTED.findall(plain):
        text = (quoted or single).strip()
        if text and (currency_code(text)[0] or unit_code(text)):
            return Look(unit=text)
    found = re.search(r"[€£¥$]", bare)
    return Look(unit=found.group()) if found else Look()
