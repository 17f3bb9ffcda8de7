"""The command line from outside: help, wrong usage, the doctor, tokens; and the braid it draws."""

import json
import os
import subprocess
import sys
from asyncio import to_thread
from pathlib import Path

import pytest

from plait.cli import VERBS
from plait.overview.braid.terminal import STRANDS, weave
from tests.support.nodes import nodes, settle


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command and wait for it."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PLAIT_")} | {"COLUMNS": "120", "NO_COLOR": "1"}
    return subprocess.run([sys.executable, "-m", "plait", *arguments], capture_output=True, text=True, timeout=60, check=False, env=env)


async def plait(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command beside the nodes of this process."""
    return await to_thread(run, *arguments)


def test_help_names_every_verb() -> None:
    """Tests that help is printed on stdout with every verb and what it does."""
    done = run("--help")
    assert done.returncode == 0
    assert done.stderr == ""
    for verb, (_, text) in VERBS.items():
        assert verb in done.stdout
        assert text.split(",")[0][:40] in done.stdout


@pytest.mark.parametrize("verb", list(VERBS))
def test_every_verb_has_help(verb: str) -> None:
    """Tests that each verb can be loaded and explains itself."""
    done = run(verb, "--help")
    assert done.returncode == 0, done.stderr
    assert verb in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [("dance",), ("up", "--colour", "red"), ("up", "--port", "many"), ("token", "revoke"), ("token", "dance"), ("doctor", "--data"), ("plant",)],
    ids=" ".join,
)
def test_wrong_usage_exits_2(arguments: tuple[str, ...]) -> None:
    """Tests that an unknown verb or flag, a missing or wrong value exits 2 and says so on stderr, with stdout empty."""
    done = run(*arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.strip()
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_doctor_on_an_empty_folder(tmp_path: Path) -> None:
    """Tests that a folder without a node is said to be one, with what to do, and that looking makes nothing there."""
    done = run("doctor", "--data", str(tmp_path / "none"), "--json")
    assert done.returncode == 1
    (check,) = json.loads(done.stdout)
    assert (check["name"], check["verdict"]) == ("folder", "bad")
    assert "plait up" in check["do"]
    assert not (tmp_path / "none").exists()
    assert "do:" in run("doctor", "--data", str(tmp_path)).stdout


async def test_doctor_on_a_node(tmp_path: Path) -> None:
    """Tests that a healthy node passes every check, and that one that has stopped is said to be, with what to do."""
    async with nodes(tmp_path, "helix") as (helix,):
        await settle(helix)
        done = await plait("doctor", "--data", str(helix.folder), "--json")
        checks = {check["name"]: check for check in json.loads(done.stdout)}
        assert done.returncode == 0, done.stdout
        of_folder = {"folder", "disk", "keys", "store", "clock", "settings", "computer"}
        assert set(checks) == of_folder | {"node", "chain", "deliveries", "followers", "partners", "time", "backups"}
        assert all(check["verdict"] != "bad" for check in checks.values())
        assert checks["chain"]["figures"] == {"facts": await helix.node.store.head()}
        await helix.stop()
        stopped = await plait("doctor", "--data", str(helix.folder), "--json")
        assert stopped.returncode == 0, stopped.stdout
        last = json.loads(stopped.stdout)[-1]
        assert (last["name"], last["verdict"]) == ("node", "look")
        assert "plait up" in last["do"]


async def test_tokens_from_the_command_line(tmp_path: Path) -> None:
    """Tests that a token made there opens the node in its role, is listed without its secret, and ends when revoked."""
    async with nodes(tmp_path, "helix") as (helix,):
        data = ("--data", str(helix.folder))
        made = await plait("token", "new", "--role", "operator", "--label", "screen 1", *data)
        assert made.returncode == 0, made.stderr
        secret = made.stdout.strip()
        me = await helix.ok("GET", "/api/v1/me", token=secret)
        assert me["roles"] == ["operator"]
        listed = await plait("token", "list", "--json", *data)
        row = next(each for each in json.loads(listed.stdout) if each["label"] == "screen 1")
        assert secret not in listed.stdout
        table = await plait("token", "list", *data)
        assert "screen 1" in table.stdout
        revoked = await plait("token", "revoke", row["id"], *data)
        assert revoked.returncode == 0, revoked.stderr
        assert (await helix.call("GET", "/api/v1/parts", token=secret)).status_code == 401
        again = await plait("token", "revoke", row["id"], *data)
        assert again.returncode == 1
        assert "why:" in again.stderr
        assert "do:" in again.stderr
        foreign = await plait("token", "new", "--role", "king", *data)
        assert foreign.returncode == 1
        assert "king" in foreign.stderr
        assert foreign.stdout == ""


def test_a_token_needs_a_running_node(tmp_path: Path) -> None:
    """Tests that without a node the reason and what to do are printed on stderr, without a traceback."""
    done = run("token", "list", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "plait up" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("width", [10, 40, 70])
@pytest.mark.parametrize("steps", [1, 3, 10])
def test_the_braid_grows_with_the_steps(width: int, steps: int) -> None:
    """Tests that three lines of equal width are drawn, woven further with each step, dots ahead, and wholly at the end."""
    lengths = []
    for done in range(steps + 1):
        *lines, rest = weave(done, steps, width).plain.split("\n")
        assert rest == ""
        assert [len(line) for line in lines] == [width] * 3
        left = {len(line) - len(line.rstrip("·")) for line in lines}
        assert len(left) == 1
        lengths.append(width - left.pop())
        assert sum(line.count("●") for line in lines) <= done
    assert lengths == sorted(set(lengths))
    assert (lengths[0], lengths[-1]) == (0, width)


def test_the_braid_has_a_knot_a_step_and_three_colours() -> None:
    """Tests that every completed step shows as one dot and that the three strands bear their colours."""
    whole = weave(10, 10)
    assert whole.plain.count("●") == 10
    assert {str(span.style) for span in whole.spans if span.style} >= {colour for _, colour in STRANDS}
