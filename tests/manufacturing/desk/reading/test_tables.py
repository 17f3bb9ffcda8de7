"""Tests that tables are found, told apart and read row by row, with what is said around them."""

from datetime import date, datetime
from decimal import Decimal

import msgspec
import pytest

from plait.manufacturing.desk.reading.columns import propose, signature
from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import Content, Sheet
from plait.manufacturing.desk.reading.read import read, read_content
from plait.manufacturing.desk.reading.reshape import reshaped
from plait.manufacturing.desk.reading.rows import apply, apply_all
from plait.manufacturing.desk.reading.words import vocabulary

CONTEXT = Context(today=date(2026, 3, 2))
DUE = date(2026, 4, 1)
TITLES = ["Bestell-Nr.", "Pos.", "Art.-Nr.", "Menge", "Liefertermin"]


def text(content):
    """Return what is read from a text table."""
    return read(content.encode(), "list.csv", CONTEXT)


def rows(*cells, merged=(), **more):
    """Return the records of the one table of a sheet."""
    sheet = Sheet("S", [list(row) for row in cells], merged, **more)
    (mapping,), _ = propose(sheet, CONTEXT)
    return apply(sheet, mapping, CONTEXT)


def codes(record, *levels):
    return {issue.code for issue in record.issues if not levels or issue.level in levels}


@pytest.mark.parametrize(
    ("titles", "kind", "fields"),
    [
        (["PO No.", "Line", "Part No.", "Qty", "Due Date", "Unit Price", "Currency"], "orders", "order_no line_no part_no quantity due price currency"),
        (["订单号", "物料编码", "品名", "数量", "交期", "单价", "客户"], "orders", "order_no part_no name quantity due price customer"),
        (["訂單號", "料號", "品名", "數量", "交貨日期"], "orders", "order_no part_no name quantity due"),
        (
            ["Bestellnummer", "Unsere Auftragsnr.", "Artikel", "offen", "Menge", "Wunschtermin", "Bestätigt"],
            "orders",
            "order_no own_no part_no open_quantity quantity due promised",
        ),
        (
            ["Anfrage-Nr.", "Teilenummer", "Stückzahl", "Wunschtermin", "Angebot bis", "Zielpreis"],
            "request",
            "request_no part_no quantity due respond_by target_price",
        ),
        (["Artikelnummer", "Bezeichnung", "ab Menge", "Preis", "Währung", "gültig ab"], "prices", "part_no name from_quantity price currency valid_from"),
        (["Material", "Charge", "Lagerort", "Bestand", "ME"], "stock", "part_no lot place quantity unit"),
        (["物料编码", "仓库", "库存数量", "单位", "批号"], "stock", "part_no place quantity unit lot"),
        (
            ["Part No", "Description", "Rev", "Drawing No", "Material", "Weight (kg)", "Lead time"],
            "parts",
            "part_no name revision drawing_no material weight_kg lead_days",
        ),
        (["Teilenummer", "AG", "Arbeitsgang", "Maschinengruppe", "tr [min]", "te [min]"], "routings", "part_no op_no op_name group setup_min cycle_min"),
        (["零件号", "工序号", "工序名称", "设备组", "准备时间(分)", "单件工时(分)"], "routings", "part_no op_no op_name group setup_min cycle_min"),
        (["Baugruppe", "Komponente", "Bezeichnung", "Menge je Stück", "Einheit"], "materials", "part_no component component_name quantity unit"),
        (["Wochentag", "Beginn", "Ende", "Schicht"], "calendar", "weekday start end note"),
    ],
)
def test_kinds_and_columns(titles, kind, fields):
    """Tests that the kind of a table and the meaning of its columns are told from titles in three languages."""
    cells = ["Welle" if field.endswith("name") else "1" for field in fields.split()]
    (mapping,), _ = propose(Sheet("S", [list(titles), cells]), CONTEXT)
    assert mapping.kind == kind
    assert [column.field for column in mapping.columns] == fields.split()


def test_vocabulary_names_known_fields():
    """Tests that every kind knows titles for each of its fields, hundreds of them, with weights between 0 and 1."""
    for kind, fields in KINDS.items():
        words = vocabulary(kind)
        meant = {field for options in words.values() for field, _ in options}
        assert set(fields) <= meant, (kind, set(fields) - meant)
        assert all(0 < surely <= 1 for options in words.values() for _, surely in options)
    assert len(vocabulary("orders")) > 1000


