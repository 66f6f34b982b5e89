"""What the AMQP 1.0 sink promises beside what all sinks do; the broker is scripted."""

import asyncio

import pytest

from bus.adapters.amqp1 import wire
from bus.adapters.amqp1.codec import Described, Reader, composite, ulong
from bus.adapters.amqp1.envelope import read
from bus.delivery.delivery import (
    Accepted,
    Failed,
    Outcome,
    Refused,
    Throttled,
    Unreachable,
)
from bus.ports import NoAnswerKind
from tests.contract.sinks.amqp1_worlds import amqp1_sink
from tests.contract.sinks.parcels import parcel
from tests.support.amqp1_broker import (
    CONNECTION,
    LINK,
    MODIFIED,
    REJECTED,
    RELEASED,
    SESSION,
    Amqp1Broker,
    Ends,
    Hang,
    NoLink,
    NoLogin,
    Says,
    Settles,
    rejected,
)
from tests.support.bus import wait_until
from tests.support.pace import patience

RESET = Unreachable(NoAnswerKind.RESET, "closed before there was an outcome")
NO_CREDIT = "NO_CREDIT the receiver takes no messages for now"


def url(broker: Amqp1Broker) -> str:
    """Where it is sent to."""
    return f"amqp1://127.0.0.1:{broker.port}/in"


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        (Settles(), Accepted(200)),
        (Settles(settled=False), Accepted(200)),
        (
            Settles(composite(REJECTED)),
            Failed(500, None, "REJECTED without a reason"),
        ),
        (rejected("amqp:not-found", "no"), Refused(404, "amqp:not-found no")),
        (rejected("acme:odd", "no"), Refused(400, "acme:odd no")),
        (
            rejected("com.microsoft:server-busy", "wait"),
            Throttled(429, None, "com.microsoft:server-busy wait"),
        ),
        (
            Settles(composite(RELEASED)),
            Failed(503, None, "RELEASED it was not taken"),
        ),
        (
            Settles(composite(MODIFIED)),
            Failed(500, None, "MODIFIED it could not be delivered"),
        ),
        (
            Ends(LINK, "amqp:resource-deleted", "gone"),
            Refused(404, "amqp:resource-deleted gone"),
        ),
        (
            Ends(SESSION, "amqp:session:window-violation"),
            Failed(500, None, "amqp:session:window-violation"),
        ),
        (
            Ends(CONNECTION, "amqp:connection:forced", "shutdown"),
            Failed(503, None, "amqp:connection:forced shutdown"),
        ),
        (Ends(CONNECTION), RESET),
        (Ends(LINK), RESET),
        (NoLogin(1), Refused(401, "SASL name or password are wrong")),
        (
            NoLogin(4),
            Failed(503, None, "SASL its way of signing in is out of order for now"),
        ),
        (
            NoLink("amqp:not-found", "no address 'in'"),
            Refused(404, "amqp:not-found no address 'in'"),
        ),
        (
            NoLink("amqp:link:redirect", "elsewhere"),
            Refused(421, "amqp:link:redirect elsewhere"),
        ),
    ],
    ids=range(17),
)
async def test_what_it_says(says: Says, outcome: Outcome) -> None:
    """Each of a broker's answers has its outcome, and the next delivery is well."""
    sink = amqp1_sink()
    async with Amqp1Broker() as broker:
        broker.then(says)
        assert await sink.send(parcel(url(broker))) == outcome
        assert await sink.send(parcel(url(broker), number=2)) == Accepted(200)
        await sink.close()


async def test_no_credit() -> None:
    """A receiver that gives none throttles, and is sent nothing meanwhile."""
    sink = amqp1_sink()
    async with Amqp1Broker(credit=1) as broker:
        assert await sink.send(parcel(url(broker))) == Accepted(200)
        throttled = await sink.send(parcel(url(broker), number=2, timeout_s=0.2))
        assert throttled == Throttled(429, None, NO_CREDIT)
        assert len(broker.messages) == 1
        await sink.close()


async def test_frames_and_windows() -> None:
    """A large message goes in frames as small, and no more of them, than is wanted."""
    sink = amqp1_sink()
    body = bytes(range(256)) * 400
    async with Amqp1Broker(max_frame=512, window=3) as broker:
        sent = [parcel(url(broker), body, number=n, timeout_s=60) for n in range(3)]
        outcomes = await asyncio.gather(*(sink.send(one) for one in sent))
        assert outcomes == [Accepted(200)] * 3
        assert [read(one).body for one in broker.messages] == [body] * 3
        assert broker.largest <= 512
        assert broker.frames > 3 * len(body) / 512
        await sink.close()


async def test_the_largest_message() -> None:
    """What a receiver says that it never takes is not sent, and refused with why."""
    sink = amqp1_sink()
    async with Amqp1Broker(max_message=2_000) as broker:
        outcome = await sink.send(parcel(url(broker), b"x" * 2_000))
        assert isinstance(outcome, Refused)
        assert outcome.status == 413
        assert "its receiver takes 2000" in outcome.detail
        assert await sink.send(parcel(url(broker), b"x" * 900)) == Accepted(200)
        assert len(broker.messages) == 1
        await sink.close()


