"""What Kafka clients say, on its way to the log."""

import asyncio
import io

import orjson
from typing_extensions import override

from processors.telemetry import Telemetry
from processors.telemetry.troubles import ClientTroubles
from tests.support.reports import StillClock


class Moved(StillClock):
    """One that somebody moves."""

    at_s = 0.0

    @override
    def monotonic(self) -> float:
        return self.at_s


async def test_said_on_any_thread_and_not_too_often(
    telemetry: Telemetry, out: io.BytesIO
) -> None:
    """Each kind is a line, at once; what repeats itself is counted in a later one."""
    clock = Moved()
    troubles = ClientTroubles(telemetry, clock)
    full = {"error": "_QUEUE_FULL", "why": "Local: Queue full"}
    for _ in range(3):
        await asyncio.to_thread(troubles, "kafka.publisher", full)
    await asyncio.to_thread(troubles, "kafka.source", full)
    clock.at_s = 10
    await asyncio.to_thread(troubles, "kafka.publisher", full)
    await asyncio.to_thread(lambda: None)  # what was told before it is heard by now
    lines = [orjson.loads(line) for line in out.getvalue().splitlines()]
    told = [(line["source"], line["error"], line.get("repeated")) for line in lines]
    assert told == [
        ("kafka.publisher", "_QUEUE_FULL", None),
        ("kafka.source", "_QUEUE_FULL", None),
        ("kafka.publisher", "_QUEUE_FULL", 2),
    ]
