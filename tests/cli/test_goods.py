"""``plait trace``, ``recall``, ``passports``, ``label`` and ``observatory`` beside a running node, within 80 columns."""

import json
from pathlib import Path

from tests.cli.test_overview import plait
from tests.support.nodes import nodes

GTIN = "09521002000016"
PIECE = f"01/{GTIN}/21/A1"
LOT = "01/09521002000023/10/B7"
URI = "https://id.gs1.org/"
AT = {"eventTime": "2026-03-02T08:00:00Z", "eventTimeZoneOffset": "+00:00"}
MADE = {"type": "TransformationEvent", "bizStep": "commissioning", "inputQuantityList": [{"epcClass": URI + LOT}], "outputEPCList": [URI + PIECE], **AT}
DOCUMENT = {
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-03-02T08:00:00Z",
    "epcisBody": {"eventList": [MADE]},
}


async def test_goods(tmp_path: Path) -> None:
    """Tests what each verb says of a piece, its lot, its passport and its label, and what it writes to files."""
    async with nodes(tmp_path, "helix") as (helix,):
        await helix.ok("POST", "/epcis/capture", DOCUMENT)
        folder, file = helix.folder, tmp_path / "label.pdf"
        said = {
            ("passports", "put", GTIN, "name=Gear set", "material=20CrMnTi"): ("Version 1",),
            ("passports", "show", PIECE): ("Gear set", "material", "everybody", "on request"),
            ("passports",): (GTIN, "Gear set"),
            ("trace", PIECE): ("item A1", "began as lot B7 at helix"),
            ("recall", LOT): ("1 things contain it", PIECE, "here"),
            ("recall", LOT, "--csv", str(tmp_path / "recall.csv")): ("Written to",),
            ("label", PIECE, "--to", str(file)): ("reads back", f"(01){GTIN}(21)A1"),
            ("observatory",): ("0 firms report",),
        }
        for arguments, words in said.items():
            done = await plait(folder, *arguments)
            assert done.returncode == 0, done.stdout + done.stderr
            assert all(len(row) <= 80 for row in done.stdout.splitlines()), done.stdout
            text = " ".join(done.stdout.split())
            assert [word for word in words if word not in text] == [], done.stdout
        assert file.read_bytes().startswith(b"%PDF")
        assert URI + PIECE in (tmp_path / "recall.csv").read_text("utf-8-sig")
        assert json.loads((await plait(folder, "trace", PIECE, "--json")).stdout)["made"] == "helix"
        refused = await plait(folder, "label", PIECE, "--print", "1")
        assert refused.returncode == 1
        assert "There is no label printer" in refused.stderr
