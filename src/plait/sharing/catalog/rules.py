"""What may be offered, and catalogs in the Dataspace Protocol's form (2025-1, section 5; DCAT 3) (pure)."""

from collections.abc import Sequence
from typing import Any

import msgspec

from plait.kernel.firm import Firm
from plait.kernel.ids import urn
from plait.kernel.problems import UNREACHABLE, Problem, register
from plait.sharing.catalog.model import Dataset, Offered
from plait.sharing.dsp import BASE, CONTEXT, PULL, VERSION, Offer, make
from plait.sharing.policy import rules as policy_rules

__all__ = ["catalog", "check", "dataset", "find", "offer_of", "versions"]

BAD_DATASET = register("bad-dataset", 422, "The dataset cannot be offered", "Correct the named field.")


def check(new: Dataset) -> None:
    """Raise ``bad-dataset`` naming the field that cannot be used."""
    if not new.id or len(new.id) > 200 or any(char.isspace() for char in new.id):
        raise Problem(BAD_DATASET, "id: must be 1 to 200 characters without spaces")
    if not new.kind:
        raise Problem(BAD_DATASET, "kind: must not be empty")
    if not new.path.startswith("/"):
        raise Problem(BAD_DATASET, "path: must begin with /")


def versions(firm: Firm) -> dict[str, Any]:
    """Return the version document (section 4.3)."""
    entry = {"version": VERSION, "path": BASE, "binding": "HTTPS", "serviceId": service_id(firm), "identifierType": "did:web"}
    return {"protocolVersions": [entry]}


def service_id(firm: Firm) -> str:
    """Return the id of our data service."""
    return f"{firm.did}#dsp"


def _service(firm: Firm) -> dict[str, Any]:
    return {"@id": service_id(firm), "@type": "DataService", "endpointURL": f"{firm.url}{BASE}"}


def offer_of(row: Offered, *, target: bool) -> Offer:
    """Return the offer on a dataset, with its target where it stands in a message."""
    members: dict[str, Any] = {"id": row.offer, "permission": policy_rules.permissions(row.policy)}
    return make(Offer, **members, target=row.dataset.id) if target else make(Offer, **members)


def _dataset(firm: Firm, row: Offered) -> dict[str, Any]:
    return {
        "@id": row.dataset.id,
        "@type": "Dataset",
        "title": row.dataset.title or row.dataset.id,
        "hasPolicy": [msgspec.to_builtins(offer_of(row, target=False))],
        "distribution": [{"@type": "Distribution", "format": PULL, "accessService": _service(firm)}],
    }


def dataset(firm: Firm, row: Offered) -> dict[str, Any]:
    """Return one dataset as a document of its own."""
    return {"@context": [CONTEXT], **_dataset(firm, row)}


def catalog(firm: Firm, rows: Sequence[Offered]) -> dict[str, Any]:
    """Return a catalog with the given datasets; with none it bears no ``dataset`` member at all."""
    document: dict[str, Any] = {"@context": [CONTEXT], "@id": urn(firm.party_id), "@type": "Catalog", "participantId": firm.did, "service": [_service(firm)]}
    if rows:
        document["dataset"] = [_dataset(firm, row) for row in rows]
    return document


def find(document: Any, wanted: str, format: str = PULL) -> list[Offer]:
    """Return the offers for dataset ``wanted`` in a partner's dataset document; raise ``partner-unreachable`` when it cannot be read."""
    if not isinstance(document, dict) or document.get("@id") != wanted:
        raise Problem(UNREACHABLE, f"The partner's answer is not the dataset {wanted}.")
    distributions = document.get("distribution")
    formats = [each.get("format") for each in distributions if isinstance(each, dict)] if isinstance(distributions, list) else []
    if format not in formats:
        raise Problem(UNREACHABLE, f"{wanted} is not offered as {format}.")
    try:
        offers = msgspec.convert(document.get("hasPolicy"), list[Offer])
    except msgspec.ValidationError as error:
        raise Problem(UNREACHABLE, f"The offers on {wanted} cannot be read: {error}") from error
    for offer in offers:
        policy_rules.check_terms(offer)
    return offers
