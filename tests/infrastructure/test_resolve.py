"""Names on labels lead where they should."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from plait.infrastructure.resolve import ResolveService
from plait.infrastructure.resolve.model import Asked, Link
from plait.infrastructure.resolve.rules import best, forward, levels
from plait.kernel.problems import Problem
from plait.store import Store
from tests.infrastructure.support import ME, STRANGER, House
from tests.support import make_store
from tests.support.require import conformance_data

GTIN = "/01/09506000134352"
SSCC = "/00/340123450000000017"
PAGE = "https://helix.example/gear"


def resolver(store: Store) -> ResolveService:
    return ResolveService(store, House(), store.clock)


async def some(store: Store) -> ResolveService:
    """A resolver that knows an article, one lot of it and one piece."""
    names = resolver(store)
    await names.put_link(ME, GTIN, "gs1:pip", PAGE, "Gear", "en", "text/html", "Gear set")
    await names.put_link(ME, GTIN, "gs1:pip", PAGE + "/de", "Zahnrad", "de", "text/html", "Gear set")
    await names.put_link(ME, GTIN + "/10/L1", "gs1:certificationInfo", PAGE + "/lot", "Certificate", "en", "application/pdf", "Lot L1")
    await names.put_link(ME, GTIN + "/21/S1", "gs1:traceability", PAGE + "/piece", "History", "en", "text/html", "Piece S1")
    return names


def test_levels_go_from_the_piece_to_the_article() -> None:
    """Tests that serial, lot and article are asked in this order."""
    assert levels(GTIN + "/10/L1/21/S1") == [GTIN + "/10/L1/21/S1", GTIN + "/21/S1", GTIN + "/10/L1", GTIN]
    assert levels(GTIN) == [GTIN]


@pytest.mark.parametrize(
    ("path", "asked", "status", "where"),
    [
        (GTIN, {}, 307, "https://helix.example/item/01/09506000134352"),
        (GTIN, {"query": "a=1"}, 307, "https://helix.example/item/01/09506000134352?a=1"),
        (GTIN + "/21/S9", {}, 307, "https://helix.example/item/01/09506000134352/21/S9"),
        (GTIN, {"link_type": "gs1:pip", "languages": "de-AT, en;q=0.5"}, 307, PAGE + "/de"),
        (GTIN, {"link_type": "gs1:pip", "languages": "fr, en;q=0.5"}, 307, PAGE),
        (GTIN, {"link_type": "https://gs1.org/voc/pip", "languages": "en"}, 307, PAGE),
        (GTIN, {"link_type": "gs1:pip"}, 300, ""),
        (GTIN + "/21/S1", {"link_type": "gs1:pip", "languages": "en"}, 307, PAGE),
        (GTIN + "/10/L1/21/S1", {"link_type": "gs1:traceability"}, 307, PAGE + "/piece"),
        (GTIN + "/10/L1/21/S2", {"link_type": "gs1:certificationInfo"}, 307, PAGE + "/lot"),
        (GTIN, {"link_type": "linkset"}, 200, ""),
        (GTIN, {"link_type": "all"}, 200, ""),
        (GTIN, {"accept": "application/linkset+json"}, 200, ""),
        (SSCC, {}, 307, "https://helix.example/item/00/340123450000000017"),
        ("/414/4012345000009", {}, 307, "https://helix.example/item/414/4012345000009"),
    ],
)
async def test_names_are_resolved(tmp_path: Path, path: str, asked: dict[str, str], status: int, where: str) -> None:
    """Tests redirects, the finest name that has the link asked for, languages, several equal links, and linksets."""
    async with make_store(tmp_path) as store:
        names = await some(store)
        answer = await names.resolve(Asked(path, **asked))
        assert (answer.status, answer.headers.get("Location", "")) == (status, where)
        assert 'rel="linkset"' in answer.headers["Link"]
        if status != 307:
            assert answer.body
            assert answer.headers["Content-Type"] == "application/linkset+json"


async def test_an_own_default_link_comes_first(tmp_path: Path) -> None:
    """Tests that a default link that was put replaces the item page."""
    async with make_store(tmp_path) as store:
        names = await some(store)
        await names.put_link(ME, GTIN, "gs1:defaultLink", PAGE + "/new", "Gear")
        assert (await names.resolve(Asked(GTIN + "/21/S1"))).headers["Location"] == PAGE + "/new"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/01/09506000134353", "bad-digital-link"),
        ("/01/095060001343", "bad-digital-link"),
        ("/01/abc", "bad-digital-link"),
        (GTIN + "/21/S1/10/L1", "bad-digital-link"),
        ("/01/04012345123456", "no-such-link"),
        ("/00/106141412345678908", "no-such-link"),
    ],
)
async def test_bad_and_unknown_names_are_refused(tmp_path: Path, path: str, code: str) -> None:
    """Tests that a wrong key is told from an unknown one."""
    async with make_store(tmp_path) as store:
        names = await some(store)
        with pytest.raises(Problem) as refused:
            await names.resolve(Asked(path))
        assert refused.value.code == code
        assert refused.value.status == (400 if code == "bad-digital-link" else 404)


async def test_a_link_type_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    """Tests that asking for one relation never answers with another."""
    async with make_store(tmp_path) as store:
        names = await some(store)
        with pytest.raises(Problem, match="no-such-link"):
            await names.resolve(Asked(GTIN, link_type="gs1:recipeInfo"))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"anchor": "/01/09506000134353"}, "bad-digital-link"),
        ({"anchor": "/99/123"}, "bad-digital-link"),
        ({"rel": "GS1 PIP"}, "invalid"),
        ({"href": "javascript:alert(1)"}, "invalid"),
        ({"href": "https://a b"}, "invalid"),
        ({"title": " "}, "invalid"),
    ],
)
async def test_wrong_links_are_refused_and_nothing_is_kept(tmp_path: Path, changed: dict[str, str], code: str) -> None:
    """Tests that each wrong field of a link is refused."""
    async with make_store(tmp_path) as store:
        names = resolver(store)
        with pytest.raises(Problem) as refused:
            await names.put_link(ME, **{"anchor": GTIN, "rel": "gs1:pip", "href": PAGE, "title": "Gear"} | changed)
        assert refused.value.code == code
        assert not await names.links(ME)
        assert await store.head() == 0


async def test_putting_the_same_link_again_changes_nothing(tmp_path: Path) -> None:
    """Tests that a fact is written for each change only, and that a link can be taken out."""
    async with make_store(tmp_path) as store:
        names = resolver(store)
        for href in (PAGE, PAGE, PAGE + "/2"):
            await names.put_link(ME, GTIN, "gs1:pip", href, "Gear")
        assert await store.head() == 2
        (link,) = await names.links(ME)
        assert link.href == PAGE + "/2"
        await names.remove_link(ME, link)
        with pytest.raises(Problem, match="not-found"):
            await names.remove_link(ME, link)
        with pytest.raises(Problem, match="no-such-link"):
            await names.resolve(Asked(GTIN))


async def test_a_stranger_puts_no_link_and_lists_none(tmp_path: Path) -> None:
    """Tests that links are public one by one, while the list and changes are the firm's own."""
    async with make_store(tmp_path) as store:
        names = await some(store)
        assert not await names.links(STRANGER)
        with pytest.raises(Problem, match="forbidden"):
            await names.put_link(STRANGER, GTIN, "gs1:pip", PAGE, "Gear")


