"""Traces across firms."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from plait.kernel import gs1
from plait.kernel.actor import ANONYMOUS, Actor
from plait.kernel.firm import Firm
from plait.kernel.problems import Problem
from tests.circulation.house import Node, event, make_firm, open_nodes, parties
from tests.support import START

CARRIER = make_firm(9)


def gtin(node: Node, article: int) -> str:
    code = f"0{node.firm.gcp}{article:05}"
    return code + gs1.check_digit(code)


def lots(*keys: str) -> list[dict[str, Any]]:
    return [{"epcClass": key, "quantity": 1} for key in keys]


class Story:
    """Writes events into the firms' stores, one minute apart."""

    def __init__(self) -> None:
        self.minute = 0
        self.events: dict[str, list[dict[str, Any]]] = {}

    async def capture(self, node: Node, kind: str, step: str, **fields: Any) -> None:
        """Note an event."""
        self.minute += 1
        self.events.setdefault(node.firm.party_id, []).append(event(kind, START + timedelta(minutes=self.minute), step, **fields))

    async def end(self, nodes: list[Node]) -> None:
        """Capture everything noted."""
        for node in nodes:
            await node.epcis.capture_events(node.me, self.events.get(node.firm.party_id, []))

    async def make(self, node: Node, inputs: list[str], outputs: list[str]) -> None:
        """Turn inputs into outputs."""
        pieces, bulk = [key for key in outputs if "/21/" in key], [key for key in outputs if "/21/" not in key]
        from_pieces, from_bulk = [key for key in inputs if "/21/" in key], [key for key in inputs if "/21/" not in key]
        listed = {"inputEPCList": from_pieces, "inputQuantityList": lots(*from_bulk), "outputEPCList": pieces, "outputQuantityList": lots(*bulk)}
        await self.capture(node, "TransformationEvent", "commissioning", **{name: value for name, value in listed.items() if value})

    async def send(self, node: Node, to: Node, keys: list[str], pallet: str = "", carrier: Firm | None = None) -> None:
        """Pack if on a pallet, ship, receive, unpack."""
        pieces, bulk = [key for key in keys if "/21/" in key], [key for key in keys if "/21/" not in key]
        if pallet:
            await self.capture(node, "AggregationEvent", "packing", action="ADD", parentID=pallet, childEPCs=pieces, childQuantityList=lots(*bulk))
        things = {"epcList": [pallet] if pallet else pieces, "quantityList": [] if pallet else lots(*bulk)}
        await self.capture(node, "ObjectEvent", "shipping", action="OBSERVE", **things, **parties(node.firm, to.firm, None, carrier))
        await self.capture(to, "ObjectEvent", "receiving", action="OBSERVE", **things, **parties(node.firm, to.firm, carrier))
        if pallet:
            await self.capture(to, "AggregationEvent", "unpacking", action="DELETE", parentID=pallet, childEPCs=pieces, childQuantityList=lots(*bulk))


async def gear_story(nodes: list[Node]) -> dict[str, str]:
    """Forge, gear shop, heat treatment as a service and back, gearbox maker; returns the identities."""
    forge, shop, furnace, maker = nodes
    tell = Story()
    heat, other_heat = gs1.lgtin(gtin(forge, 1), "H4711"), gs1.lgtin(gtin(forge, 1), "H9999")
    blank, other_blank = gs1.lgtin(gtin(forge, 2), "F-1"), gs1.lgtin(gtin(forge, 2), "F-2")
    semi, other_semi = gs1.lgtin(gtin(shop, 1), "B-1"), gs1.lgtin(gtin(shop, 1), "B-2")
    hard, other_hard = gs1.lgtin(gtin(furnace, 1), "C-1"), gs1.lgtin(gtin(furnace, 1), "C-2")
    gears = [gs1.sgtin(gtin(shop, 2), serial) for serial in ("1", "2", "3")]
    boxes = [gs1.sgtin(gtin(maker, 1), serial) for serial in ("1", "2", "3")]
    await tell.make(forge, [heat], [blank])
    await tell.make(forge, [other_heat], [other_blank])
    await tell.send(forge, shop, [blank, other_blank])
    await tell.make(shop, [blank], [semi])
    await tell.make(shop, [other_blank], [other_semi])
    await tell.send(shop, furnace, [semi, other_semi])
    await tell.make(furnace, [semi], [hard])
    await tell.make(furnace, [other_semi], [other_hard])
    await tell.send(furnace, shop, [hard, other_hard])
    await tell.make(shop, [hard], gears[:2])
    await tell.make(shop, [other_hard], gears[2:])
    await tell.send(shop, maker, gears, "https://id.gs1.org/00/195210010000000014", CARRIER)
    for gear, box in zip(gears, boxes, strict=True):
        await tell.make(maker, [gear], [box])
    await tell.end(nodes)
    return {"heat": heat, "blank": blank, "semi": semi, "hard": hard, "gear": gears[0], "third": gears[2], "box": boxes[0], "boxes": "|".join(boxes)}


