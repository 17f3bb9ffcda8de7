"""What the broker remembers from run to run: retained messages, sessions, how far listeners have come; a snapshot, and the log since then."""

from array import array
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import structlog

from plait.infrastructure.mqtt.journal import FORGOT, LISTENED, OUTSIDE, PUBLISHED, SESSION, SUBSCRIBED, Entry, Journal, Place, entries
from plait.infrastructure.mqtt.packets import messages
from plait.infrastructure.mqtt.session import Kept, Session, Waiting
from plait.infrastructure.mqtt.topics import Tree
from plait.kernel.os import write_whole

__all__ = ["Listener", "Retained", "Snapshot", "State"]

_log = structlog.get_logger("plait.mqtt")
MOST_RETAINED = 20_000
RETAINED_BYTES = 64_000_000
FILE = "state"
MARKS, MOST_MARKED = 1024, 4_000


class Listener(msgspec.Struct, array_like=True):
    """A listener of the node: what it listens to, and up to where what it was given is on disk."""

    filters: list[str]
    at: Place


class Snapshot(msgspec.Struct):
    """The state as of ``at``; ``before`` is where the snapshot before it stood, ``cuts`` where a segment ends whose last group failed."""

    at: Place = (0, 0)
    before: Place = (0, 0)
    retained: list[tuple[bytes, bytes, int]] = []
    sessions: list[Kept] = []
    listeners: dict[str, Listener] = {}
    cuts: dict[int, int] = {}


class Retained:
    """The last message of each topic that was published to be kept. There is room for so many; one too many is not kept, and counted."""

    def __init__(self) -> None:
        self.of: dict[bytes, tuple[bytes, int]] = {}
        self.size = 0
        self.refused = 0

    def put(self, topic: bytes, payload: bytes, ms: int) -> None:
        """Keep ``payload`` (empty: nothing more) of ``topic``."""
        known = self.of.pop(topic, None)
        if known is not None:
            self.size -= len(topic) + len(known[0])
        if not payload:
            return
        if len(self.of) >= MOST_RETAINED or self.size + len(topic) + len(payload) > RETAINED_BYTES:
            self.refused += 1
            return
        self.of[topic] = payload, ms
        self.size += len(topic) + len(payload)

    def under(self, wanted: str) -> Iterator[tuple[bytes, bytes, int]]:
        """Yield what is kept under a filter."""
        if "+" not in wanted and "#" not in wanted:
            one = wanted.encode()
            if one in self.of:
                yield one, *self.of[one]
            return
        tree: Tree[int] = Tree()
        tree.add(wanted, 0, 0)
        for topic, (payload, ms) in list(self.of.items()):
            if tree.find(topic.decode()):
                yield topic, payload, ms


