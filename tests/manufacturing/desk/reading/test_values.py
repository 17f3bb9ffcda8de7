"""Tests that cells are read as people mean them, and that every doubt is said."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.habits import Habits
from plait.manufacturing.desk.reading.kinds import Field
from plait.manufacturing.desk.reading.model import Column, FieldKind
from plait.manufacturing.desk.reading.values import Reader

CONTEXT = Context(today=date(2026, 3, 2))


def read(kind, raw, *others, language="de", name="x", unit="", style="", title="", sheet=Habits()):
    """Return the value and the doubts' codes of one cell in a column with ``others``."""
    reader = Reader(Field(name, kind, ""), Column(0, title, name, unit=unit, style=style), [raw, *others], CONTEXT, language, sheet)
    found = reader.read(raw)
    return found.value, {doubt.code for doubt in found.doubts}


def cell(kind, raw, language="de", unit=""):
    """Return everything one cell says."""
    return Reader(Field("x", kind, ""), Column(0, "", "x", unit=unit), [raw], CONTEXT, language, Habits()).read(raw)


CLEAR = [
    ("1.234,56", "1234.56"),
    ("1,234.56", "1234.56"),
    ("1 234,56", "1234.56"),
    ("1\u00a0234,56", "1234.56"),
    ("1'234.56", "1234.56"),
    ("1’234.56", "1234.56"),
    ("１２３", "123"),
    ("1.2万", "12000"),
    ("3万", "30000"),
    ("1.234.567", "1234567"),
    ("12345,678", "12345.678"),
    ("0,125", "0.125"),
    ("0.125", "0.125"),
    (",5", "0.5"),
    ("12", "12"),
    ("-5", "-5"),
    ("−5", "-5"),
    ("5-", "-5"),
    ("(12)", "-12"),
    ("+7", "7"),
    ("12,5", "12.5"),
    (" 12 ", "12"),
    (12, "12"),
    (12.0, "12"),
    (0.1 + 0.2, "0.3"),
    (1.1 * 3, "3.3"),
    (19.989999999999998, "19.99"),
    (1234567.891, "1234567.891"),
    (Decimal("1.50"), "1.5"),
]


@pytest.mark.parametrize(("raw", "value"), CLEAR, ids=[repr(raw) for raw, _ in CLEAR])
def test_clear_numbers(raw, value):
    """Tests that a number that can mean one thing only is read without a doubt."""
    assert read("quantity", raw) == (Decimal(value), set())


@pytest.mark.parametrize(
    ("raw", "others", "language", "value", "codes"),
    [
        ("1.234", [], "de", "1234", {"number-ambiguous"}),
        ("1,234", [], "en", "1234", {"number-ambiguous"}),
        ("1.234", ["12,5"], "en", "1234", set()),
        ("1.234", ["12.5"], "de", "1.234", set()),
        ("25,000", ["0,500"], "en", "25", set()),
        ("1.000", ["2.500,00"], "en", "1000", set()),
        ("1,234", ["12.50", "0.5", "1,5"], "en", "1234", {"number-mixed"}),
        ("1,5", ["12.50", "0.5"], "en", "1.5", {"number-mixed"}),
        ("12.50", ["0.5", "1,5"], "en", "12.5", set()),
    ],
)
def test_numbers_by_their_column(raw, others, language, value, codes):
    """Tests that the other cells of the column decide the decimal mark, and a doubt is said when they do not."""
    assert read("quantity", raw, *others, language=language) == (Decimal(value), codes)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("100-200", "number-unreadable"),
        ("abc", "number-unreadable"),
        ("1.23.4", "number-unreadable"),
        ("12 5", "number-unreadable"),
        ("1,23,456", "number-unreadable"),
        ("2 x 50", "number-unreadable"),
        ("10+5", "number-unreadable"),
        ("50 / 60", "number-unreadable"),
        (True, "number-unreadable"),
        (datetime(2026, 3, 1), "number-is-date"),
        (date(2026, 3, 1), "number-is-date"),
        (time(8), "number-is-date"),
        (float("nan"), "error-value"),
        (float("inf"), "error-value"),
        ("#REF!", "error-value"),
        ("#NV", "error-value"),
        ("tbd", "said-open"),
    ],
)
def test_no_numbers(raw, code):
    """Tests that what is no number has no value, and says why."""
    value, codes = read("quantity", raw)
    assert value is None
    assert codes == {code}