async def test_up_through_four_firms(tmp_path: Path) -> None:
    """Tests that a gearbox leads to the heat of its steel, also through a service on goods that came back, with agreements named."""
    async with open_nodes(tmp_path, 4) as nodes:
        names = await gear_story(nodes)
        graph = await nodes[3].trace.up(nodes[3].me, names["box"])
        assert {item.epc: item.depth for item in graph.items} == {
            names["box"]: 0, names["gear"]: 1, names["hard"]: 2, names["semi"]: 3, names["blank"]: 4, names["heat"]: 5,
        }  # fmt: skip
        assert {item.epc: item.firm for item in graph.items} == {
            names["box"]: "firm4", names["gear"]: "firm2", names["hard"]: "firm3", names["semi"]: "firm2", names["blank"]: "firm1", names["heat"]: "firm1",
        }  # fmt: skip
        assert (graph.depth, graph.firms, graph.gaps, graph.open) == (5, ["firm1", "firm2", "firm3", "firm4"], [], [])
        assert all(bool(told.agreement) == (told.firm != "firm4") for told in graph.events)
        assert [told.biz_step for told in graph.events if told.firm == "firm2" and "00/1952" in "".join(told.outputs)] == ["packing", "shipping"]
        mentioned = {epc for told in graph.events if told.firm != "firm4" for epc in (*told.inputs, *told.outputs)}
        assert names["third"] not in mentioned


async def test_a_refusal_is_a_gap(tmp_path: Path) -> None:
    """Tests that a partner's refusal ends the trace there with its reason, and nothing else is lost."""
    async with open_nodes(tmp_path, 4) as nodes:
        names = await gear_story(nodes)
        nodes[0].refuses.add(nodes[1].firm.party_id)
        graph = await nodes[3].trace.up(nodes[3].me, names["box"])
        assert [(gap.epc, gap.firm, gap.reason) for gap in graph.gaps] == [(names["blank"], "firm1", "firm1 has revoked the contract")]
        assert {item.epc for item in graph.items} == {names[key] for key in ("box", "gear", "hard", "semi", "blank")}


async def test_who_may_ask(tmp_path: Path) -> None:
    """Tests that a partner gets an answer only for what was delivered to it; who has no contract gets none."""
    async with open_nodes(tmp_path, 4) as nodes:
        names = await gear_story(nodes)
        forge, shop, furnace, maker = nodes
        assert (await shop.trace.up(shop.contract(maker.firm.party_id), names["gear"])).items
        refused = [
            (shop, shop.contract(furnace.firm.party_id), names["gear"]),
            (shop, shop.contract(maker.firm.party_id), names["blank"]),
            (shop, shop.contract(maker.firm.party_id), "https://id.gs1.org/01/09521001000017/21/unknown"),
            (shop, Actor("contract", "x", maker.firm.party_id, agreement="a", dataset="aggregates"), names["gear"]),
            (forge, Actor("partner", "x", shop.firm.party_id), names["blank"]),
            (forge, ANONYMOUS, names["blank"]),
        ]
        for node, actor, epc in refused:
            with pytest.raises(Problem) as refusal:
                await node.trace.up(actor, epc)
            assert refusal.value.code == "forbidden"
        for actor in (maker.contract(shop.firm.party_id), ANONYMOUS):
            with pytest.raises(Problem) as refusal:
                await maker.trace.recall(actor, names["heat"])
            assert refusal.value.code == "forbidden"
        with pytest.raises(Problem) as refusal:
            await shop.trace.contains(shop.me, names["heat"])
        assert refusal.value.code == "forbidden"
        with pytest.raises(Problem) as refusal:
            await maker.trace.up(maker.me, "https://id.gs1.org/01/09521001000017/21/unknown")
        assert refusal.value.code == "not-found"
        with pytest.raises(Problem) as refusal:
            await maker.trace.up(maker.me, names["box"], [str(number) for number in range(17)])
        assert refusal.value.code == "trace-too-long"


async def test_recall(tmp_path: Path) -> None:
    """Tests that from the heat every gearbox with it is found and no other, through the service and back; at the shop with its customer."""
    async with open_nodes(tmp_path, 4) as nodes:
        names = await gear_story(nodes)
        _, shop, _, maker = nodes
        recall = await maker.trace.recall(maker.me, names["heat"])
        assert [(item.epc, item.depth, item.state) for item in recall.items] == [(box, 5, "here") for box in names["boxes"].split("|")[:2]]
        assert recall.gaps == []
        at_shop = await shop.trace.recall(shop.me, names["heat"])
        assert [(item.epc, item.delivered_to) for item in at_shop.items] == [(names["gear"], ["firm4"]), (names["gear"][:-1] + "2", ["firm4"])]
        answer = await shop.trace.contains(shop.contract(maker.firm.party_id), f"{names['heat']}|{names['blank']}", [maker.firm.party_id])
        assert {(item.of, item.epc, item.depth) for item in answer.items} == {
            (names[of], names["gear"][:-1] + serial, depth) for of, depth in (("heat", 4), ("blank", 3)) for serial in "12"
        }


