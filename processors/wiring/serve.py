"""A worker process: the delivery programs of one process, in `live`'s hands."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from bus.errors import ConfigurationError
from bus.ports import Topics
from bus.topics.topology import Topology
from processors.clock import SystemClock
from processors.settings import Settings
from processors.telemetry.observer import Telemetry
from processors.telemetry.troubles import ClientTroubles
from processors.wiring.adapters import open_adapters
from processors.wiring.life import Life, live
from processors.wiring.worker import Worker

_ALL = ("fanout", "retry", "ordered")


async def serve(
    settings: Settings,
    roles: Sequence[str],
    *,
    index: int = 0,
    share: int = 1,
    attached: bool = False,
) -> None:
    """Run the programs until SIGTERM or SIGINT, then drain.

    `index` and `share` say which of how many processes this is. An attached one
    also ends when its standard input does: its parent has died.

    Raises:
        OrderbusError: it cannot start, and says what to do; or a bug has ended it,
            and only a new process helps.
    """

    async def begin(telemetry: Telemetry, stack: AsyncExitStack, pages: str) -> Worker:
        troubles = ClientTroubles(telemetry, SystemClock())
        opening = open_adapters(settings, troubles)
        adapters = await stack.enter_async_context(opening)
        await check_topics(settings, adapters.topology, adapters.topics)
        worker = Worker(
            adapters,
            telemetry,
            telemetry.health,
            on_event=troubles,
            roles=roles,
            share=share,
            pages=pages,
        )
        await worker.start()
        return worker

    program = "+".join(roles) if len(roles) < len(_ALL) else "bus"
    port = settings.http_port + index if settings.http_port else None
    life = Life(program=program, roles=roles, pages_port=port, attached=attached)
    await live(settings, life, begin)


async def check_topics(settings: Settings, topology: Topology, topics: Topics) -> None:
    """Raise unless the declared topics are there.

    Raises:
        ConfigurationError: it says which are not, and how to make them.
    """
    needed = {topic.name for topic in topology.fixed()}
    if settings.registry_url is not None:
        needed.discard(topology.schemas)
    missing = sorted(needed - await topics.names())
    if missing:
        raise ConfigurationError(
            f"topics are missing: {', '.join(missing)}; make them: bus topics apply"
        )
