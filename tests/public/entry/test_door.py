"""The door of a real node: login, code, link, pop-up, sign-out, each as a browser meets it."""

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from plait.identity.people.links import LINK_LIFE, LoginLinks
from plait.identity.people.passwords import Passwords
from tests.identity.test_people import OTHER, WORDS, Browser, entered, signed_in
from tests.support.nodes import Running

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def shop(tmp_path: Path):
    """A node with quick passwords."""
    node = Running("shop", tmp_path / "shop")
    await node.start()
    node.node.people.passwords = Passwords(memory_kib=1024, passes=1)
    yield node
    await node.stop()


class Visitor(Browser):
    """A browser that fills in forms."""

    async def send(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        """Send a form as one of the node's own pages would."""
        own = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "Sec-Fetch-Site": "same-origin"} | headers
        if self.cookie:
            own["Cookie"] = self.cookie
        answer = await self.http.post(path, data=fields or {"go": ""}, headers=own)
        for line in answer.headers.get_list("set-cookie"):
            if line.startswith(("plait-", "__Host-plait-")):
                self.cookie = line.partition(";")[0]
        self.http.cookies.clear()
        return answer

    async def me(self) -> list[str]:
        """Return the roles the node sees."""
        answer = await self.ask("GET", "/api/v1/me")
        return answer.json()["roles"] if answer.status_code == 200 else []


async def made(shop: Running) -> str:
    """Return the path of a new link."""
    url = (await shop.ok("POST", "/api/v1/session/link"))["url"]
    assert url.startswith(f"http://127.0.0.1:{shop.settings.http.port}/login/once/")
    assert len(url.rpartition("/")[2]) >= 22
    return url.partition(str(shop.settings.http.port))[2]


async def test_login(shop: Running) -> None:
    """Tests that name and password lead where one wanted to go, with the session's cookie, and that who is signed in is not asked again."""
    await signed_in(shop)
    visitor = Visitor(shop)
    shown = await visitor.ask("GET", "/login?next=/console/orders")
    assert shown.status_code == 200
    answer = await visitor.send("/login?next=/console/orders", {"name": " Greta ", "password": WORDS})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/orders")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in answer.headers["set-cookie"].split(";")}
    assert await visitor.me() == ["manager"]
    again = await visitor.ask("GET", "/login?next=/op")
    assert (again.status_code, again.headers["location"]) == (303, "/op")


async def test_no_open_redirect(shop: Running) -> None:
    """Tests that a login never leads to another site, whatever the link to it says."""
    await signed_in(shop)
    for wanted in ("https://evil.example/", "//evil.example", "/\\evil.example", "/api/v1/tokens", "/console/../x"):
        answer = await Visitor(shop).send(f"/login?next={wanted}", {"name": "Greta", "password": WORDS})
        assert (answer.status_code, answer.headers["location"]) == (303, "/console")


async def test_refusals_in_words(shop: Running) -> None:
    """Tests that a wrong password is said in the browser's language with the name kept and the password not, and a closed door with its time."""
    await signed_in(shop)
    german = {"Accept-Language": "de-DE,de;q=0.9"}
    wrong = await Visitor(shop).send("/login", {"name": "Greta", "password": "wrong wrong wrong"}, **german)
    assert wrong.status_code == 401
    assert 'lang="de"' in wrong.text
    assert "Name oder Passwort ist falsch." in wrong.text
    assert 'value="Greta"' in wrong.text
    assert "wrong wrong" not in wrong.text
    assert "set-cookie" not in wrong.headers
    for _ in range(5):
        await Visitor(shop).send("/login", {"name": "Greta", "password": "wrong wrong wrong"})
    locked = await Visitor(shop).send("/login", {"name": "Greta", "password": WORDS}, **german)
    assert locked.status_code == 429
    assert int(locked.headers["retry-after"]) >= 1
    assert re.search(r"in \d+ Sekunden", locked.text)


