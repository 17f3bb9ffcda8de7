"""Content-addressed files: a blob's name is the SHA-256 of its bytes, so it is kept once and never overwritten."""

import hashlib
import re
from pathlib import Path

from plait.kernel.ids import new_id
from plait.kernel.os import fsync_dir, fsync_file, make_dir, replace
from plait.kernel.problems import NOT_FOUND, Problem, register

__all__ = ["DAMAGED", "Blobs"]

DAMAGED = register("blob-damaged", 500, "A stored file no longer has the content it was stored with", "Restore it from a backup.")

_NAME = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """A folder of blobs; safe to use from any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_dir(folder)

    def path(self, name: str) -> Path:
        """Return where the blob called ``name`` (64 hex digits) is or would be; raise ``not-found`` for what is no name."""
        if not _NAME.fullmatch(name):
            raise Problem(NOT_FOUND, "A stored file is named by the 64 hex digits of its SHA-256.")
        return self.folder / name[:2] / name

    def put(self, content: bytes) -> str:
        """Store ``content`` and return its name once it is on disk."""
        name = hashlib.sha256(content).hexdigest()
        path = self.path(name)
        make_dir(path.parent)
        if path.exists():
            fsync_dir(path.parent)
            return name
        draft = path.with_name(f".{new_id()}")
        with draft.open("xb") as file:
            file.write(content)
            fsync_file(file)
        replace(draft, path)
        return name

    def get(self, name: str) -> bytes:
        """Return the blob; raise ``not-found``, or ``blob-damaged`` when its bytes no longer fit its name."""
        try:
            content = self.path(name).read_bytes()
        except FileNotFoundError:
            raise Problem(NOT_FOUND, f"There is no stored file {name}.") from None
        if hashlib.sha256(content).hexdigest() != name:
            raise Problem(DAMAGED, f"Stored file {name}.")
        return content

    def has(self, name: str) -> bool:
        """Tell whether the blob is there."""
        return self.path(name).exists()
