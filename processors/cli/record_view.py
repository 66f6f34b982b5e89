"""How `bus events show` shows what stands at a place."""

import typer

from bus.log.rows import Place
from bus.webhook.rendering import Representation
from processors.cli.control import FAILED, GOOD, console, print_json
from processors.cli.dlq_show import print_whole
from processors.cli.events_data import indented
from processors.cli.moments import place_of
from processors.redrive.letter_rows import Row
from processors.redrive.record_rows import body_as, record_whole, seen
from processors.redrive.records import event_of, expired, record_at
from processors.screen.hexdump import hexdump
from processors.screen.plain import plain_json, plain_xml
from processors.subscriptions.world import World

DATA = "data"
_MOST_BYTES = 512
_OF_THE_API = {"value", "data", "body", "topic", "partition", "offset"}


async def show_record(
    world: World, text: str, form: str | None, *, as_json: bool
) -> int:
    """Print it, whole or its body; return the exit code."""
    place = Place(*place_of(text))
    found = await record_at(world, place)
    if found is None:
        gone = await expired(world, place)
        why = "has been deleted after its topic's time" if gone else "is not there"
        console(stderr=True).print(f"{text} {why}, or holds no event.")
        return FAILED
    if form in {None, DATA}:
        row = record_whole(found, await seen(world, found))
        print_record(row, form, as_json=as_json)
        return GOOD if form is None or row["data"] is not None else FAILED
    event = await event_of(world, found)
    representation = Representation[str(form).upper()]
    print_body(body_as(world, found, event, representation).decode(), representation)
    return GOOD


def print_record(row: Row, form: str | None, *, as_json: bool) -> None:
    """All of it, or its data."""
    if form == DATA:
        if row["data"] is None:
            console(stderr=True).print(f"It is no event: {row['problem']}")
        else:
            print_json(row["data"])
    elif as_json:
        print_json(row)
    else:
        print_whole({k: v for k, v in row.items() if k not in _OF_THE_API})
        if row["event"] is None and isinstance(row["value"], str):
            _print_bytes(row["value"])


def print_body(text: str, form: Representation) -> None:
    """A body, indented for reading."""
    plain = plain_xml if form is Representation.XML else plain_json
    typer.echo(plain(indented(text, form)))


def _print_bytes(value: str) -> None:
    from base64 import b64decode

    console().print("value:")
    for line in hexdump(b64decode(value), _MOST_BYTES):
        console().print(f"  {line}")
