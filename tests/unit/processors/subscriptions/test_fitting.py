"""What a subscription may not ask of its kind of endpoint."""

from dataclasses import replace

import pytest

from bus.errors import InvalidSubscriptionError
from processors.subscriptions.checks import check_runnable
from tests.unit.processors.subscriptions.test_checks import checks, make

GRPC = "grpcs://wms.example:8443"
QUEUE = "sqs://sqs.eu-central-1.amazonaws.com/123456789012/orders"
TOPIC = "sns://sns.eu-central-1.amazonaws.com/123456789012/orders"
EVENT_BUS = "eventbridge://events.eu-central-1.amazonaws.com/123456789012/orders"
KEY = {"username": "AKIAEXAMPLE", "password": "s3cret"}


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"tls": {"verify": False}}, "tls.verify", "always checks"),
        ({"transient_statuses": [404]}, "transient_statuses", "receipt"),
        ({"headers": {"X!Y": "1"}}, "headers.X!Y", "letters, digits"),
        ({"headers": {"grpc-timeout": "1"}}, "headers.grpc-timeout", "for itself"),
        ({"headers": {"Token-bin": "1"}}, "headers.Token-bin", "for itself"),
    ],
)
def test_refused_for_grpc(fields: dict[str, object], field: str, why: str) -> None:
    """Each with the field and the reason; a webhook may."""
    with pytest.raises(InvalidSubscriptionError, match=why) as caught:
        check_runnable(make(url=GRPC, **fields))
    assert caught.value.field == field
    check_runnable(make(**fields))


AMQP1 = "amqps1://artemis.example/orders"
AMQP, NATS = "amqps://rabbit.example/queues/in", "tls://nats.example/shop"
NKEY = {"username": "U", "password": "S", "mechanism": "nkey"}
SCRAM = {**NKEY, "mechanism": "scram-sha-256"}


@pytest.mark.parametrize(
    ("url", "fields", "field"),
    [
        (AMQP, {"transient_statuses": [404]}, "transient_statuses"),
        (AMQP, {"login": SCRAM}, "login.mechanism"),
        (AMQP1, {"transient_statuses": [404]}, "transient_statuses"),
        (AMQP1, {"login": NKEY}, "login.mechanism"),
        (AMQP1, {"headers": {"cloudEvents_id": "1"}}, "headers.cloudEvents_id"),
        (AMQP, {"login": NKEY}, "login.mechanism"),
        (AMQP, {"headers": {"x" * 300: "1"}}, f"headers.{'x' * 20}…"),
        (NATS, {"transient_statuses": [404]}, "transient_statuses"),
        (NATS, {"login": SCRAM}, "login.mechanism"),
        (NATS, {"headers": {"Nats-Msg-Id": "1"}}, "headers.Nats-Msg-Id"),
        ("kafkas://b.example/t", {"login": NKEY}, "login.mechanism"),
    ],
)
def test_refused_for_queues(url: str, fields: dict[str, object], field: str) -> None:
    """Each with the field; what is left fits."""
    with pytest.raises(InvalidSubscriptionError) as caught:
        check_runnable(make(url=url, **fields))
    assert caught.value.field == field
    check_runnable(make(url=url, tls={"verify": False}))


PULL, REDIS = "pull://grpc", "rediss://redis.example/orders"
PUBSUB = "pubsub://pubsub.googleapis.com/acme-prod/orders"
EMULATOR = "pubsub+http://127.0.0.1:8085/acme-prod/orders"


@pytest.mark.parametrize(
    ("url", "fields", "field"),
    [
        (PULL, {"login": KEY}, "login"),
        (PULL, {"headers": {"Orderbus-Subscription": "x"}}, "headers.Orderbus-"),
        (PULL, {"tls": {"ca": "PEM"}}, "tls"),
        (REDIS, {"login": NKEY}, "login.mechanism"),
        (REDIS, {"transient_statuses": [404]}, "transient_statuses"),
        (REDIS, {"headers": {"Data": "1"}}, "headers.Data"),
        (PUBSUB, {}, "login"),
        (PUBSUB, {"login": SCRAM}, "login.mechanism"),
        (PUBSUB, {"login": KEY, "transient_statuses": [404]}, "transient_statuses"),
        (PUBSUB, {"login": KEY, "headers": {"x" * 300: "1"}}, f"headers.{'x' * 20}"),
        (PUBSUB, {"login": KEY, "headers": {"a": "x" * 1_100}}, "headers.a"),
        (PUBSUB, {"login": KEY, "headers": {"Googly": "1"}}, "headers.Googly"),
        (EMULATOR, {"login": KEY}, "login"),
    ],
)
def test_refused_for_streams(url: str, fields: dict[str, object], field: str) -> None:
    """Each with the field; what is left fits."""
    with pytest.raises(InvalidSubscriptionError) as caught:
        check_runnable(make(url=url, **fields))
    assert caught.value.field.startswith(field)
    check_runnable(make(url=url, **({"login": KEY} if url == PUBSUB else {})))


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"login": KEY | {"mechanism": "scram-sha-256"}}, "login.mechanism", "none"),
        ({"transient_statuses": [404]}, "transient_statuses", "no statuses"),
        ({"headers": dict.fromkeys("abcd", "1")}, "headers", "at most 3"),
        ({"headers": {"AWS.x": "1"}}, "headers.AWS.x", "attributes"),
        ({"headers": {"a..b": "1"}}, "headers.a..b", "attributes"),
        ({"headers": {"X!Y": "1"}}, "headers.X!Y", "attributes"),
        ({"headers": {"X-Y": ""}}, "headers.X-Y", "empty"),
    ],
)
def test_refused_for_aws(fields: dict[str, object], field: str, why: str) -> None:
    """Each with the field and the reason, for queues and topics."""
    for url in (QUEUE, TOPIC):
        with pytest.raises(InvalidSubscriptionError, match=why) as caught:
            check_runnable(make(url=url, **{"login": KEY, **fields}))
        assert caught.value.field == field


def test_event_buses_take_json() -> None:
    """And headers of any number and name, which are in the event's detail."""
    with pytest.raises(InvalidSubscriptionError, match="JSON only") as caught:
        check_runnable(make(url=EVENT_BUS, accept="application/xml"))
    assert caught.value.field == "accept"
    check_runnable(make(url=EVENT_BUS, headers=dict.fromkeys("abcd", "1")))
    check_runnable(make(url=QUEUE, accept="application/xml", headers={"a.b": "1"}))


def test_who_signs_as_the_bus() -> None:
    """Endpoints at AWS need a login, unless an operator has allowed otherwise."""
    for url in (QUEUE, TOPIC, EVENT_BUS):
        with pytest.raises(InvalidSubscriptionError, match="access key") as caught:
            checks().refuse(make(url=url))
        assert caught.value.field == "login"
        checks().refuse(make(url=url, login=KEY))
        replace(checks(), aws_own_credentials=True).refuse(make(url=url))


def test_what_fits() -> None:
    """Tokens, an own CA and everything that is the bus's own affair."""
    check_runnable(
        make(url=GRPC, headers={"X-Token": "1"}, ordering="key", accept="*/*")
    )


def test_a_missing_extra_is_refused() -> None:
    """When the subscription is made, and not when its first event comes."""
    object.__setattr__(found := checks(), "missing", lambda kind: f"no {kind} here")
    with pytest.raises(InvalidSubscriptionError, match="no grpc here") as caught:
        found.refuse(make(url=GRPC))
    assert caught.value.field == "url"
