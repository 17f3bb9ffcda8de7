"""What the console may ask: the services of every room, put together by ``node.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from plait.apps.service import AppService
from plait.circulation.epcis.service import EpcisService
from plait.circulation.passport.service import PassportService
from plait.circulation.trace.service import TraceService
from plait.identity.people.badges.service import BadgeService
from plait.identity.people.service import PeopleService
from plait.identity.service import Identity
from plait.infrastructure.alarms.service import AlarmService
from plait.infrastructure.machines.connect.service import ConnectService
from plait.infrastructure.machines.practice.service import PracticeService
from plait.infrastructure.machines.service import MachineService
from plait.infrastructure.meaning.service import MeaningService
from plait.infrastructure.past.service import HistoryService
from plait.infrastructure.signals.service import SignalService
from plait.infrastructure.twin.service import TwinService
from plait.kernel.clock import BusinessClock
from plait.labour.studio.service import LabelService
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.desk.room import DeskRoom
from plait.manufacturing.line.floor.service import FloorService
from plait.manufacturing.line.measured.service import MeasuredService
from plait.manufacturing.line.service import LineService
from plait.manufacturing.part.service import PartService
from plait.manufacturing.schedule.service import ScheduleService
from plait.manufacturing.schedule.site.service import SiteService
from plait.manufacturing.trade.options import OptionService
from plait.manufacturing.trade.service import TradeService
from plait.observatory.service import ObservatoryService
from plait.overview.braid.service import BraidService
from plait.overview.chart.service import ChartService
from plait.overview.find.service import FindService
from plait.overview.network.service import NetworkService
from plait.overview.orders.requests import RequestService
from plait.overview.orders.service import OrderService
from plait.overview.parts.service import PartsService
from plait.overview.today.service import TodayService
from plait.overview.trace.service import StoryService
from plait.overview.wall.service import WallService
from plait.sharing.guest.service import GuestService
from plait.sharing.room import Sharing
from plait.store import Store
from plait.upkeep.backup.service import BackupService
from plait.upkeep.health.service import HealthService
from plait.upkeep.phones.service import PhonesService
from plait.upkeep.plugins import PluginService
from plait.upkeep.support.service import SupportService

__all__ = ["Rooms"]


@dataclass(frozen=True)
class Rooms:
    """The services; ``url`` tells the node's address, ``folder`` its data folder."""

    store: Store
    clock: BusinessClock
    folder: Path
    url: Callable[[], str]
    identity: Identity
    people: PeopleService
    badges: BadgeService
    machines: MachineService
    connect: ConnectService
    meaning: MeaningService
    alarms: AlarmService
    practice: PracticeService
    past: HistoryService
    signals: SignalService
    twins: TwinService
    parts: PartService
    capabilities: CapabilityService
    schedule: ScheduleService
    sites: SiteService
    trade: TradeService
    options: OptionService
    line: LineService
    measured: MeasuredService
    floor: FloorService
    desk: DeskRoom
    epcis: EpcisService
    trace: TraceService
    stories: StoryService
    passports: PassportService
    labels: LabelService
    sharing: Sharing
    guests: GuestService
    observatory: ObservatoryService
    backups: BackupService
    health: HealthService
    support: SupportService
    plugins: PluginService
    phones: PhonesService
    today: TodayService
    find: FindService
    network: NetworkService
    orders: OrderService
    requests: RequestService
    chart: ChartService
    stocks: PartsService
    braids: BraidService
    wall: WallService
    apps: AppService
