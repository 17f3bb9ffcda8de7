"""Stock lists, price lists, routings, bills of material, requests and part lists drawn at random."""

import csv
import io
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.desk.making.writing import N, workbook
from tests.desk.many import TODAY, Drawn, grouped

__all__ = ["KINDS", "draw_kind"]

# field: titles in German, English, Chinese; then what its values are
_PART = {
    "part_no": ("Artikelnummer|Teile-Nr.|Sachnummer|Materialnummer", "Part No|Item Number|Part Number|SKU", "物料编码|料号|产品编号", "code"),
    "name": ("Bezeichnung|Benennung|Materialkurztext", "Description|Part Name|Item Description", "名称|物料名称|品名", "name"),
    "revision": ("Index|Rev.|Änderungsstand", "Rev|Revision", "版本|版本号", "rev"),
}
_NAMED = {field: _PART[field] for field in ("part_no", "name")}
_QUANTITY = ("Menge|Anzahl|Stückzahl", "Quantity|Qty", "数量|需求数量", "count")
_UNIT = ("ME|Einheit|Mengeneinheit", "Unit|UoM|U/M", "单位|计量单位", "unit")
_MONEY = {
    "price": ("Preis|Einzelpreis|Nettopreis", "Unit Price|Price|Net Price", "单价|不含税单价", "money"),
    "currency": ("Währung|Whg", "Currency|Curr.", "币种|货币", "currency"),
}
KINDS: dict[str, dict[str, tuple[str, str, str, str]]] = {
    "stock": {
        **_NAMED,
        "quantity": ("Bestand|Lagerbestand|Bestandsmenge", "On Hand|Stock Qty|Qty on Hand", "库存数量|现存量|库存", "count"),
        "unit": _UNIT,
        "lot": ("Charge|Chargennummer|Los-Nr.", "Lot|Batch No|Lot No.", "批号|批次", "lot"),
        "place": ("Lagerort|Lagerplatz", "Location|Bin|Warehouse", "仓库|库位", "place"),
        "counted": ("Inventurdatum|gezählt am|Stichtag", "Count Date|As of|Counted on", "盘点日期", "past"),
    },
    "prices": {
        **_NAMED,
        **_MONEY,
        "from_quantity": ("ab Menge|Mindestmenge|Staffelmenge", "From Qty|Min Qty|MOQ", "起订量|最小起订量", "steps"),
        "unit": _UNIT,
        "valid_from": ("gültig ab|Gültig von", "Valid From|Effective Date", "生效日期|有效期从", "past"),
        "valid_until": ("gültig bis|Gültigkeitsende", "Valid Until|Valid to|Expiry Date", "失效日期|有效期至", "ahead"),
        "supplier": ("Lieferant|Lieferantenname", "Supplier|Vendor", "供应商|供应商名称", "firm"),
    },
    "routings": {
        "part_no": _PART["part_no"],
        "op_no": ("AG|AG-Nr.|Arbeitsgang-Nr.|Vorgang", "Op No|Operation No.|Op|Seq", "工序号|序号", "op"),
        "op_name": ("Arbeitsgang|Bearbeitung|Tätigkeit|Arbeitsgangtext", "Operation|Op Description|Process", "工序名称|加工内容", "work"),
        "group": ("Maschinengruppe|Arbeitsplatz|Kostenstelle", "Work Center|Machine Group|Workcenter", "工作中心|设备组", "group"),
        "setup_min": ("Rüstzeit [min]|Rüstzeit (min)|tr min", "Setup (min)|Setup Time (min)|Setup min", "准备时间(分钟)|准备工时(分)", "time"),
        "cycle_min": ("Stückzeit [min]|Stückzeit (min)|te min", "Cycle Time (min)|Run Time min|Cycle (min)", "单件工时(分钟)|加工时间(分)", "time"),
    },
    "materials": {
        "part_no": ("Baugruppe|Erzeugnis|Oberteil", "Parent|Parent Part|Assembly", "母件编码|父项物料编码", "code"),
        "component": ("Komponente|Komponentennummer|Unterteil", "Component|Component No|Child Part", "子件编码|子项物料编码", "code"),
        "component_name": ("Komponentenbezeichnung|Bezeichnung", "Component Description|Component Name", "子件名称|子项物料名称", "name"),
        "quantity": ("Menge je Stück|Menge|Einsatzmenge", "Qty per|Qty|Quantity per Unit", "用量|单件用量", "usage"),
        "unit": _UNIT,
        "supplier": ("Lieferant", "Supplier|Vendor", "供应商", "firm"),
        "lead_days": ("Lieferzeit (Tage)|WBZ Tage", "Lead Time (days)|Lead days", "交货周期(天)|提前期(天)", "days"),
    },
    "request": {
        "request_no": ("Anfragenummer|Anfrage-Nr.|Anfrage", "RFQ No|RFQ Number|Inquiry No.", "询价单号|询价编号", "rfq"),
        "line_no": ("Pos.|Position", "Line|Pos|Item", "序号|行号", "line"),
        **_PART,
        "material": ("Werkstoff", "Material", "材料|材质", "material"),
        "quantity": _QUANTITY,
        "unit": _UNIT,
        "due": ("Wunschtermin|Liefertermin", "Required Date|Delivery Date", "需求日期|交货日期", "ahead"),
        "respond_by": ("Angebot bis|Angebotsfrist", "Quote by|Reply by|Quote due", "报价截止日期|报价期限", "soon"),
        "target_price": ("Zielpreis|Preisvorstellung", "Target Price", "目标价|目标价格", "money"),
    },
    "parts": {
        **_PART,
        "drawing_no": ("Zeichnungsnummer|Zeichnungs-Nr.", "Drawing No|Drawing Number", "图号|图纸编号", "drawing"),
        "material": ("Werkstoff", "Material|Material Grade", "材料|材质", "material"),
        "unit": _UNIT,
        "family": ("Warengruppe|Artikelgruppe|Teilefamilie", "Product Group|Part Family|Category", "物料分类|类别", "family"),
        "weight_kg": ("Gewicht (kg)|Stückgewicht kg", "Weight (kg)|Unit Weight kg", "单重(kg)|重量(kg)", "usage"),
        "batch_size": ("Losgröße", "Lot Size|Batch Size", "批量|生产批量", "steps"),
    },
}
NEEDED = {
    "stock": ("part_no", "quantity"),
    "prices": ("part_no", "price"),
    "routings": ("part_no", "op_no", "group", "cycle_min"),
    "materials": ("part_no", "component", "quantity"),
    "request": ("request_no", "part_no", "quantity", "due"),
    "parts": ("part_no", "name", "material", "family"),
}
_WORDS = {
    "name": ("Welle|Gehäuse|Flansch", "Shaft|Housing|Cover", "轴|端盖|法兰"),
    "work": ("Sägen|Drehen|Fräsen|Härten", "Saw|Turn|Mill|Grind", "下料|车削|铣削|磨削"),
    "group": ("SAEGE|DREH-1|FRAES", "SAW|LATHE-2|MILL", "CNC-01|XK714|M1432"),
    "place": ("L1-02|Hauptlager|R3-11", "A-03|Main store|B-11", "原料仓|成品仓|A-03"),
    "firm": ("Northforge GmbH|Oakmühle AG", "Northforge Ltd|Swiftline Inc.", "宁波河港机电|苏州子午泵业"),
    "family": ("Wellen|Gehäuse|Gussteile", "Shafts|Castings|Plates", "轴类|铸件|板材"),
    "material": ("1.4301|S235JR|42CrMo4", "AISI 304|EN AW-6082|C45", "45#|304不锈钢|6061"),
    "unit": ("Stk|kg|m", "pcs|kg|m", "件|kg|米"),
    "rev": ("A|B|02", "A|B|02", "A|B|V1"),
}
_CODES = {"Stk": "C62", "pcs": "C62", "件": "C62", "kg": "KGM", "m": "MTR", "米": "MTR"}


