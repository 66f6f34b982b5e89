"""Channels to endpoints: one for each place and way of TLS, to addresses admitted.

gRPC resolves and connects by itself. So it is never given a name: its targets are the
addresses that the guard has just admitted, as literals, and the name stands beside
them for TLS and for the `:authority`. Where a name comes to mean other addresses, its
endpoint gets a new channel.
"""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import TypeAlias

import grpc
import grpc.aio
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from bus.adapters import lanes
from bus.adapters.grpc.generated.cloudevents_pb2 import CloudEvent
from bus.adapters.grpc.generated.event_receiver_pb2 import (
    DeliverBatchRequest,
    DeliverBatchResponse,
    Receipt,
)
from bus.adapters.grpc.reading import reader
from bus.adapters.grpc.unreached import Call
from bus.delivery.delivery import Unreachable
from bus.delivery.endpoint import GrpcEndpoint
from bus.delivery.subscription import Tls

SERVICE = "orderbus.v1.EventReceiver"
MOST_BYTES = 4 * 1024 * 1024
"""A message may be so long; servers take no more unless they are told to."""
_RECEIPT_BYTES = 65_536  # of one; of several there is room for as many, short ones
_MOST_RECEIPTS_BYTES = 1024 * 1024
_MOST_TIMEOUTS = 3
_SOON_S = 1.0
_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.enable_retries", 0),  # ours are counted
    ("grpc.enable_http_proxy", 0),  # it would connect where no guard looks
    ("grpc.service_config_disable_resolution", 1),
    ("grpc.use_local_subchannel_pool", 1),  # a new channel is a new connection
    # Not to answer for minutes with what was so when a server was last away.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.min_reconnect_backoff_ms", 10_000),  # how long connecting may take
    ("grpc.client_idle_timeout_ms", 60_000),
    ("grpc.max_send_message_length", MOST_BYTES),
)

Deliver: TypeAlias = (
    "grpc.aio.UnaryUnaryMultiCallable[CloudEvent, Receipt | Unreachable]"
)
DeliverBatch: TypeAlias = (
    "grpc.aio.UnaryUnaryMultiCallable["
    "DeliverBatchRequest, DeliverBatchResponse | Unreachable]"
)
Check: TypeAlias = (
    "grpc.aio.UnaryUnaryMultiCallable["
    "HealthCheckRequest, HealthCheckResponse | Unreachable]"
)
_Key: TypeAlias = tuple[GrpcEndpoint, Tls]
Berth: TypeAlias = "lanes.Berth[_Key, Lane]"


@dataclass(slots=True)
class Lane:
    """A channel and what is called over it; `timeouts` in a row.

    `singly` says that nobody serves DeliverBatch there.
    """

    addresses: frozenset[str]
    port: int
    channel: grpc.aio.Channel
    deliver: Deliver
    deliver_batch: DeliverBatch
    check: Check
    timeouts: int = 0
    singly: bool = False

    @property
    def stuck(self) -> bool:
        """Whether its connection may be dead without a word: so many went unanswered.

        A machine that vanished answers nothing, not even that it knows of no
        connection.
        """
        return self.timeouts >= _MOST_TIMEOUTS

    async def close(self) -> None:
        """Close it; who waits for a receipt hears that there is none."""
        await self.channel.close()

    def called(self, error: grpc.aio.AioRpcError) -> Call:
        """What is known of a call that ended so."""
        return Call(bool(error.trailing_metadata()), self.addresses, self.port)

    def leads_to(self, addresses: Sequence[str]) -> bool:
        """Whether it goes to one of these."""
        return not self.addresses.isdisjoint(addresses)


class Lanes:
    """The lanes there are; `agent` is how we introduce ourselves."""

    def __init__(self, agent: str) -> None:
        self._agent = agent
        self._kept: lanes.Lanes[_Key, Lane] = lanes.Lanes()

    def use(
        self, endpoint: GrpcEndpoint, tls: Tls, addresses: Sequence[str], whose: str
    ) -> Berth:
        """The lane to an endpoint at these addresses, or some of them.

        A name may stand for a few of many, others each time it is asked for.
        """
        key = endpoint, tls
        berth = self._kept.kept(key)
        if berth is not None:
            lane = berth.lane
            if lane.stuck or not lane.leads_to(addresses):
                self._kept.drop(berth)
        return self._kept.use(
            key, whose, lambda: _lane(endpoint, tls, addresses, self._agent)
        )

    def shun(self, berth: Berth) -> None:
        """Close one whose server breaks the protocol, and may go on to do so."""
        self._kept.drop(berth, _SOON_S)

    def leave(self, subscription: str) -> None:
        """A subscription uses its lanes no more, for now."""
        self._kept.leave(subscription)

    async def close(self) -> None:
        """Close them all; who waits for a receipt hears that there is none."""
        await self._kept.close()


def _lane(
    endpoint: GrpcEndpoint, tls: Tls, addresses: Sequence[str], agent: str
) -> Lane:
    options = [
        *_OPTIONS,
        ("grpc.default_authority", endpoint.authority),
        ("grpc.primary_user_agent", agent),
        (
            "grpc.max_receive_message_length",
            _RECEIPT_BYTES if endpoint.batch == 1 else _MOST_RECEIPTS_BYTES,
        ),
    ]
    target = _target(addresses, endpoint.port)
    if endpoint.plain:
        channel = grpc.aio.insecure_channel(target, options)
    else:
        options.append(("grpc.ssl_target_name_override", endpoint.host))
        channel = grpc.aio.secure_channel(target, _credentials(tls), options)
    return Lane(
        frozenset(addresses),
        endpoint.port,
        channel,
        channel.unary_unary(
            f"/{SERVICE}/Deliver",
            request_serializer=CloudEvent.SerializeToString,
            response_deserializer=reader(Receipt),
        ),
        channel.unary_unary(
            f"/{SERVICE}/DeliverBatch",
            request_serializer=DeliverBatchRequest.SerializeToString,
            response_deserializer=reader(DeliverBatchResponse),
        ),
        channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=HealthCheckRequest.SerializeToString,
            response_deserializer=reader(HealthCheckResponse),
        ),
    )


def _target(addresses: Sequence[str], port: int) -> str:
    """The addresses of the first one's family, as gRPC's naming has them."""
    six = isinstance(ip_address(addresses[0]), IPv6Address)
    same = [one for one in addresses if isinstance(ip_address(one), IPv6Address) is six]
    if six:
        return "ipv6:" + ",".join(f"[{one}]:{port}" for one in same)
    return "ipv4:" + ",".join(f"{one}:{port}" for one in same)


def _credentials(tls: Tls) -> grpc.ChannelCredentials:
    shown = tls.client_certificate is not None and tls.client_key is not None
    return grpc.ssl_channel_credentials(
        system_roots() if tls.ca is None else tls.ca.encode(),
        tls.client_key.encode() if shown and tls.client_key else None,
        tls.client_certificate.encode() if shown and tls.client_certificate else None,
    )


@cache
def system_roots() -> bytes | None:
    """The machine's authorities, those that webhooks trust; else gRPC's own."""
    path = Path(ssl.get_default_verify_paths().cafile or "")
    return path.read_bytes() if path.is_file() else None
