"""EPCIS documents in JSON: bytes to events, events to query documents (GS1 EPCIS 2.0, section 10.3)."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from plait.circulation.epcis.errors import VALIDATION
from plait.circulation.epcis.vocabulary import CONTEXT
from plait.kernel.clock import parse_iso
from plait.kernel.problems import Problem

__all__ = ["Batch", "merge_contexts", "query_document", "read_batch", "stamp", "translate"]

VERSION = re.compile(r"\d+(\.\d+)*")
LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")


class Batch(msgspec.Struct, frozen=True):
    """Events as they came, and the JSON-LD context they were written under."""

    context: Any
    events: list[msgspec.Raw]


class _List(msgspec.Struct):
    eventList: list[msgspec.Raw]


class _Results(msgspec.Struct):
    resultsBody: _List
    queryName: str


class _Body(msgspec.Struct):
    eventList: list[msgspec.Raw] | None = None
    queryResults: _Results | None = None


class _Envelope(msgspec.Struct):
    type: str
    context: Any = msgspec.field(name="@context", default=None)
    schemaVersion: str | None = None
    creationDate: str | None = None
    epcisBody: _Body | None = None


_envelope = msgspec.json.Decoder(_Envelope)


def read_batch(document: bytes | Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> Batch:
    """Return the events of an EPCIS document, a query document, a bare event or a list of events; raise ``epcis-validation``."""
    try:
        if not isinstance(document, bytes | Mapping):
            return Batch([CONTEXT], [msgspec.Raw(msgspec.json.encode(event)) for event in document])
        body = document if isinstance(document, bytes) else msgspec.json.encode(document)
        envelope = _envelope.decode(body)
        if envelope.type not in ("EPCISDocument", "EPCISQueryDocument"):
            return Batch(envelope.context or [CONTEXT], [msgspec.Raw(body)])
        return Batch(envelope.context, _events(envelope))
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Problem(VALIDATION, f"The document cannot be read: {error}") from error


def _events(envelope: _Envelope) -> list[msgspec.Raw]:
    wrong = [] if envelope.context else ["@context is missing"]
    body = envelope.epcisBody or _Body()
    if envelope.type == "EPCISQueryDocument":
        events = body.queryResults.resultsBody.eventList if body.queryResults else None
    else:
        events = body.eventList
        wrong += [f"{name} is missing" for name in ("schemaVersion", "creationDate") if getattr(envelope, name) is None]
    if events is None:
        wrong.append("epcisBody holds no eventList")
    if envelope.schemaVersion is not None and not VERSION.fullmatch(envelope.schemaVersion):
        wrong.append(f"schemaVersion {envelope.schemaVersion!r} is no version number")
    if envelope.creationDate is not None:
        try:
            parse_iso(envelope.creationDate)
        except ValueError:
            wrong.append(f"creationDate {envelope.creationDate!r} is no date and time with an offset")
    if wrong or events is None:
        raise Problem(VALIDATION, "; ".join(wrong))
    return events


def stamp(raw: bytes, members: Mapping[str, Any]) -> bytes:
    """Return JSON object ``raw`` with ``members`` put first; everything else stays as it was written, byte by byte."""
    head = msgspec.json.encode(members)
    rest = raw.strip()[1:].lstrip()
    return head[:-1] + (b"," if rest != b"}" and members else b"") + rest


def merge_contexts(contexts: Iterable[Any]) -> list[Any]:
    """Return one ``@context`` that holds what all of ``contexts`` declare, the standard one first."""
    merged: list[Any] = [CONTEXT]
    for context in contexts:
        for part in context if isinstance(context, list) else [context]:
            if part not in merged and not (isinstance(part, str) and part.startswith("https://ref.gs1.org/standards/epcis")):
                merged.append(part)
    return merged


def query_document(events: list[msgspec.Raw], contexts: Iterable[Any], created: str) -> dict[str, Any]:
    """Return an EPCISQueryDocument with ``events`` (section 10.3.4), made at ``created``."""
    return {
        "@context": merge_contexts(contexts),
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": created,
        "epcisBody": {"queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": events}}},
    }


def translate(raw: bytes, to: Callable[[str], str]) -> bytes:
    """Return the event with every identifier of things, places and parties written as ``to`` says (GS1-EPC-Format)."""
    event: dict[str, Any] = msgspec.json.decode(raw)
    for name in LISTS:
        if name in event:
            event[name] = [to(epc) for epc in event[name]]
    for name in QUANTITIES:
        for element in event.get(name, ()):
            element["epcClass"] = to(element["epcClass"])
    if "parentID" in event:
        event["parentID"] = to(event["parentID"])
    for name in ("readPoint", "bizLocation"):
        if name in event:
            event[name]["id"] = to(event[name]["id"])
    for name, member in (("sourceList", "source"), ("destinationList", "destination")):
        for entry in event.get(name, ()):
            entry[member] = to(entry[member])
    return msgspec.json.encode(event)
