"""The words of the Dataspace Protocol 2025-1 on the wire: plain compacted JSON, each class named as its ``@type``.

Read tolerantly (a context given as one string, unknown members), written exactly: one context, no empty arrays.
"""

from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from plait.kernel.problems import Problem, register

__all__ = [
    "BASE",
    "CONTEXT",
    "DSP_MALFORMED",
    "MEDIA_TYPES",
    "NIL",
    "PULL",
    "VERSION",
    "Agreement",
    "CatalogError",
    "CatalogRequestMessage",
    "ContractAgreementMessage",
    "ContractAgreementVerificationMessage",
    "ContractNegotiation",
    "ContractNegotiationError",
    "ContractNegotiationEventMessage",
    "ContractNegotiationTerminationMessage",
    "ContractOfferMessage",
    "ContractRequestMessage",
    "DataAddress",
    "EndpointProperty",
    "Message",
    "Offer",
    "TransferCompletionMessage",
    "TransferError",
    "TransferProcess",
    "TransferRequestMessage",
    "TransferStartMessage",
    "TransferSuspensionMessage",
    "TransferTerminationMessage",
    "decode",
    "encode",
    "make",
    "reasons",
]

VERSION = "2025-1"
BASE = f"/dsp/{VERSION}"
CONTEXT = "https://w3id.org/dspace/2025/1/context.jsonld"
NIL = "urn:uuid:00000000-0000-0000-0000-000000000000"
PULL = "HttpData-PULL"
MEDIA_TYPES = ("application/json", "application/ld+json")

DSP_MALFORMED = register("dsp-malformed", 400, "The message breaks the protocol's schema", "Correct the named member and send it again.")

Values = list[Any] | UnsetType
Text = str | UnsetType
Rules = list[dict[str, Any]] | UnsetType


def _wire(name: str) -> str:
    if name in {"context", "type", "id"}:
        return f"@{name}"
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


class _Node(msgspec.Struct, frozen=True, kw_only=True, rename=_wire):
    """Anything with a ``@type``."""

    type: str


class Message(_Node, frozen=True, kw_only=True):
    """A message with its context (section 2.3 of the protocol)."""

    context: list[Any] | str


class Offer(_Node, frozen=True, kw_only=True):
    """Terms offered; ``target`` (the dataset) stands in messages and never in a catalog."""

    id: str
    target: Text = UNSET
    permission: Rules = UNSET
    prohibition: Rules = UNSET
    obligation: Rules = UNSET


class Agreement(_Node, frozen=True, kw_only=True):
    """Terms agreed: ``assigner`` and ``assignee`` are DIDs, ``timestamp`` an XSD dateTime."""

    id: str
    target: str
    assigner: str
    assignee: str
    timestamp: Text = UNSET
    permission: Rules = UNSET
    prohibition: Rules = UNSET
    obligation: Rules = UNSET


class EndpointProperty(_Node, frozen=True, kw_only=True):
    """One named value of a data address."""

    name: str
    value: str


class DataAddress(_Node, frozen=True, kw_only=True):
    """Where data are pulled from, or pushed to."""

    endpoint_type: str
    endpoint: Text = UNSET
    endpoint_properties: list[EndpointProperty] | UnsetType = UNSET

    def property(self, name: str) -> str:
        """Return the value of a property, empty when it is not there."""
        properties = self.endpoint_properties if isinstance(self.endpoint_properties, list) else []
        return next((each.value for each in properties if each.name == name), "")


class CatalogRequestMessage(Message, frozen=True, kw_only=True):
    """Asks for the catalog."""

    filter: list[Any] | UnsetType = UNSET


class CatalogError(Message, frozen=True, kw_only=True):
    """The catalog's refusal."""

    code: Text = UNSET
    reason: Values = UNSET


class _Pids(Message, frozen=True, kw_only=True):
    provider_pid: str
    consumer_pid: str


class _Coded(_Pids, frozen=True, kw_only=True):
    code: Text = UNSET
    reason: Values = UNSET


