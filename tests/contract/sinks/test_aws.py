"""What the sinks of AWS promise beside what all sinks do, against moto's server."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from bus.adapters.aws.sink import AwsSink
from bus.adapters.http.asker import HttpAsker
from bus.adapters.http.guard import Guard
from bus.delivery.delivery import Accepted, Failed, Outcome, Refused, Unreachable
from bus.delivery.subscription import Tls
from bus.ports import NoAnswerKind
from bus.sending import Sink
from processors.gathering import Gathered
from tests.contract.sinks.aws_worlds import SqsWorld, aws_sink, template
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.worlds import LOOPBACK, Reply
from tests.support.aws import ACCOUNT, REGION, client, received
from tests.support.endpoint import Endpoint
from tests.support.pace import patience
from tests.support.relay import Relay, stranger

FIFO = {"FifoQueue": "true"}
LIMIT = 1_048_576


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """The sink as it is wired."""
    made = aws_sink()
    yield made
    await made.close()


@pytest.fixture
async def sqs(aws: int) -> AsyncIterator[Any]:
    """The library's own client, as a partner has it."""
    async with client("sqs", aws) as made:
        yield made


def where(aws: int, service: str, name: str) -> str:
    """The URL of what has this name."""
    return template(service, name).format(f"127.0.0.1:{aws}")


def named(suffix: str = "") -> str:
    """A name that nothing has."""
    return f"orders-{uuid4().hex[:12]}{suffix}"


async def queue(sqs: Any, name: str, **attributes: str) -> str:
    """A new queue."""
    made = await sqs.create_queue(QueueName=name, Attributes=attributes)
    return str(made["QueueUrl"])


async def sent(
    sink: Sink, url: str, count: int, body: bytes = b"{}", orders: int = 1
) -> list[Outcome]:
    """So many at once, of so many orders in turn."""
    parcels = [
        parcel(url, body, number=n, order=f"SO-{n % orders}", timeout_s=patience(30))
        for n in range(count)
    ]
    return await asyncio.gather(*(sink.send(one) for one in parcels))


async def test_fifo(aws: int, sqs: Any, sink: Sink) -> None:
    """An order is a group, in order; what is sent again is not there twice."""
    own = await queue(sqs, name := named(".fifo"), **FIFO)
    url = where(aws, "sqs", name)

    for _ in range(2):
        outcomes = await sent(sink, url, 12, orders=3)
        assert outcomes == [Accepted(200)] * 12

    groups: dict[str, list[str]] = {}
    for one in await received(sqs, own):
        id_ = one["MessageAttributes"]["webhook-id"]["StringValue"]
        groups.setdefault(one["Attributes"]["MessageGroupId"], []).append(id_)
    ids = [parcel(url, number=n).event.webhook_id for n in range(12)]
    assert groups == {f"SO-{k}": ids[k::3] for k in range(3)}


async def test_a_request_carries_ten(aws: int, sqs: Any, sink: Sink) -> None:
    """Those that go at once go together: 25 in three requests."""
    await queue(sqs, name := named())
    async with Relay(aws) as relay:
        url = where(relay.port, "sqs", name)
        assert await sent(sink, url, 25, orders=25) == [Accepted(200)] * 25
        assert relay.connections == 3


