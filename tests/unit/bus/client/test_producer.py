"""What a producer writes, and what it refuses."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from opentelemetry import trace

from bus.adapters.memory import settle
from bus.client.producer import EventWriter, Producer, new_event_id
from bus.client.schemas import load_catalogue
from bus.errors import (
    ConfigurationError,
    Heals,
    InvalidEventError,
    PublishError,
    RegistryUnavailableError,
)
from bus.event import Event
from bus.ports import SchemaText
from bus.record import Message, SchemaRef, Written
from bus.samples.lifecycles import lifecycle, sample
from tests.support.tracing import recorded_spans

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVENT = sample("order.created", 1, NOW)


class Wrote:
    """A publisher that remembers; `bus.ports.Publisher`."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.fails: PublishError | None = None

    @property
    def failures(self) -> int:
        """None."""
        return 0

    def publish(self, message: Message) -> Awaitable[Written]:
        """Take it and acknowledge it."""
        self.messages.append(message)
        done: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        if self.fails:
            done.set_exception(self.fails)
        else:
            done.set_result(Written(message.topic, 0, len(self.messages) - 1))
        return done

    def publish_soon(self, message: Message) -> None:
        """Nobody does."""
        raise AssertionError(message)

    async def flush(self, timeout_s: float) -> int:
        """Nothing is ever missing."""
        return 0 * int(timeout_s)


class Registering:
    """A registry that answers when told to; `bus.ports.Schemas`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = asyncio.Event()
        self.answer.set()
        self.fails = False

    async def by_id(self, ref: SchemaRef) -> SchemaText:
        """Nobody asks."""
        raise AssertionError(ref)

    async def answers(self, besides: SchemaRef) -> bool:
        """Nobody asks."""
        raise AssertionError(besides)

    async def by_type(self, topic: str, event_type: str) -> list[SchemaText]:
        """Nobody asks."""
        raise AssertionError(topic, event_type)

    async def register(self, subject: str, text: str) -> int:
        """An id, in the order of asking."""
        assert text.startswith("{")
        self.asked.append(subject)
        await self.answer.wait()
        if self.fails:
            raise RegistryUnavailableError("away")
        return len(self.asked)


def writer() -> tuple[EventWriter, Wrote, Registering]:
    """A writer, what it writes to and asks."""
    publisher, registry = Wrote(), Registering()
    return EventWriter(publisher, registry, load_catalogue()), publisher, registry


async def test_an_event_becomes_a_keyed_cloudevent() -> None:
    """Topic by family, key by order, headers by CloudEvents, schema id in front."""
    events, publisher, registry = writer()
    assert await events.write(EVENT) == Written("oms.order", 0, 0, EVENT.id)
    (message,) = publisher.messages
    assert (message.topic, message.key) == ("oms.order", EVENT.subject.encode())
    assert dict(message.headers)["ce_id"] == EVENT.id.encode()
    assert message.value is not None
    assert message.value[:5] == b"\0\0\0\0\1"
    assert registry.asked == ["oms.order-oms.order.v1.OrderCreated"]


async def test_each_schema_is_registered_once() -> None:
    """However many events of it are written, at once or later."""
    events, _, registry = writer()
    await asyncio.gather(*(events.write(EVENT) for _ in range(5)))
    await events.write(EVENT)
    assert len(registry.asked) == 1


async def test_a_failed_registration_is_tried_again() -> None:
    """The event is not written, the next call asks anew."""
    events, publisher, registry = writer()
    registry.fails = True
    with pytest.raises(RegistryUnavailableError):
        await events.write(EVENT)
    registry.fails = False
    await events.write(EVENT)
    assert len(publisher.messages) == 1


async def test_order_is_kept_while_schemas_are_registered() -> None:
    """Events of a topic begun in order are written so, new types among them or not."""
    story = lifecycle(3, NOW)
    events, publisher, registry = writer()
    await events.write(story[0])
    registry.answer.clear()
    writing = [asyncio.create_task(events.write(event)) for event in story]
    await asyncio.wait(writing, timeout=0.01)
    registry.answer.set()
    await asyncio.gather(*writing)
    begun = [story[0], *story]
    for topic in {message.topic for message in publisher.messages}:
        ids = [
            dict(m.headers)["ce_id"].decode()
            for m in publisher.messages
            if m.topic == topic
        ]
        of = events.catalogue.topic
        assert ids == [event.id for event in begun if of(event.type) == topic]


async def test_a_registration_that_hangs_holds_its_own_topic_only() -> None:
    """Another topic's events are written meanwhile, known types and new ones."""
    paid = sample("payment.captured", 1, NOW)
    events, publisher, registry = writer()
    await events.write(paid)
    registry.answer.clear()
    hanging = asyncio.create_task(events.write(EVENT))
    await settle()
    assert len(registry.asked) == 2
    await asyncio.wait_for(events.write(paid), 5)
    assert [m.topic for m in publisher.messages] == ["oms.payment"] * 2
    registry.answer.set()
    await hanging


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "two words"}, "id"),
        ({"id": "x" * 257}, "id"),
        ({"source": ""}, "source"),
        ({"subject": "another order"}, "subject"),
        ({"time": NOW.replace(tzinfo=None)}, "time"),
        ({"type": "order.creatde"}, "type"),
        ({"data": {**EVENT.data, "lines": [1]}}, "lines[0]"),
    ],
)
async def test_what_no_reader_takes_is_refused(
    change: dict[str, object], field: str
) -> None:
    """The error names the attribute or field, and nobody is asked or written to."""
    events, publisher, registry = writer()
    bad: Event = replace(EVENT, **change)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(InvalidEventError) as refused:
        await events.write(bad)
    assert refused.value.field == field
    assert (publisher.messages, registry.asked) == ([], [])


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"occurred_at": NOW}, "order_id"),
        ({"order_id": "", "occurred_at": NOW}, "order_id"),
        ({"order_id": "O-1", "occurred_at": "today"}, "occurred_at"),
        ({"order_id": "O-1", "occurred_at": datetime(2026, 1, 1)}, "occurred_at"),  # noqa: DTZ001 - on purpose
    ],
)
async def test_send_names_what_is_missing(data: dict[str, object], field: str) -> None:
    """Order id and time are needed before anything else."""
    async with Producer("127.0.0.1:9", "http://127.0.0.1:9") as producer:
        with pytest.raises(InvalidEventError) as refused:
            await producer.send("order.created", data)
    assert refused.value.field == field


