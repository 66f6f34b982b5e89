"""Answers that no real server gives: told precisely, retried, and never logged."""

import json
import logging
import re
from collections.abc import Iterator

import pytest

from bus.adapters.amqp1.codec import TRUE, composite, uint
from bus.adapters.amqp1.frames import frame
from bus.adapters.amqp1.sink import Amqp1Sink
from bus.adapters.aws.sink import AwsSink
from bus.adapters.grpc.sink import GrpcSink
from bus.adapters.http.guard import Guard
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.http.trust import SettledTrust
from bus.adapters.memory.clock import MemoryClock
from bus.adapters.memory.sender import MemorySender
from bus.adapters.nats.sink import NatsSink
from bus.adapters.redis.sink import RedisSink
from bus.delivery.delivery import Accepted, Failed, Outcome, Unreachable
from bus.delivery.endpoint import Kind
from bus.ports import NoAnswer, NoAnswerKind
from bus.sending import Ask, Got
from processors.sinks import Sinks
from tests.contract.sinks import strangers
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.test_any_bytes import DEEP, sent
from tests.contract.sinks.worlds import LOOPBACK
from tests.support.aws import KEY
from tests.support.pace import patience
from tests.support.relay import stranger

_EARLY = frame(composite(0x15, TRUE, uint(0), uint(0), TRUE, composite(0x24)))
_NO_RECEIPT = "bytes that are no Receipt of Protobuf's"
_NESTED = "the JSON is nested too deeply"
_AN_ID = "expected an id, digits-digits"


def strange(outcome: Outcome) -> str:
    """What was wrong, said without a word of Python; it must be so."""
    assert isinstance(outcome, Unreachable), outcome
    assert outcome.kind == NoAnswerKind.PROTOCOL
    assert not re.search(r"[a-z]Error|object has|NoneType", outcome.detail)
    return outcome.detail


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No library writes what strangers make of it."""
    caplog.set_level(logging.WARNING)
    yield
    assert not caplog.records


@pytest.mark.parametrize(
    ("way", "answer", "says"),
    [
        ("grpc, a receipt", b"\xff" * 100, f"OK with 100 {_NO_RECEIPT}"),
        ("grpc, a receipt", b"\x12\x02\xff\xfe", f"OK with 4 {_NO_RECEIPT}"),
        ("pull, a receipt", b"\xff", f"OK with 1 {_NO_RECEIPT}"),
        ("nats, an acknowledgement", DEEP, _NESTED),
        ("nats, an acknowledgement", b"[]", "without stream and seq, or error"),
        ("sqs, 200", DEEP, _NESTED),
        ("eventbridge, 200", DEEP, _NESTED),
        ("sqs, 200", b"[]", "expected a JSON object"),
        ("eventbridge, 200", b"null", "expected a JSON object"),
        ("sqs, 200", b'{"Failed":5,"Successful":"x"}', "fields are of other types"),
        ("eventbridge, 200", b'{"Entries":[1]}', "fields are of other types"),
        ("sns, 200", DEEP, "not in the form of the service"),
        ("pubsub, 200", DEEP, _NESTED),
        ("pubsub, 200", b"{}", "expected messageIds"),
        ("pubsub, 200", b'{"messageIds":[]}', "0 messageIds for 1 messages"),
        ("pubsub, 999", b"{}", "status 999"),
        ("redis, an answer", b"+QUEUED\r\n", f"'QUEUED', {_AN_ID}"),
        ("redis, an answer", b"$0\r\n\r\n", f"'', {_AN_ID}"),
        ("redis, an answer", b"$-99999\r\n", _AN_ID),
        ("http, a status line", b"999 X", "status 999"),
        ("amqp1, bytes", _EARLY, "accepted a message before all of it was sent"),
    ],
)
async def test_told(way: str, answer: bytes, says: str) -> None:
    """What it was, and what was expected."""
    body = b"x" * 5_000 if way.startswith("amqp1") else b"{}"
    assert says in strange(await sent(way, answer, body=body))


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (b"-\r\n", "an error without a word"),
        (b"-ERR something else\r\n", "ERR something else"),
        (b"-ODD something else\r\n", "ODD something else"),
    ],
)
async def test_an_error_of_redis_is_shown_whole(answer: bytes, detail: str) -> None:
    """With its first word, which the library takes off."""
    assert await sent("redis, an answer", answer) == Failed(500, None, detail)


async def test_a_password_that_is_said_back() -> None:
    """Is not told."""
    redis = RedisSink(GuardedPlaces(Guard(allow=LOOPBACK), "redis"), SettledTrust())
    sinks = Sinks(MemorySender(MemoryClock()), {Kind.REDIS: lambda: redis})
    sink = sinks.of(Kind.REDIS)
    assert not isinstance(sink, str)
    login = {"username": "default", "password": "s3cr3t-pw"}
    echo = strangers.redis(b"", b"-ERR your password was s3cr3t-pw\r\n")
    async with stranger(echo) as port:
        one = parcel(f"redis://127.0.0.1:{port}/orders", login=login)
        outcome = await sink.send(one)
        await sinks.close()
    assert outcome == Failed(500, None, "ERR your password was (hidden)")


async def test_an_id_of_redis() -> None:
    """Only that is taken for yes."""
    answer = b"$15\r\n1526919030474-0\r\n"
    assert await sent("redis, an answer", answer) == Accepted(200)


@pytest.mark.parametrize(
    ("batch", "kind"), [(1, "Receipt"), (10, "DeliverBatchResponse")]
)
async def test_no_message(batch: int, kind: str) -> None:
    """A call that ends with OK has one."""
    sink = GrpcSink(GuardedPlaces(Guard(allow=LOOPBACK), "grpc"))
    async with strangers.grpc_saying() as port:
        url = f"grpc://127.0.0.1:{port}?batch={batch}"
        some = [parcel(url, number=number) for number in range(min(batch, 2))]
        outcomes = await sink.send_all(some, patience(5))
        await sink.close()
    says = f"not a gRPC answer: OK without a message, expected a {kind}"
    assert [strange(one) for one in outcomes] == [says] * len(some)


class Broken(strangers.Saying):
    """An asker with a bug of ours."""

    async def ask(self, ask: Ask) -> Got | NoAnswer:
        """See `Asker`."""
        raise KeyError(ask.method)


async def test_a_bug_of_ours_stays_one() -> None:
    """Nothing was answered, so that it is nobody's fault but ours."""
    sink = AwsSink(Broken(NoAnswer(NoAnswerKind.RESET)), own=False)
    url = "sqs+http://127.0.0.1:9/123456789012/orders?region=eu-central-1"
    with pytest.raises(KeyError):
        await sink.send_all([parcel(url, login=KEY)], 5)


