"""The verbs of apps: list, set, ask."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog

import plait.apps.oee.model  # noqa: F401 - registers the kinds of facts of what comes with the node
from plait.apps import tables
from plait.apps.gather import Gather
from plait.apps.model import APP_OFF, BAD_APP, AppPlugin, AppReport, AppSet, AppSetting, AppView, Split
from plait.apps.plugins import APPS
from plait.infrastructure.signals.service import SignalService
from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.kernel.problems import INVALID, Problem
from plait.store import Store, Tx

__all__ = ["AppService"]

ALL = Scope(everything=True)
USUAL = timedelta(days=1)
_log = structlog.get_logger("plait.apps")


class AppService:
    """The firm's apps. An app nobody has set is on, with its defaults."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, signals: SignalService) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self._gather = Gather(store, signals)
        self._telling = False

    async def open(self) -> None:
        """Have the apps that write facts write those of days that are over, and go on doing so."""
        await self._tell_again()

    async def apps(self, actor: Actor) -> list[AppView]:
        """Return all apps, also those that cannot be loaded and why."""
        self._own(actor, "apps.read")
        known = await self.store.read(lambda conn: tables.settings(conn, ALL))
        return [_view(name, known) for name in APPS.names()]

    async def app(self, actor: Actor, name: str) -> AppView:
        """Return one app; raise ``no-such-app``."""
        self._own(actor, "apps.read")
        APPS.load(name)
        return _view(name, await self.store.read(lambda conn: tables.settings(conn, ALL)))

    async def set(self, actor: Actor, name: str, setting: AppSetting) -> AppView:
        """Switch an app on or off and set it; the same again changes nothing. Raise ``no-such-app`` or ``bad-app``."""
        self._own(actor, "apps.write")
        plugin = APPS.load(name)
        _config(plugin, setting.config)

        def work(tx: Tx) -> None:
            if tables.settings(tx.conn, ALL).get(name, AppSetting()) != setting:
                tables.put_setting(tx.conn, name, setting)
                tx.append(f"app/{name}", AppSet(name, setting.on, setting.config))

        await self.store.write(actor, work)
        await self._tell_again()
        return await self.app(actor, name)

    async def report(self, actor: Actor, name: str, since: datetime | None = None, until: datetime | None = None, split: Split = "span") -> AppReport:
        """Return what an app finds of the time (default: the last day); raise ``no-such-app``, ``app-off``, ``bad-app``."""
        self._own(actor, "apps.read")
        for moment, field in ((since, "since"), (until, "until")):
            if moment is not None and moment.tzinfo is None:
                raise Problem(INVALID, f"{field}: say the offset from UTC.", field=field)
        plugin = APPS.load(name)
        setting = (await self.store.read(lambda conn: tables.settings(conn, ALL))).get(name, AppSetting())
        if not setting.on:
            raise Problem(APP_OFF, f"{plugin.title} is off.")
        config = _config(plugin, setting.config)
        now = self.clock.now()
        until = until or now
        since = since or until - USUAL
        inputs = await self._gather.inputs(actor, plugin, config, since, until, now, self.guard.firm().zone, split)
        return await asyncio.to_thread(plugin.report, inputs, config)

    def _own(self, actor: Actor, action: str) -> None:
        self.guard.require(actor, action)
        self.guard.scope(actor, "read", "app").own("Apps")

    async def _tell_again(self) -> None:
        """Let each app that wants to write the facts of yesterday, once; and wake again after midnight while there is such an app."""
        telling = [(plugin, config) for plugin, config in await self._on() if plugin.tell is not None and getattr(config, "note_days", False)]
        zone = ZoneInfo(self.guard.firm().zone)
        today = self.clock.now().astimezone(zone).date()
        for plugin, config in telling:
            await self._tell(plugin, config, zone)
        if telling and not self._telling:
            self._telling = True
            self.clock.at(datetime.combine(today + USUAL, time(0, 1), zone).astimezone(UTC), "apps/day", self._next_day)

    async def _next_day(self) -> None:
        self._telling = False
        await self._tell_again()

    async def _tell(self, plugin: AppPlugin, config: Any, zone: ZoneInfo) -> None:
        today = self.clock.now().astimezone(zone).date()
        day = (today - USUAL).isoformat()
        since, until = (datetime.combine(each, time(), zone).astimezone(UTC) for each in (today - USUAL, today))
        me = system_actor(self.guard.firm().party_id, f"app.{plugin.name}")
        if await self.store.read(lambda conn: tables.told(conn, ALL, plugin.name)) >= day:
            return
        inputs = await self._gather.inputs(me, plugin, config, since, until, self.clock.now(), zone.key, "span")
        assert plugin.tell is not None
        facts = plugin.tell(inputs, config)

        def work(tx: Tx) -> None:
            if tables.told(tx.conn, ALL, plugin.name) < day:
                for body in facts:
                    tx.append(f"app/{plugin.name}", body)
                tables.put_told(tx.conn, plugin.name, day)

        await self.store.write(me, work)

    async def _on(self) -> list[tuple[AppPlugin, Any]]:
        known = await self.store.read(lambda conn: tables.settings(conn, ALL))
        found = []
        for name, setting in known.items():
            if setting.on and name in APPS.names():
                try:
                    plugin = APPS.load(name)
                    found.append((plugin, _config(plugin, setting.config)))
                except Problem as problem:
                    _log.warning("an app cannot be used", app=name, why=problem.detail)
        return found


def _config(plugin: AppPlugin, config: Mapping[str, Any]) -> Any:
    try:
        return msgspec.convert(dict(config), plugin.config)
    except msgspec.ValidationError as error:
        raise Problem(BAD_APP, f"config: {error}", field="config") from error


def _view(name: str, known: Mapping[str, AppSetting]) -> AppView:
    setting = known.get(name, AppSetting())
    try:
        plugin = APPS.load(name)
        config = msgspec.to_builtins(_config(plugin, setting.config))
    except Problem as problem:
        return AppView(name, name, "", setting.on, setting.config, trouble=problem.detail)
    except Exception as error:  # noqa: BLE001 - a stranger's module may raise whatever it likes
        return AppView(name, name, "", setting.on, setting.config, trouble=f"{type(error).__name__}: {error}")
    return AppView(name, plugin.title, plugin.summary, setting.on, config, plugin.screen)
