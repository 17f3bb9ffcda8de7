"""Parts: what is refused, what matches, what an order needs and costs."""

from decimal import Decimal as D

import msgspec
import pytest

from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.part.model import Material, Operation, Part
from plait.manufacturing.part.rules import blanks, check_part, cost, is_gtin, match, needs
from plait.manufacturing.requirement import Requirement

HARDEN = Requirement(process="heat.case_hardening", material="20CrMnTi", hardness_hrc=58)
FORGE = Requirement(process="forging.die", material="20CrMnTi")
GEAR = Part(
    "GEAR-M3",
    "A",
    "Gear m3",
    gtin="04012345000016",
    process="gear.cylindrical",
    material="20CrMnTi",
    module_mm=3.0,
    quality=6,
    hardness_hrc=60,
    x_mm=40,
    y_mm=120,
    z_mm=120,
    batch_size=20,
    routing=(
        Operation(10, "Turning", "turning", "lathe", 30, 6),
        Operation(20, "Hobbing", "hobbing", "hob", 20, 9),
        Operation(30, "Hardening", "heat.case_hardening", service=HARDEN),
    ),
    materials=(
        Material("BLANK", "Forged blank", supply="buy", requirement=FORGE),
        Material("OIL", "Cutting oil", D("0.1"), "LTR", price=Money(D(4), "EUR")),
        Material("TAG", "Customer's tag", supply="customer"),
    ),
    scrap_allowance=D("0.05"),
    markup=D("0.2"),
)
FURNACE = Part("CH", "A", "Case hardening", supply="service", process="heat.case_hardening", hardness_hrc=62, x_mm=300, y_mm=300, z_mm=200)
WANTED = Requirement(process="gear.cylindrical", material="20CrMnTi", module_mm=3.0, quality=7, hardness_hrc=58, x_mm=120, y_mm=120, z_mm=40)


def change(part: Part, **fields: object) -> Part:
    return msgspec.structs.replace(part, **fields)


BAD = [
    ("no id", {"id": ""}, "id, revision"),
    ("a GTIN with a wrong check digit", {"gtin": "04012345000017"}, "gtin"),
    ("a GTIN of letters", {"gtin": "ABC"}, "gtin"),
    ("a unit nobody knows", {"unit": "PIECES"}, "unit"),
    ("an empty batch", {"batch_size": 0}, "batch_size"),
    ("a negative allowance", {"scrap_allowance": D("-0.1")}, "scrap_allowance"),
    ("no process", {"process": ""}, "process"),
    ("a process outside the vocabulary", {"process": "gears"}, "no process code"),
    ("a material outside the vocabulary", {"material": "iron"}, "no material code"),
    ("two operations of one seq", {"routing": (GEAR.routing[0], GEAR.routing[0])}, "seq 10"),
    ("operations out of order", {"routing": (GEAR.routing[1], GEAR.routing[0])}, "seq 10"),
    ("an operation nobody does", {"routing": (Operation(10, "Turning", "turning"),)}, "group"),
    ("a negative time", {"routing": (Operation(10, "Turning", "turning", "lathe", -1, 1),)}, "negative"),
    ("a bought material without requirement", {"materials": (Material("B", "Blank", supply="buy"),)}, "requirement"),
    ("a requirement without process", {"materials": (Material("B", "Blank", supply="buy", requirement=Requirement()),)}, "names no process"),
    ("nothing of a material", {"materials": (Material("B", "Blank", D(0)),)}, "above zero"),
    ("one material twice", {"materials": (Material("B", "Blank"), Material("B", "Blank"))}, "twice"),
]


@pytest.mark.parametrize(("reason", "fields", "names"), BAD, ids=[row[0] for row in BAD])
def test_bad_parts(reason: str, fields: dict[str, object], names: str) -> None:
    """Tests that a part is refused for the named reason, in words that name the field."""
    check_part(GEAR)
    with pytest.raises(Problem) as refusal:
        check_part(change(GEAR, **fields))
    assert refusal.value.code in ("bad-part", "unknown-code"), reason
    assert names in refusal.value.detail


def test_gtin_lengths() -> None:
    """Tests that GTINs of all four lengths are known by their check digit."""
    assert all(is_gtin(text) for text in ("40170725", "614141000036", "4006381333931", "04006381333931"))
    assert not any(is_gtin(text) for text in ("", "40170726", "4006381333932", "12345", "４００６３８１３３３９３１"))


MISSES = [
    ("another process", {"process": "forging.die"}, "is gear.cylindrical, wanted is forging.die"),
    ("another material", {"material": "42CrMo4"}, "wanted is 42CrMo4"),
    ("another module", {"module_mm": 4.0}, "module 3, wanted is 4"),
    ("a finer quality", {"quality": 5}, "reaches quality 6, wanted is 5"),
    ("more hardness", {"hardness_hrc": 62.0}, "60 HRC"),
    ("another size", {"x_mm": 130.0}, "measures 120 mm, wanted are 130 mm"),
]


