"""Writing tallies down, those that changed, every few seconds."""

import asyncio

from bus.errors import PublishError
from bus.ports import Clock, Publisher
from processors.tallying.records import tally_message
from processors.tallying.tallies import Tallies

EVERY_S = 15.0


class TallyWriter:
    """Writes what a process counts; what Kafka does not take is written next time.

    Args:
        process: What this process is called; no two may be called the same.
    """

    def __init__(
        self,
        tallies: Tallies,
        publisher: Publisher,
        clock: Clock,
        *,
        topic: str,
        process: str,
    ) -> None:
        self._tallies = tallies
        self._publisher = publisher
        self._clock = clock
        self._topic = topic
        self._process = process

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await self._clock.sleep(EVERY_S)
            await self.write()

    async def write(self) -> None:
        """Write those that changed since they were last written."""
        changed = [one for one in self._tallies.of.items() if one[1].changed]
        for _, tally in changed:
            tally.changed = False
        now = self._clock.now()
        done = await asyncio.gather(
            *(
                self._publisher.publish(
                    tally_message(self._topic, source, self._process, tally, now)
                )
                for source, tally in changed
            ),
            return_exceptions=True,
        )
        for (_, tally), error in zip(changed, done, strict=True):
            if isinstance(error, PublishError):
                tally.changed = True
            elif isinstance(error, BaseException):
                raise error
