"""What the log has of an event or an order, for whoever looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bus.log.questions import MOST, AttemptQuestion, EventQuestion, Paging, Scope
from bus.log.rows import AttemptRow, EventRow
from bus.log.store import Log
from bus.log.tracks import ACCEPTED, Track, tracks
from processors.gateway.logged import LAG, consulted, scope_of
from processors.gateway.problems import NOT_FOUND, ProblemError
from processors.gateway.routes import Asked

_MOST_PAGES = 4


class Known(NamedTuple):
    """Events, the newest first, and what befell them; `lag`: the log's, in seconds.

    `cut`: there is more than is shown.
    """

    events: Sequence[EventRow]
    tracks: Sequence[Track]
    lag: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """How far it came: how many deliveries there are, and which are not accepted."""

    whole: int
    accepted: int
    open: Sequence[Track]


def reach(found: Sequence[Track]) -> Reach:
    """Of deliveries, how many are accepted; the newest facts of the others first."""
    rest = [one for one in found if one.state != ACCEPTED]
    rest.sort(key=lambda one: one.last.started_us, reverse=True)
    return Reach(len(found), len(found) - len(rest), rest)


async def of_event(asked: Asked, event_id: str) -> Known:
    """An event, all of that id.

    Raises:
        ProblemError: there is none, for whoever asks; or the log is away.
    """
    scope = await scope_of(asked)
    async with consulted(asked) as (log, headers):
        events = await log.event(event_id, scope)
        if not events:
            raise ProblemError(NOT_FOUND)
        named = events[0].event_id
        question = AttemptQuestion(event_id=named, scope=scope)
        attempts, cut = await _attempts(log, question)
        acks = await log.acks(named, scope)
    arrived = {row.event_id: row.arrived_us for row in events[:1]}
    delays = asked.api.world.topology.tiers
    told = tracks(attempts, delays, acks, arrived)
    return Known(events, told, headers[LAG], cut)


async def of_order(asked: Asked, order_id: str) -> Known:
    """All events of an order.

    Raises:
        ProblemError: there is none, for whoever asks; or the log is away.
    """
    scope = await scope_of(asked)
    async with consulted(asked) as (log, headers):
        events = await _events(log, order_id, scope)
        question = AttemptQuestion(order_id=order_id, scope=scope)
        attempts, cut = await _attempts(log, question)
    if not events and not attempts:
        raise ProblemError(NOT_FOUND)
    arrived = {row.event_id: row.arrived_us for row in events}
    told = tracks(attempts, asked.api.world.topology.tiers, (), arrived)
    return Known(events, told, headers[LAG], cut)


async def _events(log: Log, order_id: str, scope: Scope) -> Sequence[EventRow]:
    question = EventQuestion(order_id=order_id, scope=scope)
    return (await log.events(question, Paging(MOST))).rows


async def _attempts(
    log: Log, question: AttemptQuestion
) -> tuple[Sequence[AttemptRow], bool]:
    """The newest thousand."""
    found: list[AttemptRow] = []
    cursor = ""
    for _ in range(_MOST_PAGES):
        page = await log.attempts(question, Paging(MOST, cursor))
        found += page.rows
        cursor = page.next
        if not cursor:
            break
    return found, bool(cursor)
