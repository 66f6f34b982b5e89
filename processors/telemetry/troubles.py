"""What Kafka clients say of their troubles, as lines of the log."""

import asyncio
from collections.abc import Mapping

from bus.ports import Clock, Observer
from bus.record import Expired
from processors.telemetry import group_names, names
from processors.telemetry.brokers import Brokers, Complaint, complaint
from processors.telemetry.repeats import Repeats

_SAID_EVERY_S = 10.0
_LOOK_S = 5.0
_ALL_DOWN = "_ALL_BROKERS_DOWN"


class ClientTroubles:
    """Takes them, on whatever thread they are told, to the event loop it is made on.

    A process has many clients, and each complains of a broker that is away several
    times a second: that is one line when it begins and one when it is over. What
    else repeats itself is told every 10 s, with how often.
    """

    def __init__(self, observer: Observer, clock: Clock) -> None:
        self._loop = asyncio.get_running_loop()
        self._observer = observer
        self._clock = clock
        self._repeats = Repeats(_SAID_EVERY_S)
        self._brokers = Brokers()
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self, source: str, fields: Mapping[str, object]) -> None:
        """Take one; `source` is `kafka.` and which client."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, source, fields)

    def look(self) -> None:
        """Say which brokers nobody complains of any more."""
        for broker, away_s, lines in self._brokers.calm(self._clock.monotonic()):
            if broker:
                self._observer.note(
                    names.KAFKA_CALM,
                    broker=broker,
                    away_s=round(away_s, 1),
                    lines=lines,
                )
        self._timer = None
        self._look_again()

    def _take(self, source: str, fields: Mapping[str, object]) -> None:
        said = complaint(str(fields.get("line", "")))
        if fields.get("error") == _ALL_DOWN:
            said = Complaint("", str(fields.get("why", "")))
        if said is None:
            self._note(source, fields)
        else:
            self._of_broker(said)

    def _of_broker(self, said: Complaint) -> None:
        first = self._brokers.complained(said.broker, self._clock.monotonic())
        # That all are down adds nothing to what is said of each.
        if first and said.broker:
            self._observer.note(names.KAFKA_AWAY, broker=said.broker, why=said.why)
        self._look_again()

    def _look_again(self) -> None:
        if self._timer is None and self._brokers.away:
            self._timer = self._loop.call_later(_LOOK_S, self.look)

    def _note(self, source: str, fields: Mapping[str, object]) -> None:
        if source == "kafka.position_reset":
            self._observer.note(names.POSITION_RESET, **fields)
            topic = str(fields.get("topic"))
            self._observer.measure(names.POSITION_RESETS, 1, topic)
            return
        if source == "kafka.unreconciled":
            self._observer.note(group_names.UNRECONCILED, **fields)
            self._observer.measure(group_names.REJOINS, 1, str(fields.get("group")))
            return
        if source == "kafka.expired":
            self._expired(fields)
            return
        line = str(fields.get("line", "")).partition("]")[0]
        kind = (source, fields.get("group"), fields.get("error"), line)
        repeated = self._repeats.held_back(kind, self._clock.monotonic())
        if repeated is not None:
            told = {**fields, "repeated": repeated} if repeated else fields
            self._observer.note(names.KAFKA, source=source, **told)

    def _expired(self, fields: Mapping[str, object]) -> None:
        """A table's topic, which no group reads."""
        gone, lost = fields["gone"], fields["lost"]
        if isinstance(gone, Expired) and isinstance(lost, int):
            self._observer.expired("", gone, lost, 0)