@pytest.mark.parametrize(
    "condition", ["amqp:link:message-size-exceeded", "amqp:decode-error"]
)
async def test_the_innocent_are_tried_again(condition: str) -> None:
    """A link that is ended for one message is no refusal of those beside it."""
    sink = amqp1_sink()
    async with Amqp1Broker() as broker:
        broker.then(Hang(), Ends(LINK, condition))
        small = asyncio.create_task(sink.send(parcel(url(broker), b"x")))
        await broker.asked()
        large = await sink.send(parcel(url(broker), b"x" * 5_000, number=2))
        assert await small == RESET
        if condition == "amqp:link:message-size-exceeded":
            assert large == Refused(413, condition)
        else:
            assert large == RESET
        await sink.close()


async def test_one_link_an_endpoint() -> None:
    """In the order they were begun; another login has its own."""
    sink = amqp1_sink()
    login = {"username": "a", "password": "b"}
    async with Amqp1Broker() as broker:
        sent = [parcel(url(broker), b"%d" % n, number=n) for n in range(300)]
        await asyncio.gather(*(sink.send(one) for one in sent))
        assert broker.connections == 1
        bodies = [int(read(one).body) for one in broker.messages]
        assert bodies == list(range(300))
        await sink.send(parcel(url(broker), login=login))
        assert broker.connections == 2
        assert broker.said == [b"ANONYMOUS orderbus", b"PLAIN \0a\0b"]
        await sink.close()


async def test_no_way_to_sign_in() -> None:
    """A password goes to nobody that does not ask for one."""
    sink = amqp1_sink()
    login = {"username": "a", "password": "s3cret"}
    async with Amqp1Broker(mechanisms=("SCRAM-SHA-256", "ANONYMOUS")) as broker:
        outcome = await sink.send(parcel(url(broker), login=login))
        why = "SASL it offers no way of signing in that we have"
        assert outcome == Refused(401, why)
        assert not broker.said
        await sink.close()


async def test_stuck_connections_are_left() -> None:
    """After three messages without an outcome the next one connects anew."""
    sink = amqp1_sink()
    async with Amqp1Broker() as broker:
        broker.then(*[Hang()] * 3)
        for number in range(3):
            await sink.send(parcel(url(broker), number=number, timeout_s=0.1))
        assert await sink.send(parcel(url(broker))) == Accepted(200)
        assert broker.connections == 2
        await sink.close()


async def test_signs_of_life() -> None:
    """A broker that asks for them hears from us as often as it wants."""
    sink = amqp1_sink()
    async with Amqp1Broker(idle_ms=400) as broker:
        assert await sink.send(parcel(url(broker))) == Accepted(200)
        await wait_until(lambda: broker.beats >= 2, 10, "signs of life")
        assert await sink.send(parcel(url(broker), number=2)) == Accepted(200)
        assert broker.connections == 1
        await sink.close()


async def test_a_broker_that_vanished(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that says nothing any more is left by itself; who waits is told."""
    monkeypatch.setattr(wire, "IDLE_S", 0.1)
    sink = amqp1_sink()
    async with Amqp1Broker() as broker:
        broker.then(Hang())
        outcome = await sink.send(parcel(url(broker), timeout_s=patience(30)))
        assert outcome == Unreachable(NoAnswerKind.TIMEOUT, "no outcome in time")
        await sink.close()


async def test_how_it_is_written() -> None:
    """Durable; id, type, order id and time in the standard's own fields."""
    sink = amqp1_sink()
    async with Amqp1Broker() as broker:
        sent = parcel(url(broker))
        assert await sink.send(sent) == Accepted(200)
        (got,) = broker.messages
        await sink.close()
    reader = Reader(got)
    header, properties = reader.value(), reader.value()
    assert header == Described(0x70, [True])
    assert isinstance(properties, Described)
    assert properties.value == [
        *(sent.event.webhook_id, None, None, "order.updated", None, None),
        *("application/json", None, None),
        *(int(sent.event.time.timestamp() * 1000), "SO-1"),
    ]
    message = read(got)
    assert message.texts["cloudEvents_id"] == "evt-1"
    assert message.texts["cloudEvents_subject"] == "SO-1"
    assert message.texts["cloudEvents_region"] == "eu"


NONSENSE = [
    b"AMQP\x03\x01\x00\x00" + b"\xff" * 64,
    b"AMQP\x03\x01\x00\x00" + b"\x00\x00\x00\x08\x01\x00\x00\x00" * 3,
    b"AMQP\x03\x01\x00\x00" + b"\x00\x00\x10\x08\x02\x01\x00\x00" + b"\x00" * 4096,
    b"AMQP\x03\x01\x00\x00\x00\x00\x00\x10\x02\x01\x00\x00\x00\x53\x40\xd0" + ulong(9),
    b"AMQP\x00\x00\x09\x01" * 4,
]
"""A size beyond all, a head that is cut, a bomb, half a frame, AMQP 0-9-1."""


@pytest.mark.parametrize("nonsense", NONSENSE, ids=range(len(NONSENSE)))
async def test_nonsense(nonsense: bytes) -> None:
    """Whoever speaks so is no AMQP 1.0 peer, or hung up."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)
        writer.write(nonsense)
        writer.write_eof()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    sink = amqp1_sink()
    port = server.sockets[0].getsockname()[1]
    async with server:
        to = f"amqp1://127.0.0.1:{port}/in"
        outcome = await sink.send(parcel(to, timeout_s=patience(5)))
        assert isinstance(outcome, Unreachable)
        assert outcome.kind in {NoAnswerKind.PROTOCOL, NoAnswerKind.RESET}
        await sink.close()
