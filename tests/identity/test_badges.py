"""Badges and PINs over HTTP: what they open, what they do not, and what wrong ones lead to."""

import asyncio
import io

import httpx
import msgspec
import pytest
from PIL import Image

from plait.identity.people.badges import rules, tables
from plait.kernel.os import free_port
from plait.kernel.problems import Problem
from plait.kernel.settings import Phones
from plait.labour.studio.codes import read_codes
from plait.public.operator.service import OperatorPages
from plait.public.spam import Guesses
from tests.support.nodes import Running, nodes
from tests.support.operator import PIN, Phone, at_work, badge_for


async def patient(node, person, seconds=3600):
    """Let the last wrong PIN lie some time back."""

    def work(tx):
        kept = tables.pin(tx.conn, person)
        tables.put_pin(tx.conn, person, type(kept)(kept.hash, kept.wrong, kept.last - 1000 * seconds))

    await node.node.store.write(node.node.badges._me(), work)


def test_numbers():
    """Tests that a badge's number has 128 random bits, is read from its address and as people type it, and that nothing else is one."""
    number = rules.new_number()
    assert len({rules.new_number() for _ in range(1000)}) == 1000
    assert rules.badge_of(f"https://node.example/op/b/{number}?x#y") == rules.badge_of(f" {rules.grouped(number).lower()} ") == number
    assert rules.badge_of("O" * 13 + "i" * 13) == "0" * 13 + "1" * 13
    for wrong in ("", "x", number[:-1], number + "A", "U" * 26, "é" * 26, "https://node.example/op"):
        assert rules.badge_of(wrong) == ""


@pytest.mark.parametrize("pin", ["", "123", "1234", "4321", "0000", "1212", "567890", "123456789", "12a4", "１２３５", " 4071"])
def test_weak_pins(pin):
    """Tests that a PIN has 4 to 8 digits and is none of those that are tried first."""
    with pytest.raises(Problem) as refused:
        rules.check_pin(pin)
    assert refused.value.code == "weak-pin"


def test_waits():
    """Tests that three wrong PINs are free and that each further one doubles the wait."""
    assert [rules.wait_s(wrong) for wrong in (0, 3, 4, 5, 9)] == [0, 0, 15, 30, 480]


async def test_a_badge_alone_opens_nothing(tmp_path):
    """Tests that badge and PIN together open the operator pages and nothing else, and that each alone opens nothing."""
    async with nodes(tmp_path, "helix") as (node,):
        phone, person, badge = await at_work(node)
        assert (await phone.call("GET", "state")).status_code == 401
        for wrong in ((badge, ""), (badge, "9"), ("", PIN), (rules.new_number(), PIN)):
            answer = await phone.enter(*wrong)
            assert (answer.status_code, answer.json()["code"], "set-cookie" in answer.headers) == (401, "bad-badge", False)
        answer = await phone.enter(badge)
        assert (answer.status_code, answer.json()["name"]) == (201, "Ada Berg")
        cookie = answer.headers["set-cookie"]
        assert "Path=/op;" in cookie
        assert "HttpOnly; SameSite=Strict" in cookie
        assert (await phone.call("GET", "state")).status_code == 200
        bare = cookie.partition(";")[0]
        for path in ("/api/v1/me", "/api/v1/line/runs", "/api/v1/people"):
            answer = await node.http.get(path, headers={"Cookie": bare})
            assert answer.status_code == 401 or answer.json()["kind"] == "anonymous", path
        actor, _ = node.node.badges.session({"cookie": bare}, "GET")
        assert actor.id == person
        for action in ("admin.people", "trade.write", "line.write", "line.stop", "machines.stop", "epcis.capture", "people.sessions", "schedule.read"):
            with pytest.raises(Problem):
                node.node.identity.require(actor, action)


