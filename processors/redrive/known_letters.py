"""Dead letters as a gateway knows them: where each stands, and what is asked of it.

Those of an event are read from their places. What plans and jobs mean by time, type,
order or reason is found in outline, and only that is read.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from sys import intern

from bus.delivery.marks import Fate, Mark
from bus.record import Record
from processors.redrive.backwards import Stretch
from processors.redrive.events import Events
from processors.redrive.known_spots import MOST_SPOTS, KnownSpots
from processors.redrive.lately import Lately
from processors.redrive.letters import (
    Letter,
    Outline,
    Wanted,
    letter_mark,
    letter_of,
    read_letters,
)
from processors.redrive.replaying import Plan, can_replay, plan
from processors.redrive.survey import MOST_OUTLINES, Survey, TooManyError
from processors.redrive.within import in_time
from processors.subscriptions.world import World


class KnownLetters:
    """Of the subscriptions that were asked for lately."""

    def __init__(
        self, most: int = MOST_SPOTS, most_outlines: int = MOST_OUTLINES
    ) -> None:
        self._most = most
        self._most_outlines = most_outlines
        self._spotted: Lately[KnownSpots] = Lately(most)
        self._surveyed: Lately[Survey] = Lately(most_outlines)

    async def of(
        self, world: World, subscription: str, events: Iterable[str]
    ) -> list[Letter]:
        """All dead letters of these events (webhook-ids, or the producers' own).

        In the order in which they became dead letters.

        Raises:
            TopicError, RegistryUnavailableError: as `read_letters`.
            BrokerUnavailableError: Kafka gives no answer.
        """
        wanted = Wanted(events=tuple(events))
        topic = world.topology.dlq_topic(subscription)
        schemas = Events(world.schemas)
        found = [
            await letter_of(subscription, record, mark, schemas)
            for record, mark in await self._spots(world, topic).of(
                world, topic, wanted.events
            )
        ]
        return sorted(filter(wanted.holds, found), key=lambda letter: letter.at_ms)

    async def plan(
        self,
        world: World,
        subscription: str,
        wanted: Wanted,
        within_s: float | None = None,
    ) -> Plan:
        """Count the pending ones that are meant, as far as they can be read `within_s`.

        Raises:
            TopicError, RegistryUnavailableError: as `read_letters`.
        """
        if wanted.events:
            return await plan(self.read(world, subscription, wanted), within_s)
        topic = world.topology.dlq_topic(subscription)
        survey = self._survey(world, topic)
        found = Plan(within_s=within_s or 0.0)
        try:
            known = survey.catch_up(world, topic, wanted.since_ms)
            found.complete = await in_time(within_s, known)
        except TooManyError:
            return await plan(read_letters(world, subscription, wanted), within_s)
        # Aside: of many, it would keep everybody else waiting.
        await asyncio.to_thread(_count, survey, wanted, found)
        return found

    async def read(
        self, world: World, subscription: str, wanted: Wanted
    ) -> AsyncIterator[Sequence[Letter]]:
        """As `read_letters`, of what is meant alone."""
        letters = (
            self._named(world, subscription, wanted)
            if wanted.events
            else self._meant(world, subscription, wanted)
        )
        async for batch in letters:
            if meant := [letter for letter in batch if wanted.holds(letter)]:
                yield meant

    async def marks(self, world: World, record: Record) -> Sequence[Mark]:
        """As `KnownSpots.marks`."""
        return await self._spots(world, record.topic).marks(world, record)

    async def _named(
        self, world: World, subscription: str, wanted: Wanted
    ) -> AsyncIterator[Sequence[Letter]]:
        yield await self.of(world, subscription, wanted.events)

    async def _meant(
        self, world: World, subscription: str, wanted: Wanted
    ) -> AsyncIterator[Sequence[Letter]]:
        """Read from the first that is meant to the last, in each partition."""
        topic = world.topology.dlq_topic(subscription)
        survey, events = self._survey(world, topic), Events(world.schemas)
        try:
            await survey.catch_up(world, topic, wanted.since_ms)
        except TooManyError:
            async for batch in read_letters(world, subscription, wanted):
                yield batch
            return
        spots = await asyncio.to_thread(_spots_of, survey, wanted)
        if not spots:
            return
        stretches = {p: Stretch(min(at), max(at) + 1) for p, at in spots.items()}
        async for records in world.reader.read(
            topic,
            start={p: stretch.first for p, stretch in stretches.items()},
            stop={p: stretch.end for p, stretch in stretches.items()},
        ):
            found = []
            for record in records:
                if record.offset in spots[record.partition]:
                    letter = await letter_of(subscription, record, None, events)
                    fate, at_ms = survey.of(record)
                    found.append(replace(letter, fate=fate, marked_at_ms=at_ms))
            yield found

    def _spots(self, world: World, topic: str) -> KnownSpots:
        return self._spotted.of(topic, lambda: _new_spots(world, self._most))

    def _survey(self, world: World, topic: str) -> Survey:
        return self._surveyed.of(topic, lambda: _new_survey(world, self._most_outlines))


def _new_spots(world: World, most: int) -> KnownSpots:
    events = Events(world.schemas)

    async def names(record: Record) -> Iterable[str]:
        letter = await letter_of("", record, None, events)
        return dict.fromkeys((letter.event_id, letter.own_id))

    return KnownSpots(names, letter_mark, most)


def _new_survey(world: World, most: int) -> Survey:
    events = Events(world.schemas)

    async def outline(record: Record) -> Outline:
        letter = await letter_of("", record, None, events)
        return Outline(
            letter.event_id,
            letter.own_id,
            intern(letter.event_type),
            letter.order_id,
            intern(letter.reason),
            letter.status,
            letter.at_ms,
            can_replay(letter),
        )

    return Survey(outline, letter_mark, most)


def _count(survey: Survey, wanted: Wanted, found: Plan) -> None:
    for _, _, letter in survey.letters():
        if letter.fate is Fate.PENDING and wanted.holds(letter):
            found.add(letter.event_type, letter.reason, whole=letter.whole)


def _spots_of(survey: Survey, wanted: Wanted) -> Mapping[int, set[int]]:
    """By partition, the offsets of what is meant."""
    spots: dict[int, set[int]] = {}
    for partition, offset, letter in survey.letters():
        if wanted.holds(letter):
            spots.setdefault(partition, set()).add(offset)
    return spots
