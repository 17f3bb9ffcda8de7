"""Column maps: built-in ones, a firm's own, a stranger's; what is refused."""

from datetime import date
from types import SimpleNamespace

import msgspec
import pytest

from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading import erp
from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import Content, Sheet
from plait.manufacturing.desk.reading.read import read_content
from plait.manufacturing.desk.reading.text import fold

OWN = """
name = "shop"
summary = "Our own program"
kind = "orders"
recognised = [["Auftr", "Teil", "Stk"]]
decimal = ","
dates = "dmy"

[columns]
"Auftr" = "own_no"
"Teil" = "part_no"
"Stk" = "quantity"
"Termin" = "due"
"Preis" = "price"

[constants]
customer = "oakmill"

[instead]
order_no = "own_no"
"""


@pytest.mark.parametrize("one", erp.built_in(), ids=lambda one: one.name)
def test_built_in_maps_know_their_titles(one):
    """Tests that each set of titles of a built-in map is recognised, by that map, once the table has what its kind needs."""
    assert one.direction == "in"
    for titles in one.recognised:
        needed = [title for title in one.columns if title not in titles]
        found = erp.match([*titles, *needed])
        assert found is not None
        assert found.kind == one.kind
        assert found.source.startswith("map:")
        assert {column.field for column in found.columns} - {""} <= KINDS[one.kind].keys()
        used = [column.field for column in found.columns if column.field]
        assert len(used) == len(set(used))


def test_all_five_programs_have_maps():
    """Tests that the exports of the programs that firms use are there: orders for all, stock for the larger ones."""
    names = {one.name.partition("-")[0] for one in erp.built_in()}
    assert {"odoo", "sap", "kingdee", "yonyou", "datev"} <= names
    assert len({one.name for one in erp.built_in()}) == len(erp.built_in())
    assert {one.kind for one in erp.built_in()} >= {"orders", "stock", "parts", "routings"}


def test_unknown_titles_are_left_alone():
    """Tests that titles of no map, a part of a map's titles, and titles without what the kind needs are no match."""
    for titles in (["Auftrag", "Artikel", "Menge", "Termin"], ["VBELN", "POSNR"], ["VBELN", "POSNR", "MATNR", "KWMENG"], [], [""] * 5):
        assert erp.match(titles) is None


def test_a_sheet_is_known_by_any_of_its_first_rows():
    """Tests that titles are found under other rows, and that the mapping says where, whatever the columns' order and the titles' writing."""
    titles = ["kwmeng ", "MATNR", "Posnr", "VBELN", "VDATU", "Foo", "BSTNK"]
    sheet = Sheet("s", [["Liste"], [], titles, ["40", "NF-1", "10", "4712", "20260318", "x", "PO-9"]])
    found = erp.known(sheet)
    assert found is not None
    assert (found.sheet, found.header, found.source) == ("s", (2, 2), "map:sap-orders")
    assert [column.field for column in found.columns] == ["quantity", "part_no", "line_no", "own_no", "due", "", "order_no"]
    assert all(fold(column.title) == fold(title) for column, title in zip(found.columns, titles, strict=True))


def test_a_column_stands_in_for_another():
    """Tests that the program's own order number is the order number where the customer's is not in the table."""
    without = erp.match(["VBELN", "POSNR", "MATNR", "KWMENG", "VDATU"])
    assert without is not None
    assert without.columns[0].field == "order_no"


