"""The node's own MQTT listener (MQTT 3.1.1 and 5.0): nothing is acknowledged before it is on disk, and what cannot be taken is not read.

Everything runs on the event loop but the writing of the log, which has a thread of its own.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from plait.infrastructure.mqtt import packets
from plait.infrastructure.mqtt.account import Account, Wrong
from plait.infrastructure.mqtt.care import LOOK_S, Care
from plait.infrastructure.mqtt.connection import TAKEN_OVER, Connection
from plait.infrastructure.mqtt.journal import NOTHING, PUBLISHED, SESSION, Group, Journal, entry
from plait.infrastructure.mqtt.model import Device
from plait.infrastructure.mqtt.packets import Connect
from plait.infrastructure.mqtt.session import WINDOW, Session, Waiting
from plait.infrastructure.mqtt.state import State
from plait.infrastructure.mqtt.topics import Tree
from plait.kernel.activity import Activity, Token
from plait.kernel.clock import SYSTEM
from plait.kernel.ids import new_id
from plait.kernel.os import make_dir, raise_open_files
from plait.kernel.settings import Mqtt

__all__ = ["Broker"]

MOST_UNRELEASED = 4_096
WRITE_BYTES = 1_000_000
HANDSHAKE_S = 15.0
_log = structlog.get_logger("plait.mqtt")


class Broker:
    """Listens once started (with a port) and keeps the log in ``folder``; ``now`` gives the time a message is said to have come."""

    def __init__(self, folder: Path, settings: Mqtt, activity: Activity, now: Callable[[], datetime] = SYSTEM.now) -> None:
        self.folder = folder
        self.settings = settings
        self.port = 0
        self.trouble = ""
        self.largest = settings.packet_kb * 1024
        self.most_unreleased = MOST_UNRELEASED
        self.partial = 0
        self.partial_limit = settings.memory_mb << 20
        self.version = 0
        self.routes = 0
        self.full = False
        self.received = 0
        self.dirty: set[Connection] = set()
        self.behind = False
        self.inboxes: dict[str, Any] = {}
        self.limit = settings.memory_mb << 20
        self._activity = activity
        self._now = now
        self._token: Token | None = None
        self._accounts: dict[str, Account] = {}
        self._anonymous = Account(self, "", ("#",), ("#",)) if settings.anonymous else None
        self._wrong = Wrong()
        self._server: asyncio.Server | None = None
        self._jobs: list[asyncio.Task[None]] = []
        self._flushing = False
        self._placing = False
        self._opened = False
        self._opening = asyncio.Lock()
        self.stopped = False
        self.copied = 0
        self.connections: set[Connection] = set()

    # -- coming and going of the broker itself

    async def open(self) -> None:
        """Take up log and state; needed before anything else, done by ``start`` too."""
        async with self._opening:
            if not self._opened:
                await self._open()
                self._opened = True

    async def _open(self) -> None:
        make_dir(self.folder)
        self.journal = Journal(self.folder / "log")
        self.state = State(self.folder, self.journal)
        await asyncio.to_thread(self.state.load)
        self.journal.done = self._stored
        self.journal.start()
        self._loop = asyncio.get_running_loop()
        self.care = Care(self)
        self._jobs.append(asyncio.create_task(self.care.run(), name="plait-mqtt"))

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        """Listen; raise ``OSError`` when the port is taken."""
        await self.open()
        raise_open_files(self.settings.connections + 500)
        self._server = await self._loop.create_server(
            lambda: Connection(self), self.settings.host, self.settings.port, ssl=tls, backlog=4096, ssl_handshake_timeout=HANDSHAKE_S if tls else None
        )
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Say goodbye, write what there is, and end."""
        self.stopped = True
        if not self._opened:
            return
        if self._server is not None:
            self._server.close()
        for inbox in list(self.inboxes.values()):
            await inbox.close()
        for connection in list(self.connections):
            connection.will = None
            connection.turn_away(0x8B, "the node stops")
        for job in self._jobs:
            job.cancel()
        await asyncio.wait(self._jobs)
        self._jobs.clear()
        await self.journal.stop()
        with contextlib.suppress(OSError):
            await self.care.save()
        for connection in list(self.connections):
            connection.transport.abort()
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None
        self.port = 0
        self._opened = False
        if self._token is not None:
            self._token.release()
            self._token = None

    @contextlib.asynccontextmanager
    async def still(self) -> AsyncIterator[None]:
        """Let nothing of the log be dropped meanwhile: state and log, copied in this order, are those of one moment."""
        self.copied += 1
        try:
            yield
        finally:
            self.copied -= 1

    @property
    def tree(self) -> Tree[Session]:
        """Who has subscribed to what."""
        return self.state.tree

    # -- who may come

    def allow(self, devices: Iterable[Device]) -> None:
        """Know these devices and no others; links of those that are no longer known end."""
        known = {one.name: Account(self, one.name, one.publish, one.subscribe, one.hash) for one in devices}
        gone = [account for name, account in self._accounts.items() if name not in known or not account.same(known[name])]
        self._accounts = {name: one if (old := self._accounts.get(name)) is None or not old.same(one) else old for name, one in known.items()}
        for account in gone:
            for connection in [each for each in self.connections if each.account is account]:
                connection.turn_away(0x87, f"{account.name} may no longer come")
            if self._opened and account.name not in known:
                for session in [each for each in self.state.sessions.values() if each.key.startswith(account.name.encode() + b"\0")]:
                    self.end(session)

    def account_of(self, connection: Connection, user: str, password: bytes) -> Account | None:
        """Return who it is, None when user or password is wrong."""
        if not user and not password and self._anonymous is not None:
            return self._anonymous
        account = self._accounts.get(user)
        if account is not None and account.fits(password):
            account.refused = ""
            return account
        if self._wrong.note(connection.address):
            _log.warning("a device was not let in", user=user[:64], address=connection.address)
        else:
            connection.abort()
        if account is not None:
            account.refused = f"wrong password, from {connection.address}"
        return None

    def known(self, name: str) -> tuple[bool, str]:
        """Tell whether a device is connected, and why it was last turned away."""
        account = self._accounts.get(name)
        if account is None:
            return False, ""
        return account.live > 0, account.refused

    def arrived(self, connection: Connection) -> bool:
        """Take a connection in; False when there are too many."""
        if len(self.connections) >= self.settings.connections:
            return False
        self.connections.add(connection)
        if self.full:
            connection.hush()
        return True

    def turned(self, connection: Connection, why: str) -> None:
        """Note why a client was turned away."""
        account = connection.account
        if account is not None:
            if account.refused != why:
                _log.info("a device was turned away", device=account.name, address=connection.address, why=why)
            account.refused = why

    def left(self, connection: Connection) -> None:
        """A connection is over: its will is said, and its session kept or ended."""
        self.connections.discard(connection)
        self.dirty.discard(connection)
        session, connection.session = connection.session, None
        if session is None or session.conn is not connection:
            return
        session.conn = None
        session.left = self.ms()
        if connection.account is not None:
            connection.account.live -= 1
        will, connection.will = connection.will, None
        if will is not None:
            topic, payload, retain, kind = will
            self.publish(session.key, topic, payload, retain=retain, kind=kind)
        if not session.expiry:
            self.end(session)

    def new_client(self) -> str:
        """Return a name for a client that has none."""
        return f"plait-{new_id()}"

    def enter(self, connection: Connection, account: Account, client: str, asked: Connect) -> tuple[Session, bool]:
        """Return the client's session and whether it was there before; an older connection of the same client ends."""
        key = f"{account.name}\0{client}".encode()
        sessions = self.state.sessions
        session = sessions.get(key)
        if session is not None and session.conn is not None:
            old = session.conn
            old.turn_away(TAKEN_OVER, "the same client has come again")
            self.left(old)
            self.connections.add(old)
            session = sessions.get(key)
        if session is not None and asked.clean:
            self.end(session)
            session = None
        present = session is not None
        if session is None:
            session = sessions[key] = Session(key, asked.expiry)
            session.before.update(self.state.marks.pop(key, ()))
        session.expiry = asked.expiry
        if asked.expiry:
            self._bound_sessions()
            self.journal.put(entry(SESSION, 0, key, asked.expiry.to_bytes(4, "little"), self.ms()))
        session.begin()
        session.window = min(asked.receive, WINDOW)
        session.conn = connection
        account.live += 1
        return session, present

    def _bound_sessions(self) -> None:
        """Let go the sessions that were left longest ago when there are too many."""
        most = 2 * self.settings.connections
        if len(self.state.sessions) > most:
            away = sorted((each for each in self.state.sessions.values() if each.conn is None), key=lambda each: each.left)
            for each in away[: len(away) // 10 + 1]:
                self.end(each)

    def end(self, session: Session) -> None:
        """End a session: nothing waits for its client any more."""
        if session.recent:
            self.state.remember(session.key, session.recent)
        if session.expiry and self._opened:
            self.journal.put(entry(SESSION, 0, session.key, bytes(4), self.ms()), lazy=True)
        if session.filters:
            self.forget_routes()
        self.state.end(session)

    def forget_routes(self) -> None:
        """Subscriptions have changed: where topics lead is found anew."""
        self.version += 1
        self.routes = 0

    # -- what is said

    def ms(self) -> int:
        """Return the time a message is said to have come, in ms since 1970."""
        return round(self._now().timestamp() * 1000)

    def take(self, connection: Connection, parts: list[bytes], acks: bytearray, live: list[Any]) -> None:
        """Take what a client has published, as it came; ``acks`` are due when it is on disk."""
        session = connection.session
        assert session is not None
        journal = self.journal
        if parts:
            body = parts[0] if len(parts) == 1 else b"".join(parts)
            self.received += len(body)
            journal.put(entry(PUBLISHED, connection.level, session.key, body, self.ms()))
            self.hold()
        else:
            journal.hurry()
        group = journal.open
        if acks:
            group.acks.setdefault(connection, bytearray()).extend(acks)
        if live:
            group.live.append((session, live))
        if journal.pending > self.limit:
            self.full = True

    def publish(
        self, key: bytes, topic: bytes, payload: bytes, *, retain: bool = False, kind: int = 2, then: Callable[[Exception | None], None] | None = None
    ) -> None:
        """Say something on behalf of ``key``: a will, or what the node itself says."""
        self.journal.put(entry(PUBLISHED, 4, key, packets.publish(topic, payload, 4, number=1 if kind else 0, retain=retain), self.ms()), then)
        self.hold()
        targets = tuple(self.tree.find(topic.decode()).items())
        if targets or retain:
            self.journal.open.live.append((None, [(targets, topic, payload, kind, int(retain))]))

    def _stored(self, group: Group, error: Exception | None) -> None:
        """A group is on disk: acknowledge it, send it on, wake who listens. Or it is not: its senders are cut off and will send again."""
        if error is not None:
            self._fail(group, error)
            return
        self.trouble = ""
        dirty = self.dirty
        for connection, acks in group.acks.items():
            if not connection.closing:
                connection.out += acks
                dirty.add(connection)
        if group.live:
            self._send_on(group)
        self.flush()
        for inbox in self.inboxes.values():
            inbox.wake()
        self.settle()
        if self.full and self.journal.pending < self.limit // 2 and not self.behind:
            self.go_on_reading()

    def _fail(self, group: Group, error: Exception) -> None:
        self.trouble = str(error)
        for connection in list(group.acks):
            if connection.session is not None:
                connection.session.forget_sent()
            connection.abort()
        if self.full and not self.behind:
            self.go_on_reading()
        self._loop.call_later(LOOK_S, self._try)

    def _try(self) -> None:
        """See whether the disk takes something again."""
        if self.trouble and self._opened and self._server is not None:
            self.journal.put(entry(NOTHING, 0, b"", b"", self.ms()))

    def _send_on(self, group: Group) -> None:
        due: set[Session] = set()
        for sender, live in group.live:
            for targets, topic, payload, kind, retain in live:
                if retain:
                    self.state.retained.put(topic, payload, self.ms())
                for session, option in targets:
                    if option & 4 and session is sender:
                        continue
                    level = option & 1 if kind else 0
                    self.give(session, topic, payload, level, retain=bool(retain and option & 8))
                    if level:
                        due.add(session)
        for session in due:
            self.send_due(session)

    def give(self, session: Session, topic: bytes, payload: bytes, level: int, *, retain: bool) -> None:
        """Give a session a message: at once, or (``level`` 1) when it has room."""
        connection = session.conn
        if level:
            session.take(Waiting(topic, payload, retain))
        elif connection is not None and not connection.closing:
            packet = packets.publish(topic, payload, connection.level, retain=retain)
            if connection.choked or len(connection.out) + connection.transport.get_write_buffer_size() > WRITE_BYTES or len(packet) > connection.largest:
                session.dropped += 1
            else:
                connection.send(packet)

    def send_due(self, session: Session) -> None:
        """Send what waits for a session, as far as it takes it."""
        connection = session.conn
        if connection is not None and not connection.choked and not connection.closing and session.queue:
            for packet in session.due(connection.level, connection.largest):
                connection.send(packet)

    def go_on(self, session: Session) -> None:
        """Send again what was on its way when the session was last left, then what waits."""
        connection = session.conn
        if connection is not None:
            for packet in session.again(connection.level):
                connection.send(packet)
            self.send_due(session)

    def flush_soon(self) -> None:
        """Have what is to be said given to the transports at the end of this turn."""
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Give what is to be said to the transports."""
        self._flushing = False
        dirty, self.dirty = self.dirty, set()
        for connection in dirty:
            connection.flush()

    # -- back-pressure and idleness

    def hush_all(self) -> None:
        """Read from nobody until there is room again."""
        self.full = True
        for connection in self.connections:
            connection.hush()

    def go_on_reading(self) -> None:
        """There is room again."""
        self.full = False
        for connection in self.connections:
            connection.listen()

    def hold(self) -> None:
        """Be busy until whoever listens has decoded what there is."""
        if self._token is None:
            self._token = self._activity.hold("mqtt")

    def settle(self) -> None:
        """Be idle again when nothing waits to be written or decoded."""
        if self._token is not None and not self.journal.unwritten and all(inbox.idle for inbox in self.inboxes.values()):
            self._token.release()
            self._token = None

    def save_places(self) -> None:
        """Have it written soon how far listeners have come, when nothing else takes it along."""
        if not self._placing:
            self._placing = True
            self._loop.call_later(LOOK_S, self._place)

    def _place(self) -> None:
        self._placing = False
        if self._opened and not self.trouble and self.journal.open.parts:
            self.journal.hurry()
