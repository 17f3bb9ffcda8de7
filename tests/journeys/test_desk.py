"""The order desk of a whole node: lists come by the drop folder, by HTTP and on the terminal; what was acknowledged survives."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from plait.kernel.os import WINDOWS, child_options, free_port
from plait.upkeep.backup.restore import restore
from plait.upkeep.export.service import export
from tests.journeys.test_bad_input import quoted
from tests.manufacturing.desk.inbox.desk import changed, excel
from tests.support.nodes import Running, nodes, settle, until
from tests.support.shop import furnish

TITLES = ("Order no.", "Pos.", "Customer", "XA", "Description", "QX", "Due date")


@pytest.fixture
async def helix(tmp_path: Path) -> AsyncIterator[Running]:
    """One firm that makes a shaft."""
    async with nodes(tmp_path, "helix") as (made,):
        await furnish(made)
        await settle(made)
        yield made


async def upload(node: Running, content: bytes, name: str = "orders.xlsx", sender: str = "meridian", **more: str) -> dict[str, Any]:
    """Upload a file and wait until it is read."""
    asked = "&".join(f"{key}={value}" for key, value in {"name": name, "sender": sender, **more}.items())
    answer = await node.call("POST", f"/api/v1/desk/inbox?{asked}", content, media="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    assert answer.status_code in (200, 201), answer.text
    await settle(node)
    found: dict[str, Any] = await node.ok("GET", f"/api/v1/desk/inbox/{answer.json()['id']}")
    return found


async def test_drop_look_correct_apply_again_change_undo(helix: Running) -> None:
    """Tests a file's whole way: dropped, looked at, corrected, put in, the same again, another one, taken back."""
    folder = await until(lambda: asyncio.to_thread(lambda: helix.folder / "drop" if (helix.folder / "drop" / "refused").is_dir() else None))
    (folder / "meridian").mkdir()
    (folder / "meridian" / "orders.xlsx").write_bytes(excel(titles=TITLES))
    items = await until(lambda: helix.ok("GET", "/api/v1/desk/inbox?state=waiting"))
    await settle(helix)
    (item,) = items
    assert (item["sender"], item["via"]) == ("meridian", "drop")
    assert await until(lambda: asyncio.to_thread(lambda: (folder / "taken" / "orders.xlsx").exists()))
    path = f"/api/v1/desk/inbox/{item['id']}"

    mapping = (await helix.ok("GET", f"{path}/preview"))["tables"][0]["mapping"]
    sure = {"XA": "part_no", "QX": "quantity"}
    columns = [column | ({"field": sure[column["title"]]} if column["title"] in sure else {}) for column in mapping["columns"]]
    seen = await helix.ok("PUT", f"{path}/mapping", mapping | {"kind": "orders", "columns": columns})
    assert (seen["tables"][0]["mapping"]["source"], seen["counts"]) == ("corrected", {"new": 3})
    assert (await helix.ok("POST", f"{path}/apply", {}))["counts"] == {"new": 3}
    lines = await helix.ok("GET", "/api/v1/desk/orders?customer=meridian")
    assert [(line["id"], line["part_id"], line["quantity"]) for line in lines] == [
        ("SO-00001", "SHAFT", "20"),
        ("SO-00002", "", "5"),
        ("SO-00003", "SHAFT", "8"),
    ]

    head = await helix.node.store.head()
    assert (await upload(helix, excel(titles=TITLES)))["id"] == item["id"]
    assert await helix.node.store.head() == head
    (folder / "meridian" / "next.xlsx").write_bytes(excel(changed(0, 5, 25), TITLES))
    await until(lambda: helix.ok("GET", "/api/v1/desk/inbox?text=next.xlsx&state=waiting"))
    (second,) = await helix.ok("GET", "/api/v1/desk/inbox?text=next.xlsx")
    seen = await helix.ok("GET", f"/api/v1/desk/inbox/{second['id']}/preview")
    assert (seen["tables"][0]["mapping"]["source"], seen["counts"]) == ("remembered", {"changed": 1, "same": 2})
    await helix.ok("POST", f"/api/v1/desk/inbox/{second['id']}/apply", {})
    await helix.ok("POST", f"/api/v1/desk/inbox/{second['id']}/undo")
    assert await helix.ok("GET", "/api/v1/desk/orders?customer=meridian") == lines
    assert (await helix.ok("GET", "/api/v1/facts/verify"))["ok"]


