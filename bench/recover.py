"""``recover.s``: seconds from the start of a node that was killed while writing, with a million facts, until it takes work and its followers are level.

python -m bench.recover [facts]
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from bench.chain_verify import fill
from bench.node_ready import usage
from plait.kernel.activity import Activity
from plait.kernel.actor import system_actor
from plait.kernel.clock import SYSTEM, WallClock
from plait.kernel.os import free_port, fsync_file
from plait.store import Store, metadata

BEHIND = 1000


async def write(folder: Path, facts: int) -> None:
    """Be the process that is killed: bring the log to ``facts`` facts with the followers nearly level, then write on for ever."""
    activity = Activity()
    store = Store(f"sqlite:///{folder / 'plait.db'}", metadata, WallClock(activity), activity)
    await store.open()
    await fill(store, facts)
    head = await store.head()
    await store.write(system_actor("bench"), lambda tx: tx.conn.exec_driver_sql(f"UPDATE store_follower SET seq = {head - BEHIND}") and None)
    print("written", flush=True)
    while True:
        await fill(store, 1000)


def up(folder: str, port: int) -> "subprocess.Popen[bytes]":
    """Start a node."""
    return subprocess.Popen([sys.executable, "-m", "plait", "up", "--data", folder, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def until(port: int, path: str, wanted: bytes) -> float:
    """Return the seconds until ``path`` answers with ``wanted`` in it."""
    began = SYSTEM.monotonic()
    while SYSTEM.monotonic() - began < 120:
        try:
            if wanted in urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).read():
                return SYSTEM.monotonic() - began
        except OSError:
            pass
        SYSTEM.pause(0.01)
    raise TimeoutError(path)


def read_through(path: Path) -> float:
    """Return the seconds it takes to read the file once: the floor for anything that looked at all of it."""
    began = SYSTEM.monotonic()
    with path.open("rb") as file:
        while file.read(1 << 20):
            pass
    return SYSTEM.monotonic() - began


def main() -> None:
    """Print the figure."""
    if sys.argv[1:2] == ["--write"]:
        asyncio.run(write(Path(sys.argv[2]), int(sys.argv[3])))
        return
    facts = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    port = free_port()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        first = up(folder, port)
        until(port, "/health/ready", b"true")
        first.terminate()
        first.wait(20)
        with subprocess.Popen([sys.executable, "-m", "bench.recover", "--write", folder, str(facts)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            SYSTEM.pause(0.5)
            writer.kill()
        size = (Path(folder) / "plait.db").stat().st_size
        with (Path(folder) / "plait.db").open("rb+") as file:
            fsync_file(file)
        node = up(folder, port)
        ready = until(port, "/health/ready", b"true")
        level = ready + until(port, "/health/idle", b'"idle":true')
        cpu, memory = usage(node.pid)
        node.terminate()
        node.wait(20)
        floor = read_through(Path(folder) / "plait.db")
    figure = {"name": "recover.s", "value": round(ready, 2), "unit": "s until ready", "level_s": round(level, 2), "facts": facts, "file_mb": round(size / 1e6)}
    print(json.dumps({**figure, "floor": round(floor, 2), "floor_name": "reading the file once", "cpu_s": round(cpu, 2), "peak_mb": round(memory, 1)}))


if __name__ == "__main__":
    main()
