"""An offer by a link: seen, accepted once, rejected, asked about; who was first; what changed meanwhile."""

import asyncio
import email
import email.policy
import re

import pytest

from plait.cli import app
from tests.sharing.guest.node import accepting, code_of, link, offered, page, send
from tests.support.nodes import nodes, settle


async def test_a_guest_accepts_an_offer_once(tmp_path):
    """Tests the whole way: shown with price and date, accepted under the guest's number, an order in the book; again changes nothing and says so."""
    async with nodes(tmp_path, "helix") as (node,):
        number = await offered(node)
        made = await link(node, "offer", number)
        path = code_of(made)
        shown = (await page(node, path)).text
        assert "Quotation R-00001" in shown
        assert "EUR" in shown
        assert accepting(shown)
        answers = [await send(node, path, "accept", shown=shown, reference="4711") for _ in range(2)]
        assert [each.status_code for each in answers] == [200, 200]
        assert "under your number 4711" in answers[1].text
        assert not accepting(answers[1].text)
        await settle(node)
        (book,) = await node.ok("GET", "/api/v1/desk/orders")
        assert (book["order_no"], book["customer"]) == ("4711", "meridian")
        paper = await page(node, f"{path}/paper")
        assert paper.content.startswith(b"%PDF")
        assert "R-00001-confirmation.pdf" in paper.headers["content-disposition"]
        (accepted,) = await node.bodies("offer.accepted")
        assert accepted.source == f"the link {made['link']['id']} of Meridian GmbH"
        acts = await node.ok("GET", f"/api/v1/guest/links/{made['link']['id']}/acts")
        assert [(each["act"], each["values"]) for each in acts] == [("accept", {"reference": "4711"})]
        kinds = [fact.kind for fact in await node.facts() if fact.kind.startswith("guest.")]
        assert kinds == ["guest.link_made", "guest.opened", "guest.acted"]
        assert (await node.ok("GET", "/api/v1/facts/verify"))["ok"]


async def test_two_windows_at_once_accept_once(tmp_path):
    """Tests that an offer accepted from several windows at the same time is one order and one act."""
    async with nodes(tmp_path, "helix") as (node,):
        made = await link(node, "offer", await offered(node))
        path = code_of(made)
        pages = [(await page(node, path)).text for _ in range(4)]
        answers = await asyncio.gather(*(send(node, path, "accept", shown=each, reference="A") for each in pages))
        assert {each.status_code for each in answers} == {200}
        await settle(node)
        assert len(await node.ok("GET", "/api/v1/desk/orders")) == 1
        assert len(await node.bodies("guest.acted")) == 1


async def test_who_comes_second_sees_who_was_first(tmp_path):
    """Tests that a guest whose offer was accepted by e-mail meanwhile is told so, with nothing entered in its name."""
    async with nodes(tmp_path, "helix") as (node,):
        number = await offered(node)
        path = code_of(await link(node, "offer", number))
        shown = (await page(node, path)).text
        await node.ok("POST", f"/api/v1/desk/offers/{number}/accept", {"reference": "by mail", "source": "an e-mail"})
        late = await send(node, path, "accept", shown=shown, reference="4711")
        assert late.status_code == 409
        assert "by mail" in late.text
        assert await node.bodies("guest.acted") == []


async def test_what_changed_meanwhile_is_not_accepted(tmp_path):
    """Tests that a page of an earlier version accepts nothing, that a draft is not shown, and that the new version stands at the same address."""
    async with nodes(tmp_path, "helix") as (node,):
        number = await offered(node)
        path = code_of(await link(node, "offer", number))
        shown = (await page(node, path)).text
        await node.ok("POST", f"/api/v1/desk/offers/{number}/renew", {})
        draft = (await page(node, path)).text
        assert "being worked out anew" in draft
        assert "EUR" not in draft
        assert (await page(node, f"{path}/paper")).status_code == 409
        await node.ok("POST", f"/api/v1/desk/offers/{number}/work-out")
        await node.ok("POST", f"/api/v1/desk/offers/{number}/send")
        stale = await send(node, path, "accept", shown=shown)
        assert stale.status_code == 409
        assert "It has changed since you opened this page" in stale.text
        assert "R-00001-2" in stale.text
        assert (await node.ok("GET", f"/api/v1/desk/offers/{number}"))["state"] == "sent"


