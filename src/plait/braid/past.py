"""What machines say of their states and cycles is kept so that it can be asked for by time."""

from typing import Any

from plait.braid.house import House, Reaction
from plait.infrastructure.past.service import KINDS
from plait.kernel.facts import Fact

__all__ = ["REACTIONS"]


async def told(house: House, fact: Fact, body: Any) -> None:
    """A machine changed its state or finished a cycle: enter it by its time."""
    await house.past.learn(fact, body)


REACTIONS = (Reaction("past.told", KINDS, told),)
