"""``plait desk invoice`` against a node."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import facturx

from tests.support.nodes import nodes
from tests.support.shop import furnish

SELLER = {"party": {"name": "Helix", "street": "Weg 1", "postcode": "70173", "city": "Stuttgart", "vat_id": "DE123456789"}, "terms": "30 days"}
WANTED = {
    "number": "2026/17",
    "issued": "2026-03-03",
    "due": "2026-04-02",
    "orders": [{"id": "SO-00001"}],
    "buyer": {"name": "Meridian", "postcode": "10115", "city": "Berlin"},
}


async def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the verb in a folder."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PLAIT_")} | {"COLUMNS": "80", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "plait", "desk", "invoice", *arguments, "--data", str(folder / "helix")]
    return await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=False, env=env, cwd=folder)


async def test_from_an_order_line_to_a_file(tmp_path: Path) -> None:
    """Tests that a dry run notes nothing, that the file holds the line, and that what is missing is said with exit 1."""
    async with nodes(tmp_path, "helix") as (helix,):
        await furnish(helix)
        line = {
            "customer": "Meridian",
            "order_no": "4711",
            "part_no": "SHAFT",
            "quantity": "3",
            "due": "2026-03-02",
            "price": {"amount": "10", "currency": "EUR"},
        }
        await helix.ok("POST", "/api/v1/desk/orders", line)
        (tmp_path / "invoice.json").write_text(json.dumps(WANTED), "utf-8")
        refused = await run(tmp_path, "invoice.json", "--dry-run")
        assert (refused.returncode, "PUT /api/v1/desk/invoices/seller" in refused.stderr) == (1, True)
        await helix.ok("PUT", "/api/v1/desk/invoices/seller", SELLER)
        shown = await run(tmp_path, "invoice.json", "--dry-run")
        assert "2026/17 to Meridian" in shown.stdout
        assert await helix.facts("invoice.handed_over") == []
        done = await run(tmp_path, "invoice.json", "--form", "cii")
        assert done.returncode == 0, done.stderr
        assert facturx.parse_ubl_cii_xml((tmp_path / "2026-17.xml").read_bytes())["BT-115"] == "35.70"
        assert len(await helix.facts("invoice.handed_over")) == 1
        missing = await run(tmp_path, "invoice.json")
        assert missing.returncode == 1
        assert "buyer_reference" in missing.stderr
