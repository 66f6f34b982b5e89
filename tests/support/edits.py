"""Edits of a record that was put aside from oms.order/0/7, and of their event."""

import json
from typing import cast

from bus.client.producer import EventWriter
from bus.client.schemas import load_catalogue
from bus.contracts.jsontext import read_json
from bus.event import Event
from bus.record import Message, Record
from bus.samples.lifecycles import sample
from bus.webhook.document import plain
from processors.redrive.edits import Desk, Payload, replace_item
from processors.redrive.events import Events
from processors.redrive.item_rows import all_items
from processors.redrive.known_items import KnownItems
from processors.redrive.quarantine import WantedItems
from processors.redrive.replacing import Replaced
from processors.subscriptions.world import World
from tests.support.orders import STARTED

EVENT = sample("order.created", 1, STARTED)
SAID = (
    ("ce_id", b"PAY-7"),
    ("ce_source", b"/erp"),
    ("ce_type", b"order.created"),
)


def payload(event: Event = EVENT, **fields: object) -> Payload:
    """The event's data as JSON has it, some fields edited."""
    text = json.dumps({**cast("dict[str, object]", plain(dict(event.data))), **fields})
    return Payload(cast("dict[str, object]", read_json(text.encode())))


def writer(world: World) -> EventWriter:
    """Writes events in a world."""
    return EventWriter(world.publisher, world.schemas, load_catalogue())


async def put_aside(world: World, *headers: tuple[str, bytes], count: int = 1) -> None:
    """A record that nobody can decode, put aside from oms.order/0/7."""
    ours = (
        ("bus-quarantine-reason", b"not framed"),
        ("bus-quarantine-origin", b"oms.order/0/7"),
        ("bus-quarantine-at-ms", b"1000"),
    )
    for _ in range(count):
        await world.publisher.publish(
            Message("bus.quarantine", b"SO-1", b"junk", (*headers, *ours))
        )


async def edit_item(world: World, what: Payload, *, dry_run: bool = False) -> Replaced:
    """Edit that record."""
    items = await all_items(world, WantedItems(places=["oms.order/0/7"]))
    desk = Desk(world, writer(world), KnownItems())
    return await replace_item(desk, items, what, dry_run=dry_run)


async def fates(world: World) -> list[str]:
    """What became of the quarantined records."""
    return [item.fate.value for item in await all_items(world, WantedItems())]


async def decoded(world: World, record: Record) -> Event:
    """Its event."""
    return await Events(world.schemas).of(record)
