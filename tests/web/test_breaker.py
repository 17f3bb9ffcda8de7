"""Tests of the circuit breaker: when a line opens, who goes to see, and that a dead partner slows nobody."""

import asyncio

import pytest

from plait.kernel.problems import Problem
from plait.web.breaker import AT_ONCE, FAILURES, LONGEST_S, Breakers

A, B = "http://a.example", "http://b.example"


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def call(lines: Breakers, origin: str, error: Exception | None = None) -> None:
    async with lines.enter(origin):
        if error is not None:
            raise error


async def fail(lines: Breakers, origin: str, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(OSError, match="gone"):
            await call(lines, origin, OSError("gone"))


async def test_opens_after_failures_in_a_row_and_closes_by_a_try() -> None:
    """Tests that a line opens after three failures in a row, for longer each time, and that one good call closes it."""
    time = Time()
    lines = Breakers(time)
    await fail(lines, A, 2)
    await call(lines, A)
    await fail(lines, A, FAILURES)
    assert lines.line(A).state == "open"
    with pytest.raises(Problem, match="gone") as refused:
        await call(lines, A)
    assert refused.value.extra["retry_after"] == 1.0
    assert lines.line(B).state == "closed"
    await call(lines, B)
    waits = []
    for _ in range(9):
        time.now += lines.line(A).seconds
        await fail(lines, A)
        waits.append(lines.line(A).seconds)
    assert waits == [2, 4, 8, 16, 32, LONGEST_S, LONGEST_S, LONGEST_S, LONGEST_S]
    assert list(lines.lines()) == [A]
    time.now += LONGEST_S
    await call(lines, A)
    assert lines.line(A).state == "closed"
    assert lines.lines() == {}


async def test_one_goes_to_see() -> None:
    """Tests that of many calls only one goes when the time is up, and that a cancelled one leaves the place to the next."""
    time = Time()
    lines = Breakers(time)
    await fail(lines, A, FAILURES)
    time.now += 1
    gate = asyncio.Event()

    async def slow() -> None:
        async with lines.enter(A):
            await gate.wait()

    first = asyncio.create_task(slow())
    await asyncio.sleep(0)
    assert lines.line(A).state == "trying"
    with pytest.raises(Problem, match="not called until"):
        await call(lines, A)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await call(lines, A)
    assert lines.line(A).state == "closed"


async def test_a_refusal_is_no_failure() -> None:
    """Tests that what we refuse ourselves (a forbidden address, too large an answer) does not open the line."""
    lines = Breakers(Time())
    for _ in range(5):
        with pytest.raises(Problem):
            await call(lines, A, Problem("forbidden", "no"))
    assert lines.line(A).state == "closed"


async def test_so_many_at_once() -> None:
    """Tests that calls that hang fill only the places of their own origin."""
    lines = Breakers(Time(), wait_s=0.05)
    gate = asyncio.Event()

    async def hang() -> None:
        async with lines.enter(A):
            await gate.wait()

    stuck = [asyncio.create_task(hang()) for _ in range(AT_ONCE)]
    await asyncio.sleep(0)
    with pytest.raises(Problem, match="none ends") as refused:
        await call(lines, A)
    assert refused.value.extra["retry_after"] == 1.0
    await call(lines, B)
    gate.set()
    await asyncio.gather(*stuck)
    await call(lines, A)


async def test_closed_by_hand() -> None:
    """Tests that one who knows better closes the line at once."""
    lines = Breakers(Time())
    await fail(lines, A, FAILURES)
    lines.close(A)
    lines.close("http://never.example")
    await call(lines, A)


async def test_forgets_the_oldest_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that the number of origins remembered is limited."""
    monkeypatch.setattr("plait.web.breaker.ORIGINS", 3)
    lines = Breakers(Time())
    for number in range(5):
        await fail(lines, f"http://{number}.example", FAILURES)
    assert list(lines.lines()) == ["http://2.example", "http://3.example", "http://4.example"]
