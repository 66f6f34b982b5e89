"""A bus at which much goes on, in memory: what the pages of the dashboard show.

Twelve subscriptions in every state, attempts in a log of SQLite, dead letters, alerts,
processes. Pages that need more add it here, so that all of them have it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bus.adapters.memory import MemoryClock
from bus.adapters.sql import SqlLog, open_log
from bus.delivery.delivery import Reason
from bus.event import Event
from bus.log.rows import AttemptRow, EventRow, Place, Row
from bus.record import Record
from bus.watch.states import Reason as Why
from bus.watch.states import State
from bus.watch.verdicts import Health, Kind, Subject
from processors.gateway.api import Api
from processors.gateway.streams import Streams
from processors.watch.records import Look, look_message, state_message
from processors.web.entrance import SIGN_IN
from processors.web.site import Around
from tests.contract.log.rows import MINUTE_US, NOW_US, SECOND_US, write
from tests.support.bus import wait_until
from tests.support.gateway import Client, serving
from tests.support.lively_alerts import put_alerts, put_backlog
from tests.support.lively_aside import put_aside
from tests.support.lively_intake import put_intake
from tests.support.lively_keys import put_keys
from tests.support.lively_moving import put_moving
from tests.support.lively_parked import put_parked
from tests.support.lively_stand import (
    SHOP,
    put_processes,
    put_waiting,
    put_watch,
)
from tests.support.past import Past
from tests.support.schema_past import older_schema
from tests.support.worlds import Worlds

NAMES = (
    *(SHOP, "acme-erp", "globex-wms", "globex-bi", "hooli-market", "initech-edi"),
    *("massive-mail", "soylent-tax", "stark-fraud", "umbrella-crm", "wayne-loyalty"),
    "wonka-pim",
)
_FAILING = frozenset({SHOP, "hooli-market"})
_EACH = 40
_TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_PAST_S, _STORY_S = 3_600, 180
_STORY = 9
"""The seed of the order that one page tells of: it reached some, and not others."""


@dataclass(frozen=True)
class Lively:
    """The gateway that serves it, and what is in it."""

    ask: Client
    worlds: Worlds
    events: Sequence[tuple[Event, Record]]

    @property
    def url(self) -> str:
        """Where it serves."""
        return self.ask.gateway.url

    async def say(self, name: str, word: str) -> None:
        """Have the watch say how a subscription is."""
        board, topic = self.ask.api.board, self.worlds.topology.alerts
        subject = Subject(Kind.SUBSCRIPTION, name)
        state = State(Health(word), (Why("as a test says", "slow"),))
        look = Look(leader="node-1/9", at=self.worlds.clock.now())
        for message in (
            look_message(topic, look, board.term),
            state_message(topic, subject, state, board.term),
        ):
            await self.ask.api.world.publisher.publish(message)

    async def pass_until(self, come: Callable[[], Awaitable[bool]]) -> None:
        """Let seconds pass, of the world's clock, until something has come."""

        async def has_come() -> bool:
            await self.worlds.clock.advance(1)
            return await come()

        await wait_until(has_come, 20, "it has come")


@asynccontextmanager
async def lively(
    folder: Path,
    *,
    log: SqlLog | None = None,
    clock: MemoryClock | None = None,
    more: Sequence[str] = (),
    around: Around | None = None,
) -> AsyncIterator[Lively]:
    """Serve it; `folder` gets the log, unless there is one that has its tables.

    `more` are subscriptions beside those of which there is something to be seen.
    """
    worlds = Worlds(clock)
    await worlds.clock.advance(NOW_US / 1e6 - _PAST_S - worlds.clock.now())
    log = log or open_log(f"sqlite:///{folder / 'log.db'}")
    await log.prepare(NOW_US)

    async def the_log() -> object:
        return log

    try:
        # Who leaves a live page is missed at the next tick, and the clock stands still.
        async with serving(
            worlds,
            ask_log=the_log,  # type: ignore[arg-type]
            streams=Streams(of_key=0),
            around=around,
        ) as ask:
            events = await _happen(ask.api, worlds, log, more)
            await put_keys(ask.api.world.publisher, ask.keys.access)
            yield Lively(ask, worlds, events)
    finally:
        await log.close()


async def _happen(
    api: Api, worlds: Worlds, log: SqlLog, more: Sequence[str]
) -> Sequence[tuple[Event, Record]]:
    """All that is to be seen; return the events, but for those of the story."""
    world = api.world
    past = Past(world)
    await _subscriptions(past, more)
    await world.schemas.register("order", older_schema())
    events = [pair for seed in range(1, 9) for pair in await past.order(seed)]
    await worlds.clock.advance(_PAST_S - _STORY_S)
    story = await past.order(_STORY)
    await worlds.clock.advance(_STORY_S)
    rows = _rows([*events, *story])
    attempts = [row for row in rows if isinstance(row, AttemptRow)]
    await write(log, *rows, *_story(len(attempts), story))
    await _letters(past, [*events, story[0]])
    await put_processes(world)
    await put_waiting(world, log)
    await put_watch(world, NAMES)
    await put_parked(worlds, api.parked)
    await put_intake(api)
    await put_aside(api)
    await put_moving(api)
    await api.board.ready()
    await put_alerts(world, api.board)
    await put_backlog(worlds, world, log)
    return events


