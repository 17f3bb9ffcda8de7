"""Data changes an OPC UA adapter takes in a CPU second, against a bare client of the same library on the same server in the same run.

The server runs in a process of its own: it writes all its variables again and again. Both clients wait for the same number of changes, in turns.
The adapter makes readings with names, times and quality of them and counts what was lost; the bare client only looks at each value.

python -m bench.opcua_changes [changes]
"""

import asyncio
import contextlib
import json
import resource
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from plait.infrastructure.machines.model import Around, Choice, Machine
from plait.infrastructure.machines.opcua_signals import PLUGIN, SignalsConfig
from plait.kernel.clock import SYSTEM
from plait.kernel.os import free_port

VARIABLES, PUBLISHING_MS, ROUNDS = 1000, 100, 3
URI = "urn:bench"
PATIENCE_S = 30


async def serve(port: int) -> None:
    """Run the server until it is killed; every variable is written once in each 100 ms, as fast as the processor lets it."""
    from asyncua import Server, ua

    server = Server()
    await server.init()
    server.disable_clock()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(URI)
    folder = await server.nodes.objects.add_folder(ua.NodeId("Folder", index), ua.QualifiedName("Folder", index))
    nodes = [(await folder.add_variable(ua.NodeId(f"V{n}", index), ua.QualifiedName(f"V{n}", index), 0.0)).nodeid for n in range(VARIABLES)]
    await server.start()
    print("ready", flush=True)
    number = 0.0
    while True:
        number += 1
        now = SYSTEM.now()
        for node in nodes:
            data = ua.DataValue(ua.Variant(number, ua.VariantType.Double), SourceTimestamp=now, ServerTimestamp=now)
            await server.iserver.aspace.write_attribute_value(node, ua.AttributeIds.Value, data)
        await SYSTEM.sleep(PUBLISHING_MS / 1000)


async def ours(endpoint: str, changes: int, folder: Path) -> tuple[float, int]:
    """Take ``changes`` through the adapter; return the CPU seconds and how many were counted as lost."""
    config = {"endpoint": endpoint, "sampling_ms": 0}
    link = PLUGIN.link(SignalsConfig(endpoint, sampling_ms=0), Around(PUBLISHING_MS, folder))
    chosen = tuple(Choice(f"v{n}", f"nsu={URI};s=V{n}") for n in range(VARIABLES))
    await link.connect()
    await link.watch(Machine("m", "M", "any", PLUGIN.name, config, signals=chosen))
    taken = lost = 0
    while taken < VARIABLES:
        taken += len((await link.next()).readings.get("m", ()))
    taken, began = 0, SYSTEM.cpu()
    while taken < changes:
        batch = await link.next()
        taken += len(batch.readings.get("m", ()))
        lost += batch.lost
    spent = (SYSTEM.cpu() - began) * changes / taken
    await link.close()
    return spent, lost


class Bare:
    """What the library calls with each change."""

    def __init__(self) -> None:
        self.taken = 0
        self.wanted = 0
        self.done = asyncio.Event()

    def datachange_notification(self, node: Any, value: Any, data: Any) -> None:
        """Look at a value."""
        del node, data
        if isinstance(value, float):
            self.taken += 1
            if self.taken == self.wanted:
                self.done.set()

    async def wait(self, changes: int) -> None:
        """Return after so many more changes."""
        self.taken, self.wanted = 0, changes
        self.done.clear()
        await self.done.wait()


async def theirs(endpoint: str, changes: int) -> float:
    """Take ``changes`` through a bare client; return the CPU seconds."""
    from asyncua import Client, ua

    async with Client(endpoint, timeout=PATIENCE_S, watchdog_intervall=PATIENCE_S) as client:
        index = await client.get_namespace_index(URI)
        handler = Bare()
        subscription = await client.create_subscription(PUBLISHING_MS, handler)
        nodes = [client.get_node(ua.NodeId(f"V{n}", index)) for n in range(VARIABLES)]
        for start in range(0, VARIABLES, 500):
            await subscription.subscribe_data_change(nodes[start : start + 500], queuesize=100)
        await handler.wait(VARIABLES)
        began = SYSTEM.cpu()
        await handler.wait(changes)
        return SYSTEM.cpu() - began


async def run(changes: int) -> dict[str, Any]:
    """Measure both in turns."""
    port = free_port()
    server = await asyncio.create_subprocess_exec(sys.executable, __file__, "--serve", str(port), stdout=asyncio.subprocess.PIPE)
    assert server.stdout is not None
    await server.stdout.readline()
    endpoint, mine, bare, lost = f"opc.tcp://127.0.0.1:{port}/", [], [], 0
    try:
        with tempfile.TemporaryDirectory() as name:
            for _ in range(ROUNDS):
                spent, missing = await ours(endpoint, changes, Path(name))
                mine.append(spent)
                lost += missing
                # A bare client whose connection is lost waits for ever: that round counts for nobody.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(PATIENCE_S):
                        bare.append(await theirs(endpoint, changes))
    finally:
        server.kill()
        await server.wait()
    return {
        "name": "opcua.changes",
        "value": round(changes / min(mine)),
        "unit": "changes per CPU second",
        "floor": round(changes / min(bare)),
        "floor_name": f"bare asyncua {version('asyncua')} client",
        "share": round(min(bare) / min(mine), 2),
        "lost": lost,
        "cpu_s": round(sum(mine), 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def main() -> None:
    """Print one JSON line."""
    if sys.argv[1:2] == ["--serve"]:
        asyncio.run(serve(int(sys.argv[2])))
    print(json.dumps(asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))))


if __name__ == "__main__":
    main()
