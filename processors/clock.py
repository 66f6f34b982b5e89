"""The one place that reads the real clock."""
# ruff: noqa: TID251 - everybody else takes a Clock

import asyncio
import time


class SystemClock:
    """`bus.ports.Clock` on the machine's clock."""

    # Asked several times a delivery: not a frame more than needed.
    now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)

    async def sleep(self, delay_s: float) -> None:
        """Return after `delay_s` seconds."""
        await asyncio.sleep(delay_s)
