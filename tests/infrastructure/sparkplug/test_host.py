"""The host application: births, deaths, order, aliases, what is late and what is in doubt."""

import random

import pytest

from plait.infrastructure.sparkplug import write
from plait.infrastructure.sparkplug.codec import payload_class
from plait.infrastructure.sparkplug.heard import Event
from plait.infrastructure.sparkplug.host import Host, Limits
from plait.infrastructure.sparkplug.write import Told
from plait.wire.sparkplug import DataType, Kind
from tests.infrastructure.sparkplug.support import NOW, Edge, feed, values


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_births_and_data_are_values_with_their_times() -> None:
    """Tests that a birth's values and data by alias come under the metric's name, with the time the edge node gave them."""
    host, edge = Host(), Edge()
    feed(host, *edge.born(), edge.load(2.5), edge.data(Told("parts", NOW + 2, 4, 8, alias=8), Told("load", NOW + 2, 2.75, alias=7)))
    assert values(host) == {
        "load": [(NOW, 1.5, 0), (NOW + 1, 2.5, 0), (NOW + 2, 2.75, 0)],
        "parts": [(NOW, 3.0, 0), (NOW + 2, 4.0, 0)],
    }


def test_every_type_of_data() -> None:
    """Tests that each type of data is read: signed numbers, texts, arrays by place, datasets by cell, templates by member; null is bad."""
    edge = Edge(
        Told("i8", NOW, -5, DataType.INT8),
        Told("i16", NOW, -300, DataType.INT16),
        Told("i32", NOW, -70000, DataType.INT32),
        Told("i64", NOW, -(2**40), DataType.INT64),
        Told("u32", NOW, 2**32 - 1, DataType.UINT32),
        Told("u64", NOW, 2**53, DataType.UINT64),
        Told("when", NOW, NOW, DataType.DATETIME),
        Told("f", NOW, 0.5, DataType.FLOAT),
        Told("yes", NOW, True, DataType.BOOLEAN),
        Told("no", NOW, False, DataType.BOOLEAN),
        Told("text", NOW, "milling", DataType.STRING),
        Told("list", NOW, [1, -2], DataType.INT16_ARRAY),
        Told("null", NOW, None, DataType.DOUBLE),
        Told("poor", NOW, 8.0, DataType.DOUBLE, quality=1),
    )
    first, (topic, content) = edge.born()
    birth = payload_class().FromString(content)
    table = birth.metrics.add(name="table", timestamp=NOW, datatype=DataType.DATASET).dataset_value
    table.columns.extend(["a", "b"])
    table.types.extend([DataType.INT32, DataType.STRING])
    cells = table.rows.add().elements
    cells.add(int_value=2**32 - 4)
    cells.add(string_value="x")
    inner = birth.metrics.add(name="motor", timestamp=NOW, datatype=DataType.TEMPLATE).template_value
    inner.template_ref = "Motor"
    inner.metrics.add(name="rpm", datatype=DataType.DOUBLE, double_value=900)
    birth.metrics.add(name="u32 in long", timestamp=NOW, datatype=DataType.UINT32, long_value=17)
    birth.metrics.add(name="inf", timestamp=NOW, datatype=DataType.DOUBLE, double_value=float("inf"))
    host = Host()
    feed(host, first, (topic, birth.SerializeToString()))
    got = values(host)
    assert {name: (told[0][1:]) for name, told in got.items()} == {
        "i8": (-5, 0),
        "i16": (-300, 0),
        "i32": (-70000, 0),
        "i64": (-(2**40), 0),
        "u32": (2**32 - 1, 0),
        "u64": (2**53, 0),
        "when": (NOW, 0),
        "f": (0.5, 0),
        "yes": (1, 0),
        "no": (0, 0),
        "text": ("milling", 0),
        "list[0]": (1, 0),
        "list[1]": (-2, 0),
        "null": (0, 2),
        "poor": (8, 1),
        "table[0]/a": (-4, 0),
        "table[0]/b": ("x", 0),
        "motor/rpm": (900, 0),
        "u32 in long": (17, 0),
        "inf": (0, 2),
    }


def test_a_death_makes_stale_and_a_birth_makes_good() -> None:
    """Tests that NDEATH marks every value stale at the host's time, that of an older session does nothing, and that after the next birth values are good."""
    host, edge = Host(), Edge(bd_seq=4)
    feed(host, *edge.born(), edge.load(2.5))
    host.heard()
    feed(host, edge.died(3))
    assert values(host) == {}
    feed(host, edge.died(), ms=NOW + 1000)
    heard = host.heard()
    assert set(heard.events) == {Event(False, "hall", "edge", device, NOW + 1000) for device in ("", "saw")}
    columns = heard.joined()
    assert columns is not None
    assert (columns.ms.tolist(), columns.value.tolist(), columns.quality.tolist()) == ([NOW + 1000] * 2, [2.5, 3.0], [1, 1])
    edge.bd_seq = 5
    feed(host, *edge.born(NOW + 2000), ms=NOW + 2001)
    heard = host.heard()
    columns = heard.joined()
    assert columns is not None
    assert min(columns.ms.tolist()) > NOW + 1000
    assert columns.quality.tolist() == [0, 0]
    (missing,) = heard.missing
    assert (missing.since, missing.until) == (NOW + 1000, NOW + 2001)


