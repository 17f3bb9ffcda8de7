"""The firm, its people and its access tokens over HTTP."""

import pytest

from plait.kernel.clock import SystemClock
from plait.kernel.facts import decode
from tests.identity.house import make_house, mode_of

PROFILE = {"name": "helix", "gln": "9521002000009", "gcp": "9521002", "isic": "2814", "region": "DE-BW", "zone": "Europe/Berlin", "currency": "EUR"}


@pytest.fixture
async def helix(tmp_path):
    async with make_house(tmp_path / "helix") as house:
        yield house


async def test_first_start(helix):
    """Tests that a first start founds the firm, makes its key and an administrator's token, none of it readable by others."""
    assert mode_of(helix.folder / "admin.token") == 0o600
    assert mode_of(helix.folder / "keys" / "es256.pem") == 0o600
    facts = await helix.store.facts()
    assert [fact.kind for fact in facts] == ["identity.firm_founded", "identity.token_made"]
    founded = decode(facts[0])
    assert founded.name == "helix"
    assert "d" not in founded.key
    secret = (helix.folder / "admin.token").read_text().strip()
    assert not any(secret.encode() in (fact.body or b"") for fact in facts)
    me = (await helix.http.get("/api/v1/me", headers=helix.admin)).json()
    assert (me["kind"], me["roles"], me["party"]) == ("person", ["admin"], founded.party_id)


async def test_second_start_is_the_same_firm(tmp_path):
    """Tests that party, key, profile and token outlive a restart, and that a lost token file is made anew."""
    async with make_house(tmp_path) as house:
        await house.http.put("/api/v1/firm", json=PROFILE, headers=house.admin)
        before, key, admin = house.identity.firm(), house.identity.public_jwk(), house.admin
    async with make_house(tmp_path, "other") as house:
        after = house.identity.firm()
        assert (after.party_id, after.name, after.gln, house.identity.public_jwk()) == (before.party_id, "helix", before.gln, key)
        assert house.admin == admin
        assert (await house.http.get("/api/v1/firm", headers=admin)).status_code == 200
    (tmp_path / "admin.token").write_text("")
    async with make_house(tmp_path) as house:
        assert (await house.http.get("/api/v1/tokens", headers=house.admin)).status_code == 200
        assert house.admin != admin


async def test_token_file_without_row(tmp_path):
    """Tests that a token file written just before a crash is honoured at the next start."""
    (tmp_path / "admin.token").write_text("plait_" + "a" * 43 + "\n")
    async with make_house(tmp_path) as house:
        assert (await house.http.get("/api/v1/tokens", headers=house.admin)).status_code == 200


async def test_describe(helix):
    """Tests that the profile changes as a fact, once, and a bad one changes nothing."""
    answer = await helix.http.put("/api/v1/firm", json=PROFILE, headers=helix.admin)
    firm = answer.json()
    assert (answer.status_code, firm["gln"], firm["did"], firm["resolver_url"]) == (200, "9521002000009", helix.identity.firm().did, helix.server.url)
    await helix.http.put("/api/v1/firm", json=PROFILE, headers=helix.admin)
    assert [fact.kind for fact in await helix.store.facts()].count("identity.firm_described") == 1
    answer = await helix.http.put("/api/v1/firm", json=PROFILE | {"gln": "9521002000008"}, headers=helix.admin)
    assert (answer.status_code, answer.json()["path"]) == (422, "$.gln")
    assert helix.identity.firm().gln == "9521002000009"


