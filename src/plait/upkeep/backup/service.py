"""Making backups: on demand and by the clock, while the node runs."""

import asyncio
import contextlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

import msgspec
import structlog

from plait import __version__
from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import SYSTEM
from plait.kernel.facts import decode
from plait.kernel.ids import new_id
from plait.kernel.os import free_bytes, private_dir, read_text, remove
from plait.kernel.ports import Guard
from plait.kernel.problems import CONFLICT, Problem
from plait.kernel.settings import Backup
from plait.store import Base, Store, Tx
from plait.upkeep.backup import rules
from plait.upkeep.backup.container import digest, is_sealed, open_sealed, pack, read_manifest, seal, unpack
from plait.upkeep.backup.copies import copy_out, examine
from plait.upkeep.backup.model import ENDING, FORMAT, NO_PASSPHRASE, NO_ROOM, NO_TARGET, BackupDone, BackupFailed, BackupView, Entry, Manifest, Restored
from plait.upkeep.backup.targets import Target, target_of

__all__ = ["BackupService", "Progress", "passphrase_in", "verify"]

KINDS = ("backup.done", "backup.failed")
AGAIN_S = 900.0
Still: TypeAlias = Callable[[], contextlib.AbstractAsyncContextManager[None]]
LOOK_S = 30.0

_log = structlog.get_logger("plait.backup")


class Progress(msgspec.Struct):
    """How far the backup under way is: bytes ``done`` of about ``total``; once it has ended, how. ``running`` ends after ``last`` is told."""

    running: bool = False
    phase: str = ""
    done: int = 0
    total: int = 0
    last: BackupView | None = None


def passphrase_in(file: str) -> str:
    """Return the passphrase in a file (its first line), empty without one; raise ``no-passphrase`` for one that cannot be read or is short."""
    if not file:
        return ""
    try:
        found = read_text(Path(file).expanduser()).splitlines()[:1]
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(NO_PASSPHRASE, f"{file}: {getattr(error, 'strerror', '') or error}.") from error
    if not found or len(found[0]) < 12:
        raise Problem(NO_PASSPHRASE, f"{file}: a passphrase has at least 12 characters.")
    return found[0]


