"""The verbs of the resolver: put a link, resolve a name."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from plait.infrastructure.resolve import rules, tables
from plait.infrastructure.resolve.model import DEFAULT, NO_LINK, Answer, Asked, Link, LinkPut, LinkRemoved
from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.kernel.problems import INVALID, NOT_FOUND, Problem
from plait.store import Store, Tx

__all__ = ["ResolveService"]

# What a resolver keeps is published: whoever reads a label may follow every link.
PUBLISHED = Scope(everything=True)


class ResolveService:
    """Resolves names of this firm's things (GS1 Digital Link)."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock

    @property
    def root(self) -> str:
        """Where this resolver answers, without a slash at the end."""
        firm = self.guard.firm()
        return (firm.resolver_url or firm.url).rstrip("/")

    async def put_link(
        self, actor: Actor, anchor: str, rel: str, href: str, title: str, lang: str = "", type: str = "", description: str = "", once: str | None = None
    ) -> Link:
        """Put a link of ``anchor`` (a Digital Link path); the same relation, language and type again replaces it.

        Raise ``bad-digital-link`` or ``invalid``.
        """
        self.guard.require(actor, "resolve.write")
        link = Link(rules.read_path(anchor), rules.relation(rel), _href(href), _title(title), lang, type, description or title)

        def work(tx: Tx) -> None:
            if tables.put(tx.conn, link):
                tx.append(f"resolve{link.anchor}", LinkPut(link.anchor, link.rel, link.href, link.lang, link.type))

        await self.store.write(actor, work, once=once)
        return link

    async def remove_link(self, actor: Actor, link: Link) -> None:
        """Take a link out, found by anchor, relation, language and type; raise ``not-found``."""
        self.guard.require(actor, "resolve.write")
        wanted = Link(rules.read_path(link.anchor), rules.relation(link.rel), "", "", link.lang, link.type)

        def work(tx: Tx) -> None:
            if not tables.drop(tx.conn, wanted):
                raise Problem(NOT_FOUND, f"There is no such link of {wanted.anchor}.")
            tx.append(f"resolve{wanted.anchor}", LinkRemoved(wanted.anchor, wanted.rel, wanted.lang, wanted.type))

        await self.store.write(actor, work)

    async def links(self, actor: Actor) -> Sequence[Link]:
        """Return the links the actor may see, in the order they were put."""
        self.guard.require(actor, "resolve.read")
        scope = self.guard.scope(actor, "read", "link")
        return await self.store.read(lambda conn: tables.links(conn, scope))

    async def _known(self, path: str) -> list[tuple[str, str, list[Link]]]:
        """Return (name, description, links) of each level of ``path`` that has links, the item page among them as default link."""
        names = rules.levels(path)
        found = await self.store.read(lambda conn: tables.links(conn, PUBLISHED, names))
        known = []
        for name in names:
            links = [link for link in found if link.anchor == name]
            if links:
                known.append((name, links[0].description, links))
        firm = self.guard.firm()
        if not known and rules.owns(path, firm.gcp, firm.gln):
            known.append((path, f"{firm.name} {path}", []))
        return known

    def _page(self, path: str, description: str, type: str = "text/html") -> Link:
        return Link(path, DEFAULT, f"{self.guard.firm().url.rstrip('/')}/item{path}", description, type=type)

    async def linkset(self, path: str) -> dict[str, Any]:
        """Return everything known of a name as a linkset; raise ``bad-digital-link`` or ``no-such-link``."""
        path = rules.read_path(path)
        return self._linkset(await self._known(path), path)

    def _linkset(self, known: Sequence[tuple[str, str, list[Link]]], path: str) -> dict[str, Any]:
        if not known:
            raise Problem(NO_LINK, f"Nothing is known of {path}.")
        anchors = []
        for name, description, links in known:
            has_default = any(link.rel == DEFAULT for link in links)
            anchors.append((name, description, links if has_default else [self._page(name, description), *links]))
        return rules.linkset(self.root, anchors)

    async def resolve(self, asked: Asked) -> Answer:
        """Answer a request: the linkset, or where to go; raise ``bad-digital-link`` or ``no-such-link``."""
        path = rules.read_path(asked.path)
        known = await self._known(path)
        document = self._linkset(known, path)
        headers = {
            "Link": f'<{self.root}{path}?linkType=linkset>; rel="linkset"; type="{rules.LINKSET}"',
            "Access-Control-Allow-Origin": "*",
            "Vary": "Accept, Accept-Language",
        }
        if rules.wants_linkset(asked.link_type, asked.accept):
            return Answer(200, headers | {"Content-Type": rules.LINKSET}, document)
        fitting = self._choose(asked, path, known)
        if len(fitting) > 1:
            return Answer(300, headers | {"Content-Type": rules.LINKSET}, rules.linkset(self.root, [(path, known[0][1], fitting)]))
        return Answer(307, headers | {"Location": rules.forward(fitting[0].href, asked.query)})

    def _choose(self, asked: Asked, path: str, known: Sequence[tuple[str, str, list[Link]]]) -> list[Link]:
        """Return the links that fit equally well, of the finest name that has the relation asked for."""
        default = asked.link_type in ("", "gs1:defaultLink", DEFAULT)
        wanted = DEFAULT if default else rules.relation(asked.link_type)
        for _, _, links in known:
            fitting = [link for link in links if link.rel == wanted]
            if fitting:
                return rules.best(fitting, asked.languages, asked.accept)
        if default:
            return [self._page(path, known[0][1])]
        raise Problem(NO_LINK, f"{path} has no link of type {asked.link_type}.")

    def about(self) -> dict[str, Any]:
        """Return the resolver description file (GS1-Conformant Resolver Standard, ``/.well-known/gs1resolver``)."""
        firm = self.guard.firm()
        return {
            "name": f"{firm.name} resolver",
            "resolverRoot": self.root,
            "supportedPrimaryKeys": list(rules.KEYS),
            "linkTypeDefaultCanBeLinkset": False,
            "contact": {"fn": firm.name},
        }


def _href(href: str) -> str:
    parts = urlsplit(href)
    if parts.scheme not in ("http", "https") or not parts.netloc or any(c.isspace() for c in href):
        raise Problem(INVALID, f"href: {href!r} is no http or https address.", field="href")
    return href


def _title(title: str) -> str:
    if not title.strip():
        raise Problem(INVALID, "title: must not be empty.", field="title")
    return title
