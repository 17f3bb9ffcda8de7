"""Work done on a failing disk: a process started with the library forks a child for each run, arms the disk in it, and lets it work.

The child says a line on standard output for each thing it was told is on disk. Run as ``python -m tests.faults.work``: one JSON
command a line on standard input, one JSON answer a line on standard output.
"""

import asyncio
import contextlib
import gc
import json
import logging
import os
import random
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table

from plait.kernel.activity import Activity
from plait.kernel.actor import system_actor
from plait.kernel.clock import SYSTEM
from plait.kernel.facts import Fact
from plait.kernel.os import write_private
from plait.kernel.problems import Problem
from plait.store import Blobs, Database, Segments, Store, Tx, engine, metadata
from plait.store import segments as segments_module
from plait.store.anchor import Anchor
from plait.upkeep.backup import targets
from plait.upkeep.backup.restore import restore
from tests.faults.disk import Fault, arm, count
from tests.support.kinds import Noted
from tests.support.stores import clock

ME = system_actor("party-1")
WRITERS = 6
EACH = 5
TRIES = 35
TURNS = 10
BACKUP = "b.plait"
events = MetaData(info={"name": "things"})
thing = Table("thing", events, Column("id", Integer, primary_key=True), Column("body", LargeBinary, nullable=False))


def quiet(size: int) -> None:
    """Show no progress."""
    del size


def say(line: str) -> None:
    """Tell the world that something is on disk."""
    os.write(1, f"{line}\n".encode())


async def insisting(act: Callable[[], Awaitable[object]]) -> bool:
    """Try again while the disk refuses; False when it has refused for good."""
    for _ in range(TRIES):
        try:
            await act()
        except Problem as problem:
            if problem.code not in {"unavailable", "no-copy-before-upgrade", "folder-unwritable"}:
                raise
            await SYSTEM.sleep(0.001)
        else:
            return True
    return False


def open_store(folder: Path) -> Store:
    """Make the store in ``folder``, with a follower that counts each note once."""
    activity = Activity()
    store = Store(f"sqlite:///{folder / 'plait.db'}", metadata, clock(activity=activity), activity)

    async def tally(fact: Fact) -> None:
        await store.write(ME, lambda tx: tx.number("followed"), once=f"tally:{fact.id}", result=int)

    store.follow("tally", frozenset({"test.noted"}), tally, start="begin")
    return store


async def _store(folder: Path, seed: int) -> None:
    for round in range(2):
        store = open_store(folder)
        await store.open()

        async def write(worker: int, round: int = round, store: Store = store) -> None:
            for number in range(EACH):
                name = f"{seed}-{round}-{worker}-{number}"

                def work(tx: Tx, name: str = name) -> int:
                    drawn = tx.number("N")
                    tx.append(f"w/{name}", Noted(name, drawn))
                    tx.post("p", "/in", name.encode(), key=name)
                    return drawn

                if await insisting(lambda name=name, work=work: store.write(ME, work, once=name, result=int)):
                    say(name)

        await asyncio.gather(*(write(worker) for worker in range(WRITERS)))
        await store.close()


async def _events(folder: Path, seed: int) -> None:
    draw = random.Random(seed)
    for round in range(2):
        activity = Activity()
        database = Database(f"sqlite:///{folder / 'events.db'}", events, clock(activity=activity), activity)
        await database.open()
        for number in range(20):
            first = round * 1000 + number * 10
            rows = [{"id": first + each, "body": draw.randbytes(draw.randint(1, 9000))} for each in range(draw.randint(1, 5))]
            if await insisting(lambda rows=rows, database=database: database.write(lambda conn: conn.execute(thing.insert(), rows) and None)):
                say(",".join(str(row["id"]) for row in rows))
        await database.close()


async def _segments(folder: Path, seed: int) -> None:
    draw = random.Random(seed)
    segments = Segments(folder / "lake", limit=2000)
    for number in range(40):
        records = [b"%d-%d:" % (number, each) + draw.randbytes(draw.randint(0, 700)) for each in range(draw.randint(1, 4))]
        for _ in range(TRIES):
            try:
                segments.append(records)
            except (Problem, OSError):
                segments.close()
                with contextlib.suppress(OSError):
                    segments = Segments(folder / "lake", limit=2000)
            else:
                say(f"{number} {len(records)}")
                break
    segments.close()


