"""Tests of the pure rules: state machines against the protocol's tables, policies and their ODRL form."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.kernel.firm import Member
from plait.kernel.problems import Problem
from plait.sharing.dsp import Agreement, Offer, make
from plait.sharing.machine import Machine
from plait.sharing.negotiation import rules as negotiation
from plait.sharing.policy import rules as policy
from plait.sharing.policy.model import Policy, Reading
from plait.sharing.transfer import rules as transfer

# The protocol's tables, written as it prints them: from, message, sender (C, P or both), to.
NEGOTIATION = """
- request C REQUESTED
- offer P OFFERED
REQUESTED offer P OFFERED
REQUESTED agreement P AGREED
OFFERED request C REQUESTED
OFFERED accepted C ACCEPTED
OFFERED offer P OFFERED
ACCEPTED agreement P AGREED
AGREED verification C VERIFIED
VERIFIED finalized P FINALIZED
REQUESTED termination CP TERMINATED
OFFERED termination CP TERMINATED
ACCEPTED termination CP TERMINATED
AGREED termination CP TERMINATED
VERIFIED termination CP TERMINATED
"""
TRANSFER = """
- request C REQUESTED
REQUESTED start P STARTED
STARTED suspension CP SUSPENDED
STARTED completion CP COMPLETED
SUSPENDED start CP STARTED
REQUESTED termination CP TERMINATED
STARTED termination CP TERMINATED
SUSPENDED termination CP TERMINATED
"""


def table(text: str) -> dict[tuple[str, str, str], str]:
    """Read a table into (state, message, sender) to state."""
    found = {}
    for line in text.strip().splitlines():
        state, message, senders, to = line.split()
        for sender in senders:
            found["" if state == "-" else state, message, {"C": "consumer", "P": "provider"}[sender]] = to
    return found


MACHINES = [(negotiation.MACHINE, negotiation.MESSAGES, table(NEGOTIATION)), (transfer.MACHINE, transfer.MESSAGES, table(TRANSFER))]


@pytest.mark.parametrize(("machine", "messages", "expected"), MACHINES, ids=["negotiation", "transfer"])
def test_every_step(machine: Machine, messages: tuple[str, ...], expected: dict[Any, str]) -> None:
    """Tests that of all combinations of state, message and sender exactly those of the table are taken."""
    states = {"", *expected.values()}
    for state in states:
        for message in messages:
            for sender in ("consumer", "provider"):
                wanted = expected.get((state, message, sender))
                assert machine.after(state, message, sender) == wanted
                if wanted is None:
                    with pytest.raises(Problem, match="dsp-state"):
                        machine.step(state, message, sender)


@given(st.sampled_from(MACHINES), st.lists(st.tuples(st.sampled_from([*negotiation.MESSAGES, *transfer.MESSAGES]), st.sampled_from(["consumer", "provider"]))))
def test_any_run_of_messages(which: Any, said: list[tuple[str, Any]]) -> None:
    """Tests that whatever is said in whatever order, the state is where the table leads, refusals change nothing, the end is final."""
    machine, _, expected = which
    state, should = "", ""
    for message, sender in said:
        ended = state in machine.final
        try:
            state = machine.step(state, message, sender)
            assert not ended
        except Problem:
            pass
        should = expected.get((should, message, sender), should)
        assert state == should


def member(did: str = "did:web:m", memberships: tuple[str, ...] = ("a",)) -> Member:
    """A firm."""
    return Member("p", "M", did, "https://m", memberships=memberships)


@pytest.mark.parametrize(
    ("rule", "caller", "satisfied"),
    [
        (Policy(), member(), True),
        (Policy(), member(memberships=()), False),
        (Policy(), None, False),
        (Policy(True, ("did:web:m",)), member(), True),
        (Policy(True, ("did:web:m",)), member(memberships=()), False),
        (Policy(True, ("did:web:x", "did:web:y")), member(), False),
        (Policy(False, ("did:web:m",)), member(memberships=()), True),
    ],
)
def test_who_satisfies(rule: Policy, caller: Member | None, satisfied: bool) -> None:
    """Tests that a policy is satisfied by active members and, where partners are named, by those alone."""
    assert (policy.why_not(rule, caller) == []) is satisfied


@given(st.builds(Policy, st.just(True), st.lists(st.sampled_from(["did:web:a", "did:web:b", "did:web:c"]), unique=True).map(lambda x: tuple(sorted(x)))))
def test_policy_survives_odrl(rule: Policy) -> None:
    """Tests that our policies are read back from their ODRL form as they were, with nothing left to a person."""
    terms = make(Offer, id="o", permission=policy.permissions(rule))
    policy.check_terms(terms)
    assert policy.read(terms) == Reading(rule, ())


@pytest.mark.parametrize("rule", [Policy(False), Policy(True, ("BPNL1",))], ids=str)
def test_not_published(rule: Policy) -> None:
    """Tests that a policy we could not enforce is not published."""
    with pytest.raises(Problem, match="bad-policy"):
        policy.check(rule)


def atom(left: str = "Membership", operator: str = "eq", right: Any = "active") -> dict[str, Any]:
    """One constraint."""
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


@pytest.mark.parametrize(
    "constraint",
    [
        atom("dateTime", "lteq", "2027-01-01T00:00:00Z"),
        atom("Membership", "neq", "active"),
        atom("recipient", "isNoneOf", ["did:web:m"]),
        atom("recipient", "isAnyOf", []),
        atom("recipient", "isAnyOf", [{"@id": "did:web:m"}]),
        {"or": [atom(), atom("count", "lt", "5")]},
        {"and": [atom(), atom("UsagePurpose", "isAnyOf", ["cx.core.legalRequirementForThirdparty:1"])]},
    ],
    ids=str,
)
def test_what_a_person_decides(constraint: dict[str, Any]) -> None:
    """Tests that terms we do not understand are never passed over in silence."""
    terms = make(Offer, id="o", permission=[{"action": "use", "constraint": [constraint]}])
    policy.check_terms(terms)
    assert policy.read(terms).unknown


@pytest.mark.parametrize(
    "members",
    [
        {"permission": [{"action": "use", "constraint": [atom()], "duty": [{"action": "delete"}]}]},
        {"permission": [{"action": "use"}], "obligation": [{"action": "inform"}]},
        {"permission": [{"action": "use"}], "prohibition": [{"action": "distribute"}]},
        {"permission": [{"action": "distribute"}]},
        {"permission": [{"action": "use", "constraint": [atom("recipient", "isAnyOf", ["did:a"]), atom("recipient", "isAnyOf", ["did:b"])]}]},
    ],
    ids=str,
)
def test_what_else_a_person_decides(members: dict[str, Any]) -> None:
    """Tests that duties, prohibitions, other actions and contradictions are left to a person."""
    assert policy.read(make(Offer, id="o", **members)).unknown


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"permission": []},
        {"permission": [{}]},
        {"permission": [{"action": {"@id": "use"}}]},
        {"permission": [{"action": "use", "target": "d"}]},
        {"permission": [{"action": "use", "constraint": {}}]},
        {"permission": [{"action": "use", "constraint": ["x"]}]},
        {"permission": [{"action": "use", "constraint": [{"leftOperand": "a", "operator": "eq"}]}]},
        {"permission": [{"action": "use", "constraint": [atom(operator="near")]}]},
        {"permission": [{"action": "use", "constraint": [atom(right=None)]}]},
        {"permission": [{"action": "use", "constraint": [{"and": [], "or": []}]}]},
        {"permission": [{"action": "use", "constraint": [{"and": atom()}]}]},
        {"obligation": [{"action": "use"}]},
    ],
    ids=str,
)
def test_malformed_terms(members: dict[str, Any]) -> None:
    """Tests that terms that break the schema are refused."""
    with pytest.raises(Problem, match="dsp-malformed"):
        policy.check_terms(make(Offer, id="o", **members))


OFFERED = make(Offer, id="o", target="d", permission=policy.permissions(Policy(True, ("did:web:c", "did:web:b"))))


def test_same_terms() -> None:
    """Tests that order, prefixes and types do not make other terms, and another partner does."""
    turned = [{"@type": "Permission", "action": "odrl:use", "constraint": [atom("odrl:recipient", "odrl:isAnyOf", ["did:web:c", "did:web:b"]), atom()]}]
    assert policy.same(OFFERED, make(Offer, id="x", permission=turned))
    assert not policy.same(OFFERED, make(Offer, id="o", permission=policy.permissions(Policy(True, ("did:web:b",)))))
    assert policy.bare(make(Offer, id="o", permission=[{"action": "use", "constraint": []}]))
    assert not policy.bare(OFFERED)


def test_answer_to_a_request() -> None:
    """Tests that a provider agrees to its own terms or a mere reference to them, and to nothing else."""
    bare = make(Offer, id="o", permission=[{"action": "use"}])
    other = make(Offer, id="o", permission=policy.permissions(Policy()))
    assert negotiation.answer_request(OFFERED, OFFERED, [])[0] == "agree"
    assert negotiation.answer_request(bare, OFFERED, [])[0] == "agree"
    for asked, known, against in ((other, OFFERED, []), (OFFERED, None, []), (OFFERED, OFFERED, ["is no member"])):
        answer, reason = negotiation.answer_request(asked, known, against)
        assert answer == "terminate"
        assert reason


def test_answer_to_an_offer() -> None:
    """Tests that a consumer accepts the terms it asked for and leaves everything else to a person."""
    assert negotiation.answer_offer(OFFERED, OFFERED)[0] == "accept"
    assert negotiation.answer_offer(OFFERED, None)[0] == "wait"
    assert negotiation.answer_offer(OFFERED, make(Offer, id="o", permission=[{"action": "use"}]))[0] == "wait"


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, "verify"),
        ({"target": "other"}, "terminate"),
        ({"assigner": "did:web:x"}, "terminate"),
        ({"assignee": "did:web:x"}, "terminate"),
        ({"permission": [{"action": "use"}]}, "terminate"),
        ({"timestamp": None}, "terminate"),
    ],
    ids=str,
)
def test_answer_to_an_agreement(change: dict[str, Any], answer: str) -> None:
    """Tests that a consumer verifies an agreement only on what it asked for, between the right two, with a time."""
    members = {"id": "a", "target": "d", "assigner": "did:web:p", "assignee": "did:web:c", "timestamp": "2026-03-02T06:00:00Z"}
    members |= {"permission": OFFERED.permission} | change
    agreement = make(Agreement, **{key: value for key, value in members.items() if value is not None})
    assert negotiation.answer_agreement(agreement, OFFERED, "did:web:p", "did:web:c")[0] == answer