class ContractRequestMessage(Message, frozen=True, kw_only=True):
    """A consumer asks for an agreement: first with ``callback_address``, as a counter-offer with ``provider_pid``."""

    consumer_pid: str
    offer: Offer
    callback_address: Text = UNSET
    provider_pid: Text = UNSET


class ContractOfferMessage(Message, frozen=True, kw_only=True):
    """A provider offers: unasked with ``callback_address``, in a process with ``consumer_pid``."""

    provider_pid: str
    offer: Offer
    callback_address: Text = UNSET
    consumer_pid: Text = UNSET


class ContractAgreementMessage(_Pids, frozen=True, kw_only=True):
    """A provider agrees; ``jws`` is its signature over the agreement (our own addition, ignored by others)."""

    agreement: Agreement
    jws: Text = UNSET


class ContractAgreementVerificationMessage(_Pids, frozen=True, kw_only=True):
    """A consumer confirms the agreement, with its own signature over it in ``jws``."""

    jws: Text = UNSET


class ContractNegotiationEventMessage(_Pids, frozen=True, kw_only=True):
    """``event_type`` is ACCEPTED (from the consumer) or FINALIZED (from the provider)."""

    event_type: str


class ContractNegotiationTerminationMessage(_Coded, frozen=True, kw_only=True):
    """Either side ends the negotiation."""


class ContractNegotiation(_Pids, frozen=True, kw_only=True):
    """Where a negotiation stands."""

    state: str


class ContractNegotiationError(_Coded, frozen=True, kw_only=True):
    """A refusal that changed nothing."""


class TransferRequestMessage(Message, frozen=True, kw_only=True):
    """A consumer asks for a transfer under an agreement."""

    consumer_pid: str
    agreement_id: str
    format: str
    callback_address: str
    data_address: DataAddress | UnsetType = UNSET


class TransferStartMessage(_Pids, frozen=True, kw_only=True):
    """Data may flow; for a pull ``data_address`` says from where and with which token."""

    data_address: DataAddress | UnsetType = UNSET


class TransferCompletionMessage(_Pids, frozen=True, kw_only=True):
    """All data have flowed."""


class TransferSuspensionMessage(_Coded, frozen=True, kw_only=True):
    """Data may not flow for now."""


class TransferTerminationMessage(_Coded, frozen=True, kw_only=True):
    """Either side ends the transfer."""


class TransferProcess(_Pids, frozen=True, kw_only=True):
    """Where a transfer stands."""

    state: str


class TransferError(_Coded, frozen=True, kw_only=True):
    """A refusal that changed nothing."""


M = TypeVar("M", bound=_Node)
Received = TypeVar("Received", bound=Message)


def make(kind: type[M], **members: Any) -> M:
    """Return a message or part of one with the context and type it must bear."""
    fixed: dict[str, Any] = {"type": kind.__name__}
    if issubclass(kind, Message):
        fixed["context"] = [CONTEXT]
    return kind(**fixed, **members)


def encode(message: msgspec.Struct) -> bytes:
    """Return the JSON of a message, always the same bytes for the same message."""
    return msgspec.json.encode(message, order="deterministic")


def decode(body: bytes, kind: type[Received]) -> Received:
    """Read a message of one kind; raise ``dsp-malformed`` naming what breaks the schema."""
    try:
        message = msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(DSP_MALFORMED, f"{kind.__name__}: {error}") from error
    context = [message.context] if isinstance(message.context, str) else message.context
    if CONTEXT not in context:
        raise Problem(DSP_MALFORMED, f"@context does not hold {CONTEXT}.")
    if message.type != kind.__name__:
        raise Problem(DSP_MALFORMED, f"@type is {message.type}, expected {kind.__name__}.")
    reason = getattr(message, "reason", UNSET)
    if reason == []:
        raise Problem(DSP_MALFORMED, "reason is an empty array.")
    return message


def reasons(message: Any) -> str:
    """Return code and reasons of a message as one text."""
    said = [each if isinstance(each, str) else msgspec.json.encode(each).decode() for each in (message.reason or [])]
    return ": ".join(text for text in (message.code or "", "; ".join(said)) if text)