def test_places_and_values():
    """Tests that each value bears the cell it came from."""
    (record,) = rows([], ["", *TITLES], ["", "4711", 10.0, "A-1", 5.0, datetime(2026, 4, 1)])
    assert record.values == {"order_no": "4711", "line_no": "10", "part_no": "A-1", "quantity": Decimal(5), "due": DUE}
    assert record.places["due"].cell == "F3"
    assert record.row == 3
    assert not record.issues


def test_titles_above_and_constants():
    """Tests that what is said above a table holds for its rows."""
    result = text("Bestellnummer: PO-77;;;\nKunde:;Meridian GmbH;;\nAlle Preise in CHF;;;\n;;;\nArt.-Nr.;Menge;Liefertermin;Preis\nA-1;5;01.04.2026;12,50\n")
    ((mapping, (record,)),) = result.tables
    assert mapping.constants == {"order_no": "PO-77", "customer": "Meridian GmbH", "currency": "CHF"}
    assert record.values["order_no"] == "PO-77"
    assert record.values["currency"] == "CHF"


def test_two_rows_of_titles():
    """Tests that titles in two rows are read together."""
    sheet = Sheet(
        "S",
        [
            ["Auftrag", "", "Artikel", "Menge", "", "Termin", ""],
            ["Nr.", "Pos.", "Nr.", "bestellt", "geliefert", "Wunsch", "bestätigt"],
            ["4711", 10.0, "A-1", 5.0, 2.0, datetime(2026, 4, 1), datetime(2026, 4, 8)],
        ],
        ((0, 0, 0, 1), (0, 3, 0, 4), (0, 5, 0, 6)),
    )
    (mapping,), _ = propose(sheet, CONTEXT)
    (record,) = apply(sheet, mapping, CONTEXT)
    assert mapping.header == (0, 1)
    assert record.values["quantity"] == Decimal(5)
    assert record.values["delivered"] == Decimal(2)
    assert record.values["due"] == DUE
    assert record.values["promised"] == date(2026, 4, 8)


def test_a_row_of_units():
    """Tests that a row of units under the titles is read as such."""
    (record,) = rows(["Order No", "Part No", "Qty", "Due Date", "Price"], ["", "", "[kg]", "", "[USD]"], ["A1", "P-1", 5.0, datetime(2026, 4, 1), 2.0])
    assert (record.values["unit"], record.values["currency"]) == ("KGM", "USD")


def test_several_tables_totals_and_repeated_titles():
    """Tests that tables under one another are parted, and sums, pages and repeated titles are no rows."""
    result = text(
        "Order;Item;Part number;Quantity;Due date\nR-1;1;AB-1;5;2026-04-01\nPage 1;;;;\nOrder;Item;Part number;Quantity;Due date\nR-1;2;AB-2;6;2026-04-01\n"
        "Total;;;11;\n;;;;\n;;;;\nPart No;Stock qty;Location;;\nAB-1;12;R1;;\n"
    )
    (orders, first), (stock, second) = result.tables
    assert (orders.kind, stock.kind) == ("orders", "stock")
    assert [record.values["quantity"] for record in first] == [5, 6]
    assert [record.values["part_no"] for record in second] == ["AB-1"]
    assert "row-total" in {issue.code for issue in result.issues}


def test_group_headings():
    """Tests that a customer said in a row of its own holds for the rows below, and that this is told."""
    result = text("Auftrag;Artikelnr.;Menge;Liefertermin\nKunde: Helix AG;;;\nH-1;A-1;5;01.04.2026\nNorthforge GmbH;;;\nN-1;A-1;5;01.04.2026\n")
    ((_, records),) = result.tables
    assert [record.values["customer"] for record in records] == ["Helix AG", "Northforge GmbH"]
    assert all("group-heading" in codes(record) for record in records)
    assert "group-heading" in codes(records[1], "warning")


