"""Names on the web that a firm controls: ``did:web`` and its document (W3C DID Core 1.0; did:web Method Specification)."""

import re
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec

from plait.kernel.firm import Firm
from plait.kernel.ids import urn
from plait.kernel.problems import Problem, register

__all__ = ["BAD_DID", "DidDocument", "Method", "did_url", "did_web", "document", "find_key"]

BAD_DID = register("bad-did", 422, "Not a usable DID or DID document", "Use did:web, and serve a document whose id is the DID, with the key listed.")

CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"]
_DID = re.compile(r"did:web:[A-Za-z0-9._~-]+(%3A[0-9]{1,5})?(:[A-Za-z0-9._~%-]+)*|did:web:%5B[0-9A-Fa-f%]+%5D(%3A[0-9]{1,5})?(:[A-Za-z0-9._~%-]+)*")
LONGEST = 500


class Method(msgspec.Struct, frozen=True):
    """A verification method with its public key (JWK)."""

    id: str
    type: str = ""
    controller: str = ""
    publicKeyJwk: dict[str, Any] | None = None


class DidDocument(msgspec.Struct, frozen=True):
    """The parts of a DID document that matter here; a relationship names methods or holds them."""

    id: str
    verificationMethod: list[Method] = []
    authentication: list[str | Method] = []
    assertionMethod: list[str | Method] = []
    capabilityInvocation: list[str | Method] = []
    alsoKnownAs: list[str] = []


def did_web(url: str) -> str:
    """Return the did:web name of the node at ``url``: ``http://127.0.0.1:8101`` is ``did:web:127.0.0.1%3A8101``."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Problem(BAD_DID, f"{url!r} is no http or https address")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = f"{host}:{parts.port}" if parts.port is not None else host
    segments = [quote(unquote(segment), safe="") for segment in parts.path.split("/") if segment]
    return ":".join(["did:web", quote(place, safe=""), *segments])


def did_url(did: str, scheme: str = "https") -> str:
    """Return where the document of a did:web stands; raise ``bad-did``."""
    if len(did) > LONGEST or not _DID.fullmatch(did):
        raise Problem(BAD_DID, f"{did[:100]!r} is no did:web")
    host, *path = did.removeprefix("did:web:").split(":")
    segments = [quote(unquote(segment), safe="") for segment in path]
    if any(segment in {".", ".."} for segment in segments):
        raise Problem(BAD_DID, f"{did[:100]!r} leads out of its folder")
    return f"{scheme}://{unquote(host)}/{'/'.join([*segments, 'did.json']) if segments else '.well-known/did.json'}"


def document(firm: Firm, kid: str, jwk: dict[str, Any]) -> dict[str, Any]:
    """Return our DID document with one key for every purpose."""
    return {
        "@context": CONTEXT,
        "id": firm.did,
        "alsoKnownAs": [urn(firm.party_id)],
        "verificationMethod": [{"id": kid, "type": "JsonWebKey2020", "controller": firm.did, "publicKeyJwk": jwk}],
        "authentication": [kid],
        "assertionMethod": [kid],
        "capabilityInvocation": [kid],
        "service": [
            {"id": f"{firm.did}#node", "type": "PlaitNode", "serviceEndpoint": firm.url},
            {"id": f"{firm.did}#catalog", "type": "CatalogService", "serviceEndpoint": f"{firm.url}/dsp/2025-1/catalog"},
        ],
    }


def _absolute(did: str, id: str) -> str:
    return did + id if id.startswith("#") else id


def find_key(found: DidDocument, did: str, kid: str | None, purpose: str) -> dict[str, Any]:
    """Return the public key ``kid`` (a DID URL) of ``did``, listed under ``purpose`` such as ``capabilityInvocation``.

    Without ``kid`` the document must hold exactly one method. Raise ``bad-did``.
    """
    if found.id != did:
        raise Problem(BAD_DID, f"the document of {did} speaks of {found.id[:100]!r}")
    listed: list[str | Method] = getattr(found, purpose)
    embedded = [entry for entry in listed if isinstance(entry, Method)]
    methods = {_absolute(did, method.id): method for method in [*found.verificationMethod, *embedded]}
    if kid is None:
        if len(methods) != 1:
            raise Problem(BAD_DID, f"{did} has {len(methods)} keys and none is named")
        kid = next(iter(methods))
    names = {_absolute(did, entry if isinstance(entry, str) else entry.id) for entry in listed}
    method = methods.get(kid)
    if method is None or kid not in names or method.publicKeyJwk is None:
        raise Problem(BAD_DID, f"{kid[:200]!r} is no key that {did} lists for {purpose}")
    if method.controller not in {"", did}:
        raise Problem(BAD_DID, f"{kid[:200]!r} is controlled by another")
    return method.publicKeyJwk
