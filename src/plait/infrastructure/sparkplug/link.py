"""A connection to a broker elsewhere as Sparkplug demands it: with a will, a clean session, and nothing acknowledged for the future. paho is loaded here."""

import asyncio
import contextlib
import secrets
import ssl
from collections import deque
from pathlib import Path
from typing import Any

from plait.infrastructure.machines.model import LinkLost
from plait.infrastructure.mqtt.client import Server

__all__ = ["Wire"]

PATIENCE_S = 10.0
KEEP_ALIVE_S = 15
MOST_CAME = 10_000


class Wire:
    """One connection to ``server``. ``came``: messages (topic, payload) that came; ``news`` is set with each, and when the link is lost."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.live = False
        self.came: deque[tuple[str, bytes]] = deque(maxlen=MOST_CAME)
        self.news = asyncio.Event()
        self._client: Any = None
        self._why = "not connected"
        self._answers: dict[int, asyncio.Future[None]] = {}

    async def connect(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Connect with a will (QoS 1) on ``topic``; raise ``LinkLost`` in words a person can act on."""
        from paho.mqtt import client as paho
        from paho.mqtt.enums import CallbackAPIVersion

        self._loop = asyncio.get_running_loop()
        name = f"plait-{secrets.token_hex(8)}"
        client: Any = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=True, protocol=paho.MQTTv311, reconnect_on_failure=False)
        client.connect_timeout = PATIENCE_S
        connected: asyncio.Future[None] = self._loop.create_future()
        client.on_connect = lambda _client, _user, _flags, code, _more: self._call(self._entered, connected, str(code) if code.is_failure else "")
        client.on_message = lambda _client, _user, message: self._call(self._came, message.topic, message.payload)
        client.on_publish = lambda _client, _user, number, *_: self._call(self._done, number)
        client.on_subscribe = lambda _client, _user, number, codes, _more: self._call(self._done, number, any(each.is_failure for each in codes))
        client.on_disconnect = lambda _client, _user, _flags, code, _more: self._call(self._lost, str(code))
        client.will_set(topic, payload, qos=1, retain=retain)
        self._client = client
        try:
            self._credentials(client)
            await asyncio.to_thread(client.connect, self.server.host, self.server.port, KEEP_ALIVE_S)
            client.loop_start()
            async with asyncio.timeout(PATIENCE_S):
                await connected
        except (TimeoutError, OSError, ValueError, LinkLost) as error:
            await self.close()
            raise LinkLost(f"{self.server.url} cannot be reached: {error or 'it does not answer'}") from error
        self.live = True

    def _credentials(self, client: Any) -> None:
        server = self.server
        if server.user:
            password = Path(server.password_file).read_text("utf-8-sig").partition("\n")[0].strip() if server.password_file else None
            client.username_pw_set(server.user, password)
        if server.tls:
            context = ssl.create_default_context(cafile=server.ca_file or None)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            client.tls_set_context(context)

    def _call(self, call: Any, *what: Any) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *what)

    def _entered(self, connected: "asyncio.Future[None]", why: str) -> None:
        if not connected.done():
            if why:
                connected.set_exception(LinkLost(why))
            else:
                connected.set_result(None)

    def _came(self, topic: str, payload: bytes) -> None:
        self.came.append((topic, payload))
        self.news.set()

    def _done(self, number: int, failed: bool = False) -> None:
        future = self._answers.pop(number, None)
        if future is not None and not future.done():
            if failed:
                future.set_exception(LinkLost(f"{self.server.url} does not let us hear what we must"))
            else:
                future.set_result(None)

    def _lost(self, why: str) -> None:
        self.live = False
        self._why = f"{self.server.url}: {why}"
        for future in self._answers.values():
            if not future.done():
                future.set_exception(LinkLost(self._why))
        self._answers.clear()
        self.news.set()

    def check(self) -> None:
        """Raise ``LinkLost`` when the link is gone."""
        if not self.live:
            raise LinkLost(self._why)

    async def subscribe(self, *filters: str) -> None:
        """Subscribe at QoS 1; return when the broker has agreed."""
        self.check()
        await self._answer(self._client.subscribe([(each, 1) for each in filters])[1])

    async def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False, wait: bool = False) -> None:
        """Publish; with ``wait`` return when it is written to the line (QoS 0) or the broker has it (QoS 1)."""
        self.check()
        told = self._client.publish(topic, payload, qos=qos, retain=retain)
        if told.rc:
            raise LinkLost(self._why if not self.live else f"{self.server.url} does not take what is sent")
        if wait and not (qos == 0 and told.is_published()):
            await self._answer(told.mid)

    async def _answer(self, number: int) -> None:
        future = self._answers[number] = self._loop.create_future()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await future
        except TimeoutError as error:
            raise LinkLost(f"{self.server.url} does not answer") from error
        finally:
            self._answers.pop(number, None)

    async def close(self) -> None:
        """Leave; never raises."""
        client, self._client = self._client, None
        self.live = False
        if client is not None:
            with contextlib.suppress(Exception):
                client.disconnect()
            await asyncio.to_thread(client.loop_stop)
        self.news.set()