async def test_some_lines_are_accepted(tmp_path):
    """Tests that of several lines only the ticked ones become orders, that none ticked is refused, and that the rest is accepted later by the same link."""
    async with nodes(tmp_path, "helix") as (node,):
        number = await offered(node, lines=[{"part_no": "SHAFT", "quantity": "20"}, {"part_no": "SHAFT", "quantity": "30"}])
        path = code_of(await link(node, "offer", number))
        none = await send(node, path, "accept", reference="4711")
        assert none.status_code == 422
        assert "please choose" in none.text
        stale = (await page(node, path)).text
        done = await send(node, path, "accept", reference="4711", **{"line-2": "on"})
        assert done.status_code == 200
        assert "The other lines wait for your answer" in done.text
        offer = await node.ok("GET", f"/api/v1/desk/offers/{number}")
        assert [line["state"] for line in offer["lines"]] == ["sent", "accepted"]
        assert (await send(node, path, "accept", shown=stale, **{"line-2": "on"})).status_code == 409
        rest = await send(node, path, "accept", reference="4712", **{"line-1": "on"})
        assert rest.status_code == 200
        assert not accepting(rest.text)
        offer = await node.ok("GET", f"/api/v1/desk/offers/{number}")
        assert [line["state"] for line in offer["lines"]] == ["accepted", "accepted"]
        assert [each.said for each in await node.bodies("guest.acted")] == ["accepted line 2 as 4711", "accepted line 1 as 4712"]


async def test_the_rest_of_an_offer_is_rejected(tmp_path):
    """Tests that after a part was accepted the rest can be rejected by the same link, and that another quantity is asked for, not ordered."""
    async with nodes(tmp_path, "helix") as (node,):
        number = await offered(node, lines=[{"part_no": "SHAFT", "quantity": "20"}, {"part_no": "SHAFT", "quantity": "30"}])
        path = code_of(await link(node, "offer", number))
        assert (await send(node, path, "other", **{"quantity-1": "25", "quantity-2": "30"})).status_code == 200
        assert (await send(node, path, "accept", **{"line-1": "on"})).status_code == 200
        assert (await send(node, path, "reject", reason="price")).status_code == 200
        offer = await node.ok("GET", f"/api/v1/desk/offers/{number}")
        assert (offer["state"], [line["state"] for line in offer["lines"]]) == ("won", ["accepted", "lost"])
        assert [each.act for each in await node.bodies("guest.acted")] == ["other", "accept", "reject"]
        assert "R-00001-other.eml" in {each["name"] for each in await node.ok("GET", "/api/v1/desk/inbox")}


async def test_of_two_links_the_second_sees_who_was_first(tmp_path):
    """Tests that of two people with a link each to one offer only the first accepts or rejects it, and the second reads who and when."""
    async with nodes(tmp_path, "helix") as (node,):
        for act, words, more in (("accept", "Accepted by", {"reference": "4711"}), ("reject", "Rejected by", {"reason": "price"})):
            number = await offered(node)
            paths = [code_of(await link(node, "offer", number, name=name)) for name in ("Meridian, Ms A", "Meridian, Mr B")]
            shown = [(await page(node, path)).text for path in paths]
            assert (await send(node, paths[0], act, shown=shown[0], **more)).status_code == 200
            late = await send(node, paths[1], "accept", shown=shown[1], reference="X")
            assert late.status_code == 409
            assert f"{words} Meridian, Ms A on" in late.text
            assert f"{words} Meridian" not in (await page(node, paths[0])).text


async def test_a_guest_rejects_with_a_reason(tmp_path):
    """Tests that a rejection needs a reason, which the offer keeps with the guest's words, and that accepting is over then."""
    async with nodes(tmp_path, "helix") as (node,):
        number = await offered(node)
        path = code_of(await link(node, "offer", number))
        empty = await send(node, path, "reject", text="sorry <i>")
        assert empty.status_code == 422
        assert "sorry &lt;i&gt;</textarea>" in empty.text
        shown = (await page(node, path)).text
        assert (await send(node, path, "reject", reason="price", text="10 % too much")).status_code == 200
        offer = await node.ok("GET", f"/api/v1/desk/offers/{number}")
        assert (offer["state"], offer["lost_reason"]) == ("lost", "price")
        assert offer["lost_text"].startswith("10 % too much")
        assert (await send(node, path, "accept", shown=shown)).status_code == 409


