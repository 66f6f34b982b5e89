"""Where deliveries go: an endpoint's kind and place, as its URL says them.

The scheme is the tag of the union: `https://…` is a webhook, `grpcs://…` a call,
`kafkas://…` a record, `sqs://…` a message in a queue. How it is talked to (headers,
login, certificates) stands beside the URL, for all kinds alike.
"""

import re
from collections import UserDict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeAlias
from urllib.parse import SplitResult, urlsplit

from typing_extensions import override

from bus.delivery.clouds import AwsEndpoint, parse_aws
from bus.delivery.google import PubsubEndpoint, parse_pubsub
from bus.delivery.pulled import PullEndpoint, parse_pull
from bus.delivery.queues import (
    Amqp1Endpoint,
    AmqpEndpoint,
    NatsEndpoint,
    parse_amqp,
    parse_amqp1,
    parse_nats,
)
from bus.delivery.streams import RedisEndpoint, parse_redis


class Kind(StrEnum):
    """How a delivery travels."""

    HTTP = "http"
    GRPC = "grpc"
    KAFKA = "kafka"
    AMQP = "amqp"
    AMQP1 = "amqp1"
    NATS = "nats"
    REDIS = "redis"
    PUBSUB = "pubsub"
    SQS = "sqs"
    SNS = "sns"
    EVENTBRIDGE = "eventbridge"
    PULL = "pull"
    """By a stream over which its partner, who dialled us, takes it."""
    PLUGGED = "plugged"
    """By a sink that others wrote, which the scheme names."""


class Scheme(NamedTuple):
    """What a URL's scheme says; `plain` is without TLS."""

    kind: Kind
    port: int
    plain: bool


_PLAIN = "+plain"
_PLUGGED = re.compile(r"(x-[a-z0-9][a-z0-9.-]{0,30})(\+plain)?")


class _Schemes(UserDict[str, Scheme]):
    """Ours, which it lists; and beside them all that begin with x-, which are others'.

    No scheme of ours ever begins so.
    """

    def __missing__(self, name: str) -> Scheme:
        """That of a sink that others wrote."""
        if _PLUGGED.fullmatch(name) is None:
            raise KeyError(name)
        return Scheme(Kind.PLUGGED, 443, plain=name.endswith(_PLAIN))

    @override
    def __contains__(self, name: object) -> bool:
        known = super().__contains__(name)
        return known or (isinstance(name, str) and bool(_PLUGGED.fullmatch(name)))


SCHEMES: Mapping[str, Scheme] = _Schemes(
    {
        "http": Scheme(Kind.HTTP, 80, plain=True),
        "https": Scheme(Kind.HTTP, 443, plain=False),
        "grpc": Scheme(Kind.GRPC, 80, plain=True),
        "grpcs": Scheme(Kind.GRPC, 443, plain=False),
        "kafka": Scheme(Kind.KAFKA, 9092, plain=True),
        "kafkas": Scheme(Kind.KAFKA, 9093, plain=False),
        "amqp": Scheme(Kind.AMQP, 5672, plain=True),
        "amqps": Scheme(Kind.AMQP, 5671, plain=False),
        "amqp1": Scheme(Kind.AMQP1, 5672, plain=True),
        "amqps1": Scheme(Kind.AMQP1, 5671, plain=False),
        "nats": Scheme(Kind.NATS, 4222, plain=True),
        "tls": Scheme(Kind.NATS, 4222, plain=False),
        "redis": Scheme(Kind.REDIS, 6379, plain=True),
        "rediss": Scheme(Kind.REDIS, 6379, plain=False),
        "sqs": Scheme(Kind.SQS, 443, plain=False),
        "sqs+http": Scheme(Kind.SQS, 80, plain=True),
        "sns": Scheme(Kind.SNS, 443, plain=False),
        "sns+http": Scheme(Kind.SNS, 80, plain=True),
        "eventbridge": Scheme(Kind.EVENTBRIDGE, 443, plain=False),
        "eventbridge+http": Scheme(Kind.EVENTBRIDGE, 80, plain=True),
        "pubsub": Scheme(Kind.PUBSUB, 443, plain=False),
        "pubsub+http": Scheme(Kind.PUBSUB, 80, plain=True),
        "pull": Scheme(Kind.PULL, 443, plain=False),
    }
)
"""All there are. A URL without a port means the scheme's."""

_OTHERS = [
    name
    for name, scheme in SCHEMES.items()
    if scheme.kind is not Kind.HTTP and not scheme.plain
]
EXPECTED = f"expected an absolute http or https URL, or one of {', '.join(_OTHERS)}"
_TOPIC = re.compile(r"/(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}")
_BATCH = re.compile(r"(?:batch=([1-9][0-9]{0,2}|1000))?")
_AVRO = "value=avro"
AVRO_TYPE = "application/avro"
"""What a value is that is passed on as it came."""


@dataclass(frozen=True, slots=True)
class HttpEndpoint:
    """Webhooks are posted to this URL."""

    url: str


