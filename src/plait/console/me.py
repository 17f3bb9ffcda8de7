"""Who sits before a page: asked again at each act, so that a session that has ended or a role that was taken away counts at once."""

from collections.abc import Mapping
from datetime import datetime
from http.cookies import CookieError, SimpleCookie

from plait.console.rooms import Rooms
from plait.kernel.actor import Actor
from plait.kernel.problems import FORBIDDEN, UNAUTHENTICATED, Problem
from plait.kernel.texts import Texts, language_of

__all__ = ["THEMES", "Me", "language_asked", "person_in"]

THEMES = ("auto", "light", "dark")


async def person_in(rooms: Rooms, headers: Mapping[str, str]) -> tuple[str, Actor]:
    """Return the secret of a session's cookie and the person behind it; raise ``unauthenticated`` without one in force."""
    secret = rooms.people.holds(headers)
    if not secret:
        raise Problem(UNAUTHENTICATED, "Sign in first.")
    return secret, await rooms.people.actor(secret, {}, "GET")


def _cookies(headers: Mapping[str, str]) -> Mapping[str, str]:
    jar = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def language_asked(headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    """Return the language for a page: the one asked for, the one chosen before, the first the browser wants that we speak, English."""
    wanted = [query.get("lang", ""), _cookies(headers).get("plait_lang", "")]
    wanted += [each.partition(";")[0] for each in headers.get("accept-language", "").split(",")[:10]]
    return next((found for each in wanted if (found := language_of(each))), "en")


class Me:
    """The person at one open page, with their language and theme."""

    def __init__(self, rooms: Rooms, headers: Mapping[str, str], query: Mapping[str, str], secret: str, actor: Actor) -> None:
        self.rooms = rooms
        self.id = actor.id
        self.role = next(iter(actor.roles), "viewer")
        self._secret = secret
        self.t = Texts(language_asked(headers, query), rooms.identity.firm().zone)
        theme = query.get("theme", "") or _cookies(headers).get("plait_theme", "")
        self.theme = theme if theme in THEMES else "auto"
        person = rooms.people.person(actor.id)
        self.name = person.name if person is not None else actor.id

    async def actor(self) -> Actor:
        """Return the person as they stand now; raise ``unauthenticated`` when the session has ended."""
        return await self.rooms.people.actor(self._secret, {}, "GET")

    async def back(self, headers: Mapping[str, str]) -> bool:
        """Go on with a new session of the same person; False for somebody else."""
        secret, actor = await person_in(self.rooms, headers)
        if actor.id == self.id:
            self._secret = secret
        return actor.id == self.id

    async def may(self, action: str) -> bool:
        """Return whether the person may do ``action``; nothing is offered that would be refused."""
        try:
            self.rooms.identity.require(await self.actor(), action)
        except Problem as problem:
            if problem.code in {FORBIDDEN, UNAUTHENTICATED}:
                return False
            raise
        return True

    def now(self) -> datetime:
        """Return the business time."""
        return self.rooms.clock.now()
