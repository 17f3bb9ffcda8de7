"""Tests that two nodes come to the same end when one stops between two steps, and of what is refused along the way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plait.sharing.dsp import BASE, CONTEXT
from tests.sharing.node import Node, nodes, settle


@pytest.fixture
async def three(tmp_path: Path) -> Any:
    """An association and two of its members; helix offers traceability to meridian."""
    async with nodes(tmp_path, "riverport", "helix", "meridian") as made:
        await made[1].offer("traceability", made[2])
        yield made


def skip(what: Any) -> Callable[..., None]:
    """Return a follow-up that never happens, as if the node had stopped before it."""
    return lambda *args, **kwargs: None


@pytest.mark.parametrize("who", ["helix", "meridian"])
async def test_stopped_before_the_next_step(three: list[Node], who: str) -> None:
    """Tests that a node that stopped after it took a message goes on with the next step when it starts again."""
    _, helix, meridian = three
    node = helix if who == "helix" else meridian
    node.sharing.negotiation.negotiations.go_on = skip(node)  # type: ignore[method-assign]
    await meridian.negotiate(helix)
    await settle(*three)
    assert await meridian.agreements() == []
    await node.stop()
    await node.start()
    await settle(*three)
    assert [each["state"] for each in await meridian.agreements()] == ["active"]
    assert [each["id"] for each in await meridian.agreements()] == [each["id"] for each in await helix.agreements()]
    assert (await meridian.fetch(helix)).status_code == 200


async def test_partner_away(three: list[Node]) -> None:
    """Tests that a revocation reaches a partner that was away, and that data stop at once all the same."""
    _, helix, meridian = three
    await meridian.negotiate(helix)
    await settle(*three)
    (held,) = await meridian.agreements()
    await meridian.fetch(helix)
    await meridian.stop()
    await helix.ok("POST", f"/api/v1/sharing/agreements/{held['id']}/revoke", {"reason": "away"})
    await meridian.start()
    await settle(*three)
    assert [(each["state"], each["reason"]) for each in await meridian.agreements()] == [("revoked", "away")]


async def test_answer_lost(three: list[Node]) -> None:
    """Tests that a message taken by the partner though its answer was lost, and then refused when sent again, does not end the negotiation."""
    _, helix, meridian = three
    await meridian.negotiate(helix)
    await settle(*three)
    (letter,) = [each for each in await meridian.store.outbox.rows() if ":verification:" in each.key]
    answer = await meridian.tell(helix, "POST", letter.path, letter.body)
    assert answer.status_code == 400
    pid = letter.key.split(":n:")[1].rsplit(":", 2)[0]
    await meridian.sharing.negotiation.negotiations._after_refusal(pid, "verification", "repeated")
    assert [each["state"] for each in await meridian.agreements()] == ["active"]


async def test_refused_for_good(three: list[Node]) -> None:
    """Tests that a negotiation whose message the partner refuses ends here with the partner's reason."""
    _, helix, meridian = three
    assert meridian.task is not None
    real = meridian.sharing.catalog.of_partner

    async def withdrawn_meanwhile(*args: Any) -> Any:
        offer = await real(*args)
        await helix.ok("DELETE", "/api/v1/sharing/datasets/traceability")
        return offer

    meridian.sharing.catalog.of_partner = withdrawn_meanwhile  # type: ignore[method-assign,assignment]
    begun = await meridian.negotiate(helix)
    await settle(*three)
    process = await meridian.ok("GET", f"/api/v1/sharing/negotiations/{begun.json()['id']}")
    assert process["state"] == "TERMINATED"
    assert "no offer" in process["reason"]
    assert len(await meridian.facts("sharing.negotiation_ended")) == 1


