"""``desk.quote``: CPU seconds from a customer's request of five lines to its quotation as PDF, through a node's HTTP, beside setting the same page alone.

python -m bench.desk_quote [times]
"""

import asyncio
import json
import resource
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx
import msgspec

from plait.kernel.clock import SYSTEM
from plait.kernel.os import free_port
from plait.kernel.settings import Firm, Http, Settings
from plait.manufacturing.desk.offers.writing import quotation_letter
from plait.manufacturing.desk.papers.model import Cell
from plait.manufacturing.desk.papers.typeset import typeset
from plait.node import Node

PARTS, LINES = 500, 5
BENCH = {"group": "bench", "calendar": {"always": True}, "rate": {"amount": "60", "currency": "EUR"}}


def part(place: int) -> dict[str, Any]:
    """Return one of the parts made here, of three operations."""
    routing = [{"seq": seq, "name": "Turn", "process": "turning", "group": "bench", "setup_min": 20.0, "cycle_min": 2.5} for seq in (10, 20, 30)]
    facts = {"id": f"P-{place:04}", "revision": "A", "name": f"Shaft number {place}", "process": "turning", "material": "42CrMo4"}
    return {**facts, "batch_size": 25, "markup": "0.2", "routing": routing}


async def answer(http: httpx.AsyncClient, turn: int) -> tuple[float, str]:
    """Ask, send, print once; return the CPU seconds of the whole process and the offer's number."""
    wanted = [{"part_no": f"P-{(turn * LINES + place) % PARTS:04}", "quantity": "50"} for place in range(LINES)]
    cpu = SYSTEM.cpu()
    made = (await http.post("/api/v1/desk/offers", json={"customer": "meridian", "language": "de", "lines": wanted})).raise_for_status().json()
    path = f"/api/v1/desk/offers/{made['number']}"
    (await http.post(f"{path}/send")).raise_for_status()
    pdf = (await http.get(f"{path}/pdf")).raise_for_status().content
    spent = SYSTEM.cpu() - cpu
    assert pdf.startswith(b"%PDF")
    return spent, str(made["number"])


async def measure(folder: Path, times: int) -> tuple[list[float], float]:
    """Return the CPU seconds of each answer, and the median of setting the last page alone."""
    node = Node(folder, Settings(firm=Firm("helix"), http=Http(port=free_port())))
    await node.start()
    token = (folder / "admin.token").read_text("utf-8").strip()
    async with httpx.AsyncClient(base_url=node.url, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=60) as http:
        for place in range(4):
            (await http.put(f"/api/v1/work-centres/bench-{place}", json={"id": f"bench-{place}", **BENCH})).raise_for_status()
        for place in range(PARTS):
            (await http.put(f"/api/v1/parts/P-{place:04}", json=part(place))).raise_for_status()
        await node.activity.wait_idle()
        taken = [await answer(http, turn) for turn in range(times)]
    terms, offer = await node.desk.papers.terms(node.house.me), await node.desk.offers.get(node.house.me, taken[-1][1])
    letter, at = quotation_letter(offer, terms, node.clock.now())
    alone = []
    for turn in range(times):
        rows = tuple((row[0], Cell(f"{row[1].text} {turn}"), *row[2:]) for row in letter.rows)  # another text each time: typst remembers what it has set
        page = msgspec.structs.replace(letter, number=f"R-{turn}", intro=(f"{turn}", *letter.intro), rows=rows)
        cpu = SYSTEM.cpu()
        typeset("letter", page, at)
        alone.append(SYSTEM.cpu() - cpu)
    await node.aclose()
    return [spent for spent, _ in taken], statistics.median(alone)


def main() -> None:
    """Print the figure: the first answer of a fresh node, with the median of the following beside it."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        spent, floor = asyncio.run(measure(Path(folder), times))
    figure = {
        "name": "desk.quote",
        "value": round(spent[0], 3),
        "unit": "CPU seconds from request to PDF, the first",
        "median": round(statistics.median(spent[1:]), 3),
        "floor": round(floor, 4),
        "floor_name": "typst, the same page alone",
        "cpu_s": round(sum(spent), 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(json.dumps(figure))


if __name__ == "__main__":
    main()
