"""Building blocks of AAS JSON (metamodel 3.0, part 1)."""

from collections.abc import Sequence

from plait.infrastructure.twin.model import JSON

__all__ = ["collection", "id_short", "multi", "prop", "reference", "submodel_reference"]


def reference(value: str) -> JSON:
    """Return an external reference to ``value`` (an IRI or IRDI)."""
    return {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": value}]}


def submodel_reference(submodel: str) -> JSON:
    """Return a model reference to a submodel by its id."""
    return {"type": "ModelReference", "keys": [{"type": "Submodel", "value": submodel}]}


def prop(name: str, semantic: str, value: str, type: str = "xs:string") -> JSON:
    """Return a Property."""
    return {"modelType": "Property", "idShort": name, "semanticId": reference(semantic), "valueType": type, "value": value}


def multi(name: str, semantic: str, text: str, language: str = "en") -> JSON:
    """Return a MultiLanguageProperty with one text."""
    return {"modelType": "MultiLanguageProperty", "idShort": name, "semanticId": reference(semantic), "value": [{"language": language, "text": text}]}


def collection(name: str, semantic: str, children: Sequence[JSON]) -> JSON:
    """Return a SubmodelElementCollection; an empty one has no ``value`` (lists of the metamodel are never empty)."""
    head: JSON = {"modelType": "SubmodelElementCollection", "idShort": name, "semanticId": reference(semantic)}
    return head | ({"value": list(children)} if children else {})


def id_short(text: str) -> str:
    """Return ``text`` as an idShort: ASCII letters, digits and ``_``, beginning with a letter (AASd-002; 3.0 schemas allow no ``-``)."""
    kept = "".join(c if c.isascii() and c.isalnum() else "_" for c in text)[:127]
    return kept if kept[:1].isalpha() else f"x{kept}"
