"""Sheets by the second wave of strangers: whose number is whose, two of a kind, values that a spreadsheet has turned into others."""

import io
from datetime import datetime
from typing import Any

import xlsxwriter

from tests.desk.making.answers import case, table
from tests.desk.making.writing import N, d, workbook


def _sheet(name: str, rows: list[list[Any]], *answers: dict[str, Any], sheet: str = "Tabelle1", **more: Any) -> None:
    case(name, workbook({"name": sheet, "rows": rows, **more}), *answers)


_sheet(
    "guest-whose-number-purchase.xlsx",
    [
        ["Meridian Pumpen GmbH – Bestellung"],
        ["Bestell-Nr.:", "B-2604", None, "Lieferant:", "Huber CNC"],
        [],
        ["Pos", "Unsere Art.-Nr.", "Ihre Art.-Nr.", "Bezeichnung", "Menge", "Liefertermin"],
        [1, "M-100", "H-9001", "Welle", 10, d("2026-04-10")],
        [2, "M-101", "H-9002", "Nabe", 20, d("2026-04-10")],
    ],
    table(
        "orders",
        "line_no | part_no | customer_part_no | name | quantity | due\n1 | H-9001 | M-100 | Welle | 10 | 2026-04-10\n"
        "2 | H-9002 | M-101 | Nabe | 20 | 2026-04-10",
        order_no="B-2604",
    )
    | {"tolerated": ["customer"]},
)

_sheet(
    "guest-whose-number-en.xlsx",
    [
        ["PURCHASE ORDER", None, "PO No.", "P-771"],
        ["To: Huber CNC"],
        ["Item", "Our Part No", "Your Part No", "Description", "Qty", "Delivery Date"],
        [1, "SW-100", "H-1", "Shaft", 10, d("2026-04-10")],
        [2, "SW-101", "H-2", "Hub", 20, d("2026-04-10")],
    ],
    table(
        "orders",
        "line_no | part_no | customer_part_no | name | quantity | due\n1 | H-1 | SW-100 | Shaft | 10 | 2026-04-10\n2 | H-2 | SW-101 | Hub | 20 | 2026-04-10",
        order_no="P-771",
    )
    | {"tolerated": ["customer"]},
)

_sheet(
    "guest-whose-number-unknown.xlsx",
    [
        ["Order No", "Our Part No", "Your Part No", "Qty", "Delivery Date"],
        ["K-1", "A-100", "B-1", 10, d("2026-04-10")],
        ["K-2", "A-101", "B-2", 20, d("2026-04-13")],
    ],
    table("orders", "order_no | part_no | customer_part_no | quantity | due\nK-1 | ? | ? | 10 | 2026-04-10\nK-2 | ? | ? | 20 | 2026-04-13"),
)

_sheet(
    "guest-order-and-line-untold.xlsx",
    [
        ["Bestellung", "Material", "Menge", "Lieferdatum"],
        ["4500012345/10", "100.200", 25, d("2026-04-10")],
        ["4500012345/20", "100.201", 5, d("2026-04-10")],
        ["4500012399/10", "100.300", 12, d("2026-04-17")],
    ],
    table(
        "orders",
        "order_no | line_no | part_no | quantity | due\n4500012345? | 10 | 100.200 | 25 | 2026-04-10\n4500012345? | 20 | 100.201 | 5 | 2026-04-10\n"
        "4500012399? | 10 | 100.300 | 12 | 2026-04-17",
    ),
)

_sheet(
    "guest-order-headings.xlsx",
    [
        ["Artikel", "Bezeichnung", "Menge", "Termin"],
        ["Bestellung 4711 vom 27.02.2026"],
        ["P-1", "Welle", 5, d("2026-04-10")],
        ["P-2", "Nabe", 6, d("2026-04-10")],
        ["Bestellung 4712 vom 28.02.2026"],
        ["P-3", "Ring", 7, d("2026-04-17")],
    ],
    table(
        "orders",
        "order_no | part_no | name | quantity | due\n4711 | P-1 | Welle | 5 | 2026-04-10\n4711 | P-2 | Nabe | 6 | 2026-04-10\n"
        "4712 | P-3 | Ring | 7 | 2026-04-17",
    )
    | {"tolerated": ["ordered"]},
)

