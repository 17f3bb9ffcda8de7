"""People sign in: codes, passwords, lock-out, sessions, scoped tokens, and the trail they leave."""

import asyncio
import json
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.identity.people import rules
from plait.identity.people.model import WEAK
from plait.identity.people.passwords import Passwords
from plait.kernel.actor import Actor
from plait.kernel.problems import Problem
from plait.store import now_ms
from tests.cli.test_verbs import run
from tests.support.nodes import Running

WORDS = "seven grey herons fishing"
OTHER = "a lathe hums at night"


class Browser:
    """A browser: it keeps the node's cookie and says where its requests come from."""

    def __init__(self, node: Running) -> None:
        self.node = node
        self.cookie = ""
        self.http = node.http

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Send a request as a page of the node itself would."""
        own = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "Sec-Fetch-Site": "same-origin"} | headers
        if self.cookie:
            own["Cookie"] = self.cookie
        answer = await self.http.request(method, path, json=body, headers=own)
        for line in answer.headers.get_list("set-cookie"):
            jar = SimpleCookie(line)
            self.cookie = "; ".join(f"{name}={one.value}" for name, one in jar.items())
        self.http.cookies.clear()
        return answer


@pytest.fixture
async def shop(tmp_path: Path):
    """A node with quick passwords."""
    node = Running("shop", tmp_path / "shop")
    await node.start()
    node.node.people.passwords = Passwords(memory_kib=1024, passes=1)
    yield node
    await node.stop()


async def entered(node: Running, name: str, role: str = "manager") -> tuple[str, str]:
    """Enter somebody; return their id and their code."""
    person = await node.ok("POST", "/api/v1/people", {"name": name, "role": role})
    code = await node.ok("POST", f"/api/v1/people/{person['id']}/code")
    return person["id"], code["code"]


async def signed_in(node: Running, name: str = "Greta", role: str = "manager") -> Browser:
    """Let somebody set a password and sign in."""
    _, code = await entered(node, name, role)
    browser = Browser(node)
    answer = await browser.ask("POST", "/api/v1/session/activate", {"code": code, "password": WORDS})
    assert answer.status_code == 201, answer.text
    return browser


async def test_first_password(shop: Running) -> None:
    """Tests that a code sets a password once and signs in, with the session seen and the role in force."""
    browser = await signed_in(shop)
    me = (await browser.ask("GET", "/api/v1/me")).json()
    assert (me["kind"], me["roles"]) == ("person", ["manager"])
    assert (await browser.ask("GET", "/api/v1/parts")).status_code == 200
    assert (await browser.ask("GET", "/api/v1/tokens")).status_code == 403
    (session,) = (await browser.ask("GET", "/api/v1/sessions")).json()
    assert (session["name"], session["device"], session["address"]) == ("Greta", "Firefox on Linux", "127.0.0.1")


async def test_code_is_good_once(shop: Running) -> None:
    """Tests that a code is used up, that a weak password does not use it up, and that a guessed or older one is refused."""
    person, first = await entered(shop, "Greta")
    second = (await shop.ok("POST", f"/api/v1/people/{person}/code"))["code"]
    browser = Browser(shop)
    for code, password, status in (
        (first, WORDS, 422),
        ("guessed", WORDS, 422),
        (second, "short", 422),
        (second, WORDS, 201),
        (second, OTHER, 422),
    ):
        answer = await browser.ask("POST", "/api/v1/session/activate", {"code": code, "password": password})
        assert answer.status_code == status, answer.text


async def test_cookie(shop: Running) -> None:
    """Tests that the cookie is out of reach of scripts and other sites, is named after the node, and is made anew at each sign-in."""
    browser = await signed_in(shop)
    before = browser.cookie
    answer = await browser.ask("POST", "/api/v1/session", {"name": "Greta", "password": WORDS}, Cookie="plait-x=fixed")
    line = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in line.split(";")}
    assert "Secure" not in line
    assert line.startswith(f"plait-{shop.party.replace('-', '')[-12:]}=")
    assert browser.cookie != before
    assert answer.headers["cache-control"] == "no-store"
    secure = rules.set_cookie(rules.cookie_name(shop.party, secure=True), "x", secure=True, seconds=5)
    assert secure.startswith("__Host-plait-")
    assert secure.endswith("; Secure")


async def test_wrong_passwords(shop: Running) -> None:
    """Tests that a wrong password and a name nobody has get the same answer, and a long one none but that."""
    await signed_in(shop)
    answers = []
    for name, password in (("Greta", "wrong wrong wrong"), ("Nobody", WORDS), ("Greta", "x" * 300), ("Greta", "")):
        answer = await Browser(shop).ask("POST", "/api/v1/session", {"name": name, "password": password})
        answers.append((answer.status_code, {key: value for key, value in answer.json().items() if key != "id"}))
    assert {status for status, _ in answers} == {401}
    assert all(body == answers[0][1] for _, body in answers)


async def test_lock_out(shop: Running) -> None:
    """Tests that many wrong passwords close the door for a while, which outlasts a restart, is told by facts without flooding them, and opens again."""
    await signed_in(shop)
    for _ in range(6):
        await Browser(shop).ask("POST", "/api/v1/session", {"name": "Greta", "password": "wrong wrong wrong"})
    locked = await Browser(shop).ask("POST", "/api/v1/session", {"name": "Greta", "password": WORDS})
    assert locked.status_code == 429
    assert 1 <= int(locked.headers["retry-after"]) <= 2
    facts = [fact.kind for fact in await shop.facts("identity.sign_in_failed", "identity.locked_out")]
    assert facts == ["identity.sign_in_failed"] * 3 + ["identity.locked_out"]
    later = now_ms() - 20_000
    await shop.node.store.write(
        shop.node.house.me, lambda tx: tx.conn.exec_driver_sql(f"UPDATE people_failure SET count = 9, last = {later + 15_000}") and None
    )
    await shop.stop()
    await shop.start()
    assert (await Browser(shop).ask("POST", "/api/v1/session", {"name": "Greta", "password": WORDS})).status_code == 429
    await shop.node.store.write(shop.node.house.me, lambda tx: tx.conn.exec_driver_sql(f"UPDATE people_failure SET last = {later}") and None)
    assert (await Browser(shop).ask("POST", "/api/v1/session", {"name": "Greta", "password": WORDS})).status_code == 201


async def test_strangers_lock_nobody_out(shop: Running) -> None:
    """Tests that wrong passwords from elsewhere close the door there, not where somebody has signed in before."""
    await signed_in(shop)
    people = shop.node.people
    greta = next(iter(people._people.values()))
    for _ in range(12):
        await people.failed(greta, "203.0.113.9")
    with pytest.raises(Problem, match="locked-out"):
        await people.check_doors(greta, "203.0.113.9")
    with pytest.raises(Problem, match="locked-out"):
        await people.check_doors(greta, "198.51.100.1")
    await people.check_doors(greta, "127.0.0.1")


async def test_a_clock_set_back_locks_nobody(shop: Running) -> None:
    """Tests that failures noted by a clock that was ahead do not keep a door closed."""
    await signed_in(shop)
    greta = next(iter(shop.node.people._people.values()))
    for _ in range(8):
        await shop.node.people.failed(greta, "127.0.0.1")
    ahead = now_ms() + 10 * 365 * 86_400_000
    await shop.node.store.write(shop.node.house.me, lambda tx: tx.conn.exec_driver_sql(f"UPDATE people_failure SET last = {ahead}") and None)
    await shop.node.people.check_doors(greta, "127.0.0.1")


async def test_other_sites(shop: Running) -> None:
    """Tests that a request that changes something is refused with a cookie from another site, and a reading one is not."""
    browser = await signed_in(shop, role="admin")
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": ""},
    ):
        answer = await browser.ask("POST", "/api/v1/people", {"name": "X"}, **headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross-site"), headers
    assert (await browser.ask("GET", "/api/v1/people", **{"Sec-Fetch-Site": "cross-site"})).status_code == 200
    host = f"127.0.0.1:{shop.settings.http.port}"
    assert (await browser.ask("POST", "/api/v1/people", {"name": "X"}, **{"Sec-Fetch-Site": "", "Origin": f"http://{host}"})).status_code == 201


async def test_sessions_end(shop: Running) -> None:
    """Tests the ways a session ends: signing out, another's hand, a new password, leaving, the time; and that it lasts over a restart."""
    browser = await signed_in(shop)
    await shop.stop()
    await shop.start()
    shop.node.people.passwords = Passwords(memory_kib=1024, passes=1)
    browser.http = shop.http
    assert (await browser.ask("GET", "/api/v1/parts")).status_code == 200
    second, third = Browser(shop), Browser(shop)
    for one in (second, third):
        await one.ask("POST", "/api/v1/session", {"name": "Greta", "password": WORDS})
    out = await second.ask("DELETE", "/api/v1/session")
    assert out.status_code == 204
    assert "Max-Age=0" in out.headers["set-cookie"]
    changed = await browser.ask("PUT", "/api/v1/session/password", {"old": WORDS, "new": OTHER})
    assert changed.status_code == 204, changed.text
    assert (await third.ask("GET", "/api/v1/parts")).status_code == 401
    assert (await browser.ask("GET", "/api/v1/parts")).status_code == 200
    (session,) = await shop.ok("GET", "/api/v1/sessions")
    await shop.ok("DELETE", f"/api/v1/sessions/{session['id']}")
    assert (await browser.ask("GET", "/api/v1/parts")).status_code == 401
    await browser.ask("POST", "/api/v1/session", {"name": "Greta", "password": OTHER})
    live = next(iter(shop.node.people._live.values()))
    live.deadline = 0.0
    assert (await browser.ask("GET", "/api/v1/parts")).status_code == 401
    live.deadline = 1e12
    person = next(iter(await shop.ok("GET", "/api/v1/people")))
    await shop.ok("DELETE", f"/api/v1/people/{person['id']}")
    assert (await browser.ask("GET", "/api/v1/parts")).status_code == 401
    assert (await Browser(shop).ask("POST", "/api/v1/session", {"name": "Greta", "password": OTHER})).status_code == 401


