"""The composition root: builds a node from its settings, binds the ports, mounts the routes, starts it, stops it."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from plait import __version__
from plait.apps.plugins import APPS
from plait.apps.service import AppService
from plait.apps.shift import shift_goals
from plait.bindings import badge_drawn, clock_of, symbol, taking
from plait.braid import House, Reaction, reactions
from plait.braid.figures import figures
from plait.circulation.epcis.service import EpcisService
from plait.circulation.epcis.tables import metadata as events_metadata
from plait.circulation.passport.service import PassportService
from plait.circulation.trace.service import TraceService
from plait.console.door import Console
from plait.console.rooms import Rooms
from plait.identity.people.badges.service import BadgeService
from plait.identity.people.links import LoginLinks
from plait.identity.people.service import PeopleService
from plait.identity.service import Identity
from plait.infrastructure.alarms.notify import Messenger
from plait.infrastructure.alarms.service import AlarmService
from plait.infrastructure.machines.connect.service import ConnectService
from plait.infrastructure.machines.practice.service import PracticeService
from plait.infrastructure.machines.push.service import PushService
from plait.infrastructure.machines.service import MachineService
from plait.infrastructure.meaning.service import MeaningService
from plait.infrastructure.meaning.stream import Stream
from plait.infrastructure.mqtt import Broker, BrokerIngest
from plait.infrastructure.mqtt.service import DeviceService
from plait.infrastructure.past.service import HistoryService
from plait.infrastructure.resolve.service import ResolveService
from plait.infrastructure.signals.service import SignalService
from plait.infrastructure.signals.tend import Keep
from plait.infrastructure.sparkplug.room import expect_sparkplug, sparkplug_jobs
from plait.infrastructure.twin.service import TwinService
from plait.kernel.activity import Activity
from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM, SteppedClock
from plait.kernel.facts import Fact, decode
from plait.kernel.os import host_names, private_dir, stop_signals, write_whole
from plait.kernel.problems import Problem
from plait.kernel.settings import Settings, load
from plait.kernel.stepped import Participant
from plait.labour.studio.service import LabelService, drawn
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.desk.room import Floor, build_desk
from plait.manufacturing.line.floor.service import FloorService
from plait.manufacturing.line.measured.service import MeasuredService
from plait.manufacturing.line.service import LineService
from plait.manufacturing.line.stations import stations
from plait.manufacturing.part.service import PartService
from plait.manufacturing.schedule.service import ScheduleService
from plait.manufacturing.schedule.site.service import SiteService
from plait.manufacturing.trade.intake import IntakeService
from plait.manufacturing.trade.options import OptionService
from plait.manufacturing.trade.outside import OutsideService
from plait.manufacturing.trade.service import TradeService
from plait.observatory.service import ObservatoryService
from plait.overview.braid.service import BraidService
from plait.overview.chart.service import ChartService
from plait.overview.find.service import FindService
from plait.overview.network.service import NetworkService
from plait.overview.orders.requests import RequestService
from plait.overview.orders.service import OrderService
from plait.overview.parts.service import PartsService
from plait.overview.today.room import build_today
from plait.overview.today.sources.alarms import alarms as alarm_needs
from plait.overview.trace.service import StoryService
from plait.overview.wall.room import build_wall
from plait.public.entry.service import EntryPages
from plait.public.guest.service import GuestPages
from plait.public.operator.service import OperatorPages
from plait.public.service import PublicService
from plait.routes import APIS
from plait.sharing.guest.buying import BuyingService
from plait.sharing.guest.past import PastService
from plait.sharing.guest.room import GuestRooms, build_guests
from plait.sharing.room import build_sharing
from plait.store import Blobs, Database, Store, metadata
from plait.upkeep import housekeeping
from plait.upkeep.backup.service import BackupService
from plait.upkeep.health.folder import local
from plait.upkeep.health.model import Check
from plait.upkeep.health.service import HealthService
from plait.upkeep.logs import configure
from plait.upkeep.metrics import MetricsService
from plait.upkeep.mqtt import listen as listen_mqtt
from plait.upkeep.phones.service import PhonesService
from plait.upkeep.plugins import PluginService
from plait.upkeep.support.service import SupportService
from plait.upkeep.tracing import OtelSpans, tracing
from plait.web import build_app, serve
from plait.web.border import host_of
from plait.web.client import PartnerClient, origin_of
from plait.web.security import by_tls

__all__ = ["Node", "run"]

_log = structlog.get_logger("plait.node")


class Node:
    """One firm's node. ``start`` returns when it takes requests; ``stop`` when everything is on disk and closed."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = private_dir(folder)
        self.settings = settings
        self.activity = Activity()
        self.clock = clock_of(settings, self.activity, folder)
        self.clock.on_error = lambda timer, error: _log.error("a timer failed and is tried again", timer=timer, exc_info=error)
        self._opened = contextlib.AsyncExitStack()
        self._missing = ["starting"]
        self.ended = asyncio.Event()
        http = settings.http
        self.url = http.public_url or f"http://{http.host}:{http.port}"

    async def start(self) -> None:
        """Open the stores, build the rooms, take up what was under way, and answer requests."""
        await self._join_time()
        self.store = Store(self.settings.store.url or f"sqlite:///{self.folder / 'plait.db'}", metadata, self.clock, self.activity)
        self.events = Database(self.settings.store.events_url or f"sqlite:///{self.folder / 'events.db'}", events_metadata, self.clock, self.activity)
        self.spans = tracing(self.settings.tracing, self.settings.firm.name or self.folder.name)
        if isinstance(self.spans, OtelSpans):
            self._opened.push_async_callback(asyncio.to_thread, self.spans.close)
        self.client = PartnerClient(self.settings.network.trusted, spans=self.spans)
        with self.activity.hold("start"):
            self.identity = Identity(self.store, self.folder, self.client, lambda: self.url, self.clock)
            self.people = PeopleService(self.store, self.identity, self.settings.people, lambda: by_tls() or self.url.startswith("https://"))
            self._network()
            self._strands()
            self._desk()
            for reaction in reactions():
                self.store.follow(reaction.name, reaction.kinds, self._follower(reaction), start="begin")
            await self._open()
            await self._listen()
            self._missing.clear()

    async def _join_time(self) -> None:
        if isinstance(self.clock, SteppedClock):
            participant = Participant.from_env(self.settings.firm.name, self.clock, self.activity)
            token = self.activity.hold("join")
            await participant.join()
            self._task(lambda: self._conducted(participant))
            self._joined = token

    async def _conducted(self, participant: Participant) -> None:
        """Take part in stepped time until the conductor goes away, which ends the run."""
        await participant.run()
        self.ended.set()

    def _task(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.create_task(lasting(work))

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        self._opened.push_async_callback(end)

    def _network(self) -> None:
        """Identity and sharing, which know each other only through ports."""
        store, guard, clock = self.store, self.identity, self.clock
        self.sharing = build_sharing(store, guard, clock, self.client, self.identity)
        self.identity.contracts = self.sharing.contracts
        self.identity.directory = self.sharing.directory

    def _strands(self) -> None:
        store, guard, clock = self.store, self.identity, self.clock
        lake = self.settings.signals
        keep = Keep(lake.raw_days, lake.minute_days, lake.hour_days)
        self.signals = SignalService(store, guard, clock, self.folder / "lake", segment_bytes=lake.segment_mb << 20, roll_hours=lake.roll_hours, keep=keep)
        self.mqtt = Broker(self.folder / "mqtt", self.settings.mqtt, self.activity, clock.now)
        self.devices = DeviceService(store, guard, self.mqtt)
        every, ingest = self.settings.machines.publishing_ms, BrokerIngest(self.mqtt)
        self.machines = MachineService(store, guard, clock, self.activity, self.signals, self.folder / "machines", every, ingest=ingest)
        self.stream = Stream(store, guard, clock, self.signals)
        self.meaning = MeaningService(self.machines, self.stream)
        self.alarms = AlarmService(self.meaning, self.settings.alarms)
        self.connect = ConnectService(self.machines, self.signals, guard)
        self.past = HistoryService(store, guard)
        self.apps = AppService(store, guard, clock, self.signals)
        self.practice = PracticeService(store, guard, self.machines, self.folder / "practice", real_time=self.settings.clock.kind == "wall")
        self.wall = build_wall(store, guard, clock, self.machines, self.past, self.signals, self.alarms, partial(shift_goals, self.apps))
        self.twins = TwinService(store, guard, clock, ())
        self.resolver = ResolveService(store, guard, clock)
        self.parts = PartService(store, guard, clock)
        self.capabilities = CapabilityService(store, guard, clock)
        self.schedule = ScheduleService(store, guard, clock)
        self.sites = SiteService(store, guard, clock)
        self.trade = TradeService(store, guard, clock, self.identity, self.sharing.directory)
        self.options = OptionService(self.trade)
        self.outside = OutsideService(self.options)
        self.intake = IntakeService(self.trade)
        self.measured = MeasuredService(store, guard, self.settings.cycles)
        self.line = LineService(store, guard, clock, self.machines, stations, taking(self.parts))
        pace = self.settings.clock.factor if self.settings.clock.kind == "scaled" else 1.0
        self.floor = FloorService(self.line, Blobs(self.folder / "blobs"), self.settings.line, self.people.name_of, self._place_code, pace)
        self.badges = BadgeService(self.people, symbol, badge_drawn, self._for_phones)
        self.epcis = EpcisService(self.events, store, guard, clock, self.sharing.directory)
        self.trace = TraceService(self.epcis, store, guard, clock, self.sharing.directory, self.sharing.data)
        self.passports = PassportService(store, guard, clock, self.epcis)
        self.labels = LabelService(store, guard, clock, self.settings.labels.printer)
        self.backups = BackupService(store, self.events, guard, self.folder, self.settings.backup, self.signals.still, self.mqtt.still)

    def _desk(self) -> None:
        store, guard, clock = self.store, self.identity, self.clock
        floor = Floor(self.parts, self.capabilities, self.schedule, self.trade, self.options, self.intake, self.line, self._contract, symbol, drawn)
        self.desk = desk = build_desk(store, guard, clock, floor, self.folder, self.settings.desk, self.settings.mailbox)
        things = GuestRooms(desk, self.outside, self.passports)
        self.guests = build_guests(store, guard, clock, self.identity, things, symbol, self.settings.guest.days)
        self.house = House(
            store=store,
            guard=guard,
            clock=clock,
            directory=self.sharing.directory,
            partners=self.sharing.data,
            parts=self.parts,
            capabilities=self.capabilities,
            schedule=self.schedule,
            trade=self.trade,
            options=self.options,
            outside=self.outside,
            guests=self.guests,
            intake=self.intake,
            quotes=desk.quotes,
            orders=desk.orders,
            arrivals=desk.arrivals,
            book=desk.book,
            inbox=desk.inbox,
            offers=desk.offers,
            line=self.line,
            measured=self.measured,
            machines=self.machines,
            past=self.past,
            epcis=self.epcis,
            passports=self.passports,
            labels=self.labels,
            twins=self.twins,
            resolver=self.resolver,
        )
        house = self.house
        self.observatory = ObservatoryService(store, guard, clock, self.sharing.directory, self.sharing.data, lambda: figures(house))
        self.stories = StoryService(self.trace, store, guard)
        self.braids = BraidService(store, guard, clock, self.sharing.directory, self.epcis, self.trace, desk.late.line)
        self.find = FindService(store, self.events, guard, self.sharing.directory)
        self.network = NetworkService(store, guard, clock, self.sharing.directory)
        self.today = build_today(
            store,
            guard,
            clock,
            self.sharing.directory,
            desk.late,
            self._findings,
            lambda: not local(self.settings.http.host),
            {"alarms": alarm_needs(self.alarms.inbox)},
        )
        self.orders = OrderService(store, guard, clock, self.today.late.known)
        self.requests = RequestService(store, guard, clock, self.capabilities, self.people.name_of)
        self.chart = ChartService(store, guard, clock, self.today.late.known, desk.late.proposed)
        self.parts_shown = PartsService(store, guard, desk.attachments, self.people.name_of)

    async def _for_phones(self) -> str:
        """Return the address that telephones in the workshop open: the public one, else where they are let in, else ours."""
        return self.settings.http.public_url.rstrip("/") or await self.phones.address() or self.identity.firm().url

    async def _place_code(self, path: str) -> str:
        return symbol("qr", await self._for_phones() + path)

    async def _findings(self, actor: Actor) -> Sequence[Check]:
        return (await self.health.report(actor)).checks

    async def _contract(self, actor: Actor, party: str, dataset: str) -> None:
        await self.sharing.people.negotiate(actor, party, dataset)

    def _follower(self, reaction: Reaction) -> Callable[[Fact], Awaitable[None]]:
        async def follow(fact: Fact) -> None:
            with self.spans.span(f"react {reaction.name}") as span:
                span.set(plait__fact__kind=fact.kind, plait__fact__seq=fact.seq)
                await reaction.react(self.house, fact, decode(fact))

        return follow

    async def _open(self) -> None:
        closing = self._opened.push_async_callback
        closing(self.client.close)
        for opened in (self.events, self.store, self.signals, self.epcis):
            if opened is self.signals:
                await self.identity.open(self.settings.firm.name)
                await self.people.open()
                self.identity.people_in = self.people
            await opened.open()
            closing(opened.close)
        await self.backups.arrived()
        await self.line.open()
        await self.sites.open()
        await self.apps.open()
        await self.desk.open()
        await self.guests.open()
        closing(self.today.late.close)

    async def _listen(self) -> None:
        http = self.settings.http
        self.metrics = MetricsService(self.store, self.identity, self.activity, self.folder, self.settings, self.client.breakers, self.backups, self.mqtt)
        most, draw = self.settings.limits.connections, partial(symbol, "qr")
        self.phones = PhonesService(self.store, self.identity, self.folder, self.settings.phones, self._names, draw, most)
        lines, mail = self.client.breakers, self.desk.mail_trouble
        self.health = HealthService(
            self.store, self.identity, self.activity, self.folder, self.settings, lines, self.backups, mail, self.phones.trouble, self.mqtt
        )
        self.plugins = PluginService(self.identity, (APPS,))
        self.support = SupportService(self.store, self.identity, self.metrics)
        self.links = LoginLinks(self.people, self.identity, self._here, alone=local(http.host))
        services: dict[type, Any] = {
            type(service): service
            for service in (
                self.identity,
                self.people,
                self.machines,
                self.connect,
                self.meaning,
                self.alarms,
                self.devices,
                PushService(self.store, self.identity, BrokerIngest(self.mqtt)),
                self.practice,
                self.signals,
                self.apps,
                self.twins,
                self.resolver,
                self.parts,
                self.capabilities,
                self.schedule,
                self.trade,
                self.options,
                self.intake,
                self.line,
                self.measured,
                self.floor,
                self.badges,
                OperatorPages(self.badges, self.floor),
                self.sites,
                *self.desk.services(),
                self.guests,
                GuestPages(self.guests),
                BuyingService(self.guests, self.outside),
                PastService(self.store, self.identity, self.identity, self.sharing.directory, self.sharing.mail),
                self.links,
                self.phones,
                EntryPages(self.people, self.links),
                self.epcis,
                self.trace,
                self.passports,
                self.labels,
                self.observatory,
                self.braids,
                self.stories,
                self.today.service,
                self.find,
                self.network,
                self.orders,
                self.requests,
                self.chart,
                self.wall,
                self.parts_shown,
                self.backups,
                self.store,
                PublicService(self.identity, self.clock, self.capabilities, self.passports, self.desk.asked if self.settings.desk.request_form else None),
                self.health,
                self.support,
                self.plugins,
                self.metrics,
                *self.sharing.services(),
            )
        }
        app = build_app(
            APIS,
            services,
            self.identity,
            self.activity,
            self.clock,
            version=__version__,
            ready=lambda: tuple(self._missing),
            limit=http.body_limit,
            limits=self.settings.limits,
            names=self._names,
            seen=self.metrics.seen,
            secure=self.url.startswith("https://"),
            spans=self.spans,
            origin=lambda: origin_of(self.url),
            extra=self._console().routes(),
        )
        self.server = await serve(app, http.host, http.port, connections=self.settings.limits.connections, proxies=http.proxies)
        self._opened.push_async_callback(self.server.stop)
        if not http.public_url:
            self.url = self.server.url
        write_whole(self.folder / "address", self.server.url.encode())
        self._opened.push_async_callback(self.phones.close)
        await self.phones.open(app)
        await self._go()

    def _console(self) -> Console:
        """Return the console, which asks every room and is loaded when somebody comes."""
        rooms = Rooms(
            store=self.store,
            clock=self.clock,
            folder=self.folder,
            url=lambda: self.url,
            identity=self.identity,
            people=self.people,
            badges=self.badges,
            machines=self.machines,
            connect=self.connect,
            meaning=self.meaning,
            alarms=self.alarms,
            practice=self.practice,
            past=self.past,
            signals=self.signals,
            twins=self.twins,
            parts=self.parts,
            capabilities=self.capabilities,
            schedule=self.schedule,
            sites=self.sites,
            trade=self.trade,
            options=self.options,
            line=self.line,
            measured=self.measured,
            floor=self.floor,
            desk=self.desk,
            epcis=self.epcis,
            trace=self.trace,
            stories=self.stories,
            passports=self.passports,
            labels=self.labels,
            sharing=self.sharing,
            guests=self.guests,
            observatory=self.observatory,
            backups=self.backups,
            health=self.health,
            support=self.support,
            plugins=self.plugins,
            phones=self.phones,
            today=self.today.service,
            find=self.find,
            network=self.network,
            orders=self.orders,
            requests=self.requests,
            chart=self.chart,
            stocks=self.parts_shown,
            braids=self.braids,
            wall=self.wall,
            apps=self.apps,
        )
        console = Console(rooms)
        self._opened.push_async_callback(console.aclose)
        return console

    def _here(self) -> str:
        """Return the node's address on its own computer."""
        host = "localhost" if self.server.host in {"0.0.0.0", "::"} else self.server.host  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.server.port}"

    def _names(self) -> frozenset[str]:
        """Return the host names under which the node answers."""
        firm = self.identity.firm()
        return frozenset({*host_names(), *self.settings.http.names, host_of(firm.url), host_of(firm.resolver_url)})

    async def _go(self) -> None:
        """Let messages out and time in."""
        await self.sharing.moves.open(moved=await self.identity.moved())
        await self.identity.arrived()
        mail = self.sharing.mail
        if isinstance(self.clock, SteppedClock):
            self.store.outbox.turns(self.clock, mail)
            self._joined.release()
        else:
            self._task(lambda: self.store.outbox.run(mail))
            self._task(self.clock.run)
        self._task(lambda: housekeeping.run(self.store, self.client.breakers.clocks))
        self._task(self.health.run)
        self._task(self.backups.run)
        self._task(self.signals.run)
        self._task(self.phones.run)
        for standing in self.desk.jobs:
            self._task(standing)
        self._opened.push_async_callback(self.mqtt.stop)
        await self.devices.open()
        ingest = BrokerIngest(self.mqtt)
        await expect_sparkplug(self.settings, ingest)
        await listen_mqtt(self.mqtt, self.folder / "mqtt", self._names)
        for each in sparkplug_jobs(self.settings, ingest, self.signals, lambda: self.house.me, self.folder / "sparkplug"):
            self._opened.push_async_callback(each.close)
            self._task(each.run)
        await self._open_meaning()
        self._opened.push_async_callback(self.machines.close)
        await self.machines.open()
        self._opened.push_async_callback(self.connect.close)
        self._opened.push_async_callback(self.practice.close)
        await self.practice.open()
        self._task(self.practice.run)
        self._opened.push_async_callback(self.sharing.people.close)
        await self.sharing.people.open()
        if self.settings.network.seed:
            self._task(lambda: self._join_network(self.settings.network.seed))

    async def _open_meaning(self) -> None:
        """Let rules and alarms go on from where they had come to, before machines are heard."""
        self._opened.callback(self.stream.close)
        self.stream.open()
        await self.meaning.open()
        self._opened.callback(self.alarms.close)
        await self.alarms.open()
        self._task(Messenger(self.alarms, self.client, self.folder).run)

    async def _join_network(self, seed: str) -> None:
        """Join by the seed's address; while it is away, try again (1 s, doubling to a minute)."""
        pause = 1.0
        while True:
            try:
                await self.sharing.directory.join(self.house.me, seed)
                return
            except Problem as problem:
                _log.warning("the seed cannot be joined", seed=seed, code=problem.code, pause_s=pause)
            await SYSTEM.sleep(pause)
            pause = min(60.0, pause * 2)

    async def aclose(self) -> None:
        """Take no more requests, finish what is under way, close everything that was opened."""
        self._missing.append("stopping")
        await self._opened.aclose()


async def lasting(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do one of the node's standing jobs until it ends by itself; one that trips is logged and begun again (after 1 s, doubling to a minute)."""
    pause = 1.0
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - the rest of the node must not go without it
            _log.error("a standing job tripped and is begun again", pause_s=pause, exc_info=error)
        else:
            return
        await SYSTEM.sleep(pause)
        pause = min(60.0, pause * 2)


async def run(folder: Path, flags: dict[str, Any], greet: Callable[[str, str, Path, str], None], *, invite: bool = False) -> None:
    """Run a node in ``folder`` until somebody asks it to stop.

    ``greet`` is told (name, address, folder, link) once it is up; the link signs in once and is made when ``invite``, else it is empty.
    """
    settings = load(folder, os.environ, flags)
    configure(settings.logs, private_dir(folder))
    node = Node(folder, settings)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.call_soon_threadsafe(node.ended.set)

    stop_signals(stop)
    async with contextlib.aclosing(node):
        await node.start()
        link = (await node.links.make(node.house.me)).url if invite else ""
        greet(node.identity.firm().name, node.url, folder, link)
        await node.ended.wait()
