"""Negotiations between two nodes whose messages cross, come twice, come out of turn or are made up."""

from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from plait.kernel.actor import Scope
from plait.sharing.dsp import BASE, CONTEXT
from plait.sharing.negotiation import rules, tables
from plait.sharing.negotiation.model import Negotiation
from tests.sharing.node import Node, nodes, settle
from tests.states.machine import AsyncMachine, settings_of

PICK = st.integers(0, 10**6)
SIDE = st.sampled_from((0, 1))
DATASETS = st.sampled_from(("traceability", "figures"))
ALL = Scope(everything=True)
MADE_UP = {
    "request": ("request", "ContractRequestMessage", {"offer": {"@id": "o", "@type": "Offer", "target": "traceability", "permission": [{"action": "use"}]}}),
    "offer": ("offers", "ContractOfferMessage", {"offer": {"@id": "o", "@type": "Offer", "target": "traceability", "permission": [{"action": "use"}]}}),
    "accepted": ("events", "ContractNegotiationEventMessage", {"eventType": "ACCEPTED"}),
    "finalized": ("events", "ContractNegotiationEventMessage", {"eventType": "FINALIZED"}),
    "agreement": ("agreement", "ContractAgreementMessage", {"agreement": {"@id": "a", "@type": "Agreement"}}),
    "verification": ("agreement/verification", "ContractAgreementVerificationMessage", {}),
    "termination": ("termination", "ContractNegotiationTerminationMessage", {"code": "1", "reason": ["made up"]}),
}
STEPS = {(before, after) for (before, _, _), after in rules.MACHINE.steps.items()}


class Negotiations(AsyncMachine):
    """Whatever is offered, asked, revoked, repeated or made up: each side's states follow the protocol, and both agree in the end."""

    async def begin(self) -> None:
        self.nodes: list[Node] = await self.stack.enter_async_context(nodes(self.folder, "helix", "meridian", stepped=True))
        self.seen: dict[tuple[str, str], str] = {}
        self.posted: list[tuple[int, str, bytes]] = []
        await self.nodes[0].offer()

    def _call(self, side: int, method: str, path: str, body: Any = None) -> httpx.Response:
        answer = self.run(self.nodes[side].call(method, path, body))
        assert answer.status_code < 500 or answer.json()["code"] in ("partner-unreachable", "unavailable"), answer.text
        return answer

    def _tell(self, side: int, path: str, body: Any) -> httpx.Response:
        """Say something to the other side in our own name."""
        answer = self.run(self.nodes[side].tell(self.nodes[1 - side], "POST", path, body))
        assert answer.status_code < 500, answer.text
        return answer

    async def _held(self, side: int) -> list[Negotiation]:
        return list(await self.nodes[side].store.read(lambda conn: tables.negotiations(conn, ALL)))

    @rule(side=SIDE, dataset=DATASETS, everybody=st.booleans())
    def offer(self, side: int, dataset: str, everybody: bool) -> None:
        policy = {"membership": everybody, "partners": [] if everybody else [self.nodes[1 - side].did]}
        self._call(side, "POST", "/api/v1/sharing/datasets", {"id": dataset, "kind": "traceability", "title": dataset, "policy": policy})

    @rule(side=SIDE, dataset=DATASETS)
    def withdraw(self, side: int, dataset: str) -> None:
        self._call(side, "DELETE", f"/api/v1/sharing/datasets/{dataset}")

    @rule(side=SIDE, dataset=DATASETS)
    def negotiate(self, side: int, dataset: str) -> None:
        self._call(side, "POST", "/api/v1/sharing/agreements", {"party": self.nodes[1 - side].party, "dataset": dataset})

    @rule(side=SIDE, pick=PICK, verb=st.sampled_from(("approve", "decline")))
    def decide(self, side: int, pick: int, verb: str) -> None:
        held = self.run(self._held(side))
        if held:
            self._call(side, "POST", f"/api/v1/sharing/negotiations/{held[pick % len(held)].pid}/{verb}", {"reason": "no"} if verb == "decline" else None)

    @rule(side=SIDE, pick=PICK)
    def revoke(self, side: int, pick: int) -> None:
        agreements = self.run(self.nodes[side].agreements())
        if agreements:
            self._call(side, "POST", f"/api/v1/sharing/agreements/{agreements[pick % len(agreements)]['id']}/revoke", {"reason": "over"})

    @rule(side=SIDE)
    def turn(self, side: int) -> None:
        """One letter of one side goes out."""
        clock = self.nodes[side].clock
        self.run(clock.fire(clock.now(), one=True))

    @rule()
    def quiet(self) -> None:
        """Everything under way is done."""
        self.run(settle(*self.nodes))

    @rule(side=SIDE, pick=PICK)
    def again(self, side: int, pick: int) -> None:
        """A message that was delivered is delivered once more, or one that waits comes before its turn."""
        letters = self.run(self.nodes[side].store.outbox.rows())
        if letters:
            letter = letters[pick % len(letters)]
            self._tell(side, letter.path, letter.body)

    @rule(side=SIDE, pick=PICK, what=st.sampled_from(sorted(MADE_UP)))
    def make_up(self, side: int, pick: int, what: str) -> None:
        """A partner says what does not fit, of a negotiation that there is."""
        held = self.run(self._held(1 - side))
        if held:
            one = held[pick % len(held)]
            place, kind, members = MADE_UP[what]
            body = {"@context": [CONTEXT], "@type": kind, "providerPid": one.provider_pid, "consumerPid": one.consumer_pid, **members}
            self._tell(side, f"{BASE}/negotiations/{one.pid}/{place}", body)

    @invariant()
    def legal(self) -> None:
        """A state only ever changes as the protocol allows, step by step or by a few steps at once, and never back from an end."""
        for node, side in zip(self.nodes, (0, 1), strict=True):
            for one in self.run(self._held(side)):
                before = self.seen.get((node.name, one.pid), "")
                assert one.state == before or one.state in _reachable(before), f"{node.name}: {before} became {one.state}"
                self.seen[node.name, one.pid] = one.state
            for each in self.run(node.agreements()):
                assert each["state"] != "active" or each["signed"], each

    def finish(self) -> None:
        """When all messages have come, every negotiation both know has the same end, and so has every agreement."""
        self.quiet()
        ours, theirs = (self.run(self._held(side)) for side in (0, 1))
        by_peer = {one.pid: one for one in theirs}
        for one in ours:
            other = by_peer.get(one.peer_pid)
            if other is not None and other.peer_pid == one.pid:
                assert one.state == other.state, f"{one.pid} is {one.state} here and {other.state} there"
        held = [{each["id"]: each["state"] for each in self.run(node.agreements()) if each["state"] != "void"} for node in self.nodes]
        assert held[0] == held[1]


def _reachable(state: str) -> set[str]:
    found, edge = set(), {state}
    while edge:
        edge = {after for before, after in STEPS if before in edge} - found
        found |= edge
    return found


TestNegotiations = Negotiations.TestCase
TestNegotiations.settings = settings_of(60, 0.5)
