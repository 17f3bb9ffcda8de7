"""Documents of an MTConnect agent (ANSI/MTC1.4, parts 1 to 3) as values: devices with their data items, observations with their sequence numbers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from lxml import etree

from plait.infrastructure.machines.model import LinkLost

__all__ = ["AgentError", "DataItem", "Device", "Header", "Observation", "devices", "streams"]

DEPTH, MOST_ITEMS = 40, 50_000
_CATEGORIES = {"Samples": "sample", "Events": "event", "Condition": "condition"}


class AgentError(LinkLost):
    """The agent answered with an error document; ``code`` as the standard names it (OUT_OF_RANGE, NO_DEVICE, ...)."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(f"The agent answers {code}: {text}" if text else f"The agent answers {code}.")


class Header(NamedTuple):
    """What a streams document says of the agent: ``instance`` is new after a restart; sequence numbers of its buffer."""

    instance: int
    first: int
    last: int
    next: int


class Observation(NamedTuple):
    """One observation: ``kind`` is the element's name (Load, Execution, Fault), ``category`` sample, event or condition; ``rate`` (Hz) of a time series."""

    sequence: int
    item: str
    at: datetime
    kind: str
    category: str
    text: str
    native: str
    rate: float


class DataItem(NamedTuple):
    """One data item of a device; ``path``: names of the components it belongs to."""

    id: str
    name: str
    category: str
    type: str
    subtype: str
    units: str
    representation: str
    path: str


class Device(NamedTuple):
    """A device of the agent and what can be observed of it."""

    id: str
    name: str
    uuid: str
    items: tuple[DataItem, ...]


def _root(raw: bytes, wanted: str) -> Any:
    """Parse a document without entities, definitions or network; raise ``LinkLost`` when it is none of the ``wanted`` kind."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise LinkLost(f"What answers is no MTConnect agent, or its document is damaged: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise LinkLost("The document brings definitions of its own (a DOCTYPE), which no MTConnect agent does.")
    name = _local(root)
    if name == "MTConnectError":
        for each in root.iter("{*}Error"):
            raise AgentError(str(each.get("errorCode", "an error")), (each.text or "").strip()[:300])
        raise AgentError("an error", "")
    if name != wanted:
        raise LinkLost(f"What answers is no MTConnect agent: a document {name!r} came instead of {wanted}.")
    return root


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _at(text: str | None) -> datetime:
    """Read a time stamp; without an offset it is UTC (part 1, timestamp); digits after the microsecond are cut."""
    if not text:
        raise LinkLost("An observation has no time stamp.")
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        head, _, tail = text.rstrip("Z").partition(".")
        try:
            when = datetime.fromisoformat(f"{head}.{tail[:6]}")
        except ValueError as error:
            raise LinkLost(f"An observation has the time stamp {text[:40]!r}.") from error
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _number(element: Any, name: str) -> int:
    try:
        return int(element.get(name))
    except (TypeError, ValueError) as error:
        raise LinkLost(f"{_local(element)} has no {name} that is a number.") from error


def _float(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def devices(raw: bytes) -> list[Device]:
    """Read an MTConnectDevices document (the answer to ``probe``)."""
    found = []
    for device in _root(raw, "MTConnectDevices").iterfind("{*}Devices/*"):
        name = str(device.get("name") or device.get("id") or "")
        found.append(Device(str(device.get("id", "")), name, str(device.get("uuid", "")), tuple(_items(device))))
    return found


def _items(device: Any) -> Iterator[DataItem]:
    waiting, seen = [(device, "", 0)], 0
    while waiting:
        element, path, depth = waiting.pop()
        if depth > DEPTH:
            raise LinkLost(f"The device is nested deeper than {DEPTH} components.")
        for each in element.iterfind("{*}DataItems/{*}DataItem"):
            seen += 1
            if seen > MOST_ITEMS:
                raise LinkLost(f"The device has more than {MOST_ITEMS} data items.")
            yield DataItem(
                str(each.get("id", "")),
                str(each.get("name", "")),
                str(each.get("category", "")).lower(),
                str(each.get("type", "")),
                str(each.get("subType", "")),
                str(each.get("units", "")),
                str(each.get("representation", "VALUE")),
                path,
            )
        for part in element.iterfind("{*}Components/*"):
            own = str(part.get("name") or _local(part))
            waiting.append((part, f"{path}/{own}" if path else own, depth + 1))


def streams(raw: bytes) -> tuple[Header, list[Observation]]:
    """Read an MTConnectStreams document (the answer to ``current`` and ``sample``); observations in order of their sequence."""
    root = _root(raw, "MTConnectStreams")
    head = root.find("{*}Header")
    if head is None:
        raise LinkLost("The agent's document has no Header.")
    header = Header(*(_number(head, name) for name in ("instanceId", "firstSequence", "lastSequence", "nextSequence")))
    found = []
    for group in root.iterfind("{*}Streams/{*}DeviceStream/{*}ComponentStream/*"):
        category = _CATEGORIES.get(_local(group))
        if category is None:
            continue
        for each in group:
            item = each.get("dataItemId")
            if item is None:
                continue
            text = "".join(each.itertext()).strip() if len(each) == 0 else "UNREADABLE"
            native = str(each.get("nativeCode") or "")
            at, kind = _at(each.get("timestamp")), _local(each)
            found.append(Observation(_number(each, "sequence"), str(item), at, kind, category, text, native, _float(each.get("sampleRate"))))
    found.sort(key=lambda each: each.sequence)
    return header, found
