"""Events in JSON through the whole engine, on a broker in memory."""

import json
import re

import pytest
from cloudevents.core.bindings.kafka import to_structured_event
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from bus.adapters.memory import MemoryClock, MemoryObserver
from bus.client.schemas import load_catalogue
from bus.delivery.patience import Patience
from bus.delivery.structured import open_json
from bus.errors import DecodeError, RegistryUnavailableError
from bus.event import Event
from bus.ports import Answer, SchemaText
from bus.record import Message, Record
from bus.samples.lifecycles import sample
from bus.webhook.document import plain
from processors.delivery.decoding import as_sent
from processors.delivery.json_events import JsonEvents
from processors.delivery.oddities import Unseen
from processors.telemetry import names
from tests.support.engine import MemoryBus, url
from tests.support.facts import NOON
from tests.support.schemas import HeldSchemas

TYPE = "order.updated"


@pytest.fixture
def bus() -> MemoryBus:
    """A fresh bus with a partner."""
    made = MemoryBus()
    made.subscribe("erp")
    return made


async def register(bus: MemoryBus) -> None:
    """The schema of the type, as its producer registers it."""
    await bus.schemas.register(TYPE, bus.catalogue.schema(TYPE).text)


def write(bus: MemoryBus, **more: object) -> Event:
    """An event as the official SDK writes it."""
    event = sample(TYPE, 1, NOON)
    data = plain({**event.data, **more})
    attributes = {"type": TYPE, "source": "/shop", "id": "7", "subject": event.subject}
    sdk = CloudEvent(attributes, data)  # type: ignore[arg-type]
    message = to_structured_event(sdk, JSONFormat())
    headers = tuple(message.headers.items())
    bus.broker.append(Message("oms.order", b"k", message.value, headers))
    return event


def reasons(bus: MemoryBus) -> list[str]:
    """Why records are in the quarantine."""
    found = bus.records("bus.quarantine")
    return [dict(r.headers)["bus-quarantine-reason"].decode() for r in found]


async def test_it_is_delivered_and_retried(bus: MemoryBus) -> None:
    """The hop carries the very bytes, and is the same event again."""
    await register(bus)
    bus.sender.then(url("erp"), Answer(500), Answer(200))
    async with bus.running():
        event = write(bus)
        await bus.clock.advance(3)
        first, second = bus.sender.posts(url("erp"))
        assert first.body == second.body
        body = json.loads(first.body)
        assert (body["type"], body["order_id"]) == (TYPE, event.subject)
        assert body["bus"]["source"] == "/shop"
        (hop,) = bus.records("bus.retry.erp.1s")
        assert hop.value == bus.records("oms.order")[0].value
        assert as_sent(hop).topic == "oms.order"  # where its schema is looked for
    assert not reasons(bus)


async def test_data_that_does_not_match_is_put_aside(bus: MemoryBus) -> None:
    """With the field, and without harm to those behind it."""
    await register(bus)
    async with bus.running():
        write(bus, order_version="three")
        good = await bus.produce("SO-2")
        await bus.clock.advance(3)
        assert bus.ids("erp") == [good.webhook_id]
    (why,) = reasons(bus)
    assert "(schema 1): order_version: expected long, got str" in why


async def test_a_schema_registered_a_moment_ago_is_found(bus: MemoryBus) -> None:
    """The registry is asked again when data fits none of what is known."""
    async with bus.running():
        write(bus)
        await bus.clock.advance(3)
        assert len(reasons(bus)) == 1
        await register(bus)
        write(bus)
        await bus.clock.advance(3)
        assert len(bus.ids("erp")) == 1
    assert (
        "no schema of event type 'order.updated' for topic oms.order"
        in (reasons(bus)[0])
    )


async def test_a_registry_that_is_away_is_waited_for(bus: MemoryBus) -> None:
    """As for a schema by its id."""
    await register(bus)
    bus.schemas.away = True
    async with bus.running() as engine:
        write(bus)
        await bus.clock.advance(3)
        assert not bus.ids("erp")
        assert re.fullmatch(
            r"oms.order/\d waits for .+ of order.updated on oms.order, 3 s: .*",
            engine.waiting() or "",
        )
        waits = bus.observer.read(names.SCHEMA_WAIT)
        assert waits == {"of order.updated on oms.order": pytest.approx(3, abs=0.1)}
        bus.schemas.away = False
        await bus.clock.advance(6)
        assert len(bus.ids("erp")) == 1
        assert engine.waiting() is None
        assert not bus.observer.read(names.SCHEMA_WAIT)
    assert not reasons(bus)


async def test_a_registry_that_refuses_this_type_alone_is_given_up(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its words are the reason; other partitions and schemas do not wait for it."""

    async def refuse(topic: str, event_type: str) -> list[SchemaText]:
        raise RegistryUnavailableError(f"403 for {topic} and {event_type}")

    monkeypatch.setattr(bus.schemas, "by_type", refuse)
    async with bus.running():
        write(bus)
        for order in range(6):
            await bus.produce(f"SO-{order}")
        await bus.clock.advance(3)
        assert bus.ids("erp")
        await bus.clock.advance(120)
        assert len(bus.ids("erp")) == 6
    (why,) = reasons(bus)
    assert why == (
        "the registry does not give the schemas of order.updated on oms.order: "
        "403 for oms.order and order.updated"
    )


async def test_types_that_nobody_registered_push_out_none() -> None:
    """However many names somebody makes up: few are kept, the real one stays."""
    schemas, clock, observer = HeldSchemas(), MemoryClock(), MemoryObserver()
    await schemas.register(TYPE, load_catalogue().schema(TYPE).text)
    events = JsonEvents(schemas, clock, observer, Patience(), Unseen())
    real = _binary(0, TYPE.encode())
    await events.fetch(real)
    for offset in range(1, 12_000):
        await events.fetch(_binary(offset, b"made.up.%d" % offset))
    assert events.ready(real._replace(offset=99_999))
    held = sum(len(kept) for kept in vars(events).values() if isinstance(kept, dict))
    assert held < 3_000


def test_a_type_is_no_novel() -> None:
    """What is longer than any name is no type; nothing is asked or kept for it."""
    with pytest.raises(DecodeError, match=r"no event type has 256 characters.* 255"):
        open_json(_binary(0, b"x" * 256))
    assert len(open_json(_binary(0, b"x" * 255)).schema.type) == 255


def _binary(offset: int, type_: bytes) -> Record:
    """An event in JSON whose headers say its type."""
    headers = (("ce_type", type_), ("ce_subject", b"SO-1"))
    return Record("oms.order", 0, offset, 1, b"k", b"{}", headers)
