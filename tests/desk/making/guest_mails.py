"""Mails as they come in: tables in text and in HTML, answers and forwards, signatures, changes and cancellations, and what is no order at all."""

from typing import Any

from tests.desk.making.answers import case, problem, table
from tests.desk.making.writing import mail

HEAD = "From: {sender}\nTo: desk@shop.example\nSubject: {subject}\nDate: Mon, 02 Mar 2026 10:00:00 +0100"
SIGNED = {"tolerated": ["customer", "contact", "ordered", "note", "name", "line_no"]}


def _mail(subject: str, body: str, html: bool = False, sender: str = "einkauf@meridian.example", charset: str = "utf-8") -> bytes:
    kind = "html" if html else "plain"
    return mail(HEAD.format(sender=sender, subject=subject), (f"Content-Type: text/{kind}; charset={charset}", body.encode(charset)))


def _words(name: str, subject: str, body: str, answer: dict[str, Any], **more: Any) -> None:
    case(name, _mail(subject, body, **more), answer | SIGNED)


_words(
    "guest-mail-tabs.eml",
    "Bestellung 260302-1",
    "Guten Morgen Herr Huber,\n\nbitte liefern Sie:\n\nPos.\tArtikel\tBezeichnung\tMenge\tTermin\n1\tH-200\tWelle\t50 Stk\t10.04.2026\n"
    "2\tH-201\tNabe\t1.200 Stk\t17.04.2026\n\n"
    "Mit freundlichen Grüßen\nPetra Klein\n\nMeridian Pumpen GmbH\nIndustriestr. 12, 70565 Stuttgart\nTel. +49 711 123456-20\n"
    "HRB 12345, Amtsgericht Stuttgart\n",
    table(
        "orders",
        "line_no | part_no | name | quantity | unit | due\n1 | H-200 | Welle | 50 | C62 | 2026-04-10\n2 | H-201 | Nabe | 1200 | C62 | 2026-04-17",
        order_no="260302-1",
    ),
)

_words(
    "guest-mail-reply-quotes-old-order.eml",
    "AW: Bestellung 4711",
    "Hallo,\n\nhier die neue Bestellung 4712:\n\nArtikel  Menge  Termin\nP-1      15     10.04.2026\nP-2      25     17.04.2026\n\nGruß\nKlein\n\n"
    "Von: Huber <desk@shop.example>\nGesendet: Montag, 23. Februar 2026 09:12\nAn: Klein <einkauf@meridian.example>\nBetreff: Bestellung 4711\n\n"
    "Artikel  Menge  Termin\nP-1      500     01.03.2026\nP-9      600     02.03.2026\n",
    table("orders", "order_no | part_no | quantity | due\n4712 | P-1 | 15 | 2026-04-10\n4712 | P-2 | 25 | 2026-04-17"),
)

_words(
    "guest-mail-forwarded-inline.eml",
    "WG: Bestellung 9034",
    "Bitte einplanen!\n\nGruß Huber\n\n________________________________\nVon: einkauf@meridian.example\nGesendet: Freitag, 27. Februar 2026 16:40\n"
    "An: huber@shop.example\nBetreff: Bestellung 9034\n\n"
    "Guten Tag,\n\nwir bestellen:\n\nPos  Artikel  Menge  Liefertermin\n1    P-70     40     10.04.2026\n2    P-71     20     10.04.2026\n\n"
    "Viele Grüße\nKlein\n",
    table("orders", "order_no | line_no | part_no | quantity | due\n9034 | 1 | P-70 | 40 | 2026-04-10\n9034 | 2 | P-71 | 20 | 2026-04-10"),
    sender="huber@shop.example",
)

_words(
    "guest-mail-html-layout-tables.eml",
    "PO 55120",
    "<html><body><table><tr><td><img src='cid:logo'></td><td>Swiftline Ltd<br>Unit 4, Leeds</td></tr></table><p>Please supply</p>"
    "<table border=1><tr><th>Line</th><th>Part</th><th>Description</th><th>Qty</th><th>Price</th><th>Required by</th></tr>"
    "<tr><td>1</td><td>SW-1</td><td>Spindle&nbsp;&ndash; long</td><td align=right>1,250</td><td>&pound;2.40</td><td>17/04/2026</td></tr>"
    "<tr><td>2</td><td>SW-2</td><td>Cap</td><td align=right>300</td><td>&pound;0.95</td><td>24/04/2026</td></tr>"
    "<tr><td colspan=3>Total</td><td>1,550</td><td>&pound;3,285.00</td><td></td></tr></table>"
    "<table><tr><td>Jo Marsh</td><td>T: 0113 496 0000</td></tr><tr><td>Buyer</td><td>M: 07700 900123</td></tr></table></body></html>",
    table(
        "orders",
        "line_no | part_no | name | quantity | price | due\n1 | SW-1 | Spindle – long | 1250 | 2.4 | 2026-04-17\n2 | SW-2 | Cap | 300 | 0.95 | 2026-04-24",
        order_no="55120",
        currency="GBP",
    ),
    html=True,
)

_words(
    "guest-mail-uk-words.eml",
    "Order",
    "Hi Tom,\n\nCan we order 25 off part no. BR-100 rev C please, needed by 17 April 2026 at £4.25 each. PO number is 88-1310.\n\nCheers\nJo\n\n"
    "Jo Marsh\nBuyer, Swiftline Ltd\nT 0113 496 0000 | M 07700 900123\n",
    table(
        "orders",
        "order_no | part_no | revision | quantity | unit | due | price | currency\n88-1310 | BR-100 | C | 25 | C62 | 2026-04-17 | 4.25 | GBP",
    )
    | {"suggestion": True},
    sender="jo@swiftline.example",
)

