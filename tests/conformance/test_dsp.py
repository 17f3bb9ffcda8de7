"""Every message of the Dataspace Protocol 2025-1 that a node emits is held against the official schemas, and the official examples against our reader."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from plait.kernel.problems import Problem
from plait.sharing import dsp
from plait.sharing.dsp import BASE, CONTEXT
from plait.sharing.policy import rules as policy
from tests.sharing.node import Node, nodes, settle
from tests.support.require import conformance_data

ROOT = "https://w3id.org/dspace/2025/1/"
ADDRESS = f"{ROOT}transfer/data-address-schema.json"


class Oracle:
    """The official schemas, by ``@type``."""

    def __init__(self, folder: Path) -> None:
        documents = [msgspec.json.decode(path.read_bytes()) for path in sorted(folder.glob("schema/*/*.json"))]
        assert len(documents) == 26
        registry = jsonschema_rs.Registry([(each["$id"], each) for each in documents])
        self.by_type = {
            each["title"].removesuffix("Schema"): jsonschema_rs.Draft201909Validator({"$ref": each["$id"]}, registry=registry)
            for each in documents
            if each["$id"] != ADDRESS
        }

    def errors(self, kind: str, message: Any) -> list[str]:
        """Return what the schema of ``kind`` finds wrong."""
        return [error.message for error in self.by_type[kind].iter_errors(message)]


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    """The schemas, where there are any."""
    return Oracle(conformance_data("dsp"))


class Tap:
    """Writes down every body that a node's client sends and is answered."""

    def __init__(self, *tapped: Node) -> None:
        self.seen: list[bytes] = []
        for node in tapped:
            self._tap(node)

    def _tap(self, node: Node) -> None:
        real = node.client.request

        async def request(method: str, url: str, *, content: bytes | None = None, **options: Any) -> Any:
            answer = await real(method, url, content=content, **options)
            self.seen += [content or b"", answer.body]
            return answer

        node.client.request = request  # type: ignore[method-assign]

    def messages(self) -> Iterator[dict[str, Any]]:
        """Return the protocol's messages among them."""
        for body in self.seen:
            try:
                said = msgspec.json.decode(body)
            except msgspec.DecodeError:
                continue
            if isinstance(said, dict) and ("@type" in said or "protocolVersions" in said):
                yield said


async def converse(river: Node, helix: Node, meridian: Node, tap: Tap) -> None:
    """Let two nodes say everything they can say."""

    async def hear(answer: Any) -> Any:
        tap.seen.append(answer.content)
        return answer.json() if answer.content else None

    ask = {"@context": [CONTEXT], "@type": "CatalogRequestMessage"}
    await hear(await meridian.tell(helix, "POST", f"{BASE}/catalog/request", ask))
    await helix.offer("traceability", meridian)
    await helix.offer("everybody's")
    await hear(await meridian.tell(helix, "POST", f"{BASE}/catalog/request", ask))
    await hear(await meridian.tell(helix, "GET", f"{BASE}/catalog/datasets/none"))
    for dataset in ("traceability", "everybody's"):
        await meridian.negotiate(helix, dataset)
        await settle(river, helix, meridian)
    await meridian.fetch(helix)
    await meridian.fetch(helix, "everybody's")
    first, second = await helix.ok("GET", "/api/v1/sharing/transfers")
    await helix.ok("POST", f"/api/v1/sharing/transfers/{first['id']}/suspend", {"reason": "stocktaking"})
    await settle(river, helix, meridian)
    await helix.ok("POST", f"/api/v1/sharing/transfers/{first['id']}/resume")
    await settle(river, helix, meridian)
    await helix.ok("POST", f"/api/v1/sharing/transfers/{first['id']}/complete", {})
    await helix.ok("POST", f"/api/v1/sharing/transfers/{second['id']}/terminate", {"reason": "over"})
    await settle(river, helix, meridian)
    await hear(await meridian.tell(helix, "GET", f"{BASE}/transfers/{first['id']}"))
    await hear(await meridian.tell(helix, "POST", f"{BASE}/transfers/none/start", {}))
    await hear(await meridian.tell(helix, "POST", f"{BASE}/negotiations/none/events", {}))
    dataset = await hear(await meridian.tell(helix, "GET", f"{BASE}/catalog/datasets/traceability"))
    other = dataset["hasPolicy"][0] | {"permission": [{"action": "distribute"}], "target": "traceability"}
    opening = {"@type": "ContractRequestMessage", "consumerPid": "urn:uuid:c9", "offer": other, "callbackAddress": f"{meridian.url}{BASE}"}
    helix.sharing.mail.patience_s = 0
    process = await hear(await meridian.tell(helix, "POST", f"{BASE}/negotiations/request", {"@context": [CONTEXT], **opening}))
    await settle(river, helix, meridian)
    await hear(await meridian.tell(helix, "GET", f"{BASE}/negotiations/{process['providerPid']}"))


