"""A guest's history changes sides: a new node takes in what its firm did as a guest, and the firm that signed it learns who its guest is."""

import hashlib
from typing import Protocol

import msgspec
from sqlalchemy import Connection

from plait.identity.jws import verify
from plait.kernel.actor import Actor
from plait.kernel.firm import Member
from plait.kernel.ids import new_id
from plait.kernel.ports import Directory, Guard, PartnerMail
from plait.kernel.problems import FORBIDDEN, NOT_FOUND, Problem
from plait.sharing.guest import rules, tables
from plait.sharing.guest.model import Act, Claim, History, Link, LinkHistory, LinksClaimed, LinksUnclaimed, PastLink, PastTaken, Taken
from plait.sharing.ports import Signer
from plait.store import Store, Tx

__all__ = ["CLAIMS", "PastService", "Verifier"]

replace = msgspec.structs.replace
CLAIMS = "/api/v1/guest/claims"
JOSE = "application/jose"


class Verifier(Signer, Protocol):
    """Signs for us and checks what others signed (bound to ``identity``)."""

    async def verify(self, party: str, jws: str) -> bytes:
        """Return what ``party`` (party_id or DID) signed; raise ``bad-signature``, ``bad-did`` or ``partner-unreachable``."""
        ...


class PastService:
    """Histories of guests: ours that other firms signed, and those that other firms show us."""

    def __init__(self, store: Store, guard: Guard, identity: Verifier, directory: Directory, mail: PartnerMail) -> None:
        self.store = store
        self.guard = guard
        self.identity = identity
        self.directory = directory
        self.mail = mail

    # -- the guest that has a node now

    async def take(self, actor: Actor, content: bytes) -> Taken:
        """Take in a history that another firm signed for us, and tell that firm who its guest is; the same again adds nothing.

        Raise ``guest-history`` for what is torn, ``bad-signature`` for what was changed or signed by another, ``guest-history-foreign`` for our own.
        """
        self.guard.require(actor, "guest.write")
        jws = content.decode("ascii", "replace").strip()
        history = rules.read_history(jws)
        firm = self.guard.firm()
        if history.did in (firm.did, *firm.former):
            raise Problem(rules.NOT_OURS, f"we signed it ourselves, for {history.guest}: it belongs to that firm's node")
        member = self._issuer(history)
        if member is not None and member.key is not None:
            verify(jws, member.key)
        else:
            await self.identity.verify(history.did, jws)
        taken = await self.store.write(actor, lambda tx: _enter(tx, history, jws))
        claimed, said = await self._claim(history, jws)
        return replace(taken, claimed=claimed, said=said)

    def _issuer(self, history: History) -> Member | None:
        """Return the firm that issued a history, if we know it: by its DID, or one it had before it moved."""
        known = self.directory.member(history.did)
        return known or next((each for each in self.directory.members() if history.did in each.former), None)

    async def _claim(self, history: History, jws: str) -> tuple[bool, str]:
        """Show the issuer its own signature, as the firm that we are; return whether it took it, and why not."""
        member = self._issuer(history)
        if member is None:
            return False, f"{history.firm} is not in our directory yet: join its network, then take the history in again"
        try:
            status, answer = await self.mail.deliver(member.party_id, CLAIMS, jws.encode(), JOSE, new_id())
        except Problem as problem:
            return False, f"{history.firm} cannot be told now ({problem.detail}): take the history in again later"
        return (True, "") if status < 300 else (False, _detail(answer) or f"{history.firm} answered {status}")

    async def past(self, actor: Actor) -> list[PastLink]:
        """Return what we did by links of other firms before we had this node."""
        self.guard.require(actor, "guest.read")
        scope = self.guard.scope(actor, "read", "guest.past")
        return await self.store.read(lambda conn: tables.past(conn, scope))

    async def signed(self, actor: Actor, id: str) -> str:
        """Return the history behind a link of the past as its issuer signed it; raise ``not-found``."""
        self.guard.require(actor, "guest.read")
        scope = self.guard.scope(actor, "read", "guest.past")

        def read(conn: Connection) -> str | None:
            row = next(iter(tables.past(conn, scope, id=id)), None)
            return tables.past_file(conn, scope, row.file) if row is not None else None

        found = await self.store.read(read)
        if found is None:
            raise Problem(NOT_FOUND, f"no link {id} of the past is known")
        return found

    # -- the firm that made the links

    async def claimed(self, actor: Actor, content: bytes) -> Claim:
        """Note that a partner shows a history that we signed: its links are that firm's now. The same again changes nothing.

        Raise ``guest-history``, ``bad-signature``, ``guest-history-foreign`` for one of links that are not ours, ``guest-claimed`` when another was first.
        """
        self.guard.require(actor, "guest.claim")
        if actor.kind != "partner" or not actor.party:
            raise Problem(FORBIDDEN, "a history is claimed by a firm in our directory, with its own token")
        jws = content.decode("ascii", "replace").strip()
        history = rules.read_history(jws)
        verify(jws, self.identity.public_jwk())

        def work(tx: Tx) -> Claim:
            links = [self._mine(tx, each, actor.party) for each in history.links]
            claim = Claim(actor.party, actor.id, history.guest, tuple(each.id for each in links))
            fresh = tuple(each.id for each in links if not each.party)
            for each in links:
                tables.put_link(tx.conn, replace(each, party=actor.party))
            if fresh:
                tx.append(f"claim/{actor.party}", LinksClaimed(actor.party, actor.id, history.guest, fresh))
            return claim

        return await self.store.write(actor, work)

    def _mine(self, tx: Tx, told: LinkHistory, party: str) -> Link:
        link = tables.link(tx.conn, tables.ALL, id=told.link.id)
        if link is None or link.name != told.link.name:
            raise Problem(rules.NOT_OURS, f"no link {told.link.id} for {told.link.name} was made here")
        if link.party and link.party != party:
            member = self.directory.member(link.party)
            raise Problem(rules.CLAIMED, f"{link.name} is {member.name if member is not None else link.party} here, which was first")
        return link

    async def unclaim(self, actor: Actor, name: str) -> Claim:
        """Say that a guest (by name) is not the firm that claimed its links; raise ``no-such-guest-link`` when nobody has."""
        self.guard.require(actor, "guest.write")

        def work(tx: Tx) -> Claim:
            links = [each for each in tables.links(tx.conn, tables.ALL, name=rules.one_line(name).casefold()) if each.party]
            if not links:
                raise Problem(rules.NO_LINK, f"no link for {name} was claimed")
            ids = tuple(each.id for each in links)
            for each in links:
                tables.put_link(tx.conn, replace(each, party=""))
            tx.append(f"claim/{links[0].party}", LinksUnclaimed(links[0].party, links[0].name, ids))
            member = self.directory.member(links[0].party)
            return Claim(links[0].party, member.did if member is not None else "", links[0].name, ids)

        return await self.store.write(actor, work)


