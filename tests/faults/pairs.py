"""Two firms that deal with each other, either killed at a drawn write: orders, contracts and backups, while both sides insist."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx

from plait.kernel.clock import SYSTEM, iso
from plait.kernel.ids import new_id
from plait.kernel.problems import Problem
from plait.upkeep.backup.service import verify_archive
from tests.faults.disk import Fault
from tests.faults.nodes import PATIENCE_S, Process
from tests.faults.runs import Report
from tests.support.shop import CENTRE, FIRM, PART, WANTED

__all__ = ["Dealing", "Side", "begin", "look", "pair_kills", "settled"]

WRITES = 120
LOOK_EVERY = 4
SETTLED_S = 120.0
SETTINGS = '[network]\ntrusted = ["127.0.0.1/32"]\n[limits]\nown_per_s = 0\npartner_per_s = 0\n'
ENDED = {"FINALIZED", "TERMINATED"}
COMPARED = ("RequestForQuotation", "Quotation", "Order", "OrderResponse")


class Side:
    """One of the two: its process, and a client that insists while it is down."""

    def __init__(self, name: str, folder: Path, http: httpx.AsyncClient, process: Process) -> None:
        self.name, self.folder, self.http, self.process = name, folder, http, process
        self.party = ""

    async def call(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        """Send one request until it is answered, under one key; AssertionError for an answer that is no success."""
        while True:
            try:
                token = (self.folder / "admin.token").read_text("utf-8").strip()
                headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
                answer = await self.http.request(method, path, json=body, headers=headers)
            except (httpx.TransportError, FileNotFoundError):
                await SYSTEM.sleep(0.02)
                continue
            if answer.status_code in {502, 503} or "The token is not accepted" in answer.text:  # the other is away, or its clock is wrong
                await SYSTEM.sleep(0.02)
                continue
            assert answer.status_code < 300, f"{self.name} {method} {path}: {answer.status_code} {answer.text}"
            return answer.json() if answer.content else None

    async def documents(self, kind: str) -> list[dict[str, Any]]:
        """Return its trade documents of a kind."""
        found: list[dict[str, Any]] = await self.call("GET", f"/api/v1/trade/documents?type={kind}&limit=1000")
        return found

    async def again(self, fault: Fault) -> None:
        """End it, whatever it does, and start it on a disk with ``fault``."""
        self.process.stop()
        self.process.start(fault)
        if fault == Fault():
            assert await self.process.ready(self.http), f"{self.name} does not start again"


class Dealing:
    """What the two do again and again, and what they were told."""

    def __init__(self, mill: Side, shop: Side, stick: Path) -> None:
        self.mill, self.shop, self.stick = mill, shop, stick
        self.over = asyncio.Event()
        self.orders: list[str] = []
        self.datasets: list[str] = []

    async def furnish(self) -> None:
        """Tell both who they are, let them know each other."""
        await self.mill.call("PUT", "/api/v1/parts/SHAFT", PART | {"batch_size": 1})
        await self.mill.call("PUT", "/api/v1/work-centres/bench-1", CENTRE)
        await self.mill.call(
            "POST", "/api/v1/capabilities", {"id": "shafts", "process": "turning", "materials": ["42CrMo4"], "isic": "2592", "region": "DE-BW"}
        )
        await self.shop.call("POST", "/api/v1/directory/join", {"url": str(self.mill.http.base_url)})
        await settled(self.mill, self.shop)

    async def order(self) -> None:
        """Ask, wait for the quotation, order on it, wait for the promise."""
        line = {"name": "Shaft", "quantity": "1", "requirement": WANTED}
        body = {"party": self.mill.party, "lines": [line], "respond_by": iso(SYSTEM.now() + timedelta(days=1))}
        rfq = await self.shop.call("POST", "/api/v1/trade/rfqs", body, new_id())
        quotation = await self._answer("Quotation", rfq["id"])
        order = await self.shop.call("POST", "/api/v1/trade/orders", {"quotation_id": quotation["id"]}, new_id())
        await self._answer("OrderResponse", order["id"])
        self.orders.append(order["id"])

    async def _answer(self, kind: str, to: str) -> dict[str, Any]:
        end = SYSTEM.monotonic() + SETTLED_S
        while True:
            for each in await self.shop.documents(kind):
                if any(ref["id"] == to for ref in each["refs"]):
                    return each
            assert SYSTEM.monotonic() < end, f"no {kind} comes to {to}; {await at_work(self.mill, self.shop)}"
            await SYSTEM.sleep(0.2)

    async def contract(self) -> None:
        """Offer a dataset and negotiate for it, until it is agreed."""
        dataset = f"set-{len(self.datasets)}"
        policy = {"membership": True}
        await self.mill.call("POST", "/api/v1/sharing/datasets", {"id": dataset, "kind": "traceability", "policy": policy}, new_id())
        await self.shop.call("POST", "/api/v1/sharing/agreements", {"party": self.mill.party, "dataset": dataset})
        self.datasets.append(dataset)
        end = SYSTEM.monotonic() + SETTLED_S
        while dataset not in {each["dataset"] for each in await self.shop.call("GET", "/api/v1/sharing/agreements")}:
            assert SYSTEM.monotonic() < end, f"{dataset} is not agreed; {await at_work(self.mill, self.shop)}"
            await SYSTEM.sleep(0.2)

    async def back_up(self) -> None:
        """Make a backup of the mill, whatever comes of it."""
        with_it = {"to": str(self.stick), "plain": True}
        try:
            await self.mill.call("POST", "/api/v1/backups", with_it)
        except AssertionError as error:  # one is under way already
            if "409" not in str(error):
                raise
        await SYSTEM.sleep(0.1)

    async def work(self, *, backups: bool = True) -> None:
        """Do all three until told to end; what has begun is finished."""

        async def repeat(act: Any) -> None:
            while not self.over.is_set():
                await act()

        await asyncio.gather(*(repeat(act) for act in (self.order, self.order, self.contract, *([self.back_up] if backups else []))))


async def settled(*sides: Side) -> None:
    """Wait until both have had nothing to do twice in a row, and nothing waits for the other."""
    quiet, end = 0, SYSTEM.monotonic() + SETTLED_S
    while quiet < 2:
        left = await at_work(*sides)
        assert SYSTEM.monotonic() < end, left
        quiet = 0 if left else quiet + 1
        await SYSTEM.sleep(0.05)


async def at_work(*sides: Side) -> str:
    """Return what they have still to do, empty when nothing."""
    working = {side.name: said["busy"] for side in sides if not (said := await side.call("GET", "/health/idle"))["idle"]}
    waiting = [f"{side.name}: {each}" for side in sides for each in await side.call("GET", "/api/v1/deliveries") if each["state"] == "waiting"]
    return f"at work: {working}; waiting: {waiting}" if working or waiting else ""


async def pair_kills(space: Path, kills: int, seed: int) -> Report:
    """Kill one of the two ``kills`` times at drawn writes; look after every fourth kill and at the end."""
    draw, found = Random(seed), []
    async with AsyncExitStack() as stack:
        sides = [await begin(stack, space / name, name) for name in ("mill", "shop")]
        mill, shop = sides
        stick = space / "stick"
        await asyncio.to_thread(stick.mkdir)
        dealing = Dealing(mill, shop, stick)
        await dealing.furnish()
        for first in range(1, kills + 1, LOOK_EVERY):
            last = min(kills, first + LOOK_EVERY - 1)
            faults = [(draw.choice(sides), Fault(kill_at=draw.randint(1, WRITES), tear=draw.randint(0, 1))) for _ in range(first, last + 1)]
            await _kill(faults, dealing)
            await settled(*sides)
            found += [f"kill {last} seed {seed}: {each}" for each in await look(dealing)]
        if not dealing.orders or not dealing.datasets:
            found.append("nothing was done")
    return Report(kills, found)


async def begin(stack: AsyncExitStack, folder: Path, name: str, *, shifting: bool = False) -> Side:
    """Start one of the two; ``shifting``: its clock can be set."""
    await asyncio.to_thread(folder.mkdir, parents=True)
    (folder / "plait.toml").write_text(SETTINGS, "utf-8")
    process = Process(folder)
    http = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{process.port}", timeout=PATIENCE_S, trust_env=False))
    stack.callback(process.stop)
    if shifting:
        process.set_clock(0)
    side = Side(name, folder, http, process)
    await side.again(Fault())
    await side.call("PUT", "/api/v1/firm", {"name": name, **FIRM} if name == "mill" else {"name": name})
    side.party = (await side.call("GET", "/api/v1/firm"))["party_id"]
    return side


async def _kill(faults: Sequence[tuple[Side, Fault]], dealing: Dealing) -> None:
    """Let the two deal while one after the other dies of its fault, start both on sound disks, and let what was begun be finished."""
    dealing.over.clear()
    working = asyncio.create_task(dealing.work())
    dead: Side | None = None
    for victim, fault in faults:
        if dead is not None and dead is not victim:
            await dead.again(Fault())
        await victim.again(fault)
        while not victim.process.gone() and not working.done():
            await SYSTEM.sleep(0.01)
        dead = victim
    dealing.over.set()
    if dead is not None:
        await dead.again(Fault())
    await working


async def look(dealing: Dealing) -> list[str]:
    """Compare both sides with one another and with what was told."""
    mill, shop = dealing.mill, dealing.shop
    found = [f"{side.name}: the chain is broken" for side in (mill, shop) if not (await side.call("GET", "/api/v1/facts/verify"))["ok"]]
    for kind in COMPARED:
        here, there = [{each["id"] for each in await side.documents(kind)} for side in (mill, shop)]
        found += [f"{kind} {id} is on one side only" for id in here ^ there]
    # That a promise cannot be kept is told as often as it is so: a clock that jumps while work begins moves the work.
    answers = [each for kind in ("Quotation", "OrderResponse") for each in await shop.documents(kind) if each.get("code") != "changed"]
    answered = Counter(each["refs"][0]["id"] for each in answers)
    found += [f"{id} was answered {times} times" for id, times in answered.items() if times > 1]
    ordered = {each["id"] for each in await shop.documents("Order")}
    found += [f"order {id} told but gone" for id in dealing.orders if id not in ordered]
    inquiries = {each["order_id"]: each["run"] for each in await mill.call("GET", "/api/v1/desk/inquiries?limit=1000") if each["order_id"]}
    runs = Counter([each["order"]["number"] for each in await mill.call("GET", "/api/v1/line/runs?limit=1000")])
    found += [f"order {id} has no run of its own" for id in ordered if runs.pop(inquiries.get(id, ""), 0) != 1]
    found += [f"run {number} is for no order" for number in runs]
    return found + await _contracts(dealing) + await _backups(dealing)


async def _contracts(dealing: Dealing) -> list[str]:
    rows = [await side.call("GET", "/api/v1/sharing/agreements") for side in (dealing.mill, dealing.shop)]
    here, there = ({each["id"] for each in side} for side in rows)
    found = [f"agreement {id} is on one side only" for id in here ^ there]
    held = Counter(each["dataset"] for each in rows[1])
    found += [f"{dataset}: {held[dataset]} agreements" for dataset in dealing.datasets if held[dataset] != 1]
    for side in (dealing.mill, dealing.shop):
        states = {each["id"]: each["state"] for each in await side.call("GET", "/api/v1/sharing/negotiations")}
        found += [f"{side.name}: negotiation {id} stays {state}" for id, state in states.items() if state not in ENDED]
    return found


async def _backups(dealing: Dealing) -> list[str]:
    made = await asyncio.to_thread(lambda: sorted(dealing.stick.glob("*.plait")))
    told = [each["name"] for each in await dealing.mill.call("GET", "/api/v1/backups") if each["ok"]]
    names = {path.name for path in made}
    return [f"backup {path.name}: {wrong}" for path in made if (wrong := _torn(path))] + _missing(told, names)


def _torn(path: Path) -> str:
    try:
        verify_archive(path)
    except Problem as problem:
        return str(problem)
    return ""


def _missing(told: Sequence[str], names: set[str]) -> list[str]:
    """The newest that was told of must be there; older ones are thinned out."""
    return [] if not told or told[0] in names else [f"backup {json.dumps(told[0])} was told but is gone"]
