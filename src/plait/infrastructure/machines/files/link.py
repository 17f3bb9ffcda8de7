"""A folder or an address that is looked at again and again; how far each file has been read is kept on disk."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from plait.infrastructure.machines.files import PLUGIN, FilesConfig
from plait.infrastructure.machines.files.fetch import fetch
from plait.infrastructure.machines.files.folder import Read, files_of, folder_of, head_of, rows_of
from plait.infrastructure.machines.files.table import Reader, Row, csv_rows, decoded, heading_of, json_rows
from plait.infrastructure.machines.marks import Mark
from plait.infrastructure.machines.model import BAD_MACHINE, Around, Batch, LinkLost, Listening, Machine, Offered
from plait.kernel.clock import SYSTEM
from plait.kernel.problems import Problem

__all__ = ["FilesLink", "browse"]

MOST_READ, SHOWN = 10_000, 1000

_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
_log = structlog.get_logger("plait.machines.files")


class _Seen(msgspec.Struct):
    config: FilesConfig
    wanted: dict[str, str]


class FilesLink(Listening):
    """See ``plait.infrastructure.machines.model.Link``."""

    def __init__(self, config: FilesConfig, around: Around) -> None:
        self.name = PLUGIN.endpoint(config)
        self._config = config
        self._around = around
        self._mark = Mark(around.folder / "files", self.name, dict[str, Read])
        self._read: dict[str, Read] = {}
        self._confirmed: dict[str, Read] = {}
        self._machines: dict[str, _Seen] = {}
        self._wake = asyncio.Event()
        self._closed = False
        self._told: set[str] = set()
        self._due = 0.0

    async def connect(self) -> None:
        """See that the folder is there, or that something answers at the address."""
        self._read = dict(self._mark.load() or {})
        if self._config.source.startswith("http"):
            await fetch(self._config)
        else:
            await asyncio.to_thread(folder_of, self._config, self._around)

    async def watch(self, machine: Machine) -> None:
        """Read the machine's chosen columns from now on; raise ``bad-machine`` when none is chosen."""
        if not machine.signals:
            raise Problem(BAD_MACHINE, f"signals: none is chosen of {machine.id}; choose at least one column.", field="signals")
        config = msgspec.convert(machine.config, FilesConfig)
        try:
            Reader(config, {})
        except LinkLost as error:
            raise Problem(BAD_MACHINE, str(error), field="config") from error
        self._machines[machine.id] = _Seen(config, {each.address: each.name for each in machine.signals})
        self._due = 0.0
        self._wake.set()

    async def unwatch(self, machine_id: str) -> None:
        """Read no more for the machine."""
        self._machines.pop(machine_id, None)

    async def next(self) -> Batch:
        """Wait for rows that were not there before."""
        self._confirmed = dict(self._read)
        self._mark.keep(self._confirmed)
        while True:
            await self._until_due()
            batch = Batch()
            more = await (self._ask(batch) if self._config.source.startswith("http") else self._look(batch))
            self._due = SYSTEM.monotonic() + (0 if more else self._config.every_s)
            if batch.readings:
                if not self._config.source.startswith("http"):
                    # What was written while nobody looked is there: no row is missing.
                    batch.caught_up = dict.fromkeys(batch.readings, _ALWAYS)
                return batch

    async def _until_due(self) -> None:
        while True:
            self._wake.clear()
            if self._closed:
                raise LinkLost("The link was closed.")
            wait = self._due - SYSTEM.monotonic()
            if wait <= 0 and self._machines:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, wait) if self._machines else None):
                    await self._wake.wait()

    def _tell(self, where: str, rows: Sequence[Row], batch: Batch, *, asked: bool = False) -> None:
        for machine_id, seen in self._machines.items():
            reader = Reader(seen.config, seen.wanted, SYSTEM.now() if asked else None)
            try:
                found = reader.readings(rows)
            except LinkLost as error:
                self._complain(where, str(error))
                continue
            if reader.bad:
                self._complain(where, f"{reader.bad} rows were left out, the last because {reader.why}")
            if found:
                batch.readings.setdefault(machine_id, []).extend(found)

    def _complain(self, where: str, why: str) -> None:
        if (text := f"{where}: {why}") not in self._told:
            if len(self._told) > 1000:
                self._told.clear()
            self._told.add(text)
            _log.warning("file cannot be read whole", file=where, reason=why)

    async def _look(self, batch: Batch) -> bool:
        """Read on in the first file that has more; return whether to look again at once."""
        for path, size, changed in await asyncio.to_thread(files_of, self._config, self._around):
            known = self._read.get(path.name)
            if known is not None and known.mark == (size, changed):
                continue
            if await self._one(path, (size, changed), batch):
                return True
        return False

    async def _one(self, path: Path, mark: tuple[int, int], batch: Batch) -> bool:
        known = self._read.get(path.name)
        try:
            rows, now = await asyncio.to_thread(rows_of, path, known, mark, self._config)
        except (LinkLost, OSError) as error:
            # Also a file that is still being written: it is tried again when it has changed, or is a moment older.
            self._complain(path.name, str(error))
            return False
        if now is not None and now != known:
            self._read[path.name] = now
            while len(self._read) > MOST_READ:
                self._read.pop(next(iter(self._read)))
        self._tell(path.name, rows, batch)
        return bool(rows)

    async def _ask(self, batch: Batch) -> bool:
        raw, kind = await fetch(self._config)
        known = self._read.get("")
        if known is not None and known.head == head_of(raw):
            return False
        if "json" in kind or raw.lstrip()[:1] in (b"{", b"["):
            self._tell(self.name, json_rows(raw), batch, asked=True)
            self._read[""] = Read(len(raw), head_of(raw))
            return False
        text = decoded(raw)
        first, _, rest = text.partition("\n")
        done = rest.rfind("\n") + 1
        before = 0
        if known is not None and known.heading == first and 0 < known.done <= done and head_of(rest[: known.done].encode()) == known.body:
            before = known.done
        self._tell(self.name, list(csv_rows(heading_of(first), rest[before:done])), batch, asked=True)
        self._read[""] = Read(done, head_of(raw), first, body=head_of(rest[:done].encode()))
        return False

    async def close(self) -> None:
        """Stop looking; what was handed over and asked on for is noted."""
        if not self._closed and self._confirmed:
            with contextlib.suppress(OSError):
                self._mark.keep(self._confirmed, now=True)
        self._closed = True
        self._wake.set()


