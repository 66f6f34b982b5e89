"""How the bus is, asked of a broker in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field, replace

import pytest
from typing_extensions import override

from bus.adapters.memory.publisher import MemoryPublisher
from bus.adapters.memory.topics import MemoryGroups
from bus.delivery.presence import Presence, presence_message
from bus.errors import BrokerUnavailableError
from bus.record import Commit, Message, TopicPartition
from bus.topics.topic import Cluster
from processors.status.counting import Count
from processors.status.desk import Desk
from processors.status.lagging import Group
from processors.status.question import Question, Unknown
from processors.status.report import Report, Subscriber, troubles
from processors.subscriptions.world import World
from tests.support.past import Past
from tests.support.worlds import Worlds

LIVE = Presence(
    host="node-1", pid=1, programs=("fanout", "retry", "ordered"), started_ms=0
)


@dataclass
class Stage:
    """A world, what happened in it, and the desk where it is asked."""

    worlds: Worlds
    world: World
    past: Past
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        """Open the desk."""
        self.desk = Desk(self.world)

    async def say(self, presence: Presence) -> None:
        """Let a process tell of itself."""
        message = presence_message("bus.processes", presence)
        await MemoryPublisher(self.worlds.broker).publish(message)

    async def write(self, topic: str, count: int) -> None:
        """Write records, a second apart."""
        for _ in range(count):
            await self.world.publisher.publish(Message(topic, b"k", b"v", (), 0))
            await self.worlds.clock.advance(1)

    async def subscriber(self, name: str) -> Subscriber:
        """What is said of one."""
        found = await self.desk.subscribers()
        assert not isinstance(found, Unknown)
        return next(one for one in found if one.id == name)


@pytest.fixture
async def stage(worlds: Worlds) -> AsyncIterator[Stage]:
    """A stage with one subscription."""
    async with worlds.open() as world:
        await world.table.ready()
        past = Past(world)
        await past.subscribe()
        await past.subscribe("ordered", ordering="key")
        found = Stage(worlds, world, past)
        yield found
        found.desk.close()


async def report(asked: Awaitable[Report]) -> Report:
    """The report; the test fails rather than hang."""
    async with asyncio.timeout(10):
        return await asked


async def test_all_is_well(stage: Stage) -> None:
    """Nothing waits, nothing is dead, everybody is there: nothing to look at."""
    await stage.say(LIVE)
    found = await report(stage.desk.report())
    assert troubles(found) == []
    assert found.cluster == Cluster((0, 1, 2))
    assert found.registry == "answers"
    assert not isinstance(found.subscriptions, Unknown)
    assert all(one.is_quiet for one in found.subscriptions)


async def test_lag_is_records_and_time(stage: Stage) -> None:
    """From the first record that is not committed, whatever lies before it."""
    await stage.write("oms.order", 5)
    group = stage.worlds.broker.group("bus.fanout")
    group.positions[TopicPartition("oms.order", 0)] = Commit(2)
    found = await report(stage.desk.report())
    fanout = found.groups["bus.fanout"]
    assert isinstance(fanout, Group)
    assert fanout.backlog.records == 3
    assert found.at_ms - (fanout.backlog.oldest_ms or 0) == 3_000
    assert fanout.members == 0


async def test_what_waits_by_tier(stage: Stage) -> None:
    """And in the ordered topic of who has one."""
    await stage.write("bus.retry.acme.1s", 2)
    await stage.write("bus.retry.acme.30s", 3)
    await stage.write("bus.ordered.ordered", 1)
    acme, ordered = await stage.subscriber("acme"), await stage.subscriber("ordered")
    assert acme.pending is not None
    assert {tier: b.records for tier, b in acme.pending.items()} == {
        "1s": 2,
        "5s": 0,
        "30s": 3,
    }
    assert acme.backlog is not None
    assert acme.backlog.records == 5
    assert ordered.pending is not None
    assert ordered.pending["ordered"].records == 1


async def test_dead_letters_that_are_pending(stage: Stage) -> None:
    """Marks and what they mark do not count."""
    (event, record), (other, there), *_ = await stage.past.order()
    await stage.past.die("acme", event, record)
    first = (await stage.past.records("bus.dlq.acme"))[0]
    await stage.past.die("acme", other, there)
    headers = (("bus-mark", b"replayed"), ("bus-mark-of", b"0/%d" % first.offset))
    mark = Message("bus.dlq.acme", b"k", None, headers, first.partition)
    await stage.world.publisher.publish(mark)
    assert (await stage.subscriber("acme")).dead == Count(1)
    assert "1 dead letter is" in " ".join(troubles(await report(stage.desk.report())))


async def test_many_dead_letters_are_not_read_to_be_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A topic that holds more than is read is bounded, by its offsets."""
    monkeypatch.setattr("processors.status.counting.MOST_READ", 2)
    for (event, record), _ in zip(await stage.past.order(), range(2), strict=False):
        await stage.past.die("acme", event, record)
    assert (await stage.subscriber("acme")).dead == Count(2)
    (event, record), *_ = await stage.past.order(2)
    await stage.past.die("acme", event, record)
    assert (await stage.subscriber("acme")).dead == Count(3, exact=False)


