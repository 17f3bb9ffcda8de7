"""What a remembered mapping brings into the next file, and what it must not."""

from datetime import date

import msgspec

from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.read import read

CONTEXT = Context(date(2026, 3, 2))
LIST = "{head}\nPos.;Artikel-Nr.;Bezeichnung;Menge;Liefertermin\n10;Z-1;Zahnrad;5;20.03.2026\n"


def test_a_number_of_one_file_is_not_that_of_the_next():
    """Tests that customer and currency last, and that an order number or date said above one table is not taken for another that says none."""
    first = read(LIST.format(head="Bestell-Nr.: 4711\nBestelldatum: 01.03.2026").encode(), "a.csv", CONTEXT)
    (mapping, records) = first.tables[0]
    assert records[0].values["order_no"] == "4711"
    kept = msgspec.structs.replace(mapping, constants={**mapping.constants, "customer": "Meridian", "currency": "CHF"}, source="corrected")
    (_, records) = read(LIST.format(head="Offene Posten").encode(), "b.csv", CONTEXT, mappings=[kept]).tables[0]
    assert "order_no" not in records[0].values
    assert "ordered" not in records[0].values
    assert records[0].refused
    assert records[0].values["customer"] == "Meridian"
    (_, records) = read(LIST.format(head="Bestell-Nr.: 4712").encode(), "c.csv", CONTEXT, mappings=[kept]).tables[0]
    assert records[0].values["order_no"] == "4712"
