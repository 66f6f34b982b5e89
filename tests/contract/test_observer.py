"""Both observers take all the engine may report, and what they return works alike."""

import io

import pytest

from bus.adapters.memory.observer import MemoryObserver
from bus.delivery.delivery import Origin
from bus.ports import Change, Observer, PartitionChange, Step
from bus.record import Expired, Record, TopicPartition
from processors.telemetry import names
from processors.telemetry.observer import Telemetry, TelemetryConfig
from tests.support.reports import ATTEMPT, EVENT, StillClock

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


@pytest.fixture(params=["memory", "telemetry"])
def observer(request: pytest.FixtureRequest) -> Observer:
    """Each fulfilment of the port in turn."""
    if request.param == "memory":
        return MemoryObserver()
    config = TelemetryConfig(program="fanout")
    return Telemetry(StillClock(), config, out=io.BytesIO())


def test_every_report_is_taken(observer: Observer) -> None:
    """No report raises, whatever is in it."""
    attempt = ATTEMPT._replace(
        number=0,
        outcome="held",
        status=0,
        detail="é\n",
        route="held",
        started_us=0,
        duration_us=0,
        origin=Origin("oms.order", 0, 0, 0),
    )
    observer.attempt(attempt, "")
    for change in Change:
        observer.transition("s", change, "why")
    for moved in PartitionChange:
        observer.partitions("g", moved, [TopicPartition("t", 0)])
    observer.expired("g", Expired(TopicPartition("t", 0), 7), 3, 1)
    observer.quarantined(Record("t", 0, 0, 0, None, None), "why")
    for name in names.NOTES:
        observer.note(name, why="why")
    observer.note("unknown", event=object())
    observer.measure("unknown")
    observer.gauge("unknown", dict)


@pytest.mark.parametrize("step", ["publish", "process", "attempt", "hop"])
def test_a_span_hands_its_context_on(observer: Observer, step: Step) -> None:
    """Every span has a context to pass on, of its parent's trace, and ends twice."""
    span = observer.span(step, EVENT, "target", subscription="s", parent=TRACE)
    assert span.traceparent[:36] == TRACE[:36]
    span.end("accepted", 200)
    span.end()


def test_a_span_has_a_context_even_without_parent(observer: Observer) -> None:
    """An event without a trace still gives partners a well-formed one."""
    assert len(observer.span("attempt", EVENT, "h").traceparent) == len(TRACE)
