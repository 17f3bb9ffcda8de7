"""Whether a card or a statement is what it claims to be (pure)."""

from typing import Any, TypeVar

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from plait.identity.did import DidDocument, did_url, find_key
from plait.identity.jws import header_of, verify
from plait.kernel.firm import Member
from plait.kernel.problems import Problem, register
from plait.sharing.directory.model import Card, Statement

__all__ = ["BAD_CARD", "KEY_CHANGED", "aliases", "bind", "check_pinned", "document_url", "read_card", "read_statement", "thumbprint"]

BAD_CARD = register("bad-card", 422, "The card or statement is not what it claims to be", "Ask the firm for its present card.")
KEY_CHANGED = register("key-changed", 409, "The firm's key is not the one this node has pinned", "Ask the firm by telephone, then dismiss the old entry.")

LIMIT = 1_000_000

S = TypeVar("S", Card, Statement)


def _payload(token: str, kind: type[S]) -> S:
    try:
        return msgspec.json.decode(header_of(token, LIMIT)[1], type=kind)
    except (Problem, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(BAD_CARD, f"This is no signed {kind.__name__.lower()}: {error}") from error


def _signed(token: str, key: dict[str, Any]) -> bool:
    try:
        verify(token, key)
    except Problem:
        return False
    return True


def thumbprint(key: dict[str, Any]) -> str:
    """Return the thumbprint of a public key (RFC 7638); raise ``bad-card`` when it is no EC key."""
    try:
        kind = OKPKey if key.get("kty") == "OKP" else ECKey
        return kind.import_key(key).thumbprint()
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Problem(BAD_CARD, f"The key cannot be read: {error}") from error


def read_card(token: str) -> Card:
    """Return a card that is signed with the key it names; raise ``bad-card``."""
    card = _payload(token, Card)
    if not card.party_id or not card.name or not card.did.startswith("did:") or "d" in card.key:
        raise Problem(BAD_CARD, "A card needs party_id, name, a DID, and a public key.")
    if not card.url.startswith(("http://", "https://")) or card.url.endswith("/"):
        raise Problem(BAD_CARD, f"{card.url!r} is no address of a node.")
    if not _signed(token, card.key):
        raise Problem(BAD_CARD, f"The card of {card.name} is not signed with its own key.")
    return card


def check_pinned(card: Card, known: Member) -> None:
    """Raise ``key-changed`` when the firm of ``card`` is known under another key."""
    if known.party_id != card.party_id:
        raise Problem(BAD_CARD, f"{card.did} is known as another firm, {known.name}.")
    if known.key is not None and thumbprint(known.key) != thumbprint(card.key):
        raise Problem(KEY_CHANGED, f"{known.name} ({known.did}) comes with another key than the one pinned.")


def bind(token: str, card: Card, document: bytes) -> None:
    """Raise ``bad-card`` unless the DID document is that of the card's DID and lists the card's key for invocation (DID Core 5.3.4)."""
    try:
        found = msgspec.json.decode(document, type=DidDocument)
        key = find_key(found, card.did, header_of(token)[0].kid, "capabilityInvocation")
    except (Problem, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(BAD_CARD, f"The DID document of {card.did} does not list the card's key: {error}") from error
    if thumbprint(key) != thumbprint(card.key):
        raise Problem(BAD_CARD, f"The DID document of {card.did} does not list the card's key.")


def document_url(card: Card) -> str:
    """Return where the DID document of a card stands; raise ``bad-did`` for a DID that is no did:web."""
    return did_url(card.did, "http" if card.url.startswith("http://") else "https")


def read_statement(token: str, association: Member) -> Statement:
    """Return a statement signed with the pinned key of ``association``; raise ``bad-card``."""
    statement = _payload(token, Statement)
    if statement.association != association.party_id or association.key is None or not _signed(token, association.key):
        raise Problem(BAD_CARD, f"The statement of membership is not signed by {association.name}.")
    return statement


def aliases(member: Member) -> dict[str, str]:
    """Return the names a firm goes by that may change."""
    return {kind: value for kind, value in {"did": member.did, "url": member.url, "gln": member.gln, "name": member.name}.items() if value}
