"""Migrations in the programs that have to do with them: deliveries, gateway, watch."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from bus.errors import LogUnavailableError
from bus.log.health import Figures
from bus.log.store import Log
from bus.migration.moves import Moves
from bus.ports import Clock, Observer
from processors.delivery.subscribers import Subscribers
from processors.migrations.table import MigrationTable
from processors.migrations.world import Ask
from processors.telemetry import names
from processors.wiring.adapters import Adapters

AskLog: TypeAlias = Callable[[], Awaitable[Log | None]]


def moves_of(
    adapters: Adapters, observer: Observer, subscribers: Subscribers
) -> MigrationTable:
    """The table of migrations, by which `subscribers` know who sends."""

    def changed(moves: Moves | None) -> None:
        subscribers.moves = moves

    return MigrationTable(
        adapters.reader,
        adapters.clock,
        topic=adapters.topology.migrations,
        on_problem=lambda key, why: observer.note(
            names.UNREADABLE, subscription=key, why=why
        ),
        changed=changed,
    )


def asking_log(log: AskLog, clock: Clock) -> Ask:
    """How subscriptions fared, out of the log; None where it gives no answer."""

    async def ask(subscription: str, span_s: int) -> Figures | None:
        try:
            found = await log()
            if found is None:
                return None
            return (await found.since(span_s, int(clock.now() * 1e6))).get(subscription)
        except LogUnavailableError:
            return None

    return ask
