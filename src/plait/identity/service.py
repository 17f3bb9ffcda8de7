"""The firm and everybody who acts for it or with it: who they are, what they may do and see."""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from plait.identity import did as dids
from plait.identity import rules, tables
from plait.identity.jws import OTHER_KEY, SigningKey
from plait.identity.model import (
    FirmDescribed,
    FirmFounded,
    FirmProfile,
    MadeToken,
    Moved,
    NewPerson,
    NewToken,
    Person,
    PersonEntered,
    PersonLeft,
    TokenMade,
    TokenRenewed,
    TokenRevoked,
    TokenView,
)
from plait.identity.partners import Partners
from plait.identity.people.service import PeopleService
from plait.kernel.actor import ANONYMOUS, Actor, Scope, system_actor
from plait.kernel.clock import SYSTEM, BusinessClock
from plait.kernel.facts import decode
from plait.kernel.firm import Firm
from plait.kernel.ids import new_id
from plait.kernel.os import write_private
from plait.kernel.ports import ContractCheck, Directory, Grant
from plait.kernel.problems import FORBIDDEN, NOT_FOUND, UNAUTHENTICATED, Problem
from plait.store import Store, Tx, ms_of, now_ms
from plait.web import PartnerClient

__all__ = ["Identity"]

PREFIX = "plait_"
_SECRET = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
OWN = frozenset({"person", "system"})


