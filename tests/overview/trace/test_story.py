"""The story of a thing across firms, and the picture made of it."""

import csv
import io
from pathlib import Path

import pytest

from plait.kernel import gs1
from plait.kernel.actor import ANONYMOUS
from plait.kernel.problems import Problem
from plait.manufacturing.part.model import Part
from plait.manufacturing.part.service import PartService
from plait.overview.trace.rules import MOST_BOXES, Become, Seen, article_of, number_of, picture
from plait.overview.trace.service import StoryService
from tests.circulation.house import Node, open_nodes
from tests.circulation.test_trace import gear_story


def stories(node: Node) -> StoryService:
    """Return the service on a firm's own events."""
    return StoryService(node.trace, node.store, node.epcis.guard)


async def test_a_gear_from_its_steel_to_its_customer(tmp_path: Path) -> None:
    """Tests that a piece's story names the steel it began as, its maker, its customer, and stands in columns of time."""
    async with open_nodes(tmp_path, 4) as nodes:
        names = await gear_story(nodes)
        story = await stories(nodes[1]).story(nodes[1].me, names["gear"])
        assert (story.kind, story.number, story.made, story.origin_count) == ("item", "1", "firm2", 1)
        assert [(each.number, each.firm) for each in story.origins] == [("H4711", "firm1")]
        assert [(move.way, move.firm) for move in story.moves] == [("out", "firm4")]
        ways = sorted((box.column, box.kind, box.firm) for box in story.boxes)
        firms = ["firm1", "firm1", "firm2", "firm3", "firm2", "firm4"]
        assert [firm for _, _, firm in ways] == firms
        assert [column for column, _, _ in ways] == list(range(6))
        assert [box.epc for box in story.boxes if box.asked] == [names["gear"]]
        assert len(story.lines) == 5
        assert all(line.lit for line in story.lines)
        assert story.hidden == []
        assert story.event_count == len(story.events) > 5


async def test_what_a_firm_does_not_show(tmp_path: Path) -> None:
    """Tests that a refusal is told with its reason and drawn as a dotted stretch before what came from there."""
    async with open_nodes(tmp_path, 4) as nodes:
        names = await gear_story(nodes)
        nodes[0].refuses.add(nodes[1].firm.party_id)
        story = await stories(nodes[1]).story(nodes[1].me, names["gear"])
        firm1 = nodes[0].firm
        found = [(each.firm, each.party, each.reason) for each in story.hidden if each.epc == names["blank"]]
        assert found == [("firm1", firm1.party_id, "firm1 has revoked the contract")]
        [dotted] = [box for box in story.boxes if box.kind == "hidden"]
        [line] = [line for line in story.lines if line.hidden]
        assert (dotted.firm, dotted.note, dotted.column) == ("firm1", "firm1 has revoked the contract", 0)
        assert line.source == dotted.id


async def test_recall_of_a_lot(tmp_path: Path) -> None:
    """Tests that a lot's story counts what contains it and where that is, and that the file lists all of it."""
    async with open_nodes(tmp_path, 4) as nodes:
        names = await gear_story(nodes)
        shop = nodes[1]
        story = await stories(shop).story(shop.me, names["blank"])
        assert (story.affected, story.here, story.delivered) == (2, 0, 2)
        assert [(move.way, move.firm) for move in story.moves] == [("in", "firm1")]
        assert {box.firm for box in story.boxes if box.kind == "firm"} >= {"firm4"}
        assert [box.firm for box in story.boxes if box.epc == names["hard"]] == ["firm3"]
        file = await stories(shop).recall_file(shop.me, names["blank"])
        rows = list(csv.reader(io.StringIO(file.removeprefix("\ufeff"))))
        assert rows[0][0] == "identifier"
        assert [(row[0], row[4], row[5]) for row in rows[1:]] == [(gs1.sgtin(article_of(names["gear"]), serial), "delivered", "firm4") for serial in ("1", "2")]


