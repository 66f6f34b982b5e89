"""`bus events list` and `bus attempts` over the HTTP API."""

from collections.abc import Mapping
from typing import TypeVar, cast

from bus.api import AsyncApi, NotFoundError
from bus.api.asking import AsyncPages
from bus.api.async_calls.log_lists import (
    ListAttemptsOutcome,
    ListAttemptsStatus,
    ListEventsOutcome,
    ListEventsStatus,
)
from processors.cli.logged_view import FEW, show_attempts, show_events
from processors.cli.over_api.given import Given, as_here
from processors.redrive.letter_rows import Row

_PAGE = 250
RowT = TypeVar("RowT")


async def events(api: AsyncApi, given: Given) -> int:
    """Those of an id, else of an order and all the rest."""
    name = given.maybe("name")
    if name is not None:
        try:
            named = (await api.get_event(name))["data"]
        except NotFoundError:
            pass
        else:
            rows = [as_here(cast("Mapping[str, object]", one)) for one in named]
            return show_events(rows[::-1], as_json=given.as_json, more=False)
    found = api.list_events(
        limit=min(_PAGE, _limit(given)),
        order=name,
        type=given.texts("types"),
        channel=given.maybe("channel"),
        account=given.maybe("account"),
        subscription=given.texts("subscriptions"),
        outcome=cast("ListEventsOutcome", given.texts("outcomes")),
        status=cast("ListEventsStatus", given.texts("statuses")),
        since=given.maybe("since"),
        until=given.maybe("until"),
    )
    rows, more = await _newest(found, given)
    return show_events(rows, as_json=given.as_json, more=more)


async def attempts(api: AsyncApi, given: Given) -> int:
    """Those that fit."""
    found = api.list_attempts(
        limit=min(_PAGE, _limit(given)),
        subscription=given.texts("subscriptions"),
        type=given.texts("types"),
        event=given.maybe("event"),
        order=given.maybe("order"),
        outcome=cast("ListAttemptsOutcome", given.texts("outcomes")),
        status=cast("ListAttemptsStatus", given.texts("statuses")),
        since=given.maybe("since"),
        until=given.maybe("until"),
    )
    rows, more = await _newest(found, given)
    return show_attempts(rows, as_json=given.as_json, more=more)


async def _newest(found: AsyncPages[RowT], given: Given) -> tuple[list[Row], bool]:
    """The newest so many, oldest first; and whether there are older ones."""
    rows: list[Row] = []
    async for one in found:
        if len(rows) == _limit(given):
            return rows[::-1], True
        rows.append(as_here(cast("Mapping[str, object]", one)))
    return rows[::-1], False


def _limit(given: Given) -> int:
    return int(given.text("limit") or FEW)
