"""The sink of kind pull: hands over at the relays, wherever a partner has dialled.

Who is subscribed is known by the gateway that it dialled, no other; so they are asked
in turn, the one that knew of it last first.
"""

import asyncio
from collections.abc import Sequence

import grpc
import grpc.aio

from bus.adapters.grpc.codes import TOO_LARGE, judge, unreachable
from bus.adapters.grpc.envelope import cloud_event, metadata
from bus.adapters.grpc.generated.cloudevents_pb2 import CloudEvent
from bus.adapters.grpc.hints import Hints
from bus.adapters.grpc.lanes import MOST_BYTES, Lane, Lanes
from bus.adapters.grpc.relay import TOKEN, WHOSE
from bus.adapters.grpc.sink import read_receipt
from bus.delivery.delivery import Outcome, Refused, Unreachable
from bus.delivery.endpoint import GrpcEndpoint, parse_endpoint
from bus.delivery.subscription import Tls
from bus.ports import NoAnswer, NoAnswerKind
from bus.sending import Parcel, Places

_NOBODY = Unreachable(NoAnswerKind.CONNECT, "nobody is subscribed")
_WENT = Unreachable(NoAnswerKind.RESET, "went away before there was a receipt")
_STRANGER = Unreachable(
    NoAnswerKind.PROTOCOL,
    "its gateway has another encryption key than this worker",
)
_TLS = Tls()
_MOST_KNOWN = 20_000


class PullSink:
    """Fulfils `Sink` for subscriptions whose partners dial us.

    Args:
        relays: Where gateways serve, `grpc://HOST:PORT`.
        token: What they know this bus by.
        places: How their names are resolved; closed here.
        agent: How it introduces itself.
    """

    def __init__(
        self, relays: Sequence[str], token: str, places: Places, agent: str = "Orderbus"
    ) -> None:
        self._relays = [_relay(url) for url in relays]
        self._token = token
        self._places = places
        self._lanes = Lanes(agent)
        self._known: dict[str, GrpcEndpoint] = {}

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        message = cloud_event(parcel)
        if (size := message.ByteSize()) > MOST_BYTES:
            detail = f"not sent: {size} bytes, and gRPC takes {MOST_BYTES}"
            return Refused(TOO_LARGE, detail)
        outcome: Outcome = _NOBODY
        try:
            async with asyncio.timeout(parcel.timeout_s):
                for relay in self._in_turn(parcel.subscription.id):
                    outcome, there = await self._by(relay, message, parcel)
                    if there:
                        return outcome
        except TimeoutError:
            return unreachable(NoAnswerKind.TIMEOUT)
        return outcome

    def leave(self, subscription: str) -> None:
        """See `KeepingSink`."""
        self._lanes.leave(subscription)

    async def close(self) -> None:
        """Close all connections."""
        await self._lanes.close()
        await self._places.close()

    def _in_turn(self, name: str) -> Sequence[GrpcEndpoint]:
        known = self._known.get(name)
        return sorted(self._relays, key=lambda one: one is not known)

    async def _by(
        self, relay: GrpcEndpoint, message: CloudEvent, parcel: Parcel
    ) -> tuple[Outcome, bool]:
        """What came of it at one relay, and whether somebody was subscribed there."""
        found = await self._places.admitted(relay.host, relay.port, plain=relay.plain)
        if isinstance(found, NoAnswer):
            return Unreachable(found.kind, found.detail), False
        told = [*metadata(parcel), (TOKEN, self._token)]
        told.append((WHOSE, parcel.subscription.id))
        berth = self._lanes.use(relay, _TLS, found, parcel.subscription.id)
        try:
            with berth as lane:
                receipt = await lane.deliver(
                    message, timeout=parcel.timeout_s, metadata=grpc.aio.Metadata(*told)
                )
        except grpc.aio.AioRpcError as error:
            return _missed(error, berth.lane)
        except asyncio.CancelledError:
            if _is_cancelled():
                raise
            return _WENT, True  # the channel was closed
        self._remember(parcel.subscription.id, relay)
        if isinstance(receipt, Unreachable):
            return receipt, True
        return read_receipt(receipt), True

    def _remember(self, name: str, relay: GrpcEndpoint) -> None:
        if name not in self._known and len(self._known) >= _MOST_KNOWN:
            self._known.pop(next(iter(self._known)))
        self._known[name] = relay


def _missed(error: grpc.aio.AioRpcError, lane: Lane) -> tuple[Outcome, bool]:
    match error.code():
        case grpc.StatusCode.NOT_FOUND:
            return _NOBODY, False
        case grpc.StatusCode.UNAUTHENTICATED:
            return _STRANGER, False
        case code:
            said = judge(code, error.details() or "", Hints(), lane.called(error))
    if not isinstance(said, Unreachable):
        return _WENT, True
    reached = said.kind in {NoAnswerKind.TIMEOUT, NoAnswerKind.RESET}
    return said, reached


def _relay(url: str) -> GrpcEndpoint:
    endpoint = parse_endpoint(url)
    if not isinstance(endpoint, GrpcEndpoint):
        raise TypeError(f"no relay: {type(endpoint).__name__}")
    return endpoint


def _is_cancelled() -> bool:
    """Whether it is our own task that was cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