_sheet(
    "guest-days-that-are-numbers.xlsx",
    [
        ["Auftrag", "Teil", "Stück", "Termin"],
        ["N-1", "T-1", 5, 10.4],
        ["N-2", "T-2", 5, 20260417],
        ["N-3", "T-3", 5, 202617],
        ["N-4", "T-4", 5, 17],
        ["N-5", "T-5", 5, d("2026-04-24")],
    ],
    table(
        "orders",
        "order_no | part_no | quantity | due\nN-1 | T-1 | 5 | ?\nN-2 | T-2 | 5 | 2026-04-17\nN-3 | T-3 | 5 | ?\nN-4 | T-4 | 5 | ?\nN-5 | T-5 | 5 | 2026-04-24",
    ),
)

_sheet(
    "guest-week-numbers.xlsx",
    [["Auftrag", "Teil", "Stück", "Liefer-KW"], ["V-1", "T-1", 5, 15], ["V-2", "T-2", 6, 16], ["V-3", "T-3", 7, 202618]],
    table(
        "orders",
        "order_no | part_no | quantity | due\nV-1 | T-1 | 5 | 2026-04-06..2026-04-12?\nV-2 | T-2 | 6 | 2026-04-13..2026-04-19?\n"
        "V-3 | T-3 | 7 | 2026-04-27..2026-05-03?",
    ),
)

_sheet(
    "guest-part-over-name.xlsx",
    [
        ["PO", "Item", "Qty", "Due"],
        ["C-1", "H-200\nShaft, long", 10, d("2026-04-10")],
        ["C-2", "H-201\nHub", 12, d("2026-04-13")],
    ],
    table("orders", "order_no | part_no | name | quantity | due\nC-1 | H-200 | Shaft, long | 10 | 2026-04-10\nC-2 | H-201 | Hub | 12 | 2026-04-13")
    | {"tolerated": ["name", "line_no"]},
)

_sheet(
    "guest-two-languages-below.xlsx",
    [
        ["订单号", "行号", "料号", "品名", "数量", "单价", "交货日期"],
        ["PO No.", "Line", "Part No.", "Description", "Qty", "Unit price", "Delivery"],
        ["ZE-1", 1, "Z-10", "泵轴 Shaft", 100, 12.5, d("2026-04-10")],
        ["ZE-1", 2, "Z-11", "端盖 Cover", 50, 3.2, d("2026-04-17")],
    ],
    table(
        "orders",
        "order_no | line_no | part_no | name | quantity | price | due\nZE-1 | 1 | Z-10 | 泵轴 Shaft | 100 | 12.5 | 2026-04-10\n"
        "ZE-1 | 2 | Z-11 | 端盖 Cover | 50 | 3.2 | 2026-04-17",
    )
    | {"tolerated": ["currency"]},
)

_sheet(
    "guest-price-of-a-kilogram.xlsx",
    [
        ["Bestellung", "Artikel", "Menge", "ME", "Preis EUR/kg", "Termin"],
        ["R-1", "Rohr 40", 12, "Stk", 3.2, d("2026-04-10")],
        ["R-2", "Rohr 50", 250, "kg", 3.4, d("2026-04-10")],
    ],
    table(
        "orders",
        "order_no | quantity | unit | price | due\nR-1 | 12 | C62 | 3.2? | 2026-04-10\nR-2 | 250 | KGM | 3.4 | 2026-04-10",
        currency="EUR",
    )
    | {"tolerated": ["part_no", "name"]},
)

_sheet(
    "guest-money-by-format.xlsx",
    [
        ["PO", "Part", "Qty", "Price", "Due"],
        ["F-1", "P-1", 10, N(12.5, '#,##0.00 "€"'), d("2026-04-10")],
        ["F-2", "P-2", 10, N(14, "[$$-409]#,##0.00"), d("2026-04-10")],
        ["F-3", "P-3", 10, N(99, "[$£-809]#,##0.00"), d("2026-04-10")],
    ],
    table(
        "orders",
        "order_no | part_no | quantity | price | currency | due\nF-1 | P-1 | 10 | 12.5 | EUR | 2026-04-10\nF-2 | P-2 | 10 | 14 | USD | 2026-04-10\n"
        "F-3 | P-3 | 10 | 99 | GBP | 2026-04-10",
    ),
)