async def test_lost_transfer(three: list[Node]) -> None:
    """Tests that a consumer whose provider has ended the transfer without its knowledge opens a new one by itself."""
    _, helix, meridian = three
    await meridian.negotiate(helix)
    await settle(*three)
    assert (await meridian.fetch(helix)).status_code == 200
    assert helix.task is not None
    helix.task.cancel()
    (transfer,) = await helix.ok("GET", "/api/v1/sharing/transfers")
    await helix.ok("POST", f"/api/v1/sharing/transfers/{transfer['id']}/terminate", {"reason": "new keys"})
    assert (await meridian.fetch(helix)).status_code == 200
    assert [each["state"] for each in await meridian.ok("GET", "/api/v1/sharing/transfers")] == ["STARTED", "TERMINATED"]


async def test_suspended(three: list[Node]) -> None:
    """Tests that a suspended transfer refuses with the provider's reason, and a resumed one gives again."""
    _, helix, meridian = three
    await meridian.negotiate(helix)
    await settle(*three)
    await meridian.fetch(helix)
    (transfer,) = await helix.ok("GET", "/api/v1/sharing/transfers")
    await helix.ok("POST", f"/api/v1/sharing/transfers/{transfer['id']}/suspend", {"reason": "stocktaking"})
    await settle(*three)
    refused = await meridian.fetch(helix)
    assert (refused.status_code, "stocktaking" in refused.json()["detail"]) == (403, True)
    await helix.ok("POST", f"/api/v1/sharing/transfers/{transfer['id']}/resume")
    await settle(*three)
    assert (await meridian.fetch(helix)).status_code == 200
    assert (await helix.call("POST", f"/api/v1/sharing/transfers/{transfer['id']}/resume")).status_code == 400


async def test_stopped_while_starting(three: list[Node]) -> None:
    """Tests that a provider that stopped before it started a transfer starts it when it is there again."""
    _, helix, meridian = three
    await meridian.negotiate(helix)
    await settle(*three)
    (held,) = await meridian.agreements()
    helix.sharing.transfer.transfers.go_on = skip(helix)  # type: ignore[method-assign]
    meridian.sharing.transfer.transfers.start_s = 0.05
    late = await meridian.fetch(helix)
    assert (late.status_code, "did not start" in late.json()["detail"]) == (502, True)
    await helix.stop()
    await helix.start()
    await settle(*three)
    answer = await meridian.fetch(helix)
    assert answer.json()["agreement"] == held["id"]
    assert len(await helix.ok("GET", "/api/v1/sharing/transfers")) == 1


async def test_refusals(three: list[Node]) -> None:
    """Tests that whoever has no contract gets nothing and is told why, naming partner and dataset."""
    river, helix, meridian = three
    nobody = await river.fetch(helix)
    assert (nobody.status_code, nobody.json()["code"]) == (403, "no-contract")
    assert nobody.json()["partner"] == helix.party
    assert nobody.json()["dataset"] == "traceability"
    for partner, dataset, status, code in (
        (river, "traceability", 403, "no-contract"),
        (helix, "nothing", 403, "no-contract"),
    ):
        answer = await meridian.negotiate(partner, dataset)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await meridian.call("POST", "/api/v1/sharing/agreements", {"party": "nobody", "dataset": "x"})).status_code == 404
    assert (await meridian.fetch(helix, path="//elsewhere/x")).status_code == 422
    assert await meridian.ok("GET", "/api/v1/sharing/negotiations") == []
    assert (await helix.http.get("/api/v1/trace/hello")).status_code == 401
    assert (await meridian.tell(helix, "GET", "/api/v1/trace/hello")).status_code == 403


async def test_a_contract_opens_its_dataset_only(three: list[Node]) -> None:
    """Tests that what the dataset does not cover stays closed, with the provider's reason."""
    _, helix, meridian = three
    await meridian.negotiate(helix)
    await settle(*three)
    refused = await meridian.fetch(helix, path="/api/v1/sharing/agreements")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "does not cover" in refused.json()["detail"]
    missing = await meridian.fetch(helix, path="/api/v1/nothing")
    assert missing.status_code == 404


