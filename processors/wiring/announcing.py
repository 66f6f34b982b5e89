"""What a process says of itself, put together from its parts."""

import os
import socket
from collections.abc import Sequence
from importlib.metadata import version

from bus.delivery.presence import Presence
from processors.delivery.announcing import Announcing
from processors.delivery.engine import Engine
from processors.telemetry.health import Health
from processors.wiring.adapters import Adapters


def announcing(
    adapters: Adapters,
    engine: Engine,
    health: Health,
    roles: Sequence[str],
    pages: str,
) -> Announcing:
    """Make what tells others of this process; `pages` is where its pages are."""
    started_ms = int(adapters.clock.now() * 1000)

    def look() -> Presence:
        readiness = health.readiness()
        return Presence(
            host=socket.gethostname(),
            pid=os.getpid(),
            programs=tuple(roles),
            started_ms=started_ms,
            version=version("orderbus"),
            pages=pages,
            not_ready={name: why for name, why in readiness.items() if why != "ok"},
            breakers=engine.subscribers.open_breakers(),
        )

    return Announcing(
        adapters.publisher, adapters.topology.processes, adapters.clock, look
    )
