"""`bus diagnose` as tests run it, and the secrets that it must keep."""

import asyncio
import os
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme
from typer.testing import CliRunner, Result

from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.adapters.http.names import Names
from bus.adapters.http.probe import EndpointProbe
from bus.event import Event
from processors.cli.diagnose import app
from processors.clock import SystemClock
from processors.diagnose.probing import Means
from processors.subscriptions.document import Draft, draft
from processors.subscriptions.onboarding import add
from processors.subscriptions.world import World
from processors.wiring.sinks import make_sinks
from tests.support.partner import SECRET, Partner
from tests.support.past import Past
from tests.support.worlds import Worlds

ENCRYPTION_KEY = b64encode(bytes(range(32))).decode()
CLIENT = trustme.CA().issue_cert("bus@orderbus.example")
CLIENT_KEY = CLIENT.private_key_pem.bytes().decode()
SECRETS = {
    "signing secret": SECRET,
    "header value": "Bearer hush-header-hush",
    "token in it": "hush-header-hush",
    "basic login": "partner:hush-password",
    "query": "hush-query-hush",
    "encryption key": ENCRYPTION_KEY,
    "registry password": "hush-registry-hush",
    "Kafka password": "hush-kafka-hush",
    "TLS key": CLIENT_KEY.splitlines()[1],
}
BASIC = b64encode(SECRETS["basic login"].encode()).decode()


def _look_up(host: str) -> list[str]:
    if host.endswith(".invalid"):
        raise OSError(-2, "Name or service not known")
    return ["127.0.0.1"]


@dataclass
class Bus:
    """What the root of the command opens, over a world in memory."""

    worlds: Worlds
    hidden: tuple[str, ...] = ()
    configuration: dict[str, object] = field(default_factory=dict)

    def __call__(self) -> AbstractAsyncContextManager[World]:
        """Open the world."""
        return self.worlds.open()

    reading = __call__

    @asynccontextmanager
    async def probing(self) -> AsyncIterator[Means]:
        """Open a probe to loopback; every name is loopback, but those of `.invalid`."""
        guard = Guard(allow=["127.0.0.0/8"])
        names = Names(_look_up, ttl_s=0)
        sender = LeanSender(guard, names)
        try:
            yield Means(
                prober=EndpointProbe(guard, names),
                sender=sender,
                sinks=make_sinks(sender, guard),
                clock=SystemClock(),
                random_bytes=os.urandom,
                hidden=self.hidden,
                configuration=self.configuration,
            )
        finally:
            await sender.close()
            await names.close()


async def run(bus: Bus, *args: str, stdin: str | None = None) -> Result:
    """Run the command beside this event loop."""
    done: Result = await asyncio.to_thread(
        lambda: CliRunner().invoke(app, args, obj=bus, input=stdin)
    )
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


async def subscribe(bus: Bus, url: str, **fields: object) -> None:
    """Add the subscription acme, whose secret the partner has."""

    async def added() -> None:
        async with bus() as world:
            await world.table.ready()
            least = {"id": "acme", "url": url, "types": ["order.*"]}
            wanted = draft(least | fields, Path()).subscription
            checks = world.checks.__class__(
                **{**vars(world.checks), "check_url": lambda _: None}
            )
            object.__setattr__(world, "checks", checks)
            await add(world, Draft(wanted, SECRET))

    await asyncio.to_thread(asyncio.run, added())


async def failed(bus: Bus, detail: str) -> None:
    """Let a delivery to acme have failed, with this answer."""

    async def happened() -> None:
        async with bus() as world:
            await world.table.ready()
            past = Past(world)
            event: Event
            (event, record), *_ = await past.order()
            await past.attempt(
                "acme", event, "failed", "retry:1s", detail=detail, record=record
            )
            await past.attempt("other", event, "accepted", "done", record=record)

    await asyncio.to_thread(asyncio.run, happened())


def partner(**misbehaving: object) -> Partner:
    """A partner with the right secret."""
    return Partner(SystemClock().now, **misbehaving)  # type: ignore[arg-type]