async def test_least_privilege_of_an_administrator(tmp_path):
    """Tests that an administrator who signs in by badge is an operator there, and that a viewer gets no badge and loses it with the role."""
    async with nodes(tmp_path, "helix") as (node,):
        _, badge = await badge_for(node, "Chief", "admin")
        phone = Phone(node, node.http)
        cookie = (await phone.enter(badge)).headers["set-cookie"].partition(";")[0]
        assert node.node.badges.session({"cookie": cookie}, "GET")[0].roles == {"operator"}
        viewer = await node.ok("POST", "/api/v1/people", {"name": "Guest", "role": "viewer"})
        assert (await node.call("POST", f"/api/v1/people/{viewer['id']}/badge")).json()["code"] == "no-badge"
        await node.ok("POST", "/api/v1/people", {"name": "Chief", "role": "viewer"})
        assert (await phone.call("GET", "state")).status_code == 401
        assert (await phone.enter(badge)).status_code == 401


async def test_wrong_pins_close_the_door_and_then_the_badge(tmp_path):
    """Tests that wrong PINs make one wait, also many at once, that ten in a row block the badge, and that a new PIN opens it again."""
    async with nodes(tmp_path, "helix") as (node,):
        phone, person, badge = await at_work(node)
        answers = await asyncio.gather(*(phone.enter(badge, f"90{number:02}") for number in range(8)))
        assert sorted(answer.status_code for answer in answers) == [401] * 4 + [429] * 4
        locked = await phone.enter(badge)
        assert (locked.status_code, locked.json()["code"]) == (429, "pin-locked")
        assert 1 <= int(locked.headers["retry-after"]) <= 15
        for _ in range(6):
            await patient(node, person)
            assert (await phone.enter(badge, "9099")).status_code == 401
        await patient(node, person)
        assert (await phone.enter(badge)).json()["code"] == "badge-blocked"
        assert (await node.ok("GET", f"/api/v1/people/{person}/badge"))["blocked"]
        assert [each.count for each in await node.bodies("identity.badge_blocked")] == [10]
        await node.ok("PUT", f"/api/v1/people/{person}/pin", {"pin": "5073"})
        assert (await phone.enter(badge, "5073")).status_code == 201


async def test_guessed_badges(tmp_path, monkeypatch):
    """Tests that an address that tries badges that do not exist is stopped after twenty, and may go on after an hour."""
    now = [100.0]
    monkeypatch.setattr(OperatorPages, "guarding", staticmethod(lambda: Guesses(now=lambda: now[0])))
    async with nodes(tmp_path, "helix") as (node,):
        phone, _, badge = await at_work(node)
        for _ in range(20):
            assert (await phone.enter(rules.new_number())).status_code == 401
        assert (await phone.enter(badge)).status_code == 429
        now[0] += 3601
        assert (await phone.enter(badge)).status_code == 201


async def test_codes_lead_where_telephones_come(tmp_path):
    """Tests that the codes on badges and machines bear the address at which telephones are let in, and ours before."""
    node = Running("helix", tmp_path / "helix")
    node.settings = msgspec.structs.replace(node.settings, phones=Phones(address="127.0.0.1", port=free_port()))
    await node.start()
    try:
        _, person, _ = await at_work(node)
        place = f"/api/v1/people/{person}/badge"
        assert (await node.ok("POST", place))["url"].startswith(f"http://127.0.0.1:{node.settings.http.port}/op/b/")
        view = await node.ok("POST", "/api/v1/phones", {})
        assert (await node.ok("POST", place))["url"].startswith(f"{view['urls'][0]}/op/b/")
    finally:
        await node.stop()


