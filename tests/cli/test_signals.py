"""``plait signals`` beside a running node."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from plait.infrastructure.signals import Point
from tests.cli.test_verbs import plait
from tests.support.nodes import Running

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


async def test_signals_are_shown_and_taken_out(tmp_path: Path) -> None:
    """Tests the list, values, steps, one moment and an export that a bare engine reads; what makes no sense is refused in one line."""
    node = Running("shop", tmp_path / "shop")
    await node.start()
    try:
        await node.node.signals.record([Point("mill.Power", AT + timedelta(seconds=each), each * 1.0) for each in range(120)])
        await node.node.signals.record([Point("mill.state", AT, "EXECUTE")])
        data, span = ("--data", str(tmp_path / "shop")), ("--since", "2026-03-02T10:00Z", "--until", "2026-03-02T11:00Z")
        assert "EXECUTE" in (await plait("signals", *data)).stdout
        shown = json.loads((await plait("signals", "show", "mill.Power", *span, "--step", "60", "--figure", "max", *data, "--json")).stdout)
        assert [value["value"] for value in shown["values"]] == [59.0, 119.0]
        assert "119.0" in (await plait("signals", "show", "mill.Power", *span, "--points", "8", *data)).stdout
        moment = json.loads((await plait("signals", "at", "mill.Power", "mill.state", "--time", "2026-03-02T10:00:30Z", *data, "--json")).stdout)
        assert [each["value"] for each in moment] == [30.0, "EXECUTE"]
        out = tmp_path / "march.parquet"
        done = await plait("signals", "export", *span, "--out", str(out), *data)
        assert done.returncode == 0, done.stderr
        assert duckdb.connect(":memory:").execute("SELECT count(value), count(text) FROM read_parquet(?)", [str(out)]).fetchone() == (120, 1)
        assert "exists already" in (await plait("signals", "export", *span, "--out", str(out), *data)).stderr
        wrong = await plait("signals", "show", "mill.Power", "--since", "yesterday", *data)
        assert wrong.returncode == 1
        assert "since: 'yesterday' is no time" in wrong.stderr
    finally:
        await node.stop()
