"""Whether what lies in a node's files is what was written: structure of the databases, events against the facts that tell of them, segments, blobs."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from plait.circulation.epcis.loss import compare
from plait.infrastructure.signals.manifest import File, files
from plait.infrastructure.signals.tables import mark
from plait.kernel.actor import Scope
from plait.kernel.problems import UNAVAILABLE, Problem
from plait.store.segments import damaged
from plait.upkeep.health.folder import look_at
from plait.upkeep.health.model import Check

__all__ = ["examine", "opened"]

Look = Callable[[], AbstractContextManager[Connection]]
RESTORE = "Keep this folder for examination and restore the last backup with `plait restore`."
NAMED = 3
OFTEN = 100_000


@contextmanager
def opened(file: Path) -> Iterator[Connection]:
    """Give a connection to an SQLite file that nobody has open; nothing beside it is made or changed."""
    engine = create_engine("sqlite://", creator=lambda: look_at(file), poolclass=NullPool)
    try:
        with closing(engine.connect()) as conn:
            yield conn
    finally:
        engine.dispose()


def examine(folder: Path, facts: Look, events: Look, rest: Callable[[], None] = lambda: None, over: Callable[[], bool] = lambda: False) -> list[Check]:
    """Read everything in the files of the node in ``folder`` and return what is found; ``rest`` is called between pieces, ``over`` tells when to give up."""
    found: list[Check] = []

    def pause() -> None:
        if over():
            raise Problem(UNAVAILABLE, "It was ended before it had read everything.")
        rest()

    looks: dict[str, Callable[[], Check]] = {
        "structure": lambda: _structure((facts, events), over),
        "events": lambda: _events(facts, events, pause),
        "files": lambda: _files(folder, facts, pause),
    }
    for name, look in looks.items():
        try:
            found.append(look())
        except (OSError, SQLAlchemyError, ValueError, TypeError, Problem) as error:
            found.append(Check(name, "bad", f"It cannot be read: {error}.", RESTORE))
    return found


def _structure(looks: tuple[Look, Look], over: Callable[[], bool]) -> Check:
    for look in looks:
        with look() as conn:
            if conn.dialect.name != "sqlite":
                continue
            raw: Any = conn.connection.driver_connection
            raw.set_progress_handler(over, OFTEN)
            try:
                said = [str(row[0]) for row in conn.execute(text("PRAGMA integrity_check(1)"))]
            finally:
                raw.set_progress_handler(None, 0)
            if said != ["ok"]:
                return Check("structure", "bad", f"A database is damaged: {said[0]}.", RESTORE)
    return Check("structure", "ok", "The databases are whole.")


def _events(facts: Look, events: Look, rest: Callable[[], None]) -> Check:
    wrong: list[str] = []
    last = 0
    while True:
        with facts() as told, events() as kept:
            last, found = compare(told, kept, last)
        wrong += found
        if not last:
            break
        rest()
    if wrong:
        what = f"{len(wrong)} events are not what the log tells: {'; '.join(wrong[:NAMED])}."
        return Check("events", "bad", what, RESTORE, {"wrong": len(wrong)})
    return Check("events", "ok", "The events are those that the log tells of.")


def _listed(facts: Look) -> dict[str, File]:
    """Return the Parquet files of the signal lake that the manifest lists; a folder of an older version has none."""
    with facts() as conn:
        return {file.name: file for file in files(conn, Scope(everything=True))} if inspect(conn).has_table("signal_file") else {}


def _parquet(lake: Path, facts: Look, rest: Callable[[], None]) -> list[str]:
    wrong = []
    for name, file in _listed(facts).items():
        try:
            with (lake / name).open("rb") as content:
                if hashlib.file_digest(content, "sha256").hexdigest() != file.sha256:
                    wrong.append(f"lake/{name} was changed")
        except FileNotFoundError:
            if name in _listed(facts):
                wrong.append(f"lake/{name} is missing")
        rest()
    return wrong


def _files(folder: Path, facts: Look, rest: Callable[[], None]) -> Check:
    wrong: list[str] = []
    torn: list[str] = []
    for path in sorted((folder / "blobs").glob("??/*")):
        with path.open("rb") as file:
            if len(path.name) == 64 and hashlib.file_digest(file, "sha256").hexdigest() != path.name:
                wrong.append(f"blobs/{path.parent.name}/{path.name} was changed")
        rest()
    with facts() as conn:
        number, end = mark(conn, Scope(everything=True))
    for path in sorted((folder / "lake").glob("*.seg")):
        with suppress(FileNotFoundError):  # compacted meanwhile
            for lost in damaged(path):
                told = wrong if not lost.torn or (int(path.stem) == number and lost.offset < end) else torn
                told.append(f"lake/{path.name} has {lost.bytes} damaged bytes at {lost.offset}")
            if int(path.stem) == number and path.stat().st_size < end:
                wrong.append(f"lake/{path.name} is shorter than it was")
        rest()
    wrong += _parquet(folder / "lake", facts, rest)
    figures: dict[str, int | float | str] = {"wrong": len(wrong), "torn": len(torn)}
    if wrong:
        return Check("files", "bad", f"{'; '.join(wrong[:NAMED])}.", "Restore the last backup if what is in them is needed.", figures)
    if torn:
        what = f"{'; '.join(torn[:NAMED])}: the end of what was written when the computer stopped, or damage."
        return Check("files", "look", what, "See whether values of that time are missing.", figures)
    return Check("files", "ok", "Signals and stored files read back as they were written.")
