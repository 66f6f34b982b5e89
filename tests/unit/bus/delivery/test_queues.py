"""URLs of queues: what they mean, and why they mean nothing."""

import pytest

from bus.delivery.endpoint import Kind, kind_of, parse_endpoint
from bus.delivery.queues import (
    Amqp1Endpoint,
    AmqpEndpoint,
    NatsEndpoint,
    Template,
    template,
    token,
    wildcard,
)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (
            "amqps://rabbit.example/exchanges/shop",
            ("rabbit.example", 5671, False, "/", "shop", "{type}"),
        ),
        (
            "amqps://rabbit.example:443/exchanges/shop/orders.{type}",
            ("rabbit.example", 443, False, "/", "shop", "orders.{type}"),
        ),
        (
            "amqp://r/eu/exchanges/shop/%7Border%7D",
            ("r", 5672, True, "eu", "shop", "{order}"),
        ),
        (
            "amqp://r/%2F/exchanges/a%2Fb/x",
            ("r", 5672, True, "/", "a/b", "x"),
        ),
        ("amqp://r/queues/in", ("r", 5672, True, "/", "", "in")),
        ("amqp://r/eu/queues/in%20box", ("r", 5672, True, "eu", "", "in box")),
        ("amqp://r/eu/queues/queues", ("r", 5672, True, "eu", "", "queues")),
    ],
)
def test_amqp(url: str, found: tuple[str, int, bool, str, str, str]) -> None:
    """A broker, a virtual host, and an exchange with a key, or a queue."""
    *where, key = found
    assert parse_endpoint(url) == AmqpEndpoint(*where, Template(key))  # type: ignore[arg-type, call-arg]
    assert kind_of(url) is Kind.AMQP


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("amqp://r", "HOST/exchanges/EXCHANGE/KEY"),
        ("amqps://r/", "amqps://HOST/queues/QUEUE"),
        ("amqp://r/exchanges", "HOST/exchanges"),
        ("amqp://r/exchanges/a/b/c", "HOST/exchanges"),
        ("amqp://r/exchanges//b", "HOST/exchanges"),
        ("amqp://r/exchanges/a?x=1", "HOST/exchanges"),
        ("amqp://r/v/w/queues/q", "HOST/exchanges"),
        ("amqp://r/queues/{type}", "HOST/exchanges"),
        ("amqp://r/exchanges/a/{status}", "{type} and {order}"),
        ("amqp://r/exchanges/a/{type", "{type} and {order}"),
        ("amqp://r/exchanges/a%00/x", "an exchange has letters"),
        (f"amqp://r/exchanges/{'a' * 128}", "an exchange has letters"),
        (f"amqp://r/queues/{'a' * 256}", "at most 255 bytes"),
        (f"amqp://r/{'v' * 128}/queues/a", "at most 255 bytes"),
        ("amqp://u:p@r/queues/a", "credentials"),
        ("amqp1://r", "amqp1://HOST/ADDRESS"),
        ("amqps1://r/", "amqps1://HOST/ADDRESS"),
        (f"amqp1://r/{'a' * 1025}", "up to 1024 bytes"),
        ("amqp1://r/a.{type}", "the same for all events"),
        ("amqp1://r/a?x=1", "at most .hostname=NAME"),
        ("amqp1://r/a?hostname=", "at most .hostname=NAME"),
        ("amqp1://r/a?hostname=b&hostname=c", "at most .hostname=NAME"),
        ("nats://n", "nats://HOST/SUBJECT"),
        ("tls://n/", "tls://HOST/SUBJECT"),
        ("nats://n/a..b", "nats://HOST/SUBJECT"),
        ("nats://n/a.*", "nats://HOST/SUBJECT"),
        ("nats://n/a.%3E", "nats://HOST/SUBJECT"),
        ("nats://n/$JS.API.STREAM.DELETE.x", "nats://HOST/SUBJECT"),
        ("nats://n/_INBOX.x", "_INBOX"),
        ("nats://n/a/b", "nats://HOST/SUBJECT"),
        ("nats://n/a?x=1", "nats://HOST/SUBJECT"),
        ("nats://n/a.{status}", "{type} and {order}"),
    ],
)
def test_refused(url: str, why: str) -> None:
    """What is wrong is said."""
    with pytest.raises(ValueError, match=why):
        parse_endpoint(url)


def test_a_template_is_filled_once() -> None:
    """What an event has in it is not read as a template again."""
    made = template("a.{type}.{order}.{type}")
    filled = made.filled({"type": "{order}", "order": "{type}"})
    assert filled == "a.{order}.{type}.{order}"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("amqp1://a/in", ("a", 5672, True, "in", "a")),
        (
            "amqps1://a.example/x%20y/z",
            ("a.example", 5671, False, "x y/z", "a.example"),
        ),
        ("amqps1://a:443//queue/in", ("a", 443, False, "/queue/in", "a")),
        ("amqp1://a/in?hostname=vhost:eu", ("a", 5672, True, "in", "vhost:eu")),
    ],
)
def test_amqp1(url: str, found: tuple[str, int, bool, str, str]) -> None:
    """A broker and an address, byte for byte; whom we mean, if it is another."""
    assert parse_endpoint(url) == Amqp1Endpoint(*found)
    assert kind_of(url) is Kind.AMQP1


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("nats://n/shop", ("n", 4222, True, "shop")),
        (
            "tls://nats.example:4443/shop.{type}.{order}",
            ("nats.example", 4443, False, "shop.{type}.{order}"),
        ),
    ],
)
def test_nats(url: str, found: tuple[str, int, bool, str]) -> None:
    """A server and a subject."""
    host, port, plain, subject = found
    assert parse_endpoint(url) == NatsEndpoint(host, port, plain, Template(subject))
    assert kind_of(url) is Kind.NATS


@pytest.mark.parametrize(
    ("text", "dots", "found"),
    [
        ("order.created", True, "order.created"),
        ("order..created", True, "order%2E%2Ecreated"),
        (".order", True, "%2Eorder"),
        ("a.b", False, "a%2Eb"),
        ("* > $x\r\n", True, "%2A%20%3E%20%24x%0D%0A"),
        ("Ü", True, "%C3%9C"),
    ],
)
def test_tokens(text: str, dots: bool, found: str) -> None:  # noqa: FBT001 - a parameter
    """What means something in a subject is encoded."""
    assert token(text, dots=dots) == found


@pytest.mark.parametrize(
    ("subject", "all_of_it"),
    [
        ("shop", "shop"),
        ("shop.orders", "shop.orders"),
        ("shop.{type}", "shop.>"),
        ("shop.{order}.{type}", "shop.>"),
        ("shop.x{type}", "shop.>"),
        ("{type}", ">"),
    ],
)
def test_all_that_a_subject_becomes(subject: str, all_of_it: str) -> None:
    """Who listens to it hears whatever fills its fields."""
    assert wildcard(Template(subject)) == all_of_it
