"""Queues and topics in clouds, and what SNS and EventBridge put into a queue."""

import asyncio
import json
from uuid import uuid4

import pytest

from bus.adapters.aws.inlet import arrived
from bus.adapters.google.inlet import arrived as pulled
from bus.delivery.delivery import Accepted
from bus.delivery.endpoint import Kind, kind_of
from bus.delivery.subscription import Login
from bus.errors import ConfigurationError
from bus.webhook.verdict import Signed, judge_signature
from processors.sinks import Sinks
from processors.wiring.inlets import inlet_at
from tests.contract.inlets.clouds import arn, bus_into, queue_of, topic_into
from tests.contract.inlets.partner import Partner, sink_for
from tests.contract.sinks.parcels import NOW_S, SECRET, parcel
from tests.support.aws import ACCOUNT, KEY, REGION
from tests.support.pubsub_emulator import PROJECT, PubsubUnderTest

KEYS = Login.model_validate(KEY)
BODY = '{"n":"ü","order_id":"SO-1"}'.encode()


@pytest.mark.parametrize("way", ["topic", "bus"])
async def test_in_envelopes(aws: int, sinks: Sinks, way: str) -> None:
    """They are taken off, and the signature is good."""
    name = f"t{uuid4().hex[:12]}"
    queue, partner = await queue_of(aws, name), Partner()
    if way == "topic":
        url = await topic_into(aws, name)
    else:
        url = await bus_into(aws, name, arn("sqs", name))
    inlet = inlet_at(queue, Kind.SQS, KEYS, 0)
    await inlet.open(partner.take)

    sent = parcel(url, BODY, headers={"X-Token": "t0"}, login=KEY)
    assert await sink_for(sinks, url).send(sent) == Accepted(200)

    got = await partner.next()
    await inlet.close()
    told = {name.decode(): value.decode() for name, value in got.headers.items()}
    assert (got.body, told["x-token"]) == (BODY, "t0")
    signed = Signed(
        told["webhook-id"], told["webhook-timestamp"], told["webhook-signature"], BODY
    )
    assert judge_signature(signed, [SECRET], NOW_S).good


async def test_a_queue_is_emptied(aws: int, sinks: Sinks) -> None:
    """What was there before is shown, in order and once, and is there no more."""
    url = await queue_of(aws, f"t{uuid4().hex[:12]}")
    for number in range(12):
        sent = parcel(url, b"%d" % number, number=number, login=KEY)
        assert await sink_for(sinks, url).send(sent) == Accepted(200)
    first, second = Partner(), Partner()
    inlet = inlet_at(url, Kind.SQS, KEYS, 0)
    await inlet.open(first.take)
    while len(first.arrivals) < 12:
        await first.next()
    # Taken out after it was handed on; the next one is handed on after that.
    sent = parcel(url, b"last", number=12, login=KEY)
    await sink_for(sinks, url).send(sent)
    while first.arrivals[-1].body != b"last":
        await first.next()
    await inlet.close()

    again = inlet_at(url, Kind.SQS, KEYS, 0)
    await again.open(second.take)
    await sink_for(sinks, url).send(parcel(url, b"new", number=13, login=KEY))
    while not second.arrivals or second.arrivals[-1].body != b"new":
        await second.next()
    await again.close()
    bodies = {one.body for one in second.arrivals}
    assert bodies <= {b"last", b"new"}


async def test_its_subscription_goes(pubsub: PubsubUnderTest) -> None:
    """What it made at Pub/Sub to hear a topic is there only while it listens."""
    topic = f"t{uuid4().hex[:12]}"
    await asyncio.to_thread(pubsub.topic, topic)
    url = f"pubsub+http://127.0.0.1:{pubsub.port}/{PROJECT}/{topic}"
    inlet = inlet_at(url, Kind.PUBSUB, None, 0)
    before = await asyncio.to_thread(pubsub.subscriptions, topic)

    await inlet.open(Partner().take)
    made = await asyncio.to_thread(pubsub.subscriptions, topic)
    await inlet.close()

    assert len(made) == len(before) + 1
    assert await asyncio.to_thread(pubsub.subscriptions, topic) == before


async def test_what_is_not_there(aws: int, pubsub: PubsubUnderTest) -> None:
    """Is said at once, with the URL."""
    absent = (
        f"sqs+http://127.0.0.1:{aws}/{ACCOUNT}/nobody?region={REGION}",
        f"pubsub+http://127.0.0.1:{pubsub.port}/{PROJECT}/nobody",
    )
    for url in absent:
        inlet = inlet_at(
            url, kind_of(url), KEYS if kind_of(url) is Kind.SQS else None, 0
        )
        with pytest.raises(ConfigurationError, match="nobody"):
            await inlet.open(Partner().take)
        await inlet.close()


def test_one_envelope_in_another() -> None:
    """A rule of an event bus may write to a topic, and that to a queue."""
    detail = {"headers": {"Webhook-Id": "evt-1"}, "body": "{}"}
    inner = json.dumps({"detail-type": "order.updated", "detail": detail})
    outer = {"Type": "Notification", "TopicArn": arn("sns", "orders"), "Message": inner}

    got = arrived("/q", {"Body": json.dumps(outer)})

    assert (got.place, got.headers, got.body) == (
        "/orders",
        {b"webhook-id": b"evt-1"},
        b"{}",
    )


def test_what_is_signed_is_no_envelope() -> None:
    """A message of the bus's own is left as it is, whatever its body looks like."""
    body = json.dumps({"Type": "Notification", "TopicArn": "a:b", "Message": "{}"})
    signed = {"webhook-id": {"StringValue": "evt-1"}}

    got = arrived("/q", {"Body": body, "MessageAttributes": signed})

    assert got.body == body.encode()


@pytest.mark.parametrize(
    "body",
    [
        "no JSON",
        "[1]",
        '{"Type":"Notification"}',
        '{"detail-type":"x","detail":{"body":1,"headers":{}}}',
        "[" * 100_000,
    ],
)
def test_what_is_no_envelope(body: str) -> None:
    """Is shown as it came; so is what says that it is a message and is none."""
    odd = {"Body": body, "MessageAttributes": {"a": {"BinaryValue": b"\0"}, "b": 1}}
    got = arrived("/q", odd)

    assert (got.body, got.headers) == (body.encode(), {b"a": b"\0"})
    assert pulled("/t", {"data": "%", "attributes": 1}).body == b""
    assert pulled("/t", None).headers == {}
