"""Migrations in the programs that have to do with them: deliveries, gateway, watch."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from bus.errors import LogUnavailableError
from bus.log.health import NONE, Figures, span_after
from bus.log.questions import AttemptQuestion, Paging
from bus.log.rows import AttemptRow
from bus.log.store import Log
from bus.migration.fared import LOOKED_AT, Fared, Repeats, repeats_of
from bus.migration.moves import Moves
from bus.ports import Clock, Observer
from processors.delivery.subscribers import Subscribers
from processors.migrations.table import MigrationTable
from processors.migrations.view import LedgerView
from processors.migrations.world import Ask
from processors.telemetry import names
from processors.wiring.adapters import Adapters

_PAGE = 200
_PAGES = 2 * LOOKED_AT // _PAGE
AskLog: TypeAlias = Callable[[], Awaitable[Log | None]]


def moves_of(
    adapters: Adapters, observer: Observer, subscribers: Subscribers
) -> LedgerView:
    """The migrations, by which `subscribers` know who sends."""

    def changed(moves: Moves | None) -> None:
        subscribers.moves = moves

    table = MigrationTable(
        adapters.reader,
        adapters.clock,
        topic=adapters.topology.migrations,
        on_problem=lambda key, why: observer.note(
            names.UNREADABLE, subscription=key, why=why
        ),
        changed=changed,
    )
    view = LedgerView(table, adapters.reader, adapters.clock)
    subscribers.view = view
    return view


def asking_log(log: AskLog, clock: Clock) -> Ask:
    """How subscriptions did, out of the log; None where it gives no answer.

    Figures are of full minutes within the span, repeats of all of it: nothing is of
    before it.
    """

    async def ask(subscription: str, span_s: int) -> Fared | None:
        now_us = int(clock.now() * 1e6)
        try:
            found = await log()
            if found is None:
                return None
            since_us = now_us - span_s * 1_000_000
            figures = await _figures(found, subscription, since_us, now_us)
            return Fared(figures, await _repeats(found, subscription, since_us))
        except LogUnavailableError:
            return None

    return ask


async def _figures(log: Log, subscription: str, since_us: int, now_us: int) -> Figures:
    span_s = span_after(since_us, now_us)
    if span_s < 0:
        return NONE
    return (await log.since(span_s, now_us)).get(subscription, NONE)


async def _repeats(log: Log, subscription: str, since_us: int) -> Repeats:
    """What came again among the newest that were accepted since then."""
    asked = AttemptQuestion(
        subscriptions=frozenset({subscription}),
        outcomes=frozenset({"accepted"}),
        since_us=since_us,
    )
    rows: list[AttemptRow] = []
    cursor = ""
    for _ in range(_PAGES):
        page = await log.attempts(asked, Paging(_PAGE, cursor))
        rows += page.rows
        cursor = page.next
        if not cursor or len(rows) >= LOOKED_AT:
            break
    return repeats_of(rows)
