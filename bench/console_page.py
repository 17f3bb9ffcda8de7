"""``console.page_ready``: from a click to a page that can be used, in a real browser: p95 over every screen of the rail and the pages they lead to.

Measured in the browser itself, from the click until the new heading stands and nothing on the page is still being loaded: once on the core firm
of the demo after its story, once on a node with 100,000 orders and a million events. The floor is a page of the same browser that answers a
click with the next frame.

python -m bench.console_page [orders [events]]
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, Page, async_playwright
from tests.browser.stage import FLAGS, chromium

from bench.big_node import fill
from bench.desk_schedule import shop
from bench.http import started
from bench.node_ready import usage
from bench.visitor import sign_in
from plait.cli.demo.play import CORE
from plait.cli.demo.scene import Scene
from plait.cli.demo.steps import STEPS, Director
from plait.kernel.os import free_port

ROUNDS = 4
CLICK = """async (path) => {
    const frame = () => new Promise(requestAnimationFrame), old = document.querySelector('.p-main h1');
    const a = [...document.querySelectorAll('a')].find((e) => e.getAttribute('href') === path);
    const began = performance.now();
    a.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
    for (;;) {
        await frame();
        const h = document.querySelector('.p-main h1');
        if (h && h !== old && !document.querySelector('.p-skeleton, [aria-busy=true]')) break;
        if (performance.now() - began > 30000) return -1;
    }
    await frame();
    return performance.now() - began;
}"""
FLOOR = """async () => {
    const a = document.createElement('button'), frame = () => new Promise(requestAnimationFrame);
    document.body.append(a);
    a.addEventListener('click', () => { a.textContent = 'x'; });
    const began = performance.now();
    a.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
    await frame(); await frame();
    const took = performance.now() - began;
    a.remove();
    return took;
}"""
RAIL = "() => [...document.querySelectorAll('.p-menu a.p-item')].map((a) => a.getAttribute('href'))"
ROW = "() => document.querySelector('.p-main table a[href^=\"/console/\"], .p-main .p-rows a[href^=\"/console/\"]')?.getAttribute('href') ?? ''"


async def clicks(browser: Browser, base: str, cookie: dict[str, str]) -> tuple[dict[str, list[float]], float]:
    """Return the times (ms) by path of a person who clicks through everything, the first round left out, and the floor."""
    context = await browser.new_context(viewport={"width": 1440, "height": 1000}, reduced_motion="reduce")
    await context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookie.items()])
    page = await context.new_page()
    await page.goto(f"{base}/console/help")
    await page.wait_for_selector(".p-main h1")
    times: dict[str, list[float]] = {}
    for turn in range(ROUNDS + 1):
        for path in await page.evaluate(RAIL):
            for each, took in await _visit(page, path):
                if turn:
                    times.setdefault(each, []).append(took)
    floor = sorted([await page.evaluate(FLOOR) for _ in range(21)])[10]
    await context.close()
    return times, floor


async def _visit(page: Page, path: str) -> list[tuple[str, float]]:
    """Click a screen of the rail, and on it the first row that leads to a page of its own."""
    found = [(path, await _click(page, path))]
    row = await page.evaluate(ROW)
    if row:
        found.append((f"{path.rstrip('/')}/*", await _click(page, row)))
    return found


async def _click(page: Page, path: str) -> float:
    took = float(await page.evaluate(CLICK, path))
    if took < 0:
        raise TimeoutError(path)
    return took


def told(name: str, times: dict[str, list[float]], floor: float, **more: Any) -> dict[str, Any]:
    """Return the line of one figure."""
    every = sorted(took for each in times.values() for took in each)
    slowest = sorted(((round(max(each)), path) for path, each in times.items()), reverse=True)[:5]
    figure = {"name": "console.page_ready", "of": name, "value": round(every[int(len(every) * 0.95)]), "unit": "ms p95", "p50": round(every[len(every) // 2])}
    return {**figure, "clicks": len(every), "floor": round(floor), "floor_name": "two frames of the browser", "slowest": slowest, **more}


async def demo(browser: Browser, folder: Path) -> dict[str, Any]:
    """Measure on the demo's core firm after the story."""
    async with Scene(folder) as scene:
        director = Director(scene)
        for _, _, act in STEPS:
            await act(director)
        firm = scene.firms[CORE]
        times, floor = await clicks(browser, firm.url, await sign_in(firm.url, firm.folder, "Bench", "admin"))
        cpu, memory = usage(scene.processes[CORE].pid)
        return told("the demo's core firm", times, floor, peak_mb=round(memory, 1), cpu_s=round(cpu, 1))


@asynccontextmanager
async def big(folder: Path, orders: int, events: int) -> AsyncIterator[tuple[str, int]]:
    """Run a node with so many orders and events; give its address and process."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    arguments = [sys.executable, "-m", "plait", "up", "--data", str(folder), "--name", "bench", "--port", str(port)]
    async with started(arguments, port):
        headers = {"Authorization": f"Bearer {(folder / 'admin.token').read_text('utf-8').strip()}"}
        async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False, timeout=60) as client:
            party = (await client.get("/api/v1/firm")).raise_for_status().json()["party_id"]
            await _furnish(client)
    await asyncio.to_thread(fill, folder, party, orders, events)
    async with started(arguments, port) as pid:
        yield base, pid


async def _furnish(client: httpx.AsyncClient) -> None:
    import msgspec

    books = shop(10)
    made = [f"/api/v1/parts/{part.id}" for part in books.parts.values()] + [f"/api/v1/work-centres/{centre.id}" for centre in books.centres]
    parts = [msgspec.structs.replace(part, process="turning") for part in books.parts.values()]
    for path, body in zip(made, (*parts, *books.centres), strict=True):
        answer = await client.put(path, content=msgspec.json.encode(body), headers={"Content-Type": "application/json"})
        if answer.is_error:
            raise RuntimeError(answer.text)


async def measure(orders: int, events: int) -> list[dict[str, Any]]:
    """Return both lines."""
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        with tempfile.TemporaryDirectory(dir=".") as space:
            found = [await demo(browser, Path(space) / "demo")]
            folder = Path(space) / "big"
            async with big(folder, orders, events) as (base, pid):
                times, floor = await clicks(browser, base, await sign_in(base, folder, "Bench", "admin"))
                cpu, memory = usage(pid)
                found.append(told(f"{orders} orders, {events} events", times, floor, peak_mb=round(memory, 1), cpu_s=round(cpu, 1)))
        await browser.close()
    return found


def main() -> None:
    """Print both lines."""
    orders, events = (int(sys.argv[1]) if len(sys.argv) > 1 else 100_000), (int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
    for figure in asyncio.run(measure(orders, events)):
        print(json.dumps(figure))


if __name__ == "__main__":
    main()
