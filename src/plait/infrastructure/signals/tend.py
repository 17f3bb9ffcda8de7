"""What is done to the lake in the background: complete segments to Parquet, small files to larger ones, away with what is too old.

Each step first writes and syncs files, then commits the manifest in one transaction, then removes what is no longer needed.
A crash anywhere leaves either the old or the new; what is left over is cleared away at opening.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import structlog

from plait.infrastructure.signals import manifest
from plait.infrastructure.signals.block import Block, joined, unpacked
from plait.infrastructure.signals.lake import Lake
from plait.infrastructure.signals.manifest import HOUR, MINUTE, RAW, File
from plait.infrastructure.signals.tables import add_gap
from plait.kernel.os import fsync_dir, remove, replace
from plait.store import Tx, damaged, read_records

if TYPE_CHECKING:
    from plait.infrastructure.signals.repeats import Unsure

__all__ = ["Compacted", "Keep", "compact", "due_segments", "forget", "merge", "merge_group", "too_old"]

CHUNK_POINTS = 400_000
MERGE_FILES = 8
MERGE_ROWS = 32_000_000
DAY_MS = 86_400_000
TWICE = "{} values came for minutes of which values had been dropped or are damaged: one that had come before is counted twice in minutes and hours"
Write = Callable[[Callable[[Tx], None]], Coroutine[Any, Any, None]]
T = TypeVar("T")

_log = structlog.get_logger("plait.signals")


class Keep(NamedTuple):
    """How many days each tier is kept after it was written; 0: for good."""

    raw: float = 0
    minute: float = 0
    hour: float = 0


class Compacted(NamedTuple):
    """The files made of segments; for segments with damage what was lost: (segment, first ms, last ms, values); the newest time of each series.

    ``unsure``: points that may have been counted before.
    """

    files: list[File]
    lost: list[tuple[int, int, int, int]]
    heights: dict[int, int]
    unsure: "list[Unsure]"


async def _apart(work: Callable[..., T], *arguments: Any) -> T:
    """Return what a thread finds; when this is cancelled, only after the thread has ended: nobody else may write the same files meanwhile."""
    working = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.gather(working, return_exceptions=True)
        raise


def due_segments(lake: Lake) -> list[int]:
    """Return the oldest complete segments that fit into one file, at least one if there is any."""
    chosen: list[int] = []
    points = 0
    for number in lake.complete():
        points += lake.spans[number].points
        if chosen and points > CHUNK_POINTS:
            break
        chosen.append(number)
    return chosen


def _of_segments(lake: Lake, numbers: Sequence[int], written_ms: int) -> Compacted:
    from plait.infrastructure.signals.files import compacted_files
    from plait.infrastructure.signals.repeats import heights, once, unsure
    from plait.infrastructure.signals.shapes import ordered

    blocks: list[Block] = []
    lost = []
    for number in numbers:
        block = joined([unpacked(record) for _, record in read_records(lake.segment(number))])
        known = lake.spans[number]
        holes = [each for each in damaged(lake.segment(number)) if not each.torn]
        if holes or len(block.ms) < known.points:
            lost.append((number, known.first_ms, known.last_ms, known.points - len(block.ms)))
        blocks.append(block)
    block, late, bad = once(lake, ordered(joined(blocks)))
    doubtful = unsure(lake, late, bad) if bad or lake.dropped else []
    files = compacted_files(lake.folder, block, numbers[0], numbers[-1], written_ms) if len(block.ms) else []
    return Compacted(files, lost, heights(block), doubtful)


async def compact(lake: Lake, write: Write, save: Callable[[], Coroutine[Any, Any, None]], now_ms: int, names: Mapping[int, str]) -> bool:
    """Bring the oldest complete segments into Parquet; False when there were none. ``save``: writes latest values down; ``names`` of series."""
    numbers = due_segments(lake)
    if not numbers:
        return False
    made = await _apart(_of_segments, lake, numbers, now_ms)
    await save()

    def commit(tx: Tx) -> None:
        manifest.commit(tx.conn, made.files, reach=numbers[-1])
        for number, first, last, count in made.lost:
            add_gap(tx.conn, "", first, last, f"segment {number} of the signal lake is damaged: {count} values or more are lost")
        for each in made.unsure:
            add_gap(tx.conn, names[each.series], each.first_ms, each.last_ms, TWICE.format(each.points))

    await write(commit)
    lake.swap((), made.files, numbers[-1], made.heights)
    await asyncio.to_thread(_drop, lake, numbers, {number for number, *_ in made.lost})
    return True


def _drop(lake: Lake, numbers: Sequence[int], aside: set[int]) -> None:
    for number in numbers:
        if number in aside:
            path = lake.segment(number)
            replace(path, path.with_suffix(".damaged"))
            _log.error("a segment of the signal lake was damaged; it is put aside", segment=number)
        else:
            lake.drop(number)


def merge_group(files: Sequence[File], tier: str) -> list[File]:
    """Return neighbouring files of one level that are to become one, none when there is nothing to do."""
    run: list[File] = []
    rows = 0
    for file in files:
        if file.tier != tier:
            continue
        if run and (file.level != run[-1].level or rows + file.rows > MERGE_ROWS):
            run, rows = [], 0
        run.append(file)
        rows += file.rows
        if len(run) == MERGE_FILES:
            return run
    return []


async def merge(lake: Lake, write: Write) -> bool:
    """Make one file of some; False when there was nothing to do."""
    from plait.infrastructure.signals.files import merged_file

    for tier in (RAW, MINUTE, HOUR):
        group: list[File] = merge_group(lake.files, tier)
        believed: bool = await asyncio.to_thread(_believed, lake, group) if group else False
        if believed:
            made = await _apart(merged_file, lake.folder, group)
            await write(lambda tx: manifest.commit(tx.conn, [made], [file.name for file in group]))  # noqa: B023 - awaited in this round
            lake.swap(group, [made], 0)
            await asyncio.to_thread(_remove, lake, group)
            return True
    return False


def _believed(lake: Lake, group: Sequence[File]) -> bool:
    low, high = min(file.first_ms for file in group), max(file.last_ms for file in group)
    good, _ = lake.pick(group[0].tier, low, high + 1)
    return {file.name for file in group} <= {file.name for file in good}


def _remove(lake: Lake, files: Sequence[File]) -> None:
    for file in files:
        remove(lake.folder / file.name)
    fsync_dir(lake.folder)


def too_old(files: Sequence[File], keep: Keep, now_ms: int) -> dict[str, list[File]]:
    """Return by tier the files whose time is over, the oldest first."""
    found: dict[str, list[File]] = {}
    for tier, days in zip((RAW, MINUTE, HOUR), keep, strict=True):
        gone = [file for file in files if days and file.tier == tier and file.written_ms < now_ms - days * DAY_MS]
        if gone:
            found[tier] = gone
    return found


async def forget(lake: Lake, write: Write, keep: Keep, now_ms: int) -> int:
    """Drop what is too old, and count it in the manifest; return how many rows went."""
    rows = 0
    for tier, gone in too_old(lake.files, keep, now_ms).items():
        await write(lambda tx: manifest.add_dropped(tx.conn, tier, gone))  # noqa: B023 - awaited in this round
        lake.swap(gone, (), 0)
        if tier == RAW:
            lake.dropped += tuple((file.first_ms, file.last_ms) for file in gone)
        await asyncio.to_thread(_remove, lake, gone)
        rows += sum(file.rows for file in gone)
    return rows
