"""Devices, or whoever stands between, that answer with anything but what was asked."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from plait.infrastructure.machines.model import Choice, LinkLost
from tests.infrastructure.plc.support import MAKE, WORD, Spoiler, hear, hurry, linked, running, told

NOISE = random.Random(7).randbytes(100_000)


# Where an answer says to which request it belongs (of a 3E frame, which does not: that it is an answer).
NUMBER = {"modbus": 1, "s7": 12, "mc3e": 1}


def never(batch: Any) -> bool:
    return False


def flipped(answer: bytes, at: int) -> bytes:
    return answer[:at] + bytes([answer[at] ^ 0x55]) + answer[at + 1 :]


SPOILT: dict[str, Callable[[bytes], bytes | None]] = {
    "no answer": lambda answer: b"",
    "cut off": lambda answer: answer[: len(answer) // 2],
    "one byte short, then silence": lambda answer: answer[:-1],
    "ended": lambda answer: None,
    "noise": lambda answer: NOISE,
    "zeros": lambda answer: bytes(100_000),
    "all ones": lambda answer: b"\xff" * len(answer),
    "another's": lambda answer: answer,
    "flipped in the middle": lambda answer: answer[:8] + bytes(byte ^ 0xFF for byte in answer[8:]),
}


@pytest.mark.parametrize("spoil", SPOILT)
@pytest.mark.parametrize("name", MAKE)
async def test_spoilt_answers_lose_the_link_or_are_bad(name: str, spoil: str) -> None:
    """Tests that whatever comes instead of an answer ends in a lost link, or in a bad value, with words: never in another error, a wait or a value."""
    async with running(name) as device, Spoiler(device.port) as wire, linked(name, wire.port, Choice("a", WORD[name])) as link:
        await hear(link, lambda batch: told(batch).get("a") == (0.0, 0))
        hurry(link, 0.3)
        wire.spoil = SPOILT[spoil] if spoil != "another's" else lambda answer: flipped(answer, NUMBER[name])
        try:
            batch = await hear(link, told)
            assert told(batch) == {"a": (0.0, 2)}
            assert [(each.state, bool(each.reason)) for each in batch.statuses["m"]] == [("silent", True)]
        except LinkLost as lost:
            assert len(str(lost).split()) > 5
            assert "127.0.0.1" in str(lost) or "connection" in str(lost)


@pytest.mark.parametrize("name", MAKE)
async def test_whatever_answers_first_is_no_device(name: str) -> None:
    """Tests that something that is no such device at all is a lost link in words when the link is made or with its first answer."""
    async with running(name) as device, Spoiler(device.port) as wire:
        wire.spoil = lambda answer: b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
        with pytest.raises(LinkLost, match=r"\w+ \w+ \w+"):
            async with linked(name, wire.port, Choice("a", WORD[name]), timeout_s=0.3) as link:
                await hear(link, never)


@pytest.mark.parametrize("name", MAKE)
async def test_random_answers(name: str) -> None:
    """Tests 40 answers with bytes changed at random: the link is lost or goes on, and what is told is a number or bad."""
    chance = random.Random(name)
    values = []

    def spoil(answer: bytes) -> bytes:
        spoilt = bytearray(answer)
        for _ in range(chance.randint(1, 3)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        return bytes(spoilt)

    async with running(name) as device, Spoiler(device.port) as wire:
        for _ in range(10):
            wire.spoil = lambda answer: answer
            async with linked(name, wire.port, Choice("a", WORD[name])) as link:
                await hear(link, told)
                hurry(link, 0.1)
                wire.spoil = spoil
                try:
                    for _ in range(4):
                        values += list(told(await hear(link, told)).values())
                except LinkLost as lost:
                    assert str(lost)
    assert all(isinstance(value, float | int) and quality in (0, 2) for value, quality in values)
