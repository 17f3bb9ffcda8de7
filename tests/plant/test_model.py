"""What happens in the plant by itself."""

import pytest

from plait.plant.config import CellConfig, Failures, Kilowatts
from plait.plant.pieces import Piece, draw, plan
from plait.wire.isa95 import Ended, Interrupted, Prepare, State
from plait.wire.packml import State as Unit
from tests.plant.support import fault, plant, put, run

HOUR = 3_600_000


def test_a_job_runs_through_setup_and_pieces():
    """Tests times, states and counts of one job: 30 minutes of setup, ten pieces of six minutes."""
    p = plant()
    job = put(p)
    assert (job.state, job.sub) == (State.ALLOWED_TO_START, Prepare.WAITING)
    run(p, 0.25)
    assert (job.state, p.cells["a"].unit, job.counts(p.kernel.now)) == (State.RUNNING, Unit.STARTING, (0, 0))
    run(p, 1.0)
    assert (p.cells["a"].unit, job.counts(p.kernel.now)) == (Unit.EXECUTE, (5, 0))
    run(p, 2.0)
    assert (job.state, job.sub, job.started, job.ended) == (State.ENDED, Ended.COMPLETED, 0, 1.5 * HOUR)
    assert (job.good, job.scrap, p.cells["a"].unit, p.cells["a"].out) == (10, 0, Unit.IDLE, ["J1"])


def test_energy_is_power_by_state_times_time():
    """Tests the job's energy and the cell's meter, which also counts idling."""
    p = plant(CellConfig("a", spread=0.0, kw=Kilowatts(idle=1, setup=2, run=10, down=0)))
    job = put(p)
    run(p, 2.0)
    p.cells["a"].accrue()
    assert job.energy_kwh == pytest.approx(0.5 * 2 + 1 * 10)
    assert p.cells["a"].energy_kwh == pytest.approx(0.5 * 2 + 1 * 10 + 0.5 * 1)


def test_jobs_start_by_priority_then_planned_start_then_id():
    """Tests that the order of arrival within a moment does not count."""
    p = plant()
    for id, priority, not_before in (("D", 0, 0), ("C", 0, 0), ("B", 0, 60_000), ("A", 5, 0)):
        put(p, id=id, priority=priority, not_before=not_before, quantity=1, setup=0.0)
    run(p, 2)
    begun = [line.split("|")[3] for line in p.journal.lines if "|began|" in line]
    assert begun == ["A", "C", "D", "B"]


def test_a_job_waits_for_its_planned_start():
    """Tests that a job with a start time does not begin before it, and begins then."""
    p = plant()
    job = put(p, not_before=HOUR)
    run(p, 0.9)
    assert (job.state, job.sub) == (State.ALLOWED_TO_START, Prepare.READY)
    run(p, 1.0)
    assert (job.state, job.started) == (State.RUNNING, HOUR)


def drive(ids, seed=3):
    """Three jobs at 0 h and two at 2 h on two cells with everything that is random switched on."""
    rough = {"spread": 0.2, "scrap": 0.1, "scrap_wear": 0.2, "tool_life_min": 90.0, "failures": Failures(2.0, 3.0, 20.0)}
    p = plant(CellConfig("a", **rough), CellConfig("b", **rough), seed=seed, robot=True, fault=(fault(1.0),))
    for id in ids:
        put(p, "a", id=id, lot=f"L{id}", quantity=20)
    run(p, 2.0)
    for id in ids[:2]:
        put(p, "b", id=f"{id}b", lot=f"L{id}")
    run(p, 40)
    return p


def test_same_seed_same_journal_whatever_the_order_of_arrival():
    """Tests that the journal's hash depends on seed, commands and their times, not on the order within a moment."""
    first, again = drive(["1", "2", "3"]), drive(["1", "2", "3"])
    assert first.journal.digest() == again.journal.digest()
    p, q = drive(["1", "2"]), drive(["2", "1"])
    assert p.journal.digest() == q.journal.digest()
    assert drive(["1", "2", "3"], seed=4).journal.digest() != first.journal.digest()
    assert all(job.state is State.ENDED for cell in first.cells.values() for job in cell.jobs.values())


