"""The event kernel."""

import pytest

from plait.plant.kernel import Kernel, minutes


def test_events_run_by_time_then_by_order_of_entry():
    """Tests that the earliest runs first and that events of one moment keep their order, also those entered while running."""
    kernel, seen = Kernel(), []
    kernel.at(20, seen.append, "late")
    kernel.at(10, seen.append, "a")
    kernel.at(10, lambda _: kernel.at(10, seen.append, "c"))
    kernel.at(10, seen.append, "b")
    assert kernel.run_until(10) == 4
    assert (seen, kernel.now, kernel.next_time()) == (["a", "b", "c"], 10, 20)
    assert kernel.run_until(30) == 1
    assert (seen[-1], kernel.now, kernel.next_time()) == ("late", 30, None)


def test_the_past_is_refused():
    """Tests that nothing can be entered before now, and that this changes nothing."""
    kernel = Kernel()
    kernel.run_until(100)
    with pytest.raises(ValueError, match="has passed"):
        kernel.at(99, print)
    assert kernel.next_time() is None


def test_streams_belong_to_their_names():
    """Tests that a stream depends on seed and names only, not on what was drawn before."""
    first = [Kernel(1).stream("job", "A").random() for _ in range(2)]
    other = Kernel(1)
    other.stream("job", "B").random()
    assert first == [other.stream("job", "A").random()] * 2
    assert Kernel(2).stream("job", "A").random() != first[0] != Kernel(1).stream("job", "B").random()


def test_minutes_are_whole_milliseconds():
    """Tests the unit of the kernel."""
    assert (minutes(1.5), minutes(0.00001)) == (90_000, 1)
