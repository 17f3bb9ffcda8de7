"""What partners and people should not send, sent to whole nodes: each refused precisely, nothing changed, nothing stuck."""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plait.identity import tables
from plait.identity.model import TokenView
from plait.kernel.clock import SYSTEM, iso, parse_iso
from plait.kernel.ids import new_id
from plait.kernel.settings import Desk
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.trade.model import Line, Order, Quotation, RequestForQuotation, hash_of
from plait.manufacturing.trade.rules import ref_to
from plait.sharing.dsp import CONTEXT, NIL
from tests.support.nodes import Running, nodes, settle, until
from tests.support.require import conformance_data
from tests.support.shop import ask, furnish

pytestmark = pytest.mark.journey

XML = "application/xml"
JOSE = "application/jose"
UBL = (
    '<{name} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{name}-2"'
    ' xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
    ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">{content}</{name}>'
)
LINE = (
    "<cac:RequestForQuotationLine><cac:LineItem><cbc:ID>1</cbc:ID><cbc:Quantity>{quantity}</cbc:Quantity>"
    "<cac:Item><cbc:Name>Shaft</cbc:Name></cac:Item></cac:LineItem></cac:RequestForQuotationLine>"
)


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[list[Running]]:
    """A shop that turns shafts by hand, and a customer."""
    async with nodes(tmp_path, "seller", "buyer") as made:
        await furnish(made[0])
        await settle(*made)
        yield made


async def heads(*running: Running) -> list[int]:
    """Return how many facts each node holds."""
    return [await each.node.store.head() for each in running]


async def quoted(buyer: Running, seller: Running) -> dict[str, Any]:
    """Ask for shafts and return the quotation the buyer received."""
    rfq = await ask(buyer, seller)
    await settle(buyer, seller)
    return next(each for each in await buyer.documents("Quotation") if each["refs"][0]["id"] == rfq["id"])


def order_on(quotation: dict[str, Any], buyer: Running, number: str = "PO-90001", **changes: Any) -> Order:
    """Return an order on a quotation, as the buyer's own software might write it."""
    before = msgspec.convert(quotation, Quotation)
    head = {"id": new_id(), "number": number, "party": buyer.party, "party_name": buyer.name, "counterparty": before.party, "issued": SYSTEM.now()}
    return Order(**{**head, "refs": (ref_to(before),), "lines": before.lines, **changes})


async def mail(sender: Running, receiver: Running, document: msgspec.Struct) -> Any:
    """Send a signed document past the sender's own checks."""
    return await post(sender, receiver, sender.node.identity.sign(msgspec.json.encode(document, order="deterministic")))


async def post(sender: Running, receiver: Running, jws: str) -> Any:
    """Send a letter as it is."""
    return await sender.tell(receiver, "POST", "/api/v1/trade/mail", jws.encode(), media=JOSE)


