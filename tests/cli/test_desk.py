"""``plait desk in --dry-run``: a file is looked at without any node, within 80 columns, and nothing is changed."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.manufacturing.desk.inbox.desk import ROWS, changed, excel


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command in a folder and wait for it."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PLAIT_")} | {"COLUMNS": "80", "NO_COLOR": "1"}
    return subprocess.run([sys.executable, "-m", "plait", "desk", *arguments], capture_output=True, text=True, timeout=60, check=False, env=env, cwd=folder)


def test_dry_run_says_what_would_be_read(tmp_path: Path) -> None:
    """Tests that mapping, rows and doubts are shown within 80 columns, and that the folder is as it was."""
    (tmp_path / "orders.xlsx").write_bytes(excel(changed(1, 6, "soon"), above=[("Open orders of all customers",), ()]))
    done = run(tmp_path, "in", "orders.xlsx", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    for word in ("orders.xlsx: excel", "order_no", "Part no.", "2 rows can go in, 1 cannot", "G5", "soon", "Nothing was changed"):
        assert word in done.stdout, word
    assert [path.name for path in tmp_path.iterdir()] == ["orders.xlsx"]


def test_dry_run_as_json(tmp_path: Path) -> None:
    """Tests that all of it can be had as JSON: mapping with confidence, every row with places and issues."""
    (tmp_path / "a.xlsx").write_bytes(excel())
    (tmp_path / "b.csv").write_text("Auftrag;Artikel;Menge;Liefertermin\n1;SHAFT;1.200,5;01.04.2026\n", "utf-8")
    done = run(tmp_path, "in", "a.xlsx", "b.csv", "--dry-run", "--json", "--kind", "orders")
    assert done.returncode == 0, done.stderr
    excel_read, csv_read = json.loads(done.stdout)
    (table,) = excel_read["tables"]
    assert (len(table["rows"]), table["good"]) == (len(ROWS), len(ROWS))
    assert all(0 < column["confidence"] <= 1 for column in table["mapping"]["columns"] if column.get("field"))
    assert csv_read["tables"][0]["rows"][0]["values"]["quantity"] == "1200.5"
    assert csv_read["tables"][0]["rows"][0]["values"]["due"] == "2026-04-01"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Tests that each file that cannot be read is told with reason and advice, the others are shown, and the exit is 1."""
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "good.xlsx").write_bytes(excel())
    done = run(tmp_path, "in", "bad.xlsx", "empty.csv", "missing.csv", "good.xlsx", "--dry-run")
    assert done.returncode == 1
    assert done.stdout.count("  why: ") == 3
    assert "3 rows can go in" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_without_a_node(tmp_path: Path) -> None:
    """Tests that putting a file in needs a node, and that this is said; no file and an unknown kind are refused."""
    (tmp_path / "orders.xlsx").write_bytes(excel())
    for arguments, word in ((("in", "orders.xlsx"), "plait up"), (("in",), "No file"), (("in", "orders.xlsx", "--dry-run", "--kind", "dance"), "dance")):
        done = run(tmp_path, *arguments)
        assert done.returncode == 1
        assert word in done.stdout + done.stderr
