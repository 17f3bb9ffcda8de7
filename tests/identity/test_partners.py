"""Partners' signed tokens and contracts, between two firms over HTTP."""

import msgspec
import pytest
from joserfc.jwk import ECKey

from plait.identity.jws import SigningKey
from plait.kernel.actor import ANONYMOUS, Actor, Scope
from plait.kernel.clock import SYSTEM, SystemClock
from plait.kernel.ids import new_id
from plait.kernel.ports import Grant
from plait.kernel.problems import Problem
from tests.identity.house import make_house


@pytest.fixture
async def helix(tmp_path):
    async with make_house(tmp_path / "helix") as house:
        yield house


@pytest.fixture
async def meridian(tmp_path):
    async with make_house(tmp_path / "meridian", "meridian") as house:
        yield house


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


async def test_document(helix):
    """Tests that the DID document is open and names key, party and services."""
    answer = await helix.http.get("/.well-known/did.json")
    document = answer.json()
    firm = helix.identity.firm()
    assert answer.headers["content-type"] == "application/did+json"
    assert document["id"] == firm.did == f"did:web:127.0.0.1%3A{helix.server.port}"
    assert document["alsoKnownAs"] == [f"urn:uuid:{firm.party_id}"]
    assert document["verificationMethod"][0]["publicKeyJwk"] == helix.identity.public_jwk()
    assert "d" not in document["verificationMethod"][0]["publicKeyJwk"]


async def test_unknown_partner_is_resolved(helix, meridian):
    """Tests that a firm nobody has entered is known by its DID document, without a party."""
    answer = await helix.http.post("/mail", headers=bearer(meridian.identity.partner_token(helix.identity.firm().did)), content=b"hi")
    assert answer.json() == {"kind": "partner", "id": meridian.identity.firm().did, "party": "", "size": 2}


async def test_known_partner(helix, meridian):
    """Tests that a firm of the directory acts as its party, by the pinned key, even when its node is away."""
    helix.knows(meridian)
    token = meridian.identity.partner_token(helix.identity.firm().did)
    await meridian.server.stop()
    answer = await helix.http.post("/mail", headers=bearer(token))
    assert answer.json()["party"] == meridian.identity.firm().party_id


async def test_pinned_key_wins(helix, meridian):
    """Tests that a key served by the partner's address does not count against the pinned one."""
    helix.knows(meridian)
    other = SigningKey(ECKey.generate_key("P-256"))
    helix.book.rows[0] = msgspec.structs.replace(helix.book.rows[0], key=other.public)
    answer = await helix.http.post("/mail", headers=bearer(meridian.identity.partner_token(helix.identity.firm().did)))
    assert answer.status_code == 401


async def test_token_is_used_once(helix, meridian):
    """Tests that a token opens one request."""
    headers = bearer(meridian.identity.partner_token(helix.identity.firm().did))
    assert (await helix.http.post("/mail", headers=headers)).status_code == 200
    answer = await helix.http.post("/mail", headers=headers)
    assert answer.status_code == 401
    assert "used before" in answer.json()["detail"]


async def test_partners_may_do_little(helix, meridian):
    """Tests that a partner's token opens only what partners may do without a contract."""
    for path in ("/api/v1/facts", "/api/v1/firm", "/api/v1/tokens", "/trace"):
        assert (await helix.http.get(path, headers=bearer(meridian.identity.partner_token(helix.identity.firm().did)))).status_code == 403


def claims(house, peer, **changes):
    now, did = int(SYSTEM.now().timestamp()), house.identity.firm().did
    shifted = {name: now + value if isinstance(value, int) else value for name, value in changes.items()}
    whole = {"iss": did, "sub": did, "aud": peer.identity.firm().did, "jti": new_id(), "iat": now, "exp": now + 60} | shifted
    return {name: value for name, value in whole.items() if value is not None}


