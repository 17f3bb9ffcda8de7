"""More habits found on the way: blocks, old and new dates, discounts, hidden and struck-out rows, exports of other systems."""

import io
from datetime import datetime
from typing import Any

import xlsxwriter

from tests.desk.making.answers import case, table
from tests.desk.making.writing import d, workbook

TITLES = ["Order No", "Part No", "Qty", "Due Date"]

case(
    "stranger-order-blocks.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Order: A1"],
                ["Customer: Helix"],
                ["Part", "Qty", "Due"],
                ["P-1", 5, d("2026-03-20")],
                [],
                ["Order: A2"],
                ["Customer: Oakmill"],
                ["Part", "Qty", "Due"],
                ["P-2", 6, d("2026-03-23")],
            ],
        }
    ),
    table("orders", "order_no | customer | part_no | quantity | due\nA1 | Helix | P-1 | 5 | 2026-03-20"),
    table("orders", "order_no | customer | part_no | quantity | due\nA2 | Oakmill | P-2 | 6 | 2026-03-23"),
)

case(
    "stranger-old-and-new-date.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Bestellung", "Artikel", "Menge", "Liefertermin alt", "Liefertermin neu"],
                ["A1", "P-1", 5, d("2026-03-20"), d("2026-03-27")],
                ["A2", "P-2", 6, d("2026-03-23"), d("2026-04-13")],
            ],
        }
    ),
    table("orders", "order_no | part_no | quantity | due\nA1 | P-1 | 5 | 2026-03-27\nA2 | P-2 | 6 | 2026-04-13"),
)

case(
    "stranger-discount-beside-price.csv",
    "Order No;Part No;Qty;Price EUR;Discount %;Due Date\nA1;P-1;5;100.00;10;2026-03-20\nA2;P-2;6;50.00;20;2026-03-23\n",
    table("orders", "order_no | part_no | quantity | price | due\nA1 | P-1 | 5 | 100? | 2026-03-20\nA2 | P-2 | 6 | 50? | 2026-03-23", currency="EUR"),
)

case(
    "stranger-note-moves-date.csv",
    "Bestellung;Artikel;Menge;Liefertermin;Bemerkung\nA1;P-1;5;20.03.2026;neuer Termin 27.03.2026\n"
    "A2;P-2;6;23.03.2026;verschoben auf KW 15\nA3;P-3;7;23.03.2026;verzinkt\n",
    table(
        "orders",
        """
order_no | part_no | quantity | due | note
A1 | P-1 | 5 | 2026-03-20? | neuer Termin 27.03.2026
A2 | P-2 | 6 | 2026-03-23? | verschoben auf KW 15
A3 | P-3 | 7 | 2026-03-23 | verzinkt
""",
    ),
)

case(
    "stranger-guarded-codes.csv",
    'Order No,Part No,Qty,Due Date\n="00123",="0045",5,2026-03-20\n="00124",="0046",6,2026-03-23\n',
    table("orders", "order_no | part_no | quantity | due\n00123 | 0045 | 5 | 2026-03-20\n00124 | 0046 | 6 | 2026-03-23"),
)

case(
    "stranger-time-for-a-hundred.csv",
    "Teilenummer;AG;Arbeitsplatz;tr (h);te (min/100 Stk)\nP-1;10;DREH;0,5;150\nP-1;20;FRAES;1;320\n",
    table("routings", "part_no | op_no | group | setup_min | cycle_min\nP-1 | 10 | DREH | 30 | 1.5\nP-1 | 20 | FRAES | 60 | 3.2"),
)

case(
    "stranger-unknown-unit-in-title.csv",
    "Order No,Part No,Qty (rolls),Due Date\nA1,P-1,5,2026-03-20\nA2,P-2,6,2026-03-23\n",
    table("orders", "order_no | part_no | quantity | unit | due\nA1 | P-1 | 5 | ? | 2026-03-20\nA2 | P-2 | 6 | ? | 2026-03-23"),
)

case(
    "stranger-no-order-number.csv",
    "Kunde;Artikel;Menge;Termin\nHelix;P-1;5;20.03.2026\nOakmill;P-2;6;23.03.2026\n",
    {"kind": "request", "issues": ["kind-doubtful"], "rows": []} | {"tolerated": []},
)

case(
    "stranger-indented-bill.csv",
    "Stufe;Teilenummer;Bezeichnung;Menge;ME\n0;BG-1;Baugruppe;1;Stk\n1;T-1;Teil;2;Stk\n2;T-2;Unterteil;4;Stk\n",
    {"kind": "materials", "issues": ["kind-doubtful"], "rows": []},
)

