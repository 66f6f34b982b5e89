"""What convert counts of a source, for the watch."""

import json
from datetime import UTC, datetime, timedelta

from bus.intake.health import words
from bus.intake.health.numbers import SETTLES_S, missing
from bus.intake.health.tally import Tally
from bus.intake.samples import Sample
from processors.convert.samples import KnownFields
from tests.support.converting import DEFINITION, MAPPING, World, order, shop

NUMBERED = DEFINITION + "numbered: order\n"
WITH_NUMBERS = MAPPING.replace(
    "  order.id: id\n", "  order.id: id\n  order.number: number\n", 1
).replace("  note: note\n", "  note: note\n  occurred_at: at | time\n", 1)


def tally(world: World) -> Tally:
    """What is counted of the source."""
    return world.tallies.get("mine")


def counts(world: World) -> dict[str, int]:
    """The same of the last hours, whatever the time."""
    found: dict[str, int] = {}
    for span in tally(world).long.values():
        for word, count in span.items():
            found[word] = found.get(word, 0) + count
    return found


async def test_ways_and_fates_are_counted() -> None:
    """Of each part; files are what came by itself, too."""
    world = World()
    world.send(order(1), order(2))
    world.send(order(2))
    world.send({"kind": "ping"}, via="file")
    world.send_bytes(b"{")
    await world.converts()
    assert counts(world) == {
        "via.webhook": 3,
        "via.file": 1,
        "came": 1,
        "told": 2,
        "repeat": 1,
        "ignored": 1,
        "parked.parse": 1,
    }


async def test_numbers_of_orders_are_taken_whatever_becomes_of_them() -> None:
    """`#1001` is one; a number that never came is missing later."""
    world = World(channels={"shop": shop(NUMBERED, WITH_NUMBERS)})
    for number in ("#1001", "#1002", "#1004", "B-7", None):
        world.send(order(str(number)) | {"number": number})
    await world.converts()
    later = world.clock.now() + SETTLES_S + 60
    assert missing([tally(world).numbers], later) == [1003]


async def test_orders_of_the_future_are_counted() -> None:
    """By a minute and more: a clock is ahead, ours or theirs."""
    world = World(channels={"shop": shop(NUMBERED, WITH_NUMBERS)})
    now = datetime.fromtimestamp(world.clock.now(), UTC)
    for number, minutes in enumerate((-5, 0, 2)):
        at = (now + timedelta(minutes=minutes)).isoformat()
        world.send(order(number, at=at))
    await world.converts()
    assert counts(world)[words.AHEAD] == 1


async def test_fields_are_looked_at_now_and_then() -> None:
    """One submission a second at most; against the samples."""
    item = {"kind": "order", "id": "1", "event": "e"}
    body = json.dumps({"items": [item]}).encode()
    world = World(samples=[Sample("a", body, {}, None)])
    for number in range(5):
        world.send(order(number, surprise=True))
    await world.converts()
    assert dict(tally(world).fields.new) == {"surprise": 1}


async def test_samples_are_read_aside_for_each_version() -> None:
    """Until then nothing is said; a channel without samples has no known fields."""
    world, channel = World(), shop()
    known = KnownFields(lambda _name: [], world.clock)
    assert known.of(channel) is None
    await known.find_out()
    found = known.of(channel)
    assert found is not None
    assert found.version == channel.version
    assert known.of(shop(DEFINITION, MAPPING + "# mended\n")) is None