UBL_CASES: list[tuple[str, str, str]] = [
    ("empty", "", "ubl-unreadable"),
    ("no XML", "please send 20 shafts", "ubl-unreadable"),
    ("cut off", UBL.format(name="RequestForQuotation", content="<cbc:ID>1</cbc:ID>")[:-8], "ubl-unreadable"),
    ("an entity", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>', "ubl-unreadable"),
    ("another vocabulary", "<a/>", "ubl-type"),
    ("an invoice", UBL.format(name="Invoice", content="<cbc:ID>1</cbc:ID>"), "ubl-type"),
    ("an order", UBL.format(name="Order", content="<cbc:ID>1</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate>"), "ubl-type"),
    ("no date", UBL.format(name="RequestForQuotation", content="<cbc:ID>1</cbc:ID>"), "ubl-unreadable"),
    ("a date that is none", UBL.format(name="RequestForQuotation", content="<cbc:IssueDate>yesterday</cbc:IssueDate>"), "ubl-unreadable"),
    ("no line", UBL.format(name="RequestForQuotation", content="<cbc:IssueDate>2026-03-02</cbc:IssueDate>"), "ubl-type"),
    (
        "a quantity that is none",
        UBL.format(name="RequestForQuotation", content="<cbc:IssueDate>2026-03-02</cbc:IssueDate>" + LINE.format(quantity="many")),
        "ubl-unreadable",
    ),
]


async def test_malformed_ubl_is_refused(two: list[Running]) -> None:
    """Tests that each broken or foreign file is refused with its own code and a reason, and leaves no fact."""
    seller, buyer = two
    before = await heads(seller, buyer)
    for name, content, code in UBL_CASES:
        answer = await seller.call("POST", "/api/v1/trade/ubl", content.encode(), media=XML)
        assert 400 <= answer.status_code < 500, (name, answer.text)
        assert (answer.json()["code"], bool(answer.json()["detail"])) == (code, True), name
    assert (await seller.call("POST", "/api/v1/trade/ubl", b"{}")).status_code == 415
    assert await heads(seller, buyer) == before


DOCUMENT = {"@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"], "type": "EPCISDocument", "schemaVersion": "2.0"}
EVENT = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "eventTime": "2026-03-02T08:00:00Z",
    "eventTimeZoneOffset": "+00:00",
    "epcList": ["https://id.gs1.org/01/09521002000016/21/A1"],
}
EPCIS_CASES: list[tuple[str, Any, str]] = [
    ("no JSON", b"<epcis/>", "cannot be read"),
    ("no object", b"[1, 2]", "cannot be read"),
    ("no body", {**DOCUMENT, "creationDate": "2026-03-02T08:00:00Z"}, "eventList"),
    ("no creation date", {**DOCUMENT, "epcisBody": {"eventList": [EVENT]}}, "creationDate"),
    ("no context", {"type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-03-02T08:00:00Z", "epcisBody": {"eventList": [EVENT]}}, "@context"),
]


async def test_malformed_epcis_is_refused(two: list[Running]) -> None:
    """Tests that what is no EPCIS document is refused at once, and that a bad event in a document leaves no event and no fact."""
    seller, _ = two
    before = await heads(seller)
    for name, content, said in EPCIS_CASES:
        answer = await seller.call("POST", "/epcis/capture", content)
        assert answer.status_code == 400, (name, answer.text)
        assert answer.json()["type"] == "epcisException:ValidationException"
        assert said in answer.json()["detail"], (name, answer.text)
    for wrong in ({"bizStep": "shiping"}, {"action": "WATCH"}, {"eventTime": "yesterday"}, {"epcList": ["A1"]}):
        single = await seller.call("POST", "/epcis/events", EVENT | wrong)
        assert single.status_code == 400, single.text
        assert next(iter(wrong)) in single.json()["detail"]
    pair = {**DOCUMENT, "creationDate": "2026-03-02T08:00:00Z", "epcisBody": {"eventList": [EVENT, EVENT | {"action": "WATCH"}]}}
    accepted = await seller.call("POST", "/epcis/capture", pair)
    assert accepted.status_code == 202
    await settle(seller)
    job = await seller.ok("GET", accepted.headers["Location"])
    assert (job["success"], job["running"], len(job["errors"])) == (False, False, 1)
    assert await heads(seller) == before
    assert (await seller.ok("GET", "/epcis/events"))["epcisBody"]["queryResults"]["resultsBody"]["eventList"] == []


def _request(**changes: Any) -> dict[str, Any]:
    offer = {"@type": "Offer", "@id": "urn:uuid:1", "target": "traceability"}
    told = {"@context": [CONTEXT], "@type": "ContractRequestMessage", "consumerPid": "urn:uuid:2", "offer": offer, "callbackAddress": "http://127.0.0.1:1/dsp"}
    return {key: value for key, value in (told | changes).items() if value is not None}


