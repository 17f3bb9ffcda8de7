"""A whole node is killed at drawn writes while clients insist."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.faults.disk import Fault
from tests.faults.nodes import PATIENCE_S, Process, node_kills

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def test_killed_at_drawn_writes(tmp_path: Path) -> None:
    """Tests that over twenty kills what a client was told is there once, facts and events agree, and repeats under one key do nothing twice."""
    report = await node_kills(tmp_path / "space", 20, 7)
    assert report.runs == 20
    assert report.found == []


async def test_a_slow_disk_holds_up_writers_alone(tmp_path: Path) -> None:
    """Tests that on a disk whose every sync takes a quarter of a second reads are answered while writers wait."""
    process = Process(tmp_path / "node")
    try:
        process.start(Fault(slow_ms=250))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{process.port}", timeout=PATIENCE_S, trust_env=False) as http:
            assert await process.ready(http)
            http.headers["Authorization"] = f"Bearer {(process.folder / 'admin.token').read_text('utf-8').strip()}"
            for round in range(10):
                writing = [asyncio.create_task(http.post("/api/v1/people", json={"name": f"{round}-{each}", "role": "viewer"})) for each in range(20)]
                await asyncio.sleep(0.05)
                reading = await http.get("/api/v1/parts")
                first = not any(task.done() for task in writing)
                answers = await asyncio.gather(*writing)
                assert {answer.status_code for answer in answers} == {201}
                assert reading.status_code == 200
                if first:
                    break
            assert first, "reads wait for writers"
            people = (await http.get("/api/v1/people")).json()
            assert len(people) == 20 * (round + 1)
    finally:
        process.stop()
