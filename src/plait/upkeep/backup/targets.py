"""Where backups lie: a folder (another disk, a stick, a share) or an object store that speaks S3."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec

from plait.kernel.os import free_bytes, fsync_file, remove, replace, write_whole
from plait.kernel.problems import INVALID, Problem
from plait.kernel.settings import Backup
from plait.upkeep.backup.container import digest
from plait.upkeep.backup.model import BACKUP_DAMAGED, ENDING, NO_ROOM, NO_TARGET
from plait.upkeep.backup.multipart import Multipart
from plait.upkeep.backup.signing import Keys

__all__ = ["Bucket", "Folder", "Target", "target_of"]

CHUNK = 4 << 20


class Target(Protocol):
    """A place for backups."""

    name: str
    safe: bool

    def put(self, source: Path, name: str, step: Callable[[int], None]) -> None:
        """Bring a finished backup there under ``name`` and read it back; what was cut off before goes on where it stopped."""
        ...

    def names(self) -> list[str]:
        """Return what lies there."""
        ...

    def drop(self, name: str) -> None:
        """Remove one."""
        ...

    def get(self, name: str, target: Path) -> None:
        """Fetch one to the file ``target``."""
        ...

    def abandon(self, folder: Path) -> None:
        """Forget what was brought there of a backup in ``folder`` that is given up."""
        ...


class Folder:
    """A folder. It must be there: a stick that is not plugged in must not be taken for an empty folder on the system disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)
        self.safe = False

    def _there(self) -> Path:
        if not self.path.is_dir():
            raise Problem(NO_TARGET, f"{self.path} is no folder, or not there now.")
        return self.path

    def put(self, source: Path, name: str, step: Callable[[int], None]) -> None:
        """As ``Target.put``: to ``name.part`` first, which is compared and continued from where it is known to be on disk."""
        part = self._there() / f"{name}.part"
        note = source.with_name(f"{source.name}.copied")
        size = source.stat().st_size
        done = part.stat().st_size if part.exists() else 0
        if free_bytes(self.path) < size - done:
            raise Problem(NO_ROOM, f"{self.path} has {free_bytes(self.path)} bytes left, the backup takes {size - done} more.")
        try:
            self._copy(source, part, step, note)
            if digest(part) != digest(source):
                remove(part)
                raise Problem(BACKUP_DAMAGED, f"{part} does not read back as it was written; the place may be damaged.")
            replace(part, self.path / name)
            remove(note)
        except OSError as error:
            raise Problem(NO_TARGET, f"{part}: {error.strerror or error}.") from error

    @staticmethod
    def _copy(source: Path, part: Path, step: Callable[[int], None], note: Path | None = None) -> None:
        """Copy, noting what is on disk: what was written after that cannot be told from what the system forgot when it could not write it."""
        sure = _noted(note, part) if note is not None else 0
        with source.open("rb") as give, part.open("r+b" if part.exists() else "w+b") as take:
            while wanted := give.read(CHUNK):
                place = take.tell()
                if place + len(wanted) > sure or take.read(len(wanted)) != wanted:
                    if note is not None and place < sure:
                        remove(note)
                    sure = 0
                    take.seek(place)
                    take.truncate()
                    take.write(wanted)
                    fsync_file(take)
                    if note is not None:
                        write_whole(note, msgspec.json.encode((str(part), take.tell())))
                step(len(wanted))
            take.truncate()
            fsync_file(take)

    def names(self) -> list[str]:
        """As ``Target.names``."""
        return sorted(path.name for path in self._there().iterdir() if path.is_file())

    def drop(self, name: str) -> None:
        """As ``Target.drop``."""
        remove(self._there() / name)

    def get(self, name: str, target: Path) -> None:
        """As ``Target.get``."""
        source = self._there() / name
        if not source.is_file():
            raise Problem(NO_TARGET, f"{source} is not there.")
        self._copy(source, target, lambda size: None)

    def abandon(self, folder: Path) -> None:
        """As ``Target.abandon``: removes the beginnings of its copies."""
        for path in folder.glob(f"*{ENDING}"):
            remove(self._there() / f"{path.name}.part")


def _noted(note: Path, part: Path) -> int:
    """Return how many bytes of ``part`` are known to be on disk."""
    try:
        where, size = msgspec.json.decode(note.read_bytes(), type=tuple[str, int])
    except (OSError, msgspec.MsgspecError):
        return 0
    return size if where == str(part) else 0


