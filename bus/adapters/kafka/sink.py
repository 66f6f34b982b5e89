"""The sink of kind kafka: an event a record, on a topic of whoever subscribed.

A producer for each cluster, way of signing in and timeout, with the bus's own settings:
idempotent, acknowledged by all replicas. Each is a process of its own, so that what a
cluster answers ends no worker; those nobody uses any more are closed.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from bus.adapters.kafka.writer import KafkaWriter
from bus.adapters.lanes import Berth, Lanes
from bus.delivery.delivery import Outcome, Unreachable
from bus.delivery.endpoint import KafkaEndpoint, parse_endpoint
from bus.delivery.headers import event_headers
from bus.delivery.subscription import Login, Tls
from bus.ports import NoAnswer, NoAnswerKind
from bus.record import Headers, Message
from bus.sending import Parcel, Places

_JUDGED_S = 60.0
_GRACE_S = 5.0
_NOT_THERE = NoAnswerKind.FORBIDDEN
_FORBIDDEN = Unreachable(
    _NOT_THERE, "the cluster names a broker at an address that may not be delivered to"
)
_NO_TLS = Tls()
_Key: TypeAlias = tuple[str, int, bool, Tls, Login | None, float]
_CLOSED = Unreachable(NoAnswerKind.RESET, "closed before anything was sent")


@dataclass(slots=True)
class _Lane:
    """A producer, and when it was last asked where the cluster's brokers are."""

    writer: KafkaWriter
    judged: float = float("-inf")
    judging: asyncio.Task[Outcome | None] | None = None

    async def close(self) -> None:
        """Close it; what is not acknowledged then is not delivered."""
        if self.judging is not None:
            self.judging.cancel()
        await self.writer.close()


class KafkaSink:
    """Fulfils `bus.sending.Sink` with records; keyed by order id.

    Args:
        places: Judges the address that a client begins with, and those of the brokers
            that it is told of there, before anything is sent and once a minute from
            then on. librdkafka looks names up by itself. Closed here.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._lanes: Lanes[_Key, _Lane] = Lanes()

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        endpoint = parse_endpoint(parcel.url)
        if not isinstance(endpoint, KafkaEndpoint):
            raise TypeError(f"no Kafka endpoint: {type(endpoint).__name__}")
        try:
            async with asyncio.timeout(parcel.timeout_s):
                found = await self._places.admitted(
                    endpoint.host, endpoint.port, plain=endpoint.plain
                )
        except TimeoutError:
            return Unreachable(NoAnswerKind.TIMEOUT, "its name was not found in time")
        if isinstance(found, NoAnswer):
            return Unreachable(found.kind, found.detail)
        berth = self._lane(endpoint, parcel, found)
        with berth as lane:
            outcome = await self._astray(lane, endpoint, parcel.timeout_s)
            if outcome is None:
                outcome = await lane.writer.write(_record(endpoint, parcel))
        if outcome == _FORBIDDEN:
            self._lanes.drop(berth, 0)
        return outcome

    async def _astray(
        self, lane: _Lane, endpoint: KafkaEndpoint, timeout_s: float
    ) -> Outcome | None:
        """Why nothing is sent; None: all of its brokers are where they may be."""
        if asyncio.get_running_loop().time() - lane.judged < _JUDGED_S:
            return None
        judging = lane.judging
        if judging is None or judging.done():
            judging = asyncio.create_task(self._judge(lane, endpoint, timeout_s))
            lane.judging = judging
        # One look for all who wait: else each would wait for those before it.
        await asyncio.wait([judging])
        return _CLOSED if judging.cancelled() else judging.result()

    async def _judge(
        self, lane: _Lane, endpoint: KafkaEndpoint, timeout_s: float
    ) -> Outcome | None:
        brokers = await lane.writer.brokers(endpoint.topic, timeout_s)
        if isinstance(brokers, Outcome):
            return brokers
        try:
            async with asyncio.timeout(timeout_s):
                for host, port in brokers:
                    found = await self._places.admitted(
                        host, port, plain=endpoint.plain
                    )
                    if isinstance(found, NoAnswer) and found.kind is _NOT_THERE:
                        return _FORBIDDEN
        except TimeoutError:
            return Unreachable(NoAnswerKind.TIMEOUT, "its names were not found in time")
        lane.judged = asyncio.get_running_loop().time()
        return None

    def leave(self, subscription: str) -> None:
        """See `KeepingSink`."""
        self._lanes.leave(subscription)

    async def close(self) -> None:
        """Close all producers; what is not acknowledged then is not delivered."""
        await self._lanes.close()
        await self._places.close()

    def _lane(
        self, endpoint: KafkaEndpoint, parcel: Parcel, addresses: Sequence[str]
    ) -> Berth[_Key, _Lane]:
        tls, login = parcel.tls or _NO_TLS, parcel.subscription.login
        where = endpoint.host, endpoint.port, endpoint.plain

        def make() -> _Lane:
            settings = settings_of(endpoint, tls, login, addresses)
            return _Lane(KafkaWriter(settings, parcel.timeout_s))

        key = *where, tls, login, parcel.timeout_s
        kept = self._lanes.kept(key)
        if kept is not None and kept.lane.writer.over:
            self._lanes.drop(kept, _GRACE_S)
        return self._lanes.use(key, parcel.subscription.id, make)


def settings_of(
    endpoint: KafkaEndpoint, tls: Tls, login: Login | None, addresses: Sequence[str]
) -> dict[str, str]:
    """Librdkafka's settings. Without TLS it begins at the addresses just judged."""
    hosts = addresses if endpoint.plain else [endpoint.host]
    shown = [f"[{host}]" if ":" in host else host for host in hosts]
    sasl = "SASL_" if login is not None else ""
    settings = {
        "bootstrap.servers": ",".join(f"{host}:{endpoint.port}" for host in shown),
        "security.protocol": f"{sasl}{'PLAINTEXT' if endpoint.plain else 'SSL'}",
        # How long a topic that is not there may turn up.
        "topic.metadata.propagation.max.ms": "2000",
    }
    if login is not None:
        settings |= {
            "sasl.mechanism": login.mechanism.upper(),
            "sasl.username": login.username,
            "sasl.password": login.password,
        }
    return settings if endpoint.plain else settings | _tls(tls)


def _tls(tls: Tls) -> dict[str, str]:
    texts = {
        "ssl.ca.pem": tls.ca,
        "ssl.certificate.pem": tls.client_certificate,
        "ssl.key.pem": tls.client_key,
    }
    given = {name: text for name, text in texts.items() if text is not None}
    checked = {"enable.ssl.certificate.verification": "true" if tls.verify else "false"}
    return given | checked


def _record(endpoint: KafkaEndpoint, parcel: Parcel) -> Message:
    """The event in CloudEvents' binary mode, with what a webhook has in headers."""
    own: Headers = tuple(
        (name.lower(), value.encode()) for name, value in parcel.headers
    )
    ours = {name for name, _ in own}
    event = parcel.event
    key = event.subject.encode("utf-8", "replace")
    if key.decode() != event.subject:  # a subject that is no Unicode
        event = replace(event, subject=key.decode())
    said = (h for h in event_headers(event) if h[0] not in ours)
    return Message(endpoint.topic, key, parcel.body, (*own, *said))