def _enter(tx: Tx, history: History, jws: str) -> Taken:
    """Keep what of a history is not known yet."""
    file = hashlib.sha256(jws.encode()).hexdigest()
    links = acts = known = 0
    for told in history.links:
        row = next(iter(tables.past(tx.conn, tables.ALL, id=told.link.id)), None)
        if row is not None and row.issuer != history.did:
            raise Problem(rules.NOT_OURS, f"the link {told.link.id} is known as one of {row.firm}")
        before = {act.ticket for act in row.acts} if row is not None else set()
        fresh = tuple(act for act in told.acts if act.ticket not in before)
        known += len(told.acts) - len(fresh)
        if row is None or fresh:
            _keep(tx, history, told, (row.acts if row is not None else ()), fresh, file)
            links, acts = links + (row is None), acts + len(fresh)
    if links or acts:
        tables.put_past_file(tx.conn, file, jws)
    return Taken(history.did, history.firm, history.guest, links, acts, known)


def _keep(tx: Tx, history: History, told: LinkHistory, before: tuple[Act, ...], fresh: tuple[Act, ...], file: str) -> None:
    link = told.link
    row = PastLink(link.id, history.did, history.firm, link.name, link.kind, link.thing, link.made, (*before, *fresh), file)
    tables.put_past(tx.conn, row)
    tx.append(f"past/{history.did}", PastTaken(history.did, history.firm, link.id, link.kind, link.thing, link.name, fresh, file))


def _detail(answer: bytes) -> str:
    try:
        return str(msgspec.json.decode(answer)["detail"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return ""
