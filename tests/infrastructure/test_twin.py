"""Twins of machines and products as Asset Administration Shells."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plait.infrastructure.machines import Machine, tables
from plait.infrastructure.twin import Nameplate, TwinService
from plait.infrastructure.twin.elements import id_short
from plait.infrastructure.twin.nameplate import SEMANTIC_ID
from plait.infrastructure.twin.query import decode_id, encode_id, read_asset_ids, read_cursor, read_limit
from plait.infrastructure.twin.value import core, submodel_value
from plait.kernel.actor import Actor
from plait.kernel.problems import Problem
from plait.store import Store
from tests.infrastructure.aas_schema import validator
from tests.infrastructure.support import ME, PARTY, STRANGER, House
from tests.support import make_store
from tests.support.require import conformance_data

GTIN = "09506000134352"
SHELL = f"urn:plait:{PARTY}:shell:product:{GTIN}"


class Load:
    """A view as another strand would register it: it shows something of machines only."""

    name = "Load"
    semantic_id = "urn:example:load"

    async def submodel(self, actor: Actor, asset: str) -> dict[str, Any] | None:
        """Show the load of a machine."""
        if ":machine:" not in asset:
            return None
        prop = {"modelType": "Property", "idShort": "Percent", "valueType": "xs:double", "value": "51.5"}
        return {"submodelElements": [prop]}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with make_store(tmp_path) as opened:
        yield opened


async def twins(store: Store, guard: House | None = None) -> TwinService:
    """Two machines and a product."""
    service = TwinService(store, guard or House(), store.clock, [Load()])
    for name in ("lathe-1", "hob-1"):
        await store.write(ME, lambda tx, name=name: tables.add(tx.conn, Machine(name, name.title(), "any", config={})))
    await service.put_product(ME, GTIN, "Gear set", Nameplate(order_code="GS-120", country="DE"))
    return service


async def every(ask: Any, **asked: list[str]) -> list[dict[str, Any]]:
    """Follow the cursors to the end."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = await ask(ME, asked | ({"cursor": [cursor]} if cursor else {}))
        found += page.result
        cursor = page.cursor
        if not cursor:
            return found


async def test_every_shell_leads_to_its_submodels(store: Store) -> None:
    """Tests that each reference of each shell is answered, and that nothing else is listed."""
    service = await twins(store)
    shells = await every(service.shells)
    assert [shell["idShort"] for shell in shells] == ["machine_lathe_1", "machine_hob_1", f"product_{GTIN}"]
    named = [reference["keys"][0]["value"] for shell in shells for reference in shell["submodels"]]
    assert len(named) == 5
    assert [submodel["id"] for submodel in await every(service.submodels)] == named
    for shell in shells:
        assert await service.shell(ME, shell["id"]) == shell
    for id in named:
        assert (await service.submodel(ME, id))["id"] == id


@pytest.mark.parametrize("limit", ["1", "2", "5", "100"])
async def test_pages_together_are_the_whole_list(store: Store, limit: str) -> None:
    """Tests that cursors skip nothing and repeat nothing, whatever the page size."""
    service = await twins(store)
    assert await every(service.shells, limit=[limit]) == await every(service.shells)
    assert await every(service.submodels, limit=[limit]) == await every(service.submodels)
    page = await service.submodels(ME, {"limit": [limit]})
    assert len(page.result) == min(int(limit), 5)


async def test_the_filters(store: Store) -> None:
    """Tests asset ids (as object and array), idShort and semanticId."""
    service = await twins(store)
    gtin = encode_id('{ "value":"09506000134352", "name":"gtin"}')
    both = encode_id(msgspec.json.encode([{"name": "gtin", "value": GTIN}, {"name": "globalAssetId", "value": f"https://id.gs1.org/01/{GTIN}"}]).decode())
    for coded in (gtin, both):
        assert [shell["id"] for shell in await every(service.shells, assetIds=[coded])] == [SHELL]
    assert not await every(service.shells, assetIds=[encode_id('{"name":"gtin","value":"1"}')])
    assert len(await every(service.shells, idShort=["machine_hob_1"])) == 1
    reference = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": SEMANTIC_ID}]}
    assert len(await every(service.submodels, semanticId=[encode_id(msgspec.json.encode(reference).decode())])) == 3
    assert len(await every(service.submodels, idShort=["Load"])) == 2


async def test_the_nameplate_says_what_was_put(store: Store) -> None:
    """Tests the values of a nameplate, and that what nobody told is said to be not stated."""
    service = await twins(store)
    value = await service.value(ME, f"{SHELL}:submodel:Nameplate")
    assert value["ManufacturerName"] == [{"en": "Helix Gears"}]
    assert value["OrderCodeOfManufacturer"] == "GS-120"
    assert value["URIOfTheProduct"] == f"https://id.gs1.org/01/{GTIN}"
    assert value["AddressInformation"]["NationalCode"] == [{"en": "DE"}]
    machine = f"urn:plait:{PARTY}:shell:machine:lathe-1:submodel:Nameplate"
    assert (await service.value(ME, machine))["ManufacturerName"] == [{"en": "not stated"}]
    await service.put_machine_plate(ME, "lathe-1", Nameplate(manufacturer="Dreher AG", serial_number="77"))
    told = await service.value(ME, machine)
    assert (told["ManufacturerName"], told["SerialNumber"]) == ([{"en": "Dreher AG"}], "77")
    assert await service.value(ME, f"urn:plait:{PARTY}:shell:machine:lathe-1:submodel:Load") == {"Percent": 51.5}


