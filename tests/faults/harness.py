"""Giving orders to the work on a failing disk, and looking afterwards at what is there."""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from plait.kernel.activity import Activity
from plait.kernel.facts import decode
from plait.kernel.problems import Problem
from plait.store import Blobs, Database, Segments
from plait.store.segments import read_records
from plait.store.tables import number, once, outbox
from plait.upkeep.backup.restore import restore
from plait.upkeep.backup.targets import Folder
from tests.faults.disk import Fault, environment
from tests.faults.packed import FACTS, KEY
from tests.faults.work import BACKUP, events, open_store, quiet, thing
from tests.support.stores import clock

__all__ = ["CHECKS", "Nursery", "Outcome", "check", "facts_after_damage", "nursery"]

ROOT = Path(__file__).parents[2]


class Outcome(NamedTuple):
    """How a run ended: what was said, whether the process was killed, how many calls it made (0 when it did not get to the end)."""

    said: list[str]
    killed: bool
    calls: int
    problem: str


class Nursery:
    """The process whose children work on the failing disk."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, work: str, folder: Path, seed: int, fault: Fault = Fault(), trace: Path | None = None) -> Outcome:
        """Let a child do ``work`` in ``folder`` on a disk with ``fault``; AssertionError when it ends by an error that is no refusal."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"work": work, "folder": str(folder.resolve()), "seed": seed, "fault": fault._asdict(), "trace": str(trace or "")}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        last = answer["lines"][-1] if answer["lines"] else ""
        assert not last.startswith("error "), f"{work} seed {seed} {fault}: {last}"
        calls = int(last.split()[1]) if last.startswith("calls ") else 0
        problem = last.split()[1] if last.startswith("problem ") else ""
        said = [line for line in answer["lines"] if not line.startswith(("calls ", "problem "))]
        return Outcome(said, answer["killed"], calls, problem)


