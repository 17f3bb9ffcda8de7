"""One small file or more of each format, made here."""

import io
from email.message import EmailMessage
from functools import cache
from pathlib import Path

ORDER_TITLES = ["Auftrag", "Artikel-Nr.", "Bezeichnung", "Menge", "Liefertermin"]
ORDER_ROWS = [["4711", "Z-100", "Zahnrad", "120", "14.03.2026"], ["4711", "W-200", "Welle", "50", "20.03.2026"]]

TYPST_ORDER = """
#set page(paper: "a4", margin: 2cm)
#set text(size: 10pt)
oakmill GmbH
#text(size: 16pt)[*Bestellung 4500012345*]

#grid(columns: (4cm, 5cm), [Bestelldatum:], [02.03.2026])
#table(columns: 5, [Pos.], [Artikel-Nr.], [Bezeichnung], [Menge], [Liefertermin],
  [10], [Z-100], [Zahnrad \\ Zeichnung: 4711-2 Rev. B], [120], [14.03.2026],
  [20], [W-200], [Welle], [50], [20.03.2026])
"""
TYPST_DRAWING = """
#set page(paper: "a4", flipped: true, margin: 1cm)
#place(bottom + right, table(columns: 4,
  [Title:], table.cell(colspan: 3)[Bearing housing], [DWG NO.:], [BH-2210], [REV:], [2],
  [Material:], [EN-GJL-250], [Mass:], [850 g], [Scale:], [1:1], [Sheet:], [1 of 2]))
"""
UBL_ORDER = b"""<?xml version="1.0" encoding="UTF-8"?>
<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:order:3</cbc:CustomizationID>
  <cbc:ID>4500012345</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  <cac:BuyerCustomerParty><cac:Party><cac:PartyName><cbc:Name>oakmill</cbc:Name></cac:PartyName></cac:Party></cac:BuyerCustomerParty>
  <cac:Delivery><cac:RequestedDeliveryPeriod><cbc:EndDate>2026-03-20</cbc:EndDate></cac:RequestedDeliveryPeriod></cac:Delivery>
  <cac:OrderLine><cac:LineItem><cbc:ID>1</cbc:ID><cbc:Quantity unitCode="EA">120</cbc:Quantity>
    <cac:Price><cbc:PriceAmount currencyID="EUR">6997</cbc:PriceAmount><cbc:BaseQuantity unitCode="EA">100</cbc:BaseQuantity></cac:Price>
    <cac:Item><cbc:Name>Gear</cbc:Name><cac:BuyersItemIdentification><cbc:ID>K-1</cbc:ID></cac:BuyersItemIdentification>
      <cac:SellersItemIdentification><cbc:ID>Z-100</cbc:ID></cac:SellersItemIdentification>
      <cac:ItemSpecificationDocumentReference><cbc:ID>4711-2</cbc:ID><cbc:VersionID>B</cbc:VersionID></cac:ItemSpecificationDocumentReference>
    </cac:Item></cac:LineItem></cac:OrderLine>
  <cac:OrderLine><cac:LineItem><cbc:ID>2</cbc:ID><cbc:Quantity unitCode="KGM">50.5</cbc:Quantity>
    <cac:Delivery><cac:RequestedDeliveryPeriod><cbc:EndDate>2026-04-01</cbc:EndDate></cac:RequestedDeliveryPeriod></cac:Delivery>
    <cac:Item><cbc:Name>Shaft</cbc:Name></cac:Item></cac:LineItem></cac:OrderLine>
</Order>
"""


def mail(text: str, html: str = "", charset: str = "utf-8") -> EmailMessage:
    """Return a mail with a plain and, if given, an HTML body."""
    made = EmailMessage()
    made["From"] = "Purchasing <purchasing@oakmill.example>"
    made["To"] = "sales@northforge.example"
    made["Subject"] = "Anfrage Nr. A-17"
    made["Date"] = "Mon, 02 Mar 2026 08:00:00 +0100"
    made["Message-ID"] = "<1@oakmill.example>"
    made.set_content(text, charset=charset, cte="base64" if charset != "utf-8" else None)
    if html:
        made.add_alternative(html, subtype="html")
    return made


def _excel() -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Orders")
    for row, cells in enumerate([ORDER_TITLES, *ORDER_ROWS]):
        sheet.write_row(row, 0, cells)
    book.close()
    return out.getvalue()


@cache
def samples(name: str) -> dict[str, bytes]:
    """Return the files of a format by their names."""
    if name == "excel":
        return {"orders.xlsx": _excel()}
    if name == "csv":
        text = "\r\n".join(";".join(row) for row in [ORDER_TITLES, *ORDER_ROWS]) + "\r\n"
        return {"orders.csv": text.encode("utf-8-sig"), "orders-ansi.csv": text.replace("Zahnrad", "Zahnräder").encode("cp1252")}
    if name == "email":
        words = "Guten Tag,\n\nbitte um Angebot für 120 Stück Zahnrad Z-100, Zeichnung 4711-2, Lieferung bis 14.3.2026.\n"
        plain = mail(words + "\nAm 1.3. schrieb Info:\n> 1 Stück alt\n")
        plain.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="Zeichnung.pdf")
        rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in [ORDER_TITLES, *ORDER_ROWS])
        chinese = mail("您好，\n请报价：齿轮轴 200件，交期3月20日\n", charset="gb2312")
        return {"request.eml": plain.as_bytes(), "table.eml": mail("siehe Tabelle", f"<table>{rows}</table>").as_bytes(), "chinese.eml": chinese.as_bytes()}
    if name == "pdf":
        import typst

        return {"order.pdf": typst.compile(TYPST_ORDER.encode()), "drawing.pdf": typst.compile(TYPST_DRAWING.encode())}
    return {"order.xml": UBL_ORDER}


FOLDER = Path("src/plait/manufacturing/desk/reading/formats")
FORMATS = tuple(sorted(path.parent.name for path in FOLDER.glob("*/__init__.py")))
