"""The signal lake killed at drawn moments of writing, compacting and merging: what was acknowledged is there once, and nothing else.

python -m tests.faults.lake FOLDER ROUNDS SEED     prints {"runs": .., "found": [..], "killed": ..}
"""

import asyncio
import contextlib
import functools
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb  # noqa: F401 - loaded once, before the children are made
import numpy as np

from plait.infrastructure.signals import SignalService, block_of, files, lake, manifest, recorder, tend
from plait.infrastructure.signals.lake import Lake
from plait.store import ms_of, segments
from tests.faults.runs import Report
from tests.infrastructure.support import ME, House
from tests.support import START, make_store

__all__ = ["lake_kills"]

BLOCKS = 40
ROWS = 20
FRESH = 5  # a folder is killed so often before a new one is begun
MOST_WRITES = 110
SPOTS: tuple[tuple[Any, str], ...] = (
    (segments, "fsync_file"),
    (segments, "fsync_dir"),
    (files, "fsync_file"),
    (files, "replace"),
    (files, "ask"),
    (files, "scratch"),
    (tend, "remove"),
    (lake, "remove"),
    (manifest, "commit"),
    (Lake, "swap"),
    (recorder.tables, "put_mark"),
)


def _deadly(draw: random.Random) -> None:
    """Let this process be killed before or after a drawn one of its steps to disk."""
    left = [draw.randrange(MOST_WRITES), draw.random() < 0.5]

    def wrap(call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def counted(*args: Any, **more: Any) -> Any:
            left[0] -= 1
            if left[0] == 0 and left[1]:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = call(*args, **more)
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return counted

    for place, name in SPOTS:
        setattr(place, name, wrap(getattr(place, name)))


@contextlib.asynccontextmanager
async def _open(folder: Path) -> Any:
    async with make_store(folder) as store:
        signals = SignalService(store, House(), store.clock, folder / "lake", segment_bytes=1500)
        await signals.open()
        yield signals
        await signals.close()


async def _work(folder: Path, seed: int) -> None:
    """Record blocks whose values are their numbers and tend meanwhile; what is acknowledged goes into ``said``, what was tried into ``tried``."""
    draw = random.Random(seed)
    tend.MERGE_FILES = 3
    tried = int((folder / "tried").read_text() or "0") if (folder / "tried").exists() else 0
    _deadly(draw)
    with (folder / "said").open("ab", buffering=0) as said, (folder / "tried").open("wb", buffering=0) as trying:
        async with _open(folder) as signals:
            numbers = list((await signals.numbers(["m.a", "m.b"])).values())

            async def record(first: int) -> None:
                which = np.arange(first, first + ROWS)
                await signals.record_block(block_of(np.array(numbers)[which % 2], ms_of(START) + which // 5 * 5, which * 1.0))
                said.write(f"{first}\n".encode())

            async def write() -> None:
                for number in range(BLOCKS):
                    first = tried + number * ROWS
                    trying.seek(0)
                    trying.write(str(first + ROWS).encode())
                    await record(first)
                    if draw.random() < 0.1:
                        await record(first)  # a device that did not hear the answer sends it again

            async def pack() -> None:
                while not writing.done():
                    await signals.tend()
                    await asyncio.sleep(0)

            writing = asyncio.create_task(write())
            await asyncio.gather(writing, pack())


async def _check(folder: Path) -> list[str]:
    """Open the folder as the next start would, and compare."""
    said = {int(line) for line in (folder / "said").read_text().split()}
    tried = int((folder / "tried").read_text() or "0")
    wanted = {number for first in said for number in range(first, first + ROWS)}
    found: list[str] = []
    async with _open(folder) as signals:
        for again in range(2):
            there: list[float] = []
            for name in ("m.a", "m.b"):
                for hour in range(1 + tried // 3_600_000):
                    view = await signals.query(ME, name, START + timedelta(hours=hour), START + timedelta(hours=hour + 1))
                    there += [float(value.value) for value in view.values]
                    found += [f"a gap that is none: {gap.reason}" for gap in view.gaps]
                    found += ["values are out of order"] if sorted(view.values, key=lambda value: value.at) != list(view.values) else []
            found += [f"acknowledged but gone: {number}" for number in sorted(wanted - set(there))[:3]]
            found += [f"nobody said it: {number}" for number in there if not 0 <= number < tried]
            found += [f"there twice: {len(there) - len(set(there))} values"] if len(there) != len(set(there)) else []
            left = {path.name for path in (folder / "lake").glob("*.parquet*")} ^ {file.name for file in signals.lake().files}
            found += [f"left over or missing: {sorted(left)}"] if left else []
            if not again:
                await signals.tend()
    return found


def _child(work: Callable[[], None]) -> int:
    """Do something in a child of this process and return how it ended."""
    child = os.fork()
    if not child:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


def _examined(folder: Path) -> None:
    try:
        found = asyncio.run(_check(folder))
    except Exception as error:  # noqa: BLE001 - a lake that does not open is a finding
        found = [f"{type(error).__name__}: {error}"]
    (folder / "found").write_text(json.dumps(found))


def main() -> None:
    """Kill a lake ``ROUNDS`` times and print what was found."""
    space, rounds, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    found, killed = [], 0
    for number in range(rounds):
        folder = space / str(number // FRESH)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "said").touch()
        (folder / "tried").touch()
        status = _child(lambda folder=folder, number=number: asyncio.run(_work(folder, seed + number)))  # type: ignore[misc]
        if os.WIFSIGNALED(status):
            killed += 1
        elif status:
            found.append(f"round {number}: the work failed")
        _child(lambda folder=folder: _examined(folder))  # type: ignore[misc]
        found += [f"round {number}: {each}" for each in json.loads((folder / "found").read_text())]
    print(json.dumps({"runs": rounds, "found": found, "killed": killed}))


def lake_kills(space: Path, rounds: int, seed: int) -> Report:
    """Kill the lake so many times, in a process of its own."""
    command = [sys.executable, "-m", "tests.faults.lake", str(space), str(rounds), str(seed)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": f"src{os.pathsep}."}, capture_output=True, check=False)
    if done.returncode:
        return Report(rounds, [done.stderr.decode()[-2000:]])
    told = json.loads(done.stdout)
    return Report(told["runs"], told["found"] + ([] if told["killed"] else ["no round was killed"]))


if __name__ == "__main__":
    main()