@contextmanager
def nursery(under: Path) -> Iterator[Nursery]:
    """Start the process; it ends with the block."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PLAIT_")} | environment(under) | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    with subprocess.Popen([sys.executable, "-m", "tests.faults.work"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, cwd=ROOT, text=True) as process:
        try:
            yield Nursery(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


async def _check_store(folder: Path, said: list[str]) -> list[str]:
    store = open_store(folder)
    try:
        await store.open()
    except Problem as problem:
        return [f"the store does not open: {problem}"]
    await store.activity.wait_idle()
    facts = [fact for fact in await store.facts(limit=100_000) if fact.kind == "test.noted"]
    names = Counter(decode(fact).number for fact in facts)
    report = await store.verify()

    def rows(conn: Any) -> tuple[set[str], set[str], dict[str, int]]:
        keys = {row.key for row in conn.execute(select(once.c.key)) if not row.key.startswith("tally:")}
        letters = {row.key for row in conn.execute(select(outbox.c.key))}
        return keys, letters, {row.series: row.last for row in conn.execute(select(number))}

    keys, letters, series = store.read_now(rows)
    await store.close()
    found = [f"acknowledged but gone: {name}" for name in said if name not in names]
    found += [f"there {times} times: {name}" for name, times in names.items() if times > 1]
    if not report.ok:
        found.append(f"the chain is broken: {report.reason}")
    if not set(names) == keys == letters:
        found.append(f"half a transaction: {set(names) ^ keys}, {set(names) ^ letters}")
    if sorted(decode(fact).count for fact in facts) != list(range(1, len(facts) + 1)):
        found.append("a number was handed out twice or lost")
    if series.get("followed", 0) != len(facts):
        found.append(f"the follower saw {series.get('followed', 0)} of {len(facts)} facts")
    return found


async def _check_events(folder: Path, said: list[str]) -> list[str]:
    activity = Activity()
    database = Database(f"sqlite:///{folder / 'events.db'}", events, clock(activity=activity), activity)
    try:
        await database.open()
    except Problem as problem:
        return [f"the database does not open: {problem}"]
    there = database.read_now(lambda conn: {row.id for row in conn.execute(select(thing.c.id))})
    sound = database.read_now(lambda conn: conn.exec_driver_sql("PRAGMA integrity_check").scalar())
    await database.close()
    acknowledged = {int(id) for line in said for id in line.split(",")}
    groups = Counter(id // 10 for id in there)
    told = Counter(id // 10 for id in acknowledged)
    found = [f"acknowledged but gone: {id}" for id in acknowledged - there]
    found += [f"half a transaction: group {group}" for group, rows in told.items() if groups[group] != rows]
    return found + ([] if sound == "ok" else [f"the file is damaged: {sound}"])


async def _check_segments(folder: Path, said: list[str]) -> list[str]:
    (folder / "lake").mkdir(exist_ok=True)
    segments = Segments(folder / "lake", limit=2000)
    segments.append([b"after:"])
    segments.close()
    records = [record for segment in sorted((folder / "lake").glob("*.seg")) for _, record in read_records(segment)]
    heads = Counter(record.partition(b":")[0].decode() for record in records)
    wanted = {f"{number}-{each}" for number, size in (line.split() for line in said) for each in range(int(size))}
    found = [f"acknowledged but gone: {name}" for name in wanted if name not in heads]
    if heads["after"] != 1:
        found.append("nothing can be written after it")
    return found


async def _check_blobs(folder: Path, said: list[str]) -> list[str]:
    blobs, found = Blobs(folder / "blobs"), []
    for name in said:
        try:
            blobs.get(name)
        except Problem as problem:
            found.append(f"acknowledged but gone or torn: {problem}")
    return found


async def _check_secrets(folder: Path, said: list[str]) -> list[str]:
    path = folder / "key.pem"
    if not path.exists():
        return ["acknowledged but gone"] if said else []
    version, _, rest = path.read_bytes().partition(b":")
    if not version.isdigit() or rest != bytes([int(version)]) * 3000:
        return ["the file is torn"]
    last = int(said[-1]) if said else -1
    return [] if int(version) in {0, last, last + 1} else ["an older secret came back"]


async def _check_upgrade(folder: Path, said: list[str]) -> list[str]:
    del said
    store = open_store(folder)
    try:
        await store.open()
    except Problem as problem:
        return [f"the store does not open: {problem}"]
    report = await store.verify()
    await store.close()
    return [] if report.ok and report.facts >= 534 else [f"the upgrade lost something: {report}"]


async def _check_restore(folder: Path, said: list[str]) -> list[str]:
    new = folder / "new"
    if not new.exists():
        if said:
            return ["acknowledged but gone"]
        restore(folder / BACKUP, new, "", quiet, env={})
    if not (new / "restored.json").exists() or (new / "keys" / "es256.pem").read_bytes() != KEY:
        return ["half a node came to be"]
    wrong = await _check_store(new, [str(number) for number in range(FACTS)])
    return [each for each in wrong if not each.startswith("half a transaction")]  # these facts were written without letters


async def _check_stick(folder: Path, said: list[str]) -> list[str]:
    stick = Folder(folder / "stick")
    there = {path.name: path.read_bytes() for path in stick.path.glob("*.plait")}
    found = [f"acknowledged but gone: {name}" for name in said if name not in there]
    found += [f"torn: {name}" for name, content in there.items() if content != (folder / name).read_bytes()]
    for source in folder.glob("*.plait"):  # noqa: ASYNC240 - nothing else runs here
        stick.put(source, source.name, quiet)
        if (stick.path / source.name).read_bytes() != source.read_bytes():
            found.append(f"does not go on: {source.name}")
    return found


async def _facts_after_damage(folder: Path, said: list[str]) -> list[str]:
    store = open_store(folder)
    try:
        await store.open()
        report = await store.verify()
        if not report.ok:
            return []
        facts = [fact for fact in await store.facts(limit=100_000) if fact.kind == "test.noted"]
    except Problem as problem:
        named = problem.code in {"store-damaged", "facts-lost", "unavailable"} and problem.detail
        return [] if named else [f"refused without saying why: {problem}"]
    finally:
        await store.close()
    names = Counter(decode(fact).number for fact in facts)
    return [f"gone without a word: {name}" for name in said if not names[name]] + [f"there {times} times: {name}" for name, times in names.items() if times > 1]


def facts_after_damage(folder: Path, said: list[str]) -> list[str]:
    """Return in words which facts are wrong after damage to a file without anything having said so."""
    return asyncio.run(_facts_after_damage(folder, said))


CHECKS: dict[str, Callable[[Path, list[str]], Any]] = {
    "store": _check_store,
    "events": _check_events,
    "segments": _check_segments,
    "blobs": _check_blobs,
    "secrets": _check_secrets,
    "upgrade": _check_upgrade,
    "restore": _check_restore,
    "stick": _check_stick,
}


def check(work: str, folder: Path, said: list[str]) -> list[str]:
    """Return in words what is wrong in ``folder`` after the run that said ``said``; empty when nothing is."""
    wrong: list[str] = asyncio.run(CHECKS[work.removeprefix("careless ")](folder, said))
    return wrong