_sheet(
    "guest-two-currencies.xlsx",
    [
        ["Order", "Part", "Qty", "Price EUR", "Price USD", "Due"],
        ["D-1", "P-1", 10, 10, 11, d("2026-04-10")],
        ["D-2", "P-2", 10, 20, 22, d("2026-04-10")],
    ],
    table("orders", "order_no | part_no | quantity | price | currency | due\nD-1 | P-1 | 10 | ? | - | 2026-04-10\nD-2 | P-2 | 10 | ? | - | 2026-04-10")
    | {"tolerated": ["currency"]},
)

_sheet(
    "guest-free-and-open-prices.xlsx",
    [
        ["Bestellung", "Artikel", "Menge", "Preis €", "Termin"],
        ["G-1", "P-1", 10, "kostenlos", d("2026-04-10")],
        ["G-2", "P-2", 10, 0, d("2026-04-10")],
        ["G-3", "P-3", 10, "lt. Angebot", d("2026-04-10")],
        ["G-4", "P-4", 10, "12,50 netto", d("2026-04-10")],
        ["G-5", "P-5", "10 + 2 Muster", 5, d("2026-04-10")],
    ],
    table(
        "orders",
        """
order_no | part_no | quantity | price | due
G-1 | P-1 | 10 | ? | 2026-04-10
G-2 | P-2 | 10 | 0 | 2026-04-10
G-3 | P-3 | 10 | ? | 2026-04-10
G-4 | P-4 | 10 | ? | 2026-04-10
G-5 | P-5 | ? | 5 | 2026-04-10
""",
    )
    | {"tolerated": ["currency"]},
)

_sheet(
    "guest-months-and-pivot.xlsx",
    [
        ["Zeilenbeschriftungen", "Summe von Menge"],
        ["Meridian", 120],
        ["P-1", 100],
        ["P-2", 20],
        ["Gesamtergebnis", 120],
    ],
    {"kind": "orders", "rows": [], "issues": ["no-table"]},
)

_sheet(
    "guest-outline-with-blanks.xlsx",
    [
        ["Kunde", "Bestellung", "Artikel", "Menge", "Termin"],
        ["Meridian", "M-1", "P-1", 10, d("2026-04-10")],
        [None, None, "P-2", 20, d("2026-04-10")],
        [None, "M-2", "P-1", 5, d("2026-04-17")],
        ["Helix", "(leer)", "P-9", 1, d("2026-04-17")],
    ],
    table(
        "orders",
        """
customer | order_no | part_no | quantity | due
Meridian | M-1 | P-1 | 10 | 2026-04-10
Meridian | M-1 | P-2 | 20 | 2026-04-10
Meridian? | M-2 | P-1 | 5 | 2026-04-17
Helix | ? | P-9 | 1 | 2026-04-17
""",
    ),
)

_sheet(
    "guest-on-hold.xlsx",
    [
        ["Order", "Part", "Qty", "Due", "Status", "Remarks"],
        ["S-1", "P-1", 10, d("2026-04-10"), "released", None],
        ["S-2", "P-2", 10, d("2026-04-10"), "cancelled", None],
        ["S-3", "P-3", 10, d("2026-04-10"), "on hold", "do not start before release"],
        ["S-4", "P-4", 10, d("2026-04-10"), "closed", None],
        ["S-5", "P-5", 10, d("2026-04-10"), "released", "replaces S-2, qty was 8"],
    ],
    table(
        "orders",
        """
order_no | part_no | quantity | due | state | note | *
S-1 | P-1 | 10 | 2026-04-10 | released | - | -
S-2 | P-2 | 10 | 2026-04-10 | cancelled | - | ?
S-3 | P-3 | 10 | 2026-04-10 | on hold | do not start before release | -
S-4 | P-4 | 10 | 2026-04-10 | closed | - | -
S-5 | P-5 | 10 | 2026-04-10 | released | replaces S-2, qty was 8 | -
""",
    ),
)


