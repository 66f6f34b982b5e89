"""Replaying and discarding dead letters.

Each is marked once it was sent on its way again, so that asking twice delivers once.
A crash in between repeats at most one chunk, with the same webhook-ids.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bus.access.audit import Shown
from bus.access.entities import Entity
from bus.delivery.marks import Fate, mark
from bus.delivery.subscription import Subscription
from bus.errors import DecodeError, PublishError
from bus.event import Event
from bus.record import Message, Record
from processors.redrive.again import CHUNK, anew, trouble_of, write
from processors.redrive.events import Events
from processors.redrive.letters import Letter, body_of
from processors.redrive.noting import note, noted
from processors.redrive.within import in_time
from processors.subscriptions.world import World

MOST_NAMED = 100
"""So many of those that were not sent are named."""
Progress: TypeAlias = Callable[[int], None]
Letters: TypeAlias = AsyncIterator[Sequence[Letter]]


@dataclass(slots=True)
class Plan:
    """What is pending; `damaged` ones cannot be replayed, only discarded.

    One that is not `complete` was not read to its end in the time it had, `within_s`:
    there are at least so many.
    """

    pending: int = 0
    damaged: int = 0
    by_type: Counter[str] = field(default_factory=Counter)
    by_reason: Counter[str] = field(default_factory=Counter)
    complete: bool = True
    within_s: float = 0.0

    @property
    def whole(self) -> int:
        """How many can be replayed."""
        return self.pending - self.damaged

    def add(self, event_type: str, reason: str, *, whole: bool) -> None:
        """One more that is pending."""
        self.pending += 1
        self.damaged += not whole
        self.by_type[event_type] += 1
        self.by_reason[reason] += 1


async def plan(letters: Letters, within_s: float | None = None) -> Plan:
    """Count the pending ones among letters, as far as they can be read `within_s`."""
    found = Plan(within_s=within_s or 0.0)
    found.complete = await in_time(within_s, _count(letters, found))
    return found


async def _count(letters: Letters, found: Plan) -> None:
    async for batch in letters:
        for letter in batch:
            if letter.fate is Fate.PENDING:
                whole = can_replay(letter)
                found.add(letter.event_type, letter.reason, whole=whole)


def can_replay(letter: Letter) -> bool:
    """Whether this letter is pending, and whole or known where it stands."""
    known = letter.event is not None or letter.elsewhere is not None
    return letter.fate is Fate.PENDING and letter.state is not None and known


@dataclass(slots=True)
class Replayed:
    """What became of pending letters. Those not `sent` stay pending.

    `gone`: the record that a small letter stands for is not there any more.
    `refused`: the topic never takes one so large; why, once. `named`: the first of
    both, by webhook-id, each with why.
    """

    sent: int = 0
    gone: int = 0
    refused: int = 0
    why: str = ""
    named: dict[str, str] = field(default_factory=dict)

    def name(self, letter: Letter, why: str) -> None:
        """One that was not sent."""
        if len(self.named) < MOST_NAMED:
            self.named[letter.event_id] = why


async def replay(
    world: World, subscription: Subscription, letters: Letters, progress: Progress
) -> Replayed:
    """Send what can be replayed on its way again.

    `progress` hears of each chunk's size. Letters of one order keep their order.

    Raises:
        PublishError: Kafka did not acknowledge one; what was written is marked, the
            rest stays pending.
    """
    done = Replayed()
    replayed = noted(
        world, "replay", Entity.LETTERS, subscription.id, lambda: _said(done)
    )
    async with replayed:
        async for chunk in _chunks(letters):
            await _replay(world, subscription, chunk, done)
            progress(len(chunk))
    return done


def _said(done: Replayed) -> Shown:
    return {"replayed": done.sent} if done.sent else {}


async def _replay(
    world: World, subscription: Subscription, chunk: Sequence[Letter], done: Replayed
) -> None:
    meant = [letter for letter in chunk if can_replay(letter)]
    ready = await _ready(world, subscription, meant)
    done.gone += len(meant) - len(ready)
    there = {id(letter) for letter, _ in ready}
    for letter in meant:
        if id(letter) not in there:
            done.name(letter, "its content is not there any more")
    results = await write(world.publisher, [message for _, message in ready])
    told = [(x, error) for (x, _), error in zip(ready, results, strict=True)]
    sent = [letter for letter, error in told if error is None]
    await _mark(world, sent, Fate.REPLAYED)
    done.sent += len(sent)
    if (trouble := trouble_of(results)) is not None:
        raise trouble
    done.refused += len(told) - len(sent)
    for letter, error in told:
        if error is not None:
            done.name(letter, str(error))
    done.why = next((str(e) for _, e in told if e is not None), done.why)


async def _ready(
    world: World, subscription: Subscription, letters: Sequence[Letter]
) -> list[tuple[Letter, Message]]:
    """The letters whose record can be had, each with the hop it begins anew with."""
    events = Events(world.schemas)
    ready = []
    for letter in letters:
        record, event = await body_of(world, letter), letter.event
        if record is None:
            continue
        if event is None:
            try:
                event = await events.outline(record)
            except DecodeError:
                continue
        ready.append((letter, _anew(world, subscription, letter, record, event)))
    return ready


async def discard(world: World, letters: Letters, progress: Progress) -> int:
    """Mark pending letters as discarded; nothing is deleted; return how many.

    Raises:
        PublishError: Kafka did not acknowledge a mark.
    """
    done: Counter[str] = Counter()
    try:
        async for chunk in _chunks(letters):
            meant = [letter for letter in chunk if letter.fate is Fate.PENDING]
            await _mark(world, meant, Fate.DISCARDED)
            done.update(letter.subscription for letter in meant)
            progress(len(chunk))
    finally:
        for subscription, count in done.items():
            await note(
                world, "discard", Entity.LETTERS, subscription, {"discarded": count}
            )
    return done.total()


def _anew(
    world: World,
    subscription: Subscription,
    letter: Letter,
    record: Record,
    event: Event,
) -> Message:
    state = letter.state
    if state is None:
        raise ValueError(f"a damaged dead letter: {letter.problem}")
    return anew(
        world.topology,
        subscription,
        record,
        event,
        origin=state.origin.from_now(int(world.clock.now() * 1000)),
        replay=state.replay + 1,
    )


async def _mark(world: World, letters: Sequence[Letter], fate: Fate) -> None:
    marks = [world.publisher.publish(mark(letter.record, fate)) for letter in letters]
    failure: PublishError | None = None
    for one in marks:
        try:
            await one
        except PublishError as error:
            failure = error
    if failure is not None:
        raise failure


async def _chunks(letters: Letters) -> Letters:
    async for batch in letters:
        for i in range(0, len(batch), CHUNK):
            yield batch[i : i + CHUNK]
