"""What the NATS sink promises beside what all sinks do, against a real server."""

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.js.api import DiscardPolicy

from bus.adapters.http.names import Names
from bus.adapters.nats.sink import NatsSink
from bus.delivery.delivery import Accepted, Outcome, Refused, Throttled, Unreachable
from tests.contract.sinks.nats_worlds import nats_sink, partner
from tests.contract.sinks.parcels import parcel
from tests.support.nats_server import MOST_BYTES, NatsUnderTest, running_nats
from tests.support.pace import patience

NO_STREAM = Refused(404, "NO_STREAM no stream takes this subject")


@pytest.fixture
async def sink() -> AsyncIterator[NatsSink]:
    """A sink to which every name is loopback."""
    made = nats_sink(names=Names(lambda _: ["127.0.0.1"]))
    yield made
    await made.close()


def url(server: NatsUnderTest, subject: str) -> str:
    """Where it is published to."""
    return f"nats://127.0.0.1:{server.port}/{subject}"


async def stream(server: NatsUnderTest, **limits: object) -> str:
    """A stream of the test's own; its subjects begin with its name."""
    name = f"s{uuid4().hex[:12]}"
    async with partner(server.port) as client:
        await client.jetstream().add_stream(
            name=name,
            subjects=[f"{name}.>"],
            **limits,  # type: ignore[arg-type]
        )
    return name


async def kept(server: NatsUnderTest, name: str) -> list[tuple[str, bytes]]:
    """What a stream has, in order."""
    async with partner(server.port) as client:
        manager = client.jsm()
        most = (await manager.stream_info(name)).state.messages
        found = [await manager.get_msg(name, seq) for seq in range(1, most + 1)]
        return [(str(one.subject), one.data or b"") for one in found]


async def test_no_stream(nats: NatsUnderTest, sink: NatsSink) -> None:
    """A subject that no stream takes is refused."""
    assert await sink.send(parcel(url(nats, "nowhere"))) == NO_STREAM


async def test_known_already(nats: NatsUnderTest, sink: NatsSink) -> None:
    """What is sent again is accepted, and kept once."""
    name = await stream(nats)
    for number in (1, 1, 2, 1):
        sent = parcel(url(nats, f"{name}.x"), number=number)
        assert await sink.send(sent) == Accepted(200)
    assert len(await kept(nats, name)) == 2


@pytest.mark.parametrize(
    ("limits", "bodies", "status"),
    [
        ({"max_msg_size": 2_000}, [b"x" * 3_000], 413),
        ({}, [b"x" * (MOST_BYTES - 100)], 413),
        ({"max_msgs": 1, "discard": DiscardPolicy.NEW}, [b"a", b"b"], 429),
    ],
)
async def test_limits(
    nats: NatsUnderTest,
    sink: NatsSink,
    limits: dict[str, object],
    bodies: list[bytes],
    status: int,
) -> None:
    """Too large, headers included, is refused; a full stream throttles."""
    name = await stream(nats, **limits)
    outcome: Outcome = Accepted(200)
    for number, body in enumerate(bodies):
        outcome = await sink.send(
            parcel(url(nats, f"{name}.x"), body, number=number, timeout_s=patience(9))
        )
    assert isinstance(outcome, Refused if status == 413 else Throttled)
    assert outcome.status == status
    other = await stream(nats)
    assert await sink.send(parcel(url(nats, f"{other}.x"))) == Accepted(200)


async def test_subjects(nats: NatsUnderTest, sink: NatsSink) -> None:
    """Type and order id become parts of the subject, and nothing else in it."""
    name = await stream(nats)
    to = url(nats, f"{name}.{{type}}.{{order}}")
    for number, order in enumerate(("SO-1", "a.b *>", "")):
        sent = parcel(to, number=number, order=order or "\ud800")
        assert await sink.send(sent) == Accepted(200)
    long = await sink.send(parcel(to, order="x" * 2_000))
    assert isinstance(long, Refused)
    assert long.status == 400
    assert [subject for subject, _ in await kept(nats, name)] == [
        f"{name}.order.updated.{order}" for order in ("SO-1", "a%2Eb%20%2A%3E", "%3F")
    ]


