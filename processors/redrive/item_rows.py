"""Quarantined records as plain values: for JSON, lists and pages."""

import base64
from collections.abc import Iterator
from functools import partial

from bus.contracts.framing import split_frame
from bus.errors import DecodeError
from bus.event import Event
from bus.record import Headers
from bus.webhook.document import document
from processors.redrive.events import Events
from processors.redrive.fates import KnownFates
from processors.redrive.letter_rows import Row, moment
from processors.redrive.newest import enough, newest_items
from processors.redrive.quarantine import Item, WantedItems, read_items
from processors.redrive.release import Released
from processors.redrive.within import LATER, not_all
from processors.subscriptions.world import World


async def all_items(world: World, meant: WantedItems) -> list[Item]:
    """All that are meant, in the order in which they were put aside."""
    found = [item async for batch in read_items(world, meant) for item in batch]
    return sorted(found, key=lambda item: item.at_ms)


async def the_newest(
    world: World, meant: WantedItems, limit: int
) -> tuple[list[Item], bool]:
    """The newest that are meant, in the order of `all_items`; 0: all.

    Also whether there are older ones.
    """
    if not limit:
        return await all_items(world, meant), False
    newest = partial(newest_items, world, KnownFates(), meant)
    found, rest = await enough(limit, newest)
    return sorted(found, key=lambda item: item.at_ms), rest is not None


async def event_now(world: World, item: Item) -> Event | str:
    """What a record decodes to by now, or why it does not."""
    try:
        return await Events(world.schemas).of(item.source)
    except DecodeError as error:
        return str(error)


def item_row(item: Item) -> Row:
    """One line of a list."""
    return {
        "place": item.place,
        "topic": item.topic,
        "reason": item.meaning.code,
        "detail": item.why,
        "source": item.sender,
        "key": text_of(item.source.key),
        "at": moment(item.at_ms),
        "state": item.fate.value,
        "state_at": moment(item.marked_at_ms) if item.marked_at_ms else None,
        "quarantined_as": f"{item.record.partition}/{item.record.offset}",
    }


def item_whole(item: Item, now: Event | str) -> Row:
    """All there is to say of one; `now` is what it decodes to, or why it does not."""
    value = item.source.value
    return {
        **item_row(item),
        "meaning": item.meaning.words,
        "what_to_do": item.meaning.todo,
        "decodes_now": not isinstance(now, str),
        "problem_now": now if isinstance(now, str) else None,
        "schema_id": schema_id_of(value),
        "bytes": len(value or b""),
        "headers": [*headers_of(item.source.headers)],
        "value": None if value is None else base64.b64encode(value).decode(),
        "event": None if isinstance(now, str) else document(now),
    }


def released_row(done: Released) -> Row:
    """What was done, or would be, as plain values."""
    return {
        "pending": done.pending,
        "replayed": done.released,
        "by_topic": dict(sorted(done.by_topic.items())),
        "deliveries": dict(sorted(done.deliveries.items())),
        "wanted_by_none": done.unwanted,
        "failed_filters": done.failed_filters,
        "too_large": done.refused,
        "still_stuck": dict(sorted(done.stuck.items())),
        "complete": done.complete,
        "note": None if done.complete else not_all(done.within_s, LATER),
    }


def schema_id_of(value: bytes | None) -> int | None:
    """The schema id that a value is framed with; None if it is not."""
    try:
        return split_frame(value)[0]
    except DecodeError:
        return None


def headers_of(headers: Headers) -> Iterator[Row]:
    """Headers as texts."""
    for name, value in headers:
        yield {"name": name, "value": text_of(value)}


def text_of(data: bytes | None) -> str | None:
    """Bytes as text; what is none as escapes."""
    return None if data is None else data.decode(errors="backslashreplace")
