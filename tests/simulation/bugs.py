"""Bugs put into the engine on purpose, to see that the simulation finds them."""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

import bus.contracts.codec
import bus.delivery.attributes
import bus.delivery.headers
import bus.event
import processors.delivery.decoding
import processors.delivery.fanout
import processors.delivery.hops
import processors.delivery.retry
from bus.delivery.appends import Appends, _First
from bus.delivery.choices import Ordering
from bus.delivery.delivery import Delivery, Origin
from bus.delivery.keys import original_key
from bus.delivery.lanes import Lanes
from bus.delivery.offsets import Ledger, _Open
from bus.delivery.patience import Patience
from bus.delivery.settled import Facts, hash_of
from bus.delivery.subscription import Subscription
from bus.errors import PublishError
from bus.record import (
    Commit,
    Expired,
    Message,
    Record,
    SchemaRef,
    TopicPartition,
)
from processors.delivery.fanout import Fanout
from processors.delivery.hops import Hops
from processors.delivery.loop import Loop
from processors.delivery.partition import Partition
from processors.delivery.retry import RetryTiers
from processors.delivery.ticket import Ticket
from processors.delivery.writing import Writing
from tests.simulation import odd_bugs
from tests.simulation.programs import SimulatedSchemas

_ANY_TIME = 1_000_000


class Bug(NamedTuple):
    """What is put in place of what, and the promise that it breaks.

    `found` is a seed that is looked at first, for one that few seeds find.
    """

    promise: str
    owner: object
    name: str
    instead: object
    found: int = 0


def _read(ledger: Ledger) -> int | None:
    return ledger._next if ledger._seen else None  # noqa: SLF001 - the bug


async def _unwritten(
    writing: Writing,
    partition: Partition,
    message: Message,
    patience_s: float = 0,
    *,
    last: bool = False,
) -> bool:
    del partition, patience_s, last
    try:
        await writing._publisher.publish(message)  # noqa: SLF001 - the bug
    except PublishError:
        return True
    return True


async def _unacknowledged(
    writing: Writing,
    partition: Partition,
    message: Message,
    patience_s: float = 0,
    *,
    last: bool = False,
) -> bool:
    del partition, patience_s, last
    writing._publisher.publish_soon(message)  # noqa: SLF001 - the bug
    return True


def _all_again(
    ledger: Ledger, offset: int, deliveries: Collection[str]
) -> Sequence[str]:
    del ledger, offset
    return list(deliveries)


async def _undrained(
    loop: Loop, partitions: Collection[TopicPartition]
) -> Mapping[TopicPartition, Commit]:
    leaving = loop._close(partitions)  # noqa: SLF001 - the bug
    return {p.tp: c for p in leaving if (c := p.ledger.commit()) is not None}


def _at_once(lanes: Lanes[Ticket], key: bytes, ticket: Ticket) -> Ticket:
    del lanes, key
    return ticket


def _unfenced(partition: Partition) -> None:
    del partition


def _early(appended_ms: int, delay_s: float) -> int:
    return appended_ms + int(delay_s * 990)


def _late(appended_ms: int, delay_s: float) -> int:
    return appended_ms + int(delay_s * 1000) + 60


def _forgetful(record: _Open, room: int) -> Facts:
    before = record.done_before or ()
    if room >= len(record.pending) < len(record.done) + len(before):
        return map(hash_of, record.pending), True
    return islice(chain(before, map(hash_of, record.done)), room), False


def _unborn(loop: Loop, batch: Sequence[Record]) -> None:
    loop._inbox.append((_ANY_TIME, batch))  # noqa: SLF001 - the bug
    loop._queued += len(batch)  # noqa: SLF001 - the bug
    loop._arrived.set()  # noqa: SLF001 - the bug


def _dropped(retry: RetryTiers, ticket: Ticket, why: str) -> None:
    del retry, ticket, why


def _retry(subscription: Subscription) -> Sequence[str]:
    return subscription.retry if subscription.ordering is Ordering.NONE else ()


def _one_by_one(loop: Loop) -> bool:
    return not loop._queued and not loop.unsettled  # noqa: SLF001 - the bug


def _all_wait(loop: Loop) -> bool:
    return not loop.waiting


def _hasty(patience: Patience, ref: SchemaRef, asked_at: float) -> float:
    del patience, ref, asked_at
    return 0.0


def _stubborn(patience: Patience, ref: SchemaRef, asked_at: float) -> float:
    del patience, ref, asked_at
    return 1.0


async def _always(schemas: SimulatedSchemas, besides: SchemaRef) -> bool:
    del schemas, besides
    return True


def _skipping(fanout: Fanout, partition: Partition, record: Record) -> None:
    if record.unreadable:
        partition.begin(record.offset, ())
    else:
        _HANDLE(fanout, partition, record)