async def test_lately(tmp_path: Path) -> None:
    """Tests that what was made or received lately is listed once, the latest first, and as many as asked for."""
    async with open_nodes(tmp_path, 4) as nodes:
        names = await gear_story(nodes)
        made = await stories(nodes[1]).recent(nodes[1].me)
        assert len({each.epc for each in made}) == len(made)
        assert [each.at for each in made] == sorted((each.at for each in made), reverse=True)
        assert {names["gear"], names["blank"], names["semi"]} <= {each.epc for each in made}
        assert len(await stories(nodes[1]).recent(nodes[1].me, 2)) == 2


async def test_for_our_own_people_alone(tmp_path: Path) -> None:
    """Tests that neither strangers nor partners under a contract are told stories, and that an unknown thing is not found."""
    async with open_nodes(tmp_path, 2) as nodes:
        service = stories(nodes[0])
        partner = nodes[0].contract(nodes[1].firm.party_id)
        epc = gs1.sgtin("09521001000017", "1")
        for who, code in ((ANONYMOUS, "forbidden"), (partner, "not-found"), (nodes[0].me, "not-found")):
            with pytest.raises(Problem) as caught:
                await service.story(who, epc)
            assert caught.value.code == code
        for ask in (service.recent(partner), service.recall_file(partner, epc)):
            with pytest.raises(Problem):
                await ask


def piece(number: int, article: str = "09521001000017") -> str:
    """Return a piece's identifier."""
    return gs1.sgtin(article, f"S{number}")


def test_thousands_fold_into_a_picture_that_fits() -> None:
    """Tests that 5,000 pieces of one lot become few boxes that count them all, the asked thing alone, joined as they became."""
    lot = gs1.lgtin("09521001000024", "L1")
    pieces = [piece(number) for number in range(5000)]
    seen = [Seen(lot, 0, "we", True), *(Seen(epc, 1, "we", False) for epc in pieces)]
    boxes, lines = picture(lot, seen, [Become((lot,), tuple(pieces))], {}, {epc: {"them": "them"} for epc in pieces}, lambda _: "gear")
    assert [(box.kind, box.count) for box in boxes] == [("lot", 1), ("item", 5000), ("firm", 1)]
    assert [(line.source, line.target) for line in lines] == [("b0", "b1"), ("b1", "f0")]
    many = [Seen(lot, 0, "we", True), *(Seen(piece(n, gs1.gtin14(f"{n:07}{gs1.check_digit(f'{n:07}')}")), 1, f"firm{n}", False) for n in range(300))]
    boxes, _ = picture(lot, many, [], {}, {}, lambda _: "")
    assert len(boxes) <= MOST_BOXES
    assert sum(box.count for box in boxes) == 301


def test_a_piece_stands_behind_its_lot() -> None:
    """Tests that a piece and the lot it belongs to, of one step, stand in two columns and are joined."""
    lot, one = gs1.lgtin("09521001000017", "L1"), piece(1)
    boxes, lines = picture(one, [Seen(one, 0, "we", True), Seen(lot, 0, "we", True)], [], {one: lot}, {}, lambda _: "")
    columns = {box.kind: box.column for box in boxes}
    assert (columns, len(lines)) == ({"lot": 0, "item": 1}, 1)


def test_names_of_things() -> None:
    """Tests what people call a thing: serial, lot, or the number itself."""
    assert [number_of(epc) for epc in (piece(7), gs1.lgtin("09521001000017", "L/1"), gs1.gtin("09521001000017"), "urn:x:1", "https://id.gs1.org/01/1")] == [
        "S7", "L/1", "09521001000017", "urn:x:1", "https://id.gs1.org/01/1",
    ]  # fmt: skip


async def test_what_an_article_is_called(tmp_path: Path) -> None:
    """Tests that a thing bears the name of our part with its GTIN, and that others have none."""
    async with open_nodes(tmp_path, 1) as [node]:
        parts = PartService(node.store, node.epcis.guard, node.store.clock)
        await parts.put(node.me, Part("G", "A", "Gear set", gtin="09521001000017", supply="buy"))
        service = stories(node)
        assert await service.name(node.me, gs1.sgtin("09521001000017", "7")) == "Gear set"
        assert await service.name(node.me, gs1.gtin("09521001000024")) == ""
