"""Timelines out of the log, true to the moment by what Kafka has besides."""

from collections.abc import Mapping, Sequence
from typing import cast

from bus.event import Event
from bus.log.rows import AckRow, Advance, AttemptRow, EventRow, Place, Row
from bus.record import Record
from processors.gateway.logged import LAG
from processors.redrive.acking import write_acks
from tests.support.gateway import Client
from tests.support.past import Past
from tests.support.worlds import Worlds

DAY_US = 86_400_000_000
Steps = list[tuple[str, str, int]]


async def remember(ask: Client, *rows: Row) -> None:
    """Have the log read all up to now: these rows."""
    now_us = int(ask.api.world.clock.now() * 1e6)
    ends = {row.at.topic_partition: row.at.offset + 1 for row in rows}
    moves = [Advance(tp, -1, end, now_us) for tp, end in ends.items()]
    await ask.log.write(rows, moves, now_us)


def event_row(event: Event, record: Record) -> EventRow:
    """An event as the log has it."""
    arrived_us = record.timestamp_ms * 1000
    place = Place(record.topic, record.partition, record.offset)
    names = (event.webhook_id, event.id, event.source, event.type, event.subject)
    return EventRow(place, arrived_us, *names, arrived_us)


def attempt_row(event: EventRow, started_us: int, **said: object) -> AttemptRow:
    """A failed attempt of acme's as the log has it."""
    row = AttemptRow(
        at=Place("bus.attempts", 0, 0),
        started_us=started_us,
        duration_us=2_000,
        subscription="acme",
        event_id=event.event_id,
        event_type=event.event_type,
        order_id=event.order_id,
        origin=event.at,
        number=1,
        replay=0,
        outcome="failed",
        status=503,
        route="retry:1s",
    )
    return row._replace(**said)  # type: ignore[arg-type]


def steps(life: Mapping[str, object]) -> Steps:
    """What happened on an event's only track."""
    (track,) = cast(
        "Sequence[Mapping[str, Sequence[Mapping[str, object]]]]", life["subscriptions"]
    )
    return [
        (str(one["kind"]), str(one["outcome"]), cast("int", one["number"]))
        for one in track["steps"]
    ]


async def test_the_log_and_what_it_has_not_read(ask: Client, worlds: Worlds) -> None:
    """Each step once, whether the log has it, Kafka, or both."""
    past = Past(ask.api.world)
    await past.subscribe()
    (event, record), *_ = await past.order()
    row = event_row(event, record)
    await past.attempt("acme", event, "failed", "retry:1s", record=record)
    started_us = past.now_ms * 1000
    old_us = started_us - 2 * DAY_US
    await remember(
        ask,
        row,
        attempt_row(row, started_us),
        attempt_row(row, old_us, number=7, at=Place("bus.attempts", 0, 1)),
    )
    await worlds.clock.advance(60)
    await past.attempt("acme", event, "accepted", "done", number=2, record=record)
    await write_acks(ask.api.world, "acme", [event.webhook_id], "shop")
    expected = [
        ("attempt", "failed", 7),
        ("attempt", "failed", 1),
        ("attempt", "accepted", 2),
        ("acked", "", 0),
    ]
    for name in (event.webhook_id, event.id):
        got = await ask("GET", f"/v1/events/{name}/timeline")
        (life,) = got.rows
        assert sorted(steps(life)) == sorted(expected)
        assert (life["source"], life["order_id"]) == (event.source, event.subject)
        assert float(got.headers[LAG]) >= 60
    of_order = await ask("GET", f"/v1/orders/{event.subject}/timeline")
    lives = {str(one["event_id"]): one for one in of_order.rows}
    assert sorted(steps(lives[event.webhook_id])) == sorted(expected)
    recent = await ask("GET", f"/v1/events/{event.id}/timeline?since=24h")
    assert ("attempt", "failed", 7) not in steps(recent.rows[0])


async def test_an_event_that_kafka_has_deleted(ask: Client) -> None:
    """The log still tells of it, and of its ack; a tenant sees its own tracks."""
    past = Past(ask.api.world)
    await past.subscribe(owner="acme")
    (event, record), *_ = await past.order()
    gone = event_row(event, record)._replace(
        at=Place("oms.order", 0, 900), event_id="f" * 32, own_id="PAY-1", source="/erp"
    )
    at_us = past.now_ms * 1000 - 6 * DAY_US
    acked = AckRow(Place("bus.acks", 0, 0), at_us + 9_000_000, "acme", "f" * 32)
    await remember(ask, gone, attempt_row(gone, at_us), acked)
    for by in ("operator", "partner"):
        (life,) = (await ask("GET", f"/v1/events/{'f' * 32}/timeline", by=by)).rows
        assert steps(life) == [("attempt", "failed", 1), ("acked", "", 0)]
        assert life["place"] == "oms.order/0/900"
    for name in ("f" * 32, "e" * 32):
        stranger = await ask("GET", f"/v1/events/{name}/timeline", by="stranger")
        assert stranger.status == 404


async def test_what_came_since_the_log_looked(ask: Client, worlds: Worlds) -> None:
    """An event that the log has not read is told of all the same."""
    past = Past(ask.api.world)
    await past.subscribe()
    (event, record), *_ = await past.order()
    await remember(ask, event_row(event, record))
    await worlds.clock.advance(30)
    (newer, at), *_ = await past.order(2)
    await past.attempt("acme", newer, "refused", "dead_letter:refused", record=at)
    await past.die("acme", newer, at)
    for path in (f"events/{newer.id}", f"orders/{newer.subject}"):
        lives = (await ask("GET", f"/v1/{path}/timeline")).rows
        life = next(one for one in lives if one["event_id"] == newer.webhook_id)
        assert [kind for kind, *_ in steps(life)] == ["attempt", "dead_letter"]
    assert (await ask("GET", f"/v1/events/{'0' * 32}/timeline")).status == 404


async def test_an_order_with_a_slash(ask: Client) -> None:
    """Written `%2F` in a path it is looked up as any other."""
    example = (await ask("GET", "/v1/event-types/order.cancelled/example")).json
    data = cast("dict[str, object]", example["data"]) | {"order_id": "2026/1001"}
    assert (await ask("POST", "/v1/events", example | {"data": data})).status == 201
    await Past(ask.api.world).subscribe()
    (life,) = (await ask("GET", "/v1/orders/2026%2F1001/timeline")).rows
    assert life["order_id"] == "2026/1001"
