"""Offers and the desk: what a supplier answers goes on into an offer, an order the desk takes comes back to it as a run."""

from typing import Any

from plait.braid.house import House, Reaction
from plait.kernel.facts import Fact

__all__ = ["REACTIONS"]


async def asked(house: House, fact: Fact, body: Any) -> None:
    """A request came in, perhaps among many of a table: work it out."""
    del fact
    await house.offers.work_out(house.me, body.number)


async def accepted(house: House, fact: Fact, body: Any) -> None:
    """The desk has taken an order: an accepted line is a run now."""
    del fact
    await house.offers.became_run(house.me, body.order_id, body.run, body.promised)


async def moved(house: House, fact: Fact, body: Any) -> None:
    """The promise of a run has moved."""
    del fact
    await house.offers.moved(house.me, body.run, body.now)


async def answered(house: House, fact: Fact, body: Any) -> None:
    """The desk could not take an order that a customer gave on an offer."""
    del fact
    if body.code == "rejected":
        await house.offers.refused(house.me, body.order_id, body.reason)


async def lost(house: House, fact: Fact, body: Any) -> None:
    """Lines of an offer are lost: their suppliers are let go."""
    del fact
    await house.offers.closer.let_go(house.me, body.number, f"{body.number} was lost: {body.text or body.reason}")


async def arrived(house: House, fact: Fact, body: Any) -> None:
    """Something came into the inbox: an answer to an offer is shown beside it."""
    del fact
    _, content = await house.inbox.content(house.me, body.item)
    await house.offers.arrived(house.me, content)


REACTIONS = (
    Reaction("offers.asked", frozenset({"offer.asked"}), asked),
    Reaction("offers.accepted", frozenset({"desk.accepted"}), accepted),
    Reaction("offers.moved", frozenset({"desk.promise_moved"}), moved),
    Reaction("offers.arrived", frozenset({"inbox.taken"}), arrived),
    Reaction("offers.lost", frozenset({"offer.lost"}), lost),
    Reaction("offers.answered", frozenset({"trade.order_response_sent"}), answered),
)
