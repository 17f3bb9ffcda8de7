"""``console.session_mb``, ``console.crowd`` and ``console.ready``: what the console costs a node.

``console.session_mb`` is the growth of the node's resident memory a person, with twenty people signed in and a page open for each; the floor is
what the HTML of such a page weighs. ``console.crowd`` is the p95 latency of the node's API while fifty people have a live page open and facts
come in, over the p95 with nobody there and the same facts. ``console.ready`` is the CPU until a node has served the first page of its console;
the floor is a node that serves none.

python -m bench.console_people [people]
"""

import asyncio
import json
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from bench.http import part, started
from bench.node_ready import usage
from bench.visitor import Visitor, sign_in
from plait.console.screens import SCREENS
from plait.kernel.clock import SYSTEM
from plait.kernel.os import free_port

PAGES = tuple(f"/console{screen.path}" for screen in SCREENS if screen.icon)
CROWD = 50
SECONDS = 8.0
WRITES_A_SECOND = 4.0


async def latency(base: str, folder: Path, seconds: float) -> tuple[float, float]:
    """Return (p50, p95) in ms of reading a part, once in 20 ms, while some facts a second come in."""
    headers = {"Authorization": f"Bearer {(folder / 'admin.token').read_text('utf-8').strip()}"}
    times: list[float] = []
    async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False, timeout=60) as client:
        until, written, revision = SYSTEM.monotonic() + seconds, 0.0, 0
        while SYSTEM.monotonic() < until:
            if SYSTEM.monotonic() - written > 1 / WRITES_A_SECOND:
                written, revision = SYSTEM.monotonic(), revision + 1
                (await client.put("/api/v1/parts/p0", content=part("p0", revision), headers={"Content-Type": "application/json"})).raise_for_status()
            began = SYSTEM.monotonic()
            (await client.get("/api/v1/parts/p0")).raise_for_status()
            times.append(1e3 * (SYSTEM.monotonic() - began))
            await SYSTEM.sleep(0.02)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.95)]


async def measure(people: int) -> list[dict[str, object]]:
    """Return the three figures of one node."""
    with tempfile.TemporaryDirectory() as space:
        folder, port = Path(space) / "node", free_port()
        base = f"http://127.0.0.1:{port}"
        async with (
            started([sys.executable, "-m", "plait", "up", "--data", str(folder), "--name", "bench", "--port", str(port)], port) as pid,
            AsyncExitStack() as stack,
        ):
            bare = usage(pid)
            cookies = [await sign_in(base, folder, f"Person {number}") for number in range(people)]
            signed = usage(pid)[0]
            async with Visitor(base, cookies[0]):
                first = usage(pid)
            ready = {"name": "console.ready", "value": round(bare[0] + first[0] - signed, 3), "unit": "CPU s", "rss_mb": round(first[1], 1)}
            found: list[dict[str, object]] = [{**ready, "floor": round(bare[0], 3), "floor_mb": round(bare[1], 1)}]
            await latency(base, folder, 1.0)
            idle = await latency(base, folder, SECONDS)
            before = usage(pid)[1]
            visitors = [await stack.enter_async_context(Visitor(base, cookies[n], PAGES[n % len(PAGES)])) for n in range(people)]
            each = (usage(pid)[1] - before) / people
            weight = len((await _html(base, cookies[0])).encode()) / 1e6
            found.append({"name": "console.session_mb", "value": round(each, 2), "unit": "MB a person", "people": people, "floor": round(weight, 3)})
            more = [Visitor(base, cookies[n % people], PAGES[n % len(PAGES)]) for n in range(people, CROWD)]
            visitors += [await stack.enter_async_context(visitor) for visitor in more]
            crowd = await latency(base, folder, SECONDS)
            times = {"p95_ms": round(crowd[1], 1), "idle_p95_ms": round(idle[1], 1), "p50_ms": round(crowd[0], 1), "idle_p50_ms": round(idle[0], 1)}
            ratio = {"name": "console.crowd", "value": round(crowd[1] / idle[1], 2), "unit": "of the p95 with nobody there", "floor": 1.0}
            found.append({**ratio, **times, "people": CROWD, "messages": sum(visitor.heard for visitor in visitors)})
    return found


async def _html(base: str, cookie: dict[str, str]) -> str:
    async with httpx.AsyncClient(base_url=base, cookies=cookie, trust_env=False, timeout=60) as client:
        return (await client.get("/console/", headers={"Accept": "text/html"})).raise_for_status().text


def main() -> None:
    """Print the figures."""
    for figure in asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 20)):
        print(json.dumps(figure))


if __name__ == "__main__":
    main()