async def browse(config: FilesConfig, around: Around) -> Sequence[Offered]:
    """Return the columns of the newest file, or of what the address shows, with the last value of each; raise ``LinkLost`` in words."""
    asked = config.source.startswith("http")
    rows = await (_answered(config) if asked else asyncio.to_thread(_newest, config, around))
    reader = Reader(config, None, SYSTEM.now() if asked else None)
    last = {each.signal: each for each in reader.readings(rows)}
    if reader.bad and not last:
        raise LinkLost(f"The times cannot be read: {reader.why}")
    columns = [] if config.signal else [name for name in (rows[0] if rows else ()) if name not in reader.time_columns(list(rows[0]))]
    offered = []
    for name in dict.fromkeys((*columns, *last)):
        found = last.get(name)
        bare, _, unit = name.partition("[") if name.endswith("]") else name.partition("(") if name.endswith(")") else (name, "", "")
        value = None if found is None else found.value
        kind = "words" if isinstance(value, str) else "number"
        offered.append(Offered(name, bare.strip() or name, kind, unit.rstrip("])"), value, why="" if found is not None else "no value in the rows looked at"))
    if not offered:
        raise LinkLost("There is no row yet from which the signals could be seen.")
    return offered


async def _answered(config: FilesConfig) -> list[Row]:
    raw, kind = await fetch(config)
    if "json" in kind or raw.lstrip()[:1] in (b"{", b"["):
        return json_rows(raw)[-SHOWN:]
    first, _, rest = decoded(raw).partition("\n")
    return list(csv_rows(heading_of(first), rest))[-SHOWN:]


def _newest(config: FilesConfig, around: Around) -> list[Row]:
    found = files_of(config, around)
    if not found:
        raise LinkLost(f"There is no file {config.pattern} in {config.source} (.csv, .tsv, .txt, .log, .json or .parquet).")
    path, size, changed = found[-1]
    return rows_of(path, None, (size, changed), config)[0][-SHOWN:]
