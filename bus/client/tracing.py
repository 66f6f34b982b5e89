"""The OMS's end of a trace: a span a send, its context written into the event.

Without a configured OpenTelemetry SDK the API's spans are empty and nothing is
written; the trace then begins at fanout.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import propagate, trace

from bus.event import Event


@contextmanager
def sending(topic: str, event: Event) -> Iterator[str | None]:
    """Span a send; yield its W3C `traceparent`, None if nobody traces.

    Names follow OpenTelemetry's semantic conventions for messaging.
    """
    attributes = {
        "messaging.system": "kafka",
        "messaging.operation.type": "send",
        "messaging.operation.name": "send",
        "messaging.destination.name": topic,
        "messaging.kafka.message.key": event.subject,
        "messaging.message.id": event.id,
        "orderbus.event.type": event.type,
    }
    with trace.get_tracer("orderbus").start_as_current_span(
        f"send {topic}", kind=trace.SpanKind.PRODUCER, attributes=attributes
    ):
        yield traceparent_now()


def is_traced() -> bool:
    """Whether a span would say anything: there is an SDK, or a context to pass on."""
    provider = trace.get_tracer_provider()
    silent = isinstance(provider, trace.ProxyTracerProvider | trace.NoOpTracerProvider)
    return not silent or trace.get_current_span() is not trace.INVALID_SPAN


def traceparent_now() -> str | None:
    """The W3C `traceparent` of what runs now, None if nobody traces."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")
