"""Tests of the provider's side with hand-made messages: what is malformed, false, repeated or out of order changes nothing."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from plait.sharing.dsp import BASE, CONTEXT, NIL
from tests.sharing.node import Node, nodes, settle
from tests.sharing.recorder import Recorder, recorder

CONSUMER = "urn:uuid:c1"


class Talk:
    """meridian speaks by hand to helix, which offers traceability to members; its callbacks go to the recorder."""

    def __init__(self, river: Node, helix: Node, meridian: Node, heard: Recorder, offer: dict[str, Any]) -> None:
        self.river, self.helix, self.meridian, self.recorder, self.offer = river, helix, meridian, heard, offer

    async def settle(self) -> None:
        """Wait until nobody does anything."""
        await settle(self.river, self.helix, self.meridian)

    async def say(self, path: str, kind: str, *, by: Node | None = None, **members: Any) -> httpx.Response:
        """POST one message below the base and wait for what follows."""
        body = {"@context": [CONTEXT], "@type": kind, **members}
        answer = await (by or self.meridian).tell(self.helix, "POST", f"{BASE}/{path}", {k: v for k, v in body.items() if v is not None})
        await self.settle()
        return answer

    async def request(self, **changes: Any) -> httpx.Response:
        """Open a negotiation; a change to None leaves the member out."""
        members: dict[str, Any] = {"consumerPid": CONSUMER, "offer": {**self.offer, "target": "traceability"}, "callbackAddress": self.recorder.url}
        return await self.say("negotiations/request", "ContractRequestMessage", **members | changes)

    async def agreed(self) -> dict[str, Any]:
        """Open a negotiation; return both pids once helix has agreed."""
        ack = (await self.request()).json()
        return {"providerPid": ack["providerPid"], "consumerPid": CONSUMER}

    async def state(self, room: str, pid: str, by: Node | None = None) -> Any:
        """Ask where a process stands."""
        answer = await (by or self.meridian).tell(self.helix, "GET", f"{BASE}/{room}/{pid}")
        return answer.json().get("state", answer.status_code)

    async def agreement(self) -> str:
        """Come to an agreement; return its id."""
        pids = await self.agreed()
        await self.say(f"negotiations/{pids['providerPid']}/agreement/verification", "ContractAgreementVerificationMessage", **pids)
        assert await self.state("negotiations", pids["providerPid"]) == "FINALIZED"
        return str(next(said["agreement"]["@id"] for path, said in self.recorder.heard if path.endswith("agreement")))

    async def transfer(self, **changes: Any) -> httpx.Response:
        """Ask for a transfer."""
        members: dict[str, Any] = {"consumerPid": "urn:uuid:t1", "format": "HttpData-PULL", "callbackAddress": self.recorder.url}
        return await self.say("transfers/request", "TransferRequestMessage", **members | changes)


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    """Three nodes, one offer, one recorder."""
    async with nodes(tmp_path, "riverport", "helix", "meridian") as (river, helix, meridian), recorder() as heard:
        await helix.offer("traceability", meridian)
        dataset = (await meridian.tell(helix, "GET", f"{BASE}/catalog/datasets/traceability")).json()
        yield Talk(river, helix, meridian, heard, dataset["hasPolicy"][0])


async def test_by_hand(talk: Talk) -> None:
    """Tests the provider's half of a negotiation step by step: each state is shown before the next message leaves."""
    ack = await talk.request()
    assert (ack.status_code, ack.json()["state"], ack.json()["consumerPid"]) == (201, "REQUESTED", CONSUMER)
    ((path, said),) = talk.recorder.heard
    assert path == f"negotiations/{CONSUMER}/agreement"
    assert (said["agreement"]["assigner"], said["agreement"]["assignee"]) == (talk.helix.did, talk.meridian.did)
    pids = {"providerPid": ack.json()["providerPid"], "consumerPid": CONSUMER}
    assert await talk.state("negotiations", pids["providerPid"]) == "AGREED"
    done = await talk.say(f"negotiations/{pids['providerPid']}/agreement/verification/", "ContractAgreementVerificationMessage", **pids)
    assert (done.status_code, done.json()["state"]) == (200, "VERIFIED")
    assert talk.recorder.heard[1] == (f"negotiations/{CONSUMER}/events", talk.recorder.heard[1][1] | {"eventType": "FINALIZED"})
    assert await talk.state("negotiations", pids["providerPid"]) == "FINALIZED"


