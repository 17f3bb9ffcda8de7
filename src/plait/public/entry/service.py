"""What the pages of the door show, and what their forms do."""

from collections.abc import Mapping
from typing import Any

from plait.identity.people.links import LoginLinks
from plait.identity.people.model import Activation, SignIn
from plait.identity.people.rules import LONGEST, check_site
from plait.identity.people.service import PeopleService
from plait.kernel.problems import UNAUTHENTICATED, Problem
from plait.kernel.texts import Texts
from plait.public.entry import rules
from plait.public.logo import braid_svg

__all__ = ["Asked", "EntryPages"]

KEPT = ("next", "popup", "name")


class Asked:
    """A request to the door: from which browser and address, under which Host, in which language, with which query."""

    def __init__(self, path: str, query: Mapping[str, str], headers: Mapping[str, str], address: str) -> None:
        self.path = path
        self.headers = headers
        self.address = address
        self.device = headers.get("user-agent", "")[:400]
        self.host = headers.get("host", "")
        self.query = {name: query[name][: rules.LONGEST] for name in KEPT if query.get(name)}
        self.chosen = query.get("lang", "")
        self.language = rules.language_for(headers, self.chosen)
        self.popup = bool(self.query.get("popup"))
        self.next = rules.place(self.query.get("next", ""))


class EntryPages:
    """Pages and forms of the door."""

    def __init__(self, people: PeopleService, links: LoginLinks) -> None:
        self.people = people
        self.links = links

    def frame(self, asked: Asked, wrong: str = "", **more: Any) -> dict[str, Any]:
        """Return what every page of the door shows; ``wrong``: what was refused, in words."""
        return {
            "firm": self.people.guard.firm(),
            "braid": braid_svg(480, 48, 8),
            "say": Texts(asked.language),
            "asked": asked,
            "languages": rules.switch(asked.path, asked.query, asked.language),
            "wrong": wrong,
            **more,
        }

    async def who(self, asked: Asked) -> str:
        """Return the id of who is signed in, empty for nobody."""
        secret = self.people.holds(asked.headers)
        if not secret:
            return ""
        try:
            return (await self.people.actor(secret, asked.headers, "GET")).id
        except Problem as problem:
            if problem.code != UNAUTHENTICATED:
                raise
            return ""

    async def sign_in(self, asked: Asked, form: Mapping[str, str]) -> tuple[str, str]:
        """Return the session's cookie and the person's id; raise as ``PeopleService.sign_in``, ``cross-site`` for a form on another site's page."""
        check_site(asked.headers, "POST")
        wanted = SignIn(form.get("name", "").strip(), form.get("password", ""))
        secret, view = await self.people.sign_in(wanted, asked.device, asked.address)
        return self.people.bake(secret), view.person

    async def activate(self, asked: Asked, form: Mapping[str, str]) -> tuple[str, str]:
        """Set a password with a code and return as ``sign_in``; raise as ``PeopleService.activate``, ``cross-site``."""
        check_site(asked.headers, "POST")
        secret, view = await self.people.activate(Activation(form.get("code", "").strip(), form.get("password", "")), asked.device, asked.address)
        return self.people.bake(secret), view.person

    async def by_link(self, asked: Asked, code: str, form: Mapping[str, str]) -> str:
        """Return the cookie of the session a link begins, making the first administrator where there is none; raise as ``LoginLinks.first``."""
        check_site(asked.headers, "POST")
        if self.links.owner() is not None:
            secret, _ = await self.links.use(code, asked.host, asked.device, asked.address)
        else:
            name = form.get("name", "").strip() or self.nameless(Texts(asked.language))
            password = form.get("password", "")[: LONGEST + 1]
            secret, _ = await self.links.first(code, asked.host, asked.device, asked.address, name, password)
        return self.people.bake(secret)

    def nameless(self, say: Texts) -> str:
        """Return what somebody is called who gives no name: a name nobody has yet."""
        taken = {person.name for person in self.people.everybody()}
        names = (say("Administrator") if number == 1 else f"{say('Administrator')} {number}" for number in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)

    async def sign_out(self, asked: Asked) -> str:
        """End the session and return the cookie that takes it back; raise ``cross-site``."""
        check_site(asked.headers, "POST")
        await self.people.sign_out(self.people.holds(asked.headers))
        return self.people.bake("")
