"""The bus inside one process."""

import asyncio

import pytest

from plait.bus import LocalBus
from plait.bus.local import matches
from plait.kernel.activity import Activity
from plait.kernel.problems import Problem


@pytest.mark.parametrize(
    ("pattern", "subject", "fits"),
    [
        ("a.b", "a.b", True),
        ("a.b", "a.b.c", False),
        ("a.*", "a.b", True),
        ("a.*", "a", False),
        ("a.*.c", "a.b.c", True),
        ("a.*.c", "a.b.d", False),
        ("a.>", "a.b.c", True),
        ("a.>", "a", False),
        (">", "a.b", True),
        ("A.b", "a.b", False),
    ],
)
def test_matching(pattern: str, subject: str, fits: bool) -> None:
    """Tests that a star stands for one part and a last ``>`` for one or more."""
    assert matches(pattern, subject) is fits


@pytest.mark.parametrize("subject", ["", "a..b", ".a", "a b", "a.>.b"])
async def test_bad_patterns(subject: str) -> None:
    """Tests that what is no pattern is refused, and no subject to publish under either."""
    bus = LocalBus(Activity())

    async def call(subject: str, body: bytes) -> None: ...

    with pytest.raises(Problem, match="invalid"):
        bus.subscribe(subject, call)
    with pytest.raises(Problem, match="invalid"):
        await bus.publish(subject, b"")


@pytest.mark.parametrize("subject", ["a.*", ">", "a.>"])
async def test_wildcards_cannot_be_published(subject: str) -> None:
    """Tests that a message has one exact subject."""
    with pytest.raises(Problem, match="invalid"):
        await LocalBus(Activity()).publish(subject, b"")


async def test_order_and_isolation() -> None:
    """Tests that each subscriber hears its messages in order, one that fails or hangs holds nobody up, and leaving ends it."""
    activity = Activity()
    bus = LocalBus(activity)
    heard: list[tuple[str, bytes]] = []
    stuck = asyncio.Event()
    got_all = asyncio.Event()

    async def good(subject: str, body: bytes) -> None:
        heard.append((subject, body))
        if len(heard) == 3:
            got_all.set()

    async def bad(subject: str, body: bytes) -> None:
        raise RuntimeError(subject)

    async def hung(subject: str, body: bytes) -> None:
        await stuck.wait()

    bus.subscribe("fact.>", hung)
    bus.subscribe("fact.>", bad)
    leave = bus.subscribe("fact.*", good)
    for number in (b"1", b"2", b"3"):
        await bus.publish("fact.ordered", number)
    await bus.publish("other.ordered", b"4")
    await got_all.wait()
    assert heard == [("fact.ordered", b"1"), ("fact.ordered", b"2"), ("fact.ordered", b"3")]
    assert not activity.idle
    leave()
    leave()
    await bus.publish("fact.ordered", b"5")
    stuck.set()
    await activity.wait_idle()
    assert len(heard) == 3


async def test_leaving_stops_what_waits() -> None:
    """Tests that messages still queued for one who leaves are dropped and the process becomes idle."""
    activity = Activity()
    bus = LocalBus(activity)
    heard: list[bytes] = []

    async def call(subject: str, body: bytes) -> None:
        heard.append(body)

    leave = bus.subscribe("a", call)
    await bus.publish("a", b"1")
    leave()
    await activity.wait_idle()
    assert heard == []