async def test_forms_come_from_our_own_pages(shop: Running) -> None:
    """Tests that no page elsewhere signs anybody in (to its own author's name), out, or uses a link or a code up."""
    browser = await signed_in(shop)
    _, code = await entered(shop, "Otto", "admin")
    link = await made(shop)
    visitor = Visitor(shop)
    visitor.cookie = browser.cookie
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": ""},
    ):
        for path, fields in (
            ("/login", {"name": "Greta", "password": WORDS}),
            ("/login/code", {"code": code, "password": OTHER}),
            (link, {}),
            ("/logout", {"x": ""}),
        ):
            answer = await visitor.send(path, fields, **headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "cross-site"), path
            assert "set-cookie" not in answer.headers
    assert await visitor.me() == ["manager"]
    own = {"Sec-Fetch-Site": "", "Origin": f"http://127.0.0.1:{shop.settings.http.port}"}
    assert (await Visitor(shop).send("/login", {"name": "Greta", "password": WORDS}, **own)).status_code == 303
    assert (await Visitor(shop).send(link, {}, **own)).status_code == 303


async def test_strict_cookies_come_the_second_time(shop: Running) -> None:
    """Tests that who comes by a link elsewhere, whose cookie the browser holds back, is asked to come again from here."""
    shown = await Visitor(shop).ask("GET", "/login?next=/console/orders/1", **{"Sec-Fetch-Site": "cross-site"})
    assert 'http-equiv="refresh" content="0; url=/login?next=%2Fconsole%2Forders%2F1"' in shown.text


async def test_pages_are_strict_and_private(shop: Running) -> None:
    """Tests that no page of the door runs anything inside it, is stored, or may be framed, but for the pop-up by our own pages."""
    link = await made(shop)
    for path in ("/login", "/login/code", link, "/login/once/none", "/login?popup=1&name=Greta", "/login/code?popup=1"):
        shown = await Visitor(shop).ask("GET", path)
        policy = shown.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert not re.search(r"<script(?! src=)|<style| style=| on[a-z]+=", shown.text), path
        assert shown.headers["cache-control"] == "no-store"
        framed = "popup" in path
        assert ("frame-ancestors 'self'" in policy) == framed
        assert ("frame-ancestors 'none'" in policy) != framed
        assert shown.headers["x-frame-options"] == ("SAMEORIGIN" if framed else "DENY")
        assert len(shown.content) < 12_000


async def test_popup(shop: Running) -> None:
    """Tests that in a pop-up a right password, and being signed in already, end on the page that tells the waiting one who it is."""
    await signed_in(shop)
    person = (await shop.ok("GET", "/api/v1/people"))[0]["id"]
    visitor = Visitor(shop)
    assert 'value="Greta"' in (await visitor.ask("GET", "/login?popup=1&name=Greta")).text
    wrong = await visitor.send("/login?popup=1", {"name": "Greta", "password": "wrong wrong wrong"})
    assert "frame-ancestors 'self'" in wrong.headers["content-security-policy"]
    done = await visitor.send("/login?popup=1", {"name": "Greta", "password": WORDS})
    assert done.status_code == 200
    assert f'data-signed-in="{person}"' in done.text
    assert f'data-signed-in="{person}"' in (await visitor.ask("GET", "/login?popup=1")).text
    script = (await visitor.ask("GET", "/static/entry.js")).text
    assert "postMessage(word, location.origin)" in script
    assert '"*"' not in script


async def test_code(shop: Running) -> None:
    """Tests that a one-time code sets a password on its page, that a weak one is said and the code stays good, and that a wrong code is said."""
    _, code = await entered(shop, "Greta")
    visitor = Visitor(shop)
    weak = await visitor.send("/login/code", {"code": code, "password": "password1234"})
    assert weak.status_code == 422
    assert "too easy to guess" in weak.text
    assert f'value="{code}"' in weak.text
    assert "not valid" in (await visitor.send("/login/code", {"code": "guessed", "password": WORDS})).text
    answer = await visitor.send("/login/code?next=/op", {"code": f" {code} ", "password": WORDS})
    assert (answer.status_code, answer.headers["location"]) == (303, "/op")
    assert await visitor.me() == ["manager"]


