"""Clients that block."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def blocking(call: Callable[[], T]) -> T:
    """Run a blocking client beside the loop that serves it."""
    return await asyncio.to_thread(call)
