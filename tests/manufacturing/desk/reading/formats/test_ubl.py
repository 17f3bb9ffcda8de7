"""UBL orders and requests: official examples, places, what is said once and what cannot be read."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from plait.kernel.firm import Firm
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.formats.ubl import PLUGIN
from plait.manufacturing.desk.reading.model import Limits
from plait.manufacturing.trade.model import Line, Order, Ref
from plait.manufacturing.trade.ubl_common import NAMES
from plait.manufacturing.trade.ubl_write import write_ubl
from tests.conformance.formats.samples import UBL_ORDER
from tests.support.require import conformance_data


def read(content, limits=None):
    return PLUGIN.read(content, "order.xml", limits or Limits())


def example(name):
    return (conformance_data("ubl") / "examples" / f"UBL-{name}-2.1-Example.xml").read_bytes()


@pytest.mark.parametrize("name", ["Order", "OrderChange", "RequestForQuotation"])
def test_official_examples_say_what_they_say(name):
    """Tests that every quantity, unit, name, price and date of the official examples is read, each where its XPath says it stands."""
    content = example(name)
    root = etree.fromstring(content)
    found = read(content)
    items = root.findall(".//cac:LineItem", NAMES)
    assert len(found.records) == len(items) > 0
    for record, item in zip(found.records, items, strict=True):
        assert record.values["quantity"] == Decimal(item.findtext("cbc:Quantity", namespaces=NAMES))
        assert record.values["name"] == item.findtext("cac:Item/cbc:Name", namespaces=NAMES).strip()
        assert not record.refused
        for field, place in record.places.items():
            steps = place.path[1:].partition("/")[2]
            (node,) = root.xpath(steps, namespaces=NAMES)
            said = node if isinstance(node, str) else (node.text or "").strip()
            value = record.values[field]
            assert value == "C62" or str(value) == said or (isinstance(value, Decimal) and value == Decimal(said)), field
    if name != "RequestForQuotation":
        assert found.kind == "orders"
        assert found.header["order_no"] == "34"
        assert found.records[0].values["due"] == date(2010, 2, 25)
        assert found.records[0].values["part_no"] == "SItemNo001"
    else:
        assert found.kind == "request"
        assert [record.values["line_no"] for record in found.records] == ["1", "2", "3", "4"]
        assert found.records[0].values["respond_by"] == date(2008, 4, 24)


def test_a_cancellation_is_told():
    """Tests that a cancelled order is named, with the customer's reason, and changes nothing by itself."""
    found = read(example("OrderCancellation"))
    assert found.records == []
    (issue,) = found.issues
    assert (issue.code, issue.text) == ("order-cancelled", "34")
    assert "With reference to phone call" in issue.reason


def test_a_peppol_order_is_read_whole():
    """Tests that numbers of both sides, drawing, revision, price base, unit and dates of line and document are read, also inside Peppol's envelope."""
    envelope = b'<StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"><x/>%s</StandardBusinessDocument>'
    for content in (UBL_ORDER, envelope % UBL_ORDER.partition(b"?>")[2]):
        first, second = read(content).records
        assert first.values == {
            "order_no": "4500012345",
            "line_no": "1",
            "customer": "oakmill",
            "part_no": "Z-100",
            "customer_part_no": "K-1",
            "name": "Gear",
            "revision": "B",
            "drawing_no": "4711-2",
            "quantity": 120,
            "unit": "C62",
            "due": date(2026, 3, 20),
            "ordered": date(2026, 3, 2),
            "price": 6997,
            "price_per": 100,
            "currency": "EUR",
        }
        assert (second.values["quantity"], second.values["unit"], second.values["due"]) == (Decimal("50.5"), "KGM", date(2026, 4, 1))


