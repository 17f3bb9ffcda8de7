"""Going on after a loss, from the terminal."""

import sqlite3
from asyncio import to_thread
from pathlib import Path

import pytest

from plait.kernel.problems import Problem
from tests.circulation.test_http import document
from tests.cli.test_verbs import run
from tests.support.nodes import Running, settle


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


async def test_a_lost_declaration_of_an_error(tmp_path: Path) -> None:
    """Tests that the loss of an event is noticed also when another one with its id, which it declared wrong, is still there."""
    shop = Running("shop", tmp_path)
    await shop.start()
    event = {"type": "ObjectEvent", "eventTime": "2026-03-02T10:00:00Z", "eventTimeZoneOffset": "+00:00", "action": "OBSERVE"}
    event |= {"eventID": "urn:x:1", "epcList": ["urn:epc:id:sgtin:9521000.000001.1"]}
    for body in (event, event | {"errorDeclaration": {"declarationTime": "2026-03-03T10:00:00Z"}}):
        await shop.ok("POST", "/epcis/capture", document(body))
    await settle(shop)
    await shop.stop()
    conn = sqlite3.connect(tmp_path / "events.db")
    assert conn.execute("DELETE FROM ev WHERE declared = 1").rowcount == 1
    conn.commit()
    conn.close()
    with pytest.raises(Problem) as refused:
        await shop.start()
    assert refused.value.code == "events-lost"
    await shop.stop()
    assert "can be started" in (await to_thread(run, "accept-loss", "--data", str(tmp_path), "--yes")).stdout
    await shop.start()
    assert (await shop.bodies("epcis.loss_accepted"))[0].ids == ("urn:x:1",)
    await shop.stop()


async def test_lost_events(tmp_path: Path) -> None:
    """Tests that an event store whose end is gone is noticed at the next start, and that a person can go on without the events."""
    shop = Running("shop", tmp_path)
    await shop.start()
    event = {"type": "ObjectEvent", "eventTime": "2026-03-02T10:00:00Z", "eventTimeZoneOffset": "+00:00", "action": "OBSERVE"}
    for serial in range(3):
        await shop.ok("POST", "/epcis/events", event | {"epcList": [f"urn:epc:id:sgtin:9521000.000001.{serial}"]})
    await settle(shop)
    await shop.stop()
    conn = sqlite3.connect(tmp_path / "events.db")
    conn.execute("DELETE FROM ev WHERE id > 1")
    conn.commit()
    conn.close()
    with pytest.raises(Problem) as refused:
        await shop.start()
    assert refused.value.code == "events-lost"
    await shop.stop()
    assert "2 events that the log tells of are gone" in (await to_thread(run, "accept-loss", "--data", str(tmp_path))).stdout
    with pytest.raises(Problem):
        await shop.start()
    await shop.stop()
    assert "can be started" in (await to_thread(run, "accept-loss", "--data", str(tmp_path), "--yes")).stdout
    await shop.start()
    assert (await shop.bodies("epcis.loss_accepted"))[0].events == 2
    await shop.ok("POST", "/epcis/events", event | {"epcList": ["urn:epc:id:sgtin:9521000.000001.9"]})
    await settle(shop)
    await shop.stop()
    await shop.start()
    await shop.stop()
