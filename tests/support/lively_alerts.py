"""What the lively bus was told of, who was, and a backlog that shrinks."""

from bus.adapters.sql import SqlLog
from bus.log.lags import ForecastRow, LagRow
from bus.log.rows import AuditRow
from bus.record import Commit, Message, TopicPartition
from bus.watch.alerts import Alert, Phase
from bus.watch.muting import Silence
from bus.watch.sinks import Told
from bus.watch.states import BUS
from bus.watch.verdicts import Severity
from processors.subscriptions.world import World
from processors.watch.board import Board
from processors.watch.records import alert_message, silence_message, sink_message
from tests.contract.log.rows import NOW_US, SECOND_US, change, write
from tests.support.lively_stand import SHOP
from tests.support.worlds import Worlds

MAIL = "massive-mail"
"""The one whose backlog shrinks."""
SILENCE = "s0000000001"
_WAITS, _WENT = 400, 310
_MINUTE = 60 * SECOND_US


async def put_alerts(world: World, board: Board) -> None:
    """One that is over, who is told, and of what nobody is."""
    topic, now = board.topic, world.clock.now()
    written = await world.publisher.publish(silence_message(topic, _silence(now)))
    await board.applied(written)  # and all before it: who leads is known then
    over = Alert(
        rule="lag",
        subject=BUS,
        severity=Severity.PAGE,
        phase=Phase.RESOLVED,
        began=now - 9_000,
        seen=now - 7_860,
        fired=now - 8_940,
        resolved=now - 7_800,
        evidence="the oldest event waits 92 s",
        why="the oldest event waits 61 s",
        told=frozenset({"log", "bus"}),
        ended=frozenset({"log", "bus"}),
    )
    messages = [
        alert_message(topic, over.key, over, board.term),
        *(sink_message(topic, one, one.name, board.term) for one in _sinks(now)),
    ]
    for message in messages:
        written = await world.publisher.publish(message)
    await board.applied(written)


def _sinks(now: float) -> tuple[Told, ...]:
    """One of each: works, is quiet at night, takes nothing."""
    return (
        Told(name="bus", kind="bus", sent=now - 30),
        Told(name="log", kind="log", sent=now - 240, quiet="22:00-07:00 Europe/Berlin"),
        Told(
            name="chat",
            kind="apprise",
            failing_since=now - 200,
            why="no answer within 10 s",
            waiting=2,
        ),
    )


def _silence(now: float) -> Silence:
    return Silence(
        id=SILENCE,
        rule="dead_letters",
        subject=f"subscription/{SHOP}",
        since=now - 600,
        until=now + 6_600,
        why="they know, and are at it",
        by="cli:ada",
    )


async def put_backlog(worlds: Worlds, world: World, log: SqlLog) -> None:
    """A tier that shrinks evenly, what forecasts of it were worth; some changes."""
    await write(log, *_changes())
    topic = world.topology.retry_topic(MAIL, "1s")
    for n in range(_WAITS):
        await world.publisher.publish(Message(topic, b"%d" % (n % 40), b"", ()))
    ends = {
        TopicPartition(*one): worlds.broker.log(TopicPartition(*one)).end
        for one in worlds.broker.partitions([topic])
    }
    share = _WENT / _WAITS
    worlds.broker.commit(
        world.retry_group, {tp: Commit(int(end * share)) for tp, end in ends.items()}
    )
    await log.kept.note(
        [
            LagRow(NOW_US - ago * _MINUTE, topic, _WAITS - 2 * ago, _WENT - 5 * ago)
            for ago in range(45, 0, -1)
        ]
    )
    spans = (600 * SECOND_US, 1_800 * SECOND_US, 3_600 * SECOND_US)
    await log.kept.keep(
        [
            ForecastRow(
                NOW_US - ago * 60 * _MINUTE,
                topic,
                *spans,
                1.2,
                (4_000 if ago % 5 == 0 else 1_500) * SECOND_US,
            )
            for ago in range(2, 42)
        ]
    )


def _changes() -> tuple[AuditRow, ...]:
    """What somebody did: changed a little, added all of something."""
    added = '{"endpoint": "https://acme.example/<b>", "rate": 50, "owner": "acme"}'
    return (
        change(
            0,
            entity_id=SHOP,
            action="add",
            before="",
            after=added,
        ),
        change(
            1,
            entity_id=SHOP,
            tenant="acme",
            action="change",
            before='{"rate": 50, "owner": "acme"}',
            after='{"rate": 80, "owner": "acme"}',
        ),
        change(2, entity="silence", entity_id=SILENCE, actor="cli:ada", before=""),
    )
