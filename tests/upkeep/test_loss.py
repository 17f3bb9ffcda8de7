"""Going on after a loss, from the terminal."""

import sqlite3
from asyncio import to_thread
from pathlib import Path

from tests.cli.test_verbs import run
from tests.support.nodes import Running


async def test_accept_loss(tmp_path: Path) -> None:
    """Tests that a node whose log was cut is not started, that the loss is shown first and accepted only when asked, and that it then goes on."""
    shop = Running("shop", tmp_path)
    await shop.start()
    await shop.ok("POST", "/api/v1/tokens", {"role": "viewer"})
    head = await shop.node.store.head()
    await shop.stop()
    assert "Nothing is missing" in (await to_thread(run, "accept-loss", "--data", str(tmp_path))).stdout
    conn = sqlite3.connect(tmp_path / "plait.db")
    conn.execute("DELETE FROM store_fact WHERE seq = ?", (head,))
    conn.commit()
    conn.close()
    up = await to_thread(run, "up", "--data", str(tmp_path), "--port", "0")
    assert up.returncode == 1
    assert "has lost facts" in up.stderr
    assert "plait accept-loss" in up.stderr
    assert "Traceback" not in up.stderr
    shown = await to_thread(run, "accept-loss", "--data", str(tmp_path))
    assert f"Facts {head} to {head} were on disk" in shown.stdout
    assert "Nothing was changed" in shown.stdout
    assert (await to_thread(run, "accept-loss", "--data", str(tmp_path), "--yes")).returncode == 0
    await shop.start()
    assert (await shop.bodies("store.loss_accepted"))[0].noted == head
    assert (await shop.ok("GET", "/api/v1/facts/verify"))["ok"]
    await shop.stop()
