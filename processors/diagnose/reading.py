"""Reading what befell a subscription's deliveries, newest first, as time allows."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TypeAlias

from bus.contracts.framing import split_frame
from bus.delivery.delivery import Attempt
from bus.errors import OrderbusError, RegistryUnavailableError
from bus.log.rows import AttemptRow, Place
from bus.record import Record
from processors.delivery.attempt_log import read_attempt
from processors.diagnose.facts import At, Past
from processors.redrive.events import Events
from processors.status.desk import Desk
from processors.status.question import Unknown
from processors.status.report import Subscriber
from processors.subscriptions.world import World

_WINDOWS_S = (900.0, 3_600.0, 6 * 3_600.0, 24 * 3_600.0)
"""How far back is read, each only if there is time left."""
_MOST_ROWS = 50_000
_READ_S = 20.0
_STANDING_S = 5.0

Rows: TypeAlias = Callable[[str, float, float], AsyncIterator[AttemptRow]]
"""Attempts of a subscription from one epoch second to another; Kafka's, or a log's."""


async def read_past(
    rows: Rows, name: str, now_s: float, since_s: float, within_s: float = _READ_S
) -> Past:
    """Read back to `since_s`, the newest first, within the time."""
    found: list[AttemptRow] = []
    until_s = now_s + 1
    try:
        async with asyncio.timeout(within_s):
            for start_s in _starts(now_s, since_s):
                window = [row async for row in rows(name, start_s, until_s)]
                found = (window + found)[-_MOST_ROWS:]
                until_s = start_s
                if len(found) == _MOST_ROWS:
                    break
    except TimeoutError:
        if not found and until_s > now_s:
            why = f"not read within {within_s:g} s"
            return Past(now_s, since_s, now_s, (), why)
    except OrderbusError as error:
        return Past(now_s, since_s, now_s, (), str(error))
    if len(found) == _MOST_ROWS:
        until_s = found[0].started_us / 1e6
    return Past(now_s, since_s, until_s, found)


def _starts(now_s: float, since_s: float) -> list[float]:
    """The beginnings of the windows, later ones first; the last is `since_s`."""
    starts = [now_s - window for window in _WINDOWS_S]
    return [*(start for start in starts if start > since_s), since_s]


def from_kafka(world: World) -> Rows:
    """The attempts in the attempt log's topic."""
    events = Events(world.schemas)

    async def rows(
        name: str, since_s: float, until_s: float
    ) -> AsyncIterator[AttemptRow]:
        topic = world.topology.attempts
        since_ms, until_ms = int(since_s * 1000), int(until_s * 1000)
        async for batch in world.reader.read(
            topic, since_ms=since_ms, until_ms=until_ms
        ):
            for record in batch:
                attempt = await _attempt(record, events)
                if attempt is not None and attempt.subscription == name:
                    yield _row(record, attempt)

    return rows


async def read_standing(world: World, name: str) -> At[Subscriber | str]:
    """A subscription as `bus status` has it, or why that is not known."""
    desk = Desk(world)
    try:
        found = await desk.subscribers(_STANDING_S)
    finally:
        desk.close()
    now_s = world.clock.now()
    if isinstance(found, Unknown):
        return At(now_s, found.why)
    seen = next((one for one in found if one.id == name), None)
    return At(now_s, "it is not there any more" if seen is None else seen)


async def _attempt(record: Record, events: Events) -> Attempt | None:
    try:
        schema_id, _ = split_frame(record.value)
        return read_attempt(record, await events.schema(schema_id))
    except RegistryUnavailableError:
        raise
    except Exception:  # noqa: BLE001 - somebody else's record, of whatever schema
        return None


def _row(record: Record, attempt: Attempt) -> AttemptRow:
    origin = attempt.origin
    return AttemptRow(
        Place(record.topic, record.partition, record.offset),
        attempt.started_us,
        attempt.duration_us,
        attempt.subscription,
        attempt.event_id,
        attempt.event_type,
        attempt.order_id,
        Place(origin.topic, origin.partition, origin.offset),
        attempt.number,
        attempt.replay,
        attempt.outcome,
        attempt.status,
        attempt.route,
        attempt.detail,
        attempt.traceparent or "",
    )
