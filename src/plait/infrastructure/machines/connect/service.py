"""The verbs of connecting: adapters, find, try, offers, propose, connect; and where everything stands."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog

from plait.infrastructure.machines import tables
from plait.infrastructure.machines.connect import rules
from plait.infrastructure.machines.connect.meanings import MEANINGS
from plait.infrastructure.machines.connect.model import (
    AdapterView,
    Connected,
    ConnectWanted,
    Device,
    Equipment,
    FindWanted,
    KeptOffersWanted,
    MeaningView,
    Offers,
    OffersWanted,
    Proposal,
    Proposed,
    Reconnect,
    Search,
    SignalsView,
    Trial,
    Tried,
    Why,
)
from plait.infrastructure.machines.connect.probe import diagnose
from plait.infrastructure.machines.connect.tree import kept_view, tree
from plait.infrastructure.machines.model import BAD_MACHINE, AdapterPlugin, Found, LinkLost, Machine, Offered
from plait.infrastructure.machines.plugins import ADAPTERS
from plait.infrastructure.machines.service import MachineService, checked, converted
from plait.infrastructure.signals import SignalService
from plait.infrastructure.signals.model import Series
from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import SYSTEM
from plait.kernel.ports import Guard
from plait.kernel.problems import Problem, register

__all__ = ["ConnectService"]

SEARCHING = register("search-running", 409, "A search of the network runs already", "Wait until it has ended, or look at what it has found.")
ALL = Scope(everything=True)
TRY_S = 30.0
AT_ONCE = 4
KEPT, KEPT_S = 4, 120.0

_log = structlog.get_logger("plait.connect")


class ConnectService:
    """The way from a device on the network to a machine of the firm."""

    def __init__(self, machines: MachineService, signals: SignalService, guard: Guard) -> None:
        self.machines = machines
        self.guard = guard
        self._signals = signals
        self._search = Search(running=False)
        self._task: asyncio.Task[None] | None = None
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._seen: dict[bytes, tuple[float, list[Offered]]] = {}

    async def close(self) -> None:
        """End a search that runs."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def adapters(self, actor: Actor) -> Sequence[AdapterView]:
        """Return every adapter there is, with the JSON Schema of its config; one that cannot be loaded is left out."""
        self.guard.require(actor, "machines.read")
        found, failed = await asyncio.to_thread(ADAPTERS.loadable)
        for why in failed:
            _log.warning("an adapter is left out", reason=why)
        return [_view(plugin) for plugin in found]

    # -- find

    async def find(self, actor: Actor, wanted: FindWanted) -> Search:
        """Search the network for devices and return how it stands at its end. Raise ``search-running`` and ``bad-machine``."""
        await self.begin(actor, wanted)
        task = self._task
        if task is not None:
            await asyncio.wait({task})
        return self._search

    async def begin(self, actor: Actor, wanted: FindWanted) -> Search:
        """Begin to search; ``search`` tells how it stands. Raise ``search-running`` and ``bad-machine``."""
        self.guard.require(actor, "machines.write")
        if self._task is not None and not self._task.done():
            raise Problem(SEARCHING, f"It asks for {', '.join(self._search.asked)}.")
        plugins = [ADAPTERS.load(name) for name in wanted.adapters] if wanted.adapters else ADAPTERS.loadable()[0]
        plugins = [plugin for plugin in plugins if plugin.find is not None]
        self._search = Search(running=True, asked=tuple(plugin.name for plugin in plugins))
        self._task = asyncio.create_task(self._look(plugins, wanted), name="plait-find")
        return self._search

    async def search(self, actor: Actor) -> Search:
        """Return how the last search stands."""
        self.guard.require(actor, "machines.read")
        return self._search

    async def _look(self, plugins: Sequence[AdapterPlugin], wanted: FindWanted) -> None:
        around = msgspec.structs.replace(self.machines.around, networks=wanted.networks)
        known = self._known()

        async def one(plugin: AdapterPlugin) -> None:
            assert plugin.find is not None
            why, devices = "", list[Device]()
            try:
                async with asyncio.timeout(wanted.seconds):
                    devices = [_device(plugin, found, known) for found in await plugin.find(around)]
            except TimeoutError:
                why = f"The search was not over after {wanted.seconds:g} s."
            except Problem as problem:
                why = problem.detail
            except Exception as error:  # noqa: BLE001 - an adapter that fails leaves the others' finds alone
                why = f"{type(error).__name__}: {error}"
                _log.warning("an adapter cannot search", adapter=plugin.name, exc_info=error)
            before = self._search
            self._search = msgspec.structs.replace(
                before,
                done=(*before.done, plugin.name),
                devices=(*before.devices, *devices),
                failed=before.failed | ({plugin.name: why} if why else {}),
            )

        try:
            await asyncio.gather(*(one(plugin) for plugin in plugins))
        finally:
            self._search = msgspec.structs.replace(self._search, running=False)

    def _known(self) -> dict[tuple[str, str], str]:
        """Return which machine is connected to which endpoint."""
        found = {}
        for row in self.machines.store.read_now(lambda conn: tables.machines(conn, ALL)):
            with contextlib.suppress(Problem):
                plugin, config = converted(row.machine.adapter, row.machine.config)
                found[plugin.name, plugin.endpoint(config)] = row.machine.id
        return found

    # -- try and see

    async def try_(self, actor: Actor, trial: Trial) -> Tried:
        """Try whether a config reaches its device; what is wrong is the answer and no refusal."""
        self.guard.require(actor, "machines.write")
        try:
            plugin, config = converted(trial.adapter, trial.config)
        except Problem as problem:
            return Tried(False, "config", problem.detail, rules.advice_for("config"), str(problem.extra.get("field", "config")))
        try:
            async with self._gate, asyncio.timeout(TRY_S):
                offered = await self._offered(plugin, config, fresh=True) if plugin.browse is not None else None
                if offered is None:
                    await self._reach(plugin, config, trial)
        except Problem as problem:
            return Tried(False, "config", problem.detail, (*rules.advice_for("config"), *plugin.advice), str(problem.extra.get("field", "")))
        except TimeoutError:
            return await self._failed(plugin, config, f"No answer within {TRY_S:g} s.", "timeout")
        except LinkLost as lost:
            return await self._failed(plugin, config, str(lost), rules.cause(str(lost)))
        except Exception as error:  # noqa: BLE001 - whatever a library raises is an answer here
            _log.info("a try failed", adapter=plugin.name, error=f"{type(error).__name__}: {error}")
            return await self._failed(plugin, config, f"{type(error).__name__}: {error}", rules.cause(str(error)))
        if offered is None:
            return Tried(True, "ok", "It answers.")
        if not offered:
            return Tried(True, "ok", "It answers, but offers no signal that can be chosen.", plugin.advice)
        return Tried(True, "ok", f"It answers and offers {len(offered)} signals.", offered=len(offered))

    async def _reach(self, plugin: AdapterPlugin, config: Any, trial: Trial) -> None:
        link = plugin.link(config, self.machines.around)
        try:
            await link.connect()
            await link.watch(Machine("trial", "Trial", "trial", trial.adapter, trial.config))
        finally:
            await link.close()

    async def _failed(self, plugin: AdapterPlugin, config: Any, text: str, why: Why) -> Tried:
        host, port = rules.where(config)
        if host and why in ("other", "timeout", "refused", "name"):
            asked, line = await diagnose(host, port)
            if line and (why == "other" or asked == "protocol" or (asked == "name" and why != "name")):
                why, text = asked, line if asked in ("protocol", "name") else f"{line} ({text})"
        return Tried(False, why, text[:500], (*rules.advice_for(why), *plugin.advice))

    async def _offered(self, plugin: AdapterPlugin, config: Any, *, fresh: bool = False) -> list[Offered]:
        """Return what a device offers, from memory while that is new, so that paging asks the device once."""
        assert plugin.browse is not None
        key = msgspec.json.encode((plugin.name, msgspec.to_builtins(config)), order="deterministic")
        at, offered = self._seen.get(key, (0.0, []))
        now = SYSTEM.monotonic()
        if fresh or not offered or now - at > KEPT_S:
            offered = list(await plugin.browse(config, self.machines.around))
            self._seen.pop(key, None)
            self._seen[key] = (now, offered)
            while len(self._seen) > KEPT:
                del self._seen[next(iter(self._seen))]
        return offered

    async def _browsed(self, trial: Trial | OffersWanted, *, fresh: bool = False) -> list[Offered]:
        plugin, config = converted(trial.adapter, trial.config)
        if plugin.browse is None:
            return []
        try:
            async with self._gate, asyncio.timeout(TRY_S):
                return await self._offered(plugin, config, fresh=fresh)
        except (LinkLost, TimeoutError) as error:
            tried = await self._failed(plugin, config, str(error) or f"No answer within {TRY_S:g} s.", rules.cause(str(error)))
            raise Problem(BAD_MACHINE, f"{tried.says} {' '.join(tried.advice[:1])}".strip()) from error

    async def offers(self, actor: Actor, wanted: OffersWanted) -> Offers:
        """Return what a device offers as it would be kept, a page of it. Raise ``bad-machine``."""
        self.guard.require(actor, "machines.write")
        return _page(rules.proposals(await self._browsed(wanted, fresh=wanted.fresh)), wanted)

    async def propose(self, actor: Actor, trial: Trial, title: str = "") -> Proposed:
        """Return the machine as it would be connected, with names, units, place and signals proposed. Raise ``bad-machine``."""
        self.guard.require(actor, "machines.write")
        found = rules.proposals(await self._browsed(trial))
        rows = await self.machines.store.read(lambda conn: tables.machines(conn, ALL))
        machine = rules.machine(trial.adapter, trial.config, title, found, frozenset(row.machine.id for row in rows))
        return Proposed(machine, len(found))

    async def connect(self, actor: Actor, wanted: ConnectWanted) -> Connected:
        """Try the machine and, unless it is ``dry``, add it with its signals in one transaction. What is wrong with it is refused before (``bad-machine``).

        A machine that does not answer is not added, unless it is to be ``untried``.
        """
        self.guard.require(actor, "machines.write")
        checked(wanted.machine)
        tried = await self.try_(actor, Trial(wanted.machine.adapter, wanted.machine.config))
        if wanted.dry or not (tried.ok or wanted.untried):
            return Connected(wanted.machine, tried, False)
        return Connected(await self.machines.add(actor, wanted.machine), tried, True)

    # -- what is connected already

    async def kept(self, actor: Actor, machine_id: str) -> SignalsView:
        """Return what is kept of a machine, with last values, and what was before. Raise ``no-such-machine``."""
        status = await self.machines.one(actor, machine_id)
        told: dict[str, Series] = {}
        with contextlib.suppress(Problem):
            told = {each.name: each for each in await self._signals.series(actor) if each.name.startswith(f"{machine_id}.")}
        return kept_view(self.guard.firm().name, status, told)

    async def offers_of(self, actor: Actor, machine_id: str, wanted: KeptOffersWanted) -> Offers:
        """Return what a connected machine offers now, a page of it; what is kept of it stands as it is kept. Raise ``no-such-machine`` and ``bad-machine``."""
        self.guard.require(actor, "machines.write")
        machine = (await self.machines.one(actor, machine_id)).machine
        found = rules.proposals(await self._browsed(Trial(machine.adapter, machine.config), fresh=wanted.fresh), machine.signals)
        return _page(found, wanted)

    async def reconnect(self, actor: Actor, machine_id: str, wanted: Reconnect) -> Connected:
        """Try other settings of a machine's connection and, unless it is ``dry``, take them. Raise ``no-such-machine`` and ``bad-machine``.

        Settings with which the machine does not answer are not taken, unless they are to be ``untried``.
        """
        self.guard.require(actor, "machines.write")
        before = (await self.machines.one(actor, machine_id)).machine
        machine = msgspec.structs.replace(before, config=wanted.config)
        checked(machine)
        tried = await self.try_(actor, Trial(machine.adapter, machine.config))
        if wanted.dry or not (tried.ok or wanted.untried):
            return Connected(machine, tried, False)
        return Connected(await self.machines.reconnect(actor, machine_id, wanted.config), tried, True)

    async def meanings(self, actor: Actor) -> Sequence[MeaningView]:
        """Return the meanings that are proposed for signals."""
        self.guard.require(actor, "machines.read")
        return [MeaningView(each.id, each.term, each.words, tuple(sorted(each.units))) for each in MEANINGS]

    # -- where everything stands

    async def equipment(self, actor: Actor) -> Equipment:
        """Return the equipment hierarchy of the firm as far as the actor may see it: enterprise, sites, areas, lines, machines, signals."""
        statuses = await self.machines.all(actor)
        series: dict[str, Any] = {}
        with contextlib.suppress(Problem):
            series = {each.name: each for each in await self._signals.series(actor)}
        return tree(self.guard.firm().name, statuses, series)


