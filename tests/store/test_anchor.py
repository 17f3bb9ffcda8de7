"""A lost tail of the fact log is noticed, and a person may go on."""

import sqlite3
from pathlib import Path

import pytest

from plait.kernel.activity import Activity
from plait.kernel.actor import system_actor
from plait.kernel.facts import decode
from plait.kernel.problems import Problem
from plait.store import Store, Tx, metadata
from plait.store.anchor import APART, Anchor
from tests.support.kinds import Noted
from tests.support.stores import clock

ME = system_actor("party-1")


def made(folder: Path) -> Store:
    """Make a store in ``folder``."""
    activity = Activity()
    return Store(f"sqlite:///{folder / 'plait.db'}", metadata, clock(activity=activity), activity)


async def filled(folder: Path, facts: int) -> None:
    """Write facts, each with a number of its series, and close."""
    store = made(folder)
    await store.open()

    def one(tx: Tx) -> None:
        tx.append("s", Noted(str(tx.number("PO"))))

    for _ in range(facts):
        await store.write(ME, one)
    await store.close()


def cut(folder: Path, left: int) -> None:
    """Take the last facts out behind the store's back."""
    conn = sqlite3.connect(folder / "plait.db")
    conn.execute("DELETE FROM store_fact WHERE seq > ?", (left,))
    conn.commit()
    conn.close()


async def test_lost_tail_is_refused(tmp_path: Path) -> None:
    """Tests that a log shorter than it was is not opened, with both numbers in the refusal, and that nothing is changed by trying."""
    await filled(tmp_path, 10)
    cut(tmp_path, 7)
    for _ in range(2):
        with pytest.raises(Problem) as refused:
            await made(tmp_path).open()
        assert refused.value.code == "facts-lost"
        assert "ends at fact 7" in refused.value.detail
        assert "up to 10" in refused.value.detail


async def test_other_history_is_refused(tmp_path: Path) -> None:
    """Tests that a log of the right length with another fact in the noted place is not taken for ours."""
    await filled(tmp_path, 3)
    conn = sqlite3.connect(tmp_path / "plait.db")
    conn.execute("UPDATE store_fact SET hash = 'x' WHERE seq = 3")
    conn.commit()
    conn.close()
    with pytest.raises(Problem, match="not the one that was on disk"):
        await made(tmp_path).open()


async def test_loss_can_be_accepted(tmp_path: Path) -> None:
    """Tests that a person can go on: the log says what was lost, numbers are not used again, and the next start is an ordinary one."""
    await filled(tmp_path, 10)
    cut(tmp_path, 7)
    store = made(tmp_path)
    said = await store.accept_loss()
    assert (said.noted, said.left) == (10, 7)
    assert await store.write(ME, lambda tx: tx.number("PO")) > 1000
    assert (await store.verify()).ok
    await store.close()
    again = made(tmp_path)
    await again.open()
    assert decode((await again.facts())[-1]) == said
    await again.close()
    with pytest.raises(Problem) as refused:
        await made(tmp_path).accept_loss()
    assert refused.value.code == "conflict"


async def test_noted_while_running(tmp_path: Path) -> None:
    """Tests that the head is noted when a fact is acknowledged, each in turn, and before the store is closed."""
    store = made(tmp_path)
    await store.open()
    for number in range(1, 20):
        fact = await store.write(ME, lambda tx, number=number: tx.append("s", Noted(str(number))))
        assert Anchor(tmp_path / "plait.db.head").read() == (number, fact.hash)
    await store.close()


def test_the_name_is_synced_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that the folder is synced when the note is new in it, and not again."""
    synced: list[Path] = []
    monkeypatch.setattr("plait.store.anchor.fsync_dir", synced.append)
    anchor = Anchor(tmp_path / "head")
    for number in range(1, 4):
        anchor.note(number, "a" * 64)
        anchor.sync()
    anchor.close()
    assert synced == [tmp_path]
    anchor = Anchor(tmp_path / "head")
    assert anchor.read() == (3, "a" * 64)
    anchor.note(4, "b" * 64)
    anchor.sync()
    anchor.close()
    assert synced == [tmp_path]


@pytest.mark.parametrize("torn", [0, 10, 80, APART, APART + 5])
def test_torn_note_leaves_the_other(tmp_path: Path, torn: int) -> None:
    """Tests that bytes lost from either slot leave the note in the other one, and none is taken that is not whole."""
    anchor = Anchor(tmp_path / "head")
    anchor.note(1, "a" * 64)
    anchor.note(2, "b" * 64)
    anchor.close()
    content = bytearray((tmp_path / "head").read_bytes())
    content[torn] ^= 0x40
    (tmp_path / "head").write_bytes(content)
    assert Anchor(tmp_path / "head").read() == ((2, "b" * 64) if torn < APART else (1, "a" * 64))
    (tmp_path / "head").write_bytes(content[:40])
    assert Anchor(tmp_path / "head").read() is None


async def test_full_disk_does_not_stop_the_writer(tmp_path: Path) -> None:
    """Tests that facts go on when the note cannot be written."""
    (tmp_path / "plait.db.head").mkdir()
    store = made(tmp_path)
    store._anchor.read = lambda: None  # the folder in its place can be neither read nor written
    await store.open()
    for number in range(3):
        await store.write(ME, lambda tx, number=number: tx.append("s", Noted(str(number))) and None)
    assert await store.head() == 3
    await store.close()


async def test_damaged_file_is_told(tmp_path: Path) -> None:
    """Tests that a file that is no database, or has lost a page, is refused as damaged with its name."""
    await filled(tmp_path, 3)
    path = tmp_path / "plait.db"
    whole = path.read_bytes()
    path.write_bytes(b"\0" * 100 + whole[100:])
    with pytest.raises(Problem) as refused:
        await made(tmp_path).open()
    assert refused.value.code == "store-damaged"
    assert "plait.db" in refused.value.detail