def _hidden_price() -> bytes:
    """Return a book whose old price stands in a hidden column beside the new one."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 3, 2)})
    sheet, day = book.add_worksheet("Orders"), book.add_format({"num_format": "dd.mm.yyyy"})
    sheet.write_row(0, 0, ["Bestellung", "Artikel", "Menge", "Preis EUR", "Preis EUR", "Termin"])
    for number in (1, 2):
        sheet.write_row(number, 0, [f"HP-{number}", f"P-{number}", 10, 9 + number, 19 + number])
        sheet.write_datetime(number, 5, datetime(2026, 4, 10), day)
    sheet.set_column("D:D", None, None, {"hidden": True})
    book.close()
    return out.getvalue()


case(
    "guest-hidden-price.xlsx",
    _hidden_price(),
    table("orders", "order_no | part_no | quantity | price | due\nHP-1 | P-1 | 10 | ? | 2026-04-10\nHP-2 | P-2 | 10 | ? | 2026-04-10", currency="EUR")
    | {"tolerated": ["currency"]},
)

_sheet(
    "guest-request-three-quantities.xlsx",
    [
        ["Anfrage 26-055"],
        ["Pos", "Zeichnungsnr.", "Benennung", "Werkstoff", "Menge 1", "Menge 2", "Menge 3", "Wunschtermin"],
        [1, "Z-1", "Gehäuse", "1.4301", 10, 50, 100, d("2026-05-04")],
        [2, "Z-2", "Deckel", "1.4301", 5, 25, 50, d("2026-05-04")],
    ],
    table(
        "request",
        "line_no | drawing_no | name | material | quantity | due\n1 | Z-1 | Gehäuse | 1.4301 | ? | 2026-05-04\n2 | Z-2 | Deckel | 1.4301 | ? | 2026-05-04",
        request_no="26-055",
    ),
)

_sheet(
    "guest-closed-spans.xlsx",
    [
        ["Betriebsferien und Feiertage 2026"],
        ["Zeitraum", "Anlass"],
        ["03.08.2026 - 21.08.2026", "Betriebsferien"],
        ["15.05.2026", "Brückentag"],
        ["24.12.2026 bis 06.01.2027", "Weihnachten"],
    ],
    table(
        "calendar",
        "date | until | note | closed\n2026-08-03 | 2026-08-21 | Betriebsferien | true\n2026-05-15 | - | Brückentag | true\n"
        "2026-12-24 | 2027-01-06 | Weihnachten | true",
    ),
)

_sheet(
    "guest-new-prices-beside-old.xlsx",
    [
        ["Artikel", "Bezeichnung", "Preis bis 31.03.2026", "Preis ab 01.04.2026", "Währung"],
        ["K-1", "Kappe", 4.2, 4.5, "EUR"],
        ["K-2", "Kegel", 8, 8.6, "EUR"],
    ],
    table("prices", "part_no | name | price | currency\nK-1 | Kappe | ? | EUR\nK-2 | Kegel | ? | EUR") | {"tolerated": ["valid_from", "valid_until"]},
    sheet="Preisliste",
)

_sheet(
    "guest-stock-lots-and-sums.xlsx",
    [
        ["Artikel", "Bezeichnung", "Charge", "Lagerplatz", "Bestand", "ME", "Wert EUR"],
        ["R-1", "Rundstahl 40", "A77", "R1", 120.5, "kg", 241],
        ["R-1", "Rundstahl 40", "A78", "R1", 80, "kg", 160],
        ["Summe R-1", None, None, None, 200.5, "kg", 401],
        ["R-2", "Rundstahl 50", "B12", "R2", 64, "kg", 140],
        ["Summe R-2", None, None, None, 64, "kg", 140],
        ["Gesamt", None, None, None, 264.5, "kg", 541],
    ],
    table(
        "stock",
        "part_no | name | lot | place | quantity | unit\nR-1 | Rundstahl 40 | A77 | R1 | 120.5 | KGM\nR-1 | Rundstahl 40 | A78 | R1 | 80 | KGM\n"
        "R-2 | Rundstahl 50 | B12 | R2 | 64 | KGM",
    ),
    sheet="Bestand",
)