async def test_only_ones_own(shop: Running) -> None:
    """Tests that nobody but an administrator sees or ends another's session, and another node's cookie is nobody's here."""
    greta, omar = await signed_in(shop, "Greta"), await signed_in(shop, "Omar", "viewer")
    assert len((await omar.ask("GET", "/api/v1/sessions")).json()) == 1
    (hers,) = (await greta.ask("GET", "/api/v1/sessions")).json()
    assert (await omar.ask("DELETE", f"/api/v1/sessions/{hers['id']}")).status_code == 404
    assert len(await shop.ok("GET", "/api/v1/sessions")) == 2
    greta.cookie = greta.cookie.replace("plait-", "plait-f")
    assert (await greta.ask("GET", "/api/v1/parts")).status_code == 401


async def test_scoped_tokens(shop: Running) -> None:
    """Tests that a token does no more than its scopes and its role, makes no wider one, and that a new secret ends the old."""
    made = await shop.ok("POST", "/api/v1/tokens", {"role": "manager", "scopes": ["part.*", "facts.read"], "days": 1})
    assert (await shop.call("GET", "/api/v1/parts", token=made["token"])).status_code == 200
    refused = await shop.call("GET", "/api/v1/trade/documents", token=made["token"])
    assert refused.status_code == 403
    assert "part.*, facts.read" in refused.json()["detail"]
    wide = await shop.ok("POST", "/api/v1/tokens", {"role": "viewer", "scopes": ["*"]})
    assert (await shop.call("POST", "/api/v1/stock", {}, token=wide["token"])).status_code == 403
    keeper = await shop.ok("POST", "/api/v1/tokens", {"role": "admin", "scopes": ["admin.tokens", "trade.*"]})
    for scopes, status in (([], 422), (["*"], 422), (["part.read"], 422), (["trade.read"], 201)):
        answer = await shop.call("POST", "/api/v1/tokens", {"role": "viewer", "scopes": scopes}, token=keeper["token"])
        assert answer.status_code == status, scopes
    renewed = await shop.ok("POST", f"/api/v1/tokens/{made['id']}/renew")
    assert (await shop.call("GET", "/api/v1/parts", token=made["token"])).status_code == 401
    assert (await shop.call("GET", "/api/v1/parts", token=renewed["token"])).status_code == 200
    for scope in ("Trade", "a b", "../x", "", "a" * 100):
        assert (await shop.call("POST", "/api/v1/tokens", {"scopes": [scope]})).status_code == 422, scope
    today = datetime.now(UTC).date().isoformat()
    await shop.node.activity.wait_idle()
    assert {token["used"][:10] for token in await shop.ok("GET", "/api/v1/tokens") if token["id"] == made["id"]} == {today}