# Times are seconds from now.
BAD = [
    ("subject differs", {"sub": "did:web:other.example"}, "differ"),
    ("other audience", {"aud": "did:web:other.example"}, "not for"),
    ("no audience", {"aud": []}, "not for"),
    ("expired", {"exp": -60}, "expired"),
    ("valid for too long", {"exp": 3600}, "more than"),
    ("not valid yet", {"nbf": 300}, "not valid yet"),
    ("issued in the future", {"iat": 300}, "not valid yet"),
    ("no id", {"jti": None}, "cannot be read"),
    ("empty id", {"jti": ""}, "id is empty"),
    ("times as text", {"exp": "soon"}, "cannot be read"),
    ("no DID", {"iss": "meridian", "sub": "meridian"}, "not one of"),
]


@pytest.mark.parametrize(("why", "changes", "text"), BAD, ids=[row[0] for row in BAD])
async def test_bad_claims(helix, meridian, why, changes, text):
    """Tests that each claim is checked, though the signature holds."""
    body = msgspec.json.encode(claims(meridian, helix, **changes))
    answer = await helix.http.post("/mail", headers=bearer(meridian.identity.key().sign(body, meridian.identity.kid)))
    assert answer.status_code == 401
    assert text in answer.json()["detail"]


async def test_good_claims(helix, meridian):
    """Tests that leeway of half a minute is given and the audience may be a list."""
    body = msgspec.json.encode(claims(meridian, helix, aud=["x", helix.identity.firm().did], exp=-10, iat=10, nbf=10))
    assert (await helix.http.post("/mail", headers=bearer(meridian.identity.key().sign(body, meridian.identity.kid)))).status_code == 200


async def test_forged_signatures(helix, meridian):
    """Tests that another's key, another's key id, no algorithm and a changed payload are refused."""
    good, did = msgspec.json.encode(claims(meridian, helix)), meridian.identity.firm().did
    other = SigningKey(ECKey.generate_key("P-256"))
    token = meridian.identity.key().sign(good, meridian.identity.kid)
    head, body, signature = token.split(".")
    forged = [
        other.sign(good, meridian.identity.kid),
        other.sign(good, helix.identity.kid),
        meridian.identity.key().sign(good, f"{did}#other"),
        f"eyJhbGciOiJub25lIn0.{body}.",
        f"{head}.{body[:-4]}{'AAAA' if body[-4:] != 'AAAA' else 'BBBB'}.{signature}",
        f"{head}.{body}.{signature[:-6]}AAAAAA",
        f"{head}.{body}",
    ]
    for each in forged:
        assert (await helix.http.post("/mail", headers=bearer(each))).status_code == 401, each
    assert (await helix.http.post("/mail", headers=bearer(token))).status_code == 200


async def test_untrusted_networks_are_not_asked(tmp_path, meridian):
    """Tests that a DID that leads to an inside address is not resolved unless the network is trusted."""
    async with make_house(tmp_path / "careful", "careful", ()) as careful:
        answer = await careful.http.post("/mail", headers=bearer(meridian.identity.partner_token(careful.identity.firm().did)))
        assert answer.status_code == 401
        assert "network.trusted" in answer.json()["detail"]


async def test_rotated_key_is_found(helix, meridian, tmp_path):
    """Tests that a remembered document is fetched anew when the key named is not in it."""
    did = helix.identity.firm().did
    assert (await helix.http.post("/mail", headers=bearer(meridian.identity.partner_token(did)))).status_code == 200
    meridian.identity._key = SigningKey(ECKey.generate_key("P-256"))
    assert (await helix.http.post("/mail", headers=bearer(meridian.identity.partner_token(did)))).status_code == 200


async def test_documents_are_remembered(helix, meridian, monkeypatch):
    """Tests that a DID is resolved once in five minutes."""
    did, asked = helix.identity.firm().did, []
    real = helix.identity._partners._client.request

    async def counted(*args, **kwargs):
        asked.append(args)
        return await real(*args, **kwargs)

    monkeypatch.setattr(helix.identity._partners._client, "request", counted)
    for _ in range(3):
        assert (await helix.http.post("/mail", headers=bearer(meridian.identity.partner_token(did)))).status_code == 200
    assert len(asked) == 1
    mono = SystemClock.monotonic
    monkeypatch.setattr(SystemClock, "monotonic", lambda self: mono(self) + 301)
    assert (await helix.http.post("/mail", headers=bearer(meridian.identity.partner_token(did)))).status_code == 200
    assert len(asked) == 2