@dataclass(frozen=True, slots=True)
class GrpcEndpoint:
    """`orderbus.v1.EventReceiver` is served here; takes so many in a call."""

    host: str
    port: int
    plain: bool
    batch: int = 1

    @property
    def authority(self) -> str:
        """The host and port as HTTP/2 names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _port(plain=self.plain) else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class KafkaEndpoint:
    """A topic, and a broker that knows the others; `avro`: values as they came."""

    host: str
    port: int
    plain: bool
    topic: str
    avro: bool


@dataclass(frozen=True, slots=True)
class PluggedEndpoint:
    """Where a sink that others wrote delivers to; its URL is for that to read."""

    url: str


Endpoint: TypeAlias = (
    HttpEndpoint
    | GrpcEndpoint
    | KafkaEndpoint
    | AmqpEndpoint
    | Amqp1Endpoint
    | NatsEndpoint
    | RedisEndpoint
    | PubsubEndpoint
    | AwsEndpoint
    | PullEndpoint
    | PluggedEndpoint
)


def _port(*, plain: bool) -> int:
    return SCHEMES["grpc" if plain else "grpcs"].port


def secured(scheme: str) -> str:
    """The scheme that is the same with TLS."""
    kind = SCHEMES[scheme].kind
    if kind is Kind.PLUGGED:
        return scheme.removesuffix(_PLAIN)
    return next(n for n, one in SCHEMES.items() if one.kind is kind and not one.plain)


def kind_of(url: str) -> Kind:
    """The kind of an endpoint whose URL has been checked."""
    return SCHEMES[url.partition(":")[0].lower()].kind


def way_of(url: str) -> str:
    """What delivers there: a kind, or where that is plugged in, its name."""
    kind = kind_of(url)
    if kind is not Kind.PLUGGED:
        return kind
    return secured(url.partition(":")[0].lower())


AWS = frozenset({Kind.SQS, Kind.SNS, Kind.EVENTBRIDGE})
"""Kinds of endpoints that are called as AWS's services are."""


def passes_on(url: str) -> bool:
    """Whether an endpoint gets the event's own bytes, and no body made of it."""
    return kind_of(url) is Kind.KAFKA and url.endswith(f"?{_AVRO}")


def parse_endpoint(url: str) -> Endpoint:
    """Read a URL.

    Raises:
        ValueError: it is none that events can be delivered to; says what is wrong.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ValueError(EXPECTED)
    _refuse(url, parts)
    scheme = SCHEMES[parts.scheme]
    host = parts.hostname.rstrip(".")
    port = scheme.port if parts.port is None else parts.port
    match scheme.kind:
        case Kind.HTTP:
            return HttpEndpoint(url)
        case Kind.PLUGGED:
            return PluggedEndpoint(url)
        case Kind.SQS | Kind.SNS | Kind.EVENTBRIDGE:
            return parse_aws(scheme.kind, parts, port, plain=scheme.plain)
        case kind:
            return _PARSERS[kind](host, port, parts, plain=scheme.plain)


class _Parse(Protocol):
    """Reads the URL of a kind. Raises ValueError."""

    def __call__(
        self, host: str, port: int, parts: SplitResult, *, plain: bool
    ) -> Endpoint:
        """Say what it means."""
        ...


def _kafka(host: str, port: int, parts: SplitResult, *, plain: bool) -> KafkaEndpoint:
    if not _TOPIC.fullmatch(parts.path) or parts.query not in {"", _AVRO}:
        raise ValueError(
            f"expected {parts.scheme}://BROKER/TOPIC, and at most ?{_AVRO}"
        )
    return KafkaEndpoint(host, port, plain, parts.path[1:], parts.query == _AVRO)


def _grpc(host: str, port: int, parts: SplitResult, *, plain: bool) -> GrpcEndpoint:
    batch = _BATCH.fullmatch(parts.query)
    if parts.path not in {"", "/"} or batch is None:
        raise ValueError(
            "a gRPC URL has no path, and at most ?batch=N, 1 to 1000 events in a call;"
            " the service called there is orderbus.v1.EventReceiver"
        )
    return GrpcEndpoint(host, port, plain, int(batch[1] or 1))


_PARSERS: Mapping[Kind, _Parse] = {
    Kind.PULL: parse_pull,
    Kind.REDIS: parse_redis,
    Kind.PUBSUB: parse_pubsub,
    Kind.GRPC: _grpc,
    Kind.KAFKA: _kafka,
    Kind.AMQP: parse_amqp,
    Kind.AMQP1: parse_amqp1,
    Kind.NATS: parse_nats,
}


def _refuse(url: str, parts: SplitResult) -> None:
    if parts.username or parts.password:
        raise ValueError("credentials do not belong in a URL; use headers or login")
    if parts.fragment:
        raise ValueError("a fragment is never sent; remove it")
    if not url.isascii() or any(c.isspace() or ord(c) < 0x20 for c in url):  # noqa: PLR2004 - the first printable character
        raise ValueError("expected ASCII without spaces; encode the rest")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("expected a port between 1 and 65535")
