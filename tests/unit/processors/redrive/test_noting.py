"""What was replayed, discarded, acknowledged is written down, with its counts."""

import pytest

from bus.access.audit import Change
from bus.adapters.memory.broker import Fault
from bus.errors import PublishError
from bus.record import Message
from processors.redrive.acking import write_acks
from processors.redrive.backfill import Span, deliver
from processors.redrive.letters import Wanted, read_letters
from processors.redrive.replaying import discard, replay
from tests.support.past import Past
from tests.support.worlds import Worlds

EVENT_ID = "5f0c0c9e-4a54-4b6e-9d5e-0d0a7a8c9d11"


async def _dead(past: Past) -> int:
    await past.subscribe(owner="shop")
    life = await past.order()
    for event, record in life:
        await past.die("acme", event, record)
    return len(life)


def _told(worlds: Worlds) -> list[Change]:
    return [one for one in worlds.audited() if one.entity != "subscription"]


async def test_a_replay_is_written_down_once(past: Past, worlds: Worlds) -> None:
    """Whose letters, how many; of nothing replayed nothing is said."""
    count = await _dead(past)
    world = past.world.by("k2", "10.0.0.7")
    acme = world.table.get("acme")
    assert acme is not None
    for _ in range(2):
        await replay(world, acme, read_letters(world, "acme", Wanted()), lambda _: None)
    (told,) = _told(worlds)
    assert told == Change(
        "k2", "shop", "10.0.0.7", "replay", "letters", "acme", None, {"replayed": count}
    )


async def test_half_a_replay_is_written_down(past: Past, worlds: Worlds) -> None:
    """What was done before Kafka took no more."""
    await _dead(past)
    acme = past.world.table.get("acme")
    assert acme is not None
    left = 2

    def refuse(message: Message) -> Fault | None:
        nonlocal left
        if message.topic != "bus.retry.acme.1s":
            return None
        left -= 1
        return None if left >= 0 else Fault.REFUSE

    worlds.broker.faults = refuse
    letters = read_letters(past.world, "acme", Wanted())
    with pytest.raises(PublishError):
        await replay(past.world, acme, letters, lambda _: None)
    (told,) = _told(worlds)
    assert told.after == {"replayed": 2}


async def test_a_discard_is_written_down(past: Past, worlds: Worlds) -> None:
    """For each subscription."""
    count = await _dead(past)
    letters = read_letters(past.world, "acme", Wanted())
    assert await discard(past.world, letters, lambda _: None) == count
    (told,) = _told(worlds)
    assert (told.action, told.entity_id, told.tenant) == ("discard", "acme", "shop")
    assert told.after == {"discarded": count}


async def test_a_span_delivered_again_is_written_down(
    past: Past, worlds: Worlds
) -> None:
    """Which span, and what narrowed it."""
    await _dead(past)
    acme = past.world.table.get("acme")
    assert acme is not None
    span = Span(since_ms=0, until_ms=past.now_ms + 1, types=["order.*"])
    found = await deliver(past.world, acme, span, lambda _: None)
    (told,) = _told(worlds)
    assert (told.action, told.entity, told.entity_id) == ("replay", "events", "acme")
    assert told.after is not None
    assert told.after["replayed"] == found.wanted
    assert told.after["since"] == "1970-01-01T00:00:00.000000Z"
    assert told.after["types"] == ["order.*"]


async def test_an_ack_by_hand_is_written_down(past: Past, worlds: Worlds) -> None:
    """Of which events; not what Kafka did not take."""
    await past.subscribe(owner="shop")
    await write_acks(past.world, "acme", [EVENT_ID], "ada")
    (told,) = _told(worlds)
    assert (told.action, told.entity, told.tenant) == ("add", "ack", "shop")
    assert told.after == {"acknowledged": 1, "events": [EVENT_ID], "by": "ada"}
    worlds.broker.faults = lambda _: Fault.REFUSE
    with pytest.raises(PublishError):
        await write_acks(past.world, "acme", [EVENT_ID], "ada")
    assert len(_told(worlds)) == 1
