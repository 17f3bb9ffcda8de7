"""What the pages without a login show, and the request form that they take."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from zoneinfo import ZoneInfo

from plait.circulation.passport.service import PassportService
from plait.kernel import classification
from plait.kernel.clock import BusinessClock, parse_iso
from plait.kernel.ports import Guard
from plait.kernel.texts import Texts
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.vocabulary import name_of
from plait.public import asking, rules
from plait.public.logo import braid_svg
from plait.public.model import Asked, Taken
from plait.public.spam import SpamGuard

__all__ = ["TONGUES", "PublicService"]

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

TONGUES = (("en", "English"), ("de", "Deutsch"), ("zh", "中文"))
"""The languages a visitor may choose, each in its own words."""

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

    def say(self, asked: str = "", wanted: str = "") -> Texts:
        """Return the texts of a page: in the language ``asked`` for, else the first of the browser's (``wanted``) that we speak."""
        return Texts(rules.language_of_page(asked, wanted), self.guard.firm().zone)

    async def frame(self, say: Texts) -> dict[str, Any]:
        """Return what every page shows: the firm, its trade in words, the braid."""
        firm = self.guard.firm()
        trade = await asyncio.to_thread(classification.said, firm.isic, say)
        return {"firm": firm, "trade": trade, "braid": braid_svg(), "say": say, "tongues": TONGUES}

    async def card(self, say: Texts, asked: Asked | None = None, wrong: dict[str, str] | None = None) -> dict[str, Any]:
        """Return the firm's card: who it is, what it makes, and the form (with what was typed and what of it is wrong)."""
        published = await self.capabilities.published()
        offers = [{"name": say(name_of(each.process)), "facts": rules.facts_of(each, say), "certificates": each.certificates} for each in published]
        form = {
            "open": self.take is not None,
            "ticket": self.spam.ticket(),
            "asked": asked or Asked(),
            "wrong": dict.fromkeys((*asking.TEXTS, *OTHERS), "") | (wrong or {}),
            "sent": not wrong,
        }
        return await self.frame(say) | {"capabilities": offers, "form": form | {"suffixes": ",".join(sorted(asking.SUFFIXES))}}

    def errors(self, asked: Asked, say: Texts) -> dict[str, str]:
        """Return what of a request cannot be taken, by field."""
        return asking.errors(asked, self.clock.now().astimezone(ZoneInfo(self.guard.firm().zone)).date(), say)

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

    async def item(self, key: str, value: str, say: Texts) -> dict[str, Any]:
        """Return the page of an article, lot or piece; raise ``gs1-key`` or ``not-found``."""
        seen = await self.passports.view(f"/{key}/{value}")
        shown = {
            "identity": [(say(label), value) for label, value in seen["identity"]],
            "facts": rules.item_facts(seen["facts"], say),
            "events": [{"at": each["at"], "when": say.moment(parse_iso(each["at"])), "said": say(each["said"])} for each in seen["events"]],
        }
        return await self.frame(say) | {"item": seen | shown}
