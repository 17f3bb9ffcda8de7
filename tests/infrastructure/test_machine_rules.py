"""What follows from what machines report."""

from datetime import UTC, datetime

import pytest

from plait.infrastructure.machines import rules
from plait.infrastructure.machines.model import CameBack, StateChanged, Status, WentDown
from plait.infrastructure.machines.rules import Known
from plait.kernel.ports import JobState
from plait.wire.packml import State as Unit

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
IDLE = Known("idle", "", 0.0, False)
DOWN = Known("down", "spindle", 30.0, True)


@pytest.mark.parametrize(
    ("unit", "state"),
    [
        (Unit.EXECUTE, "running"),
        (Unit.STARTING, "setup"),
        (Unit.IDLE, "idle"),
        (Unit.SUSPENDED, "idle"),
        (Unit.HELD, "down"),
        (Unit.ABORTED, "down"),
        (Unit.STOPPED, "down"),
    ],
)
def test_packml_states_map_to_five(unit: Unit, state: str) -> None:
    """Tests that the 17 PackML states become ours."""
    assert rules.five(unit) == state


def test_every_packml_state_is_mapped() -> None:
    """Tests that no PackML state is forgotten."""
    assert {rules.five(unit) for unit in Unit} == {"running", "setup", "idle", "down"}


@pytest.mark.parametrize(
    ("known", "status", "kinds"),
    [
        (IDLE, Status("idle", AT), []),
        (IDLE, Status("running", AT), [StateChanged]),
        (IDLE, Status("down", AT, "spindle", 30.0), [StateChanged, WentDown]),
        (DOWN, Status("down", AT, "spindle", 30.0), []),
        (DOWN, Status("down", AT, "bearing", 30.0), [StateChanged]),
        (DOWN, Status("silent", AT, "away"), [StateChanged]),
        (DOWN, Status("running", AT), [StateChanged, CameBack]),
        (IDLE, Status("silent", AT, "away"), [StateChanged]),
    ],
)
def test_facts_after_a_status(known: Known, status: Status, kinds: list[type]) -> None:
    """Tests that each real change is told once, and that down begins and ends once."""
    _, facts = rules.after_status("m", known, status)
    assert [type(fact) for fact in facts] == kinds


def test_a_machine_stays_down_while_it_is_silent() -> None:
    """Tests that a machine that fell silent while down comes back only when it says so."""
    silent, _ = rules.after_status("m", DOWN, Status("silent", AT, "away"))
    again, facts = rules.after_status("m", silent, Status("down", AT, "spindle", 30.0))
    assert [type(fact) for fact in facts] == [StateChanged]
    _, facts = rules.after_status("m", again, Status("idle", AT))
    assert [type(fact) for fact in facts] == [StateChanged, CameBack]


def test_a_job_is_told_once_a_state() -> None:
    """Tests that counting pieces is no news, a new state is, and a job does not come back from its end."""
    running = JobState("J", "m", "running", good=3)
    assert rules.changed_job(None, running) is not None
    assert rules.changed_job(running, JobState("J", "m", "running", good=4)) is None
    ended = JobState("J", "m", "ended", good=20)
    assert rules.changed_job(running, ended) is not None
    assert rules.changed_job(ended, running) is None


def test_lists_are_compared_after_a_reconnect() -> None:
    """Tests that what never began is sent again and what had begun is given up, never sent twice."""
    known = {
        "sent": JobState("sent", "m", rules.SENT),
        "waiting": JobState("waiting", "m", "waiting"),
        "running": JobState("running", "m", "running"),
        "ended": JobState("ended", "m", "ended"),
        "there": JobState("there", "m", "waiting"),
    }
    listed = [JobState("there", "m", "running")]
    assert rules.resend(known, listed) == ["sent", "waiting"]
    assert [job.job_id for job in rules.vanished(known, listed)] == ["waiting", "running"]
