"""What a whole bus on one machine is to run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from processors.settings import Settings


def _of_nobody_else(_port: int) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlan:
    """What is to run. `environment` goes to the worker processes on top of ours.

    `arguments` run the workers, `api_arguments` the gateway; each of `beside` a process
    of its own, which may come and go: it is neither waited for nor missed. `short`: it
    all ends within minutes. `receiver_port`: as it was named, if it was. `reserve` says
    whether a port is this bus's own from now on, and not that of one which starts.
    """

    settings: Settings
    arguments: Sequence[str]
    api_arguments: Sequence[str]
    beside: Sequence[Sequence[str]] = ()
    brokers: int = 1
    processes: int = 1
    kafka_port: int | None = None
    short: bool = False
    registry_port: int = 0
    receiver_port: int | None = None
    environment: Mapping[str, str] | None = None
    worker_log: Path | None = None
    reserve: Callable[[int], bool] = _of_nobody_else

    @property
    def gateway_index(self) -> int:
        """Behind all others, for its pages."""
        return self.processes + len(self.beside)
