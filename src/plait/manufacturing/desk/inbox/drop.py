"""The drop folder: what is put into it is taken, once it no longer grows, and moved aside once it is on disk."""

import asyncio
import stat
from pathlib import Path

import msgspec
import structlog

from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import SYSTEM
from plait.kernel.os import make_dir, replace, safe_name, write_whole
from plait.kernel.problems import Problem
from plait.manufacturing.desk.inbox.model import Item
from plait.manufacturing.desk.inbox.service import InboxService
from plait.manufacturing.desk.reading.model import Limits

__all__ = ["DropFolder", "Found"]

LOOK_S = 2.0
MOST = 2000
OWN = frozenset({"taken", "refused"})
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".download", ".filepart", ".lock")

_log = structlog.get_logger("plait.drop")


class Found(msgspec.Struct, frozen=True):
    """A file in the drop folder; ``sender`` is the name of the sub-folder it lies in. ``mark``: size and time of the last change."""

    path: Path
    sender: str
    mark: tuple[int, int]


def look(folder: Path) -> list[Found]:
    """Return the plain files in ``folder`` and its sub-folders, by name; links, hidden and unfinished ones are left alone."""
    found: list[Found] = []
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink() and path.name not in OWN and not path.name.startswith("."):
            found += [each for inner in _inside(path) if (each := _file(inner, path.name)) is not None]
        elif (each := _file(path, "")) is not None:
            found.append(each)
    return found[:MOST]


def _inside(folder: Path) -> list[Path]:
    """Return what lies in a sub-folder; nothing when it may not be read, so that the others are not held up."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _file(path: Path, sender: str) -> Found | None:
    name = path.name.lower()
    if name.startswith((".", "~")) or name.endswith(UNFINISHED):
        return None
    try:
        seen = path.lstat()
    except OSError:
        return None
    return Found(path, sender, (seen.st_size, seen.st_mtime_ns)) if stat.S_ISREG(seen.st_mode) else None


class DropFolder:
    """Takes what people put into ``folder``, looking every two seconds by the system's clock."""

    def __init__(self, inbox: InboxService, folder: Path) -> None:
        self.inbox = inbox
        self.folder = folder
        self._seen: dict[Path, tuple[int, int]] = {}

    async def run(self) -> None:
        """Look again and again until cancelled; a folder that cannot be used is said once and looked for again."""
        told = False
        while True:
            try:
                await asyncio.to_thread(self._make)
                await self.look()
                told = False
            except OSError as error:
                if not told:
                    _log.warning("the drop folder cannot be used", folder=str(self.folder), reason=error.strerror or str(error))
                told = True
            await SYSTEM.sleep(LOOK_S)

    def _make(self) -> None:
        for each in (self.folder, *(self.folder / name for name in sorted(OWN))):
            if not each.is_dir():
                make_dir(each)

    async def look(self) -> list[Item]:
        """Take every file that has not changed since the last look; return the items."""
        found = await asyncio.to_thread(look, self.folder)
        still = [each for each in found if self._seen.get(each.path) == each.mark]
        self._seen = {each.path: each.mark for each in found}
        taken = []
        for each in still:
            with self.inbox.store.activity.hold("drop"):
                item = await self._take(each)
            if item is not None:
                taken.append(item)
        return taken

    async def _take(self, found: Found) -> Item | None:
        me = system_actor(self.inbox.guard.firm().party_id, "drop")
        try:
            content = await asyncio.to_thread(_read_whole, found)
            if content is None:
                return None
            item = await self._enter(me, found, content)
        except Problem as problem:
            if problem.status >= 500:
                raise
            await asyncio.to_thread(self._move, found, "refused", f"{problem.kind.title}\n{problem.detail}\n{problem.kind.advice}\n")
            return None
        except PermissionError:
            return None  # a program still holds it; it is looked at again
        return item

    async def _enter(self, actor: Actor, found: Found, content: bytes) -> Item:
        item = await self.inbox.take(actor, found.path.name, content, found.sender, "drop")
        if item.state == "new":
            item = await self.inbox.process(item.id)
        unread = item.state == "nothing" and item.issues > 0
        why = f"{item.id}: {item.summary}\n" if unread else ""
        await asyncio.to_thread(self._move, found, "refused" if unread else "taken", why)
        return item

    def _move(self, found: Found, where: str, why: str) -> None:
        """Put a file aside under a name that is free there; one that a program holds stays, and is known when it is looked at again."""
        folder = make_dir(self.folder / where)
        name = safe_name(found.path.name.encode("utf-8", "replace").decode(), {each.name for each in folder.iterdir()})
        try:
            replace(found.path, folder / name)
        except (PermissionError, FileNotFoundError):
            return
        self._seen.pop(found.path, None)
        if why:
            write_whole(folder / f"{name}.txt", why.encode())


def _read_whole(found: Found) -> bytes | None:
    """Return the content of a file, None when it changes meanwhile; no more than one byte above the limit is read."""
    with found.path.open("rb") as file:
        content = file.read(Limits().bytes + 1)
    seen = _file(found.path, found.sender)
    return content if seen is not None and seen.mark == found.mark else None
