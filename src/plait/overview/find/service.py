"""The verb of the search: every room is asked for the whole text first, then for how it begins."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from plait.circulation.epcis.tables import find_epcs
from plait.infrastructure.machines import tables as machine_tables
from plait.kernel import gs1
from plait.kernel.actor import Actor, Scope
from plait.kernel.firm import Member
from plait.kernel.ports import Directory, Guard
from plait.kernel.problems import Problem
from plait.overview import paths
from plait.overview.find import rules, tables
from plait.overview.find.model import MOST, Found, Hit, HitKind
from plait.overview.find.tables import begins, one_of
from plait.store import Database, Store

__all__ = ["FindService"]

ORDER: tuple[HitKind, ...] = ("order", "rfq", "offer", "document", "part", "item", "unit", "serial", "lot", "machine", "partner", "contract", "file")


class FindService:
    """Finds anything by its number, its name or the code on its label."""

    def __init__(self, store: Store, events: Database, guard: Guard, directory: Directory) -> None:
        self.store = store
        self.events = events
        self.guard = guard
        self.directory = directory

    async def find(self, actor: Actor, text: str) -> list[Hit]:
        """Return what the actor may see of it: exact hits first, then by kind, at most eight of a kind. Needs ``overview.read``."""
        return (await self.look(actor, text)).hits

    async def look(self, actor: Actor, text: str) -> Found:
        """As ``find``, and what a scanned code says."""
        self.guard.require(actor, "overview.read")
        self.guard.scope(actor, "read", "overview").own("Searches")
        sought = rules.meant(text)
        read_as = sought.key.elements if sought.key is not None else ""
        if len(sought.text) < rules.SHORTEST:
            return Found(text, read_as, [])
        hits = await asyncio.to_thread(self.store.read_now, lambda conn: self._numbers(conn, actor, sought))
        hits += self._partners(actor, sought)
        hits += await self._things(actor, sought)
        return Found(text, read_as, _ranked(hits))

    def _scope(self, actor: Actor, action: str, kind: str) -> Scope:
        """Return what the actor may see of a kind; nothing where it may not do ``action``."""
        try:
            self.guard.require(actor, action)
        except Problem:
            return Scope()
        return self.guard.scope(actor, "read", kind)

    # -- what stands in plait.db

    def _numbers(self, conn: Connection, actor: Actor, sought: rules.Meant) -> list[Hit]:
        hits: list[Hit] = []
        for look in (self._orders, self._trade, self._offers, self._parts, self._machines, self._contracts, self._files):
            hits += look(conn, actor, sought)
        return hits

    def _orders(self, conn: Connection, actor: Actor, sought: rules.Meant) -> Iterable[Hit]:
        scope = self._scope(actor, "desk.read", "desk.line")
        c, folded = tables.line_table.c, (sought.text.casefold(),)
        looks = (
            ("our order number", c.id, rules.beginnings(sought.text)),
            ("the customer's order number", c.order_no, folded),
            ("the customer's part number", c.customer_part_no, folded),
        )
        for why, column, texts in looks:
            for exact, where in ((True, one_of(column, texts)), (False, begins(column, texts))):
                for line in tables.lines(conn, scope, where, MOST):
                    detail = f"{line.customer} {line.order_no}, {line.name or line.part_id or line.part_no}"
                    yield Hit("order", line.id, line.id, paths.order(line.id), why, exact, detail)
        runs = self._scope(actor, "line.read", "line.run")
        for exact, where in _ways(tables.run_table.c.number, sought):
            for number, state in tables.runs(conn, runs, where, MOST):
                yield Hit("order", number, number, paths.order(number), "our run", exact, state)

    def _trade(self, conn: Connection, actor: Actor, sought: rules.Meant) -> Iterable[Hit]:
        scope = self._scope(actor, "trade.read", "trade.document")
        c = tables.document_table.c
        for why, column in (("document number", c.number), ("document id", c.id)):
            for exact, where in _ways(column, sought):
                for row in tables.documents(conn, scope, where, MOST * 2):
                    other = row.counterparty if row.party == self.guard.firm().party_id else row.party
                    link = paths.rfq(row.id) if row.type == "RequestForQuotation" else paths.document(row.id)
                    kind: HitKind = "rfq" if row.type == "RequestForQuotation" else "document"
                    yield Hit(kind, row.id, row.number, link, why, exact, f"{row.type}, {self._name(other)}")

    def _offers(self, conn: Connection, actor: Actor, sought: rules.Meant) -> Iterable[Hit]:
        scope = self._scope(actor, "desk.read", "desk.offer")
        for exact, where in _ways(tables.offer_table.c.number, sought):
            for number, customer, state in tables.offers(conn, scope, where, MOST):
                yield Hit("offer", number, number, paths.offer(number), "offer number", exact, f"{customer}, {state}")

    def _parts(self, conn: Connection, actor: Actor, sought: rules.Meant) -> Iterable[Hit]:
        scope = self._scope(actor, "part.read", "part")
        c = tables.part_table.c
        for exact, where in _ways(c.id, sought):
            for id, name in tables.parts(conn, scope, where, MOST):
                yield Hit("part", id, id, paths.part(id), "part number", exact, name)
        if sought.key is not None and sought.key.ai == "01":
            for id, name in tables.parts(conn, scope, one_of(c.gtin, _spellings(sought.key.value)), MOST):
                yield Hit("part", id, id, paths.part(id), "GTIN", True, name)
        for exact, where in _ways(tables.stock_table.c.lot, sought):
            for row in tables.lots(conn, scope, where, MOST):
                link = paths.trace(gs1.lgtin(row.gtin, row.lot)) if row.gtin and _sound(row.gtin) else paths.part(row.part_id)
                yield Hit("lot", f"{row.part_id}/{row.lot}", row.lot, link, "lot in stock", exact, row.part_id)

    def _machines(self, conn: Connection, actor: Actor, sought: rules.Meant) -> Iterable[Hit]:
        scope, text = self._scope(actor, "machines.read", "machine"), sought.text.casefold()
        for row in machine_tables.machines(conn, scope):
            id, name = row.machine.id, row.machine.name
            if text in (id.casefold(), name.casefold()) or id.casefold().startswith(text) or _begins_a_word(name, text):
                yield Hit("machine", id, name, paths.machine(id), "machine", text in (id.casefold(), name.casefold()), row.known.state)

    def _contracts(self, conn: Connection, actor: Actor, sought: rules.Meant) -> Iterable[Hit]:
        scope = self._scope(actor, "sharing.read", "sharing")
        for exact, where in _ways(tables.agreement_table.c.id, sought):
            for row in tables.agreements(conn, scope, where, MOST):
                yield Hit("contract", row.id, row.dataset, paths.contract(row.id), "agreement", exact, f"{self._name(row.party)}, {row.state}")
        for exact, where in _ways(tables.negotiation_table.c.pid, sought):
            for row in tables.negotiations(conn, scope, where, MOST):
                yield Hit("contract", row.id, row.dataset, paths.contract(row.id), "negotiation", exact, f"{self._name(row.party)}, {row.state}")

    def _files(self, conn: Connection, actor: Actor, sought: rules.Meant) -> Iterable[Hit]:
        scope = self._scope(actor, "desk.read", "desk.inbox")
        for exact, where in _ways(tables.item_table.c.id, sought):
            for row in tables.items(conn, scope, where, MOST):
                yield Hit("file", row.id, row.name, paths.file(row.id), "file number", exact, f"{row.sender}, {row.state}")

    # -- partners, in memory

    def _name(self, party: str) -> str:
        member = self.directory.member(party) if party else None
        return member.name if member is not None else ""

    def _partners(self, actor: Actor, sought: rules.Meant) -> list[Hit]:
        scope = self._scope(actor, "directory.read", "directory")
        return [hit for member in self.directory.members() if scope.everything and (hit := _partner(member, sought)) is not None]

    # -- things, by the index of events

    async def _things(self, actor: Actor, sought: rules.Meant) -> list[Hit]:
        """Return identifiers of which events tell: the one a code stands for, or the serial or lot of one of our articles."""
        scope = self._scope(actor, "epcis.read", "traceability")
        if not scope.everything:
            return []
        key = sought.key
        if key is not None:
            levels = _levels(key)
            known = await self.events.read(lambda conn: find_epcs(conn, levels))
            return [_thing(uri, "scanned code", exact=uri == key.uri) for uri in levels if uri in known or uri == key.uri]
        if sought.uri:
            known = await self.events.read(lambda conn: find_epcs(conn, [sought.uri]))
            return [Hit("item", uri, uri, paths.trace(uri), "identifier", True) for uri in known]
        own = self._scope(actor, "part.read", "part")
        gtins = await self.store.read(lambda conn: tables.gtins(conn, own))
        wanted = _possible(gtins, sought.text)
        known = await self.events.read(lambda conn: find_epcs(conn, list(wanted)))
        return [_thing(uri, wanted[uri], exact=True) for uri in sorted(known)]


def _ways(column: "tables.Column[Any]", sought: rules.Meant) -> tuple[tuple[bool, "tables.ColumnElement[bool]"], ...]:
    """Return the two looks at a column: for the whole text, and for how it begins."""
    texts = rules.beginnings(sought.text)
    return ((True, one_of(column, texts)), (False, begins(column, texts)))


def _ranked(hits: Iterable[Hit]) -> list[Hit]:
    """Return each thing once, the exact ones first, then by kind, at most eight of a kind."""
    best: dict[tuple[str, str], Hit] = {}
    for hit in hits:
        known = best.get((hit.kind, hit.id))
        if known is None or (hit.exact and not known.exact):
            best[hit.kind, hit.id] = hit
    found: list[Hit] = []
    for kind in ORDER:
        found += sorted((hit for hit in best.values() if hit.kind == kind), key=lambda hit: (not hit.exact, hit.label))[:MOST]
    return sorted(found, key=lambda hit: not hit.exact)


def _begins_a_word(name: str, text: str) -> bool:
    folded = name.casefold()
    return folded.startswith(text) or f" {text}" in folded


def _partner(member: Member, sought: rules.Meant) -> Hit | None:
    text = sought.text.casefold()
    gln = sought.key.value if sought.key is not None and sought.key.ai in ("414", "417") else sought.text
    for why, value in (("name", member.name), ("DID", member.did), ("party id", member.party_id), ("GLN", member.gln), ("address", member.url)):
        if value and (value.casefold() == text or (why == "GLN" and value == gln)):
            return Hit("partner", member.party_id, member.name, paths.partner(member.party_id), why, True, member.did)
    if any(former == sought.text for former in member.former):
        return Hit("partner", member.party_id, member.name, paths.partner(member.party_id), "former name", True, member.did)
    if _begins_a_word(member.name, text) or member.did.casefold().startswith(text) or member.party_id.startswith(text):
        return Hit("partner", member.party_id, member.name, paths.partner(member.party_id), "name", False, member.did)
    return None


def _levels(key: gs1.Key) -> list[str]:
    """Return the identifiers a code may be known by, the finest first: with its serial, its lot, the article alone."""
    head = gs1.Key(key.ai, key.value)
    single = [gs1.Key(key.ai, key.value, ((ai, value),)) for ai, value in reversed(key.qualifiers)]
    return list(dict.fromkeys(each.uri for each in (key, *single, head)))


def _thing(uri: str, why: str, *, exact: bool) -> Hit:
    key = gs1.read(uri)
    assert key is not None, "made by us"
    named = dict(key.parts)
    kind: HitKind = "unit" if key.ai == "00" else "serial" if "21" in named else "lot" if "10" in named else "item"
    label = named.get("21") or named.get("10") or key.value
    return Hit(kind, uri, label, paths.trace(uri), why, exact, key.elements)


def _possible(gtins: Sequence[str], text: str) -> dict[str, str]:
    """Return the pieces and lots of our articles that ``text`` may be the serial or lot number of."""
    found: dict[str, str] = {}
    make: tuple[tuple[str, Callable[[str, str], str]], ...] = (("serial", gs1.sgtin), ("lot", gs1.lgtin))
    for gtin in gtins:
        for why, call in make:
            try:
                found[call(gtin, text)] = why
            except Problem:
                continue
    return found


def _spellings(gtin: str) -> tuple[str, ...]:
    """Return a GTIN as it may be written: 14 digits, or with fewer zeros before it."""
    return tuple(dict.fromkeys(gtin[14 - digits :] for digits in (14, 13, 12, 8) if gtin[: 14 - digits].strip("0") == ""))


def _sound(gtin: str) -> bool:
    try:
        gs1.gtin14(gtin)
    except Problem:
        return False
    return True
