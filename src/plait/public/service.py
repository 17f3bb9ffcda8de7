"""What the pages without a login show, and the request form that they take."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from zoneinfo import ZoneInfo

from plait.circulation.passport.service import PassportService
from plait.kernel import classification
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.vocabulary import name_of
from plait.public import asking, rules
from plait.public.logo import braid_svg
from plait.public.model import Asked, Taken
from plait.public.spam import SpamGuard

__all__ = ["PublicService"]

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

OTHERS = ("files", "form", "trap")

Take = Callable[[str, bytes, str], Awaitable[None]]
"""Puts a mail (file name, content, sender) into the inbox; returns when it is on disk."""


class PublicService:
    """The firm's card and the pages of its goods, for everybody; ``take`` (None: the firm wants no form) keeps what is asked."""

    def __init__(self, guard: Guard, clock: BusinessClock, capabilities: CapabilityService, passports: PassportService, take: Take | None = None) -> None:
        self.guard = guard
        self.clock = clock
        self.capabilities = capabilities
        self.passports = passports
        self.take = take
        self.spam = self.guarding()

    guarding = SpamGuard
    """What counts requests; tests give it a clock of their own."""

    async def frame(self) -> dict[str, Any]:
        """Return what every page shows: the firm, its trade in words, the braid."""
        firm = self.guard.firm()
        trade = await asyncio.to_thread(classification.title, firm.isic) if firm.isic else ""
        return {"firm": firm, "trade": trade, "braid": braid_svg()}

    async def card(self, asked: Asked | None = None, wrong: dict[str, str] | None = None) -> dict[str, Any]:
        """Return the firm's card: who it is, what it makes, and the form (with what was typed and what of it is wrong)."""
        published = await self.capabilities.published()
        offers = [{"name": name_of(each.process), "facts": rules.facts_of(each), "certificates": each.certificates} for each in published]
        form = {
            "open": self.take is not None,
            "ticket": self.spam.ticket(),
            "asked": asked or Asked(),
            "wrong": dict.fromkeys((*asking.TEXTS, *OTHERS), "") | (wrong or {}),
            "sent": not wrong,
        }
        return await self.frame() | {"capabilities": offers, "form": form | {"suffixes": ",".join(sorted(asking.SUFFIXES))}}

    def errors(self, asked: Asked) -> dict[str, str]:
        """Return what of a request cannot be taken, by field."""
        return asking.errors(asked, self.clock.now().astimezone(ZoneInfo(self.guard.firm().zone)).date())

    async def ask(self, asked: Asked, ticket: str, address: str) -> Taken:
        """Put a request into the inbox; the same form again gets the same answer. Raise ``form-stale``, ``form-too-fast``, ``rate-limited``."""
        assert self.take is not None
        before = self.spam.answered(ticket)
        if before:
            return Taken(before)
        self.spam.admit(ticket, address)
        now = self.clock.now()
        number = f"Q-{now:%y%m%d}-{''.join(secrets.choice(LETTERS) for _ in range(6))}"
        mail = await asyncio.to_thread(asking.message, asked, number, now, self.guard.firm().name)
        await self.take(f"{number}.eml", mail, asked.firm or asked.person)
        self.spam.done(ticket, number)
        return Taken(number)

    async def item(self, key: str, value: str) -> dict[str, Any]:
        """Return the page of an article, lot or piece; raise ``gs1-key`` or ``not-found``."""
        seen = await self.passports.view(f"/{key}/{value}")
        return await self.frame() | {"item": seen | {"facts": rules.item_facts(seen["facts"])}}
