"""What differs between systems, under the rules of each."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.kernel import os as ours
from plait.kernel.activity import Activity
from plait.kernel.actor import system_actor
from plait.kernel.os import FileLock, child_options, fsync_file, private_dir, read_text, remove, replace, rss_mb, safe_name, stop_child, write_private
from plait.kernel.problems import Problem
from plait.kernel.settings import load
from plait.manufacturing.part.model import Part
from plait.store import Blobs, Segments, Store, metadata
from tests.support.kinds import Noted
from tests.support.nodes import Running
from tests.support.stores import clock
from tests.support.systems import macos, windows

ME = system_actor("party-1")


def test_windows_file_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a file somebody has open is neither replaced nor removed, that this is told, and that it works once it is let go."""
    new, old = tmp_path / "new", tmp_path / "old"
    new.write_bytes(b"new")
    old.write_bytes(b"old")
    with windows(monkeypatch):
        with old.open("rb"):
            with pytest.raises(PermissionError):
                replace(new, old)
            assert not remove(old)
            assert old.read_bytes() == b"old"
        replace(new, old)
        assert old.read_bytes() == b"new"
        assert remove(old)
        assert remove(old)


def test_windows_scanner_lets_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a file held for a moment (a virus scanner) is replaced as soon as it is free."""
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "old").write_bytes(b"old")
    with windows(monkeypatch):
        held = (tmp_path / "old").open("rb")
        tries = []
        real = Path.replace

        def counted(self: Path, target: Path) -> Path:
            tries.append(1)
            if len(tries) == 5:
                held.close()
            return real(self, target)

        monkeypatch.setattr(Path, "replace", counted)
        replace(tmp_path / "new", tmp_path / "old")
    assert len(tries) == 5


def test_windows_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that secrets are written byte for byte and their files given an access list of their own before the secret is in them."""
    with windows(monkeypatch) as commands:
        folder = private_dir(tmp_path / "keys")
        write_private(folder / "key", b"line\nline\r\n")
    assert (folder / "key").read_bytes() == b"line\nline\r\n"
    assert [command[0] for command in commands] == ["icacls", "icacls"]
    assert all("/inheritance:r" in command for command in commands)
    assert commands[1][1].endswith("key.tmp")


def test_windows_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that the lock keeps another process out and ends with its holder."""
    code = "import fcntl, sys\nfile = open(sys.argv[1], 'a+b')\nfcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)\nprint('held', flush=True)\nsys.stdin.read()"
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        other.stdout.readline()
        with windows(monkeypatch):
            lock = FileLock(path)
            assert not lock.acquire()
            other.stdin.close()
            other.wait()
            assert lock.acquire()
            lock.release()


async def test_windows_whole_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a node is made, used, stopped and started again under Windows' rules, its settings written with Notepad."""
    folder = tmp_path / "Shop"
    folder.mkdir()
    (folder / "plait.toml").write_bytes(b"\xef\xbb\xbf[desk]\r\nhold_hours = 24.0\r\n")
    assert load(folder, {}).desk.hold_hours == 24.0
    with windows(monkeypatch):
        shop = Running("shop", folder)
        for round in (1, 2):
            await shop.start()
            await shop.ok("PUT", f"/api/v1/parts/P-{round}", Part(f"P-{round}", "A", "Gear", supply="buy"))
            assert (await shop.ok("GET", "/api/v1/facts/verify"))["ok"]
            assert len(await shop.ok("GET", "/api/v1/parts")) == round
            await shop.stop()
    names = [path.name.casefold() for path in folder.rglob("*")]
    assert len(names) == len(set(names))
    assert all(safe_name(path.name) == path.name for path in folder.rglob("*"))


