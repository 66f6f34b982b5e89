"""Who runs what, out of what processes say of themselves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bus.delivery.presence import (
    FORGOTTEN_AFTER_S,
    Presence,
    is_silent,
    present,
    read_presence,
)
from bus.ports import Clock, LogReader
from bus.record import Record
from bus.watch.facts import LogFacts, ProgramFacts
from processors.following import Follower

DELIVERING = ("fanout", "retry", "ordered")
"""What has to run, whatever else does."""
PROJECTOR = "projector"


class Presences(Follower):
    """Follows what processes say; holds the newest word of each."""

    def __init__(self, reader: LogReader, clock: Clock, topic: str) -> None:
        def since() -> int:
            return int((clock.now() - FORGOTTEN_AFTER_S) * 1000)

        super().__init__(reader, clock, topic, self._hold, since=since)
        self._said: dict[str, Presence] = {}

    def there(self, now_ms: float) -> Sequence[Presence]:
        """Those that have not stopped and are not forgotten."""
        found = present(self._said.values(), now_ms)
        kept = {one.name for one in found}
        stopped = [n for n, p in self._said.items() if p.stopped or n not in kept]
        for name in stopped:
            del self._said[name]
        return [one for one in found if not _is_replaced(one, found, now_ms)]

    def _hold(self, record: Record) -> None:
        presence = read_presence(record)
        if presence is not None:
            self._said[presence.name] = presence


def programs_of(there: Sequence[Presence], now_ms: float) -> Iterator[ProgramFacts]:
    """Each program that runs or has to."""
    named = {program for one in there for program in one.programs}
    for name in dict.fromkeys((*DELIVERING, *sorted(named))):
        those = [one for one in there if name in one.programs]
        awake = [one for one in those if not is_silent(one, now_ms)]
        yield ProgramFacts(
            name=name,
            awake=[one.name for one in awake],
            silent=[one.name for one in those if one not in awake],
            not_ready=_not_ready(awake),
        )


def log_facts(there: Iterable[Presence], now_ms: float) -> LogFacts | None:
    """What those who write the log say of it; None if nobody does."""
    writers = [
        one for one in there if PROJECTOR in one.programs and not is_silent(one, now_ms)
    ]
    if not writers:
        return None
    lags = [one.log_lag_s for one in writers if one.log_lag_s is not None]
    trouble = next((one.log_trouble for one in writers if one.log_trouble), "")
    return LogFacts(max(lags, default=None), trouble)


def overdrawn(there: Iterable[Presence], now_ms: float) -> frozenset[str]:
    """Subscriptions of which a process says that their expressions cost too much."""
    return frozenset(
        id_ for one in there if not is_silent(one, now_ms) for id_ in one.overdrawn
    )


def breakers(there: Iterable[Presence], now_ms: float) -> Mapping[str, str]:
    """The state of each breaker that is not closed somewhere, where it is worst."""
    found: dict[str, str] = {}
    for one in there:
        if not is_silent(one, now_ms):
            for subscription, state in one.breakers.items():
                if found.get(subscription) != "open":
                    found[subscription] = state
    return found


def _not_ready(awake: Iterable[Presence]) -> Mapping[str, str]:
    """Why processes are not ready, by process and check."""
    return {
        f"{one.name} {check}": why
        for one in awake
        for check, why in one.not_ready.items()
    }


def _is_replaced(one: Presence, there: Iterable[Presence], now_ms: float) -> bool:
    """Whether a silent process has one in its place, begun after its last word."""
    return is_silent(one, now_ms) and any(
        other.host == one.host
        and other.programs == one.programs
        and other.started_ms >= one.at_ms
        and not is_silent(other, now_ms)
        for other in there
    )
