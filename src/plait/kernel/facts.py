"""Facts: what happened, once and for ever; their kinds, versions and the chain of hashes.

A kind is a msgspec Struct decorated with ``fact``. ``hash = H(prev_hash, header, sha256(body))`` so that a body can
be erased by law without breaking the chain.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec

__all__ = ["GENESIS", "KINDS", "Fact", "FactKind", "Position", "decode", "encode", "fact", "fact_hash", "kind_of", "story_of", "upcaster"]

GENESIS = "0" * 64

Position: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A place in the fact log as somebody asks for it: a number of 64 bits, 0 before the first fact."""

Upcaster: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]


T = TypeVar("T", bound=type[msgspec.Struct])


class Fact(msgspec.Struct, frozen=True):
    """One row of the fact log. ``at`` is business time, ``recorded`` system time; ``body`` is JSON, None once erased."""

    seq: int
    id: str
    stream: str
    kind: str
    version: int
    at: datetime
    recorded: datetime
    actor: str
    body: bytes | None
    body_hash: str
    prev_hash: str
    hash: str


class FactKind(msgspec.Struct, frozen=True):
    """A registered kind: its Struct, its present version, and which fields tell the story (None: not part of it)."""

    kind: str
    version: int
    type: type[msgspec.Struct]
    key: str | None
    quantity: str | None


KINDS: dict[str, FactKind] = {}
_by_type: dict[type, FactKind] = {}
_upcasters: dict[tuple[str, int], Upcaster] = {}


def fact(kind: str, version: int = 1, key: str | None = None, quantity: str | None = None) -> Callable[[T], T]:
    """Register the decorated Struct as the body of ``kind``.

    ``key`` names the field with the business key (an order number, never a random id); such facts count in the
    story digest, with the field ``quantity`` if named.
    """

    def enter(cls: T) -> T:
        if kind in KINDS and KINDS[kind].type is not cls:
            raise ValueError(f"fact kind {kind} registered twice")
        KINDS[kind] = _by_type[cls] = FactKind(kind, version, cls, key, quantity)
        return cls

    return enter


def upcaster(kind: str, from_version: int) -> Callable[[Upcaster], Upcaster]:
    """Register a pure function that turns a body of ``from_version`` into one of the next version."""

    def enter(call: Upcaster) -> Upcaster:
        _upcasters[kind, from_version] = call
        return call

    return enter


def kind_of(body: msgspec.Struct) -> FactKind:
    """Return the registration of ``body``'s type; KeyError when it is no fact."""
    return _by_type[type(body)]


def encode(body: msgspec.Struct) -> bytes:
    """Return the canonical JSON bytes of a body."""
    return msgspec.json.encode(body, order="deterministic")


def decode(row: Fact) -> Any:
    """Return the body as its registered Struct, upcast to the present version; a plain dict for unknown kinds; None when erased."""
    if row.body is None:
        return None
    known = KINDS.get(row.kind)
    raw = msgspec.json.decode(row.body)
    if known is None:
        return raw
    for version in range(row.version, known.version):
        raw = _upcasters[row.kind, version](raw)
    return msgspec.convert(raw, known.type)


def fact_hash(prev_hash: str, header: tuple[str, ...], body_hash: str) -> str:
    """Return the link of the chain for one fact (SHA-256, hex); ``header``: id, stream, kind, version, at, recorded, actor as text."""
    text = "\x1f".join((prev_hash, *header, body_hash))
    return hashlib.sha256(text.encode()).hexdigest()


def story_of(kind: str, body: Any) -> tuple[str, str] | None:
    """Return (business key, quantity) of a fact that belongs to the story, else None."""
    known = KINDS.get(kind)
    if known is None or known.key is None or body is None:
        return None
    quantity = str(getattr(body, known.quantity)) if known.quantity else ""
    return str(getattr(body, known.key)), quantity