DSP_CASES: list[tuple[str, str, Any, int]] = [
    ("no JSON", "negotiations/request", b"<request/>", 400),
    ("another type", "negotiations/request", _request(**{"@type": "ContractOfferMessage"}), 400),
    ("no context", "negotiations/request", _request(**{"@context": ["https://example.com/context"]}), 400),
    ("no offer", "negotiations/request", _request(offer=None), 400),
    ("an offer that is text", "negotiations/request", _request(offer="everything"), 400),
    ("a dataset there is not", "negotiations/request", _request(), 400),
    ("a process there is not", "negotiations/urn:uuid:3/termination", {"@context": [CONTEXT]}, 404),
    ("a transfer without agreement", "transfers/request", {"@context": [CONTEXT], "@type": "TransferRequestMessage"}, 400),
    ("a transfer there is not", "transfers/urn:uuid:3/completion", {"@context": [CONTEXT]}, 404),
    ("a catalog asked in no JSON", "catalog/request", b"[", 400),
]


async def test_malformed_dsp_is_refused(two: list[Running]) -> None:
    """Tests that each broken message of the Dataspace Protocol gets its error object with a reason, and leaves no fact."""
    seller, buyer = two
    before = await heads(seller)
    for name, path, content, status in DSP_CASES:
        answer = await buyer.tell(seller, "POST", f"/dsp/2025-1/{path}", content)
        assert 400 <= answer.status_code < 500, (name, answer.text)
        if isinstance(content, bytes) or "type" in name or "context" in name or "offer" in name:
            assert answer.status_code == status, (name, answer.text)
        told = answer.json()
        assert told["@type"] in {"CatalogError", "ContractNegotiationError", "TransferError"}, name
        assert told["reason"], name
        if "Error" in told["@type"] and told["@type"] != "CatalogError":
            assert told["providerPid"], name
            assert told["consumerPid"] in {NIL, "urn:uuid:2"}, name
    assert await heads(seller) == before


async def test_wrong_expired_and_revoked_tokens(two: list[Running]) -> None:
    """Tests that a token not known, past its time, revoked, for another node, used twice or of a stranger is refused with the reason."""
    seller, buyer = two

    async def refused(token: str) -> str:
        answer = await seller.call("GET", "/api/v1/parts", token=token)
        assert answer.status_code == 401, answer.text
        assert answer.headers["www-authenticate"].startswith("Bearer")
        return str(answer.json()["detail"])

    made = await seller.ok("POST", "/api/v1/tokens", {"role": "viewer", "label": "screen"})
    assert (await seller.call("GET", "/api/v1/parts", token=made["token"])).status_code == 200
    await seller.ok("DELETE", f"/api/v1/tokens/{made['id']}")
    assert "revoked" in await refused(made["token"])
    assert "not known" in await refused("plait_" + "A" * 43)
    assert await refused("rubbish")
    assert await refused("a.b.c")

    secret, then = "plait_" + "B" * 43, SYSTEM.now() - timedelta(days=2)
    old = TokenView(new_id(), "admin", "old", then, then + timedelta(days=1))
    digest = hashlib.sha256(secret.encode()).hexdigest()
    await seller.node.store.write(seller.node.house.me, lambda tx: tables.enter_token(tx.conn, digest, old))
    await seller.stop()
    await seller.start()
    assert "expired" in await refused(secret)

    own = buyer.node.identity
    for_itself = own.partner_token(own.firm().did)
    assert "not for" in await refused(for_itself)
    token = own.partner_token(seller.node.identity.firm().did)
    assert (await seller.call("GET", "/api/v1/parts", token=token)).status_code == 403
    assert "used before" in await refused(token)
    now = int(SYSTEM.now().timestamp())
    claims = {"iss": own.firm().did, "sub": own.firm().did, "aud": seller.node.identity.firm().did, "jti": new_id(), "iat": now - 600, "exp": now - 300}
    assert "expired" in await refused(own.key().sign(msgspec.json.encode(claims), own.kid, "JWT"))
    good = msgspec.json.encode(claims | {"jti": new_id(), "iat": now, "exp": now + 60})
    head, _, mark = own.key().sign(good, own.kid, "JWT").rpartition(".")
    assert await refused(f"{head}.{mark[::-1]}")