EMITTED = {
    "Catalog",
    "CatalogError",
    "ContractAgreementMessage",
    "ContractAgreementVerificationMessage",
    "ContractNegotiation",
    "ContractNegotiationError",
    "ContractNegotiationEventMessage",
    "ContractNegotiationTerminationMessage",
    "ContractRequestMessage",
    "Dataset",
    "TransferCompletionMessage",
    "TransferError",
    "TransferProcess",
    "TransferRequestMessage",
    "TransferStartMessage",
    "TransferSuspensionMessage",
    "TransferTerminationMessage",
    "Version",
}


async def test_all_that_nodes_say(oracle: Oracle, tmp_path: Path) -> None:
    """Tests that of every kind of message at least one was said, and every one said is valid and bears exactly the one context."""
    async with nodes(tmp_path, "riverport", "helix", "meridian") as made, asyncio.timeout(60):
        tap = Tap(*made)
        await converse(made[0], made[1], made[2], tap)
    kinds = set()
    for said in tap.messages():
        kind = said.get("@type", "Version")
        kinds.add(kind)
        assert oracle.errors(kind, said) == [], said
        assert kind == "Version" or said["@context"] == [CONTEXT]
    assert kinds == EMITTED


def examples() -> list[tuple[str, dict[str, Any]]]:
    """Return the official examples of messages that a node reads, with their kind."""
    found = []
    for path in sorted(conformance_data("dsp").glob("example/*/*.json")):
        message = msgspec.json.decode(path.read_bytes())
        if isinstance(getattr(dsp, message.get("@type", ""), None), type) and issubclass(getattr(dsp, message["@type"]), dsp.Message):
            found.append((path.stem, message))
    return found


def accepted(kind: str, message: Any) -> bool:
    """Tell whether our reader takes a message."""
    try:
        said: Any = dsp.decode(msgspec.json.encode(message), getattr(dsp, kind))
        for name in ("offer", "agreement"):
            if hasattr(said, name):
                policy.check_terms(getattr(said, name))
    except Problem:
        return False
    return True


def test_examples_are_read() -> None:
    """Tests that every official example of a message is read, also with its context as one text and with members we do not know."""
    read = examples()
    assert len({message["@type"] for _, message in read}) == 17
    for name, message in read:
        assert accepted(message["@type"], message), name
        assert accepted(message["@type"], message | {"@context": CONTEXT, "@id": "urn:uuid:x", "callbackAddressOfSomebody": 1}), name


def test_spoiled_examples_are_not(oracle: Oracle) -> None:
    """Tests that an example spoiled in one member is refused wherever the official schema refuses it."""
    spoiled = 0
    values: tuple[Any, ...] = (..., 7, [], "", {}, None)
    for name, message in examples():
        for key in message:
            for value in values:
                other = {k: v for k, v in message.items() if k != key} if value is ... else message | {key: value}
                if oracle.errors(message["@type"], other) and not (key == "@context" and value == "") and not _judged_later(message["@type"], other):
                    spoiled += 1
                    assert not accepted(message["@type"], other), (name, key, value)
    assert spoiled > 300


def _judged_later(kind: str, message: dict[str, Any]) -> bool:
    """Tell whether the service and not the reader refuses: exactly one of two addresses, the enumerations of states and events."""
    pair = {"ContractRequestMessage": ("callbackAddress", "providerPid"), "ContractOfferMessage": ("callbackAddress", "consumerPid")}.get(kind)
    if pair is not None and sum(name in message for name in pair) != 1:
        return True
    return kind in {"ContractNegotiation", "TransferProcess", "ContractNegotiationEventMessage"} and isinstance(
        message.get("state", message.get("eventType")), str
    )