async def test_orders_stay_in_order(nats: NatsUnderTest, sink: NatsSink) -> None:
    """What is begun in order arrives so, though many are under way."""
    name = await stream(nats)
    sent = [
        parcel(
            url(nats, f"{name}.x"), str(n).encode(), number=n, timeout_s=patience(20)
        )
        for n in range(300)
    ]
    outcomes = await asyncio.gather(*(sink.send(one) for one in sent))
    assert outcomes == [Accepted(200)] * 300
    assert [int(body) for _, body in await kept(nats, name)] == list(range(300))


# --- signing in


def nkey() -> tuple[str, str]:
    """A user's key: the public part and the seed, as NATS writes them."""
    key = Ed25519PrivateKey.generate()

    def text(prefix: bytes, raw: bytes) -> str:
        crc = binascii.crc_hqx(prefix + raw, 0).to_bytes(2, "little")
        return base64.b32encode(prefix + raw + crc).decode().rstrip("=")

    public = text(bytes([20 << 3]), key.public_key().public_bytes_raw())
    user = 20 << 3
    seed = bytes([18 << 3 | user >> 5, (user & 31) << 3])
    return public, text(seed, key.private_bytes_raw())


PUBLIC, SEED = nkey()
_USERS = f"""
authorization {{
  users: [
    {{ user: shop, password: s3cret, permissions: {{
        publish: ["shop.>", "$JS.API.>"], subscribe: "_INBOX.>" }} }}
    {{ nkey: {PUBLIC} }}
  ]
}}
"""
USERS = {"user": "shop", "password": "s3cret"}


async def shop(server: NatsUnderTest, **login: object) -> None:
    """Make the stream `shop`."""
    async with partner(server.port, **login) as client:
        await client.jetstream().add_stream(name="shop", subjects=["shop.>", "else"])


async def test_logins(sink: NatsSink) -> None:
    """With a password or an nkey it is let in; else refused, and nothing told."""
    good = [
        {"username": "shop", "password": "s3cret"},
        {"username": PUBLIC, "password": SEED, "mechanism": "nkey"},
    ]
    bad = [
        None,
        {"username": "shop", "password": "wr0ng"},
        {"username": PUBLIC, "password": nkey()[1], "mechanism": "nkey"},
        {"username": PUBLIC, "password": "wr0ng", "mechanism": "nkey"},
    ]
    with running_nats(_USERS) as server:
        await shop(server, **USERS)
        to = url(server, "shop.x")
        for login in good:
            assert await sink.send(parcel(to, login=login)) == Accepted(200)
        for wrong in bad:
            outcome = await sink.send(parcel(to, login=wrong))
            assert isinstance(outcome, Refused), outcome
            assert outcome.status == 401
            assert "wr0ng" not in outcome.detail


async def test_a_token(sink: NatsSink) -> None:
    """Signs in, too."""
    with running_nats("authorization { token: t0ken }") as server:
        await shop(server, token="t0ken")  # noqa: S106 - of the test
        login = {"username": "any", "password": "t0ken", "mechanism": "token"}
        to = url(server, "shop.x")
        assert await sink.send(parcel(to, login=login)) == Accepted(200)


async def test_not_allowed(sink: NatsSink) -> None:
    """Who may not publish there is refused at once; what is beside it goes on."""
    login = {"username": "shop", "password": "s3cret"}
    with running_nats(_USERS) as server:
        await shop(server, **USERS)
        outcome = await sink.send(parcel(url(server, "else"), login=login))
        assert isinstance(outcome, Refused)
        assert outcome.status == 403
        to = url(server, "shop.x")
        assert await sink.send(parcel(to, login=login)) == Accepted(200)


# --- a server that dies


async def test_a_server_that_dies(sink: NatsSink) -> None:
    """Nobody is reached while it is away; what it acknowledged is there afterwards."""
    with running_nats() as server:
        name = await stream(server)
        to = url(server, f"{name}.x")
        for number in range(20):
            assert await sink.send(parcel(to, number=number)) == Accepted(200)
        await asyncio.to_thread(server.kill)
        assert isinstance(await sink.send(parcel(to, number=20)), Unreachable)
        await asyncio.to_thread(server.start)
        last = parcel(to, number=20, timeout_s=patience(10))
        assert await sink.send(last) == Accepted(200)
        assert len(await kept(server, name)) == 21
