"""Passports folded from events."""

from datetime import timedelta
from pathlib import Path

import pytest

from plait.circulation.passport.service import PassportService
from plait.kernel import gs1
from plait.kernel.actor import ANONYMOUS, Actor
from plait.kernel.facts import decode
from plait.kernel.problems import Problem
from tests.circulation.house import Node, event, open_nodes, parties
from tests.support import START

GTIN = "09521001000017"
HEAT = gs1.lgtin("09521001000024", "H4711")
PIECE = gs1.sgtin(GTIN, "A/1")
FIELDS = {"name": "Gear set", "material": "20CrMnTi", "mass_kg": "1.25"}


async def make(node: Node, other: Node) -> PassportService:
    place = {"readPoint": {"id": gs1.gln(node.firm.gln)}}
    made = event("TransformationEvent", START, "commissioning", inputQuantityList=[{"epcClass": HEAT}], outputEPCList=[PIECE], **place)
    away = event("ObjectEvent", START + timedelta(hours=1), "shipping", action="OBSERVE", epcList=[PIECE], **parties(node.firm, other.firm))
    await node.epcis.capture_events(node.me, [made, away])
    service = PassportService(node.store, node.epcis.guard, node.epcis.clock, node.epcis)
    await service.put_passport(node.me, GTIN, FIELDS)
    return service


async def test_tiers(tmp_path: Path) -> None:
    """Tests that anybody sees what is public, our people and the customer of the piece all, another customer no more than anybody."""
    async with open_nodes(tmp_path, 3) as [node, customer, other]:
        service = await make(node, customer)
        public = await service.passport(ANONYMOUS, f"/01/{GTIN}/21/A%2F1")
        said = {each.element_id: each.value for each in public.elements}
        assert said == FIELDS | {"made_at": "2026-03-02T06:00:00.000Z", "made_by": "firm1", "made_where": gs1.gln(node.firm.gln)}
        assert (public.granularity, public.dpp_status, public.unique_product_identifier) == ("item", "active", PIECE)
        assert public.economic_operator_id == gs1.party(node.firm.gln)
        assert public.last_updated == "2026-03-02T07:00:00.000Z"
        node_rights = node.epcis.guard
        assert node_rights is service.guard
        full = {each.element_id for each in (await service.passport(node.me, PIECE)).elements}
        assert full == said.keys() | {"materials", "history"}
        for party, expected in ((customer.firm.party_id, full), (other.firm.party_id, said.keys())):
            actor = Actor("contract", party, party, agreement="a", dataset="passport")
            assert {each.element_id for each in (await service.passport(actor, PIECE)).elements} == expected


async def test_levels_and_versions(tmp_path: Path) -> None:
    """Tests that an article has a passport of its own, a change makes a new version, the same again none; materials may be public."""
    async with open_nodes(tmp_path, 2) as [node, other]:
        service = await make(node, other)
        model = await service.passport(ANONYMOUS, f"01/{GTIN}")
        assert (model.granularity, {each.element_id for each in model.elements}) == ("model", FIELDS.keys())
        await service.put_passport(node.me, GTIN, FIELDS)
        product = await service.put_passport(node.me, GTIN, FIELDS, materials_public=True)
        assert product.version == 2
        facts = [decode(fact) for fact in await node.store.facts(kinds=["passport.entered"])]
        assert [(fact.gtin, fact.version) for fact in facts] == [(GTIN, 1), (GTIN, 2)]
        public = await service.passport(ANONYMOUS, PIECE)
        assert {each.element_id: each.value for each in public.elements}["materials"] == [HEAT]


async def test_page(tmp_path: Path) -> None:
    """Tests what the page of a piece shows, and that a piece nobody has seen is said to be unknown."""
    async with open_nodes(tmp_path, 2) as [node, other]:
        service = await make(node, other)
        view = await service.view(f"01/{GTIN}/21/A%2F1")
        assert (view["name"], view["serial"], view["known"], view["uri"]) == ("Gear set", "A/1", True, PIECE)
        assert view["identity"] == [("GTIN", GTIN), ("Serial number", "A/1")]
        assert ("Mass (kg)", "1.25") in view["facts"]
        assert view["events"] == [{"at": "2026-03-02T06:00:00.000Z", "when": "02 Mar 2026, 06:00 UTC", "said": "Made"}]
        assert (await service.view(f"01/{GTIN}/21/B"))["known"] is False


