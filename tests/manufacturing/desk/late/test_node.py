"""Late or not through a whole node: HTTP, the terminal, partners."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from plait.cli import app
from tests.support.nodes import nodes

SHIFTS = [{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "00:00"}]
HOB = {"id": "hob-1", "group": "hob", "calendar": {"zone": "UTC", "shifts": SHIFTS}, "rate": {"amount": "60", "currency": "EUR"}}
GEAR = {"id": "GEAR", "revision": "A", "name": "gear", "process": "gear.cylindrical"}
OPS = [{"seq": 10, "name": "hob", "process": "hobbing", "group": "hob", "cycle_min": 60}]


async def test_over_http_and_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests report, detail, what-if, date and plan through every layer, and that a partner is refused."""
    async with nodes(tmp_path, "helix", "meridian") as (here, other):
        await here.ok("PUT", "/api/v1/work-centres/hob-1", HOB)
        await here.ok("PUT", "/api/v1/parts/GEAR", {**GEAR, "routing": OPS})
        today = here.node.clock.now().date()
        for number, (pieces, days, priority) in enumerate(((100, 30, 1), (20, 2, 0), (5, 30, 0)), 1):
            body = {"customer": "northforge", "order_no": f"PO-{number}", "line_no": "1", "part_id": "GEAR", "quantity": str(pieces), "priority": priority}
            await here.ok("POST", "/api/v1/desk/orders", {**body, "due": (today + timedelta(days=days)).isoformat()})
        report = await here.ok("GET", "/api/v1/desk/late")
        assert (report["total"], report["late"], report["unplanned"]) == (3, 1, 0)
        late = await here.ok("GET", "/api/v1/desk/late?verdict=late&limit=1")
        assert [row["id"] for row in late["lines"]] == ["SO-00002"]
        assert "hob-1 is busy with SO-00001 until" in late["lines"][0]["reason"]
        detail = await here.ok("GET", "/api/v1/desk/late/SO-00002")
        assert detail["remedies"][-1]["kind"] == "new_date"
        done = await here.ok("POST", "/api/v1/desk/what-if", {"changes": [{"type": "cancel", "line": "SO-00001"}]})
        assert done["become_on_time"] == ["SO-00002"]
        date = await here.ok("POST", "/api/v1/desk/date", {"part_id": "GEAR", "quantity": "5"})
        assert "earliest date" in date["reason"]
        assert (await here.call("POST", "/api/v1/desk/what-if", {"changes": [{"type": "cancel", "line": "X"}]})).status_code == 422
        assert (await here.call("GET", "/api/v1/desk/late/SO-9")).status_code == 404
        assert (await other.call("GET", "/api/v1/desk/late", token="")).status_code == 401
        assert (await other.tell(here, "GET", "/api/v1/desk/late")).status_code == 403
        data = str(here.folder)
        for words in (
            ("late",),
            ("late", "--all"),
            ("late", "SO-00002"),
            ("what-if", "--cancel", "SO-00001", "--priority", "SO-00003,1"),
            ("date", "GEAR", "5"),
        ):
            await asyncio.to_thread(_cli, "desk", *words, "--data", data)
        shown = " ".join(capsys.readouterr().out.split())
        assert "3 open lines: 1 late, 0 cannot be planned, 2 on time" in shown
        assert "late before: 1, then: 0" in shown
        await asyncio.to_thread(_cli, "desk", "late", "--json", "--data", data)
        assert json.loads(capsys.readouterr().out)["total"] == 3
        await asyncio.to_thread(_cli, "desk", "plan", "--data", data)
        assert "3 operations of 3 lines are booked; 0 moved, 0 freed" in " ".join(capsys.readouterr().out.split())
        assert {row["order"] for row in await here.ok("GET", "/api/v1/schedule")} == {"SO-00001", "SO-00002", "SO-00003"}


def _cli(*arguments: str) -> None:
    with pytest.raises(SystemExit) as ended:
        app(list(arguments))
    assert not ended.value.code
