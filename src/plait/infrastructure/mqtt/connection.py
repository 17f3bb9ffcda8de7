"""One client's connection: reads packets out of the bytes as they come, and answers.

What is published is not taken apart: the broker gets whole stretches of the stream, as they came, and the acknowledgements that are due for them once
they are on disk. All else is rare.
"""

import asyncio
from typing import TYPE_CHECKING, Any

from plait.infrastructure.mqtt import packets, subscriptions
from plait.infrastructure.mqtt.packets import Connect, Malformed
from plait.infrastructure.mqtt.session import Session
from plait.kernel.clock import SYSTEM

if TYPE_CHECKING:
    from plait.infrastructure.mqtt.account import Account
    from plait.infrastructure.mqtt.broker import Broker

__all__ = ["Connection", "Turned"]

# Before it has said who it is, a client may send so much.
STRANGER_BYTES = 100_000
STRANGER_S = 15.0
# Reasons of MQTT 5 with which a connection ends.
MALFORMED, PROTOCOL, FORBIDDEN, BUSY, TAKEN_OVER, TOO_LARGE, TOO_MANY, SHUTDOWN = 0x81, 0x82, 0x87, 0x89, 0x8E, 0x95, 0x93, 0x8B


class Turned(Exception):
    """The client is turned away: with which reason of MQTT 5, and why in words."""

    def __init__(self, reason: int, why: str) -> None:
        super().__init__(why)
        self.reason = reason


