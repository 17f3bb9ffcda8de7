"""Backups in an object store that speaks S3: whole or not to be seen, and after a cut on from the part that had arrived."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import msgspec
import pytest

from plait.kernel.os import free_port
from plait.kernel.problems import Problem
from plait.kernel.settings import Backup
from plait.upkeep.backup import multipart
from plait.upkeep.backup.multipart import NOTE, Multipart
from plait.upkeep.backup.restore import restore
from plait.upkeep.backup.signing import Keys, signed
from plait.upkeep.backup.targets import Bucket
from tests.support.nodes import Running, until

KEYS = {"AWS_ACCESS_KEY_ID": "plait-key", "AWS_SECRET_ACCESS_KEY": "plait-secret"}
MB = 1 << 20


def quiet(size: int) -> None:
    """Show no progress."""
    del size


@pytest.fixture
async def shop(tmp_path: Path):
    """A node."""
    node = Running("shop", tmp_path / "shop")
    await node.start()
    yield node
    await node.stop()


@contextmanager
def object_store(folder: Path, port: int = 0) -> Iterator[str]:
    """Run an object store that speaks S3 on a free port, or on one where it was before."""
    port = port or free_port()
    (folder / "bucket").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "nanio", "serve", "--data-dir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    env = {"NANIO_ACCESS_KEY": "plait-key", "NANIO_SECRET_KEY": "plait-secret", "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


async def answers(url: str) -> bool:
    """Tell whether somebody listens there."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def test_object_store(shop: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a backup is brought to an object store, read back, listed, fetched and removed, and a wrong secret is told without it."""
    with object_store(tmp_path / "s3") as url:
        await until(lambda: answers(url))
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "plait-key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "plait-secret")
        settings = Backup(endpoint=url, region="us-east-1", daily=1, weekly=0, monthly=0)
        shop.node.backups.settings = settings
        view = await shop.node.backups.make(shop.node.house.me, "s3://bucket/shop", plain=True)
        bucket = Bucket("s3://bucket/shop", settings)
        assert await asyncio.to_thread(bucket.names) == [view.name]
        await asyncio.to_thread(bucket.get, view.name, tmp_path / "fetched")
        assert restore(tmp_path / "fetched", tmp_path / "new", "", quiet).head_seq == view.head_seq
        await asyncio.to_thread(bucket.drop, view.name)
        assert await asyncio.to_thread(bucket.names) == []
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
        with pytest.raises(Problem) as refused:
            await shop.node.backups.make(shop.node.house.me, "s3://bucket/shop", plain=True)
        assert refused.value.code == "no-backup-target"
        assert "not-the-secret" not in refused.value.detail


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of the store from now on: method and query of each request; pauses are short."""
    asked: list[str] = []
    real = Multipart._ask

    def ask(self: Multipart, client: object, method: str, url: str, query: dict[str, str], content: bytes = b"", *, gone: bool = False) -> object:
        asked.append(f"{method} {query.get('partNumber', ' '.join(name for name in query if name != 'uploadId'))}".strip())
        return real(self, client, method, url, query, content, gone=gone)

    monkeypatch.setattr(Multipart, "_ask", ask)
    monkeypatch.setattr(multipart, "PAUSE_S", 0.01)
    monkeypatch.setattr(multipart, "PART", 5 * MB)
    return asked


class Killed(BaseException):
    """The process ends here."""


def until_part(number: int) -> object:
    """Return what ends the work once so many parts have arrived."""
    seen: list[int] = []

    def step(size: int) -> None:
        seen.append(size)
        if len(seen) == number:
            raise Killed

    return step


def source_in(folder: Path) -> Path:
    """Write something of three parts and a bit."""
    folder.mkdir()
    (folder / "b.plait").write_bytes(Random(3).randbytes(16 * MB))
    return folder / "b.plait"


async def test_a_killed_upload_goes_on(tmp_path: Path, parts: list[str]) -> None:
    """Tests that of an upload whose process ended, and whose store was away for a while, only the parts that had not arrived are sent."""
    source, port = source_in(tmp_path / "draft"), free_port()
    settings = Backup(endpoint=f"http://127.0.0.1:{port}")
    bucket = Bucket("s3://bucket/deep/er", settings, KEYS)
    with object_store(tmp_path / "s3", port) as url:
        await until(lambda: answers(url))
        with pytest.raises(Killed):
            await asyncio.to_thread(bucket.put, source, "b.plait", until_part(2))
        assert parts == ["POST uploads", "PUT 1", "PUT 2"]
        assert await asyncio.to_thread(bucket.names) == []
    with pytest.raises(Problem, match="no-backup-target"):
        await asyncio.to_thread(bucket.put, source, "b.plait", quiet)
    parts.clear()
    with object_store(tmp_path / "s3", port) as url:
        await until(lambda: answers(url))
        told: list[int] = []
        await asyncio.to_thread(bucket.put, source, "b.plait", told.append)
        assert parts == ["GET part-number-marker", "PUT 3", "PUT 4", "POST"]
        assert sum(told) == 16 * MB
        assert await asyncio.to_thread(bucket.names) == ["b.plait"]
        await asyncio.to_thread(bucket.get, "b.plait", tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == source.read_bytes()
        assert not (source.parent / NOTE).exists()


async def test_parts_that_are_not_there_are_sent_again(tmp_path: Path, parts: list[str]) -> None:
    """Tests that a note that says more than the store has, of an upload that is gone, or that cannot be read, leads to a whole object all the same."""
    source = source_in(tmp_path / "draft")
    note = source.parent / NOTE
    with object_store(tmp_path / "s3") as url:
        await until(lambda: answers(url))
        bucket = Bucket("s3://bucket", Backup(endpoint=url), KEYS)
        for name, spoil in (
            ("tag", lambda kept: kept | {"tags": kept["tags"] | {"1": '"another"'}}),
            ("gone", lambda kept: kept | {"id": "0123456789abcdef0123456789abcdef"}),
            ("torn", lambda kept: {}),
        ):
            with pytest.raises(Killed):
                await asyncio.to_thread(bucket.put, source, name, until_part(2))
            note.write_bytes(msgspec.json.encode(spoil(msgspec.json.decode(note.read_bytes()))))
            parts.clear()
            await asyncio.to_thread(bucket.put, source, name, quiet)
            assert "PUT 1" in parts, name
            assert ("PUT 2" in parts) == (name != "tag"), name
            await asyncio.to_thread(bucket.get, name, tmp_path / "back")
            assert (tmp_path / "back").read_bytes() == source.read_bytes(), name


async def test_one_given_up_leaves_no_parts(tmp_path: Path, parts: list[str]) -> None:
    """Tests that the parts of a backup that is given up for a newer one are removed from the store, and that another store is not asked."""
    source = source_in(tmp_path / "draft")
    with object_store(tmp_path / "s3") as url:
        await until(lambda: answers(url))
        bucket = Bucket("s3://bucket", Backup(endpoint=url), KEYS)
        with pytest.raises(Killed):
            await asyncio.to_thread(bucket.put, source, "b.plait", until_part(2))
        kept = sum(path.stat().st_size for path in (tmp_path / "s3").rglob("*") if path.is_file())
        assert kept >= 10 * MB
        await asyncio.to_thread(Bucket("s3://other", Backup(endpoint=url), KEYS).abandon, source.parent)
        assert (source.parent / NOTE).exists()
        await asyncio.to_thread(bucket.abandon, source.parent)
        assert sum(path.stat().st_size for path in (tmp_path / "s3").rglob("*") if path.is_file()) < MB
        assert not (source.parent / NOTE).exists()


async def test_a_node_goes_on_with_its_upload(shop: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: list[str]) -> None:
    """Tests that a node whose store went away in the middle brings the very backup it had begun with, next time, without a new copy."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    port = free_port()
    shop.node.backups.settings = Backup(endpoint=f"http://127.0.0.1:{port}")
    monkeypatch.setattr(multipart, "PART", 5 * MB)
    blobs = tmp_path / "shop" / "blobs" / "aa"
    blobs.mkdir(parents=True)
    (blobs / ("aa" + "0" * 62)).write_bytes(Random(1).randbytes(12 * MB))
    real, sent = Multipart._keep, []

    with object_store(tmp_path / "s3", port) as url:
        await until(lambda: answers(url))

        def away(source: Path, note: object) -> None:
            real(source, note)
            sent.append(1)
            if len(sent) == 3:
                raise Problem("no-backup-target", "It went away.")

        monkeypatch.setattr(Multipart, "_keep", staticmethod(away))
        with pytest.raises(Problem, match="went away"):
            await shop.node.backups.make(shop.node.house.me, "s3://bucket/shop", plain=True)
        parts.clear()
        (ready,) = (tmp_path / "shop" / "backups").glob("*/*.plait")
        view = await shop.node.backups.make(shop.node.house.me, "s3://bucket/shop", plain=True)
        assert view.name == ready.name
        assert parts[:2] == ["GET part-number-marker", "PUT 3"]
        await asyncio.to_thread(Bucket("s3://bucket/shop", shop.node.backups.settings).get, view.name, tmp_path / "back")
        assert restore(tmp_path / "back", tmp_path / "new", "", quiet, dry_run=True).head_seq == view.head_seq


