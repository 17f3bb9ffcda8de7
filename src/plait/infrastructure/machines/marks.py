"""How far a link has come in what its device keeps, so that the next link, also after a restart of the node, goes on from there."""

import hashlib
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from plait.kernel.clock import SYSTEM
from plait.kernel.os import make_dir, write_whole

__all__ = ["EVERY_S", "Mark"]

T = TypeVar("T")
EVERY_S = 5.0


class Mark(Generic[T]):
    """One value of ``kind`` for ``name`` in ``folder``. It may lag behind what was taken: the same values come again then and change nothing."""

    def __init__(self, folder: Path, name: str, kind: type[T]) -> None:
        self._path = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.mark"
        self._kind = kind
        self._kept: T | None = None
        self._next = 0.0

    def load(self) -> T | None:
        """Return what was kept last; None when nothing was, or it cannot be read."""
        try:
            self._kept = msgspec.json.decode(self._path.read_bytes(), type=self._kind)
        except (OSError, msgspec.DecodeError):
            self._kept = None
        return self._kept

    def keep(self, value: T, *, now: bool = False) -> None:
        """Keep ``value``, which everything taken so far stands for: at once with ``now``, else every few seconds."""
        if value == self._kept or (not now and SYSTEM.monotonic() < self._next):
            return
        self._next = SYSTEM.monotonic() + EVERY_S
        make_dir(self._path.parent)
        write_whole(self._path, msgspec.json.encode(value))
        self._kept = value
