"""Saying that this process is there, and how it is, for all who ask Kafka."""

from collections.abc import Callable

from bus.delivery.presence import SAY_EVERY_S, Presence, presence_message
from bus.ports import Clock, Publisher

_LOOK_S = 1.0


class Announcing:
    """Writes `look()` to a topic every few seconds, and at once when it has changed.

    Nobody waits for these records: what is lost is said again.
    """

    def __init__(
        self,
        publisher: Publisher,
        topic: str,
        clock: Clock,
        look: Callable[[], Presence],
    ) -> None:
        self._publisher = publisher
        self._topic = topic
        self._clock = clock
        self._look = look
        self._last: Presence | None = None
        self._said_at = float("-inf")

    async def run(self) -> None:
        """Go on for ever."""
        while True:
            self.say()
            await self._clock.sleep(_LOOK_S)

    def say(self) -> None:
        """Say how it is, if that is news or the last word is old."""
        now, presence = self._clock.monotonic(), self._look()
        if now - self._said_at < SAY_EVERY_S and presence.same_state(self._last):
            return
        self._said_at, self._last = now, presence
        self._publisher.publish_soon(presence_message(self._topic, presence))

    def farewell(self) -> None:
        """Say that it stops in good order."""
        stopped = self._look().as_stopped()
        self._publisher.publish_soon(presence_message(self._topic, stopped))
