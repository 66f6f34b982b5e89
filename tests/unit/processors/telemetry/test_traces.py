"""Traces: one chain from the OMS to the partner, and nothing for the unsampled."""

import asyncio
import dataclasses
import io
import threading

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from bus.event import Event
from processors.telemetry.observer import Telemetry, TelemetryConfig
from processors.telemetry.traces import Traces, otlp_provider
from tests.support.pace import patience
from tests.support.reports import StillClock


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    """Where recorded spans go."""
    return InMemorySpanExporter()


@pytest.fixture
def traces(exporter: InMemorySpanExporter) -> Traces:
    """Traces that record every trace begun here."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Traces(provider, 1.0)


def _by_name(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


def _id(traceparent: str) -> int:
    return int(traceparent.split("-")[2], 16)


def test_chain_from_produce_to_partner(
    traces: Traces,
    exporter: InMemorySpanExporter,
    event: Event,
    clock: StillClock,
) -> None:
    """Produce, process, attempt and hop are one trace, each the child of its cause."""
    telemetry = Telemetry(
        clock, TelemetryConfig(program="fanout"), out=io.BytesIO(), traces=traces
    )
    produced = telemetry.span("publish", event, "oms.order")
    produced.end()
    event = dataclasses.replace(event, traceparent=produced.traceparent)
    process = telemetry.span("process", event, "oms.order")
    post = telemetry.span(
        "attempt", event, "e.example", subscription="shop", parent=process.traceparent
    )
    hop = telemetry.span("hop", event, "bus.retry.shop.1s", parent=post.traceparent)
    hop.end()
    post.end("failed", 503)
    process.end()

    causes = {
        "process oms.order": produced.traceparent,
        "POST": process.traceparent,
        "send bus.retry": post.traceparent,
    }
    spans = _by_name(exporter)
    assert set(spans) == {"send oms.order", *causes}
    assert len({span.context.trace_id for span in spans.values()}) == 1
    for name, traceparent in causes.items():
        parent = spans[name].parent
        assert parent is not None
        assert parent.span_id == _id(traceparent)


def test_semantic_conventions(
    traces: Traces, exporter: InMemorySpanExporter, event: Event
) -> None:
    """Spans speak OpenTelemetry's words for messaging and HTTP."""
    traces.span("process", event, "oms.order").end()
    traces.span("attempt", event, "erp.example", "shop").end("throttled", 429)
    spans = _by_name(exporter)
    process, post = spans["process oms.order"], spans["POST"]
    assert process.kind is SpanKind.CONSUMER
    assert dict(process.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "oms.order",
        "messaging.message.id": "e-1",
        "messaging.kafka.message.key": "O-1",
        "orderbus.event.id": event.webhook_id,
        "orderbus.event.type": "order.created",
    }
    assert post.kind is SpanKind.CLIENT
    assert post.status.status_code is StatusCode.ERROR
    assert dict(post.attributes or {}) == {
        "http.request.method": "POST",
        "http.response.status_code": 429,
        "server.address": "erp.example",
        "error.type": "429",
        "orderbus.event.id": event.webhook_id,
        "orderbus.event.type": "order.created",
        "orderbus.outcome": "throttled",
        "orderbus.subscription": "shop",
    }


def test_unsampled_context_travels_unchanged(
    traces: Traces, exporter: InMemorySpanExporter, event: Event
) -> None:
    """A trace that its beginner does not record is passed on, and not recorded."""
    above = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
    event = dataclasses.replace(event, traceparent=above)
    span = traces.span("attempt", event, "erp.example")
    span.end("accepted", 200)
    assert span.traceparent == above
    assert not exporter.get_finished_spans()


@pytest.mark.parametrize("broken", ["", "00-xyz", "ff-" + "0" * 52, "a\r\nb: c"])
def test_broken_context_is_replaced(event: Event, broken: str) -> None:
    """A malformed context never reaches a partner; the event's own id stands in."""
    event = dataclasses.replace(event, traceparent=broken)
    plain = dataclasses.replace(event, traceparent=None)
    traces = Traces(None, 0)
    assert (
        traces.span("attempt", event, "h").traceparent
        == traces.span("attempt", plain, "h").traceparent
    )


def test_all_steps_of_an_event_share_a_trace(event: Event, traces: Traces) -> None:
    """Without a context, the trace follows from the event's id in every process."""
    one = traces.span("process", event, "oms.order").traceparent
    two = Traces(None, 0).span("attempt", event, "h").traceparent
    assert one[3:35] == two[3:35]
    other = dataclasses.replace(event, id="e-2")
    assert traces.span("process", other, "oms.order").traceparent[3:35] != one[3:35]


def test_ratio_decides_by_event(exporter: InMemorySpanExporter, event: Event) -> None:
    """About the chosen share of traces begun here is recorded."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces = Traces(provider, 0.2)
    for number in range(1000):
        numbered = dataclasses.replace(event, id=f"e-{number}")
        traces.span("process", numbered, "oms.order").end()
    assert 150 < len(exporter.get_finished_spans()) < 250


def test_a_span_ends_once(
    traces: Traces, exporter: InMemorySpanExporter, event: Event
) -> None:
    """A second end is ignored."""
    span = traces.span("attempt", event, "h")
    span.end("accepted", 200)
    span.end("failed", 500)
    (finished,) = exporter.get_finished_spans()
    assert finished.status.status_code is not StatusCode.ERROR


async def test_spans_reach_a_collector(event: Event) -> None:
    """With an endpoint, a stop sends what is waiting as OTLP over HTTP."""
    received: list[tuple[str, bytes]] = []

    async def collect(request: web.Request) -> web.Response:
        received.append((request.content_type, await request.read()))
        return web.Response(content_type="application/x-protobuf")

    app = web.Application()
    app.router.add_post("/v1/traces", collect)
    async with TestServer(app) as server:
        endpoint = str(server.make_url("/")).rstrip("/")
        traces = Traces(otlp_provider(endpoint, "fanout", "1.2.3"), 1.0)
        traces.span("process", event, "oms.order").end()
        await asyncio.to_thread(traces.stop)
    ((content_type, body),) = received
    assert content_type == "application/x-protobuf"
    for text in (b"process oms.order", b"orderbus-fanout", b"1.2.3"):
        assert text in body


async def test_dead_collector_holds_nobody(event: Event, unused_tcp_port: int) -> None:
    """A collector that is not there costs the stop at most a few seconds."""
    traces = Traces(
        otlp_provider(f"http://127.0.0.1:{unused_tcp_port}", "fanout", ""), 1.0
    )
    traces.span("process", event, "oms.order").end()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.to_thread(traces.stop)
    assert loop.time() - began < 5
    # It tries on beside the tests that follow, and draws its pauses from `random`.
    for left in [one for one in threading.enumerate() if "Otel" in one.name]:
        await asyncio.to_thread(left.join, patience(30))
        assert not left.is_alive()
