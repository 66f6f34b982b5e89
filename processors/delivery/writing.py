"""Writing what must not be lost, for a partition that waits until it is written."""

from collections import Counter
from collections.abc import Mapping
from math import inf

from bus.errors import Heals, PublishError
from bus.ports import Clock, Observer, PartitionChange, Publisher
from bus.record import Message
from processors.delivery.partition import Partition
from processors.telemetry import names

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0


class Writing:
    """Writes again and again, and says loudly who refuses."""

    def __init__(self, publisher: Publisher, clock: Clock, observer: Observer) -> None:
        self._publisher = publisher
        self._clock = clock
        self._observer = observer
        self._refused: Counter[str] = Counter()
        observer.gauge(names.REFUSED, self.refused)

    def refused(self) -> Mapping[str, float]:
        """How many records wait for a topic that does not take them, by topic."""
        return {topic: count for topic, count in self._refused.items() if count}

    async def until_taken(
        self,
        partition: Partition,
        message: Message,
        patience_s: float = inf,
        *,
        last: bool = False,
    ) -> bool:
        """Write until it is acknowledged; False if the partition went meanwhile.

        Raises:
            PublishError: nothing can make the topic take it; or somebody can, and has
                not within `patience_s`. Never with `last`: then it is all there is.
        """
        pause_s, waited_s, hopeless = _FIRST_PAUSE_S, 0.0, False
        try:
            while True:
                try:
                    await self._publisher.publish(message)
                except PublishError as error:
                    if not partition.open:
                        return False
                    if error.heals is not Heals.TIME and not hopeless:
                        hopeless = True
                        self._refused[message.topic] += 1
                    if not last and _final(error, waited_s, patience_s):
                        raise
                    self._observer.partitions(
                        "", PartitionChange.STOPPED, [partition.tp], str(error)
                    )
                else:
                    return True
                await self._clock.sleep(pause_s)
                waited_s += pause_s
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        finally:
            self._refused[message.topic] -= hopeless


def _final(error: PublishError, waited_s: float, patience_s: float) -> bool:
    late = error.heals is Heals.HAND and waited_s >= patience_s
    return late or error.heals is Heals.NOTHING
