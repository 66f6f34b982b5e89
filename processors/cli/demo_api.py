"""The demo's key: for the dashboard, and to ask the API what befell an event."""

from bus.api import AsyncApi
from bus.api.models.timelines import TimelineShown
from processors.redrive.timeline import Timeline
from processors.wiring.access import open_keys
from processors.wiring.dev_key import operator_key
from processors.wiring.stack import Stack


async def dashboard(stack: Stack) -> str:
    """Where it is, and the key to sign in with.

    Raises:
        OrderbusError: no key could be made.
    """
    async with open_keys(stack.settings) as world:
        key = await operator_key(world, stack.settings.data_dir)
    return f"{stack.api_url}/ui/, sign in with the key in {key.path}"


async def over_http(stack: Stack, life: Timeline) -> str:
    """Ask for the timeline of an event as any program would; what to type, and got.

    Raises:
        OrderbusError: no key could be made.
        ApiError: the API refuses or gives no answer.
    """
    async with open_keys(stack.settings) as world:
        key = await operator_key(world, stack.settings.data_dir)
    path = f"/v1/events/{life.event_id}/timeline"
    async with AsyncApi(stack.api_url, key_file=key.path) as api:
        told = await api.get_event_timeline(life.event_id)
    return (
        "The same over HTTP while it ran, with an operator's key:\n"
        "  curl -H 'Authorization: Bearer ob_operator_…' \\\n"
        f"  {stack.api_url}{path}\n"
        f"  {_in_short(told['data'][0])}"
    )


def _in_short(event: TimelineShown) -> str:
    parts = (
        f'{{"id": "{track["id"]}", "state": "{track["state"]}",'
        f' "attempts": {track["attempts"]}, …}}'
        for track in event["subscriptions"]
    )
    return f'200 {{"data": [{{…, "subscriptions": [{", ".join(parts)}]}}]}}'
