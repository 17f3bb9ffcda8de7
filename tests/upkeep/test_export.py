"""Everything as open files: what is in the node is in the files, whole, without secrets, while it runs."""

import csv
import hashlib
import json
from pathlib import Path

import pytest
from lxml import etree

from plait.kernel.facts import GENESIS, fact_hash
from plait.kernel.problems import Problem
from plait.kernel.settings import load
from plait.upkeep.export.rows import cell
from plait.upkeep.export.service import export
from tests.support.nodes import Running
from tests.versions.test_versions import unpacked


def quiet(name: str) -> None:
    """Show no progress."""
    del name


def lines(path: Path) -> list[dict]:
    """Read a file of one JSON object a line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, dict]:
    """The export of the gear shop of the first release, and what its folder held."""
    expected = unpacked("0.1.0", tmp_path)["helix"]
    export(tmp_path / "helix", load(tmp_path / "helix", {}), tmp_path / "out", quiet)
    return tmp_path / "out", expected


def test_facts_verify_without_us(written: tuple[Path, dict]) -> None:
    """Tests that all facts are there and that the chain can be checked from the file alone."""
    folder, expected = written
    facts, head = lines(folder / "facts.ndjson"), GENESIS
    for fact in facts:
        header = (fact["id"], fact["stream"], fact["kind"], str(fact["version"]), fact["at"], fact["recorded"], fact["actor"])
        assert fact["prev_hash"] == head
        head = fact_hash(head, header, fact["body_hash"])
    assert [len(facts), head] == expected["head"]


def test_nothing_is_left_behind(written: tuple[Path, dict]) -> None:
    """Tests that events, documents, rows and signals are all in the files, and the manifest tells each file's content truly."""
    folder, expected = written
    rows = expected["rows"]
    document = json.loads((folder / "events.json").read_text("utf-8"))
    assert document["type"] == "EPCISDocument"
    assert len(document["epcisBody"]["eventList"]) == rows["ev"]
    assert len(list(folder.glob("documents/*.json"))) == rows["trade_document"]
    invoices = [etree.fromstring(path.read_bytes()).tag for path in folder.glob("documents/*.xml")]
    assert any(tag.endswith("}Order") for tag in invoices)
    for table in ("part_part", "schedule_booking", "line_job", "directory_member", "sharing_agreement", "sharing_transfer"):
        with (folder / "tables" / f"{table}.csv").open(newline="", encoding="utf-8") as file:
            assert len(list(csv.DictReader(file))) == rows[table], table
    points = sum(len(path.read_text("utf-8").splitlines()) - 1 for path in folder.glob("signals/*.csv"))
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert points == sum(file["entries"] for file in manifest["files"] if file["path"].startswith("signals/")) > 1000
    listed = {file["path"]: file["sha256"] for file in manifest["files"]}
    found = {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}
    assert {path: digest for path, digest in found.items() if path not in {"README.txt", "manifest.json"}} == listed


def test_no_secret_leaves(written: tuple[Path, dict], tmp_path: Path) -> None:
    """Tests that neither keys nor tokens nor their hashes stand in any file."""
    folder, _ = written
    secret = (tmp_path / "helix" / "admin.token").read_text("utf-8").strip()
    key = (tmp_path / "helix" / "keys" / "es256.pem").read_text("utf-8").splitlines()[1]
    with (folder / "tables" / "identity_token.csv").open(encoding="utf-8") as file:
        assert "hash" not in file.readline()
    with (folder / "tables" / "sharing_transfer.csv").open(encoding="utf-8") as file:
        assert not {"token", "address"} & set(file.readline().strip().split(","))
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_text("utf-8")
            for word in (secret, key, hashlib.sha256(secret.encode()).hexdigest()):
                assert word not in content, path.name


async def test_while_the_node_runs(tmp_path: Path) -> None:
    """Tests that a running node is exported as it is at that moment and goes on."""
    node = Running("shop", tmp_path / "shop")
    await node.start()
    try:
        manifest = export(tmp_path / "shop", load(tmp_path / "shop", {}), tmp_path / "out", quiet)
        assert manifest.name == "shop"
        assert len(lines(tmp_path / "out" / "facts.ndjson")) == await node.node.store.head()
        assert (await node.ok("GET", "/api/v1/facts/verify"))["ok"]
    finally:
        await node.stop()


def test_refusals(tmp_path: Path) -> None:
    """Tests that nothing is written over and a folder without a node is told, with nothing left behind."""
    (tmp_path / "taken").mkdir()
    for data, to, code in (("none", "out", "not-found"), ("taken", "out", "not-found")):
        with pytest.raises(Problem) as refused:
            export(tmp_path / data, load(tmp_path, {}), tmp_path / to, quiet)
        assert refused.value.code == code
    unpacked("0.1.0", tmp_path)
    with pytest.raises(Problem) as refused:
        export(tmp_path / "helix", load(tmp_path, {}), tmp_path / "taken", quiet)
    assert refused.value.code == "conflict"
    (tmp_path / "helix" / "events.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(Problem) as refused:
        export(tmp_path / "helix", load(tmp_path, {}), tmp_path / "new", quiet)
    assert refused.value.code == "store-damaged"
    assert {path.name for path in tmp_path.iterdir()} == {"taken", "helix", "meridian"}


@pytest.mark.parametrize(("value", "text"), [(None, ""), (b'{"a":1}', '{"a":1}'), (b"\xff\xfe", "base64://4="), (3, "3"), ("x,y", "x,y")])
def test_cells(value: object, text: str) -> None:
    """Tests how values become text."""
    assert cell(value) == text
