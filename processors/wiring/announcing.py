"""What a process says of itself, put together from its parts."""

import os
import socket
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Protocol

from bus.delivery.presence import Presence
from bus.ports import Clock, Publisher
from bus.topics.topology import Topology
from processors.delivery.announcing import Announcing
from processors.telemetry.health import Health


class Speaking(Protocol):
    """What a process speaks with."""

    @property
    def publisher(self) -> Publisher:
        """Writes what it says."""
        ...

    @property
    def topology(self) -> Topology:
        """Where to."""
        ...

    @property
    def clock(self) -> Clock:
        """When."""
        ...


def announcing(
    voice: Speaking,
    health: Health,
    roles: Sequence[str],
    pages: str,
    more: Callable[[Presence], Presence],
) -> Announcing:
    """Make what tells others of this process.

    `pages` is where its pages are; `more` adds what only its programs know.
    """
    started_ms = int(voice.clock.now() * 1000)

    def look() -> Presence:
        readiness = health.readiness()
        plain = Presence(
            host=socket.gethostname(),
            pid=os.getpid(),
            programs=tuple(roles),
            started_ms=started_ms,
            version=version("orderbus"),
            pages=pages,
            not_ready={name: why for name, why in readiness.items() if why != "ok"},
        )
        return more(plain)

    return Announcing(voice.publisher, voice.topology.processes, voice.clock, look)
