"""A node's whole folder with one file of it damaged: started again it has everything, or it says what is wrong."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from plait.infrastructure.signals.model import Point
from plait.kernel.problems import Problem
from plait.store import Blobs
from tests.faults.runs import Report
from tests.support.nodes import Running, settle

__all__ = ["Furnished", "folder_damage", "furnished", "hurt", "judged"]

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
EVENT = {"type": "ObjectEvent", "eventTime": "2026-03-02T10:00:00Z", "eventTimeZoneOffset": "+00:00", "action": "OBSERVE"}
PART = {"id": "BAR", "revision": "A", "name": "Bar", "supply": "buy"}
VALUES = "/api/v1/signals/mill.Power?since=2026-03-02T00:00:00Z&until=2026-03-03T00:00:00Z"
HOW = ("turned", "cut", "zeroed")


class Furnished(NamedTuple):
    """The folder of a node as it was when it had stopped, as a kill would leave it, and what was acknowledged."""

    stopped: Path
    killed: Path
    head: int
    holds: dict[str, Any]


async def furnished(space: Path) -> Furnished:
    """Make a node with people, parts, events, signals and a stored file in ``space``."""
    stopped, killed = space / "stopped", space / "killed"
    shop = await Running("shop", stopped).start()
    try:
        await shop.ok("PUT", "/api/v1/parts/BAR", PART)
        for number in range(40):
            await shop.ok("POST", "/api/v1/people", {"name": f"Person {number}", "role": "viewer"})
            await shop.ok("POST", "/epcis/events", EVENT | {"epcList": [f"urn:epc:id:sgtin:9521000.000001.{number}"]})
        await shop.node.signals.record([Point("mill.Power", AT + timedelta(seconds=each), float(each)) for each in range(200)])
        Blobs(stopped / "blobs").put(b"a drawing" * 500)
        await settle(shop)
        shutil.copytree(stopped, killed)
        head = await shop.node.store.head()
        holds = await _held(shop, head)
    finally:
        await shop.stop()
    return Furnished(stopped, killed, head, holds)


async def _held(shop: Running, head: int) -> dict[str, Any]:
    """Return what was acknowledged up to fact ``head``."""
    events = (await shop.ok("GET", "/epcis/events?perPage=1000"))["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return {
        "facts": [(fact.hash, fact.body) for fact in await shop.node.store.facts(limit=10_000) if fact.seq <= head],
        "events": sorted(events, key=lambda event: str(event["eventID"])),
        "signals": (await shop.ok("GET", VALUES))["values"],
        "key": shop.node.identity.public_jwk(),
    }


def hurt(folder: Path, draw: Random) -> str:
    """Damage one file of the folder and say what was done."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size and not path.name.endswith(("-shm", ".lock")))
    path, how = draw.choice(files), draw.choice(HOW)
    content = bytearray(path.read_bytes())
    place = draw.randrange(len(content))
    if how == "cut":
        del content[place:]
    elif how == "turned":
        content[place] ^= 1 << draw.randrange(8)
    else:
        content[place : place + 512] = bytes(len(content[place : place + 512]))
    path.write_bytes(content)
    return f"{path.relative_to(folder)} {how} at {place}"


async def judged(folder: Path, made: Furnished) -> str:
    """Start the node in ``folder``; return in words what is gone or changed without anything having said so, empty when nothing is."""
    shop = Running("shop", folder)
    try:
        await shop.start()
        report = await shop.ok("GET", "/api/v1/health/report?full=true")
        holds = await _held(shop, made.head)
    except Problem as problem:
        return "" if problem.detail else f"refused without saying why: {problem}"
    except AssertionError as error:  # an answer that is no success
        return "" if "store-damaged" in str(error) or "unavailable" in str(error) else str(error)
    finally:
        await shop.stop()
    if any(check["verdict"] == "bad" or (check["name"], check["verdict"]) == ("files", "look") for check in report["checks"]):
        return ""
    return ", ".join(f"other {what} without a word" for what, held in made.holds.items() if holds[what] != held)


def folder_damage(space: Path, number: int, seed: int) -> Report:
    """Damage a drawn file of a node's folder, stopped or killed, ``number`` times; start it; look."""

    async def run() -> list[str]:
        draw, found = Random(seed), []
        made = await furnished(space / "made")
        for index in range(number):
            folder = space / f"hurt-{index}"
            shutil.copytree(draw.choice((made.stopped, made.killed)), folder)
            what = hurt(folder, draw)
            wrong = await judged(folder, made)
            found += [f"{what} (seed {seed}, {index}): {wrong}"] if wrong else []
            shutil.rmtree(folder)
        return found

    space.mkdir(exist_ok=True)
    return Report(number, asyncio.run(run()))
