"""The network and what we say of ourselves in it."""

from typing import Any

import msgspec

from plait.braid.house import House, Reaction
from plait.kernel.facts import Fact
from plait.manufacturing.capability.model import Capability

__all__ = ["REACTIONS"]


async def member_seen(house: House, fact: Fact, body: Any) -> None:
    """Another firm became known: note what it can make."""
    del fact
    published = msgspec.json.decode(await house.partners.public(body.party_id, "/api/v1/capabilities"), type=list[Capability])
    await house.capabilities.remember(house.me, body.party_id, body.name, published)


async def part_revised(house: House, fact: Fact, body: Any) -> None:
    """A part of ours has a name the world can resolve, a twin and a passport."""
    del fact
    if not body.gtin or body.supply == "buy":
        return
    part = await house.parts.get(house.me, body.part_id)
    await house.twins.put_product(house.me, part.gtin, part.name)
    page = f"{house.firm.url}/item/01/{part.gtin}"
    await house.resolver.put_link(house.me, f"/01/{part.gtin}", "gs1:pip", page, part.name, "en", "text/html")
    fields = {"material": part.material, "process": part.process, "mass_kg": str(part.mass_kg or ""), "revision": part.revision, "name": part.name}
    await house.passports.from_part(house.me, part.gtin, {key: value for key, value in fields.items() if value})


REACTIONS = (
    Reaction("network.member_seen", frozenset({"directory.member_seen"}), member_seen),
    Reaction("network.part_revised", frozenset({"part.revised"}), part_revised),
)
