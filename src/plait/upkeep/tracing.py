"""OpenTelemetry, when it is asked for (the extra ``otel``): spans go to the exporter that is set, by its name in the entry points of OpenTelemetry.

No name of a partner, part or person and no value of the business stands in a span: routes, kinds of facts, statuses, hosts and times do.
"""

import contextlib
from collections.abc import Iterator, Mapping, MutableMapping
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from plait import __version__
from plait.kernel.problems import Problem
from plait.kernel.settings import BAD_SETTING, Tracing
from plait.kernel.spans import UNTRACED, Kind, Span, Spans

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span as OtelSpan

__all__ = ["OtelSpans", "tracing"]

GROUP = "opentelemetry_traces_exporter"
HOW = "Install it with `pip install 'plait[otel]'`, or leave tracing.exporter empty."


class _Span:
    def __init__(self, span: "OtelSpan") -> None:
        self._span = span

    def name(self, name: str) -> None:
        self._span.update_name(name)

    def set(self, **attributes: str | float | bool) -> None:
        for key, value in attributes.items():
            self._span.set_attribute(key.replace("__", "."), value)

    def failed(self) -> None:
        from opentelemetry.trace import Status, StatusCode

        self._span.set_status(Status(StatusCode.ERROR))


class OtelSpans:
    """Spans that go to an exporter; ``close`` sends what is left."""

    def __init__(self, provider: "TracerProvider") -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._provider = provider
        self._tracer = provider.get_tracer("plait", __version__)
        self._carrier = TraceContextTextMapPropagator()

    @contextlib.contextmanager
    def span(self, name: str, kind: Kind = "internal", parent: Mapping[str, str] | None = None) -> Iterator[Span]:
        """Begin a span; of an error that leaves it only the class is noted, since its text may quote data."""
        from opentelemetry.trace import SpanKind

        context = self._carrier.extract(parent) if parent is not None else None
        kinds = {"server": SpanKind.SERVER, "client": SpanKind.CLIENT, "internal": SpanKind.INTERNAL}
        begun = self._tracer.start_as_current_span(name, context=context, kind=kinds[kind], record_exception=False, set_status_on_exception=False)
        with begun as span:
            held = _Span(span)
            try:
                yield held
            except BaseException as error:
                held.set(error__type=error.code if isinstance(error, Problem) else type(error).__name__)
                held.failed()
                raise

    def inject(self, headers: MutableMapping[str, str]) -> None:
        """Add ``traceparent`` (W3C Trace Context)."""
        self._carrier.inject(headers)

    def close(self) -> None:
        """Send what is left and end; blocks for a few seconds at most."""
        self._provider.shutdown()


def tracing(settings: Tracing, firm: str) -> Spans:
    """Return where spans go: nowhere when no exporter is set; raise ``bad-setting`` for one that is not installed."""
    if not settings.exporter:
        return UNTRACED
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
    except ImportError as error:
        raise Problem(BAD_SETTING, f"tracing.exporter is set but OpenTelemetry is not installed. {HOW}") from error
    resource = Resource.create({"service.name": "plait", "service.version": __version__, "service.instance.id": firm})
    provider = TracerProvider(resource=resource, sampler=TraceIdRatioBased(settings.share), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(_exporter(settings.exporter)))
    return OtelSpans(provider)


def _exporter(name: str) -> "SpanExporter":
    found = next(iter(entry_points(group=GROUP, name=name)), None)
    if found is None:
        known = ", ".join(sorted({each.name for each in entry_points(group=GROUP)})) or "none"
        raise Problem(BAD_SETTING, f"tracing.exporter: {name!r} is not installed; installed are: {known}. {HOW}")
    made: Any = found.load()
    exporter: SpanExporter = made()
    return exporter
