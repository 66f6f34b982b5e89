"""What a partner's server is to a run of faults."""

import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol


class Arrival(NamedTuple):
    """An event that a server has accepted; when, in nanoseconds of the epoch."""

    webhook_id: str
    at_ns: int


class Server(Protocol):
    """A partner's server."""

    name: str
    url: str
    login: Mapping[str, str] | None

    async def start(self) -> None:
        """Serve, on what it had."""
        ...

    async def kill(self) -> None:
        """SIGKILL it."""
        ...

    def pids(self) -> Sequence[int]:
        """Its processes."""
        ...

    async def arrivals(self) -> Sequence[Arrival]:
        """What was accepted since it was asked last, in order; nothing while away."""
        ...


def signalled(server: Server, how: signal.Signals) -> None:
    """SIGSTOP or SIGCONT for all of a server."""
    for pid in server.pids():
        with suppress(ProcessLookupError):
            os.kill(pid, how)
