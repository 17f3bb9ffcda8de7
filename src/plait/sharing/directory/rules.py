"""Whether a card or a statement is what it claims to be (pure)."""

from typing import Any, TypeVar
from urllib.parse import unquote

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from plait.kernel.firm import Member
from plait.kernel.problems import Problem, register
from plait.sharing.directory.model import Card, Statement
from plait.sharing.signatures import payload_of, signed

__all__ = ["BAD_CARD", "KEY_CHANGED", "aliases", "bind", "check_pinned", "did_url", "read_card", "read_statement", "thumbprint"]

BAD_CARD = register("bad-card", 422, "The card or statement is not what it claims to be", "Ask the firm for its present card.")
KEY_CHANGED = register("key-changed", 409, "The firm's key is not the one this node has pinned", "Ask the firm by telephone, then dismiss the old entry.")

S = TypeVar("S", Card, Statement)


def _payload(token: str, kind: type[S]) -> S:
    try:
        return msgspec.json.decode(payload_of(token), type=kind)
    except (ValueError, msgspec.DecodeError) as error:
        raise Problem(BAD_CARD, f"This is no signed {kind.__name__.lower()}: {error}") from error


def thumbprint(key: dict[str, Any]) -> str:
    """Return the thumbprint of a public key (RFC 7638); raise ``bad-card`` when it is no EC key."""
    try:
        return ECKey.import_key(key).thumbprint()
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Problem(BAD_CARD, f"The key cannot be read: {error}") from error


def read_card(token: str) -> Card:
    """Return a card that is signed with the key it names; raise ``bad-card``."""
    card = _payload(token, Card)
    if not card.party_id or not card.name or not card.did.startswith("did:") or "d" in card.key:
        raise Problem(BAD_CARD, "A card needs party_id, name, a DID, and a public key.")
    if not card.url.startswith(("http://", "https://")) or card.url.endswith("/"):
        raise Problem(BAD_CARD, f"{card.url!r} is no address of a node.")
    if not signed(token, card.key):
        raise Problem(BAD_CARD, f"The card of {card.name} is not signed with its own key.")
    return card


def check_pinned(card: Card, known: Member) -> None:
    """Raise ``key-changed`` when the firm of ``card`` is known under another key."""
    if known.party_id != card.party_id:
        raise Problem(BAD_CARD, f"{card.did} is known as another firm, {known.name}.")
    if known.key is not None and thumbprint(known.key) != thumbprint(card.key):
        raise Problem(KEY_CHANGED, f"{known.name} ({known.did}) comes with another key than the one pinned.")


def bind(card: Card, document: Any) -> None:
    """Raise ``bad-card`` unless the DID document is that of the card's DID and lists its key for invocation (DID Core 5.3.4)."""
    if not isinstance(document, dict) or document.get("id") != card.did:
        raise Problem(BAD_CARD, f"The DID document of {card.did} is not there.")
    methods = {each["id"]: each for each in document.get("verificationMethod", []) if isinstance(each, dict) and "id" in each}
    for entry in document.get("capabilityInvocation", []):
        method = entry if isinstance(entry, dict) else methods.get(entry, {})
        key = method.get("publicKeyJwk")
        if isinstance(key, dict) and thumbprint(key) == thumbprint(card.key):
            return
    raise Problem(BAD_CARD, f"The DID document of {card.did} does not list the card's key.")


def did_url(card: Card) -> str:
    """Return where the DID document of a card's ``did:web`` stands (did:web method, section 3.2); raise ``bad-card`` for other methods."""
    if not card.did.startswith("did:web:"):
        raise Problem(BAD_CARD, f"{card.did}: only did:web can be looked up; ask an association both belong to to vouch for it.")
    host, *path = card.did.removeprefix("did:web:").split(":")
    scheme = "http" if card.url.startswith("http://") else "https"
    place = "/".join(["", *(path or [".well-known"]), "did.json"])
    return f"{scheme}://{unquote(host)}{place}"


def read_statement(token: str, association: Member) -> Statement:
    """Return a statement signed with the pinned key of ``association``; raise ``bad-card``."""
    statement = _payload(token, Statement)
    if statement.association != association.party_id or association.key is None or not signed(token, association.key):
        raise Problem(BAD_CARD, f"The statement of membership is not signed by {association.name}.")
    return statement


def aliases(member: Member) -> dict[str, str]:
    """Return the names a firm goes by that may change."""
    return {kind: value for kind, value in {"did": member.did, "url": member.url, "gln": member.gln, "name": member.name}.items() if value}
