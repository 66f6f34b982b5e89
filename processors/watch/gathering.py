"""Gathers the facts: from Kafka, the log, the tables, what processes say.

Every part is asked as often as it moves, has a deadline, and where it gives no answer
the facts say so. Nothing here writes anything.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bus.delivery.choices import Ordering
from bus.delivery.own import is_own_topic
from bus.delivery.subscription import Subscription
from bus.topics.topic import Cluster
from bus.watch.facts import (
    Arrivals,
    ClusterFacts,
    Facts,
    IntakeFacts,
    Objective,
    ParkedFacts,
    Part,
    SourceFacts,
)
from bus.watch.usual import Weeks
from processors.status.counting import Count, pending_quarantine
from processors.status.question import Unknown
from processors.subscriptions.world import World
from processors.watch.arriving import Arriving
from processors.watch.asking import ANSWER_S, Latest
from processors.watch.certificates import Certificates
from processors.watch.counting import By, Counts
from processors.watch.intakes import Intakes
from processors.watch.lagging import Backlogs, Looking
from processors.watch.programs import (
    Presences,
    breakers,
    log_facts,
    overdrawn,
    programs_of,
)
from processors.watch.subscribers import Subscribers, Told

_CLUSTER_S, _LAG_S, _QUARANTINE_S = 15.0, 10.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Senses:
    """What facts come from; `weeks` is what came into a topic in past weeks.

    `parked` are the groups of parked orders, `parked_trouble` why they may be old;
    `intakes` are the sources of intake.
    """

    world: World
    presences: Presences
    counts: Counts
    certificates: Certificates
    objective: Objective = field(default_factory=Objective)
    weeks: Callable[[str], Mapping[int, Weeks]] = field(default=lambda _topic: {})
    parked: Callable[[], Sequence[ParkedFacts]] = tuple
    parked_trouble: Callable[[], str | None] = lambda: None
    intakes: Intakes | None = None


class Gathering:
    """The facts, again and again."""

    def __init__(self, senses: Senses) -> None:
        self._senses = senses
        world, clock = senses.world, senses.world.clock
        self.arriving = {
            topic: Arriving(topic)
            for topic in world.topology.sources
            if not is_own_topic(topic)  # how much it says of itself is never usual
        }
        self._subscribers = Subscribers(world.topology, senses.objective)
        self._fanout = Looking(world, world.fanout_group)
        self._retry = Looking(world, world.retry_group)
        self._ordered = Looking(world, world.ordered_group)
        self._convert = Looking(world, world.convert_group)
        self._sources = Latest(clock, _LAG_S, self._ask_sources)
        self._waiting = Latest(clock, _LAG_S, self._ask_waiting)
        self._submissions = Latest(clock, _LAG_S, self._ask_submissions)
        self._cluster = Latest(clock, _CLUSTER_S, world.topics.cluster)
        self._quarantine = Latest(
            clock, _QUARANTINE_S, lambda: pending_quarantine(world, ANSWER_S)
        )

    def close(self) -> None:
        """Wait for nothing any more."""
        self._senses.counts.close()
        asked = (self._sources, self._waiting, self._submissions, self._cluster)
        for latest in (*asked, self._quarantine):
            latest.close()

    async def facts(self) -> Facts:
        """The bus as it is found now."""
        cluster, sources, waiting, raw, quarantine, counts = await asyncio.gather(
            self._cluster.get(),
            self._sources.get(),
            self._waiting.get(),
            self._submissions.get(),
            self._quarantine.get(),
            self._senses.counts.get(),
        )
        now = self._senses.world.clock.now()
        there = self._senses.presences.there(now * 1000)
        log = log_facts(there, now * 1000)
        told = Told(
            at=now,
            breakers=breakers(there, now * 1000),
            overdrawn=overdrawn(there, now * 1000),
            waiting=None if isinstance(waiting, Unknown) else waiting,
            figures=None if isinstance(counts, Unknown) else counts,
            log_lag_s=None if log is None else log.lag_s,
            certificates=self._senses.certificates,
        )
        return Facts(
            at=now,
            subscriptions=self._subscribers.facts(self._table(), told),
            sources=list(self._source_facts(sources)),
            programs=list(programs_of(there, now * 1000)),
            log=log,
            cluster=_cluster(cluster),
            quarantined=quarantine.records if isinstance(quarantine, Count) else 0,
            parked=self._senses.parked(),
            intakes=list(self._intakes(raw)),
            unknown=self._unknown(cluster, sources, waiting, raw, quarantine, counts),
        )

    def arrivals(self) -> Mapping[str, Arriving]:
        """Whatever has something usual: source topics, and sources of intake."""
        intakes = self._senses.intakes
        return self.arriving | ({} if intakes is None else intakes.arriving)

    def _intakes(self, found: Backlogs | Unknown) -> Iterator[IntakeFacts]:
        intakes, topology = self._senses.intakes, self._senses.world.topology
        for one in () if intakes is None else intakes.facts():
            topic = topology.raw_topic(one.id)
            if isinstance(found, Unknown) or topic not in found.waiting:
                yield one
            else:
                still = found.still_in(topic)
                yield replace(one, waiting=found.waiting[topic], still=still)

    def _table(self) -> Sequence[Subscription]:
        return self._senses.world.table.all()

    def _unknown(
        self,
        cluster: Cluster | Unknown,
        sources: Backlogs | Unknown,
        waiting: Backlogs | Unknown,
        raw: Backlogs | Unknown,
        quarantine: Count | Unknown,
        counts: Mapping[int, By] | Unknown,
    ) -> Mapping[Part, str]:
        said = {
            Part.CLUSTER: cluster,
            Part.SOURCES: sources,
            Part.RETRIES: waiting,
            Part.SUBMISSIONS: raw,
            Part.QUARANTINE: quarantine,
            Part.COUNTS: counts,
        }
        unknown = {
            part: one.why for part, one in said.items() if isinstance(one, Unknown)
        }
        if (why := self._senses.presences.trouble()) is not None:
            unknown[Part.PROCESSES] = why
        if (why := self._senses.world.table.trouble()) is not None:
            unknown[Part.SUBSCRIPTIONS] = why
        if (why := self._senses.parked_trouble()) is not None:
            unknown[Part.PARKED] = why
        intakes = self._senses.intakes
        if intakes is not None and (why := intakes.trouble()) is not None:
            unknown[Part.INTAKES] = why
        return unknown

    def _source_facts(self, found: Backlogs | Unknown) -> Iterator[SourceFacts]:
        for topic in self._senses.world.topology.sources:
            arriving = self.arriving.get(topic)
            weeks = self._senses.weeks(topic)
            arrivals = Arrivals() if arriving is None else arriving.arrivals(weeks)
            if isinstance(found, Unknown):
                yield SourceFacts(name=topic, arrivals=arrivals)
                continue
            yield SourceFacts(
                name=topic,
                waiting=found.waiting.get(topic, SourceFacts(name=topic).waiting),
                still=found.still_in(topic),
                read=found.members > 0,
                arrivals=arrivals,
            )

    # ------------------------------------------------ the questions

    async def _ask_sources(self) -> Backlogs:
        world = self._senses.world
        found = await self._fanout.look(world.topology.sources)
        for topic, end in found.ends.items():
            if topic in self.arriving:
                self.arriving[topic].look(end, world.clock.now())
        return found

    async def _ask_waiting(self) -> Backlogs:
        """Tiers and ordered topics together: their names are different."""
        topology, table = self._senses.world.topology, self._table()
        tiers = [t for one in table for t in topology.tier_topics(one).values()]
        own = [
            topology.ordered_topic(one.id)
            for one in table
            if one.ordering is Ordering.KEY
        ]
        retry = await self._retry.look(tiers)
        ordered = await self._ordered.look(own)
        return Backlogs(waiting={**retry.waiting, **ordered.waiting})

    async def _ask_submissions(self) -> Backlogs:
        world, intakes = self._senses.world, self._senses.intakes
        topics = (
            [] if intakes is None else map(world.topology.raw_topic, intakes.active())
        )
        there = await world.topics.names()
        return await self._convert.look([topic for topic in topics if topic in there])


def _cluster(found: Cluster | Unknown) -> ClusterFacts:
    if isinstance(found, Unknown):
        return ClusterFacts()
    return ClusterFacts(found.missing, found.offline, found.thin)
