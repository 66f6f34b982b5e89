"""The event that `bus events send` writes: an example, or what a file says."""

import os
from dataclasses import replace
from datetime import UTC, datetime

from bus.client.producer import make_event
from bus.contracts.catalogue import Catalogue
from bus.contracts.jsontext import read_json
from bus.contracts.natural import from_json
from bus.errors import ConfigurationError, DecodeError, InvalidEventError
from bus.event import Event
from bus.samples.lifecycles import sample
from processors.clock import SystemClock


def made_up(event_type: str, order: str | None) -> Event:
    """An example of a type, another one each time.

    Raises:
        InvalidEventError: there is none of this type.
    """
    try:
        event = sample(event_type, int.from_bytes(os.urandom(8)), _now())
    except InvalidEventError as error:
        raise InvalidEventError(
            error.field, f"{error.why}; give its data with --file"
        ) from None
    if order is None:
        return event
    return replace(event, subject=order, data={**event.data, "order_id": order})


def read_event(
    catalogue: Catalogue, event_type: str, order: str | None, text: str
) -> Event:
    """An event of the data that a JSON text says.

    Raises:
        ConfigurationError: it is no JSON object.
        InvalidEventError: it does not match its schema, or there is no such type.
    """
    try:
        told = read_json(text.encode())
    except DecodeError as error:
        raise ConfigurationError(f"--file: {error}") from None
    if not isinstance(told, dict):
        raise ConfigurationError("--file: expected a JSON object, the event's data")
    told = {"occurred_at": _now().isoformat(), **told}
    if order is not None:
        told["order_id"] = order
    return make_event(event_type, from_json(catalogue.schema(event_type), told))


def _now() -> datetime:
    return datetime.fromtimestamp(SystemClock().now(), UTC)
