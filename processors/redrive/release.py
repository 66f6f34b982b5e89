"""Letting quarantined records go: decoded again, matched again, delivered.

What can be decoded now starts one delivery for each subscription that wants it, from
its first tier on, with the place of the source record and so with the same identity.
What still cannot stays where it is, pending. A hop that was put aside goes on to its
own subscription only.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from bus.access.audit import Shown
from bus.access.entities import Entity
from bus.delivery.delivery import origin_of
from bus.delivery.headers import read_state
from bus.delivery.marks import Fate, mark
from bus.delivery.quarantine import meaning_of
from bus.delivery.small import read_elsewhere
from bus.delivery.subscription import Subscription
from bus.errors import DecodeError, PublishError
from bus.record import Message
from processors.delivery.decoding import at_origin
from processors.redrive.again import CHUNK, anew, given_up, trouble_of, write
from processors.redrive.events import Events
from processors.redrive.filters import Filters
from processors.redrive.letters import fetched
from processors.redrive.noting import noted
from processors.redrive.quarantine import Item
from processors.redrive.within import in_time
from processors.subscriptions.world import World

Progress: TypeAlias = Callable[[int], None]
Items: TypeAlias = AsyncIterator[Sequence[Item]]


@dataclass(slots=True)
class Released:
    """What came of it, or would.

    `stuck` are those that still cannot be decoded, by the code of the reason now;
    `refused` deliveries that no retry topic takes: each has left a small dead letter;
    `unwanted` those that no subscription wants; `deliveries` count by subscription. One
    that is not `complete` was not read to its end `within_s`: there are at least so
    many.
    """

    pending: int = 0
    released: int = 0
    unwanted: int = 0
    failed_filters: int = 0
    refused: int = 0
    by_topic: Counter[str] = field(default_factory=Counter)
    deliveries: Counter[str] = field(default_factory=Counter)
    stuck: Counter[str] = field(default_factory=Counter)
    complete: bool = True
    within_s: float = 0.0


class Release:
    """One run over quarantined records."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._events = Events(world.schemas)
        self._seen: set[tuple[object, ...]] = set()
        self._marked = 0
        self._filters: Filters | None = None
        self._those: Sequence[Subscription] = ()
        self.done = Released()

    async def plan(self, items: Items, within_s: float | None = None) -> Released:
        """Say what would be done, as far as can be read `within_s`; nothing is written.

        Raises:
            RegistryUnavailableError: the registry gave no usable answer.
        """
        done = self.done
        done.within_s = within_s or 0.0
        done.complete = await in_time(within_s, self._planned(items))
        return done

    async def _planned(self, items: Items) -> None:
        async for batch in items:
            for item in batch:
                await self._messages(item)

    async def run(self, items: Items, progress: Progress) -> Released:
        """Send what can be decoded on its way, and mark it.

        `progress` hears of each chunk's size. A crash in between repeats at most one
        chunk, with the same webhook-ids.

        Raises:
            PublishError: Kafka did not acknowledge one; its chunk stays pending.
            RegistryUnavailableError: the registry gave no usable answer.
        """
        topic = self._world.topology.quarantine
        async with noted(self._world, "release", Entity.QUARANTINE, topic, self._said):
            async for batch in items:
                for start in range(0, len(batch), CHUNK):
                    chunk = batch[start : start + CHUNK]
                    await self._release(chunk)
                    progress(len(chunk))
        return self.done

    def _said(self) -> Shown:
        if not self._marked:
            return {}
        return {"released": self._marked, "deliveries": dict(self.done.deliveries)}

    async def _release(self, chunk: Sequence[Item]) -> None:
        going: list[Item] = []
        messages: list[Message] = []
        for item in chunk:
            found = await self._messages(item)
            if found is not None:
                going.append(item)
                messages += found
        results = await write(self._world.publisher, messages)
        if (trouble := trouble_of(results)) is not None:
            raise trouble
        for message, error in zip(messages, results, strict=True):
            if error is not None:
                self.done.refused += 1
                letter = given_up(self._world.topology, message, str(error))
                await self._world.publisher.publish(letter)
        await put_marks(self._world, going, Fate.REPLAYED)
        self._marked += len(going)

    async def _messages(self, item: Item) -> Sequence[Message] | None:
        """The hops of one; None if it is not pending, or still cannot be decoded."""
        if item.fate is not Fate.PENDING:
            return None
        done = self.done
        done.pending += 1
        done.by_topic[item.topic] += 1
        try:
            messages = await self._hops(await self._whole(item))
        except DecodeError as error:
            done.stuck[meaning_of(str(error)).code] += 1
            return None
        done.released += 1
        return messages

    async def _whole(self, item: Item) -> Item:
        """The item with the record that a small one stands for."""
        elsewhere = read_elsewhere(item.record)
        if elsewhere is None:
            return item
        found = await fetched(self._world, elsewhere)
        if found is None:
            raise DecodeError(f"expired: nothing stands at {elsewhere.place} any more")
        return replace(item, source=found)

    async def _hops(self, item: Item) -> Sequence[Message]:
        # After a crash the same record may have been put aside twice.
        known = (item.place, item.source.key, item.source.value, item.source.headers)
        if known in self._seen:
            return []
        self._seen.add(known)
        if self._world.topology.owner(item.topic) is not None:
            return await self._hop(item)
        return await self._fan_out(item)

    async def _hop(self, item: Item) -> Sequence[Message]:
        state = read_state(item.source)
        event = await self._events.of(at_origin(item.source, state.origin))
        subscription = self._world.table.get(state.subscription)
        if subscription is None:
            self.done.unwanted += 1
            return []
        self.done.deliveries[subscription.id] += 1
        origin = state.origin.from_now(self._now_ms())
        return [
            anew(
                self._world.topology,
                subscription,
                item.source,
                event,
                origin=origin,
                replay=state.replay + 1,
            )
        ]

    async def _fan_out(self, item: Item) -> Sequence[Message]:
        event = await self._events.of(item.source)
        match = await self._filters_now().match(event)
        self.done.failed_filters += bool(match.failed_filters)
        # Whose filter takes too much here is asked where it is delivered.
        those = (*match.subscriptions, *match.undecided)
        self.done.unwanted += not those
        self.done.deliveries.update(those)
        at = item.source
        origin = origin_of(at, self._now_ms()).from_now(self._now_ms())
        wanted = [self._world.table.get(name) for name in those]
        return [
            anew(
                self._world.topology,
                one,
                at,
                event,
                origin=origin,
                replay=1,
                undecided=one.id in match.undecided,
            )
            for one in wanted
            if one is not None
        ]

    def _filters_now(self) -> Filters:
        """Those of the subscriptions there are now, compiled anew when these change."""
        those = self._world.table.all()
        if self._filters is None or self._those != those:
            self._filters, self._those = Filters(self._world, those), those
        return self._filters

    def _now_ms(self) -> int:
        return int(self._world.clock.now() * 1000)


