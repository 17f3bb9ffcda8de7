"""The digital nameplate (IDTA 02006-3-0-1) of a machine or product."""

from plait.infrastructure.twin.elements import collection, multi, prop, reference
from plait.infrastructure.twin.model import JSON, Asset
from plait.kernel.firm import Firm

__all__ = ["NAME", "SEMANTIC_ID", "nameplate"]

NAME = "Nameplate"
SEMANTIC_ID = "https://admin-shell.io/idta/nameplate/3/0/Nameplate"
NOT_STATED = "not stated"
_ADDRESS = "https://admin-shell.io/zvei/nameplate/1/0/ContactInformations/AddressInformation"
_OPTIONAL = (
    ("article_number", "ProductArticleNumberOfManufacturer", "0112/2///61987#ABA581#007"),
    ("serial_number", "SerialNumber", "0112/2///61987#ABA951#009"),
    ("year", "YearOfConstruction", "0112/2///61987#ABP000#002"),
    ("country", "CountryOfOrigin", "0112/2///61987#ABP462#001"),
)


def _address(asset: Asset, firm: Firm) -> JSON:
    """The maker's address, as far as it is known: for our own products our country and name."""
    if asset.kind == "machine":
        return collection("AddressInformation", _ADDRESS, [])
    children = [multi("Company", "0173-1#02-AAW001#001", firm.name)]
    country = firm.region.partition("-")[0]
    if country:
        children.insert(0, multi("NationalCode", "0173-1#02-AAO134#002", country))
    return collection("AddressInformation", _ADDRESS, children)


def nameplate(asset: Asset, firm: Firm, id: str) -> JSON:
    """Return the submodel; what the template demands and nobody has told reads ``not stated``."""
    plate = asset.plate
    maker = plate.manufacturer or (firm.name if asset.kind == "product" else NOT_STATED)
    elements = [
        prop("URIOfTheProduct", "0112/2///61987#ABN590#002", asset.id, "xs:anyURI"),
        multi("ManufacturerName", "0112/2///61987#ABA565#009", maker),
        multi("ManufacturerProductDesignation", "0112/2///61987#ABA567#009", plate.designation or asset.name),
        _address(asset, firm),
        prop("OrderCodeOfManufacturer", "0112/2///61987#ABA950#008", plate.order_code or (asset.key if asset.kind == "product" else NOT_STATED)),
    ]
    for field, name, semantic in _OPTIONAL:
        value = getattr(plate, field)
        if value:
            elements.append(prop(name, semantic, value))
    head = {"modelType": "Submodel", "kind": "Instance", "id": id, "idShort": NAME, "semanticId": reference(SEMANTIC_ID)}
    return {**head, "administration": {"version": "3", "revision": "0"}, "submodelElements": elements}
