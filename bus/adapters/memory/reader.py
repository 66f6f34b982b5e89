"""Reading the broker in memory without a group."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TypeAlias

from bus.adapters.memory.broker import MemoryBroker
from bus.errors import TopicError
from bus.record import Expired, Record, TopicPartition
from bus.topics.partitioning import partition_of

OnEvent: TypeAlias = Callable[[str, Mapping[str, object]], None]

_BATCH = 500


class MemoryLogReader:
    """`bus.ports.LogReader` in memory; `on_event` as for `KafkaLogReader`."""

    def __init__(
        self, broker: MemoryBroker, on_event: OnEvent = lambda _name, _fields: None
    ) -> None:
        self._broker = broker
        self._on_event = on_event

    async def read(
        self,
        topic: str,
        *,
        since_ms: int | None = None,
        until_ms: int | None = None,
        key: bytes | None = None,
        start: Mapping[int, int] | None = None,
        stop: Mapping[int, int] | None = None,
    ) -> AsyncIterator[Sequence[Record]]:
        """Yield batches up to the end as it stands now, then finish.

        Raises:
            TopicError: there is no such topic.
            BrokerUnavailableError: the broker is down.
        """
        self._broker.check_up()
        partitions = self._partitions(topic)
        if key is not None:
            partitions = [partitions[partition_of(key, len(partitions))]]
        if stop is not None:
            partitions = [tp for tp in partitions if tp.partition in stop]
        ends = {tp: self._broker.log(tp).end for tp in partitions}
        stops = {TopicPartition(topic, p): at for p, at in (stop or {}).items()}
        ends.update({tp: min(end, stops.get(tp, end)) for tp, end in ends.items()})
        firsts = {tp: self._first(tp, since_ms) for tp in partitions}
        firsts.update({TopicPartition(topic, p): at for p, at in (start or {}).items()})
        for tp, end in ends.items():
            records = self._broker.log(tp).read(firsts[tp], max(0, end - firsts[tp]))
            kept = [
                r
                for r in records
                if r.offset < end
                and (since_ms is None or r.timestamp_ms >= since_ms)
                and (until_ms is None or r.timestamp_ms < until_ms)
                and (key is None or r.key == key)
            ]
            for i in range(0, len(kept), _BATCH):
                yield kept[i : i + _BATCH]

    async def at(self, topic: str, partition: int, offset: int) -> Record | None:
        """The record that stands there; None if there is none, or none any more.

        Raises:
            BrokerUnavailableError: the broker is down.
        """
        self._broker.check_up()
        log = self._broker.log(TopicPartition(topic, partition))
        found = log.read(offset, 1)
        return found[0] if found and found[0].offset == offset else None

    async def follow(
        self,
        topic: str,
        *,
        since_ms: int | None = None,
        start: Mapping[int, int] | None = None,
    ) -> AsyncIterator[Sequence[Record]]:
        """Yield batches for ever. One empty batch says: caught up with the end.

        Raises:
            TopicError: there was no such topic at the start.
        """
        await self._broker.until_up()
        self._partitions(topic)
        positions = {TopicPartition(topic, p): at for p, at in (start or {}).items()}
        told = False
        while True:
            await self._broker.until_up()
            batch: list[Record] = []
            for tp in self._broker.partitions([topic]):
                at = positions.get(tp)
                at = self._first(tp, since_ms) if at is None else self._kept(tp, at)
                records = self._broker.log(tp).read(at, _BATCH)
                positions[tp] = records[-1].offset + 1 if records else at
                batch.extend(records)
            if batch:
                yield batch
            elif not told:
                told = True
                yield []
            else:
                await self._broker.until_grown()

    async def times_at(
        self, starts: Mapping[TopicPartition, int]
    ) -> Mapping[TopicPartition, int]:
        """Epoch ms of the first record from each of these offsets on.

        Raises:
            BrokerUnavailableError: the broker is down.
        """
        self._broker.check_up()
        there = self._broker.partitions({tp.topic for tp in starts})
        firsts = {tp: self._broker.log(tp).read(starts.get(tp, 0), 1) for tp in there}
        return {
            tp: records[0].timestamp_ms
            for tp, records in firsts.items()
            if records and tp in starts
        }

    def _kept(self, tp: TopicPartition, at: int) -> int:
        """Where reading goes on; it is said if what stood before was deleted."""
        start = self._broker.log(tp).start
        if start <= at:
            return at
        told = {"gone": Expired(tp, start), "lost": start - at}
        self._on_event("kafka.expired", told)
        return start

    def _partitions(self, topic: str) -> list[TopicPartition]:
        partitions = self._broker.partitions([topic])
        if not partitions:
            raise TopicError(f"{topic}: no such topic; `bus topics apply` makes it")
        return partitions

    def _first(self, tp: TopicPartition, since_ms: int | None) -> int:
        log = self._broker.log(tp)
        return log.start if since_ms is None else log.first_since(since_ms)
