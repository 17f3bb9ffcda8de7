"""Folders a program must not touch, from the terminal: a newer one, one in use, one of another clock."""

import hashlib
import sqlite3
from asyncio import to_thread
from pathlib import Path

import pytest

from tests.cli.test_verbs import run
from tests.support.nodes import Running
from tests.versions.test_versions import unpacked


def content(folder: Path) -> dict[str, str]:
    """Return the hash of each file that holds data."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith((".lock", "-shm", "-wal")))
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("database", ["plait.db", "events.db"])
def test_newer_folder(database: str, tmp_path: Path) -> None:
    """Tests that the folder of a newer program is refused with both versions and what to do, and no byte of its data is changed."""
    unpacked("0.1.0", tmp_path)
    folder = tmp_path / "helix"
    (folder / "clock").write_text("wall", "utf-8")
    conn = sqlite3.connect(folder / database)
    conn.execute("UPDATE schema_version SET version = 99")
    conn.commit()
    conn.close()
    before = content(folder)
    done = run("up", "--data", str(folder), "--port", "0")
    assert done.returncode == 1
    assert "have version 99; this program knows up to" in done.stderr
    assert "Install that version of plait, or restore the backup" in done.stderr
    assert "Traceback" not in done.stderr
    after = content(folder)
    rest = [path for path in before if not path.startswith("events.db")]
    assert [after[path] for path in rest] == [before[path] for path in rest]


async def test_folder_in_use(tmp_path: Path) -> None:
    """Tests that a second program on the same folder is refused, and the first one goes on undisturbed at its address."""
    shop = Running("shop", tmp_path)
    await shop.start()
    try:
        address = (tmp_path / "address").read_text("utf-8")
        done = await to_thread(run, "up", "--data", str(tmp_path), "--port", "0")
        assert done.returncode == 1
        assert "Another process writes this store" in done.stderr
        assert "Stop the other node first" in done.stderr
        assert (tmp_path / "address").read_text("utf-8") == address
        assert (await shop.ok("GET", "/api/v1/facts/verify"))["ok"]
    finally:
        await shop.stop()


def test_other_clock(tmp_path: Path) -> None:
    """Tests that a folder that goes by stepped time is not opened by the clock on the wall."""
    unpacked("0.1.0", tmp_path)
    before = content(tmp_path / "helix")
    done = run("up", "--data", str(tmp_path / "helix"), "--port", "0")
    assert done.returncode == 1
    assert "goes by stepped time, not wall" in done.stderr
    assert content(tmp_path / "helix") == before
