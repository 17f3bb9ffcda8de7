"""What the operator pages ask and are told."""

from datetime import datetime
from typing import Annotated

import msgspec

from plait.identity.people.badges.model import OperatorView
from plait.manufacturing.line.floor.model import Board, StationView

__all__ = ["Choice", "Language", "Page", "PhotoQuery", "State", "StateQuery", "Texts"]

Choice = tuple[str, str]
"""A reason as it is kept and as it is read."""

Word = Annotated[str, msgspec.Meta(max_length=80)]


class Page(msgspec.Struct, frozen=True):
    """The language wanted for the page."""

    lang: Word = ""


class StateQuery(msgspec.Struct, frozen=True):
    """At which machine somebody stands."""

    station: Word = ""


class PhotoQuery(msgspec.Struct, frozen=True):
    """Where a photo belongs, and when it was taken."""

    station: Word
    job: Word
    tapped: datetime | None = None


class Choose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The machine chosen."""

    station: Word


class Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The language that somebody reads."""

    language: Word


class State(msgspec.Struct, frozen=True):
    """Everything the page shows: who is signed in, the machines, the chosen one's board, the reasons to choose from."""

    me: OperatorView
    stations: list[StationView]
    stop_reasons: list[Choice]
    scrap_reasons: list[Choice]
    board: Board | None = None


class Texts(msgspec.Struct, frozen=True):
    """The texts of the codes found in a picture."""

    texts: list[str]
