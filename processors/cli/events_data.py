"""What `bus events` writes and shows: an example, or what a file says."""

import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from xml.dom import minidom

from bus.client.producer import make_event
from bus.client.schemas import load_catalogue
from bus.contracts.catalogue import Catalogue
from bus.contracts.jsontext import read_json
from bus.contracts.natural import from_json
from bus.errors import ConfigurationError, DecodeError, EventTypeNotFoundError
from bus.event import Event
from bus.samples.lifecycles import sample
from bus.webhook.example import EXAMPLE_SECRET, example
from bus.webhook.rendering import Representation
from processors.cli.control import console, print_json
from processors.clock import SystemClock


def made_up(event_type: str, order: str | None) -> Event:
    """An example of a type, another one each time.

    Raises:
        EventTypeNotFoundError: there is none of this type.
    """
    try:
        event = sample(event_type, int.from_bytes(os.urandom(8)), _now())
    except EventTypeNotFoundError as error:
        raise EventTypeNotFoundError(
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
    told = read_data(order, text)
    return make_event(event_type, from_json(catalogue.schema(event_type), told))


def read_data(order: str | None, text: str) -> dict[str, object]:
    """The data that a JSON text says, and what it may leave out.

    Raises:
        ConfigurationError: it is no JSON object.
    """
    try:
        told = read_json(text.encode())
    except DecodeError as error:
        raise ConfigurationError(f"--file: {error}") from None
    if not isinstance(told, dict):
        raise ConfigurationError("--file: expected a JSON object, the event's data")
    told = {"occurred_at": _now().isoformat(), **told}
    return told if order is None else {**told, "order_id": order}


def say_sent(
    about: tuple[str, str, str], stands: tuple[str, int, int], *, as_json: bool
) -> None:
    """Say of an event (type, id, order) where it stands (topic, partition, offset)."""
    event_type, event_id, order_id = about
    if as_json:
        names = ("topic", "partition", "offset")
        told = {"id": event_id, "type": event_type, "order_id": order_id}
        print_json(told | dict(zip(names, stands, strict=True)))
        return
    console().print(f"{event_type} {event_id}")
    console().print(f"order {order_id}, stands at {'/'.join(map(str, stands))}")


def _now() -> datetime:
    return datetime.fromtimestamp(SystemClock().now(), UTC)


@dataclass(frozen=True, slots=True)
class Shown:
    """An example three ways: for reading, as a request, for scripts."""

    readable: str
    request: str
    document: dict[str, object]


def shown_example(folder: Path, event_type: str, body: str) -> Shown:
    """An example of a type whose schema is in a folder.

    `body` is json, xml or cloudevents.

    Raises:
        ConfigurationError: the folder holds no usable schemas.
        InvalidEventError: there is no such type.
    """
    representation = Representation[body.upper()]
    made = example(load_catalogue(folder).schema(event_type), representation)
    text = made.body.decode()
    head = "".join(f"{name}: {value}\n" for name, value in made.headers)
    return Shown(
        indented(text, representation),
        f"{head}\n{text}",
        {
            "type": event_type,
            "headers": dict(made.headers),
            "body": text,
            "secret": EXAMPLE_SECRET,
        },
    )


def indented(text: str, representation: Representation) -> str:
    """A body of ours, for reading."""
    if representation is Representation.XML:
        # Our own text, so that nothing in it can be an attack.
        parsed = minidom.parseString(text.encode())  # noqa: S318
        return parsed.toprettyxml("  ", encoding="UTF-8").decode().rstrip()
    return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
