"""Links that sign in once: for whoever sits at the node's own computer and can read its data folder.

They are made when the node is started on a terminal and by ``plait login``, kept in memory as hashes, and end with the node.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from plait.identity.model import NewPerson, Person
from plait.identity.people import rules
from plait.identity.people.model import LINK_OVER, LoginLink, LoginLinkMade, LoginLinkUsed, PasswordSet, SessionView
from plait.identity.people.service import PeopleService
from plait.identity.service import Identity
from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import SYSTEM
from plait.kernel.ids import new_id
from plait.kernel.problems import CONFLICT, FORBIDDEN, Problem
from plait.store import Tx

__all__ = ["LINK_LIFE", "LoginLinks"]

LINK_LIFE = timedelta(minutes=10)
MOST = 20


@dataclass(frozen=True)
class _Link:
    id: str
    place: str
    ends: float


class LoginLinks:
    """``base`` is the node's address on its own computer; ``alone``: nobody else reaches it there without a proxy, so others are refused."""

    def __init__(self, people: PeopleService, identity: Identity, base: Callable[[], str], *, alone: bool, now: Callable[[], float] = SYSTEM.monotonic) -> None:
        self.people = people
        self.identity = identity
        self._base = base
        self._alone = alone
        self._now = now
        self._links: dict[str, _Link] = {}
        self._entering = asyncio.Lock()

    async def make(self, actor: Actor) -> LoginLink:
        """Make a link; raise ``forbidden`` for whoever is neither the node itself nor has the token of its data folder."""
        if actor.kind != "system" and not self.identity.holds_folder(actor):
            raise Problem(FORBIDDEN, "Such a link is made with the token in the node's data folder alone.")
        code, base = secrets.token_urlsafe(24), self._base()
        link = _Link(new_id(), urlsplit(base).netloc, self._now() + LINK_LIFE.total_seconds())
        await self.people.store.write(actor, lambda tx: tx.append("people", LoginLinkMade(link.id)) and None)
        self._links[_hash(code)] = link
        while len(self._links) > MOST:
            self._links.pop(next(iter(self._links)))
        return LoginLink(f"{base}/login/once/{code}", SYSTEM.now().replace(microsecond=0) + LINK_LIFE)

    def owner(self) -> Person | None:
        """Return whom a link signs in: the administrator who was entered first, None while there is none."""
        return next((person for person in self.people.everybody() if person.role == "admin"), None)

    async def look(self, code: str, host: str, address: str) -> None:
        """Raise ``login-link`` unless the code opens something for who asks (a wrong one counts), ``locked-out`` after many wrong ones; use nothing up."""
        await self.people.check_doors(None, address)
        link = self._links.get(_hash(code))
        if link is None or link.ends <= self._now():
            self._links.pop(_hash(code), None)
            await self.people.failed(None, address)
            raise Problem(LINK_OVER)
        if host.lower() != link.place.lower() or (self._alone and not _is_here(address)):
            raise Problem(LINK_OVER, "It is for the computer on which the node runs.")

    async def use(self, code: str, host: str, device: str, address: str) -> tuple[str, SessionView]:
        """Sign the owner in and use the link up; raise as ``look``, ``conflict`` while there is no administrator."""
        await self.look(code, host, address)
        owner = self.owner()
        if owner is None:
            raise Problem(CONFLICT, "There is no administrator yet.")
        return await self._begin(self._take(code), owner, "", device, address, first=False)

    async def first(self, code: str, host: str, device: str, address: str, name: str, password: str) -> tuple[str, SessionView]:
        """Enter the first administrator, with a password or (empty) without, sign them in and use the link up.

        Raise as ``look``, ``weak-password``, ``invalid`` for the name, ``conflict`` when there is an administrator or somebody else has the name.
        """
        await self.look(code, host, address)
        hashed = ""
        if password:
            await asyncio.to_thread(rules.check_password, password, name, self.identity.firm().name)
            hashed = await self.people.passwords.hash(password)
        node = system_actor(self.identity.firm().party_id, "people")
        async with self._entering:
            if self.owner() is not None or any(person.name == name for person in self.people.everybody()):
                raise Problem(CONFLICT, "Somebody of this name works here already." if self.owner() is None else "There is an administrator already.")
            link = self._take(code)
            try:
                person = await self.identity.enter_person(node, NewPerson(name, "admin"))
            except Problem:
                self._links[_hash(code)] = link
                raise
        return await self._begin(link, person, hashed, device, address, first=True)

    def _take(self, code: str) -> _Link:
        link = self._links.pop(_hash(code), None)
        if link is None:
            raise Problem(LINK_OVER)
        return link

    async def _begin(self, link: _Link, person: Person, hashed: str, device: str, address: str, *, first: bool) -> tuple[str, SessionView]:
        def work(tx: Tx) -> None:
            tx.append(f"person/{person.id}", LoginLinkUsed(link.id, person.id, person.name, first))
            if hashed:
                tx.append(f"person/{person.id}", PasswordSet(person.id, person.name))

        await self.people.store.write(Actor("person", person.id, self.identity.firm().party_id), work)
        return await self.people.begin(person, hashed, device, address)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()


def _is_here(address: str) -> bool:
    try:
        return ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False
