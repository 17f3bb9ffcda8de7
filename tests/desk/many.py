"""Tables drawn at random: what is meant, and the file that a firm would have written of it, in any language, layout and habit."""

import csv
import io
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from tests.desk.making.writing import N, workbook

__all__ = ["ABOVE", "TODAY", "Drawing", "Drawn", "draw"]

TITLES: dict[str, dict[str, list[str]]] = {
    "de": {
        "order_no": ["Auftragsnummer", "Auftrags-Nr.", "Bestellnummer", "Bestell-Nr", "Auftrag", "Kundenauftrag", "Best.-Nr.", "Ihre Bestellung"],
        "line_no": ["Pos.", "Position", "Pos", "Positionsnummer", "Pos-Nr."],
        "customer": ["Kunde", "Kundenname", "Auftraggeber", "Firma", "Besteller"],
        "part_no": ["Artikelnummer", "Art.-Nr.", "Teilenummer", "Teile-Nr.", "Sachnummer", "Materialnummer", "Artikel-Nr", "Mat.-Nr."],
        "name": ["Bezeichnung", "Artikelbezeichnung", "Benennung", "Beschreibung", "Artikeltext"],
        "quantity": ["Menge", "Stückzahl", "Bestellmenge", "Anzahl", "Auftragsmenge"],
        "unit": ["ME", "Einheit", "Mengeneinheit", "EH"],
        "due": ["Liefertermin", "Lieferdatum", "Termin", "Wunschtermin", "Kundenwunschtermin", "LT", "Liefern bis", "gewünschter Liefertermin"],
        "ordered": ["Bestelldatum", "Auftragsdatum", "bestellt am", "Auftrag vom"],
        "price": ["Einzelpreis", "Preis", "Stückpreis", "E-Preis", "Nettopreis", "Preis/Stk"],
        "currency": ["Währung", "Whg", "Währ."],
        "note": ["Bemerkung", "Anmerkung", "Hinweis", "Kommentar"],
        "revision": ["Index", "Revision", "Änderungsstand", "Zeichnungsindex"],
        "delivered": ["geliefert", "Gelieferte Menge", "gelieferte Mge"],
    },
    "en": {
        "order_no": ["Order No", "PO Number", "P.O. #", "Sales Order", "Order Number", "Purchase Order", "Customer PO", "PO"],
        "line_no": ["Line", "Item", "Pos", "Line No.", "Line #", "Line Item"],
        "customer": ["Customer", "Customer Name", "Client", "Buyer", "Sold to"],
        "part_no": ["Part No", "Part Number", "Item Number", "Item Code", "SKU", "Article No.", "P/N", "Product Code", "Part #"],
        "name": ["Description", "Part Name", "Item Description", "Product", "Part Description"],
        "quantity": ["Quantity", "Qty", "Order Qty", "Qty Ordered", "QTY.", "Ordered Quantity"],
        "unit": ["Unit", "UoM", "U/M", "Unit of Measure", "UOM"],
        "due": ["Due Date", "Delivery Date", "Required Date", "Need By", "Req. Date", "Due", "Requested Delivery Date", "Required by"],
        "ordered": ["Order Date", "PO Date", "Date Ordered", "Ordered on"],
        "price": ["Unit Price", "Price", "Price each", "Price/Unit", "Net Price"],
        "currency": ["Currency", "Curr", "CCY", "Cur."],
        "note": ["Remarks", "Notes", "Comment", "Note"],
        "revision": ["Rev", "Revision", "Rev.", "Drawing Rev"],
        "delivered": ["Qty Delivered", "Delivered", "Shipped Qty", "Qty Shipped"],
    },
    "zh": {
        "order_no": ["订单号", "订单编号", "采购单号", "合同号", "销售订单号", "客户订单号"],
        "line_no": ["行号", "序号", "项次", "项目"],
        "customer": ["客户", "客户名称", "购货单位", "客户简称"],
        "part_no": ["物料编码", "料号", "产品编码", "零件号", "物料号", "存货编码"],
        "name": ["名称", "品名", "产品名称", "物料名称", "零件名称"],
        "quantity": ["数量", "订单数量", "订购数量", "采购数量", "需求数量"],
        "unit": ["单位", "计量单位"],
        "due": ["交货日期", "交期", "要求交货日期", "交货期", "需求日期", "要货日期"],
        "ordered": ["下单日期", "订单日期", "订货日期"],
        "price": ["单价", "不含税单价", "未税单价"],
        "currency": ["币种", "币别", "货币"],
        "note": ["备注", "说明"],
        "revision": ["版本", "版本号", "版次"],
        "delivered": ["已交数量", "已发数量", "已发货数量", "已交货数量"],
    },
}
NEEDED = ("order_no", "part_no", "quantity", "due")
UNITS = {"de": [("Stk", "C62"), ("St.", "C62"), ("kg", "KGM"), ("m", "MTR"), ("Satz", "SET"), ("Paar", "PR"), ("m²", "MTK"), ("l", "LTR")]}
UNITS["en"] = [("pcs", "C62"), ("EA", "C62"), ("kg", "KGM"), ("m", "MTR"), ("set", "SET"), ("pair", "PR"), ("PCS", "C62"), ("ft", "FOT"), ("lb", "LBR")]
UNITS["zh"] = [("件", "C62"), ("个", "C62"), ("kg", "KGM"), ("米", "MTR"), ("套", "SET"), ("千克", "KGM"), ("只", "C62"), ("吨", "TNE")]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
MONATE = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"]
ABOVE = {
    "de": {"customer": "Kunde:", "order_no": "Bestellnummer:"},
    "en": {"customer": "Customer:", "order_no": "PO Number:"},
    "zh": {"customer": "客户：", "order_no": "订单编号："},
}
WORDS = {
    "de": {"list": "Auftragsliste", "sub": "Zwischensumme", "total": "Summe", "note": "Alle Angaben ohne Gewähr."},
    "en": {"list": "Open order report", "sub": "Subtotal", "total": "Total", "note": "Please confirm within two days."},
    "zh": {"list": "订单明细表", "sub": "小计", "total": "合计", "note": "请尽快确认交期。"},
}
NAMES = {"de": ["Welle", "Gehäuse", "Flansch Ø40", "Lagerbock, links", "Blech 2x100"], "zh": ["传动轴", "法兰盘", "轴承座 φ60", "端盖"]}
NAMES["en"] = ["Shaft", "Housing", 'Pipe 2"', "Bracket; left", "Plate 10 x 20"]
CUSTOMERS = {"de": ["Helix GmbH", "Oakmühle AG"], "en": ["Northforge Ltd", "Swiftline, Inc."], "zh": ["宁波河港机电", "苏州子午泵业"]}
TODAY = date(2026, 3, 2)


