"""Policies and their ODRL form (ODRL 2.2; Catena-X profile 2025/9), and who satisfies them (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from plait.kernel.firm import Member
from plait.kernel.problems import Problem, register
from plait.sharing.dsp import DSP_MALFORMED, Agreement, Offer
from plait.sharing.policy.model import HonestyClass, Policy, Reading

__all__ = ["CLASSES", "MEMBERSHIP", "RECIPIENT", "bare", "check", "check_terms", "describe", "permissions", "read", "same", "why_not"]

BAD_POLICY = register("bad-policy", 422, "The policy cannot be published", "Ask for membership, or name partners by their DIDs.")

MEMBERSHIP = "https://w3id.org/catenax/2025/9/policy/Membership"
RECIPIENT = "recipient"
PREFIXES = ("https://w3id.org/catenax/2025/9/policy/", "http://www.w3.org/ns/odrl/2/", "cx-policy:", "odrl:")
OPERATORS = frozenset({"eq", "neq", "lt", "lteq", "gt", "gteq", "isA", "hasPart", "isPartOf", "isAllOf", "isAnyOf", "isNoneOf", "term-lteq"})
LOGICAL = ("and", "or", "xone", "andSequence")
CLASSES: Mapping[str, HonestyClass] = {"Membership": "enforced", "recipient": "enforced"}

Terms = Offer | Agreement


def check(policy: Policy) -> None:
    """Raise ``bad-policy`` for one that we could not enforce."""
    if not policy.membership and not policy.partners:
        raise Problem(BAD_POLICY, "The policy neither asks for membership nor names anybody.")
    if strange := [did for did in policy.partners if not did.startswith("did:")]:
        raise Problem(BAD_POLICY, f"{', '.join(strange)}: no DID")


def describe(policy: Policy) -> list[str]:
    """Return each demand in words with how far it is enforced."""
    said = [f"active membership (Membership, {CLASSES['Membership']})"] if policy.membership else []
    if policy.partners:
        said.append(f"named partners: {', '.join(policy.partners)} (recipient, {CLASSES['recipient']})")
    return said


def permissions(policy: Policy) -> list[dict[str, Any]]:
    """Return the policy as the permissions of an ODRL offer."""
    constraints: list[dict[str, Any]] = []
    if policy.membership:
        constraints.append({"leftOperand": MEMBERSHIP, "operator": "eq", "rightOperand": "active"})
    if policy.partners:
        constraints.append({"leftOperand": RECIPIENT, "operator": "isAnyOf", "rightOperand": sorted(policy.partners)})
    return [{"action": "use", "constraint": constraints}]


def why_not(policy: Policy, caller: Member | None) -> list[str]:
    """Return in words why ``caller`` does not satisfy the policy, [] when it does."""
    if caller is None:
        return ["is not a firm this node knows"]
    reasons = []
    if policy.membership and not caller.memberships:
        reasons.append("is no active member of an association this node has joined")
    if policy.partners and not {caller.did, *caller.former} & set(policy.partners):
        reasons.append("is not among the partners named")
    return reasons


def _short(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _rules(terms: Terms, kind: str) -> list[dict[str, Any]]:
    value = getattr(terms, kind)
    return [] if value is UNSET else value


def check_terms(terms: Terms) -> None:
    """Raise ``dsp-malformed`` naming the part of foreign terms that breaks the schema of contracts."""
    if terms.type != type(terms).__name__:
        raise Problem(DSP_MALFORMED, f"@type is {terms.type}, expected {type(terms).__name__}.")
    for kind in ("permission", "prohibition", "obligation"):
        if getattr(terms, kind) == []:
            raise Problem(DSP_MALFORMED, f"{kind} is an empty array.")
        for rule in _rules(terms, kind):
            _check_rule(rule, kind)
    if not _rules(terms, "permission") and not _rules(terms, "prohibition"):
        raise Problem(DSP_MALFORMED, "Terms need a permission or a prohibition.")


def _check_rule(rule: Mapping[str, Any], kind: str) -> None:
    if not isinstance(rule.get("action"), str):
        raise Problem(DSP_MALFORMED, f"{kind}: action must be a text.")
    if "target" in rule:
        raise Problem(DSP_MALFORMED, f"{kind}: a rule has no target of its own.")
    constraints = rule.get("constraint", [])
    if not isinstance(constraints, list):
        raise Problem(DSP_MALFORMED, f"{kind}: constraint must be an array.")
    for each in constraints:
        _check_constraint(each, kind)


def _check_constraint(constraint: Any, kind: str) -> None:
    if not isinstance(constraint, dict):
        raise Problem(DSP_MALFORMED, f"{kind}: a constraint must be an object.")
    logical = [name for name in LOGICAL if name in constraint]
    if logical:
        if len(logical) > 1 or not isinstance(constraint[logical[0]], list):
            raise Problem(DSP_MALFORMED, f"{kind}: a logical constraint has exactly one array of constraints.")
        for each in constraint[logical[0]]:
            _check_constraint(each, kind)
        return
    if not isinstance(constraint.get("leftOperand"), str) or "rightOperand" not in constraint:
        raise Problem(DSP_MALFORMED, f"{kind}: a constraint needs leftOperand, operator and rightOperand.")
    if not isinstance(constraint.get("operator"), str) or _short(constraint["operator"]) not in OPERATORS:
        raise Problem(DSP_MALFORMED, f"{kind}: {constraint.get('operator')!r} is no operator.")
    if constraint["rightOperand"] is None or isinstance(constraint["rightOperand"], bool):
        raise Problem(DSP_MALFORMED, f"{kind}: rightOperand must be a text, a number, an object or an array.")


def read(terms: Terms) -> Reading:
    """Read foreign terms that passed ``check_terms``."""
    unknown = [f"{kind} {_text(_rules(terms, kind)).decode()}" for kind in ("prohibition", "obligation") if _rules(terms, kind)]
    membership = False
    partners: set[str] | None = None
    for rule in _rules(terms, "permission"):
        if _short(rule["action"]) != "use" or rule.keys() - {"action", "constraint", "@type"}:
            unknown.append(f"permission {_text(rule).decode()}")
        for each in _flat(rule.get("constraint", [])):
            known = _known(each)
            if known is None:
                unknown.append(f"constraint {_text(each).decode()}")
            elif isinstance(known, bool):
                membership = True
            else:
                partners = known if partners is None else partners & known
    if partners == set():
        unknown.append("partners of whom none satisfies every demand")
    return Reading(Policy(membership, tuple(sorted(partners or ()))), tuple(unknown))


def _flat(constraints: Sequence[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for each in constraints:
        if each.keys() == {"and"}:
            yield from _flat(each["and"])
        else:
            yield each


def _known(constraint: Mapping[str, Any]) -> set[str] | Literal[True] | None:
    """Return True for active membership, the DIDs for named partners, None for what we do not understand."""
    left, operator, right = _short(str(constraint.get("leftOperand"))), _short(str(constraint.get("operator"))), constraint.get("rightOperand")
    if left == "Membership" and operator == "eq" and right == "active":
        return True
    if left == RECIPIENT and operator in {"isAnyOf", "eq"}:
        named = [right] if isinstance(right, str) else right
        if isinstance(named, list) and named and all(isinstance(each, str) for each in named):
            return set(named)
    return None


def bare(terms: Terms) -> bool:
    """Tell whether the terms are no more than one permission to use: a reference to an offer by its id."""
    return _normal(terms) == _normal(Offer(type="Offer", id="", permission=[{"action": "use", "constraint": []}]))


def same(one: Terms, two: Terms) -> bool:
    """Tell whether two sets of terms say the same, whatever the order and the prefixes."""
    return _normal(one) == _normal(two)


def _normal(terms: Terms) -> dict[str, list[bytes]]:
    return {kind: sorted(_text(_rule(rule)) for rule in _rules(terms, kind)) for kind in ("permission", "prohibition", "obligation")}


def _text(value: Any) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in rule.items() if key not in {"@type", "constraint", "action"}}
    return kept | {"action": _short(rule["action"]), "constraint": sorted((_constraint(each) for each in rule.get("constraint", [])), key=_text)}


def _constraint(constraint: Mapping[str, Any]) -> dict[str, Any]:
    for name in LOGICAL:
        if name in constraint:
            inner = [_constraint(each) for each in constraint[name]]
            return {name: inner if name == "andSequence" else sorted(inner, key=_text)}
    right = constraint["rightOperand"]
    if isinstance(right, list):
        right = sorted(right, key=_text)
    elif isinstance(right, int | float):
        right = str(right)
    return {"leftOperand": _short(constraint["leftOperand"]), "operator": _short(constraint["operator"]), "rightOperand": right}
