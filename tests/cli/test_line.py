"""The terminal's verbs of badges and of what was told at the machines."""

import json
import os
import subprocess
import sys
from asyncio import to_thread
from pathlib import Path

from plait.labour.studio.codes import read_codes
from tests.cli.test_verbs import plait
from tests.pages.test_operator import photo
from tests.support.nodes import nodes
from tests.support.operator import Phone, at_work


def typed(text: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command with something on its standard input."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PLAIT_")}
    return subprocess.run([sys.executable, "-m", "plait", *arguments], input=text, capture_output=True, text=True, timeout=60, check=False, env=env)


async def test_a_badge_from_the_terminal(tmp_path: Path) -> None:
    """Tests that a badge is written as a picture whose code is its address, that the PIN is asked for, and that both then open the page."""
    from PIL import Image

    async with nodes(tmp_path, "helix") as (node,):
        data = ("--data", str(node.folder))
        await node.ok("POST", "/api/v1/people", {"name": "Ada Berg", "role": "operator"})
        made = await plait("person", "badge", "Ada Berg", "--out", str(tmp_path / "ada.png"), *data)
        assert 'set a PIN with `plait person pin "Ada Berg"`' in made.stdout
        with Image.open(tmp_path / "ada.png") as picture:
            (address,) = read_codes(picture).values()
        weak = await to_thread(typed, "1234\n", "person", "pin", "Ada Berg", *data)
        assert (weak.returncode, "cannot be used" in weak.stderr) == (1, True)
        assert (await to_thread(typed, "4071\n", "person", "pin", "Ada Berg", *data)).returncode == 0
        assert (await Phone(node, node.http).enter(address)).status_code == 201
        assert "no badge any more" in (await plait("person", "badge", "Ada Berg", "--back", *data)).stdout


async def test_what_was_told(tmp_path: Path) -> None:
    """Tests that jobs, notes, photos and calls for help are read, and calls answered, on the terminal."""
    async with nodes(tmp_path, "helix") as (node,):
        phone, _, badge = await at_work(node)
        await phone.enter(badge)
        await phone.act("start")
        await phone.act("stop", reason="tool worn")
        await phone.act("help", note="[red]come[/red]")
        note = (await phone.call("POST", "photos?station=bench-1&job=SO-00001-1-10", photo())).json()
        data = ("--data", str(node.folder))
        board = await plait("line", "board", "bench-1", *data)
        assert ("SO-00001-1-10" in board.stdout, "tool worn" in board.stdout) == (True, True), board.stderr
        notes = json.loads((await plait("line", "notes", "--kind", "stopped", "--json", *data)).stdout)
        assert [(each["reason"], each["name"]) for each in notes] == [("tool worn", "Ada Berg")]
        await plait("line", "photo", note["id"], "--out", str(tmp_path / "p.jpg"), *data)
        assert (tmp_path / "p.jpg").read_bytes() == photo()
        assert "[red]come[/red]" in (await plait("line", "help", *data)).stdout
        assert "is answered" in (await plait("line", "answer", "HELP-00001", *data)).stdout
        assert json.loads((await plait("line", "help", "--json", *data)).stdout) == []
        await plait("line", "code", "bench-1", "--out", str(tmp_path / "m.svg"), *data)
        assert "<svg" in (tmp_path / "m.svg").read_text("utf-8")
        assert "go by the clock" in (await plait("line", "by-clock", "bench-1", *data)).stdout
