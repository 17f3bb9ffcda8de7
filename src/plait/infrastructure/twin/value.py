"""Value-only JSON of submodels (AAS part 2, clause 11.4), the dialect of API 3.0."""

import math
from collections.abc import Callable, Iterable
from typing import Any

from plait.infrastructure.twin.model import BAD_REQUEST, JSON
from plait.kernel.problems import Problem

__all__ = ["core", "submodel_value", "without_blobs"]

_INTEGERS = frozenset(
    f"xs:{name}" for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "nonPositiveInteger", "positiveInteger", "negativeInteger")
) | frozenset(f"xs:unsigned{name}" for name in ("Int", "Long", "Short", "Byte"))
_REALS = frozenset({"xs:decimal", "xs:double", "xs:float"})
_CONTAINERS = {"SubmodelElementCollection": "value", "SubmodelElementList": "value", "Entity": "statements", "AnnotatedRelationshipElement": "annotations"}


def _scalar(text: Any, type: str) -> Any:
    if not isinstance(text, str):
        return text
    if type == "xs:boolean":
        return text in ("true", "1")
    if type in _INTEGERS:
        return int(text)
    if type in _REALS:
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def _named(elements: Iterable[JSON] | None) -> JSON:
    return {element["idShort"]: _value(element) for element in elements or () if element["modelType"] not in ("Capability", "Operation")}


def _entity(element: JSON) -> JSON:
    kept: JSON = {name: element[name] for name in ("entityType", "globalAssetId") if name in element}
    if "specificAssetIds" in element:
        kept["specificAssetIds"] = [{one["name"]: one["value"]} for one in element["specificAssetIds"]]
    return kept | {"statements": _each(element.get("statements"))}


def _each(elements: Iterable[JSON] | None) -> list[JSON]:
    return [{element["idShort"]: _value(element)} for element in elements or ()]


def _pair(element: JSON) -> JSON:
    found = {"first": element.get("first"), "second": element.get("second")}
    if element["modelType"] == "AnnotatedRelationshipElement":
        found["annotations"] = _each(element.get("annotations"))
    return found


def _range(element: JSON) -> JSON:
    return {end: _scalar(element[end], element["valueType"]) for end in ("min", "max") if end in element}


_KINDS: dict[str, Callable[[JSON], Any]] = {
    "Property": lambda element: _scalar(element.get("value"), element["valueType"]),
    "MultiLanguageProperty": lambda element: [{one["language"]: one["text"]} for one in element.get("value") or ()],
    "Range": _range,
    "Blob": lambda element: {name: element[name] for name in ("contentType", "value") if name in element},
    "File": lambda element: {name: element[name] for name in ("contentType", "value") if name in element},
    "ReferenceElement": lambda element: element.get("value"),
    "RelationshipElement": _pair,
    "AnnotatedRelationshipElement": _pair,
    "Entity": _entity,
    "BasicEventElement": lambda element: {"observed": element.get("observed")},
    "SubmodelElementCollection": lambda element: _named(element.get("value")),
    "SubmodelElementList": lambda element: [_value(one) for one in element.get("value") or ()],
}


def _value(element: JSON) -> Any:
    kind = _KINDS.get(element["modelType"])
    if kind is None:
        raise Problem(BAD_REQUEST, f"$value: a {element['modelType']} has no value.")
    return kind(element)


def submodel_value(submodel: JSON) -> JSON:
    """Return ``{idShort: value}`` of a submodel; elements without a value (Capability, Operation) are left out."""
    return _named(submodel.get("submodelElements"))


def _change(element: JSON, change: Callable[[JSON], JSON]) -> JSON:
    changed = change(element)
    inner = _CONTAINERS.get(changed.get("modelType", ""))
    for name in (inner, "submodelElements"):
        if name and isinstance(changed.get(name), list):
            changed = changed | {name: [_change(one, change) for one in changed[name]]}
    return changed


def without_blobs(submodel: JSON) -> JSON:
    """Return ``submodel`` without the contents of Blobs (extent ``withoutBlobValue``)."""
    return _change(submodel, lambda one: {name: value for name, value in one.items() if name != "value"} if one.get("modelType") == "Blob" else one)


def core(submodel: JSON) -> JSON:
    """Return ``submodel`` with its direct children only (level ``core``): the children of containers are cut."""

    def cut(element: JSON) -> JSON:
        inner = _CONTAINERS.get(element["modelType"])
        return {name: value for name, value in element.items() if name != inner}

    return submodel | ({"submodelElements": [cut(one) for one in submodel["submodelElements"]]} if submodel.get("submodelElements") else {})