BAD_OFFERS: list[Any] = [
    None,
    "o",
    {"@type": "Offer", "permission": [{"action": "use"}]},
    {"@id": "unknown", "@type": "Offer", "permission": [{"action": "use"}]},
    {"@type": "Agreement"},
    {"permission": []},
    {"permission": [{"action": 1}]},
    {"target": "something else"},
]


BAD_REQUESTS: list[dict[str, Any]] = [
    {"@context": None},
    {"@context": "https://example.com/context"},
    {"@type": "ContractOfferMessage"},
    {"consumerPid": None},
    {"consumerPid": 7},
    {"callbackAddress": None},
    {"callbackAddress": "ftp://x"},
    {"callbackAddress": 7},
    {"providerPid": "urn:uuid:p"},
    {"callbackAddress": None, "providerPid": "urn:uuid:p"},
    *({"offer": offer} for offer in BAD_OFFERS),
]


async def test_malformed_requests(talk: Talk) -> None:
    """Tests that a request that breaks the schema or names no offer made to the caller is refused with 400 and leaves nothing behind."""
    for changes in BAD_REQUESTS:
        offer = changes.get("offer")
        if isinstance(offer, dict) and "@id" not in offer and "@type" not in offer:
            changes = {"offer": {**talk.offer, **offer}}
        answer = await talk.request(**changes)
        said = answer.json()
        assert (answer.status_code, said["@type"]) == (400, "ContractNegotiationError"), changes
        assert said["providerPid"] in {NIL, "urn:uuid:p"}, changes
        assert said["consumerPid"] in {CONSUMER, NIL}, changes
        assert said["reason"], changes
    assert await talk.helix.ok("GET", "/api/v1/sharing/negotiations") == []
    assert talk.recorder.heard == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"@type":' + b"[" * 2000], ids=lambda body: repr(body[:12]))
async def test_no_json(talk: Talk, body: bytes) -> None:
    """Tests that what is no JSON object is refused with an error object that bears both pids."""
    for path, kind in (("negotiations/request", "ContractNegotiationError"), ("transfers/request", "TransferError")):
        answer = await talk.meridian.tell(talk.helix, "POST", f"{BASE}/{path}", body)
        assert (answer.status_code, answer.json()["@type"], answer.json()["providerPid"]) == (400, kind, NIL)


VERIFY, EVENT, END = "ContractAgreementVerificationMessage", "ContractNegotiationEventMessage", "ContractNegotiationTerminationMessage"


NOT_NOW: list[tuple[str, str, dict[str, Any]]] = [
    ("agreement/verification", EVENT, {}),
    ("agreement/verification", VERIFY, {"consumerPid": "urn:uuid:other"}),
    ("agreement/verification", VERIFY, {"providerPid": "urn:uuid:other"}),
    ("agreement/verification", VERIFY, {"consumerPid": None}),
    ("agreement/verification", VERIFY, {"jws": "a.b.c"}),
    ("events", EVENT, {"eventType": "ACCEPTED"}),
    ("events", EVENT, {"eventType": "FINALIZED"}),
    ("events", EVENT, {"eventType": "OTHER"}),
    ("events", EVENT, {}),
    ("termination", END, {"reason": []}),
    ("termination", END, {"reason": "why"}),
    ("offers", "ContractOfferMessage", {"offer": {"@id": "o", "@type": "Offer", "target": "traceability", "permission": [{"action": "use"}]}}),
    ("request", "ContractRequestMessage", {"offer": {"@id": "o", "@type": "Offer", "target": "traceability", "permission": [{"action": "use"}]}}),
]


async def test_what_may_not_come_now(talk: Talk) -> None:
    """Tests that in AGREED every message but the right one is refused with 400, and the state stays."""
    pids = await talk.agreed()
    for place, kind, changes in NOT_NOW:
        answer = await talk.say(f"negotiations/{pids['providerPid']}/{place}", kind, **pids | changes)
        assert (answer.status_code, answer.json()["@type"]) == (400, "ContractNegotiationError"), (place, kind, changes)
        assert await talk.state("negotiations", pids["providerPid"]) == "AGREED"
    (process,) = await talk.helix.ok("GET", "/api/v1/sharing/negotiations")
    assert len(process["timeline"]) == 2


