"""A worker: the programs of one process, started, watched and drained together."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from bus.adapters.kafka import KafkaSource, OnEvent, SplitSource
from bus.client.schemas import default_folder
from bus.contracts.codec import parse_schema
from bus.delivery.subscription import Subscription
from bus.errors import ConfigurationError
from bus.ports import Lag, Observer, Source
from bus.record import TopicPartition
from processors.delivery.acks import AckTable
from processors.delivery.attempt_log import AttemptLog
from processors.delivery.engine import ROLES, Engine, EngineParts
from processors.delivery.lagging import LagWatch
from processors.delivery.partition import wait_for
from processors.subscriptions.table import SubscriptionTable
from processors.telemetry import names
from processors.telemetry.health import Health
from processors.wiring.adapters import Adapters
from processors.wiring.announcing import announcing
from processors.wiring.beside import Work, keep_up
from processors.wiring.disabling import Disabling
from processors.wiring.moving import moves_of
from processors.wiring.policy import engine_policy
from processors.wiring.reconciling import reconciling_programs
from processors.wiring.sources import watching_sources

_ASSIGNED_WITHIN_S = 20.0
_LOG_WITHIN_S = 5.0
"""How long the first delivery waits for the attempt log to open."""
_GOODBYE_S = 5.0
_FETCH_WAIT_S = 1.0


class Worker:
    """Runs some of the programs on one set of adapters."""

    def __init__(  # noqa: PLR0913 - what a process is told; made in one place
        self,
        adapters: Adapters,
        observer: Observer,
        health: Health,
        *,
        on_event: OnEvent,
        roles: Sequence[str] = ROLES,
        share: int = 1,
        pages: str = "",
    ) -> None:
        self._adapters = adapters
        self._observer = observer
        self._on_event = on_event
        self._roles = roles
        self._share = share
        self._pages = pages
        self._stack = AsyncExitStack()
        self._members: dict[str, list[KafkaSource]] = defaultdict(list)
        self._topics_changed = asyncio.Event()
        self._loaded = False
        self._joined_at = float("inf")
        self._health = health
        health.ready("tables", self._tables)
        health.ready("assigned", self._unassigned)
        health.ready("topics", self._refused)
        health.ready("schemas", self._waiting)
        health.alive("loops", self._dead)

    # ------------------------------------------------ life

    async def start(self) -> None:
        """Load the tables, then join the groups.

        Raises:
            OrderbusError: Something that is needed cannot be had.
        """
        adapters = self._adapters
        self._table = self._subscriptions()
        self._disabling = Disabling(adapters, self._table, self._observer)
        reader, clock = adapters.reader, adapters.clock
        self._acks = AckTable(reader, clock, topic=adapters.topology.acks)
        attempts = self._attempts()
        self.engine = self._engine(self._acks, attempts)
        self._lag = self._watch(attempts)
        self._moving = moves_of(adapters, self._observer, self.engine.subscribers)
        self._table.on_change(self._changed)
        for table in (self._table, self._acks, self._moving.table):
            await self._stack.enter_async_context(table)
        self._opening = asyncio.create_task(
            attempts.open(adapters.schemas, adapters.clock, self._observer)
        )
        await asyncio.gather(
            self._table.ready(),
            self._acks.ready(),
            self._moving.table.ready(),
            wait_for(adapters.clock, attempts.opened, _LOG_WITHIN_S),
        )
        await self._disabling.settle()
        self._check_tiers()
        self._loaded = True
        self._observer.note(names.TABLE_LOADED, subscriptions=len(self._table.all()))
        await self._join()

    async def _join(self) -> None:
        """Join the groups, and begin to watch over what is done there."""
        self._joined_at = (adapters := self._adapters).clock.monotonic()
        await self.engine.start()
        self._announcing = announcing(
            adapters,
            self._health,
            self._roles,
            self._pages,
            self.engine.subscribers.say,
        )
        reconciling = reconciling_programs(
            adapters, self._observer, self.engine.programs, self._members
        )
        growing = watching_sources(adapters, self._observer, self.engine.add_sources)
        works: Mapping[str, Work] = {
            "topics": self._follow_topics,
            "lag": self._lag.run,
            "announcing": self._announcing.run,
            "disabling": self._disabling.keep_settled,
            "sources": growing.run,
            "moving": self._moving.run,
            "reconciling": reconciling.run,
        }
        self._beside = keep_up(works, adapters.clock, self._observer)

    def _subscriptions(self) -> SubscriptionTable:
        adapters = self._adapters
        return SubscriptionTable(
            adapters.reader,
            adapters.keys,
            adapters.clock,
            topic=adapters.topology.subscriptions,
            on_problem=self._unreadable,
        )

    def _attempts(self) -> AttemptLog:
        text = (default_folder() / "Attempt.avsc").read_text(encoding="utf-8")
        publisher, topic = self._adapters.publisher, self._adapters.topology.attempts
        return AttemptLog(publisher, topic, parse_schema(text))

    def _check_tiers(self) -> None:
        declared = self._adapters.topology.tiers
        for subscription in self._table.all():
            for tier in subscription.retry:
                if tier not in declared:
                    raise ConfigurationError(
                        f"{subscription.id} retries in tier {tier}, which"
                        f" {self._adapters.settings.topics_file} does not declare;"
                        " declare it, until no subscription uses it"
                    )

    async def broken(self) -> Exception:
        """Return the bug that ended a loop; only a new process helps."""
        loops = [asyncio.create_task(p.loop.broken()) for p in self.engine.programs]
        try:
            done, _ = await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
            return next(iter(done)).result()
        finally:
            for loop in loops:
                loop.cancel()

    async def stop(self) -> None:
        """Drain every loop side by side, then let go of the rest."""
        for task in (self._opening, *self._beside):
            task.cancel()
        await asyncio.gather(*(program.loop.stop() for program in self.engine.programs))
        self.engine.subscribers.stop()
        self._announcing.farewell()
        await self._stack.aclose()

    # ------------------------------------------------ putting together

    def _engine(self, acks: AckTable, attempts: AttemptLog) -> Engine:
        adapters = self._adapters
        parts = EngineParts(
            sender=adapters.sender,
            sinks=adapters.sinks,
            publisher=adapters.hop_publisher,
            schemas=adapters.schemas,
            topology=adapters.topology,
            acks=acks,
            clock=adapters.clock,
            observer=self._observer,
            source=self._source,
            log_attempt=attempts.write,
            disable=self._disabling.disable,
            group_prefix=adapters.settings.group_prefix,
        )
        return Engine(parts, engine_policy(adapters.settings, self._share), self._roles)

    def _source(self, role: str) -> Source:
        if role != "retry":
            return self._member(role)
        tiers = self._adapters.topology.tiers
        if self._adapters.settings.group_protocol == "classic":
            # Its assignors would not share out the topics of several members evenly.
            return self._member(role, _fetch_wait_s(min(tiers.values())))
        members = {t: self._member(role, _fetch_wait_s(s)) for t, s in tiers.items()}
        return SplitSource(members, self._tier_of)

    def _member(self, role: str, fetch_wait_s: float | None = None) -> KafkaSource:
        settings = self._adapters.settings
        member = KafkaSource(
            self._adapters.connection,
            f"{settings.group_prefix}{role}",
            fetch_wait_s=fetch_wait_s,
            protocol=settings.group_protocol,
            leave_s=settings.drain_s + _GOODBYE_S,
            on_event=self._on_event,
        )
        self._members[role].append(member)
        return member

    def _tier_of(self, topic: str) -> str:
        parsed = self._adapters.topology.parse_retry_topic(topic)
        if parsed is None:
            raise ValueError(f"{topic} is no tier topic")
        return parsed[1]

    def _watch(self, attempts: AttemptLog) -> LagWatch:
        adapters, prefix = self._adapters, self._adapters.settings.group_prefix
        lag = LagWatch(
            adapters.groups,
            adapters.clock,
            self._observer,
            {f"{prefix}{p.name}": p.loop.partitions.keys for p in self.engine.programs},
            overtaken={
                f"{prefix}{p.name}": p.loop.overtaken for p in self.engine.programs
            },
            looked=self._tell_ends,
        )
        self._health.ready("broker", lag.broker)
        self._observer.gauge(names.LAG, lag.lag)
        self._observer.gauge(
            names.UNLOGGED,
            lambda: {"": adapters.publisher.failures + attempts.unlogged},
        )
        self._health.notice("attempts", attempts.shut)
        self._observer.gauge(
            names.SUBSCRIPTIONS,
            lambda: Counter(str(s.state) for s in self._table.all()),
        )
        return lag

    def _tell_ends(self, lags: Mapping[TopicPartition, Lag], _at: float) -> None:
        for program in self.engine.programs:
            held = program.loop.partitions.keys() & lags.keys()
            program.loop.reached({tp: lags[tp].end for tp in held})

    def _changed(self, old: Subscription | None, new: Subscription | None) -> None:
        self.engine.changed(old, new)
        self._topics_changed.set()

    async def _follow_topics(self) -> None:
        while True:
            await self._topics_changed.wait()
            self._topics_changed.clear()
            self.engine.follow_topics()

    # ------------------------------------------------ what the world says

    def _unreadable(self, subscription: str, why: str) -> None:
        self._observer.note(names.UNREADABLE, subscription=subscription, why=why)

    def _tables(self) -> str | None:
        if not self._loaded:
            return "loading"
        return self._table.trouble() or self._acks.trouble() or self._moving.trouble()

    def _refused(self) -> str | None:
        return self.engine.refused() if self._loaded else None

    def _waiting(self) -> str | None:
        return self.engine.waiting() if self._loaded else None

    def _unassigned(self) -> str | None:
        if self._adapters.clock.monotonic() - self._joined_at > _ASSIGNED_WITHIN_S:
            # More processes than partitions: this one stands by.
            return None
        programs = self.engine.programs if self._loaded else ()
        missing = [p.name for p in programs if p.topics() and not p.loop.assigned_once]
        return f"no assignment yet: {', '.join(missing)}" if missing else None

    def _dead(self) -> str | None:
        programs = self.engine.programs if self._loaded else ()
        dead = [p.name for p in programs if not p.loop.alive()]
        return f"ended: {', '.join(dead)}" if dead else None


def _fetch_wait_s(delay_s: float) -> float:
    """A hop is read before it is due: it may take three waits (measured)."""
    return min(_FETCH_WAIT_S, delay_s / 4)
