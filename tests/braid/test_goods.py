"""Goods of a shop without GS1 keys: it works all the same, only no event tells of them."""

from tests.support.nodes import nodes, settle, until

ALWAYS = {"always": True}
PART = {
    "id": "PIN",
    "revision": "A",
    "name": "Pin",
    "process": "turning",
    "batch_size": 2,
    "routing": [
        {"seq": 10, "name": "Turn", "process": "turning", "group": "lathe", "cycle_min": 0.0001},
        {"seq": 20, "name": "Coat", "process": "coating", "supplier": "embercoat", "lead_days": 2},
        {"seq": 30, "name": "Check", "process": "measuring", "group": "lathe", "cycle_min": 0.0001},
    ],
    "materials": [{"part": "BAR", "name": "Bar", "quantity": "0.5", "unit": "KGM"}],
}


async def test_made_without_gtin_gln_or_prefix(tmp_path):
    """Tests that a run of a part without GTIN, coated by a supplier who is only a name, ends in stock, and nothing hangs."""
    async with nodes(tmp_path, "helix") as (helix,):
        await helix.ok("PUT", "/api/v1/work-centres/lathe-1", {"id": "lathe-1", "group": "lathe", "calendar": ALWAYS})
        await helix.ok("PUT", "/api/v1/parts/BAR", {"id": "BAR", "revision": "A", "name": "Bar", "unit": "KGM", "supply": "buy"})
        await helix.ok("PUT", "/api/v1/parts/PIN", PART)
        await helix.ok("POST", "/api/v1/stock", {"part_id": "BAR", "lot": "H1", "quantity": "5", "unit": "KGM"})
        made = await helix.ok("POST", "/api/v1/desk/work-orders", {"part_id": "PIN", "quantity": 2})
        path = f"/api/v1/line/runs/{made['run']}"

        async def outside():
            return any(job["state"] == "outside" for job in (await helix.ok("GET", path))["jobs"])

        await until(outside)
        await settle(helix)
        batch = f"{made['run']}-1"
        answer = await helix.call("POST", f"/api/v1/line/batches/{batch}/returned", {"quantity": 3})
        assert answer.json()["code"] == "invalid"
        await helix.ok("POST", f"/api/v1/line/batches/{batch}/returned", {"quantity": 2})

        async def in_stock():
            return [lot["lot"] for lot in await helix.ok("GET", "/api/v1/stock?part=PIN")]

        await until(in_stock)
        await settle(helix)
        assert await in_stock() == [batch]
        assert (await helix.ok("GET", path))["run"]["state"] == "finished"
        assert [row for row in helix.node.store.followers() if row.behind] == []
