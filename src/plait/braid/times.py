"""What a job really took on its machine is held against the routing."""

from typing import Any

from plait.braid.house import House, Reaction
from plait.kernel.facts import Fact
from plait.manufacturing.line.measured import rules
from plait.manufacturing.line.measured.model import JobTimes

__all__ = ["REACTIONS"]


async def ended(house: House, fact: Fact, body: Any) -> None:
    """A job has ended: how long the machine was set up and ran for it, without the time it stood."""
    if body.state != "ended" or body.started is None or body.ended is None or body.ended <= body.started:
        return
    states = await house.past.states(house.me, body.machine_id, body.started, body.ended)
    found = rules.net((each.state, rules.lasting(each.since, each.until)) for each in states)
    if found is not None:
        setup, run = found
        job = JobTimes(body.job_id, body.machine_id, setup, run, body.good + body.scrap, body.scrap, body.ended)
        await house.measured.take(house.me, job, once=f"times:{fact.id}")


REACTIONS = (Reaction("times.ended", frozenset({"machine.job_changed"}), ended),)
