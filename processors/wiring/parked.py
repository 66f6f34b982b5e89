"""Parked items put together: the table, what they are worth, how they are tried."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from bus.client.rules import shipped_lines
from bus.intake.parked.worth import Rates
from processors.access.trail import OnMissed
from processors.parked.table import ParkedTable
from processors.parked.world import ParkedWorld, Policy
from processors.rules.held import HeldRules
from processors.settings import Settings
from processors.settings.parked import rates_in, weights_in
from processors.subscriptions.world import World
from processors.wiring.control import open_world
from processors.wiring.trying import OpenRules, folder_tries


def policy_of(settings: Settings) -> Policy:
    """What the settings say."""
    after = settings.parked_expire_s
    return Policy(
        expire_after=timedelta(seconds=after) if after else None,
        weights=weights_in(settings.parked_weights),
        rates=Rates(settings.parked_currency, rates_in(settings.parked_rates)),
    )


def make_parked(settings: Settings, world: World, rules: OpenRules) -> ParkedWorld:
    """Put together what works with parked items; its table has to be followed."""
    policy = policy_of(settings)
    topic = world.topology.parked
    return ParkedWorld(
        table=ParkedTable(world.reader, world.clock, topic, policy.rates),
        publisher=world.publisher,
        reader=world.reader,
        clock=world.clock,
        trail=world.trail,
        policy=policy,
        tries=folder_tries(
            world.reader, settings.schemas_dir, world.topology.intake_sources, rules
        ),
    )


@asynccontextmanager
async def open_parked(
    settings: Settings, missed: OnMissed
) -> AsyncIterator[ParkedWorld]:
    """Open what the commands of parked items work with, its table read.

    Raises:
        ConfigurationError: A setting cannot be used.
        BrokerUnavailableError: Kafka gives no answer.
    """
    async with open_world(settings, missed=missed, reads=True) as world:
        rules = held_rules(settings, world)
        parked = make_parked(settings, world, rules)
        try:
            async with parked.table:
                await parked.table.loaded()
                yield parked
        finally:
            await rules.close()


def held_rules(settings: Settings, world: World) -> HeldRules:
    """The rules, opened once somebody asks; to be closed."""
    return HeldRules(world, partial(shipped_lines, settings.schemas_dir))
