"""What the AMQP sink promises beside what all sinks do, where a broker is scripted."""

import asyncio

import pytest

from bus.delivery.delivery import (
    Accepted,
    Failed,
    Outcome,
    Refused,
    Throttled,
    Unreachable,
)
from bus.ports import NoAnswerKind
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.queue_worlds import amqp_sink
from tests.support.amqp_broker import (
    Ack,
    Back,
    Close,
    Hang,
    Nack,
    NoLogin,
    Says,
    ScriptedBroker,
)
from tests.support.pace import patience

RESET = Unreachable(NoAnswerKind.RESET, "closed before there was a confirmation")


def url(broker: ScriptedBroker, path: str = "/exchanges/shop") -> str:
    """Where it is published to."""
    return f"amqp://127.0.0.1:{broker.port}{path}"


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        (Ack(), Accepted(200)),
        (Nack(), Throttled(429, None, "NACK the queue takes no more for now")),
        (Back(312, "NO_ROUTE"), Refused(404, "NO_ROUTE")),
        (
            Close(404, "NOT_FOUND - no exchange 'shop'"),
            Refused(404, "NOT_FOUND no exchange 'shop'"),
        ),
        (Close(403, "ACCESS_REFUSED - no"), Refused(403, "ACCESS_REFUSED no")),
        (Close(999, "odd"), Failed(500, None, "INTERNAL_ERROR odd")),
        (
            Close(320, "CONNECTION_FORCED - shutdown", connection=True),
            Failed(503, None, "CONNECTION_FORCED shutdown"),
        ),
        (
            Close(506, "RESOURCE_ERROR - x", connection=True),
            Throttled(429, None, "RESOURCE_ERROR x"),
        ),
        (
            Close(200, "bye", connection=True),
            RESET,
        ),
        (
            NoLogin(403, "ACCESS_REFUSED - Login was refused"),
            Refused(401, "ACCESS_REFUSED Login was refused"),
        ),
        (
            NoLogin(530, "NOT_ALLOWED - vhost eu not found"),
            Refused(403, "NOT_ALLOWED vhost eu not found"),
        ),
    ],
    ids=range(11),
)
async def test_what_it_says(says: Says, outcome: Outcome) -> None:
    """Each of a broker's answers has its outcome, and the next delivery is well."""
    sink = amqp_sink()
    async with ScriptedBroker() as broker:
        broker.then(says)
        assert await sink.send(parcel(url(broker))) == outcome
        assert await sink.send(parcel(url(broker))) == Accepted(200)
        await sink.close()


async def test_blocked() -> None:
    """A broker that is out of memory is throttling, and is not written to meanwhile."""
    sink = amqp_sink()
    async with ScriptedBroker() as broker:
        broker.then(Hang(blocked=True))
        blocked = "CONNECTION_BLOCKED the broker takes no messages for now"
        first = await sink.send(parcel(url(broker), timeout_s=0.3))
        assert first == Throttled(429, None, blocked)
        again = await sink.send(parcel(url(broker), number=2))
        assert again == Throttled(429, None, blocked)
        assert len(broker.messages) == 1
        await sink.close()


async def test_stuck_connections_are_left() -> None:
    """After three messages without a confirmation the next one connects anew."""
    sink = amqp_sink()
    async with ScriptedBroker() as broker:
        broker.then(*[Hang()] * 3)
        for _ in range(3):
            await sink.send(parcel(url(broker), timeout_s=0.1))
        assert await sink.send(parcel(url(broker))) == Accepted(200)
        assert broker.connections == 2
        await sink.close()


async def test_one_connection_an_endpoint() -> None:
    """Deliveries share it; another exchange, or login, has its own."""
    sink = amqp_sink()
    login = {"username": "a", "password": "b"}
    async with ScriptedBroker() as broker:
        sent = [parcel(url(broker), number=n) for n in range(50)]
        await asyncio.gather(*(sink.send(one) for one in sent))
        assert broker.connections == 1
        await sink.send(parcel(url(broker, "/exchanges/other")))
        await sink.send(parcel(url(broker), login=login))
        assert broker.connections == 3
        await sink.close()


