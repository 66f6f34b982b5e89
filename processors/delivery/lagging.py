"""How far behind the groups are, and whether Kafka answers at all."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping

from bus.errors import OrderbusError
from bus.ports import Clock, Groups, Lag, Observer
from bus.record import Expired, TopicPartition
from processors.telemetry import names

_AGAIN_S = 1.0
Overtaken = Callable[[Expired], None]
Assigned = Callable[[], Collection[TopicPartition]]
Looked = Callable[[Mapping[TopicPartition, Lag], float], None]


class LagWatch:
    """Asks Kafka every `every_s` for the lag of the partitions held here.

    The answer is the lag gauge; that there is one tells `/readyz` and the log that
    the broker can be reached. `watched` says what each group holds now; `overtaken`
    hears where Kafka deleted more than the group has committed, read or not; `looked`
    hears each answer, with the time before it was asked for.
    """

    def __init__(  # noqa: PLR0913 - what its owners may choose, by name
        self,
        groups: Groups,
        clock: Clock,
        observer: Observer,
        watched: Mapping[str, Assigned],
        *,
        overtaken: Mapping[str, Overtaken] | None = None,
        looked: Looked = lambda _lags, _at: None,
        every_s: float = 10.0,
    ) -> None:
        self._groups = groups
        self._clock = clock
        self._observer = observer
        self._watched = watched
        self._overtaken = overtaken or {}
        self._looked = looked
        self._every_s = every_s
        self._lag: Counter[str] = Counter()
        self._lost_at: float | None = None

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            try:
                self._lag = await self._ask()
            except OrderbusError as error:
                # Also that there is no such topic: what a broker says that begins anew.
                self._lost(str(error))
            else:
                self._back()
            # Who waits for Kafka to come back wants to know soon.
            lost = self._lost_at is not None
            await self._clock.sleep(_AGAIN_S if lost else self._every_s)

    def lag(self) -> Mapping[str, float]:
        """Records yet to be committed, by topic, as of the last answer."""
        return self._lag

    def broker(self) -> str | None:
        """A readiness check: None, or for how long Kafka has not answered."""
        if self._lost_at is None:
            return None
        return f"no answer for {self._clock.monotonic() - self._lost_at:.0f} s"

    async def _ask(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for group, assigned in self._watched.items():
            held = frozenset(assigned())
            topics = {tp.topic for tp in held}
            asked_at = self._clock.now()
            lags = await self._groups.lag(group, topics)
            self._looked(lags, asked_at)
            for tp, lag in lags.items():
                if tp not in held:
                    continue
                found[tp.topic] += lag.pending
                if lag.start > lag.committed >= 0 and group in self._overtaken:
                    self._overtaken[group](Expired(tp, lag.start))
        return found

    def _lost(self, why: str) -> None:
        if self._lost_at is None:
            self._lost_at = self._clock.monotonic()
            self._observer.note(names.BROKER_LOST, why=why)

    def _back(self) -> None:
        if self._lost_at is not None:
            away_s = self._clock.monotonic() - self._lost_at
            self._lost_at = None
            self._observer.note(names.BROKER_BACK, away_s=round(away_s, 1))
