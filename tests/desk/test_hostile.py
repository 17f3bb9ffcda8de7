"""Tests that bad files are refused in plain words, and that doubtful rows say so; nothing is half done and nothing runs."""

import io
import struct
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter

from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.model import Limits
from plait.manufacturing.desk.reading.read import read

CONTEXT = Context(today=date(2026, 3, 2))
TITLES = ["PO No.", "Line", "Part No.", "Qty", "Order Date", "Due Date", "Unit Price"]
ROW = ["PO-1", 10, "A-1", 5, datetime(2026, 2, 1), datetime(2026, 4, 1), 12.5]


def workbook(*rows, titles=TITLES):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(titles)
    for row in rows:
        sheet.append(row)
    return saved(book)


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refusal(content, name, limits=Limits()):
    with pytest.raises(Problem) as caught:
        read(content, name, CONTEXT, limits=limits)
    assert caught.value.detail
    return caught.value.code


def issues(record):
    return {(issue.code, issue.field): issue for issue in record.issues}


def repacked(content, change):
    """Return a workbook whose parts ``change`` has changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def test_zip_bomb():
    """Tests that a workbook that unpacks to far more than it should is refused before it is unpacked."""
    bomb = repacked(workbook(ROW), lambda name, part: part + b" " * 60_000_000 if name.endswith("sheet1.xml") else part)
    assert len(bomb) < 100_000
    assert refusal(bomb, "orders.xlsx") == "file-zip-bomb"
    assert refusal(workbook(ROW), "orders.xlsx", Limits(unpacked=1000)) == "file-zip-bomb"


def test_bomb_that_lies_about_its_size():
    """Tests that a part that unpacks to more than the directory says is refused."""
    honest = repacked(workbook(ROW), lambda name, part: part + b" " * 20_000_000 if name.endswith("sheet1.xml") else part)
    place = honest.rfind(b"PK\x01\x02", 0, honest.rfind(b"xl/worksheets/sheet1.xml"))
    lying = honest[: place + 24] + struct.pack("<I", 5000) + honest[place + 28 :]
    assert refusal(lying, "orders.xlsx") in {"file-zip-bomb", "file-broken"}


def test_packed_in_packed_and_many_parts():
    """Tests that packed files inside a workbook, and thousands of parts, are refused."""
    out = io.BytesIO(workbook(ROW))
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr("xl/inner.zip", b"PK\x03\x04")
    assert refusal(out.getvalue(), "orders.xlsx") == "file-zip-bomb"
    out = io.BytesIO(workbook(ROW))
    with zipfile.ZipFile(out, "a") as packed:
        for number in range(5001):
            packed.writestr(f"xl/{number}.xml", b"")
    assert refusal(out.getvalue(), "orders.xlsx") == "file-zip-bomb"


def test_protected_by_a_password():
    """Tests that a workbook protected by a password is refused as such: it is a compound file that holds an encrypted package."""
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptionInfo".encode("utf-16-le") + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert refusal(content, "orders.xlsx") == "file-encrypted"
    sealed = bytearray(workbook(ROW))
    for mark, shift in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = sealed.find(mark)
        while place >= 0:
            sealed[place + shift] |= 1
            place = sealed.find(mark, place + 4)
    assert refusal(bytes(sealed), "orders.xlsx") == "file-encrypted"


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_truncated(part):
    """Tests that a workbook that was cut off is refused, not half read."""
    whole = workbook(*[ROW] * 50)
    assert refusal(whole[: int(len(whole) * part)], "orders.xlsx") == "file-broken"


def test_broken():
    """Tests that noise, an empty file and a damaged sheet are refused."""
    assert refusal(b"\x00\x01\x02" * 500, "orders.xlsx") == "file-broken"
    assert refusal(b"", "orders.xlsx") in {"file-broken", "file-empty"}
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x07" * 4000, "orders.xls") == "file-broken"
    cut = repacked(workbook(ROW), lambda name, part: part[: len(part) // 2] if name.endswith("sheet1.xml") else part)
    assert refusal(cut, "orders.xlsx") == "file-broken"
    assert refusal(b"\x89PNG\r\n\x1a\n" + bytes(100), "picture.png") == "file-unknown"


def test_too_large():
    """Tests that more bytes than the limit are refused unread."""
    assert refusal(b"a;b\n" * 100, "orders.csv", Limits(bytes=100)) == "file-too-large"


def test_million_rows():
    """Tests that a workbook and a text of a million rows are refused with their number of rows, before a row is read."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet()
    for row in range(30_000):
        sheet.write_number(row, 0, row)
    book.close()
    assert refusal(out.getvalue(), "orders.xlsx", Limits(rows=20_000)) == "table-too-large"
    assert refusal(b"Order;Qty\n" + b"A1;5\n" * 1_000_000, "orders.csv") == "table-too-large"