async def test_repeats(talk: Talk) -> None:
    """Tests that a repeated first request gets the process there is, the same bytes again change nothing, other ones after the end are refused."""
    first, again = await talk.request(), await talk.request()
    assert (again.status_code, again.json()["providerPid"]) == (201, first.json()["providerPid"])
    assert len(talk.recorder.heard) == 1
    pids = {"providerPid": first.json()["providerPid"], "consumerPid": CONSUMER}
    place = f"negotiations/{pids['providerPid']}/termination"
    ends = [await talk.say(place, END, **pids, reason=[text]) for text in ("changed our mind", "changed our mind", "once more")]
    assert [each.status_code for each in ends] == [200, 200, 400]
    (process,) = await talk.helix.ok("GET", "/api/v1/sharing/negotiations")
    assert (process["state"], process["reason"]) == ("TERMINATED", "changed our mind")
    assert len(await talk.helix.facts("sharing.negotiation_ended")) == 1
    assert await talk.helix.agreements() == []


async def test_who_may_see_a_process(talk: Talk) -> None:
    """Tests that a stranger, nobody, and a false token are told that there is no such process, by 404 and never 401 or 403."""
    pids = await talk.agreed()
    pid = pids["providerPid"]
    assert await talk.state("negotiations", pid, by=talk.river) == 404
    assert await talk.state("negotiations", "urn:uuid:none") == 404
    stranger = await talk.say(f"negotiations/{pid}/termination", END, by=talk.river, **pids)
    assert (stranger.status_code, stranger.json()["@type"]) == (404, "ContractNegotiationError")
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {talk.meridian.identity.partner_token(talk.river.did)}"}):
        answer = await talk.helix.http.get(f"{BASE}/negotiations/{pid}", headers=headers)
        assert (answer.status_code, answer.json()["@type"]) == (404, "ContractNegotiationError")
    used = {"Authorization": f"Bearer {talk.meridian.identity.partner_token(talk.helix.did)}"}
    assert [(await talk.helix.http.get(f"{BASE}/negotiations/{pid}", headers=used)).status_code for _ in range(2)] == [200, 404]
    assert await talk.state("negotiations", pid) == "AGREED"


async def test_catalog(talk: Talk) -> None:
    """Tests that a catalog shows each caller what it may have and nothing else."""
    ask = {"@context": CONTEXT, "@type": "CatalogRequestMessage", "filter": []}
    await talk.helix.offer("everybody's")
    shown = (await talk.meridian.tell(talk.helix, "POST", f"{BASE}/catalog/request", ask)).json()
    assert [each["@id"] for each in shown["dataset"]] == ["everybody's", "traceability"]
    assert "target" not in shown["dataset"][0]["hasPolicy"][0]
    shown = (await talk.river.tell(talk.helix, "POST", f"{BASE}/catalog/request/", ask)).json()
    assert [each["@id"] for each in shown["dataset"]] == ["everybody's"]
    await talk.helix.ok("DELETE", "/api/v1/sharing/datasets/everybody's")
    assert "dataset" not in (await talk.river.tell(talk.helix, "POST", f"{BASE}/catalog/request", ask)).json()
    for by, id in ((talk.river, "traceability"), (talk.meridian, "nothing"), (talk.meridian, "everybody's")):
        answer = await by.tell(talk.helix, "GET", f"{BASE}/catalog/datasets/{id}")
        assert (answer.status_code, answer.json()["@type"]) == (404, "CatalogError")
    for wrong in (ask | {"filter": [{"x": 1}]}, ask | {"@type": "Catalog"}, ask | {"filter": 1}):
        answer = await talk.meridian.tell(talk.helix, "POST", f"{BASE}/catalog/request", wrong)
        assert (answer.status_code, answer.json()["@type"]) == (400, "CatalogError")


async def test_changed_terms(talk: Talk) -> None:
    """Tests that other terms than those offered end the negotiation with a reason, and mere reference to the offer agrees to its terms."""
    other = talk.offer | {"permission": [{"action": "use", "constraint": [{"leftOperand": "count", "operator": "lt", "rightOperand": "5"}]}]}
    pid = (await talk.request(offer=other)).json()["providerPid"]
    assert await talk.state("negotiations", pid) == "TERMINATED"
    assert "terms" in talk.recorder.heard[0][1]["reason"][0]
    bare = talk.offer | {"permission": [{"action": "use", "constraint": []}]}
    await talk.request(offer=bare, consumerPid="urn:uuid:c2")
    assert talk.recorder.heard[1][1]["agreement"]["permission"] == talk.offer["permission"]


