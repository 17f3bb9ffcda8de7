"""Sheets as buyers lay them out: letterheads, groups and sums, page breaks, blocks, titles over titles, tables on their side."""

import io
from datetime import datetime
from typing import Any

import xlsxwriter

from tests.desk.making.answers import case, table
from tests.desk.making.writing import F, N, d, workbook

case(
    "guest-letterhead.xlsx",
    workbook(
        {
            "name": "Bestellung",
            "merged": ["A1:H1", "A2:H2", "A13:I13"],
            "rows": [
                ["Meridian Pumpen GmbH"],
                ["Industriestr. 12 · 70565 Stuttgart · Tel. 0711 / 123456 · USt-IdNr. DE999999999"],
                [],
                ["Firma", None, None, None, None, "Bestellung Nr.", "4500012345"],
                ["Dreherei Huber", None, None, None, None, "Datum", "26.02.2026"],
                ["Postfach 12", None, None, None, None, "Lieferanten-Nr.", 70123],
                ["89073 Ulm", None, None, None, None, "Lieferbedingung", "EXW Ulm"],
                [],
                ["Pos.", "Ihre Art.-Nr.", "Unsere Mat.-Nr.", "Bezeichnung", "Menge", "ME", "Preis/ME EUR", "Wert EUR", "Liefertermin"],
                [10, "H-200", "100-4711", "Welle Ø40", 50, "ST", 12.5, 625, d("2026-04-10")],
                [20, "H-201", "100-4712", "Nabe", 20, "ST", 20, 400, d("2026-04-17")],
                [None, None, None, None, None, None, "Nettosumme", 1025],
                ["Bitte bestätigen Sie diese Bestellung binnen 3 Tagen. Es gelten unsere Einkaufsbedingungen Stand 01.01.2024."],
            ],
        }
    ),
    table(
        "orders",
        """
line_no | part_no | customer_part_no | name | quantity | unit | price | amount | due
10 | H-200 | 100-4711 | Welle Ø40 | 50 | C62 | 12.5 | 625 | 2026-04-10
20 | H-201 | 100-4712 | Nabe | 20 | C62 | 20 | 400 | 2026-04-17
""",
        order_no="4500012345",
        ordered="2026-02-26",
        currency="EUR",
    )
    | {"tolerated": ["customer", "contact", "ordered"]},
)

case(
    "guest-two-tables-below.xlsx",
    workbook(
        {
            "name": "Tabelle1",
            "rows": [
                ["Offene Aufträge"],
                ["Auftrag", "Teil", "Menge", "Termin"],
                ["B-77", "W-1", 40, d("2026-04-02")],
                ["B-78", "W-2", 15, d("2026-04-09")],
                [],
                [],
                ["Lagerbestand"],
                ["Teil", "Bestand", "Lagerplatz", "Charge"],
                ["W-1", 12, "R1-04", "C881"],
                ["W-9", 300, "R2-01", "C902"],
            ],
        }
    ),
    table("orders", "order_no | part_no | quantity | due\nB-77 | W-1 | 40 | 2026-04-02\nB-78 | W-2 | 15 | 2026-04-09"),
    table("stock", "part_no | quantity | place | lot\nW-1 | 12 | R1-04 | C881\nW-9 | 300 | R2-01 | C902"),
)

