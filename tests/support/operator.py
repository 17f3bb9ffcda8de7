"""Somebody at a machine: a node with a job to do, a person with a badge and a PIN, and a telephone that speaks as the page does."""

from dataclasses import dataclass
from typing import Any

import httpx

from plait.identity.people.passwords import Passwords
from plait.kernel.actor import system_actor
from plait.manufacturing.line.model import RunOrder, Step
from tests.support.nodes import Running, settle
from tests.support.shop import furnish

__all__ = ["PIN", "Phone", "at_work", "badge_for", "open_run"]

PIN = "4071"


@dataclass
class Phone:
    """A telephone on which nobody has signed in yet."""

    node: Running
    http: httpx.AsyncClient

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Call a route of the operator pages as their script does; bytes go as a JPEG."""
        own = {"X-Plait": "op", "Sec-Fetch-Site": "same-origin"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, bytes):
            return await self.http.request(method, f"/op/{path}", content=body, headers={"Content-Type": "image/jpeg"} | own)
        return (
            await self.http.request(method, f"/op/{path}", json=body, headers=own)
            if body is not None
            else await self.http.request(method, f"/op/{path}", headers=own)
        )

    async def enter(self, badge: str, pin: str = PIN) -> httpx.Response:
        """Sign in."""
        return await self.call("POST", "session", {"badge": badge, "pin": pin})

    async def act(self, do: str, job: str = "SO-00001-1-10", key: str = "", **more: Any) -> httpx.Response:
        """Do something at bench-1."""
        headers = {"Idempotency_Key": key} if key else {}
        return await self.call("POST", "acts", {"do": do, "station": "bench-1", "job": job} | more, **headers)


async def badge_for(node: Running, name: str = "Ada Berg", role: str = "operator", pin: str = PIN) -> tuple[str, str]:
    """Enter somebody with a badge and a PIN (empty: none); return their id and the badge's number."""
    node.node.people.passwords = Passwords(memory_kib=1024, passes=1)
    person = await node.ok("POST", "/api/v1/people", {"name": name, "role": role})
    made = await node.ok("POST", f"/api/v1/people/{person['id']}/badge")
    if pin:
        await node.ok("PUT", f"/api/v1/people/{person['id']}/pin", {"pin": pin})
    return person["id"], made["number"].replace(" ", "")


async def open_run(node: Running, number: str = "SO-00001", quantity: int = 4, **more: Any) -> None:
    """Open a run of one batch that is turned by hand at bench-1."""
    steps = (Step(10, "Turn by hand", "bench", 30, 6), Step(20, "Deburr", "bench", 5, 1))
    fields: dict[str, Any] = {"part_name": "Shaft 42CrMo4", "customer_name": "meridian"} | more
    order = RunOrder(number=number, part_id="SHAFT", revision="B", gtin="09521002000016", quantity=quantity, batch_size=50, steps=steps, **fields)
    await node.node.line.open_run(system_actor(node.party), order)


async def at_work(node: Running) -> tuple[Phone, str, str]:
    """Furnish a node with a bench that somebody attends and a job for it; return a telephone, the person's id and the badge."""
    await furnish(node)
    person, badge = await badge_for(node)
    await node.ok("PUT", "/api/v1/line/stations/bench-1/attended")
    await open_run(node)
    await settle(node)
    return Phone(node, node.http), person, badge