def test_several_deliveries_of_a_line_become_rows():
    """Tests that a line to be delivered in parts becomes a row for each, with its own quantity and date."""
    parts = b"".join(
        b'<cac:Delivery><cbc:Quantity unitCode="EA">%d</cbc:Quantity><cac:RequestedDeliveryPeriod><cbc:EndDate>2026-0%d-01</cbc:EndDate>'
        b"</cac:RequestedDeliveryPeriod></cac:Delivery>" % (quantity, month)
        for quantity, month in ((70, 4), (50, 5))
    )
    found = read(UBL_ORDER.replace(b'<cbc:Quantity unitCode="EA">120</cbc:Quantity>', b'<cbc:Quantity unitCode="EA">120</cbc:Quantity>' + parts))
    rows = [(record.values["line_no"], record.values["quantity"], record.values["due"]) for record in found.records[:2]]
    assert rows == [("1/1", 70, date(2026, 4, 1)), ("1/2", 50, date(2026, 5, 1))]


@pytest.mark.parametrize(
    ("was", "now", "field", "code"),
    [
        (b">120<", b">many<", "quantity", "number-unreadable"),
        (b">6997<", b">1e999999<", "price", "number-unreadable"),
        (b"2026-04-01", b"1.4.2026", "due", "date-unreadable"),
        (b"<cbc:EndDate>2026-03-20</cbc:EndDate>", b"", "due", "missing"),
        (b"<cbc:ID>4500012345</cbc:ID>", b"", "order_no", "missing"),
        (b'"KGM"', b'"QQ"', "unit", "unit-unknown"),
    ],
)
def test_what_cannot_be_read_is_told(was, now, field, code):
    """Tests that a value that cannot be read, or is not there, is an issue of its row with its place; the other rows stand."""
    assert was in UBL_ORDER
    found = read(UBL_ORDER.replace(was, now))
    issues = [issue for record in found.records for issue in record.issues if issue.field == field]
    assert {issue.code for issue in issues} == {code}
    assert all(issue.place.path.startswith("/Order/") for issue in issues)
    assert len(found.records) == 2


def test_embedded_files_are_attachments():
    """Tests that embedded files come with name and content, no more than allowed."""
    found = read(example("Order"))
    assert [each.media_type for each in found.attachments] == ["application/pdf"]
    few = read(example("Order"), Limits(attachments=0))
    assert few.attachments == []
    assert "attachments-limit" in {issue.code for issue in few.issues}


def test_other_types_are_refused():
    """Tests that documents of another type, and XML that is no UBL, are refused with what is read."""
    for content in (UBL_ORDER.replace(b"<Order ", b"<Invoice ").replace(b"</Order>", b"</Invoice>"), b"<html/>"):
        with pytest.raises(Problem, match="ubl-type"):
            read(content)


TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_characters="\x7f", exclude_categories=("Cc", "Cf", "Zs")), min_size=1, max_size=20)
PRICES = st.none() | st.decimals("0.01", 10**6, places=2).map(lambda value: Money(value, "EUR"))
AT = datetime(2026, 3, 2, tzinfo=UTC)
NUMBERS = st.decimals("0.001", 10**6, places=3)
LINES = st.builds(Line, TEXT, TEXT, NUMBERS, st.sampled_from(["C62", "KGM", "MTR"]), price=PRICES, requested=st.just(AT))


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=4).map(tuple))
def test_orders_we_write_are_read_equal(lines):
    """Tests that any order that plait itself writes is read back line for line."""
    refs = (Ref("Quotation", "x", "Q-1", "0" * 64),)
    order = Order(id="x", number="O-1", party="a", party_name="meridian", counterparty="b", issued=AT, refs=refs, lines=lines)
    found = read(write_ubl(order, {"a": Firm("a", "meridian", "", "")}))
    assert found.header["order_no"] == "O-1"
    for record, line in zip(found.records, lines, strict=True):
        assert (record.values["line_no"], record.values["name"], record.values["unit"]) == (line.id, line.name, line.unit)
        assert record.values["quantity"] == line.quantity
        assert record.values["due"] == date(2026, 3, 2)
        assert record.values.get("price") == (line.price.amount if line.price else None)