case(
    "guest-customers-as-headings.xlsx",
    workbook(
        {
            "name": "Rückstand",
            "rows": [
                ["Auftragsrückstandsliste per 01.03.2026"],
                [],
                ["Auftrag", "Artikel", "Bezeichnung", "offene Menge", "Termin", "Wert EUR"],
                ["Meridian Pumpen GmbH"],
                ["AB-1001", "W-10", "Welle", 40, d("2026-03-16"), 480],
                ["AB-1002", "W-11", "Welle lang", 10, d("2026-03-20"), 200],
                ["Summe Meridian Pumpen GmbH", None, None, 50, None, 680],
                ["Helix Antriebe AG"],
                ["AB-1003", "N-3", "Nabe", 5, d("2026-03-23"), 75],
                ["Summe Helix Antriebe AG", None, None, 5, None, 75],
                ["Gesamtsumme", None, None, 55, None, 755],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | customer | part_no | name | quantity | due | amount
AB-1001 | Meridian Pumpen GmbH | W-10 | Welle | 40 | 2026-03-16 | 480
AB-1002 | Meridian Pumpen GmbH | W-11 | Welle lang | 10 | 2026-03-20 | 200
AB-1003 | Helix Antriebe AG | N-3 | Nabe | 5 | 2026-03-23 | 75
""",
        currency="EUR",
    )
    | {"tolerated": ["open_quantity"]},
)

HEAD = ["Pos", "Part Number", "Description", "Qty", "Unit Price", "Line Total", "Due"]
case(
    "guest-page-breaks.xlsx",
    workbook(
        {
            "name": "PO",
            "rows": [
                ["PURCHASE ORDER 88-1204", None, None, None, None, None, "Page 1 of 2"],
                HEAD,
                [1, "BR-100", "Bracket", 100, 4.25, 425, d("2026-04-15")],
                [2, "BR-101", "Bracket LH", 100, 4.25, 425, d("2026-04-15")],
                [None, None, "Carried forward", None, None, 850, None],
                ["PURCHASE ORDER 88-1204", None, None, None, None, None, "Page 2 of 2"],
                HEAD,
                [None, None, "Brought forward", None, None, 850, None],
                [3, "BR-102", "Bracket RH", 60, 5, 300, d("2026-04-22")],
                [None, None, "Grand total USD", 260, None, 1150, None],
            ],
        }
    ),
    table(
        "orders",
        """
line_no | part_no | name | quantity | price | amount | due
1 | BR-100 | Bracket | 100 | 4.25 | 425 | 2026-04-15
2 | BR-101 | Bracket LH | 100 | 4.25 | 425 | 2026-04-15
3 | BR-102 | Bracket RH | 60 | 5 | 300 | 2026-04-22
""",
        order_no="88-1204",
    )
    | {"tolerated": ["currency"]},
)


def _marked() -> bytes:
    """Return a book with a part of a cell struck out, a struck row, a hidden sheet of old orders."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 3, 2)})
    sheet, old = book.add_worksheet("Orders"), book.add_worksheet("Archive 2025")
    old.hide()
    day, struck = book.add_format({"num_format": "dd mmm yyyy"}), book.add_format({"font_strikeout": True})
    rows: list[list[Any]] = [["Order", "Part", "Qty", "Due"], ["S-1", "P-1", "10"], ["S-2", "P-2", 20], ["S-3", "P-3", 30]]
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row, struck if number == 3 else None)
        old.write_row(number, 0, [cell if number == 0 else f"X{cell}" if isinstance(cell, str) and index < 2 else cell for index, cell in enumerate(row)])
        if number:
            sheet.write_datetime(number, 3, datetime(2026, 4, number), day)
            old.write_datetime(number, 3, datetime(2026, 4, number), day)
    sheet.write_rich_string(1, 2, struck, "10", " 15")
    book.close()
    return out.getvalue()


case(
    "guest-struck-digits-hidden-sheet.xlsx",
    _marked(),
    table(
        "orders",
        "order_no | part_no | quantity | due | *\nS-1 | P-1 | 15? | 2026-04-01 | -\nS-2 | P-2 | 20 | 2026-04-02 | -\nS-3 | P-3 | 30 | 2026-04-03 | ?",
    ),
    table(
        "orders",
        "order_no | part_no | quantity | due | *\nXS-1 | XP-1 | 10 | 2026-04-01 | ?\nXS-2 | XP-2 | 20 | 2026-04-02 | ?\nXS-3 | XP-3 | 30 | 2026-04-03 | ?",
    ),
)

case(
    "guest-on-its-side.xlsx",
    workbook(
        {
            "name": "Order",
            "rows": [
                ["Order No", "PO-1", "PO-1", "PO-2", "PO-3"],
                ["Line", 1, 2, 1, 1],
                ["Part No", "K-1", "K-2", "K-3", "K-4"],
                ["Description", "Cap", "Nut", "Bolt", "Ring"],
                ["Qty", 5, 10, 15, 20],
                ["Due Date", d("2026-04-01"), d("2026-04-02"), d("2026-04-03"), d("2026-04-07")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | line_no | part_no | name | quantity | due
PO-1 | 1 | K-1 | Cap | 5 | 2026-04-01
PO-1 | 2 | K-2 | Nut | 10 | 2026-04-02
PO-2 | 1 | K-3 | Bolt | 15 | 2026-04-03
PO-3 | 1 | K-4 | Ring | 20 | 2026-04-07
""",
    ),
)


def _mac() -> bytes:
    """Return a book whose days count from 1904."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": True})
    book.set_properties({"created": datetime(2026, 3, 2)})
    sheet, day = book.add_worksheet("Orders"), book.add_format({"num_format": "m/d/yy"})
    sheet.write_row(0, 0, ["PO", "Part", "Qty", "Ship Date"])
    for number in (1, 2):
        sheet.write_row(number, 0, [f"7{number}", f"MC-{number}", 10 * number])
        sheet.write_datetime(number, 3, datetime(2026, 4, 8 * number), day)
    book.close()
    return out.getvalue()


case("guest-days-from-1904.xlsx", _mac(), table("orders", "order_no | part_no | quantity | due\n71 | MC-1 | 10 | 2026-04-08\n72 | MC-2 | 20 | 2026-04-16"))

case(
    "guest-formulas-and-errors.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Order", "Part", "Description", "Qty", "Price GBP", "Due"],
                ["E-1", "P-1", F("=VLOOKUP(B2,X:Y,2,0)", "#N/A"), 5, 10, F("=TODAY()+30", 46113, "dd/mm/yyyy")],
                ["E-2", "P-2", F("=VLOOKUP(B3,X:Y,2,0)", "Cover"), F("=#REF!*2", "#REF!"), F("=8*1.5", 12), d("2026-04-20")],
                ["E-3", "P-3", "Lid", F("=3*4", 12), F("=1/0", "#DIV/0!"), F("=VLOOKUP(B4,X:Z,3,0)", "#N/A")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | name | quantity | price | due
E-1 | P-1 | ? | 5 | 10 | 2026-04-01
E-2 | P-2 | Cover | ? | 12 | 2026-04-20
E-3 | P-3 | Lid | 12 | ? | ?
""",
        currency="GBP",
    )
    | {"tolerated": ["currency"]},
)

case(
    "guest-codes-by-format.xlsx",
    workbook(
        {
            "name": "Bestellung",
            "rows": [
                ["Bestellnr", "Teilenummer", "Menge", "Termin"],
                [N(812, "000000"), N(4711, "00000000"), 5, d("2026-04-10")],
                [N(813, "000000"), N(4712, "00000000"), 8, d("2026-04-13")],
                [N(814, "000000"), N(1234567, "000-0000"), 9, d("2026-04-14")],
            ],
        }
    ),
    table(
        "orders",
        "order_no | part_no | quantity | due\n000812 | 00004711 | 5 | 2026-04-10\n000813 | 00004712 | 8 | 2026-04-13\n000814 | 123-4567 | 9 | 2026-04-14",
    ),
)

case(
    "guest-order-and-line-in-one.xlsx",
    workbook(
        {
            "name": "Abruf",
            "rows": [
                ["Bestellung/Pos.", "Material", "Kurztext", "Menge", "ME", "Lieferdatum"],
                ["4500012345/10", "100.200", "Deckel", 25, "ST", d("2026-04-10")],
                ["4500012345/20", "100.201", "Gehäuse", 5, "ST", d("2026-04-10")],
                ["4500012399/00010", "100.300", "Blech", 12.5, "KG", d("2026-04-17")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | line_no | part_no | name | quantity | unit | due
4500012345 | 10 | 100.200 | Deckel | 25 | C62 | 2026-04-10
4500012345 | 20 | 100.201 | Gehäuse | 5 | C62 | 2026-04-10
4500012399 | 00010 | 100.300 | Blech | 12.5 | KGM | 2026-04-17
""",
    ),
)

case(
    "guest-revision-with-part.csv",
    "PO,Part No / Rev,Qty,Due Date\n900,7788-01 Rev C,5,2026-04-10\n900,7788-02 Rev A,6,2026-04-10\n901,7790-00 Rev. 02,7,2026-04-17\n",
    table(
        "orders",
        """
order_no | part_no | revision | quantity | due
900 | 7788-01 | C | 5 | 2026-04-10
900 | 7788-02 | A | 6 | 2026-04-10
901 | 7790-00 | 02 | 7 | 2026-04-17
""",
    ),
)

case(
    "guest-titles-over-titles.xlsx",
    workbook(
        {
            "name": "Offen",
            "merged": ["C1:E1", "F1:G1", "A1:A2", "B1:B2"],
            "rows": [
                ["Auftrag", "Artikel", "Menge", None, None, "Termin", None],
                [None, None, "bestellt", "geliefert", "offen", "Wunsch", "bestätigt"],
                ["A-5", "P-50", 100, 40, 60, d("2026-03-20"), d("2026-03-27")],
                ["A-6", "P-51", 30, 0, 30, d("2026-04-20"), None],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | quantity | delivered | open_quantity | due | promised
A-5 | P-50 | 100 | 40 | 60 | 2026-03-20 | 2026-03-27
A-6 | P-51 | 30 | 0 | 30 | 2026-04-20 | -
""",
    ),
)

case(
    "guest-part-deliveries-below.xlsx",
    workbook(
        {
            "name": "Bestellung",
            "rows": [
                ["Bestellung 4711"],
                ["Pos", "Artikel", "Bezeichnung", "Menge", "Termin"],
                [10, "P-1", "Welle", 300, "siehe unten"],
                [None, None, "1. Teillieferung", 100, d("2026-04-10")],
                [None, None, "2. Teillieferung", 200, d("2026-05-08")],
                [20, "P-2", "Nabe", 50, d("2026-04-10")],
            ],
        }
    ),
    table(
        "orders",
        """
line_no | part_no | name | quantity | due | *
10 | P-1 | Welle | ! | ! | !
10 | P-1? | Welle | 100 | 2026-04-10 | ?
10 | P-1? | Welle | 200 | 2026-05-08 | ?
20 | P-2 | Nabe | 50 | 2026-04-10 | -
""",
        order_no="4711",
    ),
)

case(
    "guest-old-and-new-quantity.xlsx",
    workbook(
        {
            "name": "Änderung",
            "rows": [
                ["Bestell-Nr.", "Artikel", "Menge alt", "Menge neu", "Termin alt", "Termin neu"],
                ["B-9", "P-1", 10, 15, d("2026-04-10"), d("2026-04-24")],
                ["B-9", "P-2", 20, 0, d("2026-04-10"), d("2026-04-10")],
            ],
        }
    ),
    table("orders", "order_no | part_no | quantity | due\nB-9 | P-1 | 15 | 2026-04-24\nB-9 | P-2 | 0? | 2026-04-10"),
)

case(
    "guest-done-marks.xlsx",
    workbook(
        {
            "name": "Liste",
            "left": 1,
            "rows": [
                ["erl.", "Auftrag", "Kunde", "Teil", "Stück", "bis"],
                ["x", "1", "Huber", "Buchse 30", 12, d("2026-02-27")],
                [None, "2", "Huber", "Buchse 40", 6, d("2026-03-13")],
                [None, "3", "Lanz", "Bolzen", 100, d("2026-03-20")],
            ],
        }
    ),
    table(
        "orders",
        "order_no | customer | name | quantity | due\n1 | Huber | Buchse 30 | 12 | 2026-02-27\n2 | Huber | Buchse 40 | 6 | 2026-03-13\n"
        "3 | Lanz | Bolzen | 100 | 2026-03-20",
    )
    | {"tolerated": ["state", "part_no", "name"]},
)
