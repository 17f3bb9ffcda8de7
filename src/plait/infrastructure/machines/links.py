"""Which keeper keeps which machine: one a connection, made, changed and ended with the machines behind it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from plait.infrastructure.machines.journal import Journal
from plait.infrastructure.machines.keeper import Keeper
from plait.infrastructure.machines.model import NO_MACHINE, AdapterPlugin, Around, Machine
from plait.infrastructure.signals import SignalService
from plait.kernel.activity import Activity
from plait.kernel.clock import BusinessClock
from plait.kernel.problems import Problem

__all__ = ["Links"]


class Links:
    """The links of the firm's machines. ``patience_s``: for how long (real time) a lost link keeps others waiting."""

    def __init__(self, around: Around, journal: Journal, signals: SignalService, clock: BusinessClock, activity: Activity, patience_s: float) -> None:
        self.around = around
        self._journal = journal
        self._signals = signals
        self._clock = clock
        self._activity = activity
        self._patience_s = patience_s
        self._keepers: dict[tuple[str, str], Keeper] = {}
        self._by_machine: dict[str, Keeper] = {}

    def get(self, machine_id: str) -> Keeper | None:
        """Return the keeper of a machine, None when there is none."""
        return self._by_machine.get(machine_id)

    def of(self, machine_id: str) -> Keeper:
        """Return the keeper of a machine; raise ``no-such-machine``."""
        keeper = self._by_machine.get(machine_id)
        if keeper is None:
            raise Problem(NO_MACHINE, f"There is no machine {machine_id!r} that can be told anything.")
        return keeper

    def kept(self) -> dict[str, Machine]:
        """Return every machine that is kept, by its id."""
        return {id: keeper.machines[id] for id, keeper in self._by_machine.items() if id in keeper.machines}

    async def link(self, plugin: AdapterPlugin, config: Any, machine: Machine, heard: datetime | None) -> None:
        """Begin to keep a machine, last heard of at ``heard`` (None: never), over the link that others share with it."""
        endpoint = plugin.endpoint(config)
        keeper = self._keepers.get((plugin.name, endpoint))
        new = keeper is None
        if keeper is None:
            keeper = Keeper(
                endpoint,
                lambda: plugin.link(config, self.around),
                self._journal,
                self._signals,
                self._clock,
                self._activity,
                self._patience_s,
                tells_state="state" in plugin.capabilities,
            )
            self._keepers[plugin.name, endpoint] = keeper
        self._by_machine[machine.id] = keeper
        await keeper.add(machine, heard)
        if new:
            keeper.start()

    async def unlink(self, machine_id: str) -> datetime | None:
        """Keep a machine no more and return since when nothing is known of it; a link without machines ends."""
        keeper = self._by_machine.pop(machine_id, None)
        if keeper is None:
            return None
        since = keeper.since(machine_id)
        await keeper.remove(machine_id)
        if not keeper.machines:
            self._keepers = {key: one for key, one in self._keepers.items() if one is not keeper}
            await keeper.stop()
        return since

    async def relink(self, machines: Sequence[tuple[AdapterPlugin, Any, Machine, datetime | None]]) -> None:
        """End the links of these machines and make them anew, in this order: whoever comes first tells how a shared connection is made."""
        since = {machine.id: await self.unlink(machine.id) for _, _, machine, _ in machines}
        for plugin, config, machine, heard in machines:
            await self.link(plugin, config, machine, since[machine.id] or heard)

    async def close(self) -> None:
        """End every link."""
        keepers = list(self._keepers.values())
        self._keepers.clear()
        self._by_machine.clear()
        for keeper in keepers:
            await keeper.stop()
