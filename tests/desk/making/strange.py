"""Habits that lead a hasty reader astray: shifted cells, scaled numbers, second dates, discounts, forms, exports in disguise."""

from tests.desk.making.answers import case, table
from tests.desk.making.writing import N, d, mail, workbook

case(
    "strange-shifted-cells.csv",
    "Order No,Part No,Quantity,Price,Due Date\nA1,P-1,10,12.50,2026-03-20\nA2,P-2,20,12,50,2026-03-20\nA3,P-3,30,7.00,2026-03-23\n",
    table(
        "orders",
        """
order_no | part_no | quantity | price | due
A1 | P-1 | 10 | 12.50 | 2026-03-20
A2 | P-2 | 20 | ? | !
A3 | P-3 | 30 | 7 | 2026-03-23
""",
    ),
)

case(
    "strange-thousands-in-title.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Order No", "Part No", "Quantity (in 1000 pcs)", "Due Date", "Price per 1000 (EUR)"],
                ["A1", "P-1", 2.5, d("2026-03-20"), 14],
                ["A2", "P-2", 40, d("2026-03-20"), 9.5],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | quantity | due | price
A1 | P-1 | ? | 2026-03-20 | 14
A2 | P-2 | ? | 2026-03-20 | 9.5
""",
        price_per="1000",
        currency="EUR",
    )
    | {"tolerated": ["unit"]},
)

case(
    "strange-discount.xlsx",
    workbook(
        {
            "name": "Bestellung",
            "rows": [
                ["Bestellnr.", "Artikelnr.", "Menge", "Listenpreis EUR", "Rabatt %", "Nettopreis EUR", "Liefertermin"],
                ["B1", "P-1", 10, 100, 20, 80, d("2026-03-20")],
                ["B1", "P-2", 5, 50, 10, 45, d("2026-03-20")],
            ],
        }
    ),
    table("orders", "order_no | part_no | quantity | price | due\nB1 | P-1 | 10 | 80 | 2026-03-20\nB1 | P-2 | 5 | 45 | 2026-03-20", currency="EUR"),
)

case(
    "strange-gross-price.csv",
    "Bestellnr;Artikelnr;Menge;Bruttopreis EUR;Rabatt;Liefertermin\nB1;P-1;10;100,00;20%;20.03.2026\nB2;P-2;5;50,00;;20.03.2026\n",
    table("orders", "order_no | part_no | quantity | due\nB1 | P-1 | 10 | 2026-03-20\nB2 | P-2 | 5 | 2026-03-20")
    | {"doubtful": ["price"], "tolerated": ["currency"]},
)

case(
    "strange-two-dates.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Order No", "Date", "Part No", "Qty", "Ship date", "Request date", "Confirmed date"],
                ["A1", d("2026-02-20"), "P-1", 10, d("2026-03-16"), d("2026-03-18"), d("2026-03-20")],
                ["A2", d("2026-02-23"), "P-2", 20, d("2026-03-25"), d("2026-03-27"), d("2026-03-27")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | ordered | part_no | quantity | due | promised
A1 | 2026-02-20 | P-1 | 10 | 2026-03-18 | 2026-03-20
A2 | 2026-02-23 | P-2 | 20 | 2026-03-27 | 2026-03-27
""",
    ),
)

case(
    "strange-quantities.csv",
    "Order No;Part No;Quantity;Due Date\nA1;P;2 x 50;2026-03-20\nA2;P;100-200;2026-03-20\nA3;P;120*;2026-03-20\nA4;P;ca. 300;2026-03-20\nA5;P;10+5;2026-03-20\n"
    "A6;P;１２０;2026-03-20\nA7;P;−5;2026-03-20\nA8;P;fifty;2026-03-20\nA9;P;1.000.000;2026-03-20\nA10;P;50 / 60;2026-03-20\n",
    table(
        "orders",
        """
order_no | part_no | quantity | due
A1 | P | ? | 2026-03-20
A2 | P | ? | 2026-03-20
A3 | P | ? | 2026-03-20
A4 | P | 300? | 2026-03-20
A5 | P | ? | 2026-03-20
A6 | P | 120 | 2026-03-20
A7 | P | ? | 2026-03-20
A8 | P | ! | 2026-03-20
A9 | P | 1000000 | 2026-03-20
A10 | P | ? | 2026-03-20
""",
    ),
)