def test_rows_far_down_and_wide_sheets():
    """Tests that one cell in the last corner of a sheet makes no huge table."""
    book = openpyxl.Workbook()
    book.active["A1"] = "PO No."
    book.active["XFD1048576"] = 1
    assert refusal(saved(book), "orders.xlsx") == "table-too-large"


def test_xml_entities():
    """Tests that entities in a workbook's XML are not resolved."""
    bait = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'

    def change(name, part):
        if not name.endswith("sharedStrings.xml"):
            return part
        return bait + part.split(b"?>", 1)[-1].replace(b"A-1", b"A-&b;&f;")

    try:
        result = read(repacked(workbook(ROW), change), "orders.xlsx", CONTEXT)
    except Problem as problem:
        assert problem.code == "file-broken"
        return
    shown = str(result)
    assert "aaaaaaaaaa" not in shown
    assert "root:" not in shown


def test_macros_never_run():
    """Tests that a workbook with macros is read without them, and says so."""
    out = io.BytesIO(workbook(ROW))
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    result = read(out.getvalue(), "orders.xlsm", CONTEXT)
    assert "macro-ignored" in {issue.code for issue in result.issues}
    assert result.tables[0][1][0].values["part_no"] == "A-1"


def test_formulas_without_values():
    """Tests that a formula whose value was never stored is no value: refused where the field is needed, warned of elsewhere."""
    result = read(workbook(["PO-1", 10, "A-1", "=2+3", None, datetime(2026, 4, 1), "=D2*2"]), "orders.xlsx", CONTEXT)
    record = result.tables[0][1][0]
    assert record.refused
    assert issues(record)["formula-without-value", "quantity"].level == "refused"
    assert issues(record)["formula-without-value", "quantity"].place.cell == "D2"
    assert issues(record)["formula-without-value", "price"].level == "warning"
    assert "quantity" not in record.values


def test_error_cells():
    """Tests that a cell that shows an error is no value."""
    book = openpyxl.Workbook()
    book.active.append(TITLES)
    book.active.append(ROW)
    book.active["D2"] = "#REF!"
    book.active["D2"].data_type = "e"
    record = read(saved(book), "orders.xlsx", CONTEXT).tables[0][1][0]
    assert issues(record)["error-value", "quantity"].level == "refused"


def test_hidden_sheets_are_told():
    """Tests that a hidden sheet is read and named as such."""
    book = openpyxl.Workbook()
    book.active.append(TITLES)
    book.active.append(ROW)
    book.create_sheet("Old").sheet_state = "hidden"
    assert "sheet-hidden" in {issue.code for issue in read(saved(book), "orders.xlsx", CONTEXT).issues}


def test_two_units_in_one_column():
    """Tests that units that contradict one another are warned of in their row, and that a column of kilos and metres is said to be one."""
    titles = ["Order No", "Part No", "Qty [pcs]", "Due Date"]
    rows = [["A1", "P-1", "5 kg", datetime(2026, 4, 1)], ["A2", "P-2", 5, datetime(2026, 4, 1)]]
    first, second = read(workbook(*rows, titles=titles), "orders.xlsx", CONTEXT).tables[0][1]
    assert ("two-units", "unit") in issues(first) or ("two-units", "quantity") in issues(first)
    assert first.values["unit"] == "KGM"
    assert not any(issue.level == "warning" for issue in second.issues)
    titles[2] = "Qty"
    rows = [["A1", "P-1", "5 kg", datetime(2026, 4, 1)], ["A2", "P-2", "3 m", datetime(2026, 4, 1)], ["A3", "P-3", 7, datetime(2026, 4, 1)]]
    result = read(workbook(*rows, titles=titles), "orders.xlsx", CONTEXT)
    kilos, metres, bare = result.tables[0][1]
    (told,) = [issue for issue in result.issues if issue.code == "two-units"]
    assert (told.level, told.reason) == ("warning", "one column holds quantities in kg (1 row) and m (1 row)")
    assert (kilos.values["unit"], metres.values["unit"]) == ("KGM", "MTR")
    assert not kilos.issues
    assert ("two-units", "unit") in issues(bare)


