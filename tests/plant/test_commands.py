"""What clients may ask of jobs and units."""

import pytest

from plait.plant.commands import set_mode, set_speed, store, unit_command, update
from plait.plant.config import CellConfig
from plait.wire.isa95 import Interrupted, Refused, ReturnStatus, State
from plait.wire.packml import Command
from plait.wire.packml import State as Unit
from tests.plant.support import fault, order, plant, put, run, tell


def refusal(call, *arguments):
    with pytest.raises(Refused) as refused:
        call(*arguments)
    return refused.value.status


def test_a_job_is_stored_once():
    """Tests that the same id again is refused and changes nothing, also after the job has ended."""
    p = plant()
    job = put(p)
    before = p.journal.digest()
    assert refusal(store, p, p.cells["a"], order(quantity=99)) == ReturnStatus.INVALID_STATE
    assert (job.order.quantity, p.journal.digest()) == (10, before)
    run(p, 5)
    assert refusal(store, p, p.cells["a"], order()) == ReturnStatus.INVALID_STATE
    tell(p, "a", "Clear", "J1")
    store(p, p.cells["a"], order())
    assert p.cells["a"].jobs["J1"].state is State.ALLOWED_TO_START


def test_a_full_list_is_refused():
    """Tests that more orders than MaxDownloadableJobOrders are not accepted."""
    p = plant(CellConfig("a", max_jobs=2))
    put(p, id="1")
    put(p, id="2")
    assert refusal(store, p, p.cells["a"], order("3")) == ReturnStatus.UNABLE


def test_a_stored_job_waits_for_start():
    """Tests Store, Update, Start and RevokeStart."""
    p = plant()
    cell = p.cells["a"]
    store(p, cell, order(), start=False)
    run(p, 1)
    assert cell.jobs["J1"].state is State.NOT_ALLOWED_TO_START
    update(p, cell, order(quantity=2))
    tell(p, "a", "Start", "J1")
    tell(p, "a", "RevokeStart", "J1")
    run(p, 2)
    assert cell.jobs["J1"].state is State.NOT_ALLOWED_TO_START
    tell(p, "a", "Start", "J1")
    run(p, 9)
    assert (cell.jobs["J1"].state, cell.jobs["J1"].good) == (State.ENDED, 2)


@pytest.mark.parametrize(
    ("hours", "commands", "state"),
    [
        (1.0, "Pause Resume Stop Clear", None),
        (1.0, "Pause Abort Clear", None),
        (1.0, "Abort", State.ABORTED),
        (1.0, "Stop", State.ENDED),
        (0.2, "Pause Resume", State.RUNNING),
        (0.2, "Stop", State.ENDED),
        (0.2, "Abort", State.ABORTED),
    ],
)
def test_commands_to_a_running_job_leave_the_cell_usable(hours, commands, state):
    """Tests that after any of them the next job can run, with what was made before still counted."""
    p = plant()
    job, cell = put(p), p.cells["a"]
    run(p, hours)
    for command in commands.split():
        tell(p, "a", command, "J1")
    assert (cell.jobs["J1"].state if "J1" in cell.jobs else None) == state
    assert job.good == (5 if hours == 1.0 else 0)
    after = put(p, id="J2")
    run(p, 12)
    assert after.state is State.ENDED


def test_a_paused_job_stands_still():
    """Tests that a paused job is Suspended, its unit Held, and that it makes nothing until it is resumed."""
    p = plant()
    job, cell = put(p), p.cells["a"]
    run(p, 1.0)
    tell(p, "a", "Pause", "J1")
    run(p, 5.0)
    assert (job.state, job.sub, cell.unit, job.good) == (State.INTERRUPTED, Interrupted.SUSPENDED, Unit.HELD, 5)
    tell(p, "a", "Resume", "J1")
    run(p, 5.5)
    assert (job.state, job.good) == (State.ENDED, 10)


@pytest.mark.parametrize("command", ["Start", "RevokeStart", "Pause", "Resume", "Stop", "Abort", "Cancel", "Clear"])
def test_an_unknown_job_is_refused(command):
    """Tests that every command names a job it does not know as unknown."""
    p = plant()
    assert refusal(tell, p, "a", command, "nobody") == ReturnStatus.UNKNOWN_JOB
    assert refusal(update, p, p.cells["a"], order("nobody")) == ReturnStatus.UNKNOWN_JOB


def test_commands_a_state_does_not_take_change_nothing():
    """Tests that a refused command leaves journal and job as they were."""
    p = plant()
    job = put(p)
    run(p, 1.0)
    before = p.journal.digest()
    for command in ("Start", "RevokeStart", "Resume", "Cancel", "Clear"):
        assert refusal(tell, p, "a", command, "J1") == ReturnStatus.INVALID_STATE
    assert (p.journal.digest(), job.state, job.counts(p.kernel.now)) == (before, State.RUNNING, (5, 0))


