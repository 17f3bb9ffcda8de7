"""did:web names and documents."""

import msgspec
import pytest

from plait.identity.did import DidDocument, did_url, did_web, document, find_key
from plait.kernel.firm import Firm
from plait.kernel.problems import Problem

PAIRS = [
    ("https://helix.example", "did:web:helix.example", "https://helix.example/.well-known/did.json"),
    ("https://helix.example:8443", "did:web:helix.example%3A8443", "https://helix.example:8443/.well-known/did.json"),
    ("https://host.example/a/b", "did:web:host.example:a:b", "https://host.example/a/b/did.json"),
    ("https://127.0.0.1:8101", "did:web:127.0.0.1%3A8101", "https://127.0.0.1:8101/.well-known/did.json"),
    ("https://[::1]:8101", "did:web:%5B%3A%3A1%5D%3A8101", "https://[::1]:8101/.well-known/did.json"),
]


@pytest.mark.parametrize(("url", "did", "place"), PAIRS)
def test_names(url, did, place):
    """Tests that an address has its did:web and the did:web its document's address."""
    assert did_web(url) == did
    assert did_url(did) == place


BAD = [
    "",
    "did:key:z6Mk",
    "did:web:",
    "did:web:a/b",
    "did:web:a b",
    "did:web:host:..:x",
    "did:web:host:%2e%2e:x",
    "did:web:user%40host",
    "did:web:host%2Fpath",
    "did:web:host%3Aport",
    "did:web:host?x=1",
    "did:web:host#key",
    "did:web:" + "a" * 500,
]


@pytest.mark.parametrize("did", BAD)
def test_bad_names(did):
    """Tests that a name that would lead elsewhere is refused."""
    with pytest.raises(Problem, match="bad-did"):
        did_url(did)


def test_bad_url():
    """Tests that what is no web address has no did:web."""
    with pytest.raises(Problem):
        did_web("ftp://helix.example")


DID = "did:web:helix.example"
KEY = {"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}


def read(**parts):
    """Read a document with one key, some parts changed."""
    whole = {
        "id": DID,
        "verificationMethod": [{"id": f"{DID}#1", "type": "JsonWebKey2020", "controller": DID, "publicKeyJwk": KEY}],
        "capabilityInvocation": ["#1"],
    }
    return msgspec.convert(whole | parts, DidDocument)


def test_our_document():
    """Tests that our own document holds our key for every purpose."""
    found = msgspec.convert(document(Firm("1-2", "helix", DID, "https://helix.example"), f"{DID}#k", KEY), DidDocument)
    for purpose in ("authentication", "assertionMethod", "capabilityInvocation"):
        assert find_key(found, DID, f"{DID}#k", purpose) == KEY
    assert found.alsoKnownAs == ["urn:uuid:1-2"]


def test_keys_are_found():
    """Tests keys by relative name, embedded, and without a name when there is one."""
    assert find_key(read(), DID, f"{DID}#1", "capabilityInvocation") == KEY
    assert find_key(read(), DID, None, "capabilityInvocation") == KEY
    embedded = read(verificationMethod=[], capabilityInvocation=[{"id": "#2", "publicKeyJwk": KEY}])
    assert find_key(embedded, DID, f"{DID}#2", "capabilityInvocation") == KEY


METHOD = {"id": f"{DID}#1", "controller": DID, "publicKeyJwk": KEY}
BAD_DOCUMENTS = [
    ("other id", {"id": "did:web:other.example"}, f"{DID}#1"),
    ("listed for authentication only", {"capabilityInvocation": [], "authentication": ["#1"]}, f"{DID}#1"),
    ("not there", {}, f"{DID}#2"),
    ("two keys and none named", {"verificationMethod": [METHOD, METHOD | {"id": f"{DID}#2"}]}, None),
    ("controlled by another", {"verificationMethod": [METHOD | {"controller": "did:web:other.example"}]}, f"{DID}#1"),
    ("without a JWK", {"verificationMethod": [{"id": f"{DID}#1"}]}, f"{DID}#1"),
]


@pytest.mark.parametrize(("why", "parts", "kid"), BAD_DOCUMENTS, ids=[row[0] for row in BAD_DOCUMENTS])
def test_bad_documents(why, parts, kid):
    """Tests that a key is not taken from a document that does not give it for this purpose."""
    with pytest.raises(Problem, match="bad-did"):
        find_key(read(**parts), DID, kid, "capabilityInvocation")
