"""Events that come as JSON, told as Avro without a Python object for each value.

Either all of a request is plainly right, and every event of it is what
`bus.contracts.natural` would have made, or Python takes it in, and says what is wrong.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from bus.contracts.catalogue import Catalogue
from bus.contracts.codec import Schema
from bus.delivery.own import is_own
from bus.native.loading import core
from bus.native.plans import defaults_of, nodes_of
from bus.native.reading import fits
from bus.times import at_us

if TYPE_CHECKING:
    from bus.native._core import Taker

_LARGE = 4_096
"""As in `natural`: from here on reading has bounds that a body may break."""
_MOST_BYTES = 1 << 20


class Found(NamedTuple):
    """An event of a request: what its attributes are made of, and its Avro body."""

    type: str
    id: str | None
    source: str | None
    order_id: str
    channel: str
    occurred_at: datetime
    body: bytes


class Request(NamedTuple):
    """The events of a request; whether they came as a list."""

    several: bool
    events: Sequence[Found]


def take(text: bytes, catalogue: Catalogue, most: int) -> Request | None:
    """Return the events of a request that is plainly right; None: Python decides.

    It is `{"type": …, "data": …}`, with `id` and `source` or without, or up to `most`
    of them in `{"events": […]}`.
    """
    takers = _takers(catalogue)
    found = core.events(text, takers, most) if core is not None and takers else None
    if found is None:
        return None
    several, rows = found
    events = [
        Found(kind, own_id, source, order_id, channel, at_us(occurred_us), body)
        for kind, own_id, source, order_id, channel, occurred_us, body in rows
    ]
    for event in events:
        size = len(event.body)
        if size >= _LARGE and not (
            size <= _MOST_BYTES and fits(catalogue.schema(event.type), event.body)
        ):
            return None
    return Request(several, events)


@lru_cache(maxsize=8)
def _takers(catalogue: Catalogue) -> "Mapping[str, Taker]":
    """By type; what only the bus itself writes is for Python to refuse."""
    made = {
        schema.event_type: taker_of(schema)
        for schema in catalogue
        if schema.event_type and not is_own(schema.event_type)
    }
    return {name: taker for name, taker in made.items() if taker is not None}


def taker_of(schema: Schema) -> "Taker | None":
    """What takes in JSON by a schema; None: without the library."""
    nodes = nodes_of(schema.parsed)
    if core is None or nodes is None:
        return None
    taker: Taker = core.Taker(nodes, defaults_of(schema.parsed))
    return taker
