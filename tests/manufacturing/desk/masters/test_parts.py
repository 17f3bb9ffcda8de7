"""Lists of parts."""

from decimal import Decimal as D

import pytest

from plait.kernel.money import Money
from plait.manufacturing.vocabulary import GENERAL
from tests.manufacturing.desk.masters.rooms import Rooms
from tests.manufacturing.house import ME

PIN = {"part_no": "P-100", "name": "Bolzen gedreht", "material": "C45 +QT", "weight_kg": D("0.4"), "drawing_no": "D-77", "batch_size": D(50), "family": "pins"}


async def test_new_parts(rooms: Rooms) -> None:
    """Tests that a new part has everything its row says, with codes for its material and process."""
    (change,) = await rooms.put("parts", PIN)
    assert (change.row, change.key, change.action) == (2, "P-100", "new")
    part = await rooms.part("P-100")
    assert (part.revision, part.material, part.material_text, part.process, part.mass_kg) == ("A", "C45", "C45 +QT", "turning", D("0.4"))
    assert (part.drawing_no, part.batch_size, part.family, part.supply) == ("D-77", 50, "pins", "make")
    await rooms.again("parts", PIN)


async def test_nothing_is_invented(rooms: Rooms) -> None:
    """Tests that a name that tells no process gives the general one, and a material without a code is kept as written and told."""
    (change,) = await rooms.put("parts", {"part_no": "X", "name": "Bracket", "material": "Unobtanium 7", "supply": "vielleicht"})
    part = await rooms.part("X")
    assert (part.process, part.material, part.material_text, part.supply) == (GENERAL, "any", "Unobtanium 7", "make")
    assert "Unobtanium 7" in change.text
    assert "vielleicht" in change.text


@pytest.mark.parametrize(
    ("word", "supply"), [("Kaufteil", "buy"), ("外购", "buy"), ("Eigenfertigung", "make"), ("自制", "make"), ("Lohnarbeit", "service"), ("F", "buy")]
)
async def test_made_or_bought(rooms: Rooms, word: str, supply: str) -> None:
    """Tests the words that tell how a part is got."""
    await rooms.put("parts", {"part_no": "X", "supply": word})
    assert (await rooms.part("X")).supply == supply


async def test_what_a_row_does_not_say_stays(rooms: Rooms) -> None:
    """Tests that a second list fills in and leaves the rest, with the differences named."""
    await rooms.put("parts", PIN)
    (change,) = await rooms.put("parts", {"part_no": "p 100", "name": "Bolzen, gedreht", "lead_days": D(4)})
    part = await rooms.part("P-100")
    assert (part.name, part.lead_days, part.material, part.batch_size) == ("Bolzen, gedreht", 4.0, "C45", 50)
    assert change.action == "changed"
    assert {(each.field, each.was, each.now) for each in change.changes} >= {("name", "Bolzen gedreht", "Bolzen, gedreht"), ("lead_days", "0", "4")}


async def test_unmade_parts_change_and_made_ones_get_a_revision(rooms: Rooms) -> None:
    """Tests the rule of revisions: unmade changes under its revision, made gets the next one, and the old one can be read."""
    await rooms.put("parts", PIN)
    (change,) = await rooms.put("parts", {**PIN, "material": "1.4301"})
    assert "nothing was made by revision A yet" in change.text
    assert (await rooms.part("P-100")).revision == "A"
    await rooms.made("P-100")
    (change,) = await rooms.put("parts", {**PIN, "material": "POM"})
    assert "revision A becomes B" in change.text
    assert ((await rooms.part("P-100")).revision, (await rooms.part("P-100")).material) == ("B", "POM")
    assert (await rooms.part("P-100", "A")).material == "1.4301"


async def test_revisions_that_a_list_names(rooms: Rooms) -> None:
    """Tests that a named revision is released, that a made one is not rewritten, and that a list does not go back."""
    await rooms.put("parts", {**PIN, "revision": "A"})
    await rooms.made("P-100")
    (change,) = await rooms.put("parts", {**PIN, "revision": "A", "material": "POM"})
    assert (change.action, "needs a new revision" in change.text) == ("refused", True)
    (change,) = await rooms.put("parts", {**PIN, "revision": "C", "material": "POM"})
    assert (change.action, (await rooms.part("P-100")).revision) == ("changed", "C")
    (change,) = await rooms.put("parts", {**PIN, "revision": "A"})
    assert (change.action, "was followed by C" in change.text) == ("refused", True)
    assert (await rooms.part("P-100")).material == "POM"


async def test_parts_without_our_number(rooms: Rooms) -> None:
    """Tests that drawing or name find the part there is, and that a new one gets a number from what it has."""
    await rooms.put("parts", PIN)
    await rooms.put("parts", {"drawing_no": "d-77", "name": "whatever", "lead_days": D(9)})
    assert (await rooms.part("P-100")).lead_days == 9.0
    await rooms.put("parts", {"drawing_no": "D-78"}, {"name": "Halter links"}, {"name": "左支架"})
    ids = {part.id for part in await rooms.parts.parts(ME)}
    assert ids == {"P-100", "D-78", "HALTER-LINKS", "左支架"}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"part_no": "X", "gtin": "4012345000024"}, "gtin"),
        ({"part_no": "X", "weight_kg": D(-1)}, "weight"),
        ({"part_no": "X", "batch_size": D("2.5")}, "batch size"),
        ({"part_no": "X", "unit": "XYZ"}, "unit"),
        ({"part_no": "X", "price": D(3), "price_per": D(0)}, "price"),
        ({"name": "--"}, "names no part"),
    ],
)
async def test_rows_that_are_refused(rooms: Rooms, row: dict[str, object], says: str) -> None:
    """Tests that a bad row is refused with the reason while the good one beside it goes in."""
    bad, good = await rooms.put("parts", row, PIN)
    assert (bad.action, good.action) == ("refused", "new")
    assert says in bad.text
    assert [part.id for part in await rooms.parts.parts(ME)] == ["P-100"]


async def test_a_part_twice(rooms: Rooms) -> None:
    """Tests that the second row of a part is refused rather than winning silently."""
    first, second = await rooms.put("parts", PIN, {**PIN, "name": "other"})
    assert (first.action, second.action) == ("new", "refused")
    assert "row 2" in second.text


async def test_prices_of_parts(rooms: Rooms) -> None:
    """Tests that a bought part's price is what we pay, a made one's what customers pay, per price unit."""
    bought = {"part_no": "BAR", "supply": "Kaufteil", "unit": "KGM", "price": D(210), "price_per": D(100)}
    await rooms.put("parts", {**PIN, "price": D("12.50"), "currency": "USD"}, bought)
    prices = {row.part_id: (row.kind, row.price) for row in await rooms.masters.prices(ME)}
    assert prices == {"P-100": ("sale", Money(D("12.50"), "USD")), "BAR": ("purchase", Money(D("2.1"), "EUR"))}
    await rooms.again("parts", {**PIN, "price": D("12.50"), "currency": "USD"}, bought)
