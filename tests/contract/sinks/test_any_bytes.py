"""Whatever a partner says, it is an outcome: no sink raises for it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bus.adapters.amqp.sink import AmqpSink
from bus.adapters.amqp1.frames import frame
from bus.adapters.amqp1.sink import Amqp1Sink
from bus.adapters.aws.sink import AwsSink
from bus.adapters.google.sink import PubsubSink
from bus.adapters.grpc.pull import PullSink
from bus.adapters.grpc.sink import GrpcSink
from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.http.trust import SettledTrust
from bus.adapters.nats.sink import NatsSink
from bus.adapters.redis.sink import RedisSink
from bus.delivery.delivery import Outcome, Unreachable, said_of
from bus.sending import Got, Sink
from processors.gathering import Gathered
from processors.sinks import Webhooks
from tests.contract.sinks import strangers
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.worlds import LOOPBACK
from tests.support.aws import KEY
from tests.support.examples import examples
from tests.support.pace import patience
from tests.support.relay import Speak, stranger

_TIMEOUT_S = 1
"""Of what is answered at once; who then waits for more is not answered in time."""
DEEP = b"[" * 50_000
ODD_JSON = (
    *(DEEP, b'{"a":' * 10_000, b"[]", b"null", b"7", b'""', b"{}", b"\xff\xfe"),
    *(b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":"\\ud800"}', b"9" * 5_000),
    b'{"Failed":5,"Successful":"x","Entries":[1],"FailedEntryCount":"a"}',
    b'{"Failed":[null],"Successful":[{"Id":"%s"}],"Entries":[null]}' % (b"9" * 5_000),
    b'{"messageIds":7,"error":{"code":[],"status":{},"message":1e400}}',
    b'{"error":7}',
    b'{"stream":1,"seq":"x"}',
)


def _guard() -> Guard:
    return Guard(allow=LOOPBACK, https_only=False)


def _places(kind: str) -> GuardedPlaces:
    return GuardedPlaces(_guard(), kind)


SINKS: Mapping[str, tuple[str, Callable[[], Sink]]] = {
    "http": ("http://{}/hook", lambda: Webhooks(LeanSender(_guard()))),
    "grpc": ("grpc://{}", lambda: GrpcSink(_places("grpc"))),
    "amqp": (
        "amqp://{}/queues/shop",
        lambda: AmqpSink(_places("amqp"), SettledTrust()),
    ),
    "amqp1": ("amqp1://{}/shop", lambda: Amqp1Sink(_places("amqp1"), SettledTrust())),
    "nats": ("nats://{}/shop", lambda: NatsSink(_places("nats"), SettledTrust())),
    "redis": ("redis://{}/shop", lambda: RedisSink(_places("redis"), SettledTrust())),
}
"""What talks to sockets, each with its URL. librdkafka's own is below."""
Way: TypeAlias = Callable[[bytes], AbstractAsyncContextManager[tuple[Sink, str]]]


def _speaking(kind: str, speak: Callable[[bytes], Speak]) -> Way:
    @asynccontextmanager
    async def opened(answer: bytes) -> AsyncIterator[tuple[Sink, str]]:
        template, make = SINKS[kind]
        async with stranger(speak(answer)) as port:
            sink = make()
            yield sink, template.format(f"127.0.0.1:{port}")
            await sink.close()

    return opened


def _calling(template: str) -> Way:
    """Calls of gRPC that end with OK and these bytes."""

    @asynccontextmanager
    async def opened(answer: bytes) -> AsyncIterator[tuple[Sink, str]]:
        async with strangers.grpc_saying(answer) as port:
            places = _places("grpc")
            url = f"grpc://127.0.0.1:{port}"
            pulled = template.startswith("pull")
            sink: Sink = PullSink([url], "t", places) if pulled else GrpcSink(places)
            yield sink, template.format(f"127.0.0.1:{port}")
            await sink.close()

    return opened


def _asking(url: str, status: int = 200) -> Way:
    """Kinds that call APIs over HTTP: the body of an answer."""

    @asynccontextmanager
    async def opened(answer: bytes) -> AsyncIterator[tuple[Sink, str]]:
        asker = strangers.Saying(Got(status, {"retry-after": "9" * 5_000}, answer))
        pubsub = url.startswith("pubsub")
        sink = PubsubSink(asker) if pubsub else AwsSink(asker, own=False)
        yield Gathered(sink), url
        await sink.close()

    return opened


