"""Traces: OpenTelemetry spans for what is sampled, a passed-on header for the rest.

Whoever began a trace decided if it is recorded; its `traceparent` says so. For an
event without one the trace id comes from the event's id, so that all steps of it, in
all processes, share one trace and one decision.
"""

import re
import threading
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
)

from bus.event import Event
from bus.ports import Span, Step

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_MOST_ID = 256
SAMPLED = frozenset("13579bdf")
"""How the traceparent of a recorded trace ends."""
_STOP_S = 3.0
_REMEMBERED = 1024


class _Kind(NamedTuple):
    """How a step is told in OpenTelemetry's words (messaging and HTTP)."""

    operation: str
    operation_type: str
    kind: SpanKind


_KINDS: Mapping[Step, _Kind] = {
    "publish": _Kind("send", "send", SpanKind.PRODUCER),
    "process": _Kind("process", "process", SpanKind.CONSUMER),
    "hop": _Kind("send", "send", SpanKind.PRODUCER),
    "attempt": _Kind("POST", "", SpanKind.CLIENT),
}


class Passing:
    """A step that is not recorded: it only hands the trace context on.

    All steps below one context may be one and the same: it never changes.
    """

    __slots__ = ("traceparent",)

    def __init__(self, traceparent: str) -> None:
        self.traceparent = traceparent

    def end(self, outcome: str = "", status: int = 0) -> None:
        """Nothing is recorded."""


class Recorded:
    """A step that is recorded."""

    __slots__ = ("_span", "traceparent")

    def __init__(self, span: trace.Span) -> None:
        self._span = span
        context = span.get_span_context()
        self.traceparent = f"00-{context.trace_id:032x}-{context.span_id:016x}-01"

    def end(self, outcome: str = "", status: int = 0) -> None:
        """Record how it ended; anything but accepted is an error."""
        span = self._span
        if not span.is_recording():
            return
        if outcome:
            span.set_attribute("orderbus.outcome", outcome)
        if status:
            span.set_attribute("http.response.status_code", status)
        if outcome not in {"", "accepted"}:
            span.set_attribute("error.type", str(status) if status else outcome)
            span.set_status(Status(StatusCode.ERROR))
        span.end()


class Traces:
    """Begins spans. Without a provider nothing is recorded, contexts still travel."""

    def __init__(self, provider: TracerProvider | None, ratio: float) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("orderbus") if provider else None
        self._bound = int(ratio * (1 << 64)) if provider else 0
        # The deliveries of one event ask one after the other.
        self._above = lru_cache(_REMEMBERED)(self._find_above)

    def span(
        self,
        step: Step,
        event: Event,
        target: str,
        subscription: str = "",
        parent: str | None = None,
    ) -> Span:
        """Begin a step below `parent`, the event's context, or the derived one."""
        passing = self._above(parent or event.traceparent, event.webhook_id)
        above = passing.traceparent
        if self._tracer is None or above[-1] not in SAMPLED:
            return passing
        kind = _KINDS[step]
        attributes: dict[str, str] = {
            "orderbus.event.id": event.webhook_id,
            "orderbus.event.type": event.type,
        }
        if subscription:
            attributes["orderbus.subscription"] = subscription
        return Recorded(
            self._tracer.start_span(
                _name(kind, target),
                trace.set_span_in_context(NonRecordingSpan(_context(above))),
                kind.kind,
                attributes | _attributes(kind, event, target),
            )
        )

    def _find_above(self, given: str | None, event_id: str) -> Passing:
        if given is not None and _TRACEPARENT.fullmatch(given):
            return Passing(given)
        digest = blake2b(event_id.encode(), digest_size=24)
        text = digest.hexdigest()
        sampled = int(text[16:32], 16) < self._bound
        return Passing(f"00-{text[:32]}-{text[32:]}-{'01' if sampled else '00'}")

    def stop(self) -> None:
        """Send what is waiting; give up after three seconds."""
        if self._provider is None:
            return
        # A daemon, so that a collector that hangs cannot hold the process.
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(_STOP_S)


def otlp_provider(endpoint: str, program: str, version: str) -> TracerProvider:
    """A provider that sends spans in batches to an OTLP/HTTP collector.

    Headers, timeouts and resource attributes follow the standard `OTEL_*`
    variables. Who is sampled is decided before a span is begun.
    """
    # Slow to import, and only needed by those who trace.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )

    resource = Resource.create(
        {"service.name": f"orderbus-{program}", "service.version": version}
    )
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _context(traceparent: str) -> SpanContext:
    return SpanContext(
        trace_id=int(traceparent[3:35], 16),
        span_id=int(traceparent[36:52], 16),
        is_remote=True,
        trace_flags=TraceFlags(int(traceparent[53:], 16)),
    )


def _name(kind: _Kind, target: str) -> str:
    """The operation and, for topics, the family: few names, however many topics."""
    if kind.kind is SpanKind.CLIENT:
        return kind.operation
    return f"{kind.operation} {'.'.join(target.split('.', 2)[:2])}"


def _attributes(kind: _Kind, event: Event, target: str) -> dict[str, str]:
    if kind.kind is SpanKind.CLIENT:
        return {"http.request.method": "POST", "server.address": target}
    return {
        "messaging.system": "kafka",
        "messaging.operation.name": kind.operation,
        "messaging.operation.type": kind.operation_type,
        "messaging.destination.name": target,
        "messaging.message.id": event.id[:_MOST_ID],
        "messaging.kafka.message.key": event.subject,
    }