@pytest.mark.parametrize("raw", [None, "", " ", "-", "–", "n/a", "k.A.", "无", "/", "null"])
def test_nothing(raw):
    """Tests that an empty cell, and words for nothing, are no value and no doubt."""
    for kind in ("quantity", "date", "text", "code", "money"):
        assert read(kind, raw) == (None, set())


@pytest.mark.parametrize(
    ("raw", "value", "unit"),
    [
        ("120 Stk", "120", "C62"),
        ("120 Stck.", "120", "C62"),
        ("12 pcs", "12", "C62"),
        ("12pcs", "12", "C62"),
        ("5件", "5", "C62"),
        ("5 只", "5", "C62"),
        ("3套", "3", "SET"),
        ("2,5 kg", "2.5", "KGM"),
        ("2,5kg", "2.5", "KGM"),
        ("10 公斤", "10", "KGM"),
        ("3 t", "3", "TNE"),
        ("7 lfm", "7", "MTR"),
        ("7米", "7", "MTR"),
        ("250 mm", "250", "MMT"),
        ("2 Satz", "2", "SET"),
        ("4 Paar", "4", "PR"),
        ("1 Dutzend", "1", "DZN"),
    ],
)
def test_quantities_with_units(raw, value, unit):
    """Tests that a unit beside a quantity is read as its code."""
    found = cell("quantity", raw)
    assert (found.value, found.unit, found.doubts) == (Decimal(value), unit, ())


def test_strange_units():
    """Tests that a quantity of a unit nobody knows is warned of, for its unit too."""
    assert read("quantity", "3 Kartons") == (Decimal(3), {"unit-strange"})
    assert read("quantity", "5 kg", unit="C62")[1] == {"two-units"}


@pytest.mark.parametrize(
    ("raw", "language", "value", "currency", "per", "codes"),
    [
        ("€ 12,50", "de", "12.50", "EUR", None, set()),
        ("12,50 €", "de", "12.50", "EUR", None, set()),
        ("¥1,200.00", "zh", "1200", "CNY", None, {"currency-sign"}),
        ("¥1,200.00", "en", "1200", "CNY", None, {"currency-ambiguous"}),
        ("1200元", "zh", "1200", "CNY", None, set()),
        ("RMB 88.5", "zh", "88.5", "CNY", None, set()),
        ("US$ 4.10", "en", "4.10", "USD", None, set()),
        ("$4.10", "en", "4.10", "USD", None, {"currency-dollar"}),
        ("£5.25", "en", "5.25", "GBP", None, set()),
        ("CHF 1'234.50", "de", "1234.50", "CHF", None, set()),
        ("12.50 EUR/100 St", "de", "12.50", "EUR", 100, set()),
        ("12,50 EUR pro 100 Stk", "de", "12.50", "EUR", 100, set()),
        ("12,50 / 1000", "de", "12.50", "", 1000, set()),
        ("5元/件", "zh", "5", "CNY", None, set()),
        ("12,- €", "de", "12", "EUR", None, set()),
        ("-3,00", "de", "-3", "", None, {"price-negative"}),
    ],
)
def test_money(raw, language, value, currency, per, codes):
    """Tests that money is read with the currency and price unit that stand in its cell."""
    found = cell("money", raw, language)
    assert (found.value, found.currency, found.per) == (Decimal(value), currency, None if per is None else Decimal(per))
    assert {doubt.code for doubt in found.doubts} == codes