class BackupService:
    """Backups of the node in ``folder``, one at a time; meanwhile each ``still`` keeps files of a part of the node where they are."""

    def __init__(self, store: Store, events: Base, guard: Guard, folder: Path, settings: Backup, *still: Still) -> None:
        self.store = store
        self.events = events
        self.guard = guard
        self.folder = folder
        self.settings = settings
        self.progress = Progress()
        self._still = still
        self._lock = asyncio.Lock()

    async def make(self, actor: Actor, to: str = "", *, plain: bool = False, passphrase_file: str = "") -> BackupView:
        """Make a backup and bring it ``to`` a place (default: the one set); the outcome is a fact. Raise a Problem that says what is wrong."""
        self.guard.require(actor, "admin.backup")
        place = to or self.settings.target
        if self._lock.locked():
            raise Problem(CONFLICT, "A backup is under way.")
        async with self._lock:
            self.progress = Progress(True, "copying")
            try:
                async with contextlib.AsyncExitStack() as held:
                    for still in self._still:
                        await held.enter_async_context(still())
                    return await self._told(actor, place, passphrase_in(passphrase_file or self.settings.passphrase_file), plain)
            except Problem as problem:
                await self._failed(place, problem)
                raise
            finally:
                self.progress.running = False

    async def _told(self, actor: Actor, place: str, passphrase: str, plain: bool) -> BackupView:
        done = await self._make(place, passphrase, plain)
        await self.store.write(actor, lambda tx: tx.append("backup", done) and None)
        self.progress.last = (await self.views())[0]
        return self.progress.last

    async def _make(self, place: str, passphrase: str, plain: bool) -> BackupDone:
        target = target_of(place, self.settings)
        if not passphrase and not plain and not self.settings.plain:
            raise Problem(NO_PASSPHRASE, f"For {target.name}.")
        work = asyncio.ensure_future(asyncio.to_thread(self._work, target, passphrase))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.gather(work, return_exceptions=True)
            raise

    def _work(self, target: Target, passphrase: str) -> BackupDone:
        try:
            ready, manifest = self._ready(target, passphrase)
            size, hashed = digest(ready)
            self.progress.phase, self.progress.done, self.progress.total = "bringing it there", 0, size
            target.put(ready, ready.name, self._step)
        except OSError as error:
            raise Problem(NO_ROOM if error.errno == 28 else NO_TARGET, f"{error.filename or self.folder}: {error.strerror or error}.") from error
        done = BackupDone(manifest.id, target.name, ready.name, size, hashed, manifest.head_seq, manifest.head_hash, bool(passphrase))
        shutil.rmtree(ready.parent, ignore_errors=True)
        self._thin(target)
        return done

    def _step(self, size: int) -> None:
        self.progress.done += size

    def _ready(self, target: Target, passphrase: str) -> tuple[Path, Manifest]:
        """Return a finished backup in the data folder: one that could not be brought to its place before, if it is of today, else a new one."""
        drafts = private_dir(self.folder / "backups")
        for left in sorted(drafts.glob(f"*/*{ENDING}")):
            manifest_file = left.parent / "manifest.json"
            fresh = manifest_file.exists() and is_sealed(left) == bool(passphrase)
            made = rules.made_at(left.name, self.guard.firm().party_id)
            if fresh and made is not None and (SYSTEM.now() - made).days < 1:
                return left, msgspec.json.decode(manifest_file.read_bytes(), type=Manifest)
        for old in drafts.iterdir():
            with contextlib.suppress(Problem, OSError):
                target.abandon(old)
            shutil.rmtree(old, ignore_errors=True)
        return self._new(private_dir(drafts / new_id()), passphrase)

    def _new(self, draft: Path, passphrase: str) -> tuple[Path, Manifest]:
        """Copy, check the copies, pack, read back, seal."""
        try:
            manifest, archive = self._pack(draft)
            verify_archive(archive, manifest)
            ready = draft / rules.file_name(manifest.party_id, manifest.made)
            if passphrase:
                self.progress.phase = "sealing"
                part = draft / "sealed"
                seal(archive, part, passphrase)
                remove(archive)
                archive = part
            (draft / "manifest.json").write_bytes(msgspec.json.encode(manifest))
            archive.replace(ready)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        return ready, manifest

    def _pack(self, draft: Path) -> tuple[Manifest, Path]:
        needed = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file() and "backups" not in path.parts)
        if free_bytes(self.folder) < 2 * needed:
            raise Problem(NO_ROOM, f"{self.folder} has {free_bytes(self.folder)} bytes left; a backup takes up to {2 * needed} for a while.")
        made = SYSTEM.now().replace(microsecond=0)
        early = self._early(draft / "early")
        facts, events = draft / "plait.db", draft / "events.db"
        copy_out(self.store, facts)
        copy_out(self.events, events)
        self.progress.phase = "checking the copies"
        versions, report = examine(facts, chain=True)
        versions |= examine(events, chain=False)[0]
        assert report is not None
        files = [(path.name, path, path.stat().st_size) for path in (facts, events)] + early + self._others()
        self.progress.phase, self.progress.total = "packing", sum(size for _, _, size in files)
        firm = self.guard.firm()

        def contents(entries: tuple[Entry, ...]) -> Manifest:
            return Manifest(FORMAT, new_id(), f"plait {__version__}", firm.party_id, firm.name, made, report.facts, report.head, versions, entries)

        archive = draft / "archive"
        manifest = pack(archive, files, contents, self._step)
        for path in (facts, events):
            remove(path)
        shutil.rmtree(draft / "early", ignore_errors=True)
        return manifest, archive

    def _early(self, space: Path) -> list[tuple[str, Path, int]]:
        """Return what is taken before the databases: segments with the bytes they have now, they only grow; of the others, which are replaced, copies."""
        found = []
        for path in (path for pattern in rules.EARLY for path in sorted(self.folder.glob(pattern))):
            name = path.relative_to(self.folder).as_posix()
            if not rules.allowed(name):
                continue
            with contextlib.suppress(FileNotFoundError):
                if path.suffix != ".seg":
                    content = path.read_bytes()
                    path = private_dir(space) / name.replace("/", "-")  # noqa: PLW2901 - the copy goes in the place of the file
                    path.write_bytes(content)
                found.append((name, path, path.stat().st_size))
        return found

    def _others(self) -> list[tuple[str, Path, int]]:
        """Return the other files that belong to the node, each with the bytes it has now."""
        found = []
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if path.is_file() and name not in {"plait.db", "events.db"} and rules.allowed(name) and not rules.early(name):
                found.append((name, path, path.stat().st_size))
        return found

    def _thin(self, target: Target) -> None:
        party = self.guard.firm().party_id
        with contextlib.suppress(Problem):
            own = {made: name for name in target.names() if (made := rules.made_at(name, party)) is not None}
            for made in rules.surplus(own, self.settings.daily, self.settings.weekly, self.settings.monthly):
                target.drop(own[made])

    async def _failed(self, place: str, problem: Problem) -> None:
        said = BackupFailed(place, problem.code, problem.detail)
        self.progress.last = _view(SYSTEM.now(), said)
        with contextlib.suppress(Problem):
            await self.store.write(system_actor(self.guard.firm().party_id, "backup"), lambda tx: tx.append("backup", said) and None)

    async def views(self) -> list[BackupView]:
        """Return what became of backups, the newest first."""
        facts = await self.store.facts(stream="backup", kinds=KINDS, limit=100_000)
        return [_view(fact.recorded, decode(fact)) for fact in reversed(facts)]

    async def list(self, actor: Actor) -> list[BackupView]:
        """Return what became of backups, the newest first."""
        self.guard.require(actor, "admin.backup")
        return await self.views()

    async def last_good(self) -> datetime | None:
        """Return when the last good backup was made, None when there is none."""
        last = await self.store.latest(("backup.done",))
        return last.recorded if last is not None else None

    async def run(self) -> None:
        """Make backups by the clock until cancelled; without a target set, none."""
        if not self.settings.target:
            return
        at = rules.read_time(self.settings.at)
        while True:
            now = SYSTEM.now()
            when = rules.due(at, ZoneInfo(self.guard.firm().zone), await self.last_good(), now)
            if when <= now:
                try:
                    await self.make(system_actor(self.guard.firm().party_id, "backup"))
                except Problem as problem:
                    _log.warning("the backup was not made; it is tried again", code=problem.code, reason=problem.detail, seconds=AGAIN_S)
                    await SYSTEM.sleep(AGAIN_S)
            await SYSTEM.sleep(min(LOOK_S, max(1.0, (when - now).total_seconds())))

    async def arrived(self) -> None:
        """At the first start after a restore, say so in the log and lift the number series; a second call changes nothing."""
        marker = self.folder / "restored.json"
        if not marker.exists():
            return
        manifest = msgspec.json.decode(marker.read_bytes(), type=Restored)
        last = await self.store.latest(("backup.restored",))

        def work(tx: Tx) -> None:
            tx.lift()
            tx.append("backup", manifest)

        if last is None or decode(last) != manifest:
            await self.store.write(system_actor(self.guard.firm().party_id, "backup"), work)
        remove(marker)


