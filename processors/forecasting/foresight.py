"""What is foreseen of everybody, for pages: asked once, however many look."""

from collections.abc import Sequence

from bus.errors import OrderbusError
from processors.forecasting.foreseeing import Foreseen, foresee, parts_of
from processors.status.glance import AskLog, Kept, Known
from processors.status.question import Unknown
from processors.subscriptions.world import World

Everybody = Known[Sequence[Foreseen]]


class Foresight:
    """The forecasts of all queues, kept a moment as `Kept` keeps answers.

    Tiers in which nothing waits are left out: most are such.
    """

    def __init__(self, world: World, ask_log: AskLog) -> None:
        self._world = world
        self._ask_log = ask_log
        self._kept = Kept(self._ask, world.clock.monotonic)

    async def known(self) -> Everybody:
        """What is foreseen, how old that is, or why nobody knows."""
        return await self._kept.known()

    def close(self) -> None:
        """Ask no more."""
        self._kept.close()

    async def _ask(self) -> Sequence[Foreseen] | Unknown:
        try:
            log = await self._ask_log()
            if log is None:
                return Unknown("there is no log to ask")
            return await foresee(parts_of(self._world, log.kept), idle=False)
        except OrderbusError as error:
            return Unknown(str(error))