async def test_trail(shop: Running) -> None:
    """Tests that who did what can be read back, by person and by kind, and that no secret or address stands in any fact."""
    browser = await signed_in(shop, "Greta", "admin")
    await Browser(shop).ask("POST", "/api/v1/session", {"name": "Greta", "password": "wrong wrong wrong"})
    token = (await browser.ask("POST", "/api/v1/tokens", {"role": "viewer", "label": "report"})).json()
    await browser.ask("DELETE", f"/api/v1/tokens/{token['id']}")
    page = await shop.ok("GET", "/api/v1/audit")
    kinds = [line["kind"].removeprefix("identity.") for line in page["items"]]
    wanted = ["person_entered", "code_made", "password_set", "signed_in", "sign_in_failed", "token_made", "token_revoked"]
    assert [kind for kind in kinds if kind in wanted][-7:] == wanted
    hers = await shop.ok("GET", "/api/v1/audit?person=Greta")
    assert "signed in" in {line["what"] for line in hers["items"]}
    only = await shop.ok("GET", "/api/v1/audit?kind=identity.token_revoked")
    assert len(only["items"]) == 1
    assert only["items"][0]["actor"].startswith("person:")
    assert (await shop.call("GET", "/api/v1/audit?kind=trade.order_sent")).json()["items"] == []
    cookie = browser.cookie.partition("=")[2]
    for fact in await shop.facts():
        for secret in (WORDS, cookie, token["token"], "127.0.0.1:", "argon2"):
            assert secret.encode() not in (fact.body or b""), fact.kind


