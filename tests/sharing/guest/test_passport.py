"""A passport by a link: what its tier opens and no more, receipt, reports and documents."""

import json

from tests.sharing.guest.node import code_of, link, page, send
from tests.support.nodes import nodes, settle
from tests.support.shop import furnish

GTIN = "09521002000016"
PIECE = f"01/{GTIN}/21/A1"
BAR = "https://id.gs1.org/01/09521002000023/10/HEAT-7"
AT = "2026-03-02T0{}:00:00Z"
MADE = {
    "type": "TransformationEvent",
    "eventTime": AT.format(8),
    "eventTimeZoneOffset": "+00:00",
    "bizStep": "commissioning",
    "inputEPCList": [BAR + "/21/9"],
    "outputEPCList": [f"https://id.gs1.org/{PIECE}"],
}
SENT = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "eventTime": AT.format(9),
    "eventTimeZoneOffset": "+00:00",
    "bizStep": "shipping",
    "epcList": [f"https://id.gs1.org/{PIECE}"],
}


async def made(node):
    """Furnish a node and let it make and send a piece."""
    await furnish(node)
    await settle(node)
    for event in (MADE, SENT):
        await node.ok("POST", "/epcis/events", event)
    await settle(node)


async def test_a_tier_opens_what_it_says(tmp_path):
    """Tests that a public link shows what everybody may see, one for a legitimate interest the material and the whole history too, page and data alike."""
    async with nodes(tmp_path, "helix") as (node,):
        await made(node)
        seen = {}
        for tier in ("public", "interest"):
            path = code_of(await link(node, "passport", PIECE, tier=tier))
            text = (await page(node, path)).text
            data = json.loads((await page(node, f"{path}/files/1")).content)
            seen[tier] = ("Sent out" in text, "HEAT-7" in text or "09521002000023" in text, {each["elementId"] for each in data["elements"]})
            assert "Shaft 42CrMo4" in text
            assert (await page(node, f"{path}/files/2")).status_code == 409
        assert seen["public"][:2] == (False, False)
        assert seen["interest"][:2] == (True, True)
        assert seen["interest"][2] - seen["public"][2] == {"materials", "history"}


async def test_receipt_reports_and_documents(tmp_path):
    """Tests that receipt is confirmed once over all links of a piece, that who is second reads who was first, and that what is sent lies in the inbox."""
    async with nodes(tmp_path, "helix") as (node,):
        await made(node)
        paths = [code_of(await link(node, "passport", PIECE, name=name)) for name in ("Meridian", "Riverport")]
        shown = (await page(node, paths[1])).text
        assert (await send(node, paths[0], "received", note="all well")).status_code == 200
        late = await send(node, paths[1], "received", shown=shown)
        assert late.status_code == 409
        assert "Receipt was confirmed by Meridian on" in late.text
        assert (await send(node, paths[1], "upload", text="Test report")).status_code == 422
        assert (await send(node, paths[1], "upload", [("report.pdf", b"%PDF-1.4 no page")], text="Test report")).status_code == 200
        assert (await send(node, paths[1], "problem", text="scratched")).status_code == 200
        await settle(node)
        names = {each["name"] for each in await node.ok("GET", "/api/v1/desk/inbox")}
        assert "report.pdf" in names
        assert [each.act for each in await node.bodies("guest.acted")] == ["received", "upload", "problem"]


async def test_only_what_has_a_passport(tmp_path):
    """Tests that no link is made for a key that is none, for another's article, or for a piece that never was."""
    async with nodes(tmp_path, "helix") as (node,):
        await made(node)
        for key, status in (("x", 404), ("01/09521002000017", 422), ("01/09521002000030", 404), (f"01/{GTIN}/21/NONE", 404), (f"01/{GTIN}", 201)):
            answer = await node.call("POST", "/api/v1/guest/links", {"kind": "passport", "id": key, "name": "x"})
            assert answer.status_code == status, (key, answer.text)