async def test_ended(tmp_path: Path) -> None:
    """Tests that a piece taken out of use has an inactive passport."""
    async with open_nodes(tmp_path, 2) as [node, other]:
        service = await make(node, other)
        gone = event("ObjectEvent", START + timedelta(hours=2), "destroying", action="DELETE", epcList=[PIECE])
        await node.epcis.capture_events(node.me, [gone])
        assert (await service.passport(ANONYMOUS, PIECE)).dpp_status == "inactive"


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (f"01/{GTIN}/21/unknown", "not-found"),
        (f"01/{GTIN}/10/unknown", "not-found"),
        ("01/09521001000024", "not-found"),
        ("414/9521001000000", "not-found"),
        ("https://example.com/", "not-found"),
        ("01/09521001000018", "gs1-key"),
        (f"01/{GTIN}/21/A/10/L", "gs1-key"),
    ],
)
async def test_no_passport(tmp_path: Path, key: str, code: str) -> None:
    """Tests that what has no passport is refused with the reason."""
    async with open_nodes(tmp_path, 2) as [node, other]:
        service = await make(node, other)
        with pytest.raises(Problem) as refusal:
            await service.passport(ANONYMOUS, key)
        assert refusal.value.code == code


async def test_who_may_enter(tmp_path: Path) -> None:
    """Tests that strangers enter nothing."""
    async with open_nodes(tmp_path, 2) as [node, other]:
        service = await make(node, other)
        with pytest.raises(Problem) as refusal:
            await service.put_passport(ANONYMOUS, GTIN, {})
        assert refusal.value.code == "forbidden"


async def test_who_reads_what(tmp_path: Path) -> None:
    """Tests that tiers part what anybody reads from what is read besides, and that only our own people are told."""
    async with open_nodes(tmp_path, 2) as [node, customer]:
        service = await make(node, customer)
        tiers = await service.tiers(node.me, f"01/{GTIN}/21/A%2F1")
        assert (tiers.name, tiers.serial, tiers.granularity, tiers.known, tiers.page) == ("Gear set", "A/1", "item", True, f"/item/01/{GTIN}/21/A%2F1")
        assert {each.element_id for each in tiers.public} == {*FIELDS, "made_at", "made_by", "made_where"}
        assert {each.element_id for each in tiers.more} == {"materials", "history"}
        assert (await service.tiers(node.me, f"01/{GTIN}/10/unheard")).known is False
        for who in (ANONYMOUS, node.contract(customer.firm.party_id)):
            with pytest.raises(Problem):
                await service.tiers(who, f"01/{GTIN}")
            with pytest.raises(Problem):
                await service.passports(who)


async def test_list_by_gtin(tmp_path: Path) -> None:
    """Tests that the list has each article's newest version, in pages."""
    async with open_nodes(tmp_path, 2) as [node, customer]:
        service = await make(node, customer)
        await service.put_passport(node.me, GTIN, {"name": "New"})
        await service.put_passport(node.me, "09521001000024", {"name": "Other"})
        assert [(each.fields["name"], each.version) for each in await service.passports(node.me)] == [("New", 2), ("Other", 1)]
        assert [each.gtin for each in await service.passports(node.me, limit=1)] == [GTIN]
        assert [each.gtin for each in await service.passports(node.me, after=GTIN)] == ["09521001000024"]


async def test_the_part_leaves_what_people_added(tmp_path: Path) -> None:
    """Tests that a part's new revision changes what the part says and keeps the rest of the passport."""
    async with open_nodes(tmp_path, 2) as [node, customer]:
        service = await make(node, customer)
        await service.put_passport(node.me, GTIN, FIELDS | {"warranty": "2 years"}, materials_public=True)
        product = await service.from_part(node.me, GTIN, {"name": "Gear set", "material": "18CrNiMo7-6"})
        assert (product.fields, product.materials_public) == ({"name": "Gear set", "material": "18CrNiMo7-6", "warranty": "2 years"}, True)
        assert await service.from_part(node.me, GTIN, {"name": "Gear set", "material": "18CrNiMo7-6"}) == product