@pytest.mark.parametrize("raw", ["12,50 foo", "auf Anfrage bitte", "EUR USD 5", "12,50 EUR/100 foo", "5 - 7 €"])
def test_no_money(raw):
    """Tests that other words beside an amount make it unreadable rather than wrong."""
    assert read("money", raw)[0] is None


DATES = [
    ("14.03.2026", "2026-03-14", set()),
    ("14.3.26", "2026-03-14", set()),
    ("14. 3. 2026", "2026-03-14", set()),
    ("2026-03-14", "2026-03-14", set()),
    ("2026/3/4", "2026-03-04", set()),
    ("2026.03.04", "2026-03-04", set()),
    ("20260314", "2026-03-14", set()),
    (20260314, "2026-03-14", set()),
    ("2026-03-14 00:00:00", "2026-03-14", set()),
    ("2026-03-14T08:30:00", "2026-03-14", {"date-time"}),
    ("2026-03-13T23:00:00Z", "2026-03-13", {"date-zone"}),
    ("2026年3月14日", "2026-03-14", set()),
    ("3月14日", "2026-03-14", {"date-year-missing"}),
    ("14-Mar-26", "2026-03-14", set()),
    ("14 Mar 2026", "2026-03-14", set()),
    ("14. März 2026", "2026-03-14", set()),
    ("March 14, 2026", "2026-03-14", set()),
    ("14th March 2026", "2026-03-14", set()),
    ("Mo 16.03.2026", "2026-03-16", set()),
    ("Di 16.03.2026", "2026-03-16", {"date-weekday"}),
    ("Fri, 3 Apr 2026", "2026-04-03", set()),
    ("bis 14.03.2026", "2026-03-14", set()),
    ("ca. 14.03.2026", "2026-03-14", {"date-about"}),
    ("14.03.", "2026-03-14", {"date-year-missing"}),
    ("KW 12/2026", "2026-03-20", {"date-week"}),
    ("KW12/26", "2026-03-20", {"date-week"}),
    ("12. KW 2026", "2026-03-20", {"date-week"}),
    ("2026-W12", "2026-03-20", {"date-week"}),
    ("CW 12", "2026-03-20", {"date-week", "date-year-missing"}),
    ("第12周", "2026-03-20", {"date-week", "date-year-missing"}),
    ("2026年第12周", "2026-03-20", {"date-week"}),
    ("sofort", "2026-03-02", {"date-soon"}),
    ("ASAP", "2026-03-02", {"date-soon"}),
    ("尽快", "2026-03-02", {"date-soon"}),
    ("Ende März", "2026-03-31", {"date-month", "date-year-missing"}),
    ("end of March 2026", "2026-03-31", {"date-month"}),
    ("3月底", "2026-03-31", {"date-month", "date-year-missing"}),
    ("März 2026", "2026-03-31", {"date-month"}),
    ("03/2026", "2026-03-31", {"date-month"}),
    ("Q2 2026", "2026-06-30", {"date-month"}),
    ("14.03.2026 - 21.03.2026", "2026-03-21", {"date-range"}),
    (datetime(2026, 3, 14), "2026-03-14", set()),
    (datetime(2026, 3, 14, 7, 30), "2026-03-14", {"date-time"}),
    (date(2026, 3, 14), "2026-03-14", set()),
    (46095, "2026-03-14", {"date-serial"}),
    (46095.0, "2026-03-14", {"date-serial"}),
    ("46095", "2026-03-14", {"date-serial-text"}),
    ("01.12.2206", "2206-12-01", {"date-far"}),
    (datetime(1900, 1, 1), "1900-01-01", {"date-far"}),
]


@pytest.mark.parametrize(("raw", "value", "codes"), DATES, ids=[repr(raw) for raw, _, _ in DATES])
def test_dates(raw, value, codes):
    """Tests that dates are read in all habits, and that what is only likely is said."""
    assert read("date", raw, name="due") == (date.fromisoformat(value), codes)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("31.02.2026", "date-impossible"),
        ("2026-13-01", "date-impossible"),
        ("00.00.0000", "date-impossible"),
        ("14.03.0026", "date-impossible"),
        ("nach Vereinbarung", "date-unreadable"),
        ("4 weeks ARO", "date-unreadable"),
        ("TBD", "date-open"),
        ("offen", "date-open"),
        (5, "date-unreadable"),
        (True, "date-unreadable"),
        (time(8), "date-unreadable"),
        ("KW 60/2026", "date-unreadable"),
    ],
)
def test_no_dates(raw, code):
    """Tests that what is no date has no value, and says why."""
    assert read("date", raw, name="due") == (None, {code})


