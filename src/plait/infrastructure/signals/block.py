"""Many points at once, as columns: the fast way into and out of the lake. numpy is loaded with the first block."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from plait.infrastructure.signals.record import Raw

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["WORD", "Block", "block_of", "dtype", "empty", "joined", "packed", "raws", "unpacked"]

WORD = 0x80  # in a quality: the value is the code of a word of its series


class Block(NamedTuple):
    """Points as four columns of one length: number of the series, ms since 1970 (business time), value, quality.

    ``quality``: 0 good, 1 uncertain, 2 bad; with ``WORD`` added the value is a code of the series' dictionary of words.
    """

    series: "NDArray[np.uint32]"
    ms: "NDArray[np.int64]"
    value: "NDArray[np.float64]"
    quality: "NDArray[np.uint8]"

    def take(self, which: Any) -> "Block":
        """Return the points at some places: a mask, a list of indexes or a slice."""
        columns: list[Any] = [column[which] for column in self]
        return Block(*columns)


def dtype() -> Any:
    """Return the type of one point in a record: 21 bytes, little-endian, nothing between the fields."""
    import numpy as np

    return np.dtype([("series", "<u4"), ("ms", "<i8"), ("value", "<f8"), ("quality", "u1")])


def block_of(series: Any, ms: Any, value: Any, quality: Any = 0) -> Block:
    """Return a block of four columns of one length (``quality`` may be one number for all); ValueError for other lengths."""
    import numpy as np

    numbers = np.asarray(series, np.uint32).reshape(-1)
    block = Block(numbers, np.asarray(ms, np.int64), np.asarray(value, np.float64), np.asarray(quality, np.uint8))
    if not block.quality.ndim:
        block = block._replace(quality=np.full(len(numbers), quality, np.uint8))
    if any(column.shape != numbers.shape for column in block):
        raise ValueError(f"columns of different lengths: {[column.shape for column in block]}")
    return block


def empty() -> Block:
    """Return a block without points."""
    return block_of([], [], [], [])


def packed(block: Block) -> bytes:
    """Return the record of a block."""
    import numpy as np

    made = np.empty(len(block.series), dtype())
    made["series"], made["ms"], made["value"], made["quality"] = block
    return made.tobytes()


def unpacked(record: bytes | memoryview) -> Block:
    """Return the points of a record as columns; ValueError when its length is none of a record."""
    import numpy as np

    points = np.frombuffer(record, dtype())
    return Block(*(np.ascontiguousarray(points[name]) for name in ("series", "ms", "value", "quality")))


def joined(blocks: Sequence[Block]) -> Block:
    """Return the points of several blocks, in order."""
    import numpy as np

    if len(blocks) == 1:
        return blocks[0]
    return Block(*(np.concatenate(columns) for columns in zip(*blocks, strict=True))) if blocks else empty()


def raws(block: Block) -> Iterable[Raw]:
    """Yield the points one by one."""
    return map(Raw, block.series.tolist(), block.ms.tolist(), block.value.tolist(), block.quality.tolist())
