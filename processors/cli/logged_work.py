"""What `bus events list` and `bus attempts` ask the log here."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

import typer
from pydantic import BaseModel

from bus.access.roles import WHOLE_BUS, Role, principal
from bus.log.questions import (
    AttemptQuestion,
    EventQuestion,
    Listed,
    Page,
    Paging,
)
from processors.cli.logged_view import (
    FEW,
    show_attempts,
    show_events,
)
from processors.cli.moments import moment_ms
from processors.cli.over_api.given import Given
from processors.cli.root import Root
from processors.gateway.log_models import attempt_shown, class_of, event_shown
from processors.redrive.letter_rows import Row
from processors.subscriptions.world import World
from processors.wiring.log import open_log

if TYPE_CHECKING:
    from processors.settings import Settings

_OPERATOR = principal("cli", Role.OPERATOR, WHOLE_BUS)
_PAGE = 250
ListedT = TypeVar("ListedT", bound=Listed)


async def tell_events(
    ctx: typer.Context, world: World, parameters: Mapping[str, object], *, as_json: bool
) -> int:
    """Show events of the log: those of an id, else of an order and all the rest."""
    given = Given(parameters)
    name = given.maybe("name")
    question = EventQuestion(
        order_id=name,
        types=tuple(given.texts("types")),
        channel=given.maybe("channel"),
        account=given.maybe("account"),
        subscriptions=frozenset(given.texts("subscriptions")),
        outcomes=frozenset(given.texts("outcomes")),
        status_classes=frozenset(map(class_of, given.texts("statuses"))),
        since_us=_moment(world, given, "since"),
        until_us=_moment(world, given, "until"),
    )
    shown = partial(event_shown, by=_OPERATOR)
    async with open_log(_settings(ctx)) as log:
        if named := await log.event(name, None) if name else ():
            rows = [_row(shown(one)) for one in named]
            return show_events(rows[::-1], as_json=as_json, more=False)
        rows, more = await _newest(partial(log.events, question), shown, given)
    return show_events(rows, as_json=as_json, more=more)


async def tell_attempts(
    ctx: typer.Context, world: World, parameters: Mapping[str, object], *, as_json: bool
) -> int:
    """Show attempts of the log."""
    given = Given(parameters)
    question = AttemptQuestion(
        subscriptions=frozenset(given.texts("subscriptions")),
        types=frozenset(given.texts("types")),
        event_id=given.maybe("event"),
        order_id=given.maybe("order"),
        outcomes=frozenset(given.texts("outcomes")),
        status_classes=frozenset(map(class_of, given.texts("statuses"))),
        since_us=_moment(world, given, "since"),
        until_us=_moment(world, given, "until"),
    )
    shown = partial(attempt_shown, by=_OPERATOR)
    async with open_log(_settings(ctx)) as log:
        rows, more = await _newest(partial(log.attempts, question), shown, given)
    return show_attempts(rows, as_json=as_json, more=more)


async def _newest(
    ask: Callable[[Paging], Awaitable[Page[ListedT]]],
    shown: Callable[[ListedT], BaseModel],
    given: Given,
) -> tuple[list[Row], bool]:
    """The newest so many, oldest first; and whether there are older ones."""
    limit, cursor = int(given.text("limit") or FEW), ""
    rows: list[Row] = []
    while len(rows) < limit:
        page = await ask(Paging(min(_PAGE, limit - len(rows)), cursor))
        rows += [_row(shown(one)) for one in page.rows]
        cursor = page.next
        if not cursor:
            break
    return rows[::-1], bool(cursor)


def _row(one: BaseModel) -> Row:
    """As `as_here` has a row of the API."""
    return one.model_dump(exclude={"record"})


def _moment(world: World, given: Given, name: str) -> int | None:
    text = given.maybe(name)
    return None if text is None else moment_ms(world, f"--{name}", text) * 1000


def _settings(ctx: typer.Context) -> "Settings":
    return cast(Root, ctx.obj).given()
