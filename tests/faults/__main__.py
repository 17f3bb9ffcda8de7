"""``make faults``: many more faults than CI has time for. Prints how many were tried and what was found.

python -m tests.faults [--kills 1000] [--disk 300] [--lake 200] [--pairs 100] [--restarts 50] [--mqtt 200] [--stumbles 5] [--no-matrix] [--seed 1] [--json]
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from plait.cli.demo.script import FIRMS
from plait.cli.demo.steps import STEPS
from plait.kernel.clock import SYSTEM
from tests.faults.folders import folder_damage
from tests.faults.harness import nursery
from tests.faults.lake import lake_kills
from tests.faults.nodes import node_kills
from tests.faults.pairs import pair_kills
from tests.faults.runs import RUNS, WORKS, Report, damage
from tests.faults.storm import storm, stumbling
from tests.infrastructure.mqtt.crowd import crowd
from tests.infrastructure.mqtt.kills import kills
from tests.infrastructure.restarts import restarts


def disk(space: Path, number: int, seed: int) -> Iterator[tuple[str, Report]]:
    """Run every fault with every kind of work."""
    with nursery(space) as child:
        for fault, run in RUNS.items():
            for work in WORKS:
                there = space / f"{fault}-{work}"
                there.mkdir()
                few = max(1, number // 10) if (fault, work) == ("full", "events") else number
                yield f"disk {fault} {work}", run(child, work, there, few, seed)
        (space / "damage").mkdir()
        yield "disk damaged files", damage(child, space / "damage", number, seed)
    yield "any file of a node's folder damaged", folder_damage(space / "folders", number, seed)


def matrix(space: Path, seed: int) -> Iterator[tuple[str, Report]]:
    """Kill every node in every step, one run each."""
    for firm in FIRMS:
        for step in range(1, len(STEPS) + 1):
            folder = space / f"{firm}-{step}"
            try:
                told, found = asyncio.run(storm(folder, {step: firm}, seed + step))
                found = found + [f"step {each['n']} failed" for each in told["steps"] if not each["ok"]]
            except Exception as error:  # noqa: BLE001 - a run that breaks is a finding like any other
                found = [f"{type(error).__name__}: {error}"]
            yield f"demo {firm} killed in step {step}", Report(1, found)


def stumbles(space: Path, number: int, seed: int) -> Iterator[tuple[str, Report]]:
    """Let the reactions of all nodes fail half done, again and again, and compare the story with that of a calm run."""
    story, _ = asyncio.run(storm(space / "calm", {}, seed))
    for index in range(number):
        with stumbling(seed + index):
            told, found = asyncio.run(storm(space / f"stumble-{index}", {}, seed))
        found += [] if told["story"] == story["story"] else ["another story was told"]
        yield f"demo stumbling, seed {seed + index}", Report(1, found)


def machines(space: Path, number: int) -> Iterator[tuple[str, Report]]:
    """Switch an OPC UA server off and on under a linked node."""
    (space / "restarts").mkdir()
    yield "an OPC UA server switched off and on", Report(number, asyncio.run(restarts(space / "restarts", number)))


def mqtt(space: Path, number: int, seed: int) -> Iterator[tuple[str, Report]]:
    """Kill the MQTT listener under load, and let ten thousand clients come at once."""
    yield "an MQTT listener killed under load", Report(number, asyncio.run(kills(space / "mqtt", number, seed)))
    yield "10,000 MQTT clients at once", Report(10_000, crowd(space / "crowd", 10_000))


def reports(space: Path, wanted: argparse.Namespace) -> Iterator[tuple[str, Report]]:
    """Yield each part's report as it is done."""
    if wanted.disk:
        yield from disk(space, wanted.disk, wanted.seed)
    if wanted.kills:
        yield "a whole node killed at drawn writes", asyncio.run(node_kills(space / "nodes", wanted.kills, wanted.seed))
    if wanted.mqtt:
        yield from mqtt(space, wanted.mqtt, wanted.seed)
    if wanted.lake:
        yield "the signal lake killed at drawn writes", lake_kills(space / "lake", wanted.lake, wanted.seed)
    if wanted.pairs:
        yield "two firms dealing, either killed at drawn writes", asyncio.run(pair_kills(space / "pairs", wanted.pairs, wanted.seed))
    if wanted.restarts:
        yield from machines(Path(space), wanted.restarts)
    if wanted.stumbles:
        yield from stumbles(Path(space), wanted.stumbles, wanted.seed)
    if wanted.matrix:
        yield from matrix(space, wanted.seed)


def main() -> int:
    """Return 0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="kills of a whole node under load")
    parser.add_argument("--disk", type=int, default=300, help="faults of each kind for each kind of work")
    parser.add_argument("--lake", type=int, default=200, help="kills of the signal lake while it records, compacts and merges")
    parser.add_argument("--pairs", type=int, default=100, help="kills of one of two firms that deal with each other")
    parser.add_argument("--restarts", type=int, default=50, help="an OPC UA server switched off and on under a linked node")
    parser.add_argument("--mqtt", type=int, default=200, help="kills of the MQTT listener under load")
    parser.add_argument("--stumbles", type=int, default=5, help="runs of the demo whose reactions fail half done (a minute each)")
    parser.add_argument("--matrix", action=argparse.BooleanOptionalAction, default=True, help="all seven nodes of the demo in all ten steps (an hour or more)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON object at the end")
    wanted = parser.parse_args()
    began, runs, found = SYSTEM.monotonic(), 0, []
    with tempfile.TemporaryDirectory(prefix="plait-faults-") as name:
        for what, report in reports(Path(name), wanted):
            runs += report.runs
            found += report.found
            verdict = f"{len(report.found)} FOUND" if report.found else "nothing found"
            print(f"{what:<44} {report.runs:>5} runs  {verdict}  ({SYSTEM.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)
            for each in report.found[:10]:
                print(f"    {each}", file=sys.stderr)
    if wanted.json:
        print(json.dumps({"runs": runs, "found": found, "seed": wanted.seed, "wall_s": round(SYSTEM.monotonic() - began, 1)}))
    else:
        print(f"{runs} faults, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
