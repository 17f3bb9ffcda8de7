"""Tests of the consumer's side: what a provider may say when, what waits for a person, and being let down."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from plait.sharing.dsp import BASE, CONTEXT
from tests.sharing.node import Node, nodes, settle

PROVIDER = "urn:uuid:p1"


class Talk:
    """helix speaks by hand as a provider to meridian, which has asked for its dataset; helix's own letters stay at home."""

    def __init__(self, made: list[Node]) -> None:
        self.river, self.helix, self.meridian = made
        self.made = made
        self.offer: dict[str, Any] = {}
        self.pid = ""

    async def say(self, place: str, kind: str, **members: Any) -> httpx.Response:
        """POST one message on the negotiation."""
        body = {"@context": [CONTEXT], "@type": kind, "providerPid": PROVIDER, "consumerPid": self.pid, **members}
        answer = await self.helix.tell(self.meridian, "POST", f"{BASE}/negotiations/{self.pid}/{place}", body)
        await settle(self.meridian)
        return answer

    async def agree(self, **changes: Any) -> httpx.Response:
        """Send an agreement."""
        members: dict[str, Any] = {"@id": "urn:uuid:a1", "@type": "Agreement", "target": "traceability", "timestamp": "2026-03-02T06:00:00Z"}
        members |= {"assigner": self.helix.did, "assignee": self.meridian.did, "permission": self.offer["permission"]}
        return await self.say("agreement", "ContractAgreementMessage", agreement=members | changes)

    async def process(self) -> Any:
        """Return meridian's view."""
        return await self.meridian.ok("GET", f"/api/v1/sharing/negotiations/{self.pid}")


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    """An answer is awaited: meridian has asked; its letter has left, helix's answer has not."""
    async with nodes(tmp_path, "riverport", "helix", "meridian") as made:
        talk = Talk(made)
        shown = await talk.helix.offer()
        talk.offer = (await talk.meridian.tell(talk.helix, "GET", f"{BASE}/catalog/datasets/traceability")).json()["hasPolicy"][0]
        assert talk.offer["@id"] == shown["offer"]
        assert talk.meridian.task is not None
        talk.meridian.task.cancel()
        await settle(*made)
        talk.pid = (await talk.meridian.negotiate(talk.helix)).json()["id"]
        yield talk


async def test_agreement_before_the_answer(talk: Talk) -> None:
    """Tests that an agreement that overtakes the answer to our request is taken, with the provider's pid in it."""
    assert (await talk.agree()).status_code == 200
    assert (await talk.process())["state"] == "VERIFIED"
    done = await talk.say("events", "ContractNegotiationEventMessage", eventType="FINALIZED")
    assert done.json()["state"] == "FINALIZED"
    (held,) = await talk.meridian.agreements()
    assert (held["id"], held["signed"]) == ("urn:uuid:a1", ["consumer"])


OUT_OF_ORDER: list[tuple[str, str, dict[str, Any]]] = [
    ("events", "ContractNegotiationEventMessage", {"eventType": "FINALIZED"}),
    ("events", "ContractNegotiationEventMessage", {"eventType": "ACCEPTED"}),
    ("agreement/verification", "ContractAgreementVerificationMessage", {}),
    ("agreement", "ContractAgreementMessage", {"agreement": {"@id": "a", "@type": "Agreement", "target": "traceability"}}),
    ("agreement", "ContractAgreementMessage", {}),
    ("offers", "ContractOfferMessage", {"offer": {"@id": "o", "@type": "Offer", "target": "other", "permission": [{"action": "use"}]}}),
    ("offers", "ContractOfferMessage", {"offer": {"@id": "o", "@type": "Offer", "permission": []}}),
    ("request", "ContractRequestMessage", {"offer": {"@id": "o", "@type": "Offer", "permission": [{"action": "use"}]}}),
    ("termination", "ContractNegotiationTerminationMessage", {"consumerPid": "urn:uuid:other"}),
]


