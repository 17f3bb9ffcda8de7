"""The subscription of a link: whole publish responses into a bounded queue, so that a slow reader holds the server back."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from plait.infrastructure.machines.opcua.lib import Client, Subscription, ua
from plait.kernel.clock import SYSTEM

__all__ = ["BAD", "Feed", "Item", "is_overflow", "quality"]

QUEUE = 200
BAD, UNCERTAIN = 2, 1
_OVERFLOW = 0x480
_KEEPALIVE_S, SILENCE_S = 2.0, 30.0


def is_overflow(status: Any) -> bool:
    """Whether a value's status says that the server's queue overflowed (OPC 10000-4, 7.39.1: InfoType DataValue, Overflow)."""
    return status is not None and int(status.value) & _OVERFLOW == _OVERFLOW


def quality(status: Any) -> int:
    """Return 0 for a good, 1 for an uncertain, 2 for a bad status."""
    if status is None or status.is_good():
        return 0
    return BAD if int(status.value) >> 30 == BAD else UNCERTAIN


class Item:
    """What to monitor: a node, how many of its values the server keeps between two publish responses, how often it looks (0: as fast as it can)."""

    __slots__ = ("key", "node", "queue", "sampling_ms")

    def __init__(self, key: Any, node: Any, queue: int, sampling_ms: float = 0.0) -> None:
        self.key = key
        self.node = node
        self.queue = queue
        self.sampling_ms = sampling_ms


class _Whole(Subscription):
    """A subscription that passes publish responses on whole instead of value by value."""

    def __init__(self, session: Any, params: Any, take: Callable[[Any], Awaitable[None]]) -> None:
        super().__init__(session, params, None)
        self._take = take

    async def publish_callback(self, publish_result: Any) -> None:
        """Pass the response on; the next is asked for once it is taken."""
        await self._take(publish_result)


class Feed:
    """Notifications of one session. ``next`` returns responses one by one; ``published``: the server's time of the last of them."""

    def __init__(self, client: Client, publishing_ms: int) -> None:
        params = ua.CreateSubscriptionParameters()
        params.RequestedPublishingInterval = float(publishing_ms)
        params.RequestedMaxKeepAliveCount = max(1, round(_KEEPALIVE_S * 1000 / publishing_ms))
        params.RequestedLifetimeCount = params.RequestedMaxKeepAliveCount * 10
        params.MaxNotificationsPerPublish = 0
        params.PublishingEnabled = True
        self._subscription = _Whole(client.uaclient.session, params, self._put)
        self._queue: asyncio.Queue[Any] = asyncio.Queue(QUEUE)
        self._keys: dict[int, Any] = {}
        self._handle = 0
        self._sequence: int | None = None
        self.published: datetime | None = None
        self._heard = SYSTEM.monotonic()
        self._patience_s = SILENCE_S

    async def open(self) -> None:
        """Create the subscription on the server."""
        made: Any = await self._subscription.init()
        # Three times as long as the server may be silent when nothing changes, as it says itself.
        self._patience_s = max(SILENCE_S, 3 * made.RevisedPublishingInterval * made.RevisedMaxKeepAliveCount / 1000)
        self._heard = SYSTEM.monotonic()

    async def _put(self, result: Any) -> None:
        self._heard = SYSTEM.monotonic()
        if result.NotificationMessage.NotificationData:
            await self._queue.put(result.NotificationMessage)

    def fail(self, error: Exception) -> None:
        """Make ``next`` raise ``error`` after what has been heard before."""
        task = asyncio.get_running_loop().create_task(self._queue.put(error))
        self._failing = task

    async def next(self) -> tuple[list[tuple[Any, Any]], int]:
        """Wait for a response; return its values as (key, DataValue) and how many notifications are known to be missing before it."""
        message = await self._message()
        if isinstance(message, Exception):
            raise message
        lost = self._missed(int(message.SequenceNumber))
        self.published = message.PublishTime
        values = []
        for part in message.NotificationData:
            if isinstance(part, ua.StatusChangeNotification):
                raise ConnectionError(f"the server ended the subscription: {getattr(part.Status, 'name', part.Status)}")
            for item in getattr(part, "MonitoredItems", None) or ():
                if item.ClientHandle in self._keys:
                    values.append((self._keys[item.ClientHandle], item.Value))
                    lost += is_overflow(item.Value.StatusCode)
        return values, lost

    async def _message(self) -> Any:
        """Wait for the next message; raise ConnectionError when the server does not even say any more that nothing has changed."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience_s):
                    return await self._queue.get()
            if SYSTEM.monotonic() - self._heard >= self._patience_s:
                raise ConnectionError(f"the server has fallen silent: for {self._patience_s:g} s its subscription has told nothing")

    def _missed(self, sequence: int) -> int:
        before, self._sequence = self._sequence, sequence
        return 0 if before is None or sequence == 0 else max(0, sequence - before - 1)

    async def add(self, items: list[Item]) -> list[int]:
        """Monitor ``items``; return the server's handles. Raise UaStatusCodeError for the first that is refused."""
        handles: list[int] = []
        for result in await self.ask(items):
            if isinstance(result, ua.StatusCode):
                result.check()
            else:
                handles.append(result)
        return handles

    async def ask(self, items: Sequence[Item]) -> list[Any]:
        """Monitor ``items`` in one request; return for each the server's handle, or the StatusCode with which it is refused."""
        requests = []
        for item in items:
            self._handle += 1
            self._keys[self._handle] = item.key
            read = ua.ReadValueId(NodeId=item.node, AttributeId=ua.AttributeIds.Value)
            parameters = ua.MonitoringParameters(ClientHandle=self._handle, SamplingInterval=item.sampling_ms, QueueSize=item.queue, DiscardOldest=True)
            requests.append(ua.MonitoredItemCreateRequest(ItemToMonitor=read, MonitoringMode=ua.MonitoringMode.Reporting, RequestedParameters=parameters))
        results: list[Any] = await self._subscription.create_monitored_items(requests)
        return results

    async def remove(self, handles: list[int]) -> None:
        """Monitor these items no more."""
        if handles:
            await self._subscription.unsubscribe(handles)
