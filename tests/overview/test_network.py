"""The network's picture: who stands where, what went between them, who may see it."""

from pathlib import Path

import pytest

from plait.overview.network.rules import Flow, flow_of, section_of, tiers
from tests.support.nodes import nodes, settle
from tests.support.shop import ask, furnish


@pytest.mark.parametrize(
    ("type", "expected"),
    [
        ("Order", Flow("seller", "buyer", "manufacturing")),
        ("Quotation", Flow("buyer", "seller", "manufacturing")),
        ("DespatchAdvice", Flow("buyer", "seller", "circulation")),
    ],
)
def test_ways_of_documents(type: str, expected: Flow) -> None:
    """Tests that what a buyer issues runs from the other side to it, and what a seller issues from it to the other side."""
    assert flow_of(type, "buyer", "seller") == expected


def test_tiers() -> None:
    """Tests that suppliers stand left, customers right, who is both beside us, and the unknown where their section says."""
    sections = {"we": "C", "steel": "C", "both": "C", "shop": "G", "mine": "B", "new": "", "seller": "G"}
    placed = tiers("we", {"steel", "both"}, {"shop", "both"}, sections)
    assert placed == {"we": 1, "steel": 0, "both": 1, "shop": 2, "mine": 0, "new": 1, "seller": 2}
    assert tiers("we", (), (), {"we": "C"}) == {"we": 0}
    assert (section_of("2592"), section_of(""), section_of("9999")) == ("C", "", "")


async def test_picture(tmp_path: Path) -> None:
    """Tests that both ends show the same request between them, with its messages, newest first, and that a narrow token sees firms alone."""
    async with nodes(tmp_path, "helix", "meridian", "oakmill") as (helix, meridian, oakmill):
        await furnish(helix)
        await ask(meridian, helix)
        await settle(helix, meridian, oakmill)
        ours, theirs = await helix.ok("GET", "/api/v1/network"), await meridian.ok("GET", "/api/v1/network")
        assert [(node["name"], node["tier"], node["own"], node["trades"]) for node in ours["nodes"]] == [
            ("helix", 0, True, True),
            ("oakmill", 0, False, False),
            ("meridian", 1, False, True),
        ]
        (edge,) = ours["edges"]
        assert (edge["source"], edge["target"], edge["strand"], edge["day"], edge["total"]) == (helix.party, meridian.party, "manufacturing", 2, 2)
        assert [(each["direction"], each["kind"], each["name"], each["text"]) for each in ours["recent"]] == [
            ("out", "quotation", "meridian", "Q-00001"),
            ("in", "rfq", "meridian", "RFQ-00001"),
        ]
        assert [(each["source"], each["target"], each["total"]) for each in theirs["edges"]] == [(helix.party, meridian.party, 2)]
        made = await helix.ok("POST", "/api/v1/tokens", {"role": "viewer", "scopes": ["overview.read"]})
        narrow = await helix.ok("GET", "/api/v1/network", token=made["token"])
        assert (narrow["edges"], narrow["recent"], len(narrow["nodes"])) == ([], [], 3)