@pytest.mark.parametrize(
    ("raw", "others", "language", "value", "codes"),
    [
        ("03/04/2026", ["14/03/2026"], "en", "2026-04-03", set()),
        ("03/04/2026", ["03/14/2026"], "de", "2026-03-04", set()),
        ("03/04/2026", [], "en", "2026-03-04", {"date-ambiguous"}),
        ("03/04/2026", [], "de", "2026-04-03", {"date-ambiguous"}),
        ("03.04.2026", [], "en", "2026-04-03", set()),
        ("05/05/2026", [], "en", "2026-05-05", set()),
        ("14/03/2026", ["03/14/2026"], "en", "2026-03-14", {"date-mixed"}),
        ("01/02/2026", ["14/03/2026", "03/14/2026"], "de", "2026-02-01", {"date-ambiguous"}),
        ("26/3/4", ["26/3/31"], "zh", "2026-03-04", set()),
        (datetime(2026, 3, 4), ["03/14/2026"], "en", "2026-03-04", {"date-mixed"}),
    ],
)
def test_dates_by_their_column(raw, others, language, value, codes):
    """Tests that the other cells of the column decide the order of day and month, and a doubt is said when they do not."""
    assert read("date", raw, *others, language=language, name="due") == (date.fromisoformat(value), codes)


def test_dates_by_a_known_habit():
    """Tests that a habit that a person or the title gave decides."""
    assert read("date", "03/04/2026", style="mdy", name="due") == (date(2026, 3, 4), set())
    assert read("date", "03/04/2026", style="dmy", name="due") == (date(2026, 4, 3), set())
    assert read("date", 12, title="Liefer-KW", name="due") == (date(2026, 3, 20), {"date-week", "date-year-missing"})
    assert read("date", "202612", title="Liefer-KW", name="due") == (date(2026, 3, 20), {"date-week"})


@pytest.mark.parametrize(
    ("raw", "value", "codes"),
    [
        ("A-100", "A-100", set()),
        (" A-100\u00a0", "A-100", set()),
        ("ＡＢ－１２", "AB-12", set()),
        ("00471", "00471", set()),
        (4711, "4711", set()),
        (4711.0, "4711", set()),
        (4.711e12, "4711000000000", set()),
        (1.2345678901234567e17, "123456789012345664", {"code-damaged"}),
        ("4,711E+12", "4,711E+12", {"code-damaged"}),
        ("4.711E+12", "4.711E+12", {"code-damaged"}),
        ("4711.0", "4711", {"code-number"}),
        (100.1, "100.1", {"code-number"}),
        (datetime(2026, 3, 1), "2026-03-01", {"code-date"}),
        ("12-Mrz", "12-Mrz", {"code-date"}),
        ("Mar-14", "Mar-14", {"code-date"}),
        (True, None, {"code-unreadable"}),
    ],
)
def test_codes(raw, value, codes):
    """Tests that numbers of things keep their zeros, and that what a spreadsheet has done to them is said."""
    assert read("code", raw) == (value, codes)


def test_lost_zeros():
    """Tests that a bare number among codes with zeros before is warned of."""
    assert read("code", 471, "00472") == ("471", {"code-zeros"})


