"""The drop folder: whole files are taken and moved aside, growing, hidden and linked ones are left, hostile names do no harm."""

from pathlib import Path

import pytest

from plait.kernel.os import WINDOWS
from plait.manufacturing.desk.inbox.drop import DropFolder
from tests.manufacturing.desk.inbox.desk import Desk, excel
from tests.manufacturing.house import ME


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A drop folder."""
    made = tmp_path / "drop"
    for name in ("taken", "refused"):
        (made / name).mkdir(parents=True)
    return made


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir() if path.is_file())


async def test_a_file_is_taken_once_it_rests(desk: Desk, folder: Path) -> None:
    """Tests that a file is taken at the second look, is in the inbox with its sender, and lies among the taken ones."""
    (folder / "meridian").mkdir()
    (folder / "meridian" / "orders.xlsx").write_bytes(excel())
    drop = DropFolder(desk.inbox, folder)
    assert await drop.look() == []
    (item,) = await drop.look()
    assert (item.sender, item.via, item.state, item.name) == ("meridian", "drop", "waiting", "orders.xlsx")
    assert (names(folder / "meridian"), names(folder / "taken")) == ([], ["orders.xlsx"])
    assert await drop.look() == []


async def test_a_growing_file_is_left(desk: Desk, folder: Path) -> None:
    """Tests that a file that still grows is not taken in part."""
    drop, file, content = DropFolder(desk.inbox, folder), folder / "orders.xlsx", excel()
    for end in (100, 200, len(content)):
        file.write_bytes(content[:end])
        assert await drop.look() == []
    (item,) = await drop.look()
    assert desk.inbox.blobs.get(item.sha256) == content


async def test_the_same_file_again_is_known(desk: Desk, folder: Path) -> None:
    """Tests that a file dropped twice is one item, and both copies are moved aside under names of their own."""
    drop = DropFolder(desk.inbox, folder)
    for _ in range(2):
        (folder / "orders.xlsx").write_bytes(excel())
        await drop.look()
        await drop.look()
    assert len(await desk.inbox.items(ME)) == 1
    assert names(folder / "taken") == ["orders (2).xlsx", "orders.xlsx"]


async def test_what_cannot_be_read_says_why(desk: Desk, folder: Path) -> None:
    """Tests that an empty file and a broken one go aside with a note in words, and nothing else stops."""
    (folder / "empty.xlsx").write_bytes(b"")
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    (folder / "good.xlsx").write_bytes(excel())
    drop = DropFolder(desk.inbox, folder)
    await drop.look()
    await drop.look()
    assert names(folder / "taken") == ["good.xlsx"]
    assert names(folder / "refused") == ["broken.xlsx", "broken.xlsx.txt", "empty.xlsx", "empty.xlsx.txt"]
    for name in ("empty.xlsx.txt", "broken.xlsx.txt"):
        assert len((folder / "refused" / name).read_text("utf-8")) > 10


@pytest.mark.skipif(WINDOWS, reason="such names cannot be made there")
async def test_hostile_names(desk: Desk, folder: Path, tmp_path: Path) -> None:
    """Tests that links, hidden and unfinished files are left, and that odd names end as plain ones inside the folder."""
    secret = tmp_path / "secret.xlsx"
    secret.write_bytes(excel(sheet="Secret"))
    (folder / "link.xlsx").symlink_to(secret)
    (folder / "inside").symlink_to(tmp_path)
    for name in (".hidden.xlsx", "~$orders.xlsx", "orders.xlsx.part", "a.crdownload"):
        (folder / name).write_bytes(b"x")
    odd = ("con.csv", "a\nb.csv", "..csv", 'quo"te.csv', "x" * 240 + ".csv", b"\xff\xfe.csv".decode("utf-8", "surrogateescape"))
    for number, name in enumerate(odd):
        (folder / name).write_bytes(f"order no,part no,qty,due date\n{number},HUB,1,2026-04-01\n".encode())
    drop = DropFolder(desk.inbox, folder)
    await drop.look()
    taken = await drop.look()
    assert len(taken) == len(odd) - 1
    assert names(folder) == sorted([".hidden.xlsx", "..csv", "~$orders.xlsx", "orders.xlsx.part", "a.crdownload", "link.xlsx"])
    assert secret.exists()
    assert len(names(folder / "taken")) == len(taken)
    assert all(item.name.isprintable() for item in taken)
    assert "Secret" not in "".join(item.summary for item in await desk.inbox.items(ME))