async def test_a_flood_of_sign_ins(shop: Running) -> None:
    """Tests that many sign-ins at once are turned away but for a few, while the node answers others."""
    await signed_in(shop)
    tries = [Browser(shop).ask("POST", "/api/v1/session", {"name": f"Nobody {number}", "password": WORDS}) for number in range(60)]
    statuses = {answer.status_code for answer in await asyncio.gather(*tries)}
    assert statuses <= {401, 429}
    assert 429 in statuses
    assert (await shop.call("GET", "/api/v1/parts")).status_code == 200


async def test_terminal(shop: Running, tmp_path: Path) -> None:
    """Tests the verbs: enter somebody, list, a new code, sessions, the trail, take them out."""
    data = ("--data", str(tmp_path / "shop"))

    async def verb(*words: str) -> str:
        done = await asyncio.to_thread(run, "person", *words, *data)
        assert done.returncode == 0, done.stderr
        return done.stdout

    code = json.loads(await verb("add", "Greta", "--role", "manager", "--json"))["code"]
    assert (await Browser(shop).ask("POST", "/api/v1/session/activate", {"code": code, "password": WORDS})).status_code == 201
    assert "Greta" in await verb("list")
    assert "sets a password with the code" in await verb("code", "Greta")
    (session,) = json.loads(await verb("sessions", "--json"))
    assert "signed in" in await verb("audit", "--about", "Greta")
    await verb("end", session["id"])
    await verb("remove", "Greta")
    assert json.loads(await verb("list", "--json")) == []


@pytest.mark.parametrize(
    ("password", "names", "ok"),
    [
        (WORDS, (), True),
        ("short words", (), False),
        ("password1234", (), False),
        ("Passwort!Passwort!", (), False),
        ("aaaaaaaaaaaaaaaaaaa", (), False),
        ("123456789012345", (), False),
        ("abcdefghijklmnop", (), False),
        ("Helix GearsHelix Gears1", ("Helix Gears",), False),
        ("Greta Winter Greta", ("Greta Winter",), False),
        ("qwertzuiopasdfgh99", (), False),
        ("michaeljackson", (), False),
        ("trustno1trustno1", (), False),
        ("P@ssw0rd2024!!", (), False),
        ("1q2w3e4r5t6y", (), False),
        ("Summer2025!!!", (), False),
        ("Gr3t4W1nt3r2026", ("Greta Winter",), False),
        ("a" * 100 + "!" * 100, (), False),
        ("Müßige Äpfel rollen 木", (), True),
        ("x" * 300, (), False),
    ],
)
def test_weak_passwords(password: str, names: tuple[str, ...], ok: bool) -> None:
    """Tests which passwords are refused as guessable; any character may stand in one."""
    if ok:
        rules.check_password(password, *names)
        return
    with pytest.raises(Problem) as refused:
        rules.check_password(password, *names)
    assert refused.value.code == WEAK


@given(st.integers(0, 10_000))
def test_lock_grows_and_ends(failures: int) -> None:
    """Tests that a few tries are free, that waiting never shrinks with more, and never exceeds a quarter of an hour."""
    assert rules.lock_seconds(failures) <= rules.lock_seconds(failures + 1) <= 900
    assert (rules.lock_seconds(failures) == 0) == (failures <= 5)


@given(st.text(max_size=200))
def test_any_cookie_header(header: str) -> None:
    """Tests that whatever stands in a Cookie header is read or not, never an error."""
    assert isinstance(rules.cookie_in(header, "plait-x"), str)


def test_hashes_are_argon2id() -> None:
    """Tests the parameters in use, and that a weaker hash is noticed."""
    strong = asyncio.run(Passwords().hash("x"))
    assert strong.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert Passwords().outdated(asyncio.run(Passwords(memory_kib=1024).hash("x")))
    assert not Passwords().outdated(strong)


async def test_nobody_acts_without_the_firm(shop: Running) -> None:
    """Tests that a person of another firm is nobody here, whatever their role."""
    with pytest.raises(Problem, match="forbidden"):
        shop.node.identity.require(Actor("person", "x", "another", frozenset({"admin"})), "part.read")
