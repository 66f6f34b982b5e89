"""Delivering a span of time once more, to one subscription alone.

The source topics are read again and merged by time; what the subscription's types
and filter want goes to its first tier, in order per order id and source topic.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heapreplace
from typing import NamedTuple, TypeAlias

from bus.access.audit import Shown
from bus.access.entities import Entity
from bus.delivery.delivery import origin_of
from bus.delivery.matching import covers
from bus.delivery.subscription import Subscription
from bus.errors import DecodeError
from bus.event import Event
from bus.record import Message, Record
from bus.times import moment_of, rfc3339
from processors.redrive.again import CHUNK, anew, given_up, trouble_of, write
from processors.redrive.events import Events
from processors.redrive.filters import Filters
from processors.redrive.noting import noted
from processors.redrive.within import in_time
from processors.subscriptions.world import World

Progress: TypeAlias = Callable[[int], None]
Records: TypeAlias = AsyncIterator[Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What is to be delivered again; times are epoch ms, inclusive, exclusive.

    `types` are patterns that narrow further than the subscription does; `order` is
    one order's id, `event` one webhook-id.
    """

    since_ms: int
    until_ms: int
    types: Sequence[str] = ()
    order: str | None = None
    event: str | None = None


@dataclass(slots=True)
class Found:
    """What a span held: how many records, and how many wanted ones by type.

    `refused` are those that no tier takes: each has left a small dead letter. One that
    is not `complete` was not read to its end: there are at least so many.
    """

    read: int = 0
    undecodable: int = 0
    failed_filters: int = 0
    refused: int = 0
    by_type: Counter[str] = field(default_factory=Counter)
    complete: bool = True

    @property
    def wanted(self) -> int:
        """How many events the subscription wants."""
        return self.by_type.total()


class _Wanted(NamedTuple):
    record: Record
    event: Event


async def count(
    world: World,
    subscription: Subscription,
    span: Span,
    *,
    within_s: float | None = None,
    hear: Callable[[Found], None] = lambda _: None,
) -> Found:
    """Say what would be delivered, as far as can be read `within_s`.

    Nothing is written. `hear` is told of what was found so far.

    Raises:
        TopicError: a source topic is not there.
        RegistryUnavailableError: the registry gave no usable answer.
    """
    found = Found()
    found.complete = await in_time(
        within_s, _counted(world, subscription, span, found, hear)
    )
    return found


async def _counted(
    world: World,
    subscription: Subscription,
    span: Span,
    found: Found,
    hear: Callable[[Found], None],
) -> None:
    async for _ in _select(world, subscription, span, found):
        hear(found)


async def deliver(
    world: World, subscription: Subscription, span: Span, progress: Progress
) -> Found:
    """Write one hop a wanted event; `progress` hears of how many were written.

    Raises:
        PublishError: Kafka did not acknowledge one; asked for again, it begins anew.
    """
    found = Found()
    chunk: list[_Wanted] = []
    written = 0

    def said() -> Shown:
        return {"replayed": written, **_shown(span)} if written else {}

    async with noted(world, "replay", Entity.EVENTS, subscription.id, said):
        async for wanted in _select(world, subscription, span, found):
            chunk.append(wanted)
            if len(chunk) >= CHUNK:
                found.refused += await _write(world, subscription, chunk)
                written += len(chunk)
                progress(len(chunk))
                chunk = []
        found.refused += await _write(world, subscription, chunk)
        written += len(chunk)
        progress(len(chunk))
    return found


def _shown(span: Span) -> Shown:
    since, until = (rfc3339(moment_of(ms)) for ms in (span.since_ms, span.until_ms))
    return {
        "since": since,
        "until": until,
        "types": list(span.types),
        "order": span.order,
        "event": span.event,
    }


async def _write(
    world: World, subscription: Subscription, chunk: Sequence[_Wanted]
) -> int:
    """Write a chunk; return how many of it no tier takes."""
    messages = [_message(world, subscription, wanted) for wanted in chunk]
    results = await write(world.publisher, messages)
    if (trouble := trouble_of(results)) is not None:
        raise trouble
    told = zip(messages, results, strict=True)
    refused = [(message, error) for message, error in told if error is not None]
    for message, error in refused:
        letter = given_up(world.topology, message, str(error))
        await world.publisher.publish(letter)
    return len(refused)


def _message(world: World, subscription: Subscription, wanted: _Wanted) -> Message:
    record, event = wanted
    now_ms = int(world.clock.now() * 1000)
    origin = origin_of(record, now_ms).from_now(now_ms)
    return anew(world.topology, subscription, record, event, origin=origin, replay=1)


async def _select(
    world: World, subscription: Subscription, span: Span, found: Found
) -> AsyncIterator[_Wanted]:
    """Yield what the subscription wants, and count into `found`."""
    filters, events = Filters(world, [subscription]), Events(world.schemas)
    async for record in _merged(
        [_records(world, t, span) for t in world.topology.sources]
    ):
        found.read += 1
        try:
            event = await events.of(record)
        except DecodeError:
            found.undecodable += 1
            continue
        if not _asked_for(event, span):
            continue
        # Its owner may have many spans read: a dear filter waits for his account.
        match = await filters.decided(event)
        found.failed_filters += bool(match.failed_filters or match.undecided)
        if match.subscriptions:
            found.by_type[event.type] += 1
            yield _Wanted(record, event)


def _asked_for(event: Event, span: Span) -> bool:
    ours = span.order in {None, event.subject} and span.event in {
        None,
        event.webhook_id,
    }
    return ours and (not span.types or any(covers(p, event.type) for p in span.types))


async def _records(world: World, topic: str, span: Span) -> Records:
    # All keys: an order's events may have any.
    async for batch in world.reader.read(
        topic, since_ms=span.since_ms, until_ms=span.until_ms
    ):
        for record in batch:
            yield record


class _Head(NamedTuple):
    at_ms: int
    place: int
    record: Record
    rest: Records


async def _merged(streams: Sequence[Records]) -> Records:
    """Merge by timestamp; each stream keeps its own order."""
    heads: list[_Head] = []
    for place, stream in enumerate(streams):
        if (first := await anext(stream, None)) is not None:
            heads.append(_Head(first.timestamp_ms, place, first, stream))
    heapify(heads)
    while heads:
        _, place, record, rest = heads[0]
        yield record
        following = await anext(rest, None)
        if following is None:
            heappop(heads)
        else:
            heapreplace(heads, _Head(following.timestamp_ms, place, following, rest))