async def test_windows_store_upgrade_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that the store, segments and blobs do their work, and that a segment in use is dropped another time."""
    with windows(monkeypatch):
        activity = Activity()
        store = Store(f"sqlite:///{tmp_path / 'plait.db'}", metadata, clock(activity=activity), activity)
        await store.open()
        await store.write(ME, lambda tx: tx.append("s", Noted("A")).seq)
        with pytest.raises(Problem, match="store-locked"):
            other = Activity()
            await Store(f"sqlite:///{tmp_path / 'plait.db'}", metadata, clock(activity=other), other).open()
        await store.close()
        segments = Segments(tmp_path / "lake", limit=10)
        segments.append([b"first"])
        segments.append([b"second"])
        with segments.path(1).open("rb"):
            segments.drop(1)
            assert segments.path(1).exists()
        segments.drop(1)
        assert segments.numbers() == [2]
        segments.close()
        blobs = Blobs(tmp_path / "blobs")
        assert blobs.get(blobs.put(b"drawing")) == b"drawing"


def test_macos_syncs_through_the_drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that files are synced with F_FULLFSYNC, and by fsync on a file system that does not know it."""
    with macos(monkeypatch) as synced, (tmp_path / "file").open("wb") as file:
        file.write(b"x")
        fsync_file(file)
        assert synced == [file.fileno()]
        assert rss_mb() > 0

        def unknown(handle: int, command: int, argument: int = 0) -> None:
            raise OSError("not supported")

        monkeypatch.setattr("fcntl.fcntl", unknown)
        fsync_file(file)


def test_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a child is started out of the terminal's reach and asked to stop by the means of each system."""

    class Child:
        told = 0

        def send_signal(self, number: int, /) -> None:
            self.told = number

    child = Child()
    stop_child(child)
    assert (child.told, dict(child_options())) == (15, {"start_new_session": True})
    with windows(monkeypatch):
        stop_child(child)
        assert child.told == 1
        assert set(child_options()) == {"creationflags"}


def test_text_of_any_editor(tmp_path: Path) -> None:
    """Tests that a byte order mark and foreign line ends are read away."""
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfone\r\ntwo")
    assert read_text(tmp_path / "a") == "one\ntwo"


@pytest.mark.parametrize(
    ("text", "taken", "name"),
    [
        ("PO-00001.xml", (), "PO-00001.xml"),
        ("a/b\\c:d*e?f", (), "a_b_c_d_e_f"),
        ("CON", (), "_CON"),
        ("nul.txt", (), "_nul.txt"),
        ("com1", (), "_com1"),
        ("ends. ", (), "ends"),
        ("..", (), "_"),
        ("", (), "_"),
        ("ORDER.csv", ("order.csv",), "ORDER (2).csv"),
        ("order", ("Order", "order (2)"), "order (3)"),
        ("x\ny\0z", (), "x_y_z"),
    ],
)
def test_safe_names(text: str, taken: tuple[str, ...], name: str) -> None:
    """Tests names that one system or another does not take, or takes for another."""
    assert safe_name(text, taken) == name


@given(st.text(max_size=300), st.sets(st.text(max_size=5), max_size=5))
def test_safe_names_of_anything(text: str, taken: set[str]) -> None:
    """Tests that whatever comes in, a usable name comes out that collides with none, and is safe as it is."""
    name = safe_name(text, taken)
    assert name
    assert name not in {".", ".."}
    assert name.casefold() not in {other.casefold() for other in taken}
    assert safe_name(name) == name
    assert len(name) <= ours.LONGEST_NAME + 10


def test_free_ports() -> None:
    """Tests that ports are free, never the same twice, and below those of outgoing connections."""
    ports = [ours.free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    assert all(20_000 <= port < 32_000 for port in ports)
    with socket.create_server(("127.0.0.1", ports[0])):
        pass


def test_free_ports_of_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a port that one process was given, and on which it does not listen yet, is given to no other; the oldest are let go."""
    monkeypatch.setattr(ours, "PORTS", range(32_000, 32_002))
    first = ours.free_port()
    code = "import plait.kernel.os as ours; ours.PORTS = range(32_000, 32_002); print(ours.free_port())"
    other = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert {first, int(other.stdout)} == {32_000, 32_001}
    monkeypatch.setattr(ours, "GIVEN", 0)
    assert ours.free_port() != first
    assert ours.free_port() in {32_000, 32_001}
