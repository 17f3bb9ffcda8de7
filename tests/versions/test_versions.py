"""Data folders of every release open with this program, with everything in them."""

import json
import tarfile
from pathlib import Path

import pytest

from plait.kernel.activity import Activity
from plait.store import Store, metadata
from tests.support.nodes import Running
from tests.support.stores import clock
from tests.versions.keep import FIRMS, HERE, found

KEPT = sorted(path.name for path in HERE.iterdir() if (path / "expected.json").exists())


def unpacked(version: str, folder: Path) -> dict[str, dict]:
    """Unpack a release's folders and return what is expected in them."""
    with tarfile.open(HERE / version / "folders.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return json.loads((HERE / version / "expected.json").read_text("utf-8"))


def test_every_release_is_kept() -> None:
    """Tests that there is something to open at all, from the first release on."""
    assert "0.1.0" in KEPT


@pytest.mark.parametrize("firm", FIRMS)
@pytest.mark.parametrize("version", KEPT)
async def test_store_opens(version: str, firm: str, tmp_path: Path) -> None:
    """Tests that tables are brought up with every row kept, the chain whole, and the same facts at the head; a second start changes nothing."""
    expected = unpacked(version, tmp_path)[firm]
    folder = tmp_path / firm
    assert found(folder) == expected
    for _ in range(2):
        activity = Activity()
        store = Store(f"sqlite:///{folder / 'plait.db'}", metadata, clock(activity=activity), activity)
        await store.open()
        report = await store.verify()
        await store.close()
        assert (report.ok, [report.facts, report.head]) == (True, expected["head"])
        now = found(folder)["rows"]
        assert {table: now[table] for table in expected["rows"]} == expected["rows"]


@pytest.mark.parametrize("version", KEPT)
async def test_node_goes_on(version: str, tmp_path: Path) -> None:
    """Tests that a whole node starts on the folder of a release and serves its orders, goods, signals and keys from then."""
    expected = unpacked(version, tmp_path)
    for firm in FIRMS:
        (tmp_path / firm / "clock").write_text("wall", "utf-8")
    helix = Running("helix", tmp_path / "helix")
    await helix.start()
    try:
        firm = await helix.ok("GET", "/api/v1/firm")
        assert firm["name"] == "helix"
        assert (await helix.ok("GET", "/api/v1/facts/verify"))["ok"]
        orders = await helix.documents("Order")
        assert {order["number"] for order in orders} >= {"PO-00001"}
        assert len((await helix.ok("GET", "/epcis/events?perPage=30"))["epcisBody"]["queryResults"]["resultsBody"]["eventList"]) == 30
        page = await helix.call("GET", "/item/01/09521002000016/21/SO00001-0001", token="")
        assert page.status_code == 200
        series = await helix.ok("GET", "/api/v1/signals")
        assert len(series) > 10
        assert await helix.node.store.head() >= expected["helix"]["head"][0]
    finally:
        await helix.stop()
