"""Births of edge nodes on disk: after a restart data is read by them, where nothing can have been missed meanwhile."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import structlog

from plait.kernel.os import make_dir, remove, write_whole

if TYPE_CHECKING:
    from plait.infrastructure.sparkplug.host import Host

__all__ = ["Births"]

_log = structlog.get_logger("plait.sparkplug")


class Births:
    """One file an edge node in ``folder``; called from a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, host: "Host") -> None:
        """Let the host know whom it knew; what cannot be read is passed over: the edge node is asked for a birth then."""
        for file in sorted(make_dir(self._folder).glob("*.births")):
            try:
                host.restore(msgspec.msgpack.decode(file.read_bytes(), type=list[tuple[str, bytes, int]]))
            except (msgspec.DecodeError, OSError) as error:
                _log.warning("births of an edge node cannot be read; it is asked for new ones", file=file.name, reason=str(error))

    def keep(self, host: "Host", nodes: Iterable[tuple[str, str]]) -> None:
        """Write down the births of some edge nodes; to be called once all that came before them is recorded."""
        for group, edge in sorted(nodes):
            name = hashlib.sha256(f"{group}/{edge}".encode()).hexdigest()[:32]
            file = make_dir(self._folder) / f"{name}.births"
            births = host.births(group, edge)
            if births:
                write_whole(file, msgspec.msgpack.encode(births))
            else:
                remove(file)
