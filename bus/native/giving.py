"""An event's data to Avro, in one step where it is plainly of its schema."""

from functools import lru_cache
from typing import TYPE_CHECKING

from bus.contracts.codec import Schema, encode
from bus.event import Data
from bus.native.taking import taker_of

if TYPE_CHECKING:
    from bus.native._core import Taker


def encoded(schema: Schema, schema_id: int, data: Data) -> bytes:
    """Return the framed bytes of data that matches its schema.

    Raises:
        InvalidEventError: As `bus.contracts.codec.encode`, which judges all that is not
            plainly right.
    """
    found = natively(schema, schema_id, data)
    return encode(schema, schema_id, data) if found is None else found


def natively(schema: Schema, schema_id: int, data: Data) -> bytes | None:
    """Return the bytes; None: the Python is to write them, or to say why not."""
    taker = _taker(schema)
    return None if taker is None else taker.encode(schema_id, data)


@lru_cache(maxsize=1_000)
def _taker(schema: Schema) -> "Taker | None":
    return taker_of(schema)
