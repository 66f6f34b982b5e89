"""How far an event or an order came, and who did not get it: as the log has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bus.access.roles import Scope as Needed
from bus.errors import BrokerUnavailableError, OrderbusError, RegistryUnavailableError
from bus.event import Event
from bus.log.lives import LifeQuestion
from bus.log.questions import MOST, AttemptQuestion, EventQuestion, Paging, Scope
from bus.log.rows import AttemptRow, EventRow
from bus.log.store import Log
from bus.log.tracks import ACCEPTED, Track, tracks
from processors.gateway.logged import LAG, consulted, scope_of
from processors.gateway.problems import NOT_FOUND, ProblemError
from processors.gateway.routes import Asked
from processors.gateway.tenants import owned
from processors.redrive.absent import Absents, Fact, absents
from processors.redrive.filters import Filters
from processors.redrive.record_rows import Seen, seen
from processors.redrive.records import Found, Kind, expired, record_at
from processors.subscriptions.world import World

_MOST_PAGES = 4
_NOT_YOURS = "This key may not read the content of events."
_AWAY = "Kafka or the schema registry gives no answer just now; try again."


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
        life = await log.life(LifeQuestion(event_id=event_id, scope=scope))
    if not life.events:
        raise ProblemError(NOT_FOUND)
    named = life.events[0].event_id
    attempts = [one for one in life.attempts if one.event_id == named]
    acks = [one for one in life.acks if one.event_id == named]
    arrived = {named: life.events[0].arrived_us}
    told = tracks(attempts, asked.api.world.topology.tiers, acks, arrived)
    return Known(life.events, told, headers[LAG], life.older_attempts)


async def of_order(asked: Asked, order_id: str) -> Known:
    """All events of an order.

    Raises:
        ProblemError: there is none, for whoever asks; or the log is away.
    """
    scope = await scope_of(asked)
    async with consulted(asked) as (log, headers):
        events = await _events(log, order_id, scope)
        question = AttemptQuestion(order_id=order_id, scope=scope)
        attempts, cut = await attempts_of(log, question)
    if not events and not attempts:
        raise ProblemError(NOT_FOUND)
    arrived = {row.event_id: row.arrived_us for row in events}
    told = tracks(attempts, asked.api.world.topology.tiers, (), arrived)
    return Known(events, told, headers[LAG], cut)


class Content(NamedTuple):
    """An event as it stands in Kafka; without one, `why` not."""

    event: Event | None = None
    found: Found | None = None
    seen: Seen | None = None
    why: str = ""


async def content_of_event(asked: Asked, row: EventRow) -> Content:
    """Read it from Kafka, where the log says that it stands."""
    if not asked.by.may(Needed.EVENTS_READ):
        return Content(why=_NOT_YOURS)
    world = asked.api.world
    try:
        found = await record_at(world, row.at)
        if found is None:
            return Content(why=await _gone(world, row))
        return _content(row, found, await seen(world, found))
    except (BrokerUnavailableError, RegistryUnavailableError):
        return Content(why=_AWAY)
    except OrderbusError as error:
        return Content(why=f"It cannot be read: {error}.")


def _content(row: EventRow, found: Found, now: Seen) -> Content:
    if found.kind is not Kind.EVENT or now.event is None:
        return Content(why=f"It cannot be decoded: {now.why}.")
    if now.event.webhook_id != row.event_id:
        return Content(why="Another event stands there: its topic was made anew.")
    return Content(now.event, found, now)


async def _gone(world: World, row: EventRow) -> str:
    if await expired(world, row.at):
        return "Kafka has deleted it after its topic's time."
    return "Nothing stands there any more: its topic was made anew."


async def absent_from(asked: Asked, known: Known, content: Content) -> Absents:
    """Who did not get the first of these events, of those whoever asks may see."""
    world, event = asked.api.world, known.events[0]
    tried = {one.subscription for one in known.tracks}
    rest = [one for one in owned(world, asked.by) if one.id not in tried]
    fact = Fact(event.event_type, event.arrived_us, content.event, content.why)
    match = None
    if content.event is not None:
        match = await Filters(world, rest).match(content.event)
    return absents(rest, fact, match)


async def _events(log: Log, order_id: str, scope: Scope) -> Sequence[EventRow]:
    question = EventQuestion(order_id=order_id, scope=scope)
    return (await log.events(question, Paging(MOST))).rows


async def attempts_of(
    log: Log, question: AttemptQuestion
) -> tuple[Sequence[AttemptRow], bool]:
    """The newest thousand, and whether there are older ones."""
    found: list[AttemptRow] = []
    cursor = ""
    for _ in range(_MOST_PAGES):
        page = await log.attempts(question, Paging(MOST, cursor))
        found += page.rows
        cursor = page.next
        if not cursor:
            break
    return found, bool(cursor)
