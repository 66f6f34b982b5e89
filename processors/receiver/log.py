"""What a receiver remembers: every request, or only how many and how fast."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import orjson

_BUCKETS_A_DOUBLING = 32  # about 2 % wide
_TIMESTAMP = b'"timestamp":"'
_LONGEST_TIMESTAMP = 40
_XML_FIELD = re.compile(rb"<(order_id|type|sequence)>([^<]*)<")
_NUMBER = re.compile(r"[0-9]{1,18}")
_PERCENTILES = (50, 90, 95, 99, 99.9)


class Received(NamedTuple):
    """One request. `status` is what it was answered, 0 for nothing.

    `attempt` counts the requests with this id at this path, from 1. `signed` is
    None where nobody looked.
    """

    path: str
    webhook_id: str
    order_id: str
    type: str
    sequence: int | None
    attempt: int
    status: int
    signed: bool | None
    content_type: str
    traceparent: str
    size: int
    at_ns: int
    monotonic_ns: int


class Facts(NamedTuple):
    """What a body says of its event, as far as the receiver cares."""

    order_id: str = ""
    type: str = ""
    sequence: int | None = None


def facts(body: bytes, content_type: str) -> Facts:
    """Read order id, type and sequence out of any of the representations."""
    if "xml" in content_type:
        fields = _XML_FIELD.findall(body)
        found = dict(reversed(fields))  # the first one wins
        found[b"sequence"] = dict(fields).get(b"sequence", b"")  # but `bus` comes last
        return _facts(
            found.get(b"order_id", b"").decode(errors="replace"),
            found.get(b"type", b"").decode(errors="replace"),
            found.get(b"sequence", b"").decode(errors="replace"),
        )
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Facts()
    if not isinstance(content, dict):
        return Facts()
    data = content.get("data")
    inner = content if "order_id" in content or not isinstance(data, dict) else data
    added = inner.get("bus")
    sequence = added.get("sequence") if isinstance(added, dict) else None
    return _facts(
        inner.get("order_id") or content.get("subject"), content.get("type"), sequence
    )


def _facts(order_id: object, type_: object, sequence: object) -> Facts:
    text = str(sequence)
    number = int(text) if _NUMBER.fullmatch(text) else None
    return Facts(str(order_id or ""), str(type_ or ""), number)


class Latencies:
    """A histogram in constant memory, about 2 % exact. Microseconds."""

    def __init__(self) -> None:
        self._buckets: Counter[int] = Counter()
        self._count = 0

    def add(self, latency_us: float) -> None:
        """Count one."""
        bucket = math.log2(max(latency_us, 1.0)) * _BUCKETS_A_DOUBLING
        self._buckets[round(bucket)] += 1
        self._count += 1

    def summary(self) -> dict[str, float]:
        """Percentiles in milliseconds by name (`p50`), and how many there were."""
        result: dict[str, float] = {"count": self._count}
        wanted = iter(_PERCENTILES)
        percentile = next(wanted, None)
        seen = 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            while percentile is not None and seen >= self._count * percentile / 100:
                milliseconds = 2 ** (bucket / _BUCKETS_A_DOUBLING) / 1000
                result[f"p{percentile:g}"] = round(milliseconds, 3)
                percentile = next(wanted, None)
        return result


def event_time(body: bytes) -> float | None:
    """When a JSON body says its event happened, epoch seconds."""
    start = body.find(_TIMESTAMP)
    if start < 0:
        return None
    start += len(_TIMESTAMP)
    end = body.find(b'"', start, start + _LONGEST_TIMESTAMP)
    try:
        return datetime.fromisoformat(body[start:end].decode()).timestamp()
    except ValueError:
        return None


def as_json(received: Iterable[Received]) -> bytes:
    """The requests as a JSON list of objects."""
    return orjson.dumps([one._asdict() for one in received])
