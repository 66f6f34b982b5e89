"""URLs of streams, and of those that are pulled."""

import pytest

from bus.delivery.endpoint import Kind, kind_of, parse_endpoint, secured
from bus.delivery.google import PubsubEndpoint
from bus.delivery.pulled import PULLED, PullEndpoint
from bus.delivery.queues import Template
from bus.delivery.streams import RedisEndpoint


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (
            "rediss://r.example/orders",
            RedisEndpoint("r.example", 6379, plain=False, stream=Template("orders")),
        ),
        (
            "redis://r.example:7000/a%20b:{type}?db=3&maxlen=1000",
            RedisEndpoint(
                "r.example",
                7000,
                plain=True,
                stream=Template("a b:{type}"),
                database=3,
                most=1_000,
            ),
        ),
    ],
)
def test_redis(url: str, found: RedisEndpoint) -> None:
    """The path is the stream."""
    assert parse_endpoint(url) == found
    assert kind_of(url) is Kind.REDIS


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "/",
        f"/{'x' * 513}",
        "/s?db=x",
        "/s?db=-1",
        "/s?maxlen=9999999999",
        "/s?max=1",
        "/s?db=1&db=2",
        "/{other}",
    ],
)
def test_no_redis(rest: str) -> None:
    """Without a stream, or with what there is not."""
    with pytest.raises(ValueError, match=r"expected|nothing else"):
        parse_endpoint(f"redis://r.example{rest}")


def test_pulled() -> None:
    """There is one URL, and no other."""
    assert parse_endpoint(PULLED) == PullEndpoint()
    assert kind_of(PULLED) is Kind.PULL
    assert secured("pull") == "pull"
    for url in ("pull://http", "pull://grpc:80", "pull://grpc/x", "pull://grpc?x=1"):
        with pytest.raises(ValueError, match="expected pull://grpc"):
            parse_endpoint(url)


@pytest.mark.parametrize(
    ("url", "to"),
    [
        (
            "pubsub://europe-west3-pubsub.googleapis.com/acme-prod/orders",
            "https://europe-west3-pubsub.googleapis.com",
        ),
        (
            "pubsub://pubsub.example:8443/acme-prod/orders",
            "https://pubsub.example:8443",
        ),
        ("pubsub+http://127.0.0.1:8085/acme-prod/orders", "http://127.0.0.1:8085"),
        ("pubsub+http://[::1]:8085/acme-prod/orders", "http://[::1]:8085"),
    ],
)
def test_pubsub(url: str, to: str) -> None:
    """A project and a topic, at Google's or at an emulator."""
    found = parse_endpoint(url)
    assert isinstance(found, PubsubEndpoint)
    assert found.publish_url == f"{to}/v1/projects/acme-prod/topics/orders:publish"


@pytest.mark.parametrize("rest", ["", "/acme-prod", "/A/orders", "/acme-prod/goog-x"])
def test_no_pubsub(rest: str) -> None:
    """Without a project and a topic."""
    with pytest.raises(ValueError, match="PROJECT/TOPIC"):
        parse_endpoint(f"pubsub://pubsub.googleapis.com{rest}")
