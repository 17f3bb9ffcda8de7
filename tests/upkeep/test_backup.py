"""Backups: one file, made while the node works, read back, put back on another computer; every way of going wrong is told."""

import asyncio
import json
import shutil
import zipfile
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.infrastructure.signals.model import Point
from plait.kernel.clock import SYSTEM
from plait.kernel.problems import Problem
from plait.upkeep.backup import container, rules, targets
from plait.upkeep.backup.container import pack, read_manifest, unpack
from plait.upkeep.backup.model import FORMAT, Entry, Manifest
from plait.upkeep.backup.restore import restore
from plait.upkeep.backup.service import verify
from plait.upkeep.backup.targets import Folder
from tests.cli.test_verbs import run
from tests.support.nodes import Running, settle

PHRASE = "correct horse battery staple"
EVENT = {"type": "ObjectEvent", "eventTime": "2026-03-02T10:00:00Z", "eventTimeZoneOffset": "+00:00", "action": "OBSERVE"}


def quiet(size: int) -> None:
    """Show no progress."""
    del size


async def busy(node: Running) -> None:
    """Give a node people, events and signals."""
    for number in range(3):
        await node.ok("POST", "/api/v1/people", {"name": f"Person {number}", "role": "viewer"})
        await node.ok("POST", "/epcis/events", EVENT | {"epcList": [f"urn:epc:id:sgtin:9521000.000001.{number}"]})
    at = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    await node.node.signals.record([Point("mill.Power", at + timedelta(seconds=each), float(each)) for each in range(60)])
    await node.node.signals.roll()
    await node.node.signals.tend()
    await node.node.signals.record([Point("mill.Power", at + timedelta(seconds=each), float(each)) for each in range(60, 100)])
    await settle(node)


@pytest.fixture
async def shop(tmp_path: Path):
    """A node with something in it."""
    node = Running("shop", tmp_path / "shop")
    await node.start()
    await busy(node)
    yield node
    await node.stop()


@pytest.fixture
def phrase(tmp_path: Path) -> Path:
    """A file with a passphrase."""
    path = tmp_path / "phrase"
    path.write_text(PHRASE + "\n", "utf-8")
    return path


async def made(node: Running, to: Path, **options: object) -> Path:
    """Make a backup and return its file."""
    await asyncio.to_thread(to.mkdir, exist_ok=True)
    view = await node.node.backups.make(node.node.house.me, str(to), **options)
    return to / view.name


async def test_restored_elsewhere(shop: Running, tmp_path: Path, phrase: Path) -> None:
    """Tests that a node restored from a sealed backup, made while others write, has the same facts, rows, events, signals and key, and counts on far behind."""

    async def write(worker: int) -> None:
        for number in range(15):
            await shop.ok("POST", "/api/v1/people", {"name": f"W{worker}-{number}", "role": "viewer"})

    writing = [asyncio.create_task(write(worker)) for worker in range(4)]
    file = await made(shop, tmp_path / "stick", passphrase_file=str(phrase))
    await asyncio.gather(*writing)
    numbered = await shop.node.store.write(shop.node.house.me, lambda tx: tx.number("PO"))
    facts, key, party = await shop.node.store.facts(limit=1000), shop.node.identity.public_jwk(), shop.party
    manifest = restore(file, tmp_path / "new", PHRASE, quiet)
    assert manifest.head_seq <= len(facts)
    await shop.stop()
    new = Running("shop", tmp_path / "new")
    await new.start()
    try:
        again = await new.node.store.facts(limit=1000)
        assert [fact.hash for fact in again[: manifest.head_seq]] == [fact.hash for fact in facts[: manifest.head_seq]]
        assert again[manifest.head_seq - 1].hash == manifest.head_hash
        assert (await new.ok("GET", "/api/v1/facts/verify"))["ok"]
        assert (new.party, new.node.identity.public_jwk()) == (party, key)
        assert {"Person 0", "Person 1", "Person 2"} <= {person["name"] for person in await new.ok("GET", "/api/v1/people")}
        assert len((await new.ok("GET", "/epcis/events"))["epcisBody"]["queryResults"]["resultsBody"]["eventList"]) == 3
        assert (await new.ok("GET", "/api/v1/signals"))[0]["name"] == "mill.Power"
        assert new.node.signals.latest("mill.Power").value == 99.0
        stored = await new.node.signals.query(new.node.house.me, "mill.Power", at := datetime(2026, 3, 2, 10, 0, tzinfo=UTC), at + timedelta(hours=1))
        assert [value.value for value in stored.values] == [float(each) for each in range(100)]
        assert not stored.gaps
        assert len(await new.bodies("backup.restored")) == 1
        assert await new.node.store.write(new.node.house.me, lambda tx: tx.number("PO")) != numbered
        assert not (tmp_path / "new" / "restored.json").exists()
    finally:
        await new.stop()