async def test_a_busy_store_is_asked_again(tmp_path: Path, parts: list[str]) -> None:
    """Tests that a store that answers 503 is asked again and one that refuses is not, and that its reason is told without a secret."""
    answered: list[int] = []

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        status = b"503 Slow Down" if len(answered) < 2 else b"403 Forbidden"
        answered.append(1)
        body = b"<Error><Code>AccessDenied</Code><Message>No &amp; never</Message></Error>"
        writer.write(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(reply, "127.0.0.1", 0)
    async with server:
        settings = Backup(endpoint=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(Problem, match="403 AccessDenied No & never") as refused:
            await asyncio.to_thread(Bucket("s3://bucket", settings, KEYS).put, source_in(tmp_path / "draft"), "b.plait", quiet)
    assert len(answered) == 3
    assert "plait-secret" not in refused.value.detail


def test_without_keys_the_cloud_is_asked() -> None:
    """Tests that without keys in the environment no upload in parts is tried."""
    assert Bucket("s3://bucket", Backup(), {})._parts() is None
    assert Bucket("s3://bucket", Backup(), KEYS)._parts() is not None


EXAMPLE = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
HOST = "https://examplebucket.s3.amazonaws.com"


@pytest.mark.parametrize(
    ("url", "more", "signature"),
    [
        (f"{HOST}/test.txt", {"range": "bytes=0-9"}, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        (f"{HOST}/?lifecycle", {}, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        (f"{HOST}/?max-keys=2&prefix=J", {}, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)
def test_signatures(url: str, more: dict[str, str], signature: str) -> None:
    """Tests the examples of the S3 reference ("Authenticating Requests: Using the Authorization Header")."""
    headers = signed(EXAMPLE, "us-east-1", "GET", url, b"", datetime(2013, 5, 24, tzinfo=UTC), more)
    assert headers["authorization"].endswith(f"Signature={signature}")
    assert "x-amz-security-token" in signed(Keys("a", "b", "c"), "r", "GET", url, b"", datetime(2013, 5, 24, tzinfo=UTC))
