"""What a program that was asked to stop still waits for: said at once, and again."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bus.ports import Clock
from processors.screen.saying import say
from processors.telemetry import (
    convert_names,
    intake_names,
    log_names,
    names,
    outbox_names,
)
from processors.telemetry.observer import Telemetry

_EVERY_S = 2.0
_UNDER_WAY: Mapping[str, tuple[str, str]] = {
    names.IN_FLIGHT: ("delivery", "deliveries"),
    names.API_IN_FLIGHT: ("request", "requests"),
    intake_names.IN_FLIGHT: ("request", "requests"),
    convert_names.IN_FLIGHT: ("submission", "submissions"),
    outbox_names.IN_FLIGHT: ("row of the outbox", "rows of the outbox"),
    log_names.IN_FLIGHT: ("row for the log", "rows for the log"),
}
_REST = "Kafka, to leave it in good order"
"""What a stop waits for that takes its time with nothing under way."""
_AGAIN = "Ctrl-C again ends it at once."


@asynccontextmanager
async def draining(
    telemetry: Telemetry, clock: Clock, *, attached: bool
) -> AsyncIterator[None]:
    """Note that it stops, and every few seconds what it waits for.

    A person at the terminal learns how to end it at once; of an attached one the
    parent says so.
    """
    telemetry.note(names.STOPPING, **_waits_for(telemetry))
    if not attached:
        tell_how_to_end()
    telling = asyncio.create_task(_tell(telemetry, clock))
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


def tell_how_to_end() -> None:
    """On a terminal, say what a second Ctrl-C does."""
    if sys.stderr.isatty():
        say(_AGAIN, err=True)


def under_way(telemetry: Telemetry) -> str:
    """How many deliveries and requests are under way, in words; "" for none."""
    told: list[str] = []
    for name, (one, several) in _UNDER_WAY.items():
        if count := int(telemetry.metrics.sum_of(name)):
            told.append(f"{count:,} {one if count == 1 else several}")
    return ", ".join(told)


def _waits_for(telemetry: Telemetry) -> Mapping[str, str]:
    waits = under_way(telemetry)
    return {"waits_for": waits} if waits else {}


async def _tell(telemetry: Telemetry, clock: Clock) -> None:
    while True:
        await clock.sleep(_EVERY_S)
        telemetry.note(names.DRAINING, waits_for=under_way(telemetry) or _REST)
