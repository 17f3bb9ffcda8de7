"""Neighbouring addresses are read in one request: which with which."""

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Block", "Span", "grouped"]


class Span(NamedTuple):
    """Where a value lies: its first element, how many, and whose value it is."""

    start: int
    size: int
    key: str


class Block(NamedTuple):
    """What is read at once, and what is in it."""

    start: int
    size: int
    members: tuple[Span, ...]


def grouped(spans: Iterable[Span], most: int, bridge: int = 0) -> list[Block]:
    """Join spans into blocks of at most ``most`` elements; between two neighbours at most ``bridge`` elements nobody asked for.

    A block begins with the first element somebody asked for and ends with the last: nothing outside is ever read. A span that is longer than
    ``most`` stands alone (its adapter refuses it before).
    """
    blocks: list[Block] = []
    for span in sorted(spans):
        last = blocks[-1] if blocks else None
        if last is not None and span.start <= last.start + last.size + bridge:
            end = max(last.start + last.size, span.start + span.size)
            if end - last.start <= most:
                blocks[-1] = Block(last.start, end - last.start, (*last.members, span))
                continue
        blocks.append(Block(span.start, span.size, (span,)))
    return blocks