async def test_outcome_is_a_fact(shop: Running, tmp_path: Path) -> None:
    """Tests that a backup and a failed try are told by facts and listed, and that nothing is left in the data folder."""
    file = await made(shop, tmp_path / "out", plain=True)
    (done,) = await shop.bodies("backup.done")
    assert container.digest(file) == (done.bytes, done.sha256)
    with pytest.raises(Problem):
        await shop.node.backups.make(shop.node.house.me, str(tmp_path / "no stick"), plain=True)
    listed = await shop.ok("GET", "/api/v1/backups")
    assert [row["ok"] for row in listed] == [False, True]
    assert "not there now" in listed[0]["reason"]
    await made(shop, tmp_path / "out", plain=True)
    assert list((tmp_path / "shop" / "backups").iterdir()) == []


async def test_a_backup_ends_once_it_is_told(shop: Running, tmp_path: Path) -> None:
    """Tests that who looks at the progress sees a backup under way until its outcome, good or bad, is on disk and shown."""
    service, told = shop.node.backups, shop.node.store.write
    seen = []

    async def slow(*args: object, **named: object) -> object:
        seen.append((service.progress.running, service.progress.last and service.progress.last.ok))
        answer = await told(*args, **named)
        seen.append((service.progress.running, service.progress.last and service.progress.last.ok))
        return answer

    service.store.write = slow
    await made(shop, tmp_path / "out", plain=True)
    assert seen == [(True, None)] * 2
    assert (service.progress.running, service.progress.last.ok) == (False, True)
    seen.clear()
    with pytest.raises(Problem):
        await service.make(shop.node.house.me, str(tmp_path / "no stick"), plain=True)
    assert seen == [(True, False)] * 2
    assert (service.progress.last.ok, service.progress.last.code) == (False, "no-backup-target")


async def test_refusals(shop: Running, tmp_path: Path) -> None:
    """Tests that a backup without a passphrase is made only when that is said, and only for an administrator."""
    (tmp_path / "out").mkdir()
    with pytest.raises(Problem, match="no-passphrase"):
        await shop.node.backups.make(shop.node.house.me, str(tmp_path / "out"))
    (tmp_path / "short").write_text("short\n")
    with pytest.raises(Problem, match="at least 12"):
        await shop.node.backups.make(shop.node.house.me, str(tmp_path / "out"), passphrase_file=str(tmp_path / "short"))
    token = (await shop.ok("POST", "/api/v1/tokens", {"role": "manager"}))["token"]
    assert (await shop.call("POST", "/api/v1/backups", {"to": str(tmp_path), "plain": True}, token=token)).status_code == 403
    assert (await shop.call("GET", "/api/v1/backups", token="")).status_code == 401


