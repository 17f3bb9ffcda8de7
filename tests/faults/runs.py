"""Runs of work on failing disks: kills, losses of power, full, failing, slow and read-only disks, damaged files."""

import random
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.faults import disk
from tests.faults.disk import SECTOR, Fault
from tests.faults.harness import Nursery, check, facts_after_damage
from tests.faults.packed import small_backup
from tests.faults.work import BACKUP

__all__ = ["RUNS", "WORKS", "Report", "damage", "errors", "forgot", "full", "kills", "power", "prepare", "unnoted"]

WORKS = ("store", "events", "segments", "blobs", "secrets", "upgrade", "restore", "stick")
WAL_HEAD, WAL_FRAME = 32, 24 + 4096
RELEASE = Path(__file__).parents[1] / "versions" / "0.1.0" / "folders.tar.xz"


class Report(NamedTuple):
    """How many runs there were and what was wrong afterwards, each with what it takes to see it again."""

    runs: int
    found: list[str]


def prepare(work: str, folder: Path) -> Path:
    """Make the folder that ``work`` begins with."""
    folder.mkdir(parents=True)
    if work == "upgrade":
        with tarfile.open(RELEASE) as archive:
            archive.extractall(folder, [archive.getmember("helix/plait.db")], filter="data")
        (folder / "helix" / "plait.db").replace(folder / "plait.db")
        (folder / "helix").rmdir()
    elif work == "restore":
        (folder / BACKUP).write_bytes(small_backup())
    elif work == "stick":
        (folder / "stick").mkdir()
        (folder / "stick" / "photo").write_bytes(b"something else")
        for number in range(5):
            (folder / f"{number}.plait").write_bytes(random.Random(number).randbytes(3000 + 11_000 * number))
    return folder


def _rounds(work: str, space: Path, number: int) -> Iterator[tuple[int, Path]]:
    first = prepare(work, space / f"{work}-fresh")
    for index in range(number):
        folder = space / f"{work}-{index}"
        shutil.copytree(first, folder)
        yield index, folder
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(first)


def _measured(nursery: Nursery, work: str, space: Path) -> int:
    folder = prepare(work, space / f"{work}-whole")
    outcome = nursery.run(work, folder, 0)
    assert outcome.calls, f"{work} does not work on a sound disk: {outcome}"
    assert check(work, folder, outcome.said) == []
    shutil.rmtree(folder)
    return outcome.calls


def _syncs(nursery: Nursery, work: str, space: Path) -> int:
    folder, written = prepare(work, space / f"{work}-whole"), space / "whole.trace"
    nursery.run(work, folder, 0, Fault(), written)
    shutil.rmtree(folder)
    return sum(op.kind in {disk.SYNC, disk.SYNCDIR} for op in disk.trace(written))


def kills(nursery: Nursery, work: str, space: Path, number: int, seed: int) -> Report:
    """Kill the process before, or in the middle of, a drawn call that changes a file; then look."""
    draw, found = random.Random(seed), []
    calls = _measured(nursery, work, space)
    for index, folder in _rounds(work, space, number):
        fault = Fault(kill_at=draw.randint(1, calls), tear=draw.randint(0, 1))
        outcome = nursery.run(work, folder, index, fault)
        found += [f"{work} {fault} seed {index}: {wrong}" for wrong in check(work, folder, outcome.said)]
    return Report(number, found)


def power(nursery: Nursery, work: str, space: Path, number: int, seed: int, fault: Fault | None = None) -> Report:
    """Replay what the process did up to a drawn moment, keeping what was synced and any of the rest; then look.

    With a ``fault`` a first process meets that before a second one goes on in the same folder.
    """
    folder = prepare(work, space / f"{work}-traced")
    before, written = disk.present(folder), space / f"{work}.trace"
    if fault is not None:
        nursery.run(work, folder, seed, fault, written)
    nursery.run(work, folder, seed + 1000, Fault(), written)
    ops, found = disk.trace(written), []
    states = space / f"{work}-states"
    states.mkdir()
    for state, said in disk.states(ops, folder, states, random.Random(seed), number, before):
        found += [f"{work} {fault} seed {seed} {state.name}: {wrong}" for wrong in check(work, state, said)]
        shutil.rmtree(state)
    for path in (folder, states):
        shutil.rmtree(path)
    written.unlink()
    return Report(number, found)


