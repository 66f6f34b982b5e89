"""How much comes into each source topic, and what of it is not delivered yet."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bus.log.lags import LagRow
from processors.subscriptions.world import World

_WINDOW_S = 60.0
_LEAST_S = 1.0


@dataclass(frozen=True, slots=True)
class SourceNow:
    """A source topic: records a second (None: not counted twice yet), and what waits.

    `waiting` are records whose deliveries have not all begun and ended or hopped.
    """

    rate: float | None
    waiting: int


class Inflow:
    """Counts again and again; rates are over the last minute, or less."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._samples: deque[tuple[float, Mapping[str, int]]] = deque()

    @property
    def is_new(self) -> bool:
        """Whether it has counted nothing yet."""
        return not self._samples

    async def now(self, past: Iterable[LagRow] = ()) -> Mapping[str, SourceNow]:
        """What there is to say now; `past` is what others have counted before.

        Raises:
            BrokerUnavailableError: no answer.
        """
        world, now = self._world, self._world.clock.now()
        self._begin(past, now)
        lags = await world.groups.lag(world.fanout_group, world.topology.sources)
        came: dict[str, int] = {}
        waiting: dict[str, int] = {}
        for tp, lag in lags.items():
            came[tp.topic] = came.get(tp.topic, 0) + lag.end
            waiting[tp.topic] = waiting.get(tp.topic, 0) + lag.pending
        while self._samples and self._samples[0][0] < now - _WINDOW_S:
            self._samples.popleft()
        rates = {topic: self._rate(topic, count, now) for topic, count in came.items()}
        self._samples.append((now, came))
        return {t: SourceNow(rates[t], waiting[t]) for t in sorted(came)}

    def _begin(self, past: Iterable[LagRow], now: float) -> None:
        at: dict[float, dict[str, int]] = {}
        for row in past:
            if row.queue in self._world.topology.sources and row.at_us / 1e6 < now:
                at.setdefault(row.at_us / 1e6, {})[row.queue] = row.came
        self._samples.extend(sorted(at.items()) if self.is_new else ())

    def _rate(self, topic: str, came: int, now: float) -> float | None:
        for at, counts in self._samples:
            if topic in counts and now - at >= _LEAST_S:
                # Fewer than before: the topic was made anew.
                return max(0.0, (came - counts[topic]) / (now - at))
        return None