class Identity:
    """Guard and authenticator of the node, and its signature.

    ``contracts`` and ``directory`` are bound once sharing stands; until then no contract is in force and no partner known.
    """

    def __init__(self, store: Store, data_dir: Path, client: PartnerClient, public_url: Callable[[], str], clock: BusinessClock) -> None:
        self.store = store
        self.clock = clock
        self.contracts: ContractCheck | None = None
        self.directory: Directory | None = None
        self.people_in: PeopleService | None = None
        self._folder = data_dir
        self._public_url = public_url
        self._party = ""
        self._dids: list[str] = []
        self._profile = FirmProfile("")
        self._firm: Firm | None = None
        self._tokens: dict[str, TokenView] = {}
        self._key: SigningKey | None = None
        self._partners = Partners(store, client, self.key, self.firm, lambda: self.directory)

    async def open(self, name: str = "") -> None:
        """Take up who we are; at first start found the firm called ``name``, make its key and the first administrator's token."""
        known = await self.store.read(tables.firm)
        self._key = SigningKey.load(self._folder / "keys", make=known is None)
        founded = await self.store.latest(("identity.firm_founded",))
        if founded is not None and founded.body is not None and decode(founded).key != self._key.public:
            raise Problem(OTHER_KEY, f"{self._folder / 'keys'} holds another key than the firm's.")
        if known is None:
            known = await self._found(FirmProfile(name))
        self._party, self._profile = known
        self._dids = [did for did, _ in await self.store.read(tables.addresses)]
        self._tokens = await self.store.read(tables.tokens)
        await self._first_token()

    async def _first_token(self) -> None:
        """Make sure that the secret in ``admin.token`` is a token; a folder without the file, or with a damaged one, gets a new one."""
        file = self._folder / "admin.token"
        secret = file.read_bytes().decode("utf-8", "replace").strip() if file.exists() else ""
        if not _SECRET.fullmatch(secret):
            secret = _new_secret()
            write_private(file, f"{secret}\n".encode())
        if _hash(secret) not in self._tokens:
            await self._keep_token(system_actor(self._party), secret, NewToken("admin", "admin.token", 3653))

    async def _found(self, profile: FirmProfile) -> tuple[str, FirmProfile]:
        party, key = new_id(), self.key().public

        def work(tx: Tx) -> None:
            tables.put_profile(tx.conn, party, profile)
            tx.append("firm", FirmFounded(party, profile.name, key))

        await self.store.write(system_actor(party), work)
        return party, profile

    # -- who we are

    def key(self) -> SigningKey:
        """Return our signing key."""
        assert self._key is not None, "identity is not open"
        return self._key

    def firm(self) -> Firm:
        """Return the firm whose node this is, as it is known now."""
        url = self._public_url().rstrip("/")
        if self._firm is None or self._firm.url != url:
            own = self._profile
            self._firm = Firm(
                self._party,
                own.name,
                dids.did_web(url),
                url,
                own.gln,
                own.gcp,
                own.isic,
                own.region,
                own.zone,
                own.currency,
                own.resolver_url or url,
                tuple(did for did in self._dids if did != dids.did_web(url)),
            )
        return self._firm

    async def moved(self) -> bool:
        """Tell whether the node has answered elsewhere when it was last started."""
        known = await self.store.read(tables.addresses)
        return bool(known) and known[-1][0] != self.firm().did

    async def arrived(self) -> None:
        """Note where the node answers; the name it had before stays one of its former ones."""
        firm, known = self.firm(), await self.store.read(tables.addresses)
        if not known or known[-1] != (firm.did, firm.url):

            def work(tx: Tx) -> None:
                tables.put_address(tx.conn, firm.did, firm.url, now_ms())
                if known and known[-1][0] != firm.did:
                    tx.append("firm", Moved(self._party, known[-1][0], firm.did, firm.url))

            await self.store.write(system_actor(self._party), work)

    def profile(self) -> FirmProfile:
        """Return what the firm says of itself, as it was entered."""
        return self._profile

    async def describe(self, actor: Actor, profile: FirmProfile) -> Firm:
        """Change the firm's profile; raise ``invalid`` naming the field. The same profile again changes nothing."""
        self.require(actor, "admin.firm")
        rules.check_profile(profile)

        def work(tx: Tx) -> None:
            known = tables.firm(tx.conn)
            if known is None or known[1] != profile:
                tables.put_profile(tx.conn, self._party, profile)
                tx.append("firm", FirmDescribed(self._party, profile))

        await self.store.write(actor, work)
        self._profile, self._firm = profile, None
        return self.firm()

    @property
    def kid(self) -> str:
        """The DID URL of our key."""
        return f"{self.firm().did}#{self.key().thumbprint}"

    def public_jwk(self) -> dict[str, Any]:
        """Return our public key."""
        return dict(self.key().public)

    def did_document(self) -> dict[str, Any]:
        """Return our DID document (W3C DID Core 1.0)."""
        return dids.document(self.firm(), self.kid, self.public_jwk())

    def sign(self, payload: bytes) -> str:
        """Return ``payload`` as a compact JWS with our key; its ``kid`` is the key's DID URL (RFC 7515)."""
        return self.key().sign(payload, self.kid)

    async def verify(self, party: str, jws: str) -> bytes:
        """Return what ``party`` (party_id or DID) signed; raise ``bad-signature`` or ``bad-did``."""
        return await self._partners.verify(party, jws)

    def partner_token(self, aud_did: str) -> str:
        """Return a token of 60 seconds, good for one use, for the partner with that DID."""
        return self._partners.token(aud_did, self.kid)

    # -- who asks

    async def authenticate(self, headers: Mapping[str, str], method: str, path: str) -> Actor:
        """Return the actor behind the Authorization header, else behind the session's cookie, else ANONYMOUS; raise ``unauthenticated``."""
        del path
        given = headers.get("authorization", "")
        if not given:
            secret = self.people_in.holds(headers) if self.people_in is not None else ""
            return await self.people_in.actor(secret, headers, method) if secret and self.people_in is not None else ANONYMOUS
        scheme, _, token = given.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise Problem(UNAUTHENTICATED, "Authorization is not Bearer with a token.")
        if token.startswith(PREFIX):
            return self._token_actor(token)
        grant = self.contracts.by_token(token) if self.contracts is not None else None
        if grant is not None:
            return Actor("contract", grant.party, grant.party, agreement=grant.agreement, dataset=grant.dataset)
        if token.count(".") == 2:
            return await self._partners.authenticate(token)
        raise Problem(UNAUTHENTICATED, "The token is not known here, or no longer valid.")

    def _token_actor(self, secret: str) -> Actor:
        token = self._tokens.get(_hash(secret))
        if token is None or token.revoked is not None:
            raise Problem(UNAUTHENTICATED, "The token is not known here, or was revoked.")
        if token.expires <= SYSTEM.now():
            raise Problem(UNAUTHENTICATED, f"The token expired at {token.expires:%Y-%m-%d %H:%M} UTC.")
        self._used(token)
        return Actor("person", token.id, self._party, frozenset({token.role}), scopes=token.scopes)

    def holds_folder(self, actor: Actor) -> bool:
        """Tell whether ``actor`` came with the token that lies in the data folder: whoever can read it is on the node's computer and may read all."""
        file = self._folder / "admin.token"
        held = self._tokens.get(_hash(file.read_bytes().decode("utf-8", "replace").strip())) if file.exists() else None
        return held is not None and held.revoked is None and actor == Actor("person", held.id, self._party, frozenset({held.role}), scopes=held.scopes)

    def _used(self, token: TokenView) -> None:
        """Note the day of use, once a day, without waiting for it."""
        day = SYSTEM.now().replace(hour=0, minute=0, second=0, microsecond=0)
        if token.used != day:
            self._tokens = {hashed: replace(each, used=day) if each.id == token.id else each for hashed, each in self._tokens.items()}
            writing = asyncio.ensure_future(self.store.write(system_actor(self._party), lambda tx: tables.note_use(tx.conn, token.id, ms_of(day))))
            writing.add_done_callback(lambda done: done.cancelled() or done.exception())

    # -- what they may do and see

    def _is_own(self, actor: Actor) -> bool:
        return actor.kind in OWN and actor.party == self._party != ""

    def _grant(self, actor: Actor) -> Grant | None:
        """Return the grant a contract actor stands on, if its agreement is in force now."""
        if actor.kind != "contract" or actor.agreement is None or self.contracts is None:
            return None
        grant = self.contracts.grant(actor.agreement, actor.party)
        return grant if grant is not None and grant.dataset == actor.dataset else None

    def require(self, actor: Actor, action: str) -> None:
        """Return when ``actor`` may do ``action`` (``room.verb``); raise Problem ``forbidden`` or ``unauthenticated``."""
        if actor.kind == "anonymous":
            raise Problem(UNAUTHENTICATED, f"{action} needs a token.")
        if self._is_own(actor):
            if rules.may(actor.roles, action) and (not actor.scopes or rules.matches(action, actor.scopes)):
                return
            if actor.scopes and rules.may(actor.roles, action):
                raise Problem(FORBIDDEN, f"The token is for {', '.join(actor.scopes)} and does not allow {action}.")
            raise Problem(FORBIDDEN, f"The role {', '.join(sorted(actor.roles)) or 'of nobody'} does not allow {action}.")
        if actor.kind == "partner":
            if rules.matches(action, rules.PARTNER_ACTIONS):
                return
            raise Problem(FORBIDDEN, f"{action} is not open to partners without a contract.")
        if actor.kind == "contract":
            grant = self._grant(actor)
            if grant is None:
                raise Problem(FORBIDDEN, f"The agreement {actor.agreement} is not in force.")
            if rules.matches(action, rules.DATASETS.get(grant.kind, ((), ()))[0]):
                return
            raise Problem(FORBIDDEN, f"The agreement on {grant.dataset} does not cover {action}.")
        raise Problem(FORBIDDEN, f"{actor.label} may not do {action}.")

    def scope(self, actor: Actor, action: str, kind: str) -> Scope:
        """Return what ``actor`` may see of things of ``kind``: our own people all, a contract what it covers, a partner its own."""
        del action
        if self._is_own(actor):
            return Scope(everything=any(role in rules.ROLES for role in actor.roles))
        if actor.kind == "contract":
            grant = self._grant(actor)
            covered = grant is not None and kind in rules.DATASETS.get(grant.kind, ((), ()))[1]
            return Scope(party=actor.party, agreement=actor.agreement) if covered else Scope()
        if actor.kind == "partner" and actor.party and rules.matches(kind, rules.PARTNER_KINDS):
            return Scope(party=actor.party)
        return Scope()

    # -- tokens and people

    async def make_token(self, actor: Actor, wanted: NewToken) -> MadeToken:
        """Make an access token; its secret is in the answer and nowhere else. Raise ``invalid``."""
        self.require(actor, "admin.tokens")
        rules.check_token(wanted)
        rules.check_narrower(wanted, actor.scopes)
        secret = _new_secret()
        token = await self._keep_token(actor, secret, wanted)
        return MadeToken(token.id, secret, token.role, token.label, token.expires, token.scopes)

    async def renew_token(self, actor: Actor, id: str) -> MadeToken:
        """Give a token a new secret; the old one ends at once. Raise ``not-found`` when there is none in force under ``id``."""
        self.require(actor, "admin.tokens")
        token = next((each for each in self._tokens.values() if each.id == id and each.revoked is None), None)
        if token is None:
            raise Problem(NOT_FOUND, f"No token {id} is in force.")
        rules.check_narrower(NewToken(token.role, scopes=token.scopes), actor.scopes)
        secret = _new_secret()

        def work(tx: Tx) -> None:
            tables.replace_secret(tx.conn, id, _hash(secret))
            tx.append("tokens", TokenRenewed(id))

        await self.store.write(actor, work)
        self._tokens = await self.store.read(tables.tokens)
        return MadeToken(token.id, secret, token.role, token.label, token.expires, token.scopes)

    async def _keep_token(self, actor: Actor, secret: str, wanted: NewToken) -> TokenView:
        now = SYSTEM.now().replace(microsecond=0)
        maker = actor.id if actor.kind == "person" else ""
        token = TokenView(new_id(), wanted.role, wanted.label, now, now + timedelta(days=wanted.days), scopes=wanted.scopes, maker=maker)

        def work(tx: Tx) -> None:
            tables.enter_token(tx.conn, _hash(secret), token)
            tx.append("tokens", TokenMade(token.id, token.role, token.label, token.expires, token.scopes))

        await self.store.write(actor, work)
        self._tokens[_hash(secret)] = token
        return token

    async def tokens(self, actor: Actor) -> list[TokenView]:
        """Return all tokens, the revoked and expired too, never their secrets."""
        self.require(actor, "admin.tokens")
        return list(self._tokens.values())

    async def revoke_token(self, actor: Actor, id: str) -> None:
        """End a token now; raise ``not-found`` when there is none in force under ``id``."""
        self.require(actor, "admin.tokens")

        def work(tx: Tx) -> None:
            if not tables.end_token(tx.conn, id, now_ms()):
                raise Problem(NOT_FOUND, f"No token {id} is in force.")
            tx.append("tokens", TokenRevoked(id))

        await self.store.write(actor, work)
        self._tokens = await self.store.read(tables.tokens)

    async def enter_person(self, actor: Actor, wanted: NewPerson, once: str | None = None) -> Person:
        """Enter somebody, or change the role of the person of that name; raise ``invalid``."""
        self.require(actor, "admin.people")
        rules.check_person(wanted)

        def work(tx: Tx) -> Person:
            known = next((person for person in tables.people(tx.conn) if person.name == wanted.name), None)
            person = Person(known.id if known else new_id(), wanted.name, wanted.role)
            if person != known:
                tables.enter_person(tx.conn, person)
                tx.append(f"person/{person.id}", PersonEntered(person.id, person.name, person.role))
            return person

        person = await self.store.write(actor, work, once=once, result=Person)
        if self.people_in is not None:
            await self.people_in.people_changed()
        return person

    async def leave(self, actor: Actor, id: str) -> None:
        """Take somebody out; their sessions and the tokens they made end at once. Raise ``not-found``."""
        self.require(actor, "admin.people")

        def work(tx: Tx) -> None:
            name = next((person.name for person in tables.people(tx.conn) if person.id == id), None)
            if name is None or not tables.leave(tx.conn, id):
                raise Problem(NOT_FOUND, f"Nobody works here under {id}.")
            for token in tables.tokens(tx.conn).values():
                if token.maker == id and token.revoked is None:
                    tables.end_token(tx.conn, token.id, now_ms())
                    tx.append("tokens", TokenRevoked(token.id))
            tx.append(f"person/{id}", PersonLeft(id, name))

        await self.store.write(actor, work)
        self._tokens = await self.store.read(tables.tokens)
        if self.people_in is not None:
            await self.people_in.people_changed()

    async def people(self, actor: Actor) -> Sequence[Person]:
        """Return everybody, by name."""
        self.require(actor, "admin.people")
        return await self.store.read(tables.people)


def _new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
