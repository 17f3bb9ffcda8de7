"""A firm for the tests of manufacturing rooms: its guard, its actors."""

from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.firm import Firm
from plait.kernel.problems import FORBIDDEN, Problem

FIRM = Firm("11111111-1111-4111-8111-111111111111", "helix", "did:web:helix.example", "https://helix.example")
ME = system_actor(FIRM.party_id)
PARTNER = Actor("partner", "meridian", "22222222-2222-4222-8222-222222222222")


class HouseGuard:
    """Lets the firm's own people do and see everything; a partner sees only what is its own."""

    def firm(self) -> Firm:
        """Return helix."""
        return FIRM

    def require(self, actor: Actor, action: str) -> None:
        """Refuse everybody from outside."""
        if actor.party != FIRM.party_id:
            raise Problem(FORBIDDEN, f"{actor.label} may not {action}")

    def scope(self, actor: Actor, action: str, kind: str) -> Scope:
        """Show everything to our own, to a partner what bears its party_id."""
        del action, kind
        return Scope(everything=True) if actor.party == FIRM.party_id else Scope(party=actor.party)
