"""Papers for a shop whose orders come by lists and whose plan is made by ``plait desk plan``: no machine, no run, no partner."""

import asyncio
import io
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from plait.cli import app
from tests.manufacturing.desk.papers.reading import squeezed, words
from tests.manufacturing.desk.papers.test_floor import codes
from tests.support.nodes import nodes

SHIFTS = [{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "00:00"}]
BENCH = {"id": "bench-1", "group": "bench", "calendar": {"zone": "UTC", "shifts": SHIFTS}}
OPS = [{"seq": 10, "name": "turn", "process": "turning", "group": "bench", "setup_min": 15, "cycle_min": 6, "estimated": True}]
BAR = {"part": "BAR", "name": "Round bar 40", "quantity": "0.2", "unit": "MTR"}
PART = {"id": "SHAFT", "revision": "B", "name": "Shaft", "process": "turning", "batch_size": 10, "routing": OPS, "materials": [BAR]}


def cli(*arguments: str) -> None:
    with pytest.raises(SystemExit) as ended:
        app(list(arguments))
    assert not ended.value.code


async def test_papers_of_a_planned_line_without_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a line has route cards with a bar code an operation and its place in the week's plan as soon as it is planned, and not before."""
    monkeypatch.chdir(tmp_path)
    async with nodes(tmp_path, "helix") as (here,):
        await here.ok("PUT", "/api/v1/work-centres/bench-1", BENCH)
        await here.ok("PUT", "/api/v1/parts/SHAFT", PART)
        due = (here.node.clock.now().date() + timedelta(days=20)).isoformat()
        body = {"customer": "meridian", "order_no": "4500117", "line_no": "10", "part_id": "SHAFT", "quantity": "25", "due": due}
        line = (await here.ok("POST", "/api/v1/desk/orders", body))["id"]
        early = await here.call("GET", f"/api/v1/desk/papers/runs/{line}")
        assert (early.status_code, early.json()["code"]) == (409, "not-planned")
        await here.ok("POST", "/api/v1/desk/plan")
        data = str(here.folder)
        await asyncio.to_thread(cli, "desk", "paper", "route", line, "--language", "de", "--data", data)
        pdf = (tmp_path / f"route-{line}.pdf").read_bytes()
        jobs = {row["job_id"] for row in await here.ok("GET", "/api/v1/schedule")}
        assert len(jobs) > 1
        assert codes(pdf) == {line, *jobs}
        text = squeezed(words(pdf))
        for said in ("Laufkarte", "Shaft", "meridian 4500117", "bench-1", "BAR", "5 m", "Rüsten 15", "geschätzt"):
            assert squeezed(said) in text, said
        await asyncio.to_thread(cli, "desk", "paper", "week", "--day", due, "--to", "empty.pdf", "--data", data)
        assert "Nothing is planned." in words((tmp_path / "empty.pdf").read_bytes())
        rows = []
        for days in (0, 7):  # it may go on over the weekend
            day = (here.node.clock.now().date() + timedelta(days=days)).isoformat()
            await asyncio.to_thread(cli, "desk", "paper", "week", "--day", day, "--to", f"{day}.xlsx", "--data", data)
            rows += list(openpyxl.load_workbook(io.BytesIO((tmp_path / f"{day}.xlsx").read_bytes())).active.iter_rows(min_row=2, values_only=True))
        jobs = {row for row in rows if row[3]}
        assert {row[3] for row in jobs} == {line}
        assert sum(row[8] for row in jobs) == 25
        await here.ok("POST", f"/api/v1/desk/orders/{line}/close", {"state": "cancelled", "reason": "not wanted"})
        assert (await here.call("GET", f"/api/v1/desk/papers/runs/{line}")).status_code == 409
        assert (await here.call("GET", "/api/v1/desk/papers/runs/SO-99999")).status_code == 404


async def test_confirmation_and_delivery_note_of_orders_in_the_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that an order from a list is confirmed and delivered on paper: by line or customer's number, whole or in part, with label and code."""
    monkeypatch.chdir(tmp_path)
    async with nodes(tmp_path, "helix") as (here,):
        await here.ok("PUT", "/api/v1/work-centres/bench-1", BENCH)
        await here.ok("PUT", "/api/v1/parts/SHAFT", {**PART, "gtin": "09521002000016"})
        due = (here.node.clock.now().date() + timedelta(days=20)).isoformat()
        price = {"amount": "18.40", "currency": "EUR"}
        body = {"customer": "meridian", "order_no": "4500117", "part_id": "SHAFT", "due": due, "price": price}
        for pos, quantity in (("10", "25"), ("20", "5")):
            await here.ok("POST", "/api/v1/desk/orders", {**body, "line_no": pos, "quantity": quantity})
        undated = await here.call("GET", "/api/v1/desk/papers/confirmations/4500117")
        assert (undated.status_code, undated.json()["code"]) == (409, "not-planned")
        await here.ok("POST", "/api/v1/desk/plan")
        data = ("--data", str(here.folder))
        await asyncio.to_thread(cli, "desk", "paper", "confirmation", "4500117", "--language", "en", *data)
        text = squeezed(words((tmp_path / "confirmation-4500117.pdf").read_bytes()))
        for said in ("Order confirmation", "meridian", "4500117", "SO-00001", "SO-00002", "25 pcs", "EUR 552.00"):
            assert squeezed(said) in text, said
        await asyncio.to_thread(cli, "desk", "paper", "delivery", "SO-00001", "--quantity", "20", "--lot", "L7", "--language", "de", *data)
        pdf = (tmp_path / "delivery-SO-00001.pdf").read_bytes()
        text = squeezed(words(pdf))
        for said in ("Lieferschein SO-00001", "meridian", "4500117", "20 Stk.", "L7", "Etiketten"):
            assert squeezed(said) in text, said
        found = codes(pdf)
        assert {"SO-00001", "(01)09521002000016(10)L7"} <= found
        both = await here.call("GET", "/api/v1/desk/papers/deliveries/4500117?labels=false")
        assert squeezed("25 pcs") in squeezed(words(both.content))
        assert squeezed("5 pcs") in squeezed(words(both.content))
        for path, status in (
            ("confirmations/NONE", 404),
            ("deliveries/NONE", 404),
            ("deliveries/SO-00001?quantity=26", 422),
            ("deliveries/4500117?quantity=1", 422),
        ):
            assert (await here.call("GET", f"/api/v1/desk/papers/{path}")).status_code == status, path
        await here.ok("POST", "/api/v1/desk/orders", {**body, "customer": "oakmill", "line_no": "1", "quantity": "1"})
        assert (await here.call("GET", "/api/v1/desk/papers/confirmations/4500117")).status_code == 422
