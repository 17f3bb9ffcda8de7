"""A client of a broker elsewhere, behind the same interface as the node's own listener: what comes is acknowledged once it is in our log.

The session at the broker is kept, so that it holds back what comes while the node is away; a message that comes again is known and not written twice.
"""

import asyncio
import contextlib
import secrets
import ssl
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog

from plait.infrastructure.machines.model import LinkLost
from plait.infrastructure.mqtt import packets
from plait.infrastructure.mqtt.broker import Broker
from plait.infrastructure.mqtt.ingest import BrokerInbox, BrokerIngest
from plait.infrastructure.mqtt.journal import OUTSIDE, PUBLISHED, entry
from plait.infrastructure.mqtt.session import Session
from plait.infrastructure.mqtt.topics import is_topic
from plait.kernel.os import make_dir, read_text, write_private

__all__ = ["ClientIngest", "Server", "server_of"]

PATIENCE_S = 10.0
WAITING = 1_000
KEEP_ALIVE_S = 30
AGAIN_S = 0.05
_log = structlog.get_logger("plait.mqtt")


class Server(msgspec.Struct, frozen=True):
    """A broker: ``tls`` with certificates of ``ca_file`` (empty: the system's); ``password_file`` holds the password in its first line.

    Both are names of files in the node's folder ``machines``.
    """

    host: str
    port: int
    tls: bool = False
    user: str = ""
    password_file: str = ""
    ca_file: str = ""

    @property
    def url(self) -> str:
        """The address, without the password."""
        return f"mqtt{'s' if self.tls else ''}://{self.user + '@' if self.user else ''}{self.host}:{self.port}"


def server_of(url: str, user: str = "", password_file: str = "", ca_file: str = "") -> Server:
    """Read ``mqtt://host[:port]`` or ``mqtts://host[:port]``; ValueError for anything else."""
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or parts.username or parts.path not in ("", "/") or parts.query:
        raise ValueError(f"{url[:80]!r} is not mqtt://host:port or mqtts://host:port")
    tls = parts.scheme == "mqtts"
    return Server(parts.hostname, parts.port or (8883 if tls else 1883), tls, user, password_file, ca_file)


class _Socket(ssl.SSLSocket):
    """A socket that is closed when TLS fails, which the library leaves to chance."""

    def do_handshake(self, block: bool = False) -> None:
        """Shake hands."""
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


