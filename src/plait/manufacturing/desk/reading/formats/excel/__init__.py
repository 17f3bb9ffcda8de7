"""Spreadsheets: Excel (xlsx, xlsm, xlsb, xls) and OpenDocument (ods)."""

from plait.manufacturing.desk.reading.model import Content, FormatPlugin, Limits

__all__ = ["PLUGIN"]

_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx", ".xltm")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _sniff(content: bytes, name: str) -> float:
    named = name.lower().endswith(_SUFFIXES)
    if content[:4] == b"PK\x03\x04":
        inside = b"xl/" in content[-65536:] or b"xl/" in content[:8192] or b"opendocument.spreadsheet" in content[:200]
        return 1.0 if inside else 0.8 if named else 0.0
    if content[:8] == _OLE:
        return 0.9 if named or not name.lower().endswith((".doc", ".ppt", ".msg")) else 0.0
    if named and content[:512].lstrip()[:1] == b"<" and (b"<table" in content[:65536].lower() or b"<html" in content[:512].lower()):
        return 0.9
    if name.lower().endswith(".xls"):
        return 0.2
    return 0.4 if named else 0.0


def _read(content: bytes, name: str, limits: Limits) -> Content:
    from plait.manufacturing.desk.reading.formats.excel.book import read

    return read(content, name, limits)


PLUGIN = FormatPlugin(
    name="excel",
    summary="Spreadsheets of Excel (xlsx, xlsm, xlsb, xls) and OpenDocument (ods); formulas are not calculated, macros never run",
    suffixes=_SUFFIXES,
    media_types=(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.ms-excel",
        "application/vnd.ms-excel.sheet.macroenabled.12",
        "application/vnd.ms-excel.sheet.binary.macroenabled.12",
        "application/vnd.oasis.opendocument.spreadsheet",
    ),
    capabilities=frozenset({"tables", "positions"}),
    sniff=_sniff,
    read=_read,
)
