"""``plait import signals``: a dry run, the import, the same again, and what it says of a file that is none."""

import json
from asyncio import to_thread
from pathlib import Path

import duckdb
import pytest

from plait.cli.imports import signals
from plait.kernel.problems import Problem
from tests.cli.test_verbs import plait
from tests.support.nodes import nodes

MACHINE = {"id": "oven-1", "name": "Oven", "group": "oven", "adapter": "files", "signals": [{"name": "temperature", "address": "Temp"}]}


async def test_what_a_machine_said_before_is_taken_in(tmp_path: Path) -> None:
    """Tests CSV and Parquet: nothing changes in a dry run, every value is there afterwards, and the same file again changes nothing."""
    (tmp_path / "log").mkdir()
    file = tmp_path / "old.csv"
    file.write_text("Datum;Temp;Programm\n" + "".join(f"01.03.2026 07:{minute:02};{minute},5;P1\n" for minute in range(60)) + "gestern;1;P1\n", "utf-8")
    other = tmp_path / "old.parquet"
    duckdb.sql(f"COPY (SELECT TIMESTAMP '2026-03-02 07:00:00' + INTERVAL (i) SECOND AS time, i AS Temp FROM range(6000) t(i)) TO '{other}' (FORMAT parquet)")
    async with nodes(tmp_path, "helix") as (node,):
        data = ("--data", str(node.folder))
        await node.ok("POST", "/api/v1/machines", {**MACHINE, "config": {"source": str(tmp_path / "log")}})
        how = ("import", "signals", str(file), "--machine", "oven-1", "--zone", "Europe/Berlin", "--column", "Temp=temperature", "--json", *data)
        dry = json.loads((await plait(*how, "--dry-run")).stdout)
        assert (dry["values"], dry["rows_left_out"], dry["signals"]["temperature"]["most"]) == (60, 1, 59.5)
        assert dry["signals"]["temperature"]["first"] == "2026-03-01T06:00:00+00:00"
        span = "/api/v1/signals/oven-1.temperature?since=2026-03-01T00:00:00Z&until=2026-03-03T00:00:00Z"
        for _ in range(2):
            done = await plait(*how)
            assert json.loads(done.stdout)["values"] == 60, done.stderr
            assert len((await node.ok("GET", span))["values"]) == 60
        done = await plait("import", "signals", str(other), "--machine", "oven-1", "--column", "Temp=temperature", *data)
        assert "6000 values of oven-1 are taken in." in done.stdout, done.stderr
        assert len((await node.ok("GET", span))["values"]) == 6060
        for more, said in (
            ({"file": tmp_path / "nothing.csv"}, "no file"),
            ({"time": "when"}, "no column 'when'"),
            ({"machine": "nobody"}, "no machine 'nobody'"),
            ({"column": ("Temp",)}, "say which signal"),
        ):
            given = {"file": file, "machine": "oven-1", "data": node.folder, **more}
            with pytest.raises(Problem, match=said):
                await to_thread(signals, given.pop("file"), **given)
