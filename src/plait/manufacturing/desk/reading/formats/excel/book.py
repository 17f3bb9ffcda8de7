"""A workbook's bytes to ``Content``: the values by calamine, and what it does not tell (formats, errors, formulas) from the XML."""

import io
import zipfile

import python_calamine as calamine

from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.formats.excel.bounds import CELLS, check_area, check_binary, check_open
from plait.manufacturing.desk.reading.formats.excel.cells import Looks, looks
from plait.manufacturing.desk.reading.formats.excel.styles import Book, book
from plait.manufacturing.desk.reading.formats.zipped import opened
from plait.manufacturing.desk.reading.model import Content, Issue, Limits, Place, Raw, Sheet
from plait.manufacturing.desk.reading.refusals import FILE_BROKEN, FILE_ENCRYPTED, FILE_UNKNOWN, TABLE_TOO_LARGE, check_size

__all__ = ["read"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(content: bytes, name: str, limits: Limits) -> Content:
    """Read a workbook; whole-file refusals are raised, everything smaller is an issue."""
    check_size(content, limits)
    if content[:512].lstrip()[:1] == b"<":
        return _page(content, limits)
    packed = _checked(content, limits)
    known = book(packed) if packed is not None else Book()
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        with workbook:
            return _content(workbook, packed, known, limits)
    except calamine.PasswordError as error:
        raise Problem(FILE_ENCRYPTED, "the workbook asks for a password") from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Problem(FILE_BROKEN, f"the workbook cannot be read: {error}") from error
    except BaseException as error:  # the engine's panics are no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise Problem(FILE_BROKEN, "the workbook cannot be read") from error


def _page(content: bytes, limits: Limits) -> Content:
    """Read a web page that bears a workbook's name, as many programs export it."""
    from plait.manufacturing.desk.reading.formats.csv.text import decoded
    from plait.manufacturing.desk.reading.formats.email.html import read_html

    sheets = read_html(decoded(content)[0], limits)[1]
    if not sheets:
        raise Problem(FILE_BROKEN, "the file is no workbook, whatever its name says")
    for sheet in sheets:
        if len(sheet.rows) > limits.rows:
            raise Problem(TABLE_TOO_LARGE, f"the table has {len(sheet.rows)} rows, more than {limits.rows}")
    return Content("excel", sheets, issues=[Issue("note", "page-as-workbook", "the file is a web page with a workbook's name", "Nothing to do.")])


def _checked(content: bytes, limits: Limits) -> zipfile.ZipFile | None:
    """Return the packed file of a workbook that is one; None for the old binary kind."""
    if content[:4] == b"PK\x03\x04":
        packed = opened(content, limits)
        names = set(packed.namelist())
        if not any(each.startswith("xl/") for each in names) and "content.xml" not in names:
            raise Problem(FILE_UNKNOWN, "the packed file holds no workbook")
        if _ods_encrypted(packed, names):
            raise Problem(FILE_ENCRYPTED, "the workbook asks for a password")
        check_binary(packed, limits)
        if "content.xml" in names:
            check_open(packed, limits)
        return packed
    if content[:8] == _OLE:
        if "EncryptedPackage".encode("utf-16-le") in content or "EncryptionInfo".encode("utf-16-le") in content:
            raise Problem(FILE_ENCRYPTED, "the workbook asks for a password")
        return None
    raise Problem(FILE_BROKEN, "the file is no workbook, whatever its name says")


def _ods_encrypted(packed: zipfile.ZipFile, names: set[str]) -> bool:
    return "META-INF/manifest.xml" in names and "content.xml" in names and b"encryption-data" in packed.read("META-INF/manifest.xml")


def _content(workbook: calamine.CalamineWorkbook, packed: zipfile.ZipFile | None, known: Book, limits: Limits) -> Content:
    sheets: list[Sheet] = []
    issues: list[Issue] = []
    if known.macros:
        issues.append(Issue("note", "macro-ignored", "the workbook holds macros; they were not run", "Nothing to do unless a macro fills in values."))
    cells = 0
    for meta in workbook.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        hidden = meta.visible != calamine.SheetVisibleEnum.Visible
        if hidden:
            issues.append(
                Issue(
                    "warning", "sheet-hidden", f"the sheet {meta.name!r} is hidden; it was read as well", "Check whether it is meant.", Place(sheet=meta.name)
                )
            )
        look = looks(packed, known, meta.name, limits) if packed is not None else Looks()
        sheet = workbook.get_sheet_by_name(meta.name)
        check_area(meta.name, sheet.total_height, sheet.total_width, limits)
        cells += sheet.total_height * sheet.total_width
        if cells > CELLS:
            raise Problem(TABLE_TOO_LARGE, f"the workbook has more than {CELLS} cells")
        sheets.append(_sheet(sheet, look, known))
        if hidden:
            _doubt_all(sheets[-1])
        if look.hidden:
            reason = f"{len(look.hidden)} rows of the sheet {meta.name!r} are hidden; they were read as well"
            issues.append(Issue("note", "rows-hidden", reason, "Check whether they are meant.", Place(sheet=meta.name)))
    return Content("excel", sheets, issues=issues)


def _sheet(sheet: calamine.CalamineSheet, look: Looks, known: Book) -> Sheet:
    rows: list[list[Raw]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    for row, column in look.doubts:
        _room(rows, row, column)
    for (row, column), mask in look.padded.items():
        raw = rows[row][column] if row < len(rows) and column < len(rows[row]) else None
        if isinstance(raw, int | float) and not isinstance(raw, bool) and raw == int(raw) and raw >= 0:
            rows[row][column] = _masked(int(raw), mask)
    for row in look.hidden:
        for column, raw in enumerate(rows[row] if row < len(rows) else ()):
            if raw is not None and raw != "":
                look.doubts.setdefault((row, column), "row-hidden")
    merged = tuple((top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ())
    return Sheet(sheet.name, rows, merged, look.doubts, look.units, epoch=known.epoch)


def _masked(number: int, mask: str) -> str:
    """Return a number as a mask of zeros and signs between them shows it (``000-0000``)."""
    digits = f"{number:0{mask.count('0')}d}"
    extra = len(digits) - mask.count("0")
    shown, rest = digits[:extra], iter(digits[extra:])
    return shown + "".join(next(rest) if sign == "0" else sign for sign in mask)


def _doubt_all(sheet: Sheet) -> None:
    """Doubt every row of a hidden sheet."""
    for row, cells in enumerate(sheet.rows):
        for column, raw in enumerate(cells):
            if raw is not None and raw != "":
                sheet.doubts.setdefault((row, column), "sheet-hidden")


def _room(rows: list[list[Raw]], row: int, column: int) -> None:
    """Make sure that a cell is there, for the formulas and errors that the engine leaves out."""
    while len(rows) <= row:
        rows.append([])
    while len(rows[row]) <= column:
        rows[row].append("")
