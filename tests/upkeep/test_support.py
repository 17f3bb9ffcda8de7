"""The pack for a helper: what is in it, and that nothing of the firm's business is."""

import json
import zipfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import structlog

from plait.kernel.facts import decode
from plait.kernel.settings import Firm, Http, Logs, Network, Settings, StoreSettings
from plait.upkeep.logs import recent
from plait.upkeep.support import rules
from tests.cli.test_verbs import plait
from tests.support.logs import logging_to
from tests.support.nodes import Running, nodes, settle

ALWAYS = {"README.txt", "about.json", "settings.json", "doctor.json", "counts.json", "log.ndjson"}


def texts(value: Any) -> set[str]:
    """Return every text in a value, however deep."""
    if isinstance(value, dict):
        return {text for each in value.values() for text in texts(each)}
    if isinstance(value, list):
        return {text for each in value for text in texts(each)}
    return {value} if isinstance(value, str) else set()


async def secrets_of(firm: Running) -> set[str]:
    """Return every text that a firm's facts hold, and where it answers."""
    facts = await firm.node.store.facts(limit=10_000)
    found = {text for fact in facts for text in texts(msgspec.to_builtins(decode(fact)))}
    return {text for text in found if len(text) > 4} | {firm.node.url.partition("//")[2], firm.party, firm.admin}


async def busy(shop: Running, mill: Running) -> None:
    """Fill two nodes with what nobody else may see."""
    await shop.ok("PUT", "/api/v1/firm", {"name": "Zyxwolf Getriebe", "region": "DE-ZX", "gln": "9521002000016"})
    await shop.ok("POST", "/api/v1/directory/join", {"url": mill.node.url})
    await shop.ok("POST", "/api/v1/people", {"name": "Qorvald Brenn", "role": "operator"})
    await shop.ok("POST", "/api/v1/tokens", {"role": "viewer", "label": "Screen of hall Vexmoor"})
    await settle(shop, mill)


async def pack(firm: Running, to: Path) -> dict[str, str]:
    """Make the pack from the command line and return its files."""
    done = await plait("support", str(to), "--data", str(firm.folder), "--json")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(to) as made:
        assert set(json.loads(done.stdout)["holds"]) == set(made.namelist())
        return {name: made.read(name).decode() for name in made.namelist()}


async def test_nothing_of_the_business_is_in_it(tmp_path: Path) -> None:
    """Tests that no text of any fact, no address, id or token is in the pack, of a running node with a partner that is away and of a stopped one."""
    async with AsyncExitStack() as stack:
        shop, mill = await stack.enter_async_context(nodes(tmp_path, "shop", "mill"))
        stack.enter_context(logging_to(Logs(), tmp_path))
        await busy(shop, mill)
        hidden = await secrets_of(shop) | {mill.node.url.partition("//")[2]}
        assert {"Zyxwolf Getriebe", "Screen of hall Vexmoor"} <= hidden
        await mill.stop()
        for _ in range(3):
            await shop.call("POST", "/api/v1/directory/join", {"url": mill.node.url})
        structlog.get_logger("plait.test").warning("a partner is away", partner="Zyxwolf Getriebe", seconds=3)
        running = await pack(shop, tmp_path / "running.zip")
        assert set(running) == ALWAYS | {"followers.json", "metrics.txt"}
        doctor = {check["name"]: check for check in json.loads(running["doctor.json"])}
        assert doctor["partners"]["verdict"] == "look"
        assert "http-" in doctor["partners"]["what"]
        assert '"event": "a partner is away"' in running["log.ndjson"]
        assert '"seconds": 3' in running["log.ndjson"]
        await shop.stop()
        stopped = await pack(shop, tmp_path / "stopped.zip")
        assert set(stopped) == ALWAYS
        known = {"admin", "viewer", "operator", "admin.token"}
        for held in (running, stopped):
            everything = "\n".join(held.values())
            assert [text for text in hidden - known if text in everything] == []
        counts = json.loads(stopped["counts.json"])["plait"]
        assert counts["facts"]["identity.firm_founded"] == 1
        assert counts["rows"]["store_fact"] == sum(counts["facts"].values())


