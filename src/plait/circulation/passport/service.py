"""The verbs of passports."""

from collections.abc import Mapping
from typing import Any

from plait.circulation.epcis.service import EpcisService, Snapshot
from plait.circulation.passport import rules, tables
from plait.circulation.passport.model import Passport, PassportEntered, Product, Tiers
from plait.circulation.passport.rules import History, Subject
from plait.circulation.trace.rules import Walk, receivers
from plait.kernel import gs1
from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock, iso, parse_iso
from plait.kernel.ports import Guard
from plait.kernel.problems import NOT_FOUND, Problem
from plait.store import Store, Tx

__all__ = ["PassportService"]

# The static part of a passport is published: whoever holds the thing may read it (ESPR 2024/1781, article 10).
PUBLISHED = Scope(everything=True)
PART_FIELDS = frozenset({"material", "process", "mass_kg", "revision", "name"})


class PassportService:
    """Passports of the articles we make, of their lots and pieces."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, epcis: EpcisService) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.epcis = epcis

    async def put_passport(self, actor: Actor, gtin: str, fields: Mapping[str, str], materials_public: bool = False, once: str | None = None) -> Product:
        """Enter the static part of an article's passport; the same again changes nothing. Raises ``gs1-key``."""
        self.guard.require(actor, "passport.write")
        article = gs1.gtin14(gtin)

        def work(tx: Tx) -> Product:
            return _enter(tx, article, dict(fields), materials_public, tables.latest(tx.conn, PUBLISHED, article))

        return await self.store.write(actor, work, once=once, result=Product)

    async def from_part(self, actor: Actor, gtin: str, fields: Mapping[str, str]) -> Product:
        """Enter what the part of ours says of itself (``PART_FIELDS``); what people have added stays. Raises ``gs1-key``."""
        self.guard.require(actor, "passport.write")
        article = gs1.gtin14(gtin)

        def work(tx: Tx) -> Product:
            known = tables.latest(tx.conn, PUBLISHED, article)
            added = {key: value for key, value in known.fields.items() if key not in PART_FIELDS} if known else {}
            return _enter(tx, article, added | dict(fields), known.materials_public if known else False, known)

        return await self.store.write(actor, work, result=Product)

    async def passports(self, actor: Actor, after: str = "", limit: int = 100) -> list[Product]:
        """Return the static parts of our articles' passports behind the GTIN ``after``; our own people only."""
        scope = self.guard.scope(actor, "read", "passport")
        scope.own("Lists of passports")
        return await self.store.read(lambda conn: tables.page(conn, scope, after, limit))

    async def tiers(self, actor: Actor, key: str) -> Tiers:
        """Return what anybody and what others besides may read in a passport; our own people only. Raises ``gs1-key`` or ``not-found``."""
        self.guard.require(actor, "passport.read")
        self.guard.scope(actor, "read", "passport").own("Passports by who may read them")
        found = rules.subject(key)
        product, history, _ = await self._known(found)
        if product is None:
            raise Problem(NOT_FOUND, f"{found.uri} is no article of ours")
        firm = self.guard.firm()
        public, whole = (rules.fold(found, product, history, firm, everything) for everything in (False, True))
        shown = {each.element_id for each in public.elements}
        named = gs1.read(found.uri)
        assert named is not None, "made by us"
        return Tiers(
            found.uri,
            found.gtin,
            found.lot,
            found.serial,
            found.granularity,
            product.fields.get("name", found.gtin),
            whole.dpp_status,
            product.version,
            product.updated,
            product.materials_public,
            found.granularity == "model" or bool(history.events),
            public.elements,
            [each for each in whole.elements if each.element_id not in shown],
            product.fields,
            f"/item{named.path}",
            whole.digital_product_passport_id,
            named.on(firm.resolver_url or firm.url or gs1.HOST),
        )

    async def passport(self, actor: Actor, key: str) -> Passport:
        """Return the passport of what ``key`` names, as much as the actor may see.

        The public part to anybody; all to our own people, and to a partner under contract for what was delivered to it.
        Raises ``gs1-key`` or ``not-found``.
        """
        found = rules.subject(key)
        product, history, moved = await self._known(found)
        if product is None or (found.granularity != "model" and not history.events):
            raise Problem(NOT_FOUND, f"there is no passport of {found.uri}")
        scope = self.guard.scope(actor, "read", "passport")
        theirs = self.epcis.parties(scope.party) if scope.party else set()
        everything = scope.everything or bool(theirs & moved)
        return rules.fold(found, product, history, self.guard.firm(), everything)

    async def opened(self, key: str, *, everything: bool) -> Passport:
        """Return the passport as a link of ours opens it: the public part, or with ``everything`` what a person with a legitimate interest may see.

        Raises ``gs1-key`` or ``not-found``.
        """
        found = rules.subject(key)
        product, history, _ = await self._known(found)
        if product is None:
            raise Problem(NOT_FOUND, f"{found.uri} is no article of ours")
        return rules.fold(found, product, history, self.guard.firm(), everything)

    async def _known(self, subject: Subject) -> tuple[Product | None, History, set[str]]:
        """Return the static part, what events say, and the parties the thing was handed to."""
        product = await self.store.read(lambda conn: tables.latest(conn, PUBLISHED, subject.gtin))
        if subject.granularity == "model":
            return product, History(), set()
        history, moved = await self.epcis.look(lambda snapshot: _history(snapshot, subject.uri))
        return product, history, moved

    async def view(self, key: str, *, everything: bool = False) -> dict[str, Any]:
        """Return what the public page of an article, lot or piece shows; raises ``gs1-key``, or ``not-found`` for what is not ours.

        ``everything``: not only what is public, for a page that we have opened to somebody.
        ``name``, ``uri``, ``gtin``, ``lot``, ``serial``, ``identity`` and ``facts`` as (label, value), ``granularity``, ``events`` as
        {``at``, ``when``, ``said``}, ``json`` (address of the data), ``known`` (False: no event names this lot or piece).
        """
        found = rules.subject(key)
        product, history, _ = await self._known(found)
        if product is None:
            raise Problem(NOT_FOUND, f"{found.uri} is no article of ours")
        passport = rules.fold(found, product, history, self.guard.firm(), everything)
        identity = [("GTIN", found.gtin), ("Batch", found.lot), ("Serial number", found.serial)]
        return {
            "name": product.fields.get("name", found.gtin),
            "uri": found.uri,
            "gtin": found.gtin,
            "lot": found.lot,
            "serial": found.serial,
            "granularity": found.granularity,
            "identity": [(label, value) for label, value in identity if value],
            "facts": [(_label(each.element_id), _text(each.value)) for each in passport.elements if each.element_id not in ("name", "history")],
            "events": [{"at": seen.at, "when": f"{parse_iso(seen.at):%d %b %Y, %H:%M} UTC", "said": seen.said} for seen in rules.told(history, everything)],
            "json": passport.digital_product_passport_id,
            "known": found.granularity == "model" or bool(history.events),
        }


