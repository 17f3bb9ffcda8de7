"""``plait rules`` beside a node whose machine really talks."""

import json
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.cli.test_verbs import plait
from tests.support.nodes import nodes
from tests.support.shop import FIRM, shop_day

MACHINE = {"id": "saw-1", "name": "Saw", "group": "saw", "adapter": "push", "config": {}, "signals": []}
RULES = "# the saw\nwhen current > 5 then running\notherwise idle\ncycle while current > 5\n"
DAY = shop_day(-3)


def moment(hours: float) -> datetime:
    """Return so many hours after the day's midnight at the firm's place."""
    return datetime.combine(DAY, time(), ZoneInfo(FIRM["zone"])) + timedelta(hours=hours)


async def test_from_nothing_to_rules_and_back(tmp_path: Path) -> None:
    """Tests that rules that fit are shown as a text that can be set, that they are set from file, lines and pipe, listed, refused by place, and taken back."""
    async with nodes(tmp_path, "helix") as (node,):
        data = ("--data", str(node.folder))
        assert "No machine yet" in (await plait("rules", *data)).stdout
        await node.ok("POST", "/api/v1/machines", MACHINE)
        await node.ok("POST", "/api/v1/machines/saw-1/push", {"current": 11})
        shown = (await plait("rules", "show", "saw-1", *data)).stdout
        assert "no rules count" in shown and "# signals: current" in shown and "when current > 2" in shown
        file = tmp_path / "saw.rules"
        file.write_text(shown, "utf-8")
        assert "version 1 counts" in (await plait("rules", "set", "saw-1", str(file), *data)).stdout
        lines = ("--text", "when current > 5 then running", "--text", "otherwise idle")
        assert json.loads((await plait("rules", "set", "saw-1", *lines, "--json", *data)).stdout)["version"] == 2
        (row,) = json.loads((await plait("rules", "--json", *data)).stdout)
        assert (row["machine_id"], row["version"], row["rules"]) == ("saw-1", 2, "when current > 5 then running\notherwise idle")
        listed = (await plait("rules", *data)).stdout
        assert "rules, version 2" in listed and "admin.token" in listed

        wrong = await plait("rules", "set", "saw-1", "--text", "otherwise idle", "--text", "when current then running", *data)
        assert (wrong.returncode, "Line 2, column" in wrong.stderr) == (1, True), wrong.stderr
        for nothing in ((), (str(tmp_path / "none.rules"),), (str(file), "--text", "otherwise idle"), ("--none", "--text", "otherwise idle")):
            refused = await plait("rules", "set", "saw-1", *nothing, *data)
            assert (refused.returncode, refused.stdout) == (1, "") and "do:" in refused.stderr
        assert (await node.ok("GET", "/api/v1/machines/saw-1/rules"))["version"] == 2

        assert "version 3 counts" in (await plait("rules", "undo", "saw-1", *data)).stdout
        assert (await node.ok("GET", "/api/v1/machines/saw-1/rules"))["rules"] == shown
        assert "own word counts" in (await plait("rules", "set", "saw-1", "--none", *data)).stdout
        assert "own word" in (await plait("rules", *data)).stdout
        assert "version 5 counts" in (await plait("rules", "undo", "saw-1", "--version", "2", *data)).stdout
        assert (await plait("rules", "show", "saw-1", "--version", "2", *data)).stdout == "when current > 5 then running\notherwise idle\n"
        past = json.loads((await plait("rules", "show", "saw-1", "--versions", "--json", *data)).stdout)
        assert [(each["version"], bool(each["rules"])) for each in past] == [(5, True), (4, False), (3, True), (2, True), (1, True)]
        assert (await plait("rules", "show", "saw-1", "--version", "9", *data)).returncode == 1
        assert (await plait("rules", "show", "saw-9", *data)).returncode == 1


async def test_tried_on_a_past_day(tmp_path: Path) -> None:
    """Tests that rules are tried on a day of the firm's place without changing anything, that unknown signals are named, and what is no past day is refused."""
    async with nodes(tmp_path, "helix") as (node,):
        data = ("--data", str(node.folder))
        await node.ok("PUT", "/api/v1/firm", {"name": "Works", **FIRM})
        await node.ok("POST", "/api/v1/machines", MACHINE)
        file = tmp_path / "saw.rules"
        file.write_text(RULES, "utf-8")
        dry = await plait("rules", "try", "saw-1", str(file), *data)
        assert "nothing" in dry.stdout and "Nothing has ever been heard of: current." in dry.stdout, dry.stderr
        values = [{"signal": "current", "at": at.isoformat(), "value": value} for at, value in ((moment(10), 9), (moment(10.5), 0), (moment(24.5), 9))]
        await node.ok("POST", "/api/v1/machines/saw-1/values", {"values": values})
        how = ("rules", "try", "saw-1", str(file), "--day", DAY.isoformat(), *data)
        run = json.loads((await plait(*how, "--json")).stdout)
        assert (run["points"], run["minutes"], run["cycles"], run["mean_cycle_s"]) == (2, {"running": 30, "idle": 810}, 1, 1800)
        words = (await plait(*how)).stdout
        assert "running 30 min" in words and "1 cycle, 1800.0 s each" in words and "Europe/Berlin" in words and f"{DAY} 10:30:00" in words
        ahead = await plait("rules", "try", "saw-1", str(file), "--day", shop_day(2).isoformat(), *data)
        assert (ahead.returncode, "by at most a week" in ahead.stderr) == (1, True)
        assert "is no day such as" in (await plait("rules", "try", "saw-1", str(file), "--day", "monday", *data)).stderr
        assert (await node.ok("GET", "/api/v1/machines/saw-1/rules"))["version"] == 0