async def count_pending(items: Items, within_s: float | None = None) -> Released:
    """Say how many would be discarded, as far as can be read `within_s`."""
    found = Released(within_s=within_s or 0.0)

    async def counted() -> None:
        async for batch in items:
            meant = [item.topic for item in batch if item.fate is Fate.PENDING]
            found.pending += len(meant)
            found.by_topic.update(meant)

    found.complete = await in_time(within_s, counted())
    return found


async def let_drop(world: World, items: Items, progress: Progress) -> int:
    """Mark pending ones as discarded; nothing is deleted; return how many.

    Raises:
        PublishError: Kafka did not acknowledge a mark.
    """
    done = 0

    def said() -> Shown:
        return {"discarded": done} if done else {}

    topic = world.topology.quarantine
    async with noted(world, "discard", Entity.QUARANTINE, topic, said):
        async for batch in items:
            meant = [item for item in batch if item.fate is Fate.PENDING]
            for start in range(0, len(meant), CHUNK):
                chunk = meant[start : start + CHUNK]
                await put_marks(world, chunk, Fate.DISCARDED)
                done += len(chunk)
                progress(len(chunk))
    return done


async def put_marks(world: World, items: Sequence[Item], fate: Fate) -> None:
    """Mark what became of them.

    Raises:
        PublishError: Kafka did not acknowledge one.
    """
    marks = [world.publisher.publish(mark(item.record, fate)) for item in items]
    failure: PublishError | None = None
    for one in marks:
        try:
            await one
        except PublishError as error:
            failure = error
    if failure is not None:
        raise failure
