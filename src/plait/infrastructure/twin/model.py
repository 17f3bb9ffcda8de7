"""Things that have a twin, and what their nameplate says."""

from typing import Any, Literal, TypeAlias

import msgspec

from plait.kernel.facts import fact
from plait.kernel.problems import register

__all__ = ["BAD_REQUEST", "JSON", "NO_TWIN", "Asset", "Nameplate", "Page", "ProductTwin"]

NO_TWIN = register("no-such-twin", 404, "There is no such twin, submodel or part of one", "GET the lists of shells or submodels for what there is.")
BAD_REQUEST = register(
    "bad-twin-request", 400, "The request to the twins cannot be read", "Correct the named parameter; identifiers are base64url without padding."
)

JSON: TypeAlias = dict[str, Any]


class Nameplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a thing's nameplate says beyond its name (IDTA 02006-3-0-1). ``country`` is ISO 3166-1 alpha-2, ``year`` of construction."""

    manufacturer: str = ""
    designation: str = ""
    order_code: str = ""
    article_number: str = ""
    serial_number: str = ""
    year: str = ""
    country: str = ""


class Asset(msgspec.Struct, frozen=True):
    """A thing with a shell: ``id`` is its globalAssetId, ``key`` its machine id or GTIN, ``number`` its place among its kind."""

    kind: Literal["machine", "product"]
    key: str
    number: int
    id: str
    shell: str
    name: str
    plate: Nameplate


class Page(msgspec.Struct, frozen=True):
    """One page of an answer; ``cursor`` is "" at the end."""

    result: list[JSON]
    cursor: str


@fact("twin.product_put")
class ProductTwin(msgspec.Struct, frozen=True):
    """A product of ours has a twin, or its nameplate says something else now."""

    gtin: str
    name: str
