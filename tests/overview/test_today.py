"""What needs a person on a running node: the first start, orders, who sees what."""

from pathlib import Path
from typing import Any

from plait.overview.today.model import Need
from tests.support.nodes import Running, nodes
from tests.support.shop import furnish, shop_day


async def enter(helix: Running, order_no: str, days: int, **more: Any) -> dict[str, Any]:
    """Enter an order line that is due in so many days."""
    due = shop_day(days).isoformat()
    line = {"customer": "Oakmill", "order_no": order_no, "due": due, "quantity": "10", "part_id": "SHAFT", "name": "Shaft", **more}
    entered: dict[str, Any] = await helix.ok("POST", "/api/v1/desk/orders", line)
    return entered


async def token(helix: Running, role: str) -> str:
    """Make a token of a role."""
    return str((await helix.ok("POST", "/api/v1/tokens", {"role": role}))["token"])


def kinds(today: dict[str, Any]) -> list[str]:
    """The kinds of needs, each once, in order."""
    return list(dict.fromkeys(need["kind"] for need in today["needs"]))


async def test_first_start(tmp_path: Path) -> None:
    """Tests that an empty node asks for its first steps, that each is done by what there is, and that a skipped one waits without being asked for."""
    async with nodes(tmp_path, "helix") as (helix,):
        today = await helix.ok("GET", "/api/v1/today")
        assert [step["state"] for step in today["steps"]] == ["open"] * 8
        (first,) = [need for need in today["needs"] if need["kind"] == "first-start"]
        assert (first["said"], first["count"]) == ("Set up: Drop your list of open orders (8 steps are open)", 8)
        assert today["missing"] == []
        await furnish(helix)
        await helix.ok("POST", "/api/v1/people", {"name": "Ada", "role": "operator"})
        await enter(helix, "77", 40)
        steps = (await helix.ok("GET", "/api/v1/today"))["steps"]
        assert [step["id"] for step in steps if step["state"] == "open"] == ["machine", "partner", "phones"]
        await helix.ok("POST", "/api/v1/today/steps/machine/skip")
        await helix.ok("POST", "/api/v1/today/steps/machine/skip")
        await helix.ok("POST", "/api/v1/today/steps/phones/skip")
        steps = await helix.ok("DELETE", "/api/v1/today/steps/phones/skip")
        assert {step["id"]: step["state"] for step in steps if step["state"] != "done"} == {"machine": "skipped", "partner": "open", "phones": "open"}
        assert [fact.kind for fact in await helix.facts("overview.step_skipped", "overview.step_taken_up")] == [
            "overview.step_skipped",
            "overview.step_skipped",
            "overview.step_taken_up",
        ]
        refused = await helix.call("POST", "/api/v1/today/steps/rocket/skip")
        assert (refused.status_code, refused.json()["code"]) == (404, "no-such-step")


async def test_late_orders_and_figures(tmp_path: Path) -> None:
    """Tests that a late order comes first, with its reason, its page and the reader's language, and that the figures count what there is."""
    async with nodes(tmp_path, "helix") as (helix,):
        await furnish(helix)
        late = await enter(helix, "77", -3, price={"amount": "12.50", "currency": "EUR"})
        await enter(helix, "78", 40, price={"amount": "1", "currency": "EUR"})
        done = await enter(helix, "79", 40)
        await helix.ok("POST", f"/api/v1/desk/orders/{done['id']}/close", {"state": "done", "reason": "shipped"})
        today = await helix.ok("GET", "/api/v1/today")
        first = today["needs"][0]
        assert (first["kind"], first["severity"], first["link"]) == ("late-order", "now", f"/console/orders/{late['id']}")
        assert first["said"].startswith(f"{late['id']} for Oakmill: Late by")
        figures = {figure["id"]: figure for figure in today["figures"]}
        assert list(figures) == ["open-orders", "on-time", "machines", "order-value", "offers"]
        assert (figures["open-orders"]["value"], figures["open-orders"]["part"], figures["open-orders"]["before"]) == (2, 1, 0)
        assert (figures["order-value"]["value"], figures["order-value"]["unit"]) == (135.0, "EUR")
        assert (figures["on-time"]["value"], figures["on-time"]["whole"]) == (100.0, 1)
        assert figures["machines"]["value"] is None
        german = await helix.ok("GET", "/api/v1/today?language=de")
        assert german["needs"][0]["said"].startswith(f"{late['id']} für Oakmill: Um ")
        assert german["figures"][0]["said"] == "Offene Aufträge"