async def test_a_question_and_a_file_lie_in_the_inbox(tmp_path):
    """Tests that what a guest asks and sends lies in the inbox beside the offer, once, and that programs are not taken."""
    async with nodes(tmp_path, "helix") as (node,):
        number = await offered(node)
        path = code_of(await link(node, "offer", number))
        shown = (await page(node, path)).text
        files = [("shaft_revB.pdf", b"%PDF-1.4 no page")]
        for _ in range(2):
            assert (await send(node, path, "ask", files, shown=shown, text="Can we have it a week sooner?")).status_code == 200
        await settle(node)
        items = [each for each in await node.ok("GET", "/api/v1/desk/inbox") if each["via"] == "guest"]
        assert [each["name"] for each in items] == ["R-00001-ask.eml"]
        assert items[0]["sender"] == "Meridian GmbH (guest link)"
        names = {each["name"] for each in await node.ok("GET", "/api/v1/desk/inbox")}
        assert "shaft_revB.pdf" in names
        offer = await node.ok("GET", f"/api/v1/desk/offers/{number}")
        assert offer["state"] == "sent"
        assert offer["proposal"]["verdict"] == "unclear"
        assert not offer["proposal"]["known_sender"]
        (act,) = await node.bodies("guest.acted")
        assert [each.name for each in act.files] == ["shaft_revB.pdf"]
        bad = await send(node, path, "ask", [("tool.exe", b"MZ")], text="run me")
        assert bad.status_code == 422
        assert "files of this kind are not taken" in bad.text


async def test_one_page_sends_several_things(tmp_path):
    """Tests that what is sent from one page, gone back to, is one act for each different thing."""
    async with nodes(tmp_path, "helix") as (node,):
        path = code_of(await link(node, "offer", await offered(node)))
        shown = (await page(node, path)).text
        for text in ("One?", "Two?", "One?"):
            assert (await send(node, path, "ask", shown=shown, text=text)).status_code == 200
        assert (await send(node, path, "accept", shown=shown)).status_code == 200
        assert [each.act for each in await node.bodies("guest.acted")] == ["ask", "ask", "accept"]


async def test_the_paper_and_only_an_offer_that_is_out(tmp_path):
    """Tests that the quotation comes as PDF, and that no link is made for a draft or for nothing."""
    async with nodes(tmp_path, "helix") as (node,):
        number = await offered(node, send=False)
        for id, status, code in ((number, 409, "guest-not-open"), ("R-99999", 404, "no-such-offer"), ("", 422, "invalid")):
            refused = await node.call("POST", "/api/v1/guest/links", {"kind": "offer", "id": id, "name": "x"})
            assert (refused.status_code, refused.json()["code"]) == (status, code)
        await node.ok("POST", f"/api/v1/desk/offers/{number}/send")
        paper = await page(node, code_of(await link(node, "offer", number)) + "/paper")
        assert paper.content.startswith(b"%PDF")
        assert paper.headers["cache-control"] == "no-store"


async def test_text_and_mail_bear_the_link(tmp_path, capsys):
    """Tests that the terminal makes a link for an offer and puts it into text and e-mail, and that no other address is put there."""
    async with nodes(tmp_path, "helix") as (node,):
        number = await offered(node)
        mail = tmp_path / "offer.eml"
        await asyncio.to_thread(cli, "desk", "quote", number, "--link", "--days", "3", "--data", str(node.folder))
        await asyncio.to_thread(cli, "desk", "quote", number, "--link", "--mail", str(mail), "--data", str(node.folder))
        first, second = re.findall(r"shown this once: (\S+)", capsys.readouterr().out)
        assert (await page(node, "/g/" + first.rpartition("/")[2])).status_code == 200
        text = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default).get_body(("plain",)).get_content()
        assert f"Accept, reject or ask here:\n{second}" in text.replace("\r\n", "\n")
        for wrong in ("https://elsewhere.example/g/AAAAAAAAAAAAAAAAAAAAAA", f"{first}/x", f"{first}%0Ax"):
            assert (await node.call("GET", f"/api/v1/desk/offers/{number}/text?link={wrong}")).status_code == 422


async def test_links_on_the_terminal(tmp_path, capsys):
    """Tests that a link is made, listed, looked at and revoked on the terminal, and a history written."""
    async with nodes(tmp_path, "helix") as (node,):
        number = await offered(node, "de")
        data, qr, jws = ("--data", str(node.folder)), tmp_path / "qr.svg", tmp_path / "history.jws"
        await asyncio.to_thread(cli, "guest", "link", "offer", number, "--name", "Meridian", "--qr", str(qr), *data)
        made = capsys.readouterr().out
        assert made.startswith("helix: Angebot R-00001.")
        assert "<svg" in qr.read_text("utf-8")
        await send(node, "/g/" + made.split()[-1].rpartition("/")[2], "ask", text="Wann?")
        ((id,),) = [[each["id"]] for each in await node.ok("GET", "/api/v1/guest/links")]
        for words in (("list",), ("show", id), ("history", "Meridian", "--to", str(jws)), ("revoke", id)):
            await asyncio.to_thread(cli, "guest", *words, *data)
        shown = capsys.readouterr().out
        assert "asked a question" in shown
        assert "is revoked" in shown
        assert jws.read_text("ascii").count(".") == 2


def cli(*arguments):
    with pytest.raises(SystemExit) as ended:
        app(list(arguments))
    assert not ended.value.code