async def test_linksets_pass_the_official_schema(tmp_path: Path) -> None:
    """Tests every linkset we give out against GS1's schema."""
    schema = msgspec.json.decode((conformance_data("epcis") / "linkset" / "gs1-linkset-schema.json").read_bytes())
    checked: Any = jsonschema_rs.validator_for(schema)
    async with make_store(tmp_path) as store:
        names = await some(store)
        for path in (GTIN, GTIN + "/10/L1/21/S1", SSCC):
            document = await names.linkset(path)
            checked.validate(document)
            assert document["linkset"][0]["https://gs1.org/voc/defaultLink"]
        several = await names.resolve(Asked(GTIN, link_type="gs1:pip"))
        checked.validate(several.body)


def test_the_best_link_by_language_and_type() -> None:
    """Tests that languages weigh first, exact ones most, and that what the client did not ask for stays a choice."""
    links = [
        Link(GTIN, "pip", PAGE, "a", "en", "text/html"),
        Link(GTIN, "pip", PAGE, "b", "en-GB", "text/html"),
        Link(GTIN, "pip", PAGE, "c", "en", "application/pdf"),
    ]
    assert [link.title for link in best(links, "en-GB", "")] == ["b"]
    assert [link.title for link in best(links, "en", "application/pdf")] == ["c"]
    assert [link.title for link in best(links, "fr;q=0, zh", "*/*")] == ["a", "b", "c"]


def test_the_query_string_is_passed_on() -> None:
    """Tests that a query is added before a fragment and to an existing query."""
    assert forward("https://a/b?c=1#d", "e=2") == "https://a/b?c=1&e=2#d"
    assert forward("https://a/b", "") == "https://a/b"
