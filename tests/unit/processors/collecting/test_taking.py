"""A file is in Kafka before anybody says so; once, whatever dies meanwhile."""

import asyncio
from dataclasses import replace

import pytest

from bus.adapters.memory import MemoryLogReader, MemoryPublisher
from bus.adapters.memory.broker import Fault
from bus.errors import PublishError
from bus.intake.collecting.entries import STALE_S
from bus.intake.verifying.verdict import Reason
from bus.record import Message
from processors.collecting.ledger import Ledger
from processors.collecting.taking import (
    Busy,
    Outcome,
    Parcel,
    Refused,
    Repeat,
    Taken,
    Taker,
)
from tests.support.collecting import ORDER, Files
from tests.support.door import SECRET, signed


async def take(
    files: Files, taker: Taker, parcel: Parcel, source: str = "own"
) -> Outcome:
    """Take a file of a source."""
    found = files.sources[source]
    return await taker.take(found, files.channel(found.channel), parcel)


def failing_at(files: Files, number: int) -> None:
    """Let the broker refuse the so-manyth write from now on, as if we had died."""
    count = 0

    def fault(_: Message) -> Fault | None:
        nonlocal count
        count += 1
        return Fault.REFUSE if count >= number else None

    files.worlds.broker.faults = fault


async def test_kept_as_a_submission(files: Files) -> None:
    """With its way, its time, and what was taken out of it."""
    body = b'{"id": 7, "card": "4111 1111 1111 1111"}'
    outcome = await take(files, files.taker(), Parcel("a.json", body))
    assert isinstance(outcome, Taken)
    (raw,) = files.kept()
    assert (raw.id, raw.submission.via) == (outcome.id, "file")
    assert raw.verdict is Reason.NOT_CHECKED
    assert raw.submission.place is not None
    assert outcome.place.endswith(f"/{raw.submission.place.offset}")
    assert b"4111 11" in raw.submission.body
    assert b"1111 1111 1111" not in raw.submission.body
    assert outcome.redacted == raw.redacted == {"pan": 1}


async def test_the_same_bytes_are_a_repeat(files: Files) -> None:
    """By whatever name, in another process too; unless it is wanted again."""
    first = await take(files, files.taker(), Parcel("a.json", ORDER))
    assert isinstance(first, Taken)
    again = await take(files, files.taker(), Parcel("b.json", ORDER))
    assert isinstance(again, Repeat)
    assert (again.of.id, again.of.name) == (first.id, "a.json")
    assert len(files.kept()) == 1
    twice = await take(files, files.taker(), Parcel("b.json", ORDER, again=True))
    assert isinstance(twice, Taken)
    assert [raw.id for raw in files.kept()] == [first.id, twice.id]


async def test_of_another_source_they_are_not(files: Files) -> None:
    """What one sends says nothing of another."""
    files.add("other", "generic-json")
    await take(files, files.taker(), Parcel("a.json", ORDER))
    other = await take(files, files.taker(), Parcel("a.json", ORDER), "other")
    assert isinstance(other, Taken)


@pytest.mark.parametrize("died_at", [1, 2, 3])
async def test_a_crash_costs_nothing_and_doubles_nothing(
    files: Files, died_at: int
) -> None:
    """Before it was begun, before it was written, before it was noted as done."""
    failing_at(files, died_at)
    with pytest.raises(PublishError):
        await take(files, files.taker(), Parcel("a.json", ORDER, stamp="1"))
    files.worlds.broker.faults = lambda _: None
    taker = files.taker()
    outcome = await take(files, taker, Parcel("a.json", ORDER, stamp="1"))
    if died_at > 1:
        assert isinstance(outcome, Busy)
        await files.worlds.clock.advance(outcome.wait_s)
        outcome = await take(files, taker, Parcel("a.json", ORDER, stamp="1"))
    assert isinstance(outcome, Taken)
    assert [raw.id for raw in files.kept()] == [outcome.id]
    once_more = await take(files, taker, Parcel("a.json", ORDER, stamp="1"))
    assert once_more == Taken(outcome.id, outcome.place)


async def test_several_at_once_take_it_once(files: Files) -> None:
    """The first to begin stands; the others are told to come later, or of a repeat."""
    takers = [files.taker() for _ in range(5)]
    outcomes = await asyncio.gather(
        *(take(files, taker, Parcel("a.json", ORDER)) for taker in takers)
    )
    assert sum(isinstance(one, Taken) for one in outcomes) == 1
    assert all(isinstance(one, Taken | Busy | Repeat) for one in outcomes)
    assert len(files.kept()) == 1
    await files.worlds.clock.advance(STALE_S)
    later = await take(files, takers[-1], Parcel("a.json", ORDER))
    assert isinstance(later, Repeat)


@pytest.mark.parametrize(
    ("body", "why"), [(b" \n", "empty"), (b"x" * 101, "it has 101 bytes")]
)
async def test_what_cannot_be_kept_is_refused(
    files: Files, body: bytes, why: str
) -> None:
    """With the reason, before anything is written."""
    files.add("small", "generic-json", max_body=100)
    outcome = await take(files, files.taker(), Parcel("a", body), "small")
    assert isinstance(outcome, Refused)
    assert why in outcome.why
    assert files.worlds.records(files.worlds.topology.collected) == []


async def test_a_signature_that_is_there_has_to_be_right(files: Files) -> None:
    """A saved webhook needs none; with a wrong one it is refused, or parked."""
    secret = {"id": "1", "value": SECRET, "since": "2020-01-01T00:00:00Z"}
    files.add("shop", "shopify", secrets=[secret])
    files.add("lenient", "shopify", secrets=[secret], unverified="park")
    right = {name.lower(): value for name, value in signed(ORDER).items()}
    wrong = {name.lower(): value for name, value in signed(ORDER, "x").items()}
    taker = files.taker()
    refused = await take(files, taker, Parcel("a", ORDER, wrong), "shop")
    assert isinstance(refused, Refused)
    assert "mismatch" in refused.why
    parked = await take(files, taker, Parcel("a", ORDER, wrong), "lenient")
    assert isinstance(parked, Taken)
    assert files.kept("lenient")[0].verdict is Reason.MISMATCH
    assert isinstance(
        await take(files, taker, Parcel("a", ORDER, right), "shop"), Taken
    )
    bare = await take(files, taker, Parcel("b", ORDER + b" "), "shop")
    assert isinstance(bare, Taken)
    assert [raw.verdict for raw in files.kept("shop")] == [
        Reason.VERIFIED,
        Reason.NOT_CHECKED,
    ]


async def test_what_is_forgotten_is_taken_again(files: Files) -> None:
    """Only so many files are remembered, those that were taken last."""
    taker = files.taker()
    broker, topic = files.worlds.broker, files.worlds.topology.collected
    made = MemoryLogReader(broker), MemoryPublisher(broker)
    taker = replace(taker, ledger=Ledger(*made, topic, most=2))
    parcels = [Parcel(f"{n}.json", b'{"id": %d}' % n) for n in range(3)]
    for parcel in parcels:
        assert isinstance(await take(files, taker, parcel), Taken)
    assert isinstance(await take(files, taker, parcels[2]), Repeat)
    assert isinstance(await take(files, taker, parcels[0]), Taken)
