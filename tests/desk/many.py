"""Tables drawn at random: what is meant, and the file that a firm would have written of it, in any language, layout and habit."""

import csv
import io
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from tests.desk.making.writing import N, workbook

__all__ = ["Drawn", "draw"]

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


class _Draw:
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
        return cells

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

    def sheet(self) -> tuple[list[list[Any]], list[dict[str, Any]]]:
        draw, titles = self.random, self.titles()
        rows = [self.row(number) for number in range(draw.randint(3, 14))]
        head = [titles[field] for field in self.fields]
        lines: list[list[Any]] = []
        if draw.random() < 0.4:
            lines += [[{"de": "Auftragsliste", "en": "Open order report", "zh": "订单明细表"}[self.language]], []]
        lines.append(head)
        lead = next((field for field in self.fields if field in {"order_no", "name", "customer", "part_no"}), "order_no")
        for number, row in enumerate(rows):
            cells = self.written(row)
            lines.append([cells[field] for field in self.fields])
            if number and number % 6 == 0 and draw.random() < 0.3:
                lines.append(head)
            if draw.random() < 0.05:
                lines.append([])
        if draw.random() < 0.4:
            word = {"de": "Summe", "en": "Total", "zh": "合计"}[self.language]
            total = self.number(sum((row["quantity"] for row in rows), Decimal(0)))
            lines.append([word if field == lead else total if field == "quantity" else None for field in self.fields])
        gap = draw.choice([0, 0, 1])
        return [[*[None] * gap, *line] for line in lines], rows

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
            return Drawn(f"drawn-{seed}.xlsx", workbook({"name": "Sheet1", "rows": lines}), self.answer(rows))
        out = io.StringIO()
        sign = self.random.choice([";", "\t", ",", "|"] if self.mark == "." else [";", "\t", "|"])
        csv.writer(out, delimiter=sign).writerows([["" if cell is None else cell for cell in line] for line in lines])
        choice = {"de": ["utf-8", "cp1252", "utf-8-sig"], "en": ["utf-8", "utf-16"], "zh": ["utf-8", "gb18030", "utf-8-sig"]}[self.language]
        return Drawn(f"drawn-{seed}.csv", out.getvalue().encode(self.random.choice(choice)), self.answer(rows))


def draw(seed: int) -> Drawn:
    """Return the file of one seed."""
    return _Draw(seed).file(seed)