async def test_what_went_round_is_recalled(tmp_path: Path) -> None:
    """Tests that a recall finds what left a firm for one partner and came back inside another's goods, also the second time; a refusal on the way is a gap."""
    async with open_nodes(tmp_path, 3) as nodes:
        forge, shop, trader = nodes
        tell = Story()
        heat, blank, gear = gs1.lgtin(gtin(forge, 1), "H1"), gs1.lgtin(gtin(forge, 2), "F1"), gs1.sgtin(gtin(shop, 1), "1")
        press, wheel = gs1.sgtin(gtin(forge, 3), "1"), gs1.sgtin(gtin(shop, 2), "1")
        await tell.make(forge, [heat], [blank])
        for sent, made in ((blank, gear), (press, wheel)):
            await tell.send(forge, trader, [sent])
            await tell.send(trader, shop, [sent])
            await tell.make(shop, [sent], [made])
            await tell.send(shop, forge, [made])
            if made == gear:
                await tell.make(forge, [gear], [press])
        await tell.end(nodes)
        recall = await forge.trace.recall(forge.me, heat)
        assert ({item.epc for item in recall.items if item.state == "here"}, recall.gaps) == ({wheel}, [])
        assert [item.depth for item in recall.items if item.epc == wheel] == [4]
        forge.refuses.add(trader.firm.party_id)
        recall = await forge.trace.recall(forge.me, heat)
        assert {item.epc for item in recall.items if item.state == "here"} == set()
        assert [(gap.epc, gap.firm, gap.reason) for gap in recall.gaps] == [(heat, "firm1", "firm1 has revoked the contract")]


async def test_nobody_is_asked_in_a_circle(tmp_path: Path) -> None:
    """Tests that a partner leaves open what came from somebody among those asking."""
    async with open_nodes(tmp_path, 4) as nodes:
        names = await gear_story(nodes)
        _, shop, furnace, maker = nodes
        graph = await furnace.trace.up(furnace.contract(shop.firm.party_id), names["hard"], [maker.firm.party_id, shop.firm.party_id])
        assert [(end.epc, end.party, end.depth) for end in graph.open] == [(names["semi"], shop.firm.party_id, 1)]
        assert {item.epc for item in graph.items} == {names["hard"], names["semi"]}


Steps = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2**16)), min_size=2, max_size=14)


@given(steps=Steps, seed=st.integers(0, 2**16))
@example(steps=[(0, 0), (0, 20561), (2, 113), (1, 1), (1, 65)], seed=0)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_chains(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int]], seed: int) -> None:
    """Tests that over random making and sending among three firms every item's trace is exactly its planted ancestry, and back."""
    import asyncio

    asyncio.run(_random_chain(tmp_path_factory.mktemp("chain"), steps, seed))


async def _random_chain(folder: Path, steps: list[tuple[int, int]], seed: int) -> None:
    chance = random.Random(seed)
    async with open_nodes(folder, 3) as nodes:
        tell, ancestors, homes, stock = Story(), {}, {}, {0: [], 1: [], 2: []}
        for number, (who, what) in enumerate(steps):
            node, mine = nodes[who], stock[who]
            if what % 3 == 2 and mine:
                to, gone = (who + 1 + what % 2) % 3, chance.sample(mine, chance.randint(1, min(3, len(mine))))
                pallet = f"1952100{who}{number:09}" if what % 4 < 2 else ""
                await tell.send(node, nodes[to], gone, pallet and "https://id.gs1.org/00/" + pallet + gs1.check_digit(pallet))
                stock[who] = [key for key in mine if key not in gone]
                stock[to] += gone
                homes.update(dict.fromkeys(gone, to))
                continue
            used = chance.sample(mine, chance.randint(1, min(3, len(mine)))) if mine else [gs1.lgtin(gtin(node, 9), f"RAW{number}")]
            code = gtin(node, 1 + what % 4)
            outputs = [gs1.sgtin(code, f"{number}-{each}") for each in range(1 + what % 2)] if what % 5 else [gs1.lgtin(code, f"{number}")]
            await tell.make(node, used, outputs)
            if what % 7:
                stock[who] = [key for key in mine if key not in used or "/10/" in key]
            for key in outputs:
                ancestors[key] = {each for one in used for each in (one, *ancestors.get(one, ()))}
                homes[key] = who
            stock[who] += outputs
        await tell.end(nodes)
        for key, planted in ancestors.items():
            node = nodes[homes[key]]
            graph = await node.trace.up(node.me, key)
            assert ({item.epc for item in graph.items}, graph.gaps, graph.open) == ({key, *planted}, [], [])
        await _recalls(nodes, ancestors, stock)


async def _recalls(nodes: list[Node], ancestors: dict[str, set[str]], stock: dict[int, list[str]]) -> None:
    """Check for each raw material that a recall at each firm finds what of its stock contains it."""
    raws = {one for planted in ancestors.values() for one in planted if "RAW" in one}
    for raw in raws:
        for who, node in enumerate(nodes):
            found = {item.epc for item in (await node.trace.recall(node.me, raw)).items if item.state == "here"}
            planted = {key for key in stock[who] if raw in ancestors[key] and "/21/" in key}
            used = {each for planted_in in ancestors.values() for each in planted_in}
            assert planted - used <= found
            assert not {key for key in found if raw not in ancestors.get(key, ())}
