"""The verbs of badges and PINs, and the sessions they open: short, and for the work at machines alone."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping

from msgspec.structs import replace

from plait.identity.model import Person
from plait.identity.people import rules as people_rules
from plait.identity.people.badges import rules, tables
from plait.identity.people.badges.model import (
    BAD_BADGE,
    BADGE_BLOCKED,
    NO_BADGE,
    PIN_LOCKED,
    BadgeBlocked,
    BadgeEnded,
    BadgeMade,
    BadgeState,
    BadgeView,
    Enter,
    MadeBadge,
    OperatorSignedIn,
    OperatorView,
    OwnPin,
    PinSet,
)
from plait.identity.people.service import PeopleService
from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import SYSTEM
from plait.kernel.ids import new_id
from plait.kernel.ports import Badges, Symbols
from plait.kernel.problems import INVALID, NOT_FOUND, UNAUTHENTICATED, Problem
from plait.kernel.texts import language_of
from plait.store import Tx, from_ms, now_ms

__all__ = ["BadgeService"]

ROLES = frozenset({"operator", "manager", "admin"})
MOST = 2000


class _Live:
    """A session in force; both ends are on the clock that never jumps."""

    def __init__(self, view: OperatorView, idle: float, ends: float) -> None:
        self.view = view
        self.idle = idle
        self.ends = ends


class BadgeService:
    """Badges, PINs and who is signed in by them. Sessions live in memory: after a restart the PIN is asked for again.

    ``address`` is the node's as telephones reach it.
    """

    def __init__(self, people: PeopleService, symbols: Symbols, draw: Badges, address: Callable[[], Awaitable[str]]) -> None:
        self.people = people
        self.store = people.store
        self.guard = people.guard
        self._symbols = symbols
        self._draw = draw
        self._address = address
        self._live: dict[str, _Live] = {}

    # -- badges

    def _person(self, id: str) -> Person:
        person = self.people.person(id)
        if person is None:
            raise Problem(NOT_FOUND, f"Nobody works here under {id[:60]}.")
        return person

    async def make(self, actor: Actor, id: str) -> MadeBadge:
        """Make a badge in the place of an earlier one; its number is in the answer and nowhere else. Raise ``not-found`` or ``no-badge``."""
        self.guard.require(actor, "admin.people")
        person = self._person(id)
        if person.role not in ROLES:
            raise Problem(NO_BADGE, f"{person.name} is a {person.role}.")
        number, address = rules.new_number(), await self._address()

        def work(tx: Tx) -> None:
            tables.put_badge(tx.conn, person.id, _hash(number), now_ms())
            tx.append(f"person/{person.id}", BadgeMade(person.id, person.name))

        await self.store.write(actor, work)
        self._end_of(person.id)
        url = f"{address}/op/b/{number}"
        return MadeBadge(person.id, person.name, rules.grouped(number), url, self._symbols("qr", url))

    def drawn(self, made: MadeBadge, form: str) -> bytes:
        """Return a badge for printing (PNG, PDF or SVG) in the size of a bank card; it takes processor time."""
        return self._draw(self.guard.firm().name, made.name, made.url, made.number, form)

    async def take_back(self, actor: Actor, id: str) -> None:
        """End somebody's badge and the sessions by it; without one nothing changes. Raise ``not-found``."""
        self.guard.require(actor, "admin.people")
        person = self._person(id)

        def work(tx: Tx) -> None:
            if tables.drop_badge(tx.conn, person.id):
                tx.append(f"person/{person.id}", BadgeEnded(person.id, person.name))

        await self.store.write(actor, work)
        self._end_of(person.id)

    async def view(self, actor: Actor, id: str) -> BadgeView:
        """Return what one may know of somebody's badge; raise ``not-found``."""
        self.guard.require(actor, "admin.people")
        person = self._person(id)
        made, pin, language = await self.store.read(
            lambda conn: (tables.made_at(conn, person.id), tables.pin(conn, person.id), tables.language(conn, person.id))
        )
        return BadgeView(person.id, from_ms(made) if made else None, pin is not None, pin is not None and pin.wrong >= rules.BLOCKED_AFTER, language)

    # -- PINs

    async def set_pin(self, actor: Actor, id: str, pin: str) -> None:
        """Set somebody's PIN, which opens a blocked badge again; raise ``not-found`` or ``weak-pin``."""
        self.guard.require(actor, "admin.people")
        await self._put_pin(actor, self._person(id), pin)

    async def own_pin(self, actor: Actor, pin: str) -> None:
        """Set one's own PIN, signed in with a password; raise ``weak-pin``, or ``unauthenticated`` for a token."""
        self.guard.require(actor, "people.sessions")
        person = self.people.person(actor.id)
        if person is None:
            raise Problem(UNAUTHENTICATED, "A PIN is set by somebody who is signed in, not by a token.")
        await self._put_pin(actor, person, pin)

    async def change_pin(self, actor: Actor, secret: str, asked: OwnPin) -> None:
        """Change one's own PIN at the machine, with the old one; raise ``bad-badge``, ``pin-locked``, ``weak-pin``."""
        person = self._person(actor.id)
        rules.check_pin(asked.new)
        await self._check_pin(person, asked.old)
        await self._put_pin(actor, person, asked.new, keep=_hash(secret))

    async def _put_pin(self, actor: Actor, person: Person, pin: str, keep: str = "") -> None:
        rules.check_pin(pin)
        hashed = await self.people.passwords.hash(pin)

        def work(tx: Tx) -> None:
            tables.put_pin(tx.conn, person.id, BadgeState(hashed, 0, 0))
            tx.append(f"person/{person.id}", PinSet(person.id, person.name))

        await self.store.write(actor, work)
        self._end_of(person.id, keep)

    async def _check_pin(self, person: Person | None, pin: str) -> None:
        """Return when the PIN is right. A try is counted before it is judged, so that many at once are no way round the count."""
        kept = await self._try(person) if person is not None else None
        fits = await self.people.passwords.fits(kept.hash if kept else None, pin)
        if person is None or kept is None or not fits:
            raise Problem(BAD_BADGE)
        right = replace(kept, wrong=0, last=0)
        await self.store.write(self._me(), lambda tx: tables.put_pin(tx.conn, person.id, right))

    async def _try(self, person: Person) -> BadgeState | None:
        now = now_ms()

        def work(tx: Tx) -> BadgeState | None:
            kept = tables.pin(tx.conn, person.id)
            if kept is None:
                return None
            if kept.wrong >= rules.BLOCKED_AFTER:
                raise Problem(BADGE_BLOCKED, person.name)
            left = kept.last + 1000 * rules.wait_s(kept.wrong) - now
            if kept.wrong and left > 0 and kept.last <= now:
                raise Problem(PIN_LOCKED, f"Try again in {-(-left // 1000)} s.", retry_after=-(-left // 1000))
            tried = replace(kept, wrong=kept.wrong + 1, last=now)
            tables.put_pin(tx.conn, person.id, tried)
            if tried.wrong == rules.BLOCKED_AFTER:
                tx.append(f"person/{person.id}", BadgeBlocked(person.id, person.name, tried.wrong))
            return tried

        return await self.store.write(self._me(), work)

    def _me(self) -> Actor:
        return system_actor(self.guard.firm().party_id, "people")

    # -- sessions

    async def known(self, badge: str) -> bool:
        """Tell whether a badge is one of ours (for counting guesses, never to be shown)."""
        return bool(await self.store.read(lambda conn: tables.badge(conn, _hash(rules.badge_of(badge)))))

    async def enter(self, asked: Enter) -> tuple[str, OperatorView]:
        """Return a new session and its secret; raise ``bad-badge`` (the same for a badge nobody has), ``pin-locked``, ``badge-blocked``."""
        id = await self.store.read(lambda conn: tables.badge(conn, _hash(rules.badge_of(asked.badge))))
        person = self.people.person(id)
        if person is not None and person.role not in ROLES:
            person = None
        await self._check_pin(person, asked.pin)
        assert person is not None
        secret, settings = secrets.token_urlsafe(32), self.people.settings
        language = await self.store.read(lambda conn: tables.language(conn, person.id))
        view = OperatorView(new_id(), person.id, person.name, language, round(settings.operator_minutes * 60))
        actor = self._actor(person)
        await self.store.write(actor, lambda tx: tx.append(f"person/{person.id}", OperatorSignedIn(person.id, person.name, view.id)) and None)
        now = SYSTEM.monotonic()
        self._live[_hash(secret)] = _Live(view, now + view.idle_s, now + settings.operator_hours * 3600)
        while len(self._live) > MOST:
            self._live.pop(next(iter(self._live)))
        return secret, view

    def _actor(self, person: Person) -> Actor:
        """Return somebody at a machine: whatever their role, they may do there what an operator's work needs and nothing else."""
        return Actor("person", person.id, self.guard.firm().party_id, frozenset({"operator"}), scopes=rules.OPERATOR_SCOPES)

    def session(self, headers: Mapping[str, str], method: str) -> tuple[Actor, OperatorView]:
        """Return who is signed in by the request's cookie, and use the session; raise ``unauthenticated`` or ``cross-site``."""
        live = self._live.get(_hash(self.holds(headers)))
        person = self.people.person(live.view.person) if live is not None else None
        now = SYSTEM.monotonic()
        if live is None or person is None or person.role not in ROLES or min(live.idle, live.ends) <= now:
            raise Problem(UNAUTHENTICATED, "Nobody is signed in here any more; enter the PIN.")
        people_rules.check_site(headers, method)
        live.idle = now + live.view.idle_s
        return self._actor(person), live.view

    def leave(self, secret: str) -> None:
        """End a session; one that has ended is no error."""
        self._live.pop(_hash(secret), None)

    def _end_of(self, person: str, keep: str = "") -> None:
        self._live = {hashed: live for hashed, live in self._live.items() if live.view.person != person or hashed == keep}

    async def speak(self, actor: Actor, headers: Mapping[str, str], language: str) -> None:
        """Keep the language that somebody reads; raise ``invalid`` for one we do not speak."""
        spoken = language_of(language)
        if not spoken:
            raise Problem(INVALID, f"language: {language[:20]} is not spoken here", path="$.language")
        await self.store.write(actor, lambda tx: tables.put_language(tx.conn, actor.id, spoken))
        live = self._live.get(_hash(self.holds(headers)))
        if live is not None:
            live.view = replace(live.view, language=spoken)

    # -- the cookie

    @property
    def cookie(self) -> str:
        """The name of our cookie."""
        return rules.cookie_name(self.guard.firm().party_id, secure=self.people.secure())

    def bake(self, secret: str) -> str:
        """Return the Set-Cookie header for a session's secret, or (empty) the one that takes the cookie back."""
        seconds = round(self.people.settings.operator_hours * 3600) if secret else 0
        return rules.set_cookie(self.cookie, secret, secure=self.people.secure(), seconds=seconds)

    def holds(self, headers: Mapping[str, str]) -> str:
        """Return the secret in a request's cookie, empty without one."""
        return people_rules.cookie_in(headers.get("cookie", ""), self.cookie) if "cookie" in headers else ""


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
