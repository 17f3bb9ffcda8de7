"""Capabilities: what fits, what is refused, what is found in the network."""

from collections.abc import AsyncIterator
from decimal import Decimal as D
from pathlib import Path

import msgspec
import pytest

from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.capability.model import Capability
from plait.manufacturing.capability.rules import check_capability, fit
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.capability.vocabulary import MATERIALS, PROCESSES, is_a
from plait.manufacturing.requirement import Requirement
from tests.manufacturing.house import FIRM, ME, PARTNER, HouseGuard
from tests.support.stores import make_store

GEARS = Capability(
    "gears",
    "gear.cylindrical",
    ("steel.case_hardening",),
    1.0,
    6.0,
    6,
    56,
    62,
    250,
    250,
    100,
    certificates=("ISO 9001",),
    region="DE-BW",
    isic="2814",
    rate=Money(D(80), "EUR"),
)
WANTED = Requirement("gear.cylindrical", "20CrMnTi", 3.0, 6, 58, 40, 120, 240, ("ISO 9001",), "DE")
MISSES = [
    ({"process": "heat.case_hardening"}, "does gear.cylindrical, not heat.case_hardening"),
    ({"material": "42CrMo4"}, "not 42CrMo4"),
    ({"module_mm": 0.5}, "module 0.5 is below"),
    ({"module_mm": 8.0}, "module 8 is above"),
    ({"quality": 5}, "holds quality 6, wanted is 5"),
    ({"hardness_hrc": 64.0}, "hardness 64 is above"),
    ({"z_mm": 260.0}, "260 mm do not fit"),
    ({"certificates": ("IATF 16949", "ISO 9001")}, "no certificate IATF 16949"),
    ({"region": "FR"}, "is in DE-BW, not in FR"),
]


@pytest.mark.parametrize(("fields", "words"), MISSES)
def test_fit_says_why_not(fields: dict[str, object], words: str) -> None:
    """Tests that one wish beyond the capability gives exactly one reason, and none when all are met."""
    assert fit(WANTED, GEARS) == []
    reasons = fit(msgspec.structs.replace(WANTED, **fields), GEARS)
    assert len(reasons) == 1
    assert words in reasons[0]


def test_fit_by_the_tree() -> None:
    """Tests that wider wishes and wider materials fit and a wider process does not serve a narrower wish."""
    assert fit(Requirement("gear"), GEARS) == []
    assert fit(Requirement("gear", "steel"), GEARS) == []
    assert fit(Requirement("gear.cylindrical"), msgspec.structs.replace(GEARS, process="gear")) != []


def test_the_trees_are_whole() -> None:
    """Tests that every parent exists, no code is its own ancestor, and every material is some material."""
    for tree in (PROCESSES, MATERIALS):
        for term in tree.values():
            assert not term.parent or term.parent in tree
            assert term.name
            assert not (term.parent and is_a(term.parent, term.code))
    assert all(is_a(code, "any") for code in MATERIALS)
    assert not set(PROCESSES) & set(MATERIALS)


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"id": ""}, "id"),
        ({"process": "gears"}, "gears"),
        ({"materials": ()}, "materials"),
        ({"materials": ("iron",)}, "iron"),
        ({"module_min_mm": 9.0}, "module"),
        ({"hardness_min_hrc": 63.0}, "hardness"),
        ({"x_mm": 0.0}, "size"),
        ({"isic": "28"}, "isic"),
        ({"rate": Money(D(-1), "EUR")}, "rate"),
    ],
)
def test_bad_capabilities(fields: dict[str, object], names: str) -> None:
    """Tests that a capability is refused with the field named."""
    check_capability(GEARS)
    with pytest.raises(Problem) as refusal:
        check_capability(msgspec.structs.replace(GEARS, **fields))
    assert names in refusal.value.detail


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[CapabilityService]:
    async with make_store(tmp_path) as store:
        yield CapabilityService(store, HouseGuard(), store.clock)


def cheaper(rate: int, **fields: object) -> Capability:
    return msgspec.structs.replace(GEARS, rate=Money(D(rate), "EUR"), **fields)


async def test_search_ranks_and_explains(service: CapabilityService) -> None:
    """Tests that fitting firms come first by rate, one row a firm, and that the others say why; the own firm is not listed."""
    await service.publish(ME, GEARS)
    await service.remember(ME, "p-oak", "oakmill", [cheaper(95), cheaper(90, id="old", quality=8)])
    await service.remember(ME, "p-north", "northforge", [Capability("forge", "forging.die", ("20CrMnTi",), region="DE-NW")])
    await service.remember(ME, "p-cog", "cogworks", [cheaper(70)])
    await service.remember(ME, "p-river", "riverport", [])
    found = await service.search(ME, WANTED)
    assert [(row.name, row.fits) for row in found] == [("cogworks", True), ("oakmill", True), ("riverport", False), ("northforge", False)]
    assert found[1].capability is not None
    assert found[1].capability.id == "gears"
    assert found[1].rate == Money(D(95), "EUR")
    assert found[2].why_not == ["publishes no capability"]
    assert "does forging.die, not gear.cylindrical" in found[3].why_not


async def test_remember_replaces(service: CapabilityService) -> None:
    """Tests that what a firm published before is gone, that news leaves a fact and old news none."""
    await service.remember(ME, "p", "oakmill", [GEARS])
    await service.remember(ME, "p", "oakmill", [GEARS])
    await service.remember(ME, "p", "oakmill", [])
    assert [row.why_not for row in await service.search(ME, WANTED)] == [["publishes no capability"]]
    assert len(await service.store.facts(kinds=["capability.remembered"])) == 2


async def test_publish_change_withdraw(service: CapabilityService) -> None:
    """Tests that a capability is published once, changed by its id, withdrawn, and then unknown."""
    await service.publish(ME, GEARS)
    await service.publish(ME, GEARS)
    await service.publish(ME, cheaper(60))
    assert await service.published() == [cheaper(60)]
    await service.withdraw(ME, "gears")
    assert await service.published() == []
    with pytest.raises(Problem) as refusal:
        await service.withdraw(ME, "gears")
    assert refusal.value.code == "no-such-capability"
    assert [fact.kind for fact in await service.store.facts()] == ["capability.published", "capability.published", "capability.withdrawn"]


async def test_strangers(service: CapabilityService) -> None:
    """Tests that a partner may neither publish nor learn whom we know, and that we do not remember ourselves."""
    await service.remember(ME, "p", "oakmill", [GEARS])
    await service.remember(ME, FIRM.party_id, "helix", [GEARS])
    with pytest.raises(Problem) as refusal:
        await service.publish(PARTNER, GEARS)
    assert refusal.value.code == "forbidden"
    assert await service.search(PARTNER, WANTED) == []
    assert await service.published() == []
    with pytest.raises(Problem) as refusal:
        await service.remember(ME, "p", "oakmill", [GEARS, GEARS])
    assert refusal.value.code == "bad-capability"


async def test_unknown_codes_of_a_newer_node(service: CapabilityService) -> None:
    """Tests that a code this node does not know yet is kept and still found by its own name."""
    await service.remember(ME, "p", "futura", [Capability("x", "printing.metal")])
    assert (await service.search(ME, Requirement("printing.metal")))[0].fits
    assert not (await service.search(ME, WANTED))[0].fits
