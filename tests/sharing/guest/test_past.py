"""What a guest did changes sides: from the firm that signed it to a new node of the guest, and back as a name."""

import asyncio

import msgspec
import pytest

from tests.sharing.guest.node import code_of, link, offered, ordered, page, send
from tests.sharing.guest.test_offer import cli
from tests.support.nodes import nodes, settle

JOSE = "application/jose"


async def history_of(node):
    """Let a guest accept and ask by two links; return the record of the first as its page gives it."""
    path = code_of(await link(node, "offer", await offered(node)))
    await send(node, path, "accept", reference="4711", person="Ms M")
    order = code_of(await link(node, "order", await ordered(node)))
    await send(node, order, "problem", text="Where is it?")
    return (await page(node, f"{path}/history")).text, path


async def take(node, jws):
    """Bring a history to a node."""
    return await node.call("POST", "/api/v1/guest/past", jws.encode(), media=JOSE)


async def test_a_new_node_takes_its_past_in_and_is_known(tmp_path):
    """Tests the whole way over two nodes: taken in once, kept as facts and as signed, more of it added later, and the issuer knows its guest."""
    async with nodes(tmp_path, "helix", "meridian") as (helix, meridian):
        jws, path = await history_of(helix)
        taken = (await take(meridian, jws)).json()
        assert (taken["firm"], taken["guest"], taken["links"], taken["acts"], taken["known"], taken["claimed"]) == ("helix", "Meridian GmbH", 1, 1, 0, True)
        again = (await take(meridian, jws)).json()
        assert (again["links"], again["acts"], again["known"], again["claimed"]) == (0, 0, 1, True)
        (fact,) = await meridian.bodies("guest.past_taken")
        assert [(act.act, act.values, act.by) for act in fact.acts] == [("accept", {"reference": "4711", "person": "Ms M"}, "Ms M (Meridian GmbH)")]
        (row,) = await meridian.ok("GET", "/api/v1/guest/past")
        assert (await meridian.call("GET", f"/api/v1/guest/past/{row['id']}/signed")).text == jws
        (claimed,) = await helix.bodies("guest.claimed")
        assert (claimed.party, claimed.name) == (meridian.party, "Meridian GmbH")
        parties = {each["kind"]: each["party"] for each in await helix.ok("GET", "/api/v1/guest/links")}
        assert parties == {"offer": meridian.party, "order": ""}
        await send(helix, path, "ask", text="And one thing more")
        more = await helix.ok("GET", "/api/v1/guest/history?name=meridian%20gmbh")
        grown = (await take(meridian, more["jws"])).json()
        assert (grown["links"], grown["acts"], grown["known"]) == (1, 2, 1)
        assert [[act["act"] for act in each["acts"]] for each in await meridian.ok("GET", "/api/v1/guest/past")] == [["accept", "ask"], ["problem"]]
        assert (await take(meridian, jws)).json()["acts"] == 0
        assert (await meridian.ok("GET", "/api/v1/facts/verify"))["ok"]


async def test_dealings_go_node_to_node_from_then_on(tmp_path):
    """Tests that no further link is made for a guest that has a node, unless one is wanted anyway or the claim was taken back."""
    async with nodes(tmp_path, "helix", "meridian") as (helix, meridian):
        jws, _ = await history_of(helix)
        await take(meridian, jws)
        new = {"kind": "order", "id": "SO-00001", "name": "meridian gmbh"}
        refused = await helix.call("POST", "/api/v1/guest/links", new)
        assert (refused.status_code, refused.json()["code"], refused.json()["party"]) == (409, "guest-has-node", meridian.party)
        assert (await helix.call("POST", "/api/v1/guest/links", new | {"anyway": True})).status_code == 201
        assert len((await helix.ok("DELETE", "/api/v1/guest/claims/Meridian%20GmbH"))["links"]) == 1
        assert (await helix.call("POST", "/api/v1/guest/links", new)).status_code == 201
        assert (await helix.call("DELETE", "/api/v1/guest/claims/nobody")).status_code == 404


def changed(jws):
    """Return a history in which a number was changed after it was signed."""
    import base64

    head, body, mark = jws.split(".")
    text = base64.urlsafe_b64decode(body + "==").replace(b'"4711"', b'"4712"')
    return f"{head}.{base64.urlsafe_b64encode(text).decode().rstrip('=')}.{mark}"


