"""What a program does beside its main work, kept up whatever befalls it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from bus.ports import Clock, Observer
from processors.telemetry import names

_AGAIN_S = 5.0

Work: TypeAlias = Callable[[], Awaitable[None]]


def keep_up(
    works: Mapping[str, Work], clock: Clock, observer: Observer
) -> "Sequence[asyncio.Task[None]]":
    """Begin work by name; a bug in one is told, and it begins anew in 5 s.

    A task that nobody waits for would end in silence, and what it kept true with it:
    a lag that stands still, a readiness that never comes back.
    """
    return [
        asyncio.create_task(_kept(name, work, clock, observer), name=name)
        for name, work in works.items()
    ]


async def _kept(name: str, work: Work, clock: Clock, observer: Observer) -> None:
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - a bug; the next round may not meet it
            observer.note(names.BUG, why=repr(error), beside=name, exc_info=error)
        else:
            return
        await clock.sleep(_AGAIN_S)
