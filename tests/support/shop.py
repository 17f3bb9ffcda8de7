"""A small shop whose work is done by hand: what it makes, and how somebody asks for it."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from plait.kernel.clock import SYSTEM, iso
from tests.support.nodes import Running

__all__ = ["PART", "WANTED", "ask", "furnish", "shop_day"]

WANTED = {"process": "turning", "material": "42CrMo4"}
PART: dict[str, Any] = {
    "id": "SHAFT",
    "revision": "A",
    "name": "Shaft 42CrMo4",
    "gtin": "09521002000016",
    "process": "turning",
    "material": "42CrMo4",
    "batch_size": 10,
    "markup": "0.2",
    "routing": [{"seq": 10, "name": "Turn by hand", "process": "turning", "group": "bench", "setup_min": 30.0, "cycle_min": 6.0}],
    "materials": [],
}
CENTRE = {"id": "bench-1", "group": "bench", "calendar": {"always": True}, "rate": {"amount": "50", "currency": "EUR"}}
FIRM = {"gln": "9521002000009", "gcp": "9521002", "isic": "2592", "region": "DE-BW", "zone": "Europe/Berlin", "currency": "EUR"}


def shop_day(days: int = 0) -> date:
    """Return the shop's day so many days from today: late in the evening in UTC it has tomorrow."""
    return SYSTEM.now().astimezone(ZoneInfo(FIRM["zone"])).date() + timedelta(days=days)


async def furnish(seller: Running) -> None:
    """Tell a node who it is and what it makes."""
    await seller.ok("PUT", "/api/v1/firm", {"name": seller.name, **FIRM})
    await seller.ok("PUT", "/api/v1/parts/SHAFT", PART)
    await seller.ok("PUT", "/api/v1/work-centres/bench-1", CENTRE)
    capability = {"id": "shafts", "process": "turning", "materials": ["42CrMo4"], "isic": "2592", "region": "DE-BW"}
    await seller.ok("POST", "/api/v1/capabilities", capability)


async def ask(buyer: Running, seller: Running, quantity: int = 20, **requirement: Any) -> dict[str, Any]:
    """Send a request for quotation and return it."""
    line = {"name": "Shaft", "quantity": str(quantity), "requirement": WANTED | requirement}
    body = {"party": seller.party, "lines": [line], "respond_by": iso(SYSTEM.now() + timedelta(days=1))}
    sent: dict[str, Any] = await buyer.ok("POST", "/api/v1/trade/rfqs", body)
    return sent