class State:
    """The state of the broker in ``folder``, and the log it follows from."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self.journal = journal
        self.retained = Retained()
        self.sessions: dict[bytes, Session] = {}
        self.tree: Tree[Session] = Tree()
        self.listeners: dict[str, Listener] = {}
        self.marks: OrderedDict[bytes, array[int]] = OrderedDict()
        self.saved: Place = (0, 0)
        self.before: Place = (0, 0)
        self._file = folder / FILE

    def load(self) -> None:
        """Take up the snapshot, and what the log holds since then."""
        if self._file.exists():
            kept = self._snapshot()
            self.saved, self.before = kept.at, kept.before
            self.journal.cuts.update(kept.cuts)
            self.listeners = kept.listeners
            for topic, payload, ms in kept.retained:
                self.retained.put(topic, payload, ms)
            for each in kept.sessions:
                self._add(Session.back(each))
        at, end = min(self.before, self.saved), self.journal.end
        while at < end:
            upto = self.saved if at < self.saved else end
            blocks, at = self.journal.read(at, upto)
            for block in blocks:
                for one in entries(block):
                    self._again(one, marks_only=at <= self.saved)

    def _snapshot(self) -> Snapshot:
        """Return the snapshot on disk; one that is damaged counts for nothing: what the log still holds is all there is then."""
        try:
            return msgspec.msgpack.decode(self._file.read_bytes(), type=Snapshot)
        except msgspec.DecodeError as error:
            _log.error("the state of the MQTT listener is damaged; sessions and retained messages of before are gone", exc_info=error)
            return Snapshot()

    def _add(self, session: Session) -> None:
        self.sessions[session.key] = session
        for wanted, option in session.filters.items():
            self.tree.add(wanted, session, option)

    def _again(self, one: Entry, *, marks_only: bool) -> None:
        """Do again what an entry of the log did; from before the snapshot only the marks of messages are wanted."""
        if one.kind == PUBLISHED:
            self._published(one, marks_only)
        elif marks_only:
            return
        elif one.kind == SESSION:
            expiry = int.from_bytes(one.body, "little")
            known = self.sessions.get(one.key)
            if known is None and expiry:
                self.sessions[one.key] = Session(one.key, expiry)
            elif known is not None and expiry:
                known.expiry = expiry
            elif known is not None:
                self.end(known)
        elif one.kind == SUBSCRIBED:
            session = self.sessions.get(one.key)
            for wanted, option in msgspec.json.decode(one.body, type=dict[str, int | None]).items() if session is not None else ():
                assert session is not None
                self.change(session, wanted, option)
        elif one.kind == LISTENED:
            listener = msgspec.msgpack.decode(one.body, type=Listener)
            self.listeners[one.key.decode()] = listener
        elif one.kind == FORGOT:
            self.listeners.pop(one.key.decode(), None)

    def _published(self, one: Entry, marks_only: bool) -> None:
        marks = []
        for first, topic, begin, at, end in messages(one.body, one.level):
            if first & 6:
                marks.append(hash(one.body[begin:end]))
            if marks_only or one.key.startswith(OUTSIDE):
                continue
            payload = one.body[at:end]
            if first & 1:
                self.retained.put(topic, payload, one.ms)
            for session, option in self.tree.find(topic.decode()).items() if self.sessions else ():
                if option & 1 and first & 6 and not (option & 4 and session.key == one.key):
                    session.take(Waiting(topic, payload, bool(first & 1 and option & 8)))
        sender = self.sessions.get(one.key)
        if sender is not None and marks:
            sender.seen(marks)
        elif marks:
            self.remember(one.key, marks)

    def remember(self, key: bytes, marks: Sequence[int]) -> None:
        """Remember a little of what a client sent whose session is over: some send again what was not acknowledged all the same."""
        known = self.marks.pop(key, None) or array("q")
        known.extend(marks)
        self.marks[key] = known[-MARKS:]
        if len(self.marks) > MOST_MARKED:
            self.marks.popitem(last=False)

    def change(self, session: Session, wanted: str, option: int | None) -> None:
        """Subscribe a session, or (None) end a subscription."""
        if option is None:
            session.filters.pop(wanted, None)
            self.tree.drop(wanted, session)
        else:
            session.filters[wanted] = option
            self.tree.add(wanted, session, option)

    def end(self, session: Session) -> None:
        """Forget a session and its subscriptions."""
        self.sessions.pop(session.key, None)
        for wanted in list(session.filters):
            self.change(session, wanted, None)

    def capture(self) -> bytes:
        """Return a snapshot of how it stands, of what is on disk."""
        kept = [each.kept() for each in self.sessions.values() if each.expiry]
        retained = [(topic, payload, ms) for topic, (payload, ms) in self.retained.of.items()]
        there = set(self.journal.segments.numbers())
        cuts = {number: size for number, size in self.journal.cuts.items() if number in there}
        return msgspec.msgpack.encode(Snapshot(self.journal.end, self.saved, retained, kept, self.listeners, cuts))

    def save(self, snapshot: bytes) -> None:
        """Put a snapshot on disk (any thread)."""
        write_whole(self._file, snapshot)