def test_a_device_dies_alone() -> None:
    """Tests that DDEATH makes the device's values stale at the time it tells, and that data after it asks for a rebirth."""
    host, edge = Host(), Edge()
    feed(host, *edge.born())
    host.heard()
    feed(host, (edge.topic(Kind.DDEATH), write.death(edge.next(), NOW + 5)))
    assert values(host) == {"load": [(NOW + 5, 1.5, 1)], "parts": [(NOW + 5, 3.0, 1)]}
    feed(host, edge.load(9.0))
    heard = host.heard()
    assert heard.joined() is None
    assert heard.rebirths == [("hall", "edge")]


def test_what_is_past_does_not_touch_the_live_value() -> None:
    """Tests that a backlog of an hour goes into the history and leaves live values alone."""
    host, edge = Host(), Edge()
    hour = 3_600_000
    feed(host, *edge.born())
    host.heard()
    feed(host, *(edge.load(float(second), NOW - hour + second * 1000, past=True) for second in range(3600)))
    got = values(host)["load"]
    assert [each[0] for each in got] == [NOW - hour + second * 1000 for second in range(3600)]
    assert host.live(0) == (NOW, 1.5)
    assert host.historical == 3600


def test_unknown_aliases_and_nodes_ask_for_a_birth_not_too_often() -> None:
    """Tests that data nobody can read asks the edge node to be born again, at most once in a while."""
    clock = Hand()
    host, edge = Host(Limits(again_s=10), clock), Edge()
    feed(host, edge.load(2.0), edge.load(3.0))
    heard = host.heard()
    assert heard.rebirths == [("hall", "edge")]
    assert heard.joined() is None
    clock.now += 11
    feed(host, edge.load(4.0))
    assert host.heard().rebirths == [("hall", "edge")]
    feed(host, *edge.born())
    (missing,) = host.heard().missing
    assert missing.lost == 3
    feed(host, edge.data(Told("new", NOW + 1, 5.0, alias=99)))
    assert host.heard().rebirths == [("hall", "edge")]


def test_order_is_made_again_in_time_or_a_birth_is_asked_for() -> None:
    """Tests that messages out of order are put in order, and that what does not come in time asks for a birth and believes nothing before it."""
    clock = Hand()
    host, edge = Host(Limits(reorder_s=5), clock), Edge()
    feed(host, *edge.born())
    host.heard()
    one, two, three = (edge.load(float(number), NOW + number) for number in (1, 2, 3))
    feed(host, three, two)
    assert values(host) == {}
    feed(host, one)
    assert [each[1] for each in values(host)["load"]] == [1.0, 2.0, 3.0]
    edge.next()
    feed(host, edge.load(5.0, NOW + 5))
    assert host.due() == pytest.approx(5)
    clock.now += 6
    assert host.due() is None
    feed(host, edge.load(6.0, NOW + 6))
    heard = host.heard()
    assert heard.rebirths == [("hall", "edge")]
    assert heard.joined() is None
    feed(host, *edge.born(NOW + 7))
    assert host.heard().missing[0].lost >= 2


def test_a_message_that_comes_twice_counts_once() -> None:
    """Tests that a repetition is neither a value nor a gap."""
    host, edge = Host(), Edge()
    one = edge.born()
    two = edge.load(2.0)
    feed(host, *one, *one, two, two, edge.load(3.0, NOW + 2))
    assert [each[1] for each in values(host)["load"]] == [1.5, 2.0, 3.0]
    assert host.repeated == 3


