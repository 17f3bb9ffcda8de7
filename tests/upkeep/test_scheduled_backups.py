"""Backups by the clock, made by the node itself."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from plait.kernel.settings import Backup
from plait.upkeep.backup import service
from plait.upkeep.backup.restore import restore
from tests.support.nodes import Running, until


async def test_made_by_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a node makes the first backup by itself, tries again when the stick was not there, and makes the missed one after a night, not before."""
    monkeypatch.setattr(service, "AGAIN_S", 0.05)
    monkeypatch.setattr(service, "LOOK_S", 0.05)
    stick = tmp_path / "stick"
    shop = Running("shop", tmp_path / "shop")
    shop.settings = msgspec.structs.replace(shop.settings, backup=Backup(target=str(stick), plain=True))
    await shop.start()
    try:

        async def failed() -> Any:
            return [view for view in await shop.ok("GET", "/api/v1/backups") if not view["ok"]]

        assert "not there now" in (await until(failed))[0]["reason"]
        stick.mkdir()

        async def made() -> Any:
            return [view for view in await shop.ok("GET", "/api/v1/backups") if view["ok"]]

        (first,) = await until(made)
        assert restore(stick / first["name"], tmp_path / "new", "", lambda size: None, dry_run=True).head_seq == first["head_seq"]
        tries = len(await shop.ok("GET", "/api/v1/backups"))
        looked = 0
        due = service.rules.due

        def counted(*args: Any) -> Any:
            nonlocal looked
            looked += 1
            return due(*args)

        monkeypatch.setattr(service.rules, "due", counted)
        await until(lambda: _after(looked, 3))
        assert len(await shop.ok("GET", "/api/v1/backups")) == tries
        monkeypatch.setattr(service.rules, "due", lambda at, zone, last, now: now if len(list(stick.iterdir())) < 2 else due(at, zone, last, now))

        async def again() -> Any:
            return len(await made()) >= 2

        await until(again)
    finally:
        await shop.stop()


async def _after(seen: int, wanted: int) -> bool:
    return seen >= wanted