async def test_membership_ended(talk: Talk) -> None:
    """Tests that who is no longer a member is refused at catalog, negotiation, transfer and use, each time it asks."""
    agreement = await talk.agreement()
    await talk.transfer(agreementId=agreement)
    token = next(each["value"] for _, said in talk.recorder.heard if "dataAddress" in said for each in said["dataAddress"]["endpointProperties"][:1])

    async def read() -> httpx.Response:
        return await talk.helix.http.get("/api/v1/trace/hello", headers={"Authorization": f"Bearer {token}"})

    assert (await read()).status_code == 200
    await talk.river.ok("POST", f"/api/v1/directory/members/{talk.meridian.party}/dismiss", {})
    await talk.settle()
    assert (await read()).status_code == 401
    assert (await talk.meridian.tell(talk.helix, "GET", f"{BASE}/catalog/datasets/traceability")).status_code == 404
    assert (await talk.request(consumerPid="urn:uuid:c3")).status_code == 400
    refused = await talk.transfer(agreementId=agreement, consumerPid="urn:uuid:t2")
    assert (refused.status_code, "member" in refused.json()["reason"][0]) == (400, True)


async def test_transfer_by_hand(talk: Talk) -> None:
    """Tests the provider's half of a transfer: its token opens the data while it is started, a resumed one has another."""
    agreement = await talk.agreement()
    ack = await talk.transfer(agreementId=agreement)
    again = await talk.transfer(agreementId=agreement)
    assert (ack.status_code, ack.json()["state"], again.json()["providerPid"]) == (201, "REQUESTED", ack.json()["providerPid"])
    pid = ack.json()["providerPid"]
    assert await talk.state("transfers", pid) == "STARTED"
    assert await talk.state("transfers", pid, by=talk.river) == 404

    def tokens() -> list[str]:
        starts = [said["dataAddress"] for path, said in talk.recorder.heard if path == "transfers/urn:uuid:t1/start"]
        return [each["endpointProperties"][0]["value"] for each in starts]

    async def status(token: str) -> int:
        return (await talk.helix.http.get("/api/v1/trace/hello", headers={"Authorization": f"Bearer {token}"})).status_code

    assert [await status(each) for each in tokens()] == [200]
    assert (talk.helix.folder / "plait.db").read_bytes().find(tokens()[0].encode()) == -1
    await talk.helix.ok("POST", f"/api/v1/sharing/transfers/{pid}/suspend", {"reason": "stocktaking"})
    assert [await status(each) for each in tokens()] == [401]
    await talk.transfer(agreementId=agreement)
    assert await talk.state("transfers", pid) == "SUSPENDED"
    await talk.helix.ok("POST", f"/api/v1/sharing/transfers/{pid}/resume")
    await talk.settle()
    assert [await status(each) for each in tokens()] == [401, 200]
    done = await talk.say(f"transfers/{pid}/completion", "TransferCompletionMessage", providerPid=pid, consumerPid="urn:uuid:t1")
    assert done.status_code == 200
    assert [await status(each) for each in tokens()] == [401, 401]
    assert await talk.state("transfers", pid) == "COMPLETED"


BAD_TRANSFERS: list[dict[str, Any]] = [
    {"agreementId": "urn:uuid:none"},
    {"agreementId": None},
    {"format": "HttpData-PUSH"},
    {"callbackAddress": "x"},
    {"dataAddress": {"@type": "DataAddress", "endpointType": "x"}},
    {"dataAddress": 7},
    {"@type": "TransferStartMessage"},
]


async def test_refused_transfers(talk: Talk) -> None:
    """Tests that a transfer without an agreement, in another format or malformed is refused with 400 and leaves nothing behind."""
    agreement = await talk.agreement()
    for changes in BAD_TRANSFERS:
        answer = await talk.transfer(**{"agreementId": agreement} | changes)
        assert (answer.status_code, answer.json()["@type"]) == (400, "TransferError"), changes
    assert await talk.helix.ok("GET", "/api/v1/sharing/transfers") == []


async def test_transfer_messages_that_may_not_come(talk: Talk) -> None:
    """Tests that a consumer's start or a message of the wrong type leaves a started transfer as it is."""
    pid = (await talk.transfer(agreementId=await talk.agreement())).json()["providerPid"]
    for name, kind in (("start", "TransferStartMessage"), ("suspension", "TransferCompletionMessage"), ("completion", "TransferSuspensionMessage")):
        answer = await talk.say(f"transfers/{pid}/{name}", kind, providerPid=pid, consumerPid="urn:uuid:t1")
        assert (answer.status_code, answer.json()["@type"]) == (400, "TransferError")
        assert await talk.state("transfers", pid) == "STARTED"
