"""What is a valid event (GS1 EPCIS 2.0, section 7; CBV 2.0, section 7), beyond what the Structs demand."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from plait.circulation.epcis import vocabulary as words
from plait.circulation.epcis.errors import VALIDATION
from plait.circulation.epcis.model import (
    AggregationEvent,
    AssociationEvent,
    Event,
    ExtendedEvent,
    ObjectEvent,
    Quantity,
    TransactionEvent,
    TransformationEvent,
)
from plait.kernel.clock import parse_iso
from plait.kernel.problems import Problem

__all__ = ["prefixes_of", "read"]

OFFSET = re.compile(r"[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
UOM = re.compile(r"[A-Z0-9]{2,3}")
HEX = re.compile(r"[A-Fa-f0-9]+")
JSON_LD = frozenset({"id", "type", "@id", "@type"})
NOT_AS_URI = ("urn:epcglobal:cbv:", "http://ns.gs1.org/cbv/", "https://ns.gs1.org/cbv/")
STANDARD = frozenset({"ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent"})
REPORT_URIS = (
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
    "microorganism",
    "chemicalSubstance",
    "coordinateReferenceSystem",
    "uriValue",
)
REPORT_NUMBERS = ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue")
REPORT = frozenset({*REPORT_URIS, *REPORT_NUMBERS, "type", "exception", "time", "component", "stringValue", "booleanValue", "hexBinaryValue", "uom"})
METADATA_URIS = ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules")
METADATA_TIMES = ("time", "startTime", "endTime")
METADATA = frozenset({*METADATA_URIS, *METADATA_TIMES})

_event = msgspec.json.Decoder(Event)
_extended = msgspec.json.Decoder(ExtendedEvent)
_plain = msgspec.json.Decoder(dict[str, Any])
_FIELDS = {
    kind.__name__: frozenset(kind.__struct_fields__) | {"type", "@context"}
    for kind in (ObjectEvent, AggregationEvent, TransactionEvent, TransformationEvent, AssociationEvent)
}
_FIELDS["ExtendedEvent"] = frozenset(name for fields in _FIELDS.values() for name in fields)


def prefixes_of(context: Any) -> frozenset[str]:
    """Return the namespace prefixes that a JSON-LD ``@context`` declares, the standard ones included."""
    found = set(words.PREFIXES)
    for part in context if isinstance(context, list) else [context]:
        if isinstance(part, dict):
            found.update(str(key) for key in part if not str(key).startswith("@"))
    return frozenset(found)


def read(raw: bytes, prefixes: frozenset[str]) -> Event | ExtendedEvent:
    """Return the event in ``raw`` if it is valid; raise ``epcis-validation`` naming every rule it breaks."""
    try:
        plain = _plain.decode(raw)
        standard = plain.get("type") in STANDARD
        event: Event | ExtendedEvent = _event.decode(raw) if standard else _extended.decode(raw)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise Problem(VALIDATION, str(error)) from error
    if "@context" in plain:
        prefixes |= prefixes_of(plain["@context"])
    wrong = [*_common(event), *_keys(plain, _FIELDS[type(event).__name__], prefixes, "event")]
    if isinstance(event, ExtendedEvent):
        wrong += [] if URI.fullmatch(event.type) else [f"type {event.type!r} is neither one of the five event types nor a name in a namespace"]
    else:
        wrong += [*_situated(event), *_own_rules(event), *_nested(plain, prefixes)]
    if wrong:
        raise Problem(VALIDATION, "; ".join(wrong))
    return event


def _keys(plain: Mapping[str, Any], known: frozenset[str], prefixes: frozenset[str], where: str) -> Iterator[str]:
    for key in plain:
        if key in known or key in JSON_LD:
            continue
        prefix, colon, _ = key.partition(":")
        if not colon:
            yield f"{key!r} in {where} is no standard field; own fields need a namespace"
        elif prefix not in prefixes and "//" not in key and prefix != "urn":
            yield f"the namespace {prefix!r} of {key!r} in {where} is not declared in @context"


def _time(text: str, where: str) -> Iterator[str]:
    try:
        if "T" not in text.upper():
            raise ValueError
        parse_iso(text)
    except ValueError:
        yield f"{where} {text!r} is no date and time with an offset"


def _uri(text: Any, where: str) -> Iterator[str]:
    if not isinstance(text, str) or not URI.fullmatch(text):
        yield f"{where} {text!r} is no URI"


def _word(text: Any, known: frozenset[str], where: str) -> Iterator[str]:
    if text is None or text in known:
        return
    if not isinstance(text, str) or not URI.fullmatch(text):
        yield f"{where} {text!r} is neither a term of the CBV nor a URI"
    elif text.startswith(NOT_AS_URI):
        yield f"{where} {text!r}: standard terms are written as bare words in JSON"


def _common(event: Event | ExtendedEvent) -> Iterator[str]:
    yield from _time(event.eventTime, "eventTime")
    if not OFFSET.fullmatch(event.eventTimeZoneOffset):
        yield f"eventTimeZoneOffset {event.eventTimeZoneOffset!r} is not of the form +hh:mm within 14 hours"
    if event.recordTime is not None:
        yield from _time(event.recordTime, "recordTime")
    if event.eventID is not None:
        yield from _uri(event.eventID, "eventID")
    certificates = event.certificationInfo if isinstance(event.certificationInfo, list) else [event.certificationInfo]
    for certificate in certificates:
        if certificate is not None:
            yield from _uri(certificate, "certificationInfo")
    if event.errorDeclaration is not None:
        yield from _time(event.errorDeclaration.declarationTime, "declarationTime")
        yield from _word(event.errorDeclaration.reason, words.ERROR_REASONS, "reason")
        for corrective in event.errorDeclaration.correctiveEventIDs:
            yield from _uri(corrective, "correctiveEventIDs")


def _situated(event: Event) -> Iterator[str]:
    yield from _word(event.bizStep, words.BIZ_STEPS, "bizStep")
    yield from _word(event.disposition, words.DISPOSITIONS, "disposition")
    if event.persistentDisposition is not None:
        set_, unset = event.persistentDisposition.set, event.persistentDisposition.unset
        if not set_ and not unset:
            yield "persistentDisposition sets and unsets nothing"
        for disposition in [*(set_ or ()), *(unset or ())]:
            yield from _word(disposition, words.DISPOSITIONS, "persistentDisposition")
    for name, place in (("readPoint", event.readPoint), ("bizLocation", event.bizLocation)):
        if place is not None:
            yield from _uri(place.id, name)
    for document in event.bizTransactionList:
        yield from _word(document.type, words.TRANSACTION_TYPES, "bizTransaction type")
        yield from _uri(document.bizTransaction, "bizTransaction")
    for source in event.sourceList:
        yield from _word(source.type, words.PARTY_TYPES, "source type")
        yield from _uri(source.source, "source")
    for destination in event.destinationList:
        yield from _word(destination.type, words.PARTY_TYPES, "destination type")
        yield from _uri(destination.destination, "destination")
    for element in event.sensorElementList or ():
        yield from _sensor(element.sensorMetadata or {}, element.sensorReport)


def _sensor(metadata: Mapping[str, Any], reports: list[dict[str, Any]]) -> Iterator[str]:
    for name in METADATA_URIS:
        if name in metadata:
            yield from _uri(metadata[name], f"sensorMetadata {name}")
    for name in METADATA_TIMES:
        if name in metadata:
            yield from _time(str(metadata[name]), f"sensorMetadata {name}")
    if not reports:
        yield "sensorReport is empty"
    for report in reports:
        yield from _report(report)


def _report(report: Mapping[str, Any]) -> Iterator[str]:
    if "type" not in report and "exception" not in report:
        yield "a sensorReport has no type"
    yield from _word(report.get("type"), words.MEASUREMENTS, "sensorReport type")
    yield from _word(report.get("exception"), words.ALERTS, "sensorReport exception")
    yield from _word(report.get("component"), words.COMPONENTS, "sensorReport component")
    if "time" in report:
        yield from _time(str(report["time"]), "sensorReport time")
    for name in REPORT_URIS:
        if name in report:
            yield from _uri(report[name], f"sensorReport {name}")
    for name in REPORT_NUMBERS:
        if name in report and (isinstance(report[name], bool) or not isinstance(report[name], int | float)):
            yield f"sensorReport {name} {report[name]!r} is no number"
    if "booleanValue" in report and not isinstance(report["booleanValue"], bool):
        yield f"sensorReport booleanValue {report['booleanValue']!r} is not true or false"
    if "hexBinaryValue" in report and not HEX.fullmatch(str(report["hexBinaryValue"])):
        yield f"sensorReport hexBinaryValue {report['hexBinaryValue']!r} is not hexadecimal"


def _nested(plain: Mapping[str, Any], prefixes: frozenset[str]) -> Iterator[str]:
    """Check the names of own fields inside the parts that may bear them."""
    parts: list[tuple[str, Any, frozenset[str]]] = [
        ("ilmd", plain.get("ilmd"), frozenset()),
        ("readPoint", plain.get("readPoint"), frozenset({"id"})),
        ("bizLocation", plain.get("bizLocation"), frozenset({"id"})),
        ("errorDeclaration", plain.get("errorDeclaration"), frozenset({"declarationTime", "reason", "correctiveEventIDs"})),
    ]
    for element in plain.get("sensorElementList") or ():
        parts.append(("sensorElement", element, frozenset({"sensorMetadata", "sensorReport"})))
        parts.append(("sensorMetadata", element.get("sensorMetadata"), METADATA))
        parts += [("sensorReport", report, REPORT) for report in element["sensorReport"]]
    for where, part, known in parts:
        if part:
            yield from _keys(part, known, prefixes, where)


def _ids(where: str, *lists: list[str] | None) -> Iterator[str]:
    for one in lists:
        for epc in one or ():
            yield from _uri(epc, where)
        if one and len(set(one)) != len(one):
            yield f"{where}: an identifier stands twice"


def _quantities(*lists: list[Quantity] | None) -> Iterator[str]:
    for element in _flat(lists):
        yield from _uri(element.epcClass, "epcClass")
        if element.uom is not None and not UOM.fullmatch(element.uom):
            yield f"uom {element.uom!r} is no UN/ECE Rec 20 code"
        if element.uom is not None and element.quantity is None:
            yield "a quantityElement has a uom but no quantity"


def _flat(lists: Iterable[list[Quantity] | None]) -> Iterator[Quantity]:
    for one in lists:
        yield from one or ()


def _own_rules(event: Event) -> Iterator[str]:
    if isinstance(event, TransformationEvent):
        return _transformation(event)
    if isinstance(event, AggregationEvent | AssociationEvent):
        return _aggregation(event)
    return _things(event)


def _action(action: str) -> Iterator[str]:
    if action not in ("ADD", "OBSERVE", "DELETE"):
        yield f"action {action!r} is not ADD, OBSERVE or DELETE"


def _things(event: ObjectEvent | TransactionEvent) -> Iterator[str]:
    yield from _action(event.action)
    yield from _ids("epcList", event.epcList)
    yield from _quantities(event.quantityList)
    listed = event.epcList is not None or bool(event.quantityList)
    if isinstance(event, ObjectEvent):
        sensed = event.sensorElementList is not None and event.readPoint is not None
        if not listed and not sensed:
            yield "ObjectEvent needs an epcList, a quantityList, or sensorElementList with readPoint"
        if event.ilmd is not None and event.action != "ADD":
            yield "ilmd is allowed only with action ADD"
        return
    if not event.bizTransactionList:
        yield "TransactionEvent needs a bizTransactionList"
    if event.parentID is not None:
        yield from _uri(event.parentID, "parentID")
    if not listed and event.action != "DELETE":
        yield "TransactionEvent needs an epcList or quantityList unless action is DELETE"


def _aggregation(event: AggregationEvent | AssociationEvent) -> Iterator[str]:
    yield from _action(event.action)
    yield from _ids("childEPCs", event.childEPCs)
    yield from _quantities(event.childQuantityList)
    if event.parentID is not None:
        yield from _uri(event.parentID, "parentID")
    elif event.action != "OBSERVE":
        yield "parentID may be absent only with action OBSERVE"
    if not event.childEPCs and not event.childQuantityList and event.action != "DELETE":
        yield "children may be absent only with action DELETE"


def _transformation(event: TransformationEvent) -> Iterator[str]:
    yield from _ids("inputEPCList", event.inputEPCList)
    yield from _ids("outputEPCList", event.outputEPCList)
    yield from _quantities(event.inputQuantityList, event.outputQuantityList)
    inputs = bool(event.inputEPCList or event.inputQuantityList)
    outputs = bool(event.outputEPCList or event.outputQuantityList)
    if event.transformationID is not None:
        yield from _uri(event.transformationID, "transformationID")
        if not inputs and not outputs:
            yield "TransformationEvent needs inputs or outputs"
    elif not (inputs and outputs):
        yield "TransformationEvent needs inputs and outputs, or a transformationID"