case(
    "strange-dates.csv",
    "Order No;Part No;Quantity;Due Date\nA1;P;5;14.03./21.03.2026\nA2;P;5;50 Stk 14.03.2026, 20 Stk 28.03.2026\nA3;P;5;14.03.2026 - 21.03.2026\n"
    "A4;P;5;2026-03-14T23:30:00Z\nA5;P;5;14.03.0026\nA6;P;5;00.00.0000\nA7;P;5;4 weeks ARO\nA8;P;5;31.12.9999\nA9;P;5;Q2 2026\nA10;P;5;17.03.2026\n",
    table(
        "orders",
        """
order_no | part_no | quantity | due
A1 | P | 5 | ?
A2 | P | 5 | ?
A3 | P | 5 | ?
A4 | P | 5 | ?
A5 | P | 5 | ?
A6 | P | 5 | !
A7 | P | 5 | ?
A8 | P | 5 | ?
A9 | P | 5 | ?
A10 | P | 5 | 2026-03-17
""",
    ),
)

case(
    "strange-codes-changed.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Order No", "Part No", "Revision", "Qty", "Due Date"],
                [1.23456789012345e18, "P-1", "A", 10, d("2026-03-20")],
                ["A2", N(d("2026-04-03"), "d-mmm"), "B", 20, d("2026-03-20")],
                ["A3", "0012", 2, 30, d("2026-03-20")],
                ["A4", 45, "C", 40, d("2026-03-20")],
                ["A5", "1.5E+10", "C", 50, d("2026-03-20")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | revision | quantity | due
? | P-1 | A | 10 | 2026-03-20
A2 | ? | B | 20 | 2026-03-20
A3 | 0012 | 2 | 30 | 2026-03-20
A4 | ? | C | 40 | 2026-03-20
A5 | ? | C | 50 | 2026-03-20
""",
    ),
)

case(
    "strange-two-quantities-one-name.csv",
    "Auftrag;Artikelnummer;Menge;Termin;Menge;Termin\nA1;P-1;100;20.03.2026;40;27.03.2026\nA2;P-2;200;20.03.2026;60;27.03.2026\n",
    table("orders", "order_no | part_no | quantity | due\nA1 | P-1 | ? | ?\nA2 | P-2 | ? | ?"),
)

case(
    "strange-unit-against-unit.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Order No", "Part No", "Quantity", "Unit", "Due Date"],
                ["A1", "P-1", "5 kg", "pcs", d("2026-03-20")],
                ["A2", "P-2", 5, "pcs", d("2026-03-20")],
                ["A3", "P-3", N(7, '0" m"'), "m", d("2026-03-20")],
                ["A4", "P-4", 3, "dozen", d("2026-03-20")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | quantity | unit | due
A1 | P-1 | 5 | ? | 2026-03-20
A2 | P-2 | 5 | C62 | 2026-03-20
A3 | P-3 | 7 | MTR | 2026-03-20
A4 | P-4 | 3 | DZN | 2026-03-20
""",
    ),
)

case(
    "strange-description-below.xlsx",
    workbook(
        {
            "name": "Order",
            "rows": [
                ["Order No", "Pos", "Part No", "Description", "Qty", "Due Date"],
                ["A1", 10, "P-1", "Shaft", 5, d("2026-03-20")],
                [None, None, None, "hardened and ground"],
                ["A1", 20, "P-2", "Hub", 6, d("2026-03-20")],
                [None, None, None, "see drawing 4711"],
            ],
        }
    ),
    table("orders", "order_no | line_no | part_no | name | quantity | due\nA1 | 10 | P-1 | Shaft | 5 | 2026-03-20\nA1 | 20 | P-2 | Hub | 6 | 2026-03-20")
    | {"doubtful": ["name", "note"]},
)

case(
    "strange-totals-without-words.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Order No", "Part No", "Qty", "Price EUR", "Amount EUR", "Due Date"],
                ["A1", "P-1", 5, 10, 50, d("2026-03-20")],
                ["A2", "P-2", 6, 10, 60, d("2026-03-20")],
                [None, None, 11, None, 110],
                [None, "Total net", None, None, 110],
                [None, "VAT 19 %", None, None, 20.9],
                [None, "Total gross", None, None, 130.9],
            ],
        }
    ),
    table(
        "orders",
        "order_no | part_no | quantity | price | amount | due\nA1 | P-1 | 5 | 10 | 50 | 2026-03-20\nA2 | P-2 | 6 | 10 | 60 | 2026-03-20",
        currency="EUR",
    ),
)

case(
    "strange-html-in-disguise.xls",
    "<html><head><meta charset='utf-8'></head><body><table><tr><td>Auftrag</td><td>Artikelnummer</td><td>Menge</td><td>Liefertermin</td></tr>"
    "<tr><td>A1</td><td>Ü-1</td><td>1.500</td><td>20.03.2026</td></tr><tr><td>A2</td><td>P-2</td><td>12,5</td><td>23.03.2026</td></tr></table></body></html>",
    table("orders", "order_no | part_no | quantity | due\nA1 | Ü-1 | 1500 | 2026-03-20\nA2 | P-2 | 12.5 | 2026-03-23"),
)