class _Draw:
    def __init__(self, seed: int) -> None:
        self.random = draw = random.Random(seed * 7919)
        self.kind = draw.choice(list(KINDS))
        self.tongue = draw.randint(0, 2)
        self.excel = draw.random() < 0.6
        self.typed = self.excel and draw.random() < 0.7
        self.mark, self.group = draw.choice([(",", "."), (",", "")] if self.tongue == 0 else [(".", ","), (".", "")])
        self.currency = draw.choice(["EUR", "USD", "CNY"])
        fields = KINDS[self.kind]
        self.fields = [field for field in fields if field in NEEDED[self.kind] or draw.random() < 0.6]
        if draw.random() < 0.5:
            draw.shuffle(self.fields)

    def value(self, field: str, row: int) -> Any:
        draw, what = self.random, KINDS[self.kind][field][3]
        if what in _WORDS:
            return draw.choice(_WORDS[what][self.tongue].split("|"))
        found: dict[str, Any] = {
            "code": f"{draw.choice(['P', 'T', 'X'])}-{draw.randint(100, 9999)}",
            "rfq": f"RFQ-{260 + row // 3}",
            "line": str(row + 1),
            "op": Decimal((row + 1) * 10),
            "lot": f"C{draw.randint(1000, 9999)}",
            "drawing": f"Z-{draw.randint(100, 999)}-{draw.randint(1, 99):02}",
            "count": Decimal(draw.randint(0 if self.kind == "stock" else 1, 30000)),
            "steps": Decimal(draw.choice([1, 10, 100, 1000])),
            "usage": Decimal(draw.randint(1, 9999)) / 100,
            "time": Decimal(draw.randint(1, 400)) / 4,
            "days": Decimal(draw.randint(1, 60)),
            "money": Decimal(draw.randint(5, 500000)) / 100,
            "currency": self.currency,
            "past": TODAY - timedelta(days=draw.randint(1, 90)),
            "ahead": TODAY + timedelta(days=draw.randint(40, 250)),
            "soon": TODAY + timedelta(days=draw.randint(3, 20)),
        }
        return found[what]

    def cell(self, value: Any) -> Any:
        if isinstance(value, date):
            if self.typed:
                return N(value, "dd.mm.yyyy")
            return [f"{value:%d.%m.%Y}", value.isoformat(), f"{value.year}/{value.month}/{value.day}"][self.tongue]
        if isinstance(value, Decimal):
            return (int(value) if value == int(value) else float(value)) if self.typed else grouped(value, self.mark, self.group)
        return value

    def file(self, seed: int) -> Drawn:
        titles = [self.random.choice(KINDS[self.kind][field][self.tongue].split("|")) for field in self.fields]
        rows = [{field: self.value(field, row) for field in self.fields} for row in range(self.random.randint(3, 10))]
        lines: list[list[Any]] = [titles, *([self.cell(row[field]) for field in self.fields] for row in rows)]
        expected = []
        for row in rows:
            each = {field: value.isoformat() if isinstance(value, date) else f"{value}" for field, value in row.items()}
            if "unit" in each:
                each["unit"] = _CODES[each["unit"]]
            expected.append(each)
        answer = {"kind": self.kind, "rows": expected}
        if self.excel:
            return Drawn(f"drawn-{seed}.xlsx", workbook({"name": "Sheet1", "rows": lines}), answer)
        out = io.StringIO()
        csv.writer(out, delimiter=self.random.choice(";\t")).writerows(lines)
        return Drawn(f"drawn-{seed}.csv", out.getvalue().encode(), answer)


def draw_kind(seed: int) -> Drawn:
    """Return the file of one seed."""
    return _Draw(seed).file(seed)
