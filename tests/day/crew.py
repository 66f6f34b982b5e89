"""The processes of the bus, and what each says of itself."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bus.delivery.presence import Presence

_PROGRAMS = {
    "fanout-1": ("fanout",),
    "fanout-2": ("fanout",),
    "retry-1": ("retry",),
    "retry-2": ("retry",),
    "ordered-1": ("ordered",),
    "projector-1": ("projector",),
    "gateway-1": ("gateway",),
}


class Crew:
    """Who runs; a killed one says nothing more, a stopped one says so."""

    def __init__(self, at: float) -> None:
        self._there: dict[str, Presence] = {}
        self._killed: set[str] = set()
        self._pids = 0
        for host in _PROGRAMS:
            self.start(host, at)

    @property
    def hosts(self) -> list[str]:
        """Where they run."""
        return list(self._there)

    def start(self, host: str, at: float) -> None:
        """Begin a process; of one that was killed it takes the place."""
        self._pids += 1
        self._killed.discard(host)
        self._there[host] = Presence(
            host=host,
            pid=self._pids,
            programs=_PROGRAMS[host],
            started_ms=int(at * 1000),
        )

    def kill(self, *hosts: str) -> None:
        """They say nothing more."""
        self._killed.update(hosts)

    def stop(self, host: str) -> Presence:
        """End one in good order; return its last word."""
        self._killed.add(host)
        return self._there[host].as_stopped()

    def fail(self, program: str, check: str, why: str) -> None:
        """All of a program are not ready, for this reason; "" ends it."""
        for host, one in self._there.items():
            if program in one.programs:
                said = {check: why} if why else {}
                self._there[host] = replace(one, not_ready=said)

    def runs(self, program: str) -> bool:
        """Whether anybody does."""
        return any(program in one.programs for one in self._awake())

    def say(
        self, breakers: Mapping[str, str], log_lag_s: float, trouble: str
    ) -> Iterator[Presence]:
        """What each says now."""
        for one in self._awake():
            if "projector" in one.programs:
                yield replace(one, log_lag_s=log_lag_s, log_trouble=trouble)
            elif "retry" in one.programs:
                yield replace(one, breakers=breakers)
            else:
                yield one

    def _awake(self) -> Iterator[Presence]:
        return (one for host, one in self._there.items() if host not in self._killed)