async def test_public(three: list[Node]) -> None:
    """Tests that what a partner shows to everybody needs no contract, and what it does not show is refused."""
    _, helix, meridian = three
    data = meridian.sharing.data
    assert await data.public(helix.party, "/api/v1/open") == b'{"open":"yes"}'
    for path, code in (("/api/v1/none", "not-found"), ("/api/v1/trace/hello", "forbidden"), ("x", "invalid")):
        with pytest.raises(Exception, match=code):
            await data.public(helix.party, path)


async def test_revoked_by_the_consumer(three: list[Node]) -> None:
    """Tests that a consumer may end an agreement too, that others may not, and that a repeat or a stranger's word changes nothing."""
    river, helix, meridian = three
    await meridian.negotiate(helix)
    await settle(*three)
    (held,) = await meridian.agreements()
    place = f"{BASE}/agreements/{held['id']}/revocation"
    assert (await river.tell(helix, "POST", place, {"reason": "not mine"})).status_code == 404
    assert [each["state"] for each in await helix.agreements()] == ["active"]
    await meridian.ok("POST", f"/api/v1/sharing/agreements/{held['id']}/revoke", {"reason": "done"})
    await settle(*three)
    assert [(each["state"], each["reason"]) for each in await helix.agreements()] == [("revoked", "done")]
    assert (await meridian.tell(helix, "POST", place, {"reason": "again"})).status_code == 204
    assert len(await helix.facts("sharing.agreement_revoked")) == 1
    assert (await meridian.call("POST", f"/api/v1/sharing/agreements/{held['id']}/revoke", {})).status_code == 409
    begun = await meridian.negotiate(helix)
    await settle(*three)
    process = await meridian.ok("GET", f"/api/v1/sharing/negotiations/{begun.json()['id']}")
    assert process["state"] == "FINALIZED"
    assert process["agreement"] != held["id"]


async def test_terms_a_person_decides(three: list[Node]) -> None:
    """Tests that an offer with terms this node does not understand is not asked for until a person approves."""
    _, helix, meridian = three
    real = meridian.sharing.catalog.of_partner
    constraint = {"leftOperand": "count", "operator": "lt", "rightOperand": "5"}

    async def with_more(*args: Any) -> Any:
        offer: Any = await real(*args)
        return msgspec.structs.replace(offer, permission=[{"action": "use", "constraint": [*offer.permission[0]["constraint"], constraint]}])

    meridian.sharing.catalog.of_partner = with_more  # type: ignore[method-assign,assignment]
    begun = (await meridian.negotiate(helix)).json()
    await settle(*three)
    assert (begun["state"], "count" in begun["waiting"]) == ("WAITING", True)
    assert await helix.ok("GET", "/api/v1/sharing/negotiations") == []
    assert (await helix.tell(meridian, "GET", f"{BASE}/negotiations/{begun['id']}")).status_code == 404
    await meridian.ok("POST", f"/api/v1/sharing/negotiations/{begun['id']}/approve")
    await settle(*three)
    after = await meridian.ok("GET", f"/api/v1/sharing/negotiations/{begun['id']}")
    assert after["state"] == "TERMINATED"
    assert "terms" in after["reason"]


async def test_not_yet_known(three: list[Node]) -> None:
    """Tests that a message for a process the partner does not know yet is tried again for a while before it counts as refused."""
    _, helix, meridian = three
    meridian.sharing.mail.patience_s = 0.3
    body = b'{"@context":["' + CONTEXT.encode() + b'"],"@type":"ContractNegotiationTerminationMessage","providerPid":"p","consumerPid":"c"}'
    await meridian.store.write(meridian.me, lambda tx: tx.post(helix.party, f"{BASE}/negotiations/p/termination", body, key="dsp:x"))
    await settle(*three)
    (letter,) = [each for each in await meridian.store.outbox.rows(helix.party) if each.key == "dsp:x"]
    assert (letter.state, letter.status) == ("refused", 404)
    assert letter.tries > 1
