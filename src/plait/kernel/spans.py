"""What is told to a tracer: a span for each request, each call to a partner, each reaction to a fact. Without a tracer, nothing."""

from collections.abc import Mapping, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, Protocol

__all__ = ["UNTRACED", "Kind", "Span", "Spans"]

Kind = Literal["server", "client", "internal"]
Value = str | int | float | bool


class Span(Protocol):
    """A piece of work under way; an error that leaves it is noted by itself."""

    def name(self, name: str) -> None:
        """Call it otherwise, now that more is known."""

    def set(self, **attributes: Value) -> None:
        """Note attributes; ``__`` in a name stands for a point (OpenTelemetry semantic conventions)."""

    def failed(self) -> None:
        """Say that it failed although no error leaves it."""


class Spans(Protocol):
    """Begins spans. W3C Trace Context carries them across firms."""

    def span(self, name: str, kind: Kind = "internal", parent: Mapping[str, str] | None = None) -> AbstractContextManager[Span]:
        """Begin a span within the one under way, or within that of the headers in ``parent``."""

    def inject(self, headers: MutableMapping[str, str]) -> None:
        """Add to ``headers`` what tells the other side of the span under way."""


class _Nothing:
    def name(self, name: str) -> None:
        del name

    def set(self, **attributes: Value) -> None:
        del attributes

    def failed(self) -> None:
        return None


class _Untraced:
    _nothing: AbstractContextManager[Span] = nullcontext(_Nothing())

    def span(self, name: str, kind: Kind = "internal", parent: Mapping[str, str] | None = None) -> AbstractContextManager[Span]:
        del name, kind, parent
        return self._nothing

    def inject(self, headers: MutableMapping[str, str]) -> None:
        del headers


UNTRACED: Spans = _Untraced()
