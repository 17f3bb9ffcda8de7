"""One session with an OPC UA server on behalf of all machines behind it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog

from plait.infrastructure.machines.model import BAD_MACHINE, REFUSED, UNREACHABLE, Batch, Machine
from plait.infrastructure.machines.opcua import OpcUaConfig
from plait.infrastructure.machines.opcua.cells import LIST, RESPONSES, Cell, Change
from plait.infrastructure.machines.opcua.codec import agree, job_order, job_states, utc
from plait.infrastructure.machines.opcua.errors import transport
from plait.infrastructure.machines.opcua.feed import Feed, Item, quality
from plait.infrastructure.machines.opcua.lib import Client, ua
from plait.infrastructure.machines.opcua.places import BEAT, Places
from plait.kernel.clock import SYSTEM
from plait.kernel.ports import JobOrder, JobState
from plait.kernel.problems import Problem
from plait.wire import packml
from plait.wire.isa95 import Command, ReturnStatus

__all__ = ["OpcUaLink"]

STATE_QUEUE, VALUE_QUEUE = 50, 200
_NOTHING_TO_STOP = frozenset({packml.State.STOPPED, packml.State.STOPPING, packml.State.ABORTED, packml.State.ABORTING, packml.State.CLEARING})
_GONE = (ReturnStatus.UNKNOWN_JOB, ReturnStatus.INVALID_STATE)

_log = structlog.get_logger("plait.machines.opcua")


class OpcUaLink:
    """See ``plait.infrastructure.machines.model.Link``."""

    def __init__(self, config: OpcUaConfig, publishing_ms: int) -> None:
        self.name = config.endpoint
        self._config = config
        self._publishing_ms = publishing_ms
        self._client = Client(config.endpoint, timeout=config.timeout_s, watchdog_intervall=config.timeout_s)
        self._client.connection_lost_callback = self._lost
        self._places = Places(self._client, config.namespace)
        self._feed: Feed | None = None
        self._cells: dict[str, Cell] = {}
        self._pending: dict[str, list[Change]] = {}
        self._beat: int | None = None
        self._beats = False
        self._dirty: set[str] = set()
        self._lost_count = 0

    async def connect(self) -> None:
        """Open the session, learn the namespaces and structures, and begin the subscription."""
        async with transport():
            await self._client.connect()
            await self._places.learn()
            self._feed = Feed(self._client, self._publishing_ms)
            await self._feed.open()
            link = await self._places.link_name()
            beat = await self._places.heartbeat()
            if link and beat is not None:
                self.name = link
            if beat is not None:
                self._beats = True
                await self._feed.add([Item((None, BEAT), beat, 1)])

    async def _lost(self, error: Exception) -> None:
        if self._feed is not None:
            self._feed.fail(ConnectionError(str(error) or type(error).__name__))

    async def close(self) -> None:
        """End the session; what fails is of no interest any more."""
        await self._lost(ConnectionError("the link was closed"))
        try:
            async with asyncio.timeout(self._config.timeout_s):
                await self._client.disconnect()
        except Exception as error:  # noqa: BLE001 - the session is over either way; the library raises anything here
            _log.debug("disconnect", endpoint=self._config.endpoint, error=str(error))

    async def watch(self, machine: Machine) -> None:
        """Find the machine's variables and monitor them; raise ``bad-machine`` when its cell is not there."""
        assert self._feed is not None
        cell_name = str(machine.config.get("cell"))
        async with transport():
            cell = await self._places.cell(machine.id, cell_name)
            if cell is None:
                raise Problem(BAD_MACHINE, f"config.cell: the server at {self._config.endpoint} has no cell {cell_name!r} with a State and job lists.")
            before, self._cells[machine.id] = self._cells.get(machine.id), cell
            cell.handles = await self._feed.add([Item((machine.id, name), node, _queue(name)) for name, node in cell.nodes.items()])
            if before is not None:
                await self._feed.remove(before.handles)

    async def unwatch(self, machine_id: str) -> None:
        """Monitor the machine's variables no more."""
        cell = self._cells.pop(machine_id, None)
        self._pending.pop(machine_id, None)
        if cell is not None and self._feed is not None:
            async with transport():
                await self._feed.remove(cell.handles)

    async def next(self) -> Batch:
        """Wait for everything up to a heartbeat (servers without: a publish response), or for a machine's first state."""
        assert self._feed is not None
        while True:
            async with transport():
                values, lost = await self._feed.next()
            self._lost_count += lost
            self._sort_in(values)
            if self._beat is not None or not self._beats or lost or self._complete():
                return await self._batch()

    def _sort_in(self, values: Sequence[tuple[Any, Any]]) -> None:
        for (machine_id, name), data in values:
            value = data.Value.Value if data.Value is not None else None
            if name == BEAT:
                self._beat = int(value) if value is not None else None
            elif machine_id in self._cells:
                self._pending.setdefault(machine_id, []).append(Change(name, utc(data.SourceTimestamp), value, quality(data.StatusCode)))

    def _complete(self) -> bool:
        """Whether some machine not known before has now been heard of whole."""
        waiting = ((self._cells[machine_id], changes) for machine_id, changes in self._pending.items() if machine_id in self._cells)
        return any(not cell.known and not cell.missing(change.name for change in changes) for cell, changes in waiting)

    async def _batch(self) -> Batch:
        batch = Batch(beat=self._beat, lost=self._lost_count)
        self._beat, self._lost_count = None, 0
        pending, self._pending = self._pending, {}
        for machine_id, changes in pending.items():
            cell = self._cells.get(machine_id)
            if cell is None:
                continue
            was_known = cell.known
            jobs = cell.take(changes, batch, SYSTEM.now())
            if cell.known and (jobs or not was_known):
                await self._consistent(cell)
                cell.list_jobs(batch)
        return batch

    async def _consistent(self, cell: Cell) -> None:
        """Read both lists in one request when the notifications that brought them are of two moments."""
        if not agree(cell.values[LIST], cell.values[RESPONSES]):
            await self._read_lists(cell)

    async def _read_lists(self, cell: Cell) -> None:
        async with transport():
            listed, responses = await self._client.read_values([self._client.get_node(cell.nodes[name]) for name in (LIST, RESPONSES)])
        cell.values[LIST], cell.values[RESPONSES] = listed, responses

    def _cell(self, machine_id: str) -> Cell:
        cell = self._cells.get(machine_id)
        if cell is None:
            raise Problem(UNREACHABLE, f"{machine_id} has not been found on the server at {self._config.endpoint}.")
        return cell

    async def _call(self, machine_id: str, command: Command, argument: Any) -> ReturnStatus:
        """Call a method of the machine's job order receiver; return the bits of its ReturnStatus."""
        node = self._client.get_node(self._cell(machine_id).objects["JobOrderControl"])
        comment = ua.Variant([], ua.VariantType.LocalizedText, is_array=True)
        async with transport():
            answer = await node.call_method(self._places.job_method(command), argument, comment)
        return ReturnStatus(int(answer))

    async def start(self, machine_id: str, job: JobOrder) -> None:
        """StoreAndStart; when the machine's list is full its finished jobs are cleared and it is asked once more."""
        order = job_order(job)
        status = await self._call(machine_id, Command.STORE_AND_START, order)
        if status & ReturnStatus.UNABLE and await self._clear_finished(machine_id):
            status = await self._call(machine_id, Command.STORE_AND_START, order)
        if status & ReturnStatus.INVALID_STATE and any(known.job_id == job.id for known in await self.jobs(machine_id)):
            return
        _check(status, f"StoreAndStart {job.id} on {machine_id}")

    async def _clear_finished(self, machine_id: str) -> bool:
        finished = [job for job in await self.jobs(machine_id) if job.state in ("ended", "aborted")]
        for job in finished:
            await self.clear(machine_id, job.job_id)
        return bool(finished)

    async def abort(self, machine_id: str, job_id: str) -> None:
        """Abort what can be aborted, then Clear."""
        status = await self._call(machine_id, Command.ABORT, job_id)
        if not status & ReturnStatus.INVALID_STATE:
            if status & ReturnStatus.UNKNOWN_JOB:
                return
            _check(status, f"Abort {job_id} on {machine_id}")
        await self.clear(machine_id, job_id)

    async def clear(self, machine_id: str, job_id: str) -> None:
        """Clear a finished job."""
        status = await self._call(machine_id, Command.CLEAR, job_id)
        if not any(status & bit for bit in _GONE):
            _check(status, f"Clear {job_id} on {machine_id}")

    async def jobs(self, machine_id: str) -> Sequence[JobState]:
        """Read both lists now."""
        cell = self._cell(machine_id)
        nodes = [self._client.get_node(cell.nodes[name]) for name in (LIST, RESPONSES)]
        async with transport():
            listed, responses = await self._client.read_values(nodes)
        return job_states(machine_id, listed, responses)

    async def stop(self, machine_id: str) -> None:
        """PackML Stop, unless the unit stands already."""
        if await self._unit(machine_id) not in _NOTHING_TO_STOP:
            await self._command(machine_id, packml.Command.STOP)

    async def reset(self, machine_id: str) -> None:
        """PackML Reset, then Resume for jobs that the stop had interrupted; a unit that is not stopped is left alone."""
        unit = await self._unit(machine_id)
        if unit in _NOTHING_TO_STOP:
            await self._command(machine_id, packml.Command.RESET)
        for job in await self.jobs(machine_id):
            if job.state == "interrupted":
                _check(await self._call(machine_id, Command.RESUME, job.job_id), f"Resume {job.job_id} on {machine_id}")

    async def write(self, machine_id: str, signal: str, value: float | str) -> None:
        """Refuse: a cell's signals are what it measures."""
        raise Problem(REFUSED, f"{machine_id}.{signal} is measured by the machine and cannot be written.")

    async def _unit(self, machine_id: str) -> packml.State:
        async with transport():
            return packml.State(int(await self._client.get_node(self._cell(machine_id).nodes["State"]).read_value()))

    async def _command(self, machine_id: str, command: packml.Command) -> None:
        cell = self._cell(machine_id)
        if "MachineState" not in cell.objects:
            raise Problem(REFUSED, f"{machine_id} has no PackML unit that could be told to {command.lower()}.")
        async with transport():
            await self._client.get_node(cell.objects["MachineState"]).call_method(self._places.unit_method(command))


def _queue(name: str) -> int:
    if name in (LIST, RESPONSES):
        return 1
    return VALUE_QUEUE if name.startswith("Signals/") else STATE_QUEUE


def _check(status: ReturnStatus, what: str) -> None:
    if not status & ReturnStatus.OK:
        bits = ", ".join(bit.name or hex(bit) for bit in ReturnStatus if status & bit) or "no bit at all"
        raise Problem(REFUSED, f"{what}: the machine answers {bits} ({int(status)}).")