def forgot(nursery: Nursery, work: str, space: Path, number: int, seed: int) -> Report:
    """Let one sync fail, whereupon the system forgets what it had not written; kill the process soon after; go on in another one.

    Then lose the power at a drawn moment, and look.
    """
    draw, found, each = random.Random(seed), [], 6
    syncs = _syncs(nursery, work, space)
    for index in range(max(1, number // each)):
        there = space / f"forgot-{index}"
        there.mkdir()
        fault = Fault(unsynced_at=draw.randint(1, max(2, syncs)), kill_after=draw.randint(1, 3))
        found += power(nursery, work, there, each, index, fault).found
    return Report(max(1, number // each) * each, found)


def full(nursery: Nursery, work: str, space: Path, number: int, seed: int) -> Report:
    """Let the disk be full after a drawn number of bytes, for a while or for good; then make room, go on, and look."""
    return _faulty(nursery, work, space, number, lambda draw, calls: Fault(full_after=draw.randint(0, 300_000), full_for=draw.choice((0, 1, 5, 30))), seed)


def errors(nursery: Nursery, work: str, space: Path, number: int, seed: int) -> Report:
    """Let one call fail, or all from there on; then look."""

    def fault(draw: random.Random, calls: int) -> Fault:
        at = draw.randint(1, calls)
        return Fault(error_at=at) if draw.random() < 0.7 else Fault(readonly_at=at)

    return _faulty(nursery, work, space, number, fault, seed)


def _faulty(nursery: Nursery, work: str, space: Path, number: int, make: Callable[[random.Random, int], Fault], seed: int) -> Report:
    draw, found = random.Random(seed), []
    calls = _measured(nursery, work, space)
    for index, folder in _rounds(work, space, number):
        fault = make(draw, calls)
        try:
            outcome = nursery.run(work, folder, index, fault)
        except AssertionError as error:
            found.append(f"{fault}: {error}")
            continue
        found += [f"{work} {fault} seed {index}: {wrong}" for wrong in check(work, folder, outcome.said)]
    return Report(number, found)


def damage(nursery: Nursery, space: Path, number: int, seed: int) -> Report:
    """Turn a byte of, or cut, any file of a folder whose process was killed; then open it.

    Allowed: everything is right; or a refusal in words; or the chain says what was changed. Never: facts that are wrong and pass for right.
    """
    draw, found = random.Random(seed), []
    calls = _measured(nursery, "store", space)
    for index, folder in _rounds("store", space, number):
        said = nursery.run("store", folder, index, Fault(kill_at=draw.randint(calls * 2 // 3, calls))).said
        path = draw.choice(sorted(each for each in folder.iterdir() if each.stat().st_size and not each.name.endswith("-shm")))
        content = bytearray(path.read_bytes())
        place = draw.randrange(len(content))
        how = draw.choice(("turned", "cut", "zeroed"))
        if how == "cut":
            del content[place:]
        elif how == "turned":
            content[place] ^= 1 << draw.randrange(8)
        else:
            content[place : place + 512] = bytes(len(content[place : place + 512]))
        path.write_bytes(content)
        wrong = facts_after_damage(folder, said)
        found += [f"{path.name} {how} at {place} seed {index}: {each}" for each in wrong]
    return Report(number, found)


def unnoted(nursery: Nursery, space: Path, kills: int, frames: int) -> Report:
    """Kill the process before each of the first notes of the log's end, with everybody answered who is to be; damage its journal; look.

    The journal is damaged at the beginning of each of its last ``frames``: SQLite goes on without that one and all behind it.
    """
    runs, found = 0, []
    for kill in range(1, kills + 1):
        folder = prepare("store", space / f"unnoted-{kill}")
        outcome = nursery.run("unnoted store", folder, kill)
        assert outcome.killed, f"the log's end was noted fewer than {kill} times"
        journal = folder / "plait.db-wal"
        whole = journal.read_bytes()
        for place in range(WAL_HEAD, len(whole), WAL_FRAME)[-frames:]:
            hurt = space / f"unnoted-{kill}-{place}"
            shutil.copytree(folder, hurt)
            (hurt / journal.name).write_bytes(whole[:place] + bytes(SECTOR) + whole[place + SECTOR :])
            found += [f"killed before note {kill}, zeroed at {place}: {each}" for each in facts_after_damage(hurt, outcome.said)]
            runs += 1
            shutil.rmtree(hurt)
        shutil.rmtree(folder)
    return Report(runs, found)


RUNS: dict[str, Callable[[Nursery, str, Path, int, int], Report]] = {"kills": kills, "power": power, "forgot": forgot, "full": full, "errors": errors}