def test_a_firms_own_maps_come_first(tmp_path):
    """Tests that files in a firm's folder are used, before built-in ones, with their styles and constants; others in it are named as wrong."""
    (tmp_path / "shop.toml").write_text(OWN, "utf-8-sig")
    mine = OWN.replace('"shop"', '"mine"').replace('"Auftr", "Teil", "Stk"', '"VBELN", "MATNR"').replace("Auftr", "VBELN").replace("Teil", "MATNR")
    (tmp_path / "sap.toml").write_text(mine)
    (tmp_path / "bad.toml").write_text("name = 1")
    (tmp_path / "worse.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "notes.txt").write_text("x")
    maps, wrong = erp.load_folder(tmp_path)
    assert [one.name for one in maps] == ["mine", "shop"]
    assert [problem.detail.partition(":")[0] for problem in wrong] == ["bad.toml", "worse.toml"]
    assert erp.load_folder(tmp_path / "none") == ((), ())
    found = erp.match(["VBELN", "POSNR", "MATNR", "KWMENG", "Stk", "VDATU", "Termin"], maps)
    assert found is not None
    assert found.source == "map:mine"
    sheet = Sheet("s", [["Auftr", "Teil", "Stk", "Termin", "Preis"], ["7", "Z-1", "1.200", "03.04.2026", "1,250"]])
    ((mapping, (record,)),) = read_content(Content("csv", [sheet]), "x.csv", Context(date(2026, 3, 2), maps=maps)).tables
    assert mapping.source == "map:shop"
    assert record.values["quantity"] == 1200
    assert str(record.values["price"]) == "1.250"
    assert (record.values["due"], record.values["customer"], record.values["order_no"]) == (date(2026, 4, 3), "oakmill", "7")
    assert not [issue for issue in record.issues if issue.level != "note" and issue.code in ("number-ambiguous", "date-ambiguous")]


@pytest.mark.parametrize(
    ("was", "now", "word"),
    [
        ('name = "shop"', "", "name"),
        ('name = "shop"', 'name = "a b"', "dashes"),
        ('kind = "orders"', 'kind = "invoices"', "kind"),
        ('"Stk" = "quantity"', '"Stk" = "amountt"', "no field 'amountt'"),
        ('"Stk" = "quantity"', "", "cannot do without quantity"),
        ('decimal = ","', 'decimal = ";"', "decimal"),
        ('decimal = ","', 'decimals = ","', "decimals"),
        ('[["Auftr", "Teil", "Stk"]]', '[["Auftr"]]', "at least two titles"),
        ('[["Auftr", "Teil", "Stk"]]', "[]", "must not be empty"),
        ('customer = "oakmill"', 'client = "oakmill"', "constants: client"),
        ("[columns]", "[columns", "TOML|line|Expected|bracket|at"),
    ],
)
def test_a_wrong_map_is_refused_with_what_is_wrong(was, now, word):
    """Tests that each rule of maps is checked and named with the file and the place."""
    assert was in OWN
    with pytest.raises(Problem, match="map-invalid") as refused:
        erp.read_map(OWN.replace(was, now), "shop.toml")
    assert refused.value.detail.startswith("shop.toml: ")
    assert any(each in refused.value.detail for each in word.split("|"))


def test_maps_to_hand_over_are_no_maps_to_read():
    """Tests that a map of direction ``out`` is valid without titles to be recognised by, and reads nothing."""
    out = erp.read_map(OWN.replace('kind = "orders"', 'kind = "orders"\ndirection = "out"'), "out.toml")
    assert erp.match(["Auftr", "Teil", "Stk", "Termin"], [out]) is None


def test_a_strangers_maps_are_taken_up(monkeypatch):
    """Tests that installed packages add maps by entry points, one or several."""
    one = erp.read_map(OWN, "shop.toml")
    other = msgspec.structs.replace(one, name="other", recognised=(("Foo", "Teil"),))
    entries = [SimpleNamespace(load=lambda: one), SimpleNamespace(load=lambda: [other])]
    monkeypatch.setattr(erp, "entry_points", lambda group: entries if group == "plait.maps" else [])
    erp.built_in.cache_clear()
    try:
        for titles in (["Auftr", "Teil", "Stk", "Termin"], ["Foo", "Auftr", "Teil", "Stk", "Termin"]):
            assert erp.match(titles) is not None
    finally:
        erp.built_in.cache_clear()
