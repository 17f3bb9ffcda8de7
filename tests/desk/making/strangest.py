"""What stands above and beside tables: remarks for all rows, backlogs, forms of labels."""

from tests.desk.making.answers import case, table
from tests.desk.making.writing import d, workbook

case(
    "strangest-weeks-with-backlog.xlsx",
    workbook(
        {
            "name": "Lieferabruf",
            "rows": [
                ["Bestellnummer", "Teilenummer", "Rückstand", "KW 12/2026", "KW 13/2026", "KW 14/2026", "Gesamt"],
                ["L1", "T1", 20, 100, 0, 150, 270],
                ["L2", "T2", 0, None, 400, None, 400],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | quantity | due
L1 | T1 | 100? | 2026-03-16..2026-03-22?
L1 | T1 | 150? | 2026-03-30..2026-04-05?
L2 | T2 | 400 | 2026-03-23..2026-03-29?
""",
    ),
)

case(
    "strangest-form-of-labels.xlsx",
    workbook(
        {
            "name": "Bestellung",
            "rows": [
                ["Bestellung", None, None, None],
                ["Bestell-Nr.:", "4711", "Bestelldatum:", d("2026-03-01")],
                ["Kunde:", "Helix GmbH", "Liefertermin:", d("2026-03-20")],
                ["Artikel:", "P-1", "Menge:", 25],
                ["Preis:", 12.5, "Währung:", "EUR"],
            ],
        }
    ),
    table(
        "orders",
        "order_no | ordered | customer | due | part_no | quantity | price | currency\n4711 | 2026-03-01 | Helix GmbH | 2026-03-20 | P-1 | 25 | 12.5 | EUR",
    ),
)

case(
    "strangest-said-for-all.xlsx",
    workbook(
        {
            "name": "Bestellung",
            "rows": [
                ["Lieferant:", "Shop GmbH", "Besteller:", "Helix AG"],
                ["Bestellnummer 4711", None, "Datum 01.03.2026"],
                ["Preise je 100 Stück in EUR"],
                ["Mengen in kg"],
                [],
                ["Pos", "Artikel", "Menge", "Preis", "Termin"],
                [1, "P-1", 5, 10, d("2026-03-20")],
                [2, "P-2", 7.5, 12, d("2026-03-23")],
            ],
        }
    ),
    table(
        "orders",
        "line_no | part_no | quantity | price | due\n1 | P-1 | 5 | 10 | 2026-03-20\n2 | P-2 | 7.5 | 12 | 2026-03-23",
        order_no="4711",
        customer="Helix AG",
        price_per="100",
        unit="KGM",
        currency="EUR",
    )
    | {"tolerated": ["ordered"]},
)

case(
    "strangest-in-thousands.xlsx",
    workbook(
        {
            "name": "Bestellung",
            "rows": [["Mengenangaben in Tausend Stück"], ["Bestellnr", "Artikel", "Menge", "Termin"], ["A1", "P-1", 5, d("2026-03-20")]],
        }
    ),
    table("orders", "order_no | part_no | quantity | due\nA1 | P-1 | ? | 2026-03-20"),
)

case(
    "strangest-months-as-headings.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Order", "Part", "Qty", "Due"],
                ["März 2026", None, None, None],
                ["A1", "P-1", 5, d("2026-03-20")],
                ["April 2026", None, None, None],
                ["A2", "P-2", 6, d("2026-04-20")],
            ],
        }
    ),
    table("orders", "order_no | part_no | quantity | due\nA1 | P-1 | 5 | 2026-03-20\nA2 | P-2 | 6 | 2026-04-20"),
)
