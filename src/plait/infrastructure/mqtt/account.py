"""Who a client is to the broker, and what that lets it say and hear."""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from plait.infrastructure.mqtt.connection import FORBIDDEN, Turned
from plait.infrastructure.mqtt.packets import Malformed
from plait.infrastructure.mqtt.topics import any_match, covers, is_topic
from plait.kernel.clock import SYSTEM

if TYPE_CHECKING:
    from plait.infrastructure.mqtt.broker import Broker

__all__ = ["Account", "Wrong", "hashed"]

MOST_ROUTES = 200_000
FREE_TRIES = 20
TRIES_PER_S = 1.0
MOST_ADDRESSES = 10_000


def hashed(password: bytes) -> bytes:
    """Return what is kept of a password. They are made by us of 256 random bits: nobody can try them all, so that a slow hash would only help floods."""
    return hashlib.sha256(password).digest()


class Account:
    """A device (or, without a name, whoever comes from this computer), shared by all its connections: what it may, and where its topics lead."""

    def __init__(self, broker: "Broker", name: str, publish: Sequence[str], subscribe: Sequence[str], hash: bytes = b"") -> None:
        self.name = name
        self.publish = tuple(publish)
        self.subscribe = tuple(subscribe)
        self.refused = ""
        self.live = 0
        self._hash = hash
        self._broker = broker
        self._routes: dict[bytes, tuple[Any, ...]] = {}
        self._version = -1

    def fits(self, password: bytes) -> bool:
        """Tell whether ``password`` is this device's, in a time that does not tell how much of it is right."""
        return hmac.compare_digest(hashed(password), self._hash)

    def same(self, other: "Account") -> bool:
        """Tell whether nothing has changed."""
        return (self.name, self.publish, self.subscribe, self._hash) == (other.name, other.publish, other.subscribe, other._hash)  # noqa: SLF001 - its own kind

    def refuses_publish(self, topic: str) -> str:
        """Return why nothing may be published on ``topic``, empty when it may."""
        if not is_topic(topic):
            return f"{topic[:80]!r} is no topic"
        if topic.startswith("$") or not any_match(self.publish, topic):
            return f"{self.name or 'a client without a name'} may not publish on {topic[:80]!r}"
        return ""

    def may_hear(self, wanted: str) -> bool:
        """Tell whether everything under the filter ``wanted`` may be heard."""
        return any(covers(allowed, wanted) for allowed in self.subscribe)

    def routes(self) -> dict[bytes, tuple[Any, ...]]:
        """Return where the topics lead that this device has used since subscriptions last changed."""
        if self._version != self._broker.version:
            self._version = self._broker.version
            self._routes = {}
        return self._routes

    def route(self, topic: bytes) -> tuple[Any, ...]:
        """Return who gets what is published on ``topic``; raise ``Turned`` when it may not be, ``Malformed`` when it is no topic."""
        try:
            text = topic.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed("a topic is not UTF-8") from error
        if not is_topic(text):
            raise Malformed(f"{text[:80]!r} is no topic")
        why = self.refuses_publish(text)
        if why:
            raise Turned(FORBIDDEN, why)
        targets = tuple(self._broker.tree.find(text).items())
        self._broker.routes += 1
        if self._broker.routes > MOST_ROUTES:
            self._broker.forget_routes()
            # Whoever is reading holds the old table until it has read what came at once.
        self._routes[topic] = targets
        return targets


class Wrong:
    """Counts wrong passwords of each address, so that a flood of them costs and logs little; a right one is always let in."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def note(self, address: str) -> bool:
        """Count a wrong try; True while it is worth an answer (20 at once, then one a second)."""
        now = SYSTEM.monotonic()
        left, since = self._tries.pop(address, (float(FREE_TRIES), now))
        left = min(float(FREE_TRIES), left + (now - since) * TRIES_PER_S)
        self._tries[address] = (max(0.0, left - 1), now)
        if len(self._tries) > MOST_ADDRESSES:
            self._tries.popitem(last=False)
        return left >= 1