async def test_no_request_is_too_large(aws: int, sqs: Any, sink: Sink) -> None:
    """Large ones go in as many requests as it takes, and all arrive."""
    own = await queue(sqs, name := named())
    url = where(aws, "sqs", name)

    outcomes = await sent(sink, url, 5, b"x" * (LIMIT // 2 - 5_000), 5)

    assert outcomes == [Accepted(200)] * 5
    assert len(await received(sqs, own)) == 5


async def test_too_large(aws: int, sqs: Any, sink: Sink) -> None:
    """More than any queue takes is not sent."""
    await queue(sqs, name := named())
    url = where(aws, "sqs", name)

    (outcome,) = await sent(sink, url, 1, b"x" * LIMIT)

    assert isinstance(outcome, Refused)
    assert outcome.status == 413
    assert outcome.detail.startswith("not sent")


@pytest.mark.parametrize("service", ["sqs", "sns"])
async def test_nothing_there(aws: int, sink: Sink, service: str) -> None:
    """What there is not is refused for good."""
    (outcome,) = await sent(sink, where(aws, service, "nowhere"), 1)

    assert isinstance(outcome, Refused)
    assert outcome.status == 404


async def test_a_topic(aws: int, sqs: Any, sink: Sink) -> None:
    """What is published arrives in a queue that is subscribed, as it was sent."""
    own = await queue(sqs, name := named())
    async with client("sns", aws) as sns:
        topic = (await sns.create_topic(Name=name))["TopicArn"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        raw = {"RawMessageDelivery": "true"}
        await sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw
        )

    assert await sent(sink, where(aws, "sns", name), 3) == [Accepted(200)] * 3

    found = await received(sqs, own)
    assert [one["Body"] for one in found] == ["{}"] * 3
    attributes = found[0]["MessageAttributes"]
    assert {"webhook-id", "webhook-signature", "ce_type"} <= set(attributes)


async def test_a_topic_in_order(aws: int, sqs: Any, sink: Sink) -> None:
    """A FIFO topic hands groups on to a FIFO queue."""
    own = await queue(sqs, name := named(".fifo"), **FIFO)
    async with client("sns", aws) as sns:
        fifo = {"FifoTopic": "true", "ContentBasedDeduplication": "false"}
        made = await sns.create_topic(Name=name, Attributes=fifo)
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        await sns.subscribe(TopicArn=made["TopicArn"], Protocol="sqs", Endpoint=arn)

    assert await sent(sink, where(aws, "sns", name), 3) == [Accepted(200)] * 3

    found = await received(sqs, own)
    assert {one["Attributes"]["MessageGroupId"] for one in found} == {"SO-0"}
    assert len(found) == 3


async def test_an_event_bus(aws: int, sqs: Any, sink: Sink) -> None:
    """A rule that matches on the event's content hands it on."""
    own = await queue(sqs, name := named())
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    pattern = {"detail": {"event": {"status": ["paid"]}}}
    async with client("events", aws) as events:
        await events.create_event_bus(Name=name)
        await events.put_rule(
            Name="paid", EventBusName=name, EventPattern=json.dumps(pattern)
        )
        targets = [{"Id": "1", "Arn": arn}]
        await events.put_targets(Rule="paid", EventBusName=name, Targets=targets)
    url = where(aws, "eventbridge", name)

    bodies = [b'{"status":"paid"}', b'{"status":"new"}', b'{"status": "paid"}']
    parcels = [
        parcel(url, body, number=n, timeout_s=patience(30))
        for n, body in enumerate(bodies)
    ]
    outcomes = await asyncio.gather(*(sink.send(one) for one in parcels))

    assert outcomes == [Accepted(200)] * 3
    found = [json.loads(one["Body"])["detail"] for one in await received(sqs, own)]
    assert [one["body"].encode() for one in found] == [bodies[0], bodies[2]]
    assert found[0]["headers"]["webhook-id"] == parcels[0].event.webhook_id


async def test_entries_fare_on_their_own(aws: int, sink: Sink) -> None:
    """In one request one is taken, one is refused before, and each is told so."""
    async with client("events", aws) as events:
        await events.create_event_bus(Name=(name := named()))
    url = where(aws, "eventbridge", name)
    parcels = [
        parcel(url, body, number=n, timeout_s=patience(30))
        for n, body in enumerate((b"{}", b"<order/>", b"{}"))
    ]

    first, second, third = await asyncio.gather(*(sink.send(one) for one in parcels))

    assert first == third == Accepted(200)
    assert isinstance(second, Refused)
    assert "JSON" in second.detail


# --- signing in, TLS, and what is no answer


async def test_no_login() -> None:
    """Without a login nothing is signed as the bus, unless an operator allows it."""
    async with Endpoint() as endpoint:
        url = where(endpoint.port, "sqs", "orders")
        sink = Gathered(AwsSink(HttpAsker(Guard(allow=LOOPBACK)), own=False))

        outcome = await sink.send(parcel(url))
        await sink.close()

        assert isinstance(outcome, Failed)
        assert "ORDERBUS_AWS_OWN_CREDENTIALS" in outcome.detail
        assert not endpoint.requests


async def test_own_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is allowed, with what the environment has."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOWN")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "own")
    async with Endpoint() as endpoint, Relay(endpoint.port) as relay:
        sink = Gathered(AwsSink(HttpAsker(Guard(allow=LOOPBACK)), own=True))
        world = SqsWorld(sink, endpoint, relay)

        assert await sink.send(parcel(world.url)) == Accepted(200)
        await sink.close()

        assert b"Credential=AKIAOWN/" in endpoint.requests[0].head


async def test_the_environment_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    """Neither profiles, other endpoints nor modes: a login is a login."""
    for name, value in (
        ("AWS_PROFILE", "nobody"),
        ("AWS_CONFIG_FILE", f"{tmp_path}/none"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_USE_FIPS_ENDPOINT", "true"),
        ("AWS_MAX_ATTEMPTS", "9"),
        ("AWS_ACCESS_KEY_ID", "AKIAOWN"),
        ("AWS_SESSION_TOKEN", "own"),
    ):
        monkeypatch.setenv(name, value)
    async with Endpoint() as endpoint, Relay(endpoint.port) as relay:
        world = SqsWorld(aws_sink(), endpoint, relay)
        world.then(Reply.FAIL)

        outcome = await world.sink.send(parcel(world.url))
        await world.sink.close()

        assert isinstance(outcome, Failed)
        assert len(endpoint.requests) == 1
        head = endpoint.requests[0].head
        assert b"AKIAEXAMPLE" in head
        assert b"own" not in head.lower()


async def test_one_that_is_too_much_goes_alone() -> None:
    """A request that is too large as a whole is taken apart, in order."""
    async with Endpoint() as endpoint, Relay(endpoint.port) as relay:
        world = SqsWorld(aws_sink(), endpoint, relay)
        world.then(Reply.SPLIT)

        outcomes = await sent(world.sink, world.url, 3)
        await world.sink.close()

        assert outcomes == [Accepted(200)] * 3
        sizes = [len(json.loads(one.body)["Entries"]) for one in endpoint.requests]
        assert sizes == [3, 1, 1, 1]


async def test_certificates_are_checked(sink: Sink) -> None:
    """What is not under the authority that was named is not talked to."""

    async def hang_up(
        _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.close()

    async with stranger(hang_up) as port:
        url = where(port, "sqs", "orders").replace("sqs+http", "sqs")
        outcome = await sink.send(parcel(url, tls=Tls()))
        assert isinstance(outcome, Unreachable)
        broken = await sink.send(parcel(url, tls=Tls(ca="none")))
        assert isinstance(broken, Unreachable)
        assert broken.kind == NoAnswerKind.TLS
