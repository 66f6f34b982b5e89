"""What a receiver says of an event, as gRPC says it: a receipt, or a status."""

from collections.abc import Mapping
from typing import TypeAlias

import grpc
from google.protobuf.duration_pb2 import Duration

from bus.adapters.grpc.generated.event_receiver_pb2 import Receipt
from bus.receiving import Reaction

_GOOD = range(200, 300)
_FAILURES = range(500, 600)
_TOO_MANY = 429
STATUSES: Mapping[int, grpc.StatusCode] = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    409: grpc.StatusCode.ABORTED,
    501: grpc.StatusCode.UNIMPLEMENTED,
    503: grpc.StatusCode.UNAVAILABLE,
}
"""HTTP's statuses that a code of gRPC stands for; all others are said by a receipt."""
Reply: TypeAlias = Receipt | grpc.StatusCode


def reply_to(said: Reaction) -> Reply:
    """How it is said of one call."""
    return STATUSES.get(said.status) or receipt_of(said)


def receipt_of(said: Reaction) -> Receipt:
    """How it is said of one event of several, which have no statuses of their own."""
    return Receipt(
        outcome=_outcome(said.status),
        detail=said.detail,
        retry_after=None if said.retry_after_s is None else _wait(said.retry_after_s),
    )


def _outcome(status: int) -> Receipt.Outcome:
    if status in _GOOD:
        return Receipt.ACCEPTED
    if status == _TOO_MANY:
        return Receipt.THROTTLED
    return Receipt.FAILED if status in _FAILURES else Receipt.REFUSED


def _wait(seconds: float) -> Duration:
    made = Duration()
    made.FromNanoseconds(int(seconds * 1e9))
    return made
