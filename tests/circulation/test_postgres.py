"""The event store on PostgreSQL."""

from pathlib import Path

from plait.circulation.epcis.loss import compare
from tests.circulation.house import open_nodes
from tests.circulation.test_capture import QUERIES, five, ids, told
from tests.circulation.test_trace import gear_story
from tests.support.postgres import new_database, server


async def test_events_on_postgresql(tmp_path: Path) -> None:
    """Tests that queries, pages, contracts' views and recalls are the same on PostgreSQL."""
    with server() as url:
        async with open_nodes(tmp_path, 1, lambda firm: new_database(url, f"queries_{firm.name}")) as [node]:
            await five(node)
            for query, expected in QUERIES:
                assert await ids(node, **query) == [f"urn:x:{number}" for number in expected], query
            assert len(await told(node)) == 5
            with node.store.look() as facts, node.epcis.events_db.look() as events:
                assert compare(facts, events)[1] == []
            await node.epcis.events_db.write(lambda conn: conn.exec_driver_sql("UPDATE ev SET doc = 'x' WHERE id = 1") and None)
            with node.store.look() as facts, node.epcis.events_db.look() as events:
                assert [said.endswith("was changed") for said in compare(facts, events)[1]] == [True]
        (tmp_path / "story").mkdir()
        async with open_nodes(tmp_path / "story", 4, lambda firm: new_database(url, f"story_{firm.name}")) as nodes:
            names = await gear_story(nodes)
            _, shop, _, maker = nodes
            recall = await maker.trace.recall(maker.me, names["heat"])
            assert [item.epc for item in recall.items] == names["boxes"].split("|")[:2]
            assert len(await ids(shop, shop.contract(maker.firm.party_id), MATCH_anyEPC=names["gear"])) == 2
