"""Source topics that the declaration gains are read without a restart."""

from collections.abc import Callable, Collection, Sequence

from bus.errors import OrderbusError
from bus.ports import Clock, Observer, Topics
from bus.topics.topology import Topology
from processors.telemetry import names

LOOK_S = 15.0


class SourceWatch:
    """Looks at the declaration now and then, and takes new source topics on.

    Only what is added, and there, is taken: a source that is declared no more is
    read until the next start, and tiers and layouts count from then on, too.

    Args:
        read: The declaration as it is now; raises `OrderbusError`.
        add: Gets the topics that are new.
        known: The source topics that are read already.
    """

    def __init__(
        self,
        read: Callable[[], Topology],
        topics: Topics,
        clock: Clock,
        observer: Observer,
        add: Callable[[Sequence[str]], None],
        known: Collection[str],
    ) -> None:
        self._read = read
        self._topics = topics
        self._clock = clock
        self._observer = observer
        self._add = add
        self._known = set(known)
        self._trouble = ""

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self._clock.sleep(LOOK_S)
            try:
                await self.look()
                self._trouble = ""
            except OrderbusError as error:
                self._complain(str(error))

    async def look(self) -> None:
        """Look once.

        Raises:
            OrderbusError: the declaration or Kafka cannot be read now.
        """
        declared = [t for t in self._read().sources if t not in self._known]
        if not declared:
            return
        there = await self._topics.names()
        new = [topic for topic in declared if topic in there]
        if new:
            self._known.update(new)
            self._observer.note(names.SOURCES_ADDED, topics=new)
            self._add(new)

    def _complain(self, why: str) -> None:
        """Say it once, not at every look."""
        if why != self._trouble:
            self._trouble = why
            self._observer.note(names.DECLARATION_UNREADABLE, why=why)
