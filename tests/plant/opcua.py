"""A real OPC UA client session with a plant's server."""

import asyncio
import logging
from contextlib import asynccontextmanager
from datetime import timedelta

from asyncua import Client, ua

from plait.kernel.activity import Activity
from plait.kernel.clock import SimulatedClock
from plait.kernel.os import free_port
from plait.plant.model import Plant
from plait.plant.server import PlantServer
from plait.wire import isa95, packml
from tests.plant.support import START

logging.getLogger("asyncua").setLevel(logging.ERROR)
T = ua.VariantType


def parameter(id, value, type):
    return ua.ISA95ParameterDataType(ID=id, Value=ua.Variant(value, type))


def job_order(id="J1", quantity=10, setup=30.0, cycle=6.0, lot="L1", part="P"):
    """An ISA95JobOrderDataType as a client makes it."""
    return ua.ISA95JobOrderDataType(
        JobOrderID=id,
        WorkMasterID=[ua.ISA95WorkMasterDataType(ID="prog-1")],
        Priority=2,
        JobOrderParameters=[
            parameter("SetupMinutes", setup, T.Double),
            parameter("CycleMinutes", cycle, T.Double),
            parameter("Quantity", quantity, T.Int32),
            parameter("Lot", lot, T.String),
            parameter("Part", part, T.String),
        ],
    )


class Session:
    """One client, with the names and numbers a client would know."""

    def __init__(self, client, isa, pml, pla, ins):
        self.client, self.isa, self.pml, self.pla, self.ins = client, isa, pml, pla, ins

    def node(self, path):
        """A node of the plant by its path."""
        return self.client.get_node(ua.NodeId(path, self.ins))

    async def read(self, path):
        """The value of a variable by its path."""
        return await self.node(path).read_value()

    async def beat(self):
        """The heartbeat."""
        return await self.client.get_node(ua.NodeId("Heartbeat", self.pla)).read_value()

    async def call(self, method, *arguments, cell="a", part="JobOrderControl"):
        """Call a job method by its published number."""
        return await self.node(f"{cell}/{part}").call_method(ua.NodeId(method, self.isa), *arguments)

    async def start(self, order, cell="a"):
        """StoreAndStart; return the status."""
        return await self.call(7004, order, ua.Variant([], T.LocalizedText), cell=cell)

    async def tell(self, method, id, cell="a"):
        """A method that takes a job id; return the status."""
        return await self.call(method, id, ua.Variant([], T.LocalizedText), cell=cell)

    async def states(self, cell="a"):
        """(state, substate or None) of every job in JobOrderList."""
        rows = await self.read(f"{cell}/JobOrderControl/JobOrderList")
        return {row.JobOrder.JobOrderID: tuple(entry.StateNumber for entry in row.State) for row in rows}

    async def responses(self, cell="a"):
        """(response, its data as a dict) of every entry of JobOrderResponseList."""
        rows = await self.read(f"{cell}/JobOrderResults/JobOrderResponseList")
        return {row.JobOrderID: (row, {entry.ID: entry.Value.Value for entry in row.JobResponseData}) for row in rows}


@asynccontextmanager
async def connect(endpoint, name):
    """A client session at ``endpoint``."""
    client = Client(endpoint, timeout=30)  # four seconds, its own, are few on a busy machine
    async with client:
        await client.load_data_type_definitions()
        uris = (isa95.URI, packml.URI, "urn:plait:plant", f"urn:plait:plant:{name}")
        yield Session(client, *[await client.get_namespace_index(uri) for uri in uris])


class Stage:
    """A plant in simulated time behind its real server."""

    def __init__(self, config, name="helix"):
        self.activity = Activity()
        self.clock = SimulatedClock(self.activity, START)
        self.plant = Plant(config, START)
        self.name = name
        self.server = PlantServer(self.plant, self.clock, self.activity, free_port(), name)

    async def hours(self, hours):
        """Let the plant live up to this many hours after its start."""
        await self.clock.run_until(START + timedelta(hours=hours))

    def connect(self):
        """A new client session."""
        return connect(self.server.endpoint, self.name)


@asynccontextmanager
async def stage(config):
    """An open stage."""
    made = Stage(config)
    await made.server.open()
    try:
        yield made
    finally:
        await made.server.close()


class Watcher:
    """Collects notifications; ``reached`` waits until a heartbeat has come."""

    def __init__(self):
        self.rows, self.beat = [], 0
        self._more = asyncio.Event()

    def datachange_notification(self, node, value, data):
        """Take a notification."""
        name = node.nodeid.Identifier
        self.rows.append((name, value, data.monitored_item.Value.SourceTimestamp))
        if name == "Heartbeat":
            self.beat = value
            self._more.set()

    async def reached(self, beat):
        """Wait until this heartbeat has come."""
        async with asyncio.timeout(60):
            while self.beat < beat:
                self._more.clear()
                await self._more.wait()

    def of(self, name):
        """The values seen of one variable."""
        return [value for path, value, _ in self.rows if path == name]
