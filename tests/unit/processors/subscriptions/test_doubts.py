"""What may be a mistake is said; what is none is not."""

import re

import pytest

from bus.delivery.endpoint import SCHEMES, Kind, parse_endpoint
from bus.delivery.subscription import Subscription, Tls
from processors.subscriptions.doubts import doubts


def said(**fields: object) -> str:
    """What is said of a subscription."""
    given = {"id": "acme", "url": "https://acme.example/", "types": ["*"], **fields}
    return "\n".join(doubts(Subscription.model_validate(given)))


def test_nothing_to_say() -> None:
    """Most subscriptions are as they should be."""
    assert said() == ""
    assert said(filter="status == 'created' && data.totals") == ""
    assert said(filter="\"status\" == 'created'") == ""


@pytest.mark.parametrize(
    "expression", ["status == 'creatd'", "data.chanel == 'web'", "status > `1`"]
)
def test_a_filter_that_passes_nothing(expression: str) -> None:
    """A typing error, or a text compared with a number."""
    assert said(filter=expression).startswith("filter: none of the examples")


@pytest.mark.parametrize(
    "expression",
    ['status == "created"', '"created" == status', 'data.nothing == "created"'],
)
def test_a_field_in_place_of_a_text(expression: str) -> None:
    """Two fields that are not there are equal: it may even pass everything."""
    words = said(filter=expression)
    assert "text stands in single quotes: 'created'" in words
    assert len(words.splitlines()) == 1


def test_a_filter_nobody_can_try() -> None:
    """There are no examples of types of one's own."""
    assert said(types=["returns.*"], filter="data.x == 'y'") == ""


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://acme.example/hook", True),
        ("http://198.51.100.7:8080/", False),
        ("http://8.8.8.8/", True),
        ("http://127.0.0.1:8000/hook", False),
        ("http://[::1]/", False),
        ("http://shop:8000/", False),
        ("http://shop.orders.svc/", False),
        ("https://acme.example/", False),
    ],
)
def test_plain_http_to_the_world(url: str, *, warned: bool) -> None:
    """Within a machine or a network it may be meant."""
    assert ("plain http to" in said(url=url)) is warned


def _plain() -> list[tuple[str, str]]:
    """Each scheme without TLS, and its URL."""
    paths = {
        Kind.KAFKA: "/shop.orders",
        Kind.AMQP: "/queues/orders",
        Kind.AMQP1: "/orders",
        Kind.NATS: "/shop.orders",
        Kind.REDIS: "/orders",
        Kind.SQS: "/123456789012/orders?region=eu-central-1",
        Kind.SNS: "/123456789012/orders?region=eu-central-1",
        Kind.EVENTBRIDGE: "/123456789012/orders?region=eu-central-1",
        Kind.PUBSUB: "/acme-prod/orders",
    }
    names = [*(name for name, one in SCHEMES.items() if one.plain), "x-shop+plain"]
    return [
        (name, f"{name}://acme.example{paths.get(SCHEMES[name].kind, '')}")
        for name in names
    ]


@pytest.mark.parametrize(("scheme", "url"), _plain())
def test_what_to_use_instead_is_there(scheme: str, url: str) -> None:
    """It is a scheme of the same kind that has TLS, and its URL can be read."""
    (use,) = re.findall(r"; use (\S+)$", said(url=url), re.MULTILINE)
    assert SCHEMES[use].kind is SCHEMES[scheme].kind
    assert not SCHEMES[use].plain
    parse_endpoint(url.replace(scheme, use, 1))


def test_a_certificate_that_is_not_checked() -> None:
    """`--no-verify` is said whenever it is taken on."""
    assert "the certificate is not checked" in said(tls=Tls(verify=False))
