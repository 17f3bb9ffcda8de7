"""What a search finds."""

from typing import Literal, TypeAlias

import msgspec

__all__ = ["MOST", "Found", "Hit", "HitKind"]

MOST = 8
"""So many things of one kind are named."""

HitKind: TypeAlias = Literal["order", "rfq", "offer", "document", "part", "lot", "serial", "unit", "item", "machine", "partner", "contract", "file"]


class Hit(msgspec.Struct, frozen=True):
    """One thing found. ``id`` is the thing's own, ``label`` what people call it, ``detail`` more of it in one line, ``link`` its console page.

    ``why`` says in English by what it was found (``our order number``, ``serial``); ``exact``: by the whole of it, else by how it begins.
    """

    kind: HitKind
    id: str
    label: str
    link: str
    why: str
    exact: bool
    detail: str = ""


class Found(msgspec.Struct, frozen=True):
    """The things found, exact ones first, at most eight of a kind. ``read_as`` is what a scanned code says, in brackets: ``(01)...(21)...``."""

    text: str
    read_as: str
    hits: list[Hit]