async def test_a_producer_is_entered_first() -> None:
    """Outside of `async with` it says how it is used."""
    producer = Producer("127.0.0.1:9", "http://127.0.0.1:9")
    with pytest.raises(RuntimeError, match="async with"):
        await producer.send_event(EVENT)


async def test_a_wrong_setting_is_named() -> None:
    """What librdkafka refuses is said when the producer is opened."""
    producer = Producer(
        "127.0.0.1:9", "http://127.0.0.1:9", kafka={"sasl.mechanismus": "PLAIN"}
    )
    with pytest.raises(ConfigurationError, match=r"sasl\.mechanismus"):
        await producer.__aenter__()


async def test_the_producing_span_travels_with_the_event() -> None:
    """A recording tracer's span is the `traceparent`; a child of what is around it."""
    events, publisher, _ = writer()
    with recorded_spans() as spans:
        with trace.get_tracer("oms").start_as_current_span("checkout") as around:
            await events.write(EVENT)
        await events.write(replace(EVENT, id="e-2", traceparent=None))
    sent, checkout, second = spans.get_finished_spans()
    assert sent.parent is not None
    assert sent.parent.span_id == around.get_span_context().span_id
    assert (sent.name, checkout.name) == ("send oms.order", "checkout")
    assert sent.kind is trace.SpanKind.PRODUCER
    for span, message in zip((sent, second), publisher.messages, strict=True):
        context = span.get_span_context()
        assert context is not None
        sent_along = dict(message.headers)["traceparent"].decode()
        version, trace_id, span_id, flags = sent_along.split("-")
        assert (version, int(flags, 16) & 1) == ("00", 1)
        assert int(trace_id, 16) == context.trace_id
        assert int(span_id, 16) == context.span_id


async def test_without_a_tracer_the_events_own_context_stays() -> None:
    """Nothing is made up: what the event brought is passed on, or nothing."""
    events, publisher, _ = writer()
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    await events.write(replace(EVENT, traceparent=parent))
    await events.write(replace(EVENT, traceparent=None))
    first, second = (dict(m.headers) for m in publisher.messages)
    assert first["traceparent"] == parent.encode()
    assert "traceparent" not in second


def test_event_ids_are_unique_and_visible() -> None:
    """128 random bits in hex."""
    ids = {new_event_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(each) == 32 and each.isalnum() for each in ids)


async def test_an_event_that_is_too_large_names_its_largest_field() -> None:
    """Before anything is sent, with the sizes."""
    events, publisher, _ = writer()
    event = sample("order.status_changed", 1, NOW)
    large = replace(event, data={**event.data, "reason": "a" * 3_000_000})
    with pytest.raises(InvalidEventError, match=r"event of 300\d{4} bytes") as caught:
        await events.write(large)
    assert caught.value.field == "reason"
    assert publisher.messages == []


@pytest.mark.parametrize("heals", Heals)
async def test_what_the_topic_never_takes_says_how_large_it_is(heals: Heals) -> None:
    """The topic's limit counts what compression leaves; other failures pass as is."""
    events, publisher, _ = writer()
    publisher.fails = PublishError("oms.order", "no", heals=heals)
    with pytest.raises(PublishError) as caught:
        await events.write(EVENT)
    assert caught.value.heals is heals
    assert ("bytes before compression" in str(caught.value)) is (heals is Heals.NOTHING)
