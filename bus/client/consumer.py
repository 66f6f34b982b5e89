"""What internal services read events with."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bus.adapters.kafka import (
    Connection,
    Describing,
    KafkaGroups,
    KafkaPublisher,
    KafkaSource,
    KafkaTopics,
)
from bus.adapters.registry.connection import RegistryConnection
from bus.adapters.registry.remote import RegistrySchemas
from bus.client.decoding import Events, SchemaWaitsError
from bus.client.intake import Intake, Taken
from bus.client.rejections import Rejections
from bus.client.reporting import log_event
from bus.client.watching import LOOK_EVERY_S, Watching
from bus.errors import BrokerUnavailableError, DecodeError, RegistryUnavailableError
from bus.event import Event
from bus.ports import Source
from bus.record import Expired, Record

_COMMIT_S = 0.5
_DRAIN_S = 5.0
_PARKED_S = 1.0


@dataclass(frozen=True, slots=True)
class Received:
    """An event a consumer has received; settle or reject it when done with it."""

    event: Event
    record: Record
    _taken: Taken
    _intake: Intake
    _rejections: Rejections

    def settle(self) -> None:
        """Say that the event is processed: it will not come again."""
        self._intake.settle(self._taken)

    async def reject(self, why: str) -> None:
        """Put the event into the group's dead-letter topic, and settle it.

        Raises:
            PublishError: It was not written, and is not settled.
        """
        await self._rejections.write(self.record, why)
        self.settle()


class Consumer:
    """Reads events in a consumer group: `async for received in consumer`.

    At least once: an event that is not settled comes again after a restart, or at
    another member when its partition moves there; so does, if the process is killed,
    what was settled in its last half second. Events of one order come in order. A
    record that is no event goes to the group's own dead-letter topic, `<group>.dlq`,
    which is made if it is missing.

    Args:
        bootstrap_servers: Kafka, `host:port,host:port`.
        registry: A Confluent-compatible schema registry: `http://host:port`, or a
            `RegistryConnection` with credentials and certificates.
        group: The consumer group; its members share the partitions.
        topics: Source topics, `oms.order`.
        types: Patterns of event types, `order.*`; others are settled unseen.
        kafka: More librdkafka settings, such as SASL and TLS.
        max_unsettled: While about so many events are fetched and not settled, no
            more are: who never settles comes to a halt.
    """

    def __init__(  # noqa: PLR0913 - what a service may choose, by name
        self,
        bootstrap_servers: str,
        registry: str | RegistryConnection,
        *,
        group: str,
        topics: Collection[str],
        types: Collection[str] = ("*",),
        kafka: Mapping[str, str] | None = None,
        max_unsettled: int = 1_000,
    ) -> None:
        settings = {**(kafka or {}), "bootstrap.servers": bootstrap_servers}
        self._connection = Connection(settings)
        if isinstance(registry, str):
            registry = RegistryConnection(url=registry)
        self._registry = registry
        self._group = group
        self._topics = tuple(topics)
        self._types = tuple(types)
        self._max_unsettled = max_unsettled
        self._stack = AsyncExitStack()
        self._intake: Intake | None = None
        self._expired = 0

    async def __aenter__(self) -> Self:
        """Make the dead-letter topic if it is missing, and join the group.

        Raises:
            BrokerUnavailableError: Kafka gives no answer.
            ConfigurationError: Kafka refuses us, or a setting cannot be used.
            TopicError: The dead-letter topic cannot be made.
        """
        async with AsyncExitStack() as stack:
            self._rejections = await self._open_rejections(stack)
            registry = RegistrySchemas(self._registry)
            stack.push_async_callback(registry.close)
            self._events = Events(registry, self._types)
            intake = Intake(self._max_unsettled, _DRAIN_S, self._expire)
            source = KafkaSource(self._connection, self._group, on_event=log_event)
            stack.push_async_callback(source.stop)
            await source.start(self._topics, intake)
            committing = asyncio.create_task(_commit_often(source, intake))
            stack.push_async_callback(_end, committing)
            looking = asyncio.create_task(_look_often(self._watching(source, intake)))
            stack.push_async_callback(_end, looking)
            self._intake = intake
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Commit what is settled, leave the group, close."""
        self.stop()
        await self._stack.aclose()

    @property
    def expired(self) -> int:
        """How many records Kafka deleted before they were settled here.

        The group was away for longer than its topics keep records, or too slow for
        as long. Each time an error is logged, too.
        """
        return self._expired

    def _expire(self, gone: Expired, count: int) -> None:
        self._expired += count
        (topic, partition), start = gone
        why = f"Kafka deleted {count} records before they were settled"
        told = {"why": f"{why}: {topic}/{partition}, all before offset {start}"}
        log_event("kafka.expired", told)

    def stop(self) -> None:
        """End the iteration after the event in hand; for a signal handler."""
        if self._intake is not None:
            self._intake.close()

    def __aiter__(self) -> Self:
        """Iterate over events until `stop`; `break` and go on as you like."""
        return self

    async def __anext__(self) -> Received:
        """Wait for the next event.

        Raises:
            RegistryUnavailableError: The registry gives no schemas now; iterate again
                to go on with what is known, and to try again. A schema that it
                refuses while it gives others lets only its partition wait, for a
                minute; then the record goes to the dead-letter topic.
            PublishError: A record that is no event could not be written to the
                dead-letter topic; likewise.
        """
        intake = self._intake
        if intake is None:
            raise RuntimeError("use it as: async with Consumer(...) as consumer")
        while (taken := await intake.take()) is not None:
            try:
                received = await self._receive(taken, intake)
            except SchemaWaitsError:
                intake.park(taken, _PARKED_S)
                continue
            except RegistryUnavailableError:
                intake.park(taken, _PARKED_S)
                raise
            except BaseException:
                intake.give_back(taken)
                raise
            if received is not None:
                return received
        raise StopAsyncIteration

    async def _receive(self, taken: Taken, intake: Intake) -> Received | None:
        """The event of a record; None if it is done with already, or gone."""
        record = taken.record
        try:
            event = await self._events.decode(record)
        except DecodeError as error:
            await self._rejections.write(record, str(error))
            event = None
        if event is None:
            intake.settle(taken)
            return None
        if not intake.holds(taken):
            return None
        return Received(event, record, taken, intake, self._rejections)

    def _watching(self, source: KafkaSource, intake: Intake) -> Watching:
        return Watching(
            self._group,
            self._topics,
            member=source,
            asker=KafkaGroups(self._connection),
            ask=Describing(self._connection).ask,
            held=intake.held,
        )

    async def _open_rejections(self, stack: AsyncExitStack) -> Rejections:
        publisher = KafkaPublisher(self._connection, linger_ms=1, on_event=log_event)
        stack.push_async_callback(publisher.close)
        rejections = Rejections(f"{self._group}.dlq", publisher)
        topics = KafkaTopics(self._connection, on_event=log_event)
        await rejections.make_topic(topics, self._topics)
        return rejections


async def _commit_often(source: Source, intake: Intake) -> None:
    while True:
        await asyncio.sleep(_COMMIT_S)  # noqa: TID251 - a library has no Clock
        commits = intake.commits()
        if not commits:
            continue
        try:
            await source.commit(commits)
        except BrokerUnavailableError:
            intake.not_committed(commits.keys())


async def _look_often(watching: Watching) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY_S)  # noqa: TID251 - as above
        await watching.look(asyncio.get_running_loop().time())


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
