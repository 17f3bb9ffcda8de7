"""Packed files: what they hold is checked before anything is unpacked."""

import io
import zipfile

from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.model import Limits
from plait.manufacturing.desk.reading.refusals import FILE_BROKEN, FILE_ENCRYPTED, FILE_ZIP_BOMB

__all__ = ["opened", "taken"]

ENTRIES = 5000
RATIO = 250
SMALL = 5_000_000
_PACKED = (".zip", ".gz", ".7z", ".rar", ".xz", ".bz2", ".tar")


def opened(content: bytes, limits: Limits) -> zipfile.ZipFile:
    """Open a packed file; raise ``file-broken``, ``file-encrypted`` or ``file-zip-bomb`` when it must not be unpacked."""
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
        entries = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, OverflowError) as error:
        raise Problem(FILE_BROKEN, f"the packed file cannot be opened: {error}") from error
    if any(entry.flag_bits & 1 for entry in entries):
        raise Problem(FILE_ENCRYPTED, "the packed file asks for a password")
    if len(entries) > ENTRIES:
        raise Problem(FILE_ZIP_BOMB, f"{len(entries)} files are packed in it, more than {ENTRIES}")
    whole = sum(entry.file_size for entry in entries)
    if whole > limits.unpacked:
        raise Problem(FILE_ZIP_BOMB, f"it unpacks to {whole} bytes, more than {limits.unpacked}")
    for entry in entries:
        if entry.file_size > SMALL and entry.file_size > RATIO * max(entry.compress_size, 1):
            raise Problem(FILE_ZIP_BOMB, f"{entry.filename[:80]} unpacks to {entry.file_size} bytes out of {entry.compress_size}")
        if entry.filename.lower().endswith(_PACKED) and "embeddings" not in entry.filename:
            raise Problem(FILE_ZIP_BOMB, f"a packed file is packed in it: {entry.filename[:80]}")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise Problem(FILE_BROKEN, "the packed file holds two files of one name")
    return packed


def taken(packed: zipfile.ZipFile, name: str) -> bytes:
    """Unpack one file, never more bytes than its directory says; "" when it is not there."""
    try:
        entry = packed.getinfo(name)
    except KeyError:
        return b""
    try:
        with packed.open(entry) as stream:
            content = stream.read(entry.file_size + 1)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, RuntimeError) as error:
        raise Problem(FILE_BROKEN, f"{name} cannot be unpacked: {error}") from error
    except Exception as error:  # zlib.error has no common base with the others
        if type(error).__name__ != "error":
            raise
        raise Problem(FILE_BROKEN, f"{name} cannot be unpacked: {error}") from error
    if len(content) > entry.file_size:
        raise Problem(FILE_ZIP_BOMB, f"{name} unpacks to more than its directory says")
    return content
