"""``plait alarms`` and rules over HTTP, with a node and a machine that really talks."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.cli.test_verbs import plait
from tests.support.nodes import nodes

MACHINE = {"id": "saw-1", "name": "Saw", "group": "saw", "adapter": "push", "config": {}, "signals": []}
RULES = {"rules": "when current > 5 then running\notherwise idle"}


async def test_from_a_value_to_a_call(tmp_path: Path) -> None:
    """Tests that a value pushed over HTTP makes a machine run by its rules and an alarm call, that it is on Today, and what the terminal does with it."""
    async with nodes(tmp_path, "helix") as (node,):
        data = ("--data", str(node.folder))
        await node.ok("POST", "/api/v1/machines", MACHINE)
        await node.ok("PUT", "/api/v1/machines/saw-1/rules", RULES)
        how = ("alarms", "define", "hot", "--machine", "saw-1", "--kind", "high", "--signal", "current", "--limit", "9", "--severity", "critical")
        dry = await plait(*how, "--dry-run", *data)
        assert "raised 0 times" in dry.stdout, dry.stderr
        done = await plait(*how, "--text", "Too much current", "--json", *data)
        assert json.loads(done.stdout)["state"] == "normal", done.stderr
        await node.ok("POST", "/api/v1/machines/saw-1/push", {"current": 11})

        async def found(path: str, true: Any) -> Any:
            async with asyncio.timeout(60):
                while not true(answer := await node.ok("GET", path)):
                    await node.ok("GET", "/health/live")
                return answer

        (alarm,) = await found("/api/v1/alarms", bool)
        assert (alarm["state"], alarm["value"]) == ("unacknowledged", 11.0)
        await found("/api/v1/machines/saw-1", lambda row: row["state"] == "running")
        today = await node.ok("GET", "/api/v1/today")
        assert any(need["kind"] == "alarm" and "Too much current" in need["said"] for need in today["needs"])
        assert "Too much current" in (await plait("alarms", *data)).stdout
        assert "hot: acknowledged." in (await plait("alarms", "ack", "hot", "--note", "seen", *data)).stdout
        assert "shelved until" in (await plait("alarms", "shelve", "hot", "--reason", "known", *data)).stdout
        assert "No way to call anybody is set" in (await plait("alarms", "test", *data)).stderr
        assert json.loads((await plait("alarms", "--all", "--json", *data)).stdout)[0]["state"] == "shelved"
