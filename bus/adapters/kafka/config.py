"""Client settings: librdkafka's own names, nothing secret ever shown."""

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias, TypeVar

from confluent_kafka import KafkaException
from typing_extensions import override

from bus.errors import ConfigurationError

OnEvent: TypeAlias = Callable[[str, Mapping[str, object]], None]
"""Hears of a client's troubles, by name and fields; called from any thread."""

Protocol: TypeAlias = Literal["consumer", "classic"]
Client = TypeVar("Client")

_HIDDEN = ("password", "secret", "key.pem", "pkcs12", "oauthbearer.config", "token")
_OURS = frozenset(
    {
        "acks",
        "auto.offset.reset",
        "enable.auto.commit",
        "enable.auto.offset.store",
        "enable.idempotence",
        "group.id",
        "group.protocol",
        "partitioner",
        "request.required.acks",
        "transactional.id",
    }
)
_DEFAULTS = {
    "client.id": "orderbus",
    "reconnect.backoff.ms": "50",
    "reconnect.backoff.max.ms": "1000",
    "socket.keepalive.enable": "true",
}
_PRODUCER_DEFAULTS = {
    # Of a record before compression, while topics limit what is left after it: far
    # above those, so that only they decide. Brokers take requests of 100 MiB.
    "message.max.bytes": "100000000",
    "queue.buffering.max.kbytes": "262144",
    "retry.backoff.ms": "20",
    "compression.type": "lz4",
}
_PRODUCER_FIXED = {
    "enable.idempotence": "true",
    "acks": "all",
    # As Java clients partition, so that both agree where a key lives.
    "partitioner": "murmur2_random",
}
_CONSUMER_FIXED = {
    "enable.auto.commit": "false",
    "enable.auto.offset.store": "false",
    "allow.auto.create.topics": "false",
}
_URGENT = {"fetch.wait.max.ms": "100", "fetch.queue.backoff.ms": "20"}
Way = Literal["whole", "part", "on", "gathering"]
"""How a topic is read: to its end, a stretch of it, on and on, or on in larger steps.

Requests cost a broker more than small records do. Who only reads on is told at once and
asks rarely; where many write and nobody waits, each record would be a request.
"""
_WAYS: Mapping[Way, Mapping[str, str]] = {
    "whole": {},
    # Who reads a stretch wants little of what lies behind it, which is fetched ahead.
    "part": {
        "max.partition.fetch.bytes": "131072",
        "queued.min.messages": "1000",
        "queued.max.messages.kbytes": "4096",
    },
    "on": {"fetch.wait.max.ms": "500"},
    "gathering": {"fetch.wait.max.ms": "250", "fetch.min.bytes": "65536"},
}
# librdkafka names every partition in every fetch: fewer, larger fetches. What one
# partition may give is more than a fetch waits for, so a backlog never waits.
_WIDE = {
    "fetch.min.bytes": "524288",
    "fetch.max.bytes": "16777216",
    "max.partition.fetch.bytes": "1048576",
    "queued.max.messages.kbytes": "16384",
}
_PROTOCOLS: Mapping[str, Mapping[str, str]] = {
    "consumer": {"group.protocol": "consumer"},
    "classic": {
        "group.protocol": "classic",
        "session.timeout.ms": "6000",
        "heartbeat.interval.ms": "2000",
        # `range` would give every single-partition topic to the first member.
        "partition.assignment.strategy": "roundrobin",
    },
}