async def test_a_quotation_is_accepted_once(two: list[Running]) -> None:
    """Tests that a second order on a quotation is refused at home, and, sent past that, by the seller; one run is opened."""
    seller, buyer = two
    quotation = await quoted(buyer, seller)
    await buyer.ok("POST", "/api/v1/trade/orders", {"quotation_id": quotation["id"]})
    await settle(buyer, seller)
    before = await heads(seller, buyer)
    again = await buyer.call("POST", "/api/v1/trade/orders", {"quotation_id": quotation["id"]})
    assert (again.status_code, again.json()["code"]) == (409, "already-answered")
    past = await mail(buyer, seller, order_on(quotation, buyer))
    assert (past.status_code, past.json()["code"]) == (409, "already-answered")
    assert await heads(seller, buyer) == before
    assert [body.quantity for body in await seller.bodies("desk.accepted")] == [20]
    assert [each["code"] for each in await buyer.documents("OrderResponse")] == ["accepted"]


async def test_an_order_that_deviates_is_refused(two: list[Running]) -> None:
    """Tests that other quantities, another content of the quotation, a foreign issuer and an unknown quotation are each refused."""
    seller, buyer = two
    quotation = await quoted(buyer, seller)
    good = order_on(quotation, buyer)
    more = tuple(msgspec.structs.replace(line, quantity=line.quantity * 2) for line in good.lines)
    other = (msgspec.structs.replace(good.refs[0], hash=hash_of(good)),)
    lost = (msgspec.structs.replace(good.refs[0], id=new_id()),)
    cases = [
        (msgspec.structs.replace(good, lines=more), 422, "order-deviates"),
        (msgspec.structs.replace(good, refs=other), 422, "reference-differs"),
        (msgspec.structs.replace(good, refs=()), 422, "reference-differs"),
        (msgspec.structs.replace(good, refs=lost), 425, "unknown-reference"),
        (msgspec.structs.replace(good, party=seller.party), 403, "foreign-document"),
        (msgspec.structs.replace(good, counterparty=buyer.party), 403, "foreign-document"),
    ]
    before = await heads(seller)
    for document, status, code in cases:
        answer = await mail(buyer, seller, document)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    signed = buyer.node.identity.sign(msgspec.json.encode(good))
    for letter in ("", "a.b.c", signed[:-10], signed.replace(".", "", 1), signed + "\n" + signed):
        answer = await post(buyer, seller, letter)
        assert 400 <= answer.status_code < 500, (letter[:20], answer.text)
    strange = await buyer.tell(seller, "POST", "/api/v1/trade/mail", seller.node.identity.sign(msgspec.json.encode(good)).encode(), media=JOSE)
    assert (strange.status_code, strange.json()["code"]) == (422, "bad-did")
    assert await heads(seller) == before
    assert (await mail(buyer, seller, good)).status_code == 200


async def test_a_quotation_ends(tmp_path: Path) -> None:
    """Tests that an order after the quotation's end is refused at home and by the seller, and that its slot is free again."""
    async with nodes(tmp_path, "seller", "buyer", desks={"seller": Desk(hold_hours=0.0004)}) as (seller, buyer):
        await furnish(seller)
        quotation = await quoted(buyer, seller)
        until_then = parse_iso(quotation["valid_until"])

        async def over() -> bool:
            return SYSTEM.now() > until_then

        await until(over)
        before = await heads(seller, buyer)
        late = await buyer.call("POST", "/api/v1/trade/orders", {"quotation_id": quotation["id"]})
        assert (late.status_code, late.json()["code"]) == (409, "quotation-expired")
        past = await mail(buyer, seller, order_on(quotation, buyer))
        assert (past.status_code, past.json()["code"]) == (409, "quotation-expired")
        assert not await buyer.documents("Order")
        assert not list(await seller.facts("trade.order_received"))
        assert await heads(buyer) == before[1:]