async def test_a_batch_that_is_none() -> None:
    """Of several together it is said of each."""
    sink = GrpcSink(GuardedPlaces(Guard(allow=LOOPBACK), "grpc"))
    async with strangers.grpc_saying(b"\xff") as port:
        url = f"grpc://127.0.0.1:{port}?batch=10"
        two = [parcel(url, number=number) for number in range(2)]
        outcomes = await sink.send_all(two, patience(5))
        await sink.close()
    assert all("no DeliverBatchResponse" in strange(one) for one in outcomes)


async def test_a_health_check_that_is_none() -> None:
    """A probe is no better for it."""
    outcome = await sent("grpc, a receipt", b"\xff", probe=True)
    assert "no HealthCheckResponse" in strange(outcome)


@pytest.mark.parametrize("most", ["abc", None, [], {}, 0, -5, True, 1.5, 2**80])
async def test_a_limit_of_nats_that_is_none(most: object) -> None:
    """Nothing is refused for good by it."""
    info = json.dumps({"max_payload": most}).encode()
    sink = NatsSink(GuardedPlaces(Guard(allow=LOOPBACK), "nats"), SettledTrust())
    async with stranger(strangers.nats(b"", info)) as port:
        outcome = await sink.send(parcel(f"nats://127.0.0.1:{port}/shop"))
        await sink.close()
    assert "INFO has max_payload" in strange(outcome)
    assert "expected a number of bytes" in strange(outcome)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"INFO " + b"[" * 3_000, "a line that cannot be read"),
        (b"INFO []", "INFO is no JSON object"),
        (b'INFO {"max_payload":0}', "INFO has max_payload 0"),
        (b"-ERR ", "a line that cannot be read"),
    ],
)
async def test_a_line_of_nats_that_is_none(line: bytes, says: str) -> None:
    """Who waits hears of it at once, where the library only stops to read."""
    greeting = strangers.nats(b"", then=line)
    sink = NatsSink(GuardedPlaces(Guard(allow=LOOPBACK), "nats"), SettledTrust())
    async with stranger(greeting) as port:
        wait = patience(20)
        one = parcel(f"nats://127.0.0.1:{port}/shop", timeout_s=wait)
        assert says in strange(await sink.send(one))
        await sink.close()


async def test_accepted_too_early() -> None:
    """The next message has a new link; on the old one it had waited for its timeout."""
    sink = Amqp1Sink(GuardedPlaces(Guard(allow=LOOPBACK), "amqp1"), SettledTrust())
    async with stranger(strangers.amqp1(_EARLY, hang_up=False)) as port:
        url = f"amqp1://127.0.0.1:{port}/orders"
        for number in (1, 2):
            one = parcel(url, b"x" * 5_000, number=number, timeout_s=patience(20))
            assert "before all of it" in strange(await sink.send(one))
        await sink.close()
