"""``plait connect`` against a real controller: without questions, with questions, and what it says when it does not work."""

import json
import os
import pty
import subprocess
import sys
from asyncio import to_thread
from pathlib import Path

import pytest

from plait.cli.connecting.said import config_of, numbers, signals_of
from plait.kernel.problems import Problem
from tests.cli.test_verbs import plait
from tests.infrastructure.test_connect import controller
from tests.support import free_port
from tests.support.nodes import nodes


def answered(answers: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command on a terminal of its own on which ``answers`` have been typed."""
    master, terminal = pty.openpty()
    try:
        os.write(master, answers.encode())
        env = {key: value for key, value in os.environ.items() if not key.startswith("PLAIT_")} | {"COLUMNS": "120", "NO_COLOR": "1"}
        command = [sys.executable, "-m", "plait", *arguments]
        return subprocess.run(command, stdin=terminal, capture_output=True, text=True, timeout=120, check=False, env=env)
    finally:
        os.close(terminal)
        os.close(master)


async def test_a_machine_is_connected_from_the_terminal(tmp_path: Path) -> None:
    """Tests a dry run, the connection with its first value, a machine that is not there, and the same with questions on a terminal."""
    async with nodes(tmp_path, "helix") as (node,), controller() as device:
        data = ("--data", str(node.folder))
        reach = ("modbus", "--set", "host=127.0.0.1", "--set", f"port={device.port}", "--set", "interval_ms=50")
        described = (*reach, "--signal", "oil=holding:3:float32:CEL", "--name", "Press 7", "--place", "hall-2/line-1")
        dry = json.loads((await plait("connect", *described, "--dry-run", "--json", *data)).stdout)
        assert (dry["connected"], dry["machine"]["id"], dry["machine"]["group"]) == (False, "press-7", "press")
        assert dry["machine"]["signals"][0]["unit"] == "CEL"
        assert await node.ok("GET", "/api/v1/machines") == []
        done = await plait("connect", *described, *data)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "It talks: press-7.oil is 46.5" in done.stdout
        gone = await plait("connect", "modbus", "--set", "host=127.0.0.1", "--set", f"port={free_port()}", *data)
        assert (gone.returncode, "switch the service on" in gone.stdout or "switched on" in gone.stdout) == (1, True), gone.stdout + gone.stderr
        wrong = await plait("connect", "smoke", *data)
        assert (wrong.returncode, "modbus" in wrong.stderr) == (1, True)
        assert "holding:0" in (await plait("connect", *reach, "--offers", *data)).stdout
        kinds = [each["name"] for each in json.loads((await plait("connect", "--json", *data)).stdout)]
        which = kinds.index("modbus") + 1
        # Not searched; which kind; host; port; unit; the first two signals; name, short name, kind of work, place.
        typed = f"n\n{which}\n127.0.0.1\n{device.port}\n1\n1-2\nOven\noven\nfurnace\nhall-1\n"
        asked = await to_thread(answered, typed, "connect", *data)
        assert asked.returncode == 0, asked.stdout + asked.stderr
        assert "Connected as oven with 2 signals" in asked.stdout
        assert {each["machine"]["id"] for each in await node.ok("GET", "/api/v1/machines")} == {"press-7", "oven"}


def test_what_is_said_on_the_command_line() -> None:
    """Tests how settings, signals and numbers are read, and that what cannot be read is said."""
    schema = {"properties": {"port": {"type": "integer"}, "scan": {"type": "array"}, "host": {"type": "string"}}}
    assert config_of(["host=10", "port=502", "scan=a,b"], schema) == {"host": "10", "port": 502, "scan": ["a", "b"]}
    found = signals_of(["a=holding:3:float32", "b=holding:3:CEL", "c=holding:3:°C", "d=holding:3", "e=x:CEL:"])
    assert [(each["address"], each["unit"]) for each in found] == [
        ("holding:3:float32", ""),
        ("holding:3", "CEL"),
        ("holding:3", "CEL"),
        ("holding:3", ""),
        ("x:CEL", ""),
    ]
    assert list(numbers("1,3-5", 5)) == [1, 3, 4, 5]
    for call in (lambda: numbers("0", 5), lambda: numbers("x", 5), lambda: config_of(["host"], {}), lambda: signals_of(["a"])):
        with pytest.raises(Problem, match="invalid"):
            call()