async def test_a_withdrawn_quotation_is_not_ordered(two: list[Running]) -> None:
    """Tests that an order on a quotation its seller took back is refused on both sides, also while the news is on its way."""
    seller, buyer = two
    quotation = await quoted(buyer, seller)
    await seller.ok("POST", f"/api/v1/trade/documents/{quotation['id']}/withdraw", {"reason": "the lathe is sold"})
    past = await mail(buyer, seller, order_on(quotation, buyer))
    assert (past.status_code, past.json()["code"]) == (409, "offer-revoked")
    await settle(seller, buyer)
    before = await heads(seller, buyer)
    late = await buyer.call("POST", "/api/v1/trade/orders", {"quotation_id": quotation["id"]})
    assert (late.status_code, late.json()["code"]) == (409, "offer-revoked")
    assert await heads(seller, buyer) == before


async def test_a_request_taken_back_frees_the_slot(two: list[Running]) -> None:
    """Tests that a request withdrawn by its customer is no longer answered for: the seller's slot is released."""
    seller, buyer = two
    quotation = await quoted(buyer, seller)
    await buyer.ok("POST", f"/api/v1/trade/documents/{quotation['refs'][0]['id']}/withdraw", {"reason": "not needed"})
    await settle(seller, buyer)
    (inquiry,) = await seller.ok("GET", "/api/v1/desk/inquiries")
    assert inquiry["state"] == "declined"
    assert await seller.ok("GET", "/api/v1/schedule") == []


async def test_the_same_letter_twice_is_one_letter(two: list[Running]) -> None:
    """Tests that the same signed document sent twice is answered the same and kept once, and that its id cannot be used for another."""
    seller, buyer = two
    quotation = await quoted(buyer, seller)
    order = await buyer.ok("POST", "/api/v1/trade/orders", {"quotation_id": quotation["id"]})
    await settle(seller, buyer)
    jws = await buyer.node.trade.signed(buyer.node.house.me, order["id"])
    before = await heads(seller, buyer)
    first, second = await post(buyer, seller, jws), await post(buyer, seller, jws)
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json() == {"id": order["id"], "number": order["number"]}
    other = await mail(buyer, seller, msgspec.structs.replace(msgspec.convert(order, Order), note="and quickly"))
    assert (other.status_code, other.json()["code"]) == (422, "reference-differs")
    await settle(seller, buyer)
    assert await heads(seller, buyer) == before
    assert len(await seller.documents("Order")) == 1


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        ({"material": "16MnCr5"}, "16MnCr5"),
        ({"process": "grinding.gear"}, "grinding.gear"),
        ({"module_mm": 3.0}, "module"),
        ({"quality": 5}, "quality"),
        ({"x_mm": 80.0}, "size"),
    ],
)
async def test_what_cannot_be_made_is_declined_with_the_reason(two: list[Running], requirement: dict[str, Any], said: str) -> None:
    """Tests that a request nothing of ours fits is declined, that the reason names the wish not met, and that no slot is held."""
    seller, buyer = two
    await ask(buyer, seller, **requirement)
    await settle(seller, buyer)
    (decline,) = await buyer.documents("Decline")
    assert said in decline["reason"], decline["reason"]
    assert await buyer.documents("Quotation") == []
    assert await seller.ok("GET", "/api/v1/schedule") == []


async def test_two_parts_in_one_request_are_declined(two: list[Running]) -> None:
    """Tests that a request for two parts is declined saying that each is asked for on its own."""
    seller, buyer = two
    line = {"name": "Shaft", "quantity": "5", "requirement": {"process": "turning"}}
    await buyer.ok("POST", "/api/v1/trade/rfqs", {"party": seller.party, "lines": [line, line], "respond_by": iso(SYSTEM.now() + timedelta(days=1))})
    await settle(seller, buyer)
    (decline,) = await buyer.documents("Decline")
    assert "one part a request" in decline["reason"]


