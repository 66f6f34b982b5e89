"""Sources of intake in the watch: what was counted becomes a state, an alert, a row."""

from bus.adapters.memory import settle
from bus.intake.health import words
from bus.intake.health.tally import Tally
from bus.record import Commit, Message, TopicPartition
from bus.watch.usual import HOUR
from bus.watch.verdicts import Kind, Subject
from processors.tallying.records import tally_message
from processors.watch.records import PastHour, hour_message
from processors.watch.sourced import health_rows, known_sources, source_health
from tests.support.sources import added, open_sources
from tests.support.watching import Watched

SHOP = Subject(Kind.INTAKE, "shop-eu")


async def tell(stage: Watched, tally: Tally, process: str = "door@a:1") -> None:
    """Let a process write down what it has counted of shop-eu."""
    world = stage.world
    topic, now = world.topology.tallies, world.clock.now()
    message = tally_message(topic, "shop-eu", process, tally, now)
    await world.publisher.publish(message)
    await settle()


async def test_what_is_counted_becomes_a_state_and_a_row(stage: Watched) -> None:
    """Of two processes; wrong signatures make it failing, and an alert."""
    async with open_sources(stage.worlds) as sources:
        await added(sources, secret="a-secret")  # noqa: S106 - a test's
        one = await stage.begin()
        now = stage.world.clock.now()
        door, convert = Tally(), Tally()
        for _ in range(10):
            door.count(words.CAME, now)
            convert.count(words.TOLD, now)
        await tell(stage, door)
        await tell(stage, convert, "convert@a:2")
        await stage.pass_s(60)
        assert stage.health(one, SHOP) == "healthy"
        row = source_health(one.board, "shop-eu", stage.world.clock.now())
        assert row["state"] == "healthy"
        assert row["hour"]["came"] == 10  # type: ignore[index]
        assert row["hour"]["told"] == 10  # type: ignore[index]

        for _ in range(8):
            door.count("refused.mismatch", now)
        await tell(stage, door)
        await stage.pass_s(60)
        assert stage.health(one, SHOP) == "failing"
        assert stage.ear.heard == ["intake_refused:intake/shop-eu fires"]
        (row,) = health_rows(one.board, known_sources(one.board), one.board.look.at)  # type: ignore[union-attr]
        assert row["reasons"][0]["rule"] == "intake_refused"  # type: ignore[index]
        assert row["hour"]["refused"] == {"mismatch": 8}  # type: ignore[index]


async def test_what_is_kept_and_not_converted_is_told(stage: Watched) -> None:
    """How much, since when, and where nothing moves; no more once it is converted."""
    async with open_sources(stage.worlds) as sources:
        await added(sources, secret="a-secret")  # noqa: S106 - a test's
        tally = Tally()
        tally.count(words.CAME, stage.world.clock.now())
        await tell(stage, tally)
        one = await stage.begin()
        world, topic = stage.world, stage.world.topology.raw_topic("shop-eu")
        written = await world.publisher.publish(Message(topic, b"o-1", b"{}"))
        await stage.pass_s(60)
        assert stage.health(one, SHOP) == "healthy"
        await stage.pass_s(240)
        assert stage.health(one, SHOP) == "failing"
        assert stage.ear.heard == ["intake_waiting:intake/shop-eu fires"]
        (row,) = health_rows(one.board, known_sources(one.board), one.board.look.at)  # type: ignore[union-attr]
        said = row["reasons"][0]["why"]  # type: ignore[index]
        assert str(said).startswith("1 submission not converted, the oldest for ")
        assert str(said).endswith(f"; partition {written.partition} stands still")

        group = stage.worlds.broker.group(world.convert_group)
        place = TopicPartition(topic, written.partition)
        group.positions[place] = Commit(written.offset + 1)
        await stage.pass_s(600)
        assert stage.health(one, SHOP) == "healthy"


async def test_a_silence_that_is_unusual_is_told(stage: Watched) -> None:
    """By the hours of past weeks, as of topics; a page."""
    async with open_sources(stage.worlds) as sources:
        await added(sources, secret="a-secret")  # noqa: S106 - a test's
        tally = Tally()
        tally.count(words.CAME, stage.world.clock.now())
        await tell(stage, tally)
        one = await stage.begin()
        await stage.pass_s(10)
        await usual(stage, one.board.term)
        await stage.pass_s(120)
        assert stage.health(one, SHOP) == "healthy"
        await stage.pass_s(600)
        assert stage.health(one, SHOP) == "failing"
        assert "intake_silent:intake/shop-eu fires" in stage.ear.heard


async def usual(stage: Watched, term: int) -> None:
    """Let it be so that it sends two a minute at any hour."""
    topic, weeks = stage.world.topology.alerts, [[2] * HOUR] * 4
    for slot in range(168):
        past = PastHour(topic="in/shop-eu", hour=slot, weeks=weeks)
        message = hour_message(topic, past, slot, term)
        await stage.world.publisher.publish(message)
    await settle()


async def test_a_source_that_is_gone_is_forgotten(stage: Watched) -> None:
    """Its state and its figures with it."""
    async with open_sources(stage.worlds) as sources:
        await added(sources, secret="a-secret")  # noqa: S106 - a test's
        one = await stage.begin()
        await stage.pass_s(60)
        assert SHOP in one.board.states
        assert "shop-eu" in one.board.figures
        await sources.writer.remove("shop-eu")
        await stage.pass_s(60)
        assert SHOP not in one.board.states
        assert "shop-eu" not in one.board.figures


async def test_nobody_knows_without_a_watch(stage: Watched) -> None:
    """What it wrote long ago says nothing of now."""
    async with open_sources(stage.worlds) as sources:
        await added(sources, secret="a-secret")  # noqa: S106 - a test's
        one = await stage.begin()
        await stage.pass_s(60)
        row = source_health(one.board, "shop-eu", stage.world.clock.now() + 3_600)
        assert row["state"] == "unknown"
        assert "no watch has looked" in str(row["reasons"])
        strange = source_health(one.board, "edi", stage.world.clock.now())
        assert strange["state"] == "unknown"
