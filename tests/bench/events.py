"""What a load consists of: which events, and when each is due.

Arrivals are an open model: exponential gaps from a seed, whatever the system does.
An event's time and id carry the moment it was due, not the moment it was written,
so a producer that falls behind shows as latency (no coordinated omission).
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import NamedTuple

from pydantic import BaseModel

from bus.client.schemas import load_catalogue
from bus.contracts.codec import encode
from bus.delivery.headers import event_headers
from bus.event import Event
from bus.samples.lifecycles import lifecycle

_ORDERS = 60
_STARTED = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Peer(BaseModel):
    """Another system that takes events by HTTP: where, how and with which body.

    Several at once go in as a list, of which `{events}` in `envelope` is the inside.
    So many requests are `under_way` at most.
    """

    url: str
    template: str
    headers: dict[str, str] = {}
    at_once: int = 1
    under_way: int = 5_000
    envelope: str = "{events}"


class Setting(BaseModel):
    """Where events go: Kafka with these schema ids, or a peer."""

    bootstrap_servers: str = ""
    schema_ids: dict[str, int] = {}
    peer: Peer | None = None


class Load(BaseModel):
    """`rate` events a second (0: as fast as can be), `count` of them.

    `types` narrows the event types by prefix.
    """

    rate: float
    count: int
    seed: int = 1
    types: str = ""


class Sample(NamedTuple):
    """An event encoded once, to be written many times under other ids."""

    event: Event
    topic: str
    value: bytes
    headers: list[tuple[str, bytes]]


class Done(BaseModel):
    """What became of a load, and `why` the last one failed.

    `late_ms` is how far the producer fell behind.
    `answered_ms` are percentiles from when events were due to the answer of a peer.
    """

    sent: int = 0
    failed: int = 0
    why: str = ""
    seconds: float = 0
    late_ms: float = 0
    answered_ms: dict[str, float] = {}


def samples(schema_ids: Mapping[str, int]) -> list[Sample]:
    """Whole lifecycles of orders, in the order they happen."""
    catalogue = load_catalogue()
    made = []
    for seed in range(_ORDERS):
        for event in lifecycle(seed, _STARTED, 0):
            schema = catalogue.schema(event.type)
            value = encode(schema, schema_ids.get(event.type, 0), event.data)
            headers = [
                (name, text)
                for name, text in event_headers(event)
                if name not in {"ce_id", "ce_time"}
            ]
            made.append(Sample(event, catalogue.topic(event.type), value, headers))
    return made


def narrowed(made: Sequence[Sample], types: str) -> Sequence[Sample]:
    """Those whose type begins like this."""
    return [sample for sample in made if sample.event.type.startswith(types)]


def percentiles_of(values: Sequence[float]) -> dict[str, float]:
    """Percentiles of plain values, nearest rank."""
    ordered = sorted(values)
    if not ordered:
        return {}
    return {
        f"p{share:g}": ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))]
        for share in (50, 95, 99)
    }


def due_times(load: Load, start: float) -> Iterator[float]:
    """When each event is due, epoch seconds; without a rate, at once."""
    gaps = Random(load.seed)  # noqa: S311 - not a secret
    due = start
    for _ in range(load.count):
        if load.rate:
            due += gaps.expovariate(load.rate)
            yield due
        else:
            yield time.time()


def event_id(run: int, number: int, due: float) -> str:
    """An id that tells when the event was due; see `due_of`.

    It looks random, so that it is the webhook-id as it is.
    """
    return f"b{run % 16**6:06x}{number:012x}{round(due * 1e6):013x}"


def due_of(webhook_id: str) -> float:
    """When an event was due, epoch seconds."""
    return int(webhook_id[-13:], 16) / 1e6
