"""Removing a subscription: nothing that is pending gets lost.

1. Its state becomes `removing`: fanout matches it no more, and retry and ordered
   dead-letter what waits, whatever its delay.
2. Wait until its own topics are read to their end. Where no processor runs, this
   process moves what waits into the dead-letter topic itself.
3. Take the record out, then its tier and ordered topics. The dead-letter topic stays
   unless it is empty or `purge` is asked for.

Interrupted anywhere, it can be asked for again and goes on.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from bus.delivery.delivery import Delivery, Reason
from bus.delivery.headers import build_event, hop_headers, read_state
from bus.delivery.keys import hop_key
from bus.delivery.small import attributes_of, small
from bus.delivery.structured import attributes_in
from bus.errors import DecodeError, Heals, PublishError
from bus.ports import Lag
from bus.record import Message, Record, TopicPartition
from processors.subscriptions.missing import missing
from processors.subscriptions.moving import refuse_moving
from processors.subscriptions.pending import existing, lags, topics_of
from processors.subscriptions.world import World

_LOOK_S = 0.5
_MARGIN_S = 2.0
_LEAVE_S = 1.0

Progress: TypeAlias = Callable[[int, int], None]


class Removed(NamedTuple):
    """What a removal did: how many were pending, how many of them it moved itself."""

    pending: int
    moved: int
    deleted_topics: Sequence[str]
    dlq_kept: bool


async def remove(
    world: World,
    subscription_id: str,
    *,
    purge: bool = False,
    if_version: str | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Removed:
    """Remove a subscription; `progress(done, total)` hears of the pending ones.

    Raises:
        SubscriptionNotFoundError: there is none with this id.
        InvalidSubscriptionError: its record cannot be read, and processors run that
            could not dead-letter what is pending.
        VersionMismatchError: it is not as it was in `if_version` any more.
        SubscriptionStateError: orders move to it or from it.
    """
    await world.table.ready()
    known(world, subscription_id)
    await refuse_moving(world, subscription_id)
    drain = _Drain(world, subscription_id, progress)
    await drain.look()  # processors move it as soon as they hear of the removal
    if subscription_id not in world.table.unreadable or await _anybody(world):
        await world.writer.begin_removal(subscription_id, if_version=if_version)
    pending, moved = await drain.run()
    await world.writer.remove(subscription_id)
    if await _anybody(world):
        # They leave the topics before these go.
        await world.clock.sleep(_LEAVE_S)
    deleted, kept = await _delete_topics(world, subscription_id, purge=purge)
    return Removed(pending, moved, deleted, kept)


def known(world: World, subscription_id: str) -> None:
    """Raise SubscriptionNotFoundError unless there is one, even if unreadable."""
    table = world.table
    if table.get(subscription_id) is None and subscription_id not in table.unreadable:
        raise missing(subscription_id, (one.id for one in table.all()))


async def _anybody(world: World) -> bool:
    groups = (world.fanout_group, world.retry_group, world.ordered_group)
    return any([await world.groups.members(group) for group in groups])


async def _delete_topics(
    world: World, subscription_id: str, *, purge: bool
) -> tuple[Sequence[str], bool]:
    tiers, ordered = topics_of(world, subscription_id)
    doomed = await existing(world, [*tiers, ordered])
    dlq = await existing(world, [world.topology.dlq_topic(subscription_id)])
    kept = False
    if dlq and (purge or await _is_empty(world, dlq)):
        doomed += dlq
    elif dlq:
        kept = True
    if doomed:
        await world.topics.delete(doomed)
    return doomed, kept


async def _is_empty(world: World, topics: Sequence[str]) -> bool:
    lag = await world.groups.lag(world.retry_group, topics)
    return all(partition.start >= partition.end for partition in lag.values())


class _Drain:
    """Waits until nothing is pending, or moves it where nobody else does."""

    def __init__(self, world: World, subscription_id: str, progress: Progress) -> None:
        self._world = world
        self._id = subscription_id
        self._progress = progress
        self._moved: dict[TopicPartition, int] = {}
        self._moved_count = 0
        self._total = 0

    async def look(self) -> None:
        """Note what is pending now."""
        waiting = await self._waiting()
        self._total = sum(lag.pending for lag in waiting.values())

    async def run(self) -> tuple[int, int]:
        """Return how many were pending, and how many this process moved."""
        quiet_since: float | None = None
        while True:
            waiting = await self._waiting()
            count = sum(lag.pending for lag in waiting.values())
            self._total = max(self._total, count + self._moved_count)
            self._progress(self._total - count, self._total)
            now = self._world.clock.monotonic()
            if waiting:
                quiet_since = None
                await self._advance(waiting)
            elif await self._is_over(now - (quiet_since or now)):
                return self._total, self._moved_count
            else:
                quiet_since = quiet_since or now
                await self._world.clock.sleep(_LOOK_S)

    async def _waiting(self) -> Mapping[TopicPartition, Lag]:
        found = await lags(self._world, self._id)
        return {
            partition: lag
            for partition, lag in found.items()
            if lag.pending > 0 and lag.end > self._moved.get(partition, 0)
        }

    async def _is_over(self, quiet_s: float) -> bool:
        """A first attempt that fanout began before may still hop to a tier."""
        if not await self._world.groups.members(self._world.fanout_group):
            return True
        return quiet_s >= self._world.first_attempt_budget_s + _MARGIN_S

    async def _advance(self, waiting: Mapping[TopicPartition, Lag]) -> None:
        _, ordered = topics_of(self._world, self._id)
        moved = False
        for topic in sorted({partition.topic for partition in waiting}):
            group = self._world.ordered_group
            if topic != ordered:
                group = self._world.retry_group
            if not await self._world.groups.members(group):
                await self._move(topic, waiting)
                moved = True
        if not moved:
            await self._world.clock.sleep(_LOOK_S)

    async def _move(self, topic: str, waiting: Mapping[TopicPartition, Lag]) -> None:
        start: dict[int, int] = {}
        for partition, lag in waiting.items():
            if partition.topic == topic:
                first = max(lag.committed, lag.start)
                start[partition.partition] = max(first, self._moved.get(partition, 0))
                self._moved[partition] = lag.end
        async for batch in self._world.reader.read(topic, start=start):
            mine = [record for record in batch if record.partition in start]
            await asyncio.gather(*(self._publish(record) for record in mine))
            self._moved_count += len(mine)
            for record in mine:
                end = max(self._moved[record.topic_partition], record.offset + 1)
                self._moved[record.topic_partition] = end

    async def _publish(self, record: Record) -> None:
        at_ms = int(self._world.clock.now() * 1000)
        topology = self._world.topology
        if (guest := _guest(self._id, record)) is not None:
            topic = topology.ordered_topic(guest)
            await self._world.publisher.publish(Message(topic, *record[4:7]))
            return
        letter = _letter(self._id, topology.dlq_topic(self._id), record, at_ms)
        try:
            await self._world.publisher.publish(letter)
        except PublishError as error:
            if error.heals is not Heals.NOTHING:
                raise
            said, source = attributes_of(record), _source(record)
            await self._world.publisher.publish(small(letter, source, said, str(error)))


def _guest(subscription_id: str, record: Record) -> str | None:
    """Whose the delivery is, if another's that shared the lanes; it keeps its own."""
    try:
        whose = read_state(record).subscription
    except DecodeError:
        return None
    return None if whose == subscription_id else whose


def _source(record: Record) -> Record:
    """The record where it stood first: the topic it is read from goes now."""
    try:
        origin = read_state(record).origin
    except DecodeError:
        return record
    topic, partition, offset = origin[:3]
    return record._replace(topic=topic, partition=partition, offset=offset)


def _letter(subscription_id: str, dlq: str, record: Record, at_ms: int) -> Message:
    try:
        state = read_state(record)
        event = build_event(record, attributes_in(record), {}, 0, "unknown")
    except DecodeError:
        # Not ours, or damaged; it is kept as it is.
        headers = (*record.headers, ("bus-reason", Reason.REMOVED.value.encode()))
        return Message(dlq, record.key, record.value, headers)
    delivery = Delivery(
        subscription_id,
        event,
        record,
        state.origin,
        replay=state.replay,
        undecided=state.undecided,
    )
    headers = hop_headers(
        delivery,
        attempts=state.attempts,
        tier=state.tier,
        reason=Reason.REMOVED,
        detail="subscription removed",
        at_ms=at_ms,
    )
    return Message(dlq, hop_key(event), record.value, headers)