async def _subscriptions(past: Past, more: Sequence[str]) -> None:
    for name in (*NAMES, *more):
        await past.subscribe(
            name,
            url=f"https://{name}.example/hooks",
            owner=name.partition("-")[0],
            rate=50,
            headers={"X-Shop": "hush"},
        )
    writer = past.world.writer
    await writer.pause("acme-erp", "their release weekend")
    await writer.disable("globex-wms", "the endpoint answered 410 Gone")
    await writer.begin_removal("wonka-pim")


def _rows(events: Sequence[tuple[Event, Record]]) -> Sequence[Row]:
    """Each event in the log, and attempts of the old ones for every subscription."""
    rows: list[Row] = [_event(*pair) for pair in events]
    old = [row for row in rows if row.order_id != events[-1][0].subject]  # type: ignore[union-attr]
    n = 0
    for at, name in enumerate(NAMES[:-1]):
        for k in range(_EACH):
            event = old[k % len(old)]
            assert isinstance(event, EventRow)
            started = NOW_US - MINUTE_US // 2 - k * (at + 2) * 6 * SECOND_US
            rows.append(_attempt(n, name, event, started, k))
            n += 1
    return rows


def _event(event: Event, record: Record) -> EventRow:
    at_us = record.timestamp_ms * 1_000
    return EventRow(
        at=Place(record.topic, record.partition, record.offset),
        arrived_us=at_us,
        event_id=event.webhook_id,
        own_id=event.id,
        source=event.source,
        event_type=event.type,
        order_id=event.subject,
        time_us=at_us,
        channel="web",
        account="retail",
        traceparent=_TRACE,
    )


def _attempt(n: int, name: str, event: EventRow, started: int, k: int) -> AttemptRow:
    bad = name in _FAILING and k % 4 != 0 or k % 37 == 36  # noqa: RUF021 - as it is
    number = k % 3 + 1 if bad else 1
    return AttemptRow(
        at=Place("bus.attempts", 0, n),
        started_us=started,
        duration_us=(900_000 if bad else 20_000) + k * 1_100,
        subscription=name,
        event_id=event.event_id,
        event_type=event.event_type,
        order_id=event.order_id,
        origin=event.at,
        number=number,
        replay=0,
        outcome="failed" if bad else "accepted",
        status=503 if bad else 200,
        route=("retry:1s", "retry:5s", "dead_letter:exhausted")[number - 1]
        if bad
        else "done",
        detail="503 Service Unavailable" if bad else "200",
        traceparent=_TRACE,
    )


_TOLD = (
    (SHOP, 1, 0.1, 0.9, "failed", 503, "retry:1s", "503 Service Unavailable"),
    (SHOP, 2, 2.1, 0.8, "failed", 503, "retry:5s", "503 Service Unavailable"),
    (SHOP, 3, 8, 10, "unreachable", 0, "retry:30s", "timeout: no answer in 10 s"),
    (SHOP, 4, 48.1, 0.7, "failed", 503, "dead_letter:exhausted", "503 out of order"),
    ("acme-erp", 0, 0.2, 0, "held", 0, "retry:1s", "paused"),
    ("globex-bi", 1, 0.1, 0.05, "accepted", 200, "done", "200"),
    ("hooli-market", 1, 0.1, 0.2, "throttled", 429, "retry:5s", "429 slow down"),
    ("hooli-market", 2, 165, 0.2, "failed", 502, "retry:30s", "502 bad gateway"),
    ("initech-edi", 1, 0.1, 0.2, "refused", 422, "dead_letter:refused", "422 no SKU"),
    ("initech-edi", 1, 90, 0.1, "accepted", 200, "done", "200"),
)


def _story(n: int, events: Sequence[tuple[Event, Record]]) -> Sequence[AttemptRow]:
    """What befell the newest order: the first event for some, the second for all."""
    first, second = (_event(*pair) for pair in events[:2])
    begun = first.arrived_us
    rows: list[AttemptRow] = []
    for name, number, after_s, took_s, outcome, status, route, detail in _TOLD:
        plain = _attempt(n + len(rows), name, first, begun + int(after_s * 1e6), 0)
        rows.append(
            plain._replace(
                number=number,
                duration_us=int(took_s * 1e6),
                outcome=outcome,
                status=status,
                route=route,
                detail=detail,
                replay=int(name == "initech-edi" and outcome == "accepted"),
            )
        )
    for k, name in enumerate(NAMES[1:6]):
        started = begun + 300_000 + k * 40_000
        rows.append(_attempt(n + len(rows), name, second, started, 0))
    return rows


async def _letters(past: Past, events: Sequence[tuple[Event, Record]]) -> None:
    for event, record in (*events[:5], events[-1]):
        await past.die(SHOP, event, record)
    event, record = events[6]
    await past.die("hooli-market", event, record, reason=Reason.REFUSED)


async def signed_in(site: Lively, by: str = "operator") -> tuple[str, str]:
    """The cookie of somebody who has signed in with a key."""
    async with site.ask.session.post(
        SIGN_IN,
        data={"key": site.ask.keys.tokens[by]},
        headers={"Sec-Fetch-Site": "same-origin"},
        allow_redirects=False,
    ) as answer:
        name, _, value = answer.headers["Set-Cookie"].partition("=")
        return name, value.partition(";")[0].strip('"')
