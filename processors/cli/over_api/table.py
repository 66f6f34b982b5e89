"""Which commands go over the HTTP API, and what carries each out."""

from collections.abc import Awaitable, Callable, Mapping

import typer

from bus.api import AsyncApi
from bus.errors import ConfigurationError
from processors.cli.over_api import letters, reading, subscriptions
from processors.cli.over_api.given import Given

Work = Callable[[AsyncApi, Given], Awaitable[int]]

COMMANDS: Mapping[str, Work] = {
    "subscriptions add": subscriptions.add,
    "subscriptions list": subscriptions.list_,
    "subscriptions show": subscriptions.show,
    "subscriptions update": subscriptions.update,
    "subscriptions pause": subscriptions.pause,
    "subscriptions resume": subscriptions.resume,
    "subscriptions rotate-secret": subscriptions.rotate,
    "subscriptions remove": subscriptions.remove,
    "dlq list": letters.list_,
    "dlq show": letters.show,
    "dlq replay": letters.replay,
    "trace": reading.trace,
    "acks add": reading.add_acks,
    "status": reading.status,
}


async def run_over_api(ctx: typer.Context, url: str, key: str) -> int:
    """Carry a command out; return its exit code.

    Raises:
        ConfigurationError: it cannot go this way yet.
    """
    name = " ".join(ctx.command_path.split()[1:])
    work = COMMANDS.get(name)
    if work is None:
        raise ConfigurationError(
            "this command does not go through the API (ORDERBUS_URL) yet. Name the"
            f" brokers: bus --bootstrap-servers HOST:PORT {name} …"
        )
    async with AsyncApi(url, key=key or None) as api:
        return await work(api, Given(ctx.params))
