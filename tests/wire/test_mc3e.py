"""3E frames of the MC protocol."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.wire import mc3e


def test_frames_are_those_of_the_manual() -> None:
    """Tests a batch read of M100 to M107 in bit units and one of D100 to D102 in words against bytes put together by hand from the manual's tables."""
    route = mc3e.Route(timer=0x10)
    assert mc3e.read_bits("M", 100, 8, route).hex(" ") == "50 00 00 ff ff 03 00 0c 00 10 00 01 04 01 00 64 00 00 90 08 00"
    assert mc3e.read_words("D", 100, 3, route).hex(" ") == "50 00 00 ff ff 03 00 0c 00 10 00 01 04 00 00 64 00 00 a8 03 00"
    assert mc3e.write_bits("M", 100, [True, True, False, False, True], route).hex(" ")[-26:] == "64 00 00 90 05 00 11 00 10"
    assert mc3e.write_words("W", 0x1A, [0x1234], route).hex(" ")[-23:] == "1a 00 00 b4 01 00 34 12"
    assert mc3e.bits_of(bytes.fromhex("00 01 00 11"), 8) == [False, False, False, True, False, False, True, True]


@given(st.sampled_from(sorted(mc3e.DEVICES)), st.integers(0, 0xFFFFFF), st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=mc3e.MOST_WORDS))
def test_what_is_asked_is_understood(name: str, head: int, words: list[int]) -> None:
    """Tests that the PLC's side reads what the asking side has written."""
    frame = mc3e.write_words(name, head, words)
    assert mc3e.body_length(frame[: mc3e.HEADER], mc3e.REQUEST) == len(frame) - mc3e.HEADER
    asked = mc3e.parse_request(frame[mc3e.HEADER :])
    assert (asked.command, asked.sub, asked.head, asked.code, asked.points) == (0x1401, 0, head, mc3e.DEVICES[name].code, len(words))
    assert mc3e.words_of(asked.data, asked.points) == words


@given(st.lists(st.booleans(), min_size=1, max_size=300))
def test_bits_come_back(bits: list[bool]) -> None:
    """Tests that bits travel two a byte and come back, however many."""
    assert mc3e.bits_of(mc3e.packed_bits(bits), len(bits)) == bits


@given(st.binary(max_size=64), st.integers(1, 100))
def test_nonsense_is_malformed_and_nothing_else(data: bytes, points: int) -> None:
    """Tests that any bytes are either read or refused as malformed."""
    for read in (
        lambda: mc3e.body_length(data.ljust(mc3e.HEADER, b"\0")[: mc3e.HEADER]),
        lambda: mc3e.parse_answer(data),
        lambda: mc3e.parse_request(data),
        lambda: mc3e.bits_of(data, points),
        lambda: mc3e.words_of(data, points),
    ):
        try:
            read()
        except mc3e.Malformed as error:
            assert str(error)


def test_requests_keep_to_the_limits() -> None:
    """Tests that more points than a request may have, or none, are never asked for."""
    for points in (0, mc3e.MOST_WORDS + 1):
        with pytest.raises(ValueError, match="1 to 960 points"):
            mc3e.read_words("D", 0, points)
    with pytest.raises(ValueError, match="1 to 7168 points"):
        mc3e.read_bits("M", 0, mc3e.MOST_BITS + 1)


def test_end_codes_are_words() -> None:
    """Tests that a known code says what to do and an unknown one where to look."""
    assert "3E frames" in mc3e.meaning(0xC059)
    assert "C059h" in mc3e.meaning(0xC059)
    assert "manual" in mc3e.meaning(0xBEEF)
