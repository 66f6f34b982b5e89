"""What the Redis sink promises beside what all sinks do, against a real server."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
import trustme

from bus.adapters.http.names import Names
from bus.adapters.redis.sink import RedisSink
from bus.delivery.delivery import Accepted, Outcome, Refused, Throttled, Unreachable
from bus.delivery.subscription import Tls
from bus.ports import NoAnswerKind
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.redis_worlds import entries, partner, redis_sink
from tests.support.bus import wait_until
from tests.support.pace import patience
from tests.support.redis_server import RedisUnderTest, running_redis

NAME = "redis.example"


@pytest.fixture
async def sink() -> AsyncIterator[RedisSink]:
    """A sink to which every name is loopback."""
    made = redis_sink(names=Names(lambda _: ["127.0.0.1"]))
    yield made
    await made.close()


def url(server: RedisUnderTest, path: str) -> str:
    """Where it is added to."""
    return f"redis://127.0.0.1:{server.port}/{path}"


async def test_stream_by_type_and_order(
    redis_server: RedisUnderTest, sink: RedisSink
) -> None:
    """What stands in braces is the event's."""
    shop = uuid4().hex
    to = url(redis_server, f"{shop}:{{type}}:{{order}}")
    assert await sink.send(parcel(to, order="SO 1/ü")) == Accepted(200)
    async with partner(redis_server.port) as client:
        (one,) = await entries(client, f"{shop}:order.updated:SO 1/ü")
    assert one.fields["ce_subject"] == "SO 1/ü"
    assert one.fields["ce_type"] == "order.updated"
    assert one.fields["ce_region"] == "eu"


async def test_it_is_cut(redis_server: RedisUnderTest, sink: RedisSink) -> None:
    """A stream with a limit does not grow for ever; another database is another."""
    to = url(redis_server, "cut?maxlen=100&db=3")
    for number in range(400):
        assert await sink.send(parcel(to, number=number)) == Accepted(200)
    async with partner(redis_server.port, db=3) as client:
        assert 100 <= await client.xlen("cut") < 400


async def test_no_stream(redis_server: RedisUnderTest, sink: RedisSink) -> None:
    """A key that is something else is refused."""
    async with partner(redis_server.port) as client:
        await client.set("text", "x")
    outcome = await sink.send(parcel(url(redis_server, "text")))
    assert isinstance(outcome, Refused)
    assert outcome.status == 409
    assert outcome.detail.startswith("WRONGTYPE")


async def test_no_such_database(redis_server: RedisUnderTest, sink: RedisSink) -> None:
    """Nor is there a hundredth database."""
    outcome = await sink.send(parcel(url(redis_server, "s?db=100")))
    assert isinstance(outcome, Refused), outcome
    assert outcome.status == 400


_SHOP = ("--user", "shop", "on", ">s3cret", "~shop*", "+xadd", "+select")
GOOD = {"username": "shop", "password": "s3cret"}


@pytest.mark.parametrize(
    ("login", "stream", "status"),
    [
        (GOOD, "shop", None),
        (GOOD, "else", 403),
        ({**GOOD, "password": "wr0ng"}, "shop", 401),
        (None, "shop", 401),
    ],
)
async def test_logins(
    sink: RedisSink, login: Mapping[str, str] | None, stream: str, status: int | None
) -> None:
    """With its password a user may do what it may; else refused, and nothing told."""
    with running_redis(*_SHOP, "--user", "default", "off") as server:
        outcome: Outcome = await sink.send(parcel(url(server, stream), login=login))
    if status is None:
        assert outcome == Accepted(200)
        return
    assert isinstance(outcome, Refused), outcome
    assert outcome.status == status
    assert "wr0ng" not in outcome.detail


async def test_no_memory_left(sink: RedisSink) -> None:
    """A server that is full throttles."""
    with running_redis("--maxmemory", "2mb") as server:
        outcome: Outcome = Accepted(200)
        for number in range(200):
            if outcome == Accepted(200):
                sent = parcel(url(server, "s"), b"x" * 50_000, number=number)
                outcome = await sink.send(sent)
    assert isinstance(outcome, Throttled), outcome
    assert outcome.status == 429


async def test_a_server_that_dies(sink: RedisSink) -> None:
    """Nobody is reached while it is away; what it acknowledged is there afterwards."""
    with running_redis() as server:
        to = url(server, "s")
        for number in range(20):
            assert await sink.send(parcel(to, number=number)) == Accepted(200)
        await asyncio.to_thread(server.kill)
        assert isinstance(await sink.send(parcel(to, number=20)), Unreachable)
        await asyncio.to_thread(server.start)

        async def back() -> bool:
            last = parcel(to, number=20, timeout_s=patience(10))
            return await sink.send(last) == Accepted(200)

        await wait_until(back, 20, "it has read what it had")
        async with partner(server.port) as client:
            assert len(await entries(client, "s")) == 21


async def test_a_server_that_freezes(sink: RedisSink) -> None:
    """Silence is a timeout; once it goes on, what waits is answered."""
    with running_redis() as server:
        to = url(server, "s")
        assert await sink.send(parcel(to)) == Accepted(200)
        assert server.process is not None
        server.process.send_signal(19)
        outcome = await sink.send(parcel(to, timeout_s=0.3))
        assert isinstance(outcome, Unreachable)
        assert outcome.kind == NoAnswerKind.TIMEOUT
        server.process.send_signal(18)
        again = parcel(to, number=2, timeout_s=patience(10))
        assert await sink.send(again) == Accepted(200)


# --- TLS


@asynccontextmanager
async def secured(port: int, authority: trustme.CA) -> AsyncIterator[int]:
    """TLS before a server, with a certificate for the name; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(context)

    async def pump(a: asyncio.StreamReader, b: asyncio.StreamWriter) -> None:
        while data := await a.read(65_536):
            b.write(data)
        b.close()

    async def serve(a: asyncio.StreamReader, b: asyncio.StreamWriter) -> None:
        c, d = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(a, d), pump(c, b), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


async def test_certificates(redis_server: RedisUnderTest, sink: RedisSink) -> None:
    """The name is checked against the certificate, by the authority that is given."""
    ours = trustme.CA()
    tls = Tls(ca=ours.cert_pem.bytes().decode())
    async with secured(redis_server.port, ours) as port:
        good = f"rediss://{NAME}:{port}/tls"
        assert await sink.send(parcel(good, tls=tls)) == Accepted(200)
        for wrong, trusted in ((good, None), (good.replace(NAME, "b.example"), tls)):
            outcome = await sink.send(parcel(wrong, tls=trusted))
            assert isinstance(outcome, Unreachable)
            assert outcome.kind == NoAnswerKind.TLS
