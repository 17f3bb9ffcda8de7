"""Tests of nodes that negotiate, transfer, revoke and are refused, each with its own store, keys and server."""

from pathlib import Path
from typing import Any

import pytest

from tests.sharing.node import nodes, settle


@pytest.fixture(params=[False, True], ids=["real", "stepped"])
async def three(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """An association and two of its members."""
    async with nodes(tmp_path, "riverport", "helix", "meridian", stepped=request.param) as made:
        yield made


async def test_from_offer_to_data_and_back(three: Any) -> None:
    """Tests the whole way: found in the catalog, negotiated, pulled under contract, revoked, refused with the reason."""
    _, helix, meridian = three
    await helix.offer("traceability", meridian)
    begun = await meridian.negotiate(helix)
    assert begun.status_code == 202, begun.text
    await settle(*three)
    process = await meridian.ok("GET", f"/api/v1/sharing/negotiations/{begun.json()['id']}")
    assert [(step["direction"], step["state"]) for step in process["timeline"]] == [
        ("out", "REQUESTED"),
        ("in", "AGREED"),
        ("out", "VERIFIED"),
        ("in", "FINALIZED"),
    ]
    (mine,), (theirs,) = await meridian.agreements(), await helix.agreements()
    assert mine["id"] == theirs["id"]
    assert (mine["provider"], mine["consumer"], mine["state"], theirs["state"]) == (helix.party, meridian.party, "active", "active")
    assert mine["signed"] == theirs["signed"] == ["provider", "consumer"]
    (made,), (also,) = await meridian.facts("sharing.agreement_made"), await helix.facts("sharing.agreement_made")
    assert made.name == also.name == "traceability:helix:meridian"
    answer = await meridian.fetch(helix)
    assert answer.json() == {"party": meridian.party, "agreement": mine["id"], "dataset": "traceability"}
    again = await meridian.fetch(helix)
    assert again.status_code == 200
    assert len(await helix.ok("GET", "/api/v1/sharing/transfers")) == 1
    revoked = await helix.call("POST", f"/api/v1/sharing/agreements/{mine['id']}/revoke", {"reason": "the season is over"})
    assert revoked.json()["state"] == "revoked"
    await settle(*three)
    (mine,) = await meridian.agreements()
    assert (mine["state"], mine["reason"]) == ("revoked", "the season is over")
    assert [each.name for each in await meridian.facts("sharing.agreement_revoked")] == ["traceability:helix:meridian"]
    assert {each["state"] for each in await meridian.ok("GET", "/api/v1/sharing/transfers")} == {"TERMINATED"}
    refused = await meridian.fetch(helix)
    assert refused.status_code == 403
    assert refused.json()["code"] == "no-contract"
    assert await helix.store.outbox.rows(state="refused") == []
    assert await meridian.store.outbox.rows(state="refused") == []