async def test_cut_off_goes_on(shop: Running, tmp_path: Path) -> None:
    """Tests that a copy that was cut off is continued with the same backup, and that what lies there damaged is written anew."""
    gone = tmp_path / "stick"
    with pytest.raises(Problem, match="no-backup-target"):
        await shop.node.backups.make(shop.node.house.me, str(gone), plain=True)
    (ready,) = (tmp_path / "shop" / "backups").glob("*/*.plait")
    content = ready.read_bytes()
    gone.mkdir()
    (gone / f"{ready.name}.part").write_bytes(content[:1000] + b"?" * 500)
    view = await shop.node.backups.make(shop.node.house.me, str(gone), plain=True)
    assert view.name == ready.name
    assert (gone / ready.name).read_bytes() == content
    assert [path.name for path in gone.iterdir()] == [ready.name]


def test_a_copy_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a copy whose process ended goes on behind what was on disk, without writing that again, and is whole in the end."""
    monkeypatch.setattr(targets, "CHUNK", 1000)
    source, stick = tmp_path / "b.plait", tmp_path / "stick"
    source.write_bytes(bytes(range(256)) * 20)
    stick.mkdir()
    part = stick / "b.plait.part"
    left = [3]

    def killed(size: int) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Folder(stick).put(source, "b.plait", killed)
    assert part.stat().st_size == 3000
    synced: list[int] = []
    real = targets.fsync_file

    def noticed(file: Any) -> None:
        synced.append(file.tell())
        real(file)

    monkeypatch.setattr(targets, "fsync_file", noticed)
    Folder(stick).put(source, "b.plait", quiet)
    assert synced == [4000, 5000, 5120, 5120]
    assert (stick / "b.plait").read_bytes() == source.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"b.plait", "stick"}


async def test_damaged_backups(shop: Running, tmp_path: Path, phrase: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that whichever byte is turned, in a plain or sealed backup, or wherever it is cut, it is refused and nothing is put in place."""
    assert container.COST >= 1 << 17
    monkeypatch.setattr(container, "COST", 1 << 10)  # a hundred keys are made here
    for sealed in (False, True):
        options = {"passphrase_file": str(phrase)} if sealed else {"plain": True}
        file = await made(shop, tmp_path / f"out{sealed}", **options)
        content = file.read_bytes()
        assert restore(file, tmp_path / f"whole{sealed}", PHRASE, quiet, dry_run=True).head_seq > 0
        for number in range(25):
            place = len(content) * number // 25
            bad = bytearray(content)
            bad[place] ^= 0x10
            for name, damaged in (("turned", bytes(bad)), ("cut", content[:place])):
                path = tmp_path / f"{name}.plait"
                path.write_bytes(damaged)
                try:
                    restore(path, tmp_path / "new", PHRASE, quiet)
                except Problem as problem:
                    assert problem.code in {"backup-damaged", "no-passphrase"}, problem
                    assert not (tmp_path / "new").exists()
                else:
                    assert name == "turned"
                    assert (tmp_path / "new" / "plait.db").exists()
                    shutil.rmtree(tmp_path / "new")
                assert not (tmp_path / "new.restoring").exists()


def test_any_byte_of_an_archive_may_be_turned(tmp_path: Path) -> None:
    """Tests that an archive with any one byte turned, in any of three ways, is refused in words or gives just what was packed."""
    source, archive, bad, out = (tmp_path / name for name in ("es256.pem", "whole", "bad", "out"))
    source.write_bytes(bytes(range(200)))

    def listed(entries: tuple[Entry, ...]) -> Manifest:
        return Manifest(FORMAT, "id", "plait", "party", "Firm", SYSTEM.now(), 1, "hash", {}, entries)

    manifest = pack(archive, [("keys/es256.pem", source, 200)], listed, lambda size: None)
    content = archive.read_bytes()
    refused = 0
    for place in range(len(content)):
        for turn in (0x01, 0x80, 0xFF):
            bad.write_bytes(content[:place] + bytes([content[place] ^ turn]) + content[place + 1 :])
            out.unlink(missing_ok=True)
            try:
                found = read_manifest(bad)
                unpack(bad, found, lambda name: out, lambda size: None)
            except Problem as problem:
                assert problem.code in {"backup-damaged", "backup-newer"}, (place, turn, problem)
                refused += 1
                continue
            assert out.read_bytes() == source.read_bytes(), (place, turn)
            assert found.entries == manifest.entries, (place, turn)
    assert refused > len(content)


