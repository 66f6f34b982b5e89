"""The sinks of a process: webhooks, and the kinds whose extras are installed."""

from functools import partial
from importlib.util import find_spec

from bus.adapters.http.guard import Guard
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.http.reply import user_agent
from bus.adapters.http.trust import SettledTrust
from bus.delivery.endpoint import AWS, Kind
from bus.errors import ConfigurationError
from bus.plugged import Kit
from bus.ports import Sender
from bus.sending import Sink
from processors.gathering import Gathered, GatheredWhereTaken
from processors.sinks import Maker, Sinks
from processors.wiring.plugged import absent, plug_in
from processors.wiring.relays import Relays

_EXTRAS = {
    Kind.GRPC: ("grpc", ("grpc", "grpc_health", "google.rpc")),
    Kind.PULL: ("grpc", ("grpc", "grpc_health", "google.rpc")),
    Kind.AMQP: ("amqp", ("aiormq",)),
    Kind.NATS: ("nats", ("nats",)),
    Kind.REDIS: ("redis", ("redis",)),
    **dict.fromkeys(AWS, ("aws", ("aiobotocore",))),
}
"""By kind the extra, and the packages that it brings."""


def make_sinks(
    sender: Sender, guard: Guard, *, aws: bool = False, relays: Relays | None = None
) -> Sinks:
    """Sinks behind this guard; nothing is imported for a kind until it is used.

    `aws` lets endpoints at AWS be called with the process's own credentials; `relays`
    are where those events go that partners pull.
    """
    makers: dict[str, Maker] = {
        Kind.GRPC: lambda: _grpc(guard),
        Kind.PULL: lambda: _pull(relays or Relays()),
        Kind.KAFKA: lambda: _kafka(guard),
        Kind.AMQP: lambda: _amqp(guard),
        Kind.AMQP1: lambda: _amqp1(guard),
        Kind.NATS: lambda: _nats(guard),
        Kind.REDIS: lambda: _redis(guard),
        Kind.PUBSUB: lambda: _pubsub(guard),
    }
    makers |= {kind: partial(_aws, kind, guard, own=aws) for kind in AWS}
    return Sinks(sender, makers, lambda name: _plugged(name, guard))


def missing(way: str) -> str | None:
    """What has to be installed here for endpoints of a kind or plug-in, or None."""
    if way.startswith("x-"):
        return absent(way)
    kind = Kind(way)
    extra, packages = _EXTRAS.get(kind, ("", ()))
    if all(_is_there(name) for name in packages):
        return None
    return f"{kind} endpoints need an extra that is missing here: {install(extra)}"


def extra_is_missing(package: str, extra: str, what: str) -> str | None:
    """What has to be installed here for something that needs a package, or None."""
    if _is_there(package):
        return None
    return f"{what} need an extra that is missing here: {install(extra)}"


def install(extra: str) -> str:
    """How an extra is installed."""
    return f'pip install "orderbus[{extra}]"'


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # the package that it is in
        return False


def _plugged(name: str, guard: Guard) -> Sink:
    return plug_in(
        name, Kit(GuardedPlaces(guard, f"{name}+plain"), SettledTrust(), user_agent())
    )


def _kafka(guard: Guard) -> Sink:
    from bus.adapters.kafka.sink import KafkaSink  # noqa: PLC0415 - likewise

    return KafkaSink(GuardedPlaces(guard, "kafka"))


def _grpc(guard: Guard) -> Sink:
    if (why := missing(Kind.GRPC)) is not None:
        raise ConfigurationError(why)
    # A quarter of a second, and not needed where nobody is called over gRPC.
    from bus.adapters.grpc.sink import GrpcSink  # noqa: PLC0415

    sink = GrpcSink(GuardedPlaces(guard, "grpc"), user_agent())
    return GatheredWhereTaken(sink)


def _pull(relays: Relays) -> Sink:
    if (why := missing(Kind.PULL)) is not None:
        raise ConfigurationError(why)
    if not relays.urls:
        raise ConfigurationError(
            "what partners pull is handed over at gateways, and this process knows of"
            " none: set ORDERBUS_PULL_RELAYS"
        )
    from bus.adapters.grpc.pull import PullSink  # noqa: PLC0415 - likewise

    # Any address will do: operators name them, no partner.
    anywhere = Guard(allow=("0.0.0.0/0", "::/0"), https_only=False)
    places = GuardedPlaces(anywhere, "grpc")
    return PullSink(relays.urls, relays.token, places, user_agent())


def _amqp(guard: Guard) -> Sink:
    if (why := missing(Kind.AMQP)) is not None:
        raise ConfigurationError(why)
    from bus.adapters.amqp.sink import AmqpSink  # noqa: PLC0415 - likewise

    return AmqpSink(GuardedPlaces(guard, "amqp"), SettledTrust())


def _amqp1(guard: Guard) -> Sink:
    from bus.adapters.amqp1.sink import Amqp1Sink  # noqa: PLC0415 - likewise

    return Amqp1Sink(GuardedPlaces(guard, "amqp1"), SettledTrust())


def _nats(guard: Guard) -> Sink:
    if (why := missing(Kind.NATS)) is not None:
        raise ConfigurationError(why)
    from bus.adapters.nats.sink import NatsSink  # noqa: PLC0415 - likewise

    return NatsSink(GuardedPlaces(guard, "nats"), SettledTrust())


def _redis(guard: Guard) -> Sink:
    if (why := missing(Kind.REDIS)) is not None:
        raise ConfigurationError(why)
    from bus.adapters.redis.sink import RedisSink  # noqa: PLC0415 - likewise

    return RedisSink(GuardedPlaces(guard, "redis"), SettledTrust())


def _pubsub(guard: Guard) -> Sink:
    from bus.adapters.google.sink import PubsubSink  # noqa: PLC0415 - likewise
    from bus.adapters.http.asker import HttpAsker  # noqa: PLC0415 - likewise

    return Gathered(PubsubSink(HttpAsker(guard), user_agent()))


def _aws(kind: Kind, guard: Guard, *, own: bool) -> Sink:
    if (why := missing(kind)) is not None:
        raise ConfigurationError(why)
    # Half a second, and not needed where nothing goes to AWS.
    from bus.adapters.aws.sink import AwsSink  # noqa: PLC0415
    from bus.adapters.http.asker import HttpAsker  # noqa: PLC0415

    return Gathered(AwsSink(HttpAsker(guard), user_agent(), own=own))
