"""Asks everything at once, and puts together what was answered in time."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from bus.delivery.presence import Presence
from bus.delivery.subscription import Subscription
from bus.errors import SchemaNotFoundError
from processors.status.counting import Count, pending_letters, pending_quarantine
from processors.status.lagging import Backlog, Group, look_at
from processors.status.processes import processes
from processors.status.question import Question, Unknown
from processors.status.report import HealthSaid, Report, Subscriber, breaker_of
from processors.subscriptions.world import World

AskHealth: TypeAlias = Callable[[], Coroutine[object, object, HealthSaid | None]]
ANSWER_S = 5.0
_READ_S = 3.0
"""For counting what must be read; less than for an answer, so that some is counted."""


async def _nobody() -> HealthSaid | None:
    """Nobody was asked."""
    return None


class Desk:
    """Where to ask how the bus is; opened once, asked again and again."""

    def __init__(self, world: World, health: AskHealth = _nobody) -> None:
        """`health` asks what the watch says."""
        self._world = world
        self._health = Question(health)
        self._cluster = Question(world.topics.cluster)
        self._registry = Question(self._ask_registry)
        self._table = Question(self._ask_table)
        self._processes = Question(lambda: processes(world))
        self._quarantine = Question(lambda: pending_quarantine(world, _READ_S))
        self._dead = Question(self._ask_dead)
        self._groups = {
            world.fanout_group: Question(self._ask_fanout),
            world.retry_group: Question(self._ask_retry),
            world.ordered_group: Question(self._ask_ordered),
        }

    def close(self) -> None:
        """Wait for nothing any more."""
        self._cluster.close()
        self._registry.close()
        self._table.close()
        self._processes.close()
        self._quarantine.close()
        self._health.close()
        self._dead.close()
        for question in self._groups.values():
            question.close()

    async def report(self, within_s: float = ANSWER_S) -> Report:
        """How the bus is now; what is not answered in time is unknown."""
        (
            cluster,
            registry,
            quarantine,
            subscribers,
            processes,
            health,
        ) = await asyncio.gather(
            self._cluster.answer(within_s),
            self._registry.answer(within_s),
            self._quarantine.answer(within_s),
            self._subscribers(within_s),
            self._processes.answer(within_s),
            self._health.answer(within_s),
        )
        groups, subscriptions = subscribers
        return Report(
            at_ms=self._now_ms(),
            cluster=cluster,
            registry=registry,
            processes=processes,
            groups=groups,
            subscriptions=self._with_breakers(subscriptions, processes),
            quarantine=quarantine,
            health=health,
        )

    async def subscribers(
        self, within_s: float = ANSWER_S
    ) -> Sequence[Subscriber] | Unknown:
        """All subscriptions with what waits, what is dead, and their breakers."""
        (_, found), processes = await asyncio.gather(
            self._subscribers(within_s), self._processes.answer(within_s)
        )
        return self._with_breakers(found, processes)

    async def breaker(self, name: str, within_s: float = ANSWER_S) -> str | None:
        """The state of one subscription's breakers; None where it is not known."""
        return breaker_of(name, await self._processes.answer(within_s), self._now_ms())

    # ------------------------------------------------ putting together

    async def _subscribers(
        self, within_s: float
    ) -> tuple[Mapping[str, Group | Unknown], Sequence[Subscriber] | Unknown]:
        table, dead, groups = await asyncio.gather(
            self._table.answer(within_s),
            self._dead.answer(within_s),
            self._look_at_groups(within_s),
        )
        if isinstance(table, Unknown):
            return groups, table
        rows = [self._subscriber(one, groups, dead) for one in table]
        return groups, rows

    async def _look_at_groups(self, within_s: float) -> Mapping[str, Group | Unknown]:
        answers = await asyncio.gather(
            *(question.answer(within_s) for question in self._groups.values())
        )
        return dict(zip(self._groups, answers, strict=True))

    def _subscriber(
        self,
        subscription: Subscription,
        groups: Mapping[str, Group | Unknown],
        dead: Mapping[str, Count] | Unknown,
    ) -> Subscriber:
        topology, name = self._world.topology, subscription.id
        letters: Count | None = None
        if not isinstance(dead, Unknown):
            letters = dead.get(topology.dlq_topic(name), Count(0))
        return Subscriber(
            id=name,
            state=subscription.state.value,
            breaker=None,
            pending=self._pending(subscription, groups),
            dead=letters,
        )

    def _pending(
        self, subscription: Subscription, groups: Mapping[str, Group | Unknown]
    ) -> Mapping[str, Backlog] | None:
        retry = groups[self._world.retry_group]
        ordered = groups[self._world.ordered_group]
        if isinstance(retry, Unknown) or isinstance(ordered, Unknown):
            return None
        topology = self._world.topology
        topics = dict(topology.tier_topics(subscription))
        found = {t: retry.topics.get(topic, Backlog()) for t, topic in topics.items()}
        own = topology.ordered_topic(subscription.id)
        if own in ordered.topics:
            found["ordered"] = ordered.topics[own]
        return found

    def _with_breakers(
        self,
        found: Sequence[Subscriber] | Unknown,
        processes: Sequence[Presence] | Unknown,
    ) -> Sequence[Subscriber] | Unknown:
        if isinstance(found, Unknown):
            return found
        now_ms = self._now_ms()
        return [
            replace(one, breaker=breaker_of(one.id, processes, now_ms)) for one in found
        ]

    # ------------------------------------------------ the questions

    async def _ask_registry(self) -> str:
        try:
            await self._world.schemas.by_id(1)
        except SchemaNotFoundError:
            return "answers"
        return "answers"

    async def _ask_table(self) -> Sequence[Subscription]:
        await self._world.table.ready()
        return self._world.table.all()

    async def _ask_dead(self) -> Mapping[str, Count]:
        topology = self._world.topology
        table = await self._ask_table()
        topics = [topology.dlq_topic(subscription.id) for subscription in table]
        return await pending_letters(self._world, topics, _READ_S)

    async def _ask_fanout(self) -> Group:
        world = self._world
        return await look_at(world, world.fanout_group, world.topology.sources)

    async def _ask_retry(self) -> Group:
        world = self._world
        topics = [
            topic
            for subscription in await self._ask_table()
            for topic in world.topology.tier_topics(subscription).values()
        ]
        return await look_at(world, world.retry_group, topics)

    async def _ask_ordered(self) -> Group:
        world = self._world
        topics = [
            world.topology.ordered_topic(subscription.id)
            for subscription in await self._ask_table()
            if subscription.ordering.value == "key"
        ]
        return await look_at(world, world.ordered_group, topics)

    def _now_ms(self) -> int:
        return int(self._world.clock.now() * 1000)