async def test_breakers_as_the_processes_say(stage: Stage) -> None:
    """In all processes, in some, in none; where nobody runs there is none."""
    assert (await stage.subscriber("acme")).breaker == "-"
    await stage.say(replace(LIVE, breakers={"acme": "open"}))
    assert (await stage.subscriber("acme")).breaker == "open"
    await stage.say(replace(LIVE, pid=2))
    assert (await stage.subscriber("acme")).breaker == "open in 1 of 2"
    await stage.say(replace(LIVE, breakers={"acme": "half_open"}))
    assert (await stage.subscriber("acme")).breaker == "half-open in 1 of 2"
    assert await stage.desk.breaker("acme") == "half-open in 1 of 2"
    assert (await stage.subscriber("ordered")).breaker == "closed"


async def test_processes_that_fall_silent(stage: Stage) -> None:
    """Killed or frozen: shown with how long, its breakers forgotten."""
    await stage.say(replace(LIVE, breakers={"acme": "open"}))
    await stage.worlds.clock.advance(60)
    await stage.say(replace(LIVE, pid=2, programs=("fanout",)))
    found = await report(stage.desk.report())
    said = " ".join(troubles(found))
    assert "node-1/1 is silent" in said
    assert "nobody runs retry, ordered" in said
    assert (await stage.subscriber("acme")).breaker == "closed"


async def test_not_ready_says_why(stage: Stage) -> None:
    """In the process's own words."""
    await stage.say(replace(LIVE, not_ready={"broker": "no answer for 12 s"}))
    said = troubles(await report(stage.desk.report()))
    assert said == ["process node-1/1 is not ready: broker: no answer for 12 s"]


async def test_a_broker_that_is_down(stage: Stage) -> None:
    """Everything Kafka would have to say is unknown, each with why."""
    stage.worlds.broker.down()
    found = await report(stage.desk.report())
    assert set(found.unknown) == {
        "broker",
        "processes",
        "quarantine",
        "group bus.fanout",
        "group bus.retry",
        "group bus.ordered",
    }
    assert all(found.unknown.values())
    assert not isinstance(found.subscriptions, Unknown)
    (acme, _) = found.subscriptions
    assert (acme.breaker, acme.pending, acme.dead) == (None, None, None)


class Leaderless(MemoryGroups):
    """Groups whose coordinator is moving: where they stand is known all the same."""

    @override
    async def members(self, group: str) -> int:
        """Say what Kafka says then."""
        raise BrokerUnavailableError(f"describe {group}: NOT_COORDINATOR")


async def test_a_coordinator_that_moves_hides_no_lag(stage: Stage) -> None:
    """Members are unknown, what waits is not."""
    await stage.write("oms.order", 2)
    world = replace(stage.world, groups=Leaderless(stage.worlds.broker))
    found = await report(Desk(world).report())
    fanout = found.groups["bus.fanout"]
    assert isinstance(fanout, Group)
    assert (fanout.members, fanout.backlog.records) == (None, 2)


async def test_no_answer_is_an_answer() -> None:
    """What hangs is unknown in time, is not asked twice, and may answer later."""
    asked, gate = 0, asyncio.Event()

    async def slow() -> str:
        nonlocal asked
        asked += 1
        await gate.wait()
        return "well"

    question = Question(slow)
    assert await question.answer(0.01) == Unknown("no answer within 0.01 s")
    assert isinstance(await question.answer(0.01), Unknown)
    gate.set()
    assert await question.answer(5) == "well"
    assert asked == 1
    assert await question.answer(5) == "well"
    assert asked == 2


async def test_a_refusal_is_unknown_with_its_words() -> None:
    """And a bug is a bug."""

    async def refuse() -> str:
        raise BrokerUnavailableError("who are you?")

    async def fail() -> str:
        raise ZeroDivisionError

    assert await Question(refuse).answer(5) == Unknown("who are you?")
    with pytest.raises(ZeroDivisionError):
        await Question(fail).answer(5)
