"""Counting for as long as somebody waits for it."""

import asyncio
from collections.abc import Awaitable


async def in_time(within_s: float | None, work: Awaitable[None]) -> bool:
    """Wait for `work`, `within_s` at most (None: to its end); say if it was done."""
    limit = asyncio.timeout(within_s)
    try:
        async with limit:
            await work
    except TimeoutError:
        if not limit.expired():
            raise
        return False
    return True
