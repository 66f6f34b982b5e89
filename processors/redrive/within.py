"""Counting for as long as somebody waits for it."""

import asyncio
from collections.abc import Awaitable

LATER, SHORTER = "a later since", "a shorter time"


def not_all(within_s: float, narrower: str) -> str:
    """Why not all was counted, and with what there would be less to read."""
    return (
        f"{within_s:g} s were not enough to read all: there are at least so many. With"
        f" {narrower} there is less to read; the job reads all of it."
    )


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