def test_merged_and_grouped_cells():
    """Tests that merged cells hold for all their rows, that an order number said once holds below, and that counts are warned of."""
    row = [datetime(2026, 4, 1)]
    merged = rows(TITLES, ["4711", 10.0, "A-1", 5.0, *row], ["", 20.0, "A-2", "", *row], merged=((1, 0, 2, 0), (1, 3, 2, 3)))
    assert [record.values["order_no"] for record in merged] == ["4711", "4711"]
    assert "merged-value" in codes(merged[1], "warning")
    grouped = rows(TITLES, ["4711", 10.0, "A-1", 5.0, *row], ["", 20.0, "A-2", 6.0, *row], ["4712", 10.0, "A-1", 5.0, *row])
    assert [record.values["order_no"] for record in grouped] == ["4711", "4711", "4712"]
    assert codes(grouped[1]) == {"filled-down"}
    lone = rows(TITLES, ["4711", 10.0, "A-1", 5.0, *row], ["4711", 20.0, "A-2", 6.0, *row], ["", 10.0, "A-1", 5.0, *row])
    assert "filled-down" in codes(lone[2], "warning")


def test_ditto_marks():
    """Tests that a mark for "as above" takes the value above, and is no value where there is none."""
    records = rows(TITLES, ["4711", "1", '"', "5", "01.04.2026"], ["〃", "2", "A-1", "5", "dto."])
    assert records[1].values["order_no"] == "4711"
    assert records[1].values["due"] == DUE
    assert "ditto-of-nothing" in codes(records[0])
    assert records[0].refused


@pytest.mark.parametrize(
    ("change", "code", "level"),
    [
        ({"quantity": 0.0}, "quantity-not-positive", "refused"),
        ({"quantity": -5.0}, "quantity-not-positive", "refused"),
        ({"quantity": 2.5}, "quantity-not-whole", "warning"),
        ({"quantity": "", "open_quantity": ""}, "missing-value", "refused"),
        ({"due": "31.02.2026"}, "date-impossible", "refused"),
        ({"due": datetime(2026, 1, 1)}, "due-before-order", "warning"),
        ({"due": datetime(2023, 1, 1)}, "date-long-past", "warning"),
        ({"part_no": ""}, "missing-value", "refused"),
        ({"amount": 51.0}, "amount-mismatch", "warning"),
        ({"open_quantity": 4.0}, "open-mismatch", "warning"),
        ({"open_quantity": 900.0, "delivered": ""}, "open-mismatch", "warning"),
        ({"currency": "XYZ"}, "currency-unknown", "warning"),
        ({"unit": "Kasten"}, "unit-unknown", "warning"),
        ({"state": "storniert"}, "line-cancelled", "warning"),
        ({"ordered": datetime(2026, 6, 1)}, "ordered-ahead", "warning"),
    ],
)
def test_cross_checks(change, code, level):
    """Tests that values that do not agree are warned of, and rows that cannot go in are refused."""
    titles = {
        "order_no": "Order No",
        "part_no": "Part No",
        "quantity": "Qty",
        "unit": "UoM",
        "delivered": "Delivered Qty",
        "open_quantity": "Open Qty",
        "ordered": "Order Date",
        "due": "Due Date",
        "price": "Unit Price",
        "price_per": "Price Unit",
        "amount": "Line Total",
        "currency": "Currency",
        "state": "Status",
    }
    line = {"order_no": "A1", "part_no": "P-1", "quantity": 100.0, "unit": "pcs", "delivered": 95.0, "open_quantity": 5.0, "ordered": datetime(2026, 2, 1)}
    line |= {"due": datetime(2026, 4, 1), "price": 50.0, "price_per": 100.0, "amount": 50.0, "currency": "EUR", "state": "open"}
    (good,) = rows(list(titles.values()), list(line.values()))
    assert not good.issues
    (bad,) = rows(list(titles.values()), list({**line, **change}.values()))
    assert code in codes(bad, level)
    assert bad.refused == (level == "refused")
    assert all(issue.fix for issue in bad.issues)


def test_same_line_twice():
    """Tests that an order's line that stands twice is warned of."""
    row = ["4711", 10.0, "A-1", 5.0, datetime(2026, 4, 1)]
    first, second = rows(TITLES, row, row)
    assert not first.issues
    assert codes(second, "warning") == {"duplicate-line"}


def test_currency_that_is_not_said():
    """Tests that the firm's currency is taken where none is said, with a word."""
    (record,) = rows(["Order No", "Part No", "Qty", "Due Date", "Price"], ["A1", "P-1", 5.0, datetime(2026, 4, 1), 2.0])
    assert record.values["currency"] == "EUR"
    assert "currency-assumed" in codes(record)