async def test_a_page_can_show_all_of_it(helix: Running) -> None:
    """Tests that refused rows are told with cell, reason and fix over HTTP, that limits hold, and that files download as files."""
    item = await upload(helix, excel(changed(1, 6, "soon")))
    answer = await helix.call("POST", f"/api/v1/desk/inbox/{item['id']}/apply", {})
    told = answer.json()
    assert (answer.status_code, told["code"], told["rows"][0]["row"]) == (422, "rows-refused", 3)
    assert {"cell", "sheet"} <= set(next(issue for issue in told["rows"][0]["issues"] if issue["level"] == "refused")["place"])
    assert (await helix.ok("GET", "/api/v1/desk/orders")) == []
    huge = await helix.call("POST", "/api/v1/desk/inbox?name=x.csv", bytes(25_000_001), media="text/csv")
    assert (huge.status_code, huge.json()["code"]) == (413, "too-large")
    whole = await helix.call("GET", f"/api/v1/desk/inbox/{item['id']}/content")
    assert whole.content == excel(changed(1, 6, "soon"))
    assert whole.headers["content-disposition"].startswith('attachment; filename="orders.xlsx"')
    await upload(helix, b"<svg onload=alert(1)>", "SHAFT_revC.svg", "")
    (kept,) = await helix.ok("GET", "/api/v1/desk/attachments?part=SHAFT")
    file = await helix.call("GET", f"/api/v1/desk/attachments/{kept['id']}/content")
    assert (file.headers["content-type"], file.headers["x-content-type-options"]) == ("application/octet-stream", "nosniff")
    assert "sandbox" in file.headers["content-security-policy"]
    assert (await helix.call("GET", f"/api/v1/desk/attachments/{kept['id']}/content", token="")).status_code == 401


async def test_orders_of_the_network_stand_in_the_book(tmp_path: Path) -> None:
    """Tests that an order accepted through the network is a line of the book with its run, promise and price, and hidden from a stranger."""
    async with nodes(tmp_path, "helix", "meridian") as (seller, buyer):
        await furnish(seller)
        await settle(seller, buyer)
        quotation = await quoted(buyer, seller)
        await buyer.ok("POST", "/api/v1/trade/orders", {"quotation_id": quotation["id"]})
        await settle(seller, buyer)
        (line,) = await seller.ok("GET", "/api/v1/desk/orders")
        (accepted,) = await seller.bodies("desk.accepted")
        assert (line["id"], line["run"], line["order_id"]) == (accepted.run, accepted.run, accepted.order_id)
        assert (line["customer"], line["part_id"], line["quantity"], line["customer_party"]) == ("meridian", "SHAFT", "20", buyer.party)
        assert line["promised"]
        assert line["price"]["currency"] == "EUR"
        await seller.stop()
        await seller.start()
        await settle(seller)
        assert await seller.ok("GET", "/api/v1/desk/orders") == [line]
        assert len(await seller.facts("book.line_entered")) == 1


def start(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start a node as a process of its own."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PLAIT_")}
    command = [sys.executable, "-m", "plait", "up", "--data", str(folder), "--port", str(port)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env, **child_options())


async def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PLAIT_")} | {"COLUMNS": "80", "NO_COLOR": "1"}
    return await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "plait", *arguments], capture_output=True, text=True, timeout=120, check=False, env=env
    )


