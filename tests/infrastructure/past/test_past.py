"""What machines did, asked for by time."""

import itertools
import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.infrastructure.machines import tables as machine_tables
from plait.infrastructure.machines.model import Machine, StateChanged
from plait.infrastructure.past import HistoryService
from plait.infrastructure.past.rules import Change, coarse, stretches
from plait.kernel.facts import Fact
from plait.kernel.ports import JobOrder, JobState
from plait.kernel.problems import Problem
from tests.infrastructure.support import ME, STRANGER, House
from tests.support import START, make_store

STATES = ("running", "idle", "down", "setup", "silent")
changes = st.lists(st.tuples(st.integers(0, 5000), st.sampled_from(STATES), st.sampled_from(("", "tool"))), max_size=80).map(
    lambda rows: [Change(*row) for row in sorted(rows, key=lambda row: row[0])]
)


@given(changes, st.integers(0, 5000), st.integers(1, 5000), st.integers(3, 40))
def test_stretches_cover_what_is_known_once(found, since, length, most):
    """Tests that stretches neither overlap nor leave holes after the first change, and that seen from afar they cover the same time."""
    until = since + length
    spans = stretches(found, since, until)
    begin = max(since, found[0].at) if found else until
    for some in (spans, coarse(spans, since, until, most)):
        assert sum(span.until - span.since for span in some) == max(0, until - begin)
        assert all(a.until == b.since for a, b in itertools.pairwise(some))
    assert len(coarse(spans, since, until, most)) <= max(len(spans) if len(spans) <= most else 0, 3 * most + 2)


def test_a_stop_is_seen_from_afar():
    """Tests that a stop that fills a third of a slot is not lost among production."""
    found = []
    for number in range(1000):
        found += [Change(number * 90, "running", ""), Change(number * 90 + 60, "down", "jam")]
    spans = coarse(stretches(found, 0, 90_000), 0, 90_000, 50)
    assert {span.state for span in spans} == {"down"}


def fact(seq, body):
    return Fact(seq, str(seq), "machine/m", "machine.state_changed", 1, body.at, body.at, "system:x", b"", "", "", "")


async def test_past_is_learnt_once_and_told_to_whom_it_concerns(tmp_path):
    """Tests that facts told twice and out of order make the same past, that jobs come with what was planned, and that strangers see nothing."""
    guard = House()
    async with make_store(tmp_path) as store:
        past = HistoryService(store, guard)

        def enter(tx):
            machine_tables.add(tx.conn, Machine("m", "Lathe", "turning"))
            machine_tables.order(tx.conn, "m", JobOrder("J1", "turn", "P1", "L1", 10, 12.0, 3.0))
            machine_tables.put_job(tx.conn, JobState("J1", "m", "ended", 9, 1, START, START + timedelta(hours=1)))

        await store.write(ME, enter)
        minutes = [(0, "idle"), (10, "setup"), (20, "running"), (50, "down"), (55, "running")]
        told = [fact(seq, StateChanged("m", state, "", 0.0, START + timedelta(minutes=at))) for seq, (at, state) in enumerate(minutes, 1)]
        for each in [*random.Random(1).sample(told, len(told)), *told]:
            await past.learn(each, StateChanged("m", minutes[each.seq - 1][1], "", 0.0, each.at))
        shown = await past.states(ME, "m", START + timedelta(minutes=15), START + timedelta(minutes=60))
        assert [(each.state, (each.until - each.since).total_seconds() / 60) for each in shown] == [
            ("setup", 5.0),
            ("running", 30.0),
            ("down", 5.0),
            ("running", 5.0),
        ]
        (work,) = await past.worked(ME, START, START + timedelta(hours=2))
        assert (work.part, work.cycle_min, work.good, work.scrap) == ("P1", 3.0, 9, 1)
        assert await past.first(ME, "m") == START
        assert list(await past.worked(STRANGER, START, START + timedelta(hours=2))) == []
        assert await past.states(STRANGER, "m", START, START + timedelta(hours=2)) == []
        with pytest.raises(Problem, match="does not lie after"):
            await past.states(ME, "m", START, START)
