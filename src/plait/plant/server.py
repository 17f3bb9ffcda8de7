"""One OPC UA server for all cells of a firm (address space: docs/plant-address-space.md), and the rule of the heartbeat."""

import asyncio
import gc
from collections.abc import Callable, Iterable
from typing import Any

from plait.kernel.activity import Activity
from plait.kernel.clock import SYSTEM, BusinessClock
from plait.plant.cell import Cell
from plait.plant.methods import Methods
from plait.plant.model import Plant
from plait.plant.opcua import Server, ua
from plait.plant.sensors import Sensors
from plait.plant.space import HEARTBEAT, Space
from plait.plant.values import Entry, Values

__all__ = ["AGENDA", "PlantServer"]

AGENDA = "plant"
_INACTIVE = ua.StatusCode(ua.StatusCodes.BadStateNotActive)


class PlantServer:
    """Shows ``plant`` at ``endpoint`` and lets it run by ``clock``.

    ``sensors`` tell what they show another way too. Everything that changes the plant goes through ``change``: the changed
    variables are written, the heartbeat last, and the kernel's next event is entered in the clock's agenda under one key.
    """

    def __init__(self, plant: Plant, clock: BusinessClock, activity: Activity, port: int, name: str, sensors: Sensors | None = None) -> None:
        self.plant = plant
        self.name = name
        self.endpoint = f"opc.tcp://127.0.0.1:{port}/plant"
        self.beats = 0
        self._clock = clock
        self._activity = activity
        self._sensors = sensors
        self._server = Server()
        self._space = Space(self._server, name)
        self._values: Values | None = None
        self._shown: dict[str, tuple[Any, bool]] = {}
        self._lock = asyncio.Lock()

    async def open(self) -> None:
        """Build the address space, listen, and begin to live; raise OSError when the port is taken."""
        collecting = gc.isenabled()
        gc.disable()
        try:
            await self._build()
        finally:
            if collecting:
                gc.enable()
        await self._server.start()
        await self.change(lambda: None)

    async def _build(self) -> None:
        await self._server.init()
        self._server.set_endpoint(self.endpoint)
        self._server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        self._server.set_identity_tokens([ua.AnonymousIdentityToken])
        self._server.set_server_name(f"plait plant {self.name}")
        await self._server.set_application_uri(f"urn:plait:plant:server:{self.name}")
        self._server.disable_clock()
        self._server.set_attribute_value_callback(ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime), lambda *_: ua.DataValue(ua.Variant(SYSTEM.now())))
        cells = list(self.plant.cells.values())
        await self._space.build(cells, self.endpoint)
        self._values = Values(self.plant, self._space.isa, self._space.pml)
        Methods(self, self._values).link(self._server, self._space.isa, self._space.pml)
        for cell in cells:
            await self._write(self._values.constants(cell))

    async def close(self) -> None:
        """Stop listening and take the plant's timer back."""
        self._clock.cancel(AGENDA)
        await self._server.stop()

    async def change(self, act: Callable[[], Any]) -> Any:
        """Do ``act`` at the present business time and show what it changed; what it raises changes nothing."""
        with self._activity.hold("plant"):
            async with self._lock:
                self.plant.run_to(self._clock.now(), before=True)
                try:
                    return act()
                finally:
                    await self._show()
                    self._wake()

    async def _fire(self) -> None:
        await self._step(lambda: self.plant.run_to(self._clock.now()))

    async def _step(self, act: Callable[[], None]) -> None:
        async with self._lock:
            act()
            await self._show()
            self._wake()

    def _wake(self) -> None:
        due = self.plant.next_wake()
        if due is None:
            self._clock.cancel(AGENDA)
        else:
            self._clock.at(due, AGENDA, self._fire)

    async def _show(self) -> None:
        """Write what is new; the heartbeat follows only when anything was."""
        touched = [cell for cell in self.plant.cells.values() if cell.touched]
        written = 0
        for cell in touched:
            written += await self._show_cell(cell)
        if self._sensors is not None:
            self._sensors.tell(touched)
        if written:
            self.beats += 1
            self._activity.mark_sent(self.endpoint, self.beats)
            await self._put(Entry(HEARTBEAT, self.beats, ua.VariantType.Int64))

    async def _show_cell(self, cell: Cell) -> int:
        values = self._values
        assert values is not None
        cell.touched = False
        written = await self._write(values.details(cell))
        trace, cell.trace = cell.trace or [cell.unit], []
        for unit in trace:
            written += await self._write([Entry(f"{cell.id}/State", int(unit), ua.VariantType.Int32)])
        written += await self._write(values.machines(cell))
        if cell.jobs_changed:
            written += await self._write(values.job_lists(cell), always=True)
        elif cell.responses_changed:
            written += await self._write([values.response_list(cell)], always=True)
        cell.jobs_changed = cell.responses_changed = False
        return written

    async def _write(self, entries: Iterable[Entry], *, always: bool = False) -> int:
        """Write the entries that show something new (all with ``always``); return how many were written."""
        written = 0
        for entry in entries:
            shown = (entry.value, entry.inactive)
            if always or self._shown.get(entry.path) != shown:
                if not always:
                    self._shown[entry.path] = shown
                await self._put(entry)
                written += 1
        return written

    async def _put(self, entry: Entry) -> None:
        moment = self.plant.time(self.plant.kernel.now)
        if entry.inactive:
            value = ua.DataValue(ua.Variant(), _INACTIVE, moment, SYSTEM.now())
        else:
            value = ua.DataValue(ua.Variant(entry.value, entry.type), SourceTimestamp=moment, ServerTimestamp=SYSTEM.now())
        aspace = self._server.iserver.aspace
        status = await aspace.write_attribute_value(self._space.ids[entry.path], ua.AttributeIds.Value, value)
        status.check()