case(
    "strange-line-ends.csv",
    "Order No,Part No,Qty,Due Date\rA1,P-1,5,2026-03-20\rA2,P-2,6,2026-03-23\r",
    table("orders", "order_no | part_no | quantity | due\nA1 | P-1 | 5 | 2026-03-20\nA2 | P-2 | 6 | 2026-03-23"),
)

case(
    "strange-utf16-without-mark.csv",
    "Auftrag;Artikelnummer;Bezeichnung;Menge;Liefertermin\r\nA1;P-1;Büchse;5;20.03.2026\r\nA2;P-2;Öse;6;23.03.2026\r\n".encode("utf-16-le"),
    table("orders", "order_no | part_no | name | quantity | due\nA1 | P-1 | Büchse | 5 | 2026-03-20\nA2 | P-2 | Öse | 6 | 2026-03-23"),
)

case(
    "strange-open-quote.csv",
    'Order No,Part No,Description,Qty,Due Date\nA1,P-1,Pipe 3/4",5,2026-03-20\nA2,P-2,Plate 1/2" thick,6,2026-03-23\nA3,P-3,Bar,7,2026-03-24\n',
    table(
        "orders",
        """
order_no | part_no | name | quantity | due
A1 | P-1 | Pipe 3/4" | 5 | 2026-03-20
A2 | P-2 | Plate 1/2" thick | 6 | 2026-03-23
A3 | P-3 | Bar | 7 | 2026-03-24
""",
    ),
)

case(
    "strange-side-by-side.xlsx",
    workbook(
        {
            "name": "Sheet1",
            "rows": [
                ["Order No", "Part No", "Qty", "Due Date", None, None, "Part No", "Stock qty", "Location"],
                ["A1", "P-1", 5, d("2026-03-20"), None, None, "P-1", 12, "R1"],
                ["A2", "P-2", 6, d("2026-03-23"), None, None, "P-9", 40, "R2"],
                ["A3", "P-3", 7, d("2026-03-24")],
            ],
        }
    ),
    table("orders", "order_no | part_no | quantity | due\nA1 | P-1 | 5 | 2026-03-20\nA2 | P-2 | 6 | 2026-03-23\nA3 | P-3 | 7 | 2026-03-24"),
    table("stock", "part_no | quantity | place\nP-1 | 12 | R1\nP-9 | 40 | R2"),
)

case(
    "strange-cancelled.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Auftrag", "Artikelnr.", "Menge", "Liefertermin", "Bemerkung"],
                ["A1", "P-1", 5, d("2026-03-20"), "STORNIERT"],
                ["A2", "P-2", 6, d("2026-03-23"), "Teillieferung möglich"],
                ["A3", "P-3", 7, "storniert", None],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | quantity | due | note | *
A1 | P-1 | 5 | 2026-03-20 | STORNIERT | ?
A2 | P-2 | 6 | 2026-03-23 | Teillieferung möglich | -
A3 | P-3 | 7 | ! | - | -
""",
    ),
)

case(
    "strange-currencies-mixed.csv",
    "Order No;Part No;Quantity;Price (EUR);Currency;Due Date\nA1;P-1;5;10,00;EUR;20.03.2026\nA2;P-2;6;12,00;USD;20.03.2026\nA3;P-3;7;$ 9,00;EUR;20.03.2026\n",
    table(
        "orders",
        """
order_no | part_no | quantity | price | currency | due
A1 | P-1 | 5 | 10 | EUR | 2026-03-20
A2 | P-2 | 6 | 12 | ? | 2026-03-20
A3 | P-3 | 7 | 9 | ? | 2026-03-20
""",
    ),
)

case(
    "strange-forwarded.eml",
    mail(
        "From: sales@riverport.example\nTo: desk@shop.example\nSubject: WG: Bestellung 9911\nDate: Mon, 02 Mar 2026 10:00:00 +0100",
        ("Content-Type: text/plain; charset=utf-8", b"zur Info\n\n-- \nVertrieb\n"),
        (
            "Content-Type: message/rfc822",
            mail(
                "From: einkauf@oakmill.example\nTo: sales@riverport.example\nSubject: Bestellung 9911\nDate: Fri, 27 Feb 2026 10:00:00 +0100",
                ("Content-Type: text/plain; charset=utf-8", b"Siehe Anhang.\n"),
                (
                    'Content-Type: text/csv; charset=utf-8; name="b.csv"\nContent-Disposition: attachment; filename="b.csv"',
                    "Bestellnr;Artikelnr;Menge;Liefertermin\n9911;Ö-1;5;20.03.2026\n".encode(),
                ),
                encoding="8bit",
            ),
        ),
        encoding="8bit",
    ),
    table("orders", "order_no | part_no | quantity | due\n9911 | Ö-1 | 5 | 2026-03-20") | {"tolerated": ["customer", "contact", "ordered"]},
)