_HANDLE = Fanout.handle


def _silent(loop: Loop, gone: Expired) -> None:
    partition = loop.partitions.get(gone.topic_partition)
    if partition is not None:
        partition.ledger.expire(gone.start)


async def _for_ever(
    writing: Writing,
    partition: Partition,
    message: Message,
    patience_s: float = 0,
    *,
    last: bool = False,
) -> bool:
    del patience_s, last
    while partition.open:
        try:
            await writing._publisher.publish(message)  # noqa: SLF001 - the bug
        except PublishError:
            await writing._clock.sleep(0.1)  # noqa: SLF001 - the bug
        else:
            return True
    return False


_message = Hops._message  # noqa: SLF001 - the bug


def _by_own_key(hops: Hops, delivery: Delivery, *rest: object) -> Message:
    key = original_key(delivery.record)
    message = _message(hops, delivery, *rest)  # type: ignore[arg-type]
    return message._replace(key=key)


def _by_offset(appends: Appends, order: str, event_id: str, origin: Origin) -> bool:
    del event_id
    newest = appends._first  # noqa: SLF001 - the bug
    lane = hash((order, origin.topic, origin.partition))
    if origin.offset <= newest.get(lane, _First(-1, 0)).offset:
        return True
    newest[lane] = _First(origin.offset, 0)
    return False


BUGS: Mapping[str, Bug] = {
    "writes for ever what no topic takes": Bug(
        "Stuck", Writing, "until_taken", _for_ever
    ),
    "says the wrong place": Bug(
        "SmallLetters", processors.delivery.hops, "small", odd_bugs.misplaced
    ),
    "counts age by the producer's clock": Bug(
        "TooOld", processors.delivery.fanout, "origin_of", odd_bugs.by_its_clock
    ),
    "commits what was read": Bug(
        "CommitNeverAhead", Ledger, "position", property(_read)
    ),
    "settles before the hop is acknowledged": Bug(
        "CommitNeverAhead", Writing, "until_taken", _unacknowledged
    ),
    "skips a failed hop": Bug("NothingLost", Writing, "until_taken", _unwritten),
    "forgets what was settled": Bug(
        "DuplicatesBounded", Ledger, "remaining", _all_again
    ),
    "gives back without draining": Bug(
        "DuplicatesBounded", Loop, "revoked", _undrained, 217
    ),
    "ignores the fence": Bug("DuplicatesBounded", Partition, "close", _unfenced, 50),
    "lets an event overtake": Bug("InOrderPerKey", Lanes, "push", _at_once),
    "retries early": Bug("DelayPrecision", processors.delivery.retry, "due_ms", _early),
    "retries late": Bug(
        "DelayPrecision", processors.delivery.retry, "due_ms", _late, 36
    ),
    "forgets at a second restart": Bug(
        "DuplicatesBounded", _Open, "facts", _forgetful, 680
    ),
    "takes records of an earlier assignment": Bug(
        "CommitNeverAhead", Loop, "records", _unborn
    ),
    "drops what is held": Bug("Stuck", RetryTiers, "held", _dropped),
    "forgets a tier given up": Bug(
        "NothingLost", Subscription, "tiers", property(_retry), 135
    ),
    "is silent about what retention took": Bug(
        "NothingLost", Loop, "overtaken", _silent, 90
    ),
    "skips what it cannot read": Bug("NothingLost", Fanout, "handle", _skipping),
    "waits for the slowest": Bug("Isolation", Loop, "has_room", _one_by_one),
    "lets all wait for one schema": Bug("Isolation", Loop, "has_room", _all_wait, 43),
    "gives a schema up at once": Bug("NothingLost", Patience, "refused", _hasty),
    "waits for ever for a schema": Bug("Stuck", Patience, "refused", _stubborn),
    "takes an outage for a refusal": Bug(
        "NothingLost", SimulatedSchemas, "answers", _always
    ),
    "names events by their id alone": Bug(
        "Identity", bus.event, "webhook_id", odd_bugs.own_id
    ),
    "makes up an id without its topic": Bug(
        "Identity", bus.delivery.headers, "made_up_id", odd_bugs.place
    ),
    "hops by the event's own key": Bug("InOrderPerKey", Hops, "_message", _by_own_key),
    "takes an offset for an event": Bug("NothingLost", Appends, "repeated", _by_offset),
    "refuses a far time": Bug(
        "NothingLost", bus.contracts.codec, "_lenient", odd_bugs.strict
    ),
    "refuses a time that is none": Bug(
        "NothingLost", bus.delivery.attributes, "time_of", odd_bugs.punctual
    ),
    "reads no JSON": Bug(
        "NothingLost", processors.delivery.decoding, "is_json", odd_bugs.avro_only
    ),
}
