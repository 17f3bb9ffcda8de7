"""The doctor: on a running node, on a stopped one, and on what is broken."""

import sqlite3
from pathlib import Path

import pytest

from plait.cli.doctor import examine
from plait.kernel.os import WINDOWS
from tests.support.nodes import Running, nodes, settle


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
