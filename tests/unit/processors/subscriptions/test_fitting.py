"""What a subscription may not ask of its kind of endpoint."""

import pytest

from bus.errors import InvalidSubscriptionError
from processors.subscriptions.checks import check_runnable
from tests.unit.processors.subscriptions.test_checks import checks, make

GRPC = "grpcs://wms.example:8443"


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


AMQP, NATS = "amqps://rabbit.example/queues/in", "tls://nats.example/shop"
NKEY = {"username": "U", "password": "S", "mechanism": "nkey"}
SCRAM = {**NKEY, "mechanism": "scram-sha-256"}


@pytest.mark.parametrize(
    ("url", "fields", "field"),
    [
        (AMQP, {"transient_statuses": [404]}, "transient_statuses"),
        (AMQP, {"login": SCRAM}, "login.mechanism"),
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
