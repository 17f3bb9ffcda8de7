"""``soak.rss``: does the memory of a node stay flat? Two nodes under a steady mix of what a day brings; resident memory is sampled.

A round is six reads, a revision of a part, an event of goods and two refused requests; every tenth a partner asks for a quotation, every twentieth a
person signs in and out and a live stream is opened and left. In the first fifth rounds follow one another at once, so that the databases outgrow
their caches; then they are paced, and the slope is that of a straight line through the samples from there on.

python -m bench.soak [--minutes 120] [--rounds 2] (rounds a second)
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from statistics import linear_regression

import httpx

from bench.http import part, started
from bench.node_ready import usage
from plait.kernel.clock import SYSTEM, iso
from plait.kernel.os import free_port

SETTINGS = '[limits]\nown_per_s = 0\npartner_per_s = 0\n[network]\ntrusted = ["127.0.0.1/32"]\n[desk]\nhold_hours = 0.05\n'
PASSWORD = "nine green herons wade"
READS = ("parts", "trade/documents", "schedule", "facts?limit=50", "health/report", "desk/inquiries")
FIRM = {"gln": "9521002000016", "gcp": "9521002", "isic": "2592", "region": "DE-BW", "zone": "UTC", "currency": "EUR"}
CENTRE = {"id": "lathe-1", "group": "lathe", "calendar": {"always": True}, "rate": {"amount": "50", "currency": "EUR"}}
WANTED = {"process": "turning", "material": "42CrMo4"}


class Firm:
    """A node in a process of its own, and a client that speaks as its administrator."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder, self.port = name, folder, free_port()
        self.answers: dict[int, int] = {}

    async def start(self, stack: AsyncExitStack) -> "Firm":
        """Start it; it ends with ``stack``."""
        self.folder.mkdir()
        (self.folder / "plait.toml").write_text(SETTINGS, encoding="utf-8")
        command = [sys.executable, "-m", "plait", "up", "--data", str(self.folder), "--name", self.name, "--port", str(self.port)]
        self.pid = await stack.enter_async_context(started(command, self.port))
        token = (self.folder / "admin.token").read_text("utf-8").strip()
        address = f"http://127.0.0.1:{self.port}"
        self.http = await stack.enter_async_context(httpx.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {token}"}, trust_env=False))
        await self.call("PUT", "firm", {"name": self.name, **FIRM})
        self.party = (await self.call("GET", "firm")).json()["party_id"]
        return self

    async def call(self, method: str, path: str, body: object = None, **options: str) -> httpx.Response:
        """Call its interface and count the answer."""
        answer = await self.http.request(method, f"/api/v1/{path}" if not path.startswith("/") else path, json=body, headers=options, timeout=30)
        self.answers[answer.status_code] = self.answers.get(answer.status_code, 0) + 1
        return answer


async def furnish(shop: Firm, buyer: Firm) -> None:
    """Give the shop something to make and a person, and let the two know each other."""
    await shop.call("PUT", "work-centres/lathe-1", CENTRE)
    await shop.call("PUT", "parts/SHAFT", json.loads(part("SHAFT", 1)) | WANTED | {"gtin": "09521002000016", "batch_size": 10, "materials": []})
    await shop.call("POST", "capabilities", {"id": "shafts", "process": "turning", "materials": ["42CrMo4"], "isic": "2592", "region": "DE-BW"})
    person = (await shop.call("POST", "people", {"name": "Soak", "role": "operator"})).json()
    code = (await shop.call("POST", f"people/{person['id']}/code")).json()
    await shop.call("POST", "session/activate", {"code": code["code"], "password": PASSWORD})
    await buyer.call("POST", "directory/join", {"url": f"http://127.0.0.1:{shop.port}"})


async def one(shop: Firm, buyer: Firm, number: int) -> None:
    """One round."""
    await asyncio.gather(*(shop.call("GET", path) for path in READS))
    await shop.call("PUT", f"parts/p{number % 50}", json.loads(part(f"p{number % 50}", number)))
    event = {"type": "ObjectEvent", "action": "OBSERVE", "eventTime": iso(SYSTEM.now()), "eventTimeZoneOffset": "+00:00"}
    await shop.call("POST", "/epcis/events", event | {"epcList": [f"urn:epc:id:sgtin:9521002.000{number % 900:03}.{number}"]})
    await shop.call("GET", "parts/none")
    await shop.call("GET", "parts", Authorization="Bearer plait_wrong")
    if number % 10 == 0:
        line = {"name": "Shaft", "quantity": "5", "requirement": WANTED}
        await buyer.call("POST", "trade/rfqs", {"party": shop.party, "lines": [line], "respond_by": iso(SYSTEM.now() + timedelta(hours=1))})
    if number % 20 == 0:
        await sign_in(shop)
        await look_live(shop)


async def sign_in(shop: Firm) -> None:
    """Sign in and out, as a browser does."""
    origin = f"http://127.0.0.1:{shop.port}"
    async with httpx.AsyncClient(base_url=origin, headers={"Origin": origin}, trust_env=False, timeout=30) as browser:
        for method, body in (("POST", {"name": "Soak", "password": PASSWORD}), ("DELETE", None)):
            answer = await browser.request(method, "/api/v1/session", json=body)
            shop.answers[answer.status_code] = shop.answers.get(answer.status_code, 0) + 1


async def look_live(shop: Firm) -> None:
    """Open the live stream of facts and leave it."""
    async with shop.http.stream("GET", "/api/v1/facts/stream", timeout=30) as live:
        shop.answers[live.status_code] = shop.answers.get(live.status_code, 0) + 1


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """Return MB an hour over the samples (seconds, MB) after the first fifth."""
    late = samples[len(samples) // 5 :]
    if len(late) < 2:
        return 0.0
    return linear_regression([at / 3600 for at, _ in late], [size for _, size in late]).slope


async def soak(minutes: float, rounds: float) -> dict[str, object]:
    """Run and return the figure."""
    samples: list[tuple[float, float]] = []
    async with AsyncExitStack() as stack:
        space = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        shop, buyer = [await Firm(name, space / name).start(stack) for name in ("shop", "buyer")]
        await furnish(shop, buyer)
        began, number, told, paced = SYSTEM.monotonic(), 0, 0, 0
        while (passed := SYSTEM.monotonic() - began) < minutes * 60:
            await one(shop, buyer, number)
            number += 1
            if len(samples) * 10 <= passed:
                samples.append((passed, usage(shop.pid)[1]))
            if told <= passed / 60:
                told += 5
                print(f"{passed / 60:5.1f} min  {samples[-1][1]:6.1f} MB  {slope(samples):+6.2f} MB/h  {number} rounds", file=sys.stderr, flush=True)
            if passed > minutes * 12:
                paced = paced or number
                await SYSTEM.sleep(max(0.0, minutes * 12 + (number - paced) / rounds - (SYSTEM.monotonic() - began)))
        quotes = (await shop.call("GET", "desk/inquiries")).json()
        facts = json.loads((await shop.call("GET", "health/report")).content)
    head = next(check["figures"]["facts"] for check in facts["checks"] if check["name"] == "chain")
    after = samples[len(samples) // 5][1]
    figure = {"name": "soak.rss", "value": round(samples[-1][1], 1), "unit": "MB", "minutes": minutes, "after_warm_up_mb": round(after, 1)}
    failed = sum(count for firm in (shop, buyer) for status, count in firm.answers.items() if status >= 500)
    return figure | {
        "failed": failed,
        "mb_per_hour": round(slope(samples), 2),
        "most_mb": round(max(size for _, size in samples), 1),
        "rounds": number,
        "facts": head,
        "inquiries": len(quotes),
        "answers": dict(sorted(shop.answers.items())),
    }


def main() -> None:
    """Print the figure as one JSON line."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--rounds", type=float, default=2, help="rounds a second")
    wanted = parser.parse_args()
    print(json.dumps(asyncio.run(soak(wanted.minutes, wanted.rounds))))


if __name__ == "__main__":
    main()
