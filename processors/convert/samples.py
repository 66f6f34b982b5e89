"""What the samples of channels have, read aside and again when a channel changes."""

import asyncio
from collections.abc import Callable, Sequence

from bus.errors import OrderbusError
from bus.intake.channels.definition import Channel
from bus.intake.health.fields import Known, known_of
from bus.intake.samples import Sample
from bus.ports import Clock

_EVERY_S = 5.0


class KnownFields:
    """Answers at once what it knows, and finds out the rest.

    Args:
        samples: Reads the samples of a channel, by its name; it may take a while.
    """

    def __init__(
        self, samples: Callable[[str], Sequence[Sample]], clock: Clock
    ) -> None:
        self._samples = samples
        self._clock = clock
        self._known: dict[str, Known] = {}
        self._asked: dict[str, Channel] = {}

    def of(self, channel: Channel) -> Known | None:
        """What is known of this version of a channel; None: not yet."""
        known = self._known.get(channel.name)
        if known is not None and known.version == channel.version:
            return known
        self._asked[channel.name] = channel
        return None

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await self._clock.sleep(_EVERY_S)
            await self.find_out()

    async def find_out(self) -> None:
        """Read the samples of those that somebody has asked for."""
        asked, self._asked = self._asked, {}
        for name, channel in asked.items():
            self._known[name] = await asyncio.to_thread(self._read, channel)

    def _read(self, channel: Channel) -> Known:
        """A channel whose samples cannot be read has no known fields at all."""
        try:
            return known_of(channel, self._samples(channel.name))
        except OrderbusError:
            return known_of(channel, ())
