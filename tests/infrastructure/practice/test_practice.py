"""Simulated machines in one click, over a whole node."""

import asyncio
import sys

from plait.kernel.os import free_port
from tests.support.nodes import Running, nodes, until


async def states(node):
    return {each["machine"]["id"]: each["linked"] for each in await node.ok("GET", "/api/v1/machines")}


async def test_one_click_and_back(tmp_path):
    """Tests that two machines run, are linked over OPC UA, come back after a restart, and go with one click; twice changes nothing."""
    async with nodes(tmp_path, "helix") as (node,):
        view = await node.ok("POST", "/api/v1/practice")
        assert (view["wanted"], view["running"]) == (True, True)
        assert await node.ok("POST", "/api/v1/practice") == view

        async def linked():
            return all((await states(node)).values())

        await until(linked)
        assert sorted(await states(node)) == view["machines"] == ["practice-lathe", "practice-mill"]
        await node.stop()
        again = await Running("helix", node.folder).start()
        try:
            assert (await again.ok("GET", "/api/v1/practice"))["running"]
            gone = await again.ok("DELETE", "/api/v1/practice")
            assert (gone["wanted"], gone["running"], await states(again)) == (False, False, {})
            assert await again.ok("DELETE", "/api/v1/practice") == gone
            kinds = [fact["kind"] for fact in (await again.ok("GET", "/api/v1/facts?stream=practice"))["items"]]
            assert kinds == ["machine.practice_begun", "machine.practice_ended"]
        finally:
            await again.stop()


async def test_the_plant_ends_with_its_node(tmp_path):
    """Tests that a plant on a leash ends when what started it is gone without a word."""
    config = tmp_path / "plant.toml"
    config.write_text('[[cell]]\nid = "lathe"\n', "utf-8")
    arguments = ["-m", "plait.plant", "--config", str(config), "--port", str(free_port()), "--leash"]
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    plant = await asyncio.create_subprocess_exec(sys.executable, *arguments, **pipes)
    assert await asyncio.wait_for(plant.stdout.readline(), 60)
    plant.stdin.close()
    assert await asyncio.wait_for(plant.wait(), 60) == 0
