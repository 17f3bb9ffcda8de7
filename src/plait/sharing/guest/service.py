"""The verbs of guest links: made, listed and revoked by our people; opened and used by whoever holds the code."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Literal, Protocol
from weakref import WeakValueDictionary

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import BusinessClock, iso
from plait.kernel.ids import new_id
from plait.kernel.ports import Guard, Symbols
from plait.kernel.problems import Problem
from plait.kernel.texts import Texts
from plait.sharing.guest import rules, tables
from plait.sharing.guest.model import (
    Act,
    Deed,
    Form,
    GuestActed,
    GuestFile,
    History,
    Kind,
    Link,
    LinkExpired,
    LinkHistory,
    LinkMade,
    LinkOpened,
    LinkRevoked,
    MadeLink,
    NewLink,
    Noted,
    Shown,
    SignedHistory,
)
from plait.sharing.guest.things import Thing
from plait.sharing.ports import Signer
from plait.store import Store, Tx

__all__ = ["GuestService", "Inbox"]

replace = msgspec.structs.replace

SERIES = "RQ"
ONCE = frozenset({"accept", "reject", "received", "quote", "decline", "confirm", "refuse"})
PRIVATE: frozenset[Kind] = frozenset({"request"})
"""Kinds of which another guest's answers are nobody else's business: only links for the same guest know of one another."""

INVITES: Mapping[Kind, str] = {
    "offer": "{firm}: quotation {thing}. See it, accept or reject it, or ask, until {until}:",
    "order": "{firm}: your order {thing}. See where it stands and tell us what is wrong, until {until}:",
    "request": "{firm} asks you for a price and a date ({thing}). See what is needed and answer, until {until}:",
    "delivery": "{firm}: delivery of {thing}. Confirm what has come or report damage, until {until}:",
    "purchase": "{firm} orders from you ({thing}). See the order and confirm it, until {until}:",
    "passport": "{firm}: the passport of {thing}. See it, confirm what you have received or tell us what is wrong, until {until}:",
}


class Inbox(Protocol):
    """Keeps what guests send (bound to the desk's inbox)."""

    async def __call__(self, actor: Actor, name: str, content: bytes, sender: str) -> str:
        """Keep a mail and return the number of its item once it is on disk; the same content again is the same item."""
        ...


class GuestService:
    """Links for firms without a node. ``things`` are the kinds of things a link may be for.

    ``spoken`` tells the language of the firm's papers, ``days`` is how long a link lasts: both when nobody says.
    """

    def __init__(
        self,
        store: Store,
        guard: Guard,
        clock: BusinessClock,
        signer: Signer,
        things: Mapping[Kind, Thing],
        inbox: Inbox,
        symbol: Symbols,
        spoken: Callable[[Actor], Awaitable[str]],
        *,
        days: int = 14,
    ) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.signer = signer
        self.things = things
        self.inbox = inbox
        self.symbol = symbol
        self.spoken = spoken
        self.days = days
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open(self) -> None:
        """Set the timers of all links that are open."""
        for link in await self.store.read(lambda conn: tables.links(conn, tables.ALL, state="open")):
            self._watch(link)

    def _watch(self, link: Link) -> None:
        self.clock.at(link.expires, f"guest:{link.id}", lambda: self._expire(link.id))

    # -- our own people

    async def make(self, actor: Actor, new: NewLink) -> MadeLink:
        """Make a link; its address is in the answer and nowhere else. Raise ``invalid``, ``guest-not-open``, or the refusal of the thing itself."""
        self.guard.require(actor, "guest.write")
        rules.check(new)
        new = await self._earlier(actor, new)
        thing = new.id.strip()
        if not new.anyway:
            await self._without_node(actor, new.name)
        spoken = await self.things[new.kind].language(actor, new)
        code, firm = rules.new_code(), self.guard.firm()
        language = new.language or spoken or await self.spoken(actor)

        def work(tx: Tx) -> Link:
            named = thing or f"{SERIES}-{tx.number(SERIES):05}"
            expires = (tx.at + timedelta(days=new.days or self.days)).replace(microsecond=0)
            spoken_in: Literal["en", "de", "zh"] = Texts(language).language  # type: ignore[assignment]
            link = Link(new_id(), new.kind, named, rules.one_line(new.name), spoken_in, tx.at, expires, actor.label, need=new.need, tier=new.tier)
            tables.put_link(tx.conn, link, rules.fingerprint(code))
            tier = link.tier if link.kind == "passport" else ""
            tx.append(f"guest/{link.id}", LinkMade(link.id, link.kind, link.thing, link.name, link.language, link.expires, tier))
            return link

        link = await self.store.write(actor, work)
        self._watch(link)
        url = f"{firm.url.rstrip('/')}/g/{code}"
        return MadeLink(link, url, await asyncio.to_thread(self.symbol, "qr", url), f"{self.invite(link)}\n{url}\n")

    async def _earlier(self, actor: Actor, new: NewLink) -> NewLink:
        """Return a request that names an earlier one with what is needed there; raise ``no-such-guest-link``."""
        if new.kind != "request" or new.need is not None:
            return new
        before = next(iter(await self.links(actor, 1, kind="request", thing=new.id.strip())), None)
        return replace(new, need=_there(before, new.id).need)

    async def _without_node(self, actor: Actor, name: str) -> None:
        """Raise ``guest-has-node`` for a guest that has claimed its links with a node of its own."""
        known = await self.links(actor, 100, name=rules.one_line(name).casefold())
        if party := next((link.party for link in reversed(known) if link.party), ""):
            raise Problem(rules.HAS_NODE, f"{rules.one_line(name)} is the firm {party} in the directory now", party=party)

    def say(self, link: Link) -> Texts:
        """Return the texts in a guest's language."""
        return Texts(link.language, self.guard.firm().zone)

    def invite(self, link: Link) -> str:
        """Return the sentence that goes with a link in a chat or an e-mail."""
        say = self.say(link)
        return say(INVITES[link.kind], firm=self.guard.firm().name, thing=link.thing, until=say.day(link.expires))

    async def links(self, actor: Actor, limit: int = 500, **where: str) -> Sequence[Link]:
        """Return the latest links (never their codes), of a kind, a thing or a state."""
        self.guard.require(actor, "guest.read")
        scope = self.guard.scope(actor, "read", "guest.link")
        return await self.store.read(lambda conn: tables.links(conn, scope, limit, **where))

    async def link(self, actor: Actor, id: str) -> Link:
        """Return one link; raise ``no-such-guest-link``."""
        return _there(next(iter(await self.links(actor, 1, id=id)), None), id)

    async def acts(self, actor: Actor, id: str) -> list[Act]:
        """Return what was done by a link; raise ``no-such-guest-link``."""
        await self.link(actor, id)
        scope = self.guard.scope(actor, "read", "guest.link")
        return await self.store.read(lambda conn: tables.acts(conn, scope, id))

    async def revoke(self, actor: Actor, id: str) -> Link:
        """End a link now; one that is over already stays as it is. Raise ``no-such-guest-link``."""
        self.guard.require(actor, "guest.write")

        def work(tx: Tx) -> Link:
            link = _there(tables.link(tx.conn, tables.ALL, id=id), id)
            if link.state == "open":
                link = replace(link, state="revoked", ended=tx.at)
                tables.put_link(tx.conn, link)
                tx.append(f"guest/{id}", LinkRevoked(id, link.kind, link.thing))
            return link

        ended = await self.store.write(actor, work)
        self.clock.cancel(f"guest:{id}")
        return ended

    async def _expire(self, id: str) -> None:
        def work(tx: Tx) -> None:
            link = tables.link(tx.conn, tables.ALL, id=id)
            if link is not None and link.state == "open" and link.expires <= tx.at:
                tables.put_link(tx.conn, replace(link, state="expired", ended=tx.at))
                tx.append(f"guest/{id}", LinkExpired(id, link.kind, link.thing))

        await self.store.write(system_actor(self.guard.firm().party_id), work)

    async def history(self, actor: Actor, name: str = "", id: str = "") -> SignedHistory:
        """Return what a guest (by ``name``, or the one link ``id``) did, signed; raise ``no-such-guest-link`` when there is none."""
        links = await (self.links(actor, id=id) if id else self.links(actor, name=name.casefold()))
        if not links:
            raise Problem(rules.NO_LINK, f"no link was made for {name or id}")
        parts = []
        for link in links:
            told = await self.store.facts(stream=f"guest/{link.id}")
            facts = tuple((each.kind, each.seq, each.hash) for each in told)
            parts.append(LinkHistory(link, tuple(await self.acts(actor, link.id)), facts))
        firm = self.guard.firm()
        made = History(firm.name, firm.did, links[-1].name, self.clock.now().replace(microsecond=0), tuple(parts))
        return SignedHistory(made, self.signer.sign(msgspec.json.encode(made)))

    # -- whoever holds the code

    def me(self, link: Link) -> Actor:
        """Return the node itself in the name of a link: what a guest may do is decided by its link alone, never by these rights."""
        return system_actor(self.guard.firm().party_id, f"guest/{link.id}")

    async def enter(self, code: str) -> Link:
        """Return the open link of a code; raise ``guest-link``, the same for a code that is wrong, over or taken back."""
        mark, now = rules.fingerprint(code), self.clock.now()
        link = await self.store.read(lambda conn: tables.link(conn, tables.ALL, hash=mark))
        if link is None or link.state != "open" or link.expires <= now:
            raise Problem(rules.GONE)
        return link

    async def opened(self, link: Link) -> None:
        """Note that a page was fetched by a link, the first time."""
        if link.opened is not None:
            return

        def work(tx: Tx) -> None:
            now = tables.link(tx.conn, tables.ALL, id=link.id)
            if now is not None and now.opened is None:
                tables.put_link(tx.conn, replace(now, opened=tx.at))
                tx.append(f"guest/{link.id}", LinkOpened(link.id, link.kind, link.thing))

        await self.store.write(self.me(link), work)

    async def show(self, link: Link) -> Shown:
        """Return what the guest sees and may do now."""
        acts = await self.store.read(lambda conn: _together(conn, link))
        return await self.things[link.kind].show(self.me(link), link, acts, self.say(link))

    async def done(self, link: Link) -> list[Act]:
        """Return what the guest did by this link."""
        return await self.store.read(lambda conn: tables.acts(conn, tables.ALL, link.id))

    async def paper(self, link: Link) -> bytes:
        """Return the PDF that goes with a link's thing; raise ``guest-not-open``."""
        return await self.things[link.kind].paper(self.me(link), link)

    async def file(self, link: Link, place: int) -> GuestFile:
        """Return one of the files shown, counted from 1; raise ``guest-not-open``."""
        return await self.things[link.kind].file(self.me(link), link, place)

    async def act(self, link: Link, deed: Deed) -> Act:
        """Do what a guest sends; the same page again, and what is done but once, gives the act that was done.

        Raise ``guest-form`` (``wrong``: by field), ``guest-not-open``, ``guest-changed``, ``guest-answered``.
        """
        deed = replace(deed, ticket=await asyncio.to_thread(rules.mark, deed))
        turn = self._turns.setdefault(link.id, asyncio.Lock())
        async with turn:
            return await self._before(link, deed) or await self._first(link, deed)

    async def _first(self, link: Link, deed: Deed) -> Act:
        shown = await self.show(link)
        form = next((each for each in shown.forms if each.act == deed.act), None)
        if form is None:
            if done := await self.store.read(lambda conn: tables.act(conn, tables.ALL, link.id, act=deed.act) if deed.act in ONCE else None):
                return done
            if deed.act in ONCE and shown.answered:
                raise Problem(rules.ANSWERED, f"{link.thing} was answered before, not by this link")
            raise Problem(rules.NOT_NOW, f"{deed.act[:40]!r} cannot be done with {link.thing} now")
        if deed.version != shown.version:
            raise Problem(rules.CHANGED, f"{link.thing} is another than the page showed")
        if wrong := rules.errors(form, deed, self.say(link)):
            raise Problem(rules.WRONG, "; ".join(wrong), wrong=wrong)
        size = sum(len(file.content) for file in deed.files)
        if link.acts >= rules.MOST_ACTS or link.bytes + size > rules.MOST_BYTES:
            raise Problem(rules.NOT_NOW, "more has been sent by this link than a link takes; please write or telephone")
        return await self._do(link, form, replace(deed, values=_kept(form, deed)))

    async def _before(self, link: Link, deed: Deed) -> Act | None:
        return await self.store.read(lambda conn: tables.act(conn, tables.ALL, link.id, ticket=deed.ticket))

    async def _do(self, link: Link, form: Form, deed: Deed) -> Act:
        me = self.me(link)
        said = await self.things[link.kind].act(me, link, deed)
        item = ""
        if form.post:
            mail = await asyncio.to_thread(rules.letter, link, form, deed, self.guard.firm().name)
            item = await self.inbox(me, f"{link.thing}-{deed.act}.eml", mail, f"{link.name} (guest link)")
        files = tuple(Noted(file.name, hashlib.sha256(file.content).hexdigest()) for file in deed.files)
        by = f"{person} ({link.name})" if (person := deed.values.get("person", "")) else link.name

        def work(tx: Tx) -> Act:
            before = tables.act(tx.conn, tables.ALL, link.id, ticket=deed.ticket)
            before = before or (tables.act(tx.conn, tables.ALL, link.id, act=deed.act) if form.once else None)
            if before is not None:
                return before
            made = Act(link.id, deed.act, tx.at, said, deed.ticket, deed.values, files, item, by)
            tables.enter_act(tx.conn, made, iso(tx.at))
            now = _there(tables.link(tx.conn, tables.ALL, id=link.id), link.id)
            size = sum(len(file.content) for file in deed.files)
            tables.put_link(tx.conn, replace(now, acts=now.acts + 1, bytes=now.bytes + size))
            tx.append(f"guest/{link.id}", GuestActed(link.id, link.kind, link.thing, link.name, deed.act, said, deed.values, files, item))
            return made

        return await self.store.write(me, work)


def _kept(form: Form, deed: Deed) -> dict[str, str]:
    return {field.name: deed.values[field.name] for field in form.fields if deed.values.get(field.name)}


def _together(conn: Connection, link: Link) -> list[Act]:
    """Return what was done by a link and by the others for the same thing, in the order it was done."""
    where = {"name": link.name.casefold()} if link.kind in PRIVATE else {}
    near = tables.links(conn, tables.ALL, 100, kind=link.kind, thing=link.thing, **where)
    found = [act for each in {link.id: link, **{each.id: each for each in near}} for act in tables.acts(conn, tables.ALL, each)]
    return sorted(found, key=lambda act: (act.at, act.ticket))


def _there(link: Link | None, id: str) -> Link:
    if link is None:
        raise Problem(rules.NO_LINK, f"no link {id} is known")
    return link
