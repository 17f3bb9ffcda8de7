"""``pages.public``: weight and time of the pages without a login: the firm's card, a guest's offer, the operator's page.

Weight is the page with all style and script it names, in kB; time is from request to last byte over loopback, one visitor at a time on a
connection that is kept, p95 in milliseconds. The floor is a bare Starlette route that answers the bytes of the heaviest page, in the same run.

python -m bench.pages_public [times]
"""

import asyncio
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from bench.desk_quote import BENCH, part
from bench.http import BARE, started
from bench.node_ready import usage
from plait.kernel.clock import SYSTEM
from plait.kernel.os import free_port

LINES = 5
NAMED = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"')
FIRM = {"name": "helix", "gln": "9521002000009", "gcp": "9521002", "isic": "2592", "region": "DE-BW", "zone": "Europe/Berlin", "currency": "EUR"}
CAPABILITY = {"id": "shafts", "process": "turning", "materials": ["42CrMo4"], "isic": "2592", "region": "DE-BW", "certificates": ["ISO 9001"]}


async def furnish(http: httpx.AsyncClient) -> dict[str, str]:
    """Give the firm something to show; return the paths of the pages by name."""

    async def call(method: str, path: str, body: Any = None) -> Any:
        return (await http.request(method, path, json=body)).raise_for_status().json()

    await call("PUT", "/api/v1/firm", FIRM)
    await call("PUT", "/api/v1/work-centres/bench-0", {"id": "bench-0", **BENCH})
    for place in range(LINES):
        await call("PUT", f"/api/v1/parts/P-{place:04}", part(place))
    await call("POST", "/api/v1/capabilities", CAPABILITY)
    lines = [{"part_no": f"P-{place:04}", "quantity": "50"} for place in range(LINES)]
    offer = (await call("POST", "/api/v1/desk/offers", {"customer": "meridian", "language": "de", "lines": lines}))["number"]
    await call("POST", f"/api/v1/desk/offers/{offer}/send")
    made = await call("POST", "/api/v1/guest/links", {"kind": "offer", "id": offer, "name": "Meridian", "language": "de"})
    return {"card": "/?lang=de", "guest": f"/g/{made['url'].rpartition('/')[2]}", "operator": "/op"}


async def weigh(http: httpx.AsyncClient, path: str) -> tuple[int, bytes]:
    """Return how many bytes a page is with all style and script that it names, and the page."""
    page = await http.get(path)
    page.raise_for_status()
    named = sorted(set(NAMED.findall(page.text)))
    return len(page.content) + sum([len((await http.get(each)).raise_for_status().content) for each in named]), page.content


async def timed(http: httpx.AsyncClient, path: str, times: int, pid: int) -> dict[str, float]:
    """Fetch a page again and again; return p50 and p95 in milliseconds and the server's CPU milliseconds a page."""
    spans: list[float] = []
    for turn in range(times + times // 10):
        if turn == times // 10:
            spans.clear()
            cpu = usage(pid)[0]
        began = SYSTEM.monotonic()
        (await http.get(path)).raise_for_status()
        spans.append(SYSTEM.monotonic() - began)
    spent = usage(pid)[0] - cpu
    spans.sort()
    return {"p50_ms": round(spans[times // 2] * 1e3, 2), "p95_ms": round(spans[int(times * 0.95)] * 1e3, 2), "cpu_ms": round(spent / times * 1e3, 2)}


async def measure(times: int) -> dict[str, Any]:
    """Return the figures of each page, and of the floor."""
    with tempfile.TemporaryDirectory() as space:
        folder, port = Path(space) / "node", free_port()
        folder.mkdir()
        (folder / "plait.toml").write_text("[limits]\nown_per_s = 0\nanonymous_per_s = 0\n", encoding="utf-8")
        found: dict[str, Any] = {}
        heaviest = b""
        async with started([sys.executable, "-m", "plait", "up", "--data", str(folder), "--name", "bench", "--port", str(port)], port) as pid:
            token = (folder / "admin.token").read_text("utf-8").strip()
            base = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=base, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=60) as own:
                paths = await furnish(own)
            async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=60) as visitor:
                for name, path in paths.items():
                    weight, page = await weigh(visitor, path)
                    heaviest = max(heaviest, page, key=len)
                    found[name] = {"kB": round(weight / 1000, 1), "page_kB": round(len(page) / 1000, 1), **await timed(visitor, path, times, pid)}
        bare = free_port()
        async with (
            started([sys.executable, "-c", BARE.replace("PORT", str(bare))], bare, heaviest) as pid,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{bare}", trust_env=False, timeout=60) as visitor,
        ):
            found["floor"] = await timed(visitor, "/api/v1/parts/x", times, pid)
    return found


def main() -> None:
    """Print the figures, one JSON line."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    found = asyncio.run(measure(times))
    floor = found.pop("floor")
    print(json.dumps({"name": "pages.public", **found, "floor": floor, "floor_name": "bare Starlette, the bytes of the heaviest page"}))


if __name__ == "__main__":
    main()
