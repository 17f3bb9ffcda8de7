"""The plant as a process of its own, in stepped time."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec
import pytest
from asyncua import ua

from plait.kernel.activity import Activity
from plait.kernel.clock import SteppedClock
from plait.kernel.conductor import Conductor
from plait.kernel.os import free_port
from plait.kernel.stepped import ENV, Participant
from tests.plant.opcua import Watcher, connect, job_order
from tests.plant.support import START

CONFIG = """
name = "helix"
[[cell]]
id = "a"
scrap = 0.1
[[fault]]
at = 1.0
cell = "a"
minutes = 30
reason = "spindle bearing"
"""


@asynccontextmanager
async def plant(tmp_path, port, **env):
    """The process, once it has said that it is ready."""
    path = tmp_path / "plant.toml"
    path.write_text(CONFIG, "utf-8")
    arguments = ("-m", "plait.plant", "--config", str(path), "--port", str(port))
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, env={**os.environ, "PYTHONPATH": "src", **env}, stdout=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(60):
            yield process, msgspec.json.decode(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class Listener(Watcher):
    """A node's side of the link: it notes each heartbeat as seen."""

    def __init__(self, activity, link):
        super().__init__()
        self._activity, self._link = activity, link

    def datachange_notification(self, node, value, data):
        """Take a notification; a heartbeat counts as seen."""
        super().datachange_notification(node, value, data)
        if node.nodeid.Identifier == "Heartbeat":
            self._activity.mark_seen(self._link, value)


async def story(tmp_path, period):
    """Run one job in stepped time with a listening client; return what the client saw of it, and when."""
    conductor, activity = Conductor(START), Activity()
    await conductor.open()
    clock = SteppedClock(activity, START)
    for name in ("helix", "node"):
        conductor.expect(name)
    try:
        async with plant(tmp_path, free_port(), **{ENV: conductor.address}) as (process, ready):
            node = Participant.from_env("node", clock, activity, {ENV: conductor.address})
            await node.join()
            serving = asyncio.create_task(node.run())
            async with connect(ready["endpoint"], "helix") as c:
                listener = Listener(activity, ready["endpoint"])
                subscription = await c.client.create_subscription(period, listener)
                beat = c.client.get_node(ua.NodeId("Heartbeat", c.pla))
                await subscription.subscribe_data_change([c.node("a/State"), c.node("a/JobOrderID"), beat], queuesize=50)
                assert await c.start(job_order()) == 1
                await conductor.reach(START + timedelta(hours=8))
                seen = [row for row in listener.rows if row[0] == "a/State"]
                data = (await c.responses())["J1"][1]
                assert (await c.beat(), clock.now()) == (listener.beat, START + timedelta(hours=8))
            conductor.dismiss("node")
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
            return seen, data
    finally:
        await conductor.close()


async def test_stepped_time_waits_for_the_link_and_tells_the_same_story(tmp_path):
    """Tests that when the goal is reached every notification has been received, and that two runs are equal at any publishing interval."""
    seen, data = await story(tmp_path, 10)
    assert [value for _, value, _ in seen] == [4, 3, 6, 8, 9, 1, 2, 15, 4, 3, 6, 16, 17, 15, 4]
    assert data["Good"] + data["Scrap"] == 10
    assert await story(tmp_path, 0) == (seen, data)


async def test_real_time_with_a_factor(tmp_path):
    """Tests a plant of its own clock: it begins at once and ends when it is asked to."""
    async with plant(tmp_path, free_port()) as (process, ready):
        assert (ready["plant"], ready["cells"]) == ("helix", ["a"])
        async with connect(ready["endpoint"], "helix") as c:
            assert await c.start(job_order()) == 1
            watcher = Watcher()
            subscription = await c.client.create_subscription(10, watcher)
            await subscription.subscribe_data_change([c.node("a/State"), c.client.get_node(ua.NodeId("Heartbeat", c.pla))])
            await watcher.reached(3)
            assert await c.read("a/State") == 3
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0


@pytest.mark.parametrize(("text", "named"), [("[[cell]]\nid = 3", "id"), ("", "at least one")])
async def test_a_bad_file_ends_with_one_line(tmp_path, text, named):
    """Tests that a bad configuration is one readable line and a status that is not 0."""
    path = tmp_path / "bad.toml"
    path.write_text(text, "utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "plait.plant", "--config", str(path), "--port", "1"),
        env={**os.environ, "PYTHONPATH": "src"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    assert process.returncode != 0
    assert len(errors.decode().strip().splitlines()) == 1
    assert named in errors.decode()
