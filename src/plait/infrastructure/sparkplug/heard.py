"""What a host application has heard: values in columns, words, births and deaths, what is missing, whom to ask to be born again."""

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Columns", "Event", "Heard", "Missing", "Slot", "Word"]


class Slot(NamedTuple):
    """A metric (or part of one) that the host knows: ``device`` is empty for those of the edge node itself."""

    group: str
    edge: str
    device: str
    name: str
    datatype: int


class Word(NamedTuple):
    """A text as the value of a slot at ``ms`` since 1970 (UTC); ``quality`` 0 to 2; ``past``: told later than it was."""

    slot: int
    ms: int
    text: str
    quality: int
    past: bool = False


class Event(NamedTuple):
    """An edge node (``device`` empty) or a device is there (``born``) or gone since ``ms``."""

    born: bool
    group: str
    edge: str
    device: str
    ms: int


class Missing(NamedTuple):
    """Of an edge node ``lost`` messages (0: not countable) are missing since ``since`` until ``until`` (ms)."""

    group: str
    edge: str
    since: int
    until: int
    lost: int
    reason: str


class Columns(NamedTuple):
    """Values: slot, ms since 1970 (UTC), number, quality, whether it was told later than it was; columns of one length."""

    slot: "NDArray[np.uint32]"
    ms: "NDArray[np.int64]"
    value: "NDArray[np.float64]"
    quality: "NDArray[np.uint8]"
    past: "NDArray[np.bool_]"


class Heard(msgspec.Struct):
    """What has come since it was last taken."""

    columns: list[Any] = []
    words: list[Word] = []
    events: list[Event] = []
    missing: list[Missing] = []
    rebirths: list[tuple[str, str]] = []
    births: set[tuple[str, str]] = set()

    def joined(self) -> "Columns | None":
        """Return all values as one block, None when there are none."""
        import numpy as np

        if not self.columns:
            return None
        if len(self.columns) == 1:
            return Columns(*self.columns[0])
        return Columns(*(np.concatenate(each) for each in zip(*self.columns, strict=True)))