async def test_how_urgent_a_late_order_is(tmp_path: Path) -> None:
    """Tests that an order that will be late is urgent a week before it is due, when something can still be done, and comes soon before that."""
    async with nodes(tmp_path, "helix") as (helix,):
        await furnish(helix)
        near, far = await enter(helix, "77", 5, quantity="2000"), await enter(helix, "78", 20, quantity="9000")
        needs = (await helix.ok("GET", "/api/v1/today"))["needs"]
        assert [(need["subject"], need["severity"]) for need in needs if need["kind"] == "late-order"] == [(near["id"], "now"), (far["id"], "soon")]


async def test_orders_that_cannot_be_planned(tmp_path: Path) -> None:
    """Tests that lines that cannot be planned stand as one need, with the first of them and what is missing."""
    async with nodes(tmp_path, "helix") as (helix,):
        for order_no in ("77", "78"):
            await enter(helix, order_no, 40, part_id="", part_no="HUB", name="Hub")
        today = await helix.ok("GET", "/api/v1/today")
        (need,) = [each for each in today["needs"] if each["kind"] == "order-unplanned"]
        assert (need["count"], need["severity"]) == (2, "soon")
        assert need["said"].startswith("2 orders cannot be planned, such as SO-0000")


async def test_who_sees_what(tmp_path: Path) -> None:
    """Tests that each is told what it may read: a viewer no steps and no repairs, a token for machines no orders, and neither may skip a step."""
    async with nodes(tmp_path, "helix") as (helix,):
        await furnish(helix)
        await enter(helix, "77", -3)
        admin = await helix.ok("GET", "/api/v1/today")
        assert {"late-order", "repair", "first-start"} <= set(kinds(admin))
        viewer = await token(helix, "viewer")
        seen = await helix.ok("GET", "/api/v1/today", token=viewer)
        assert (kinds(seen), seen["steps"]) == (["late-order"], [])
        made = await helix.ok("POST", "/api/v1/tokens", {"role": "viewer", "scopes": ["overview.read", "machines.read"]})
        narrow = await helix.ok("GET", "/api/v1/today", token=made["token"])
        assert (kinds(narrow), [figure["id"] for figure in narrow["figures"]], narrow["missing"]) == ([], ["machines"], [])
        assert (await helix.call("POST", "/api/v1/today/steps/machine/skip", token=viewer)).status_code == 403


async def test_further_sources(tmp_path: Path) -> None:
    """Tests that another room's source is asked too, and that one that trips, or speaks nonsense, takes nothing else with it."""
    async with nodes(tmp_path, "helix") as (helix,):
        await furnish(helix)
        await enter(helix, "77", -3)
        service = helix.node.today.service

        async def broken(actor: Any) -> list[Need]:
            raise ValueError(actor)

        async def good(actor: Any) -> list[Need]:
            return [Need(id="y/1", kind="y", severity="note", text="{what} else", link="/console", count=7)]

        service.sources |= {"broken": broken, "good": good}
        today = await helix.ok("GET", "/api/v1/today")
        assert today["missing"] == ["broken"]
        assert today["counts"]["y"] == 7
        assert "late-order" in today["counts"]
        assert [need["said"] for need in today["needs"] if need["kind"] == "y"] == ["{what} else"]
