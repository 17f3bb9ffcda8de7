"""HTTP of the catalog (Dataspace Protocol 2025-1, section 6)."""

from typing import Any

from plait.kernel.actor import Actor
from plait.sharing.catalog import rules
from plait.sharing.catalog.service import CatalogService
from plait.sharing.dsp import BASE, MEDIA_TYPES
from plait.sharing.errors import catalog_error
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("catalog", CatalogService, problems=catalog_error)
ROUTES = API


@API.get("/.well-known/dspace-version", action=None, summary="Which versions of the Dataspace Protocol are spoken here")
async def versions(service: CatalogService) -> dict[str, Any]:
    """Return the version document; open to everybody."""
    return rules.versions(service.guard.firm())


@API.post(f"{BASE}/catalog/request/", action="dsp.catalog", accepts=MEDIA_TYPES, summary="Catalog (trailing slash)")
@API.post(f"{BASE}/catalog/request", action="dsp.catalog", accepts=MEDIA_TYPES, summary="The datasets offered to the caller")
async def request(service: CatalogService, actor: Actor, body: bytes) -> dict[str, Any]:
    """Answer a CatalogRequestMessage with a Catalog."""
    return await service.request(actor, body)


@API.get(f"{BASE}/catalog/datasets/{{id}}/", action="dsp.catalog", summary="Dataset (trailing slash)")
@API.get(f"{BASE}/catalog/datasets/{{id}}", action="dsp.catalog", summary="One dataset offered to the caller")
async def dataset(service: CatalogService, actor: Actor, id: str) -> dict[str, Any]:
    """Return a Dataset, or a CatalogError."""
    return await service.dataset(actor, id)