def test_a_jobs_times_do_not_depend_on_its_neighbours():
    """Tests that the pieces of a job are drawn from its own stream."""

    def spans(*others):
        p = plant(CellConfig("a", spread=0.3))
        for other in others:
            put(p, id=other, quantity=3, priority=1)
        job = put(p, id="X")
        run(p, 20)
        return job.ended - job.started

    assert spans() == spans("A", "B")


def test_breakdown_interrupts_and_the_job_goes_on_after_the_repair():
    """Tests a scripted breakdown: Aborted, the job held with its pieces counted, then finished with those that are left."""
    p = plant(fault=(fault(1.0, minutes=120),))
    job, cell = put(p), p.cells["a"]
    run(p, 1.0)
    assert (cell.unit, cell.alarm, cell.repair_min) == (Unit.ABORTED, "spindle bearing", 120)
    assert cell.trace[-2:] == [Unit.ABORTING, Unit.ABORTED]
    assert (job.state, job.sub, job.reason, job.good) == (State.INTERRUPTED, Interrupted.HELD, "spindle bearing", 5)
    cell.trace.clear()
    run(p, 3.0)
    assert cell.trace == [Unit.CLEARING, Unit.STOPPED, Unit.RESETTING, Unit.IDLE, Unit.STARTING, Unit.EXECUTE]
    assert (job.state, job.sub, job.reason, cell.alarm, cell.repair_min) == (State.RUNNING, None, "", "", 0)
    run(p, 9)
    assert (job.state, job.good, job.ended) == (State.ENDED, 10, 3.5 * HOUR)


def test_breakdown_in_setup_keeps_the_rest_of_the_setup():
    """Tests that after a breakdown in the middle of the setup only the rest of it is done."""
    p = plant(fault=(fault(0.25, minutes=60),))
    job = put(p)
    run(p, 9)
    assert job.ended == 2.5 * HOUR


def test_breakdown_of_an_idle_cell_delays_the_next_job():
    """Tests that a broken cell takes nothing until it is repaired."""
    p = plant(fault=(fault(0.0, minutes=60),))
    run(p, 0.5)
    job = put(p)
    run(p, 5)
    assert job.started == HOUR


def test_the_later_of_two_repairs_counts():
    """Tests that a second fault during a repair does not end it early."""
    p = plant(fault=(fault(0.0, minutes=60), fault(0.5, minutes=10)))
    job = put(p)
    run(p, 5)
    assert job.started == HOUR


def test_random_breakdowns_come_after_running_time_only():
    """Tests that failures are off by default, are drawn by the seed when on, and that idle time does not wear."""
    rough = CellConfig("a", spread=0.0, failures=Failures(3.0, 2.0, 30.0))
    p = plant(rough)
    run(p, 100)
    put(p, quantity=100)
    run(p, 200)
    failures = [line for line in p.journal.lines if "broke down" in line]
    calm = plant()
    put(calm, quantity=100)
    run(calm, 200)
    assert len(failures) >= 2
    assert int(failures[0].split("|")[0]) > 100 * HOUR
    assert not any("broke down" in line for line in calm.journal.lines)
    assert p.cells["a"].jobs["J1"].good == 100


def test_a_full_output_buffer_blocks_the_cell_until_the_batch_is_fetched():
    """Tests blocking after service: the cell stays Complete, and goes on when the next cell fetches a batch."""
    p = plant(CellConfig("a", spread=0.0, out_buffer=1), "b")
    for id in ("1", "2", "3"):
        put(p, "a", id=id, lot=f"L{id}", quantity=1, setup=0.0)
    cell = p.cells["a"]
    run(p, 1)
    assert (cell.unit, cell.blocked, cell.out) == (Unit.COMPLETE, "L2", ["L1"])
    assert cell.jobs["2"].state is State.ENDED
    put(p, "b", id="1b", lot="L1", quantity=1, setup=0.0)
    run(p, 1.01)
    assert (cell.blocked, cell.out, cell.jobs["3"].state) == ("", ["L2"], State.RUNNING)


def test_the_input_buffer_limits_what_is_brought():
    """Tests that only as many batches are Ready as there is room for."""
    p = plant(CellConfig("a", spread=0.0, in_buffer=2))
    jobs = [put(p, id=str(n), quantity=1, cycle=60.0) for n in range(5)]
    run(p, 0.1)
    assert [job.sub for job in jobs].count(Prepare.READY) == 2
    run(p, 20)
    assert all(job.state is State.ENDED for job in jobs)


