"""Coming in from the terminal: the link that `plait up` and `plait login` print, and `plait phones`."""

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from plait.cli.login import open_browser
from plait.kernel.os import WINDOWS, free_port
from plait.kernel.settings import Phones
from tests.cli.test_verbs import plait
from tests.support.nodes import Running

LINK = re.compile(rb"http://127\.0\.0\.1:\d+/login/once/[A-Za-z0-9_-]{22,}")


@pytest.fixture
async def shop(tmp_path: Path):
    """A running node."""
    node = Running("shop", tmp_path / "shop")
    node.settings = replace(node.settings, phones=Phones(address="127.0.0.1", port=free_port()))
    await node.start()
    yield node
    await node.stop()


async def test_login_prints_a_link(shop: Running) -> None:
    """Tests that each call prints another link, which works, and nothing else; without a node it is refused with what to do."""
    done = await plait("login", "--data", str(shop.folder))
    assert done.returncode == 0, done.stderr
    assert LINK.fullmatch(done.stdout.strip().encode())
    assert (await shop.http.get(done.stdout.strip())).status_code == 200
    other = json.loads((await plait("login", "--data", str(shop.folder), "--json")).stdout)
    assert other["url"] != done.stdout.strip()
    none = await plait("login", "--data", str(shop.folder.parent / "none"))
    assert none.returncode == 1
    assert "do:" in none.stderr


async def test_phones(shop: Running) -> None:
    """Tests that allow, status and stop say how it stands in words, with address, QR code and fingerprint."""
    data = ("--data", str(shop.folder))
    done = await plait("phones", "allow", *data)
    assert done.returncode == 0, done.stderr
    assert f"https://127.0.0.1:{shop.settings.phones.port}" in done.stdout
    assert "█" in done.stdout
    assert re.search(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", done.stdout)
    view = json.loads((await plait("phones", "status", *data, "--json")).stdout)
    assert (view["allowed"], view["listening"]) == (True, True)
    assert (await plait("phones", "allow", *data, "--address", "192.0.2.77")).returncode == 1
    assert "Only this computer" in (await plait("phones", "stop", *data)).stdout
    assert "Only this computer" in (await plait("phones", "status", *data)).stdout


def _up(folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "plait", "up", "--data", str(folder), "--port", "0", *more]


def _until(read: int, word: bytes) -> bytes:
    seen = b""
    while word not in seen:
        with contextlib.suppress(OSError):
            if part := os.read(read, 4096):
                seen += part
                continue
        break
    return seen


@pytest.mark.skipif(WINDOWS, reason="no pseudo-terminals")
def test_up_on_a_terminal_prints_a_link(tmp_path: Path) -> None:
    """Tests that on a terminal a link that signs in once is printed, and where the output goes to a file or another program none is made."""
    import pty

    env = {key: value for key, value in os.environ.items() if key not in {"DISPLAY", "WAYLAND_DISPLAY"} and not key.startswith("PLAIT_")}
    ours, theirs = pty.openpty()
    node = subprocess.Popen(_up(tmp_path / "a", "--no-browser"), stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.DEVNULL, env=env)
    os.close(theirs)
    try:
        seen = _until(ours, b"data ")
    finally:
        node.terminate()
        node.wait()
        os.close(ours)
    assert LINK.search(seen), seen
    node = subprocess.Popen(_up(tmp_path / "b"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env)
    assert node.stdout is not None
    try:
        seen = _until(node.stdout.fileno(), b"data ")
    finally:
        node.terminate()
        node.communicate()
    assert b"admin.token" in seen
    assert not LINK.search(seen)


def test_the_browser_is_opened_where_it_can_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that no browser is opened without a screen or from another computer's terminal (it would take the terminal), and one is where there is a screen."""
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("plait.cli.login.WINDOWS", False)
    monkeypatch.setattr("plait.cli.login.MACOS", False)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    assert open_browser("http://a") is None
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("SSH_CONNECTION", "x")
    assert open_browser("http://b") is None
    monkeypatch.delenv("SSH_CONNECTION")
    opening = open_browser("http://c")
    assert opening is not None
    opening.join(5)
    assert opened == ["http://c"]