@pytest.mark.skipif(WINDOWS, reason="a process is told to stop there, not killed")
async def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    """Tests that a file put in on the terminal is there after the node is killed right after its answer, and its orders too."""
    folder, file, port = tmp_path / "node", tmp_path / "orders.xlsx", free_port()
    file.write_bytes(excel())
    child = start(folder, port)
    try:
        await until(lambda: asyncio.to_thread(lambda: (folder / "address").exists()))

        async def put() -> dict[str, Any] | None:
            done = await run("desk", "in", str(file), "--sender", "meridian", "--data", str(folder), "--json")
            return json.loads(done.stdout)[0] if done.returncode == 0 else None

        told = await until(put)
    finally:
        child.kill()
        child.wait()
    assert told["counts"] == {"new": 3}
    child = start(folder, port)
    try:

        async def look() -> str:
            done = await run("desk", "orders", "--data", str(folder))
            return done.stdout if done.returncode == 0 else ""

        shown = await until(look)
        assert "SO-00003" in shown
        assert all(len(row) <= 80 for row in shown.splitlines())
        again = json.loads((await run("desk", "in", str(file), "--data", str(folder), "--json")).stdout)[0]
        assert (again["item"]["id"], again["counts"]) == (told["item"]["id"], {"same": 3})
    finally:
        child.terminate()
        child.wait()


CORPUS = Path(__file__).parent.parent / "desk" / "corpus"
ONCE = ("book.line_entered", "inbox.taken", "offer.asked")


async def test_every_kind_of_file_through_the_inbox(helix: Running) -> None:
    """Tests that whatever comes is kept, looked at and put in or refused with a reason, never with an error of ours; twice puts in nothing more."""
    files = sorted(path for path in CORPUS.iterdir() if path.suffix != ".json" and path.stat().st_size)
    wrong, applied = {}, []
    for file in files:
        answer = await helix.call("POST", f"/api/v1/desk/inbox?{urlencode({'name': file.name, 'sender': 'meridian'})}", file.read_bytes(), media="*/*")
        assert answer.status_code in (200, 201), file.name
        path = f"/api/v1/desk/inbox/{answer.json()['id']}"
        for method, more, body in (("GET", "/preview", None), ("POST", "/apply", {"good_only": True, "confirm": True})):
            told = await helix.call(method, path + more, body)
            if told.status_code >= 500:
                wrong[file.name] = told.text[:500]
            elif told.status_code == 200 and method == "POST":
                applied.append(path)
    assert wrong == {}
    assert len(applied) > len(files) / 2
    await settle(helix)
    entered = [len(await helix.facts(kind)) for kind in ONCE]
    assert entered[0]
    for path in applied:
        await helix.ok("POST", f"{path}/apply", {"good_only": True, "confirm": True})
    assert [len(await helix.facts(kind)) for kind in ONCE] == entered
    assert (await helix.ok("GET", "/api/v1/facts/verify"))["ok"]


async def test_files_are_in_backup_and_export(helix: Running, tmp_path: Path) -> None:
    """Tests that what came is in a backup, byte for byte, with how it is read, and stands in an export as it came."""
    content = excel()
    item = await upload(helix, content)
    await helix.ok("POST", f"/api/v1/desk/inbox/{item['id']}/apply", {})
    (tmp_path / "stick").mkdir()
    made = await helix.node.backups.make(helix.node.house.me, str(tmp_path / "stick"), plain=True)
    restore(tmp_path / "stick" / made.name, tmp_path / "new", "", lambda size: None)
    await asyncio.to_thread(export, helix.folder, helix.settings, tmp_path / "out", lambda name: None)
    assert (tmp_path / "out" / "inbox" / f"{item['id']} orders.xlsx").read_bytes() == content
    assert "SO-00003" in (tmp_path / "out" / "tables" / "desk_line.csv").read_text("utf-8")
    await helix.stop()
    again = Running("helix", tmp_path / "new")
    await again.start()
    try:
        assert (await again.call("GET", f"/api/v1/desk/inbox/{item['id']}/content")).content == content
        assert (await again.ok("POST", f"/api/v1/desk/inbox/{item['id']}/apply", {}))["counts"] == {"same": 3}
        assert len(await again.ok("GET", "/api/v1/desk/orders")) == 3
    finally:
        await again.stop()