def test_the_robot_moves_a_batch_before_its_job_starts():
    """Tests that with a robot a job waits for its batch, one move at a time, and that the robot's own fault delays it."""
    p = plant("a", "b", robot=True, robot_min=10.0)
    first, second = put(p, "a", id="1"), put(p, "b", id="2")
    run(p, 0.01)
    assert (first.sub, p.robot.unit, p.robot.orders()) == (Prepare.WAITING, Unit.EXECUTE, [])
    run(p, 1)
    assert 5 < first.started / 60_000 < 15
    assert second.started > first.started + 5 * 60_000
    late = plant("a", robot=True, fault=(fault(0.0, "robot", 60),))
    job = put(late)
    run(late, 5)
    assert job.started > HOUR


def test_the_robot_frees_the_output_buffer_when_it_picks_up():
    """Tests that the batch leaves the cell it lay on when the robot takes it."""
    p = plant("a", "b", robot=True, robot_min=10.0)
    put(p, "a", id="1", lot="L", quantity=1)
    run(p, 2)
    assert p.cells["a"].out == ["L"]
    put(p, "b", id="2", lot="L")
    run(p, 2.01)
    assert p.cells["a"].out == []


def test_tool_changes_and_scrap_grow_with_wear():
    """Tests the piece plan: a worn tool is changed before the next piece, scrap is decided by luck against wear."""
    cell = CellConfig("a", scrap=0.1, scrap_wear=0.4, tool_life_min=2.0, tool_change_min=5.0)
    pieces = [Piece(60_000, 0.25)] * 4
    done = plan(pieces, 0, 0, cell)
    assert done.ends == (60_000, 120_000, 120_000 + 360_000, 540_000)
    assert done.wear == (60_000, 120_000, 60_000, 120_000)
    assert done.scrapped == (True, True, True, True)
    assert plan([Piece(60_000, 0.35)] * 2, 0, 0, cell).scrapped == (False, True)
    assert [done.finished(now) for now in (0, 59_999, 60_000, 540_000)] == [0, 0, 1, 4]


def test_piece_times_have_the_cycle_time_as_median():
    """Tests that lognormal times scatter around the ordered cycle time."""
    pieces = draw(2001, 4.0, 0.3, plant().kernel.stream("x"))
    assert sorted(piece.span for piece in pieces)[1000] == pytest.approx(4 * 60_000, rel=0.05)
    assert {piece.span for piece in draw(3, 4.0, 0.0, plant().kernel.stream("x"))} == {4 * 60_000}


def test_scrap_is_counted():
    """Tests that good and scrap add up and the unit's counters agree."""
    p = plant(CellConfig("a", scrap=0.3))
    job = put(p, quantity=200, cycle=1.0)
    run(p, 20)
    assert job.good + job.scrap == 200
    assert 30 < job.scrap < 90
    assert (p.cells["a"].processed, p.cells["a"].defective) == (200, job.scrap)


def test_signals_follow_state_and_wear():
    """Tests that load, power and temperature rise when the cell works, and load with the tool's wear."""
    p = plant(CellConfig("a", spread=0.0, tool_life_min=600.0))
    cell = p.cells["a"]
    idle = cell.signals()
    put(p, quantity=100)
    run(p, 1.5)
    early = cell.signals()
    run(p, 9.5)
    p.cells["a"].accrue()
    late = cell.signals()
    assert idle.spindle_load == 0 < early.spindle_load < late.spindle_load
    assert idle.power < early.power
    assert idle.temperature + 20 < late.temperature
    assert late.tool_wear == pytest.approx(0.9, abs=0.02)
    assert cell.signals() == late


def test_running_cells_are_sampled_on_a_common_grid_and_idle_ones_not():
    """Tests that two cells cost one wake-up a quarter of an hour, and that an idle plant sleeps."""
    p = plant("a", "b")
    put(p, "a", id="1", setup=0.0, quantity=20)
    put(p, "b", id="2", setup=0.0, quantity=20)
    wakes = []
    while (due := p.kernel.next_time()) is not None:
        wakes.append(due)
        p.kernel.run_until(due)
    assert sorted(set(wakes)) == [minute * 60_000 for minute in (0, *range(15, 121, 15))]
