"""The list to try the desk with: what it shows must not hang on the day it is tried."""

from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from plait.manufacturing.desk.inbox.example import order_list
from tests.support.nodes import nodes
from tests.support.shop import FIRM

MONDAY = date(2031, 3, 3)


@pytest.mark.parametrize("hour", [0, 6, 11, 23])
async def test_one_order_is_late_on_any_day_of_the_week(tmp_path: Path, hour: int) -> None:
    """Tests that just one order of the example cannot be made in time, on whatever day and at whatever hour somebody tries it."""
    async with nodes(tmp_path, "helix") as (helix,):
        await helix.ok("PUT", "/api/v1/firm", {"name": "helix", **FIRM})
        late = helix.node.desk.late
        for number in range(7):
            day = MONDAY + timedelta(days=number)
            item = await helix.ok("POST", "/api/v1/desk/inbox?name=orders.csv&sender=shop", order_list(day))
            await helix.ok("POST", f"/api/v1/desk/inbox/{item['id']}/apply", {})
            await helix.ok("POST", "/api/v1/desk/estimates", {"parts": [], "apply": True})
            await helix.node.store.activity.wait_idle()
            now = datetime(day.year, day.month, day.day, hour, 20, tzinfo=ZoneInfo(FIRM["zone"]))
            late.clock = SimpleNamespace(now=lambda now=now: now)
            report = await helix.ok("GET", "/api/v1/desk/late")
            assert (report["total"], report["unplanned"]) == (5, 0)
            assert [line["order_no"] for line in report["lines"] if line["verdict"] == "late"] == ["R-88"], day