@pytest.mark.parametrize(
    ("raw", "unit", "value", "codes"),
    [
        (30, "MIN", "30", set()),
        (45, "SEC", "0.75", set()),
        (1.5, "HUR", "90", set()),
        ("90 min", "", "90", set()),
        ("1,5 h", "", "90", set()),
        ("45 s", "MIN", "0.75", set()),
        ("2 Std.", "", "120", set()),
        ("30分钟", "", "30", set()),
        ("1h 20min", "", "80", set()),
        ("0:45 h", "", "45", set()),
        ("1:30", "MIN", "90", {"duration-ambiguous"}),
        ("1:30", "HUR", "90", set()),
        ("0:01:30", "", "1.5", set()),
        (time(0, 45), "", "45", set()),
        (timedelta(hours=30), "", "1800", set()),
        (30, "", "30", {"duration-unit-missing"}),
        (-5, "MIN", None, {"duration-negative"}),
        ("lange", "MIN", None, {"duration-unreadable"}),
    ],
)
def test_durations(raw, unit, value, codes):
    """Tests that times are read in minutes by their own unit, else by the title's."""
    assert read("duration", raw, unit=unit, name="setup_min") == (None if value is None else Decimal(value), codes)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("06:00", time(6)),
        ("6:00 Uhr", time(6)),
        ("6.30", time(6, 30)),
        ("2200", time(22)),
        ("10 pm", time(22)),
        ("12 am", time(0)),
        (0.25, time(6)),
        (time(14), time(14)),
        (timedelta(hours=6), time(6)),
        ("24:00", time(0)),
        ("25:00", None),
        ("früh", None),
    ],
)
def test_times(raw, value):
    """Tests that times of day are read in all habits."""
    assert read("time", raw)[0] == value


@pytest.mark.parametrize(
    ("raw", "value"), [("ja", True), ("x", True), ("是", True), (True, True), (1.0, True), ("no", False), ("否", False), (0, False), ("vielleicht", None)]
)
def test_flags(raw, value):
    """Tests that yes and no are told in three languages."""
    assert read("flag", raw)[0] == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [("Stk", "C62"), ("EA", "C62"), ("件", "C62"), ("Kilo", "KGM"), ("千克", "KGM"), ("lfm", "MTR"), ("Std.", "HUR"), ("ft³", None), (5, None)],
)
def test_units(raw, value):
    """Tests that units become codes, and that unknown ones are no value."""
    assert read("unit", raw)[0] == value


def test_ditto():
    """Tests that a mark for "as above" is told as such."""
    for mark in ('"', "〃", "dto.", "同上", "siehe oben"):
        assert cell("text", mark).ditto


def test_numbers_of_other_kinds():
    """Tests that weights, days and priorities are read with what stands beside them."""
    assert read("number", "250 g", name="weight_kg") == (Decimal("0.25"), set())
    assert read("number", 250, name="weight_kg", unit="GRM") == (Decimal("0.25"), set())
    assert read("number", "3 Wochen", name="lead_days") == (Decimal(15), {"weeks-as-days"})
    assert read("number", "10个工作日", name="lead_days") == (Decimal(10), set())
    assert read("number", "12 Stk/h", name="per_hour") == (Decimal(12), set())
    assert read("number", "100 St", name="price_per") == (Decimal(100), set())
    assert read("number", "hoch", name="priority") == (Decimal(1), {"priority-word"})
    assert read("number", "AG 10", name="op_no") == (Decimal(10), set())


RAWS = st.one_of(
    st.text(max_size=30),
    st.text("0123456789.,'/-+() €$¥%:KWkgStEUR年月日周万pro", max_size=16),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.none(),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(get_args(FieldKind)), st.lists(RAWS, min_size=1, max_size=4), st.sampled_from(["de", "en", "zh", ""]))
def test_anything_is_read_or_doubted(kind, raws, language):
    """Tests that no cell makes the reader fall over, and that a cell without a value is empty or says why."""
    for name in ("x", "weight_kg", "lead_days", "price_per", "priority", "op_no"):
        reader = Reader(Field(name, kind, ""), Column(0, "", name), raws, CONTEXT, language, Habits())
        for raw in raws:
            found = reader.read(raw)
            assert found.value is not None or found.doubts or not isinstance(raw, int | float | date | time | timedelta)
