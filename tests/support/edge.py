"""A real edge node over a real broker, made of paho and our own payloads: it answers commands and is born again when asked."""

import asyncio
import threading
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from plait.infrastructure.sparkplug import write
from plait.infrastructure.sparkplug.codec import payload_class
from plait.infrastructure.sparkplug.values import number
from plait.infrastructure.sparkplug.write import Told
from plait.kernel.clock import SYSTEM
from plait.store import ms_of
from plait.wire.sparkplug import REBIRTH, Kind, Topic

__all__ = ["PahoEdge"]


class PahoEdge:
    """Edge node ``hall/edge`` with device ``saw``; ``metrics`` by name. Connects to a broker on ``port``."""

    def __init__(self, port: int, metrics: dict[str, Told]) -> None:
        self.port = port
        self.metrics = metrics
        self.bd_seq = 255
        self.seq = 0
        self.births = 0
        self._lock = threading.RLock()
        self._ready = threading.Event()

    def _topic(self, kind: Kind) -> str:
        return str(Topic("hall", kind, "edge", "saw" if kind.startswith("D") else ""))

    async def start(self) -> None:
        """Connect, subscribe, be born."""
        self.bd_seq = (self.bd_seq + 1) % 256
        self._ready.clear()
        client: Any = paho.Client(CallbackAPIVersion.VERSION2, client_id="edge", clean_session=True, protocol=paho.MQTTv311)
        client.will_set(self._topic(Kind.NDEATH), write.will(self.bd_seq), qos=1)
        client.on_connect = lambda *_: client.subscribe([(self._topic(Kind.NCMD), 1), (self._topic(Kind.DCMD), 1)])
        client.on_subscribe = lambda *_: self._ready.set()
        client.on_message = lambda _client, _user, message: self._told(message.topic, message.payload)
        self.client = client
        client.reconnect_delay_set(1, 1)
        await asyncio.to_thread(client.connect, "127.0.0.1", self.port, 30)
        client.loop_start()
        assert await asyncio.to_thread(self._ready.wait, 30)
        self.be_born()

    def be_born(self) -> None:
        """Say what there is."""
        with self._lock:
            now = ms_of(SYSTEM.now())
            self.seq = 1
            self.births += 1
            self.client.publish(self._topic(Kind.NBIRTH), write.birth(0, now, (), self.bd_seq))
            self.client.publish(self._topic(Kind.DBIRTH), write.birth(1, now, [each._replace(ms=now) for each in self.metrics.values()]))

    def tell(self, *told: Told) -> None:
        """Say what has changed."""
        with self._lock:
            self.seq = (self.seq + 1) % 256
            self.client.publish(self._topic(Kind.DDATA), write.data(self.seq, ms_of(SYSTEM.now()), told))

    def change(self, name: str, value: float | str) -> None:
        """Let a metric have another value."""
        with self._lock:
            self.metrics[name] = self.metrics[name]._replace(value=value, ms=ms_of(SYSTEM.now()))
            self.tell(self.metrics[name])

    def _told(self, topic: str, payload: bytes) -> None:
        for metric in payload_class().FromString(payload).metrics:
            if topic == self._topic(Kind.NCMD) and metric.name == REBIRTH:
                self.be_born()
            elif topic == self._topic(Kind.DCMD):
                for name, known in list(self.metrics.items()):
                    if metric.alias == known.alias:
                        value = number(metric, known.datatype)
                        self.change(name, metric.string_value if value is None else value)

    async def stop(self) -> None:
        """Go, in good order."""
        self.client.publish(self._topic(Kind.NDEATH), write.will(self.bd_seq), qos=1)
        self.client.disconnect()
        await asyncio.to_thread(self.client.loop_stop)

    async def drop(self) -> None:
        """Be gone without a word: the broker says the will."""
        await asyncio.to_thread(self.client.loop_stop)
        if self.client.socket() is not None:
            self.client.socket().close()
