"""Segments: what was acknowledged is read back; what a crash left half written is cut off."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.store import Segments


def read_all(segments: Segments) -> list[bytes]:
    """Return every record of every segment."""
    return [record for number in segments.numbers() for record in segments.read(number)]


def test_round_trip(tmp_path: Path) -> None:
    """Tests that records come back in order after reopening, empty ones too, and appending goes on behind them."""
    first = Segments(tmp_path)
    first.append([b"a", b"", b"c" * 100_000])
    first.close()
    second = Segments(tmp_path)
    assert second.cut == 0
    second.append([b"d"])
    assert read_all(second) == [b"a", b"", b"c" * 100_000, b"d"]
    second.close()


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


@given(records=st.lists(st.binary(max_size=50), min_size=1, max_size=8), data=st.data())
def test_torn_end_is_cut(tmp_path_factory: pytest.TempPathFactory, records: list[bytes], data: st.DataObject) -> None:
    """Tests that wherever a file is cut or a byte of it turned, exactly the records before that place remain, and appending works."""
    folder = tmp_path_factory.mktemp("segments")
    segments = Segments(folder)
    ends = [segments.append([record])[1] for record in records]
    segments.close()
    path = segments.path(1)
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content = content[:place]
    else:
        content[place] ^= 1 + data.draw(st.integers(0, 254))
    path.write_bytes(content)
    again = Segments(folder)
    whole = [record for record, end in zip(records, ends, strict=True) if end <= place]
    assert read_all(again) == whole
    again.append([b"new"])
    assert read_all(again) == [*whole, b"new"]
    again.close()
