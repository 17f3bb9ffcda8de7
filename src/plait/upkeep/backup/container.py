"""The one file of a backup: a ZIP archive that any program opens, sealed with a passphrase if there is one.

Sealed: a line ``plait-backup 1``, 16 bytes of salt, then chunks of ``[length u32][AES-256-GCM]`` under a key made from the passphrase
with scrypt (RFC 7914; N 2^17, r 8, p 1), the chunk's number as nonce and "last" or "more" as its associated data, so that none
can be left out, doubled or moved.
"""

import hashlib
import secrets
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import msgspec

from plait.kernel.os import fsync_file
from plait.kernel.problems import Problem
from plait.upkeep.backup.model import BACKUP_DAMAGED, BACKUP_NEWER, FORMAT, NO_ROOM, Entry, Manifest
from plait.upkeep.backup.rules import allowed

__all__ = ["digest", "is_sealed", "open_sealed", "pack", "read_manifest", "seal", "unpack"]

MAGIC = b"plait-backup 1\n"
SALT = 16
COST = 1 << 17
CHUNK = 1 << 20
MANIFEST = "manifest.json"
MANIFEST_LIMIT = 16_000_000
_LENGTH = struct.Struct("<I")
_TORN = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError)


def digest(path: Path) -> tuple[int, str]:
    """Return size and SHA-256 of a file."""
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def pack(target: Path, files: list[tuple[str, Path, int]], make: Callable[[tuple[Entry, ...]], Manifest], step: Callable[[int], None]) -> Manifest:
    """Write the archive: each (name, file, bytes of it to take); then the manifest; ``step`` is told the bytes done."""
    entries: list[Entry] = []
    with target.open("w+b") as raw:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            for name, path, size in files:
                hashed = hashlib.sha256()
                with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as inside:
                    for part in _parts(source, size):
                        inside.write(part)
                        hashed.update(part)
                        step(len(part))
                entries.append(Entry(name, size, hashed.hexdigest()))
            manifest = make(tuple(entries))
            archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        fsync_file(raw)
    return manifest


def _parts(source: IO[bytes], size: int) -> Iterator[bytes]:
    left = size
    while left:
        part = source.read(min(CHUNK, left))
        if not part:
            raise Problem(BACKUP_DAMAGED, f"{source.name} became shorter while it was copied.")
        left -= len(part)
        yield part


def read_manifest(path: Path) -> Manifest:
    """Return the list of contents of an unsealed backup; raise ``backup-damaged`` or ``backup-newer``."""
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(MANIFEST)
            if info.file_size > MANIFEST_LIMIT:
                raise Problem(BACKUP_DAMAGED, f"{path.name}: its list of contents is too large.")
            raw = archive.read(info)
            version = msgspec.json.decode(raw).get("format")
            if not isinstance(version, int) or version > FORMAT:
                raise Problem(BACKUP_NEWER, f"{path.name} has format {version}; this program knows {FORMAT}.")
            manifest = msgspec.json.decode(raw, type=Manifest)
            listed, there = {entry.path for entry in manifest.entries}, {name for name in archive.namelist() if name != MANIFEST}
    except (*_TORN, KeyError, msgspec.DecodeError, AttributeError) as error:
        raise Problem(BACKUP_DAMAGED, f"{path.name} is no whole backup: {error}") from error
    if strange := sorted(name for name in listed ^ there if name) + sorted(name for name in listed if not allowed(name)):
        raise Problem(BACKUP_DAMAGED, f"{path.name}: {strange[0]!r} does not belong into a backup, or is missing from it.")
    return manifest


def unpack(path: Path, manifest: Manifest, place: Callable[[str], Path | None], step: Callable[[int], None]) -> None:
    """Read every entry and check its size and hash; write those for which ``place`` gives a path. Raise ``backup-damaged`` naming the entry."""
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in manifest.entries:
                target = place(entry.path)
                with archive.open(entry.path) as inside:
                    _entry(inside, entry, target, step)
    except (*_TORN, KeyError) as error:
        raise Problem(BACKUP_DAMAGED, f"{path.name}: {error}") from error


def _put(file: IO[bytes], part: bytes) -> None:
    try:
        file.write(part)
        if not part:
            file.flush()
    except OSError as error:
        raise Problem(NO_ROOM, f"{file.name}: {error.strerror or error}.") from error


def _entry(inside: IO[bytes], entry: Entry, target: Path | None, step: Callable[[int], None]) -> None:
    hashed, size = hashlib.sha256(), 0
    file = None if target is None else target.open("xb")
    try:
        while part := inside.read(CHUNK):
            size += len(part)
            if size > entry.bytes:
                break
            hashed.update(part)
            step(len(part))
            if file is not None:
                _put(file, part)
        if file is not None:
            _put(file, b"")
            fsync_file(file)
    finally:
        if file is not None:
            file.close()
    if size != entry.bytes or hashed.hexdigest() != entry.sha256:
        raise Problem(BACKUP_DAMAGED, f"{entry.path} is not what was backed up.")


def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=COST, r=8, p=1, maxmem=256 << 20, dklen=32)


def is_sealed(path: Path) -> bool:
    """Tell whether the file needs a passphrase."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def seal(source: Path, target: Path, passphrase: str) -> None:
    """Write ``source`` sealed with ``passphrase`` to ``target``."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt = secrets.token_bytes(SALT)
    box = AESGCM(_key(passphrase, salt))
    left = source.stat().st_size
    with source.open("rb") as plain, target.open("wb") as file:
        file.write(MAGIC + salt)
        number = 0
        while True:
            part = plain.read(CHUNK)
            left -= len(part)
            closed = box.encrypt(number.to_bytes(12, "big"), part, b"more" if left else b"last")
            file.write(_LENGTH.pack(len(closed)) + closed)
            number += 1
            if not left:
                break
        fsync_file(file)


def open_sealed(source: Path, target: Path, passphrase: str) -> None:
    """Write the archive in ``source`` to ``target``; raise ``backup-damaged`` for a wrong passphrase or a changed byte."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    with source.open("rb") as file, target.open("xb") as plain:
        file.seek(len(MAGIC))
        box = AESGCM(_key(passphrase, file.read(SALT)))
        left, number = source.stat().st_size - len(MAGIC) - SALT, 0
        while True:
            head = file.read(_LENGTH.size)
            length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else 0
            left -= _LENGTH.size + length
            if not 16 <= length <= CHUNK + 16 or left < 0:
                raise Problem(BACKUP_DAMAGED, f"{source.name} ends too early.")
            try:
                plain.write(box.decrypt(number.to_bytes(12, "big"), file.read(length), b"more" if left else b"last"))
            except InvalidTag as error:
                why = "the passphrase is wrong, or its beginning was changed" if not number else f"it was changed near byte {file.tell()}"
                raise Problem(BACKUP_DAMAGED, f"{source.name} cannot be opened: {why}.") from error
            number += 1
            if not left:
                return
