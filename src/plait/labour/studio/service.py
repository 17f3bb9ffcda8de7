"""The verbs of labels."""

import asyncio
import hashlib
from typing import Literal
from urllib.parse import urlencode

from plait.kernel.actor import Actor
from plait.kernel.clock import BusinessClock
from plait.kernel.firm import Firm
from plait.kernel.ports import Guard
from plait.labour.studio import rules
from plait.labour.studio.model import Form, Label, LabelMade, LabelPrinted, LabelRead, LabelRequest
from plait.labour.studio.printer import send
from plait.store import Store, Tx

__all__ = ["LabelService", "drawn"]


def _draw(label: Label, form: Form = "png") -> bytes:
    from plait.labour.studio.label import draw

    return draw(label, form)


def drawn(firm: Firm, path: str, name: str, quantity: float | None) -> bytes:
    """Return the label for the path of a Digital Link as PNG, read back before it leaves (the port ``Labels``)."""
    return _draw(rules.key_label(firm, path, name, quantity)[1])


class LabelService:
    """Labels that bear the same identities as events and passports, read back before they leave."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, printer: str = "") -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.printer = printer

    async def label(self, actor: Actor, gtin: str, lot: str = "", serial: str = "", name: str = "", quantity: float | None = None, form: Form = "png") -> bytes:
        """Make the label of an article and return it; raise ``gs1-key``, ``label-text`` or ``label-unreadable``."""
        self.guard.require(actor, "label.make")
        return await self._make(actor, *rules.article_label(self.guard.firm(), gtin, lot, serial, name, quantity), quantity, form)

    async def sscc(self, actor: Actor, sscc: str, name: str = "", quantity: float | None = None) -> bytes:
        """Make the label of a logistic unit (18 digits or its Digital Link), as ``label``."""
        self.guard.require(actor, "label.make")
        return await self._make(actor, *rules.unit_label(self.guard.firm(), sscc, name, quantity), quantity)

    async def wanted(self, actor: Actor, wanted: LabelRequest, form: Form = "png") -> bytes:
        """Make the label that is asked for, as ``label``."""
        self.guard.require(actor, "label.make")
        return await self._make(actor, *rules.wanted_label(self.guard.firm(), wanted), wanted.quantity, form)

    async def show(self, actor: Actor, path: str, name: str = "", quantity: float | None = None, form: Form = "png") -> bytes:
        """Return the label for the path of a Digital Link without noting that it was made."""
        self.guard.require(actor, "label.read")
        _, label = rules.key_label(self.guard.firm(), path, name, quantity)
        return await asyncio.to_thread(_draw, label, form)

    async def read(self, actor: Actor, path: str, name: str = "", quantity: float | None = None) -> LabelRead:
        """Draw the label for the path of a Digital Link, read it back and return what its codes say; raise as ``label``."""
        self.guard.require(actor, "label.read")
        self.guard.scope(actor, "read", "label").own("Labels")
        key, label = rules.key_label(self.guard.firm(), path, name, quantity)
        await asyncio.to_thread(_draw, label)
        asked = {"name": name, "quantity": rules.number(quantity)}
        query = urlencode({what: value for what, value in asked.items() if value})
        symbol: Literal["GS1 DataMatrix", "GS1-128"] = "GS1-128" if label.linear else "GS1 DataMatrix"
        return LabelRead(key, label.title, label.name, label.rows, label.link, label.elements, symbol, path, query, self.printer)

    async def send(self, actor: Actor, wanted: LabelRequest, copies: int) -> LabelPrinted:
        """Send the label of an article or a logistic unit to the label printer; raise ``no-printer``, ``printer-unreachable`` or as ``label``."""
        self.guard.require(actor, "label.make")
        key, label = rules.wanted_label(self.guard.firm(), wanted)
        zpl = await asyncio.to_thread(_draw, label, "zpl")
        await send(self.printer, zpl * copies)
        printed = LabelPrinted(key, label.name, copies, self.printer)
        await self.store.write(actor, lambda tx: tx.append(f"label/{key}", printed) and None)
        return printed

    async def _make(self, actor: Actor, key: str, label: Label, quantity: float | None, form: Form = "png") -> bytes:
        drawn = await asyncio.to_thread(_draw, label, form)
        made = LabelMade(key, label.name, rules.number(quantity), hashlib.sha256(drawn).hexdigest())

        def work(tx: Tx) -> None:
            tx.append(f"label/{key}", made)

        await self.store.write(actor, work, once=f"label:{key}:{made.sha256}")
        return drawn
