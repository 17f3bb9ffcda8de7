"""Tests of deliveries as people see them: why a partner is not reached, try again, give up, and that one dead partner slows nobody."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from plait.kernel.clock import SYSTEM
from plait.store import Letter
from tests.support.nodes import Running, nodes, settle, until


async def post(node: Running, to: str, *keys: str, path: str = "/api/v1/directory/cards") -> None:
    """Post letters, with keys of this test; an empty pack of cards is a letter that changes nothing."""
    await node.node.store.write(node.node.house.me, lambda tx: [tx.post(to, path, b'{"cards":[]}', key=key) for key in keys] and None)


async def lines(node: Running) -> dict[str, Any]:
    """Return how partners are reached, by name."""
    return {each["name"]: each for each in await node.ok("GET", "/api/v1/deliveries/partners")}


async def states(node: Running, to: str, count: int = 1) -> list[str]:
    """Return where the latest ``count`` letters to a partner stand."""
    return [each["state"] for each in await node.ok("GET", f"/api/v1/deliveries?party={to}&limit={count}")]


async def test_a_partner_who_is_away(tmp_path: Path) -> None:
    """Tests that the line opens and says why, that no letter tries meanwhile, that others are served at once, and that "try again" goes at once."""
    async with nodes(tmp_path, "riverport", "helix", "meridian") as (riverport, helix, meridian):
        away, port = helix.party, helix.settings.http.port
        await helix.stop()
        await post(riverport, away, "1", "2")

        async def opened() -> Any:
            line = (await lines(riverport)).get("helix")
            return line if line and line["line"] == "open" and line["next"] else None

        line = await until(opened)
        assert (line["party"], line["waiting"], line["refused"]) == (away, 2, 0)
        assert str(port) in line["url"]
        assert line["why"]
        first = (await riverport.ok("GET", f"/api/v1/deliveries?party={away}&limit=2"))[-1]
        assert (first["name"], first["state"], first["status"]) == ("helix", "waiting", 0)
        await post(riverport, meridian.party, "3")

        async def served() -> Any:
            return await states(riverport, meridian.party) == ["delivered"]

        await until(served)
        riverport.node.client.breakers._origins[f"http://127.0.0.1:{port}"].until += 3600
        await helix.start()
        await riverport.ok("POST", f"/api/v1/deliveries/partners/{away}/retry")

        async def arrived() -> Any:
            return await states(riverport, away, 2) == ["delivered", "delivered"]

        await until(arrived)
        assert await lines(riverport) == {}


async def test_refused_tried_again_given_up(tmp_path: Path) -> None:
    """Tests that a refused letter is shown with the partner's reason, can be tried again and given up, and that both leave facts of who did it."""
    async with nodes(tmp_path, "riverport", "helix") as (riverport, helix):
        await post(riverport, helix.party, "1", path="/api/v1/nowhere")
        await settle(riverport, helix)
        (dead,) = await riverport.ok("GET", "/api/v1/deliveries?state=refused")
        assert dead["status"] == 404
        assert (await lines(riverport))["helix"]["refused"] == 1
        again = await riverport.ok("POST", f"/api/v1/deliveries/{dead['id']}/retry")
        assert again["state"] == "waiting"
        await settle(riverport, helix)
        assert await states(riverport, helix.party) == ["refused"]
        given = await riverport.ok("POST", f"/api/v1/deliveries/{dead['id']}/give-up?reason=an%20old%20address")
        assert given["state"] == "given-up"
        (retried,), (up,) = await riverport.bodies("store.letter_retried"), await riverport.bodies("store.letter_given_up")
        assert (retried.letter, up.letter, up.party, up.reason) == (dead["id"], dead["id"], helix.party, "an old address")
        assert all(fact.actor.startswith("person:") for fact in await riverport.facts("store.letter_retried", "store.letter_given_up"))
        assert await lines(riverport) == {}


@pytest.mark.parametrize("id", ["0", "999", "x", "-1", "9" * 30])
async def test_no_such_letter(tmp_path: Path, id: str) -> None:
    """Tests that a letter that is not there is refused, by number or by nonsense."""
    async with nodes(tmp_path, "riverport") as (riverport,):
        assert (await riverport.call("POST", f"/api/v1/deliveries/{id}/retry")).status_code == 404
        assert (await riverport.call("POST", f"/api/v1/deliveries/{id}/give-up")).status_code == 404


async def test_one_that_hangs_slows_nobody(tmp_path: Path) -> None:
    """Tests that a partner that takes connections and never answers holds up its own letters alone."""
    async with nodes(tmp_path, "riverport", "helix", "meridian") as (riverport, helix, meridian):
        party, port = helix.party, helix.settings.http.port
        await helix.stop()
        taken: list[Any] = []

        async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            taken.append(writer)
            await reader.read()

        tarpit = await asyncio.start_server(swallow, "127.0.0.1", port)
        riverport.node.client.total_s = 0.3
        try:
            await post(riverport, party, *(str(n) for n in range(20)))
            await until(lambda: asyncio.sleep(0.01, bool(taken)))
            began = SYSTEM.monotonic()
            await post(riverport, meridian.party, "other")

            async def served() -> Any:
                return await states(riverport, meridian.party) == ["delivered"]

            await until(served)
            assert SYSTEM.monotonic() - began < 20

            async def opened() -> Any:
                return (await lines(riverport))["helix"]["line"] in {"open", "trying"}

            await until(opened)
            assert len(taken) < 20
        finally:
            for writer in taken:
                writer.close()
            tarpit.close()
            await tarpit.wait_closed()
        rows: list[Letter] = await riverport.node.store.outbox.rows(party)
        assert {row.state for row in rows if row.key.isdigit()} == {"waiting"}
