"""EPCIS 2.0 documents and events as Structs (GS1 EPCIS 2.0, sections 7 and 10), and the fact that an event was captured.

Unknown members are extensions: they stay in the kept JSON and are not modelled here.
"""

from typing import Any, TypeAlias

import msgspec

from plait.kernel.facts import fact

__all__ = [
    "AggregationEvent",
    "Answer",
    "AssociationEvent",
    "BizTransaction",
    "CaptureJob",
    "Captured",
    "Destination",
    "ErrorDeclaration",
    "Event",
    "EventBase",
    "ExtendedEvent",
    "JobError",
    "ObjectEvent",
    "PersistentDisposition",
    "Place",
    "Quantity",
    "SensorElement",
    "Source",
    "TransactionEvent",
    "TransformationEvent",
]


class Place(msgspec.Struct, frozen=True):
    """A read point or business location."""

    id: str


class Quantity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``quantity`` of a class, in ``uom`` (UN/ECE Rec 20), in pieces without it; no quantity: an unknown one."""

    epcClass: str
    quantity: float | None = None
    uom: str | None = None


class BizTransaction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A business document the event belongs to."""

    bizTransaction: str
    type: str | None = None


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whence: a party or place and in what capacity (``owning_party``, ``possessing_party``, ``location``)."""

    type: str
    source: str


class Destination(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whither, as ``Source``."""

    type: str
    destination: str


class PersistentDisposition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Dispositions that hold until unset."""

    set: list[str] | None = None
    unset: list[str] | None = None


class ErrorDeclaration(msgspec.Struct, frozen=True):
    """The event was wrong: it did not occur, or its data were incorrect."""

    declarationTime: str
    reason: str | None = None
    correctiveEventIDs: list[str] = []


class SensorElement(msgspec.Struct, frozen=True):
    """What sensors said."""

    sensorReport: list[dict[str, Any]]
    sensorMetadata: dict[str, Any] | None = None


class EventBase(msgspec.Struct, kw_only=True, tag_field="type"):
    """What every event has; times are RFC 3339 text, ``eventTimeZoneOffset`` is ``+hh:mm``."""

    eventTime: str
    eventTimeZoneOffset: str
    eventID: str | None = None
    recordTime: str | None = None
    certificationInfo: str | list[str] | None = None
    errorDeclaration: ErrorDeclaration | None = None


class _Situated(EventBase, kw_only=True):
    bizStep: str | None = None
    disposition: str | None = None
    persistentDisposition: PersistentDisposition | None = None
    readPoint: Place | None = None
    bizLocation: Place | None = None
    bizTransactionList: list[BizTransaction] = []
    sourceList: list[Source] = []
    destinationList: list[Destination] = []
    sensorElementList: list[SensorElement] | None = None


class ObjectEvent(_Situated, kw_only=True, tag="ObjectEvent"):
    """Something happened to things (section 7.4.2)."""

    action: str
    epcList: list[str] | None = None
    quantityList: list[Quantity] | None = None
    ilmd: dict[str, Any] | None = None


class AggregationEvent(_Situated, kw_only=True, tag="AggregationEvent"):
    """Things were put into, seen in or taken out of a parent (section 7.4.3)."""

    action: str
    parentID: str | None = None
    childEPCs: list[str] | None = None
    childQuantityList: list[Quantity] | None = None


class AssociationEvent(_Situated, kw_only=True, tag="AssociationEvent"):
    """Things were fixed to a parent: a place, an asset, an assembly (section 7.4.6)."""

    action: str
    parentID: str
    childEPCs: list[str] | None = None
    childQuantityList: list[Quantity] | None = None


class TransactionEvent(_Situated, kw_only=True, tag="TransactionEvent"):
    """Things were tied to business documents (section 7.4.4)."""

    action: str
    parentID: str | None = None
    epcList: list[str] | None = None
    quantityList: list[Quantity] | None = None


class TransformationEvent(_Situated, kw_only=True, tag="TransformationEvent"):
    """Inputs became outputs (section 7.4.5)."""

    transformationID: str | None = None
    inputEPCList: list[str] | None = None
    inputQuantityList: list[Quantity] | None = None
    outputEPCList: list[str] | None = None
    outputQuantityList: list[Quantity] | None = None
    ilmd: dict[str, Any] | None = None


class ExtendedEvent(msgspec.Struct, kw_only=True):
    """An event of a type of somebody's own vocabulary: kept and answered, not interpreted."""

    type: str
    eventTime: str
    eventTimeZoneOffset: str
    eventID: str | None = None
    recordTime: str | None = None
    certificationInfo: str | list[str] | None = None
    errorDeclaration: ErrorDeclaration | None = None


Event: TypeAlias = ObjectEvent | AggregationEvent | TransactionEvent | TransformationEvent | AssociationEvent


class JobError(msgspec.Struct, frozen=True):
    """Why an event was refused, in the shape of the REST binding (section 12.4)."""

    type: str
    title: str
    status: int
    detail: str


class CaptureJob(msgspec.Struct, frozen=True):
    """What became of a capture (section 12.6.2): ``running`` and ``success`` together say how it ended."""

    captureID: str
    createdAt: str
    finishedAt: str
    running: bool
    success: bool
    captureErrorBehaviour: str
    errors: list[JobError] = []


class Answer(msgspec.Struct, frozen=True):
    """A page of events as JSON, the JSON-LD contexts they were captured under, and how to go on."""

    events: list[msgspec.Raw]
    contexts: list[Any]
    next: str | None = None


@fact("epcis.captured", key="key", quantity="quantity")
class Captured(msgspec.Struct, frozen=True):
    """An event is in the event store. ``key`` names business step, first item and number of items; ``quantity`` counts items.

    ``digest``: the SHA-256 of the event as it is kept, empty in facts of 0.1.0.
    """

    event_id: str
    type: str
    biz_step: str
    key: str
    quantity: float
    digest: str = ""
