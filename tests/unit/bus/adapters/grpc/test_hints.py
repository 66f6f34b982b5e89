"""When to come again: RetryInfo and push-back, and whatever else stands there."""

import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import DebugInfo, RetryInfo
from google.rpc.status_pb2 import Status
from hypothesis import given
from hypothesis import strategies as st

from bus.adapters.grpc.hints import read_hints

DETAILS = "grpc-status-details-bin"
PUSHBACK = "grpc-retry-pushback-ms"


def status(*details: Message) -> bytes:
    """A google.rpc.Status with these details."""
    made = Status(code=8)
    for detail in details:
        packed = Any()
        packed.Pack(detail)
        made.details.append(packed)
    return made.SerializeToString()


def retry_info(seconds: int, nanos: int = 0) -> RetryInfo:
    """A delay."""
    return RetryInfo(retry_delay=Duration(seconds=seconds, nanos=nanos))


@pytest.mark.parametrize(
    ("trailers", "expected"),
    [
        ((), None),
        (((DETAILS, status(retry_info(2, 500_000_000))),), 2.5),
        (((DETAILS, status(DebugInfo(detail="x"), retry_info(3))),), 3.0),
        (((DETAILS, status(DebugInfo(detail="x"))), (PUSHBACK, "250")), 0.25),
        (((PUSHBACK, "1500"),), 1.5),
        (((PUSHBACK, "-1"),), None),
        (((PUSHBACK, "soon"),), None),
        (((PUSHBACK, "9" * 30),), 86_400.0),
        (((PUSHBACK, "9" * 5_000),), 86_400.0),
        (((DETAILS, status(retry_info(-5))),), None),
        (((DETAILS, b"\xff\xff"),), None),
        ((("retry-after", "5"),), None),
    ],
)
def test_hints(
    trailers: tuple[tuple[str, str | bytes], ...], expected: float | None
) -> None:
    """The first that says something counts; what is malformed was not said."""
    assert read_hints(trailers).retry_after_s == expected


@given(st.binary(max_size=200))
def test_any_bytes(value: bytes) -> None:
    """Whatever an endpoint sends there, it is a delay within a day, or none."""
    found = read_hints(((DETAILS, value),)).retry_after_s
    assert found is None or 0 < found <= 86_400
