"""An event read without Python objects for its fields, and its JSON body.

The library has walked through all of a record before that counts as decoded: whatever
may be wrong with it came out then, from the same code as ever.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING

import orjson
from typing_extensions import override

from bus.contracts.codec import Schema, decode
from bus.contracts.writers import Writer, chosen
from bus.event import Data, Event
from bus.native.loading import core
from bus.native.plans import nodes_of
from bus.times import rfc3339

if TYPE_CHECKING:
    from bus.native._core import Content, Plan

_MOST_BYTES = 1 << 20


class LazyData(Mapping[str, object]):
    """The data of an event whose body can be had without: decoded when looked into."""

    __slots__ = ("_body", "_data", "_schema", "content")

    def __init__(self, content: "Content", schema: Schema, body: bytes) -> None:
        self.content = content
        self._schema = schema
        self._body = body
        self._data: dict[str, object] | None = None

    def _all(self) -> dict[str, object]:
        if self._data is None:
            self._data = decode(self._schema, self._body)
        return self._data

    @override
    def __getitem__(self, name: str) -> object:
        return self._all()[name]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    @override
    def __len__(self) -> int:
        return len(self._all())

    @override
    def __repr__(self) -> str:
        return repr(self._all())


def read(writer: Writer, body: bytes) -> tuple[Schema, Data]:
    """Return the data of an Avro body, lazily where that is safe, and its schema.

    Raises:
        DecodeError: as `bus.contracts.writers.read`.
    """
    schema, rest = chosen(writer, body)
    if core is not None and len(rest) <= _MOST_BYTES:
        plan = _plan(schema)
        content = None if plan is None else plan.read(rest)
        if content is not None:
            return schema, LazyData(content, schema, rest)
    return schema, decode(schema, rest)


def fits(schema: Schema, body: bytes) -> bool:
    """Whether a body is surely one of this schema."""
    plan = _plan(schema)
    return plan is not None and plan.read(body) is not None


def json_body(event: Event) -> bytes | None:
    """Return the JSON body of an event that was read lazily; None: render it."""
    data = event.data
    if type(data) is not LazyData or event.time.tzinfo is not UTC:
        return None
    extensions = event.extensions
    return data.content.body(
        event.webhook_id,
        event.type,
        rfc3339(event.time),
        event.subject,
        event.source,
        event.schema_id,
        orjson.dumps(dict(extensions)) if extensions else None,
    )


@lru_cache(maxsize=1_000)
def _plan(schema: Schema) -> "Plan | None":
    if core is None:
        return None
    nodes = nodes_of(schema.parsed)
    return None if nodes is None else core.Plan(nodes)