def test_a_held_job_cannot_be_resumed_before_the_repair_but_aborted():
    """Tests that Resume during a fault is refused as unable, and that an aborted job frees the cell for after the repair."""
    p = plant(fault=(fault(1.0, minutes=60),))
    put(p)
    run(p, 1.5)
    assert refusal(tell, p, "a", "Resume", "J1") == ReturnStatus.UNABLE
    tell(p, "a", "Abort", "J1")
    after = put(p, id="J2")
    run(p, 1.9)
    assert after.started is None
    run(p, 9)
    assert after.started == 2 * 3_600_000


def test_the_robots_errands_are_nobodys_orders():
    """Tests that a move cannot be commanded by its id, and that a job cancelled while its batch is carried is gone."""
    p = plant("a", robot=True)
    put(p)
    run(p, 0.001)
    assert refusal(tell, p, "robot", "Abort", "move/a/J1") == ReturnStatus.UNKNOWN_JOB
    tell(p, "a", "Cancel", "J1")
    run(p, 5)
    assert (p.cells["a"].jobs, p.robot.jobs, p.cells["a"].unit) == ({}, {}, Unit.IDLE)


def test_clear_takes_the_batch_from_the_output_buffer():
    """Tests that clearing an ended job frees a blocked cell, whichever of the two batches is taken."""
    for cleared in ("1", "2"):
        p = plant(CellConfig("a", spread=0.0, out_buffer=1))
        for id in ("1", "2", "3"):
            put(p, id=id, quantity=1, setup=0.0)
        run(p, 1)
        assert p.cells["a"].blocked == "2"
        tell(p, "a", "Clear", cleared)
        run(p, 2)
        assert p.cells["a"].jobs["3"].state is State.ENDED


def test_unit_commands_stop_and_restart_the_work():
    """Tests Hold and Unhold, Suspend and Unsuspend, and that Stop needs Reset and Start to go on."""
    p = plant()
    job, cell = put(p), p.cells["a"]
    run(p, 1.0)
    for away, back in ((Command.HOLD, Command.UNHOLD), (Command.SUSPEND, Command.UNSUSPEND)):
        unit_command(p, cell, away)
        assert (job.state, job.sub) == (State.INTERRUPTED, Interrupted.SUSPENDED)
        unit_command(p, cell, back)
        assert (job.state, cell.unit) == (State.RUNNING, Unit.EXECUTE)
    unit_command(p, cell, Command.STOP)
    unit_command(p, cell, Command.RESET)
    run(p, 3.0)
    assert (cell.unit, job.state) == (Unit.IDLE, State.INTERRUPTED)
    unit_command(p, cell, Command.START)
    run(p, 9)
    assert (job.state, job.ended) == (State.ENDED, 3.5 * 3_600_000)


def test_an_abort_by_the_operator_is_cleared_and_reset_by_hand():
    """Tests that after Abort, Clear and Reset the held job goes on by itself."""
    p = plant()
    job, cell = put(p), p.cells["a"]
    run(p, 1.0)
    unit_command(p, cell, Command.ABORT)
    assert (cell.unit, job.sub, cell.alarm) == (Unit.ABORTED, Interrupted.HELD, "Abort by the operator")
    unit_command(p, cell, Command.CLEAR)
    unit_command(p, cell, Command.RESET)
    assert (cell.alarm, job.state) == ("", State.RUNNING)


@pytest.mark.parametrize("command", [Command.START, Command.HOLD, Command.TO_COMPLETE, Command.CLEAR, Command.RESET, Command.UNSUSPEND])
def test_an_idle_unit_refuses_what_needs_work(command):
    """Tests that an idle unit without a job refuses these commands and stays idle."""
    p = plant()
    with pytest.raises(ValueError, match=r"not taken|no job"):
        unit_command(p, p.cells["a"], command)
    assert p.cells["a"].unit is Unit.IDLE


def test_clear_is_refused_under_repair_and_reset_while_blocked():
    """Tests that a fault cannot be cleared away nor a full buffer reset away."""
    p = plant(CellConfig("a", spread=0.0, out_buffer=1), fault=(fault(5.0),))
    for id in ("1", "2"):
        put(p, id=id, quantity=1, setup=0.0)
    run(p, 1)
    with pytest.raises(ValueError, match="blocked"):
        unit_command(p, p.cells["a"], Command.RESET)
    run(p, 5)
    with pytest.raises(ValueError, match="under repair"):
        unit_command(p, p.cells["a"], Command.CLEAR)


def test_modes_and_speed():
    """Tests that only Produce takes jobs, that the mode stands while the unit works, and that half speed takes twice as long."""
    p = plant()
    cell = p.cells["a"]
    set_mode(p, cell, 2)
    job = put(p, setup=0.0)
    run(p, 1)
    assert job.started is None
    set_speed(p, cell, 50.0)
    set_mode(p, cell, 1)
    run(p, 1.5)
    with pytest.raises(ValueError, match="while the unit works"):
        set_mode(p, cell, 3)
    run(p, 9)
    assert job.ended - job.started == 2 * 3_600_000
    for bad in (0, 101):
        with pytest.raises(ValueError, match="percent"):
            set_speed(p, cell, bad)