class ClientIngest:
    """One connection to ``server``, whose messages go through the log of ``own``; ``folder`` keeps the name under which the broker knows us.

    ``passing``: it comes once, to look around, and leaves no session behind. ``will``: what the broker is to say (retained) when the link breaks.
    ``name``: the file of the name; two links to one broker must not bear the same.
    """

    def __init__(
        self, server: Server, own: BrokerIngest, folder: Path, *, passing: bool = False, will: tuple[str, bytes] | None = None, name: str = "mqtt-client-id"
    ) -> None:
        self.server = server
        self._passing = passing
        self._will = will
        self._file = name
        self._own = own
        self._folder = folder
        # Who only looks around is somebody else, so that a link that is live does not hear what that one hears.
        more = secrets.token_hex(8) if passing else name.removeprefix("mqtt-client-id")
        self._name_here = f"{server.url} {more}".rstrip()
        self._key = OUTSIDE + self._name_here.encode()
        self._client: Any = None
        self._inboxes: list[BrokerInbox] = []
        self._came: deque[Any] = deque()
        self._room = threading.Semaphore(WAITING)
        self._draining = False
        self._why = "not connected"
        self._live = False
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._session = Session(self._key, 0)

    @property
    def broker(self) -> Broker:
        """The node's own listener, whose log is used."""
        return self._own.broker

    def now(self) -> Any:
        """Return the time a message is said to come."""
        return self._own.now()

    async def connect(self) -> None:
        """Connect; raise ``LinkLost`` in words a person can act on."""
        from paho.mqtt import client as paho
        from paho.mqtt.enums import CallbackAPIVersion

        await self.broker.open()
        self._loop = asyncio.get_running_loop()
        self._session.before.update(self.broker.state.marks.get(self._key, ()))
        client: Any = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"plait-{secrets.token_hex(8)}" if self._passing else await asyncio.to_thread(self._name),
            clean_session=self._passing,
            protocol=paho.MQTTv311,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = PATIENCE_S
        if self._will is not None:
            client.will_set(*self._will, qos=1, retain=True)
        connected: asyncio.Future[str] = self._loop.create_future()
        client.on_connect = lambda _client, _user, _flags, code, _properties: self._tell(connected, str(code) if code.is_failure else "")
        client.on_message = lambda _client, _user, message: self._take(message)
        client.on_subscribe = lambda _client, _user, number, codes, _properties: self._loop.call_soon_threadsafe(self._answered, number, codes)
        client.on_publish = lambda _client, _user, number, *_: self._loop.call_soon_threadsafe(self._answered, number, ())
        client.on_disconnect = lambda _client, _user, _flags, code, _properties: self._loop.call_soon_threadsafe(self._lost, str(code))
        try:
            self._credentials(client)
            self._client = client
            await asyncio.to_thread(client.connect, self.server.host, self.server.port, KEEP_ALIVE_S)
            client.loop_start()
            async with asyncio.timeout(PATIENCE_S):
                why = await connected
        except TimeoutError as error:
            await self.close()
            raise LinkLost(f"{self.server.url} does not answer: is there a broker, and does it speak {'TLS' if self.server.tls else 'without TLS'}?") from error
        except ssl.SSLError as error:
            await self.close()
            raise LinkLost(f"{self.server.url}: TLS fails ({error.reason or error}); name the authority's certificates in ca_file.") from error
        except (OSError, ValueError) as error:
            await self.close()
            raise LinkLost(f"{self.server.url} cannot be reached: {error}") from error
        if why:
            await self.close()
            raise LinkLost(f"{self.server.url} does not let us in: {why}; check user and password_file.")
        self._live = True

    def _credentials(self, client: Any) -> None:
        server = self.server
        if server.user:
            client.username_pw_set(server.user, self._kept(server.password_file).partition("\n")[0].strip() if server.password_file else None)
        if server.tls:
            context = ssl.create_default_context(cadata=self._kept(server.ca_file) if server.ca_file else None)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.sslsocket_class = _Socket
            client.tls_set_context(context)

    def _kept(self, name: str) -> str:
        """Return the content of a file in the node's folder ``machines``; no other is read, whatever somebody writes into a machine's config."""
        file = self._folder.parent / name
        try:
            if name != Path(name).name:
                raise LinkLost(f"{name[:80]!r} must be the name of a file in {self._folder.parent}")
            return read_text(file)
        except (OSError, UnicodeDecodeError) as error:
            raise LinkLost(f"{file} cannot be read ({type(error).__name__}): put it there, readable by the node only") from error

    def _name(self) -> str:
        """Return the name under which brokers know this node, made once."""
        file = make_dir(self._folder) / self._file
        if not file.exists():
            write_private(file, f"plait-{secrets.token_hex(8)}".encode())
        return file.read_text("utf-8")

    def _tell(self, future: "asyncio.Future[str]", text: str) -> None:
        def tell() -> None:
            if not future.done():
                future.set_result(text)

        self._loop.call_soon_threadsafe(tell)

    def _answered(self, number: int, codes: Sequence[Any]) -> None:
        future = self._answers.pop(number, None)
        if future is not None and not future.done():
            future.set_result(codes)

    def _lost(self, why: str) -> None:
        """The connection is over: whoever listens is told."""
        if self._live:
            self._live = False
            self._why = f"{self.server.url}: {why}"
        for future in self._answers.values():
            if not future.done():
                future.set_exception(LinkLost(self._why))
        self._answers.clear()
        for inbox in self._inboxes:
            inbox.end(self._why)

    def _take(self, message: Any) -> None:
        """Take a message (the client's thread); wait when too many are on their way to the disk, so that the broker waits too."""
        self._room.acquire()
        self._came.append(message)
        if not self._draining:
            self._draining = True
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        """Put what came into the log, and acknowledge it once it is there."""
        if self.broker.full and self._live:
            self._loop.call_later(AGAIN_S, self._drain)
            return
        self._draining = False
        parts: list[bytes] = []
        acks: list[tuple[int, int]] = []
        count = 0
        while self._came:
            message = self._came.popleft()
            count += 1
            topic = _topic(message)
            if not topic:
                acks += [(message.mid, message.qos)] if message.qos else []
                continue
            packet = packets.publish(topic, message.payload, 4, number=message.mid if message.qos else 0, retain=message.retain)
            if message.qos:
                acks.append((message.mid, message.qos))
                _, _, begin, _, end = next(packets.messages(packet, 4))
                mark = hash(packet[begin:end])
                if message.dup and self._session.known(mark):
                    continue
                self._session.seen([mark])
            parts.append(packet)
        client = self._client

        def stored(error: Exception | None) -> None:
            self._room.release(count)
            if error is not None:
                self._session.forget_sent()
                self._lost(f"what came cannot be kept: {error}")
                return
            for number, level in acks if client is not None else ():
                client.ack(number, level)

        if parts:
            self.broker.hold()
            self.broker.journal.put(entry(PUBLISHED, 4, self._key, b"".join(parts), self.broker.ms()), stored)
        elif count:
            self.broker.journal.put(b"", stored)

    async def listen(self, name: str, filters: Sequence[str]) -> BrokerInbox:
        """Subscribe, and return what comes; raise ``LinkLost`` when the broker refuses one of ``filters``."""
        inbox = await self._own.listen(f"{self._name_here} {name}", filters, source=self._key)
        self._inboxes = [*(each for each in self._inboxes if not each.closed), inbox]
        if not self._live:
            raise LinkLost(self._why)
        _, number = self._client.subscribe([(each, 1) for each in filters])
        codes = await self._answer(number)
        refused = [each for each, code in zip(filters, codes, strict=False) if code.is_failure]
        if refused:
            raise LinkLost(f"{self.server.url} does not let us hear {', '.join(refused)}.")
        return inbox

    async def _answer(self, number: int) -> Any:
        future = self._answers[number] = self._loop.create_future()
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await future
        except TimeoutError as error:
            raise LinkLost(f"{self.server.url} does not answer.") from error

    async def recent(self, filters: Sequence[str], seconds: float = 2.0) -> list[Any]:
        """Return the last message of each topic under ``filters`` that comes within some seconds: what is retained, and what is published meanwhile."""
        inbox = await self.listen("browse", filters)
        found: dict[str, Any] = {}
        try:
            async with asyncio.timeout(seconds):
                while True:
                    for message in await inbox.next():
                        found[message.topic] = message
        except TimeoutError:
            return list(found.values())
        finally:
            self._client.unsubscribe(list(filters))
            await self._own.forget(f"{self._name_here} browse")

    async def forget(self, name: str) -> None:
        """Keep nothing more for a listener that does not come again, here and there."""
        listener = self.broker.state.listeners.get(f"{self._name_here} {name}")
        if listener is not None and listener.filters and self._live:
            self._client.unsubscribe(listener.filters)
        await self._own.forget(f"{self._name_here} {name}")

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send a message; return when the broker has it."""
        if not self._live:
            raise LinkLost(self._why)
        told = self._client.publish(topic, payload, qos=1, retain=retain)
        await self._answer(told.mid)

    async def close(self) -> None:
        """Leave; never raises."""
        client, self._client = self._client, None
        self._live = False
        self._lost("the link was closed")
        for inbox in self._inboxes:
            await inbox.close()
        self._inboxes.clear()
        if client is not None:
            with contextlib.suppress(Exception):
                client.disconnect()
            self._room.release(WAITING)
            await asyncio.to_thread(client.loop_stop)
        if self._session.recent:
            self.broker.state.remember(self._key, self._session.recent)


def _topic(message: Any) -> bytes:
    """Return a message's topic, nothing for one that no topic can have: it is acknowledged and not kept."""
    try:
        topic = str(message.topic)
    except UnicodeDecodeError:
        return b""
    return topic.encode() if is_topic(topic) else b""
