"""Requests answered by people: a proposal, one answer that counts, who was first; and answers to the same question side by side."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM, iso
from plait.kernel.problems import Problem
from plait.kernel.settings import Desk
from plait.manufacturing.capability.model import Capability
from tests.support.nodes import Running, nodes, settle
from tests.support.shop import WANTED, ask, furnish

BY_PERSON = {"helix": Desk(answers="person")}


async def person(node: Running, name: str) -> Actor:
    """Enter somebody who works here, and return who acts in their name."""
    entered = await node.ok("POST", "/api/v1/people", {"name": name, "role": "manager"})
    return Actor("person", entered["id"], node.party, frozenset({"manager"}))


async def requests(node: Running, query: str = "") -> list[dict[str, Any]]:
    """Return the requests of a list."""
    found: list[dict[str, Any]] = (await node.ok("GET", f"/api/v1/requests?{query}"))["rows"]
    return found


async def test_the_second_who_answers_is_told_who_was_first(tmp_path: Path) -> None:
    """Tests that a request waits for a person with a price and a date, that the first answer counts, and that the second changes nothing."""
    async with nodes(tmp_path, "helix", "meridian", desks=BY_PERSON) as (helix, meridian):
        await furnish(helix)
        sent = await ask(meridian, helix)
        await settle(helix, meridian)
        assert [row["state"] for row in await requests(helix, "side=received")] == ["ready"]
        assert await meridian.documents("Quotation") == []
        proposal = await helix.ok("GET", f"/api/v1/desk/requests/{sent['id']}/proposal")
        assert (proposal["part_id"], proposal["quantity"], proposal["waits"], proposal["reasons"]) == ("SHAFT", 20, [], [])
        mei, ada = await person(helix, "Mei"), await person(helix, "Ada")
        answers = helix.node.desk.desk.answers
        quotation = await answers.quote(mei, sent["id"])
        await settle(helix, meridian)
        facts = len(await helix.facts())
        for second in (answers.quote(ada, sent["id"]), answers.decline(ada, sent["id"], "no time"), answers.proposal(ada, sent["id"])):
            with pytest.raises(Problem) as refused:
                await second
            assert refused.value.code == "already-answered"
        assert len(await helix.facts()) == facts
        view = await helix.ok("GET", f"/api/v1/requests/{sent['id']}")
        assert (view["answered"]["by"], view["answered"]["kind"], view["row"]["state"]) == ("Mei", "quotation", "quoted")
        (got,) = await meridian.documents("Quotation")
        assert (got["id"], got["lines"][0]["price"]) == (quotation, proposal["cost"]["per_piece"])
        assert view["row"]["promised"] == got["lines"][0]["promised"]


async def test_a_person_declines_what_fits_or_not(tmp_path: Path) -> None:
    """Tests that what no part of ours fits says why and waits for a person's no, which the customer reads with its reason."""
    async with nodes(tmp_path, "helix", "meridian", desks=BY_PERSON) as (helix, meridian):
        await furnish(helix)
        sent = await ask(meridian, helix, material="brass")
        await settle(helix, meridian)
        (row,) = await requests(helix)
        assert (row["state"], row["side"]) == ("ready", "received")
        needs = [need for need in (await helix.ok("GET", "/api/v1/today"))["needs"] if need["kind"] == "request-waiting"]
        assert [(need["said"], need["link"]) for need in needs] == [("meridian asks for 20 x Shaft: your answer is awaited", f"/console/rfqs/{sent['id']}")]
        proposal = await helix.ok("GET", f"/api/v1/desk/requests/{sent['id']}/proposal")
        assert proposal["cost"] is None
        assert proposal["reasons"]
        refused = await helix.call("POST", f"/api/v1/desk/requests/{sent['id']}/quote")
        assert (refused.status_code, refused.json()["code"]) == (409, "request-not-ready")
        await helix.ok("POST", f"/api/v1/desk/requests/{sent['id']}/decline", {"reason": "we have no brass"})
        await settle(helix, meridian)
        (no,) = await meridian.documents("Decline")
        assert no["reason"] == "we have no brass"
        view = await meridian.ok("GET", f"/api/v1/requests/{sent['id']}")
        assert (view["row"]["state"], view["answered"]["kind"], view["answered"]["reason"]) == ("declined", "decline", "we have no brass")


async def test_answers_side_by_side(tmp_path: Path) -> None:
    """Tests that answers of several firms to the same question are compared, the cheapest marked, and that the chosen one is ordered."""
    async with nodes(tmp_path, "helix", "oakmill", "meridian") as (helix, oakmill, meridian):
        for seller in (helix, oakmill):
            await furnish(seller)
        part = await oakmill.ok("GET", "/api/v1/parts/SHAFT")
        await oakmill.ok("PUT", "/api/v1/parts/SHAFT", {**part, "markup": "0.5"})
        await settle(helix, oakmill, meridian)
        sent = await ask(meridian, helix)
        await settle(helix, oakmill, meridian)
        service, me = meridian.node.requests, meridian.node.house.me
        view = await service.request(me, sent["id"])
        trade = meridian.node.trade
        await trade.request(me, oakmill.party, view.request.lines, view.request.respond_by, origin=view.request.number)
        await settle(helix, oakmill, meridian)
        compared = (await meridian.ok("GET", f"/api/v1/requests/{sent['id']}"))["answers"]
        assert [(each["firm"], each["state"], each["cheapest"]) for each in compared] == [("helix", "open", True), ("oakmill", "open", False)]
        await meridian.ok("POST", "/api/v1/trade/orders", {"quotation_id": compared[0]["quotation"]})
        await settle(helix, oakmill, meridian)
        after = (await meridian.ok("GET", f"/api/v1/requests/{sent['id']}"))["answers"]
        assert [(each["firm"], each["state"], bool(each["order"])) for each in after] == [("helix", "ordered", True), ("oakmill", "open", False)]
        assert [row["side"] for row in await requests(meridian, "text=oakmill")] == ["sent"]
        assert (await helix.call("GET", "/api/v1/requests?after=x")).status_code == 422


async def test_a_demand_goes_to_everybody_who_fits(tmp_path: Path) -> None:
    """Tests that what we want is asked of every firm that fits and of nobody else, that those who do not fit say why, and nothing is nobody's."""
    async with nodes(tmp_path, "helix", "oakmill", "meridian") as (helix, oakmill, meridian):
        await furnish(helix)
        await settle(helix, oakmill, meridian)
        capabilities, me = meridian.node.capabilities, meridian.node.house.me
        await capabilities.remember(me, helix.party, "helix", [Capability("shafts", "turning", ("42CrMo4",))])
        body = {"name": "Shaft", "quantity": "20", "requirement": WANTED, "respond_by": iso(SYSTEM.now() + timedelta(days=1))}
        sent = await meridian.ok("POST", "/api/v1/desk/demands", body)
        assert (sent["number"], sent["asked"], [each["firm"] for each in sent["others"]]) == ("DM-00001", ["helix"], ["oakmill"])
        await settle(helix, oakmill, meridian)
        (row,) = await requests(meridian)
        assert (row["other"], row["state"], row["origin"]) == ("helix", "quoted", "DM-00001")
        nobody = await meridian.ok("POST", "/api/v1/desk/demands", body | {"requirement": {"process": "forging"}})
        assert nobody["asked"] == []
        assert len(await requests(meridian)) == 1
        refused = await meridian.call("POST", "/api/v1/desk/demands", body | {"quantity": "0"})
        assert refused.status_code == 422
