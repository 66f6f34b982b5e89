"""Producer and Consumer on a real Kafka."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from bus.adapters.kafka import KafkaPublisher, KafkaTopics
from bus.client.consumer import Consumer, Received
from bus.client.schemas import load_catalogue
from bus.contracts.codec import encode
from bus.errors import InvalidEventError, RegistryUnavailableError
from bus.record import Message
from tests.support.bus import wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.library import Library, events, library, produce, take
from tests.support.pace import patience

pytestmark = pytest.mark.kafka


@pytest.fixture
async def lib(kafka: KafkaUnderTest) -> AsyncIterator[Library]:
    """Clients with topics of their own."""
    async with library(kafka) as made:
        yield made


async def write_raw(lib: Library, *messages: Message) -> None:
    """Write records that no producer of ours would."""
    publisher = KafkaPublisher(lib.connection(), linger_ms=0)
    for message in messages:
        await publisher.publish(message)
    await publisher.close()


async def test_what_was_sent_is_received(lib: Library) -> None:
    """Every attribute and field arrives as it was sent, keyed by the order id."""
    (event,) = events(1)
    async with lib.producer() as producer, lib.consumer() as consumer:
        written = await producer.send(
            event.type, event.data, event_id="e-1", source="/oms/test"
        )
        (received,) = await take(consumer, 1)
        received.settle()

    assert received.record[:3] == written[:3]
    assert received.record.key == event.subject.encode()
    got = received.event
    assert (got.id, got.type, got.source) == ("e-1", event.type, "/oms/test")
    assert (got.subject, got.time) == (event.subject, event.time)
    schema = load_catalogue().schema(event.type)
    assert encode(schema, 1, got.data) == encode(schema, 1, event.data)


async def test_a_bad_event_is_refused_and_not_written(lib: Library) -> None:
    """The error names the field; the topic stays empty."""
    (event,) = events(1)
    async with lib.producer() as producer:
        with pytest.raises(InvalidEventError) as refused:
            await producer.send(event.type, {**event.data, "order_version": "one"})
    assert refused.value.field == "order_version"
    assert await lib.records(lib.topic) == []


async def test_settled_events_do_not_come_again(lib: Library) -> None:
    """A restart brings exactly what was not settled, whatever the order was."""
    ids = await produce(lib, 30)
    async with lib.consumer() as consumer:
        taken = await take(consumer, 30)
        for received in taken[::2]:
            received.settle()
    left = {received.event.id for received in taken[1::2]}
    assert {received.event.id for received in taken} == set(ids)

    async with lib.consumer() as consumer:
        again = await take(consumer, len(left))
        assert {received.event.id for received in again} == left
        for received in again:
            received.settle()
    assert await lib.lag() == 0


async def test_poison_goes_to_the_groups_dead_letters(lib: Library) -> None:
    """What is no event is put aside, whole and with the reason; the next one comes."""
    poison = Message(lib.topic, b"k", b'{"not": "avro"}', (("x-own", b"1"),))
    await write_raw(lib, poison, Message(lib.topic, b"k", None))
    ids = await produce(lib, 1)
    async with lib.consumer() as consumer:
        (received,) = await take(consumer, 1)
        received.settle()
        dead: list[bytes | None] = []
        while len(dead) < 2:
            dead = [r.value for r in await lib.records(f"{lib.name}.group.dlq")]
    assert received.event.id == ids[0]

    first, second = await lib.records(f"{lib.name}.group.dlq")
    headers = dict(first.headers)
    assert (first.key, first.value, headers["x-own"]) == (b"k", poison.value, b"1")
    assert b"it looks like JSON" in headers["bus-reason"]
    assert headers["bus-origin"].startswith(f"{lib.topic}/".encode())
    assert second.value is None
    assert await lib.lag() == 0


async def test_a_rejected_event_is_put_aside(lib: Library) -> None:
    """`reject` writes it to the dead letters and it does not come again."""
    ids = await produce(lib, 2)
    async with lib.consumer() as consumer:
        first, second = await take(consumer, 2)
        await first.reject("no such\ncustomer")
        second.settle()
    assert await lib.lag() == 0
    (dead,) = await lib.records(f"{lib.name}.group.dlq")
    assert dead.value == first.record.value
    assert dict(dead.headers)["ce_id"].decode() in ids
    assert dict(dead.headers)["bus-reason"] == b"no such customer"


async def test_other_types_are_settled_unseen(lib: Library) -> None:
    """Only wanted event types are handed out; the rest does not hold the group up."""
    wanted = events(3, "order.confirmed")
    async with lib.producer() as producer:
        for event in [*events(5), *wanted]:
            await producer.send_event(event)
    async with lib.consumer(types=("order.conf*",)) as consumer:
        taken = await take(consumer, 3)
        for received in taken:
            received.settle()
        # What is in the queue behind them has to be looked at, too.
        waiting = asyncio.ensure_future(anext(consumer))
        await asyncio.wait({waiting}, timeout=1)
        consumer.stop()
        with pytest.raises(StopAsyncIteration):
            await waiting
    assert {r.event.id for r in taken} == {event.id for event in wanted}
    assert await lib.lag() == 0


async def test_breaking_out_loses_nothing(lib: Library) -> None:
    """A loop that is left and begun again goes on with the next event."""
    ids = await produce(lib, 10)
    seen: list[str] = []
    async with lib.consumer() as consumer:
        for _ in ids:
            async for received in consumer:
                seen.append(received.event.id)
                received.settle()
                break
    assert sorted(seen) == sorted(ids)


async def test_a_second_member_takes_over_without_repetition(lib: Library) -> None:
    """Partitions move; settled events stay settled, each event is handed out once."""
    ids = await produce(lib, 60)
    seen: list[str] = []

    async def work(consumer: Consumer) -> None:
        async for received in consumer:
            seen.append(received.event.id)
            received.settle()

    async with lib.consumer() as first:
        one = asyncio.create_task(work(first))
        await wait_until(lambda: len(seen) == 60, 30, "the first takes all")
        async with lib.consumer() as second:
            fresh: list[Received] = []

            async def work_too() -> None:
                async for received in second:
                    fresh.append(received)
                    received.settle()

            two = asyncio.create_task(work_too())
            more: list[str] = []
            while not fresh:
                more += await produce_new(lib, len(more))
            second.stop()
            await two
        total = 60 + len(more)
        await wait_until(
            lambda: len(seen) + len(fresh) >= total, 30, "all are handed out"
        )
        first.stop()
        await one
    handed_out = seen + [received.event.id for received in fresh]
    assert sorted(handed_out) == sorted(ids + more)
    assert await lib.lag() == 0


async def produce_new(lib: Library, beyond: int) -> list[str]:
    """Ten events of orders nobody has written yet."""
    made = events(60 + beyond + 10)[60 + beyond :]
    async with lib.producer() as producer:
        await asyncio.gather(*(producer.send_event(event) for event in made))
    return [event.id for event in made]


async def test_unsettled_events_hold_the_fetching(lib: Library) -> None:
    """At the limit nothing more is fetched; settling lets the rest come."""
    count = 2_000
    await produce(lib, count)
    async with lib.consumer(max_unsettled=10) as consumer:
        held: list[Received] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(patience(3)):
                while True:
                    held.append(await anext(consumer))
        assert len(held) < count
        for received in held:
            received.settle()
        for _ in range(count - len(held)):
            (received,) = await take(consumer, 1)
            received.settle()
    assert await lib.lag() == 0


async def test_a_registry_that_is_away_is_told_and_nothing_lost(
    kafka: KafkaUnderTest,
) -> None:
    """The error reaches the loop, and the event comes once the registry is back."""
    async with library(kafka) as lib:
        (event_id,) = await produce(lib, 1)
        away = Library(lib.name, lib.bootstrap_servers, "http://127.0.0.1:9")
        async with away.consumer() as consumer:
            with pytest.raises(RegistryUnavailableError):
                await take(consumer, 1)
        async with lib.consumer() as consumer:
            (received,) = await take(consumer, 1)
    assert received.event.id == event_id


async def test_the_dead_letter_topic_is_made_once(lib: Library) -> None:
    """It is kept for 14 days; a second start leaves it as it is."""
    for _ in range(2):
        async with lib.consumer():
            pass
    name = f"{lib.name}.group.dlq"
    found = (await KafkaTopics(lib.connection()).describe([name]))[name]
    assert found.config["retention.ms"] == str(14 * 24 * 3600 * 1000)
