"""A clock for worlds in memory that goes by itself, and can be put forward."""

from typing_extensions import override

from bus.adapters.memory import MemoryClock
from tests.bench.rig import CLOCK


class RunningClock(MemoryClock):
    """Time passes as on the machine, and in `advance`."""

    def __init__(self) -> None:
        super().__init__()
        self._since = CLOCK.monotonic()

    @override
    def now(self) -> float:
        return super().now() + CLOCK.monotonic() - self._since

    @override
    def monotonic(self) -> float:
        return super().monotonic() + CLOCK.monotonic() - self._since

    @override
    async def sleep(self, delay_s: float) -> None:
        await CLOCK.sleep(delay_s)