async def test_restore_refuses(shop: Running, tmp_path: Path, phrase: Path) -> None:
    """Tests that a folder with something in it, a missing or wrong passphrase, a newer program's backup are refused in words."""
    file = await made(shop, tmp_path / "out", passphrase_file=str(phrase))
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    for data, word, code in (("taken", PHRASE, "not-restored"), ("new", "", "no-passphrase"), ("new", "another passphrase", "backup-damaged")):
        with pytest.raises(Problem) as refused:
            restore(file, tmp_path / data, word, quiet)
        assert refused.value.code == code
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["file"]


def archive(path: Path, files: dict[str, bytes], **changes: object) -> Path:
    """Write an archive with a list of contents that fits, but for ``changes``."""
    import hashlib

    listed = [{"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in files.items()]
    manifest = {"format": 1, "id": "i", "program": "p", "party_id": "x", "name": "n", "made": "2026-03-02T00:00:00Z"}
    manifest |= {"head_seq": 0, "head_hash": "", "tables": {}, "entries": listed} | changes
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
        file.writestr("manifest.json", json.dumps(manifest))
    return path


@pytest.mark.parametrize(
    "name", ["../plait.db", "/etc/passwd", "keys/../../x", "plait.db/../x", "lake/x.seg", "keys/a b", "C:\\x", "admin.token", "plait.toml\x00"]
)
def test_strange_names(name: str, tmp_path: Path) -> None:
    """Tests that no entry is put anywhere but where a node's files lie."""
    assert not rules.allowed(name)
    file = archive(tmp_path / "bad.plait", {name: b"x"})
    with pytest.raises(Problem, match="backup-damaged"):
        restore(file, tmp_path / "new", "", quiet)
    assert {path.name for path in tmp_path.iterdir()} == {"bad.plait"}


def test_lying_archives(tmp_path: Path) -> None:
    """Tests that a list of contents that lies about sizes, a missing file, a newer format and no archive at all are refused."""
    small = {"clock": b"wall"}
    entry = {"path": "clock", "bytes": 10**15, "sha256": "0" * 64}
    cases = {
        "huge": (archive(tmp_path / "a", small, entries=[entry]), "no-room"),
        "missing": (archive(tmp_path / "b", small, entries=[entry | {"path": "plait.toml"}]), "backup-damaged"),
        "newer": (archive(tmp_path / "c", small, format=FORMAT + 1), "backup-newer"),
        "no facts": (archive(tmp_path / "d", small), "backup-damaged"),
    }
    (tmp_path / "e").write_bytes(b"not a backup")
    cases["none"] = (tmp_path / "e", "backup-damaged")
    for name, (file, code) in cases.items():
        with pytest.raises(Problem) as refused:
            restore(file, tmp_path / "new", "", quiet)
        assert refused.value.code == code, name
        assert not (tmp_path / "new").exists()


async def test_terminal(shop: Running, tmp_path: Path, phrase: Path) -> None:
    """Tests the verbs: make, list, verify, restore with a dry run, each in words and as JSON."""
    data, out = str(tmp_path / "shop"), tmp_path / "out"
    out.mkdir()
    done = await asyncio.to_thread(run, "backup", str(out), "--passphrase-file", str(phrase), "--data", data, "--json")
    assert done.returncode == 0, done.stderr
    file = str(out / json.loads(done.stdout)["name"])
    assert "ok" in (await asyncio.to_thread(run, "backup", "list", "--data", data)).stdout
    checked = await asyncio.to_thread(run, "backup", "verify", file, "--passphrase-file", str(phrase), "--json")
    assert json.loads(checked.stdout)["ok"]
    dry = await asyncio.to_thread(run, "restore", file, "--passphrase-file", str(phrase), "--data", str(tmp_path / "new"), "--dry-run")
    assert "can be restored" in dry.stdout
    assert not (tmp_path / "new").exists()
    real = await asyncio.to_thread(run, "restore", file, "--passphrase-file", str(phrase), "--data", str(tmp_path / "new"))
    assert "plait up --data" in real.stdout
    assert (tmp_path / "new" / "keys" / "es256.pem").stat().st_mode & 0o77 == 0
    bad = await asyncio.to_thread(run, "backup", str(tmp_path / "nowhere"), "--plain", "--data", data)
    assert bad.returncode == 1
    assert "not there now" in bad.stderr
    assert "Plug it in" in bad.stderr
    late = await asyncio.to_thread(run, "backup", str(tmp_path / "nowhere"), "--data", data, "--passphrase-file", str(phrase))
    assert (late.returncode, "not there now" in late.stderr, "Plug it in" in late.stderr) == (1, True, True)


def test_verify_without_a_node(tmp_path: Path) -> None:
    """Tests that a sealed file is checked with its passphrase, and that what was unsealed meanwhile is gone."""
    plain = archive(tmp_path / "plain", {"clock": b"wall"})
    container.seal(plain, tmp_path / "sealed", PHRASE)
    (tmp_path / "space").mkdir()
    assert verify(tmp_path / "sealed", tmp_path / "space", PHRASE, quiet).name == "n"
    assert list((tmp_path / "space").iterdir()) == []
    with pytest.raises(Problem, match="passphrase is wrong"):
        verify(tmp_path / "sealed", tmp_path / "space", "another passphrase", quiet)


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("last", "now", "when"),
    [
        (None, "2026-03-02T10:00Z", "2026-03-02T10:00Z"),
        ("2026-03-02T01:00Z", "2026-03-02T10:00Z", "2026-03-03T01:00Z"),
        ("2026-03-02T00:30Z", "2026-03-02T00:40Z", "2026-03-02T01:00Z"),
        ("2026-02-20T01:00Z", "2026-03-02T10:00Z", "2026-03-02T10:00Z"),
        ("2026-03-28T01:00Z", "2026-03-28T10:00Z", "2026-03-29T01:00Z"),
        ("2026-12-01T00:00Z", "2026-03-02T10:00Z", "2026-03-02T10:00Z"),
    ],
)
def test_due(last: str | None, now: str, when: str) -> None:
    """Tests when a backup is due at 02:00 in Berlin: next night, at once when one was missed, over summer time, after a clock was set back."""
    read = datetime.fromisoformat
    assert rules.due(time(2, 0), BERLIN, read(last) if last else None, read(now)).astimezone(UTC) == read(when)


@given(st.lists(st.integers(0, 4000), max_size=60), st.integers(1, 9), st.integers(0, 6), st.integers(0, 14))
def test_surplus(hours: list[int], daily: int, weekly: int, monthly: int) -> None:
    """Tests that the latest always stays, that no more than asked are kept, and that thinning what was thinned takes nothing."""
    made_ = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=each) for each in hours]
    gone = rules.surplus(made_, daily, weekly, monthly)
    kept = sorted(set(made_) - set(gone))
    assert len(kept) <= daily + weekly + monthly
    assert not made_ or max(made_) in kept
    assert rules.surplus(kept, daily, weekly, monthly) == []


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    """Tests that a stick that is not plugged in is not taken for a folder to be made."""
    with pytest.raises(Problem, match="not there now"):
        Folder(tmp_path / "stick").put(tmp_path, "x", quiet)
    assert not (tmp_path / "stick").exists()


def test_manifest_round_trip() -> None:
    """Tests that the fact of a restore reads back."""
    from plait.upkeep.backup.model import Restored

    told = Restored("i", datetime(2026, 3, 2, tzinfo=UTC), 3, "h")
    assert msgspec.json.decode(msgspec.json.encode(told), type=Restored) == told
