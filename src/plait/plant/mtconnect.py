"""A small MTConnect agent: probe, current and sample (also streamed) over HTTP, with a ring buffer of observations (ANSI/MTC1.4, part 1).

``Agent`` shows whatever devices it is given; ``plait.plant.tools`` shows the plant's cells through it.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, quoteattr

from plait.kernel.clock import iso

__all__ = ["Agent", "Device", "Item"]

BOUNDARY = "plait-part"
MOST_HEAD, MOST_COUNT = 8192, 10_000
NAMESPACE = "urn:mtconnect.org:MTConnect{}:2.0"
_GROUPS = {"SAMPLE": "Samples", "EVENT": "Events", "CONDITION": "Condition"}


class Item(NamedTuple):
    """A data item: ``category`` SAMPLE, EVENT or CONDITION; ``component`` it belongs to (empty: the device itself)."""

    id: str
    category: str
    type: str
    component: str = ""
    name: str = ""
    units: str = ""
    representation: str = ""


class Device(NamedTuple):
    """A device and its data items."""

    id: str
    name: str
    uuid: str
    items: tuple[Item, ...]


class _Observed(NamedTuple):
    sequence: int
    device: str
    item: Item
    at: str
    kind: str
    value: str
    native: str
    more: str


class Agent:
    """Shows ``devices`` on loopback ``port``; ``buffer`` is how many observations it holds, ``instance`` tells one start from another."""

    def __init__(self, devices: Sequence[Device], port: int, now: Callable[[], datetime], *, buffer: int = 4096, instance: int = 1) -> None:
        self.devices = {device.id: device for device in devices}
        self.address = f"http://127.0.0.1:{port}"
        self.instance = instance
        self._now = now
        self._port = port
        self._items = {item.id: (device.id, item) for device in devices for item in device.items}
        self._ring: deque[_Observed] = deque(maxlen=buffer)
        self._latest: dict[str, _Observed] = {}
        self._next = 1
        self._news = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._serving: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        for item_id, (_, item) in self._items.items():
            self.say(item_id, "Unavailable" if item.category == "CONDITION" else "UNAVAILABLE")

    @property
    def next_sequence(self) -> int:
        """The sequence number of the next observation."""
        return self._next

    def say(self, item_id: str, value: object, at: datetime | None = None, *, native: str = "", text: str = "", more: str = "") -> None:
        """Observe ``value`` of a data item (a condition: Normal, Warning, Fault, Unavailable, with ``native`` code and ``text``); ``more``: raw attributes."""
        device, item = self._items[item_id]
        shown = text if item.category == "CONDITION" else str(value)
        kind = str(value) if item.category == "CONDITION" else "".join(word.capitalize() for word in item.type.split("_"))
        observed = _Observed(self._next, device, item, iso(at or self._now()), kind, shown, native, more)
        self._next += 1
        self._ring.append(observed)
        self._latest[item_id] = observed
        self._news.set()

    async def open(self) -> None:
        """Listen; raise OSError when the port is taken."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, limit=MOST_HEAD)

    async def close(self) -> None:
        """End at once, as without power."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for writer in self._serving.values():
            writer.transport.abort()
        self._news.set()
        if self._serving:
            await asyncio.wait(set(self._serving))
        await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving[task] = writer
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            method, _, rest = head.decode("latin-1").partition(" ")
            target = rest.partition(" ")[0]
            if method != "GET":
                await _answer(writer, 405, self._error("UNSUPPORTED", f"{method[:20]} is not answered"))
            else:
                await self._get(writer, target)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            del self._serving[task]
            with contextlib.suppress(OSError):
                writer.close()
                await writer.wait_closed()

    async def _get(self, writer: asyncio.StreamWriter, target: str) -> None:
        parts = urlsplit(target)
        steps = [unquote(step) for step in parts.path.split("/") if step]
        verb = steps.pop() if steps and steps[-1] in ("probe", "current", "sample") else "probe"
        named = steps.pop() if steps else ""
        shown = [each for each in self.devices.values() if not named or named in (each.id, each.name, each.uuid)]
        if not shown or steps:
            await _answer(writer, 404, self._error("NO_DEVICE", f"there is no device {named[:80]}"))
        elif verb == "probe":
            await _answer(writer, 200, self._probe(shown))
        elif verb == "current":
            await _answer(writer, 200, self._streams(shown, list(self._latest.values()), self._next))
        else:
            await self._sample(writer, shown, {name: values[-1] for name, values in parse_qs(parts.query).items()})

    async def _sample(self, writer: asyncio.StreamWriter, shown: Sequence[Device], query: dict[str, str]) -> None:
        try:
            start, count = int(query.get("from", self._first)), min(int(query.get("count", 100)), MOST_COUNT)
            pause, beat = (None if name not in query else int(query[name]) / 1000 for name in ("interval", "heartbeat"))
        except ValueError:
            await _answer(writer, 400, self._error("INVALID_REQUEST", "from, count, interval and heartbeat are numbers"))
            return
        if not self._first <= start <= self._next or count < 1:
            await _answer(writer, 404, self._error("OUT_OF_RANGE", f"from must be {self._first} to {self._next}"))
        elif pause is None:
            await _answer(writer, 200, self._chunk(shown, start, count)[0])
        else:
            await self._stream(writer, shown, start, count, beat or 10.0)

    async def _stream(self, writer: asyncio.StreamWriter, shown: Sequence[Device], start: int, count: int, beat: float) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary={BOUNDARY}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        while not writer.is_closing():
            if start >= self._next:
                self._news.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), beat)
            if writer.is_closing():
                return
            if start < self._first:
                document = self._error("OUT_OF_RANGE", f"{start} is no longer held, the first is {self._first}")
            else:
                document, start = self._chunk(shown, start, count)
            raw = document.encode()
            part = f"\r\n--{BOUNDARY}\r\nContent-type: text/xml\r\nContent-length: {len(raw)}\r\n\r\n".encode() + raw
            writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            await writer.drain()
            if "MTConnectError" in document[:200]:
                return

    @property
    def _first(self) -> int:
        return self._ring[0].sequence if self._ring else self._next

    def _chunk(self, shown: Sequence[Device], start: int, count: int) -> tuple[str, int]:
        skip = max(0, start - self._first)
        taken = list(islice(self._ring, skip, skip + count))
        after = taken[-1].sequence + 1 if taken else start
        return self._streams(shown, taken, after), after

    def _header(self, after: int | None = None) -> str:
        span = "" if after is None else f' firstSequence="{self._first}" lastSequence="{self._next - 1}" nextSequence="{after}"'
        size = self._ring.maxlen
        return f'<Header creationTime="{iso(self._now())}" sender="plait" instanceId="{self.instance}" version="2.0" bufferSize="{size}"{span}/>'

    def _error(self, code: str, text: str) -> str:
        told = f'<Errors><Error errorCode="{code}">{escape(text)}</Error></Errors>'
        return f'<MTConnectError xmlns="{NAMESPACE.format("Error")}">{self._header()}{told}</MTConnectError>'

    def _probe(self, shown: Sequence[Device]) -> str:
        found = []
        for device in shown:
            parts = sorted({item.component for item in device.items} - {""})
            inner = "".join(f"<Controller id={quoteattr(f'{device.id}_{part}')} name={quoteattr(part)}>{_items(device, part)}</Controller>" for part in parts)
            name = f"id={quoteattr(device.id)} name={quoteattr(device.name)} uuid={quoteattr(device.uuid)}"
            found.append(f"<Device {name}>{_items(device, '')}<Components>{inner}</Components></Device>")
        return f'<MTConnectDevices xmlns="{NAMESPACE.format("Devices")}">{self._header()}<Devices>{"".join(found)}</Devices></MTConnectDevices>'

    def _streams(self, shown: Sequence[Device], observed: Sequence[_Observed], after: int) -> str:
        found = []
        for device in shown:
            groups = []
            for category, group in _GROUPS.items():
                inner = "".join(_observation(each) for each in observed if each.device == device.id and each.item.category == category)
                groups.append(f"<{group}>{inner}</{group}>" if inner else "")
            own = f'<ComponentStream component="Device" componentId={quoteattr(device.id)}>{"".join(groups)}</ComponentStream>'
            found.append(f"<DeviceStream name={quoteattr(device.name)} uuid={quoteattr(device.uuid)}>{own if any(groups) else ''}</DeviceStream>")
        space = NAMESPACE.format("Streams")
        return f'<MTConnectStreams xmlns="{space}">{self._header(after)}<Streams>{"".join(found)}</Streams></MTConnectStreams>'


def _items(device: Device, component: str) -> str:
    found = []
    for item in device.items:
        if item.component == component:
            more = "".join(f" {name}={quoteattr(value)}" for name, value in zip(("name", "units", "representation"), item[4:], strict=True) if value)
            found.append(f"<DataItem id={quoteattr(item.id)} category={quoteattr(item.category)} type={quoteattr(item.type)}{more}/>")
    return f"<DataItems>{''.join(found)}</DataItems>" if found else ""


def _observation(each: _Observed) -> str:
    kind, at = each.kind, f'timestamp="{each.at}" sequence="{each.sequence}"'
    native = f" nativeCode={quoteattr(each.native)}" if each.native else ""
    told = f" type={quoteattr(each.item.type)}" if each.item.category == "CONDITION" else ""
    return f"<{kind} dataItemId={quoteattr(each.item.id)} {at}{told}{native}{each.more}>{escape(each.value)}</{kind}>"


async def _answer(writer: asyncio.StreamWriter, status: int, document: str) -> None:
    raw = document.encode()
    head = f"HTTP/1.1 {status} {'OK' if status == 200 else 'Refused'}\r\nContent-Type: text/xml\r\nContent-Length: {len(raw)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + raw)
    await writer.drain()
