"""Segments: what was acknowledged is read back; what a crash left half written is cut off."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.kernel.problems import Problem
from plait.store import Segments
from plait.store.segments import Damage, damaged


def read_all(segments: Segments) -> list[bytes]:
    """Return every record of every segment."""
    return [record for number in segments.numbers() for record in segments.read(number)]


def test_round_trip(tmp_path: Path) -> None:
    """Tests that records come back in order after reopening, and what comes then stands behind them in a file of its own."""
    first = Segments(tmp_path)
    first.append([b"a", b"b", b"c" * 100_000])
    first.close()
    second = Segments(tmp_path)
    assert second.append([b"d"]) == (2, 9)
    assert read_all(second) == [b"a", b"b", b"c" * 100_000, b"d"]
    assert damaged(second.path(1)) == damaged(second.path(2)) == []
    second.close()


def test_refusals(tmp_path: Path) -> None:
    """Tests that an empty record is refused, and that nothing is taken after the close."""
    segments = Segments(tmp_path)
    with pytest.raises(ValueError, match="at least one byte"):
        segments.append([b"a", b""])
    assert segments.numbers() == []
    segments.close()
    with pytest.raises(Problem, match="closed"):
        segments.append([b"a"])


def test_rotation_and_drop(tmp_path: Path) -> None:
    """Tests that a full segment is followed by a new one, a complete one may be dropped, the present one not."""
    segments = Segments(tmp_path, limit=100)
    places = [segments.append([bytes([n]) * 60]) for n in range(4)]
    assert [number for number, _ in places] == [1, 1, 2, 2]
    assert segments.rotate() == 2
    segments.drop(1)
    assert segments.numbers() == [2, 3]
    assert len(read_all(segments)) == 2
    with pytest.raises(ValueError, match="being written"):
        segments.drop(3)
    segments.close()


def test_read_behind_an_offset(tmp_path: Path) -> None:
    """Tests that reading from an acknowledged place gives only what came after it."""
    segments = Segments(tmp_path)
    number, offset = segments.append([b"a", b"b"])
    segments.append([b"c"])
    assert list(segments.read(number, offset)) == [b"c"]
    segments.close()


@given(records=st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=8), data=st.data())
def test_damage_takes_only_what_it_hits(tmp_path_factory: pytest.TempPathFactory, records: list[bytes], data: st.DataObject) -> None:
    """Tests that wherever a byte is turned only the record it stands in is lost, wherever a file is cut only what is behind, and appending works."""
    folder = tmp_path_factory.mktemp("segments")
    segments = Segments(folder)
    ends = [segments.append([record])[1] for record in records]
    segments.close()
    path = segments.path(1)
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    cut = data.draw(st.booleans())
    if cut:
        content = content[:place]
    else:
        content[place] ^= 1 + data.draw(st.integers(0, 254))
    path.write_bytes(content)
    hit = next(index for index, end in enumerate(ends) if place < end)
    whole = records[:hit] if cut else records[:hit] + records[hit + 1 :]
    again = Segments(folder)
    assert read_all(again) == whole
    lost = damaged(path)
    assert [stretch.torn for stretch in lost] == ([] if cut and place == ([0, *ends])[hit] else [cut or hit == len(records) - 1])
    again.append([b"new"])
    assert read_all(again) == [*whole, b"new"]
    again.close()


def test_zeros_are_no_records(tmp_path: Path) -> None:
    """Tests that a file that was made longer but not filled (a loss of power) holds no records there, and those behind are found."""
    segments = Segments(tmp_path)
    segments.append([b"first"])
    segments.append([b"second"])
    segments.close()
    content = segments.path(1).read_bytes()
    segments.path(1).write_bytes(content[:13] + bytes(4096) + content[13:] + bytes(100))
    assert read_all(Segments(tmp_path)) == [b"first", b"second"]
    assert damaged(segments.path(1)) == [Damage(13, 4096, False), Damage(13 + 4096 + 14, 100, True)]
