"""Tests that any order list written in any supported layout is read back as it was meant."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.read import read

TODAY = date(2026, 3, 2)
TITLES = {
    "de": {
        "order_no": ["Bestell-Nr.", "Auftragsnr", "Kundenbestellnr."],
        "line_no": ["Pos.", "Position"],
        "customer": ["Kunde", "Kundenname"],
        "part_no": ["Art.-Nr.", "Artikelnummer", "Teilenummer"],
        "name": ["Bezeichnung", "Benennung"],
        "revision": ["Rev.", "Änderungsstand"],
        "quantity": ["Menge", "Stückzahl", "Bestellmenge"],
        "due": ["Liefertermin", "Wunschtermin"],
        "ordered": ["Bestelldatum", "bestellt am"],
        "price": ["Einzelpreis", "Preis"],
    },
    "en": {
        "order_no": ["PO No.", "Order Number", "Purchase Order"],
        "line_no": ["Line", "Line No"],
        "customer": ["Customer", "Customer Name"],
        "part_no": ["Part No.", "Part Number", "Item Code"],
        "name": ["Description", "Part Name"],
        "revision": ["Rev", "Revision"],
        "quantity": ["Qty", "Quantity", "Order Qty"],
        "due": ["Due Date", "Required Date", "Delivery Date"],
        "ordered": ["Order Date", "PO Date"],
        "price": ["Unit Price", "Price"],
    },
    "zh": {
        "order_no": ["订单号", "采购订单号"],
        "line_no": ["行号", "项次"],
        "customer": ["客户", "客户名称"],
        "part_no": ["物料编码", "料号"],
        "name": ["品名", "物料名称"],
        "revision": ["版本", "版本号"],
        "quantity": ["数量", "订单数量"],
        "due": ["交期", "交货日期"],
        "ordered": ["下单日期", "订单日期"],
        "price": ["单价", "未税单价"],
    },
}
NAMES = ["Welle", "Flansch 40", "Gehäuse groß", "Shaft sleeve", "Gear", "轴套", "法兰盘 DN50", 'Deckel "B"', "Buchse; gehärtet", "Nut, hex"]
CUSTOMERS = ["Northforge GmbH", "Helix AG", "Oakmill Ltd", "宁波河港机电有限公司", "Meridian & Co. KG"]
CODES = st.from_regex(r"[A-Z]{1,2}-[0-9]{2,5}|0[0-9]{4}|[1-9][0-9]{4}-[0-9]{2}|[A-Z]{2}[0-9]{4}\.[0-9]{2}", fullmatch=True)
DAYS = st.integers(-40, 300).map(lambda days: TODAY + timedelta(days=days))


@st.composite
def tables(draw):
    """Return the lines of an order list: values by field."""
    fields = ["order_no", "part_no", "quantity", "due", *draw(st.sets(st.sampled_from(["line_no", "customer", "name", "revision", "ordered", "price"])))]
    lines = []
    for number in range(draw(st.integers(1, 8))):
        due = draw(DAYS)
        line = {
            "order_no": f"PO-{draw(st.integers(1, 4))}{number}",
            "line_no": str(number * 10 + 10),
            "customer": draw(st.sampled_from(CUSTOMERS)),
            "part_no": draw(CODES),
            "name": draw(st.sampled_from(NAMES)),
            "revision": draw(st.sampled_from("ABCD")),
            "quantity": Decimal(draw(st.integers(1, 120_000))),
            "due": due,
            "ordered": due - timedelta(days=draw(st.integers(0, 90))),
            "price": Decimal(draw(st.integers(1, 9_999_999))) / 100,
        }
        lines.append({field: line[field] for field in fields})
    return lines


@st.composite
def layouts(draw):
    """Return how a list is written."""
    spoken = draw(st.sampled_from(["de", "en", "zh"]))
    return {
        "titles": {field: draw(st.sampled_from(words)) for field, words in TITLES[spoken].items()},
        "order": draw(st.randoms(use_true_random=False)),
        "above": draw(st.sampled_from([[], ["Liste"], ["Liste vom Montag", ""], ["", ""]])),
        "merged": draw(st.booleans()),
        "left": draw(st.integers(0, 2)),
        "mark": draw(st.sampled_from([",", "."])),
        "groups": draw(st.booleans()),
        "days": draw(st.sampled_from(["real", "%d.%m.%Y", "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%Y年%m月%d日", "%d %b %Y"])),
        "unit": draw(st.sampled_from(["", "title", "cell", "column"])),
        "currency": draw(st.sampled_from(["title", "cell", "column"])),
        "extra": draw(st.booleans()),
        "numbers": draw(st.sampled_from(["real", "text"])),
        "total": draw(st.booleans()),
        "separator": draw(st.sampled_from([";", "\t", ",", "|"])),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"])),
    }


def number(value, layout, places):
    """Return a number as text by the layout's decimal and thousands marks."""
    text = f"{value:,.{places}f}" if layout["groups"] else f"{value:.{places}f}"
    return text.translate({ord(","): ".", ord("."): ","}) if layout["mark"] == "," else text


