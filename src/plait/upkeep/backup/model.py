"""What a backup is: its list of contents, the facts that tell of it, and how it is shown."""

from datetime import datetime

import msgspec

from plait.kernel.facts import fact
from plait.kernel.problems import register

__all__ = [
    "BACKUP_DAMAGED",
    "BACKUP_NEWER",
    "ENDING",
    "NOT_RESTORED",
    "NO_PASSPHRASE",
    "NO_ROOM",
    "NO_TARGET",
    "BackupDone",
    "BackupFailed",
    "BackupView",
    "Entry",
    "Manifest",
    "Restored",
]

ENDING = ".plait"
FORMAT = 2

BACKUP_DAMAGED = register("backup-damaged", 422, "The backup is damaged", "Use another one; `plait backup list` shows which there are.")
BACKUP_NEWER = register("backup-newer", 409, "The backup was made by a newer version", "Install that version of plait, or a later one, and restore with it.")
NO_PASSPHRASE = register(
    "no-passphrase",
    422,
    "A backup holds the firm's private key and is not written without a passphrase",
    "Name a file with a passphrase (--passphrase-file, or backup.passphrase_file), or say --plain if the place is safe.",
)
NO_TARGET = register(
    "no-backup-target", 503, "The place for backups is not there", "Plug it in, mount it or make the folder; the backup is tried again by itself."
)
NO_ROOM = register("no-room", 507, "There is not enough room", "Make room or name another place; nothing was changed.")
NOT_RESTORED = register("not-restored", 409, "The backup was not restored", "Name a new or empty folder, and an empty database.")


class Entry(msgspec.Struct, frozen=True):
    """One file in a backup."""

    path: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """The list of contents. ``head_seq`` and ``head_hash``: the last fact of the log; ``tables``: the version of each set of tables."""

    format: int
    id: str
    program: str
    party_id: str
    name: str
    made: datetime
    head_seq: int
    head_hash: str
    tables: dict[str, int]
    entries: tuple[Entry, ...]


@fact("backup.done")
class BackupDone(msgspec.Struct, frozen=True):
    """A backup lies at ``target``, read back and verified; it holds the facts up to ``head_seq``."""

    id: str
    target: str
    name: str
    bytes: int
    sha256: str
    head_seq: int
    head_hash: str
    encrypted: bool


@fact("backup.failed")
class BackupFailed(msgspec.Struct, frozen=True):
    """A backup could not be made or brought to ``target``, with the reason."""

    target: str
    code: str
    reason: str


@fact("backup.restored")
class Restored(msgspec.Struct, frozen=True):
    """This node was restored from backup ``id``; what it did after fact ``head_seq`` is not known here. Number series were lifted."""

    id: str
    made: datetime
    head_seq: int
    head_hash: str


class BackupView(msgspec.Struct, frozen=True):
    """A backup, or a failed try with its ``code`` and ``reason``, as it is shown."""

    at: datetime
    ok: bool
    target: str
    name: str = ""
    bytes: int = 0
    head_seq: int = 0
    encrypted: bool = False
    reason: str = ""
    code: str = ""
