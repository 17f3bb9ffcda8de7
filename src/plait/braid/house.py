"""The rooms as reactions see them; filled by ``node.py``."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from plait.circulation.epcis.service import EpcisService
from plait.circulation.passport.service import PassportService
from plait.infrastructure.machines.service import MachineService
from plait.infrastructure.past.service import HistoryService
from plait.infrastructure.resolve.service import ResolveService
from plait.infrastructure.twin.service import TwinService
from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import BusinessClock
from plait.kernel.facts import Fact
from plait.kernel.firm import Firm
from plait.kernel.ports import Directory, Guard, PartnerData
from plait.labour.studio.service import LabelService
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.desk.arrivals import ArrivalDesk
from plait.manufacturing.desk.book.service import BookService
from plait.manufacturing.desk.inbox.service import InboxService
from plait.manufacturing.desk.offers.service import OfferService
from plait.manufacturing.desk.ordering import OrderDesk
from plait.manufacturing.desk.quoting import QuoteDesk
from plait.manufacturing.line.measured.service import MeasuredService
from plait.manufacturing.line.service import LineService
from plait.manufacturing.part.service import PartService
from plait.manufacturing.schedule.service import ScheduleService
from plait.manufacturing.trade.intake import IntakeService
from plait.manufacturing.trade.options import OptionService
from plait.manufacturing.trade.outside import OutsideService
from plait.manufacturing.trade.service import TradeService
from plait.sharing.guest.service import GuestService
from plait.store import Store

__all__ = ["House", "React", "Reaction"]


@dataclass(frozen=True)
class House:
    """Every room a reaction may call, and who acts: the node itself."""

    store: Store
    guard: Guard
    clock: BusinessClock
    directory: Directory
    partners: PartnerData
    parts: PartService
    capabilities: CapabilityService
    schedule: ScheduleService
    trade: TradeService
    options: OptionService
    outside: OutsideService
    guests: GuestService
    intake: IntakeService
    quotes: QuoteDesk
    orders: OrderDesk
    arrivals: ArrivalDesk
    book: BookService
    inbox: InboxService
    offers: OfferService
    line: LineService
    measured: MeasuredService
    machines: MachineService
    past: HistoryService
    epcis: EpcisService
    passports: PassportService
    labels: LabelService
    twins: TwinService
    resolver: ResolveService

    @property
    def firm(self) -> Firm:
        """Our own firm as it is known now."""
        return self.guard.firm()

    @property
    def me(self) -> Actor:
        """The actor of what the node does of its own accord."""
        return system_actor(self.guard.firm().party_id)


React = Callable[[House, Fact, Any], Awaitable[None]]


@dataclass(frozen=True)
class Reaction:
    """When a fact of one of ``kinds`` is known, do ``react``; ``name`` is its durable cursor."""

    name: str
    kinds: frozenset[str]
    react: React
