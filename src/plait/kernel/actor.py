"""Who asks, and what of the answer they may see."""

from datetime import datetime
from typing import Literal

import msgspec

from plait.kernel.problems import NOT_FOUND, Problem

__all__ = ["ANONYMOUS", "Actor", "Scope", "system_actor"]


class Actor(msgspec.Struct, frozen=True):
    """Whoever stands behind a call.

    ``party`` is the party_id of the actor's firm: our own for people and the system itself, the partner's for
    ``partner`` (a signed partner token) and ``contract`` (a transfer token bound to ``agreement``). ``scopes`` (patterns of
    actions; empty: all the roles allow) narrow an access token.
    """

    kind: Literal["person", "system", "partner", "contract", "anonymous"]
    id: str
    party: str
    roles: frozenset[str] = frozenset()
    agreement: str | None = None
    dataset: str | None = None
    scopes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Short text for a fact's ``actor`` column."""
        return f"{self.kind}:{self.id}"


ANONYMOUS = Actor("anonymous", "-", "")


def system_actor(party: str, id: str = "node") -> Actor:
    """Return the actor for what the node does of its own accord."""
    return Actor("system", id, party, frozenset({"admin"}))


class Scope(msgspec.Struct, frozen=True):
    """What an actor may see of one kind of thing; ``tables.py`` turns it into WHERE.

    ``everything`` overrides the rest. Otherwise a row is visible if its counterparty is ``party`` (when set) or
    its id is in ``ids`` (when set), inside the time window. The default shows nothing.
    """

    everything: bool = False
    party: str | None = None
    ids: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    fields: frozenset[str] | None = None
    agreement: str | None = None

    @property
    def nothing(self) -> bool:
        """True when no row at all can be seen."""
        return not self.everything and self.party is None and self.ids is None

    def own(self, what: str) -> None:
        """Raise ``not-found`` for somebody from outside: ``what`` (a plural) is the firm's own, whole or not at all."""
        if not self.everything:
            raise Problem(NOT_FOUND, f"{what} are the firm's own")
