"""Calling a partner's node with our signed token, and where its Dataspace Protocol stands."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote, urlsplit

import msgspec

from plait.identity.jws import verify
from plait.kernel.firm import Member
from plait.kernel.ports import Directory
from plait.kernel.problems import NOT_FOUND, UNREACHABLE, Problem
from plait.sharing.dsp import VERSION
from plait.sharing.ports import Signer
from plait.web import Answer, PartnerClient

__all__ = ["Peers", "detail_of", "letter_path", "segment", "signed_by"]

ANSWER_LIMIT = 4_000_000


class _Version(msgspec.Struct, frozen=True):
    version: str
    path: str
    binding: str


class _Versions(msgspec.Struct, frozen=True, rename="camel"):
    protocol_versions: list[_Version]


def segment(pid: str) -> str:
    """Return a process id as one segment of a path."""
    return quote(pid, safe=":")


def letter_path(partner: Member, url: str) -> str:
    """Return ``url`` as the outbox takes it: relative to the partner's node where it is below it, else as it is."""
    url = partner.here(url)
    return url.removeprefix(partner.url) if url.startswith(f"{partner.url}/") else url


def detail_of(answer: Answer) -> str:
    """Return in words why a partner refused, from a problem document or an error object."""
    try:
        said = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = answer.body[:200].decode("utf-8", "replace")
    if isinstance(said, dict):
        reason = said.get("reason")
        said = said.get("detail") or ("; ".join(str(each) for each in reason) if isinstance(reason, list) else reason) or said.get("title") or ""
    return str(said) or f"status {answer.status}"


async def _known(partner: Member) -> None:
    """Nothing to tell: we have always been here."""


class Peers:
    """Calls partners as this firm. ``introduce``: tells a partner where we are if it must be told first."""

    def __init__(self, directory: Directory, client: PartnerClient, identity: Signer, introduce: Callable[[Member], Awaitable[None]] = _known) -> None:
        self.directory = directory
        self.client = client
        self.identity = identity
        self.introduce = introduce

    def member(self, party: str) -> Member:
        """Return the partner; raise ``not-found`` when it is not in the directory."""
        member = self.directory.member(party)
        if member is None:
            raise Problem(NOT_FOUND, f"{party} is no firm this node knows.")
        return member

    async def call(
        self, partner: Member, method: str, url: str, content: bytes | None = None, headers: Mapping[str, str] | None = None, limit: int = ANSWER_LIMIT
    ) -> Answer:
        """Send one request with our token for that partner, once it knows where we are; raise ``partner-unreachable``."""
        await self.introduce(partner)
        own = {"Authorization": f"Bearer {self.identity.partner_token(partner.did)}", "Accept": "application/json"}
        if content is not None:
            own["Content-Type"] = "application/json"
        return await self.client.request(method, partner.here(url), headers={**own, **(headers or {})}, content=content, limit=limit)

    async def base(self, partner: Member) -> str:
        """Return where the partner speaks our version of the protocol; raise ``partner-unreachable`` when it does not."""
        answer = await self.client.request("GET", f"{partner.url}/.well-known/dspace-version", limit=ANSWER_LIMIT)
        try:
            versions = msgspec.json.decode(answer.body, type=_Versions).protocol_versions if answer.status == 200 else []
        except msgspec.DecodeError as error:
            raise Problem(UNREACHABLE, f"{partner.name} does not say which versions it speaks: {error}") from error
        for each in versions:
            if each.version == VERSION and each.binding == "HTTPS":
                return f"{partner.url}/{each.path.strip('/')}".rstrip("/")
        raise Problem(UNREACHABLE, f"{partner.name} ({urlsplit(partner.url).netloc}) does not speak the Dataspace Protocol {VERSION}.")


def signed_by(partner: Member, jws: str, payload: bytes) -> bool:
    """Tell whether a compact JWS over exactly ``payload`` was made with the partner's pinned key."""
    try:
        return partner.key is not None and verify(jws, partner.key) == payload
    except Problem:
        return False
