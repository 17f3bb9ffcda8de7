"""HTTP of backups, for administrators."""

import asyncio

import msgspec

from plait.kernel.actor import Actor
from plait.kernel.problems import Problem
from plait.upkeep.backup.model import BackupView
from plait.upkeep.backup.service import BackupService, Progress
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("backup", BackupService)
ROUTES = API

_running: set[asyncio.Task[BackupView]] = set()


class NewBackup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where ``to`` (empty: the place set); ``plain``: without a passphrase; ``passphrase_file``: on the node's computer."""

    to: str = ""
    plain: bool = False
    passphrase_file: str = ""


@API.get("/api/v1/backups", action="admin.backup", summary="List backups and failed tries")
async def backups(service: BackupService, actor: Actor) -> list[BackupView]:
    """Return what became of backups, the newest first."""
    return await service.list(actor)


@API.get("/api/v1/backups/progress", action="admin.backup", summary="How far the backup under way is")
async def progress(service: BackupService) -> Progress:
    """Return how far it is, and how the last one ended."""
    return service.progress


@API.post("/api/v1/backups", action="admin.backup", ok=202, summary="Make a backup now")
async def make(service: BackupService, actor: Actor, body: NewBackup) -> Progress:
    """Begin; see the progress for how it goes. What can be refused at once is."""
    task = asyncio.create_task(service.make(actor, body.to, plain=body.plain, passphrase_file=body.passphrase_file))
    _running.add(task)
    task.add_done_callback(_running.discard)
    await asyncio.wait({task}, timeout=0.2)
    if task.done() and isinstance(error := task.exception(), Problem):
        raise error
    task.add_done_callback(lambda done: done.exception())
    return service.progress
