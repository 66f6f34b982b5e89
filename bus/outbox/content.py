"""An event's data as the text that waits in an outbox, and back.

Plain JSON, as people and programs in any language write it, see
`bus.contracts.natural`. It is read back before it is kept, so that what goes to Kafka
later is byte for byte what `Producer.send` would have written.
"""

import json
from base64 import b64encode
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from bus.contracts.codec import Schema, decode, encode
from bus.contracts.jsontext import read_json
from bus.contracts.natural import from_json
from bus.errors import DecodeError, InvalidEventError
from bus.event import Data
from bus.times import rfc3339

_FRAME = 5


def written(schema: Schema, data: Data) -> tuple[str, int]:
    """Return the data as JSON, and how many bytes the event will have.

    Raises:
        InvalidEventError: it does not match its schema, or JSON has no way to say it.
    """
    payload = encode(schema, 0, data)
    try:
        # As it will be read: what callers may give for a value is many things.
        canonical = decode(schema, payload[_FRAME:])
        text = _json(canonical)
        again = encode(schema, 0, read(schema, text))
    except (DecodeError, ValueError) as error:
        raise InvalidEventError("data", f"an outbox cannot hold it: {error}") from None
    if again != payload:
        raise InvalidEventError("data", _which_field(schema, canonical))
    return text, len(payload)


def read(schema: Schema, text: str) -> dict[str, object]:
    """Return the data that a text holds.

    Raises:
        InvalidEventError: it does not match its schema; names the field.
    """
    try:
        value = read_json(text.encode(errors="surrogatepass"))
    except DecodeError as error:
        raise InvalidEventError("data", str(error)) from None
    return from_json(schema, value)


def _json(data: Data) -> str:
    return json.dumps(
        data,
        default=_plain,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )


def _plain(value: object) -> str:
    """What JSON has no type for, as `natural` reads it."""
    match value:
        case Decimal():
            return format(value, "f")
        case bytes():
            return b64encode(value).decode()
        case datetime():
            return rfc3339(value)
        case date() | time():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            raise ValueError(f"JSON has nothing for a {type(value).__name__}")


def _which_field(schema: Schema, data: Data) -> str:
    """Say which value JSON does not tell apart from another branch of its union."""
    text = _json(data)
    back = read(schema, text)
    unlike = [name for name, value in data.items() if back.get(name) != value]
    where = f" in {unlike[0]}" if unlike else ""
    return (
        f"an outbox keeps it as JSON, where a value{where} would be read as another "
        "type of its union; send it with bus.Producer"
    )