@pytest.mark.parametrize(("what", "fields", "words"), MISSES, ids=[row[0] for row in MISSES])
def test_match_says_why_not(what: str, fields: dict[str, object], words: str) -> None:
    """Tests that one wish beyond the part gives exactly one reason, and none when all wishes are met."""
    assert match(WANTED, GEAR) == []
    reasons = match(msgspec.structs.replace(WANTED, **fields), GEAR)
    assert len(reasons) == 1, what
    assert words in reasons[0]


def test_match_by_the_tree_of_codes() -> None:
    """Tests that whoever asks for a wider code is served, and whoever asks for any material."""
    assert match(Requirement(process="gear", material="steel.case_hardening"), GEAR) == []
    assert match(Requirement(process="gear.cylindrical"), GEAR) == []
    assert match(Requirement(process="gear.cylindrical", material="steel.quenched_tempered"), GEAR) != []


def test_match_of_a_service() -> None:
    """Tests that a service takes every material and size within its limits, and nothing above them."""
    assert match(HARDEN, FURNACE) == []
    assert match(msgspec.structs.replace(HARDEN, x_mm=200.0, y_mm=280.0, module_mm=3.0), FURNACE) == []
    assert "up to 300 mm" in match(msgspec.structs.replace(HARDEN, x_mm=400.0), FURNACE)[0]
    assert match(FORGE, change(GEAR, supply="buy")) == ["Gear m3 is bought, not made here"]


def test_needs_have_the_scrap_allowance() -> None:
    """Tests that blanks are ordered with the allowance, outside steps for the pieces, and stock or customers' goods not at all."""
    rows = needs(GEAR, 120)
    assert [(row.key, row.quantity, row.requirement) for row in rows] == [("material:BLANK", D(126), FORGE), ("service:30", D(120), HARDEN)]
    assert rows[1].op_seq == 30
    assert blanks(GEAR, 1) == 2
    assert blanks(change(GEAR, scrap_allowance=D(0)), 7) == 7


RATES = {"lathe": Money(D(60), "EUR"), "hob": Money(D(90), "EUR")}
BOUGHT = {"material:BLANK": Money(D("5.50"), "EUR"), "service:30": Money(D("2.25"), "EUR"), "freight": Money(D(100), "EUR")}


def test_cost_worked_by_hand() -> None:
    """Tests the cost of 120 gears against figures worked by hand."""
    got = cost(GEAR, 120, RATES, BOUGHT, "EUR")
    assert got.setup.amount == D("360.00")  # 6 batches x (30 min x 1 + 20 min x 1.5)
    assert got.machine.amount == D("2457.00")  # 126 blanks x (6 min x 1 + 9 min x 1.5)
    assert got.material.amount == D("743.40")  # 126 x 5.50 + 126 x 0.1 x 4
    assert got.services.amount == D("370.00")  # 120 x 2.25 + 100
    assert got.per_piece.amount == D("39.30")  # 3930.40 x 1.2 / 120 = 39.304
    assert got.total.amount == D("4716.00")
    assert got.setup + got.machine + got.material + got.services + got.markup == got.total


def test_price_floor() -> None:
    """Tests that a price below the floor is lifted to it and the shares still add up."""
    got = cost(change(GEAR, price_floor=Money(D(50), "EUR")), 120, RATES, BOUGHT, "EUR")
    assert (got.per_piece.amount, got.total.amount) == (D("50.00"), D("6000.00"))
    assert got.markup.amount == D("6000.00") - D("3930.40")


@pytest.mark.parametrize(
    ("rates", "bought", "quantity", "code", "names"),
    [
        ({}, BOUGHT, 1, "price-missing", "lathe"),
        (RATES, {"service:30": BOUGHT["service:30"]}, 1, "price-missing", "Forged blank"),
        (RATES, {"material:BLANK": BOUGHT["material:BLANK"]}, 1, "price-missing", "Hardening"),
        (RATES, {**BOUGHT, "freight": Money(D(1), "USD")}, 1, "currency-mixed", "USD"),
        (RATES, BOUGHT, 0, "bad-part", "quantity"),
    ],
)
def test_cost_refuses_what_it_does_not_know(rates: dict[str, Money], bought: dict[str, Money], quantity: int, code: str, names: str) -> None:
    """Tests that a cost is refused rather than guessed."""
    with pytest.raises(Problem) as refusal:
        cost(GEAR, quantity, rates, bought, "EUR")
    assert refusal.value.code == code
    assert names in refusal.value.detail
