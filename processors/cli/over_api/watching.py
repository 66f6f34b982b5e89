"""`bus objectives`, `health`, `alerts` and `forecast` over the HTTP API."""

from bus.api import AsyncApi, NotFoundError
from processors.cli.alerts_view import (
    show_alerts,
    show_ended,
    show_health,
    show_silence,
    show_silences,
    show_sinks,
    silent_s,
)
from processors.cli.forecast_view import no_such_subscription, tell_rows
from processors.cli.objectives_view import show_objective, show_objectives
from processors.cli.over_api.given import Given, as_here


async def health(api: AsyncApi, given: Given) -> int:
    """How all is; 0 if it is well."""
    row = await api.get_health()
    return show_health(row, every=given.flag("every"), as_json=given.as_json)


async def objectives(api: AsyncApi, given: Given) -> int:
    """How they go; 1 if there is no such subscription."""
    name = given.maybe("subscription")
    if name is None:
        told = await api.list_objectives()
        return show_objectives(told["data"], as_json=given.as_json)
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
    return show_sinks(told["data"], told["stale"], as_json=given.as_json)


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