_words(
    "guest-mail-de-words-two-lines.eml",
    "Bestellung",
    "Hallo Herr Huber,\n\nwir brauchen bis KW 15:\n\n30 x Welle H-200, Index B\n60 x Nabe H-201\n\nBestellnummer: 77-2026\nPreise wie gehabt.\n\nVG Klein\n",
    table(
        "orders",
        "order_no | part_no | name | revision | quantity | due\n77-2026 | H-200 | Welle | B | 30 | 2026-04-06..2026-04-12?\n"
        "77-2026 | H-201 | Nabe | - | 60 | 2026-04-06..2026-04-12?",
    )
    | {"suggestion": True},
)

_words(
    "guest-mail-zh.eml",
    "=?utf-8?b?6YeH6LSt6K6i5Y2V?=",
    "王经理：\n\n请安排生产，明细如下：\n\n采购单号：PO2603-18\n料号\t名称\t数量\t单价\t交期\nSZ-1\t泵轴\t200件\t¥35.60\t2026-04-15\nSZ-2\t端盖\t100件\t¥12.00\t2026-04-20\n\n谢谢！\n李敏\n"
    "苏州子午泵业有限公司 采购部\n电话：0512-66660000  手机：13900000000\n",
    table(
        "orders",
        "part_no | name | quantity | unit | price | due\nSZ-1 | 泵轴 | 200 | C62 | 35.6 | 2026-04-15\nSZ-2 | 端盖 | 100 | C62 | 12 | 2026-04-20",
        order_no="PO2603-18",
        currency="CNY",
    ),
    charset="gb18030",
)

# A change, a cancellation, a question or an answer by machine is no new order: nothing of it may go in without a person.
for _name, _subject, _body in (
    (
        "away",
        "Automatische Antwort: Bestellung 4711",
        "Ich bin bis 16.03.2026 nicht im Büro. In dringenden Fällen: 0711 123456. Ihre E-Mail wird nicht weitergeleitet.\n",
    ),
    ("delivery-question", "Bestellung 4711", "Hallo,\n\nwann kommen die 50 Stk H-200, die zum 20.02.2026 fällig waren?\n\nKlein\n"),
    (
        "invoice",
        "Rechnung 2026-118",
        "Sehr geehrte Damen und Herren,\n\nanbei unsere Rechnung 2026-118 vom 27.02.2026 über 1.250,00 EUR, zahlbar bis 27.03.2026.\n\nBuchhaltung\n",
    ),
    (
        "newsletter",
        "Messe Stuttgart: 20% auf VHM-Werkzeug",
        "Nur bis 31.03.2026: 10 Stk Schaftfräser D10 zum Preis von 8! Jetzt bestellen.\n\nAbmelden: https://news.example\n",
    ),
):
    problem(f"guest-mail-{_name}.eml", _mail(_subject, _body), "no-table", "file-empty", "no-order")

_words(
    "guest-mail-change.eml",
    "PO 4711 change",
    "Hello,\n\nplease change PO 4711 item 10 (part P-100): quantity 50 instead of 40, new delivery date 24 April 2026.\n\nThanks\nJo\n",
    table("orders", "order_no | part_no | quantity | due | *\n4711 | P-100 | 50 | 2026-04-24 | ?") | {"suggestion": True},
)

_words(
    "guest-mail-cancelled.eml",
    "Storno Bestellung 4711",
    "Guten Tag,\n\nhiermit stornieren wir die Bestellung 4711:\n\nPos  Artikel  Menge  Termin\n1    P-70     40     10.04.2026\n"
    "2    P-71     20     10.04.2026\n\nGruß Klein\n",
    table("orders", "order_no | line_no | part_no | quantity | due | *\n4711 | 1 | P-70 | 40 | 2026-04-10 | ?\n4711 | 2 | P-71 | 20 | 2026-04-10 | ?"),
)

case(
    "guest-mail-request-with-sheet.eml",
    mail(
        HEAD.format(sender="einkauf@meridian.example", subject="Anfrage 26-044"),
        ("Content-Type: text/plain; charset=utf-8", b"Guten Tag,\n\nbitte bieten Sie bis 13.03.2026 an:\n\nKlein\n"),
        (
            'Content-Type: application/octet-stream; name="Anfrage.CSV"\nContent-Disposition: attachment; filename="Anfrage.CSV"',
            "Pos;Zeichnungsnr.;Index;Benennung;Werkstoff;Stückzahl;Liefertermin\n1;Z-100-01;B;Gehäuse;EN AW-6082;50;04.05.2026\n"
            "2;Z-100-02;;Deckel;1.4301;100;KW 20\n".encode("cp1252"),
        ),
    ),
    table(
        "request",
        """
line_no | drawing_no | revision | name | material | quantity | due
1 | Z-100-01 | B | Gehäuse | EN AW-6082 | 50 | 2026-05-04
2 | Z-100-02 | - | Deckel | 1.4301 | 100 | 2026-05-11..2026-05-17?
""",
    )
    | {"tolerated": ["request_no", "respond_by", "customer", "contact"]},
)
