"""The schedule as a picture: its rows, what is late, what is drawn of much, who may see it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plait.kernel.clock import SYSTEM, iso
from plait.manufacturing.schedule.model import Booking, Calendar, Outage, ShiftHours, WorkCentre
from plait.overview.chart.rules import bar_of, cut, flags_of, lanes
from tests.support.nodes import nodes
from tests.support.shop import CENTRE, PART, shop_day

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
DAY = Calendar("UTC", (ShiftHours((0, 1, 2, 3, 4), "06:00", "14:00"),))


def booking(number: int, hours: float, centre: str = "hob-1", order: str = "SO-1") -> Booking:
    """Return a job of two hours."""
    start = NOW + timedelta(hours=hours)
    return Booking(f"{order}-{number}-10", "H-1", order, "GEAR", number, 10, "hobbing", "hob", centre, "", 5, start, start + timedelta(hours=2), 7_200_000)


def test_rows_show_closed_time_outages_and_how_full_they_are() -> None:
    """Tests that each work centre has its row with closed time, outages and the share taken, and that steps outside have one when there are any."""
    centres = [WorkCentre("hob-1", "hob", DAY), WorkCentre("hob-2", "hob", DAY)]
    bars = {"hob-1": [bar_of(booking(1, 0), None, None, proposed=False)], "": [bar_of(booking(2, 2, ""), None, None, proposed=False)]}
    out = Outage("D-1", "hob-2", NOW + timedelta(hours=1), NOW + timedelta(hours=2), "tool", True)
    first, second, outside = lanes(centres, bars, [out], {}, NOW, NOW + timedelta(days=1))
    assert (first.id, first.booked, first.others) == ("hob-1", 0.25, ["hob-2"])
    assert [(span.start, span.end) for span in first.closed] == [(NOW + timedelta(hours=8), NOW + timedelta(days=1))]
    assert ([span.reason for span in second.down], second.booked, outside.id, len(outside.bars)) == (["tool"], 0.0, "", 1)


def test_flags_stand_where_an_order_ends() -> None:
    """Tests that an order's date stands on the row of its last job, and only when it lies in the window."""
    bars = {"hob-1": [bar_of(booking(1, 0), None, None, proposed=False)], "grind": [bar_of(booking(2, 5, "grind"), None, None, proposed=False)]}
    due = {"SO-1": (NOW + timedelta(hours=3), True)}
    flags = flags_of(bars, due, NOW, NOW + timedelta(days=1))
    assert {row: [(flag.order, flag.late) for flag in found] for row, found in flags.items()} == {"grind": [("SO-1", True)]}
    assert flags_of(bars, due, NOW, NOW + timedelta(hours=2)) == {}


def test_of_too_many_bars_the_first_are_drawn() -> None:
    """Tests that no more bars are drawn than asked for, the earliest of all rows, and that the rest is counted."""
    bars = {name: [bar_of(booking(n, n, name), None, None, proposed=False) for n in range(10)] for name in ("a", "b")}
    kept, left = cut(bars, 5)
    assert ({name: len(found) for name, found in kept.items()}, left) == ({"a": 3, "b": 2}, 15)
    assert cut(bars, 20) == (bars, 0)


async def test_chart_of_a_shop(tmp_path: Path) -> None:
    """Tests that an order is drawn as planned before it is booked and as booked after, that late ones are named, and a narrow token sees no customer."""
    async with nodes(tmp_path, "helix") as (helix,):
        await helix.ok("PUT", "/api/v1/parts/SHAFT", PART)
        await helix.ok("PUT", "/api/v1/work-centres/bench-1", CENTRE)
        order = {"customer": "oakmill", "order_no": "L-1", "part_id": "SHAFT", "name": "Shaft", "quantity": "10"}
        await helix.ok("POST", "/api/v1/desk/orders", order | {"due": shop_day(-2).isoformat()})
        chart = await helix.ok("GET", "/api/v1/schedule/chart")
        (lane,) = chart["lanes"]
        assert (chart["late_count"], chart["unbooked"], [line["order_no"] for line in chart["late"]]) == (1, 1, ["L-1"])
        assert [(bar["state"], bar["number"], bar["customer"], bar["late"]) for bar in lane["bars"]] == [("proposed", "L-1", "oakmill", True)]
        await helix.ok("POST", "/api/v1/desk/plan")
        chart = await helix.ok("GET", "/api/v1/schedule/chart")
        (bar,) = chart["lanes"][0]["bars"]
        assert (bar["state"], bar["number"], bar["late"], chart["unbooked"]) == ("planned", "L-1", True, 0)
        tomorrow = iso(SYSTEM.now() + timedelta(days=1))
        tried = await helix.ok("POST", f"/api/v1/schedule/jobs/{bar['job_id']}/what-if", {"start": tomorrow})
        assert [each["order"] for each in tried["repair"]["orders"]] == [bar["order"]]
        await helix.ok("POST", f"/api/v1/schedule/jobs/{bar['job_id']}/move", {"start": tomorrow})
        (moved,) = (await helix.ok("GET", "/api/v1/schedule/chart"))["lanes"][0]["bars"]
        assert (moved["frozen"], moved["start"] > bar["start"], moved["why"]) == (True, True, "A person put it here.")
        await helix.ok("POST", f"/api/v1/schedule/jobs/{bar['job_id']}/freeze", {"frozen": False})
        assert not (await helix.ok("GET", "/api/v1/schedule/chart"))["lanes"][0]["bars"][0]["frozen"]
        token = (await helix.ok("POST", "/api/v1/tokens", {"role": "viewer", "scopes": ["schedule.read"]}))["token"]
        narrow = await helix.ok("GET", "/api/v1/schedule/chart", token=token)
        assert (narrow["late_count"], narrow["late"], narrow["unbooked"], len(narrow["lanes"])) == (None, [], 0, 1)


@pytest.mark.parametrize("window", ["since=2026-03-02T06:00Z&until=2026-03-02T06:00Z", "since=2026-03-02T06:00Z&until=2026-09-02T06:00Z"])
async def test_windows_that_are_none(tmp_path: Path, window: str) -> None:
    """Tests that a window of no time, or of half a year, is refused with the reason."""
    async with nodes(tmp_path, "helix") as (helix,):
        answer = await helix.call("GET", f"/api/v1/schedule/chart?{window}")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