def test_doubtful_columns_warn_every_row():
    """Tests that each value of a column whose meaning is not sure bears a warning."""
    sheet = Sheet("S", [["Order No", "Part No", "Qty", "Date"], ["A1", "P-1", 5.0, datetime(2026, 4, 1)]])
    (mapping,), issues = propose(sheet, CONTEXT)
    assert "column-doubtful" in {issue.code for issue in issues}
    (record,) = apply(sheet, mapping, CONTEXT)
    assert "column-doubtful" in codes(record, "warning")


def test_table_without_titles():
    """Tests that a table without titles is read from its cells, and every row is warned of."""
    result = text("4711;A-100;Welle;5;01.04.2026\n4712;B-200;Flansch;7;08.04.2026\nPO-1;B-201;Rad;9;15.04.2026\n")
    assert "no-titles" in {issue.code for issue in result.issues} or not result.tables
    assert all(codes(record, "warning") for _, records in result.tables for record in records)


def test_mapping_is_remembered():
    """Tests that a table of the same titles is read by the mapping that a person corrected, wherever it stands now."""
    sheet = Sheet("S", [["Order No", "Part No", "Qty", "Date"], ["A1", "P-1", 5.0, datetime(2026, 4, 1)]])
    (mapping,), _ = propose(sheet, CONTEXT)
    columns = tuple(msgspec.structs.replace(column, field="due", confidence=1.0) if column.title == "Date" else column for column in mapping.columns)
    kept = msgspec.structs.replace(mapping, columns=columns, source="corrected")
    moved = Sheet("Other", [["List"], [], *sheet.rows])
    assert signature(moved) == signature(kept)
    result = read_content(Content("csv", [moved]), "x", CONTEXT, mappings=[kept])
    ((used, (record,)),) = result.tables
    assert (used.source, used.header, used.sheet) == ("corrected", (2, 2), "Other")
    assert record.values["due"] == DUE
    assert not record.issues


def test_forms_tiers_and_weeks():
    """Tests that forms, price tiers and weeks across the top become rows whose values keep their cells."""
    form = Sheet("S", [["Bestellnummer", "4711"], ["Teilenummer", "A-1"], ["Menge", 5.0], ["Liefertermin", datetime(2026, 4, 1)]])
    (laid,) = reshaped(form)
    (mapping,), _ = propose(laid, CONTEXT)
    (record,) = apply(laid, mapping, CONTEXT)
    assert record.values["quantity"] == 5
    assert record.places["quantity"].cell == "B3"
    (tiers,) = reshaped(Sheet("S", [["Part No", "Currency", "1 pc", "10 pcs", "100 pcs"], ["P-1", "EUR", 5.0, 4.0, 3.2]]))
    (mapping,), _ = propose(tiers, CONTEXT)
    assert [(record.values["from_quantity"], record.values["price"]) for record in apply(tiers, mapping, CONTEXT)] == [(1, 5), (10, 4), (100, Decimal("3.2"))]
    (weeks,) = reshaped(Sheet("S", [["Order No", "Part No", "KW 12/2026", "KW 13/2026"], ["A1", "P-1", 10.0, ""], ["A1", "P-2", "", 20.0]]))
    (mapping,), _ = propose(weeks, CONTEXT)
    assert [(record.values["due"], record.values["quantity"]) for record in apply(weeks, mapping, CONTEXT)] == [
        (date(2026, 3, 20), 10),
        (date(2026, 3, 27), 20),
    ]


def test_notes_and_text_below():
    """Tests that remarks under a table are no rows, and that text that goes on in the next row is told."""
    sheet = Sheet(
        "S",
        [
            ["Order No", "Description", "Qty", "Due Date"],
            ["A1", "Shaft", 5.0, datetime(2026, 4, 1)],
            ["", "hardened", "", ""],
            [],
            ["Kind regards", "", "", ""],
        ],
    )
    (mapping,), _ = propose(sheet, CONTEXT)
    applied = apply_all(sheet, mapping, CONTEXT)
    assert len(applied.records) == 1
    assert "text-continued" in codes(applied.records[0], "warning")
    assert "row-skipped" in {issue.code for issue in applied.issues}


def test_nothing_recognised():
    """Tests that a sheet without a table gives a word and what to do."""
    mappings, (issue,) = propose(Sheet("S", [["Hello"], ["World", 1.0]]), CONTEXT)
    assert not mappings
    assert issue.code == "no-table"
    assert issue.fix