_AWS = "{}+http://127.0.0.1:9/123456789012/orders?region=eu-central-1"
WAYS: Mapping[str, Way] = {
    **{
        f"{kind}, all of it": _speaking(kind, strangers.raw)
        for kind in SINKS
        if kind != "nats"  # where the server speaks first
    },
    "http, a body": _speaking("http", strangers.http),
    "http, a status line": _speaking(
        "http", lambda said: strangers.raw(b"HTTP/1.1 " + said + b"\r\n\r\n")
    ),
    "grpc, a receipt": _calling("grpc://{}"),
    "pull, a receipt": _calling("pull://grpc"),
    "amqp, a first frame": _speaking("amqp", strangers.amqp),
    "amqp1, a frame": _speaking("amqp1", lambda said: strangers.amqp1(frame(said))),
    "amqp1, bytes": _speaking("amqp1", strangers.amqp1),
    "nats, a greeting": _speaking("nats", strangers.greeting),
    "nats, an introduction": _speaking(
        "nats", lambda said: strangers.greeting(b"INFO %s\r\n" % said)
    ),
    "nats, an acknowledgement": _speaking("nats", strangers.nats),
    "redis, an answer": _speaking("redis", strangers.redis),
    "redis, an error": _speaking(
        "redis", lambda said: strangers.redis(b"-" + said + b"\r\n")
    ),
    **{
        f"{kind}, {status}": _asking(_AWS.format(kind), status)
        for kind in ("sqs", "sns", "eventbridge")
        for status in (200, 400, 500)
    },
    **{
        f"pubsub, {status}": _asking("pubsub+http://127.0.0.1:9/shop-1/orders", status)
        for status in (200, 400, 999)
    },
}
ANY = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(ODD_JSON),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        *("error", "stream", "seq", "code", "messageIds", "status"),
                        *("Failed", "Successful", "Entries", "Id", "__type", "Code"),
                        *("max_payload", "nonce", "headers", "ErrorCode", "message"),
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
    st.sampled_from(
        [
            *(
                b"$-99999\r\n",
                b"+QUEUED\r\n",
                b"*1\r\n" * 20_000,
                b"-\r\n",
                b"-ERR\r\n",
            ),
            *(b"$" + b"9" * 5_000 + b"\r\n", b":1\r\n", b"*-1\r\n", b">1\r\n+x\r\n"),
            *(b"-MOVED \r\n", b"-MOVED x y z\r\n", b"-ASK\r\n", b"INFO []\r\n"),
            *(b"-ERR\r\n", b"INFO {}\r\n", b"AMQP\x03\x01\0\0" + b"\0" * 40),
            *(b"\x12\x02\xff\xfe", b"\x08" + b"\xff" * 9 + b"\x01", b"\xff" * 100),
            *(b"999 X", b"200", b"-1 x", b"\x00" * 1_000, b"<a>" * 5_000),
        ]
    ),
)


async def sent(
    way: str, answer: bytes, *, probe: bool = False, body: bytes = b"{}"
) -> Outcome:
    """What came of one that was answered so."""
    async with WAYS[way](answer) as (sink, url):
        aws = url.startswith(("sqs", "sns", "eventbridge"))
        login = KEY if aws else None
        timeout_s = patience(_TIMEOUT_S)
        one = parcel(url, body, login=login, timeout_s=timeout_s, probe=probe)
        outcome: object = await sink.send(one)
    assert isinstance(outcome, Outcome)
    assert said_of(outcome).isprintable()
    assert len(said_of(outcome)) <= 500
    if not isinstance(outcome, Unreachable):
        assert 100 <= outcome.status <= 599
    return outcome


@pytest.mark.parametrize("way", WAYS)
@given(answer=ANY)
@settings(
    max_examples=examples(80),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_any_bytes(way: str, answer: bytes) -> None:
    """An outcome, whose text can be shown and whose status is one of HTTP's."""
    asyncio.run(sent(way, answer))
