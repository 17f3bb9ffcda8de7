"""Files of a folder: which there are, and the rows behind those that were read before. Whole lines only: the last one may still be being written."""

import fnmatch
import hashlib
import os
from pathlib import Path

import msgspec

from plait.infrastructure.machines.files import FilesConfig
from plait.infrastructure.machines.files.table import LONGEST, Row, csv_rows, decoded, heading_of, json_rows, parquet_rows
from plait.infrastructure.machines.model import Around, LinkLost
from plait.kernel.clock import SYSTEM

__all__ = ["ENDINGS", "Read", "files_of", "folder_of", "head_of", "rows_of"]

A_PIECE, A_HEAD, ROWS, MOST_FILES, AT_REST_S = 1 << 20, 1024, 5000, 10_000, 60.0
ENDINGS = frozenset({".csv", ".txt", ".tsv", ".log", ".parquet", ".json"})


class Read(msgspec.Struct, frozen=True):
    """How far a file has been read: ``done`` bytes (Parquet: rows) of it; ``head``: what tells that it is still the same, ``heading`` its first line.

    ``mark``: the file's size and time of change when all of it was read (0, 0: not yet). ``body``: hash of the rows an address showed.
    """

    done: int
    head: str
    heading: str = ""
    mark: tuple[int, int] = (0, 0)
    body: str = ""


def head_of(raw: bytes) -> str:
    """Return what tells one content from another."""
    return hashlib.sha256(raw).hexdigest()[:32]


def folder_of(config: FilesConfig, around: Around) -> Path:
    """Return the folder; raise ``LinkLost`` when it cannot be read, or is a node's own."""
    del around
    folder = Path(config.source)
    if not folder.is_dir():
        raise LinkLost(f"There is no folder {folder}, or this node may not see it: check the path, and that the network drive is there.")
    resolved = folder.resolve()
    if any((above / name).exists() for above in (resolved, *resolved.parents) for name in ("admin.token", "plait.db")):
        raise LinkLost(f"{folder} lies within a node's own data, where no machine writes.")
    return resolved


def files_of(config: FilesConfig, around: Around) -> list[tuple[Path, int, int]]:
    """Return the files that match, the oldest first, each with its size and time of change (ns); links are not followed."""
    found: list[tuple[int, str, Path, int]] = []
    folder = folder_of(config, around)
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if name.startswith((".", "~")) or Path(name).suffix.lower() not in ENDINGS or not fnmatch.fnmatch(name, config.pattern):
                    continue
                if entry.is_file(follow_symlinks=False) and len(found) < MOST_FILES:
                    stat = entry.stat(follow_symlinks=False)
                    found.append((stat.st_mtime_ns, name, folder / name, stat.st_size))
    except OSError as error:
        raise LinkLost(f"{folder} cannot be read: {error.strerror or error}.") from error
    return [(path, size, changed) for changed, _, path, size in sorted(found)]


def rows_of(path: Path, known: Read | None, mark: tuple[int, int], config: FilesConfig) -> tuple[list[Row], Read | None]:
    """Return rows behind those of ``known``, and how far the file has been read then; raise ``LinkLost`` for what is no such file."""
    size, changed = mark
    ending = path.suffix.lower()
    if ending in (".parquet", ".json") and size > config.most_mb << 20:
        raise LinkLost(f"the file has {size >> 20} MB; at most {config.most_mb} are taken (most_mb)")
    if ending == ".parquet":
        same = f"{size} {changed}"
        skip = known.done if known is not None and known.head == same else 0
        rows, whole = parquet_rows(str(path), skip, ROWS)
        done = skip + len(rows)
        return rows, Read(done, same, mark=mark if done >= whole else (0, 0))
    if ending == ".json":
        raw = path.read_bytes()
        head = head_of(raw)
        return ([] if known is not None and known.head == head else json_rows(raw)), Read(len(raw), head, mark=mark)
    return _lines(path, known, mark)


def _lines(path: Path, known: Read | None, mark: tuple[int, int]) -> tuple[list[Row], Read | None]:
    size, changed = mark
    with path.open("rb") as file:
        begin = file.read(min(A_HEAD, known.done)) if known is not None else b""
        if known is not None and size >= known.done and head_of(begin) == known.head:
            heading, start = known.heading, known.done
        else:
            file.seek(0)
            first = file.readline(LONGEST)
            if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise LinkLost("the file is written in UTF-16: let the machine write UTF-8")
            if not first.endswith(b"\n"):
                if len(first) >= LONGEST:
                    raise LinkLost("its first line has no end")
                return [], known
            heading, start = decoded(first), len(first)
        columns = heading_of(heading)
        file.seek(start)
        piece = file.read(A_PIECE)
        end = piece.rfind(b"\n") + 1
        at_rest = SYSTEM.now().timestamp() - changed / 1e9 > AT_REST_S
        if start + len(piece) >= size and at_rest:
            end = len(piece)
        elif not end and len(piece) >= A_PIECE:
            raise LinkLost(f"a line is longer than {A_PIECE} bytes")
        done = start + end
        file.seek(0)
        head = head_of(file.read(min(A_HEAD, done)))
    now = Read(done, head, heading, mark if done >= size else (0, 0))
    return list(csv_rows(columns, decoded(piece[:end]))), now