def _page(found: Sequence[Proposal], wanted: OffersWanted | KeptOffersWanted) -> Offers:
    text = wanted.text.strip().lower()
    shown = [each for each in found if not text or text in f"{each.choice.name} {each.choice.address} {each.choice.title} {each.group}".lower()]
    groups = tuple(dict.fromkeys(each.group for each in shown))[:500]
    return Offers(tuple(shown[wanted.skip : wanted.skip + wanted.limit]), len(shown), sum(each.chosen for each in found), groups)


def _view(plugin: AdapterPlugin) -> AdapterView:
    schema = msgspec.json.schema(plugin.config)
    definitions = schema.get("$defs", {})
    body = definitions.get(str(schema.get("$ref", "")).rpartition("/")[2], schema)
    states, writes = "state" in plugin.capabilities, "write" in plugin.capabilities
    finds, browses = plugin.find is not None, plugin.browse is not None
    return AdapterView(plugin.name, plugin.title or plugin.name, plugin.summary, plugin.advice, body, finds, browses, writes, states)


def _device(plugin: AdapterPlugin, found: Found, known: dict[tuple[str, str], str]) -> Device:
    machine = ""
    with contextlib.suppress(msgspec.ValidationError):
        machine = known.get((plugin.name, plugin.endpoint(msgspec.convert(found.config, plugin.config))), "")
    return Device(plugin.name, found.title, found.config, machine)
