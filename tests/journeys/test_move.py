"""A node goes to another computer with another address: its partners follow, and a stranger at the old address gets nothing."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from plait.kernel.clock import SYSTEM
from plait.kernel.os import free_port
from plait.kernel.settings import Firm, Http, Network, Settings
from plait.sharing.directory.model import card_of
from plait.upkeep.backup.restore import restore
from tests.support.nodes import Running, nodes, settle, until

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

HELLO = "/api/v1/trace/up?epc=https://id.gs1.org/01/09521002000016/21/A1"


async def share(provider: Running, consumer: Running) -> str:
    """Offer traceability to one named partner, who negotiates for it; return the agreement."""
    policy = {"membership": True, "partners": [consumer.node.identity.firm().did]}
    await provider.ok("POST", "/api/v1/sharing/datasets", {"id": "trace", "kind": "traceability", "title": "trace", "policy": policy})
    await consumer.ok("POST", "/api/v1/sharing/agreements", {"party": provider.party, "dataset": "trace"})

    async def made() -> Any:
        return [each for each in await consumer.ok("GET", "/api/v1/sharing/agreements") if each["state"] == "active" and each["provider"] == provider.party]

    (agreement,) = await until(made)
    return str(agreement["id"])


async def fetched(consumer: Running, provider: Running) -> int:
    """Fetch under contract; return the status."""
    body = {"party": provider.party, "dataset": "trace", "path": "/epcis/eventTypes"}
    return (await consumer.call("POST", "/api/v1/sharing/fetch", body)).status_code


async def leave_for(old: Running, folder: Path) -> Running:
    """Back the node up, stop it, restore it elsewhere on another port, start it there."""
    target = folder / f"stick-{old.name}"
    target.mkdir()
    await old.ok("POST", "/api/v1/backups", {"to": str(target), "plain": True})

    async def done() -> Any:
        seen = await old.ok("GET", "/api/v1/backups/progress")
        assert not (seen["last"] or {}).get("error"), seen
        return seen["last"]

    await until(done)
    await old.stop()
    (file,) = target.iterdir()
    new = Running(old.name, folder / f"{old.name}-new")
    restore(file, new.folder, "", lambda size: None)
    assert new.settings.http.port != old.settings.http.port
    return await new.start()


async def url_of(at: Running, party: str) -> str:
    """Return where a node believes that a firm is."""
    return next((str(each["url"]) for each in await at.ok("GET", "/api/v1/directory") if each["party_id"] == party), "")


async def test_partners_follow(tmp_path: Path) -> None:
    """Tests that after a move contracts, data and letters go on both ways: also what waited, and with one who was away meanwhile."""
    async with nodes(tmp_path, "riverport", "helix", "meridian") as made:
        riverport, helix, meridian = made
        await share(helix, meridian)
        await share(meridian, helix)
        assert await fetched(meridian, helix) == 200
        assert await fetched(helix, meridian) == 200
        await riverport.stop()
        old = helix.node.identity.firm().did
        moved = await leave_for(helix, tmp_path)
        made[1] = moved
        assert moved.party == helix.party

        async def followed() -> Any:
            return await url_of(meridian, moved.party) == moved.node.url

        await until(followed)
        assert await fetched(meridian, moved) == 200
        assert await fetched(moved, meridian) == 200
        kinds = [(fact.kind, old in (fact.body or b"").decode()) for fact in await moved.facts("identity.moved")]
        assert kinds == [("identity.moved", True)]
        line = {"name": "Shaft", "quantity": "5", "requirement": {"process": "turning"}}
        respond_by = "2035-01-01T00:00:00Z"
        await moved.ok("POST", "/api/v1/trade/rfqs", {"party": meridian.party, "lines": [line], "respond_by": respond_by})
        await until(lambda: meridian.documents("RequestForQuotation"))
        await riverport.start()

        async def told() -> Any:
            return await url_of(riverport, moved.party) == moved.node.url

        await until(told)
        assert await moved.ok("GET", "/api/v1/deliveries/partners") == [] or await until(lambda: _quiet(moved))
        again = (await moved.facts("identity.moved"))[:]
        await moved.stop()
        await moved.start()
        await settle(moved, meridian, riverport)
        assert await moved.facts("identity.moved") == again


async def _quiet(node: Running) -> bool:
    return await node.ok("GET", "/api/v1/deliveries/partners") == []


async def test_both_move_and_meet_at_the_association(tmp_path: Path) -> None:
    """Tests that two partners who both move find each other again through the firm that lists them."""
    async with nodes(tmp_path, "riverport", "helix", "meridian") as made:
        riverport, helix, meridian = made
        await share(helix, meridian)
        await meridian.stop()
        made[1] = moved = await leave_for(helix, tmp_path)
        await meridian.start()
        await settle(riverport)
        made[2] = other = await leave_for(meridian, tmp_path)

        async def met() -> Any:
            return await url_of(moved, other.party) == other.node.url and await url_of(other, moved.party) == moved.node.url

        await until(met)
        assert await fetched(other, moved) == 200


async def test_a_stranger_at_the_old_address_gets_nothing(tmp_path: Path) -> None:
    """Tests that who takes over the old address is neither taken for the firm nor entered under its name, and reads nothing."""
    async with nodes(tmp_path, "riverport", "helix", "meridian") as made:
        _, helix, meridian = made
        await share(meridian, helix)
        made[1] = moved = await leave_for(helix, tmp_path)

        async def followed() -> Any:
            return await url_of(meridian, moved.party) == moved.node.url

        await until(followed)
        stranger = Running("stranger", tmp_path / "stranger")
        stranger.settings = Settings(firm=Firm("stranger"), http=Http(port=helix.settings.http.port), network=Network(trusted=("127.0.0.1/32",)))
        await stranger.start()
        made.append(stranger)
        refused = await stranger.call("POST", "/api/v1/directory/join", {"url": meridian.node.url})
        assert refused.status_code >= 400
        asked = await stranger.tell(meridian, "GET", "/epcis/eventTypes")
        assert asked.status_code in {401, 403}
        assert await url_of(meridian, stranger.party) == ""
        assert await fetched(moved, meridian) == 200
        card = (await stranger.ok("GET", "/api/v1/directory/self"))["card"]
        answer = await meridian.call("POST", "/api/v1/directory/moved", {"card": card}, token="")
        assert answer.status_code == 404


async def test_only_the_pinned_key_moves_a_firm(tmp_path: Path) -> None:
    """Tests that a card that claims to be a known firm with another key, or an older card, moves nobody."""
    async with nodes(tmp_path, "riverport", "helix") as (riverport, helix):
        firm = helix.node.identity.firm()
        before = await url_of(riverport, helix.party)
        thief = Running("thief", tmp_path / "thief")
        await thief.start()
        try:
            card = card_of(firm, thief.node.identity.public_jwk(), SYSTEM.now().isoformat())
            forged = thief.node.identity.sign(msgspec.json.encode(card))
            answer = await riverport.call("POST", "/api/v1/directory/moved", {"card": forged}, token="")
            assert (answer.status_code, answer.json()["code"]) == (409, "key-changed")
            elsewhere = msgspec.structs.replace(card_of(firm, helix.node.identity.public_jwk(), "2020-01-01T00:00:00Z"), url=f"http://127.0.0.1:{free_port()}")
            old = helix.node.identity.sign(msgspec.json.encode(elsewhere))
            assert (await riverport.call("POST", "/api/v1/directory/moved", {"card": old}, token="")).status_code == 204
            assert await url_of(riverport, helix.party) == before
        finally:
            await thief.stop()
