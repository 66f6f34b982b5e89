"""Files on a real Kafka: each is in the raw topic once, whoever is killed meanwhile."""

import json
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from bus.intake.raw import Raw, read_raw
from processors.collecting.handing import hand, recipient
from processors.collecting.taking import Repeat, Taken
from processors.wiring.collecting import open_files
from tests.integration.test_intake import add_sources
from tests.support.bus import Bus, Worker, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest

pytestmark = pytest.mark.kafka

FILES = 60


def put(folder: Path, number: int) -> None:
    """A file, renamed when it is whole."""
    half = folder / f".{number}.part"
    half.write_bytes(json.dumps({"id": number}).encode())
    half.rename(folder / f"{number}.json")


async def watcher(bus: Bus, root: Path) -> Worker:
    """A process that watches the folders in `root`."""
    return await bus.run(
        "intake",
        intake_folder=root,
        intake_folder_look_s=0.05,
        intake_folder_settle_s=0,
        intake_port=0,
        data_dir=bus.folder / "data",
    )


async def kept(bus: Bus, source: str) -> list[Raw]:
    """What stands in a source's raw topic."""
    topic = bus.world.topology.raw_topic(source)
    return [read_raw(record) for record in await bus.records(topic)]


@pytest.mark.long  # what a dead one has begun is waited for, half a minute
@pytest.mark.timeout(240)
async def test_killed_while_files_are_taken(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """Two processes on one folder, one of them killed again and again: each file once.

    What one had begun as it died, the other takes over after half a minute.
    """
    async with running_bus(kafka, tmp_path, "co-killed") as bus:
        await add_sources(bus)
        root = tmp_path / "in"
        folder = root / "own"
        folder.mkdir(parents=True)
        done = folder / "done"

        def reached(number: int) -> bool:
            verdicts = len(list(done.glob("*.verdict.json")))
            return len(list(done.glob("*.json"))) - verdicts >= number

        stays = await watcher(bus, root)
        for turn in range(3):
            dies = await watcher(bus, root)
            for number in range(turn * FILES // 3, (turn + 1) * FILES // 3):
                put(folder, number)
            least = turn * FILES // 3 + 5
            await wait_until(partial(reached, least), 60, "some are taken")
            await dies.kill()
        await wait_until(partial(reached, FILES), 120, "all are taken")
        raws = await kept(bus, "own")
        times = Counter(json.loads(raw.submission.body)["id"] for raw in raws)
        assert times == Counter(range(FILES))
        assert not list(folder.glob("*.json"))
        assert await stays.stop() == 0


async def test_by_hand(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """Acknowledged before it is said; again it is a repeat, in another process too."""
    async with running_bus(kafka, tmp_path, "co-hand") as bus:
        await add_sources(bus)
        outcomes = []
        for _ in range(2):
            async with open_files(bus.settings) as world:
                to = recipient(world, "own", {})
                handed = await hand(world, to, "a.json", lambda _: b'{"id": 1}')
                outcomes.append(handed.outcome)
        first, second = outcomes
        assert isinstance(first, Taken)
        assert isinstance(second, Repeat)
        assert second.of.id == first.id
        (raw,) = await kept(bus, "own")
        assert raw.id == first.id
        assert raw.submission.via == "file"