async def test_badges_and_pins_end_sessions(tmp_path):
    """Tests that a new badge, a new PIN, a badge taken back and a person who leaves end the session, and that old badges are dead."""
    async with nodes(tmp_path, "helix") as (node,):
        phone, person, badge = await at_work(node)
        place = f"/api/v1/people/{person}"

        async def signed_in(number, pin=PIN):
            assert (await phone.enter(number, pin)).status_code == 201
            assert (await phone.call("GET", "state")).status_code == 200

        await signed_in(badge)
        second = (await node.ok("POST", f"{place}/badge"))["number"]
        assert (await phone.call("GET", "state")).status_code == 401
        assert (await phone.enter(badge)).status_code == 401
        await signed_in(second)
        await node.ok("PUT", f"{place}/pin", {"pin": "5073"})
        assert (await phone.call("GET", "state")).status_code == 401
        await signed_in(second, "5073")
        assert (await phone.call("PUT", "pin", {"old": "9999", "new": "6024"})).status_code == 401
        assert (await phone.call("PUT", "pin", {"old": "5073", "new": "1111"})).status_code == 422
        assert (await phone.call("PUT", "pin", {"old": "5073", "new": "6024"})).status_code == 204
        assert (await phone.call("GET", "state")).status_code == 200
        await node.ok("DELETE", f"{place}/badge")
        assert (await phone.call("GET", "state")).status_code == 401
        third = (await node.ok("POST", f"{place}/badge"))["number"]
        await signed_in(third, "6024")
        await phone.call("DELETE", "session")
        assert (await phone.call("GET", "state")).status_code == 401
        await signed_in(third, "6024")
        await node.ok("DELETE", place)
        assert (await phone.call("GET", "state")).status_code == 401
        assert (await phone.enter(third, "6024")).status_code == 401


async def test_nothing_secret_is_kept(tmp_path):
    """Tests that neither a badge's number nor a PIN stands in a fact or in the database, and that the trail names who and what."""
    async with nodes(tmp_path, "helix") as (node,):
        phone, person, badge = await at_work(node)
        await phone.enter(badge)
        kinds = {"identity.badge_made", "identity.pin_set", "identity.operator_signed_in"}
        trail = (await node.ok("GET", f"/api/v1/audit?person={person}"))["items"]
        assert kinds <= {line["kind"] for line in trail}
        assert all(badge.encode() not in (fact.body or b"") for fact in await node.facts())
        await node.stop()
        for file in tmp_path.rglob("*"):
            assert file.is_dir() or badge.encode() not in file.read_bytes(), file.name


async def test_ones_own_pin(tmp_path):
    """Tests that somebody signed in with a password sets their own PIN, and that a token has none."""
    async with nodes(tmp_path, "helix") as (node,):
        person, badge = await badge_for(node, pin="")
        assert (await node.call("PUT", "/api/v1/session/pin", {"pin": PIN})).status_code == 401
        code = (await node.ok("POST", f"/api/v1/people/{person}/code"))["code"]
        async with httpx.AsyncClient(base_url=str(node.http.base_url), trust_env=False) as browser:
            await browser.post("/api/v1/session/activate", json={"code": code, "password": "vier grosse Zahnraeder"})
            answer = await browser.put("/api/v1/session/pin", json={"pin": PIN}, headers={"Sec-Fetch-Site": "same-origin"})
            assert answer.status_code == 204, answer.text
        assert (await Phone(node, node.http).enter(badge)).status_code == 201


@pytest.mark.parametrize(("form", "media"), [("png", "image/png"), ("pdf", "application/pdf"), ("svg", "image/svg+xml")])
async def test_printed(tmp_path, form, media):
    """Tests that a badge is drawn with a code that reads as its address, also for long and Chinese names and hostile ones."""
    async with nodes(tmp_path, "helix") as (node,):
        for name in ("Maximiliane Oberschmidt-Wagner zu Hohenfels", "王小明", '<svg onload="alert(1)">&'):
            person, old = await badge_for(node, name)
            drawn = await node.call("POST", f"/api/v1/people/{person}/badge/print?form={form}")
            assert (drawn.status_code, drawn.headers["content-type"].partition(";")[0], drawn.headers["cache-control"]) == (201, media, "no-store")
            assert (await Phone(node, node.http).enter(old)).status_code == 401
            if form == "png":
                with Image.open(io.BytesIO(drawn.content)) as picture:
                    (text,) = read_codes(picture).values()
                assert (await Phone(node, node.http).enter(text)).status_code == 201
            assert b"<svg onload" not in drawn.content