async def _blobs(folder: Path, seed: int) -> None:
    draw = random.Random(seed)
    blobs = Blobs(folder / "blobs")
    for _ in range(25):
        content = draw.randbytes(draw.randint(0, 5000))
        for _ in range(TRIES):
            try:
                name = blobs.put(content)
            except OSError:
                continue
            say(name)
            break


async def _secrets(folder: Path, seed: int) -> None:
    del seed
    for version in range(20):
        for _ in range(TRIES):
            try:
                write_private(folder / "key.pem", f"{version}:".encode() + bytes([version]) * 3000)
            except OSError:
                continue
            say(str(version))
            break


async def _upgrade(folder: Path, seed: int) -> None:
    del seed
    store = open_store(folder)
    if await insisting(store.open):
        say("open")
        await store.close()


async def _restore(folder: Path, seed: int) -> None:
    del seed
    for _ in range(TRIES):
        try:
            restore(folder / BACKUP, folder / "new", "", quiet, env={})
        except (Problem, OSError):
            await SYSTEM.sleep(0.001)
        else:
            say("restored")
            break


async def _stick(folder: Path, seed: int) -> None:
    del seed
    targets.CHUNK = 4096
    stick = targets.Folder(folder / "stick")
    for source in sorted(folder.glob("*.plait")):  # noqa: ASYNC240 - nothing else runs here
        for _ in range(TRIES):
            try:
                stick.put(source, source.name, quiet)
            except (Problem, OSError):
                continue
            say(source.name)
            break


async def _careless_segments(folder: Path, seed: int) -> None:
    """The same without syncing: what the harness must find out."""
    segments_module.fsync_file = lambda file: None  # type: ignore[attr-defined]
    await _segments(folder, seed)


async def _careless_store(folder: Path, seed: int) -> None:
    """The same, trusting the journal after a failed sync: what the harness must find out."""
    engine.Sqlite.settle = lambda self, conn: None  # type: ignore[method-assign]
    await _store(folder, seed)


async def _unnoted_store(folder: Path, seed: int) -> None:
    """The same, killed before the log's end is noted for the ``seed``-th time, when all have said what they were told by then."""
    loop, note, seen = asyncio.get_running_loop(), Anchor.note, set()

    def heard(left: int, done: threading.Event) -> None:
        if left:
            loop.call_soon(heard, left - 1, done)
        else:
            done.set()

    def last(self: Anchor, seq: int, hash: str) -> None:
        if seq and seq not in seen:
            seen.add(seq)
            if len(seen) == seed:
                done = threading.Event()
                loop.call_soon_threadsafe(heard, TURNS, done)
                done.wait()
                os.kill(os.getpid(), signal.SIGKILL)
        note(self, seq, hash)

    Anchor.note = last  # type: ignore[method-assign]
    await _store(folder, seed)


WORK: dict[str, Callable[[Path, int], Awaitable[None]]] = {
    "store": _store,
    "events": _events,
    "segments": _segments,
    "blobs": _blobs,
    "secrets": _secrets,
    "upgrade": _upgrade,
    "restore": _restore,
    "stick": _stick,
    "careless segments": _careless_segments,
    "careless store": _careless_store,
    "unnoted store": _unnoted_store,
}


def child(order: dict, pipe: int) -> None:
    """Do the work and end; what goes wrong is said on standard error."""
    os.dup2(pipe, 1)
    code = 0
    try:
        fault = Fault(**order["fault"])
        folder = Path(order["folder"])
        arm(folder, fault, Path(order["trace"]) if order["trace"] else None)
        asyncio.run(WORK[order["work"]](folder, order["seed"]))
        calls = count()
        arm(folder, Fault())
        os.write(pipe, f"calls {calls}\n".encode())
    except Problem as problem:
        os.write(pipe, f"problem {problem.code}\n".encode())
    except BaseException as error:  # noqa: BLE001 - told to whoever gave the order
        os.write(pipe, f"error {type(error).__name__}: {error}\n".encode())
        code = 1
    os._exit(code)


def main() -> None:
    """Take orders until the input ends."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        receive, send = os.pipe()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            os.close(receive)
            child(order, send)
        os.close(send)
        with os.fdopen(receive, "rb") as pipe:
            heard = pipe.read().decode()
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(json.dumps({"lines": heard.splitlines(), "killed": os.WIFSIGNALED(status), "code": os.waitstatus_to_exitcode(status)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
