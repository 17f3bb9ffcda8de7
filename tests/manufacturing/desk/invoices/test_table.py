"""Invoices as tables for bookkeeping programs."""

import csv
import io
from decimal import Decimal

import msgspec
import pytest

from plait.kernel.problems import Problem
from plait.manufacturing.desk.invoices.table import load_map, map_names, table
from tests.manufacturing.desk.invoices.test_xml import BUYER, GOOD


def read(name, invoice=GOOD, folder=None):
    columns = load_map(name, folder)
    rows = list(csv.reader(io.StringIO(table(invoice, columns).decode(columns.encoding)), delimiter=columns.delimiter))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_plain():
    """Tests that every line stands there with its amounts."""
    first, second = read("plain")
    said = [first[title] for title in ("Invoice number", "Quantity", "Price", "Net amount", "Gross amount")]
    assert said == ["2026-0017", "120", "69.97", "8396.40", "9991.72"]
    assert (second["Price unit"], second["Net amount"], second["Tax rate"]) == ("100", "30.86", "7")


def test_datev():
    """Tests that German books get one row a tax rate, with commas, their dates and their encoding."""
    first, second = read("datev")
    assert (first["Rechnungsdatum"], first["Nettobetrag"], first["Steuerbetrag"], first["Währung"]) == ("03.03.2026", "8396,40", "1595,32", "EUR")
    assert second["Steuersatz"] == "7"


@pytest.mark.parametrize("name", map_names())
def test_every_map_is_sound(name):
    """Tests that each built-in map can be read, names known fields and gives a row."""
    assert load_map(name).summary
    assert read(name)


def test_own_map(tmp_path):
    """Tests that a file in the firm's folder is a map, and comes before a built-in one of its name."""
    (tmp_path / "plain.toml").write_text('summary = "ours"\ncolumns = [["No", "number"], ["What", "=goods"]]\n', "utf-8")
    assert read("plain", folder=tmp_path)[0] == {"No": "2026-0017", "What": "goods"}


@pytest.mark.parametrize(
    "text",
    [
        'summary = "x"\ncolumns = [["No", "nothing"]]',
        'summary = "x"\ncolumns = []',
        "summary =",
        'summary = "x"\ncolumns = [["No", "number"]]\nsecret = 1',
        "\xff",
    ],
)
def test_bad_maps(tmp_path, text):
    """Tests that a map that cannot be read is refused with its name."""
    (tmp_path / "own.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(Problem, match=r"own\.toml"):
        load_map("own", tmp_path)


def test_no_such_map(tmp_path):
    """Tests that a name that leads elsewhere, or nowhere, is refused."""
    for name in ("../plain", "none", ""):
        with pytest.raises(Problem, match="invoice-map"):
            load_map(name, tmp_path)


def test_no_formulas():
    """Tests that what a customer is called never becomes a formula in the accountant's spreadsheet, while a negative amount stays a number."""
    hostile = msgspec.structs.replace(GOOD, buyer=msgspec.structs.replace(BUYER, name='=HYPERLINK("http://x")'))
    hostile = msgspec.structs.replace(hostile, lines=(msgspec.structs.replace(GOOD.lines[0], quantity=Decimal(-1)),))
    (row,) = read("plain", hostile)
    assert row["Customer"].startswith("'=")
    assert row["Net amount"] == "-69.97"
