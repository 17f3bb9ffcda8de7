"""Kinds of facts that only tests use."""

import msgspec

from plait.kernel.facts import fact

__all__ = ["Noted"]


@fact("test.noted", key="number", quantity="count")
class Noted(msgspec.Struct, frozen=True):
    """Something happened in a test."""

    number: str
    count: int = 1
