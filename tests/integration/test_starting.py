"""What a worker refuses to begin with."""

import asyncio
from pathlib import Path

import pytest

from tests.support.bus import running_bus
from tests.support.kafka import KafkaUnderTest
from tests.support.pace import patience
from tests.support.topics_file import named_topics


@pytest.mark.kafka
async def test_a_tier_in_use_that_is_not_declared(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """It would not know when to try again, so it says whose tier is missing."""
    async with running_bus(kafka, tmp_path, "tiers", tiers={"soon": "300ms"}) as bus:
        await bus.subscribe("erp", retry=["soon", "1s"])
        without = tmp_path / "fewer-topics.yaml"
        without.write_text(named_topics("tiers"))
        worker = await bus.run(topics_file=without)
        code = await asyncio.wait_for(worker.process.wait(), patience(30))
        said = worker.log.read_text().splitlines()[-1]
        assert code == 2, said
        assert f": erp retries in tier soon, which {without} does not" in said
