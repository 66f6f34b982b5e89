"""When an endpoint wants to be asked again: what the trailers of a call say."""

from collections.abc import Iterable
from typing import NamedTuple

from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

_STATUS = "grpc-status-details-bin"
_PUSHBACK = "grpc-retry-pushback-ms"
_LONGEST_S = 86_400.0


class Hints(NamedTuple):
    """`retry_after_s` is None where nothing was said."""

    retry_after_s: float | None = None


def read_hints(trailers: Iterable[tuple[str, str | bytes]]) -> Hints:
    """Read google.rpc.RetryInfo, or gRPC's own push-back (gRFC A6); the first counts.

    What is malformed was not said.
    """
    for name, value in trailers:
        if name == _STATUS and isinstance(value, bytes):
            found = _retry_info(value)
        elif name == _PUSHBACK:
            found = _milliseconds(value)
        else:
            continue
        if found is not None:
            return Hints(seconds(found))
    return Hints()


def seconds(delay: float) -> float | None:
    """A delay as it is heeded: a day at most, None for none."""
    return min(delay, _LONGEST_S) if delay > 0 else None


def _retry_info(value: bytes) -> float | None:
    info = RetryInfo()
    try:
        for detail in Status.FromString(value).details:
            if detail.Unpack(info):
                delay = info.retry_delay
                return float(delay.seconds + delay.nanos / 1e9)
    except DecodeError:
        return None
    return None


def _milliseconds(value: str | bytes) -> float | None:
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    # More digits than a day has need no reading, however many there are.
    return float(text[:20]) / 1000 if text.isascii() and text.isdigit() else None
