"""The verbs of labels."""

import asyncio
import hashlib

from plait.kernel.actor import Actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.labour.studio import rules
from plait.labour.studio.model import Label, LabelMade
from plait.store import Store, Tx

__all__ = ["LabelService"]


def _draw(label: Label) -> bytes:
    from plait.labour.studio.label import draw

    return draw(label)


class LabelService:
    """Labels that bear the same identities as events and passports, read back before they leave."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock

    async def label(self, actor: Actor, gtin: str, lot: str = "", serial: str = "", name: str = "", quantity: float | None = None) -> bytes:
        """Make the label of an article and return it as PNG; raise ``gs1-key``, ``label-text`` or ``label-unreadable``."""
        self.guard.require(actor, "label.make")
        return await self._make(actor, *rules.article_label(self.guard.firm(), gtin, lot, serial, name, quantity), quantity)

    async def sscc(self, actor: Actor, sscc: str, name: str = "", quantity: float | None = None) -> bytes:
        """Make the label of a logistic unit (18 digits or its Digital Link), as ``label``."""
        self.guard.require(actor, "label.make")
        return await self._make(actor, *rules.unit_label(self.guard.firm(), sscc, name, quantity), quantity)

    async def show(self, actor: Actor, path: str, name: str = "", quantity: float | None = None) -> bytes:
        """Return the label for the path of a Digital Link without noting that it was made."""
        self.guard.require(actor, "label.read")
        _, label = rules.key_label(self.guard.firm(), path, name, quantity)
        return await asyncio.to_thread(_draw, label)

    async def _make(self, actor: Actor, key: str, label: Label, quantity: float | None) -> bytes:
        png = await asyncio.to_thread(_draw, label)
        made = LabelMade(key, label.name, rules.number(quantity), hashlib.sha256(png).hexdigest())

        def work(tx: Tx) -> None:
            tx.append(f"label/{key}", made)

        await self.store.write(actor, work, once=f"label:{key}:{made.sha256}")
        return png