def test_the_same_row_twice():
    """Tests that a row that says what another says is warned of, with line numbers or without; one that differs in a value is not."""
    titles = ["Order No", "Part No", "Qty", "Due Date"]
    rows = [["A1", "P-1", 5, datetime(2026, 4, 1)], ["A1", "P-1", 5, datetime(2026, 4, 1)], ["A1", "P-1", 5, datetime(2026, 4, 8)]]
    first, again, later = read(workbook(*rows, titles=titles), "orders.xlsx", CONTEXT).tables[0][1]
    assert ("duplicate-line", "quantity") in issues(again)
    assert not first.issues
    assert not later.issues


def test_due_before_ordered():
    """Tests that a due date before the order's date is warned of."""
    record = read(workbook([*ROW[:4], datetime(2026, 4, 2), datetime(2026, 4, 1), 1]), "orders.xlsx", CONTEXT).tables[0][1][0]
    assert issues(record)["due-before-order", "due"].place.cell == "F2"


def test_text_that_is_no_table():
    """Tests that prose and zero bytes give a clear word and no rows."""
    result = read(b"Dear all,\nplease find our order attached.\nKind regards\n", "mail.txt", CONTEXT)
    assert not result.tables
    assert "no-table" in {issue.code for issue in result.issues}
    assert refusal(b"Order;Qty\nA1;5\0\0\n" * 20, "orders.csv") == "file-broken"


def test_open_quotation_mark():
    """Tests that a quotation mark left open, which swallows rows, is told."""
    result = read(b'Order No;Part No;Qty;Due Date;Note\nA1;P-1;5;2026-04-01;"open\nA2;P-2;6;2026-04-01;\n', "orders.csv", CONTEXT)
    assert "quotes-odd" in {issue.code for issue in result.issues}


def test_formula_text_is_text():
    """Tests that text that looks like a formula or a command stays text."""
    result = read(b"Order No;Part No;Description;Qty;Due Date\nA1;P-1;=cmd|'/c calc'!A0;5;2026-04-01\n", "orders.csv", CONTEXT)
    assert result.tables[0][1][0].values["name"] == "=cmd|'/c calc'!A0"


def test_repeated_cells_of_an_open_document():
    """Tests that cells said once and repeated a million times are counted before they are laid out, and empty ones are not."""
    head = '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="S">'
    foot = "</table:table></office:spreadsheet></office:body></office:document-content>"
    cell = '<table:table-cell table:number-columns-repeated="{}" office:value-type="string"><text:p>a</text:p></table:table-cell>'

    def document(rows, columns, inside):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed:
            packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            packed.writestr("content.xml", f'{head}<table:table-row table:number-rows-repeated="{rows}">{inside.format(columns)}</table:table-row>{foot}')
        return out.getvalue()

    assert refusal(document(1_048_576, 16_384, cell), "orders.ods") == "table-too-large"
    assert refusal(document(100_000, 1000, cell), "orders.ods") == "table-too-large"


def test_stray_cell_of_a_binary_workbook():
    """Tests that a cell in the last corner of a binary workbook is counted before the sheet is laid out."""
    row, cell = b"\x00\x04" + (1_048_575).to_bytes(4, "little"), b"\x02\x08" + (16_383).to_bytes(4, "little") + bytes(4)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("xl/workbook.bin", b"")
        packed.writestr("xl/worksheets/sheet1.bin", row + cell)
    assert refusal(out.getvalue(), "orders.xlsb") == "table-too-large"
