"""UBL 2.4 against the official schemas and example documents."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from plait.kernel.firm import Firm
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.trade.model import DespatchAdvice, DespatchLine, Line, Order, OrderResponse, Quotation, Ref, RequestForQuotation
from plait.manufacturing.trade.ubl_read import TYPES, read_ubl
from plait.manufacturing.trade.ubl_write import write_ubl
from tests.support.require import conformance_data

AT = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
FIRMS = {"a": Firm("a", "meridian", "", "", gln="9521005000006"), "b": Firm("b", "helix", "", "", gln="9521002000009")}
WANTED = Requirement("gear.cylindrical", "20CrMnTi", 3.0, 6, 60.0, 120.0, 120.0, 50.0, ("ISO 9001",), "DE")
LINE = Line("1", "Gear set", Decimal(120), "C62", "09521002000016", WANTED, AT, Money(Decimal("69.97"), "EUR"), AT)
HEAD = {"id": "0198f0a0-0000-7000-8000-000000000001", "number": "N-00001", "party": "a", "party_name": "meridian", "counterparty": "b", "issued": AT}
REFS = (Ref("Quotation", "x", "Q-00001", "0" * 64),)
DOCUMENTS = {
    "RequestForQuotation": RequestForQuotation(**HEAD, lines=(LINE,), respond_by=AT, note="please"),
    "Quotation": Quotation(**HEAD, refs=REFS, lines=(LINE,), valid_until=AT, note="gladly"),
    "Order": Order(**HEAD, refs=REFS, lines=(LINE,)),
    "OrderResponse": OrderResponse(**HEAD, refs=REFS, code="changed", promised=AT, reason="the hob is worn"),
    "DespatchAdvice": DespatchAdvice(
        **HEAD,
        refs=REFS,
        lines=(DespatchLine("Gear set", "09521002000016", "L-1", Decimal(2), ("S1", "S2")), DespatchLine("Gear set", "09521002000016", "L-2", Decimal(3))),
        departed=AT,
        eta=AT,
        sscc="095210020000000018",
    ),
}


@cache
def schema(name):
    return etree.XMLSchema(etree.parse(str(conformance_data("ubl") / "xsd" / "maindoc" / f"UBL-{name}-2.4.xsd")))


def check(xml, name):
    document = etree.fromstring(xml)
    official = schema(name)
    assert official.validate(document), official.error_log


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_what_we_write_is_valid(name):
    """Tests that a document of each type, with every field filled and with hardly any, is valid against the official schema."""
    check(write_ubl(DOCUMENTS[name], FIRMS), name)
    check(write_ubl(DOCUMENTS[name], {}), name)


def examples():
    import os
    from pathlib import Path

    folder = Path(os.environ.get("PLAIT_CONFORMANCE_DATA", "/nonexistent")) / "ubl" / "examples"
    return sorted(path.name for path in folder.glob("*.xml")) or ["(none)"]


@pytest.mark.parametrize("name", examples())
def test_official_examples_are_read(name):
    """Tests that every official example of a type we speak is read with its number, parties and lines, the others refused by type."""
    content = (conformance_data("ubl") / "examples" / name).read_bytes()
    kind = etree.fromstring(content).tag.rpartition("}")[2]
    if kind not in TYPES:
        with pytest.raises(Problem, match="ubl-type"):
            read_ubl(content)
        return
    read = read_ubl(content)
    assert read.type == kind
    assert read.number
    assert read.issued.tzinfo is not None
    assert read.buyer.name or read.seller.name
    if kind in ("RequestForQuotation", "Quotation", "Order", "DespatchAdvice"):
        assert read.lines
        assert all(line.name or line.id for line in read.lines)


TEXT = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_characters="\x7f", exclude_categories=("Cc", "Cf", "Zs", "Zl", "Zp")), min_size=1, max_size=20
)
NUMBERS = st.decimals(min_value=Decimal("0.001"), max_value=10**6, places=3).map(Decimal.normalize).map(lambda value: Decimal(f"{value:f}"))
REAL = st.none() | st.integers(1, 9999).map(lambda value: value / 10)
DAYS = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
    lambda value: value.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
)
REQUIREMENTS = st.none() | st.builds(
    Requirement, TEXT, TEXT, REAL, st.none() | st.integers(1, 12), REAL, REAL, REAL, REAL, st.lists(TEXT, max_size=2, unique=True).map(tuple), st.just("DE")
)
PRICES = st.none() | st.builds(Money, NUMBERS, st.just("EUR"))
LINES = st.builds(Line, TEXT, TEXT, NUMBERS, st.sampled_from(["C62", "KGM"]), st.sampled_from(["", "09521002000016"]), REQUIREMENTS, DAYS, PRICES, DAYS)


@settings(max_examples=150, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=3).map(tuple), kind=st.sampled_from([RequestForQuotation, Quotation, Order]))
def test_lines_come_back_equal(lines, kind):
    """Tests that every field of a line written as UBL is read back equal, for any text and number."""
    more = {RequestForQuotation: {"respond_by": AT}, Quotation: {"valid_until": AT}, Order: {}}[kind]
    refs = () if kind is RequestForQuotation else REFS
    read = read_ubl(write_ubl(kind(**HEAD, refs=refs, lines=lines, **more), FIRMS))
    assert read.lines == lines
    assert (read.number, read.issued) == (HEAD["number"], AT)


BAD = {
    "not XML": b"hello",
    "cut off": b'<?xml version="1.0"?><Order',
    "another root": b"<html/>",
    "a type nobody speaks": b'<Tender xmlns="urn:oasis:names:specification:ubl:schema:xsd:Tender-2"/>',
    "no date": b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>',
    "a document type declaration": b'<!DOCTYPE Order [<!ENTITY a "b">]><Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2">&a;</Order>',
    "an outside entity": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "too deep": b"<a>" * 5000 + b"</a>" * 5000,
    "too large": b"<a>" + b" " * 6_000_000 + b"</a>",
    "billion laughs": b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n > 1 else b"&a;" * 10) for n in range(1, 9))
    + b"]><l>&a8;</l>",
}


@pytest.mark.parametrize("reason", sorted(BAD))
def test_hostile_files_are_refused(reason):
    """Tests that what cannot be read is refused with a word on what is wrong, quickly and without reading anything else."""
    with pytest.raises(Problem) as refused:
        read_ubl(BAD[reason])
    assert refused.value.code in ("ubl-unreadable", "ubl-type")
    assert "passwd" not in refused.value.detail


def test_a_document_without_prices_is_valid_and_mixed_currencies_are_refused():
    """Tests that a quotation without a price still has its mandatory total, and that two currencies are refused, not added."""
    bare = Line("1", "Gear set", Decimal(1))
    check(write_ubl(Quotation(**HEAD, refs=REFS, lines=(bare,), valid_until=AT), FIRMS), "Quotation")
    mixed = (LINE, Line("2", "Gear set", Decimal(1), price=Money(Decimal(1), "CNY")))
    with pytest.raises(Problem, match="currencies"):
        write_ubl(Quotation(**HEAD, refs=REFS, lines=mixed, valid_until=AT), FIRMS)


def test_bad_numbers_are_named():
    """Tests that a quantity that is no number is refused with its place."""
    xml = write_ubl(DOCUMENTS["RequestForQuotation"], FIRMS).replace(b">120<", b">many<")
    with pytest.raises(Problem, match="line 1: Quantity"):
        read_ubl(xml)
