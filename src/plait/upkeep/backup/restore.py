"""Putting a backup back: into a new folder, whole or not at all."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from plait.kernel.os import free_bytes, fsync_dir, make_dir, private_dir, remove, replace, write_private, write_whole
from plait.kernel.problems import Problem
from plait.kernel.settings import Settings, load
from plait.store import metadata
from plait.store.migrate import NEWER, latest
from plait.upkeep.backup.container import is_sealed, open_sealed, read_manifest, unpack
from plait.upkeep.backup.copies import copy_in, examine
from plait.upkeep.backup.model import BACKUP_DAMAGED, NO_PASSPHRASE, NO_ROOM, NOT_RESTORED, Manifest, Restored

__all__ = ["restore"]

LEFT = "archive.opened"


def restore(file: Path, data: Path, passphrase: str, step: Callable[[int], None], *, dry_run: bool = False, env: Mapping[str, str] = os.environ) -> Manifest:
    """Put the backup in ``file`` into the new (or empty) folder ``data``; with ``dry_run`` only check that this would go well.

    Everything is checked before ``data`` comes to be, so a restore that is cut off leaves no folder that looks like a node.
    Raise ``backup-damaged`` naming the entry, ``backup-newer``, ``no-passphrase``, ``no-room`` or ``not-restored``.
    """
    if not file.is_file():
        raise Problem(BACKUP_DAMAGED, f"{file} is not there.")
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise Problem(NOT_RESTORED, f"{data} is not empty.")
    draft = data.with_name(f"{data.name}.restoring")
    shutil.rmtree(draft, ignore_errors=True)
    private_dir(draft)
    try:
        manifest = _fill(file, draft, passphrase, step)
        if not dry_run:
            _finish(draft, data, manifest, env)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def _fill(file: Path, draft: Path, passphrase: str, step: Callable[[int], None]) -> Manifest:
    archive = file
    if is_sealed(file):
        if not passphrase:
            raise Problem(NO_PASSPHRASE, f"{file} is sealed: name the file with its passphrase.")
        _room(draft, file.stat().st_size)
        archive = draft / LEFT
        open_sealed(file, archive, passphrase)
    manifest = read_manifest(archive)
    _room(draft, sum(entry.bytes for entry in manifest.entries))

    def place(name: str) -> Path:
        path = draft / name
        make_dir(path.parent)
        return path

    unpack(archive, manifest, place, step)
    if archive is not file:
        remove(archive)
    _check(draft, manifest)
    return manifest


def _room(draft: Path, needed: int) -> None:
    if free_bytes(draft) < needed:
        raise Problem(NO_ROOM, f"{draft.parent} has {free_bytes(draft)} bytes left, the backup takes {needed}.")


def _check(draft: Path, manifest: Manifest) -> None:
    newest = latest(metadata)
    if manifest.tables.get("plait", 1) > newest:
        raise Problem(NEWER, f"The backup's tables have version {manifest.tables['plait']}; this program knows up to {newest}.")
    _, report = examine(draft / "plait.db", chain=True)
    if report is None or (report.facts, report.head) != (manifest.head_seq, manifest.head_hash):
        raise Problem(BACKUP_DAMAGED, "plait.db does not end at the fact that the list of contents names.")
    if (draft / "events.db").exists():
        examine(draft / "events.db", chain=False)


def _finish(draft: Path, data: Path, manifest: Manifest, env: Mapping[str, str]) -> None:
    for secret in [*sorted((draft / "keys").glob("*")), *draft.glob("mqtt/certificate.pem")]:
        write_private(secret, secret.read_bytes())
        private_dir(secret.parent)
    private_dir(draft / "keys")
    told = Restored(manifest.id, manifest.made, manifest.head_seq, manifest.head_hash)
    write_whole(draft / "restored.json", msgspec.json.encode(told))
    _to_server(draft, load(draft, env))
    for folder in [path for path in draft.rglob("*") if path.is_dir()]:
        fsync_dir(folder)
    make_dir(data.parent)
    if data.exists():
        data.rmdir()
    replace(draft, data)


def _to_server(draft: Path, settings: Settings) -> None:
    """Where the settings name a database on a server, fill that and leave no file."""
    from sqlalchemy import create_engine

    for url, name in ((settings.store.url, "plait.db"), (settings.store.events_url, "events.db")):
        if not url or not (draft / name).exists():
            continue
        engine = create_engine(url)
        try:
            with engine.begin() as conn:
                copy_in(draft / name, conn)
        finally:
            engine.dispose()
        remove(draft / name)
