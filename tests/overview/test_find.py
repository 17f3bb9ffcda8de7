"""Searching on a running node: every number, name and code leads to its page."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from plait.overview.find.rules import meant
from tests.support.nodes import Running, nodes, settle
from tests.support.shop import ask, furnish

GEAR = "https://id.gs1.org/01/09521002000016/21/A1"
CASE = "https://id.gs1.org/00/095210020000000016"
EVENT = {"type": "ObjectEvent", "action": "ADD", "eventTime": "2026-03-02T08:00:00Z", "eventTimeZoneOffset": "+00:00", "epcList": [GEAR]}
LINE = {"customer": "Oakmill", "order_no": "4500-77/A", "due": "2027-03-01", "quantity": "10", "part_id": "SHAFT", "customer_part_no": "oM-9 b"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GEAR, GEAR),
        ("http://firm.example:8400/01/09521002000016/21/A1", GEAR),
        ("(01)09521002000016(21)A1", GEAR),
        ("]d20109521002000016" + "21A1", GEAR),
        ("\x1d010952100200001621A1", GEAR),
        ("/01/9521002000016/21/A1", GEAR),
        ("urn:epc:id:sgtin:9521002.000001.A1", GEAR),
        ("9521002000016", "https://id.gs1.org/01/09521002000016"),
        ("(00)095210020000000016", "https://id.gs1.org/00/095210020000000016"),
        ("9521002000017", None),
        ("(01)0952", None),
        ("SO-00001", None),
        ("https://example.org/", None),
        ("", None),
    ],
)
def test_codes_are_read(text: str, expected: str | None) -> None:
    """Tests that a code is read in each of its spellings, and that what breaks a rule is plain text."""
    key = meant(text).key
    assert (key.uri if key is not None else None) == expected


async def hits(node: Running, text: str, **options: Any) -> list[tuple[str, str, str, bool]]:
    """Kind, label, reason and whether exact, of what is found."""
    found = await node.ok("GET", f"/api/v1/find?{urlencode({'q': text})}", **options)
    return [(hit["kind"], hit["label"], hit["why"], hit["exact"]) for hit in found["hits"]]


async def test_everything_is_found(tmp_path: Path) -> None:
    """Tests that orders, requests, parts, pieces, partners and contracts are found by whole numbers and by beginnings, each with its page."""
    async with nodes(tmp_path, "helix", "meridian") as (helix, meridian):
        await furnish(helix)
        await helix.ok("POST", "/api/v1/desk/orders", LINE)
        rfq = await ask(meridian, helix)
        await helix.ok("POST", "/epcis/events", EVENT)
        await settle(helix, meridian)
        assert await hits(helix, "so-00001") == [("order", "SO-00001", "our order number", True)]
        assert await hits(helix, "SO-0") == [("order", "SO-00001", "our order number", False)]
        assert await hits(helix, "4500-77/a") == [("order", "SO-00001", "the customer's order number", True)]
        assert await hits(helix, "OM-9 B") == [("order", "SO-00001", "the customer's part number", True)]
        assert await hits(helix, rfq["number"]) == [("rfq", "RFQ-00001", "document number", True)]
        assert await hits(helix, rfq["id"]) == [("rfq", "RFQ-00001", "document id", True)]
        assert await hits(helix, "shaft") == [("part", "SHAFT", "part number", True)]
        assert await hits(helix, "A1") == [("serial", "A1", "serial", True)]
        assert await hits(helix, "(01)09521002000016(21)A1") == [("part", "SHAFT", "GTIN", True), ("serial", "A1", "scanned code", True)]
        assert (await hits(helix, "09521002000016"))[0] == ("part", "SHAFT", "GTIN", True)
        assert await hits(helix, "Meri") == [("partner", "meridian", "name", False)]
        assert await hits(helix, meridian.node.identity.firm().did) == [("partner", "meridian", "DID", True)]
        assert await hits(helix, CASE) == [("unit", "095210020000000016", "scanned code", True)]
        for nothing in ("x", "", "rocket", "100%", "' OR 1=1 --", "SO_0"):
            assert await hits(helix, nothing) == [], nothing
        found = await helix.ok("GET", f"/api/v1/find?{urlencode({'q': GEAR})}")
        assert found["read_as"] == "(01)09521002000016(21)A1"
        assert {hit["link"] for hit in found["hits"]} == {"/console/parts/SHAFT", f"/console/trace?epc={GEAR.replace(':', '%3A').replace('/', '%2F')}"}


async def test_a_narrow_token_finds_what_it_may_read(tmp_path: Path) -> None:
    """Tests that whoever may not read orders does not find them, and that a partner may not search at all."""
    async with nodes(tmp_path, "helix", "meridian") as (helix, meridian):
        await furnish(helix)
        await helix.ok("POST", "/api/v1/desk/orders", LINE)
        made = await helix.ok("POST", "/api/v1/tokens", {"role": "viewer", "scopes": ["overview.read", "part.read"]})
        assert await hits(helix, "SO-00001", token=made["token"]) == []
        assert await hits(helix, "SHAFT", token=made["token"]) == [("part", "SHAFT", "part number", True)]
        assert (await meridian.tell(helix, "GET", "/api/v1/find?q=SHAFT")).status_code == 403