class Bucket:
    """A bucket of an object store that speaks S3, with a prefix. An upload is seen only when it is whole.

    With keys in the environment one that was cut off goes on where it stopped; with those a cloud gives its computers it begins anew.
    """

    def __init__(self, url: str, settings: Backup, env: Mapping[str, str] = os.environ) -> None:
        parts = urlsplit(url)
        if not parts.netloc:
            raise Problem(INVALID, f"backup.target: {url!r} names no bucket; it is written s3://bucket/prefix")
        self.name = url
        self.safe = False
        self._prefix = parts.path.strip("/")
        self._bucket = parts.netloc
        self._settings = settings
        self._env = env

    def _store(self) -> Any:
        from obstore.store import S3Store

        own = self._settings
        config = {"endpoint": own.endpoint, "region": own.region}
        known = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        config |= {name.removeprefix("AWS_").lower(): self._env[name] for name in known if self._env.get(name)}
        given: Any = {name: value for name, value in config.items() if value}
        options: Any = {"allow_http": own.endpoint.startswith("http://"), "timeout": "300s", "connect_timeout": "10s"}
        retry: Any = {"max_retries": 3}
        return S3Store(self._bucket, prefix=self._prefix or None, config=given, client_options=options, retry_config=retry)

    def _parts(self) -> Multipart | None:
        """Return what uploads in parts, None without keys in the environment."""
        id, secret = self._env.get("AWS_ACCESS_KEY_ID", ""), self._env.get("AWS_SECRET_ACCESS_KEY", "")
        if not id or not secret:
            return None
        region = self._settings.region or "us-east-1"
        endpoint = self._settings.endpoint.rstrip("/") or f"https://s3.{region}.amazonaws.com"
        return Multipart(f"{endpoint}/{self._bucket}", region, Keys(id, secret, self._env.get("AWS_SESSION_TOKEN", "")))

    def abandon(self, folder: Path) -> None:
        """As ``Target.abandon``."""
        parts = self._parts()
        if parts is not None:
            parts.abandon(folder)

    def _asking(self, call: Callable[[Any], Any]) -> Any:
        try:
            return call(self._store())
        except Problem:
            raise
        except Exception as error:
            raise Problem(NO_TARGET, f"{self.name}: {type(error).__name__}: {str(error).splitlines()[0][:300]}") from error

    def put(self, source: Path, name: str, step: Callable[[int], None]) -> None:
        """As ``Target.put``."""
        import obstore

        def bring(store: Any) -> None:
            with source.open("rb") as file:
                obstore.put(store, name, file, use_multipart=True)
            step(source.stat().st_size)

        parts = self._parts()
        if parts is not None:
            parts.put(source, f"{self._prefix}/{name}".lstrip("/"), step)
        else:
            self._asking(bring)
        if self._read_back(name) != digest(source):
            self.drop(name)
            raise Problem(BACKUP_DAMAGED, f"{self.name}/{name} does not read back as it was written.")

    def _read_back(self, name: str) -> tuple[int, str]:
        import hashlib

        import obstore

        def read(store: Any) -> tuple[int, str]:
            hashed, size = hashlib.sha256(), 0
            for part in obstore.get(store, name).stream(min_chunk_size=CHUNK):
                content = bytes(part)
                hashed.update(content)
                size += len(content)
            return size, hashed.hexdigest()

        found: tuple[int, str] = self._asking(read)
        return found

    def names(self) -> list[str]:
        """As ``Target.names``."""
        import obstore

        def listed(store: Any) -> list[str]:
            return sorted(str(entry["path"]) for batch in obstore.list(store) for entry in batch)

        found: list[str] = self._asking(listed)
        return found

    def drop(self, name: str) -> None:
        """As ``Target.drop``."""
        import obstore

        self._asking(lambda store: obstore.delete(store, name))

    def get(self, name: str, target: Path) -> None:
        """As ``Target.get``."""
        import obstore

        def fetch(store: Any) -> None:
            with target.open("wb") as file:
                for part in obstore.get(store, name).stream(min_chunk_size=CHUNK):
                    file.write(bytes(part))
                fsync_file(file)

        self._asking(fetch)


def target_of(place: str, settings: Backup) -> Target:
    """Return the target that ``place`` names: an s3:// address, else a folder; raise ``no-backup-target`` when there is none."""
    if not place:
        raise Problem(NO_TARGET, "No place for backups is set: name one, or set backup.target.")
    return Bucket(place, settings) if place.startswith("s3://") else Folder(Path(place).expanduser())
