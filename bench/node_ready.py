"""``node.ready_cpu`` and ``node.idle_rss``: what a node costs before it does anything, beside a bare Starlette application."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from plait.kernel.clock import SYSTEM
from plait.kernel.os import free_port

BARE = """
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
async def ready(request):
    return PlainTextResponse("ok")
uvicorn.run(Starlette(routes=[Route("/health/ready", ready)]), host="127.0.0.1", port=PORT, log_level="error")
"""


def usage(pid: int) -> tuple[float, float]:
    """Return (CPU seconds, resident MB) of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(arguments: list[str], port: int) -> tuple[float, float, float]:
    """Start a server, wait until it is ready, then rest; return (CPU s at ready, MB at rest, CPU s over ten idle seconds)."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(1000):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=1).read()
                break
            except OSError:
                if process.poll() is not None:
                    raise
                SYSTEM.pause(0.02)
        ready, _ = usage(process.pid)
        SYSTEM.pause(10)
        after, memory = usage(process.pid)
        return ready, memory, after - ready
    finally:
        process.terminate()
        process.wait(20)


def main() -> None:
    """Print the two figures."""
    runs = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            runs.append(measure([sys.executable, "-m", "plait", "up", "--data", folder, "--port", str(port)], port))
    port = free_port()
    bare = measure([sys.executable, "-c", BARE.replace("PORT", str(port))], port)
    ready, memory, idle = sorted(run[0] for run in runs)[1], max(run[1] for run in runs), max(run[2] for run in runs)
    cost = {"floor_name": "bare Starlette route", "peak_mb": round(memory, 1)}
    print(json.dumps({"name": "node.ready_cpu", "value": round(ready, 3), "unit": "CPU s", "floor": round(bare[0], 3), "cpu_s": round(ready, 3), **cost}))
    print(json.dumps({"name": "node.idle_rss", "value": round(memory, 1), "unit": "MB", "floor": round(bare[1], 1), "cpu_s": round(idle, 3), **cost}))


if __name__ == "__main__":
    main()
