"""The one kind of policy and what it is worth."""

from typing import Literal

import msgspec

__all__ = ["HonestyClass", "Policy", "Reading"]

HonestyClass = Literal["enforced", "checked", "assisted", "declared", "legal"]


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may use a dataset: active members of an association we joined, and of these the ``partners`` named by DID (none named: all)."""

    membership: bool = True
    partners: tuple[str, ...] = ()


class Reading(msgspec.Struct, frozen=True):
    """Foreign terms as we understand them; ``unknown`` lists in words what we do not, so that a person must decide."""

    policy: Policy
    unknown: tuple[str, ...] = ()
