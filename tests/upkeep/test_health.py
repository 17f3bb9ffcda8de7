"""The doctor: on a running node, on a stopped one, and on what is broken."""

import asyncio
import socket
import sqlite3
from pathlib import Path

import msgspec
import pytest
from joserfc.jwk import ECKey

from plait.cli.doctor import examine
from plait.kernel.os import WINDOWS, free_port, write_private
from plait.kernel.problems import Problem
from plait.kernel.settings import Mailbox
from plait.upkeep.health import service as health
from tests.support.nodes import Running, nodes, settle, until


def files(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


async def made(folder: Path) -> Running:
    """Make a node with a few facts and stop it."""
    shop = await Running("shop", folder).start()
    await shop.ok("POST", "/api/v1/tokens", {"role": "viewer"})
    await settle(shop)
    await shop.stop()
    return shop


async def test_report_of_a_running_node(tmp_path: Path) -> None:
    """Tests that the administrator alone is told, that nothing is bad, and that the full report walks every fact."""
    async with nodes(tmp_path, "shop") as (shop,):
        viewer = (await shop.ok("POST", "/api/v1/tokens", {"role": "viewer"}))["token"]
        assert (await shop.call("GET", "/api/v1/health/report", token=viewer)).status_code == 403
        report = await shop.ok("GET", "/api/v1/health/report?full=true")
        assert report["verdict"] != "bad"
        chain = next(check for check in report["checks"] if check["name"] == "chain")
        assert chain["figures"]["facts"] == await shop.node.store.head()
        assert "whole" in chain["what"]


async def test_a_stopped_node_is_only_read(tmp_path: Path) -> None:
    """Tests that a stopped node is examined without a byte of its folder changing."""
    await made(tmp_path)
    before = files(tmp_path)
    checks = {check.name: check for check in examine(tmp_path, full=True)}
    assert files(tmp_path) == before
    assert checks["chain"].verdict == "ok"
    assert "whole" in checks["chain"].what
    assert checks["node"].verdict == "look"


@pytest.mark.parametrize(
    ("change", "full"),
    [("DELETE FROM store_fact WHERE seq = (SELECT max(seq) FROM store_fact)", False), ("UPDATE store_fact SET body = x'7b7d' WHERE seq = 1", True)],
)
async def test_a_broken_chain_is_bad(tmp_path: Path, change: str, full: bool) -> None:
    """Tests that a lost end is seen at once and a changed fact by the full walk, both with what to do."""
    await made(tmp_path)
    conn = sqlite3.connect(tmp_path / "plait.db")
    conn.execute(change)
    conn.commit()
    conn.close()
    chain = next(check for check in examine(tmp_path, full=full) if check.name == "chain")
    assert chain.verdict == "bad"
    assert "plait restore" in chain.do


async def test_loose_and_missing_keys(tmp_path: Path) -> None:
    """Tests that keys others can read, and missing keys, are bad."""
    await made(tmp_path)
    if not WINDOWS:
        (tmp_path / "admin.token").chmod(0o644)
        keys = next(check for check in examine(tmp_path) if check.name == "keys")
        assert keys.verdict == "bad"
        assert "admin.token" in keys.what
    for path in (tmp_path / "keys").iterdir():
        path.unlink()
    assert next(check for check in examine(tmp_path) if check.name == "keys").verdict == "bad"


async def test_another_key_is_refused(tmp_path: Path) -> None:
    """Tests that a node whose key is missing, unreadable or another one does not start, and that the doctor says so: partners would refuse it."""
    shop = await made(tmp_path)
    file = tmp_path / "keys" / "es256.pem"
    key = file.read_bytes()
    other = ECKey.generate_key("P-256").as_pem(private=True)
    for content in (other, key[: len(key) // 2], b"", None):
        file.unlink()
        if content is not None:
            write_private(file, content)
        again = Running("shop", tmp_path)
        with pytest.raises(Problem, match="other-key"):
            await again.start()
        await again.stop()
        assert next(check for check in examine(tmp_path) if check.name == "keys").verdict == "bad"
        if content is None:
            write_private(file, key)
    await (await shop.start()).stop()


async def test_the_port_is_taken(tmp_path: Path) -> None:
    """Tests that a stopped node is told when another program holds its address."""
    await made(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as held:
        (tmp_path / "plait.toml").write_text(f"[http]\nport = {held.getsockname()[1]}\n", "utf-8")
        taken = next(check for check in examine(tmp_path) if check.name == "port")
        assert (taken.verdict, "http.port" in taken.do) == ("bad", True)
    assert next(check for check in examine(tmp_path) if check.name == "port").verdict == "ok"


async def verdicts(shop: Running) -> dict[str, tuple[str, str]]:
    """Return what the doctor says of a running node: verdict and sentence by check."""
    report = await shop.ok("GET", "/api/v1/health/report")
    return {check["name"]: (check["verdict"], check["what"]) for check in report["checks"]}


async def test_partners_and_their_clocks(tmp_path: Path) -> None:
    """Tests that a partner that does not answer is named, and that a clock unlike those of the partners is noticed."""
    async with nodes(tmp_path, "shop", "mill") as (shop, mill):
        client = shop.node.client
        await client.request("GET", f"{mill.node.url}/api/v1/health")
        said = await verdicts(shop)
        assert (said["partners"][0], said["time"]) == ("ok", ("ok", "The clock agrees with those of 1 partners."))
        client.breakers.told_time(mill.node.url, 3600.0)
        assert (await verdicts(shop))["time"] == ("look", "The clock is 3600 s behind those of 1 partners.")
        away = f"http://127.0.0.1:{free_port()}"
        for _ in range(3):
            with pytest.raises(Problem, match="partner-unreachable"):
                await client.request("GET", away)
        verdict, what = (await verdicts(shop))["partners"]
        assert verdict == "look"
        assert away in what


async def test_backups_are_asked_after(tmp_path: Path) -> None:
    """Tests that a node without backups, with a failed one and with a good one is told so."""
    async with nodes(tmp_path / "firm", "shop") as (shop,):
        assert (await verdicts(shop))["backups"] == ("look", "No backup was ever made.")
        gone = str(tmp_path / "gone")
        for to, wanted in ((gone, "bad"), (str(tmp_path / "stick"), "ok")):
            if wanted == "ok":
                (tmp_path / "stick").mkdir()
            answer = await shop.call("POST", "/api/v1/backups", {"to": to, "plain": True})
            assert answer.status_code == 202 or (wanted == "bad" and answer.json()["code"] == "no-backup-target")  # refused at once, or a little later

            async def over() -> bool:
                return not (await shop.ok("GET", "/api/v1/backups/progress"))["running"]

            await until(over)
            verdict, what = (await verdicts(shop))["backups"]
            assert (verdict, gone in what) == (wanted, wanted == "bad")


async def test_the_chain_is_walked_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that the running node walks its chain by the clock, and that the report then says what was found without walking again."""
    monkeypatch.setattr(health, "FIRST_S", 0.01)
    async with nodes(tmp_path, "shop") as (shop,):
        async with asyncio.timeout(60):
            while "'walked'" not in str((await shop.ok("GET", "/api/v1/health/report"))["checks"]):
                await asyncio.sleep(0.05)
        assert "whole" in (await verdicts(shop))["chain"][1]
        await shop.node.store.write(shop.node.house.me, lambda tx: tx.conn.exec_driver_sql("UPDATE store_fact SET body = x'7b7d' WHERE seq = 1") and None)
        assert (await shop.node.health.walk()).verdict == "bad"
        assert (await verdicts(shop))["chain"][0] == "bad"


@pytest.mark.parametrize(("free", "verdict"), [(50_000_000, "bad"), (500_000_000, "look"), (5_000_000_000, "ok")])
async def test_a_disk_that_fills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, verdict: str) -> None:
    """Tests that a disk with little room is worth a look, and one with hardly any is bad, with what to do."""
    await made(tmp_path)
    monkeypatch.setattr("plait.upkeep.health.folder.free_bytes", lambda folder: free)
    disk = next(check for check in examine(tmp_path) if check.name == "disk")
    assert (disk.verdict, disk.figures["free_bytes"], bool(disk.do)) == (verdict, free, verdict != "ok")


async def test_settings_and_clock(tmp_path: Path) -> None:
    """Tests that an unreadable setting, a risky one, and a clock behind the last fact are said."""
    await made(tmp_path)
    conn = sqlite3.connect(tmp_path / "plait.db")
    conn.execute("UPDATE store_fact SET recorded = '2999-01-01T00:00:00.000Z' WHERE seq = (SELECT max(seq) FROM store_fact)")
    conn.commit()
    conn.close()
    (tmp_path / "plait.toml").write_text('[http]\nhost = "0.0.0.0"\n[network]\ntrusted = ["0.0.0.0/0"]\n', "utf-8")
    checks = {check.name: check for check in examine(tmp_path)}
    assert checks["clock"].verdict == "bad"
    assert checks["settings"].verdict == "look"
    assert "0.0.0.0/0" in checks["settings"].what
    (tmp_path / "plait.toml").write_text("[http]\nhorst = 1\n", "utf-8")
    assert examine(tmp_path)[-1].verdict == "bad"
    assert "horst" in examine(tmp_path)[-1].what


async def test_mailbox(tmp_path: Path) -> None:
    """Tests that a mailbox that cannot be reached is told with why and what to do; without one nothing is said of it."""
    shop = Running("shop", tmp_path / "shop")
    shop.folder.mkdir()
    write_private(shop.folder / "mail.password", b"secret-words")
    mailbox = Mailbox(host="127.0.0.1", port=free_port(), user="desk", password_file="mail.password", security="plain")
    shop.settings = msgspec.structs.replace(shop.settings, mailbox=mailbox)
    await shop.start()
    try:
        await until(lambda: asyncio.to_thread(shop.node.desk.mail_trouble))
        (told,) = [check for check in (await shop.ok("GET", "/api/v1/health/report"))["checks"] if check["name"] == "mailbox"]
        assert told["verdict"] == "bad"
        assert "[mailbox]" in told["do"]
        assert "secret-words" not in str(told)
    finally:
        await shop.stop()
    shop.settings = msgspec.structs.replace(shop.settings, mailbox=Mailbox())
    await shop.start()
    try:
        assert "mailbox" not in {check["name"] for check in (await shop.ok("GET", "/api/v1/health/report"))["checks"]}
    finally:
        await shop.stop()