async def test_putting_a_product_again_changes_nothing(store: Store) -> None:
    """Tests that a fact is written only for a change, and that a bad GTIN is refused."""
    service = await twins(store)
    head = await store.head()
    await service.put_product(ME, GTIN.lstrip("0"), "Gear set")
    assert await store.head() == head
    await service.put_product(ME, GTIN, "Gear set B")
    assert await store.head() == head + 1
    with pytest.raises(Problem, match="invalid"):
        await service.put_product(ME, "09506000134353", "Gear set")
    with pytest.raises(Problem, match="no-such-twin"):
        await service.put_machine_plate(ME, "saw-1", Nameplate())


async def test_strangers_see_only_what_they_were_granted(store: Store) -> None:
    """Tests that a partner without an agreement sees no shell and no submodel."""
    guard = House()
    service = await twins(store, guard)
    assert not (await service.shells(STRANGER, {})).result
    assert not (await service.submodels(STRANGER, {})).result
    with pytest.raises(Problem, match="no-such-twin"):
        await service.submodel(STRANGER, f"{SHELL}:submodel:Nameplate")
    guard.shown["product"] = frozenset({GTIN})
    assert [shell["id"] for shell in (await service.shells(STRANGER, {})).result] == [SHELL]
    with pytest.raises(Problem, match="forbidden"):
        await service.put_product(STRANGER, GTIN, "Mine")


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": ["0"]},
        {"limit": ["-1"]},
        {"limit": ["ten"]},
        {"limit": ["1", "2"]},
        {"cursor": [""]},
        {"cursor": ["!!"]},
        {"cursor": [encode_id("1,2,3,4")]},
        {"cursor": [encode_id("a,b,c")]},
        {"level": ["shallow"]},
        {"extent": ["everything"]},
        {"semanticId": ["%%%"]},
        {"semanticId": [encode_id("no json")]},
        {"semanticId": [encode_id("[]")]},
    ],
)
async def test_requests_that_cannot_be_read_are_refused(store: Store, asked: dict[str, list[str]]) -> None:
    """Tests that each malformed parameter answers 400."""
    service = await twins(store)
    with pytest.raises(Problem) as refused:
        await service.submodels(ME, asked)
    assert refused.value.status == 400


@pytest.mark.parametrize("coded", ["", "a", "+/+/", "ä", "gICA"])
def test_identifiers_that_are_not_base64url_are_refused(coded: str) -> None:
    """Tests that what cannot be decoded to text is told from what is unknown."""
    with pytest.raises(Problem, match="bad-twin-request"):
        decode_id(coded)


def test_identifiers_round_trip_with_and_without_padding() -> None:
    """Tests that an identifier comes back as it was, padding or not."""
    for text in ("a", "ab", "urn:x:ä", "https://id.gs1.org/01/09506000134352"):
        coded = encode_id(text)
        assert "=" not in coded
        assert decode_id(coded) == text == decode_id(coded + "=" * (-len(coded) % 4))
    assert read_limit(None) == 100
    assert read_cursor(None, 2) is None
    assert read_asset_ids([]) == []


@pytest.mark.parametrize(("text", "name"), [("lathe-1", "lathe_1"), ("1", "x1"), ("", "x"), ("a", "a"), ("Fräse 2", "Fr_se_2")])
def test_id_shorts_obey_their_pattern(text: str, name: str) -> None:
    """Tests that any text becomes a valid idShort."""
    assert id_short(text) == name


def test_every_kind_of_element_has_its_value_form() -> None:
    """Tests the value-only JSON and level core against the official example environment."""
    file = conformance_data("aas") / "environment" / "all-elements-environment.json"
    submodel = msgspec.json.decode(file.read_bytes())["submodels"][0]
    value = submodel_value(submodel)
    assert {"Width", "Title", "Temp", "Doc", "Rel", "ARel", "Part", "Evt", "Group", "List"} <= value.keys()
    assert not {"Milling", "DoIt"} & value.keys()
    assert isinstance(value["Group"], dict)
    assert isinstance(value["List"], list)
    cut = {element["idShort"]: element for element in core(submodel)["submodelElements"]}
    assert "value" not in cut["Group"]
    assert "value" in cut["Width"]


async def test_everything_served_passes_the_official_schema(store: Store) -> None:
    """Tests every shell and submodel against the schemas of AAS parts 1 and 2."""
    folder = conformance_data("aas")
    service = await twins(store)
    shells, submodels = validator(folder, "AssetAdministrationShell"), validator(folder, "Submodel")
    for shell in await every(service.shells):
        shells.validate(shell)
    for submodel in await every(service.submodels):
        submodels.validate(submodel)
    page = await service.submodels(ME, {"limit": ["1"]})
    validator(folder, "GetSubmodelsResult").validate({"paging_metadata": {"cursor": page.cursor}, "result": page.result})


async def test_the_nameplate_holds_what_its_template_demands(store: Store) -> None:
    """Tests that every mandatory element of IDTA 02006 is there with the template's kind and meaning."""
    file = conformance_data("aas") / "templates" / "02006-3-0-1-digital-nameplate.json"
    template = msgspec.json.decode(file.read_bytes())["submodels"][0]
    service = await twins(store)
    served = await service.submodel(ME, f"{SHELL}:submodel:Nameplate")
    assert served["semanticId"]["keys"][0]["value"] == template["semanticId"]["keys"][0]["value"]
    ours = {element["idShort"]: element for element in served["submodelElements"]}
    known = {element["idShort"]: element for element in template["submodelElements"]}
    demanded = {name for name, element in known.items() for one in element["qualifiers"] if one["type"] == "SMT/Cardinality" and one["value"] == "One"}
    assert demanded <= ours.keys()
    for name, element in ours.items():
        assert element["modelType"] == known[name]["modelType"]
        assert element["semanticId"]["keys"][0]["value"] == known[name]["semanticId"]["keys"][0]["value"]
