"""Replaying and discarding dead letters.

Each is marked once it was sent on its way again, so that asking twice delivers once.
A crash in between repeats at most one chunk, with the same webhook-ids.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bus.delivery.marks import Fate, mark
from bus.delivery.subscription import Subscription
from bus.errors import PublishError
from bus.record import Message
from processors.redrive.again import CHUNK, anew, write
from processors.redrive.letters import Letter
from processors.subscriptions.world import World

Progress: TypeAlias = Callable[[int], None]
Letters: TypeAlias = AsyncIterator[Sequence[Letter]]


@dataclass(slots=True)
class Plan:
    """What is pending; `damaged` ones cannot be replayed, only discarded."""

    pending: int = 0
    damaged: int = 0
    by_type: Counter[str] = field(default_factory=Counter)
    by_reason: Counter[str] = field(default_factory=Counter)

    @property
    def whole(self) -> int:
        """How many can be replayed."""
        return self.pending - self.damaged


async def plan(letters: Letters) -> Plan:
    """Count the pending ones among letters."""
    found = Plan()
    async for batch in letters:
        for letter in batch:
            if letter.fate is not Fate.PENDING:
                continue
            found.pending += 1
            found.damaged += not can_replay(letter)
            found.by_type[letter.event_type] += 1
            found.by_reason[letter.reason] += 1
    return found


def can_replay(letter: Letter) -> bool:
    """Whether this letter is pending and whole."""
    return letter.fate is Fate.PENDING and letter.event is not None


async def replay(
    world: World, subscription: Subscription, letters: Letters, progress: Progress
) -> int:
    """Send what can be replayed on its way again; return how many there were.

    `progress` hears of each chunk's size. Letters of one order keep their order.

    Raises:
        PublishError: Kafka did not acknowledge one; what was written is marked, the
            rest stays pending.
    """
    done = 0
    async for chunk in _chunks(letters):
        meant = [letter for letter in chunk if can_replay(letter)]
        messages = [_anew(world, subscription, letter) for letter in meant]
        written, failure = await write(world.publisher, messages)
        sent = [letter for letter, ok in zip(meant, written, strict=True) if ok]
        await _mark(world, sent, Fate.REPLAYED)
        done += len(sent)
        progress(len(chunk))
        if failure is not None:
            raise failure
    return done


async def discard(world: World, letters: Letters, progress: Progress) -> int:
    """Mark pending letters as discarded; nothing is deleted; return how many.

    Raises:
        PublishError: Kafka did not acknowledge a mark.
    """
    done = 0
    async for chunk in _chunks(letters):
        meant = [letter for letter in chunk if letter.fate is Fate.PENDING]
        await _mark(world, meant, Fate.DISCARDED)
        done += len(meant)
        progress(len(chunk))
    return done


def _anew(world: World, subscription: Subscription, letter: Letter) -> Message:
    state, event = letter.state, letter.event
    if state is None or event is None:
        raise ValueError(f"a damaged dead letter: {letter.problem}")
    return anew(
        world.topology,
        subscription,
        letter.record,
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
