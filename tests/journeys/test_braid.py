"""The main job from outside: seven nodes, one order, ten steps; the same story under load, and after a kill."""

import json
import multiprocessing
import os
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager

import pytest

from plait.cli.demo.scene import Scene
from plait.cli.demo.steps import STEPS, Director

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(600)]


def _burn():
    while True:
        pass


@contextmanager
def load():
    """Keep one core busy with something else."""
    other = multiprocessing.get_context("spawn").Process(target=_burn, daemon=True)
    other.start()
    try:
        yield
    finally:
        other.kill()
        other.join()


def run_demo(*arguments):
    """Run the README's command and return what it prints on stdout, which is one JSON object and nothing else."""
    done = subprocess.run([sys.executable, "-m", "plait", "demo", "--once", "--json", *arguments], capture_output=True, text=True, check=False, env=os.environ)
    assert done.stdout.count("\n") == 1, done.stdout + done.stderr
    told = json.loads(done.stdout)
    missing = [step for step in told["steps"] if not step["ok"]]
    assert done.returncode == 0, f"{missing}\n{done.stderr[-3000:]}"
    return told


def test_the_main_job_tells_the_same_story_under_load():
    """Tests that all ten steps really happen, and that the same seed tells the same story while another process loads the machine."""
    told = run_demo()
    assert [step["ok"] for step in told["steps"]] == [True] * 10
    assert told["nodes"] == 7
    assert told["quotes"] >= 5
    assert told["orders"] >= 5
    assert told["trace_depth"] >= 4
    assert told["refused"] >= 1
    with load():
        again = run_demo()
    assert again["story"] == told["story"]


async def goods_of(scene):
    """What helix delivered and meridian built: the business end of the story."""
    helix, meridian = scene.firms["helix"], scene.firms["meridian"]
    arrived = await meridian.fact("desk.goods_arrived", sender_name="helix")
    serials = sorted(serial for item in arrived["items"] for serial in item["serials"])
    accepted = await helix.fact("desk.accepted")
    return accepted["run"], accepted["quantity"], serials


async def test_helix_killed_while_its_line_runs(tmp_path):
    """Tests that a node killed with SIGKILL in the middle of its line goes on: nothing lost, nothing twice, same order, same goods."""
    async with Scene(tmp_path) as scene:
        director = Director(scene)
        for _, _, act in STEPS[:6]:
            await act(director)
        helix = scene.firms["helix"]
        before = {fact["id"] for fact in await helix.facts()}
        jobs_before = len(await helix.facts("line.job_ended"))
        await scene.kill("helix")
        await scene.start_node("helix")
        await scene.ready(("helix",))
        for _, _, act in STEPS[6:]:
            await act(director)
        after = await helix.facts()
        assert before <= {fact["id"] for fact in after}
        assert (await helix.get("/api/v1/facts/verify"))["ok"]
        ended = Counter(fact["body"]["job"] for fact in await helix.facts("line.job_ended"))
        assert len(ended) > jobs_before
        assert set(ended.values()) == {1}
        run, quantity, serials = await goods_of(scene)
        assert (run, quantity) == ("SO-00001", 120)
        assert len(serials) == len(set(serials)) >= 120
        orders = Counter(fact["body"]["number"] for fact in await helix.facts("trade.order_sent"))
        assert set(orders.values()) == {1}
        events = Counter(fact["body"]["event_id"] for fact in await helix.facts("epcis.captured"))
        assert set(events.values()) == {1}
        (line,) = await helix.get("/api/v1/desk/orders?state=all")
        assert (line["run"], line["state"], line["ordered_quantity"], line["reason"]) == (run, "done", "120", "shipped")
        assert len(await helix.facts("book.line_entered")) == 1