case(
    "stranger-two-price-columns.csv",
    "Artikel;Bezeichnung;VK netto;VK brutto;EK\nP-1;Welle;10,00;11,90;6,00\nP-2;Nabe;20,00;23,80;12,00\n",
    table("prices", "part_no | name | price\nP-1 | Welle | ?\nP-2 | Nabe | ?") | {"tolerated": ["currency"]},
)

case(
    "stranger-hundreds-as-unit.csv",
    "Bestellnr;Artikelnr;Menge;ME;Preis EUR;Preiseinheit;Termin\nB1;P-1;2;100 Stk;12,00;100;20.03.2026\nB2;P-2;500;Stk;12,00;100;20.03.2026\n",
    table(
        "orders",
        """
order_no | part_no | quantity | unit | price | price_per | due
B1 | P-1 | ? | C62 | 12 | 100 | 2026-03-20
B2 | P-2 | 500 | C62 | 12 | 100 | 2026-03-20
""",
        currency="EUR",
    ),
)

case(
    "stranger-number-and-date-in-one.xlsx",
    workbook(
        {
            "name": "Bestellung",
            "rows": [
                ["Bestellung: 4500987 vom 27.02.2026"],
                ["Kunde: Meridian Pumpen GmbH"],
                [],
                ["Pos", "Artikel", "Menge", "Liefertermin"],
                [10, "P-1", 5, d("2026-03-20")],
                [20, "P-2", 6, d("2026-03-23")],
            ],
        }
    ),
    table(
        "orders",
        "line_no | part_no | quantity | due\n10 | P-1 | 5 | 2026-03-20\n20 | P-2 | 6 | 2026-03-23",
        order_no="4500987",
        ordered="2026-02-27",
        customer="Meridian Pumpen GmbH",
    ),
)

case(
    "stranger-erp-paths-de.csv",
    "Auftragsreferenz,Kunde,Lieferdatum,Auftragszeilen/Produkt/Interne Referenz,Auftragszeilen/Beschreibung,Auftragszeilen/Menge,"
    "Auftragszeilen/Mengeneinheit,Auftragszeilen/Einzelpreis,Währung\nS001,Helix,2026-03-20,P-1,Welle,5.0,kg,10.0,EUR\nS001,Helix,2026-03-20,P-2,Nabe,6.5,m,1.5,EUR\n",
    table(
        "orders",
        """
order_no | customer | due | part_no | name | quantity | unit | price | currency
S001 | Helix | 2026-03-20 | P-1 | Welle | 5 | KGM | 10 | EUR
S001 | Helix | 2026-03-20 | P-2 | Nabe | 6.5 | MTR | 1.5 | EUR
""",
    ),
)

case(
    "stranger-erp-camel-titles.csv",
    "OrderNum,OrderLine,CustID,PartNum,LineDesc,OurReqQty,SalesUM,NeedByDate,UnitPrice,CurrencyCode\n"
    "100,1,HEL,P-1,Shaft,5,EA,3/18/2026,10.00,USD\n101,1,HEL,P-2,Hub,6,EA,3/25/2026,12.00,USD\n",
    table(
        "orders",
        """
order_no | line_no | customer_no | part_no | name | quantity | unit | due | price | currency
100 | 1 | HEL | P-1 | Shaft | 5 | C62 | 2026-03-18 | 10 | USD
101 | 1 | HEL | P-2 | Hub | 6 | C62 | 2026-03-25 | 12 | USD
""",
    ),
)

case(
    "stranger-erp-va05.csv",
    (
        "Verkaufsbeleg;Position;Erstellt am;Auftraggeber;Bestellnummer;Material;Bezeichnung;Auftragsmenge;BME;Lieferdatum;Nettowert;Währung\n"
        "4711;10;27.02.2026;Helix GmbH;PO-9;M-1;Stange;5,5;KG;20.03.2026;100,00;EUR\n"
        "4711;20;27.02.2026;Helix GmbH;PO-9;M-2;Draht;1.200,5;M;23.03.2026;240,10;EUR\n"
    ).encode("cp1252"),
    table(
        "orders",
        """
own_no | line_no | customer | order_no | part_no | name | quantity | unit | due | amount | currency
4711 | 10 | Helix GmbH | PO-9 | M-1 | Stange | 5.5 | KGM | 2026-03-20 | 100 | EUR
4711 | 20 | Helix GmbH | PO-9 | M-2 | Draht | 1200.5 | MTR | 2026-03-23 | 240.10 | EUR
""",
    )
    | {"tolerated": ["ordered"]},
)

