"""What the AMQP 1.0 sink promises, against Apache Artemis."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from bus.adapters.amqp1.sink import Amqp1Sink
from bus.adapters.http.names import Names
from bus.delivery.delivery import Accepted, Refused, Throttled, Unreachable
from bus.delivery.subscription import Tls
from bus.ports import NoAnswerKind
from tests.contract.sinks.amqp1_worlds import amqp1_sink, drained
from tests.contract.sinks.parcels import parcel
from tests.support.artemis import (
    CLIENT,
    NAME,
    PASSWORD,
    SHOP,
    SHOP_PASSWORD,
    USER,
    ArtemisUnderTest,
)
from tests.support.pace import patience

pytestmark = pytest.mark.artemis
LOGIN = {"username": USER, "password": PASSWORD}
FEW = {"username": SHOP, "password": SHOP_PASSWORD}


@pytest.fixture
async def sink() -> AsyncIterator[Amqp1Sink]:
    """A sink to which every name is loopback."""
    made = amqp1_sink(names=Names(lambda _: ["127.0.0.1"]))
    yield made
    await made.close()


@pytest.fixture
def name() -> str:
    """An address of the test's own."""
    return f"q.{uuid4().hex[:12]}"


@pytest.mark.parametrize(
    ("address", "login", "status"),
    [
        ("there.not", LOGIN, 404),
        ("closed", FEW, 403),
        ("orders", {**LOGIN, "password": "wr0ng"}, 401),
        ("orders", None, 401),
    ],
)
async def test_refused(
    artemis: ArtemisUnderTest,
    sink: Amqp1Sink,
    address: str,
    login: dict[str, str] | None,
    status: int,
) -> None:
    """No such address, not allowed, a wrong password, none at all."""
    outcome = await sink.send(parcel(artemis.url(address), login=login))
    assert isinstance(outcome, Refused), outcome
    assert outcome.status == status
    assert "wr0ng" not in outcome.detail


async def test_allowed(artemis: ArtemisUnderTest, sink: Amqp1Sink) -> None:
    """Who may write there, and nowhere else, needs no more."""
    assert await sink.send(parcel(artemis.url("shop"), login=FEW)) == Accepted(200)


async def test_a_full_address(artemis: ArtemisUnderTest, sink: Amqp1Sink) -> None:
    """That takes no more throttles."""
    to = artemis.url(f"full.{uuid4().hex[:12]}")
    outcomes = [
        await sink.send(
            parcel(to, b"x" * 5_000, number=n, login=LOGIN, timeout_s=patience(2))
        )
        for n in range(8)
    ]
    assert outcomes[0] == Accepted(200)
    assert isinstance(outcomes[-1], Throttled), outcomes


async def test_order_and_size(
    artemis: ArtemisUnderTest, sink: Amqp1Sink, name: str
) -> None:
    """What is begun in order arrives so, large ones among it, each once."""
    to = artemis.url(name)
    sizes = [3_000_000 if n == 50 else 10 for n in range(300)]
    sent = [
        parcel(to, b"%06d" % n + b"x" * size, number=n, login=LOGIN, timeout_s=60)
        for n, size in enumerate(sizes)
    ]
    outcomes = await asyncio.gather(*(sink.send(one) for one in sent))
    assert outcomes == [Accepted(200)] * 300
    found = await drained(to, LOGIN, 300)
    assert [int(one.body[:6]) for one in found] == list(range(300))
    assert [len(one.body) - 6 for one in found] == sizes


async def test_the_same_twice(
    artemis: ArtemisUnderTest, sink: Amqp1Sink, name: str
) -> None:
    """Artemis takes what comes again, and keeps it once."""
    to = artemis.url(name)
    for number in (1, 1, 2):
        assert await sink.send(parcel(to, number=number, login=LOGIN)) == Accepted(200)
    ids = [one.fields["webhook-id"] for one in await drained(to, LOGIN, 2)]
    assert len(set(ids)) == 2


# --- TLS


def trusting(artemis: ArtemisUnderTest, **more: str) -> Tls:
    """Settings that trust its authority."""
    return Tls(ca=artemis.authority.cert_pem.bytes().decode(), **more)


async def test_tls(artemis: ArtemisUnderTest, sink: Amqp1Sink, name: str) -> None:
    """By a password over TLS, or by a certificate of ours and no password."""
    to = artemis.url(name, host=NAME, secure=True)
    leaf = artemis.authority.issue_cert(CLIENT, common_name=CLIENT)
    ours = trusting(
        artemis,
        client_certificate=leaf.cert_chain_pems[0].bytes().decode(),
        client_key=leaf.private_key_pem.bytes().decode(),
    )
    sent = parcel(to, tls=trusting(artemis), login=LOGIN)
    assert await sink.send(sent) == Accepted(200)
    assert await sink.send(parcel(to, number=2, tls=ours)) == Accepted(200)


async def test_another_name(artemis: ArtemisUnderTest, sink: Amqp1Sink) -> None:
    """A certificate for another name gets no event."""
    to = artemis.url("in", host="other.example", secure=True)
    outcome = await sink.send(parcel(to, tls=trusting(artemis), login=LOGIN))
    assert outcome == Unreachable(NoAnswerKind.TLS, "no TLS connection")


# --- a broker that dies


async def test_a_broker_that_dies(
    artemis: ArtemisUnderTest, sink: Amqp1Sink, name: str
) -> None:
    """Nobody is reached while it is away; what it accepted is there afterwards."""
    to = artemis.url(name)
    for number in range(20):
        assert await sink.send(parcel(to, number=number, login=LOGIN)) == Accepted(200)
    await asyncio.to_thread(artemis.kill)
    gone = await sink.send(parcel(to, number=20, login=LOGIN))
    assert isinstance(gone, Unreachable)
    await asyncio.to_thread(artemis.start)
    back = parcel(to, number=20, login=LOGIN, timeout_s=patience(10))
    assert await sink.send(back) == Accepted(200)
    assert len(await drained(to, LOGIN, 21)) == 21