class Connection(asyncio.Protocol):
    """A client, first unknown, then with an ``account`` and a ``session``."""

    def __init__(self, broker: "Broker") -> None:
        self.broker = broker
        self.transport: Any = None
        self.account: Account | None = None
        self.session: Session | None = None
        self.level = 4
        self.out = bytearray()
        self.heard = 0.0
        self.patience = STRANGER_S
        self.largest = packets.LONGEST
        self.will: tuple[bytes, bytes, bool, int] | None = None
        self.paused = False
        self.closing = False
        self._rest = bytearray()
        self._need = 0
        self._choked = False
        self.address = ""

    # -- the transport's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the client in, unless there are too many."""
        self.transport = transport
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if isinstance(peer, tuple) and peer else ""
        self.heard = SYSTEM.monotonic()
        if not self.broker.arrived(self):
            self.closing = True
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let the broker say the client's last will."""
        self.closing = True
        self.broker.partial -= len(self._rest)
        self._rest = bytearray()
        self.broker.left(self)

    def pause_writing(self) -> None:
        """Read no more from a client that does not read what we say."""
        self._choked = True
        self.hush()

    def resume_writing(self) -> None:
        """Go on."""
        self._choked = False
        self.listen()
        if self.session is not None and not self.closing:
            self.broker.send_due(self.session)

    def hush(self) -> None:
        """Read nothing for now."""
        if not self.paused and not self.closing:
            self.paused = True
            self.transport.pause_reading()

    def listen(self) -> None:
        """Read again, unless something else still stands against it."""
        if self.paused and not self._choked and not self.broker.full and not self.closing:
            self.paused = False
            self.heard = SYSTEM.monotonic()
            self.transport.resume_reading()

    @property
    def choked(self) -> bool:
        """Whether the client reads nothing of what is sent."""
        return self._choked

    def data_received(self, data: bytes) -> None:
        """Read what came."""
        if self.closing:
            return
        self.heard = SYSTEM.monotonic()
        rest = self._rest
        if rest:
            rest += data
            self.broker.partial += len(data)
            if len(rest) < self._need:
                return
            data = bytes(rest)
            self.broker.partial -= len(data)
            rest.clear()
        try:
            end = self._read(data) if self.session is not None else self._read_stranger(data)
        except Turned as turned:
            self.turn_away(turned.reason, str(turned))
            return
        except Malformed as error:
            self.turn_away(MALFORMED, str(error))
            return
        if end < len(data) and not self.closing:
            self._rest += memoryview(data)[end:]
            self.broker.partial += len(data) - end
            if self.broker.partial > self.broker.partial_limit:
                self.turn_away(BUSY, "there is no room for so many unfinished packets at once")
        if self.broker.full:
            self.broker.hush_all()

    def _head(self, data: bytes, pos: int) -> int:
        """Return where the packet's body begins, 0 when its length has not come yet; note in ``_need`` how many bytes the whole needs from ``pos``."""
        length = shift = 0
        at = pos + 1
        while at < len(data):
            byte = data[at]
            at += 1
            length |= (byte & 127) << shift
            if byte < 128:
                self._need = at - pos + length
                if self._need > self.broker.largest or (self.session is None and self._need > STRANGER_BYTES):
                    raise Turned(TOO_LARGE, f"a packet of {self._need} bytes is too large")
                return at
            shift += 7
            if shift > 21:
                raise Malformed("a length has more than four bytes")
        self._need = len(data) - pos + 1
        return 0

    def _read_stranger(self, data: bytes) -> int:
        """Read the first packet, which must be a CONNECT, and what comes behind it."""
        if data and data[0] != 0x10:
            raise Turned(PROTOCOL, "the first packet is no CONNECT")
        begin = self._head(data, 0)
        if not begin or self._need > len(data):
            return 0
        end = self._need
        self._connect(data[begin:end])
        return end + self._read(data[end:]) if self.session is not None and end < len(data) else end

    def _read(self, data: bytes) -> int:  # noqa: C901, PLR0912, PLR0915 - one loop, so that a message costs no call
        """Read whole packets; return where the first unfinished one begins."""
        pos = start = 0
        total = len(data)
        account, session = self.account, self.session
        assert account is not None
        assert session is not None
        routes = account.routes()
        acks = bytearray()
        marks: list[int] = []
        live: list[Any] = []
        parts: list[bytes] = []
        five, fresh = self.level == 5, False
        limit = self.broker.largest
        try:
            while pos + 1 < total:
                first = data[pos]
                length = data[pos + 1]
                body = pos + 2
                if length < 128 and length + 2 <= limit:
                    end = body + length
                else:
                    body = self._head(data, pos)
                    if not body:
                        break
                    end = pos + self._need
                if end > total:
                    self._need = end - pos
                    break
                if first & 0xF0 == 0x30:
                    at = body + 2
                    if at > end:
                        raise Malformed("PUBLISH ends too early")
                    at += data[body] << 8 | data[body + 1]
                    if at > end:
                        raise Malformed("PUBLISH ends too early")
                    topic = data[body + 2 : at]
                    targets = routes.get(topic)
                    if targets is None:
                        targets = account.route(topic)
                    kind = first & 6
                    if kind:
                        number = data[at : at + 2]
                        at += 2
                        if at > end or number == b"\0\0" or kind == 6:
                            raise Malformed("PUBLISH has no packet identifier" if kind != 6 else "a level of service of 3")
                        mark = hash(data[body:end])
                        begin = packets.skip_properties(data, at, end) if five else at
                        if (first & 8 or kind == 4) and self._repeated(first, mark, number):
                            # It is here already: acknowledged once more when everything so far is on disk, and not written again.
                            if start < pos:
                                parts.append(data[start:pos])
                            start = pos = end
                            acks += (b"\x50\x02" if kind == 4 else b"\x40\x02") + number
                            continue
                        fresh = fresh or not first & 8
                        marks.append(mark)
                        if kind == 2:
                            acks += b"\x40\x02"
                        else:
                            acks += b"\x50\x02"
                        acks += number
                    else:
                        begin = packets.skip_properties(data, at, end) if five else at
                    if targets or first & 1:
                        live.append((targets, topic, data[begin:end], kind, first & 1))
                    pos = end
                    continue
                if start < pos:
                    parts.append(data[start:pos])
                start = pos = end
                self._packet(first, data[body:end])
                if self.closing:
                    break
                routes = account.routes()
        finally:
            # What was whole before a packet that breaks the rules, or may not be said, has been said.
            if start < pos:
                parts.append(data[start:pos])
            if parts or acks:
                if marks:
                    session.seen(marks)
                    if fresh:
                        session.before.clear()
                self.broker.take(self, parts, acks, live)
        return pos

    def _repeated(self, first: int, mark: int, number: bytes) -> bool:
        """Tell whether a message is here already; one at QoS 2 also by its number alone, until it is released."""
        session = self.session
        assert session is not None
        again = bool(first & 8) and session.known(mark)
        if first & 6 == 4:
            value = int.from_bytes(number, "big")
            again = again or value in session.unreleased
            if value not in session.unreleased and len(session.unreleased) >= self.broker.most_unreleased:
                raise Turned(TOO_MANY, "too many messages at QoS 2 are not released")
            session.unreleased.add(value)
        return again

    # -- the rare packets

    def _connect(self, body: bytes) -> None:
        try:
            asked = packets.read_connect(body)
        except packets.BadLevel as error:
            self._refuse(1, 0x84, str(error))
            return
        except Malformed as error:
            self.level = 5 if body[6:7] == b"\x05" else 4
            self.turn_away(MALFORMED, str(error), told=self.level == 5 and packets.connack(5, MALFORMED))
            return
        self.level = asked.level
        self._enter(asked)

    def _enter(self, asked: Connect) -> None:
        broker = self.broker
        if broker.trouble:
            self._refuse(3, 0x88, f"nothing can be taken now: {broker.trouble}")
            return
        account = broker.account_of(self, asked.user, asked.password)
        if account is None:
            self._refuse(4 if asked.user else 5, 0x86 if asked.user else 0x87, "user name or password is wrong")
            return
        self.account = account
        client = asked.client
        if not client and asked.level == 4 and not asked.clean:
            self._refuse(2, 0x85, "a session that is kept needs a client identifier")
            return
        if len(client.encode()) > 256:
            self._refuse(2, 0x85, "the client identifier is longer than 256 bytes")
            return
        if asked.will_topic or asked.will_payload:
            why = "the will's level of service is 3" if asked.will_qos == 3 else account.refuses_publish(asked.will_topic)
            if why:
                self._refuse(5, 0x87, why)
                return
            self.will = asked.will_topic.encode(), asked.will_payload, asked.will_retain, asked.will_qos
        self.largest = asked.largest
        assigned = b""
        if not client:
            client = broker.new_client()
            assigned = b"\x12" + len(client).to_bytes(2, "big") + client.encode()
        self.patience = asked.keep_alive * 1.5 if asked.keep_alive else float("inf")
        session, present = broker.enter(self, account, client, asked)
        # Maximum QoS 2 in, no shared subscriptions, subscription identifiers or topic aliases.
        properties = b"\x2a\x00\x29\x00" + b"\x27" + broker.largest.to_bytes(4, "big") + assigned
        self.send(packets.connack(self.level, 0, present=present, properties=properties))
        self.session = session
        broker.go_on(session)

    def _refuse(self, code: int, reason: int, why: str) -> None:
        """Answer a CONNECT with a refusal and close."""
        self.will = None
        self.turn_away(reason, why, told=packets.connack(self.level, reason if self.level == 5 else code))

    def _packet(self, first: int, body: bytes) -> None:
        kind = first >> 4
        session = self.session
        assert session is not None
        if first & 15 != (2 if kind in (6, 8, 10) else 0):
            raise Malformed("the flags of a packet are wrong")
        if kind == 12:
            if body:
                raise Malformed("PINGREQ has a body")
            self.send(b"\xd0\x00")
        elif kind == 4:
            self._number(body)
            if session.acknowledged(int.from_bytes(body[:2], "big")):
                self.broker.send_due(session)
        elif kind == 6:
            number = self._number(body)
            session.unreleased.discard(int.from_bytes(number, "big"))
            self.send(b"\x70\x02" + number)
        elif kind == 8:
            subscriptions.subscribe(self.broker, self, session, packets.read_subscribe(body, self.level))
        elif kind == 10:
            subscriptions.unsubscribe(self.broker, self, session, packets.read_subscribe(body, self.level, options=False))
        elif kind == 14:
            self._disconnect(session, body)
        elif kind in (5, 7):
            self._number(body)
        else:
            raise Turned(PROTOCOL, f"a packet of kind {kind} comes from no client here")

    def _number(self, body: bytes) -> bytes:
        if len(body) < 2 or body[:2] == b"\0\0" or (self.level == 4 and len(body) != 2):
            raise Malformed("an acknowledgement without a packet identifier")
        return body[:2]

    def _disconnect(self, session: Session, body: bytes) -> None:
        if self.level == 4 and body:
            raise Malformed("DISCONNECT has a body")
        if not body or body[0] != 4:
            self.will = None
        if len(body) > 1:
            given = packets.properties(body[1:])
            if 0x11 in given:
                if not session.expiry and given[0x11]:
                    raise Turned(PROTOCOL, "a session that ends with its connection cannot be kept afterwards")
                session.expiry = given[0x11]
        self.closing = True
        self.transport.close()

    # -- saying

    def send(self, packet: bytes | bytearray) -> None:
        """Say something, behind everything said before."""
        self.out += packet
        self.broker.dirty.add(self)
        self.broker.flush_soon()

    def flush(self) -> None:
        """Give what is to be said to the transport."""
        if self.out:
            if not self.transport.is_closing():
                self.transport.write(bytes(self.out))
            self.out.clear()

    def turn_away(self, reason: int, why: str, told: bytes | bool = False) -> None:
        """End the connection, in words that MQTT 5 has for it."""
        if self.closing:
            return
        self.closing = True
        self.heard = SYSTEM.monotonic()
        self.broker.turned(self, why)
        self.flush()
        last = told or (packets.disconnect(reason) if self.level == 5 and self.session is not None else b"")
        if isinstance(last, bytes) and last:
            self.transport.write(last)
        self.transport.close()

    def abort(self) -> None:
        """End the connection without a word; what was not acknowledged comes again."""
        self.closing = True
        self.out.clear()
        self.transport.abort()
