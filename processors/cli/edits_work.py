"""What `--edited` does and says."""

from collections.abc import Mapping
from typing import cast

from bus.client.producer import EventWriter
from bus.client.schemas import load_catalogue
from bus.contracts.jsontext import read_json
from bus.errors import ConfigurationError, DecodeError
from processors.cli.control import FAILED, GOOD, console, print_json, read_text
from processors.cli.edit_options import How
from processors.redrive.edits import Desk, Payload, replace_item, replace_letter
from processors.redrive.known_items import KnownItems
from processors.redrive.known_letters import KnownLetters
from processors.redrive.readiness import refuse_unready
from processors.subscriptions.onboarding import find
from processors.subscriptions.world import World


def read_payload(path: str) -> Payload:
    """The edited payload in a file: the data alone, or with its type.

    Raises:
        ConfigurationError: it cannot be read, or is no JSON object.
    """
    try:
        value = read_json(read_text(path).encode())
    except DecodeError as error:
        raise ConfigurationError(f"{path}: {error}") from None
    if not isinstance(value, dict):
        raise ConfigurationError(f"{path}: expected a JSON object, the event's data")
    document = cast("dict[str, object]", value)
    data, kind = document.get("data"), document.get("type")
    if document.keys() == {"type", "data"} and isinstance(data, dict):
        return Payload(cast("dict[str, object]", data), str(kind))
    return Payload(document)


async def edit_item(world: World, place: str, how: How) -> int:
    """Publish it in the place of a quarantined record; return the exit code."""
    payload = read_payload(how.file)
    known = KnownItems()
    items = await known.of(world, [place])
    if not items:
        console(stderr=True).print(f"There is no record of {place} in quarantine.")
        return FAILED
    writer = EventWriter(world.publisher, world.schemas, load_catalogue(how.folder))
    desk = Desk(world, writer, known)
    done = await replace_item(desk, items, payload, dry_run=how.dry_run)
    say_replaced(done._asdict(), as_json=how.as_json)
    return GOOD


async def edit_letter(world: World, owner: str, event: str, how: How) -> int:
    """Send it for a refused dead letter; return the exit code."""
    payload = read_payload(how.file)
    subscription = find(world, owner)
    known = KnownLetters()
    letters = await known.of(world, subscription.id, [event])
    if not letters:
        say = console(stderr=True).print
        say(f"{subscription.id} has no dead letter of event {event}.")
        return FAILED
    await refuse_unready(world, subscription, force=how.force)
    writer = EventWriter(world.publisher, world.schemas, load_catalogue(how.folder))
    done = await replace_letter(
        Desk(world, writer, known), subscription, letters, payload, dry_run=how.dry_run
    )
    say_replaced(done._asdict(), as_json=how.as_json)
    return GOOD


def say_replaced(done: Mapping[str, object], *, as_json: bool) -> None:
    """What stands in whose place, or would."""
    if as_json:
        print_json({**done, "to": done["to"] or None})
        return
    what = f"{done['type']} {done['event_id']} of order {done['order_id']}"
    if not done["to"]:
        console().print(f"would replace {done['of']} by {what}")
    elif done["already"]:
        console().print(f"{done['of']} was replaced before, by {done['to']}: {what}")
    else:
        console().print(f"replaced {done['of']} by {done['to']}: {what}")