async def test_hostile_texts_stay_texts(shop: Running) -> None:
    """Tests that what is typed or linked comes back as text and never as markup or another attribute."""
    nasty = '"><script>alert(1)</script>'
    for shown in (
        await Visitor(shop).send("/login", {"name": nasty, "password": "x" * 20}),
        await Visitor(shop).send("/login/code", {"code": nasty, "password": WORDS}),
        await Visitor(shop).ask("GET", "/login", **{"Accept-Language": nasty}),
        await shop.http.get("/login", params={"next": nasty, "popup": nasty, "name": nasty, "lang": nasty}),
    ):
        assert "<script>" not in shown.text
        assert 'value=""' not in shown.text.replace('value="" autocomplete', "")
    broken = await shop.http.post("/login", content=b"name=%ff&password=x", headers=FORM | {"Sec-Fetch-Site": "same-origin"})
    assert broken.status_code == 400
    large = await shop.http.post("/login", content=b"name=" + b"x" * 20_000, headers=FORM | {"Sec-Fetch-Site": "same-origin"})
    assert large.status_code == 413


async def test_languages(shop: Running) -> None:
    """Tests that the page speaks the browser's language, that another can be chosen, and that the choice is kept."""
    chinese = await Visitor(shop).ask("GET", "/login", **{"Accept-Language": "zh-CN"})
    assert "登录" in chinese.text
    chosen = await Visitor(shop).ask("GET", "/login?next=%2Fconsole%2Fx&lang=de", **{"Accept-Language": "zh-CN"})
    assert "Anmelden" in chosen.text
    assert chosen.headers["set-cookie"].startswith("plait_lang=de; Path=/")
    assert "next=%2Fconsole%2Fx&amp;lang=zh" in chosen.text


async def test_logout(shop: Running) -> None:
    """Tests that the button ends the session on the server, takes the cookie back and shows the login; looking at the address does nothing."""
    browser = await signed_in(shop)
    visitor = Visitor(shop)
    visitor.cookie = browser.cookie
    assert (await visitor.ask("GET", "/logout")).status_code == 405
    kept = visitor.cookie
    answer = await visitor.send("/logout", {"x": ""})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    visitor.cookie = kept
    assert (await visitor.ask("GET", "/api/v1/parts")).status_code == 401


async def test_first_administrator(shop: Running) -> None:
    """Tests that on an empty node a link makes the first administrator with name, language and password, once, with facts of it."""
    link = await made(shop)
    shown = await Visitor(shop).ask("GET", link)
    assert "Welcome to your node" in shown.text
    assert "data-go" not in shown.text
    visitor = Visitor(shop)
    weak = await visitor.send(link, {"name": "Greta", "lang": "de", "password": "short"})
    assert weak.status_code == 422
    assert "zu leicht zu erraten" in weak.text
    assert 'value="Greta"' in weak.text
    answer = await visitor.send(link, {"name": "Greta", "lang": "de", "password": WORDS})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    assert any(line.startswith("plait_lang=de") for line in answer.headers.get_list("set-cookie"))
    assert await visitor.me() == ["admin"]
    assert (await visitor.send(link, {"name": "Otto"})).status_code == 410
    assert (await Visitor(shop).send("/login", {"name": "Greta", "password": WORDS})).status_code == 303
    kinds = [fact.kind for fact in await shop.facts("identity.login_link_made", "identity.person_entered", "identity.login_link_used", "identity.password_set")]
    assert kinds == ["identity.login_link_made", "identity.person_entered", "identity.login_link_used", "identity.password_set"]
    for fact in await shop.facts("identity.login_link_made", "identity.login_link_used"):
        assert link.rpartition("/")[2].encode() not in (fact.body or b"")


