"""Files that cannot be read, or only in part: a clear word, and nothing half done."""

import io
import re
import zipfile

import openpyxl

from tests.desk.making.answers import case, problem, table
from tests.desk.making.writing import compound, d, pdf, workbook, zipped

GOOD = workbook(
    {"name": "Orders", "rows": [["Order No", "Part No", "Qty", "Due Date"], ["M-1", "P-1", 5, d("2026-03-20")], ["M-2", "P-2", 6, d("2026-03-23")]]}
)


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _without_values() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Order No", "Part No", "Qty", "Order date", "Due Date", "Price", "Amount", "Currency"],
        ["G-1", "P-1", 10, d("2026-02-20"), "=D2+28", 5, "=C2*F2", "EUR"],
        ["G-2", "P-2", "=5*4", d("2026-02-20"), d("2026-03-27"), 6, "=C3*F3", "EUR"],
        ["G-3", "P-3", 30, d("2026-02-20"), d("2026-03-30"), 7, "=C4*F4", "EUR"],
    ):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    files = _members(out.getvalue())
    files["docProps/core.xml"] = re.sub(rb"20\d\d-\d\d-\d\dT[\d:]+Z", b"2026-03-02T00:00:00Z", files["docProps/core.xml"])
    return zipped(files)


case(
    "formulas-without-values.xlsx",
    _without_values(),
    table(
        "orders",
        """
order_no | part_no | quantity | ordered | due | price | amount | currency
G-1 | P-1 | 10 | 2026-02-20 | ! | 5 | ? | EUR
G-2 | P-2 | ! | 2026-02-20 | 2026-03-27 | 6 | ? | EUR
G-3 | P-3 | 30 | 2026-02-20 | 2026-03-30 | 7 | ? | EUR
""",
    ),
)

MACRO = _members(GOOD)
MACRO["xl/vbaProject.bin"] = compound({"VBA": b"Sub Auto_Open()"})
MACRO["[Content_Types].xml"] = MACRO["[Content_Types].xml"].replace(
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
)
case("macros.xlsm", zipped(MACRO), table("orders", "order_no | part_no | quantity | due\nM-1 | P-1 | 5 | 2026-03-20\nM-2 | P-2 | 6 | 2026-03-23"))

INFO = b"\x04\0\x04\0\x40\0\0\0<?xml version='1.0'?><encryption xmlns='http://schemas.microsoft.com/office/2006/encryption'/>"
problem("password.xlsx", compound({"EncryptionInfo": INFO, "EncryptedPackage": bytes(range(256)) * 20}), "file-encrypted")
problem("cut-off.xlsx", GOOD[: len(GOOD) * 2 // 3], "file-broken")
BOMB = _members(GOOD)
BOMB["xl/worksheets/sheet1.xml"] = BOMB["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", b"</sheetData>" + b" " * 24_000_000)
problem("text-in-disguise.xlsx", b"This is no workbook, whatever its name says.\n" * 4, "file-broken", "file-unknown")
problem("nothing.csv", b"", "file-broken")
problem("noise.csv", bytes((7 * n * n + 13 * n + n // 3) % 256 for n in range(3000)), "file-broken", "file-unknown")
problem("empty-sheet.xlsx", workbook({"name": "Tabelle1", "rows": []}), "file-empty", "no-table")
problem("no-table.xlsx", workbook({"name": "Notes", "rows": [["Dear customer,"], ["we are closed on Friday."], ["Kind regards"]]}), "no-table", "file-empty")

_PAGES = (
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R>>",
    "<</Length 33>>stream\nq 500 0 0 700 40 60 cm /I Do Q    \nendstream",
    "<</Type/XObject/Subtype/Image/Width 2/Height 2/ColorSpace/DeviceGray/BitsPerComponent 8/Length 4>>stream\n\x10\xf0\xf0\x10\nendstream",
)
problem("only-a-picture.pdf", pdf(*_PAGES), "no-text", "file-without-text")
_KEY = "<</Filter/Standard/V 1/R 2/Length 40/O<" + "5a" * 32 + ">/U<" + "a5" * 32 + ">/P -44>>"
problem("password.pdf", pdf(*_PAGES, _KEY, trailer="/Encrypt 6 0 R/ID[<01><01>]"), "file-encrypted")
problem("cut-off.pdf", pdf(*_PAGES)[:200], "file-broken")
problem(
    "foreign-entity.xml",
    b'<?xml version="1.0"?><!DOCTYPE Order [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"><ID>&x;</ID></Order>',
    "ubl-unreadable",
)
problem("bomb.xlsx", zipped(BOMB), "file-zip-bomb", unpacked=20_000_000)