case(
    "stranger-kilo-in-chinese.csv",
    "订单号,料号,数量,交期\nA1,P-1,25.5千克,2026-03-20\nA2,P-2,300千克,2026-03-23\nA3,P-3,1.5万件,2026-03-24\n",
    table(
        "orders",
        """
order_no | part_no | quantity | unit | due
A1 | P-1 | 25.5 | KGM | 2026-03-20
A2 | P-2 | 300 | KGM | 2026-03-23
A3 | P-3 | 15000 | C62 | 2026-03-24
""",
    ),
)


def _styled() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 3, 2)})
    sheet = book.add_worksheet("Open")
    struck, month, day = book.add_format({"font_strikeout": True}), book.add_format({"num_format": "mmm yy"}), book.add_format({"num_format": "dd.mm.yyyy"})
    rows: list[list[Any]] = [["A1", "P-1", 5], ["A2", "P-2", 6], ["A3", "P-3", 7], ["A4", "P-4", 8]]
    sheet.write_row(0, 0, TITLES)
    for number, row in enumerate(rows, 1):
        sheet.write_row(number, 0, row, struck if number == 2 else None)
        sheet.write_datetime(number, 3, datetime(2026, 3, 20) if number < 4 else datetime(2026, 4, 1), month if number == 4 else day)
    sheet.set_row(3, None, None, {"hidden": True})
    book.close()
    return out.getvalue()


case(
    "stranger-struck-and-hidden-rows.xlsx",
    _styled(),
    table(
        "orders",
        """
order_no | part_no | quantity | due | *
A1 | P-1 | 5 | 2026-03-20 | -
A2 | P-2 | 6 | 2026-03-20 | ?
A3 | P-3 | 7 | 2026-03-20 | ?
A4 | P-4 | 8 | ? | -
""",
    ),
)

case(
    "stranger-operations-described.csv",
    "Teil;AG;Bezeichnung;Maschine;Rüsten;Stückzeit;Fremdfirma;Durchlaufzeit\nP-1;10;Drehen;M1;15 min;2,5 min;;\nP-1;20;Härten;;;;Embercoat;5 AT\n",
    table(
        "routings",
        """
part_no | op_no | op_name | machine | setup_min | cycle_min | supplier | lead_days
P-1 | 10 | Drehen | M1 | 15 | 2.5 | - | -
P-1 | 20 | Härten | - | - | - | Embercoat | 5
""",
    ),
)

case(
    "stranger-holidays-only.csv",
    "Datum;Feiertag\n01.05.2026;Tag der Arbeit\n25.12.2026;1. Weihnachtstag\n",
    table("calendar", "date | note | closed\n2026-05-01 | Tag der Arbeit | true\n2026-12-25 | 1. Weihnachtstag | true"),
)

case(
    "stranger-item-beside-part.csv",
    'Customer PO #;Item #;Part #;Pcs;Ship By;Price Each;Extended Price\n4500;1;P-1;1,200;3/20/26;$1.25;"$1,500.00"\n4501;1;P-2;300;4/2/26;$2.00;$600.00\n',
    table(
        "orders",
        """
order_no | part_no | quantity | due | price | amount | currency
4500 | P-1 | 1200 | 2026-03-20 | 1.25 | 1500 | USD
4501 | P-2 | 300 | 2026-04-02 | 2 | 600 | USD
""",
    )
    | {"tolerated": ["line_no"]},
)

case(
    "stranger-second-quantity.csv",
    "Auftrag;Artikel;Menge;ME;Menge 2;ME 2;Termin\nA1;P-1;100;Stk;25;kg;20.03.2026\nA2;P-2;40;Stk;8,5;kg;23.03.2026\n",
    table("orders", "order_no | part_no | quantity | unit | due\nA1 | P-1 | 100 | C62 | 2026-03-20\nA2 | P-2 | 40 | C62 | 2026-03-23"),
)

case(
    "stranger-stock-with-reserved.csv",
    "Artikel;Bestand;reserviert;verfügbar;Mindestbestand\nP-1;100;20;80;50\nP-2;50;0;50;10\n",
    table("stock", "part_no | quantity\nP-1 | 100\nP-2 | 50"),
)

case(
    "stranger-only-one-date-column.csv",
    "Order,Part,Quantity,Date\nA1,P-1,12,2026-03-20\nA2,P-2,15,2026-03-27\n",
    table("orders", "order_no | part_no | quantity | due\nA1 | P-1 | 12 | 2026-03-20?\nA2 | P-2 | 15 | 2026-03-27?"),
)