async def test_what_is_torn_changed_or_foreign_is_refused(tmp_path):
    """Tests that a torn, changed, forged or foreign history is refused by either side, with nothing kept and nobody claimed."""
    async with nodes(tmp_path, "helix", "meridian", "oakmill") as (helix, meridian, oakmill):
        jws, _ = await history_of(helix)
        await settle(helix, meridian, oakmill)
        head = {each: await each.node.store.head() for each in (helix, meridian)}
        history = msgspec.json.decode(msgspec.json.encode((await helix.ok("GET", "/api/v1/guest/history?name=meridian%20gmbh"))["history"]))
        forged = oakmill.node.identity.sign(msgspec.json.encode(history))
        theirs = oakmill.node.identity.sign(msgspec.json.encode(history | {"did": oakmill.node.identity.firm().did, "firm": "oakmill"}))
        card = helix.node.identity.sign(b'{"party_id": "x"}')
        bad = {
            "": "guest-history",
            jws[:-40]: "bad-signature",
            jws[:300]: "guest-history",
            changed(jws): "bad-signature",
            forged: "bad-signature",
            card: "guest-history",
        }
        for content, code in bad.items():
            refused = await take(meridian, content)
            assert (refused.status_code, refused.json()["code"]) == (422, code), code
        assert (await take(helix, jws)).json()["code"] == "guest-history-foreign"
        for content, code in ((theirs, "bad-signature"), (changed(jws), "bad-signature"), ("x.y.z", "guest-history")):
            told = await meridian.tell(helix, "POST", "/api/v1/guest/claims", content.encode(), media=JOSE)
            assert (told.status_code, told.json()["code"]) == (422, code)
        for token in ("", helix.admin):
            assert (await helix.call("POST", "/api/v1/guest/claims", jws.encode(), token=token, media=JOSE)).status_code in (401, 403)
        assert {each: await each.node.store.head() for each in (helix, meridian)} == head


async def test_who_claims_second_sees_who_was_first(tmp_path):
    """Tests that a guest is one firm alone: another that shows the same record keeps it, and is told that it is somebody else's."""
    async with nodes(tmp_path, "helix", "meridian", "oakmill") as (helix, meridian, oakmill):
        jws, _ = await history_of(helix)
        await take(meridian, jws)
        late = (await take(oakmill, jws)).json()
        assert not late["claimed"]
        assert late["said"] == "Meridian GmbH is meridian here, which was first"
        await settle(helix, meridian, oakmill)
        assert len(await helix.bodies("guest.claimed")) == 1


async def test_a_firm_that_is_not_known_yet_is_told_later(tmp_path):
    """Tests that the past is taken in by the issuer's DID document alone, and claimed once the firms know one another."""
    async with nodes(tmp_path / "a", "helix") as (helix,), nodes(tmp_path / "b", "meridian") as (meridian,):
        jws, _ = await history_of(helix)
        first = (await take(meridian, jws)).json()
        assert (first["acts"], first["claimed"]) == (1, False)
        assert "join its network" in first["said"]
        await meridian.ok("POST", "/api/v1/directory/join", {"url": helix.node.url})
        assert (await take(meridian, jws)).json()["claimed"]


@pytest.mark.parametrize("words", [("import",), ("import", "--json")])
async def test_on_the_terminal(tmp_path, capsys, words):
    """Tests that a history is taken in, shown and unclaimed on the terminal."""
    async with nodes(tmp_path, "helix", "meridian") as (helix, meridian):
        jws, _ = await history_of(helix)
        file = tmp_path / "history.jws"
        file.write_text(jws + "\n", "ascii")
        await asyncio.to_thread(cli, "guest", words[0], str(file), *words[1:], "--data", str(meridian.folder))
        assert "helix" in capsys.readouterr().out
        await asyncio.to_thread(cli, "guest", "past", "--data", str(meridian.folder))
        assert "accepted as 4711" in capsys.readouterr().out
        await asyncio.to_thread(cli, "guest", "unclaim", "Meridian GmbH", "--data", str(helix.folder))
        assert "no longer taken for" in capsys.readouterr().out
