"""Tests of the directory: joining, cards passed on, pinned keys, memberships stated by an association."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from plait.identity.jws import SigningKey
from plait.kernel.problems import Problem
from plait.sharing.directory.model import Pack, card_of
from tests.sharing.node import Node, nodes, settle


@pytest.fixture
async def four(tmp_path: Path) -> Any:
    """An association, two members and one that joins by a member instead."""
    async with nodes(tmp_path, "riverport", "helix", "meridian") as made:
        yield made


async def test_everybody_knows_everybody(four: list[Node]) -> None:
    """Tests that who joins learns of all, all learn of who joins, and all are members of the association, itself included."""
    for node in four:
        known = await node.ok("GET", "/api/v1/directory")
        assert sorted(each["name"] for each in known) == sorted(each.name for each in four if each is not node)
        assert {tuple(each["memberships"]) for each in known} == {(four[0].party,)}
        assert len(await node.facts("directory.member_seen")) == 2
    assert [each.party_id for each in await four[1].facts("directory.joined")] == [four[0].party]


async def test_joining_again_changes_nothing(four: list[Node]) -> None:
    """Tests that joining a second time leaves directory and facts as they were."""
    before = await four[0].store.facts(kinds={"directory.member_seen", "directory.joined"})
    await four[1].ok("POST", "/api/v1/directory/join", {"url": four[0].url})
    await settle(*four)
    assert await four[0].store.facts(kinds={"directory.member_seen", "directory.joined"}) == before
    assert len(await four[1].facts("directory.joined")) == 1


async def test_found_by_any_name(four: list[Node]) -> None:
    """Tests that a firm is found by party_id, DID and name, and a stranger is not."""
    directory = four[1].sharing.directory
    for name in (four[2].party, four[2].did, "meridian"):
        found = directory.member(name)
        assert found is not None
        assert found.party_id == four[2].party
    assert directory.member("nobody") is None
    assert directory.member("") is None


def forged(node: Node, folder: Path, **changes: Any) -> str:
    """Return a card in the name of ``node`` signed with another key."""
    key = SigningKey.load(folder)
    card = card_of(node.identity.firm(), dict(key.public), "2099-01-01T00:00:00.000Z")
    return key.sign(msgspec.json.encode(msgspec.structs.replace(card, **changes)), f"{node.did}#x")


async def test_changed_key(four: list[Node], tmp_path: Path) -> None:
    """Tests that a card with another key than the pinned one is refused and changes nothing, whoever passes it on."""
    river, helix, meridian = four
    before = await helix.ok("GET", "/api/v1/directory")
    answer = await river.tell(helix, "POST", "/api/v1/directory/cards", {"cards": [forged(meridian, tmp_path / "k")]})
    assert (answer.status_code, answer.json()["code"]) == (409, "key-changed")
    assert await helix.ok("GET", "/api/v1/directory") == before


async def test_bad_cards(four: list[Node], tmp_path: Path) -> None:
    """Tests that cards not signed by their firm, not in its DID document or unreadable are refused and change nothing."""
    river, helix, meridian = four
    good = (await meridian.sharing.directory.own_card()).card
    head, _, tail = good.rpartition(".")
    stranger = forged(meridian, tmp_path / "k", party_id="somebody-else", did=f"did:web:127.0.0.1%3A{river.port}")
    for card, status in ((f"{head}.{tail[::-1]}", 422), ("x", 422), (stranger, 422)):
        answer = await river.tell(helix, "POST", "/api/v1/directory/cards", {"cards": [card]})
        assert answer.status_code == status, answer.text
    assert len(await helix.ok("GET", "/api/v1/directory")) == 2


async def test_who_may_introduce(four: list[Node]) -> None:
    """Tests that a firm introduces only itself and that nobody does so without a token."""
    river, helix, meridian = four
    card = (await meridian.sharing.directory.own_card()).card
    assert (await helix.tell(river, "POST", "/api/v1/directory/announce", {"card": card})).status_code == 403
    assert (await river.call("POST", "/api/v1/directory/announce", {"card": card}, role="")).status_code == 401
    assert (await river.call("POST", "/api/v1/directory/join", {"url": helix.url}, role="")).status_code == 401


async def test_statement_of_another(four: list[Node]) -> None:
    """Tests that a statement of membership counts only from an association this node has joined."""
    _, helix, meridian = four
    own = await meridian.sharing.directory.stated()
    await meridian.tell(helix, "POST", "/api/v1/directory/cards", {"cards": [], "statement": own.statement})
    found = helix.sharing.directory.member(meridian.party)
    assert found is not None
    assert found.memberships == (four[0].party,)


async def test_dismissed(four: list[Node]) -> None:
    """Tests that a membership that ended is known to the members at once, and does not come back by announcing again."""
    river, helix, meridian = four
    await river.ok("POST", f"/api/v1/directory/members/{meridian.party}/dismiss", {"reason": "left"})
    await settle(*four)
    await meridian.call("POST", "/api/v1/directory/join", {"url": river.url})
    await settle(*four)
    for node in (river, helix):
        found = node.sharing.directory.member(meridian.party)
        assert found is not None
        assert found.memberships == ()
    again = await river.call("POST", f"/api/v1/directory/members/{meridian.party}/dismiss", {})
    assert again.status_code == 404


async def test_nobody_there(four: list[Node]) -> None:
    """Tests that joining by an address where nobody answers, or by oneself, is refused and changes nothing."""
    helix = four[1]
    seen = await helix.store.head()
    assert (await helix.call("POST", "/api/v1/directory/join", {"url": "http://127.0.0.1:9"})).status_code == 502
    assert (await helix.call("POST", "/api/v1/directory/join", {"url": helix.url})).status_code == 422
    assert (await helix.call("POST", "/api/v1/directory/join", {"url": "http://169.254.169.254"})).status_code == 502
    assert await helix.store.head() == seen


async def test_moved(four: list[Node]) -> None:
    """Tests that a newer card of the same key changes the names a firm goes by and tells of it; an older one changes nothing."""
    river, helix, meridian = four
    old = (await meridian.sharing.directory.own_card()).card
    firm = msgspec.structs.replace(meridian.identity.firm(), name="Meridian Gearboxes")
    newer = meridian.identity.sign(msgspec.json.encode(card_of(firm, meridian.identity.public_jwk(), "2099-01-01T00:00:00.000Z")))
    for card in (newer, old):
        answer = await river.tell(helix, "POST", "/api/v1/directory/cards", msgspec.json.encode(Pack((card,))))
        assert answer.status_code == 204, answer.text
    found = helix.sharing.directory.member(meridian.party)
    assert found is not None
    assert found.name == "Meridian Gearboxes"
    (moved,) = await helix.facts("directory.member_moved")
    assert (moved.kind, moved.old, moved.new) == ("name", "meridian", "Meridian Gearboxes")


def test_unreadable() -> None:
    """Tests that a card without a readable key is refused."""
    from plait.sharing.directory import rules

    with pytest.raises(Problem, match="bad-card"):
        rules.thumbprint({"kty": "EC"})
