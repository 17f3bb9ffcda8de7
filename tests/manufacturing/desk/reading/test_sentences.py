"""Orders and requests in running text."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plait.manufacturing.desk.reading.model import Place
from plait.manufacturing.desk.reading.sentences import read_sentences

TODAY = date(2026, 3, 1)


def read(text, subject=""):
    return read_sentences(text.split("\n"), lambda index: Place(path=f"body:{index + 1}"), TODAY, subject)


def day(month, number):
    return date(2026, month, number)


SAID = {
    "please quote 50 pcs of flange DN80 drawing 4711-2 by 14.3.2026": (
        "request",
        [{"name": "flange DN80", "quantity": 50, "unit": "C62", "drawing_no": "4711-2", "due": day(3, 14)}],
    ),
    "Bitte um Angebot für 120 Stück Zahnrad Z-100 nach Zeichnung 4711-2 Rev. B aus 42CrMo4, Liefertermin KW 12.\nIhr Angebot bis zum 10.3.2026 an uns": (
        "request",
        [
            {
                "name": "Zahnrad Z-100",
                "quantity": 120,
                "unit": "C62",
                "drawing_no": "4711-2",
                "revision": "B",
                "material": "42CrMo4",
                "due": day(3, 20),
                "respond_by": day(3, 10),
            }
        ],
    ),
    "请报价：齿轮轴 200件，交期3月20日": ("request", [{"name": "齿轮轴", "quantity": 200, "unit": "C62", "due": day(3, 20)}]),
    "您好，我们需要订购 法兰盘 50个，图号 FL-80-01，材料：45钢，单价12.5元，请于2026年4月1日前交货。订单号：PO20260301": (
        "orders",
        [
            {
                "name": "法兰盘",
                "quantity": 50,
                "unit": "C62",
                "drawing_no": "FL-80-01",
                "material": "45钢",
                "price": Decimal("12.5"),
                "currency": "CNY",
                "due": day(4, 1),
                "order_no": "PO20260301",
            }
        ],
    ),
    "Hiermit bestellen wir (Bestellung Nr. 4500123):\n- 10 Stk Flansch F-80, à 12,50 €\n- 1.250 Stück Welle W-200 zum 20.03.2026\n\nLieferung bis 15.3.2026": (
        "orders",
        [
            {
                "name": "Flansch",
                "part_no": "F-80",
                "quantity": 10,
                "unit": "C62",
                "price": Decimal("12.50"),
                "currency": "EUR",
                "order_no": "4500123",
                "due": day(3, 15),
            },
            {"name": "Welle", "part_no": "W-200", "quantity": 1250, "unit": "C62", "order_no": "4500123", "due": day(3, 20)},
        ],
    ),
    "We order 30 x bearing housing in EN-GJL-250 and 15 kg cover plate, delivery by 14 April 2026.\nOur PO no. PO-77": (
        "orders",
        [
            {"name": "bearing housing", "quantity": 30, "unit": "C62", "material": "EN-GJL-250", "due": day(4, 14), "order_no": "PO-77"},
            {"name": "cover plate", "quantity": 15, "unit": "KGM", "due": day(4, 14), "order_no": "PO-77"},
        ],
    ),
    "Anfrage\n\nTeil: Antriebswelle\nZeichnung: 4711-002\nWerkstoff: C45\nMenge: 75\nTermin: 30.04.2026": (
        "request",
        [{"name": "Antriebswelle", "quantity": 75, "unit": "C62", "drawing_no": "4711-002", "material": "C45", "due": day(4, 30)}],
    ),
    "Could you please quote:\n1) 100 pcs gear, drawing G-100\n2) 200 pcs gear, drawing G-200\nDelivery: end of April 2026": (
        "request",
        [
            {"name": "gear", "quantity": 100, "unit": "C62", "drawing_no": "G-100", "due": day(4, 30)},
            {"name": "gear", "quantity": 200, "unit": "C62", "drawing_no": "G-200", "due": day(4, 30)},
        ],
    ),
}


@pytest.mark.parametrize("text", sorted(SAID))
def test_what_is_said_is_read(text):
    """Tests that requests and orders in three languages become rows with what a clerk would read in them, each value with its line."""
    kind, rows = SAID[text]
    reading = read(text)
    assert reading.kind == kind
    assert [record.values for record in reading.records] == rows
    lines = text.split("\n")
    for record in reading.records:
        assert record.places.keys() == record.values.keys()
        assert all(lines[int(place.path.removeprefix("body:")) - 1].strip() for place in record.places.values())


@pytest.mark.parametrize(
    "text",
    ["Please call me at 0711 123456.", "Wir fahren 50 km und sind in 3 Stunden da.", "Vielen Dank für Ihre Nachricht vom 14.3.2026.", "谢谢您的邮件。", ""],
)
def test_other_text_gives_no_rows(text):
    """Tests that mail that neither asks for nor orders anything gives no rows."""
    assert read(text).records == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("please quote 10 pcs flange, delivery 03/04/2026", "date-ambiguous"),
        ("please quote 10 pcs flange, delivery week 12", "date-week"),
        ("please quote 10 pcs flange by 14.3.2026", "date-purpose"),
        ("请报价：齿轮轴 200件，交期3月20日", "date-year-missing"),
        ("Bitte um Angebot für 1,250 kg Draht, Lieferung 14.3.2026", "number-ambiguous"),
        ("please order 10 pcs flange at $ 5.00, delivery 14.3.2026", "currency-ambiguous"),
        ("10 pcs flange, delivery 14.3.2026", "kind-guessed"),
        ("please quote 10 pcs flange", "missing"),
    ],
)
def test_what_may_mean_two_things_is_said(text, code):
    """Tests that each doubt is an issue with its place."""
    (record,) = read(text).records
    issue = next(issue for issue in record.issues if issue.code == code)
    assert issue.place.path == "body:1"
    assert issue.reason
    assert issue.fix
    assert issue.level in ("warning", "refused")


def test_the_subject_tells_the_kind():
    """Tests that a subject that asks makes the text a request, and one that orders an order."""
    text = "10 pcs flange, delivery 14.3.2026"
    assert read(text, "Request for quotation").kind == "request"
    assert read(text, "Bestellung 4711").kind == "orders"


@settings(max_examples=150, deadline=None)
@given(text=st.text(st.characters(exclude_categories=("Cs",)) | st.sampled_from("0123456789.,/: \nStück件pcsby请报价"), max_size=300))
def test_any_text_is_read(text):
    """Tests that any text gives rows or none, never an error, and that every place is a line of it."""
    reading = read(text)
    lines = text.split("\n")
    for record in reading.records:
        for place in record.places.values():
            assert 1 <= int(place.path.removeprefix("body:")) <= len(lines)


@settings(max_examples=100, deadline=None)
@given(
    quantity=st.integers(1, 99_999),
    name=st.sampled_from(["Flansch", "gear wheel", "Welle lang", "齿轮轴"]),
    drawing=st.from_regex(r"[A-Z]{1,2}-[0-9]{2,5}", fullmatch=True),
    when=st.dates(date(2026, 3, 2), date(2027, 12, 31)),
)
@example(quantity=1, name="Flansch", drawing="PO-00", when=date(2026, 3, 2))
def test_what_we_say_comes_back(quantity, name, drawing, when):
    """Tests that any quantity, name, drawing and date of a plain request come back equal, in three languages."""
    texts = (
        f"Please quote {quantity} pcs {name}, drawing {drawing}, delivery {when.isoformat()}",
        f"Bitte um Angebot: {quantity} Stück {name}, Zeichnung {drawing}, Liefertermin {when.day}.{when.month}.{when.year}",
        f"请报价：{name} {quantity}件，图号：{drawing}，交期{when.year}年{when.month}月{when.day}日",
    )
    for text in texts:
        (record,) = read(text).records
        assert record.values == {"name": name, "quantity": quantity, "unit": "C62", "drawing_no": drawing, "due": when}
        assert not record.issues


@pytest.mark.parametrize("text", ["PO-4711: 10 pcs Flansch, delivery 2026-03-02", "Our PO-4711\n10 pcs Flansch, drawing PO-12, delivery 2026-03-02"])
def test_an_order_number_alone_is_an_order(text):
    """Tests that a text is an order by its order's number alone, also beside a drawing whose number looks like one."""
    said = read(text)
    (record,) = said.records
    assert (said.kind, record.values["order_no"], record.values.get("drawing_no", "PO-12")) == ("orders", "PO-4711", "PO-12")
