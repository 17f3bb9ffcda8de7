"""Which route a path leads to: a tree of its segments, fixed ones before parameters, so order of mounting does not matter.

Segments are split before they are percent-decoded (RFC 3986, section 2.4): a ``{id}`` may hold an encoded slash.
"""

from typing import Generic, TypeVar
from urllib.parse import unquote

from plait.kernel.problems import MALFORMED, Problem

__all__ = ["Leaf", "PathTable", "parameters"]

T = TypeVar("T")


class Leaf(Generic[T]):
    """What stands at one path, by method, with the names of its parameters for each."""

    def __init__(self) -> None:
        self.methods: dict[str, tuple[T, tuple[str, ...]]] = {}


class _Node(Generic[T]):
    def __init__(self) -> None:
        self.fixed: dict[str, _Node[T]] = {}
        self.one: _Node[T] | None = None
        self.rest: _Node[T] | None = None
        self.leaf: Leaf[T] | None = None

    def below(self, segment: str) -> "_Node[T]":
        if not segment.startswith("{"):
            return self.fixed.setdefault(segment, _Node())
        if segment.endswith(":path}"):
            self.rest = self.rest or _Node()
            return self.rest
        self.one = self.one or _Node()
        return self.one


def parameters(path: str) -> tuple[str, ...]:
    """Return the names of the parameters in a path template."""
    return tuple(segment[1:-1].removesuffix(":path") for segment in path.split("/") if segment.startswith("{"))


class PathTable(Generic[T]):
    """All paths of an application."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def enter(self, method: str, path: str, what: T) -> None:
        """Enter ``what`` for ``method`` of ``path``; ValueError when something stands there already."""
        node = self._root
        for segment in path.split("/")[1:]:
            node = node.below(segment)
        node.leaf = node.leaf or Leaf()
        if method in node.leaf.methods:
            raise ValueError(f"{method} {path} is mounted twice")
        node.leaf.methods[method] = (what, parameters(path))

    def find(self, method: str, raw_path: str) -> tuple[T, dict[str, str]] | set[str]:
        """Return what stands at ``method`` of the undecoded ``raw_path`` and its parameters.

        Otherwise return the methods that path takes, none when nothing stands there. Raise ``malformed`` for an
        encoding that is not UTF-8.
        """
        allowed: set[str] = set()
        segments = raw_path.split("/")[1:]
        for leaf, values in _walk(self._root, segments, []):
            if method in leaf.methods:
                what, names = leaf.methods[method]
                return what, dict(zip(names, (_decoded(value) for value in values), strict=True))
            allowed.update(leaf.methods)
        return allowed


def _walk(node: _Node[T], segments: list[str], values: list[str]) -> list[tuple[Leaf[T], list[str]]]:
    if not segments:
        return [(node.leaf, values)] if node.leaf else []
    head, tail = segments[0], segments[1:]
    found: list[tuple[Leaf[T], list[str]]] = []
    fixed = node.fixed.get(head)
    if fixed is not None:
        found += _walk(fixed, tail, values)
    if node.one is not None and head:
        found += _walk(node.one, tail, [*values, head])
    if node.rest is not None:
        for end in range(len(segments), 0, -1):
            found += _walk(node.rest, segments[end:], [*values, "/".join(segments[:end])])
    return found


def _decoded(value: str) -> str:
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError as error:
        raise Problem(MALFORMED, "The address holds an encoding that is not UTF-8.") from error