async def test_many_under_way() -> None:
    """Messages go out while others wait for their confirmation."""
    sink = amqp_sink()
    async with ScriptedBroker() as broker:
        broker.then(*[Hang()] * 20)
        sent = [parcel(url(broker), number=n, timeout_s=60) for n in range(20)]
        tasks = [asyncio.create_task(sink.send(one)) for one in sent]
        await broker.asked(20)
        await sink.close()
        assert await asyncio.gather(*tasks) == [RESET] * 20


async def test_the_same_id_twice_at_once() -> None:
    """What is returned is told by its id alone, so the second waits for the first."""
    sink = amqp_sink()
    async with ScriptedBroker() as broker:
        broker.then(Back(312, "NO_ROUTE"), Ack())
        sent = parcel(url(broker))
        outcomes = await asyncio.gather(sink.send(sent), sink.send(sent))
        assert outcomes == [Refused(404, "NO_ROUTE"), Accepted(200)]
        await sink.close()


async def test_the_innocent_are_tried_again() -> None:
    """A channel closed for one that is too large is no refusal of those beside it."""
    sink = amqp_sink()
    text = "PRECONDITION_FAILED - message size 200 is larger than max size 100"
    async with ScriptedBroker() as broker:
        broker.then(Hang(), Close(406, text))
        small = asyncio.create_task(sink.send(parcel(url(broker), b"x")))
        await broker.asked()
        large = await sink.send(parcel(url(broker), b"x" * 200, number=2))
        assert isinstance(large, Refused)
        assert large.status == 413
        assert await small == RESET
        await sink.close()


async def test_how_it_is_written() -> None:
    """Persistent, with the key of its endpoint, the event's id, type and time."""
    sink = amqp_sink()
    async with ScriptedBroker() as broker:
        sent = parcel(url(broker, "/exchanges/shop/{type}/x".replace("/x", ".{order}")))
        assert await sink.send(sent) == Accepted(200)
        (got,) = broker.messages
        assert got.exchange == "shop"
        assert got.key == "order.updated.SO-1"
        assert got.properties.delivery_mode == 2
        assert got.properties.message_id == sent.event.webhook_id
        assert got.properties.message_type == "order.updated"
        assert got.properties.timestamp == sent.event.time
        assert got.headers["ce_id"] == "evt-1"
        assert got.headers["ce_subject"] == "SO-1"
        assert got.headers["ce_region"] == "eu"
        await sink.send(parcel(url(broker, "/queues/in"), number=2))
        assert (broker.messages[-1].exchange, broker.messages[-1].key) == ("", "in")
        await sink.close()


@pytest.mark.parametrize(
    ("fields", "status", "why"),
    [
        ({"body": b"x" * (16 * 1024 * 1024 + 1)}, 413, "16777216"),
        ({"headers": {"x-long": "y" * 130_000}}, 413, "bytes of headers"),
        ({"order": "Ü" * 200}, 400, "a routing key of 400 bytes"),
    ],
)
async def test_what_never_fits(
    fields: dict[str, object], status: int, why: str
) -> None:
    """Is not sent, and refused with how much it is."""
    sink = amqp_sink()
    async with ScriptedBroker() as broker:
        where = url(broker, "/exchanges/shop/{order}")
        outcome = await sink.send(parcel(where, **fields))  # type: ignore[arg-type]
        assert isinstance(outcome, Refused)
        assert outcome.status == status
        assert why in outcome.detail
        assert not broker.connections
        await sink.close()


async def test_frames_too_small() -> None:
    """Who takes less than the standard's least is refused; cutting would take long."""
    async with ScriptedBroker(frame_max=4_095) as broker:
        sink = amqp_sink()
        wait = patience(5)
        outcome = await sink.send(parcel(url(broker), b"x" * 1_000, timeout_s=wait))

        detail = "takes frames of 4095 bytes, and AMQP has 4096 at least"
        assert outcome == Unreachable(NoAnswerKind.PROTOCOL, detail)
        assert not broker.messages
        await sink.close()


@pytest.mark.parametrize("least", [0, 4_096])
async def test_frames_as_small_as_may_be(least: int) -> None:
    """0 is no limit."""
    async with ScriptedBroker(frame_max=least) as broker:
        sink = amqp_sink()
        body = b"x" * 10_000
        wait = patience(5)
        sent = parcel(url(broker), body, timeout_s=wait)
        assert await sink.send(sent) == Accepted(200)
        assert broker.messages[0].body == body
        await sink.close()