def _enter(tx: Tx, article: str, fields: dict[str, str], materials_public: bool, known: Product | None) -> Product:
    """Keep a new version unless it says what ``known`` says."""
    if known is not None and (known.fields, known.materials_public) == (fields, materials_public):
        return known
    product = Product(article, fields, known.version + 1 if known else 1, iso(tx.at), materials_public)
    tables.put(tx.conn, product)
    tx.append(f"passport/{article}", PassportEntered(article, product.version, product.fields, materials_public))
    return product


def _label(name: str) -> str:
    words = name.replace("_kg", " (kg)").replace("_mm", " (mm)").replace("_hrc", " (HRC)").replace("_", " ")
    return words[:1].upper() + words[1:]


def _text(value: Any) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)


def _history(snapshot: Snapshot, uri: str) -> tuple[History, set[str]]:
    walk = Walk("up")
    walk.extend(snapshot, {uri: 0})
    events = tuple({event.number: event for role, event in snapshot.events_of([uri]).get(uri, ())}.values())
    made = next((event for event in events if uri in event.outputs), None)
    where = (snapshot.document(made.number).get("readPoint") or {}).get("id", "") if made is not None else ""
    materials = tuple(sorted(epc for epc in walk.items if epc not in walk.made and epc != uri))
    moved = {party for event in walk.moves.get(uri, {}).values() for party in receivers(event)}
    return History(events, where, materials), moved
