"""OpenTelemetry: spans of requests, calls to partners and reactions, tied together across two firms, with no business data in them."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

import plait.node
from plait.kernel.clock import SYSTEM
from plait.kernel.os import free_port
from plait.kernel.problems import Problem
from plait.kernel.settings import Tracing
from plait.kernel.spans import UNTRACED
from plait.upkeep.tracing import OtelSpans, tracing
from tests.support.nodes import nodes, settle


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Trace every node of this test to memory."""
    exporter = InMemorySpanExporter()

    def traced(settings: Tracing, firm: str) -> OtelSpans:
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        return OtelSpans(provider)

    monkeypatch.setattr(plait.node, "tracing", traced)
    yield exporter
    exporter.clear()


async def test_one_trace_across_two_firms(tmp_path: Path, exported: InMemorySpanExporter) -> None:
    """Tests that a request, the call it makes to a partner, and that partner's answer are one trace, named by route, and that reactions have spans."""
    async with nodes(tmp_path, "shop", "mill") as (shop, mill):
        await shop.ok("PUT", "/api/v1/firm", {"name": "Zyxwolf Getriebe"})
        await settle(shop, mill)
        spans = exported.get_finished_spans()
        asked = next(span for span in spans if span.name == "POST /api/v1/directory/join")
        calls = [span for span in spans if span.kind is SpanKind.CLIENT and span.parent and span.parent.span_id == asked.context.span_id]
        assert calls
        answered = [span for span in spans if span.kind is SpanKind.SERVER and span.parent and span.parent.span_id in {call.context.span_id for call in calls}]
        assert answered
        assert {span.context.trace_id for span in [*calls, *answered]} == {asked.context.trace_id}
        attributes = dict(asked.attributes or {})
        assert attributes["http.route"] == "/api/v1/directory/join"
        assert str(attributes["http.response.status_code"]).startswith("2")
        assert any(span.name.startswith("react ") for span in spans)
        assert "Zyxwolf" not in "".join(span.to_json() for span in spans)


async def test_failures_are_marked_without_their_text(tmp_path: Path, exported: InMemorySpanExporter) -> None:
    """Tests that a call to a partner that is away is an error with its code alone, and that a refusal of ours is none."""
    async with nodes(tmp_path, "shop") as (shop,):
        exported.clear()
        away = f"http://127.0.0.1:{free_port()}"
        with pytest.raises(Problem, match="partner-unreachable"):
            await shop.node.client.request("GET", f"{away}/zyxwolf")
        assert (await shop.call("GET", "/api/v1/parts/none")).status_code == 404
        failed, refused = (span for span in exported.get_finished_spans() if span.kind is not SpanKind.INTERNAL)
        assert failed.status.status_code is StatusCode.ERROR
        assert dict(failed.attributes or {})["error.type"] == "partner-unreachable"
        assert "zyxwolf" not in failed.to_json()
        assert refused.status.status_code is StatusCode.UNSET


def test_nothing_is_traced_by_default() -> None:
    """Tests that without an exporter nothing is traced, and that one that is not installed is refused with what to do."""
    assert tracing(Tracing(), "shop") is UNTRACED
    headers: dict[str, str] = {}
    with UNTRACED.span("work") as span:
        span.set(a__b=1)
        span.name("other")
        span.failed()
        UNTRACED.inject(headers)
    assert headers == {}
    with pytest.raises(Problem, match="none-such"):
        tracing(Tracing("none-such"), "shop")


async def test_a_collector_that_is_away_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that spans for a collector that does not answer are dropped in the end, without holding up work or the end of the node for long."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    spans = tracing(Tracing("otlp_proto_http"), "shop")
    assert isinstance(spans, OtelSpans)
    for _ in range(100):
        with spans.span("work"):
            pass
    async with asyncio.timeout(60):
        await asyncio.to_thread(spans.close)


async def test_the_node_traces_where_it_is_told_to(tmp_path: Path) -> None:
    """Tests that a node started with the exporter `console` prints its spans."""
    address = tmp_path / "address"
    process = await plait_up(tmp_path)
    try:
        async with asyncio.timeout(60):
            while not address.exists():
                await SYSTEM.sleep(0.05)
            async with httpx.AsyncClient(base_url=address.read_text("utf-8"), trust_env=False) as http:
                assert (await http.get("/api/v1/parts")).status_code == 401
    finally:
        process.terminate()
        out, _ = await process.communicate()
    decoder, text, found = json.JSONDecoder(), out.decode(), list[Any]()
    position = text.find("{\n")
    while position >= 0:
        span, end = decoder.raw_decode(text, position)
        found.append(span)
        position = text.find("{\n", end)
    assert {span["resource"]["attributes"]["service.name"] for span in found} == {"plait"}
    assert [span["attributes"]["http.response.status_code"] for span in found if span["name"] == "GET /api/v1/parts"] == [401]


async def plait_up(folder: Path) -> asyncio.subprocess.Process:
    """Start a node of its own in a process of its own."""
    env = os.environ | {"PLAIT_TRACING__EXPORTER": "console"}
    command = (sys.executable, "-m", "plait", "up", "--data", str(folder), "--port", "0", "--name", "shop")
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env=env)
