"""Where events arrive by other transports than HTTP: for `bus listen` and the demo."""

from collections.abc import Callable

from bus.adapters.http.asker import HttpAsker
from bus.adapters.http.guard import Guard
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.http.trust import SettledTrust
from bus.delivery.endpoint import Kind, parse_endpoint
from bus.delivery.subscription import Login
from bus.errors import ConfigurationError
from bus.receiving import Inlet
from processors.clock import SystemClock
from processors.wiring.sinks import missing

_EVERYWHERE = ("0.0.0.0/0", "::/0")


def grpc_inlet(host: str, port: int) -> Inlet:
    """A server of `orderbus.v1.EventReceiver`.

    Raises:
        ConfigurationError: its extra is missing.
    """
    _want(Kind.GRPC)
    from bus.adapters.grpc.inlet import GrpcInlet  # noqa: PLC0415 - an extra

    return GrpcInlet(host, port)


def pull_inlet(
    url: str,
    subscription: str,
    key: str,
    away: Callable[[str], object] = lambda _: None,
) -> Inlet:
    """Who dials a gateway for what a subscription has.

    Raises:
        ConfigurationError: it is no such URL, no name, or the extra is missing.
    """
    try:
        parse_endpoint(url)
    except ValueError as error:
        raise ConfigurationError(f"{url}: {error}") from None
    if not subscription:
        raise ConfigurationError("--pull needs --subscription: whose events to pull")
    _want(Kind.PULL)
    from bus.adapters.grpc.puller import PullInlet  # noqa: PLC0415 - an extra

    return PullInlet(url, subscription, key, away)


def inlet_at(url: str, kind: Kind, login: Login | None, since_ms: int) -> Inlet:
    """What reads where a subscription's events go: the URL is that of its endpoint.

    Any address will do: the user of this machine names it, no partner.

    Raises:
        ConfigurationError: it is no such URL, or an extra is missing.
    """
    try:
        parse_endpoint(url)
    except ValueError as error:
        raise ConfigurationError(f"{url}: {error}") from None
    _want(kind)
    guard = Guard(allow=_EVERYWHERE, https_only=False)
    match kind:
        case Kind.KAFKA:
            from bus.adapters.kafka.inlet import KafkaInlet  # noqa: PLC0415 - slow

            return KafkaInlet(url, login, since_ms=since_ms)
        case Kind.AMQP:
            from bus.adapters.amqp.inlet import AmqpInlet  # noqa: PLC0415 - an extra

            return AmqpInlet(url, GuardedPlaces(guard, "amqp"), SettledTrust(), login)
        case Kind.AMQP1:
            from bus.adapters.amqp1.inlet import Amqp1Inlet  # noqa: PLC0415 - slow

            return Amqp1Inlet(url, GuardedPlaces(guard, "amqp1"), SettledTrust(), login)
        case Kind.NATS:
            return nats_inlet(url, login)
        case Kind.REDIS:
            from bus.adapters.redis.inlet import RedisInlet  # noqa: PLC0415 - an extra

            return RedisInlet(url, GuardedPlaces(guard, "redis"), SettledTrust(), login)
        case _:
            return _in_a_cloud(url, kind, guard, login)


def _in_a_cloud(url: str, kind: Kind, guard: Guard, login: Login | None) -> Inlet:
    asker = HttpAsker(guard)
    if kind is Kind.SQS:
        from bus.adapters.aws.inlet import SqsInlet  # noqa: PLC0415 - an extra

        return SqsInlet(url, asker, login)
    if kind is Kind.PUBSUB:
        from bus.adapters.google.inlet import PubsubInlet  # noqa: PLC0415 - slow

        return PubsubInlet(url, asker, SystemClock(), login)
    raise ConfigurationError(f"nothing here listens to {kind} endpoints")


def nats_inlet(
    url: str, login: Login | None = None, stream: str | None = None
) -> Inlet:
    """Who hears a subject; see `NatsInlet`."""
    from bus.adapters.nats.inlet import NatsInlet  # noqa: PLC0415 - an extra

    places = GuardedPlaces(Guard(allow=_EVERYWHERE, https_only=False), "nats")
    return NatsInlet(url, places, SettledTrust(), login, stream=stream)


def _want(kind: Kind) -> None:
    if (why := missing(kind)) is not None:
        raise ConfigurationError(why)
