"""The world of a command: opened for it, closed after it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import NamedTuple, Protocol, Self

from bus.adapters.http.guard import Guard
from bus.adapters.http.probe import EndpointProbe
from bus.adapters.http.tls import BadTlsError, Contexts
from bus.adapters.kafka import (
    Connection,
    KafkaGroups,
    KafkaLogReader,
    KafkaPublisher,
    KafkaTopics,
)
from bus.client.schemas import load_catalogue
from bus.delivery.breaker import BreakerPolicy
from bus.delivery.effort import STEPS_A_SECOND, Efforts
from bus.delivery.subscription import Tls
from bus.ports import Sender
from bus.topics.topology import Topology
from processors.access.trail import OnMissed
from processors.clock import SystemClock
from processors.settings import Settings
from processors.sinks import Sinks
from processors.subscriptions.checks import Checks
from processors.subscriptions.table import SubscriptionTable
from processors.subscriptions.world import World
from processors.subscriptions.writer import SubscriptionWriter
from processors.wiring.adapters import (
    PATIENCE_S,
    find_keys,
    make_guard,
    make_sender,
    read_keys,
    read_topology,
)
from processors.wiring.on_demand import OnDemandSchemas
from processors.wiring.relays import relays_of
from processors.wiring.sinks import make_sinks
from processors.wiring.sinks import missing as missing_extra
from processors.wiring.trail import command_trail


def check_tls(tls: Tls) -> str | None:
    """Why certificates cannot be used, or None."""
    try:
        Contexts().of(tls)
    except BadTlsError as error:
        return str(error)
    return None


class _Closes(Protocol):
    async def close(self) -> object: ...


@asynccontextmanager
async def _closing(*things: _Closes) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for thing in things:
            await thing.close()


_unheard: OnMissed = lambda _change, _why: None  # noqa: E731 - a default


@asynccontextmanager
async def open_world(
    settings: Settings, *, missed: OnMissed = _unheard, reads: bool = False
) -> AsyncIterator[World]:
    """Open what a command works with; one that only `reads` needs no encryption key.

    `missed` hears of changes that were made and could not be written down.

    Raises:
        ConfigurationError: A setting cannot be used.
        BrokerUnavailableError: Kafka gives no answer.
    """
    connection, clock = Connection(settings.librdkafka()), SystemClock()
    keys = find_keys(settings) if reads else read_keys(settings)
    topics = KafkaTopics(connection)
    topology = await read_topology(settings, topics)
    reader = KafkaLogReader(connection, patience_s=PATIENCE_S)
    publisher = KafkaPublisher(connection, linger_ms=0, delivery_timeout_s=PATIENCE_S)
    http = _Http.of(settings)
    schemas = OnDemandSchemas(settings, topology.schemas, publisher, reader)
    table = SubscriptionTable(reader, keys, clock, topic=topology.subscriptions)
    trail = command_trail(publisher, clock, topology.audit, missed)
    writer = SubscriptionWriter(publisher, table, keys, clock, os.urandom, trail)
    async with _closing(schemas, http.sinks, http.sender, http.asker, publisher), table:
        made = World(
            publisher=publisher,
            reader=reader,
            topics=topics,
            groups=KafkaGroups(connection),
            schemas=schemas,
            sender=http.sender,
            topology=topology,
            table=table,
            writer=writer,
            trail=trail,
            checks=_checks(settings, topology, http.guard),
            clock=clock,
            random_bytes=os.urandom,
            efforts=Efforts(STEPS_A_SECOND, clock.monotonic),
        )
        yield _as_set(made, http, settings)


class _Http(NamedTuple):
    """What talks to endpoints, all behind one guard."""

    guard: Guard
    sender: Sender
    asker: EndpointProbe
    sinks: Sinks

    @classmethod
    def of(cls, settings: Settings) -> Self:
        guard = make_guard(settings)
        sender = make_sender(settings, guard)
        sinks = make_sinks(
            sender,
            guard,
            aws=settings.aws_own_credentials,
            relays=relays_of(settings, find_keys(settings)),
        )
        return cls(guard, sender, EndpointProbe(guard), sinks)


def _as_set(world: World, http: _Http, settings: Settings) -> World:
    return replace(
        world,
        asker=http.asker,
        sinks=http.sinks,
        breaker=_breaker(settings),
        group_prefix=settings.group_prefix,
        first_attempt_budget_s=settings.first_attempt_budget_s,
        origin=settings.origin,
    )


def _checks(settings: Settings, topology: Topology, guard: Guard) -> Checks:
    return Checks(
        topology=topology,
        event_types=load_catalogue(settings.schemas_dir).event_types,
        check_url=guard.check_endpoint,
        check_tls=check_tls,
        missing=missing_extra,
        aws_own_credentials=settings.aws_own_credentials,
    )


def _breaker(settings: Settings) -> BreakerPolicy:
    return BreakerPolicy(
        consecutive=settings.breaker_consecutive,
        open_max_s=settings.breaker_open_max_s,
    )