class Connection:
    """How a cluster is reached: librdkafka settings, `bootstrap.servers` first.

    Every security setting of librdkafka passes through. The secret ones appear
    neither in the repr nor in errors.

    Raises:
        ConfigurationError: no bootstrap servers, or a setting the bus sets itself.
    """

    def __init__(self, settings: Mapping[str, str]) -> None:
        if not settings.get("bootstrap.servers"):
            raise ConfigurationError("bootstrap.servers: expected host:port, …")
        taken = sorted(_OURS & settings.keys())
        if taken:
            raise ConfigurationError(f"{', '.join(taken)}: set by the bus itself")
        self._settings = dict(settings)

    @property
    def bootstrap_servers(self) -> str:
        """Where the cluster is, as `host:port,host:port`."""
        return self._settings["bootstrap.servers"]

    @override
    def __repr__(self) -> str:
        """Show the settings, secrets starred."""
        shown = {k: "***" if _hidden(k) else v for k, v in self._settings.items()}
        return f"Connection({shown})"

    def redact(self, text: str) -> str:
        """Return `text` without any secret of this connection."""
        for name, value in self._settings.items():
            if _hidden(name) and value:
                text = text.replace(value, "***")
        return text

    def admin(self) -> dict[str, object]:
        """Settings of an admin client."""
        return {**_DEFAULTS, **self._settings}

    def producer(
        self, linger_ms: float, delivery_timeout_s: float
    ) -> dict[str, object]:
        """Settings of an idempotent producer."""
        return {
            **_DEFAULTS,
            **_PRODUCER_DEFAULTS,
            "linger.ms": str(linger_ms),
            "delivery.timeout.ms": str(int(delivery_timeout_s * 1000)),
            **self._settings,
            **_PRODUCER_FIXED,
        }

    def member(
        self, group: str, protocol: Protocol, fetch_wait_s: float | None
    ) -> dict[str, object]:
        """Settings of a member of a consumer group; see `KafkaSource`."""
        return {
            **_DEFAULTS,
            **(_URGENT if fetch_wait_s is None else _wide(fetch_wait_s)),
            **self._settings,
            **_PROTOCOLS[protocol],
            **_CONSUMER_FIXED,
            "group.id": group,
            # What a commit can no longer reach begins at what is left; `Positions`
            # notices, and the listener hears how much is missing.
            "auto.offset.reset": "earliest",
        }

    def asker(self, group: str) -> dict[str, object]:
        """Settings of a consumer that only asks where a group stands."""
        return {
            **_DEFAULTS,
            **self._settings,
            **_CONSUMER_FIXED,
            "group.id": group,
        }

    def reader(self, way: Way = "whole") -> dict[str, object]:
        """Settings of a consumer without a group that reads this way."""
        return {
            **_DEFAULTS,
            **_URGENT,
            **_WAYS[way],
            **self._settings,
            **_CONSUMER_FIXED,
            "group.id": "bus.reader",  # asked for by librdkafka, joined by nobody
            "enable.partition.eof": "true",
            "auto.offset.reset": "earliest",
        }

    def open(
        self,
        client: Callable[[dict[str, object]], Client],
        settings: Mapping[str, object],
        on_event: OnEvent | None,
    ) -> Client:
        """Make a client whose log lines and errors go to `on_event`.

        Raises:
            ConfigurationError: librdkafka refuses a setting; it says which.
        """
        try:
            return client(
                {"error_cb": _ignore, **settings, "logger": EventLog(on_event)}
            )
        except KafkaException as error:
            why = self.redact(str(error.args[0].str()))
            raise ConfigurationError(f"Kafka settings: {why}") from None


class EventLog:
    """Stands in for a `logging.Logger`: librdkafka's log lines become events."""

    def __init__(self, on_event: OnEvent | None) -> None:
        self._on_event = on_event

    def log(self, level: int, text: str, *args: object) -> None:
        """Take one line of librdkafka's log; `level` as in `logging`."""
        if self._on_event:
            self._on_event("kafka.log", {"level": level, "line": text % args})


def _wide(fetch_wait_s: float) -> dict[str, str]:
    return {**_WIDE, "fetch.wait.max.ms": str(int(fetch_wait_s * 1000))}


def _hidden(name: str) -> bool:
    return any(part in name for part in _HIDDEN)


def _ignore(_: object) -> None:
    """Librdkafka logs every error it reports here as well."""
