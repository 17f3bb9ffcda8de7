"""The trail that people leave: who did what to whom, read from the fact log."""

from datetime import datetime
from typing import Annotated

import msgspec

from plait.kernel.facts import KINDS, Fact, Position, decode
from plait.store import Store

__all__ = ["AuditLine", "AuditPage", "AuditQuery", "audit"]

ROOMS = ("identity.", "backup.", "admin.", "store.fact_erased", "store.loss_accepted", "epcis.loss_accepted", "directory.member_dismissed")
BATCH = 1000


class AuditQuery(msgspec.Struct, frozen=True):
    """Which lines: after number ``after``, about or by ``person`` (id or name), of one ``kind``, at most ``limit``."""

    after: Position = 0
    person: str = ""
    kind: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 200


class AuditLine(msgspec.Struct, frozen=True):
    """One thing that was done: when (system time), by whom, what in words, to whom or what."""

    seq: int
    at: datetime
    actor: str
    kind: str
    what: str
    about: str


class AuditPage(msgspec.Struct, frozen=True):
    """Lines in order; ``next`` is the ``after`` of the next page."""

    items: list[AuditLine]
    next: int


def kinds() -> list[str]:
    """Return the kinds of facts that belong to the trail."""
    return sorted(kind for kind in KINDS if kind.startswith(ROOMS))


def _line(fact: Fact) -> AuditLine:
    body = msgspec.to_builtins(decode(fact)) or {}
    names = [str(body[key]) for key in ("name", "label", "target", "id", "reason") if isinstance(body, dict) and body.get(key)]
    words = fact.kind.partition(".")[2].replace("_", " ")
    return AuditLine(fact.seq, fact.recorded, fact.actor, fact.kind, words, names[0] if names else "")


async def audit(store: Store, query: AuditQuery) -> AuditPage:
    """Return a page of the trail."""
    wanted = [query.kind] if query.kind else kinds()
    found: list[AuditLine] = []
    after = query.after
    while len(found) < query.limit and (facts := await store.facts(after, BATCH, kinds=wanted)):
        for fact in facts:
            after = fact.seq
            if fact.kind in kinds() and (not query.person or _is_about(fact, query.person)):
                found.append(_line(fact))
                if len(found) == query.limit:
                    break
    return AuditPage(found, after)


def _is_about(fact: Fact, person: str) -> bool:
    body = fact.body or b""
    return fact.actor.endswith(f":{person}") or fact.stream == f"person/{person}" or msgspec.json.encode(person) in body