async def test_tokens(helix):
    """Tests that a token is shown once, works in its role, and not after it was revoked."""
    made = (await helix.http.post("/api/v1/tokens", json={"role": "viewer", "label": "tv", "days": 2}, headers=helix.admin)).json()
    own = {"Authorization": f"Bearer {made['token']}"}
    assert (await helix.http.get("/api/v1/facts", headers=own)).status_code == 200
    assert (await helix.http.get("/api/v1/tokens", headers=own)).status_code == 403
    assert (await helix.http.put("/api/v1/firm", json=PROFILE, headers=own)).status_code == 403
    listed = await helix.http.get("/api/v1/tokens", headers=helix.admin)
    assert made["token"] not in listed.text
    assert [row["label"] for row in listed.json()] == ["admin.token", "tv"]
    assert (await helix.http.delete(f"/api/v1/tokens/{made['id']}", headers=helix.admin)).status_code == 204
    assert (await helix.http.delete(f"/api/v1/tokens/{made['id']}", headers=helix.admin)).status_code == 404
    assert (await helix.http.get("/api/v1/facts", headers=own)).status_code == 401
    kinds = [fact.kind for fact in await helix.store.facts()]
    assert kinds[-2:] == ["identity.token_made", "identity.token_revoked"]
    for file in helix.folder.glob("plait.db*"):
        assert made["token"].encode() not in file.read_bytes()


async def test_revoked_administrator_stays_revoked(tmp_path):
    """Tests that the file of a revoked token does not bring it back at the next start."""
    async with make_house(tmp_path) as house:
        token = (await house.http.get("/api/v1/tokens", headers=house.admin)).json()[0]
        await house.http.delete(f"/api/v1/tokens/{token['id']}", headers=house.admin)
    async with make_house(tmp_path) as house:
        assert (await house.http.get("/api/v1/tokens", headers=house.admin)).status_code == 401


async def test_tokens_expire(helix, monkeypatch):
    """Tests that a token is refused after its last day."""
    made = (await helix.http.post("/api/v1/tokens", json={"days": 1}, headers=helix.admin)).json()
    own = {"Authorization": f"Bearer {made['token']}"}
    assert (await helix.http.get("/api/v1/facts", headers=own)).status_code == 200
    from datetime import timedelta

    real = SystemClock.now
    monkeypatch.setattr(SystemClock, "now", lambda self: real(self) + timedelta(days=1, seconds=1))
    answer = await helix.http.get("/api/v1/facts", headers=own)
    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]


BAD = ["Basic YTpi", "Bearer", "Bearer plait_wrong", "Bearer nothing", "Bearer a.b.c", "Bearer " + "a" * 9000 + ".b.c", "plait_x"]


@pytest.mark.parametrize("credentials", BAD, ids=[text[:20] for text in BAD])
async def test_bad_credentials(helix, credentials):
    """Tests that credentials that are none are refused, on open routes too."""
    for path in ("/api/v1/firm", "/api/v1/me"):
        answer = await helix.http.get(path, headers={"Authorization": credentials})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_people(helix):
    """Tests that people are entered once by name, their role may change, and only the administrator sees them."""
    for role in ("operator", "operator", "manager"):
        answer = await helix.http.post("/api/v1/people", json={"name": "Ada", "role": role}, headers=helix.admin)
        assert answer.status_code == 201
    people = (await helix.http.get("/api/v1/people", headers=helix.admin)).json()
    assert [(person["name"], person["role"]) for person in people] == [("Ada", "manager")]
    assert [fact.kind for fact in await helix.store.facts()].count("identity.person_entered") == 2
    assert (await helix.http.post("/api/v1/people", json={"name": "Bob", "role": "king"}, headers=helix.admin)).status_code == 422
    made = (await helix.http.post("/api/v1/tokens", json={"role": "manager"}, headers=helix.admin)).json()
    assert (await helix.http.get("/api/v1/people", headers={"Authorization": f"Bearer {made['token']}"})).status_code == 403


async def test_entering_twice_with_one_key(helix):
    """Tests that a repeat under the same Idempotency-Key gives the first answer."""
    headers = helix.admin | {"Idempotency-Key": "k1"}
    first = await helix.http.post("/api/v1/people", json={"name": "Ada"}, headers=headers)
    again = await helix.http.post("/api/v1/people", json={"name": "Ada"}, headers=headers)
    assert first.json() == again.json()