async def test_sign_and_verify(helix, meridian):
    """Tests that what one signs the other verifies, by party and by DID, and nothing else."""
    signed = meridian.identity.sign(b'{"terms":1}')
    assert await helix.identity.verify(meridian.identity.firm().did, signed) == b'{"terms":1}'
    helix.knows(meridian)
    assert await helix.identity.verify(meridian.identity.firm().party_id, signed) == b'{"terms":1}'
    for wrong in (helix.identity.sign(b"{}"), signed[:-8] + "AAAAAAAA", "x", signed + ".x"):
        with pytest.raises(Problem):
            await helix.identity.verify(meridian.identity.firm().party_id, wrong)


GRANT = Grant("urn:a:1", "party-m", "traceability", "traceability")
CONTRACT = Actor("contract", "party-m", "party-m", agreement="urn:a:1", dataset="traceability")


async def test_contract_over_http(helix):
    """Tests that a transfer's token opens the dataset's reads while the agreement is in force, and nothing else."""
    helix.contracts.tokens["secret"] = helix.contracts.grants["urn:a:1"] = GRANT
    assert (await helix.http.get("/trace", headers=bearer("secret"))).json() == {"kind": "contract", "party": "party-m", "agreement": "urn:a:1"}
    assert (await helix.http.get("/api/v1/facts", headers=bearer("secret"))).status_code == 403
    assert (await helix.http.post("/mail", headers=bearer("secret"))).status_code == 403
    helix.contracts.grants.clear()
    answer = await helix.http.get("/trace", headers=bearer("secret"))
    assert answer.status_code == 403
    assert "not in force" in answer.json()["detail"]
    helix.contracts.tokens.clear()
    assert (await helix.http.get("/trace", headers=bearer("secret"))).status_code == 401


KINDS = ["epcis.event", "trace", "traceability", "observatory.report", "aggregates", "machine", "schedule", "part", "signal", "link", "fact", "trade.document"]


async def test_scopes_of_a_contract(helix):
    """Tests that a contract shows only the kinds of its dataset, and nothing once it is not in force."""
    assert all(helix.identity.scope(CONTRACT, "read", kind).nothing for kind in KINDS)
    helix.contracts.grants["urn:a:1"] = GRANT
    shown = {kind for kind in KINDS if not helix.identity.scope(CONTRACT, "read", kind).nothing}
    assert shown == {"epcis.event", "trace", "traceability"}
    assert helix.identity.scope(CONTRACT, "read", "trace") == Scope(party="party-m", agreement="urn:a:1")
    for other in (
        msgspec.structs.replace(CONTRACT, party="party-o"),
        msgspec.structs.replace(CONTRACT, agreement=None),
        msgspec.structs.replace(CONTRACT, agreement="urn:a:2"),
        msgspec.structs.replace(CONTRACT, dataset="other"),
    ):
        assert helix.identity.scope(other, "read", "trace").nothing
        with pytest.raises(Problem, match="not in force"):
            helix.identity.require(other, "trace.read")
    helix.identity.require(CONTRACT, "trace.read")
    with pytest.raises(Problem, match="does not cover"):
        helix.identity.require(CONTRACT, "observatory.report")


async def test_scopes_of_others(helix):
    """Tests that our own see everything, a partner only its own, strangers and people of other firms nothing."""
    own = helix.identity.firm().party_id
    assert all(helix.identity.scope(helix.me, "read", kind).everything for kind in KINDS)
    assert all(helix.identity.scope(Actor("person", "a", own, frozenset({"viewer"})), "read", kind).everything for kind in KINDS)
    partner = Actor("partner", "did:web:m", "party-m")
    assert {kind for kind in KINDS if not helix.identity.scope(partner, "read", kind).nothing} == {"trade.document"}
    assert helix.identity.scope(partner, "read", "trade.document") == Scope(party="party-m")
    for nobody in (
        ANONYMOUS,
        Actor("partner", "did:web:x", ""),
        Actor("person", "a", "party-m", frozenset({"admin"})),
        Actor("system", "node", "party-m", frozenset({"admin"})),
        Actor("person", "a", own),
    ):
        assert all(helix.identity.scope(nobody, "read", kind).nothing for kind in KINDS)
        with pytest.raises(Problem):
            helix.identity.require(nobody, "trade.read")
