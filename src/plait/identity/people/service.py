"""The verbs of signing in: codes, passwords, sessions, and what wrong passwords lead to."""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from plait.identity import tables as identity_tables
from plait.identity.model import Person
from plait.identity.people import rules, tables
from plait.identity.people.model import (
    BAD_CODE,
    BAD_LOGIN,
    LOCKED_OUT,
    Activation,
    Code,
    CodeMade,
    LockedOut,
    NewPassword,
    PasswordSet,
    SessionEnded,
    SessionView,
    SignedIn,
    SignIn,
    SignInFailed,
)
from plait.identity.people.passwords import Passwords
from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import SYSTEM
from plait.kernel.ids import new_id
from plait.kernel.ports import Guard
from plait.kernel.problems import FORBIDDEN, NOT_FOUND, UNAUTHENTICATED, Problem
from plait.kernel.settings import People
from plait.store import Store, Tx, ms_of, now_ms

__all__ = ["PeopleService"]

CODE_LIFE = timedelta(hours=24)
QUIET_MS = 15 * 60 * 1000
SEEN_S = 60.0
LONGEST_SESSIONS = 5000


class _Live:
    """A session in force; ``deadline`` is on the clock that never jumps."""

    def __init__(self, view: SessionView, deadline: float) -> None:
        self.view = view
        self.deadline = deadline
        self.noted = SYSTEM.monotonic()