def cell(field, value, layout, text):
    """Return one cell as the layout writes it; ``text``: the format knows text only."""
    if isinstance(value, date):
        return value if layout["days"] == "real" and not text else value.strftime("%d.%m.%Y" if layout["days"] == "real" else layout["days"])
    if isinstance(value, Decimal):
        glued = (field == "quantity" and layout["unit"] == "cell") or (field == "price" and layout["currency"] == "cell")
        if layout["numbers"] == "real" and not text and not glued:
            return float(value)
        written = number(value, layout, 2 if field == "price" else 0)
        return f"{written} {'Stk' if field == 'quantity' else 'EUR'}" if glued else written
    return value


def grid(lines, layout, text):
    """Return the rows of the list with its titles."""
    fields = list(lines[0])
    layout["order"].shuffle(fields)
    titles = [layout["titles"][field] for field in fields]
    titles = [f"{title} [Stk]" if field == "quantity" and layout["unit"] == "title" else title for field, title in zip(fields, titles, strict=True)]
    titles = [f"{title} in EUR" if field == "price" and layout["currency"] == "title" else title for field, title in zip(fields, titles, strict=True)]
    rows = [[cell(field, line[field], layout, text) for field in fields] for line in lines]
    if layout["unit"] == "column":
        titles, rows = [*titles, "ME"], [[*row, "Stk"] for row in rows]
    if layout["currency"] == "column" and "price" in fields:
        titles, rows = [*titles, "Währung"], [[*row, "EUR"] for row in rows]
    if layout["extra"]:
        titles, rows = ["Farbton", *titles], [["RAL", *row] for row in rows]
    if layout["total"]:
        rows.append(["Summe", *[""] * (len(titles) - 1)])
    left = [""] * layout["left"]
    return [*([text] for text in layout["above"]), [*left, *titles], *([*left, *row] for row in rows)]


def as_csv(rows, layout):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=layout["separator"]).writerows(rows)
    return out.getvalue().encode(layout["encoding"])


def as_xlsx(rows, layout):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Tabelle1")
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for top, row in enumerate(rows):
        for left, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(top, left, value, day)
            elif isinstance(value, float):
                sheet.write_number(top, left, value)
            elif value:
                sheet.write_string(top, left, value)
    if layout["merged"] and layout["above"] and layout["above"][0]:
        sheet.merge_range(0, 0, 0, 3, layout["above"][0])
    book.close()
    return out.getvalue()


def check(content, name, lines, layout):
    """Compare what is read with what was written; a value may differ only when that is said."""
    result = read(content, name, Context(today=TODAY))
    assert len(result.tables) == 1, result.issues
    mapping, records = result.tables[0]
    assert mapping.kind == "orders" or "order_no" not in lines[0]
    assert len(records) == len(lines)
    open_habit = layout["days"] in {"%d/%m/%Y", "%m/%d/%Y"}
    for record, line in zip(records, lines, strict=True):
        for field, value in line.items():
            said = {issue.code for issue in record.issues if issue.field == field and issue.level != "note"}
            if (open_habit and field in {"due", "ordered"} and said) or (layout["groups"] and "number-ambiguous" in said):
                continue
            assert record.values.get(field) == value, (field, record.values.get(field), value, said)
        if layout["unit"]:
            assert record.values["unit"] == "C62"
        if "price" in line:
            assert record.values["currency"] == "EUR"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), layouts())
def test_text_tables_are_read_back(lines, layout):
    """Tests that a text table of any separator, encoding, language and habit is read back equal."""
    check(as_csv(grid(lines, layout, text=True), layout), "list.csv", lines, layout)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), layouts())
def test_workbooks_are_read_back(lines, layout):
    """Tests that a workbook of any layout, language and habit is read back equal."""
    check(as_xlsx(grid(lines, layout, text=False), layout), "list.xlsx", lines, layout)
