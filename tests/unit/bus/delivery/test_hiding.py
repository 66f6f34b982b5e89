"""What an endpoint says is told without what it is called with."""

from datetime import UTC, datetime

import pytest

from bus.delivery.delivery import Accepted, Failed, Outcome, Refused, Unreachable
from bus.delivery.hiding import discreet
from bus.delivery.subscription import Secret, Subscription, parse_subscription

SIGNS = Secret(id="s1", value="whsec_" + "QUJD" * 8, created_at=datetime.now(UTC))
_HEADERS = {"Authorization": "Bearer tok-en-123", "X-Shop": "ber"}
_BASIC = "Basic dXNlcjpodW50ZXIyMg=="  # user:hunter22


def subscription(url: str, **fields: object) -> Subscription:
    """One with these credentials."""
    return parse_subscription(
        {"id": "acme", "url": url, "types": ["*"], "secrets": [SIGNS]} | fields
    )


@pytest.mark.parametrize(
    ("url", "fields", "said", "shown"),
    [
        (
            "redis://shop.example/orders",
            {"login": {"username": "default", "password": "s3cr3t-pw"}},
            "ERR your password was s3cr3t-pw",
            "ERR your password was (hidden)",
        ),
        (
            "nats://shop.example/orders",
            {"login": {"username": "default", "password": "s3cr3t-password"}},
            "it began with s3cr3t-pas",
            "it began with (hidden)",
        ),
        (
            "pubsub://pubsub.googleapis.com/shop-1/orders",
            {"login": {"username": "bus", "password": "-----X\nabcdefgh\n-----Y"}},
            "a line of it: abcdefgh.",
            "a line of it: (hidden).",
        ),
        ("https://a.example/", {"headers": _HEADERS}, "tok-en-123?", "(hidden)?"),
        ("https://a.example/", {"headers": _HEADERS}, "ber is ber", "ber is ber"),
        (
            "https://a.example/",
            {"headers": {"Authorization": _BASIC}},
            "wrong: hunter22",
            "wrong: (hidden)",
        ),
        ("https://a.example/?key=k3y-k3y", {}, "no k3y-k3y", "no (hidden)"),
        ("grpcs://a.example?batch=1000", {}, "batch of 1000", "batch of 1000"),
    ],
)
def test_what_is_told(
    url: str, fields: dict[str, object], said: str, shown: str
) -> None:
    """In every outcome, whatever says it; what is no secret stays."""
    one = subscription(url, **fields)
    pairs: list[tuple[Outcome, Outcome]] = [
        (Accepted(200, said), Accepted(200, shown)),
        (Refused(400, said), Refused(400, shown)),
        (Failed(500, 7.0, said), Failed(500, 7.0, shown)),
        (Unreachable("protocol", said), Unreachable("protocol", shown)),
    ]
    for outcome, expected in pairs:
        assert discreet(outcome, one) == expected


def test_nothing_said() -> None:
    """Needs no look."""
    outcome = Failed(500)
    assert discreet(outcome, subscription("https://a.example/")) is outcome