class PeopleService:
    """Who is signed in. ``party`` and ``secure`` (whether people come by https) are asked when needed."""

    def __init__(self, store: Store, guard: Guard, settings: People, secure: Callable[[], bool], passwords: Passwords | None = None) -> None:
        self.store = store
        self.guard = guard
        self.settings = settings
        self.secure = secure
        self.passwords = passwords or Passwords()
        self._live: dict[str, _Live] = {}
        self._people: dict[str, Person] = {}

    async def open(self) -> None:
        """Take up the sessions that are in force."""
        found = await self.store.read(lambda conn: tables.sessions(conn, now_ms()))
        self._live = {hashed: _Live(view, self._deadline(view)) for hashed, view in found.items()}
        await self.people_changed()

    async def people_changed(self) -> None:
        """Learn who works here now; sessions of those who do not any more end."""
        self._people = {person.id: person for person in await self.store.read(identity_tables.people)}
        gone = [live.view.id for live in self._live.values() if live.view.person not in self._people]
        if gone:
            await self._end(system_actor(self.guard.firm().party_id, "people"), gone, "left")

    def person(self, id: str) -> Person | None:
        """Return somebody who works here, None for nobody."""
        return self._people.get(id)

    def everybody(self) -> list[Person]:
        """Return who works here, the first who was entered first."""
        return sorted(self._people.values(), key=lambda person: person.id)

    def name_of(self, id: str) -> str:
        """Return what somebody who works here is called, their id when they do not any more."""
        person = self._people.get(id)
        return person.name if person is not None else id

    def _deadline(self, view: SessionView) -> float:
        left = (view.ends - SYSTEM.now()).total_seconds()
        return SYSTEM.monotonic() + max(0.0, min(left, self.settings.idle_hours * 3600))

    # -- the cookie

    @property
    def cookie(self) -> str:
        """The name of our cookie."""
        return rules.cookie_name(self.guard.firm().party_id, secure=self.secure())

    def bake(self, secret: str) -> str:
        """Return the Set-Cookie header for a session's secret, or (empty) the one that takes the cookie back."""
        return rules.set_cookie(self.cookie, secret, secure=self.secure(), seconds=round(self.settings.days * 86400) if secret else 0)

    def holds(self, headers: Mapping[str, str]) -> str:
        """Return the secret in a request's cookie, empty without one."""
        return rules.cookie_in(headers.get("cookie", ""), self.cookie) if "cookie" in headers else ""

    async def actor(self, secret: str, headers: Mapping[str, str], method: str) -> Actor:
        """Return the person behind a cookie; raise ``unauthenticated`` when the session has ended, ``cross-site`` for another site's request."""
        live = self._live.get(_hash(secret))
        person = self._people.get(live.view.person) if live is not None else None
        if live is None or person is None or live.deadline <= SYSTEM.monotonic():
            raise Problem(UNAUTHENTICATED, "The session has ended; sign in again.")
        rules.check_site(headers, method)
        await self._seen(live)
        return Actor("person", person.id, self.guard.firm().party_id, frozenset({person.role}))

    async def _seen(self, live: _Live) -> None:
        if SYSTEM.monotonic() - live.noted < SEEN_S:
            return
        live.noted = SYSTEM.monotonic()
        now, view = SYSTEM.now(), live.view
        ends = min(now + timedelta(hours=self.settings.idle_hours), view.since + timedelta(days=self.settings.days))
        live.view = SessionView(view.id, view.person, view.name, view.device, view.address, view.since, now, ends)
        live.deadline = self._deadline(live.view)
        actor = system_actor(self.guard.firm().party_id, "people")
        await self.store.write(actor, lambda tx: tables.note_seen(tx.conn, view.id, ms_of(now), ms_of(ends)))

    # -- signing in

    async def sign_in(self, asked: SignIn, device: str, address: str) -> tuple[str, SessionView]:
        """Return a new session and its secret; raise ``bad-login`` (the same for a name nobody has), ``locked-out``, ``rate-limited``."""
        person = next((each for each in self._people.values() if each.name == asked.name), None)
        await self.check_doors(person, address)
        hashed = await self.store.read(lambda conn: tables.password(conn, person.id)) if person is not None else None
        fits = len(asked.password) <= rules.LONGEST and await self.passwords.fits(hashed, asked.password)
        if person is None or hashed is None or not fits:
            await self.failed(person, address)
            raise Problem(BAD_LOGIN)
        if self.passwords.outdated(hashed):
            hashed = await self.passwords.hash(asked.password)
        return await self.begin(person, hashed, device, address)

    async def begin(self, person: Person, hashed: str, device: str, address: str) -> tuple[str, SessionView]:
        """Begin a session of somebody who has proved to be ``person``, and keep their password as ``hashed`` (empty: as it is)."""
        secret, now = secrets.token_urlsafe(32), SYSTEM.now().replace(microsecond=0)
        view = SessionView(new_id(), person.id, person.name, rules.device_of(device), address[:60], now, now, now + timedelta(hours=self.settings.idle_hours))

        def work(tx: Tx) -> None:
            if hashed:
                tables.put_password(tx.conn, person.id, hashed)
            tables.forget_failures(tx.conn, [person.id, f"from {address}"])
            tables.enter_session(tx.conn, _hash(secret), view)
            tx.append(f"person/{person.id}", SignedIn(person.id, person.name, view.id))

        await self.store.write(Actor("person", person.id, self.guard.firm().party_id), work)
        self._live[_hash(secret)] = _Live(view, self._deadline(view))
        while len(self._live) > LONGEST_SESSIONS:
            self._live.pop(next(iter(self._live)))
        return secret, view

    async def check_doors(self, person: Person | None, address: str) -> None:
        """Raise ``locked-out`` while wrong passwords keep a door closed; an address somebody is known at is spared their own door."""
        now = now_ms()

        def wait(conn: object) -> int:
            doors = [f"from {address}"]
            if person is not None and not tables.known_address(conn, person.id, address):  # type: ignore[arg-type]
                doors.append(person.id)
            found = [tables.failures(conn, door) for door in doors]  # type: ignore[arg-type]
            return max((last + 1000 * rules.lock_seconds(count) - now for count, last in found if last <= now), default=0)

        left = await self.store.read(wait)
        if left > 0:
            seconds = -(-left // 1000)
            raise Problem(LOCKED_OUT, f"Try again in {seconds} s.", retry_after=seconds)

    async def failed(self, person: Person | None, address: str) -> None:
        """Count a wrong password, or (``person`` None) a wrong code or name, at the doors it came through."""
        now = now_ms()

        def work(tx: Tx) -> None:
            tables.note_failure(tx.conn, f"from {address}", now, QUIET_MS)
            if person is None:
                return
            count = tables.note_failure(tx.conn, person.id, now, QUIET_MS)
            seconds = rules.lock_seconds(count)
            if count & (count - 1) == 0:
                tx.append(f"person/{person.id}", SignInFailed(person.id, person.name, count))
            if count == rules.FREE_TRIES + 1 or (seconds == rules.LONGEST_LOCK and count & (count - 1) == 0):
                tx.append(f"person/{person.id}", LockedOut(person.id, person.name, seconds))

        await self.store.write(system_actor(self.guard.firm().party_id, "people"), work)

    async def sign_out(self, secret: str) -> None:
        """End the session of a cookie; one that has ended is no error."""
        live = self._live.get(_hash(secret))
        if live is not None:
            await self._end(Actor("person", live.view.person, self.guard.firm().party_id), [live.view.id], "signed out")

    async def _end(self, actor: Actor, ids: Sequence[str], why: str) -> None:
        ended = {hashed: live.view for hashed, live in self._live.items() if live.view.id in ids}

        def work(tx: Tx) -> None:
            tables.end_sessions(tx.conn, [view.id for view in ended.values()])
            for view in ended.values():
                tx.append(f"person/{view.person}", SessionEnded(view.person, view.id, why))

        await self.store.write(actor, work)
        for hashed in ended:
            self._live.pop(hashed, None)

    # -- codes and passwords

    async def make_code(self, actor: Actor, person_id: str) -> Code:
        """Let somebody set a password with a one-time code; raise ``not-found``."""
        self.guard.require(actor, "admin.people")
        person = self._people.get(person_id)
        if person is None:
            raise Problem(NOT_FOUND, f"Nobody works here under {person_id}.")
        code, expires = secrets.token_urlsafe(16), SYSTEM.now().replace(microsecond=0) + CODE_LIFE

        def work(tx: Tx) -> None:
            tables.enter_code(tx.conn, _hash(code), person.id, ms_of(expires))
            tx.append(f"person/{person.id}", CodeMade(person.id, person.name))

        await self.store.write(actor, work)
        return Code(person.id, person.name, code, expires)

    async def activate(self, asked: Activation, device: str, address: str) -> tuple[str, SessionView]:
        """Set a password with a code, end the person's sessions and begin a new one; raise ``bad-code`` or ``weak-password``."""
        await self.check_doors(None, address)
        whose = await self.store.read(lambda conn: tables.code(conn, _hash(asked.code), now_ms()))
        person = self._people.get(whose or "")
        if person is None:
            await self.failed(None, address)
            raise Problem(BAD_CODE)
        await asyncio.to_thread(rules.check_password, asked.password, person.name, self.guard.firm().name)
        hashed = await self.passwords.hash(asked.password)

        def work(tx: Tx) -> None:
            if tables.take_code(tx.conn, _hash(asked.code), now_ms()) is None:
                raise Problem(BAD_CODE)
            tables.put_password(tx.conn, person.id, hashed)
            tx.append(f"person/{person.id}", PasswordSet(person.id, person.name))

        await self.store.write(Actor("person", person.id, self.guard.firm().party_id), work)
        await self._end_others(person.id, "")
        return await self.begin(person, hashed, device, address)

    async def change_password(self, secret: str, asked: NewPassword, address: str) -> None:
        """Change one's own password; one's other sessions end. Raise ``bad-login``, ``weak-password``, ``locked-out``."""
        live = self._live.get(_hash(secret))
        person = self._people.get(live.view.person) if live is not None else None
        if live is None or person is None:
            raise Problem(UNAUTHENTICATED, "A password is changed by who is signed in with it.")
        await self.check_doors(person, address)
        hashed = await self.store.read(lambda conn: tables.password(conn, person.id))
        if not await self.passwords.fits(hashed, asked.old):
            await self.failed(person, address)
            raise Problem(BAD_LOGIN, "The old password is wrong.")
        await asyncio.to_thread(rules.check_password, asked.new, person.name, self.guard.firm().name)
        fresh = await self.passwords.hash(asked.new)

        def work(tx: Tx) -> None:
            tables.put_password(tx.conn, person.id, fresh)
            tx.append(f"person/{person.id}", PasswordSet(person.id, person.name))

        await self.store.write(Actor("person", person.id, self.guard.firm().party_id), work)
        await self._end_others(person.id, live.view.id)

    async def _end_others(self, person: str, but: str) -> None:
        others = [live.view.id for live in self._live.values() if live.view.person == person and live.view.id != but]
        if others:
            await self._end(Actor("person", person, self.guard.firm().party_id), others, "password changed")

    # -- sessions as they are seen

    async def sessions(self, actor: Actor) -> list[SessionView]:
        """Return who is signed in: one's own sessions, for an administrator everybody's, the latest first."""
        now = SYSTEM.monotonic()
        everybody = self._may(actor, "admin.people")
        views = [live.view for live in self._live.values() if live.deadline > now and (everybody or live.view.person == actor.id)]
        return sorted(views, key=lambda view: view.id, reverse=True)

    async def end(self, actor: Actor, id: str) -> None:
        """End a session: one's own, for an administrator anybody's; raise ``not-found``."""
        if not any(view.id == id for view in await self.sessions(actor)):
            raise Problem(NOT_FOUND, f"There is no session {id[:60]}.")
        await self._end(actor, [id], "ended")

    def _may(self, actor: Actor, action: str) -> bool:
        try:
            self.guard.require(actor, action)
        except Problem as problem:
            if problem.code != FORBIDDEN:
                raise
            return False
        return True


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