async def test_out_of_order(talk: Talk) -> None:
    """Tests that what a provider may not say in REQUESTED is refused with 400 and changes nothing."""
    for place, kind, members in OUT_OF_ORDER:
        answer = await talk.say(place, kind, **members)
        assert (answer.status_code, answer.json()["@type"]) == (400, "ContractNegotiationError"), (place, kind, members)
        process = await talk.process()
        assert (process["state"], len(process["timeline"])) == ("REQUESTED", 1)


@pytest.mark.parametrize(
    "changes",
    [{"target": "other"}, {"assigner": "did:web:x"}, {"assignee": "did:web:x"}, {"permission": [{"action": "use", "constraint": []}]}],
    ids=str,
)
async def test_another_agreement(talk: Talk, changes: dict[str, Any]) -> None:
    """Tests that an agreement on something else than was asked for ends the negotiation with the reason; nothing is in force."""
    assert (await talk.agree(**changes)).status_code == 200
    process = await talk.process()
    assert process["state"] == "TERMINATED"
    assert process["reason"]
    assert await talk.meridian.agreements() == []
    assert (await talk.meridian.fetch(talk.helix)).json()["code"] == "no-contract"


async def test_counter_offer_waits(talk: Talk) -> None:
    """Tests that a provider's other terms wait for a person, who approves; then the agreement on them is verified."""
    terms = [{"action": "use", "constraint": [{"leftOperand": "count", "operator": "lt", "rightOperand": "5"}]}]
    offer = {"@id": "urn:uuid:o2", "@type": "Offer", "target": "traceability", "permission": terms}
    assert (await talk.say("offers", "ContractOfferMessage", offer=offer)).json()["state"] == "OFFERED"
    waiting = await talk.process()
    assert "person" in waiting["waiting"]
    assert len(await talk.meridian.facts("sharing.negotiation_waiting")) == 1
    approved = await talk.meridian.ok("POST", f"/api/v1/sharing/negotiations/{talk.pid}/approve")
    assert (approved["state"], approved["waiting"]) == ("ACCEPTED", "")
    assert (await talk.agree(permission=terms)).json()["state"] == "AGREED"
    assert (await talk.process())["state"] == "VERIFIED"
    assert (await talk.meridian.call("POST", f"/api/v1/sharing/negotiations/{talk.pid}/approve")).status_code == 409


async def test_unasked_offer_is_declined(talk: Talk) -> None:
    """Tests that an offer nobody asked for waits for a person, who may decline it."""
    offer = talk.offer | {"target": "traceability"}
    body = {"@context": [CONTEXT], "@type": "ContractOfferMessage", "providerPid": "urn:uuid:p9", "offer": offer, "callbackAddress": f"{talk.helix.url}{BASE}"}
    for _ in range(2):
        answer = await talk.helix.tell(talk.meridian, "POST", f"{BASE}/negotiations/offers", body)
        assert (answer.status_code, answer.json()["state"]) == (201, "OFFERED")
    await settle(talk.meridian)
    pid = answer.json()["consumerPid"]
    declined = await talk.meridian.ok("POST", f"/api/v1/sharing/negotiations/{pid}/decline", {"reason": "no need"})
    assert (declined["state"], declined["reason"]) == ("TERMINATED", "no need")
    assert (await talk.meridian.call("POST", f"/api/v1/sharing/negotiations/{pid}/decline", {})).status_code == 409


async def test_asked_twice(talk: Talk) -> None:
    """Tests that asking again while a negotiation runs leads to the same one."""
    assert (await talk.meridian.negotiate(talk.helix)).json()["id"] == talk.pid
    assert len(await talk.meridian.ok("GET", "/api/v1/sharing/negotiations")) == 1


async def test_not_for_everybody(talk: Talk) -> None:
    """Tests that sharing is closed to partners and strangers."""
    for path in ("agreements", "negotiations", f"negotiations/{talk.pid}", "datasets", "transfers"):
        assert (await talk.helix.tell(talk.meridian, "GET", f"/api/v1/sharing/{path}")).status_code == 403
        assert (await talk.meridian.call("GET", f"/api/v1/sharing/{path}", role="")).status_code == 401