@pytest.mark.parametrize("seed", range(8))
def test_a_bad_way_never_makes_a_wrong_value(seed: int) -> None:
    """Tests that whatever of a session is dropped, doubled or out of order, with aliases dealt anew at each birth, every value is one the metric had."""
    chance, clock = random.Random(seed), Hand()
    host = Host(Limits(reorder_s=3, again_s=1), clock)
    edge = Edge()
    way: list[tuple[str, bytes]] = []
    right: dict[str, set[float]] = {"a": set(), "b": set()}

    def born() -> None:
        aliases = chance.sample(range(1, 4), 2)
        edge.metrics = tuple(Told(name, NOW, base, alias=alias) for name, base, alias in zip("ab", (1000.0, 2000.0), aliases, strict=True))
        right["a"].add(1000.0)
        right["b"].add(2000.0)
        way.extend(edge.born(NOW + 10 * step + 5))

    step = 0
    born()
    for step in range(1, 600):
        told = chance.choice(edge.metrics)
        assert isinstance(told.value, float)
        value = told.value + step
        right[told.name].add(value)
        way.append(edge.data(told._replace(value=value, ms=NOW + 10 * step), ms=NOW + 10 * step))
        if chance.random() < 0.3 and len(way) > 1:
            other = chance.randrange(len(way))
            if not any("NBIRTH" in topic for topic, _ in way[other:]):
                way[other], way[-1] = way[-1], way[other]
        while way and chance.random() < 0.6:
            message = way.pop(0)
            if chance.random() < 0.97 or "NBIRTH" in message[0]:
                feed(host, message, ms=NOW + 10 * step)
            if chance.random() < 0.03:
                feed(host, message, ms=NOW + 10 * step)
        clock.now += 0.5
        host.due()
        heard = host.heard()
        columns = heard.joined()
        if columns is not None:
            for slot, value in zip(columns.slot.tolist(), columns.value.tolist(), strict=True):
                assert value in right[host.slots[slot].name]
        if heard.rebirths:
            edge.bd_seq = (edge.bd_seq + (chance.random() < 0.3)) % 256
            born()


def test_a_lost_birth_is_noticed_by_numbers_that_go_back() -> None:
    """Tests that data of a session whose births were lost is not read by the aliases of the one before."""
    host, edge = Host(), Edge()
    feed(host, *edge.born(), *(edge.load(float(number), NOW + number) for number in range(5)))
    host.heard()
    edge.born(NOW + 10)
    feed(host, *(edge.load(float(number), NOW + 20 + number) for number in range(9)))
    heard = host.heard()
    assert heard.joined() is None
    assert heard.rebirths == [("hall", "edge")]


def test_memory_is_bounded() -> None:
    """Tests that more edge nodes, devices and metrics than allowed are refused, and counted."""
    host = Host(Limits(nodes=2, devices=1, slots=3))
    for number in range(4):
        feed(host, (f"spBv1.0/g/NBIRTH/e{number}", write.birth(0, NOW, (), 0)))
    assert len(host.nodes) == 2
    metrics = [Told(f"m{number}", NOW, 1.0) for number in range(4)]
    feed(host, ("spBv1.0/g/DBIRTH/e0/d", write.birth(1, NOW, metrics[:3])), ("spBv1.0/g/DBIRTH/e0/e", write.birth(2, NOW, metrics[:1])))
    feed(host, ("spBv1.0/g/DBIRTH/e1/d", write.birth(1, NOW, metrics)))
    assert len(host.slots) == 3
    assert host.refused == 4


def test_births_outlive_a_restart() -> None:
    """Tests that after a restart data is read by the births written down, that what was heard before counts once, and that order is followed again."""
    host, edge = Host(), Edge()
    feed(host, *edge.born(), edge.load(2.0))
    kept = host.births("hall", "edge")
    again = Host()
    again.restore(kept)
    assert values(again) == {}
    feed(again, edge.load(7.0, NOW + 1), ms=NOW + 9)
    assert values(again) == {}
    feed(again, edge.load(8.0, NOW + 20), edge.load(9.0, NOW + 21), ms=NOW + 22)
    assert [each[1] for each in values(again)["load"]] == [8.0, 9.0]
    edge.next()
    feed(again, edge.load(10.0, NOW + 30), ms=NOW + 30)
    assert values(again) == {}


def test_a_clock_far_ahead_does_not_hide_what_comes_after() -> None:
    """Tests that a time far in the future is not believed: the time of receipt counts, as uncertain."""
    host, edge = Host(), Edge()
    feed(host, *edge.born())
    host.heard()
    feed(host, edge.load(2.0, NOW + 10**10))
    assert values(host) == {"load": [(NOW + 10, 2.0, 1)]}


def test_what_is_not_kept_may_be_spoken_of() -> None:
    """Tests that session metrics, and names too long or not to be shown, make no series, and that data of them asks for no birth."""
    host, edge = Host(), Edge(Told("load", NOW, 1.5, alias=7), Told("x" * 301, NOW, 1.0, alias=8), Told("a\nb", NOW, 1.0, alias=9))
    feed(host, *edge.born(), edge.data(*(Told("", NOW + 1, 2.0, alias=alias) for alias in (7, 8, 9))))
    feed(host, (edge.topic(Kind.NDATA), write.data(edge.next(), NOW + 2, [Told("bdSeq", NOW + 2, 0, DataType.INT64)])))
    heard = host.heard()
    assert heard.rebirths == []
    assert [slot.name for slot in host.slots] == ["load"]