async def test_all_may_be_skipped(shop: Running) -> None:
    """Tests that nothing needs to be filled in: a session without a password begins, and a new link signs the same person in again."""
    visitor = Visitor(shop)
    assert (await visitor.send(await made(shop), {"name": "", "password": ""})).status_code == 303
    (person,) = await shop.ok("GET", "/api/v1/people")
    assert (person["name"], person["role"]) == ("Administrator", "admin")
    assert (await Visitor(shop).send("/login", {"name": "Administrator", "password": ""})).status_code == 401
    link = await made(shop)
    shown = await Visitor(shop).ask("GET", link)
    assert "data-go" in shown.text
    assert "Administrator" in shown.text
    again = Visitor(shop)
    assert (await again.send(link, {})).status_code == 303
    assert await again.me() == ["admin"]
    assert len(await shop.ok("GET", "/api/v1/people")) == 1


async def test_link_is_good_once_here_and_for_a_while(shop: Running) -> None:
    """Tests that looking uses nothing up, that a link is used up once, not under another name, not elsewhere, not after ten minutes."""
    await signed_in(shop, "Otto", "admin")
    link = await made(shop)
    for _ in range(3):
        assert (await Visitor(shop).ask("GET", link)).status_code == 200
    assert (await Visitor(shop).send(link, {}, Host=f"localhost:{shop.settings.http.port}")).status_code == 410
    assert (await Visitor(shop).send(link, {})).status_code == 303
    assert (await Visitor(shop).send(link, {})).status_code == 410
    links: LoginLinks = shop.node.links
    code = (await links.make(shop.node.house.me)).url.rpartition("/")[2]
    host = f"127.0.0.1:{shop.settings.http.port}"
    for address in ("192.168.1.7", "fd00::1", ""):
        with pytest.raises(Exception, match="login-link"):
            await links.look(code, host, address)
    await links.look(code, host, "::1")
    links._now = lambda now=links._now, later=LINK_LIFE + timedelta(seconds=1): now() + later.total_seconds()
    with pytest.raises(Exception, match="login-link"):
        await links.look(code, host, "127.0.0.1")


async def test_who_may_make_links(shop: Running) -> None:
    """Tests that only the token in the data folder makes a link: another administrator's token or session does not."""
    token = (await shop.ok("POST", "/api/v1/tokens", {"role": "admin"}))["token"]
    assert (await shop.call("POST", "/api/v1/session/link", token=token)).status_code == 403
    browser = await signed_in(shop, "Otto", "admin")
    assert (await browser.ask("POST", "/api/v1/session/link")).status_code == 403
    assert (await shop.call("POST", "/api/v1/session/link", token="")).status_code == 401


async def test_guessing_links_closes_the_door(shop: Running) -> None:
    """Tests that wrong codes are counted, and that a closed door is said with its time."""
    statuses = [(await Visitor(shop).ask("GET", f"/login/once/guess{number}")).status_code for number in range(8)]
    assert statuses[:6] == [410] * 6
    assert 429 in statuses[6:]


async def test_names_are_taken_once(shop: Running) -> None:
    """Tests that the first administrator does not become somebody who is entered already, and that a bad name is said."""
    await shop.ok("POST", "/api/v1/people", {"name": "Greta", "role": "viewer"})
    link = await made(shop)
    taken = await Visitor(shop).send(link, {"name": "Greta"})
    assert taken.status_code == 409
    assert "works here already" in taken.text
    long = await Visitor(shop).send(link, {"name": "x" * 201})
    assert long.status_code == 422
    assert (await Visitor(shop).send(link, {"name": "Otto"})).status_code == 303
    assert {each["name"]: each["role"] for each in await shop.ok("GET", "/api/v1/people")} == {"Greta": "viewer", "Otto": "admin"}
