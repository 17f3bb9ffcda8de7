"""Partners' signed tokens: made for a partner, and checked (DID by key, audience, time, single use).

Claims after the JWT profile of the dataspace's base identity protocol: iss = sub = own DID, aud = the peer's DID, jti,
iat, exp; header ``kid`` is the DID URL of a key the DID document lists under ``capabilityInvocation``.
"""

import asyncio
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import msgspec

from plait.identity import tables
from plait.identity.did import BAD_DID, DidDocument, did_url, find_key
from plait.identity.jws import SigningKey, header_of, verify
from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import SYSTEM
from plait.kernel.firm import Firm
from plait.kernel.ids import new_id
from plait.kernel.ports import Directory
from plait.kernel.problems import UNAUTHENTICATED, UNREACHABLE, Problem
from plait.store import Store
from plait.web import PartnerClient

__all__ = ["Claims", "Partners"]

LIFE = 60
LONGEST_LIFE = 600
LEEWAY = 30
CACHE_SECONDS = 300.0
CACHE_SIZE = 1000
FETCH_SECONDS = 8.0
DOCUMENT_LIMIT = 65_536
TOKEN_LIMIT = 8_192


class Claims(msgspec.Struct, frozen=True):
    """What a partner token says; times in seconds since 1970."""

    iss: str
    sub: str
    aud: str | list[str]
    jti: str
    exp: float
    iat: float
    nbf: float | None = None


class Partners:
    """Knows partners by their keys. ``directory`` gives pinned keys; other DIDs are resolved, and remembered for five minutes."""

    def __init__(
        self, store: Store, client: PartnerClient, key: Callable[[], SigningKey], firm: Callable[[], Firm], directory: Callable[[], Directory | None]
    ) -> None:
        self._store = store
        self._client = client
        self._key = key
        self._firm = firm
        self._directory = directory
        self._documents: dict[str, tuple[float, DidDocument]] = {}
        self._fetching = asyncio.Semaphore(8)

    def token(self, audience: str, kid: str) -> str:
        """Return a token of 60 seconds for the partner with the DID ``audience``."""
        now, did = int(SYSTEM.now().timestamp()), self._firm().did
        claims = Claims(did, did, audience, new_id(), now + LIFE, now)
        body = {name: value for name, value in msgspec.to_builtins(claims).items() if value is not None}
        return self._key().sign(msgspec.json.encode(body), kid, "JWT")

    async def authenticate(self, token: str) -> Actor:
        """Return the partner behind ``token``; raise ``unauthenticated`` saying what is wrong with it.

        A firm that is not in the directory has no party yet: its DID is its id.
        """
        try:
            header, payload = header_of(token, TOKEN_LIMIT)
            claims = msgspec.json.decode(payload, type=Claims)
            self._check(claims)
            key = await self._key_of(claims.iss, header.kid, "capabilityInvocation")
            verify(token, key)
        except msgspec.DecodeError as error:
            raise Problem(UNAUTHENTICATED, f"The token's claims cannot be read: {error}") from error
        except Problem as problem:
            raise Problem(UNAUTHENTICATED, f"The token is not accepted: {problem.detail}.") from problem
        await self._use(claims)
        directory = self._directory()
        member = directory.member(claims.iss) if directory is not None else None
        return Actor("partner", claims.iss, member.party_id if member is not None and member.did == claims.iss else "")

    def _check(self, claims: Claims) -> None:
        now, did = SYSTEM.now().timestamp(), self._firm().did
        audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
        wrong = ""
        if claims.iss != claims.sub:
            wrong = "issuer and subject differ"
        elif did not in audience:
            wrong = f"it is for {', '.join(audience)[:200]}, not for {did}"
        elif not 1 <= len(claims.jti) <= 200:
            wrong = "its id is empty or too long"
        elif claims.exp + LEEWAY < now:
            wrong = "it has expired"
        elif claims.exp > now + LONGEST_LIFE + LEEWAY:
            wrong = f"it is valid for more than {LONGEST_LIFE} seconds"
        elif max(claims.nbf or 0, claims.iat) > now + LEEWAY:
            wrong = "it is not valid yet"
        if wrong:
            raise Problem(UNAUTHENTICATED, wrong)

    async def _use(self, claims: Claims) -> None:
        until, now = int((claims.exp + LEEWAY) * 1000), int(SYSTEM.now().timestamp() * 1000)
        actor = system_actor(self._firm().party_id, "identity")
        if not await self._store.write(actor, lambda tx: tables.use_once(tx.conn, claims.iss, claims.jti, until, now)):
            raise Problem(UNAUTHENTICATED, "The token has been used before.")

    async def verify(self, party: str, token: str) -> bytes:
        """Return what ``party`` (party_id or DID) signed; raise ``bad-signature`` or ``bad-did``."""
        header, _ = header_of(token)
        directory = self._directory()
        member = directory.member(party) if directory is not None else None
        return verify(token, await self._key_of(member.did if member else party, header.kid, "assertionMethod"))

    async def _key_of(self, did: str, kid: str | None, purpose: str) -> dict[str, Any]:
        """Return the key: the one pinned in the directory if there is one, else the DID document's."""
        if kid is not None and kid.partition("#")[0] != did:
            raise Problem(BAD_DID, f"the key {kid[:200]!r} is not one of {did[:200]}")
        directory = self._directory()
        member = directory.member(did) if directory is not None else None
        if member is not None and member.did == did and member.key is not None:
            return member.key
        try:
            return find_key(await self._resolve(did), did, kid, purpose)
        except Problem:
            if self._documents.pop(did, None) is None:
                raise
        return find_key(await self._resolve(did), did, kid, purpose)

    async def _resolve(self, did: str) -> DidDocument:
        """Return the document of ``did``, from memory while it is fresh; raise ``bad-did`` or ``partner-unreachable``."""
        known = self._documents.get(did)
        if known is not None and known[0] > SYSTEM.monotonic():
            return known[1]
        try:
            async with self._fetching, asyncio.timeout(FETCH_SECONDS):
                found = await self._fetch(did)
        except TimeoutError as error:
            raise Problem(UNREACHABLE, f"the document of {did} does not come") from error
        while len(self._documents) >= CACHE_SIZE:
            self._documents.pop(next(iter(self._documents)))
        self._documents[did] = (SYSTEM.monotonic() + CACHE_SECONDS, found)
        return found

    async def _fetch(self, did: str) -> DidDocument:
        problem = Problem(UNREACHABLE, f"the document of {did} cannot be fetched")
        for scheme in self._schemes(did):
            try:
                answer = await self._client.request(
                    "GET", did_url(did, scheme), headers={"Accept": "application/did+json, application/json"}, limit=DOCUMENT_LIMIT
                )
            except Problem as error:
                problem = error
                continue
            if answer.status != 200:
                raise Problem(BAD_DID, f"the document of {did} answers {answer.status}")
            try:
                return msgspec.json.decode(answer.body, type=DidDocument)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise Problem(BAD_DID, f"the document of {did} cannot be read: {error}") from error
        raise problem

    def _schemes(self, did: str) -> tuple[str, ...]:
        """https; in trusted networks plain http too, where a node without a certificate may stand."""
        host = urlsplit(did_url(did)).hostname or ""
        try:
            address = ip_address(host)
        except ValueError:
            return ("https", "http") if self._client.guard.trusted else ("https",)
        if not self._client.guard.is_trusted(address):
            return ("https",)
        return ("http",) if address.is_loopback else ("https", "http")
