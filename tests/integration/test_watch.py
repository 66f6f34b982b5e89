"""The watch on a real Kafka: it leads, it sees who is missing, another takes over."""

from pathlib import Path

import pytest

from bus.watch.verdicts import Health, Kind, Subject
from processors.watch.board import Board
from tests.support.bus import CLOCK, Worker, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest

FANOUT = Subject(Kind.PROGRAM, "fanout")


def health(board: Board, subject: Subject) -> Health | None:
    """How somebody is, as far as it was said."""
    found = board.states.get(subject)
    return found.health if found else None


def leads(board: Board, worker: Worker) -> bool:
    """Whether a process leads, by its own word."""
    return board.look is not None and board.look.leader.endswith(
        f"/{worker.process.pid}"
    )


@pytest.mark.kafka
async def test_one_watch_leads_and_another_takes_over(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """After a SIGKILL; they see that nobody delivers, and then that somebody does."""
    async with running_bus(kafka, tmp_path, "watched") as bus:
        world = bus.world
        async with Board(world.reader, CLOCK, world.topology.alerts) as board:
            first = await bus.run("watch", watch_every_s=1)
            await wait_until(lambda: leads(board, first), 60, "first leads")
            await wait_until(
                lambda: health(board, FANOUT) is Health.FAILING, 60, "missing"
            )
            second = await bus.run("watch", watch_every_s=1)
            await first.kill()
            await wait_until(lambda: leads(board, second), 60, "second leads")
            await bus.run()
            await wait_until(
                lambda: health(board, FANOUT) is Health.HEALTHY, 60, "there"
            )
            assert second.lines("watch_leads")
            assert second.lines("bug") == []
