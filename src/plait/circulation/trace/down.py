"""Downstream across firms: which items contain something, asking each supplier what of its deliveries does."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

import msgspec

from plait.circulation.epcis.links import Role
from plait.circulation.epcis.service import EpcisService, Snapshot
from plait.circulation.trace.model import Contained, Contains, Gap
from plait.circulation.trace.rules import Walk, origins, receivers
from plait.circulation.trace.up import DATASET
from plait.kernel.firm import Member
from plait.kernel.ports import Directory, PartnerData
from plait.kernel.problems import Problem

__all__ = ["Affected"]

AT_ONCE = 20


class Affected:
    """One question going down from ``epc``: a walk over our events, fed with what suppliers say contains it.

    Goods can go round: what we sent to one firm comes back changed, from that firm or through others. So a supplier is also asked about what
    of ours went to it, and what came back is asked about in turn, until nothing new is found. One that stands among those asking (``via``) is
    asked what of its deliveries to us contains the thing, which only it may know, but for the last, who asks about them itself; asked so, a
    firm asks nobody of ``via``.
    ``returned`` are the items that went into others elsewhere, ``rounds`` the walk over what came from one among those asking.
    """

    def __init__(self, epcis: EpcisService, directory: Directory, partner_data: PartnerData, via: Sequence[str]) -> None:
        self.epcis = epcis
        self.partner_data = partner_data
        self.via = tuple(via)
        self.own = epcis.own()
        self.walk, self.rounds = Walk("down"), Walk("down")
        self.gaps: dict[tuple[str, str], Gap] = {}
        self.returned: set[str] = set()
        without = self.via if epcis.guard.firm().party_id in self.via else self.via[-1:]
        self._members = [member for member in directory.members() if member.party_id not in without]
        self._asked: set[tuple[str, str]] = set()

    async def run(self, epc: str) -> None:
        """Find everything that contains ``epc``."""
        starts, about, back = {epc: 0}, {epc}, dict[str, int]()
        suppliers = await self.epcis.look(self._suppliers)
        while starts or back:
            await self.epcis.look(partial(self._extend, starts, back))
            about |= set(back)
            starts, back = {}, {}
            for member in suppliers:
                for item in await self._ask(member, self._questions(member, about)):
                    depth = self.walk.items[item.of] + item.depth
                    if item.epc not in self.walk.items:
                        starts[item.epc] = min(depth, starts.get(item.epc, depth))
                    if (item.round or item.of != epc or member.party_id in self.via) and item.epc not in self.rounds.items:
                        back[item.epc] = depth

    def _extend(self, starts: dict[str, int], back: dict[str, int], snapshot: Snapshot) -> None:
        self.walk.extend(snapshot, starts)
        self.rounds.extend(snapshot, back)

    def _suppliers(self, snapshot: Snapshot) -> list[Member]:
        """Return the firms that have handed goods over to us, carriers left out."""
        found = []
        for member in self._members:
            keys = self.epcis.parties(member.party_id)
            known = snapshot.events_of(keys)
            if any(role is Role.SOURCE and key in origins(event, self.own) for key, links in known.items() for role, event in links):
                found.append(member)
        return found

    def _questions(self, member: Member, about: set[str]) -> list[str]:
        """Return what to ask a supplier: what was asked of us, what came back, and what of ours that contains it went to that supplier."""
        keys = self.epcis.parties(member.party_id)
        sent = {item for item, moves in self.walk.moves.items() if any(receivers(event) & keys for event in moves.values())}
        fresh = sorted(one for one in {*about, *sent} if (member.party_id, one) not in self._asked)
        self._asked.update((member.party_id, one) for one in fresh)
        return fresh

    async def _ask(self, member: Member, epcs: list[str]) -> list[Contained]:
        """Return what a supplier says contains one of ``epcs``; a refusal is a gap."""
        found: list[Contained] = []
        via = ",".join((*self.via, self.epcis.guard.firm().party_id))
        for start in range(0, len(epcs), AT_ONCE):
            asked = "|".join(epcs[start : start + AT_ONCE])
            path = f"/api/v1/trace/contains?epc={quote(asked, safe='')}&via={quote(via, safe=',')}"
            try:
                answer = msgspec.json.decode(await self.partner_data.fetch(member.party_id, DATASET, path), type=Contains)
            except Problem as problem:
                self.gaps[asked, member.name] = Gap(asked, member.name, problem.detail or problem.kind.title)
                continue
            except msgspec.MsgspecError as error:
                self.gaps[asked, member.name] = Gap(asked, member.name, f"its answer cannot be read: {error}")
                continue
            self.gaps.update(((gap.epc, gap.firm), gap) for gap in answer.gaps)
            found += (item for item in answer.items if item.of in self.walk.items)
        self.returned.update(item.of for item in found)
        return found
