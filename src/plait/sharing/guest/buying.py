"""Buying from firms without a node: what they quoted by a link beside what partners quoted, and the order, which goes out by a link again."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from plait.kernel.actor import Actor
from plait.kernel.problems import Problem
from plait.manufacturing.trade.options import OptionView
from plait.manufacturing.trade.outside import OutsideService
from plait.sharing.guest import rules
from plait.sharing.guest.model import MadeLink, NewLink, NewPurchase
from plait.sharing.guest.service import GuestService

__all__ = ["BuyingService"]

NEVER = datetime.max.replace(tzinfo=UTC)


class BuyingService:
    """Requests that went out by links: compared, and ordered on."""

    def __init__(self, guests: GuestService, outside: OutsideService) -> None:
        self.guests = guests
        self.outside = outside

    async def compare(self, actor: Actor, request: str) -> Sequence[OptionView]:
        """Return what the suppliers asked for ``request`` (RQ-00001) answered: held first, by currency, price and date; then the rest."""
        self.guests.guard.require(actor, "guest.read")
        return sorted(await self.outside.options.status(actor, request), key=_order)

    async def order(self, actor: Actor, new: NewPurchase) -> MadeLink:
        """Order what a supplier quoted, and make the link by which it confirms (``close``: let the others go). Ordered already, only the link is made.

        Raise ``guest-not-open`` for a supplier who was not asked or has not quoted, ``quotation-expired``, or as ``GuestService.make``.
        """
        self.guests.guard.require(actor, "guest.write")
        option = await self.outside.option(actor, new.request.strip(), rules.one_line(new.name))
        if option is None or option.state not in ("held", "confirmed", "expired"):
            state = "was not asked" if option is None else f"has not quoted ({option.state})"
            raise Problem(rules.NOT_NOW, f"{new.name} {state} for {new.request}")
        order = option.order_id
        if not order:
            order = (await self.outside.trade.order(actor, option.quotation_id, new.note)).id
        if new.close:
            await self.outside.options.release(actor, option.purpose, "it was ordered elsewhere")
        number = (await self.outside.standing(actor, order)).order.number
        return await self.guests.make(actor, NewLink("purchase", option.supplier_name, number, new.days, new.language, anyway=True))


def _order(view: OptionView) -> tuple[bool, str, Decimal, datetime, str]:
    price = view.price
    held = view.state in ("held", "confirmed")
    return not held, price.currency if price else "", price.amount if price else Decimal(0), view.promised or NEVER, view.supplier_name
