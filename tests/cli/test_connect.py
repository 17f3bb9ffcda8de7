"""``plait connect`` against a real controller: without questions, with questions, and what it says when it does not work."""

import json
import os
import pty
import subprocess
import sys
from asyncio import to_thread
from pathlib import Path

import pytest

from plait.cli.connecting.kept import changed
from plait.cli.connecting.said import config_of, numbers, signals_of
from plait.kernel.problems import Problem
from tests.cli.test_verbs import plait
from tests.infrastructure.test_connect import controller
from tests.support import free_port
from tests.support.nodes import nodes, until


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


async def test_a_connected_machine_is_changed_from_the_terminal(tmp_path: Path) -> None:
    """Tests that signals are listed, looked for, changed and taken away, first dry, that settings are tried before they are taken, and that history stays."""
    async with nodes(tmp_path, "helix") as (node,), controller() as device:
        data = ("--data", str(node.folder))
        config = {"host": "127.0.0.1", "port": device.port, "interval_ms": 50}
        signals = [{"name": "oil", "address": "holding:3:float32", "unit": "CEL"}, {"name": "state", "address": "holding:0"}]
        press = {"id": "press", "name": "Press", "group": "press", "adapter": "modbus", "config": config, "site": "Works", "signals": signals}
        await node.ok("POST", "/api/v1/connect", {"machine": press})

        async def told(*arguments: str, wrong: int = 0) -> str:
            done = await plait("connect", *arguments, *data)
            assert done.returncode == wrong, done.stdout + done.stderr
            return done.stdout + done.stderr

        async def names() -> list[str]:
            return [each["name"] for each in (await node.ok("GET", "/api/v1/machines/press"))["machine"]["signals"]]

        async def heard() -> bool:
            return {"press.oil", "press.state"} <= {each["name"] for each in await node.ok("GET", "/api/v1/signals")}

        await until(heard)
        view = json.loads(await told("signals", "press", "--json"))
        assert (view["path"].endswith("/Works/press"), [each["choice"]["name"] for each in view["signals"]]) == (True, ["oil", "state"])
        assert "46.5" in await told("signals", "press")
        assert "* oil" in " ".join((await told("signals", "press", "--offers")).split())
        change = ("signals", "press", "--add", "cycles=40002:uint32:cdab:C62", "--drop", "state", "--rename", "oil=warm", "--means", "oil=temperature")
        dry = await told(*change, "--dry-run")
        assert ("It would change" in dry, "oil -> warm" in dry, await names()) == (True, True, ["oil", "state"])
        done = json.loads(await told(*change, "--json"))
        assert (done["added"], done["removed"], done["renamed"], done["changed"]) == (["cycles"], ["state"], {"oil": "warm"}, {"warm": ["semantic"]})
        assert await names() == ["warm", "cycles"]
        assert "smoke" in await told("signals", "press", "--add", "x=smoke:1", wrong=1)
        assert "no signal of this name" in await told("signals", "press", "--drop", "oil", wrong=1)
        assert await names() == ["warm", "cycles"]
        assert "Kept before: oil, state" in await told("signals", "press")
        assert "127.0.0.1" in await told("settings", "press")
        assert "Nothing was changed" in await told("settings", "press", "--set", f"port={free_port()}", wrong=1)
        assert "Nothing was changed" in await told("settings", "press", "--set", "timeout_s=2", "--dry-run")
        assert json.loads(await told("settings", "press", "--set", "timeout_s=2", "--json"))["connected"]
        assert json.loads(await told("settings", "press", "--json"))["config"] == config | {"timeout_s": 2}
        assert "would be" in await told("remove", "press", "--dry-run")
        assert set(json.loads(await told("remove", "press", "--json"))["stays"]) == {"oil", "state", "warm", "cycles"}
        assert await node.ok("GET", "/api/v1/machines") == []
        assert await heard()


def test_changes_said_on_the_command_line() -> None:
    """Tests that units are taken by their signs and meanings by their words, and that what is no name, number or pair is refused."""
    kept = [{"name": "oil", "address": "x"}]
    meanings = [{"id": "i", "term": "TEMPERATURE", "words": "temperature", "units": []}]
    fields = {"unit": ["oil=°C"], "semantic": ["oil=Temperature"], "scale": ["oil=0.5"]}
    assert changed(kept, (), (), ["oil=warm"], fields, meanings) == [{"name": "warm", "address": "x", "unit": "CEL", "semantic": "i", "scale": 0.5}]
    for wrong in ({"unit": ["cold=K"]}, {"unit": ["oil"]}, {"scale": ["oil=much"]}):
        with pytest.raises(Problem, match="invalid"):
            changed(kept, (), (), (), wrong, meanings)
