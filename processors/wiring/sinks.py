"""The sinks of a process: webhooks, and the kinds whose extras are installed."""

from importlib.util import find_spec

from bus.adapters.http.guard import Guard
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.http.reply import user_agent
from bus.adapters.http.trust import SettledTrust
from bus.delivery.endpoint import Kind
from bus.errors import ConfigurationError
from bus.ports import Sender
from bus.sending import Sink
from processors.sinks import Sinks

_EXTRAS = {
    Kind.GRPC: ("grpc", ("grpc", "grpc_health", "google.rpc")),
    Kind.AMQP: ("amqp", ("aiormq",)),
    Kind.NATS: ("nats", ("nats",)),
}
"""By kind the extra, and the packages that it brings."""


def make_sinks(sender: Sender, guard: Guard) -> Sinks:
    """Sinks behind this guard; nothing is imported for a kind until it is used."""
    return Sinks(
        sender,
        {
            Kind.GRPC: lambda: _grpc(guard),
            Kind.KAFKA: lambda: _kafka(guard),
            Kind.AMQP: lambda: _amqp(guard),
            Kind.NATS: lambda: _nats(guard),
        },
    )


def missing(kind: Kind) -> str | None:
    """What has to be installed here for endpoints of a kind, or None."""
    extra, packages = _EXTRAS.get(kind, ("", ()))
    if all(_is_there(name) for name in packages):
        return None
    return f"{kind} endpoints need an extra that is missing here: {install(extra)}"


def install(extra: str) -> str:
    """How an extra is installed."""
    return f'pip install "orderbus[{extra}]"'


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # the package that it is in
        return False


def _kafka(guard: Guard) -> Sink:
    from bus.adapters.kafka.sink import KafkaSink  # noqa: PLC0415 - likewise

    return KafkaSink(GuardedPlaces(guard, "kafka"))


def _grpc(guard: Guard) -> Sink:
    if (why := missing(Kind.GRPC)) is not None:
        raise ConfigurationError(why)
    # A quarter of a second, and not needed where nobody is called over gRPC.
    from bus.adapters.grpc.sink import GrpcSink  # noqa: PLC0415

    return GrpcSink(GuardedPlaces(guard, "grpc"), user_agent())


def _amqp(guard: Guard) -> Sink:
    if (why := missing(Kind.AMQP)) is not None:
        raise ConfigurationError(why)
    from bus.adapters.amqp.sink import AmqpSink  # noqa: PLC0415 - likewise

    return AmqpSink(GuardedPlaces(guard, "amqp"), SettledTrust())


def _nats(guard: Guard) -> Sink:
    if (why := missing(Kind.NATS)) is not None:
        raise ConfigurationError(why)
    from bus.adapters.nats.sink import NatsSink  # noqa: PLC0415 - likewise

    return NatsSink(GuardedPlaces(guard, "nats"), SettledTrust())
