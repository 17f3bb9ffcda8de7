"""The verbs of the directory: join a network, introduce ourselves, take and pass on cards, state who our members are."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import SYSTEM, BusinessClock, iso
from plait.kernel.firm import Member
from plait.kernel.ports import Guard
from plait.kernel.problems import FORBIDDEN, NOT_FOUND, UNREACHABLE, Problem
from plait.sharing.directory import rules, tables
from plait.sharing.directory.model import (
    Announcement,
    Card,
    Joined,
    Listed,
    MemberDismissed,
    MemberMoved,
    MemberSeen,
    Pack,
    SelfDescription,
    Statement,
    card_of,
)
from plait.sharing.ports import Signer
from plait.store import Store, Tx
from plait.web import Answer, PartnerClient

__all__ = ["DirectoryService"]

R = TypeVar("R", bound=msgspec.Struct)

ALL = Scope(everything=True)
CARD_LIMIT = 64_000
LIST_LIMIT = 4_000_000


class DirectoryService:
    """The firms this node knows; it is the port ``Directory``."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, client: PartnerClient, identity: Signer) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.client = client
        self.identity = identity

    def members(self) -> Sequence[Member]:
        """Return the other firms known, by name."""
        own = self.guard.firm().party_id
        return self.store.read_now(lambda conn: tables.members(conn, ALL, own))

    def member(self, party: str) -> Member | None:
        """Return one firm by party_id, DID, GLN or (unambiguous) name, else None."""
        own = self.guard.firm().party_id
        found = self.store.read_now(lambda conn: tables.members(conn, ALL, own, party)) if party else []
        exact = [each for each in found if party in {each.party_id, each.did}]
        return exact[0] if exact else found[0] if len(found) == 1 else None

    async def known(self, actor: Actor) -> list[Member]:
        """Return the firms known that the actor may see."""
        scope, own = self.guard.scope(actor, "read", "directory"), self.guard.firm().party_id
        return await self.store.read(lambda conn: tables.members(conn, scope, own))

    async def own_card(self) -> SelfDescription:
        """Return our own signed card; it is public."""
        card = card_of(self.guard.firm(), self.identity.public_jwk(), iso(SYSTEM.now()))
        return SelfDescription(self.identity.sign(msgspec.json.encode(card)))

    async def stated(self) -> Pack:
        """Return our signed statement of who our members are, with their cards; it is public."""
        return await self.store.read(lambda conn: Pack(self._cards(conn), self._statement(conn)))

    def _cards(self, conn: Connection, without: str = "") -> tuple[str, ...]:
        listed = set(tables.listed(conn, ALL)) - {without}
        return tuple(token for party, token in tables.cards(conn, ALL).items() if party in listed)

    def _statement(self, conn: Connection) -> str:
        firm, key = self.guard.firm(), self.identity.public_jwk()
        wanted = set(tables.listed(conn, ALL))
        rows = [row for row in tables.members(conn, ALL, firm.party_id) if row.party_id in wanted]
        own = Listed(firm.party_id, firm.did, rules.thumbprint(key))
        others = (Listed(row.party_id, row.did, rules.thumbprint(row.key or {})) for row in rows)
        statement = Statement(firm.party_id, firm.name, firm.did, iso(SYSTEM.now()), (own, *others))
        return self.identity.sign(msgspec.json.encode(statement))

    async def join(self, actor: Actor, url: str) -> list[Member]:
        """Join the network by the node at ``url``: introduce ourselves, learn of its members; its statements count from now on.

        Raise ``partner-unreachable``, ``bad-card`` or ``key-changed``; then nothing has changed.
        """
        self.guard.require(actor, "directory.write")
        root = url.rstrip("/")
        described = await self._described(f"{root}/api/v1/directory/self")
        seed = await self._verified(described.card, {})
        if seed.party_id == self.guard.firm().party_id:
            raise Problem(rules.BAD_CARD, "A node cannot join itself.")
        announcement = Announcement((await self.own_card()).card)
        headers = {"Authorization": f"Bearer {self.identity.partner_token(seed.did)}", "Content-Type": "application/json"}
        answer = await self.client.request(
            "POST", f"{root}/api/v1/directory/announce", headers=headers, content=msgspec.json.encode(announcement), limit=LIST_LIMIT
        )
        pack = _read(answer, Pack, f"{seed.name} refused our announcement")
        association = seed.member()
        statement = rules.read_statement(pack.statement, association)
        cards = await self._verified_all(pack.cards, statement)

        def work(tx: Tx) -> None:
            self._enter(tx, seed, described.card)
            for card, token in cards:
                self._enter(tx, card, token)
            self._believe(tx, statement, pack.statement)
            if tables.set_joined(tx.conn, seed.party_id):
                tx.append("directory", Joined(seed.party_id, seed.name, seed.url))

        await self.store.write(actor, work)
        return list(self.members())

    async def announce(self, actor: Actor, announcement: Announcement) -> Pack:
        """Take a firm's introduction of itself, list it as our member, tell those we list, and answer with who they are."""
        self.guard.require(actor, "directory.announce")
        card = await self._verified(announcement.card, {})
        self._is_caller(actor, card)

        def work(tx: Tx) -> Pack:
            changed = self._enter(tx, card, announcement.card)
            fresh = tables.set_listed(tx.conn, card.party_id)
            pack = Pack(self._cards(tx.conn, card.party_id), self._statement(tx.conn))
            if fresh or changed:
                self._pass_on(tx, Pack((announcement.card,), pack.statement), card.party_id, card.issued)
            return pack

        return await self.store.write(actor, work)

    async def moved(self, announcement: Announcement) -> None:
        """Take the card of a known firm that has moved: it proves itself with the key we have pinned. Tell those we list.

        Raise ``not-found`` for an unknown firm, ``bad-card`` or ``key-changed``. An older card than the one known changes nothing.
        """
        card = rules.read_card(announcement.card)
        known = self.member(card.party_id)
        if known is None:
            raise Problem(NOT_FOUND, "Only a firm this node knows tells it where it has moved to.")
        rules.check_pinned(card, known)

        def work(tx: Tx) -> None:
            if self._enter(tx, card, announcement.card) and card.party_id in tables.listed(tx.conn, ALL):
                self._pass_on(tx, Pack((announcement.card,), self._statement(tx.conn)), card.party_id, card.issued)

        await self.store.write(Actor("partner", card.did, card.party_id), work)

    @staticmethod
    def _is_caller(actor: Actor, card: Card) -> None:
        if actor.kind != "partner" or (actor.party and actor.party != card.party_id):
            raise Problem(FORBIDDEN, "A firm introduces only itself.")

    def _pass_on(self, tx: Tx, pack: Pack, about: str, when: str) -> None:
        body = msgspec.json.encode(pack)
        for party in tables.listed(tx.conn, ALL):
            if party != about:
                tx.post(party, "/api/v1/directory/cards", body, key=f"directory:{about}:{when}")

    async def take_cards(self, actor: Actor, pack: Pack) -> None:
        """Take cards that a partner passes on; its statement of membership counts if we joined by it. Raise ``bad-card`` or ``key-changed``."""
        self.guard.require(actor, "directory.announce")
        sender = self.member(actor.party)
        if sender is None:
            raise Problem(FORBIDDEN, "Only a known firm passes cards on.")
        associations = await self.store.read(lambda conn: tables.joined(conn, ALL))
        statement = rules.read_statement(pack.statement, sender) if pack.statement and sender.party_id in associations else None
        cards = await self._verified_all(pack.cards, statement)

        def work(tx: Tx) -> None:
            for card, token in cards:
                self._enter(tx, card, token)
            if statement is not None:
                self._believe(tx, statement, pack.statement)

        await self.store.write(actor, work)

    async def dismiss(self, actor: Actor, party: str, reason: str) -> None:
        """End a firm's membership with us and tell our members; raise ``not-found`` when it is no active member."""
        self.guard.require(actor, "directory.write")
        member = self.member(party)

        def work(tx: Tx) -> None:
            if member is None or not tables.set_listed(tx.conn, member.party_id, reason or "dismissed"):
                raise Problem(NOT_FOUND, f"{party} is no active member of this firm.")
            tx.append("directory", MemberDismissed(member.party_id, member.name, reason))
            self._pass_on(tx, Pack((), self._statement(tx.conn)), member.party_id, iso(tx.recorded))

        await self.store.write(actor, work)

    def _enter(self, tx: Tx, card: Card, token: str) -> bool:
        """Keep a verified card if it is the latest; tell whether the firm or a name of it is new. The pin is looked at once more in the transaction."""
        own = self.guard.firm().party_id
        if card.party_id == own:
            return False
        found = tables.members(tx.conn, ALL, own, card.party_id) or tables.members(tx.conn, ALL, own, card.did)
        known = found[0] if found else None
        if known is None and (other := tables.once_called(tx.conn, ALL, card.did)):
            raise Problem(rules.KEY_CHANGED, f"{card.did} was the name of another firm ({other}), which has moved; this one has another key.")
        if known is not None:
            rules.check_pinned(card, known)
            if card.issued <= tables.issued(tx.conn, ALL, card.party_id):
                return False
        tables.put(tx.conn, card, token, iso(tx.at), rules.aliases(card.member()))
        if known is None:
            tx.append("directory", MemberSeen(card.party_id, card.name, card.did, card.url))
            return True
        before = rules.aliases(known)
        moved = [(kind, before.get(kind, ""), value) for kind, value in rules.aliases(card.member()).items() if before.get(kind, "") != value]
        for kind, old, new in moved:
            tx.append("directory", MemberMoved(card.party_id, kind, old, new))
        return bool(moved)

    @staticmethod
    def _believe(tx: Tx, statement: Statement, token: str) -> None:
        if statement.issued > tables.statement_issued(tx.conn, ALL, statement.association):
            tables.put_statement(tx.conn, statement, token)

    async def _verified_all(self, tokens: Sequence[str], statement: Statement | None) -> list[tuple[Card, str]]:
        vouched = {each.party_id: each for each in statement.members} if statement else {}
        return [(await self._verified(token, vouched), token) for token in tokens]

    async def _verified(self, token: str, vouched: dict[str, Listed]) -> Card:
        """Return the card if its key is pinned, vouched for by our association, or in the firm's DID document."""
        card = rules.read_card(token)
        known = self.member(card.party_id) or self.member(card.did)
        if known is not None:
            rules.check_pinned(card, known)
            return card
        by = vouched.get(card.party_id)
        if by is not None and (by.did, by.thumbprint) == (card.did, rules.thumbprint(card.key)):
            return card
        rules.bind(token, card, (await self._fetch(rules.document_url(card))).body)
        return card

    async def _fetch(self, url: str) -> Answer:
        answer = await self.client.request("GET", url, headers={"Accept": "application/json"}, limit=CARD_LIMIT)
        if answer.status != 200:
            raise Problem(UNREACHABLE, f"{url} answered {answer.status}.")
        return answer

    async def _described(self, url: str) -> SelfDescription:
        return _read(await self._fetch(url), SelfDescription, f"{url} gave no card")


def _read(answer: Answer, kind: type[R], what: str) -> R:
    if answer.status != 200:
        raise Problem(UNREACHABLE, f"{what}: {answer.status} {answer.body[:300].decode('utf-8', 'replace')}")
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except msgspec.DecodeError as error:
        raise Problem(UNREACHABLE, f"{what}: {error}") from error