async def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    """Tests that a file that is there stays, and that a folder without a node is refused."""
    (tmp_path / "there.zip").write_bytes(b"mine")
    none = await plait("support", str(tmp_path / "new.zip"), "--data", str(tmp_path / "none"))
    assert (none.returncode, (tmp_path / "new.zip").exists()) == (1, False)
    async with nodes(tmp_path / "firms", "shop") as (shop,):
        again = await plait("support", str(tmp_path / "there.zip"), "--data", str(shop.folder))
        assert again.returncode == 1
    assert (tmp_path / "there.zip").read_bytes() == b"mine"


def test_log_lines_keep_our_words_alone() -> None:
    """Tests that of a log line stay constant words of our own loggers, numbers, codes and places of errors; all else is left out."""
    raw = {
        "event": "follower parked",
        "logger": "plait.store",
        "follower": "desk.ordered",
        "tries": 2,
        "party": "Zyxwolf",
        "reason": "store-newer: Zyxwolf",
        "exception": 'Traceback\\x0a  File "/home/zyx/plait/store/follow.py", line 201, in _step\\x0a    f("Zyxwolf")\\x0aValueError: Zyxwolf is bad',
    }
    assert rules.line(json.dumps(raw)) == {
        "event": "follower parked",
        "logger": "plait.store",
        "follower": "desk.ordered",
        "tries": 2,
        "party": rules.LEFT_OUT,
        "reason": "store-newer",
        "exception": ["follow.py:201 _step", "ValueError"],
    }
    assert rules.line('{"logger": "uvicorn.error", "event": "Zyxwolf"}')["event"] == rules.LEFT_OUT
    for torn in ("", "[1]", '{"event": ', "null"):
        assert rules.line(torn) == {"event": rules.LEFT_OUT}


def test_settings_show_no_text() -> None:
    """Tests that of texts and lists only is shown whether they are set, while numbers, switches and choices are shown."""
    secret = "postgresql://zyx:wolf@db.zyx.example/plait"
    settings = Settings(Firm("Zyxwolf"), Http(port=8401), StoreSettings(secret), network=Network(trusted=("10.9.8.0/24",)), logs=Logs("debug"))
    shown = rules.masked(settings)
    assert not {"zyx", "Zyx", "wolf", "10.9"} & {word for word in ("zyx", "Zyx", "wolf", "10.9") if word in json.dumps(shown)}
    assert (shown["http"]["port"], shown["logs"]["level"], shown["store"]["url"], shown["network"]["trusted"]) == (8401, "debug", "(set)", "(1 entries)")


def test_a_veil_hides_names_and_tells_them_apart() -> None:
    """Tests that addresses, hosts, mail, ids, folders and quoted words go, that the same one looks the same, and that our words stay."""
    veil = rules.Veil(b"salt")
    said = veil.text("https://zyx.example:8/a and 2 more did not answer: db.zyx.example:5432, a@zyx.example, [fe80::1], 10.9.8.7, 'Zyx' in /zyx/plait.toml")
    assert "zyx" not in said.lower()
    assert "10.9" not in said
    assert "fe80" not in said
    assert "2 more did not answer" in said
    assert said.endswith("in DIR/plait.toml")
    assert veil.text("https://zyx.example") == veil.text("https://zyx.example") != veil.text("https://abc.example")
    assert veil.text("The last backup was made on 24 Nov 04:48 UTC; 1.5 GB") == "The last backup was made on 24 Nov 04:48 UTC; 1.5 GB"


def test_the_last_lines_are_kept(tmp_path: Path) -> None:
    """Tests that the process keeps its last log lines in memory, and no more than a few hundred."""
    with logging_to(Logs(), tmp_path):
        for number in range(600):
            structlog.get_logger("plait.test").info("line", number=number)
        lines = [json.loads(line)["number"] for line in recent()]
    assert lines == list(range(100, 600))
