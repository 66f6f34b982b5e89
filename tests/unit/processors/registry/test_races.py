"""Instances that write at once: who counts, and what compaction may find."""

import asyncio
from collections.abc import Callable

import pytest

from bus.adapters.memory import (
    Fault,
    MemoryBroker,
)
from bus.errors import RegistryUnavailableError
from bus.record import Message
from bus.registry.answers import Append, Decision
from bus.registry.log import SchemaLog
from bus.registry.records import (
    Content,
    Key,
    Kind,
    Version,
    encode_value,
)
from bus.registry.rules import delete_subject
from processors.registry.journal import TOPIC
from tests.support.registry import memory_broker
from tests.support.registry_journal import journal, lines, registering, until
from tests.support.schema_log import fixed


def rival(broker: MemoryBroker, name: str) -> Callable[[Message], Fault | None]:
    """Somebody who writes version 1 of `s` just before we do, once."""
    waiting = [name]

    def interfere(_message: Message) -> Fault | None:
        while waiting:
            value = Version("s", 1, 1, Content(fixed(waiting.pop())))
            key = Key(Kind.SCHEMA, "s", 1)
            broker.append(SchemaLog(TOPIC).message(key, value))
        return None

    return interfere


async def test_who_comes_second_tries_again() -> None:
    """The loser's schema gets the next version and the next id."""
    broker = memory_broker()
    async with journal(broker) as held:
        broker.faults = rival(broker, "Other")
        assert await held.submit(registering("s", "Mine")) == 2
        assert [(v.version, v.id) for v in held.log.versions("s")] == [(1, 1), (2, 2)]


async def test_a_lost_race_is_repaired_for_compaction() -> None:
    """The last record of every key says what the registry says."""
    broker = memory_broker()
    async with journal(broker) as held:
        broker.faults = rival(broker, "Other")
        await held.submit(registering("s", "Mine"))
        await until(lambda: not held.log.disputed)
        winner = encode_value(
            Key(Kind.SCHEMA, "s", 1), Version("s", 1, 1, Content(fixed("Other")))
        )
        assert lines(broker)[-1] == winner


async def test_what_a_crashed_writer_left_is_repaired_at_the_start() -> None:
    """A lost race that nobody repaired before, found while reading the log."""
    broker = memory_broker()
    key = Key(Kind.SCHEMA, "s", 1)
    for name in ("First", "Second"):
        value = Version("s", 1, 1, Content(fixed(name)))
        broker.append(SchemaLog(TOPIC).message(key, value))
    async with journal(broker) as held:
        await until(lambda: not held.log.disputed)
        assert held.log.versions("s")[0].content == Content(fixed("First"))
        assert lines(broker)[-1] == lines(broker)[0]


async def test_a_deletion_raced_in_part_is_finished() -> None:
    """Of two instances that delete one subject at once, both say what went."""
    broker = memory_broker()
    async with journal(broker) as one, journal(broker) as two:
        for name in "XYZ":
            await one.submit(registering("s", name))
        await two.refresh()
        answers = await asyncio.gather(
            *(
                held.submit(lambda log: delete_subject(log, "s", permanent=False))
                for held in (one, two)
            )
        )
        assert (1, 2, 3) in answers
        assert all(v.deleted for v in one.log.versions("s"))
        await two.refresh()
        assert one.log.versions("s") == two.log.versions("s")


async def test_a_deletion_that_a_rival_began_is_finished() -> None:
    """Part of it was done by somebody else at the same moment: the answer stands."""
    broker = memory_broker()
    async with journal(broker) as held:
        for name in "XY":
            await held.submit(registering("s", name))
        first = held.log.versions("s")[0]
        key = Key(Kind.SCHEMA, "s", 1)
        waiting = [held.log.message(key, first._replace(deleted=True))]

        def interfere(_message: Message) -> None:
            while waiting:
                broker.append(waiting.pop())

        broker.faults = interfere
        answer = await held.submit(
            lambda log: delete_subject(log, "s", permanent=False)
        )
        assert answer == (1, 2)
        assert all(version.deleted for version in held.log.versions("s"))


async def test_rivals_without_end_are_given_up_on() -> None:
    """An instance that always comes second says so, and does not spin for ever."""
    broker = memory_broker()
    names = iter(range(10_000))
    busy = False

    def interfere(message: Message) -> Fault | None:
        nonlocal busy
        if not busy and message.value is not None:
            busy = True
            broker.append(Message(TOPIC, message.key, _other(next(names)), (), 0))
            busy = False
        return None

    def _other(number: int) -> bytes | None:
        key = Key(Kind.CONFIG, f"{number}")
        return encode_value(key, "FULL" if number % 2 else "NONE")

    def decide(log: SchemaLog) -> Decision[str]:
        assert log is not None
        return Append(((Key(Kind.CONFIG, "s"), "BACKWARD"),), "BACKWARD")

    async with journal(broker) as held:
        broker.faults = interfere
        with pytest.raises(RegistryUnavailableError, match="too many writers"):
            await held.submit(decide)
        broker.faults = lambda _: None
