"""`bus objectives`, `health`, `alerts` and `forecast` over the HTTP API."""

from bus.api import AsyncApi, NotFoundError
from bus.api.models import SinkShown
from bus.errors import AbsentError
from processors.cli.alerts_view import (
    show_alerts,
    show_ended,
    show_health,
    show_silence,
    show_silences,
    show_sinks,
    show_tried,
    silent_s,
)
from processors.cli.forecast_view import no_such_subscription, tell_rows
from processors.cli.objectives_view import show_objective, show_objectives
from processors.cli.over_api.given import Given, as_here
from processors.clock import SystemClock

_LOOK_S, _TRIED_S = 1.0, 30.0
_UNKNOWN = "nobody knows yet: `bus alerts sinks --json` says it later"


async def health(api: AsyncApi, given: Given) -> int:
    """How all is; 0 if it is well."""
    row = await api.get_health()
    return show_health(row, every=given.flag("every"), as_json=given.as_json)


async def objectives(api: AsyncApi, given: Given) -> int:
    """How they go; 1 if there is no such subscription."""
    name = given.maybe("subscription")
    if name is None:
        rows = [row async for row in api.list_objectives(limit=250)]
        return show_objectives(rows, as_json=given.as_json)
    try:
        one = await api.get_objective(name)
    except NotFoundError:
        return no_such_subscription(name)
    return show_objective(one, as_json=given.as_json)


async def alerts(api: AsyncApi, given: Given) -> int:
    """What fires and what is pending."""
    told = await api.list_alerts(resolved=given.flag("every"))
    return show_alerts(
        [as_here(r) for r in told["data"]], told["stale"], as_json=given.as_json
    )


async def sinks(api: AsyncApi, given: Given) -> int:
    """Who is told."""
    told = await api.list_alert_sinks()
    rows = [as_here(row) for row in told["data"]]
    return show_sinks(rows, told["stale"], as_json=given.as_json)


async def test_sinks(api: AsyncApi, given: Given) -> int:
    """Have the watch try them, and wait for what was answered."""
    only = given.maybe("sink")
    there = [one["name"] for one in (await api.list_alert_sinks())["data"]]
    if only is not None and only not in there:
        raise AbsentError(f"there is no sink {only}; there are: {', '.join(there)}")
    names = [only] if only is not None else there
    asked = {name: (await api.test_alert_sink(name, {}))["tried_at"] for name in names}
    clock = SystemClock()
    until = clock.monotonic() + _TRIED_S
    while True:
        told = (await api.list_alert_sinks())["data"]
        found = {one["name"]: one for one in told if one["name"] in asked}
        answers = {name: _tried(found.get(name), at) for name, at in asked.items()}
        if _UNKNOWN not in answers.values() or clock.monotonic() > until:
            kinds = {name: one["kind"] for name, one in found.items()}
            return show_tried(answers, kinds, as_json=given.as_json)
        await clock.sleep(_LOOK_S)


def _tried(one: SinkShown | None, asked: str | None) -> str | None:
    """Why it was not taken; None if it was."""
    if one is None:
        return "the watch knows it no more"
    if one["tried_why"] is None or one["tried_at"] != asked:
        return _UNKNOWN
    return one["tried_why"] or None


async def silences(api: AsyncApi, given: Given) -> int:
    """Silences that last."""
    told = await api.list_silences()
    return show_silences([as_here(r) for r in told["data"]], as_json=given.as_json)


async def silence(api: AsyncApi, given: Given) -> int:
    """Make one; whose it is says the key."""
    length = given.text("length")
    length_s = silent_s(length)
    made = await api.create_silence(
        {
            "rule": given.text("rule"),
            "subject": given.text("subject"),
            "duration": length,
            "why": given.text("why"),
        }
    )
    return show_silence(as_here(made), length_s, as_json=given.as_json)


async def unsilence(api: AsyncApi, given: Given) -> int:
    """End one; 1 if there is none."""
    silence_id = given.text("silence_id")
    try:
        await api.end_silence(silence_id)
    except NotFoundError:
        return show_ended(silence_id, found=False)
    return show_ended(silence_id, found=True)


async def forecast(api: AsyncApi, given: Given) -> int:
    """When backlogs will be gone; 1 if there is no such subscription."""
    only = given.maybe("subscription")
    if only is not None:
        try:
            await api.get_subscription(only)
        except NotFoundError:
            return no_such_subscription(only)
    told = await api.list_forecasts(subscription=only)
    return tell_rows(told["data"], as_json=given.as_json)
