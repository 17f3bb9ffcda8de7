"""A small backup for the work on failing disks to restore."""

import asyncio
import tempfile
from functools import cache
from pathlib import Path

from plait.kernel.actor import system_actor
from plait.kernel.clock import SYSTEM
from plait.store import Tx
from plait.upkeep.backup.container import pack
from plait.upkeep.backup.copies import copy_out
from plait.upkeep.backup.model import FORMAT, Entry, Manifest
from tests.support.kinds import Noted

__all__ = ["FACTS", "KEY", "small_backup"]

FACTS = 20
KEY = b"a key that is none" * 10


@cache
def small_backup() -> bytes:
    """Return a backup without a passphrase: a log of ``FACTS`` notes that were followed, and a key."""
    with tempfile.TemporaryDirectory() as name:
        return asyncio.run(_made(Path(name)))


async def _made(folder: Path) -> bytes:
    from tests.faults.work import open_store

    store = open_store(folder)
    await store.open()

    def work(tx: Tx, name: str) -> None:
        tx.append("w", Noted(name, tx.number("N")))

    for number in range(FACTS):
        await store.write(system_actor("party-1"), lambda tx, number=number: work(tx, str(number)))
    await store.activity.wait_idle()
    report = await store.verify()
    copy_out(store, folder / "copy")
    await store.close()
    (folder / "key").write_bytes(KEY)

    def listed(entries: tuple[Entry, ...]) -> Manifest:
        return Manifest(FORMAT, "b", "plait", "party-1", "Shop", SYSTEM.now(), report.facts, report.head, {"plait": 1}, entries)

    files = [("plait.db", folder / "copy"), ("keys/es256.pem", folder / "key")]
    pack(folder / "b.plait", [(name, path, path.stat().st_size) for name, path in files], listed, lambda size: None)
    return (folder / "b.plait").read_bytes()