class Drawn(NamedTuple):
    """A file with its name and its answer."""

    name: str
    content: bytes
    answer: dict[str, Any]


def grouped(number: Decimal, mark: str, group: str) -> str:
    """Return a number with a decimal mark and a thousands mark."""
    whole, _, part = f"{number:f}".partition(".")
    return f"{int(whole):,}".replace(",", group) + (mark + part if part else "")


class Drawing:
    """One table while it is drawn: its language, habits and fields."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.language = self.random.choice(["de", "en", "zh"])
        self.excel = self.random.random() < 0.6
        pick = self.random.choice
        self.day_style = pick(
            {"de": ["dots", "dots", "short", "words", "iso"], "en": ["us", "uk", "words", "iso", "dashes"], "zh": ["iso", "slashes", "han"]}[self.language]
        )
        self.typed_days = self.excel and self.random.random() < 0.6
        self.typed_numbers = self.excel and self.random.random() < 0.7
        self.mark, self.group = pick({"de": [(",", "."), (",", ""), (",", " ")], "en": [(".", ","), (".", "")], "zh": [(".", ","), (".", "")]}[self.language])
        self.unit_in = pick(["column", "cells", "title", "none", "column"])
        self.money_in = pick(["column", "cells", "title", "none", "column"])
        self.fields = [*NEEDED, *(field for field in TITLES["de"] if field not in NEEDED and self.random.random() < 0.5)]
        self.fields = [field for field in self.fields if field not in {"unit", "currency"}]
        self.unit = pick(UNITS[self.language])
        self.currency = pick(["EUR", "USD", "CNY", "CHF", "GBP"])
        if self.unit_in == "column":
            self.fields.append("unit")
        if self.money_in == "column" and "price" in self.fields:
            self.fields.append("currency")
        self.random.shuffle(self.fields)
        self.tidy = self.random.random() < 0.6
        self.merged: list[tuple[int, int, int, int]] = []

    def day(self, day: date) -> Any:
        if self.typed_days:
            return N(day, self.random.choice(["dd.mm.yyyy", "yyyy-mm-dd"]))
        return {
            "dots": f"{day:%d.%m.%Y}",
            "short": f"{day.day}.{day.month}.{day:%y}",
            "words": f"{day.day}. {MONATE[day.month - 1]} {day.year}" if self.language == "de" else f"{day.day} {MONTHS[day.month - 1]} {day.year}",
            "iso": day.isoformat(),
            "us": f"{day:%m/%d/%Y}",
            "uk": f"{day:%d/%m/%Y}",
            "dashes": f"{day:%d}-{MONTHS[day.month - 1]}-{day:%y}",
            "slashes": f"{day.year}/{day.month}/{day.day}",
            "han": f"{day.year}年{day.month}月{day.day}日",
        }[self.day_style]

    def number(self, number: Decimal) -> Any:
        return (int(number) if number == int(number) else float(number)) if self.typed_numbers else grouped(number, self.mark, self.group)

    def written(self, row: dict[str, Any]) -> dict[str, Any]:
        cells: dict[str, Any] = {}
        for field, value in row.items():
            if isinstance(value, date):
                cells[field] = self.day(value)
            elif isinstance(value, Decimal):
                cells[field] = self.number(value)
            else:
                cells[field] = value
        if self.unit_in == "cells":
            cells["quantity"] = f"{grouped(row['quantity'], self.mark, self.group)} {self.unit[0]}"
        if self.money_in == "cells" and "price" in row:
            cells["price"] = f"{self.currency} {grouped(row['price'], self.mark, self.group)}"
        if "unit" in row:
            cells["unit"] = self.unit[0]
        return {field: self.messy(cell) for field, cell in cells.items()}

    def messy(self, cell: Any) -> Any:
        """Put blanks about some texts, as people do."""
        if self.tidy or not isinstance(cell, str) or not cell:
            return cell
        return self.random.choice([cell, cell, f" {cell}", f"{cell} ", f"{cell}\u00a0"])

    def row(self, number: int) -> dict[str, Any]:
        draw = self.random
        whole = self.unit[1] in {"C62", "SET", "PR"} or self.unit_in == "none"
        values: dict[str, Any] = {
            "order_no": f"{'A' if self.language == 'de' else 'PO'}-{26000 + number // 2}",
            "line_no": str((number % 2 + 1) * 10),
            "customer": CUSTOMERS[self.language][number // 2 % 2],
            "part_no": f"{draw.choice(['P', 'X', 'TR'])}-{draw.randint(100, 99999)}",
            "name": draw.choice(NAMES[self.language]),
            "quantity": Decimal(draw.choice([1, 5, 12, 40, 250, 1200, 15000])) if whole else Decimal(draw.randint(1, 90000)) / draw.choice([1, 2, 10]),
            "due": TODAY + timedelta(days=draw.randint(5, 200)),
            "ordered": TODAY - timedelta(days=draw.randint(1, 60)),
            "price": Decimal(draw.randint(5, 300000)) / 100,
            "note": draw.choice(["", "geölt" if self.language == "de" else "urgent part", ""]),
            "revision": draw.choice(["A", "B", "C", "02"]),
            "delivered": Decimal(0),
            "unit": self.unit[1],
            "currency": self.currency,
        }
        return {field: values[field] for field in self.fields}

    def titles(self) -> dict[str, str]:
        found = {field: self.random.choice(TITLES[self.language][field]) for field in self.fields}
        if self.unit_in == "title":
            found["quantity"] += f" [{self.unit[0]}]" if self.random.random() < 0.5 else f" ({self.unit[0]})"
        if self.money_in == "title" and "price" in found:
            found["price"] += self.random.choice([f" ({self.currency})", f" {self.currency}", f" [{self.currency}]"])
        return found

    def said_above(self, lines: list[list[Any]], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Say the customer, or order number and customer, once above the table instead of in each row."""
        draw, words = self.random, ABOVE[self.language]
        if draw.random() > 0.3:
            return rows
        fields = ["customer"] if draw.random() < 0.5 else ["order_no", "customer"]
        for field in fields:
            value = rows[0].get(field) or CUSTOMERS[self.language][0]
            lines.append([words[field], value] if draw.random() < 0.5 else [f"{words[field].rstrip(':：')}: {value}"])
            rows = [{**row, field: value, "line_no": str(number * 10)} if "line_no" in row else {**row, field: value} for number, row in enumerate(rows, 1)]
            if field in self.fields:
                self.fields.remove(field)
        lines.append([])
        return rows

    def sheet(self) -> tuple[list[list[Any]], list[dict[str, Any]]]:
        draw, titles = self.random, self.titles()
        rows = [self.row(number) for number in range(draw.randint(3, 14))]
        lines: list[list[Any]] = []
        if draw.random() < 0.4:
            lines += [[WORDS[self.language]["list"]], []]
        rows = self.said_above(lines, rows)
        layout = draw.choice(["plain", "plain", "sums", "merged", "headings", "blank below"])
        if layout == "headings" and "customer" in self.fields:
            rows.sort(key=lambda row: str(row["customer"]))
            self.headings(lines, titles, rows)
        else:
            self.body(lines, [titles[field] for field in self.fields], rows, layout)
        if draw.random() < 0.3:
            lines += [[], [WORDS[self.language]["note"]]]
        gap = 0 if self.merged else draw.choice([0, 0, 1])
        return [[*[None] * gap, *line] for line in lines], rows

    def headings(self, lines: list[list[Any]], titles: dict[str, str], rows: list[dict[str, Any]]) -> None:
        """Write rows under a heading of their customer."""
        fields = [field for field in self.fields if field != "customer"]
        lines.append([titles[field] for field in fields])
        for number, row in enumerate(rows):
            if not number or rows[number - 1]["customer"] != row["customer"]:
                lines.append([f"{ABOVE[self.language]['customer'].rstrip(':：')}: {row['customer']}", *[None] * (len(fields) - 1)])
            cells = self.written(row)
            lines.append([cells[field] for field in fields])

    def body(self, lines: list[list[Any]], head: list[str], rows: list[dict[str, Any]], layout: str) -> None:
        """Write rows, with sums, merged or left-out order numbers, repeated titles and blank rows as the layout has it."""
        draw = self.random
        lines.append(head)
        for number, row in enumerate(rows):
            cells = self.written(row)
            again = number > 0 and "order_no" in self.fields and rows[number - 1]["order_no"] == row["order_no"]
            if layout == "sums" and number and not again:
                lines.append(self.sum("sub", Decimal(7)))
            if layout in {"merged", "blank below"} and again:
                if layout == "merged" and self.excel:
                    column = self.fields.index("order_no")
                    self.merged.append((len(lines) - 1, column, len(lines), column))
                cells["order_no"] = None
            lines.append([cells[field] for field in self.fields])
            if layout == "plain" and number and number % 6 == 0 and draw.random() < 0.3:
                lines.append(head)
            if layout == "plain" and draw.random() < 0.05:
                lines.append([])
        if draw.random() < 0.4:
            lines.append(self.sum("total", sum((row["quantity"] for row in rows), Decimal(0))))

    def sum(self, word: str, total: Decimal) -> list[Any]:
        lead = next((field for field in self.fields if field in {"order_no", "name", "customer", "part_no"}), "order_no")
        return [WORDS[self.language][word] if field == lead else self.number(total) if field == "quantity" else None for field in self.fields]

    def answer(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        found = []
        for row in rows:
            each = {field: value.isoformat() if isinstance(value, date) else f"{value}" for field, value in row.items() if value != ""}
            if self.unit_in in {"cells", "title"}:
                each["unit"] = self.unit[1]
            if self.money_in in {"cells", "title"} and "price" in row:
                each["currency"] = self.currency
            found.append(each)
        return {"kind": "orders", "rows": found}

    def file(self, seed: int) -> Drawn:
        lines, rows = self.sheet()
        if self.excel:
            merged = [f"{chr(65 + left)}{top + 1}:{chr(65 + right)}{bottom + 1}" for top, left, bottom, right in self.merged]
            return Drawn(f"drawn-{seed}.xlsx", workbook({"name": "Sheet1", "rows": lines, "merged": merged}), self.answer(rows))
        out = io.StringIO()
        sign = self.random.choice([";", "\t", ",", "|"] if self.mark == "." else [";", "\t", "|"])
        csv.writer(out, delimiter=sign).writerows([["" if cell is None else cell for cell in line] for line in lines])
        choice = {"de": ["utf-8", "cp1252", "utf-8-sig"], "en": ["utf-8", "utf-16"], "zh": ["utf-8", "gb18030", "utf-8-sig"]}[self.language]
        return Drawn(f"drawn-{seed}.csv", out.getvalue().encode(self.random.choice(choice)), self.answer(rows))


def draw(seed: int) -> Drawn:
    """Return the file of one seed."""
    return Drawing(seed).file(seed)
