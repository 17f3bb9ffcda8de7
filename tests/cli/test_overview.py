"""``plait today``, ``find`` and ``network`` beside a running node: within 80 columns, as JSON, with their exit codes."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.nodes import nodes, settle
from tests.support.shop import ask, furnish


async def plait(data: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command beside the nodes of this process."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PLAIT_")} | {"COLUMNS": "80", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "plait", *arguments, "--data", str(data)]
    return await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=False, env=env)


async def test_verbs(tmp_path: Path) -> None:
    """Tests what each verb says to people and to programs, that skipping a step is seen at once, and that nothing found exits 1."""
    async with nodes(tmp_path, "helix", "meridian") as (helix, meridian):
        await furnish(helix)
        line = {"customer": "Oakmill", "order_no": "77", "due": "2026-01-05", "quantity": "10", "part_id": "SHAFT", "name": "Shaft"}
        await helix.ok("POST", "/api/v1/desk/orders", line)
        await ask(meridian, helix)
        await settle(helix, meridian)
        folder = helix.folder
        said = {
            ("today",): ("now SO-00001 for Oakmill: Late by", "Open orders", "1 late", "machine", "plait today skip STEP"),
            ("today", "--language", "de"): ("für Oakmill", "Offene Aufträge"),
            ("today", "skip", "machine"): ("skipped machine", "open people"),
            ("today", "take-up", "machine"): ("open    machine",),
            ("today", "steps"): ("done    firm",),
            ("find", "so-00001"): ("SO-00001", "our order number", "Oakmill 77"),
            ("find", "(01)09521002000016(21)A1"): ("read as (01)09521002000016(21)A1", "GTIN"),
            ("network",): ("helix (we)", "manufacturing", "RFQ-00001"),
        }
        for arguments, words in said.items():
            done = await plait(folder, *arguments)
            assert done.returncode == 0, done.stdout + done.stderr
            assert all(len(row) <= 80 for row in done.stdout.splitlines()), done.stdout
            text = " ".join(done.stdout.split())
            assert [word for word in words if " ".join(word.split()) not in text] == [], done.stdout
        for arguments in (("today",), ("today", "steps"), ("find", "SHAFT"), ("network",)):
            assert json.loads((await plait(folder, *arguments, "--json")).stdout)
        nothing = await plait(folder, "find", "rocket")
        assert (nothing.returncode, nothing.stdout) == (1, "Nothing here bears rocket.\n")
        refused = await plait(folder, "today", "skip", "rocket")
        assert refused.returncode == 1
        assert "There is no such step" in refused.stderr
