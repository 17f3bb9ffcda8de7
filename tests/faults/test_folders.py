"""Any file of a node's folder is damaged: the node has everything, or says what is wrong."""

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from plait.cli.doctor import examine
from plait.upkeep.health import contents
from tests.faults.folders import folder_damage, furnished, judged
from tests.support.nodes import Running

pytestmark = pytest.mark.timeout(300)


def test_any_file_is_damaged(tmp_path: Path) -> None:
    """Tests that with a turned, zeroed or missing stretch in any file facts, events, signals and the key are right, or the node refuses or its doctor tells."""
    report = folder_damage(tmp_path / "space", 24, 1)
    assert report.runs == 24
    assert report.found == []


async def test_each_kind_of_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests the same with a byte turned in the middle of every file there is, and that it is the doctor that finds what can be read but is wrong."""
    made = await furnished(tmp_path)
    folder, names = tmp_path / "hurt", set()
    for path in sorted(made.stopped.rglob("*")):
        if not path.is_file() or not path.stat().st_size:
            continue
        shutil.copytree(made.stopped, folder)
        hurt = folder / path.relative_to(made.stopped)
        content = bytearray(hurt.read_bytes())
        content[len(content) // 2] ^= 0x80
        hurt.write_bytes(content)
        assert await judged(folder, made) == "", hurt.name
        names.add(hurt.name.removesuffix(hurt.suffix) if len(hurt.name) < 60 else "blob")
        shutil.rmtree(folder)
    assert {"plait", "events", "plait.db", "es256", "admin", "clock", "000000000001", "blob"} <= names
    monkeypatch.setattr(contents, "examine", lambda *_: [])
    shutil.copytree(made.stopped, folder)
    lake = folder / "lake" / "000000000001.seg"
    lake.write_bytes(lake.read_bytes()[:-5])
    assert await judged(folder, made) == "other signals without a word"


async def test_the_doctor_finds_a_changed_event(tmp_path: Path) -> None:
    """Tests that an event changed, or gone, in a whole event store is told by comparison with the facts, of a running and of a stopped node."""
    made = await furnished(tmp_path)
    changes = (
        "UPDATE ev SET doc = CAST(replace(doc, 'OBSERVE', 'DELETE') AS BLOB) WHERE id = (SELECT min(id) FROM ev)",
        "DELETE FROM ev WHERE id = (SELECT min(id) FROM ev)",
    )
    for change, said in zip(changes, ("was changed", "is gone"), strict=True):
        conn = sqlite3.connect(made.stopped / "events.db")
        conn.execute(change)
        conn.commit()
        conn.close()
        stopped = {check.name: check for check in await asyncio.to_thread(lambda: examine(made.stopped, full=True))}
        assert (stopped["events"].verdict, said in stopped["events"].what) == ("bad", True)
        assert "'urn:" in stopped["events"].what, "a support pack would show the id"
        assert stopped["structure"].verdict == stopped["files"].verdict == "ok"
        shop = await Running("shop", made.stopped).start()
        try:
            report = await shop.ok("GET", "/api/v1/health/report?full=true")
            (events,) = (check for check in report["checks"] if check["name"] == "events")
            assert (events["verdict"], said in events["what"]) == ("bad", True)
            assert (await shop.ok("GET", "/api/v1/health/report"))["verdict"] == "bad"
        finally:
            await shop.stop()