async def test_requests_that_mean_nothing(two: list[Running]) -> None:
    """Tests that a request for nothing at all is not sent, and that one for a number that is none is refused."""
    seller, buyer = two
    head = {"party": buyer.party, "party_name": buyer.name, "counterparty": seller.party, "issued": SYSTEM.now(), "respond_by": SYSTEM.now()}
    for number in ("NaN", "sNaN", "-Infinity"):
        line = Line("1", "Shaft", Decimal(number), requirement=Requirement(process="turning"))
        answer = await mail(buyer, seller, RequestForQuotation(id=new_id(), number="RFQ-9", lines=(line,), **head))
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    refused = await buyer.call("POST", "/api/v1/trade/rfqs", {"party": seller.party, "lines": [], "respond_by": iso(SYSTEM.now())})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert await buyer.documents("RequestForQuotation") == []


@pytest.mark.parametrize("quantity", ["0", "-5", "0.4", "1000000000000"])
async def test_a_quantity_that_cannot_be_made(two: list[Running], quantity: str) -> None:
    """Tests that nothing, less than nothing, part of a piece and more than can be planned are refused or declined, never quoted and never stuck."""
    seller, buyer = two
    line = {"name": "Shaft", "quantity": quantity, "requirement": {"process": "turning"}}
    body = {"party": seller.party, "lines": [line], "respond_by": iso(SYSTEM.now() + timedelta(days=1))}
    answer = await buyer.call("POST", "/api/v1/trade/rfqs", body)
    await settle(seller, buyer)
    if answer.status_code == 201:
        assert len(await buyer.documents("Decline")) == 1
    else:
        assert answer.status_code == 422
    assert await buyer.documents("Quotation") == []


async def test_the_official_request_is_declined_with_what_is_missing(two: list[Running]) -> None:
    """Tests that OASIS's own RequestForQuotation example is taken, and declined saying what it does not name; dropped twice, once."""
    seller, _ = two
    content = (conformance_data("ubl") / "examples" / "UBL-RequestForQuotation-2.1-Example.xml").read_bytes()
    taken = await seller.ok("POST", "/api/v1/trade/ubl", content, media=XML)
    assert (taken["kind"], taken["number"]) == ("request", "G867B")
    await settle(seller)
    (decline,) = await seller.documents("Decline")
    assert decline["refs"][0]["number"] == "G867B"
    assert "no process or material is named" in decline["reason"]
    before = await heads(seller)
    assert await seller.ok("POST", "/api/v1/trade/ubl", content, media=XML) == taken
    await settle(seller)
    assert await heads(seller) == before


async def test_a_partner_who_is_away_gets_it_later(two: list[Running]) -> None:
    """Tests that a request to a partner who is down waits visibly, with tries and the error, and is answered once the partner is back."""
    seller, buyer = two
    party = seller.party
    await seller.stop()
    line = {"name": "Shaft", "quantity": "5", "requirement": {"process": "turning"}}
    await buyer.ok("POST", "/api/v1/trade/rfqs", {"party": party, "lines": [line], "respond_by": iso(SYSTEM.now() + timedelta(days=1))})

    async def tried() -> Any:
        rows = await buyer.ok("GET", f"/api/v1/deliveries?state=waiting&party={party}")
        return rows[0] if rows and rows[0]["tries"] >= 2 else None

    waiting = await until(tried)
    assert waiting["path"] == "/api/v1/trade/mail"
    assert str(seller.settings.http.port) in waiting["error"]
    assert waiting["due"] is not None
    await seller.start()

    async def answered() -> Any:
        return await buyer.documents("Quotation")

    assert len(await until(answered)) == 1
    delivery = next(row for row in await buyer.ok("GET", "/api/v1/deliveries") if row["id"] == waiting["id"])
    assert (delivery["state"], delivery["error"], delivery["due"]) == ("delivered", "", None)
    assert len(await seller.documents("RequestForQuotation")) == 1
