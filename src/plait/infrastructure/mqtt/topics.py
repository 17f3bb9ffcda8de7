"""Topic names and filters (MQTT 3.1.1 clause 4.7, MQTT 5.0 clause 4.7): which are valid, and which filters a topic falls under."""

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

__all__ = ["Tree", "any_match", "covers", "is_filter", "is_topic", "matches"]

T = TypeVar("T")
MOST_LEVELS = 64


def is_topic(topic: str) -> bool:
    """Tell whether ``topic`` can be published to: not empty, no wildcard, no zero, at most 64 levels."""
    return bool(topic) and not any(each in topic for each in "+#\0") and topic.count("/") < MOST_LEVELS and len(topic) <= 65535


def is_filter(text: str) -> bool:
    """Tell whether ``text`` can be subscribed to: + a whole level, # the last one, at most 64 levels."""
    levels = text.split("/")
    if not text or "\0" in text or len(levels) > MOST_LEVELS or len(text) > 65535:
        return False
    if any("+" in level and level != "+" for level in levels):
        return False
    return not any("#" in level for level in levels[:-1]) and levels[-1].count("#") <= (levels[-1] == "#")


def matches(wanted: str, topic: str) -> bool:
    """Tell whether ``topic`` falls under the filter ``wanted``; a wildcard at the beginning is blind to topics with ``$``."""
    if topic.startswith("$") and not wanted.startswith("$"):
        return False
    if wanted in ("#", topic):
        return True
    pattern, levels = wanted.split("/"), topic.split("/")
    for index, level in enumerate(pattern):
        if level == "#":
            return True
        if index >= len(levels) or level not in ("+", levels[index]):
            return False
    return len(pattern) == len(levels)


def covers(allowed: str, wanted: str) -> bool:
    """Tell whether everything under the filter ``wanted`` is also under the filter ``allowed``."""
    if wanted.startswith("$") and not allowed.startswith("$"):
        return False
    pattern, levels = allowed.split("/"), wanted.split("/")
    for index, level in enumerate(pattern):
        if level == "#":
            return True
        if index >= len(levels) or levels[index] == "#" or (level != "+" and level != levels[index]):
            return False
    return len(pattern) == len(levels)


class _Node(Generic[T]):
    __slots__ = ("below", "here")

    def __init__(self) -> None:
        self.below: dict[str, _Node[T]] = {}
        self.here: dict[T, int] = {}


class Tree(Generic[T]):
    """Who has subscribed to what, found by topic in the number of its levels."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, wanted: str, who: T, qos: int) -> None:
        """Subscribe ``who`` to the filter ``wanted`` (``qos`` and options as in SUBSCRIBE), in the place of an earlier subscription to the same."""
        node = self._root
        for level in wanted.split("/"):
            node = node.below.setdefault(level, _Node())
        node.here[who] = qos

    def drop(self, wanted: str, who: T) -> None:
        """End a subscription; one that is not there is no error."""
        path: list[tuple[_Node[T], str]] = []
        node = self._root
        for level in wanted.split("/"):
            if level not in node.below:
                return
            path.append((node, level))
            node = node.below[level]
        node.here.pop(who, None)
        for parent, level in reversed(path):
            if parent.below[level].here or parent.below[level].below:
                break
            del parent.below[level]

    def find(self, topic: str) -> dict[T, int]:
        """Return who is to get a message on ``topic``, each with the highest level of service it asked for."""
        found: dict[T, int] = {}
        levels = topic.split("/")
        nodes = [self._root]
        for index, level in enumerate(levels):
            hidden = index == 0 and topic.startswith("$")
            following: list[_Node[T]] = []
            for node in nodes:
                if not hidden:
                    _join(found, node.below.get("#"))
                    if "+" in node.below:
                        following.append(node.below["+"])
                if level in node.below:
                    following.append(node.below[level])
            nodes = following
        for node in nodes:
            _join(found, node)
            _join(found, node.below.get("#"))
        return found


def _join(found: dict[T, int], node: "_Node[T] | None") -> None:
    if node is not None:
        for who, qos in node.here.items():
            known = found.get(who)
            # Where two subscriptions fall together: the better service, and an option only if both have it.
            found[who] = qos if known is None else max(qos & 3, known & 3) | (qos & known & ~3)


def any_match(filters: Iterable[str] | Sequence[str], topic: str) -> bool:
    """Tell whether ``topic`` falls under one of ``filters``."""
    return any(matches(each, topic) for each in filters)