def _view(at: datetime, body: BackupDone | BackupFailed) -> BackupView:
    if isinstance(body, BackupDone):
        return BackupView(at.astimezone(UTC), True, body.target, body.name, body.bytes, body.head_seq, body.encrypted)
    return BackupView(at.astimezone(UTC), False, body.target, reason=body.reason, code=body.code)


def verify_archive(archive: Path, wanted: Manifest | None = None, step: Callable[[int], None] = lambda size: None) -> Manifest:
    """Read an archive back, every byte of it; raise ``backup-damaged``."""
    manifest = read_manifest(archive)
    unpack(archive, manifest, lambda name: None, step)
    if wanted is not None and manifest != wanted:
        raise Problem(CONFLICT, "The archive does not list what was put into it.")
    return manifest


def verify(file: Path, space: Path, passphrase: str, step: Callable[[int], None]) -> Manifest:
    """Check a backup as far as can be without restoring it: every entry, and the seal. ``space`` takes what is unsealed meanwhile."""
    if not is_sealed(file):
        return verify_archive(file, step=step)
    opened = space / "archive"
    if not passphrase:
        raise Problem(NO_PASSPHRASE, f"{file} is sealed: name the file with its passphrase.")
    open_sealed(file, opened, passphrase)
    try:
        return verify_archive(opened, step=step)
    finally:
        remove(opened)
