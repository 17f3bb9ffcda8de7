"""What the pages without a login show."""

import asyncio
from typing import Any

from plait.circulation.passport.service import PassportService
from plait.kernel import classification
from plait.kernel.ports import Guard
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.vocabulary import name_of
from plait.public import rules
from plait.public.logo import braid_svg

__all__ = ["PublicService"]


class PublicService:
    """The firm's card and the pages of its goods, for everybody."""

    def __init__(self, guard: Guard, capabilities: CapabilityService, passports: PassportService) -> None:
        self.guard = guard
        self.capabilities = capabilities
        self.passports = passports

    async def frame(self) -> dict[str, Any]:
        """Return what every page shows: the firm, its trade in words, the braid."""
        firm = self.guard.firm()
        trade = await asyncio.to_thread(classification.title, firm.isic) if firm.isic else ""
        return {"firm": firm, "trade": trade, "braid": braid_svg()}

    async def card(self) -> dict[str, Any]:
        """Return the firm's card: who it is and what it makes."""
        published = await self.capabilities.published()
        offers = [{"name": name_of(each.process), "facts": rules.facts_of(each), "certificates": each.certificates} for each in published]
        return await self.frame() | {"capabilities": offers}

    async def item(self, key: str, value: str) -> dict[str, Any]:
        """Return the page of an article, lot or piece; raise ``gs1-key`` or ``not-found``."""
        seen = await self.passports.view(f"/{key}/{value}")
        return await self.frame() | {"item": seen | {"facts": rules.item_facts(seen["facts"])}}
